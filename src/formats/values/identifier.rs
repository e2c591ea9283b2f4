//! What may be an identifier. A text is one because of what it is made of, not because no list forbids it; what
//! spreadsheets, scripts and consoles put in the place of a value is none.
//!
//! Each function here is one kind of identifier, for every console: `guid` and `imei` stand in files of their own. All
//! leave out signs that nobody sees and blanks, wherever they are.

use std::borrow::Cow;

use super::{Cell, compact, damage, guid, is_line_break, parse_guid, shown};

/// No manufacturer's serial number is longer; that of a virtual machine of Google has 44 signs.
const LONGEST_SERIAL: usize = 64;
/// Google's ids of mobile devices have some 110 signs.
const LONGEST_ID: usize = 200;
/// Words have digits in them or are shorter.
const SHORTEST_ID_OF_LETTERS: usize = 16;
/// Letters of a word: a text of several of which one is a word is a sentence.
const SHORTEST_WORD: usize = 4;

/// A serial number as it is compared: upper case, without blanks.
///
/// It is made of letters and digits of ASCII, with at least one digit, and of the signs that manufacturers use: hyphens,
/// dots, slashes, underscores, plus signs and colons. Without a digit, eight to fourteen letters may be one if no vowel is
/// among them.
#[must_use]
pub fn serial(text: &str) -> Cell<Cow<'_, str>> {
    let bare = super::bare(text);
    // Nearly all are plain, and nothing that is damaged is.
    if is_plain(bare) {
        return Cell::Value(Cow::Borrowed(bare));
    }
    let shown = shown(bare);
    if shown.is_empty() || shown == "$null" {
        return Cell::Nothing;
    }
    let packed = compact(bare);
    if packed.is_empty() {
        return Cell::Nothing;
    }
    if !shown.is_ascii() || is_foreign(&shown) || is_foreign(&packed) || is_sentence(&shown) || !is_serial(&packed) {
        return Cell::Unreadable;
    }
    Cell::Value(Cow::Owned(packed.into_owned()))
}

/// Capitals and digits, and a digit among them.
fn is_plain(text: &str) -> bool {
    let mut digits = false;
    text.len() <= LONGEST_SERIAL
        && text.bytes().all(|b| {
            digits |= b.is_ascii_digit();
            b.is_ascii_uppercase() || b.is_ascii_digit()
        })
        && digits
}

/// A value of another kind, an error, or nothing at all: none of it is an identifier, whatever it is made of.
#[must_use]
pub fn is_foreign(text: &str) -> bool {
    damage::is_scientific(text)
        || damage::is_date_like(text)
        || damage::is_spreadsheet_error(text)
        || damage::is_type_name(text)
        || damage::is_script_word(text)
}

/// Whether an upper-case text without blanks is made as serial numbers are.
fn is_serial(text: &str) -> bool {
    let signs = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-./_+:".contains(&b));
    signs
        && text.len() <= LONGEST_SERIAL
        && (text.bytes().any(|b| b.is_ascii_digit()) || is_drawn(text))
        && (!damage::is_number_like(text) || is_mac(text))
        // What a console shortened, addresses, and what is left of a list.
        && !["...", "://", "::", "//", "++"].iter().any(|part| text.contains(part))
        && !text.starts_with([':', '+'])
        && !text.ends_with([':', '+'])
}

/// Six pairs of hexadecimal digits: some devices have the address of their network card for a serial number.
fn is_mac(text: &str) -> bool {
    text.len() == 17
        && text.bytes().enumerate().all(|(at, b)| if at % 3 == 2 { b == b':' } else { b.is_ascii_hexdigit() })
}

/// Serial numbers that are drawn by lot, as Apple's of today and Lenovo's, now and then have no digit. They have no vowels,
/// so that they spell no word; a text of letters with vowels is a word.
fn is_drawn(text: &str) -> bool {
    let different = (b'A'..=b'Z').filter(|letter| text.bytes().any(|b| b == *letter)).count();
    (8..=14).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() && !b"AEIOU".contains(&b))
        && different > 3
}

/// Whether one of several words is made of letters only: somebody wrote a remark. Blanks within serial numbers part
/// groups of hexadecimal digits, or what a label prints in groups.
fn is_sentence(shown: &str) -> bool {
    shown.contains(' ')
        && shown.split(' ').any(|word| word.len() >= SHORTEST_WORD && word.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// A console's own id: a GUID in canonical spelling, the distinguished name of an AD object, or a text without blanks as
/// the console writes it.
#[must_use]
pub fn native_id(text: &str) -> Cell<Cow<'_, str>> {
    match guid(text) {
        Cell::Unreadable => {}
        other => return other,
    }
    let shown = shown(text);
    if is_foreign(&shown) || shown.chars().any(char::is_control) {
        return Cell::Unreadable;
    }
    if is_distinguished_name(&shown) {
        return Cell::Value(shown);
    }
    let packed: Cow<'_, str> =
        if shown.contains(' ') { Cow::Owned(shown.chars().filter(|c| *c != ' ').collect()) } else { shown };
    if is_foreign(&packed) || !is_token(&packed) { Cell::Unreadable } else { Cell::Value(packed) }
}

fn is_distinguished_name(text: &str) -> bool {
    let starts = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    ["CN=", "OU=", "DC="].iter().any(|with| starts(with)) && !text.chars().any(is_line_break)
}

/// Whether a text without blanks is made as ids are that programs give.
fn is_token(text: &str) -> bool {
    let signs = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=:|$@".contains(&b));
    let digits = text.bytes().any(|b| b.is_ascii_digit()) || text.len() >= SHORTEST_ID_OF_LETTERS;
    // `12345.0` is what a data frame made of a number; a whole number may be an id.
    signs && digits && text.len() <= LONGEST_ID && !damage::is_number_like(text) && !text.contains("...")
}

/// Ids that software makes up in the place of a serial number: Android ids (16 hexadecimal digits) and GUIDs.
#[must_use]
pub fn is_software_id(text: &str) -> bool {
    let android = text.len() == 16
        && text.bytes().all(|b| b.is_ascii_hexdigit())
        && text.bytes().any(|b| b.is_ascii_alphabetic());
    android || parse_guid(text).is_some()
}

#[cfg(test)]
mod tests;
