//! The stable key of a device: its strongest identifier, so that the next run gives it the same name.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

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

/// The keys as text, in the order of `keyed`, which is sorted: `serial:…`, `entra:…`, `console:…`, `row:export:n`.
///
/// Two sets share a key where identifiers contradict each other, or where a computer that is not hybrid has the id of an
/// Entra device. They are put in an order of their content, so that it does not depend on that of the rows: the first
/// keeps the key, the others are known by the console's own id, if need be with the serial number or a digest of what
/// their rows say behind it.
pub(super) fn settle(shelves: &Shelves, roots: &[u32], weak: &[bool], keyed: &mut [(DeviceKey, u32)]) -> Vec<String> {
    let rows = rows_of_contested(shelves, roots, weak, keyed);
    for run in keyed.chunk_by_mut(same_key).filter(|run| run.len() > 1) {
        run.sort_by_cached_key(|(_, root)| rows.get(root));
    }
    let mut texts: Vec<String> = keyed.par_iter().map(|((rank, _, record), _)| text(shelves, *rank, *record)).collect();
    if rows.is_empty() {
        return texts;
    }
    let keys: HashSet<(u8, u128)> = keyed.iter().map(|(key, _)| (key.0, key.1)).collect();
    let mut given: HashSet<String> = HashSet::new();
    let second: Vec<usize> = (1..keyed.len())
        .filter(|at| keyed.get(at - 1).zip(keyed.get(*at)).is_some_and(|(a, b)| same_key(a, b)))
        .collect();
    for at in second {
        let (Some((key, root)), Some(slot)) = (keyed.get(at), texts.get_mut(at)) else { continue };
        let others = rows.get(root).map_or_else(Vec::new, |rows| other_keys(shelves, key, rows, &keys));
        let free = others.into_iter().find(|text| !given.contains(text));
        *slot = free.unwrap_or_else(|| text(shelves, ROW, key.2));
        given.insert(slot.clone());
    }
    texts
}

/// What a row says, and where it stands.
type Said = ([String; 9], u32);

/// The rows of sets that share a key, in an order of their content.
fn rows_of_contested(
    shelves: &Shelves,
    roots: &[u32],
    weak: &[bool],
    keyed: &[(DeviceKey, u32)],
) -> BTreeMap<u32, Vec<Said>> {
    let contested = keyed.chunk_by(same_key).filter(|run| run.len() > 1).flatten();
    let mut rows: BTreeMap<u32, Vec<Said>> = contested.map(|(_, root)| (*root, Vec::new())).collect();
    if rows.is_empty() {
        return rows;
    }
    for ((record, root), _) in (0_u32..).zip(roots).zip(weak).filter(|(_, weak)| !**weak) {
        if let Some(own) = rows.get_mut(root) {
            own.extend(said(shelves, record));
        }
    }
    for own in rows.values_mut() {
        own.sort_unstable();
    }
    rows
}

fn said(shelves: &Shelves, record: u32) -> Option<Said> {
    let (shelf, line) = shelves.locate(record)?;
    let cell = |column: &str| shelf.text(column).and_then(|c| c.get(line)).unwrap_or_default().to_string();
    let [id, serial, entra, name, maker, platform, join] =
        ["native_id", "serial", "entra_id", "name", "manufacturer", "platform", "join_type"].map(cell);
    let seen = shelf.times("last_seen").and_then(|c| c.get(line)).unwrap_or_default().to_string();
    Some(([format!("{:02}", shelf.console.index()), id, serial, entra, name, maker, platform, join, seen], record))
}

/// Other keys for a device whose key another one has, the best first.
fn other_keys(shelves: &Shelves, key: &DeviceKey, rows: &[Said], keys: &HashSet<(u8, u128)>) -> Vec<String> {
    let object = |record: u32| {
        let (shelf, line) = shelves.locate(record)?;
        let id = shelf.text("native_id").and_then(|c| c.get(line))?;
        Some((OBJECT + u8::try_from(shelf.console.index()).unwrap_or(0), number(id)))
    };
    let is_own = |record: u32| object(record).is_some_and(|own| key.0 < OBJECT || own == (key.0, key.1));
    let Some((first, record)) = rows.iter().find(|(_, record)| is_own(*record)) else { return Vec::new() };
    let own = text(shelves, OBJECT, *record);
    let [_, _, serial, ..] = first;
    let mut digest = Sha256::new();
    for cell in rows.iter().flat_map(|(cells, _)| cells) {
        digest.update(cell);
        digest.update([0]);
    }
    let digest: String = crate::read::hex(&digest.finalize()).chars().take(12).collect();
    let plain = object(*record).is_some_and(|object| !keys.contains(&object)).then(|| own.clone());
    let with_serial = (!serial.is_empty()).then(|| format!("{own}/{serial}"));
    plain.into_iter().chain(with_serial).chain([format!("{own}/{digest}")]).collect()
}

fn same_key(a: &(DeviceKey, u32), b: &(DeviceKey, u32)) -> bool {
    (a.0.0, a.0.1) == (b.0.0, b.0.1)
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
