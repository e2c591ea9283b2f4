//! Devices whose name another one bears, or is made of the serial number of another one.

use std::collections::HashSet;

use rayon::prelude::*;

use super::super::candidates::host;
use crate::frame::Strings;
use crate::identity::{ConsoleRecords, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::{Activity, Platform};

/// Names of stale devices are told apart by so many places.
const PLACES: u64 = 1 << 20;
/// Shorter names are no serial numbers.
const SHORTEST_SERIAL: usize = 6;

/// What of a device another one bears.
#[derive(Debug, Default)]
pub(super) struct Borne {
    /// Devices whose name another one in use bears: a machine that was joined again, has two rows in a console or lives on in another
    /// directory is known by its name alone. Only where machines give their names themselves, and neither serial numbers nor what
    /// Entra ID stamps on a machine tell the two apart.
    pub name: Vec<DeviceId>,
    /// Devices of which only a sensor has a row, and whose name a device of another console bears: it may be that one's sensor.
    pub sensed: Vec<DeviceId>,
    /// Devices whose name is the serial number of another one that is in use or registered to be enrolled: such a name was made of
    /// it, by a template or by the registration itself.
    pub serial: Vec<DeviceId>,
}

pub(super) fn borne(store: &RecordStore, members: &Members) -> Borne {
    let activities: ByDevice<Activity> = ByDevice::of(members.activities().collect());
    let sensors = members.registry.all().iter().filter(|c| c.is_sensor()).fold(0, |bits, console| bits | console.bit());
    // What only a sensor has a row of may be the sensor of any machine of its name.
    let only_sensed = |device: DeviceId| members.consoles.get(device) & !sensors == 0;
    let is_asked = |device: DeviceId| *activities.get(device) == Activity::Stale || only_sensed(device);
    let named = |of: &(dyn Fn(DeviceId) -> bool + Sync), keep: &(dyn Fn(u64) -> bool + Sync)| -> Vec<(u64, DeviceId)> {
        let of_console = |(at, records): (usize, &ConsoleRecords)| {
            let Some(names) = records.text("name") else { return Vec::new() };
            let own = members.device_of(at).iter().copied().zip(names.iter());
            let own = own.filter(|(device, _)| device.is_some() && of(*device));
            own.filter_map(|(device, name)| Some((name.map(spoken).filter(|name| *name != 0 && keep(*name))?, device)))
                .collect()
        };
        store.by_console.par_iter().enumerate().map(of_console).collect::<Vec<_>>().concat()
    };
    let own = Names::new(named(&is_asked, &|_| true));
    let all = Names::new(named(&|_| true, &|name| own.may_have(name)));
    let takes = takes_names(members);
    let mut pairs: Vec<(DeviceId, DeviceId)> = Vec::new();
    for (name, device) in &own.all {
        let others = || all.of(*name).filter(|other| other != device);
        // Where people give the names, one that several bear says nothing.
        if takes(*device) || others().nth(1).is_none() {
            pairs.extend(others().map(|other| (*device, other)));
        }
    }
    let known = |platform: Platform| platform != Platform::Other;
    pairs.retain(|(own, other)| {
        let (one, two) = (*members.platform.get(*own), *members.platform.get(*other));
        let serials = members.handles.get(*own).serial && members.handles.get(*other).serial;
        !serials && (!known(one) || !known(two) || one == two)
    });
    pairs.sort_unstable();
    pairs.dedup();
    let stamped = stamped(store, members, &pairs);
    pairs.retain(|(own, other)| !(stamped.contains(own) && stamped.contains(other)));
    let of = |keep: &dyn Fn(DeviceId, DeviceId) -> bool| -> Vec<DeviceId> {
        let mut own: Vec<DeviceId> =
            pairs.iter().filter(|(own, other)| keep(*own, *other)).map(|(own, _)| *own).collect();
        own.dedup();
        own
    };
    let is = |device: DeviceId, activity: Activity| *activities.get(device) == activity;
    Borne {
        name: of(&|own, other| is(own, Activity::Stale) && is(other, Activity::Active)),
        sensed: of(&|own, other| only_sensed(own) && !only_sensed(other)),
        serial: named_by_serial(store, members, &activities),
    }
}

/// Whether machines of the platform of a device give their names themselves.
fn takes_names(members: &Members) -> impl Fn(DeviceId) -> bool {
    let takes: Vec<bool> = Platform::ALL
        .iter()
        .map(|own| members.registry.all().iter().any(|console| console.takes_host_name(*own)))
        .collect();
    move |device| takes.get(*members.platform.get(device) as usize) == Some(&true)
}

/// The digest of a name as a machine on the network bears it: `Ann's MacBook` is `Anns-MacBook` there.
fn spoken(name: &str) -> u64 {
    match host(name) {
        0 => {
            let plain = name.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            host(&plain.map(|c| if c == ' ' { '-' } else { c }).collect::<String>())
        }
        digest => digest,
    }
}

/// Of the devices of the pairs those of which it is known which hardware Entra ID saw. It joins records of the same.
fn stamped(store: &RecordStore, members: &Members, pairs: &[(DeviceId, DeviceId)]) -> HashSet<DeviceId> {
    if pairs.is_empty() {
        return HashSet::new();
    }
    let concerned: HashSet<DeviceId> = pairs.iter().flat_map(|(old, new)| [*old, *new]).collect();
    let of_console = |(at, records): (usize, &ConsoleRecords)| {
        let stamps = records.text("hardware_id").into_iter().flat_map(Strings::iter);
        let own = members.device_of(at).iter().copied().zip(stamps);
        own.filter(|(device, stamp)| stamp.is_some() && concerned.contains(device)).map(|(device, _)| device).collect()
    };
    store.by_console.iter().enumerate().flat_map(|records| -> Vec<DeviceId> { of_console(records) }).collect()
}

/// Stale devices whose name is a serial number, or ends in one behind a hyphen.
fn named_by_serial(store: &RecordStore, members: &Members, activities: &ByDevice<Activity>) -> Vec<DeviceId> {
    let takes = takes_names(members);
    let by_serial = |name: &str| {
        let end = name.rsplit('-').next().unwrap_or(name);
        [name, end].map(|part| Some(host(part)).filter(|digest| *digest != 0 && part.len() >= SHORTEST_SERIAL))
    };
    let mut stale: Vec<(u64, DeviceId)> = Vec::new();
    for (at, records) in store.by_console.iter().enumerate() {
        let Some(names) = records.text("name") else { continue };
        let own = members.device_of(at).iter().copied().zip(names.iter());
        let own = own.filter(|(device, _)| {
            device.is_some()
                && *activities.get(*device) == Activity::Stale
                && takes(*device)
                && !members.handles.get(*device).serial
        });
        stale.extend(
            own.flat_map(|(device, name)| {
                name.map(by_serial).into_iter().flatten().flatten().map(move |n| (n, device))
            }),
        );
    }
    let stale = Names::new(stale);
    let mut found = Vec::new();
    for (at, records) in store.by_console.iter().enumerate() {
        let Some(serials) = records.text("serial").filter(|_| !stale.is_empty()) else { continue };
        let lives = |device: DeviceId| records.console.provisions() || *activities.get(device) == Activity::Active;
        for (device, serial) in members.device_of(at).iter().copied().zip(serials.iter()) {
            let Some(serial) = serial.filter(|_| device.is_some() && lives(device)) else { continue };
            let number = host(serial);
            if stale.may_have(number) {
                found.extend(stale.of(number).filter(|own| *own != device));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Names of devices, sorted.
struct Names {
    all: Vec<(u64, DeviceId)>,
    /// Hardly any name that is asked for is among them: a place that is free tells it without a search.
    taken: Vec<bool>,
}

impl Names {
    fn new(mut all: Vec<(u64, DeviceId)>) -> Self {
        all.sort_unstable();
        all.dedup();
        let mut taken = vec![false; if all.is_empty() { 0 } else { Self::place(PLACES - 1) + 1 }];
        for (name, _) in &all {
            if let Some(slot) = taken.get_mut(Self::place(*name)) {
                *slot = true;
            }
        }
        Self { all, taken }
    }

    fn place(name: u64) -> usize {
        usize::try_from(name % PLACES).unwrap_or_default()
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn may_have(&self, name: u64) -> bool {
        self.taken.get(Self::place(name)) == Some(&true)
    }

    fn of(&self, name: u64) -> impl Iterator<Item = DeviceId> + '_ {
        let from = self.all.partition_point(|(own, _)| *own < name);
        self.all.iter().skip(from).take_while(move |(own, _)| *own == name).map(|(_, device)| *device)
    }
}
