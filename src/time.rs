//! Instants as milliseconds since 1970 in UTC, and how they are written.

use std::ops::Sub;

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// Entra's activity stamp moves only once it is 14 ± 5 days old, so a shorter threshold calls live devices stale.
pub const SHORTEST_INACTIVE: u32 = 21;

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
    use chrono::Datelike;
    let Some(moment) = chrono::DateTime::from_timestamp_millis(millis) else { return };
    let Some(year) = u32::try_from(moment.year()).ok().filter(|year| *year < 10_000) else {
        return text.extend(rfc3339(millis).chars().take(10));
    };
    let digit = |number: u32| char::from_digit(number % 10, 10).unwrap_or('0');
    let (month, day) = (moment.month(), moment.day());
    text.extend([year / 1_000, year / 100, year / 10, year].map(digit));
    text.extend(['-', digit(month / 10), digit(month), '-', digit(day / 10), digit(day)]);
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
    fn the_hour_does_not_change_how_many_days_lie_between_two_dates() {
        let [midnight, noon] = [0, DAY / 2].map(Millis::new);
        assert_eq!((noon.days_since(midnight), midnight.days_since(noon)), (0, 0));
        let late_on_the_day_before = Millis::new(-1);
        assert_eq!((midnight.days_since(late_on_the_day_before), noon.days_since(late_on_the_day_before)), (1, 1));
        assert_eq!(late_on_the_day_before.days_since(noon), -1);
        assert_eq!((noon.day().as_str(), noon.rfc3339().as_str()), ("1970-01-01", "1970-01-01T12:00:00Z"));
    }
}
