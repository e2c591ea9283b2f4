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
pub(in crate::formats) enum Place {
    /// In this column.
    Here,
    /// In another column of the list; nothing in this one speaks against it.
    Beside,
}

/// The cells of a column in which day and month may be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Swapped {
    pub place: Place,
    pub count: usize,
    /// Their shapes, as bits.
    shapes: u8,
}

impl Swapped {
    /// Whether a cell is one of them.
    pub(in crate::formats) fn has(&self, cell: &str, stamp: Stamp) -> bool {
        let Stamp::At(millis) = stamp else { return false };
        shape(cell).is_some_and(|shape| self.shapes & (1 << shape) != 0) && day(millis) <= MONTHS
    }
}

const MONTHS: u32 = 12;
/// Ways to write a date that leave no choice of its order.
const SHAPES: usize = 5;
/// Of five days of a month two are up to 12. Where early ones are not a quarter of the late ones, something took them away; so it
/// is the other way round.
const FEW: usize = 4;
/// Fewer dates than this may be all early or all late by chance, where some speak against it.
const CHANCE: usize = 3;
/// So many late ones without an early one are no chance at all.
const SURE: usize = 8;

/// What a column shows of one shape.
#[derive(Clone, Copy, Default)]
struct Days {
    early: usize,
    late: usize,
}

/// Which dates of a column that leave no choice of their order may have day and month exchanged.
///
/// Those of a shape whose days are up to 12, beside dates of a shape that leaves a choice whose days are later: had the list been
/// left alone, both shapes would have both. One date of either kind is enough where none speaks against it, for a list of two
/// rows is a list; a date that somebody mended by hand, or a second list below the first, does not hide the others. `beside` says
/// that another column of the list shows it.
pub(in crate::formats) fn swapped<'a>(cells: impl Iterator<Item = (&'a str, Stamp)>, beside: bool) -> Option<Swapped> {
    let mut fixed = [Days::default(); SHAPES];
    let mut chosen = Days::default();
    for (cell, stamp) in cells {
        // `12/31/9999` is no date, and `5/5/2026` is one in either order.
        match stamp.resolve(None) {
            Stamp::Either(Some(_), Some(_)) => chosen.early += 1,
            Stamp::Either(..) => chosen.late += 1,
            Stamp::At(millis) => {
                let Some(days) = shape(cell).and_then(|shape| fixed.get_mut(shape)) else { continue };
                if day(millis) > MONTHS {
                    days.late += 1;
                } else {
                    days.early += 1;
                }
            }
            Stamp::Unknown | Stamp::Unreadable => {}
        }
    }
    let here = chosen.late > 0 && chosen.early * FEW <= chosen.late;
    let sure = chosen.late >= SURE && chosen.early == 0;
    let is_swapped = |days: &Days| match (days.early, days.late) {
        (0, _) => false,
        (_, 0) => here || (beside && chosen.early == 0),
        (early, late) => here && chosen.late >= CHANCE && early >= CHANCE && (sure || late * FEW <= early),
    };
    let (mut shapes, mut count) = (0, 0);
    for (shape, days) in fixed.iter().enumerate().filter(|(_, days)| is_swapped(days)) {
        shapes |= 1 << shape;
        count += days.early;
    }
    (shapes != 0).then_some(Swapped { place: if here { Place::Here } else { Place::Beside }, count, shapes })
}

fn day(millis: i64) -> u32 {
    DateTime::from_timestamp_millis(millis).map_or(0, |moment| moment.day())
}

/// The shape of a date that leaves no choice: year first with `-`, or with another sign; with dots; with a name; a number. None of
/// two small numbers whose order depends on the country.
fn shape(cell: &str) -> Option<usize> {
    let cell = super::super::values::bare(cell);
    let small = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = cell.splitn(3, ['/', '-']);
    if parts.next().is_some_and(small) && parts.next().is_some_and(small) && parts.next().is_some() {
        return None;
    }
    let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
    Some(match (digits, cell.as_bytes().get(digits)) {
        (4, Some(b'-')) => 0,
        (4, Some(_)) => 1,
        (1..=2, Some(b'.')) => 2,
        (0..=2, _) => 3,
        _ => 4,
    })
}

#[cfg(test)]
mod tests {
    use super::super::stamp;
    use super::*;

    fn of(cells: &[&str], beside: bool) -> Option<(Place, usize)> {
        let stamped = cells.iter().map(|cell| (*cell, stamp(cell)));
        swapped(stamped, beside).map(|swapped| {
            let has = cells.iter().filter(|cell| swapped.has(cell, stamp(cell))).count();
            assert_eq!(has, swapped.count, "{cells:?}");
            (swapped.place, swapped.count)
        })
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
                assert_eq!(of(&[real, text, "", "never"], false), Some((Place::Here, 1)), "{real} {text}");
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
    fn a_date_mended_by_hand_does_not_hide_the_others() {
        let real = ["11.01.2026", "11.02.2026", "11.03.2026", "11.04.2026", "11.05.2026"];
        let text = ["11/13/2026", "11/14/2026", "11/15/2026", "11/16/2026"];
        let with = |more: &[&'static str]| of(&[&real[..], &text[..], more].concat(), false);
        assert_eq!(with(&["18.11.2026"]), Some((Place::Here, 5)));
        assert_eq!(with(&["2026-11-18"]), Some((Place::Here, 5)));
        assert_eq!(with(&["11/3/2026"]), Some((Place::Here, 5)));
        assert_eq!(with(&["18.11.2026", "19.11.2026"]), None, "as many late ones as lists have");
        assert_eq!(with(&["11/3/2026", "11/4/2026"]), None, "as many early ones as lists have");
        let sure = ["11/17/2026", "11/18/2026", "11/19/2026", "11/20/2026"];
        assert_eq!(with(&[&sure[..], &["18.11.2026", "19.11.2026", "20.11.2026"]].concat()), Some((Place::Here, 5)));
    }

    #[test]
    fn another_column_tells() {
        assert_eq!(of(&["11.09.2026", "12.09.2026"], false), None);
        assert_eq!(of(&["11.09.2026", "12.09.2026"], true), Some((Place::Beside, 2)));
        assert_eq!(of(&["11.09.2026", "13.09.2026"], true), None, "no month is 13");
    }
}
