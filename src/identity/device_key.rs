//! The stable key of a device: its strongest identifier, so that the next run gives it the same name.
//!
//! A device without an identifier is known by what its row says, never by where the row stands: keys do not move when
//! rows, sheets or files change places. Rows that say the same in every column that is read cannot be told apart by
//! anybody; they are numbered.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::contents::Contents;
use super::keys::number;
use super::record_store::RecordStore;
use crate::ids::{ByRecord, RecordId};

/// Rank of an identifier, its number, and the record that has it. Smaller is stronger.
pub(super) type DeviceKey = (u8, u128, RecordId);

const SERIAL: u8 = 0;
const ENTRA: u8 = 1;
/// Then each console's own id, then what the row says.
const OBJECT: u8 = 2;
const ROW: u8 = 200;

/// The strongest key of every set that is a device.
///
/// Where identifiers contradict each other, a serial number or an Entra id may stand in several sets; those are known
/// by an object of their own. `serials` is 0 for a record whose serial number is not used for matching.
///
/// A record that a weak link holds gives no key: the device is what it is without it.
pub(super) fn device_keys(
    store: &RecordStore,
    roots: &ByRecord<RecordId>,
    unsure: &ByRecord<bool>,
    serials: &ByRecord<u32>,
    weak: &ByRecord<bool>,
) -> Vec<(DeviceKey, RecordId)> {
    const NOTHING: DeviceKey = (u8::MAX, u128::MAX, RecordId::NONE);
    let mut best = ByRecord::filled(NOTHING, store.total);
    let mut makes_device = ByRecord::filled(false, store.total);
    for console_records in &store.by_console {
        let own_roots = roots.within(&console_records.span());
        if console_records.console.makes_devices() {
            for root in own_roots {
                if let Some(slot) = makes_device.slot(*root) {
                    *slot = true;
                }
            }
        }
        let mut offer = |rank: u8, column: &str| {
            let Some(cells) = console_records.text(column) else { return };
            for ((record, root), cell) in console_records.first.onwards().zip(own_roots).zip(cells.iter()) {
                let Some(text) = cell.filter(|_| !weak.get(record)) else { continue };
                // A serial number that joins nothing names nothing either.
                if rank == SERIAL && *serials.get(record) == 0 {
                    continue;
                }
                let sure = !unsure.get(*root);
                if let Some(slot) = best.slot(*root).filter(|slot| sure && slot.0 >= rank) {
                    *slot = (*slot).min((rank, number(text), record));
                }
            }
        };
        offer(SERIAL, "serial");
        offer(ENTRA, "entra_id");
    }
    fill_in_objects(store, roots, weak, &mut best);
    let own = best.numbered().filter(|(root, key)| key.0 != u8::MAX && *makes_device.get(*root));
    own.map(|(root, key)| (*key, root)).collect()
}

/// Sets without a shared identifier are known by the console's own id, else by what their row says.
fn fill_in_objects(
    store: &RecordStore,
    roots: &ByRecord<RecordId>,
    weak: &ByRecord<bool>,
    best: &mut ByRecord<DeviceKey>,
) {
    for console_records in &store.by_console {
        let ids = console_records.own_ids();
        let contents = Contents::lasting(console_records);
        let rank = OBJECT + u8::try_from(console_records.console.index()).unwrap_or(0);
        for (record, line) in console_records.first.onwards().zip(0..console_records.height()) {
            let Some(slot) = best.slot(*roots.get(record)) else { continue };
            if slot.0 < OBJECT || *weak.get(record) {
                continue;
            }
            let key = match ids.get(line) {
                Some(id) => (rank, number(id), record),
                None if slot.0 < ROW => continue,
                None => (ROW, contents.digest(line), record),
            };
            *slot = (*slot).min(key);
        }
    }
}

/// The keys as text, in the order of `keyed`, which is sorted: `serial:…`, `entra:…`, `console:…`, `row:console:…`.
///
/// Two sets share a key where identifiers contradict each other, where a computer that is not hybrid has the id of an
/// Entra device, or where rows without an identifier look alike. They are put in an order of their content, so that it
/// does not depend on that of the rows. Of sets with an identifier the first keeps the key, the others are known by the
/// console's own id, if need be with the serial number or a digest of what their rows say behind it. Rows have a digest of
/// everything behind it, and a number if even that is the same.
pub(super) fn settle(
    store: &RecordStore,
    roots: &ByRecord<RecordId>,
    weak: &ByRecord<bool>,
    keyed: &mut [(DeviceKey, RecordId)],
) -> Vec<String> {
    let contested = contested(store, roots, weak, keyed);
    for run in keyed.chunk_by_mut(same_key).filter(|run| run.len() > 1) {
        run.sort_by_cached_key(|(_, root)| contested.get(root).map(|set| (set.console, set.digest, set.first())));
    }
    let mut texts: Vec<String> = keyed.par_iter().map(|(key, _)| text(store, key)).collect();
    if contested.is_empty() {
        return texts;
    }
    let keys: HashSet<(u8, u128)> = keyed.iter().map(|(key, _)| (key.0, key.1)).collect();
    let mut given: HashSet<String> = HashSet::new();
    let mut at = 0;
    for run in keyed.chunk_by(same_key) {
        let own = texts.get_mut(at..at + run.len()).unwrap_or_default();
        at += run.len();
        if run.len() == 1 {
            continue;
        }
        let is_row = run.first().is_some_and(|(key, _)| key.0 == ROW);
        let mut twins = (0_u128, 0_u32);
        for ((key, root), slot) in run.iter().zip(own).skip(usize::from(!is_row)) {
            let Some(set) = contested.get(root) else { continue };
            twins = if twins.0 == set.digest { (twins.0, twins.1 + 1) } else { (set.digest, 1) };
            let others = if is_row { Vec::new() } else { other_keys(store, key, set, &keys) };
            let last = format!("{slot}/{:012x}", set.digest >> 80);
            let free = others.into_iter().chain([last.clone()]).find(|text| !given.contains(text));
            *slot = free.unwrap_or_else(|| format!("{last}#{}", twins.1));
            given.insert(slot.clone());
        }
    }
    texts
}

/// A set that shares its key with another one.
#[derive(Default)]
struct Contested {
    /// Of what all its rows say.
    digest: u128,
    /// Number of the first console that has a row of it: the key is the Entra device's, not the computer's.
    console: usize,
    /// Its rows: what each says, and where it stands.
    rows: Vec<(u128, RecordId)>,
}

impl Contested {
    fn first(&self) -> Option<RecordId> {
        self.rows.iter().map(|(_, record)| *record).min()
    }
}

/// The sets that share a key, with what their rows say.
fn contested(
    store: &RecordStore,
    roots: &ByRecord<RecordId>,
    weak: &ByRecord<bool>,
    keyed: &[(DeviceKey, RecordId)],
) -> BTreeMap<RecordId, Contested> {
    let shared = keyed.chunk_by(same_key).filter(|run| run.len() > 1).flatten();
    let mut sets: BTreeMap<RecordId, Contested> =
        shared.map(|(_, root)| (*root, Contested { console: usize::MAX, ..Contested::default() })).collect();
    if sets.is_empty() {
        return sets;
    }
    for console_records in &store.by_console {
        let contents = Contents::whole(console_records);
        for (record, line) in console_records.first.onwards().zip(0..console_records.height()) {
            if *weak.get(record) {
                continue;
            }
            if let Some(set) = sets.get_mut(roots.get(record)) {
                set.console = set.console.min(console_records.console.index());
                set.rows.push((contents.digest(line), record));
            }
        }
    }
    for set in sets.values_mut() {
        set.rows.sort_unstable();
        set.digest = super::contents::digest_of(set.rows.iter().map(|(said, _)| *said));
    }
    sets
}

/// Other keys for a device whose key another one has, the best first.
fn other_keys(store: &RecordStore, key: &DeviceKey, set: &Contested, keys: &HashSet<(u8, u128)>) -> Vec<String> {
    let object = |record: RecordId| {
        let (console_records, line) = store.locate(record)?;
        let id = console_records.own_ids().get(line)?;
        Some((OBJECT + u8::try_from(console_records.console.index()).unwrap_or(0), number(id)))
    };
    let is_own = |record: RecordId| object(record).is_some_and(|own| key.0 < OBJECT || own == (key.0, key.1));
    let own_rows = set.rows.iter().filter(|(_, record)| is_own(*record));
    // By the name of the object, so that what else the rows say does not choose it; of its rows by what they say, never by
    // where they stand.
    let first = own_rows.map(|(said, record)| (store.object(*record), *said, *record)).min();
    let Some((_, _, record)) = first else { return Vec::new() };
    let own = text(store, &(OBJECT, 0, record));
    let serial = store.locate(record).and_then(|(console_records, line)| console_records.text("serial")?.get(line));
    let plain = object(record).is_some_and(|object| !keys.contains(&object)).then(|| own.clone());
    let with_serial = serial.map(|serial| format!("{own}/{serial}"));
    plain.into_iter().chain(with_serial).chain([format!("{own}/{:012x}", set.digest >> 80)]).collect()
}

fn same_key(a: &(DeviceKey, RecordId), b: &(DeviceKey, RecordId)) -> bool {
    (a.0.0, a.0.1) == (b.0.0, b.0.1)
}

fn text(store: &RecordStore, key: &DeviceKey) -> String {
    let Some((console_records, line)) = store.locate(key.2) else { return String::new() };
    let cell = |column: &str| console_records.text(column).and_then(|c| c.get(line)).unwrap_or_default();
    match key.0 {
        SERIAL => format!("serial:{}", cell("serial")),
        ENTRA => format!("entra:{}", cell("entra_id")),
        ROW => format!("row:{}:{:016x}", console_records.console, key.1 >> 64),
        _ => format!("{}:{}", console_records.console.object_key(), cell("native_id")),
    }
}
