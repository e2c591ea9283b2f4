//! Dates of every culture seen in exports, to UTC milliseconds.
//!
//! Whether `03/04/2024` is in March or in April cannot be told from one cell; it is decided for a whole column by the
//! cells that leave no choice. If none does, the column is unknown.

mod calendars;
pub(crate) mod names;
mod numbers;
mod short;
mod swapped;
mod written;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

pub use calendars::{Calendar, calendar_of};
pub(super) use short::{Short, short, with_century};
pub(super) use swapped::{Known, Place, Swapped, swapped};

/// Order of day and month in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Day first.
    Dmy,
    /// Month first.
    Mdy,
}

impl Order {
    /// The order named on the command line.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "dmy" => Some(Self::Dmy),
            "mdy" => Some(Self::Mdy),
            _ => None,
        }
    }
}

/// A cell of a date column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// UTC milliseconds since 1970.
    At(i64),
    /// No date: blank, `Never`, year 1, 1601, 1900, 9999.
    Unknown,
    /// Two numbers whose order the column must decide: as day-month and as month-day.
    Either(Option<i64>, Option<i64>),
    /// Not a date.
    Unreadable,
}

/// Words that consoles, spreadsheets and scripts write where a date is missing.
const NO_DATE: &[&str] = &[
    "",
    "0",
    "-",
    "--",
    "—",
    "never",
    "never contacted",
    "n/a",
    "n.a.",
    "not applicable",
    "not available",
    "null",
    "$null",
    "(null)",
    "none",
    "unknown",
    "pending",
];

/// No console existed before, so earlier years are sentinels (1, 1601, 1900, 1970).
const FIRST_YEAR: i32 = 1990;
/// From 9000 on years are sentinels too (9999, and 9998 after a shift of time zone); in between nothing is a date.
const LAST_PLAUSIBLE: i32 = 2200;

/// Reads one cell.
#[must_use]
pub fn stamp(text: &str) -> Stamp {
    stamp_in(text, false)
}

/// Reads one cell of a workbook, whose bare day numbers may count from 1904 instead of 1900.
#[must_use]
pub fn stamp_in(text: &str, epoch_1904: bool) -> Stamp {
    let text = super::values::bare(text);
    if let Some(stamp) = iso(text.as_bytes()) {
        return stamp;
    }
    // Windows puts direction marks between the parts of a date.
    let shown = super::values::shown(text);
    if shown.len() != text.len() {
        return stamp_in(&shown, epoch_1904);
    }
    let found = match text.as_bytes().first() {
        Some(b'1'..=b'9') => cultural(text.as_bytes()).or_else(|| numbers::bare_number(text, epoch_1904)),
        Some(b'/' | b'\\') => numbers::json_date(text),
        Some(b'0') if text.len() > 1 => cultural(text.as_bytes()),
        _ if NO_DATE.iter().any(|word| text.eq_ignore_ascii_case(word)) => Some(Stamp::Unknown),
        _ => None,
    };
    found.or_else(|| written::written(text)).unwrap_or(Stamp::Unreadable)
}

fn at(moment: NaiveDateTime) -> Stamp {
    match moment.year() {
        FIRST_YEAR..=LAST_PLAUSIBLE => Stamp::At(moment.and_utc().timestamp_millis()),
        // The Persian, the Islamic and the Buddhist calendar count otherwise: such a date is not old, it is not read.
        1_300..=1_550 | 2_201..=8_999 => Stamp::Unreadable,
        _ => Stamp::Unknown,
    }
}

fn at_millis(millis: i64) -> Stamp {
    DateTime::from_timestamp_millis(millis).map_or(Stamp::Unreadable, |moment| at(moment.naive_utc()))
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

/// The milliseconds in a fraction of a second.
fn milli(fraction: &[u8]) -> u32 {
    (0..3).fold(0, |n, i| n * 10 + fraction.get(i).map_or(0, |b| u32::from(b.wrapping_sub(b'0'))))
}

/// The fast path, for what nearly every console writes: `2024-03-05`, or with a time of fixed width
/// (`2024-03-05 10:00:00.1230000`), perhaps with `Z` or `+01:00`. Anything else is left to the other shapes.
fn iso(bytes: &[u8]) -> Option<Stamp> {
    let (day, rest) = bytes.split_at_checked(10)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *day else { return None };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    if rest.is_empty() {
        return Some(at(date.and_time(NaiveTime::MIN)));
    }
    let (time, rest) = rest.split_at_checked(9)?;
    let [b'T' | b' ', h1, h2, b':', i1, i2, b':', s1, s2] = *time else { return None };
    let (fraction, zone) = match rest {
        [b'.', after @ ..] => {
            let digits = after.iter().position(|b| !b.is_ascii_digit()).unwrap_or(after.len());
            after.split_at_checked(digits)?
        }
        _ => (&[][..], rest),
    };
    let offset = match *zone {
        [] | [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
            if hours > 18 || minutes > 59 {
                return None;
            }
            i64::from(hours * 60 + minutes) * if sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let time =
        NaiveTime::from_hms_milli_opt(number(&[h1, h2])?, number(&[i1, i2])?, number(&[s1, s2])?, milli(fraction))?;
    date.and_time(time).checked_sub_signed(TimeDelta::minutes(offset)).map(at)
}

/// The other fast path: `10/16/2024 4:53:46 PM`, `16.10.2024 16:53`, `16-10-2024`.
fn cultural(bytes: &[u8]) -> Option<Stamp> {
    let (first, rest) = one_or_two_digits(bytes)?;
    let (separator, rest) = rest.split_first().filter(|(b, _)| matches!(b, b'/' | b'.' | b'-'))?;
    let (second, rest) = one_or_two_digits(rest)?;
    let [again, y1, y2, y3, y4, rest @ ..] = rest else { return None };
    let year = i32::try_from(number(&[*y1, *y2, *y3, *y4]).filter(|_| again == separator)?).ok()?;
    let time = match rest {
        [] => NaiveTime::MIN,
        [b' ', rest @ ..] => {
            let (hour, rest) = one_or_two_digits(rest)?;
            let [b':', i1, i2, rest @ ..] = rest else { return None };
            let (seconds, rest) = match rest {
                [b':', s1, s2, rest @ ..] => (number(&[*s1, *s2])?, rest),
                _ => (0, rest),
            };
            let hour = match rest {
                [] => hour,
                [b' ', half @ (b'A' | b'P'), b'M'] => of_half_day(hour, *half == b'P')?,
                _ => return None,
            };
            NaiveTime::from_hms_opt(hour, number(&[*i1, *i2])?, seconds)?
        }
        _ => return None,
    };
    let moment = |day, month| NaiveDate::from_ymd_opt(year, month, day).map(|day| day.and_time(time));
    let dmy = moment(first, second);
    // No culture puts dots after a month that comes first.
    if *separator == b'.' { dmy.map(at) } else { settle(dmy, moment(second, first)) }
}

fn one_or_two_digits(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let length = if bytes.get(1)?.is_ascii_digit() { 2 } else { 1 };
    let (digits, rest) = bytes.split_at_checked(length)?;
    Some((number(digits)?, rest))
}

/// The hour that one of the morning or the afternoon is.
fn of_half_day(hour: u32, afternoon: bool) -> Option<u32> {
    match (hour, afternoon) {
        (12, false) => Some(0),
        (0..=11, false) | (12, true) => Some(hour),
        (1..=11, true) => Some(hour + 12),
        _ => None,
    }
}

/// What a cell says whose order of day and month is not known.
fn settle(dmy: Option<NaiveDateTime>, mdy: Option<NaiveDateTime>) -> Option<Stamp> {
    match (dmy, mdy) {
        (None, None) => None,
        (Some(one), Some(other)) if one == other || (at(one), at(other)) == (Stamp::Unknown, Stamp::Unknown) => {
            Some(at(one))
        }
        (dmy, mdy) => {
            let millis = |moment: NaiveDateTime| moment.and_utc().timestamp_millis();
            Some(Stamp::Either(dmy.map(millis), mdy.map(millis)))
        }
    }
}

impl Stamp {
    /// The cell under the order of its column. A reading that is a sentinel is one in any order.
    #[must_use]
    pub fn resolve(self, order: Option<Order>) -> Self {
        let Self::Either(dmy, mdy) = self else { return self };
        let chosen = match order {
            Some(Order::Dmy) => dmy,
            Some(Order::Mdy) => mdy,
            None => None,
        };
        match chosen {
            Some(millis) => at_millis(millis),
            None if dmy.into_iter().chain(mdy).all(|millis| at_millis(millis) == Self::Unknown) => Self::Unknown,
            None if order.is_none() => self,
            None => Self::Unreadable,
        }
    }
}

/// Cells of one column put the day first and the month first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction;

/// Decides the order of a column from the cells that leave no choice.
///
/// `None`: no cell decides it.
///
/// # Errors
/// The column has cells of both orders.
pub fn decide(stamps: impl Iterator<Item = Stamp>) -> Result<Option<Order>, Contradiction> {
    let mut order = None;
    for stamp in stamps {
        let one = match stamp {
            Stamp::Either(Some(_), None) => Order::Dmy,
            Stamp::Either(None, Some(_)) => Order::Mdy,
            _ => continue,
        };
        if order.is_some_and(|known| known != one) {
            return Err(Contradiction);
        }
        order = Some(one);
    }
    Ok(order)
}

#[cfg(test)]
mod tests;
