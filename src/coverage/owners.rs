//! What devices have in common with others: their owner, their server, an id that one console names and another has.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use polars::prelude::{Column, PlHashMap};

use super::devices::Devices;
use crate::console::{Console, Pointer};
use crate::frame::by_device::scatter;
use crate::frame::make;
use crate::frame::texts::lowered;
use crate::identity::{ConsoleRecords, RecordStore, is_server, number};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::Activity;

/// The owners of the devices in the console that counts them, and how many devices each has.
#[derive(Debug)]
pub(super) struct Owners {
    /// Number of the owner of each device.
    of: ByDevice<Option<u32>>,
    devices: Vec<u32>,
    stale: Vec<u32>,
}

impl Owners {
    pub(super) fn new(devices: &Devices, store: &RecordStore) -> Self {
        let mut owners = Self { of: ByDevice::filled(None, devices.count), devices: Vec::new(), stale: Vec::new() };
        let Some(console_records) =
            store.by_console.iter().find(|console_records| console_records.console.counts_owners())
        else {
            return owners;
        };
        let Some(names) = console_records.text("primary_user") else { return owners };
        let mut numbers: PlHashMap<Cow<'_, str>, u32> = PlHashMap::default();
        for ((device, slot), activity) in DeviceId::all(devices.count).zip(&mut owners.of).zip(devices.activities()) {
            let line = devices.live_line(console_records.console, device);
            let Some(name) = line.and_then(|line| names.get(line as usize)) else { continue };
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let owner = *numbers.entry(lowered(name)).or_insert(next);
            *slot = Some(owner);
            let owner = owner as usize;
            if owner == owners.devices.len() {
                owners.devices.push(0);
                owners.stale.push(0);
            }
            if let (Some(all), Some(stale)) = (owners.devices.get_mut(owner), owners.stale.get_mut(owner)) {
                *all += 1;
                *stale += u32::from(activity == Activity::Stale);
            }
        }
        owners
    }

    /// How many devices the owner of each device has.
    pub(super) fn devices(&self, name: &str) -> Column {
        self.column(name, &self.devices)
    }

    /// How many of them are stale.
    pub(super) fn stale(&self, name: &str) -> Column {
        self.column(name, &self.stale)
    }

    fn column(&self, name: &str, counts: &[u32]) -> Column {
        let of = |owner: &Option<u32>| owner.and_then(|owner| counts.get(owner as usize)).copied();
        make::counts(name, self.of.iter().map(of))
    }
}

impl Devices {
    /// The id that the newest record of a device names in another console's stead.
    #[must_use]
    pub fn named_by<'a>(
        &self,
        pointer: Pointer,
        console_records: Option<&'a ConsoleRecords>,
        device: DeviceId,
    ) -> Option<&'a str> {
        let line = self.live_line(pointer.from, device)?;
        console_records?.text(pointer.column)?.get(line as usize)
    }

    /// Whether the console whose objects a column names lists the id of the live record, on whichever device.
    pub(super) fn listed(&self, store: &RecordStore, console: Console, column: &str, name: &str) -> Column {
        let identifier = console.identifiers().iter().find(|i| i.column == column);
        let named = identifier.and_then(|i| i.of).and_then(|(owner, target)| Some((store.registry.at(owner)?, target)));
        let Some((owner, target)) = named else { return self.unknown(name) };
        let named = store.of(console).and_then(|s| s.text(column));
        let ids = store.of(owner).and_then(|s| s.text(target));
        let unread = store.of(owner).and_then(|s| s.unread(target)).is_some_and(polars::prelude::ChunkedArray::any);
        let known: HashSet<u128> = ids.iter().flat_map(|ids| ids.iter()).flatten().map(number).collect();
        let one = |device: DeviceId| {
            let line = self.live_line(console, device)?;
            let id = named?.get(line as usize).filter(|_| ids.is_some())?;
            // A row that was set aside, or whose id could not be read, may be the one with the id; and so may one of which the list was
            // made too early to know.
            let found = known.contains(&number(id));
            let doubt = unread || self.coverage().is_torn(device, owner) || self.coverage().came_later(device, owner);
            (found || !doubt).then_some(found)
        };
        make::flags(name, DeviceId::all(self.count).map(one))
    }

    /// Unknown of every device.
    fn unknown(&self, name: &str) -> Column {
        make::flags(name, std::iter::repeat_n(None, self.count as usize))
    }

    /// True where the word of a device in a column, such as its server, is that of devices of which another console lists at
    /// least half, and more than one, for one may be a stray. Unknown otherwise: they may be a third system's. What is out
    /// of service does not count.
    pub(super) fn shared_with(
        &self,
        store: &RecordStore,
        console: Console,
        column: &str,
        by: usize,
        name: &str,
    ) -> Column {
        let Some(holder) = store.registry.at(by) else { return self.unknown(name) };
        let console_records = store.of(console);
        let words = console_records.and_then(|s| s.text(column));
        let of = |device: DeviceId| {
            let line = self.live_line(console, device)? as usize;
            words?.get(line).filter(|_| !console_records.is_some_and(|console_records| console_records.is_gone(line)))
        };
        // Per word: its devices, and those of them that the other console lists.
        let mut shares: HashMap<&str, (u32, u32)> = HashMap::new();
        for device in DeviceId::all(self.count) {
            let Some(word) = of(device) else { continue };
            let managed = self.is_held(device, holder);
            let (all, held) = shares.entry(word).or_default();
            *all += 1;
            *held += u32::from(managed);
        }
        let used = |word: &&str| shares.get(word).is_some_and(|(all, held)| *held > 1 && held * 2 >= *all);
        let one = |device: DeviceId| of(device).filter(used).map(|_| true);
        make::flags(name, DeviceId::all(self.count).map(one))
    }

    /// Whether a device runs a server operating system; unknown where no console says what it runs.
    pub(super) fn server_os(&self, store: &RecordStore) -> Column {
        let mut found = ByDevice::filled(None, self.count);
        for (at, console_records) in store.by_console.iter().enumerate() {
            let Some(cells) = console_records.text("os") else { continue };
            let said = cells.each(is_server);
            scatter(&mut found, self.device_of(at).iter().copied(), said, |slot: &mut Option<bool>, said| {
                *slot = said.map(|server| server || *slot == Some(true)).or(*slot);
            });
        }
        make::flags("server_os", found.iter().copied())
    }
}
