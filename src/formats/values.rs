//! One cell to one canonical value: identifiers, flags and words. Pure functions, never a panic.

mod damage;
mod secrets;

use std::borrow::Cow;

pub use damage::{is_date_like, is_scientific, is_spreadsheet_error, is_type_name, looks_double_encoded};
pub use secrets::{looks_concealed, looks_secret};

/// What became of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<T> {
    /// A value.
    Value(T),
    /// Says that there is no value: blank, a sentinel, `N/A`.
    Nothing,
    /// A value that no console would give: a placeholder.
    Placeholder,
    /// Something else than the column holds.
    Unreadable,
}

/// Text that stands for no value in any column.
fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "$null" | "-" | "—")
        || ["n/a", "null", "(null)"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Takes off blanks and what spreadsheets wrap around text: `'x` and `="x"`, as often as they did.
#[must_use]
pub fn bare(text: &str) -> &str {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    let mut bare = text.trim_matches(blank);
    loop {
        let inner = bare.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')).unwrap_or(bare);
        let inner = inner.trim_start_matches('\'').trim_matches(blank);
        if inner.len() == bare.len() {
            return bare;
        }
        bare = inner;
    }
}

/// Lower case, letters and digits only: how headers and words are compared.
#[must_use]
pub fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A GUID as a number: hyphens, braces and case do not matter.
#[must_use]
pub fn parse_guid(text: &str) -> Option<u128> {
    let inner = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
    let bytes = inner.as_bytes();
    let hyphens = match bytes.len() {
        36 => true,
        32 => false,
        _ => return None,
    };
    let mut value: u128 = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if hyphens && matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = char::from(*byte).to_digit(16)?;
        value = value << 4 | u128::from(digit);
    }
    Some(value)
}

/// The canonical spelling of a GUID.
#[must_use]
pub fn format_guid(value: u128) -> String {
    let hex = format!("{value:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// A GUID from csvde's `X'D8A9…'`: the bytes as they lie in memory, where the first three groups are reversed.
fn parse_binary_guid(text: &str) -> Option<u128> {
    let hex = text.strip_prefix(['X', 'x'])?.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut bytes = parse_guid(hex).filter(|_| hex.len() == 32)?.to_be_bytes();
    for group in [0..4, 4..6, 6..8] {
        bytes.get_mut(group)?.reverse();
    }
    Some(u128::from_be_bytes(bytes))
}

/// Whether a text is a GUID as [`format_guid`] writes it.
fn is_canonical_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// A GUID column's cell. The zero GUID says that there is none; so does the all-ones one.
#[must_use]
pub fn guid(text: &str) -> Cell<Cow<'_, str>> {
    let text = bare(text);
    if is_canonical_guid(text) {
        let one_sign = |sign| text.bytes().all(|b| b == sign || b == b'-');
        return if one_sign(b'0') || one_sign(b'f') { Cell::Nothing } else { Cell::Value(Cow::Borrowed(text)) };
    }
    if is_nothing(text) {
        return Cell::Nothing;
    }
    match parse_guid(text).or_else(|| parse_binary_guid(text)) {
        Some(0 | u128::MAX) => Cell::Nothing,
        Some(value) => Cell::Value(Cow::Owned(format_guid(value))),
        None => Cell::Unreadable,
    }
}

/// A console's own id: GUIDs in canonical spelling, anything else as written.
#[must_use]
pub fn native_id(text: &str) -> Cell<Cow<'_, str>> {
    match guid(text) {
        Cell::Unreadable => self::text(text),
        other => other,
    }
}

/// A serial number for comparing: upper case, inner blanks dropped, other signs kept.
#[must_use]
pub fn serial(text: &str) -> Cell<Cow<'_, str>> {
    let text = bare(text);
    // Nearly all are plain, and nothing that is damaged is.
    if !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return Cell::Value(Cow::Borrowed(text));
    }
    if text.is_empty() || text == "$null" {
        return Cell::Nothing;
    }
    if is_damaged_serial(text) {
        return Cell::Unreadable;
    }
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_lowercase() || b == b' ') {
        return Cell::Value(Cow::Borrowed(text));
    }
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    // Blanks may have hidden what it is.
    match bare(&squeezed) {
        "" => Cell::Nothing,
        inner if is_damaged_serial(inner) => Cell::Unreadable,
        inner if inner.len() == squeezed.len() => Cell::Value(Cow::Owned(squeezed)),
        inner => Cell::Value(Cow::Owned(inner.to_string())),
    }
}

fn is_damaged_serial(text: &str) -> bool {
    text.len() > 128
        || text.chars().any(char::is_control)
        || is_scientific(text)
        || is_date_like(text)
        || is_spreadsheet_error(text)
        || is_type_name(text)
}

/// Ids that software makes up in the place of a serial number: Android ids (16 hexadecimal digits) and GUIDs.
#[must_use]
pub fn is_software_id(text: &str) -> bool {
    let android = text.len() == 16
        && text.bytes().all(|b| b.is_ascii_hexdigit())
        && text.bytes().any(|b| b.is_ascii_alphabetic());
    android || parse_guid(text).is_some()
}

/// An IMEI on its first 14 digits (the 15th is a check digit, which some consoles leave out), or a MEID in hex.
#[must_use]
pub fn imei(text: &str) -> Cell<Cow<'_, str>> {
    let text = bare(text);
    if matches!(text.len(), 14..=16) && text.bytes().all(|b| b.is_ascii_digit()) {
        return match decimal_imei(text) {
            Ok(Some(digits)) => Cell::Value(Cow::Borrowed(digits)),
            Ok(None) => Cell::Nothing,
            Err(Rounded) => Cell::Unreadable,
        };
    }
    if is_nothing(text) || text == "0" {
        return Cell::Nothing;
    }
    if is_spreadsheet_error(text) {
        return Cell::Unreadable;
    }
    let mut digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '/')).collect();
    digits.make_ascii_uppercase();
    if is_one_sign(&digits) {
        return Cell::Nothing;
    }
    let decimal = digits.bytes().all(|b| b.is_ascii_digit());
    let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    match digits.len() {
        14..=16 if decimal => match decimal_imei(&digits) {
            Ok(Some(first)) => Cell::Value(Cow::Owned(first.to_string())),
            Ok(None) => Cell::Nothing,
            Err(Rounded) => Cell::Unreadable,
        },
        14 if hexadecimal => Cell::Value(Cow::Owned(digits)),
        18 if decimal => Cell::Value(Cow::Owned(digits)),
        _ => Cell::Unreadable,
    }
}

/// The number lost its last digits to a spreadsheet.
struct Rounded;

/// The 14 digits that identify, of 14 to 16; `None` for a placeholder.
fn decimal_imei(digits: &str) -> Result<Option<&str>, Rounded> {
    let first = digits.get(..14).filter(|first| !is_one_sign(first));
    let zeros = digits.bytes().rev().take_while(|b| *b == b'0').count();
    if first.is_some() && digits.len() == 15 && (zeros >= 6 || (zeros >= 4 && !luhn(digits))) {
        return Err(Rounded);
    }
    Ok(first)
}

fn is_one_sign(text: &str) -> bool {
    let first = text.bytes().next();
    text.bytes().all(|b| Some(b) == first)
}

/// Whether the last digit is the check digit of the others, as in an IMEI of 15 digits.
#[must_use]
pub fn luhn(digits: &str) -> bool {
    let sum = digits.bytes().rev().enumerate().try_fold(0_usize, |sum, (at, b)| {
        let digit = usize::from(b.is_ascii_digit().then(|| b - b'0')?);
        Some(sum + if at % 2 == 0 { digit } else { digit * 2 % 10 + digit / 5 })
    });
    !digits.is_empty() && sum.is_some_and(|sum| sum % 10 == 0)
}

/// A flag in any of the spellings seen, also those of spreadsheets in other languages.
///
/// `ne` is no word here: it denies in Czech and affirms in Korean.
#[must_use]
pub fn flag(text: &str) -> Cell<bool> {
    let text = bare(text);
    match text {
        "True" | "true" | "TRUE" | "1" => return Cell::Value(true),
        "False" | "false" | "FALSE" | "0" => return Cell::Value(false),
        _ if is_nothing(text) => return Cell::Nothing,
        _ => {}
    }
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "t" | "enabled" | "encrypted" | "wahr" | "ja" | "vrai" | "oui" | "verdadero" | "si"
        | "sí" | "sì" | "vero" | "waar" | "verdadeiro" | "sim" | "sand" | "sandt" | "sant" | "sann" | "prawda" => {
            Cell::Value(true)
        }
        "false" | "no" | "n" | "f" | "disabled" | "not encrypted" | "unencrypted" | "falsch" | "nein" | "faux"
        | "non" | "falso" | "onwaar" | "nee" | "não" | "nao" | "falsk" | "falskt" | "usann" | "nej" | "nei"
        | "fałsz" | "falsz" => Cell::Value(false),
        "unknown" | "notavailable" | "not available" => Cell::Nothing,
        _ => Cell::Unreadable,
    }
}

/// Free text.
#[must_use]
pub fn text(text: &str) -> Cell<Cow<'_, str>> {
    let text = bare(text);
    if text.is_empty() || text == "$null" {
        Cell::Nothing
    } else if is_spreadsheet_error(text) || is_type_name(text) {
        Cell::Unreadable
    } else {
        Cell::Value(Cow::Borrowed(text))
    }
}

/// A DNS name of a domain, lower case; also the `DC=` parts of a distinguished name. One label alone is a workgroup or
/// an older name, and tells nothing.
#[must_use]
pub fn domain(text: &str) -> Cell<Cow<'_, str>> {
    let Cell::Value(text) = self::text(text) else { return self::text(text) };
    let labels = |part: &str| part.trim().trim_start_matches("DC=").trim_start_matches("dc=").to_lowercase();
    let name = text.split([',', '.']).map(labels).collect::<Vec<_>>().join(".");
    let fits = name.contains('.') && !name.split('.').any(|label| label.is_empty() || label.contains('='));
    if fits { Cell::Value(Cow::Owned(name)) } else { Cell::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Cell<Cow<'_, str>> {
        Cell::Value(Cow::Borrowed(text))
    }

    #[test]
    fn guids() {
        let canonical = "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01";
        for text in [
            canonical,
            "{7F1B8C1E-90A4-4D53-8F0F-3A5D6F1E2B01}",
            "7f1b8c1e90a44d538f0f3a5d6f1e2b01",
            " 7F1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01 ",
            "X'1E8C1B7FA490534D8F0F3A5D6F1E2B01'",
        ] {
            assert_eq!(guid(text), value(canonical), "{text}");
            assert_eq!(native_id(text), value(canonical), "{text}");
        }
        assert_eq!(guid("X'D8A9F0C3412EAA478D175B90E1F2A3C4'"), value("c3f0a9d8-2e41-47aa-8d17-5b90e1f2a3c4"));
        for text in ["00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "N/A", ""] {
            assert_eq!(guid(text), Cell::Nothing, "{text}");
        }
        for text in ["7f1b8c1e-90a4", "X'7f1b'", "X'7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01'", "#N/A", "System.String[]"] {
            assert_eq!(guid(text), Cell::Unreadable, "{text}");
        }
    }

    #[test]
    fn serials() {
        for (text, expected) in [
            (" 5cg 1234abc ", "5CG1234ABC"),
            ("=\"0012\"", "0012"),
            ("'0012", "0012"),
            ("7440-0683", "7440-0683"),
            ("12-34567", "12-34567"),
            ("..CN7792153O002E.", "..CN7792153O002E."),
            ("5031-7002-3202-6721-1425-4497-46", "5031-7002-3202-6721-1425-4497-46"),
            ("VMware-56 4d 3a 56 c9 55 ba 70-99 72 f4 7a 75 e2 9c f9", "VMWARE-564D3A56C955BA70-9972F47A75E29CF9"),
            ("1E5", "1E5"),
        ] {
            assert_eq!(serial(text), value(expected), "{text}");
        }
        for text in [
            "1.23E+11",
            "1.23 E+11",
            "2024-03-01",
            "2024-03-01 00:00:00",
            "3 /5/2024",
            "Mar-05",
            "#REF!",
            "#####",
            "System.Object[]",
            "A\u{7}B",
            &"A".repeat(129),
        ] {
            assert_eq!(serial(text), Cell::Unreadable, "{text}");
        }
    }

    #[test]
    fn ids_of_software_are_no_serials_of_hardware() {
        for text in ["3C404C2AF5FD57B7", "1A269559-EC7F-44C5-816F-414DF3410482", "1a269559ec7f44c5816f414df3410482"] {
            assert!(is_software_id(text), "{text}");
        }
        for text in ["R58M00ABCDE", "F2LXK0AAN72J", "1234567890123456"] {
            assert!(!is_software_id(text), "{text}");
        }
    }

    #[test]
    fn radio_numbers() {
        for (text, expected) in [
            ("352000000000011", "35200000000001"),
            ("35 200000 000001", "35200000000001"),
            ("35-200000-000001-1", "35200000000001"),
            ("490154203237518", "49015420323751"),
            ("A1000049AB12CD", "A1000049AB12CD"),
            ("a1000049ab12cd", "A1000049AB12CD"),
            ("268435456112345678", "268435456112345678"),
            // Four zeros can be a number's own, if its check digit fits.
            ("352099000060000", "35209900006000"),
        ] {
            assert_eq!(imei(text), value(expected), "{text}");
        }
        for text in ["000000000000000", "00000000000000", "111111111111119", "0", "-", "n/a"] {
            assert_eq!(imei(text), Cell::Nothing, "{text}");
        }
        for text in
            ["3.52E+14", "352000000000000", "352099001000000", "352099001760000", "12345", "#N/A", "System.String[]"]
        {
            assert_eq!(imei(text), Cell::Unreadable, "{text}");
        }
        assert!(luhn("490154203237518") && !luhn("490154203237517") && !luhn("") && !luhn("49O"));
    }

    #[test]
    fn flags() {
        for text in "True YES 1 y t Enabled WAHR ja Vrai oui verdadero SÍ si vero waar sim sand sant prawda".split(' ')
        {
            assert_eq!(flag(text), Cell::Value(true), "{text}");
        }
        for text in "False no 0 N f disabled FALSCH nein faux non falso onwaar nee NÃO nao falsk FAŁSZ".split(' ') {
            assert_eq!(flag(text), Cell::Value(false), "{text}");
        }
        assert_eq!(flag("Not encrypted"), Cell::Value(false));
        for text in ["", "n/a", "Unknown", "Not available"] {
            assert_eq!(flag(text), Cell::Nothing, "{text}");
        }
        for text in ["ne", "maybe", "2", "#VALUE!"] {
            assert_eq!(flag(text), Cell::Unreadable, "{text}");
        }
    }

    #[test]
    fn texts() {
        assert_eq!(text(" a b "), value("a b"));
        assert_eq!(text("$null"), Cell::Nothing);
        for lost in ["#N/A", "########", "Microsoft.Graph.PowerShell.Models.X"] {
            assert_eq!((text(lost), native_id(lost)), (Cell::Unreadable, Cell::Unreadable), "{lost}");
        }
    }

    fn stays(cast: impl Fn(&str) -> Cell<Cow<'_, str>>, text: &str) {
        if let Cell::Value(once) = cast(text) {
            assert_eq!(cast(&once), value(&once), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_cell_panics(text in any::<String>()) {
            let _ = (guid(&text), native_id(&text), serial(&text), imei(&text), flag(&text), super::text(&text));
            let _ = (squeeze(&text), is_scientific(&text), is_date_like(&text), is_spreadsheet_error(&text));
            let _ = (is_type_name(&text), luhn(&text), looks_secret(&text), looks_concealed(&text));
            let _ = looks_double_encoded(&text);
        }

        #[test]
        fn canonical_values_stay_as_they_are(text in "\\PC{0,40}|[ 0-9A-Fa-f'=\"{}/.-]{0,40}|[0-9]{14,18}|[0-9 ./-]{5,12}") {
            for cast in [guid, native_id, serial, imei, super::text] {
                stays(cast, &text);
            }
        }

        #[test]
        fn a_guid_survives_its_spelling(number in any::<u128>()) {
            let canonical = format_guid(number);
            prop_assert_eq!(parse_guid(&canonical), Some(number));
            for text in [canonical.to_uppercase(), format!("{{{canonical}}}"), format!("{number:032X}")] {
                prop_assert_eq!(guid(&text), guid(&canonical));
            }
        }
    }
}
