//! Devices whose name another one bears, or is made of the serial number of another one.

use rayon::prelude::*;

use super::super::beside::NETBIOS;
use super::super::candidates::{called, host};
use super::hardware::{Hardware, stamped};
use crate::console::Console;
use crate::formats::Vocabulary;
use crate::frame::Strings;
use crate::identity::{ConsoleRecords, Members, RecordStore, short_name};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::{Activity, Platform};

/// Names of stale devices are told apart by so many places.
const PLACES: u64 = 1 << 20;
/// Shorter names are no serial numbers.
const SHORTEST_SERIAL: usize = 6;

/// What of a device another one bears.
#[derive(Debug, Default)]
pub(super) struct Borne {
    /// Devices that are not known to be in use, and whose name another one bears that is: a machine that was joined again, has two rows in a console or lives on in another
    /// directory is known by its name alone. Only where machines give their names themselves, and neither serial numbers nor what
    /// Entra ID stamps on a machine tell the two apart. Each with the one in use.
    pub name: Vec<(DeviceId, DeviceId)>,
    /// Devices of which only a sensor has a row, and whose name a device of another console bears: it may be that one's sensor.
    pub sensed: Vec<DeviceId>,
    /// Devices whose name is the serial number of another one that is in use or registered to be enrolled: such a name was made of
    /// it, by a template or by the registration itself.
    pub serial: Vec<DeviceId>,
}

pub(super) fn borne(store: &RecordStore, members: &Members, vocabulary: &Vocabulary) -> Borne {
    let activities: ByDevice<Activity> = ByDevice::of(members.activities().collect());
    let sensors = members.registry.bits(Console::is_sensor);
    // What only a sensor has a row of may be the sensor of any machine of its name.
    let only_sensed = |device: DeviceId| members.consoles.get(device) & !sensors == 0;
    // Of what nothing tells when it was used even less is known than of what is stale.
    let is_quiet = |device: DeviceId| *activities.get(device) != Activity::Active;
    let is_asked = |device: DeviceId| is_quiet(device) || only_sensed(device);
    let named = |of: &(dyn Fn(DeviceId) -> bool + Sync), keep: &(dyn Fn(u64) -> bool + Sync)| {
        let digests =
            |device: DeviceId, name: &str| spoken(name, *members.platform.get(device)).filter(|name| keep(*name));
        Names::of_cells(store, members, "name", &|_, device| of(device), &digests)
    };
    let own = named(&is_asked, &|_| true);
    let all = named(&|_| true, &|name| own.may_have(name));
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
    let hardware = Hardware::of(store, members, &pairs, vocabulary);
    pairs.retain(|(own, other)| !hardware.differs(*own, *other));
    let stamped = stamped(store, members, &pairs);
    pairs.retain(|(own, other)| !(stamped.contains(own) && stamped.contains(other)));
    let of = |keep: &dyn Fn(DeviceId, DeviceId) -> bool| -> Vec<(DeviceId, DeviceId)> {
        let mut own: Vec<(DeviceId, DeviceId)> =
            pairs.iter().copied().filter(|(own, other)| keep(*own, *other)).collect();
        own.dedup_by_key(|(own, _)| *own);
        own
    };
    let is = |device: DeviceId, activity: Activity| *activities.get(device) == activity;
    Borne {
        name: of(&|own, other| is_quiet(own) && is(other, Activity::Active)),
        sensed: of(&|own, other| only_sensed(own) && !only_sensed(other)).into_iter().map(|(own, _)| own).collect(),
        serial: named_by_serial(store, members, &activities, &takes),
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

/// The digests of a name: as it is called, and of a machine that has a host name that without its domain, cut as old protocols do.
fn spoken(name: &str, platform: Platform) -> impl Iterator<Item = u64> + use<> {
    let host = if platform.has_host_names() { host(name) } else { 0 };
    // A short name is called what it is.
    let is_cut = || name.split('.').next().is_some_and(|short| short.len() > NETBIOS);
    let whole = match host {
        0 => called(name),
        _ if is_cut() => short_name(name).map_or(0, |short| called(&short)),
        _ => 0,
    };
    [host, whole].into_iter().filter(|digest| *digest != 0)
}

/// Stale devices whose name is a serial number, or ends in one behind a hyphen.
fn named_by_serial(
    store: &RecordStore,
    members: &Members,
    activities: &ByDevice<Activity>,
    takes: &(dyn Fn(DeviceId) -> bool + Sync),
) -> Vec<DeviceId> {
    let is = |device: DeviceId, activity: Activity| *activities.get(device) == activity;
    let is_asked = |_: Console, device: DeviceId| {
        is(device, Activity::Stale) && takes(device) && !members.handles.get(device).serial
    };
    let whole_and_end = |_: DeviceId, name: &str| {
        let end = name.rsplit('-').next().unwrap_or(name);
        [name, end].into_iter().filter(|part| part.len() >= SHORTEST_SERIAL).map(host).collect::<Vec<_>>()
    };
    let stale = Names::of_cells(store, members, "name", &is_asked, &whole_and_end);
    if stale.all.is_empty() {
        return Vec::new();
    }
    let lives = |console: Console, device: DeviceId| console.provisions() || is(device, Activity::Active);
    let digest = |_: DeviceId, serial: &str| Some(host(serial)).filter(|number| stale.may_have(*number));
    let serials = Names::of_cells(store, members, "serial", &lives, &digest);
    let borne = serials.all.iter().flat_map(|(number, device)| stale.of(*number).filter(move |own| own != device));
    let mut found: Vec<DeviceId> = borne.collect();
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
    /// The digests of the cells of a column, of some consoles and devices; 0 is none.
    fn of_cells<D: IntoIterator<Item = u64>>(
        store: &RecordStore,
        members: &Members,
        column: &str,
        of: &(dyn Fn(Console, DeviceId) -> bool + Sync),
        digests: &(dyn Fn(DeviceId, &str) -> D + Sync),
    ) -> Self {
        let of_console = |(at, records): (usize, &ConsoleRecords)| {
            let cells = records.text(column).into_iter().flat_map(Strings::iter);
            let own = members.device_of(at).iter().copied().zip(cells);
            let own = own.filter(|(device, _)| device.is_some() && of(records.console, *device));
            let digests = own.filter_map(|(device, cell)| Some((device, digests(device, cell?))));
            digests
                .flat_map(|(device, own)| own.into_iter().map(move |digest| (digest, device)))
                .filter(|(digest, _)| *digest != 0)
                .collect::<Vec<_>>()
        };
        let all: Vec<Vec<(u64, DeviceId)>> = store.by_console.par_iter().enumerate().map(of_console).collect();
        Self::new(all.concat())
    }

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

    fn may_have(&self, name: u64) -> bool {
        self.taken.get(Self::place(name)) == Some(&true)
    }

    fn of(&self, name: u64) -> impl Iterator<Item = DeviceId> + '_ {
        let from = self.all.partition_point(|(own, _)| *own < name);
        self.all.iter().skip(from).take_while(move |(own, _)| *own == name).map(|(_, device)| *device)
    }
}
