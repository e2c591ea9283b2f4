//! What rows of older lists are still good for: they show nothing of today, but a sign of life stays one, and an object
//! of which nobody knows whether its console still has it is not called missing.

use super::devices::Devices;
use super::keys::number;
use super::shelves::Shelves;
use crate::formats::Fate;
use crate::frame;
use crate::schema::Console;

/// Identifiers and names of objects of which nothing tells whether their console still has them.
pub(super) fn open(shelves: &Shelves) -> Vec<(Console, String)> {
    let mut found = Vec::new();
    for (export, older) in &shelves.older {
        let Some((_, console)) = shelves.exports.get(*export as usize) else { continue };
        for column in ["entra_id", "serial", "native_id", "name"] {
            let Some(cells) = frame::text(&older.frame, column) else { continue };
            let own = cells.iter().zip(&older.fate).filter(|(_, fate)| **fate == Fate::Open);
            found.extend(own.filter_map(|(cell, _)| Some((*console, cell?.to_string()))));
        }
    }
    found
}

/// Devices that an older list saw later than every list that counts: whether they are stale is not known.
pub(super) fn seen_later(shelves: &Shelves, devices: &Devices) -> Vec<u32> {
    let seen = signs(shelves);
    if seen.is_empty() {
        return Vec::new();
    }
    let last: Vec<Option<i64>> = devices.last_activity().collect();
    let mut found = Vec::new();
    for (at, shelf) in shelves.shelves.iter().enumerate() {
        for column in ["entra_id", "serial", "native_id"] {
            let Some(cells) = shelf.text(column) else { continue };
            for (device, cell) in devices.device_of(at).iter().zip(cells.iter()) {
                let (Some(cell), Some(last)) = (cell, last.get(*device as usize)) else { continue };
                let key = number(cell);
                let from = seen.partition_point(|(own, _)| *own < key);
                let mut own = seen.get(from..).unwrap_or_default().iter().take_while(|(own, _)| *own == key);
                if own.any(|(_, time)| Some(*time) > *last) {
                    found.push(*device);
                }
            }
        }
    }
    found
}

/// Signs of life in older lists, by identifier.
fn signs(shelves: &Shelves) -> Vec<(u128, i64)> {
    let mut seen: Vec<(u128, i64)> = Vec::new();
    for (export, older) in &shelves.older {
        let console = shelves.exports.get(*export as usize).map(|(_, console)| console);
        let times = frame::times(&older.frame, "last_seen");
        let Some(times) = times.filter(|_| console.is_some_and(|c| c.gives_signals())) else { continue };
        for column in ["entra_id", "serial", "native_id"] {
            let Some(cells) = frame::text(&older.frame, column) else { continue };
            let own = cells.iter().zip(times.iter());
            seen.extend(own.filter_map(|(cell, time)| Some((number(cell?), time?))));
        }
    }
    seen.sort_unstable();
    seen
}
