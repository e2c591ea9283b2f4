//! What devices have in common with others: their owner, their Apple server, the id that Intune names.

use std::collections::{HashMap, HashSet};

use polars::prelude::Column;

use super::devices::Devices;
use crate::console::Console;
use crate::frame::by_device::scatter;
use crate::frame::make;
use crate::identity::{Shelf, Shelves, is_server, number};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::Activity;

/// The Entra owners of the devices, and how many devices each has.
pub(super) struct Owners {
    /// Number of the owner of each device.
    of: ByDevice<Option<u32>>,
    devices: Vec<u32>,
    stale: Vec<u32>,
}

impl Owners {
    pub(super) fn new(devices: &Devices, shelves: &Shelves) -> Self {
        let mut owners = Self { of: ByDevice::filled(None, devices.count), devices: Vec::new(), stale: Vec::new() };
        let Some(names) = shelves.of(Console::Entra).and_then(|s| s.text("primary_user")) else { return owners };
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for ((device, slot), activity) in DeviceId::all(devices.count).zip(&mut owners.of).zip(devices.activities()) {
            let line = devices.live_line(Console::Entra, device);
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
        make::counts(name, self.of.iter().map(of))
    }
}

impl Devices {
    /// The Entra device id that the newest Intune record of a device names.
    #[must_use]
    pub fn named_by_intune<'a>(&self, intune: Option<&'a Shelf>, device: DeviceId) -> Option<&'a str> {
        let line = self.live_line(Console::Intune, device)?;
        intune?.text("entra_id")?.get(line as usize)
    }

    /// Whether Entra ID lists the id that Intune names, on whichever device.
    pub(super) fn listed_in_entra(&self, shelves: &Shelves) -> Column {
        let intune = shelves.of(Console::Intune);
        let ids = shelves.of(Console::Entra).and_then(|s| s.text("entra_id"));
        let unread = shelves
            .of(Console::Entra)
            .and_then(|s| s.flags("entra_id_unread"))
            .is_some_and(polars::prelude::ChunkedArray::any);
        let listed: HashSet<u128> = ids.iter().flat_map(|ids| ids.iter()).flatten().map(number).collect();
        let one = |device: DeviceId| {
            let id = self.named_by_intune(intune, device).filter(|_| ids.is_some())?;
            // A row that was set aside, or whose id could not be read, may be the one with the id.
            let found = listed.contains(&number(id));
            let doubt = unread || self.coverage().is_torn(device, Console::Entra);
            (found || !doubt).then_some(found)
        };
        make::flags("intune_entra_listed", DeviceId::all(self.count).map(one))
    }

    /// True where the Apple server of a device is Intune's: Intune lists at least half of its devices, and more than one, for
    /// one may be a stray. Unknown otherwise: the server may be another system's. Released devices are no server's.
    pub(super) fn server_used(&self, shelves: &Shelves) -> Column {
        let abm = shelves.of(Console::Abm);
        let (servers, released) = (abm.and_then(|s| s.text("server")), abm.and_then(|s| s.times("released")));
        let of = |device: DeviceId| {
            let line = self.live_line(Console::Abm, device)? as usize;
            let current = released.is_none_or(|released| released.get(line).is_none());
            servers?.get(line).filter(|_| current)
        };
        // Per server: its devices, and those of them that Intune lists.
        let mut shares: HashMap<&str, (u32, u32)> = HashMap::new();
        for device in DeviceId::all(self.count) {
            let Some(server) = of(device) else { continue };
            let managed = self.is_held(device, Console::Intune);
            let (all, held) = shares.entry(server).or_default();
            *all += 1;
            *held += u32::from(managed);
        }
        let used = |server: &&str| shares.get(server).is_some_and(|(all, held)| *held > 1 && held * 2 >= *all);
        let one = |device: DeviceId| of(device).filter(used).map(|_| true);
        make::flags("abm_server_used", DeviceId::all(self.count).map(one))
    }

    /// Whether a device runs a server operating system; unknown where no console says what it runs.
    pub(super) fn server_os(&self, shelves: &Shelves) -> Column {
        let mut found = ByDevice::filled(None, self.count);
        for (at, shelf) in shelves.shelves.iter().enumerate() {
            let Some(cells) = shelf.text("os") else { continue };
            let said = cells.iter().map(|cell| cell.map(is_server));
            scatter(&mut found, self.device_of(at).iter().copied(), said, |slot: &mut Option<bool>, said| {
                *slot = said.map(|server| server || *slot == Some(true)).or(*slot);
            });
        }
        make::flags("server_os", found.iter().copied())
    }
}
