//! Dates in which a spreadsheet took the day for the month.
//!
//! A spreadsheet that is set to another country makes real dates of those cells whose day can be a month, and leaves the others
//! as text: `11/9/2026` becomes the eleventh of September, and `11/13/2026` stays. Saved again, the real ones are written
//! as that country writes them: `11.09.2026`, `2026/09/11`, `11-Sep-26`, `2026-09-11`. Where the order of such a cell alone can
//! be told from its shape, it is told wrongly.

use chrono::{DateTime, Datelike};

use super::Stamp;

/// Where the exchange shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Swapped {
    /// In this column.
    Here,
    /// In another column of the list; nothing in this one speaks against it.
    Beside,
}

/// Whether the dates of a column that leave no choice of their order may have day and month exchanged, and how many there
/// are.
///
/// They may if every one is of a day up to 12, and every date whose shape leaves a choice is of a later one: had the list been
/// left alone, it would have both kinds in both shapes. One date of either kind is enough, for a list of two rows is a list.
/// `beside` says that another column of the list shows it.
pub(in crate::formats) fn swapped<'a>(
    cells: impl Iterator<Item = (&'a str, Stamp)>,
    beside: bool,
) -> Option<(Swapped, usize)> {
    let (mut fixed, mut later) = (0, false);
    for (cell, stamp) in cells {
        // `12/31/9999` is no date.
        match stamp.resolve(None) {
            Stamp::Either(Some(_), Some(_)) => return None,
            Stamp::Either(..) => later = true,
            Stamp::At(_) if has_choice(cell) => {}
            Stamp::At(millis) => {
                if DateTime::from_timestamp_millis(millis)?.day() > MONTHS {
                    return None;
                }
                fixed += 1;
            }
            Stamp::Unknown | Stamp::Unreadable => {}
        }
    }
    match (fixed, later) {
        (0, _) => None,
        (_, true) => Some((Swapped::Here, fixed)),
        (_, false) => beside.then_some((Swapped::Beside, fixed)),
    }
}

const MONTHS: u32 = 12;

/// Whether a date's shape tells day and month apart.
pub(in crate::formats) fn leaves_no_choice(cell: &str, stamp: Stamp) -> bool {
    matches!(stamp, Stamp::At(_)) && !has_choice(cell)
}

/// `5/5/2026`, `5-5-2026`: two small numbers whose order depends on the country, also where they are equal.
fn has_choice(cell: &str) -> bool {
    let small = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = super::super::values::bare(cell).splitn(3, ['/', '-']);
    parts.next().is_some_and(small) && parts.next().is_some_and(small) && parts.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::super::stamp;
    use super::*;

    fn of(cells: &[&str], beside: bool) -> Option<(Swapped, usize)> {
        swapped(cells.iter().map(|cell| (*cell, stamp(cell))), beside)
    }

    #[test]
    fn whatever_country_wrote_them() {
        for real in [
            "11.09.2026 08:00",
            "11. 9. 2026",
            "2026/09/11",
            "11-Sep-26",
            "2026-09-11T08:00:00",
            "46276.3333",
            "2026年9月11日",
        ] {
            for text in ["11/13/2026 8:00:00 AM", "13/11/2026 08:00", "13-11-2026"] {
                assert_eq!(of(&[real, text, "", "never"], false), Some((Swapped::Here, 1)), "{real} {text}");
            }
        }
    }

    #[test]
    fn dates_that_speak_against_it() {
        for (cells, why) in [
            (["11.09.2026", "13.11.2026", "12.09.2026"], "one shape"),
            (["11.09.2026", "11/13/2026", "13.09.2026"], "a later day in the shape of the real ones"),
            (["11.09.2026", "11/13/2026", "11/12/2026"], "an early day in the shape of the text"),
            (["5/5/2026", "11/13/2026", "11/14/2026"], "day and month are one number"),
            (["11/13/2026", "11/14/2026", "11/15/2026"], "no real date"),
            (["0001-01-01 00:00:00", "11/13/2026", "11/14/2026"], "no date at all"),
            (["11.09.2026", "12/31/9999", "12.09.2026"], "no date at all either"),
        ] {
            assert_eq!(of(&cells, false), None, "{why}");
        }
    }

    #[test]
    fn another_column_tells() {
        assert_eq!(of(&["11.09.2026", "12.09.2026"], false), None);
        assert_eq!(of(&["11.09.2026", "12.09.2026"], true), Some((Swapped::Beside, 2)));
        assert_eq!(of(&["11.09.2026", "13.09.2026"], true), None, "no month is 13");
    }
}
