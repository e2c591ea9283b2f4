//! How old lists are: one that ends before the others knows nothing of what came after it. A device that was seen or
//! enrolled since may have a record there by now, and one that it shows as silent may be back.

use std::collections::{BTreeMap, BTreeSet};

use crate::console::Console;
use crate::frame::by_device;
use crate::identity::{ConsoleRecords, Members, RecordStore, SIGNS, Threshold};
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
    pub(super) fn new(store: &RecordStore, members: &Members) -> Self {
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
            let shows = || records.height() >= FEWEST || seen_since(members, at, until);
            (before > LATE).then(|| (records.console, Older { until, before, shows: shows() }))
        };
        let older: BTreeMap<Console, Older> = ends.into_iter().filter_map(one).collect();
        let there = if older.is_empty() { ByDevice::of(Vec::new()) } else { there(store, members) };
        Self { older, there }
    }

    /// Whether a device without a record in a console was there after its list was made.
    pub(super) fn came_later(&self, device: DeviceId, console: Console) -> bool {
        self.older.get(&console).is_some_and(|own| *self.there.get(device) > Some(own.until))
    }

    /// Whether the lists of a console were made before the others, as far as they have so many records that it shows.
    pub(super) fn is_outdated(&self, console: Console) -> bool {
        self.older.get(&console).is_some_and(|own| own.shows)
    }

    /// Consoles whose lists end so long before the others that a device which they could hold may have been active since for
    /// as long as makes it stale, as bits of [`Console::bit`].
    pub(super) fn silent(&self, members: &Members, device: DeviceId) -> u32 {
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

/// The newest date of the records of a console. A clock that is ahead makes no list newer.
fn newest(records: &ConsoleRecords, members: &Members) -> Option<Millis> {
    let times = SIGNS.iter().chain(&["listed"]).filter_map(|column| records.times(column));
    times.flat_map(|times| times.iter().flatten()).map(Millis::new).filter(|time| *time <= members.as_of.at()).max()
}

/// Whether other lists saw most of the devices of a list well after it ends.
fn seen_since(members: &Members, at: usize, until: Millis) -> bool {
    let of_list: BTreeSet<DeviceId> = members.device_of(at).iter().copied().filter(|device| device.is_some()).collect();
    let activity: ByDevice<Option<Millis>> = ByDevice::of(members.last_activity().collect());
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
