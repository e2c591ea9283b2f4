//! What spreadsheets, scripts and wrong encodings leave in a cell instead of its value.

use crate::formats::dates::names::month;

/// `3.56E+14`: what a spreadsheet or a script makes of a long number. `35E14` may be a serial number, `3.5E14` is none.
#[must_use]
pub fn is_scientific(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let Some(at) = bytes.iter().position(|b| !(b.is_ascii_digit() || matches!(b, b'.' | b','))) else { return false };
    let broken = bytes.get(..at).is_some_and(|mantissa| mantissa.iter().any(|b| matches!(b, b'.' | b',')));
    let exponent = match bytes.get(at..) {
        Some([b'E' | b'e', b'+', exponent @ ..]) => exponent,
        Some([b'E' | b'e', b'-', exponent @ ..] | [b'E' | b'e', exponent @ ..]) if broken => exponent,
        _ => return false,
    };
    !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
}

/// A number of a script, a version, a network address, a time or a telephone number: no text of digits with one of these
/// signs between them is a serial number. `5031-7002-3202-6721-1425-4497-46` is one, and `12-34567`.
#[must_use]
pub fn is_number_like(text: &str) -> bool {
    let of = |signs: &[u8]| text.bytes().all(|b| b.is_ascii_digit() || signs.contains(&b));
    let with = |sign: char| text.contains(sign);
    // `12345678.0` of a data frame, `10.0.19045`, `10.0.0.7`, `1.234.567`, `12:30:00`.
    (with('.') && of(b".,+-")) || (with(',') && of(b".,+-")) || (with(':') && of(b":.,+-"))
        // `+4930123456`, `-17`.
        || (text.starts_with(['+', '-']) && of(b"+-") && text.bytes().filter(|b| !b.is_ascii_digit()).count() == 1)
}

/// What scripts and data frames write where there is no value, or where it is true or false; `LibreOffice`'s errors.
#[must_use]
pub fn is_script_word(text: &str) -> bool {
    const WORDS: [&str; 19] = [
        "undefined",
        "nan",
        "nat",
        "-nan",
        "inf",
        "-inf",
        "+inf",
        "infinity",
        "-infinity",
        "true",
        "false",
        "wahr",
        "falsch",
        "vrai",
        "faux",
        "vero",
        "verdadero",
        "error",
        "err",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("err:"))
}

/// An error of a formula in any language whose office suite is common, or the hashes of a narrow column.
#[must_use]
pub fn is_spreadsheet_error(text: &str) -> bool {
    const ENGLISH: &str = "N/A REF! VALUE! NAME? DIV/0! NULL! NUM! SPILL! CALC! GETTING_DATA ERROR! FIELD! BUSY! BLOCKED! \
                           CONNECT! UNKNOWN! EXTERNAL! PYTHON!";
    /// German, French, Spanish, Italian, Portuguese and Dutch, where they differ.
    const OTHERS: &str = "NV BEZUG! WERT! ZAHL! N/D VALEUR! NOM? NOMBRE! NOMBRE? ¿NOMBRE? ¡REF! ¡VALOR! ¡DIV/0! ¡NUM! \
                          ¡NULO! RIF! VALORE! NOME? VALOR! NULO! N/B VERW! WAARDE! NAAM? DEEL/0! GETAL! LEEG!";
    // Google Sheets shows this while a formula waits for another sheet.
    if text.eq_ignore_ascii_case("loading...") || text.eq_ignore_ascii_case("loading…") {
        return true;
    }
    let Some(rest) = text.strip_prefix('#') else { return false };
    (!rest.is_empty() && rest.bytes().all(|b| b == b'#'))
        || [ENGLISH, OTHERS].iter().flat_map(|words| words.split(' ')).any(|error| rest.eq_ignore_ascii_case(error))
}

/// A .NET type: what PowerShell writes into a CSV where the value was a list, which is lost.
#[must_use]
pub fn is_type_name(text: &str) -> bool {
    let lists = ["System.Object", "System.Collections.", "System.Management.", "System.DirectoryServices."];
    let vendors = [
        "Microsoft.Graph.PowerShell.",
        "Microsoft.Graph.Beta.PowerShell.",
        "Microsoft.ActiveDirectory.",
        "Microsoft.Open.",
    ];
    let starts = |with: &[&str]| with.iter().any(|prefix| text.starts_with(prefix));
    let named = match text.as_bytes().first() {
        Some(b'S') => starts(&lists) || (text.starts_with("System.") && (text.ends_with("[]") || is_simple_type(text))),
        Some(b'M') => starts(&vendors),
        _ => false,
    };
    named && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._`[],+".contains(&b))
}

/// `System.String` and the like, without a further dot: a name, not the beginning of a serial number.
fn is_simple_type(text: &str) -> bool {
    const SIMPLE: [&str; 15] = [
        "String", "Byte", "SByte", "Char", "Boolean", "Int16", "Int32", "Int64", "UInt16", "UInt32", "UInt64",
        "Double", "Decimal", "Guid", "DateTime",
    ];
    text.strip_prefix("System.").is_some_and(|name| SIMPLE.contains(&name))
}

/// A date, perhaps with a time: what a spreadsheet makes of an identifier like `MAR05` or `3-5-24`.
///
/// In upper case, `MAR-05` is no date: spreadsheets never write it so, but people name things so.
#[must_use]
pub fn is_date_like(text: &str) -> bool {
    // `1-Mar` to `1. septiembre 2024`, or numbers and a time.
    if !(5..=40).contains(&text.len()) {
        return false;
    }
    // German has a blank after the dot: `01. Mrz`.
    let before = std::iter::once(0).chain(text.bytes());
    let end = text.bytes().zip(before).position(|(b, before)| b == b'T' || (b == b' ' && before != b'.'));
    let (date, time) = match end.and_then(|at| text.split_at_checked(at)) {
        Some((date, time)) => (date, time.strip_prefix([' ', 'T']).unwrap_or(time)),
        None => (text, ""),
    };
    if !time.is_empty() && !is_time_like(time) {
        return false;
    }
    let Some(separator) = date.chars().find(|c| matches!(c, '-' | '/' | '.')) else { return false };
    let mut parts = date.split(separator).map(str::trim_ascii_start);
    let (Some(first), Some(second), third, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    if [first, second].iter().any(|part| part.bytes().any(|b| !b.is_ascii_digit())) {
        return named_date(first, second, third);
    }
    match (first.len(), second.len(), third, third.map_or(0, str::len)) {
        (4, 1 | 2, Some(day), 1 | 2) => is_day(first, second, day),
        (1 | 2, 1 | 2, Some(year), 2 | 4) => is_day(year, second, first) || is_day(year, first, second),
        _ => false,
    }
}

/// `1-Mar`, `Mar-05`, `01-Mar-24`.
fn named_date(first: &str, second: &str, third: Option<&str>) -> bool {
    let name = |part: &str| month(part).is_some() && part.chars().any(char::is_lowercase);
    let digits =
        |part: &str, lengths: &[usize]| lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    match third {
        None => (digits(first, &[1, 2]) && name(second)) || (name(first) && digits(second, &[2, 4])),
        Some(year) => digits(first, &[1, 2]) && name(second) && digits(year, &[2, 4]),
    }
}

/// Whether three numbers are a day of our time.
fn is_day(year: &str, month: &str, day: &str) -> bool {
    let (Ok(written), Ok(month), Ok(day)) = (year.parse::<i32>(), month.parse(), day.parse()) else { return false };
    let year = if year.len() == 2 { 2000 + written } else { written };
    (1900..=2100).contains(&year) && chrono::NaiveDate::from_ymd_opt(year, month, day).is_some()
}

fn is_time_like(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains(':')
        && text.bytes().all(|b| b.is_ascii_digit() || b" :.,+-ZzAaPpMm".contains(&b))
}

/// UTF-8 that was read as Windows-1252: `MÃ¼ller`, `Janeâ€™s`, a leading `ï»¿`.
///
/// Decided by going back: letters that make a UTF-8 sequence if they are bytes. Chance makes some of those too, at the end
/// of a quotation in capitals (`„MENÜ“`), so those that mojibake of names seldom has must come in a row.
#[must_use]
pub fn looks_double_encoded(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let mut rest = text.chars();
    let mut in_a_row = false;
    loop {
        let here = rest.clone();
        if rest.next().is_none() {
            return false;
        }
        let Some(found) = sequence(here) else {
            in_a_row = false;
            continue;
        };
        if in_a_row || found.plain {
            return true;
        }
        in_a_row = true;
        for _ in 1..found.letters {
            rest.next();
        }
    }
}

/// Letters that were the bytes of one letter.
struct Sequence {
    letters: usize,
    /// Whether names and texts of European languages have that letter, so that one will do.
    plain: bool,
}

fn sequence(mut letters: std::str::Chars<'_>) -> Option<Sequence> {
    let lead = windows_1252(letters.next()?)?;
    let length = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut bytes = [lead, 0, 0, 0];
    let mut last = '\0';
    for byte in bytes.get_mut(1..length)? {
        last = letters.next()?;
        *byte = windows_1252(last)?;
    }
    std::str::from_utf8(bytes.get(..length)?).ok()?;
    let plain = match bytes {
        // Latin letters. A quotation mark, dash or the like that no letter follows is more likely itself.
        [0xC2..=0xC5, ..] => {
            !matches!(last, '\u{2013}'..='\u{201e}' | '…' | '‹' | '›' | '«' | '»')
                || letters.next().is_some_and(char::is_alphabetic)
        }
        // Punctuation, `€` and `™`; byte order mark and replacement sign; pictures.
        [0xE2, 0x80 | 0x82 | 0x84, ..] | [0xEF, 0xBB, 0xBF, _] | [0xEF, 0xBF, 0xBD, _] | [0xF0, 0x9F, ..] => true,
        _ => false,
    };
    Some(Sequence { letters: length, plain })
}

/// The byte that Windows-1252 has for a sign outside ASCII.
fn windows_1252(c: char) -> Option<u8> {
    Some(match c {
        // The five bytes that stand for nothing come through as control characters.
        '\u{80}'..='\u{ff}' => u8::try_from(u32::from(c)).ok()?,
        '€' => 0x80,
        '‚' => 0x82,
        'ƒ' => 0x83,
        '„' => 0x84,
        '…' => 0x85,
        '†' => 0x86,
        '‡' => 0x87,
        'ˆ' => 0x88,
        '‰' => 0x89,
        'Š' => 0x8A,
        '‹' => 0x8B,
        'Œ' => 0x8C,
        'Ž' => 0x8E,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        '˜' => 0x98,
        '™' => 0x99,
        'š' => 0x9A,
        '›' => 0x9B,
        'œ' => 0x9C,
        'ž' => 0x9E,
        'Ÿ' => 0x9F,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
