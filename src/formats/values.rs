//! One cell to one canonical value: identifiers, flags and words. Pure functions, never a panic.

use std::borrow::Cow;

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

/// A GUID column's cell. The zero GUID says that there is none; so does the all-ones one.
#[must_use]
pub fn guid(text: &str) -> Cell<Cow<'_, str>> {
    let text = bare(text);
    if is_nothing(text) {
        return Cell::Nothing;
    }
    match parse_guid(text) {
        Some(0 | u128::MAX) => Cell::Nothing,
        Some(value) => {
            let canonical = text.len() == 36 && !text.bytes().any(|b| b.is_ascii_uppercase());
            Cell::Value(if canonical { Cow::Borrowed(text) } else { Cow::Owned(format_guid(value)) })
        }
        None => Cell::Unreadable,
    }
}

/// A console's own id: GUIDs in canonical spelling, anything else as written.
#[must_use]
pub fn native_id(text: &str) -> Cell<Cow<'_, str>> {
    match guid(text) {
        Cell::Unreadable => Cell::Value(Cow::Borrowed(bare(text))),
        other => other,
    }
}

/// A serial number for comparing: upper case, inner blanks dropped, other signs kept.
#[must_use]
pub fn serial(text: &str) -> Cell<Cow<'_, str>> {
    let text = bare(text);
    if text.is_empty() || text == "$null" {
        return Cell::Nothing;
    }
    if is_scientific(text) || text.chars().any(char::is_control) || text.len() > 128 {
        return Cell::Unreadable;
    }
    let plain = !text.bytes().any(|b| b.is_ascii_lowercase() || b == b' ') && text.is_ascii();
    Cell::Value(if plain {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect())
    })
}

/// An IMEI on its first 14 digits (the 15th is a check digit, which some consoles leave out), or a MEID in hex.
#[must_use]
pub fn imei(text: &str) -> Cell<Cow<'_, str>> {
    let text = bare(text);
    if is_nothing(text) || text == "0" {
        return Cell::Nothing;
    }
    let digits: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '/')).collect::<String>().to_ascii_uppercase();
    let first = digits.chars().next();
    if digits.chars().all(|c| Some(c) == first) {
        return Cell::Nothing;
    }
    let decimal = digits.bytes().all(|b| b.is_ascii_digit());
    let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    match digits.len() {
        14..=16 if decimal => Cell::Value(Cow::Owned(digits.chars().take(14).collect())),
        14 if hexadecimal => Cell::Value(Cow::Owned(digits)),
        18 if decimal => Cell::Value(Cow::Owned(digits)),
        _ => Cell::Unreadable,
    }
}

/// `3.56E+14`: what a spreadsheet makes of a long number.
#[must_use]
pub fn is_scientific(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    upper.split_once("E+").is_some_and(|(mantissa, exponent)| {
        !exponent.is_empty()
            && exponent.bytes().all(|b| b.is_ascii_digit())
            && mantissa.starts_with(|c: char| c.is_ascii_digit())
            && mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
    })
}

/// A flag in any of the spellings seen.
#[must_use]
pub fn flag(text: &str) -> Cell<bool> {
    let text = bare(text);
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Cell::Value(true),
        "false" | "no" | "0" => Cell::Value(false),
        "unknown" | "notavailable" | "not available" => Cell::Nothing,
        lower if is_nothing(lower) => Cell::Nothing,
        _ => Cell::Unreadable,
    }
}

/// Free text.
#[must_use]
pub fn text(text: &str) -> Cell<Cow<'_, str>> {
    let text = bare(text);
    if text.is_empty() || text == "$null" { Cell::Nothing } else { Cell::Value(Cow::Borrowed(text)) }
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
        ] {
            assert_eq!(guid(text), value(canonical), "{text}");
        }
        assert_eq!(guid("00000000-0000-0000-0000-000000000000"), Cell::Nothing);
        assert_eq!(guid("7f1b8c1e-90a4"), Cell::Unreadable);
    }

    #[test]
    fn serials() {
        assert_eq!(serial(" 5cg 1234abc "), value("5CG1234ABC"));
        assert_eq!(serial("=\"0012\""), value("0012"));
        assert_eq!(serial("'0012"), value("0012"));
        assert_eq!(serial("7440-0683"), value("7440-0683"));
        assert_eq!(serial("1.23E+11"), Cell::Unreadable);
    }

    #[test]
    fn radio_numbers() {
        assert_eq!(imei("352000000000011"), value("35200000000001"));
        assert_eq!(imei("35 200000 000001"), value("35200000000001"));
        assert_eq!(imei("A1000049AB12CD"), value("A1000049AB12CD"));
        assert_eq!(imei("000000000000000"), Cell::Nothing);
        assert_eq!(imei("3.52E+14"), Cell::Unreadable);
    }

    proptest! {
        #[test]
        fn no_cell_panics(text in any::<String>()) {
            let _ = (guid(&text), native_id(&text), serial(&text), imei(&text), flag(&text), super::text(&text));
            let _ = (squeeze(&text), is_scientific(&text));
        }

        #[test]
        fn canonical_values_stay_as_they_are(text in any::<String>()) {
            if let Cell::Value(once) = serial(&text)
                && let Cell::Value(twice) = serial(&once) {
                    prop_assert_eq!(&once, &twice);
                }
        }

        #[test]
        fn a_guid_survives_its_spelling(value in any::<u128>()) {
            prop_assert_eq!(parse_guid(&format_guid(value)), Some(value));
        }
    }
}
