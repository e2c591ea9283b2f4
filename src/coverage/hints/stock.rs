//! Devices that were set up in advance and wait on a shelf: enrolled by their registration, without a user, and not heard of since.

use std::collections::HashMap;

use super::Hint;
use crate::frame::by_device;
use crate::identity::{Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::time::Millis;

/// Setting up takes no longer.
const SET_UP: i64 = 2;
/// A user enrols at most so many devices; who has more enrols them for others
/// (<https://learn.microsoft.com/intune/intune-service/enrollment/device-limit-intune-azure>).
const MOST_OF_A_USER: usize = 15;

pub(super) fn hints(store: &RecordStore, members: &Members) -> Vec<(DeviceId, Hint)> {
    let mut consoles = store.by_console.iter().map(|records| records.console);
    let Some(console) = consoles.find(|console| console.provisions()) else { return Vec::new() };
    if !store.by_console.iter().any(|records| records.text("primary_user").is_some()) {
        return Vec::new();
    }
    let none = || ByDevice::<Option<Millis>>::filled(None, members.count);
    let (mut enrolled, mut owned) = (none(), ByDevice::filled(false, members.count));
    for (at, records) in store.by_console.iter().enumerate() {
        let device_of = || members.device_of(at).iter().copied();
        if let Some(times) = records.times("enrolled").filter(|_| records.console.gives_signals()) {
            by_device::newest(&mut enrolled, device_of(), times.iter());
        }
        if let Some(users) = records.text("primary_user") {
            let mut count: HashMap<&str, usize> = HashMap::new();
            users.iter().flatten().for_each(|user| *count.entry(user).or_default() += 1);
            let is_owner = |user: &str| count.get(user).is_some_and(|count| *count <= MOST_OF_A_USER);
            by_device::mark(&mut owned, device_of(), users.iter().map(|user| user.is_some_and(is_owner)));
        }
    }
    let seen = DeviceId::all(members.count).zip(members.last_activity());
    let waits = seen.filter(|(device, seen)| {
        let used = seen.zip(*enrolled.get(*device)).map(|(seen, enrolled)| seen.days_since(enrolled));
        members.is_held(*device, console) && !owned.get(*device) && used.is_some_and(|used| used <= SET_UP)
    });
    waits.map(|(device, _)| (device, Hint::Stock(console))).collect()
}
