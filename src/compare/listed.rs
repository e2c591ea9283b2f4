//! The lists of a run beside those of an earlier one, before any device is judged: which of them are shorter than plausible, and
//! which devices were one then.

use std::collections::BTreeSet;

use super::join::{Read, each_text};
use super::lists::{List, Stated, lists};
use super::sides::{Listed, Objects};
use crate::console::Console;
use crate::identity::KeyKind;
use crate::ids::{DeviceId, ObjectId, RecordId};
use crate::outcome::{Outcome, Source};

/// The lists of two runs, console by console.
#[derive(Debug, Default)]
pub struct Lists {
    pub(super) of: Vec<List>,
    parted: Vec<DeviceId>,
}

impl Lists {
    /// Holds the lists of a run against those of an earlier one. `proven`: consoles whose lists have as many objects as their own
    /// page shows.
    #[must_use]
    pub fn new(old: &Outcome, new: Listed<'_>, sources: &[Source], proven: &[Console]) -> Self {
        let planned = super::planned(old);
        let stated = Stated { planned: &planned, proven };
        let mut pairs: Vec<(DeviceId, DeviceId)> = Vec::new();
        let of = lists(old, super::earlier(old), new, sources, stated, |[then, now], [before, after]| {
            if !is_held_by_name(old, then, before) {
                pairs.extend(then.device(before).zip(now.device(after)));
            }
        });
        pairs.extend(by_serial(old, new));
        Self { of, parted: parted(pairs) }
    }

    /// Consoles of which a list is shorter than plausible beside the earlier one, and why. What a list says of itself is known
    /// without the earlier one.
    #[must_use]
    pub fn short(&self, new: Listed<'_>, sources: &[Source]) -> Vec<(Console, String)> {
        let speaks =
            |list: &List| sources.iter().any(|own| own.console.as_str() == list.console && own.incomplete.is_some());
        let there = self.of.iter().filter(|list| list.now > 0 && !speaks(list));
        there.filter_map(|list| Some((new.registry.parse(list.console)?, list.not_whole.clone()?))).collect()
    }

    /// Devices whose records were in one device with those of another, which are listed still; sorted.
    #[must_use]
    pub fn parted(&self) -> &[DeviceId] {
        &self.parted
    }
}

/// Whether an object of the earlier run was held to its device by its name alone, which tells nothing.
fn is_held_by_name(old: &Outcome, then: &Objects<'_>, object: ObjectId) -> bool {
    let weak = KeyKind::ALL.iter().filter(|kind| kind.is_weak()).fold(0, |bits, kind| bits | kind.bit());
    let record = then.columns.map(|columns| columns.first.after(object.index()));
    let held = record.map_or(0, |record| *old.links.held_by.get(record));
    held != 0 && held & !weak == 0
}

/// Devices then and now that have a serial number, where one device had it then: a machine that was set up anew has new objects,
/// and its old ones do not name it any more.
fn by_serial(old: &Outcome, new: Listed<'_>) -> Vec<(DeviceId, DeviceId)> {
    let then = Read::new(old.devices.len(), |device| old.devices.serial.compared(device));
    let now = Read::new(new.device_of.len(), |record: RecordId| {
        let (columns, line) = new.records.locate(record);
        columns.serial.compared(line)
    });
    let mut pairs = Vec::new();
    each_text(&then, &now, |before, after| {
        if let [before] = before {
            let devices = after.iter().filter_map(|record| new.device_of.get(*record).some());
            pairs.extend(devices.map(|after| (*before, after)));
        }
    });
    pairs
}

/// Of pairs of devices, then and now, those now that were one.
fn parted(mut pairs: Vec<(DeviceId, DeviceId)>) -> Vec<DeviceId> {
    pairs.sort_unstable();
    pairs.dedup();
    let parted = pairs.chunk_by(|a, b| a.0 == b.0).filter(|now| now.len() > 1);
    let parted: BTreeSet<DeviceId> = parted.flatten().map(|pair| pair.1).collect();
    parted.into_iter().collect()
}
