//! Dates in which a spreadsheet took the day for the month.
//!
//! A spreadsheet that is set to another country makes real dates of those cells whose day can be a month, and leaves the others
//! as text: `11/9/2026` becomes the eleventh of September, and `11/13/2026` stays. Saved again, the real ones are written
//! as that country writes them: `11.09.2026`, `2026/09/11`, `11-Sep-26`, `2026-09-11`. Where the order of such a cell alone can
//! be told from its shape, it is told wrongly.

use chrono::{DateTime, Datelike, Months, NaiveDate};

use super::Stamp;
use crate::time::DAY;

/// Where the exchange shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Place {
    /// In this column: by dates that are written otherwise.
    Here,
    /// In this column: its dates only make sense with day and month exchanged.
    Sense,
    /// In this column: others with dots have a month that is none, and a day that can be one, in its place.
    MonthFirst,
    /// In another column of the list; nothing in this one speaks against it.
    Beside,
    /// In another list, whose dates are written in the same way; nothing in this column speaks against it.
    Elsewhere,
}

/// What is known of a column before its dates are looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::formats) struct Known {
    /// Another column of the list shows the exchange.
    pub beside: bool,
    /// Shapes of dates in which another list shows it, as bits.
    pub elsewhere: u8,
    /// Its dates are signs of activity, which come day by day and never lie ahead.
    pub signs: bool,
    /// The time of judgement, where it was given.
    pub as_of: Option<i64>,
}

impl Known {
    /// Whether a column without a date that leaves a choice may be one of such dates.
    pub(in crate::formats) const fn may_tell(self) -> bool {
        self.beside || self.elsewhere != 0 || self.signs
    }
}

/// The cells of a column in which day and month may be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Swapped {
    pub place: Place,
    pub count: usize,
    /// Their shapes, as bits.
    pub shapes: u8,
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
/// The number of the one with dots, the day first.
const DOTTED: usize = 2;
/// Of five days of a month two are up to 12. Where early ones are not a quarter of the late ones, something took them away; so it
/// is the other way round.
const FEW: usize = 4;
/// Fewer dates than this may be all early or all late by chance, where some speak against it.
const CHANCE: usize = 3;
/// So many late ones without an early one are no chance at all.
const SURE: usize = 8;
/// Months in which most devices in use were seen last.
const QUARTER: usize = 3;
/// With fewer dates than this nothing can be told from the months that they are in.
const SENSE: usize = 5;

/// What a column shows of one shape.
#[derive(Clone, Default)]
struct Days {
    early: usize,
    late: usize,
    /// For signs of activity, the early ones by month and day, and the late ones by month.
    by_day: Vec<[usize; MONTHS as usize]>,
    by_month: Vec<usize>,
    /// Early ones that lie ahead and would not with day and month exchanged.
    ahead: usize,
}

/// Years whose months are told apart.
const FIRST_YEAR: i32 = 2000;
const YEARS: usize = 100;

impl Days {
    fn add(&mut self, millis: i64, known: Known) {
        let Some(date) = DateTime::from_timestamp_millis(millis).map(|moment| moment.date_naive()) else { return };
        let is_early = date.day() <= MONTHS;
        *(if is_early { &mut self.early } else { &mut self.late }) += 1;
        if !known.signs {
            return;
        }
        if self.by_day.is_empty() {
            self.by_day = vec![[0; MONTHS as usize]; YEARS * MONTHS as usize];
            self.by_month = vec![0; YEARS * MONTHS as usize];
        }
        let Some(month) = month_of(date) else { return };
        if !is_early {
            if let Some(count) = self.by_month.get_mut(month) {
                *count += 1;
            }
            return;
        }
        let slot = self.by_day.get_mut(month).and_then(|days| days.get_mut(date.day0() as usize));
        if let Some(count) = slot {
            *count += 1;
        }
        let limit = known.as_of.and_then(|at| DateTime::from_timestamp_millis(at.saturating_add(DAY)));
        let is_ahead = |date: NaiveDate| limit.is_some_and(|limit| date > limit.date_naive());
        self.ahead += usize::from(is_ahead(date) && exchanged(date).is_some_and(|other| !is_ahead(other)));
    }

    /// Whether the early ones only make sense with day and month exchanged: then, and not as they stand, they are in the months of
    /// the late ones; or none is late, of dates of many days, and some lie ahead.
    fn makes_sense_exchanged(&self) -> bool {
        if self.late == 0 {
            let is_any = |count: &&usize| **count > 0;
            let dates = self.by_day.iter().flatten().filter(is_any).count();
            let months = self.by_day.iter().filter(|days| days.iter().any(|count| *count > 0)).count();
            let day = |day: usize| self.by_day.iter().any(|days| days.get(day).is_some_and(|count| *count > 0));
            let days: Vec<usize> = (0..MONTHS as usize).filter(|at| day(*at)).collect();
            // Days of a quarter of a year, in many months: the days are the months. On the first of each month something may be due.
            let are_months = days.len() <= QUARTER && months > QUARTER && days != [0];
            return self.early >= SURE && dates >= SENSE && (self.ahead > 0 || are_months);
        }
        let has_late = |month: usize| self.by_month.get(month).is_some_and(|count| *count > 0);
        let (mut as_written, mut exchanged) = (0, 0);
        for (month, days) in self.by_day.iter().enumerate() {
            for (day, count) in days.iter().enumerate() {
                as_written += if has_late(month) { *count } else { 0 };
                exchanged += if has_late(month / MONTHS as usize * MONTHS as usize + day) { *count } else { 0 };
            }
        }
        self.late >= SENSE && exchanged >= SENSE && as_written * 2 <= exchanged && exchanged * 4 >= self.early * 3
    }
}

/// The place of a month among those that are told apart.
fn month_of(date: NaiveDate) -> Option<usize> {
    let year = usize::try_from(date.year() - FIRST_YEAR).ok().filter(|year| *year < YEARS)?;
    Some(year * MONTHS as usize + date.month0() as usize)
}

/// A date with day and month exchanged, if it is one.
fn exchanged(date: NaiveDate) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(date.year(), 1, 1)?;
    first.checked_add_months(Months::new(date.day0()))?.with_day(date.month())
}

/// Which dates of a column that leave no choice of their order may have day and month exchanged.
///
/// Those of a shape whose days are up to 12, beside dates of a shape that leaves a choice whose days are later: had the list been
/// left alone, both shapes would have both. One date of either kind is enough where none speaks against it, for a list of two
/// rows is a list; a date that somebody mended by hand, or a second list below the first, does not hide the others. Signs of activity
/// also show it by the months that they are in.
pub(in crate::formats) fn swapped<'a>(cells: impl Iterator<Item = (&'a str, Stamp)>, known: Known) -> Option<Swapped> {
    let mut fixed: [Days; SHAPES] = std::array::from_fn(|_| Days::default());
    let (mut early, mut late, mut month_first) = (0_usize, 0_usize, false);
    for (cell, stamp) in cells {
        // `12/31/9999` is no date, and `5/5/2026` is one in either order.
        match stamp.resolve(None) {
            Stamp::Either(Some(_), Some(_)) => early += 1,
            Stamp::Either(..) => late += 1,
            Stamp::At(millis) => {
                let Some(days) = shape(cell).and_then(|shape| fixed.get_mut(shape)) else { continue };
                days.add(millis, known);
            }
            Stamp::Unreadable => month_first |= has_month_first(cell),
            Stamp::Unknown => {}
        }
    }
    let here = late > 0 && early * FEW <= late;
    let sure = late >= SURE && early == 0;
    let place = |(shape, days): (usize, &Days)| match (days.early, days.late) {
        (0, _) => None,
        _ if month_first && shape == DOTTED => Some(Place::MonthFirst),
        (_, 0) if here => Some(Place::Here),
        _ if days.makes_sense_exchanged() => Some(Place::Sense),
        (_, 0) if early == 0 && known.beside => Some(Place::Beside),
        (_, 0) if early == 0 && known.elsewhere & (1 << shape) != 0 => Some(Place::Elsewhere),
        (own, other) => {
            let shows = here && late >= CHANCE && own >= CHANCE && (sure || other * FEW <= own);
            (shows && other > 0).then_some(Place::Here)
        }
    };
    let (mut shapes, mut count, mut first) = (0, 0, None);
    for (shape, days) in fixed.iter().enumerate() {
        if let Some(place) = place((shape, days)) {
            shapes |= 1 << shape;
            count += days.early;
            first.get_or_insert(place);
        }
    }
    first.map(|place| Swapped { place, count, shapes })
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
        (1..=2, Some(b'.')) => DOTTED,
        (0..=2, _) => 3,
        _ => 4,
    })
}

/// Whether a text with dots is a date only if the month stands first, as no country writes it: a spreadsheet that was told to put
/// dots where its own country has strokes does.
fn has_month_first(cell: &str) -> bool {
    let mut parts = super::super::values::bare(cell).splitn(3, '.').map(str::trim);
    let mut number = || parts.next().filter(|part| part.len() <= 2).and_then(|part| part.parse::<u32>().ok());
    let (first, second) = (number(), number());
    let has_year = parts.next().is_some_and(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() == 4);
    has_year
        && first.is_some_and(|month| (1..=MONTHS).contains(&month))
        && second.is_some_and(|day| (MONTHS + 1..=31).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::super::stamp;
    use super::*;

    fn of(cells: &[&str], beside: bool) -> Option<(Place, usize)> {
        told(cells, Known { beside, ..Known::default() })
    }

    fn told(cells: &[&str], known: Known) -> Option<(Place, usize)> {
        let stamped = cells.iter().map(|cell| (*cell, stamp(cell)));
        swapped(stamped, known).map(|swapped| {
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
    fn dots_after_a_month_that_comes_first() {
        assert_eq!(of(&["11.04.2026", "11.05.2026 08:00", "02.28.2026"], false), Some((Place::MonthFirst, 2)));
        assert_eq!(of(&["11.04.2026", "28.02.2026", "31.12.2026"], false), None);
        assert_eq!(of(&["11.04.2026", "10.0.22631", "1.50.2026"], false), None);
    }

    #[test]
    fn another_column_tells() {
        assert_eq!(of(&["11.09.2026", "12.09.2026"], false), None);
        assert_eq!(of(&["11.09.2026", "12.09.2026"], true), Some((Place::Beside, 2)));
        assert_eq!(of(&["11.09.2026", "13.09.2026"], true), None, "no month is 13");
    }

    #[test]
    fn another_list_tells_of_dates_that_are_written_as_its_own() {
        let iso = stamp("2026-11-09");
        let witness = swapped([("2026-11-09", iso), ("11/13/2026", stamp("11/13/2026"))].into_iter(), Known::default());
        let known = Known { elsewhere: witness.unwrap().shapes, ..Known::default() };
        assert_eq!(told(&["2026-11-09", "2026-12-09"], known), Some((Place::Elsewhere, 2)));
        assert_eq!(told(&["11.09.2026", "12.09.2026"], known), None, "another program wrote it");
        assert_eq!(told(&["2026-11-09", "2026-11-13"], known), None, "a later day");
    }

    #[test]
    fn days_that_are_months() {
        let signs = Known { signs: true, ..Known::default() };
        // Seen from the first to the eighteenth of November; a script took the day first where it could.
        let mixed: Vec<String> =
            (1..=18).map(|d| if d <= 12 { format!("2026-{d:02}-11") } else { format!("2026-11-{d}") }).collect();
        let cells: Vec<&str> = mixed.iter().map(String::as_str).collect();
        assert_eq!(told(&cells, signs), Some((Place::Sense, 12)));
        assert_eq!(told(&cells, Known::default()), None, "dates of purchase may be of any month");
        let whole: Vec<String> = (1..=18).map(|d| format!("2026-11-{d:02}")).collect();
        assert_eq!(told(&whole.iter().map(String::as_str).collect::<Vec<_>>(), signs), None);
        // A list of which only such dates are left, and one of them lies ahead.
        let as_of = DateTime::parse_from_rfc3339("2026-11-20T00:00:00Z").unwrap().timestamp_millis();
        let left: Vec<String> = (1..=12).map(|d| format!("2026-{d:02}-11")).collect();
        let left: Vec<&str> =
            left.iter().map(String::as_str).chain(["2026-04-10", "2026-05-10", "2026-06-09", "2026-07-09"]).collect();
        assert_eq!(told(&left, Known { as_of: Some(as_of), ..signs }), Some((Place::Sense, 16)));
        assert_eq!(told(&left, signs), Some((Place::Sense, 16)), "days of three months, in twelve");
        let firsts: Vec<String> = (1..=11).map(|m| format!("2026-{m:02}-01")).collect();
        let firsts: Vec<&str> = firsts.iter().map(String::as_str).collect();
        assert_eq!(told(&firsts, Known { as_of: Some(as_of), ..signs }), None, "none lies ahead");
    }
}
