//! Devices that were set up in advance and wait on a shelf: enrolled by their registration, without a user, and not heard of since.

use polars::prelude::PlHashMap;

use super::Hint;
use crate::frame::{Strings, by_device};
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
    let mut enrolled = ByDevice::<Option<Millis>>::filled(None, members.count);
    for (at, records) in store.by_console.iter().enumerate() {
        let device_of = || members.device_of(at).iter().copied();
        if let Some(times) = records.times("enrolled").filter(|_| records.console.gives_signals()) {
            by_device::newest(&mut enrolled, device_of(), times.iter());
        }
    }
    let mut waits = ByDevice::filled(false, members.count);
    for ((slot, device), seen) in
        (&mut waits).into_iter().zip(DeviceId::all(members.count)).zip(members.last_activity())
    {
        let used = seen.zip(*enrolled.get(device)).map(|(seen, enrolled)| seen.days_since(enrolled));
        *slot = members.is_held(device, console) && used.is_some_and(|used| used <= SET_UP);
    }
    for (at, records) in store.by_console.iter().enumerate() {
        if let Some(users) = records.text("primary_user") {
            without_owned(users, members.device_of(at), &mut waits);
        }
    }
    let waiting = DeviceId::all(members.count).zip(&waits).filter(|(_, waits)| **waits);
    waiting.map(|(device, _)| (device, Hint::Stock(console))).collect()
}

/// Devices that somebody uses do not wait. Only the users of those that seem to are counted.
fn without_owned(users: &Strings, device_of: &[DeviceId], waits: &mut ByDevice<bool>) {
    let rows = || device_of.iter().copied().zip(users.iter());
    let of_these = rows().filter(|(device, _)| device.is_some() && *waits.get(*device)).filter_map(|(_, user)| user);
    let mut count: PlHashMap<&str, usize> = of_these.map(|user| (user, 0)).collect();
    if count.is_empty() {
        return;
    }
    for user in users.iter().flatten() {
        if let Some(count) = count.get_mut(user) {
            *count += 1;
        }
    }
    let is_owner = |user: &str| count.get(user).is_some_and(|count| *count <= MOST_OF_A_USER);
    by_device::scatter(waits, device_of.iter().copied(), users.iter(), |slot, user| {
        *slot &= !user.is_some_and(is_owner);
    });
}
