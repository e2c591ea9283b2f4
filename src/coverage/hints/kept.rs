//! What somebody keeps, as a register or a note says.

use std::collections::{HashMap, HashSet};

use super::before::Places;
use super::{Hint, Place};
use crate::console::{Console, State};
use crate::coverage::beside::{each_name, naming};
use crate::formats::LOST;
use crate::frame::by_device;
use crate::identity::{ConsoleRecords, Members, RecordStore, host_name};
use crate::ids::{ByDevice, DeviceId};

/// So many devices that most are in use share no loss.
const SHARED: usize = 5;
/// Columns whose values name a device to people.
const NAMES: [&str; 2] = ["serial", "name"];

/// What somebody keeps.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// What speaks against devices going.
    pub hints: Vec<(DeviceId, Hint)>,
    /// Devices that a register keeps in a row that is joined to them: playbooks speak of these, and the next run has to know.
    pub registered: Vec<(DeviceId, Console)>,
    /// Where it stands, by number.
    pub places: Places,
}

pub(super) fn hints(store: &RecordStore, members: &Members) -> Kept {
    let mut found = Kept::default();
    for (at, records) in store.by_console.iter().enumerate() {
        remarked(records, members, at, &mut found);
        if !records.console.keeps().is_empty() {
            registered(store, records, members, at, &mut found);
        }
    }
    found
}

/// Devices beside a record of which words stand that keep them, unless the words are the name of a place: what is lost is not in
/// use, and where most devices of a unit or a group are, its name says something else.
fn remarked(records: &ConsoleRecords, members: &Members, at: usize, found: &mut Kept) {
    let columns = ["remark", "remark_in", "remark_words", "remark_text"].map(|column| records.text(column));
    let [Some(why), Some(header), Some(words), Some(text)] = columns else { return };
    let used = || members.device_of(at).iter().map(|device| device.is_some() && members.is_in_use(*device));
    let mut shared: HashMap<&str, (usize, usize)> = HashMap::new();
    for ((text, why), used) in text.iter().zip(why.iter()).zip(used()) {
        if let Some(text) = text.filter(|_| why == Some(LOST)) {
            let (all, in_use) = shared.entry(text).or_default();
            *all += 1;
            *in_use += usize::from(used);
        }
    }
    let is_place = |text: &str| shared.get(text).is_some_and(|(all, used)| *all >= SHARED && used * 2 > *all);
    let console = records.console;
    let said =
        header.iter().zip(words.iter()).zip(text.iter()).map(|((header, words), text)| Some((header?, words?, text?)));
    for (device, said) in members.device_of(at).iter().zip(said) {
        let Some((header, words, _)) = said.filter(|(.., text)| device.is_some() && !is_place(text)) else { continue };
        let place = Place { console: Some(console), column: header.into(), words: words.into() };
        found.hints.extend(found.places.number(place).map(|number| (*device, Hint::Remark(console, number))));
    }
}

/// Devices that a register keeps in a row that is not joined to them, for holding back needs no proof of which machine it is; and
/// those of which it has rows that do not agree.
fn registered(store: &RecordStore, records: &ConsoleRecords, members: &Members, at: usize, found: &mut Kept) {
    let console = records.console;
    let device_of = members.device_of(at);
    let states: Vec<State> = (0..records.height()).map(|line| console.state(&records.row(line))).collect();
    let keeps = |state: &State| console.keeps().contains(state);
    let joined = device_of.iter().zip(&states).filter(|(device, state)| device.is_some() && keeps(state));
    found.registered.extend(joined.map(|(device, _)| (*device, console)));
    let mut said: ByDevice<(Option<State>, bool, bool)> = ByDevice::filled((None, false, false), members.count);
    by_device::scatter(&mut said, device_of.iter().copied(), &states, |(first, kept, differ), state| {
        *differ |= first.is_some_and(|first| first != *state);
        *kept |= keeps(state);
        first.get_or_insert(*state);
    });
    let mut kept = ByDevice::of(said.iter().map(|(_, kept, differ)| *kept && *differ).collect());
    let alone = |device: DeviceId| {
        device.is_some() && members.consoles().get(device.index()).is_some_and(|held| *held == console.bit())
    };
    let lines = device_of.iter().zip(&states).enumerate();
    let lines: Vec<usize> =
        lines.filter(|(_, (device, state))| keeps(state) && alone(**device)).map(|(line, _)| line).collect();
    let mut names: HashSet<u128> = HashSet::new();
    for values in NAMES.iter().filter_map(|column| records.text(column)) {
        let own = lines.iter().filter_map(|line| values.get(*line));
        names.extend(own.flat_map(|name| [naming(name), host_name(name).as_deref().and_then(naming)]).flatten());
    }
    if !names.is_empty() {
        let mut named: ByDevice<bool> = ByDevice::filled(false, members.count);
        let is_named = |value: &str| {
            let own = |value: &str| naming(value).is_some_and(|number| names.contains(&number));
            own(value) || host_name(value).is_some_and(|name| own(&name))
        };
        each_name(store, members, &mut named, is_named, |slot, is| *slot |= is);
        for ((device, slot), named) in kept.numbered_mut().zip(named.iter()) {
            *slot |= *named && !alone(device);
        }
    }
    let kept = kept.numbered().filter(|(_, kept)| **kept);
    found.hints.extend(kept.map(|(device, _)| (device, Hint::Kept(console))));
}
