//! How old lists are: one that ends before the others knows nothing of what came after it. A device that was seen or
//! enrolled since may have a record there by now, and one that it shows as silent may be back. A console may have several lists,
//! by region or by platform, and each is as old as it is.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::ChunkedArray;

use crate::console::Console;
use crate::formats::Made;
use crate::frame::by_device;
use crate::identity::{ConsoleRecords, Links, Members, RecordStore, SIGNS, Threshold};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::Platform;
use crate::time::{DAY, Millis};

/// From here on a list was made before the others: consoles note a sign of activity up to so many days late (AD's
/// `lastLogonTimestamp` and Entra ID's approximate sign-in are written every 9 to 14 days).
const LATE: i64 = 14 * DAY;
/// Of fewer records all may be silent in a list of today.
const FEWEST: usize = 5;
/// Of fewer devices it is chance that all were last seen in the same days.
const FEWEST_TOGETHER: usize = 4;
/// A date that lies further after all others of a list is alone.
const LONE: i64 = 30 * DAY;
/// Of fewer records it is chance that others saw most of their devices since.
const FEWEST_IN_USE: usize = 3;
/// Dates of a record which say that the device was there, beside its signs of activity.
const THERE: [&str; 4] = ["enrolled", "contacted", "assigned", "listed"];

/// The lists that were made before the others.
#[derive(Debug, Default)]
pub(super) struct Ages {
    older: BTreeMap<Console, Older>,
    /// The newest date of each device; nothing where no list is older.
    there: ByDevice<Option<Millis>>,
    /// Consoles with a list that was made before a device was there, and that has devices of its platform, as bits; nothing where
    /// there is no such list.
    before: ByDevice<u32>,
    /// Consoles of which the newest list that holds a device was made before the others, as bits of [`Console::bit`]; nothing
    /// where there is no such list.
    outdated: ByDevice<u32>,
    /// Consoles of which that is so for any device, as bits.
    outdated_for_any: u32,
    /// Consoles of which that list was made before the device had been silent for as long as makes it stale, as bits.
    since: ByDevice<u32>,
}

/// The lists of a console.
#[derive(Clone, Copy, Debug)]
struct Older {
    /// Their newest date.
    until: Millis,
    /// So many milliseconds before the newest of all lists.
    before: i64,
    /// They have so many records that some should be newer, or other lists saw most of their devices since.
    shows: bool,
}

impl Ages {
    pub(super) fn new(store: &RecordStore, links: &Links, members: &Members) -> Self {
        let now = members.as_of.at();
        let lists: Vec<Lists<'_>> = store.signalling().map(|records| Lists::of(records, links, store, now)).collect();
        let newest = lists.iter().filter_map(Lists::newest).max();
        // Where nothing at all was seen for as long as makes a device stale, the lists are of another day than the judgement.
        let days = i64::from(members.thresholds.days(Threshold::Inactive, Platform::Windows));
        let today = newest.map(|newest| if now - newest > days * DAY { now } else { newest });
        let activity = LazyCell::new(|| ByDevice::of(members.last_activity().collect()));
        let mut ages = Self::default();
        let mut early: Vec<(Console, Early)> = Vec::new();
        // By the user's own count a list is what the console shows today, unless somebody wrote down when it was made.
        let is_of_today = |lists: &&Lists<'_>| store.proven.contains(&lists.records.console) && !lists.is_dated;
        for lists in lists.iter().filter(|lists| !is_of_today(lists)) {
            if let Some((until, before)) = lists.newest().zip(today).map(|(until, today)| (until, today - until))
                && before > LATE
            {
                let shows = shows_age(lists.devices, &activity, until) || lists.are_stated(until);
                ages.older.insert(lists.records.console, Older { until, before, shows });
            }
            if lists.ends.iter().flatten().any(|until| now - *until > LATE) {
                ages.look(lists, members, &activity, today);
                early.extend(lists.early(members, &activity).into_iter().map(|list| (lists.records.console, list)));
            }
        }
        if !ages.older.is_empty() || !early.is_empty() {
            ages.there = there(store, members);
        }
        ages.arrivals(members, &activity, &early);
        ages
    }

    /// Looks at the devices of the lists of a console that end early.
    fn look(&mut self, lists: &Lists<'_>, members: &Members, activity: &Activity, today: Option<Millis>) {
        let bit = lists.records.console.bit();
        let ended = lists.ended(activity, members.as_of.at());
        for (device, (until, seen)) in DeviceId::all(members.count).zip(ended.iter().zip(activity)) {
            let Some(until) = until else { continue };
            if self.since.is_empty() {
                (self.outdated, self.since) = (members.platform.beside(0), members.platform.beside(0));
            }
            if today.is_some_and(|today| today - *until > LATE) {
                *self.outdated.get_mut(device) |= bit;
                self.outdated_for_any |= bit;
            }
            let days = i64::from(members.days(Threshold::Inactive, device));
            if seen.is_some_and(|seen| *until - seen <= days * DAY) {
                *self.since.get_mut(device) |= bit;
            }
        }
    }

    /// Finds the devices that were there after lists were made that have others of their platform.
    /// What nothing saw may have come at any time.
    fn arrivals(&mut self, members: &Members, activity: &Activity, early: &[(Console, Early)]) {
        let outdated = self.older.iter().filter(|(_, own)| own.shows);
        let outdated = outdated.fold(0, |bits, (console, _)| bits | console.bit());
        if early.is_empty() && outdated == 0 {
            return;
        }
        self.before = members.platform.beside(0);
        for (device, there) in self.there.numbered() {
            let platform = 1 << *members.platform.get(device) as u32;
            let is_unseen = activity.get(device).is_none();
            let is_later = |list: &Early| is_unseen || *there > Some(list.until);
            let could_hold = early.iter().filter(|(_, list)| list.platforms & platform != 0 && is_later(list));
            let all = if is_unseen { outdated } else { 0 };
            *self.before.get_mut(device) = could_hold.fold(all, |bits, (console, _)| bits | console.bit());
        }
    }

    /// Whether a device without a record in a console was there after a list was made that could have it.
    pub(super) fn came_later(&self, device: DeviceId, console: Console) -> bool {
        let after_all = self.older.get(&console).is_some_and(|own| *self.there.get(device) > Some(own.until));
        after_all || bits(&self.before, device) & console.bit() != 0
    }

    /// Whether all lists of a console were made before the others, as far as they have so many records that it shows.
    fn are_outdated(&self, console: Console) -> bool {
        self.older.get(&console).is_some_and(|own| own.shows)
    }

    /// Whether that is so of any list of a console that holds a device.
    pub(super) fn is_outdated(&self, console: Console) -> bool {
        self.are_outdated(console) || self.outdated_for_any & console.bit() != 0
    }

    /// Whether that is so of the newest list of the console that holds a device.
    pub(super) fn is_outdated_for(&self, device: DeviceId, console: Console) -> bool {
        self.are_outdated(console) || bits(&self.outdated, device) & console.bit() != 0
    }

    /// Consoles whose lists end so early that a device may have been active since: it had not been silent then for as long as makes it
    /// stale, or they could hold it and end by as much before the others. As bits of [`Console::bit`].
    pub(super) fn silent(&self, members: &Members, device: DeviceId) -> u32 {
        bits(&self.since, device) | self.silent_for_all(members, device)
    }

    fn silent_for_all(&self, members: &Members, device: DeviceId) -> u32 {
        if self.older.is_empty() {
            return 0;
        }
        let platform = *members.platform.get(device);
        let days = i64::from(members.days(Threshold::Inactive, device));
        let ends = |own: &Older| own.shows && own.before > days * DAY;
        let concerned = self.older.iter().filter(|(console, own)| console.may_hold(platform) && ends(own));
        concerned.fold(0, |bits, (console, _)| bits | console.bit())
    }
}

/// A list that was made before another of its console.
#[derive(Clone, Copy, Debug)]
struct Early {
    /// Its newest date.
    until: Millis,
    /// Platforms of its devices, as bits.
    platforms: u32,
}

/// The bits of a device, in a table that has no lines where there are none.
fn bits(of: &ByDevice<u32>, device: DeviceId) -> u32 {
    if of.is_empty() { 0 } else { *of.get(device) }
}

/// The newest activity of each device.
type Activity = ByDevice<Option<Millis>>;

/// The lists of a console: of each of its lines the device, and of each list its newest date.
struct Lists<'a> {
    records: &'a ConsoleRecords,
    devices: &'a [DeviceId],
    ends: Vec<Option<Millis>>,
    /// The lists of which somebody wrote down when they were made.
    stated: BTreeSet<usize>,
    /// Somebody wrote down of one of them when it was made, or that it has all of a day that nobody knows.
    is_dated: bool,
}

impl<'a> Lists<'a> {
    /// A clock that is ahead makes no list newer.
    fn of(records: &'a ConsoleRecords, links: &'a Links, store: &RecordStore, now: Millis) -> Self {
        let mut days: Vec<Vec<Millis>> = vec![Vec::new(); store.exports.len()];
        if let Some(lists) = records.numbers("export") {
            for times in SIGNS.iter().chain(&["listed"]).filter_map(|column| records.times(column)) {
                for (list, time) in lists.iter().zip(times.iter()) {
                    let time = time.map(Millis::new).filter(|time| *time <= now);
                    if let Some((days, time)) = list.and_then(|list| days.get_mut(list as usize)).zip(time) {
                        days.push(time);
                    }
                }
            }
        }
        let mut ends: Vec<Option<Millis>> = days.iter().map(|days| end(days)).collect();
        let (mut stated, mut is_dated) = (BTreeSet::new(), false);
        let own = store.exports.iter().zip(&store.gaps).enumerate();
        for (list, ((_, _), gaps)) in own.filter(|(_, ((_, console), _))| *console == records.console) {
            is_dated |= gaps.made.is_some();
            let Some((Made::At(made), slot)) = gaps.made.zip(ends.get_mut(list)) else { continue };
            *slot = (*slot).max(Some(Millis::new(made).min(now)));
            stated.insert(list);
        }
        Self { records, devices: links.device.within(&records.span()), ends, stated, is_dated }
    }

    /// Whether it was written down that the newest of the lists was made then.
    fn are_stated(&self, until: Millis) -> bool {
        self.stated.iter().any(|list| self.ends.get(*list) == Some(&Some(until)))
    }

    fn newest(&self) -> Option<Millis> {
        self.ends.iter().copied().max().flatten()
    }

    /// The devices of the lines, each with the number of its list and the newest date of that; a list without a date tells nothing.
    fn lines(&self) -> impl Iterator<Item = (usize, Millis, DeviceId)> {
        let lists = self.records.numbers("export").into_iter().flat_map(ChunkedArray::iter);
        let lines = lists.zip(self.devices).filter(|(_, device)| device.is_some());
        lines.filter_map(|(list, device)| {
            let list = list? as usize;
            Some((list, (*self.ends.get(list)?)?, *device))
        })
    }

    /// The lists that were made before another of the console.
    fn early(&self, members: &Members, activity: &Activity) -> Vec<Early> {
        let Some(newest) = self.newest() else { return Vec::new() };
        let mut lists = self.ending_before(newest);
        // A few silent devices are a list of today as well.
        lists.retain(|list, (until, devices)| self.stated.contains(list) || shows_age(devices, activity, *until));
        let platforms = |devices: &[DeviceId]| {
            devices.iter().fold(0, |bits, device| bits | 1 << *members.platform.get(*device) as u32)
        };
        lists.into_values().map(|(until, devices)| Early { until, platforms: platforms(&devices) }).collect()
    }

    /// The lists that end well before a time, each with its newest date and its devices.
    fn ending_before(&self, time: Millis) -> BTreeMap<usize, (Millis, Vec<DeviceId>)> {
        let mut lists = BTreeMap::new();
        for (list, until, device) in self.lines().filter(|(_, until, _)| time - *until > LATE) {
            lists.entry(list).or_insert((until, Vec::new())).1.push(device);
        }
        lists
    }

    /// When the newest list that holds a device ends, where that shows the list to be of another day than the judgement.
    fn ended(&self, activity: &Activity, now: Millis) -> ByDevice<Option<Millis>> {
        let newest = self.newest();
        let mut late = self.ending_before(now);
        // A few silent devices are a list of today as well, unless another list of the console shows otherwise.
        late.retain(|list, (until, devices)| {
            let is_newer = newest.is_some_and(|newest| newest - *until > LATE);
            is_newer || self.stated.contains(list) || shows_age(devices, activity, *until)
        });
        // Of two lists that end together the one that shows nothing counts.
        let mut last: ByDevice<Option<(Millis, bool)>> = activity.beside(None);
        for (list, until, device) in self.lines() {
            let slot = last.get_mut(device);
            *slot = (*slot).max(Some((until, !late.contains_key(&list))));
        }
        last.into_iter().map(|last| last.filter(|(_, is_of_today)| !is_of_today).map(|(until, _)| until)).collect()
    }
}

/// The newest date of a list. One that lies alone, far after those of a crowd, is that of a wrong clock or of a row that was put in.
fn end(days: &[Millis]) -> Option<Millis> {
    let newest_two = |(first, next): (Option<Millis>, Option<Millis>), day: &Millis| match Some(*day) {
        day if day > first => (day, first),
        day => (first, next.max(day)),
    };
    let (first, next) = days.iter().fold((None, None), newest_two);
    let (first, Some(next)) = (first?, next) else { return first };
    if first - next <= LONE {
        return Some(first);
    }
    let near = days.iter().filter(|day| **day <= next && next - **day <= LATE).count();
    let is_alone = near >= FEWEST && near * 2 > days.len() - 1;
    Some(if is_alone { next } else { first })
}

/// Whether some devices of a list that ends before the others show that it was made before them: they are many, fell silent in the
/// same days, or others saw most of them since.
fn shows_age(devices: &[DeviceId], activity: &Activity, until: Millis) -> bool {
    devices.len() >= FEWEST || fell_silent_together(activity, devices, until) || seen_since(activity, devices, until)
}

fn each_once(devices: &[DeviceId]) -> BTreeSet<DeviceId> {
    devices.iter().copied().filter(|device| device.is_some()).collect()
}

/// Whether the few devices of a list were all last seen in the days in which it ends.
fn fell_silent_together(activity: &Activity, devices: &[DeviceId], until: Millis) -> bool {
    let is_then = |device: &DeviceId| activity.get(*device).is_some_and(|seen| (until - seen).abs() <= LATE);
    let of_list = each_once(devices);
    of_list.len() >= FEWEST_TOGETHER && of_list.iter().all(is_then)
}

/// Whether other lists saw most of the devices of a list well after it ends.
fn seen_since(activity: &Activity, devices: &[DeviceId], until: Millis) -> bool {
    let of_list = each_once(devices);
    let since = |device: &&DeviceId| activity.get(**device).is_some_and(|seen| seen - until > LATE);
    let seen = of_list.iter().filter(since).count();
    seen >= FEWEST_IN_USE && seen * 2 > of_list.len()
}

/// The newest date of each device.
fn there(store: &RecordStore, members: &Members) -> ByDevice<Option<Millis>> {
    let mut there: ByDevice<Option<Millis>> = ByDevice::of(members.last_activity().collect());
    for (at, records) in store.by_console.iter().enumerate() {
        for times in THERE.into_iter().filter_map(|column| records.times(column)) {
            by_device::newest(&mut there, members.device_of(at).iter().copied(), times.iter());
        }
    }
    there
}
