//! The time at which everything is judged, and the thresholds that make a device stale.

use super::record_store::RecordStore;
use crate::ids::RecordId;
use crate::notice::{Code, Notice};
use crate::schema::Platform;
use crate::time::{DAY, Millis, day};

/// A few newest dates this far after all others are errors of a clock rather than signs of activity.
const LONE_GAP: i64 = 30 * DAY;
/// In a tenant with many signals a week without any tells as much.
const LONE_GAP_AMONG_MANY: i64 = 7 * DAY;
/// Half a year without any sign of activity, and then a few: wrong clocks.
const FAR_GAP: i64 = 180 * DAY;
/// Of so many signals one may be that far after all others.
const FAR_SHARE: usize = 10;
/// Where most others are of a crowd, of so many signals one may be of a wrong clock.
const FEW_SHARE: usize = 5;
/// With fewer signals than this nobody can tell a lone date from a small tenant.
const LONE_MINIMUM: usize = 20;
/// From here on there are many.
const MANY: usize = 200;
/// So many of a few devices that were seen within days of each other were in use when the exports were made.
const CROWD: usize = 3;
/// Lists are made within so many days after the newest sign of activity in them.
const MADE_AFTER: i64 = 14;
/// More dates than this are no accident, however many there are in all.
const LONE_MOST: usize = 50;

/// The time at which everything is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// UTC milliseconds.
    pub millis: i64,
    /// Whether the user set it; otherwise it is the newest signal in the exports.
    pub given: bool,
    /// What it would be if the few dates that it rests on, months after those of a crowd, were of wrong clocks.
    pub otherwise: Option<i64>,
}

impl AsOf {
    /// The instant.
    #[must_use]
    pub const fn at(self) -> Millis {
        Millis::new(self.millis)
    }

    /// Whether a day that something was done may have been past when the lists were made. Where the time is that of the newest sign of
    /// activity they were made at any time after it.
    #[must_use]
    pub const fn is_past(self, day: Millis) -> bool {
        !self.given || self.at().days_since(day) >= 0
    }

    /// The same of a day of which nothing says whether it was ahead when it was written: only shortly after the newest sign of
    /// activity it may have been past.
    #[must_use]
    pub const fn may_be_past(self, day: Millis) -> bool {
        let after = if self.given { 0 } else { MADE_AFTER };
        self.at().days_since(day) >= -after
    }
}

/// Days after which something is late. One value a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    days: [[u32; Platform::ALL.len()]; Threshold::ALL.len()],
    /// For non-persistent desktops, where they have their own.
    vdi: [Option<u32>; Threshold::ALL.len()],
    /// Devices that one owner may have.
    pub owner_quota: u32,
}

/// More devices of one owner are too many, unless the configuration says otherwise.
const OWNER_QUOTA: u32 = 15;

crate::schema::words! {
    /// What a threshold is about.
    Threshold {
        /// Days after which a device is stale.
        Inactive = "inactive",
        /// Days after which a stale device may be deleted.
        Delete = "delete",
        /// Days after which a Defender sensor is inactive.
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
        Self { days, vdi: [None; Threshold::ALL.len()], owner_quota: OWNER_QUOTA }
    }
}

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

    /// Days of a threshold for non-persistent desktops, if they have their own.
    #[must_use]
    pub fn vdi(&self, threshold: Threshold) -> Option<u32> {
        self.vdi.get(threshold as usize).copied().flatten()
    }

    /// Sets a threshold for non-persistent desktops.
    pub fn set_vdi(&mut self, threshold: Threshold, days: u32) {
        if let Some(slot) = self.vdi.get_mut(threshold as usize) {
            *slot = Some(days);
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
pub fn as_of(store: &RecordStore, given: Option<i64>) -> (Option<AsOf>, Vec<Notice>) {
    if let Some(millis) = given {
        let after = later_than(store, millis.saturating_add(DAY));
        let notice = (after > 0).then(|| {
            let message = format!(
                "{after} signs of activity are later than the time of judgement, {}: what was stale then may be alive now, and the other way round",
                day(millis)
            );
            Notice::new(Code::SourcesOutOfStep, "", message)
        });
        return (Some(AsOf { millis, given: true, otherwise: None }), notice.into_iter().collect());
    }
    let newest = newest(store);
    let lone = lone_dates(&newest.dates, newest.count);
    let mut notices: Vec<Notice> =
        newest.dates.iter().take(lone).filter_map(|(millis, record)| lone_date(store, *record, *millis)).collect();
    notices.truncate(LONE_MOST);
    notices.extend(rests_on_few(&newest).filter(|_| lone == 0));
    let as_of = newest.dates.get(lone).map(|(millis, _)| AsOf {
        millis: *millis,
        given: false,
        otherwise: otherwise(&newest).filter(|_| lone == 0),
    });
    (as_of, notices)
}

fn later_than(store: &RecordStore, millis: i64) -> usize {
    let later = |console_records: &super::record_store::ConsoleRecords| {
        console_records.times("last_seen").map_or(0, |times| times.iter().flatten().filter(|t| *t > millis).count())
    };
    store.signalling().map(later).sum()
}

/// The newest signals, newest first, and how many there are in all.
struct Newest {
    dates: Vec<(i64, RecordId)>,
    count: usize,
}

fn newest(store: &RecordStore) -> Newest {
    let mut dates: Vec<(i64, RecordId)> = Vec::new();
    let mut count = 0;
    for console_records in store.signalling() {
        let Some(times) = console_records.times("last_seen") else { continue };
        for (record, time) in console_records.first.onwards().zip(times.iter()) {
            let Some(time) = time else { continue };
            count += 1;
            if dates.len() <= LONE_MOST || dates.last().is_some_and(|(least, _)| time > *least) {
                let at =
                    dates.partition_point(|(t, r)| (*t, std::cmp::Reverse(*r)) > (time, std::cmp::Reverse(record)));
                dates.insert(at, (time, record));
                dates.truncate(LONE_MOST + 1);
            }
        }
    }
    Newest { dates, count }
}

/// A remark where a few dates long after all others set the time: they may be right, and they may be wrong clocks.
fn rests_on_few(newest: &Newest) -> Option<Notice> {
    let at = apart(&newest.dates, (newest.count / 4).max(1), LONE_GAP)?;
    let (newer, older) = (newest.dates.get(at - 1)?.0, newest.dates.get(at)?.0);
    let dates = if at == 1 { "1 date".to_string() } else { format!("{at} dates") };
    let message = format!(
        "the time of judgement rests on {dates} of activity from {} on; all others are of {} or earlier. If those are wrong clocks, \
         everything else looks older than it is: check them, or give the time with `--as-of`",
        day(newer),
        day(older)
    );
    Some(Notice::new(Code::LoneDate, "", message))
}

/// The time of a crowd of devices in use, which a few dates more than a month after it would make stale at once.
fn otherwise(newest: &Newest) -> Option<i64> {
    let at = apart(&newest.dates, newest.count / FEW_SHARE, LONE_GAP)?;
    let rest = newest.dates.get(at..)?;
    // Of many only the newest are kept; they stand for the others.
    rest.first().filter(|_| is_crowd(rest)).map(|(next, _)| *next)
}

/// Whether most of some dates, newest first, are within days of the newest.
fn is_crowd(dates: &[(i64, RecordId)]) -> bool {
    let near = |newest: i64| dates.iter().take_while(|(date, _)| newest - date <= LONE_GAP_AMONG_MANY).count();
    let crowd = dates.first().map_or(0, |(newest, _)| near(*newest));
    crowd >= CROWD && crowd * 2 >= dates.len()
}

/// How many of the newest dates stand apart from all others: one in ten by half a year, one in two hundred by less.
fn lone_dates(dates: &[(i64, RecordId)], count: usize) -> usize {
    if count < LONE_MINIMUM {
        return usize::from(is_outside_a_crowd(dates));
    }
    if let Some(far) = apart(dates, count / FAR_SHARE, FAR_GAP) {
        return far;
    }
    let gap = if count < MANY { LONE_GAP } else { LONE_GAP_AMONG_MANY };
    apart(dates, (count / MANY).max(1), gap).unwrap_or(0)
}

/// Whether the newest of a few dates is half a year after the day on which the exports were made. In a small tenant the
/// newest device may be the only one in use; where most of the others were seen within days of each other, they are in use,
/// and its clock is wrong.
fn is_outside_a_crowd(dates: &[(i64, RecordId)]) -> bool {
    let Some(((newest, _), rest)) = dates.split_first() else { return false };
    let Some((next, _)) = rest.first() else { return false };
    newest - next > FAR_GAP && is_crowd(rest)
}

/// How many of the newest dates, at most so many, are followed by a gap without any.
fn apart(dates: &[(i64, RecordId)], most: usize, gap: i64) -> Option<usize> {
    (1..=most.min(LONE_MOST)).rev().find(|at| match (dates.get(at - 1), dates.get(*at)) {
        (Some((newer, _)), Some((older, _))) => newer - older > gap,
        _ => false,
    })
}

fn lone_date(store: &RecordStore, record: RecordId, millis: i64) -> Option<Notice> {
    let (console_records, line) = store.locate(record)?;
    let label = store.label(console_records.export_of(line)?);
    let row = console_records.numbers("row")?.get(line)?;
    let message =
        format!("a sign of activity on {} is far after all others and does not move the as-of time", day(millis));
    Some(Notice::new(Code::LoneDate, label, message).at_row(row.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lone(days: &[i64], others: usize) -> usize {
        let record = RecordId::new(0);
        let mut dates: Vec<(i64, RecordId)> = days.iter().map(|d| (d * DAY, record)).collect();
        dates.extend((0..others.min(60)).map(|n| (-(i64::try_from(n).unwrap()), record)));
        lone_dates(&dates, days.len() + others)
    }

    #[test]
    fn dates_far_after_all_others_do_not_count() {
        assert_eq!(lone(&[1500], 40), 1);
        assert_eq!(lone(&[1501, 1500], 1000), 2, "two clocks that run ahead");
        assert_eq!(lone(&[25], 1000), 1, "a week without any sign of activity among a thousand");
        assert_eq!(lone(&[25], 40), 0);
        assert_eq!(lone(&[3], 1000), 0);
        assert_eq!(lone(&[1500], 2), 0, "in a small tenant the newest device may be the only live one");
        assert_eq!(lone(&[1500], 8), 1, "eight devices in use, and a wrong clock");
        let few = |days: &[i64]| {
            lone_dates(&days.iter().map(|d| (d * DAY, RecordId::new(0))).collect::<Vec<_>>(), days.len())
        };
        assert_eq!(few(&[900, 310, 250, 180, 90, 10, 5]), 0, "one device in use among those that are not");
        assert_eq!(few(&[900, 310, 309, 309, 308, 5]), 1);
        assert_eq!(few(&[400, 310, 309, 309, 308, 5]), 0, "a quarter is a quarter");
        assert_eq!(lone(&[30; 20], 1000), 0, "twenty devices are no accident");
        assert_eq!(lone(&[300, 299, 299], 57), 3, "three wrong clocks among sixty signals");
        assert_eq!(lone(&[300; 12], 48), 0, "a fifth of a tenant in use is a fifth of a tenant in use");
    }
}
