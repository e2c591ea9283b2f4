//! Instants as milliseconds since 1970 in UTC, and how they are written.

use std::ops::Sub;

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// Entra's activity stamp moves only once it is 14 ± 5 days old, so a shorter threshold calls live devices stale.
pub const SHORTEST_INACTIVE: u32 = 21;
/// Why none is shorter; what would follow stands behind it.
pub const COARSE_STAMP: &str = "Entra's activity stamp only moves once it is 14 ± 5 days old";

/// An instant: milliseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(i64);

impl Millis {
    /// The instant of so many milliseconds, as columns hold them.
    #[must_use]
    pub const fn new(millis: i64) -> Self {
        Self(millis)
    }

    /// As columns hold it.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// RFC 3339 in UTC, to the second.
    #[must_use]
    pub fn rfc3339(self) -> String {
        rfc3339(self.0)
    }

    /// Its day.
    #[must_use]
    pub fn day(self) -> String {
        day(self.0)
    }

    /// Whole days from the day of an earlier instant to the day of this one, as people count them from two dates; negative if
    /// that one is on a later day. Every age is reckoned here, so that one date has one age.
    #[must_use]
    pub const fn days_since(self, earlier: Self) -> i64 {
        self.0.div_euclid(DAY) - earlier.0.div_euclid(DAY)
    }
}

impl Millis {
    /// The same time of day so many days earlier.
    #[must_use]
    pub const fn days_before(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days.saturating_mul(DAY)))
    }
}

impl From<i64> for Millis {
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

/// Milliseconds between two instants.
impl Sub for Millis {
    type Output = i64;

    fn sub(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// RFC 3339 in UTC, to the second.
#[must_use]
pub fn rfc3339(millis: i64) -> String {
    chrono::DateTime::from_timestamp_millis(millis)
        .map_or_else(String::new, |d| d.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The day of a time.
#[must_use]
pub fn day(millis: i64) -> String {
    let mut text = String::with_capacity(10);
    push_day(millis, &mut text);
    text
}

/// The same behind a text. By arithmetic: a million of them take longer through a formatter than all that they say.
pub fn push_day(millis: i64, text: &mut String) {
    let Some(date) = civil(millis.div_euclid(DAY)) else {
        return text.extend(rfc3339(millis).chars().take(10));
    };
    text.extend(date.map(char::from));
}

/// `YYYY-MM-DD` of a day since 1970, by arithmetic; nothing before that day and after the year 9999, which hardly any date is.
#[must_use]
pub fn civil(day: i64) -> Option<[u8; 10]> {
    /// From the first of March of the year 0 to the first day of 1970: years begin in March here, so that the leap day is the last.
    const BEFORE: u32 = 719_468;
    /// Days of 400 years, after which everything comes again.
    const ERA: u32 = 146_097;
    /// The last day of the year 9999.
    const LAST: u32 = 2_932_896;
    let day = u32::try_from(day).ok().filter(|day| *day <= LAST)? + BEFORE;
    let (era, of_era) = (day / ERA, day % ERA);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // Five months from March on have 153 days.
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + next;
    let digit = |number: u32| b'0' + (number % 10) as u8;
    Some([
        digit(year / 1_000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn days_are_the_beginning_of_their_times(
            millis in prop_oneof![any::<i64>(), -70_000_000_000_000_i64..260_000_000_000_000]
        ) {
            prop_assert_eq!(day(millis), rfc3339(millis).chars().take(10).collect::<String>());
        }
    }

    #[test]
    fn every_day_of_our_years_is_that_of_the_calendar() {
        let first = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let last = chrono::NaiveDate::from_ymd_opt(9999, 12, 31).unwrap();
        for (number, day) in (0..).zip(first.iter_days().take_while(|day| *day <= last)) {
            assert_eq!(civil(number).unwrap().as_slice(), day.to_string().as_bytes());
        }
        assert_eq!((civil(-1), civil((last - first).num_days() + 1)), (None, None));
    }

    #[test]
    fn the_hour_does_not_change_how_many_days_lie_between_two_dates() {
        let [midnight, noon] = [0, DAY / 2].map(Millis::new);
        assert_eq!((noon.days_since(midnight), midnight.days_since(noon)), (0, 0));
        let late_on_the_day_before = Millis::new(-1);
        assert_eq!((midnight.days_since(late_on_the_day_before), noon.days_since(late_on_the_day_before)), (1, 1));
        assert_eq!(late_on_the_day_before.days_since(noon), -1);
        assert_eq!((noon.day().as_str(), noon.rfc3339().as_str()), ("1970-01-01", "1970-01-01T12:00:00Z"));
    }
}
