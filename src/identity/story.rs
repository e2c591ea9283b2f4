//! The proof of one device: why each record belongs to it, what it names that is nowhere, and whose word counts.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::keys::{self, Kind};
use super::links::Links;
use super::members::Members;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::console::{Console, MERGED};
use crate::ids::{DeviceId, RecordId};

/// One record of a device.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct RecordStory {
    /// The record.
    pub record: RecordId,
    /// The console.
    pub console: Console,
    /// Name of the export in reports.
    pub export: String,
    /// Data row, from 1.
    pub row: u32,
    /// The console's own id of the object.
    pub native_id: String,
    /// Device name.
    pub name: String,
    /// Serial number as written, also where it is none.
    pub serial: String,
    /// Newest activity, UTC milliseconds.
    pub last_seen: Option<i64>,
    /// Whether a date of a sign of activity could not be read.
    pub unread: bool,
    /// Whether the console is judged by it.
    pub live: bool,
    /// Whether another row of the same object speaks for it.
    pub repeat: bool,
    /// What holds it to the other records.
    pub bonds: Vec<Bond>,
    /// Links that were refused, in words.
    pub refused: Vec<String>,
    /// Why its serial number is not used for matching, although it looks like one.
    pub guarded: bool,
    /// Other objects that it names and that are in none of the files.
    pub dangling: Vec<String>,
}

/// An identifier that a record shares with others of its device.
#[derive(Clone, Debug)]
pub struct Bond {
    /// What the identifier is.
    pub kind: Kind,
    /// Its value.
    pub value: String,
    /// Other records that have it, of those that are told.
    pub with: Vec<RecordId>,
    /// How many have it beside them.
    pub more: usize,
}

/// The records of a device, as far as they are told.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The first ones, and those that speak for their console.
    pub told: Vec<RecordStory>,
    /// How many there are.
    pub total: usize,
}

/// Records of one device that are told.
pub const MOST_RECORDS: usize = 200;
/// Entries of each list that is told of a record.
pub const MOST_LISTED: usize = 50;

/// A field of the merged view: whose value won, and who says something else.
#[derive(Clone, Debug)]
pub struct FieldStory {
    /// Column of the device table.
    pub name: &'static str,
    /// The value that won.
    pub value: String,
    /// The console whose value it is.
    pub from: Console,
    /// Consoles in the order in which they are asked.
    pub order: Vec<Console>,
    /// Values of other consoles that differ.
    pub others: Vec<(Console, String)>,
}

/// The records of a device, in their order, with what holds them together.
#[must_use]
pub fn records(store: &RecordStore, links: &Links, devices: &Members, device: DeviceId) -> Records {
    let own: Vec<RecordId> =
        links.device.numbered().filter(|(_, own)| **own == device).map(|(record, _)| record).collect();
    let mut numbers: Vec<RecordId> = own.iter().take(MOST_RECORDS).copied().collect();
    for console_records in &store.by_console {
        let live = devices.live_record(console_records, device);
        numbers.extend(live.filter(|record| own.len() > MOST_RECORDS && own.binary_search(record).is_ok()));
    }
    numbers.sort_unstable();
    numbers.dedup();
    let family = Family::new(store, links, &own, numbers);
    let told = family.told.iter().filter_map(|record| one(store, links, devices, device, *record, &family)).collect();
    Records { told, total: own.len() }
}

/// What the records of one device have in common.
struct Family {
    /// All of them.
    own: HashSet<RecordId>,
    /// Those that are told, in order.
    told: Vec<RecordId>,
    /// By identifier: the told records that have it, and how many have it in all.
    sharing: HashMap<(u16, u128), (Vec<RecordId>, usize)>,
    /// Told records that more than a weak link holds, and how many there are.
    strong: (Vec<RecordId>, usize),
}

impl Family {
    fn new(store: &RecordStore, links: &Links, own: &[RecordId], told: Vec<RecordId>) -> Self {
        let mut sharing: HashMap<(u16, u128), (Vec<RecordId>, usize)> = HashMap::new();
        let mut strong = (Vec::new(), 0);
        for record in own {
            let is_told = told.binary_search(record).is_ok();
            let add = |entry: &mut (Vec<RecordId>, usize)| {
                entry.1 += 1;
                if is_told {
                    entry.0.push(*record);
                }
            };
            let identifiers = keys::of_record(store, *record);
            let id = |(kind, value): &(Kind, String)| (kind.bit(), keys::number_of(*kind, value));
            let ids: BTreeSet<_> = identifiers.iter().map(id).collect();
            for id in ids {
                add(sharing.entry(id).or_default());
            }
            if !links.weak.get(*record) {
                add(&mut strong);
            }
        }
        Self { own: own.iter().copied().collect(), told, sharing, strong }
    }

    /// The records of a list without one of them, as far as they are named, and how many there are beside.
    fn others((told, total): &(Vec<RecordId>, usize), record: RecordId, has_it: bool) -> (Vec<RecordId>, usize) {
        let with: Vec<RecordId> = told.iter().copied().filter(|other| *other != record).take(MOST_LISTED).collect();
        let more = total.saturating_sub(with.len() + usize::from(has_it));
        (with, more)
    }
}

fn one(
    store: &RecordStore,
    links: &Links,
    devices: &Members,
    device: DeviceId,
    record: RecordId,
    family: &Family,
) -> Option<RecordStory> {
    let (console_records, line) = store.locate(record)?;
    let text = |column: &str| console_records.text(column).and_then(|c| c.get(line)).unwrap_or_default().to_string();
    let shown = |column: &str| console_records.as_written(column, line).unwrap_or_default().to_string();
    let number = |column: &str| console_records.numbers(column).and_then(|c| c.get(line)).unwrap_or_default();
    let held = *links.held_by.get(record);
    let mut bonds: Vec<Bond> = Vec::new();
    for (kind, value) in keys::of_record(store, record).into_iter().filter(|(kind, _)| held & kind.bit() != 0) {
        let number = keys::number_of(kind, &value);
        let Some(sharing) = family.sharing.get(&(kind.bit(), number)) else { continue };
        let (with, more) = Family::others(sharing, record, true);
        let known = bonds.iter().any(|b| b.kind == kind && keys::number_of(kind, &b.value) == number);
        if with.len() + more > 0 && !known {
            let value = keys::text_of(store, kind, number, record);
            bonds.push(Bond { kind, value, with, more });
        }
    }
    for kind in Kind::ALL.iter().filter(|k| k.is_weak() && held & k.bit() != 0) {
        let is_strong = !links.weak.get(record);
        let (with, more) = Family::others(&family.strong, record, is_strong);
        let value = if *kind == Kind::Name { text("name") } else { shown("serial") };
        bonds.push(Bond { kind: *kind, value, with, more });
    }
    let serial = Some(shown("serial")).filter(|s| !s.is_empty()).unwrap_or_else(|| text("serial_written"));
    Some(RecordStory {
        record,
        console: console_records.console,
        export: console_records.export_of(line).map_or_else(String::new, |export| store.label(export).to_string()),
        row: number("row"),
        native_id: shown("native_id"),
        name: text("name"),
        serial,
        last_seen: console_records.times("last_seen").and_then(|c| c.get(line)),
        unread: console_records.flags("last_seen_unread").and_then(|c| c.get(line)) == Some(true),
        live: devices.live_record(console_records, device) == Some(record),
        repeat: *links.repeat.get(record),
        bonds,
        refused: refused(store, links, record, &family.own),
        guarded: links.guarded.binary_search(&record).is_ok(),
        dangling: dangling(store, console_records, line),
    })
}

/// The refusals of a record, and those of other devices' records against it.
fn refused(store: &RecordStore, links: &Links, record: RecordId, own: &HashSet<RecordId>) -> Vec<String> {
    let mine = links.refused.get(&record).into_iter().flatten().cloned();
    let end = format!("at {}", store.object(record));
    let others = links.refused.iter().filter(|(other, _)| !own.contains(*other));
    let against = others.flat_map(|(other, reasons)| {
        let meant = reasons.iter().filter(|reason| reason.ends_with(&end));
        meant.map(|reason| format!("the link of {}: {reason}", store.object(*other)))
    });
    let mut found: Vec<String> = mine.chain(against).take(MOST_LISTED + 1).collect();
    if found.len() > MOST_LISTED {
        found.truncate(MOST_LISTED);
        found.push("and more, which records.csv has".into());
    }
    found
}

/// Objects that a record names and no file has.
fn dangling(store: &RecordStore, console_records: &ConsoleRecords, line: usize) -> Vec<String> {
    let mut found = Vec::new();
    for (column, (owner, target)) in
        console_records.console.identifiers().iter().filter_map(|i| Some((i.column, i.of?)))
    {
        let Some(value) = console_records.text(column).and_then(|c| c.get(line)) else { continue };
        // Where the console was not supplied nothing is known to be missing.
        let owner = store.by_console.iter().find(|other| other.console.index() == owner);
        let Some((console, cells)) = owner.and_then(|s| Some((s.console, s.text(target)?))) else { continue };
        if !cells.iter().flatten().any(|cell| cell == value) {
            let value = console_records.as_written(column, line).unwrap_or(value);
            found.push(format!("names {} `{value}`, which is in none of the files", console.title()));
        }
    }
    found
}

/// The merged view of a device, field by field.
#[must_use]
pub fn fields(store: &RecordStore, devices: &Members, device: DeviceId) -> Vec<FieldStory> {
    MERGED.iter().filter_map(|name| field(store, devices, device, name)).collect()
}

fn field(store: &RecordStore, devices: &Members, device: DeviceId, name: &'static str) -> Option<FieldStory> {
    let order = store.registry.sources_of(name)?;
    let said: Vec<(Console, String)> = order
        .iter()
        .filter_map(|console| {
            let line = devices.live_line(*console, device)? as usize;
            let value = store.of(*console)?.as_written(name, line)?;
            (value != "unknown").then(|| (*console, value.to_string()))
        })
        .collect();
    let (from, value) = said.first()?.clone();
    let others = said.into_iter().filter(|(_, other)| !other.eq_ignore_ascii_case(&value)).collect();
    Some(FieldStory { name, value, from, order: order.to_vec(), others })
}
