//! The live record of each device in each console: the one that Intune points at, else the one with the newest signal.

use super::shelves::{NONE, Shelf, Shelves};
use crate::schema::Console;

/// What makes a record the live one, most telling first. Larger wins.
type Rank = (bool, bool, Option<i64>, Option<i64>);

/// Per shelf: the live record of each device, as a line of the shelf, or [`NONE`].
pub(super) fn live_records(shelves: &Shelves, device_of: &[Vec<u32>], devices: usize) -> Vec<(Console, Vec<u32>)> {
    let mut live: Vec<(Console, Vec<u32>)> = Vec::new();
    for (shelf, device_of) in shelves.shelves.iter().zip(device_of) {
        let chosen = {
            // Intune comes first among the consoles, so its live records are known when Entra's are chosen.
            let pointer = pointers(shelves, &live).filter(|_| shelf.console == Console::Entra);
            let own = shelf.text("entra_id");
            let pointed = |line: usize, device: u32| {
                pointer.as_ref().is_some_and(|p| {
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

/// The Entra id that the newest Intune record of a device names.
fn pointers<'a>(shelves: &'a Shelves, live: &'a [(Console, Vec<u32>)]) -> Option<impl Fn(u32) -> Option<&'a str>> {
    let ids = shelves.of(Console::Intune)?.text("entra_id")?;
    let lines = &live.iter().find(|(console, _)| *console == Console::Intune)?.1;
    Some(move |device: u32| ids.get(lines.get(device as usize).filter(|l| **l != NONE).copied()? as usize))
}

fn choose(shelf: &Shelf, device_of: &[u32], devices: usize, pointed: impl Fn(usize, u32) -> bool) -> Vec<u32> {
    let seen = shelf.times("last_seen");
    let enrolled = shelf.times("enrolled");
    let released = shelf.times("released");
    let state = shelf.text("state").filter(|_| shelf.console == Console::Chrome);
    let rank = |line: usize, device: u32| -> Rank {
        let gone = released.is_some_and(|r| r.get(line).is_some())
            || state.is_some_and(|s| s.get(line) == Some("deprovisioned"));
        (pointed(line, device), !gone, seen.and_then(|s| s.get(line)), enrolled.and_then(|e| e.get(line)))
    };
    let name = |line: usize| shelf.text("native_id").and_then(|ids| ids.get(line));
    let mut best = vec![NONE; devices];
    for (line, device) in device_of.iter().enumerate() {
        let Some(slot) = best.get_mut(*device as usize) else { continue };
        let line = u32::try_from(line).unwrap_or(NONE);
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
    best
}
