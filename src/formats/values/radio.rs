//! Numbers of radios: IMEI and MEID.

use std::borrow::Cow;

use super::{Cell, damage, is_nothing, shown};

/// Digits by which an IMEI is compared. The 15th is a check digit, which some consoles leave out; with 16 the last two
/// count versions of the software.
const COMPARED: usize = 14;

/// An IMEI of 14 to 16 digits, or a MEID: 14 hexadecimal or 18 decimal digits. Signs between them are left out.
#[must_use]
pub fn imei(text: &str) -> Cell<Cow<'_, str>> {
    let shown = shown(text);
    if matches!(shown.len(), COMPARED..=16) && shown.bytes().all(|b| b.is_ascii_digit()) {
        return decimal(shown);
    }
    if is_nothing(&shown) || shown == "0" {
        return Cell::Nothing;
    }
    if damage::is_spreadsheet_error(&shown) {
        return Cell::Unreadable;
    }
    let mut digits: String = shown.chars().filter(|c| !matches!(c, ' ' | '-' | '/')).collect();
    digits.make_ascii_uppercase();
    if is_one_sign(&digits) {
        return Cell::Nothing;
    }
    let is_decimal = digits.bytes().all(|b| b.is_ascii_digit());
    let is_hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    match digits.len() {
        COMPARED..=16 if is_decimal => decimal(Cow::Owned(digits)),
        COMPARED if is_hexadecimal => Cell::Value(Cow::Owned(digits)),
        18 if is_decimal => Cell::Value(Cow::Owned(digits)),
        _ => Cell::Unreadable,
    }
}

/// A number that a spreadsheet or a script kept as a number is an IMEI only with all its 15 digits: of 14 nobody knows
/// whether a leading zero is gone.
#[must_use]
pub fn is_whole_number(text: &str) -> bool {
    text.len() == COMPARED + 1 && text.bytes().all(|b| b.is_ascii_digit())
}

/// What of an IMEI or MEID is compared.
#[must_use]
pub fn radio_key(text: &str) -> &str {
    let is_imei = matches!(text.len(), COMPARED..=16) && text.bytes().all(|b| b.is_ascii_digit());
    text.get(..COMPARED).filter(|_| is_imei).unwrap_or(text)
}

/// 14 to 16 digits: a number, a placeholder, or one whose last digits a spreadsheet lost.
fn decimal(digits: Cow<'_, str>) -> Cell<Cow<'_, str>> {
    let key = radio_key(&digits);
    if is_one_sign(key) || is_made_up(key) {
        return Cell::Nothing;
    }
    let zeros = digits.bytes().rev().take_while(|b| *b == b'0').count();
    if digits.len() == 15 && (zeros >= 6 || (zeros >= 4 && !luhn(&digits))) {
        return Cell::Unreadable;
    }
    Cell::Value(digits)
}

fn is_one_sign(text: &str) -> bool {
    let first = text.bytes().next();
    text.bytes().all(|b| Some(b) == first)
}

/// Numbers that are counted through (`12345678901234`), and those that begin with 00: that is no reporting body but stands for test
/// equipment (GSMA TS.06), and boards that never got a number of their own answer with one, such as 004999010640000.
fn is_made_up(digits: &str) -> bool {
    let follows = |pair: &[u8]| matches!(pair, [a, b] if (a - b'0' + 1) % 10 == b - b'0');
    digits.starts_with("00") || digits.as_bytes().windows(2).all(follows)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Cell<Cow<'_, str>> {
        Cell::Value(Cow::Borrowed(text))
    }

    #[test]
    fn radio_numbers() {
        for (text, expected, key) in [
            ("352000000000011", "352000000000011", "35200000000001"),
            ("35 200000 000001", "35200000000001", "35200000000001"),
            ("35-200000-000001-1", "352000000000011", "35200000000001"),
            ("3520\u{200b}0000\u{a0}0000011\u{202c}", "352000000000011", "35200000000001"),
            ("490154203237518", "490154203237518", "49015420323751"),
            ("4901542032375101", "4901542032375101", "49015420323751"),
            ("A1000049AB12CD", "A1000049AB12CD", "A1000049AB12CD"),
            ("a1000049ab12cd", "A1000049AB12CD", "A1000049AB12CD"),
            ("268435456112345678", "268435456112345678", "268435456112345678"),
            // Four zeros can be a number's own, if its check digit fits.
            ("352099000060000", "352099000060000", "35209900006000"),
        ] {
            assert_eq!(imei(text), value(expected), "{text}");
            assert_eq!(radio_key(expected), key, "{text}");
        }
        for text in [
            "000000000000000",
            "00000000000000",
            "111111111111119",
            "123456789012347",
            "012345678901237",
            "004999010640000",
            "0",
            "-",
            "n/a",
        ] {
            assert_eq!(imei(text), Cell::Nothing, "{text}");
        }
        for text in [
            "3.52E+14",
            "352000000000000",
            "352099001000000",
            "352099001760000",
            "352099001761481.0",
            "352,099,001,761,481",
            "12345",
            "#N/A",
            "#ERROR!",
            "Loading...",
            "System.String[]",
            "352099001761481|352099001761499",
            "[352099001761481]",
        ] {
            assert_eq!(imei(text), Cell::Unreadable, "{text}");
        }
        assert!(luhn("490154203237518") && !luhn("490154203237517") && !luhn("") && !luhn("49O"));
        assert!(is_whole_number("352099001761481") && !is_whole_number("52099001761481"));
    }
}
