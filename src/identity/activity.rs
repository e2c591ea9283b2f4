//! The time at which everything is judged, and the thresholds that make a device silent.

use super::shelves::Shelves;
use crate::notice::{Code, Notice};
use crate::schema::Platform;

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// A newest date this far after all others is an error of a clock rather than a sign of life.
const LONE_GAP: i64 = 30 * DAY;
/// With fewer signals than this nobody can tell a lone date from a small tenant.
const LONE_MINIMUM: usize = 20;

/// The time at which everything is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// UTC milliseconds.
    pub millis: i64,
    /// Whether the user set it; otherwise it is the newest signal in the exports.
    pub given: bool,
}

/// Days after which something is late. One value a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    days: [[u32; Platform::ALL.len()]; Threshold::ALL.len()],
}

crate::schema::words! {
    /// What a threshold is about.
    Threshold {
        /// Days after which a device is silent.
        Inactive = "inactive",
        /// Days after which a silent device may be deleted.
        Delete = "delete",
        /// Days after which a Defender sensor is silent.
        Sensor = "sensor",
        /// Days a remote action may be pending.
        Pending = "pending",
        /// Days a device may lie on the shelf.
        Stock = "stock",
    }
}

impl Threshold {
    const fn default_days(self) -> u32 {
        match self {
            Self::Inactive => 90,
            Self::Delete => 120,
            Self::Sensor => 30,
            Self::Pending => 14,
            Self::Stock => 180,
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        let mut days = [[0; Platform::ALL.len()]; Threshold::ALL.len()];
        for (row, threshold) in days.iter_mut().zip(Threshold::ALL) {
            *row = [threshold.default_days(); Platform::ALL.len()];
        }
        Self { days }
    }
}

/// Entra's activity stamp moves only once it is 14 ± 5 days old, so a shorter threshold calls live devices silent.
pub const SHORTEST_INACTIVE: u32 = 21;

impl Thresholds {
    /// Days of a threshold for a platform.
    #[must_use]
    pub fn days(&self, threshold: Threshold, platform: Platform) -> u32 {
        self.days.get(threshold as usize).and_then(|row| row.get(platform as usize)).copied().unwrap_or_default()
    }

    /// Sets a threshold for one platform, or for all.
    pub fn set(&mut self, threshold: Threshold, platform: Option<Platform>, days: u32) {
        if let Some(row) = self.days.get_mut(threshold as usize) {
            for (slot, own) in row.iter_mut().zip(Platform::ALL) {
                if platform.is_none_or(|p| p == *own) {
                    *slot = days;
                }
            }
        }
    }

    /// The effective values: threshold, platform (`None` where all agree), days.
    #[must_use]
    pub fn effective(&self) -> Vec<(Threshold, Option<Platform>, u32)> {
        let mut out = Vec::new();
        for threshold in Threshold::ALL.iter().copied() {
            let first = self.days(threshold, Platform::Windows);
            if Platform::ALL.iter().all(|p| self.days(threshold, *p) == first) {
                out.push((threshold, None, first));
            } else {
                out.extend(Platform::ALL.iter().map(|p| (threshold, Some(*p), self.days(threshold, *p))));
            }
        }
        out
    }
}

/// The as-of time: the given one, else the newest signal in the exports. Never the clock.
///
/// A lone date far after all others does not move it and becomes a notice. `None` without any signal.
#[must_use]
pub fn as_of(shelves: &Shelves, given: Option<i64>) -> (Option<AsOf>, Vec<Notice>) {
    if let Some(millis) = given {
        return (Some(AsOf { millis, given: true }), Vec::new());
    }
    let mut newest: Vec<(i64, u32)> = Vec::new();
    let mut count = 0;
    for shelf in &shelves.shelves {
        let Some(times) = shelf.times("last_seen") else { continue };
        for (record, time) in (shelf.offset..).zip(times.iter()) {
            let Some(time) = time else { continue };
            count += 1;
            // The few newest are enough to see whether the newest stands alone.
            if newest.len() < 8 || newest.last().is_some_and(|(least, _)| time > *least) {
                let at =
                    newest.partition_point(|(t, r)| (*t, std::cmp::Reverse(*r)) > (time, std::cmp::Reverse(record)));
                newest.insert(at, (time, record));
                newest.truncate(8);
            }
        }
    }
    let mut notices = Vec::new();
    let mut rest = newest.as_slice();
    while let [(first, record), tail @ ..] = rest {
        let lone = tail.first().is_some_and(|(next, _)| first - next > LONE_GAP) && count >= LONE_MINIMUM;
        if !lone {
            return (Some(AsOf { millis: *first, given: false }), notices);
        }
        notices.extend(lone_date(shelves, *record, *first));
        rest = tail;
    }
    (None, notices)
}

fn lone_date(shelves: &Shelves, record: u32, millis: i64) -> Option<Notice> {
    let (shelf, line) = shelves.locate(record)?;
    let export = shelf.numbers("export")?.get(line)?;
    let row = shelf.numbers("row")?.get(line)?;
    let (label, _) = shelves.exports.get(export as usize)?;
    let message = format!("a sign of life on {} is far after all others and does not move the as-of time", day(millis));
    Some(Notice::new(Code::LoneDate, label, message).at_row(row.into()))
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
    rfc3339(millis).chars().take(10).collect()
}
