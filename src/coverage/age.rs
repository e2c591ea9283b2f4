//! How old lists are: one that ends before the others knows nothing of what came after it. A device that was seen or
//! enrolled since may have a record there by now, and one that it shows as silent may be back. A console may have several lists,
//! by region or by platform, and each is as old as it is.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::ChunkedArray;

use crate::console::Console;
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
/// Of fewer records it is chance that others saw most of their devices since.
const FEWEST_IN_USE: usize = 3;
/// Dates of a record which say that the device was there, beside its signs of activity.
const THERE: [&str; 4] = ["enrolled", "contacted", "assigned", "listed"];

/// The lists that were made before the others.
#[derive(Debug)]
pub(super) struct Ages {
    older: BTreeMap<Console, Older>,
    /// The newest date of each device; nothing where no list is older.
    there: ByDevice<Option<Millis>>,
    /// Consoles of which the newest list that holds a device was made before the others, as bits of [`Console::bit`]; nothing
    /// where there is no such list.
    outdated: ByDevice<u32>,
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
        let lists = store.by_console.iter().enumerate().filter(|(_, records)| records.console.gives_signals());
        let ends: Vec<(usize, &ConsoleRecords, Millis)> =
            lists.filter_map(|(at, records)| Some((at, records, newest(records, members)?))).collect();
        let newest = ends.iter().map(|(.., until)| *until).max();
        // Where nothing at all was seen for as long as makes a device stale, the lists are of another day than the judgement.
        let days = i64::from(members.thresholds.days(Threshold::Inactive, Platform::Windows));
        let today = newest.map(|newest| {
            let at = members.as_of.at();
            if at - newest > days * DAY { at } else { newest }
        });
        let one = |(at, records, until): (usize, &ConsoleRecords, Millis)| {
            // By the user's own count a list is what the console shows today.
            let before = today.filter(|_| !store.proven.contains(&records.console))? - until;
            let devices = || members.device_of(at).iter().copied().filter(|device| device.is_some());
            let activity = || ByDevice::of(members.last_activity().collect());
            let shows = || records.height() >= FEWEST || seen_since(&activity(), &devices().collect::<Vec<_>>(), until);
            (before > LATE).then(|| (records.console, Older { until, before, shows: shows() }))
        };
        let older: BTreeMap<Console, Older> = ends.into_iter().filter_map(one).collect();
        let there = if older.is_empty() { ByDevice::of(Vec::new()) } else { there(store, members) };
        let mut ages = Self { older, there, outdated: ByDevice::of(Vec::new()), since: ByDevice::of(Vec::new()) };
        for records in store.signalling().filter(|records| !store.proven.contains(&records.console)) {
            ages.look(records, &Lists::of(records, links, members, store.exports.len()), members, today);
        }
        ages
    }

    /// Looks at the devices of the lists of a console that end early.
    fn look(&mut self, records: &ConsoleRecords, lists: &Lists<'_>, members: &Members, today: Option<Millis>) {
        let now = members.as_of.at();
        if !lists.ends.iter().flatten().any(|until| now - *until > LATE) {
            return;
        }
        let bit = records.console.bit();
        let activity: ByDevice<Option<Millis>> = ByDevice::of(members.last_activity().collect());
        let ended = lists.ended(&activity, now);
        for (device, (until, seen)) in DeviceId::all(members.count).zip(ended.iter().zip(&activity)) {
            let Some(until) = until else { continue };
            if self.since.is_empty() {
                (self.outdated, self.since) = (members.platform.beside(0), members.platform.beside(0));
            }
            if today.is_some_and(|today| today - *until > LATE) {
                *self.outdated.get_mut(device) |= bit;
            }
            let days = i64::from(members.days(Threshold::Inactive, device));
            if seen.is_some_and(|seen| *until - seen <= days * DAY) {
                *self.since.get_mut(device) |= bit;
            }
        }
    }

    /// Whether a device without a record in a console was there after its list was made.
    pub(super) fn came_later(&self, device: DeviceId, console: Console) -> bool {
        self.older.get(&console).is_some_and(|own| *self.there.get(device) > Some(own.until))
    }

    /// Whether a list of a console was made before the others, as far as it has so many records that it shows.
    pub(super) fn is_outdated(&self, console: Console) -> bool {
        self.older.get(&console).is_some_and(|own| own.shows)
            || self.outdated.iter().any(|bits| bits & console.bit() != 0)
    }

    /// Whether that is so of the newest list of the console that holds a device.
    pub(super) fn is_outdated_for(&self, device: DeviceId, console: Console) -> bool {
        self.older.get(&console).is_some_and(|own| own.shows)
            || !self.outdated.is_empty() && self.outdated.get(device) & console.bit() != 0
    }

    /// Consoles whose lists end so early that a device may have been active since: it had not been silent then for as long as makes it
    /// stale, or they could hold it and end by as much before the others. As bits of [`Console::bit`].
    pub(super) fn silent(&self, members: &Members, device: DeviceId) -> u32 {
        let held = if self.since.is_empty() { 0 } else { *self.since.get(device) };
        held | self.silent_for_all(members, device)
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

/// The lists of a console: of each of its lines the list, and of each list its newest date.
struct Lists<'a> {
    records: &'a ConsoleRecords,
    devices: &'a [DeviceId],
    ends: Vec<Option<Millis>>,
}

impl<'a> Lists<'a> {
    fn of(records: &'a ConsoleRecords, links: &'a Links, members: &Members, exports: usize) -> Self {
        let mut ends = vec![None; exports];
        let now = members.as_of.at();
        if let Some(lists) = records.numbers("export") {
            for times in SIGNS.iter().chain(&["listed"]).filter_map(|column| records.times(column)) {
                for (list, time) in lists.iter().zip(times.iter()) {
                    let time = time.map(Millis::new).filter(|time| *time <= now);
                    if let Some(end) = list.and_then(|list| ends.get_mut(list as usize)) {
                        *end = time.max(*end);
                    }
                }
            }
        }
        Self { records, devices: links.device.within(&records.span()), ends }
    }

    /// The lines of each list, by its number.
    fn lines(&self) -> impl Iterator<Item = (usize, DeviceId)> {
        let lists = self.records.numbers("export").into_iter().flat_map(ChunkedArray::iter);
        lists.zip(self.devices).filter_map(|(list, device)| Some((list? as usize, *device)))
    }

    /// When the newest list that holds a device ends, where that shows the list to be of another day than the judgement.
    fn ended(&self, activity: &ByDevice<Option<Millis>>, now: Millis) -> ByDevice<Option<Millis>> {
        let newest = self.ends.iter().flatten().max();
        let late = |until: &Millis| now - *until > LATE;
        let mut of_list: Vec<Vec<DeviceId>> = vec![Vec::new(); self.ends.len()];
        for (list, device) in self.lines().filter(|(_, device)| device.is_some()) {
            let ends = self.ends.get(list).copied().flatten();
            if let Some(devices) = of_list.get_mut(list).filter(|_| ends.as_ref().is_some_and(late)) {
                devices.push(device);
            }
        }
        // A few silent devices are a list of today as well, unless another list of the console shows otherwise.
        let shows = |(until, devices): (&Option<Millis>, &Vec<DeviceId>)| {
            let until = until.filter(late)?;
            let is_newer = newest.is_some_and(|newest| *newest - until > LATE);
            (devices.len() >= FEWEST || is_newer || seen_since(activity, devices, until)).then_some(until)
        };
        let shown: Vec<Option<Millis>> = self.ends.iter().zip(&of_list).map(shows).collect();
        let mut ended = ByDevice::of(vec![None; activity.len()]);
        for (list, devices) in of_list.iter().enumerate() {
            for device in devices {
                let slot: &mut Option<Millis> = ended.get_mut(*device);
                *slot = shown.get(list).copied().flatten().max(*slot);
            }
        }
        // A newer list that holds it as well tells of it until then.
        for (list, device) in self.lines().filter(|(_, device)| device.is_some()) {
            let is_shown = shown.get(list).copied().flatten().is_some();
            let until = self.ends.get(list).copied().flatten();
            let slot = ended.get_mut(device);
            if !is_shown && until >= *slot {
                *slot = None;
            }
        }
        ended
    }
}

/// The newest date of the records of a console. A clock that is ahead makes no list newer.
fn newest(records: &ConsoleRecords, members: &Members) -> Option<Millis> {
    let times = SIGNS.iter().chain(&["listed"]).filter_map(|column| records.times(column));
    times.flat_map(|times| times.iter().flatten()).map(Millis::new).filter(|time| *time <= members.as_of.at()).max()
}

/// Whether other lists saw most of the devices of a list well after it ends.
fn seen_since(activity: &ByDevice<Option<Millis>>, devices: &[DeviceId], until: Millis) -> bool {
    let of_list: BTreeSet<DeviceId> = devices.iter().copied().collect();
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
