//! What somebody keeps, as a register or a note says.

use std::collections::HashSet;

use super::Hint;
use crate::console::State;
use crate::coverage::beside::{each_name, naming};
use crate::frame::{Strings, by_device};
use crate::identity::{ConsoleRecords, Members, RecordStore, short_name};
use crate::ids::{ByDevice, DeviceId};

/// Columns whose values name a device to people.
const NAMES: [&str; 2] = ["serial", "name"];

pub(super) fn hints(store: &RecordStore, members: &Members) -> Vec<(DeviceId, Hint)> {
    let mut found = Vec::new();
    for (at, records) in store.by_console.iter().enumerate() {
        let console = records.console;
        found.extend(remarked(records, members, at).map(|device| (device, Hint::Remark(console))));
        if !console.keeps().is_empty() {
            let mut kept = ByDevice::filled(false, members.count);
            registered(store, records, members, at, &mut kept);
            found.extend(kept.numbered().filter(|(_, kept)| **kept).map(|(device, _)| (device, Hint::Kept(console))));
        }
    }
    found
}

/// Devices beside a record of which a word stands that keeps them.
fn remarked<'a>(
    records: &'a ConsoleRecords,
    members: &'a Members,
    at: usize,
) -> impl Iterator<Item = DeviceId> + use<'a> {
    let remarks = records.text("remark").into_iter().flat_map(Strings::iter);
    let of = members.device_of(at).iter().copied().zip(remarks);
    of.filter(|(device, remark)| device.is_some() && remark.is_some()).map(|(device, _)| device)
}

/// Devices that a register keeps in a row that is not joined to them, for holding back needs no proof of which machine it is; and
/// those of which it has rows that do not agree.
fn registered(store: &RecordStore, records: &ConsoleRecords, members: &Members, at: usize, kept: &mut ByDevice<bool>) {
    let console = records.console;
    let device_of = members.device_of(at);
    let states: Vec<State> = (0..records.height()).map(|line| console.state(&records.row(line))).collect();
    let keeps = |state: &State| console.keeps().contains(state);
    let mut said: ByDevice<(Option<State>, bool, bool)> = ByDevice::filled((None, false, false), members.count);
    by_device::scatter(&mut said, device_of.iter().copied(), &states, |(first, kept, differ), state| {
        *differ |= first.is_some_and(|first| first != *state);
        *kept |= keeps(state);
        first.get_or_insert(*state);
    });
    kept.iter_mut().zip(said.iter()).for_each(|(slot, (_, kept, differ))| *slot |= *kept && *differ);
    let alone = |device: DeviceId| {
        device.is_some() && members.consoles().get(device.index()).is_some_and(|held| *held == console.bit())
    };
    let lines = device_of.iter().zip(&states).enumerate();
    let lines: Vec<usize> =
        lines.filter(|(_, (device, state))| keeps(state) && alone(**device)).map(|(line, _)| line).collect();
    let mut names: HashSet<u128> = HashSet::new();
    for values in NAMES.iter().filter_map(|column| records.text(column)) {
        let own = lines.iter().filter_map(|line| values.get(*line));
        names.extend(own.flat_map(|name| [naming(name), short_name(name).as_deref().and_then(naming)]).flatten());
    }
    if names.is_empty() {
        return;
    }
    let mut named: ByDevice<bool> = ByDevice::filled(false, members.count);
    let is_named = |value: &str| {
        let own = |value: &str| naming(value).is_some_and(|number| names.contains(&number));
        own(value) || short_name(value).is_some_and(|name| own(&name))
    };
    each_name(store, members, &mut named, is_named, |slot, is| *slot |= is);
    for ((device, slot), named) in kept.numbered_mut().zip(named.iter()) {
        *slot |= *named && !alone(device);
    }
}
