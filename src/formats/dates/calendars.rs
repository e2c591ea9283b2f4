//! Calendars other than ours: their dates are named for what they are and never read.

use crate::schema::words;

words! {
    /// A calendar that counts otherwise.
    Calendar {
        /// Thai: 543 years ahead.
        Buddhist = "Buddhist",
        /// Japanese: years of an era, `R8` or 令和8年.
        Japanese = "Japanese era",
        /// Taiwanese: years since 1911.
        Minguo = "Minguo",
        /// Islamic, lunar.
        Hijri = "Hijri",
        /// Iranian, solar.
        Persian = "Persian",
        /// Jewish.
        Hebrew = "Hebrew",
    }
}

/// Words that only dates of one calendar have.
const MARKS: &[(&str, Calendar)] = &[
    ("令和", Calendar::Japanese),
    ("平成", Calendar::Japanese),
    ("昭和", Calendar::Japanese),
    ("㋿", Calendar::Japanese),
    ("㍻", Calendar::Japanese),
    ("民國", Calendar::Minguo),
    ("民国", Calendar::Minguo),
    ("พ.ศ", Calendar::Buddhist),
    ("ه.ش", Calendar::Persian),
    ("هـ", Calendar::Hijri),
    ("התש", Calendar::Hebrew),
    ("תש", Calendar::Hebrew),
];

/// The calendar of a cell that is no date of ours. What is damaged has none.
#[must_use]
pub fn calendar_of(text: &str) -> Option<Calendar> {
    let text = super::super::values::bare(text);
    if let Some((_, calendar)) = MARKS.iter().find(|(mark, _)| text.contains(mark)) {
        return Some(*calendar);
    }
    let numbers = numbers(text);
    if is_era(text, &numbers) {
        return Some(Calendar::Japanese);
    }
    match *numbers.as_slice() {
        // Republic of China, year 115: three digits before a month and a day.
        [(3, 90..=160), (1..=2, 1..=12), (1..=2, 1..=31), ..] if text.starts_with(|c: char| c.is_ascii_digit()) => {
            Some(Calendar::Minguo)
        }
        // A year at one end, with two more numbers or the name of a month.
        [(4, year), (1..=2, _), ..] | [(1..=2, _), (4, year), ..] | [(1..=2, _), (1..=2, _), (4, year), ..] => {
            of_year(year)
        }
        _ => None,
    }
}

/// Devices are of this century, and so are their dates.
const fn of_year(year: u32) -> Option<Calendar> {
    match year {
        2_540..=2_600 => Some(Calendar::Buddhist),
        1_375..=1_412 => Some(Calendar::Persian),
        1_413..=1_480 => Some(Calendar::Hijri),
        5_750..=5_810 => Some(Calendar::Hebrew),
        _ => None,
    }
}

/// `R8/5/1`, `H31.4.30`: the letter of an era right before three small numbers.
fn is_era(text: &str, numbers: &[(usize, u32)]) -> bool {
    let mut signs = text.chars();
    let letter = signs.next().is_some_and(|c| matches!(c, 'R' | 'H' | 'S' | 'r' | 'h' | 's'));
    let digit = signs.next().is_some_and(|c| c.is_ascii_digit());
    letter && digit && matches!(numbers, [(1..=2, _), (1..=2, 1..=12), (1..=2, 1..=31), ..])
}

/// The first numbers of a text, each with its number of digits, whatever script writes them.
fn numbers(text: &str) -> Vec<(usize, u32)> {
    const MOST: usize = 4;
    let mut found: Vec<(usize, u32)> = Vec::new();
    let mut inside = false;
    for sign in text.chars() {
        let Some(digit) = digit(sign) else {
            if found.len() == MOST {
                break;
            }
            inside = false;
            continue;
        };
        if !inside {
            found.push((0, 0));
        }
        inside = true;
        if let Some((length, value)) = found.last_mut() {
            *length += 1;
            *value = value.saturating_mul(10).saturating_add(digit);
        }
    }
    found
}

/// Digits of Latin, Arabic, Persian and Thai.
fn digit(sign: char) -> Option<u32> {
    let from = |zero: u32| u32::from(sign).checked_sub(zero).filter(|digit| *digit < 10);
    [0x30, 0x660, 0x6f0, 0xe50].into_iter().find_map(from)
}

#[cfg(test)]
mod tests {
    use super::super::{Stamp, stamp};
    use super::*;

    #[test]
    fn calendars_are_told_apart_from_damage() {
        for (text, expected) in [
            ("2569-06-05 08:00", Some(Calendar::Buddhist)),
            ("05/06/2569", Some(Calendar::Buddhist)),
            ("5 มิ.ย. 2569", Some(Calendar::Buddhist)),
            ("๕/๖/๒๕๖๙", Some(Calendar::Buddhist)),
            ("R8/5/1", Some(Calendar::Japanese)),
            ("令和8年5月1日", Some(Calendar::Japanese)),
            ("H31.04.30", Some(Calendar::Japanese)),
            ("115/03/05", Some(Calendar::Minguo)),
            ("1447-09-12", Some(Calendar::Hijri)),
            ("1405/02/31 10:00", Some(Calendar::Persian)),
            ("۱۴۰۵/۰۳/۰۵", Some(Calendar::Persian)),
            ("15 Khordad 1405", Some(Calendar::Persian)),
            ("15 Sivan 5786", Some(Calendar::Hebrew)),
            ("ט\"ו סיון תשפ\"ו", Some(Calendar::Hebrew)),
            ("2026-13-45", None),
            ("#ERROR!", None),
            ("1405", None),
            ("192.168.1.1", None),
            ("PC-2569", None),
            ("", None),
        ] {
            assert_eq!(calendar_of(text), expected, "{text}");
            assert!(!matches!(stamp(text), Stamp::At(_)), "{text}");
        }
    }
}
