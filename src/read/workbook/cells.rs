//! From a cell's value to its text.

use std::borrow::Cow;

use calamine::DataRef;
use chrono::{Days, NaiveDate};

const DAY_MS: i64 = 86_400_000;
/// The serial after the last one that is a date, 9999-12-31.
const SERIAL_END: f64 = 2_958_466.0;
/// From here on a number has more digits than Excel keeps.
const INTEGER_END: f64 = 1e15;
/// Smaller numbers are told with an exponent.
const SMALLEST: f64 = 1e-9;

/// What a cell held before it became text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Date,
    Text,
    Logical,
    Error,
}

/// The text of a cell and what it was; nothing for a blank cell.
pub(super) fn text<'a>(value: &DataRef<'a>, epoch_1904: bool) -> Option<(Kind, Cow<'a, str>)> {
    if is_blank(value) {
        return None;
    }
    Some(match value {
        DataRef::SharedString(text) => (Kind::Text, Cow::Borrowed(text)),
        DataRef::String(text) => (Kind::Text, Cow::Owned(text.clone())),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (Kind::Date, Cow::Owned(text.clone())),
        #[expect(clippy::cast_precision_loss, reason = "beyond 15 digits the loss is shown anyway")]
        DataRef::Int(number) => (Kind::Number, Cow::Owned(number_text(*number as f64))),
        DataRef::Float(number) => (Kind::Number, Cow::Owned(number_text(*number))),
        DataRef::Bool(yes) => (Kind::Logical, Cow::Borrowed(if *yes { "TRUE" } else { "FALSE" })),
        DataRef::Error(error) => (Kind::Error, Cow::Owned(error.to_string())),
        DataRef::DateTime(date) => {
            let serial = date.as_f64();
            let text = if date.is_duration() { duration_text(serial) } else { date_text(serial, epoch_1904) };
            match text {
                Some(text) => (Kind::Date, Cow::Owned(text)),
                None => (Kind::Number, Cow::Owned(number_text(serial))),
            }
        }
        DataRef::Empty => return None,
    })
}

/// Whether a cell holds nothing but white space.
pub(super) fn is_blank(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::SharedString(text) => text.trim().is_empty(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// A number as text. Where digits were lost, the exponent shows it.
fn number_text(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0".to_owned()
    } else if !number.is_finite() {
        number.to_string()
    } else if size >= INTEGER_END {
        let text = format!("{number:.14E}");
        let (digits, exponent) = text.split_once('E').unwrap_or((&text, "0"));
        let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        format!("{digits}E+{exponent}")
    } else if size < SMALLEST {
        format!("{number:E}")
    } else {
        number.to_string()
    }
}

/// A date, a date with a time, or a time. Nothing if the serial is no date.
fn date_text(serial: f64, epoch_1904: bool) -> Option<String> {
    let total = milliseconds(serial).filter(|&total| total >= 0)?;
    if serial < 1.0 {
        return Some(time_text(total));
    }
    let (days, rest) = (total.div_euclid(DAY_MS), total.rem_euclid(DAY_MS));
    // In the 1900 system, day 60 is 1900-02-29, which never was.
    let start = match (epoch_1904, days) {
        (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1),
        (false, 60) => None,
        (false, ..60) => NaiveDate::from_ymd_opt(1899, 12, 31),
        (false, _) => NaiveDate::from_ymd_opt(1899, 12, 30),
    };
    let day = start?.checked_add_days(Days::new(u64::try_from(days).ok()?))?;
    if day > NaiveDate::from_ymd_opt(9999, 12, 31)? {
        return None;
    }
    Some(if rest == 0 { day.to_string() } else { format!("{day}T{}", time_text(rest)) })
}

/// Hours, minutes and seconds; the hours may go beyond a day.
fn duration_text(serial: f64) -> Option<String> {
    milliseconds(serial).filter(|&total| total >= 0).map(time_text)
}

fn time_text(total: i64) -> String {
    let (seconds, ms) = (total / 1000, total % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if ms == 0 { String::new() } else { format!(".{ms:03}") };
    format!("{hours:02}:{minutes:02}:{seconds:02}{fraction}")
}

/// The milliseconds of a serial, if it is in the range of dates.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
#[expect(clippy::cast_precision_loss, reason = "the milliseconds of a day are few")]
fn milliseconds(serial: f64) -> Option<i64> {
    (-SERIAL_END..SERIAL_END).contains(&serial).then(|| (serial * DAY_MS as f64).round() as i64)
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTime, ExcelDateTimeType};

    use super::*;

    #[test]
    fn numbers() {
        for (number, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-17.0, "-17"),
            (356_000_000_000_011.0, "356000000000011"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "1E+15"),
            (3_560_000_000_000_012.0, "3.56000000000001E+15"),
            (-3_560_000_000_000_012.0, "-3.56000000000001E+15"),
            (8.9e21, "8.9E+21"),
            (0.5, "0.5"),
            (10.1, "10.1"),
            (2.3, "2.3"),
            (1e-10, "1E-10"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number_text(number), expected);
        }
    }

    #[test]
    fn dates() {
        for (serial, epoch_1904, expected) in [
            (0.0, false, Some("00:00:00")),
            (0.5, false, Some("12:00:00")),
            (1.0, false, Some("1900-01-01")),
            (59.25, false, Some("1900-02-28T06:00:00")),
            (60.0, false, None),
            (60.5, false, None),
            (61.0, false, Some("1900-03-01")),
            (45413.0, false, Some("2024-05-01")),
            (45_413.524_259_259_3, false, Some("2024-05-01T12:34:56")),
            (45_413.524_259_265_05, false, Some("2024-05-01T12:34:56.001")),
            (45_413.999_999_999, false, Some("2024-05-02")),
            (2_958_465.0, false, Some("9999-12-31")),
            (2_958_466.0, false, None),
            (-1.0, false, None),
            (f64::NAN, false, None),
            (43951.0, true, Some("2024-05-01")),
            (60.0, true, Some("1904-03-01")),
            (2_957_003.0, true, Some("9999-12-31")),
            (2_957_004.0, true, None),
        ] {
            assert_eq!(date_text(serial, epoch_1904).as_deref(), expected, "{serial}");
        }
        assert_eq!(duration_text(1.5).as_deref(), Some("36:00:00"));
        assert_eq!(duration_text(-1.5), None);
    }

    #[test]
    fn values() {
        let date = |serial, kind| DataRef::DateTime(ExcelDateTime::new(serial, kind, false));
        for (value, expected) in [
            (DataRef::SharedString("=\"0012\""), Some((Kind::Text, "=\"0012\""))),
            (DataRef::String("'0012".to_owned()), Some((Kind::Text, "'0012"))),
            (DataRef::String(" ".to_owned()), None),
            (DataRef::Empty, None),
            (DataRef::Bool(true), Some((Kind::Logical, "TRUE"))),
            (DataRef::Int(12), Some((Kind::Number, "12"))),
            (DataRef::Error(CellErrorType::NA), Some((Kind::Error, "#N/A"))),
            (DataRef::DateTimeIso("2024-05-01".to_owned()), Some((Kind::Date, "2024-05-01"))),
            (date(1.25, ExcelDateTimeType::TimeDelta), Some((Kind::Date, "30:00:00"))),
            (date(1e9, ExcelDateTimeType::DateTime), Some((Kind::Number, "1000000000"))),
        ] {
            let found = text(&value, false);
            assert_eq!(found.as_ref().map(|(kind, text)| (*kind, text.as_ref())), expected);
        }
    }
}
