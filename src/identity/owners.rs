//! What devices have in common with others: their owner, their server, an id that one console names and another has.

use std::collections::{HashMap, HashSet};

use polars::prelude::{BooleanChunked, ChunkFullNull, Column, IntoColumn, NewChunkedArray, UInt32Chunked};

use super::devices::Devices;
use super::keys::number;
use super::shelves::{Shelf, Shelves};
use crate::console::{Console, Pointer};
use crate::schema::Activity;

/// The owners of the devices in the console that counts them, and how many devices each has.
pub(super) struct Owners {
    /// Number of the owner of each device.
    of: Vec<Option<u32>>,
    devices: Vec<u32>,
    stale: Vec<u32>,
}

impl Owners {
    pub(super) fn new(devices: &Devices, shelves: &Shelves) -> Self {
        let mut owners = Self { of: vec![None; devices.count as usize], devices: Vec::new(), stale: Vec::new() };
        let Some(shelf) = shelves.shelves.iter().find(|shelf| shelf.console.counts_owners()) else { return owners };
        let Some(names) = shelf.text("primary_user") else { return owners };
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for ((device, slot), activity) in (0_u32..).zip(&mut owners.of).zip(devices.activities()) {
            let line = devices.live_line(shelf.console, device);
            let Some(name) = line.and_then(|line| names.get(line as usize)) else { continue };
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let owner = *numbers.entry(name.to_lowercase()).or_insert(next);
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
        UInt32Chunked::from_iter_options(name.into(), self.of.iter().map(of)).into_column()
    }
}

impl Devices {
    /// The id that the newest record of a device names in another console's stead.
    #[must_use]
    pub fn named_by<'a>(&self, pointer: Pointer, shelf: Option<&'a Shelf>, device: u32) -> Option<&'a str> {
        let line = self.live_line(pointer.from, device)?;
        shelf?.text(pointer.column)?.get(line as usize)
    }

    /// Whether the console whose objects a column names lists the id of the live record, on whichever device.
    pub(super) fn listed(&self, shelves: &Shelves, console: Console, column: &str, name: &str) -> Column {
        let unknown = || BooleanChunked::full_null(name.into(), self.count as usize).into_column();
        let names = console.identifiers().iter().find(|i| i.column == column).and_then(|i| i.of);
        let Some((owner, target)) = names else { return unknown() };
        let Some(owner) = shelves.registry.at(owner) else { return unknown() };
        let named = shelves.of(console).and_then(|s| s.text(column));
        let ids = shelves.of(owner).and_then(|s| s.text(target));
        let unread = shelves.of(owner).and_then(|s| s.unread(target)).is_some_and(polars::prelude::ChunkedArray::any);
        let known: HashSet<u128> = ids.iter().flat_map(|ids| ids.iter()).flatten().map(number).collect();
        let one = |device: u32| {
            let line = self.live_line(console, device)?;
            let id = named?.get(line as usize).filter(|_| ids.is_some())?;
            // A row that was set aside, or whose id could not be read, may be the one with the id.
            let found = known.contains(&number(id));
            let doubt = unread || self.in_doubt(device as usize, owner);
            (found || !doubt).then_some(found)
        };
        BooleanChunked::from_iter_options(name.into(), (0..self.count).map(one)).into_column()
    }

    /// True where the word of a device in a column, such as its server, is that of devices of which another console lists at
    /// least half, and more than one, for one may be a stray. Unknown otherwise: they may be a third system's. What is out
    /// of service does not count.
    pub(super) fn shared_with(
        &self,
        shelves: &Shelves,
        console: Console,
        column: &str,
        by: usize,
        name: &str,
    ) -> Column {
        let shelf = shelves.of(console);
        let words = shelf.and_then(|s| s.text(column));
        let bit = 1_u32 << by;
        let of = |device: u32| {
            let line = self.live_line(console, device)? as usize;
            words?.get(line).filter(|_| !shelf.is_some_and(|shelf| shelf.is_gone(line)))
        };
        // Per word: its devices, and those of them that the other console lists.
        let mut shares: HashMap<&str, (u32, u32)> = HashMap::new();
        for device in 0..self.count {
            let Some(word) = of(device) else { continue };
            let managed = self.consoles.get(device as usize).is_some_and(|held| held & bit != 0);
            let (all, held) = shares.entry(word).or_default();
            *all += 1;
            *held += u32::from(managed);
        }
        let used = |word: &&str| shares.get(word).is_some_and(|(all, held)| *held > 1 && held * 2 >= *all);
        let one = |device: u32| of(device).filter(used).map(|_| true);
        BooleanChunked::from_iter_options(name.into(), (0..self.count).map(one)).into_column()
    }

    /// Whether a device runs a server operating system; unknown where no console says what it runs.
    pub(super) fn server_os(&self, shelves: &Shelves) -> Column {
        let mut found: Vec<Option<bool>> = vec![None; self.count as usize];
        for (shelf, device_of) in shelves.shelves.iter().zip(&self.device_of) {
            let Some(cells) = shelf.text("os") else { continue };
            for (device, cell) in device_of.iter().zip(cells.iter()) {
                let Some(text) = cell else { continue };
                if let Some(slot) = found.get_mut(*device as usize) {
                    *slot = Some(is_server(text) || *slot == Some(true));
                }
            }
        }
        BooleanChunked::from_iter_options("server_os".into(), found.into_iter()).into_column()
    }
}

/// Whether an operating system is one of servers.
pub(super) fn is_server(system: &str) -> bool {
    system.to_ascii_lowercase().contains("server")
}
