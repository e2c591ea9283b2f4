//! GUIDs: Entra device ids, and the ids that most consoles give their objects.

use std::borrow::Cow;

use super::{Cell, is_nothing, shown};

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

/// Whether a text is an encoding of a GUID rather than a spelling: nobody would look for it in the console.
#[must_use]
pub fn is_binary_guid(text: &str) -> bool {
    parse_binary_guid(text).is_some()
}

/// Whether a text is a GUID as [`format_guid`] writes it.
fn is_canonical_guid(text: &str) -> bool {
    let fits = |at: usize, sign: u8| match at {
        8 | 13 | 18 | 23 => sign == b'-',
        _ => sign.is_ascii_digit() | (b'a'..=b'f').contains(&sign),
    };
    // All signs at once: nearly always each of them fits.
    let all = |signs: &[u8; 36]| signs.iter().enumerate().fold(true, |all, (at, sign)| all & fits(at, *sign));
    text.as_bytes().as_array().is_some_and(all)
}

/// A canonical GUID, unless it stands for none.
fn unless_one_sign(guid: Cow<'_, str>) -> Cell<Cow<'_, str>> {
    let one_sign = |sign| guid.bytes().all(|b| b == sign || b == b'-');
    if one_sign(b'0') || one_sign(b'f') { Cell::Nothing } else { Cell::Value(guid) }
}

/// A GUID column's cell. The zero GUID says that there is none; so does the all-ones one.
#[must_use]
pub fn guid(text: &str) -> Cell<Cow<'_, str>> {
    // Nearly all are canonical, and nothing is around those.
    if is_canonical_guid(text) {
        return unless_one_sign(Cow::Borrowed(text));
    }
    let shown = shown(text);
    if is_canonical_guid(&shown) {
        return unless_one_sign(shown);
    }
    if is_nothing(&shown) {
        return Cell::Nothing;
    }
    let without_blanks = || shown.chars().filter(|c| *c != ' ').collect::<String>();
    let packed = if shown.contains(' ') { Cow::Owned(without_blanks()) } else { shown };
    match parse_guid(&packed).or_else(|| parse_binary_guid(&packed)) {
        Some(0 | u128::MAX) => Cell::Nothing,
        Some(value) => Cell::Value(Cow::Owned(format_guid(value))),
        None => Cell::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::super::native_id;
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
            "7f1b8c1e-90a4-\u{200b}4d53-8f0f-3a5d6f1e2b01\u{200e}",
            "7f1b8c1e-90a4-4d53-8f0f-\u{a0}3a5d6f1e2b01",
            "X'1E8C1B7FA490534D8F0F3A5D6F1E2B01'",
        ] {
            assert_eq!(guid(text), value(canonical), "{text}");
            assert_eq!(native_id(text), value(canonical), "{text}");
        }
        assert_eq!(guid("X'D8A9F0C3412EAA478D175B90E1F2A3C4'"), value("c3f0a9d8-2e41-47aa-8d17-5b90e1f2a3c4"));
        for text in ["00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "N/A", ""] {
            assert_eq!(guid(text), Cell::Nothing, "{text}");
        }
        for text in [
            "7f1b8c1e-90a4",
            "X'7f1b'",
            "X'7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01'",
            "#N/A",
            "System.String[]",
            "Loading...",
            "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01.0",
            "['7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01']",
            "７f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01",
        ] {
            assert_eq!(guid(text), Cell::Unreadable, "{text}");
        }
    }

    proptest! {
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
