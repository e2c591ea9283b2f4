//! Dates in every spelling of the dialects.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

/// A point in time with the digits of its second that the portal gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// To the second.
    pub at: NaiveDateTime,
    /// Digits of the fraction, without zeros at the end.
    fraction: String,
}

impl Moment {
    /// Reads what the portals write: year first, `T` or a blank, any number of digits after the second.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() == 10 {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            return Some(Self { at: day.and_hms_opt(0, 0, 0)?, fraction: String::new() });
        }
        let text = text.trim_end_matches('Z').replacen('T', " ", 1);
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let at = NaiveDateTime::parse_from_str(whole, "%Y-%m-%d %H:%M:%S").ok()?;
        Some(Self { at, fraction: fraction.trim_end_matches('0').to_owned() })
    }

    pub(super) fn is_known(&self) -> bool {
        (1990..9000).contains(&self.at.year())
    }

    /// `2026-11-20T08:00:00Z`, with as many digits of the fraction as there are.
    pub(super) fn iso(&self) -> String {
        let dot = if self.fraction.is_empty() { "" } else { "." };
        format!("{}{dot}{}Z", self.at.format("%Y-%m-%dT%H:%M:%S"), self.fraction)
    }

    /// With exactly three digits, as Apple and Google write.
    pub(super) fn iso_millis(&self) -> String {
        format!("{}.{:.3}Z", self.at.format("%Y-%m-%dT%H:%M:%S"), format!("{:0<3}", self.fraction))
    }

    /// `11/20/2026 8:00:00 AM`.
    pub(super) fn american(&self) -> String {
        self.at.format("%-m/%-d/%Y %-I:%M:%S %p").to_string()
    }

    /// `20.11.2026 08:00:00`.
    pub(super) fn german(&self) -> String {
        self.at.format("%d.%m.%Y %H:%M:%S").to_string()
    }

    /// Milliseconds since 1970, as text.
    pub(super) fn epoch_millis(&self) -> String {
        self.at.and_utc().timestamp_millis().to_string()
    }

    /// Days since the epoch of workbooks, to the second.
    pub(super) fn serial_number(&self) -> f64 {
        let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
        let days = i32::try_from((self.at.date() - epoch).num_days()).unwrap();
        f64::from(days) + f64::from(self.at.num_seconds_from_midnight()) / 86_400.0
    }
}

#[test]
fn one_moment_in_every_spelling() {
    let intune = Moment::parse("2026-11-05 14:07:09.0120000").unwrap();
    assert_eq!(intune.iso(), "2026-11-05T14:07:09.012Z");
    assert_eq!(intune.iso_millis(), "2026-11-05T14:07:09.012Z");
    assert_eq!(intune.american(), "11/5/2026 2:07:09 PM");
    assert_eq!(intune.german(), "05.11.2026 14:07:09");
    let entra = Moment::parse("2026-11-20T00:00:00Z").unwrap();
    assert_eq!(entra.iso(), "2026-11-20T00:00:00Z");
    assert_eq!(entra.iso_millis(), "2026-11-20T00:00:00.000Z");
    assert_eq!(entra.american(), "11/20/2026 12:00:00 AM");
    assert_eq!(entra.epoch_millis(), "1795132800000");
    assert!((entra.serial_number() - 46_346.0).abs() < 1e-9, "{}", entra.serial_number());
    assert_eq!(Moment::parse("2026-11-20").unwrap(), entra);
    assert!(!Moment::parse("0001-01-01 00:00:00.0000000").unwrap().is_known());
    assert!(!Moment::parse("9999-12-31 23:59:59.9999999").unwrap().is_known());
    assert_eq!(Moment::parse("Pending"), None);
}
