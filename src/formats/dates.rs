//! Dates of every culture seen in exports, to UTC milliseconds.
//!
//! Whether `03/04/2024` is in March or in April cannot be told from one cell; it is decided for a whole column by the
//! cells that leave no choice. If none does, the column is unknown.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

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

/// Words that consoles write where a date is missing.
const NO_DATE: &[&str] =
    &["", "never", "n/a", "pending", "unknown", "none", "null", "$null", "-", "not available", "0"];

/// No console existed before, so earlier years are sentinels (1, 1601, 1900, 1970).
const FIRST_YEAR: i32 = 1990;
/// Later years are sentinels too (9999, and 9998 after a shift of time zone).
const LAST_YEAR: i32 = 9000;

/// Reads one cell.
#[must_use]
pub fn stamp(text: &str) -> Stamp {
    let text = super::values::bare(text);
    if let Some(at) = iso(text) {
        return at;
    }
    if NO_DATE.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Stamp::Unknown;
    }
    digits_only(text).or_else(|| cultural(text)).unwrap_or(Stamp::Unreadable)
}

fn at(moment: NaiveDateTime) -> Stamp {
    use chrono::Datelike;
    if (FIRST_YEAR..LAST_YEAR).contains(&moment.year()) {
        Stamp::At(moment.and_utc().timestamp_millis())
    } else {
        Stamp::Unknown
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

/// `YYYY-MM-DD` or `YYYY/MM/DD`, then a time with 0 to 9 digits of fraction, `Z` or an offset.
fn iso(text: &str) -> Option<Stamp> {
    let bytes = text.as_bytes();
    let separator = *bytes.get(4)?;
    if !matches!(separator, b'-' | b'/') || bytes.get(7) != Some(&separator) {
        return None;
    }
    let year = i32::try_from(number(bytes.get(0..4)?)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(bytes.get(5..7)?)?, number(bytes.get(8..10)?)?)?;
    let rest = bytes.get(10..)?;
    if rest.is_empty() {
        return Some(at(date.and_time(NaiveTime::MIN)));
    }
    if !matches!(rest.first(), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let (time, offset_minutes) = clock(rest.get(1..)?)?;
    let shifted = date.and_time(time).checked_sub_signed(chrono::TimeDelta::minutes(offset_minutes));
    Some(shifted.map_or(Stamp::Unknown, at))
}

/// `HH:MM[:SS[.fff]]` with an optional zone; gives the time and the offset in minutes.
fn clock(bytes: &[u8]) -> Option<(NaiveTime, i64)> {
    let zone_at = bytes.iter().position(|b| matches!(b, b'Z' | b'z' | b'+' | b'-')).unwrap_or(bytes.len());
    let (time, zone) = bytes.split_at(zone_at);
    let time = time.trim_ascii_end();
    let mut parts = time.splitn(3, |b| *b == b':');
    let hour = number(parts.next()?)?;
    let minute = number(parts.next()?)?;
    let (second, milli) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let mut halves = seconds.splitn(2, |b| matches!(b, b'.' | b','));
            let second = number(halves.next()?)?;
            let fraction = halves.next().unwrap_or_default();
            if !fraction.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let milli = (0..3).fold(0, |n, i| n * 10 + fraction.get(i).map_or(0, |b| u32::from(b - b'0')));
            (second, milli)
        }
    };
    let time = NaiveTime::from_hms_milli_opt(hour, minute, second, milli)?;
    Some((time, offset(zone)?))
}

fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, rest) = match zone {
        [] | [b'Z' | b'z'] => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let hours = number(rest.get(0..2)?)?;
    let minutes = match rest.get(2..)? {
        [] => 0,
        [b':', m @ ..] | m => number(m)?,
    };
    (hours <= 18 && minutes < 60).then(|| sign * (i64::from(hours) * 60 + i64::from(minutes)))
}

/// Epoch milliseconds (13 digits) and Windows file time (18 digits, 100 ns since 1601).
fn digits_only(text: &str) -> Option<Stamp> {
    let value: i64 = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())??;
    let millis = match text.len() {
        12 | 13 => value,
        17 | 18 => value / 10_000 - 11_644_473_600_000,
        19 => return Some(Stamp::Unknown),
        _ => return None,
    };
    Some(chrono::DateTime::from_timestamp_millis(millis).map_or(Stamp::Unreadable, |d| at(d.naive_utc())))
}

/// `D/M/YYYY` or `M/D/YYYY` with `/`, `.` or `-`, then a time with or without AM and PM.
fn cultural(text: &str) -> Option<Stamp> {
    let mut words = text.split([' ', '\u{202f}', '\u{a0}', ',']).filter(|w| !w.is_empty());
    // Some cultures write `9. 3. 2022`: a number that ends in a dot goes on in the next word.
    let mut date = words.next()?.to_string();
    while date.ends_with('.') && date.matches('.').count() < 3 {
        date.push_str(words.next()?);
    }
    let date = date.trim_end_matches('.');
    let separator = ['/', '.', '-'].into_iter().find(|c| date.contains(*c))?;
    let mut parts = date.split(separator);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || first.len() > 2 || second.len() > 2 {
        return None;
    }
    let (first, second) = (number(first.as_bytes())?, number(second.as_bytes())?);
    let year = i32::try_from(number(year.as_bytes())?).ok()?;
    let time = match words.next() {
        None => NaiveTime::MIN,
        Some(clock_text) => {
            let (time, shift) = clock(clock_text.as_bytes())?;
            if shift != 0 {
                return None;
            }
            half_day(time, words.next())?
        }
    };
    if words.next().is_some() {
        return None;
    }
    let moment = |day, month| NaiveDate::from_ymd_opt(year, month, day).map(|d| d.and_time(time));
    let (dmy, mdy) = (moment(first, second), moment(second, first));
    let millis = |m: NaiveDateTime| m.and_utc().timestamp_millis();
    match (dmy, mdy) {
        (None, None) => None,
        (Some(one), other) if separator == '.' || other == Some(one) || matches!(at(one), Stamp::Unknown) => {
            Some(at(one))
        }
        (dmy, mdy) => Some(Stamp::Either(dmy.map(millis), mdy.map(millis))),
    }
}

/// Applies AM or PM to a twelve-hour time.
fn half_day(time: NaiveTime, mark: Option<&str>) -> Option<NaiveTime> {
    use chrono::Timelike;
    let Some(mark) = mark else { return Some(time) };
    let hour = match (mark.to_ascii_lowercase().replace('.', "").as_str(), time.hour()) {
        ("am", 12) => 0,
        ("am", h @ 0..=11) => h,
        ("pm", 12) => 12,
        ("pm", h @ 1..=11) => h + 12,
        _ => return None,
    };
    time.with_hour(hour)
}

impl Stamp {
    /// The cell under the order of its column.
    #[must_use]
    pub fn resolve(self, order: Option<Order>) -> Self {
        let Self::Either(dmy, mdy) = self else { return self };
        let millis = match order {
            Some(Order::Dmy) => dmy,
            Some(Order::Mdy) => mdy,
            None => return self,
        };
        millis
            .and_then(chrono::DateTime::from_timestamp_millis)
            .map_or(Self::Unreadable, |moment| at(moment.naive_utc()))
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn millis(text: &str) -> i64 {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    #[test]
    fn shapes_without_choice() {
        for (text, expected) in [
            ("2026-08-05 12:34:56.1230000", "2026-08-05T12:34:56.123Z"),
            ("2025-10-30T06:40:12Z", "2025-10-30T06:40:12Z"),
            ("2021-06-24T00:37:04.5885438Z", "2021-06-24T00:37:04.588Z"),
            ("2025-11-02T09:15:33+01:00", "2025-11-02T08:15:33Z"),
            ("2029-06-01", "2029-06-01T00:00:00Z"),
            ("2024/03/05 10:00", "2024-03-05T10:00:00Z"),
            ("1719730800000", "2024-06-30T07:00:00Z"),
            ("133434855481578108", "2023-11-03T11:45:48.157Z"),
            ("02.10.2023 06:30:14", "2023-10-02T06:30:14Z"),
            ("9. 3. 2022 9:56:12", "2022-03-09T09:56:12Z"),
            ("5/5/2024 12:00:00 AM", "2024-05-05T00:00:00Z"),
        ] {
            assert_eq!(stamp(text), Stamp::At(millis(expected)), "{text}");
        }
    }

    #[test]
    fn sentinels_are_unknown_and_never_old() {
        for text in [
            "",
            "Never",
            "Pending",
            "0001-01-01 00:00:00.0000000",
            "9999-12-31 23:59:59.9999999",
            "1601-01-01T00:00:00Z",
            "1900-01-01",
            "1/1/0001 12:00:00 AM",
            "12/31/9999 11:59:59 PM",
            "31.12.9999 23:59:59",
            "9223372036854775807",
        ] {
            assert!(matches!(stamp(text), Stamp::Unknown | Stamp::Either(..)), "{text}: {:?}", stamp(text));
        }
        assert_eq!(stamp("31.12.9999 23:59:59"), Stamp::Unknown);
    }

    #[test]
    fn a_column_decides_its_order() {
        let order = |cells: &[&str]| decide(cells.iter().map(|c| stamp(c)));
        assert_eq!(order(&["3/4/2024", "10/16/2024 4:53:46 PM"]), Ok(Some(Order::Mdy)));
        assert_eq!(order(&["3/4/2024", "16/10/2024 16:53:46"]), Ok(Some(Order::Dmy)));
        assert_eq!(order(&["3/4/2024", "5/6/2024"]), Ok(None));
        assert_eq!(order(&["13/1/2024", "1/13/2024"]), Err(Contradiction));
    }

    #[test]
    fn text_that_is_no_date() {
        for text in ["soon", "2024-13-01", "31/31/2024", "1/2/3/2024", "12345", "2024-01-01Tx"] {
            assert_eq!(stamp(text), Stamp::Unreadable, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_cell_panics(text in any::<String>()) {
            let _ = stamp(&text);
        }

        #[test]
        fn no_date_like_cell_panics(text in "[0-9]{1,4}[-/. ][0-9]{1,4}[-/. ][0-9]{1,4}[T ]?[0-9:.]{0,12}[ZAPM +:0-9-]{0,8}") {
            let _ = stamp(&text);
        }
    }
}
