//! The live record of each device in each console: the one that Intune points at, else the one with the newest signal.

use super::shelves::{NONE, Shelf, Shelves};
use crate::console::{Console, Identifier};
use crate::ids::{ByDevice, DeviceId};

/// What makes a record the live one, most telling first. Larger wins.
type Rank = (bool, bool, Option<i64>, Option<i64>);

/// Per shelf: the live record of each device, as a line of the shelf, or [`NONE`].
pub(super) fn live_records(shelves: &Shelves, device_of: &[Vec<DeviceId>], devices: u32) -> Vec<(Console, Vec<u32>)> {
    let mut live: Vec<(Console, Vec<u32>)> = Vec::new();
    for (shelf, device_of) in shelves.shelves.iter().zip(device_of) {
        let chosen = {
            let pointer = pointers(shelves, &live, shelf.console);
            let own = pointer.as_ref().and_then(|(_, column)| shelf.text(column));
            let pointed = |line: usize, device: DeviceId| {
                pointer.as_ref().is_some_and(|(p, _)| {
                    let named = p(device);
                    named.is_some() && named == own.and_then(|ids| ids.get(line))
                })
            };
            choose(shelf, device_of, devices, pointed)
        };
        live.push((shelf.console, chosen));
    }
    live
}

/// The id that the newest record of an earlier console names for a device, and the column of this one that has it: Intune's
/// live records are known when Entra's are chosen.
fn pointers<'a>(
    shelves: &'a Shelves,
    live: &'a [(Console, Vec<u32>)],
    console: Console,
) -> Option<(impl Fn(DeviceId) -> Option<&'a str>, &'static str)> {
    let (ids, lines, column) = live.iter().find_map(|(other, lines)| {
        let points = |i: &&Identifier| i.live && i.of.is_some_and(|(owner, _)| owner == console.index());
        let identifier = other.identifiers().iter().find(points)?;
        Some((shelves.of(*other)?.text(identifier.column)?, lines, identifier.of?.1))
    })?;
    let named = move |device: DeviceId| ids.get(lines.get(device.index()).filter(|l| **l != NONE).copied()? as usize);
    Some((named, column))
}

fn choose(shelf: &Shelf, device_of: &[DeviceId], devices: u32, pointed: impl Fn(usize, DeviceId) -> bool) -> Vec<u32> {
    let seen = shelf.times("last_seen");
    let enrolled = shelf.times("enrolled");
    let rank = |line: usize, device: DeviceId| -> Rank {
        (
            pointed(line, device),
            !shelf.is_gone(line),
            seen.and_then(|s| s.get(line)),
            enrolled.and_then(|e| e.get(line)),
        )
    };
    let name = |line: usize| shelf.text("native_id").and_then(|ids| ids.get(line));
    let mut best = ByDevice::filled(NONE, devices);
    for (line, device) in (0_u32..).zip(device_of) {
        let Some(slot) = best.slot(*device) else { continue };
        if *slot == NONE {
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
