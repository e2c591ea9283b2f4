//! What is said of a device that rests on a weak link, so that a finding can be marked and no plan be built on it.

use std::collections::BTreeMap;

use super::links::Links;
use super::members::Members;
use super::record_store::RecordStore;
use crate::console::Console;
use crate::ids::{ByDevice, DeviceId};
use crate::schema::Activity;
use crate::time::Millis;

/// What would be different without the records that a weak link holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WeakEvidence {
    /// Consoles that hold such a record, as bits of [`Console::index`].
    pub consoles: u32,
    /// Newest activity in the other records.
    pub last_activity: Option<Millis>,
    /// The device would be active, stale or unknown otherwise than it is.
    pub activity: bool,
}

/// Devices with weakly held records.
pub(super) fn gather(store: &RecordStore, links: &Links, members: &Members) -> BTreeMap<DeviceId, WeakEvidence> {
    let mut found: BTreeMap<DeviceId, WeakEvidence> = BTreeMap::new();
    if !links.weak.as_slice().contains(&true) {
        return found;
    }
    for (at, console_records) in store.by_console.iter().enumerate() {
        for (line, device) in members.device_of(at).iter().enumerate().filter(|(_, device)| device.is_some()) {
            if *links.weak.get(console_records.record(line)) {
                found.entry(*device).or_default().consoles |= console_records.console.bit();
            }
        }
    }
    for (at, console_records) in store.by_console.iter().enumerate() {
        let Some(times) = console_records.times("last_seen").filter(|_| console_records.console.gives_signals()) else {
            continue;
        };
        for (line, device) in members.device_of(at).iter().enumerate() {
            if *links.weak.get(console_records.record(line)) {
                continue;
            }
            if let Some(slot) = found.get_mut(device) {
                slot.last_activity = slot.last_activity.max(times.get(line).map(Millis::new));
            }
        }
    }
    let activities: ByDevice<Activity> = ByDevice::of(members.activities().collect());
    for (device, slot) in &mut found {
        let own = *activities.get(*device);
        slot.activity = members.activity_at(*device, slot.last_activity) != own;
    }
    found
}

impl Members {
    /// Whether a weak link holds records of a console to the device.
    #[must_use]
    pub fn is_held_weakly(&self, device: DeviceId, console: Console) -> bool {
        self.weak.get(&device).is_some_and(|weak_evidence| weak_evidence.consoles & console.bit() != 0)
    }
}
