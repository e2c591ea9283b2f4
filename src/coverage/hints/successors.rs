//! Devices whose name another one took over.

use rayon::prelude::*;

use super::super::candidates::host;
use super::LATE;
use crate::frame::by_device;
use crate::identity::{ConsoleRecords, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::{Activity, Platform};
use crate::time::Millis;

/// Names of stale devices are told apart by so many places.
const PLACES: u64 = 1 << 20;

/// Devices whose name another one bears that was made when they were last seen or later, and is in use: a machine that was joined
/// again without its management is known by its name alone. Only where machines give their names themselves, and no serial numbers
/// tell the two apart.
pub(super) fn succeeded(store: &RecordStore, members: &Members) -> Vec<DeviceId> {
    let mut made: ByDevice<Option<Millis>> = ByDevice::filled(None, members.count);
    for (at, records) in store.by_console.iter().enumerate() {
        if let Some(times) = records.times("enrolled") {
            by_device::oldest(&mut made, members.device_of(at).iter().copied(), times.iter());
        }
    }
    let takes: Vec<bool> = Platform::ALL
        .iter()
        .map(|own| members.registry.all().iter().any(|console| console.takes_host_name(*own)))
        .collect();
    let activities: ByDevice<Activity> = ByDevice::of(members.activities().collect());
    let named = |of: Activity, keep: &(dyn Fn(u64) -> bool + Sync)| -> Vec<(u64, DeviceId)> {
        let of_console = |(at, records): (usize, &ConsoleRecords)| {
            let Some(names) = records.text("name") else { return Vec::new() };
            let own = members.device_of(at).iter().copied().zip(names.iter());
            let own = own.filter(|(device, _)| device.is_some() && *activities.get(*device) == of);
            let named = own.filter_map(|(device, name)| {
                let takes = takes.get(*members.platform.get(device) as usize) == Some(&true);
                let name = name.filter(|_| takes).map(host).filter(|name| *name != 0 && keep(*name))?;
                Some((name, device))
            });
            named.collect()
        };
        store.by_console.par_iter().enumerate().map(of_console).collect::<Vec<_>>().concat()
    };
    let mut stale = named(Activity::Stale, &|_| true);
    stale.sort_unstable();
    stale.dedup();
    // Hardly any name in use is that of a stale device: a place among these tells it without a search.
    let place = |name: u64| usize::try_from(name % PLACES).unwrap_or_default();
    let mut taken = vec![false; place(PLACES - 1) + 1];
    for (name, _) in &stale {
        if let Some(slot) = taken.get_mut(place(*name)) {
            *slot = true;
        }
    }
    let active = named(Activity::Active, &|name| taken.get(place(name)) == Some(&true));
    let seen: ByDevice<Option<Millis>> = ByDevice::of(members.last_activity().collect());
    let has_serial = |device: DeviceId| members.handles.get(device).serial;
    let succeeds = |old: DeviceId, new: DeviceId| {
        let since = made.get(new).zip(*seen.get(old)).is_some_and(|(made, seen)| made.days_since(seen) >= -LATE);
        since && *members.platform.get(old) == *members.platform.get(new) && !(has_serial(old) && has_serial(new))
    };
    let mut succeeded = Vec::new();
    for (name, device) in active {
        let from = stale.partition_point(|(own, _)| *own < name);
        let of_name = stale.iter().skip(from).take_while(|(own, _)| *own == name);
        succeeded.extend(of_name.filter(|(_, old)| succeeds(*old, device)).map(|(_, old)| *old));
    }
    succeeded
}
