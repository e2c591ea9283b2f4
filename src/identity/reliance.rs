//! What is said of a device that rests on a weak link, so that a finding can be marked and no plan be built on it.

use std::collections::BTreeMap;

use super::devices::Devices;
use super::links::Links;
use super::shelves::Shelves;
use crate::console::From;
use crate::schema::Activity;

/// What would be different without the records that a weak link holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reliance {
    /// Consoles that hold such a record, as bits of [`Console::index`](crate::schema::Console::index).
    pub consoles: u32,
    /// Newest sign of life in the other records, UTC milliseconds.
    pub last_activity: Option<i64>,
    /// The device would be active, stale or unknown otherwise than it is.
    pub activity: bool,
    /// Some console could hold a record of it unseen.
    pub linkable: bool,
}

/// Devices with weakly held records.
pub(super) fn gather(shelves: &Shelves, links: &Links, devices: &Devices) -> BTreeMap<u32, Reliance> {
    let mut found: BTreeMap<u32, Reliance> = BTreeMap::new();
    if !links.weak.contains(&true) {
        return found;
    }
    let weak = |record: usize| links.weak.get(record) == Some(&true);
    for (at, shelf) in shelves.shelves.iter().enumerate() {
        for (line, device) in devices.device_of(at).iter().enumerate() {
            if weak(shelf.offset as usize + line) {
                found.entry(*device).or_default().consoles |= shelf.console.bit();
            }
        }
    }
    for (at, shelf) in shelves.shelves.iter().enumerate() {
        let Some(times) = shelf.times("last_seen").filter(|_| shelf.console.gives_signals()) else {
            continue;
        };
        for (line, device) in devices.device_of(at).iter().enumerate() {
            if weak(shelf.offset as usize + line) {
                continue;
            }
            if let Some(slot) = found.get_mut(device) {
                slot.last_activity = slot.last_activity.max(times.get(line));
            }
        }
    }
    let activities: Vec<Activity> = devices.activities().collect();
    for (device, slot) in &mut found {
        let own = activities.get(*device as usize).copied().unwrap_or(Activity::Unknown);
        slot.activity = devices.activity_at(*device, slot.last_activity) != own;
    }
    found
}

impl Devices {
    /// Whether a weak link holds records of a console to the device.
    #[must_use]
    pub fn held_weakly(&self, device: u32, console: crate::schema::Console) -> bool {
        self.reliance(device).is_some_and(|reliance| reliance.consoles & console.bit() != 0)
    }

    /// Whether the value of a column of the device table rests on a weak link.
    #[must_use]
    pub fn rests_on_weak(&self, device: u32, column: &str) -> bool {
        let Some(reliance) = self.reliance(device) else { return false };
        match column {
            "activity" | "last_activity" | "last_activity_console" | "days_inactive" => reliance.activity,
            "linkable" => reliance.linkable,
            _ => self.registry.carried_column(column).is_some_and(|c| match c.from {
                From::Count | From::Supplied => false,
                From::Absent => reliance.linkable,
                _ => reliance.consoles & c.console.bit() != 0,
            }),
        }
    }
}
