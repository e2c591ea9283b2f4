//! One cell to one canonical value: identifiers, flags and words. Pure functions, never a panic.

mod damage;
mod guid;
mod identifier;
mod radio;
mod secrets;
mod signs;

use std::borrow::Cow;

pub use damage::{
    is_date_like, is_number_like, is_scientific, is_script_word, is_spreadsheet_error, is_type_name,
    looks_double_encoded,
};
pub use guid::{format_guid, guid, is_binary_guid, parse_guid};
pub use identifier::{is_foreign, is_software_id, native_id, serial};
pub use radio::{imei, is_whole_number, luhn, radio_key};
pub use secrets::{looks_concealed, looks_secret, looks_secret_in_id};
pub use signs::{bare, compact, is_blank, is_invisible, is_line_break, shown};

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

/// Lower case, letters and digits only: how headers and words are compared.
#[must_use]
pub fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for sign in text.chars().filter(|sign| sign.is_alphanumeric()) {
        if sign.is_ascii() {
            squeezed.push(sign.to_ascii_lowercase());
        } else {
            squeezed.extend(sign.to_lowercase());
        }
    }
    squeezed
}

/// A flag in any of the spellings seen, also those of spreadsheets in other languages.
///
/// `ne` is no word here: it denies in Czech and affirms in Korean.
#[must_use]
pub fn flag(text: &str) -> Cell<bool> {
    let shown = shown(text);
    let text = shown.as_ref();
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
    let shown = shown(text);
    let text = match self::text(&shown) {
        Cell::Value(text) => text,
        Cell::Nothing => return Cell::Nothing,
        Cell::Placeholder => return Cell::Placeholder,
        Cell::Unreadable => return Cell::Unreadable,
    };
    let labels = |part: &str| part.trim().trim_start_matches("DC=").trim_start_matches("dc=").to_lowercase();
    let name = text.split([',', '.']).map(labels).collect::<Vec<_>>().join(".");
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let fits = name.contains('.') && name.split('.').all(is_label);
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
    fn domains_have_no_signs_that_nobody_sees() {
        for text in
            ["corp.example.org", "Corp\u{feff}.example.org\u{200b}", "DC=corp,DC=example,DC=org", " corp.example.org "]
        {
            assert_eq!(domain(text), Cell::Value(Cow::Borrowed("corp.example.org")), "{text:?}");
        }
        assert_eq!(domain("WORKGROUP"), Cell::Nothing);
        assert_eq!(domain("DC='0example,DC4567"), Cell::Nothing, "no sign of a name");
        assert_eq!(domain("\u{200b}"), Cell::Nothing);
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
    }
}
