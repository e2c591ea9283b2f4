//! Dates that are one bare number: epochs, Windows file time, spreadsheet serials and the `/Date(…)/` of old JSON.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};

use super::{Stamp, at, number};

/// 1601, where file time starts, to 1970.
const FILE_TIME_START: i64 = 11_644_473_600_000;

/// Milliseconds since 1970, unless they make a year that only another kind of number would give.
fn plausible(millis: i64) -> Stamp {
    DateTime::from_timestamp_millis(millis).map_or(Stamp::Unreadable, |moment| at(moment.naive_utc()))
}

/// A number without a sign: its length says what it counts. `None` where it is none, or a compact date.
pub(super) fn bare_number(text: &str, epoch_1904: bool) -> Option<Stamp> {
    let bytes = text.as_bytes();
    match bytes.iter().position(|b| !b.is_ascii_digit()) {
        Some(5 | 7) => return spreadsheet(bytes, epoch_1904),
        None if matches!(bytes.len(), 5 | 7) => return spreadsheet(bytes, epoch_1904),
        None if matches!(bytes.len(), 10 | 12 | 13 | 15 | 17..=19) => {}
        _ => return None,
    }
    let value: i64 = text.parse().ok()?;
    Some(match bytes.len() {
        10 => plausible(value * 1000),
        12..=15 => plausible(value),
        _ if value == i64::MAX => Stamp::Unknown,
        _ => plausible(value / 10_000 - FILE_TIME_START),
    })
}

/// Days since 1900 or 1904 with a fraction after a dot or comma: a date cell that lost its format.
fn spreadsheet(bytes: &[u8], epoch_1904: bool) -> Option<Stamp> {
    let mut halves = bytes.splitn(2, |b| matches!(b, b'.' | b','));
    let days = number(halves.next()?)?;
    let fraction = match halves.next() {
        None => &[][..],
        Some([]) => return None,
        Some(digits) => digits,
    };
    // The second range is the end of 9999.
    if !matches!(days, 20_000..=80_000 | 2_957_000..=2_958_465) || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // Eleven digits are less than a microsecond, and what they are multiplied by still fits.
    let digit = |i| fraction.get(i).map_or(0, |b| i64::from(b - b'0'));
    let share = (0..11).fold(0_i64, |n, i| n * 10 + digit(i));
    let millis = (share * 86_400_000 + 50_000_000_000) / 100_000_000_000;
    let start = if epoch_1904 { NaiveDate::from_ymd_opt(1904, 1, 1)? } else { NaiveDate::from_ymd_opt(1899, 12, 30)? };
    let moment = start.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::days(days.into()))?;
    moment.checked_add_signed(TimeDelta::milliseconds(millis)).map(at)
}

/// `/Date(1700000000000+0100)/`, the slashes perhaps escaped. The offset says where it was written; the number is UTC.
pub(super) fn json_date(text: &str) -> Option<Stamp> {
    let rest = text.strip_prefix('\\').unwrap_or(text).strip_prefix("/Date(")?;
    let inner = rest.strip_suffix('/')?;
    let inner = inner.strip_suffix('\\').unwrap_or(inner).strip_suffix(')')?;
    let sign_at = inner.bytes().skip(1).position(|b| matches!(b, b'+' | b'-')).map_or(inner.len(), |at| at + 1);
    let (millis, offset) = inner.split_at_checked(sign_at)?;
    if millis.starts_with('+') || !matches!(offset.len(), 0 | 5) || !offset.bytes().skip(1).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    Some(plausible(millis.parse().ok()?))
}
