//! The stable key of a device: its strongest identifier, so that the next run gives it the same name.

use rayon::prelude::*;

use super::keys::number;
use super::shelves::{Shelf, Shelves};
use crate::schema::Console;

/// Rank of an identifier, its number, and the record that has it. Smaller is stronger.
pub(super) type DeviceKey = (u8, u128, u32);

const SERIAL: u8 = 0;
const ENTRA: u8 = 1;
/// Then each console's own id, then the row.
const OBJECT: u8 = 2;
const ROW: u8 = 20;

/// The strongest key of every set that is a device.
///
/// Where identifiers contradict each other, a serial number or an Entra id may stand in several sets; those are known
/// by an object of their own. `serials` is 0 for a record whose serial number joins nothing.
///
/// A record that a weak link holds gives no key: the device is what it is without it.
pub(super) fn device_keys(
    shelves: &Shelves,
    roots: &[u32],
    unsure: &[bool],
    serials: &[u32],
    weak: &[bool],
) -> Vec<(DeviceKey, u32)> {
    const NOTHING: DeviceKey = (u8::MAX, u128::MAX, u32::MAX);
    let mut best = vec![NOTHING; roots.len()];
    let mut makes_device = vec![false; roots.len()];
    for shelf in &shelves.shelves {
        let range = shelf.offset as usize..shelf.offset as usize + shelf.height();
        let own_roots = roots.get(range).unwrap_or_default();
        if shelf.console.makes_devices() {
            for root in own_roots {
                if let Some(slot) = makes_device.get_mut(*root as usize) {
                    *slot = true;
                }
            }
        }
        let mut offer = |rank: u8, column: &str| {
            let Some(cells) = shelf.text(column) else { return };
            for ((record, root), cell) in (shelf.offset..).zip(own_roots).zip(cells.iter()) {
                let Some(text) = cell.filter(|_| weak.get(record as usize) != Some(&true)) else { continue };
                // A serial number that joins nothing names nothing either.
                if rank == SERIAL && serials.get(record as usize) == Some(&0) {
                    continue;
                }
                let sure = !unsure.get(*root as usize).copied().unwrap_or(false);
                if let Some(slot) = best.get_mut(*root as usize).filter(|slot| sure && slot.0 >= rank) {
                    *slot = (*slot).min((rank, number(text), record));
                }
            }
        };
        offer(SERIAL, "serial");
        offer(ENTRA, "entra_id");
    }
    fill_in_objects(shelves, roots, weak, &mut best);
    best.into_iter()
        .enumerate()
        .filter(|(root, key)| key.0 != u8::MAX && makes_device.get(*root).copied().unwrap_or(false))
        .filter_map(|(root, key)| Some((key, u32::try_from(root).ok()?)))
        .collect()
}

/// Sets without a shared identifier are known by the console's own id, else by their row.
fn fill_in_objects(shelves: &Shelves, roots: &[u32], weak: &[bool], best: &mut [DeviceKey]) {
    for shelf in &shelves.shelves {
        let ids = shelf.text("native_id");
        let rank = OBJECT + u8::try_from(shelf.console.index()).unwrap_or(0);
        for line in 0..shelf.height() {
            let record = shelf.offset + u32::try_from(line).unwrap_or(0);
            let Some(slot) = roots.get(record as usize).and_then(|root| best.get_mut(*root as usize)) else { continue };
            if slot.0 < OBJECT || weak.get(record as usize) == Some(&true) {
                continue;
            }
            let key = match ids.and_then(|c| c.get(line)) {
                Some(id) => (rank, number(id), record),
                None => (ROW, u128::from(record), record),
            };
            *slot = (*slot).min(key);
        }
    }
}

/// Puts devices that share a key in an order of their content, so that it does not depend on that of the rows.
pub(super) fn settle(shelves: &Shelves, keyed: &mut [(DeviceKey, u32)]) {
    for run in keyed.chunk_by_mut(|a, b| (a.0.0, a.0.1) == (b.0.0, b.0.1)).filter(|run| run.len() > 1) {
        run.sort_by_cached_key(|((_, _, record), _)| content(shelves, *record));
    }
}

/// What a row says, for telling it from another row of the same object.
fn content(shelves: &Shelves, record: u32) -> Vec<String> {
    let Some((shelf, line)) = shelves.locate(record) else { return Vec::new() };
    let cell = |column: &str| shelf.text(column).and_then(|c| c.get(line)).unwrap_or_default().to_string();
    let mut words: Vec<String> = ["serial", "entra_id", "name", "native_id"].into_iter().map(cell).collect();
    words.push(shelf.times("last_seen").and_then(|c| c.get(line)).unwrap_or_default().to_string());
    words
}

/// The keys as text: `serial:…`, `entra:…`, `console:…`, `row:export:n`.
pub(super) fn key_texts(shelves: &Shelves, keyed: &[(DeviceKey, u32)]) -> Vec<String> {
    let mut texts: Vec<String> = keyed.par_iter().map(|((rank, _, record), _)| text(shelves, *rank, *record)).collect();
    // Two sets share a key where identifiers contradict each other, or where a computer that is not hybrid has the id of
    // an Entra device. The console's own id keeps them apart, else the row.
    let repeated: Vec<usize> = (1..texts.len())
        .filter(|at| keyed.get(*at).zip(keyed.get(at - 1)).is_some_and(|(a, b)| (a.0.0, a.0.1) == (b.0.0, b.0.1)))
        .collect();
    for at in repeated {
        if let (Some(slot), Some((key, _))) = (texts.get_mut(at), keyed.get(at)) {
            *slot = match differing(shelves, key) {
                Some(other) => other,
                None => text(shelves, ROW, key.2),
            };
        }
    }
    texts
}

/// Another key for a device whose key another one has: the console's own id, and where that is the shared one, with the
/// serial number behind it.
fn differing(shelves: &Shelves, key: &DeviceKey) -> Option<String> {
    let (shelf, line) = shelves.locate(key.2)?;
    let cell = |column: &str| shelf.text(column).and_then(|c| c.get(line));
    cell("native_id")?;
    let own = text(shelves, OBJECT, key.2);
    if key.0 < OBJECT { Some(own) } else { cell("serial").map(|serial| format!("{own}/{serial}")) }
}

fn text(shelves: &Shelves, rank: u8, record: u32) -> String {
    let Some((shelf, line)) = shelves.locate(record) else { return String::new() };
    let cell = |column: &str| shelf.text(column).and_then(|c| c.get(line)).unwrap_or_default();
    match rank {
        SERIAL => format!("serial:{}", cell("serial")),
        ENTRA => format!("entra:{}", cell("entra_id")),
        ROW => row(shelves, shelf, line),
        _ => format!("{}:{}", own_prefix(shelf.console), cell("native_id")),
    }
}

/// Entra's object id is not its device id, so it goes by another name.
const fn own_prefix(console: Console) -> &'static str {
    match console {
        Console::Entra => "entra-object",
        other => other.as_str(),
    }
}

fn row(shelves: &Shelves, shelf: &Shelf, line: usize) -> String {
    let export = shelf.numbers("export").and_then(|c| c.get(line)).unwrap_or_default();
    let row = shelf.numbers("row").and_then(|c| c.get(line)).unwrap_or_default();
    let label = shelves.exports.get(export as usize).map_or("", |(l, _)| l.as_str());
    format!("row:{label}:{row}")
}
