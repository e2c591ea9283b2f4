//! Ids as people copy them: with braces, in capitals, behind the name of their console.

use crate::formats::values::{Cell, guid};

/// An id as lists are compared by it: a GUID in small letters and without braces, also behind `console:`; any other text without
/// the blanks around it.
pub(super) fn as_compared(text: &str) -> String {
    let text = text.trim();
    let (console, id) = text.split_once(':').unwrap_or(("", text));
    match guid(id) {
        Cell::Value(guid) if console.is_empty() => guid.into_owned(),
        Cell::Value(guid) => format!("{}:{guid}", console.trim()),
        _ => text.to_string(),
    }
}

/// Why a number names no device.
pub(crate) const BARE_NUMBER: &str =
    "a number alone may be one of any console: write the console before it, as in `jamf:113`";

/// Whether an id is a number with nothing before it. Consoles number their objects, and people their assets, from one on, so that it
/// may be that of several devices, and of another one tomorrow.
pub(crate) fn is_bare_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|sign| sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_what_lists_are_compared_by() {
        let guid = "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01";
        assert_eq!(as_compared(" {7F1B8C1E-90A4-4D53-8F0F-3A5D6F1E2B01} "), guid);
        assert_eq!(as_compared("entra:{7F1B8C1E-90A4-4D53-8F0F-3A5D6F1E2B01}"), format!("entra:{guid}"));
        assert_eq!(as_compared(" serial:5CG1234ABC "), "serial:5CG1234ABC");
        assert_eq!(as_compared("42"), "42");
    }
}
