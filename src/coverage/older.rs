//! What rows of older lists are still good for: they show nothing of today, but a sign of activity stays one, and an object
//! of which nobody knows whether its console still has it is not called missing.

use crate::console::Console;
use crate::formats::Fate;
use crate::identity::{Members, RecordStore, number};
use crate::ids::{ByDevice, DeviceId};
use crate::time::Millis;

/// Identifiers and names of objects of which nothing tells whether their console still has them.
pub(super) fn open(store: &RecordStore) -> Vec<(Console, String)> {
    let mut found = Vec::new();
    for (export, older) in &store.older {
        let Some(console) = store.lister(*export) else { continue };
        for column in ["entra_id", "serial", "native_id", "name"] {
            let Some(cells) = older.table.text(column) else { continue };
            let own = cells.iter().zip(&older.fate).filter(|(_, fate)| **fate == Fate::Open);
            found.extend(own.filter_map(|(cell, _)| Some((console, cell?.to_string()))));
        }
    }
    found
}

/// Devices that an older list saw later than every list that counts: whether they are stale is not known.
pub(super) fn seen_later(store: &RecordStore, members: &Members) -> Vec<DeviceId> {
    let seen = signs(store);
    if seen.is_empty() {
        return Vec::new();
    }
    let last: ByDevice<Option<Millis>> = ByDevice::of(members.last_activity().collect());
    let mut found = Vec::new();
    for (at, console_records) in store.by_console.iter().enumerate() {
        for cells in ["entra_id", "serial", "native_id"].iter().filter_map(|column| console_records.text(column)) {
            let known = members.device_of(at).iter().zip(cells.iter()).filter(|(device, _)| device.is_some());
            for (device, cell) in known {
                let Some(key) = cell.map(number) else { continue };
                let from = seen.partition_point(|(own, _)| *own < key);
                let mut own = seen.get(from..).unwrap_or_default().iter().take_while(|(own, _)| *own == key);
                if own.any(|(_, time)| Some(*time) > *last.get(*device)) {
                    found.push(*device);
                }
            }
        }
    }
    found
}

/// Signs of activity in older lists, by identifier.
fn signs(store: &RecordStore) -> Vec<(u128, Millis)> {
    let mut seen: Vec<(u128, Millis)> = Vec::new();
    for (export, older) in &store.older {
        let console = store.lister(*export);
        let times = older.table.times("last_seen");
        let Some(times) = times.filter(|_| console.is_some_and(Console::gives_signals)) else { continue };
        for column in ["entra_id", "serial", "native_id"] {
            let Some(cells) = older.table.text(column) else { continue };
            let own = cells.iter().zip(times.iter());
            seen.extend(own.filter_map(|(cell, time)| Some((number(cell?), Millis::new(time?)))));
        }
    }
    seen.sort_unstable();
    seen
}
