//! The live record of each device in each console: the one that Intune points at, else the one with the newest signal.

use super::record_store::{ConsoleRecords, RecordStore};
use crate::console::{Console, Identifier};
use crate::ids::{ByDevice, DeviceId, Number as _, Place as _};

/// What makes a record the live one, most telling first. Larger wins.
type Rank = (bool, bool, Option<i64>, Option<i64>);

/// Per console: the live record of each device, as a line of the records of a console, or none.
pub(super) fn live_records(store: &RecordStore, device_of: &[Vec<DeviceId>], devices: u32) -> Vec<(Console, Vec<u32>)> {
    let mut live: Vec<(Console, Vec<u32>)> = Vec::new();
    for (console_records, device_of) in store.by_console.iter().zip(device_of) {
        let chosen = {
            let pointer = pointers(store, &live, console_records.console);
            let own = pointer.as_ref().and_then(|(_, column)| console_records.text(column));
            let pointed = |line: usize, device: DeviceId| {
                pointer.as_ref().is_some_and(|(p, _)| {
                    let named = p(device);
                    named.is_some() && named == own.and_then(|ids| ids.get(line))
                })
            };
            choose(console_records, device_of, devices, pointed)
        };
        live.push((console_records.console, chosen));
    }
    live
}

/// The id that the newest record of an earlier console names for a device, and the column of this one that has it: Intune's
/// live records are known when Entra's are chosen.
fn pointers<'a>(
    store: &'a RecordStore,
    live: &'a [(Console, Vec<u32>)],
    console: Console,
) -> Option<(impl Fn(DeviceId) -> Option<&'a str>, &'static str)> {
    let (ids, lines, column) = live.iter().find_map(|(other, lines)| {
        let points = |i: &&Identifier| i.live && i.of.is_some_and(|(owner, _)| owner == console.index());
        let identifier = other.identifiers().iter().find(points)?;
        Some((store.of(*other)?.text(identifier.column)?, lines, identifier.of?.1))
    })?;
    let named = move |device: DeviceId| ids.get(lines.get(device.index())?.some()?.index());
    Some((named, column))
}

fn choose(
    console_records: &ConsoleRecords,
    device_of: &[DeviceId],
    devices: u32,
    pointed: impl Fn(usize, DeviceId) -> bool,
) -> Vec<u32> {
    let seen = console_records.times("last_seen");
    let enrolled = console_records.times("enrolled");
    let rank = |line: usize, device: DeviceId| -> Rank {
        (
            pointed(line, device),
            !console_records.is_gone(line),
            seen.and_then(|s| s.get(line)),
            enrolled.and_then(|e| e.get(line)),
        )
    };
    let name = |line: usize| console_records.text("native_id").and_then(|ids| ids.get(line));
    let mut best = ByDevice::filled(u32::NONE, devices);
    for (line, device) in (0_u32..).zip(device_of) {
        let Some(slot) = best.slot(*device) else { continue };
        if *slot == u32::NONE {
            *slot = line;
            continue;
        }
        let (new, old) = (rank(line as usize, *device), rank(*slot as usize, *device));
        // Equals are told apart by content, so that the order of rows does not matter.
        if new > old || (new == old && name(line as usize) < name(*slot as usize)) {
            *slot = line;
        }
    }
    best.into_vec()
}
