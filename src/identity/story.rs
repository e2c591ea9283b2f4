//! The proof of one device: why each record belongs to it, what it names that is nowhere, and whose word counts.

use super::devices::{Devices, PRECEDENCE};
use super::keys::{self, Kind};
use super::links::Links;
use super::shelves::{Shelf, Shelves};
use crate::schema::Console;

/// One record of a device.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct RecordStory {
    /// Record number.
    pub record: u32,
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
    /// Newest sign of life, UTC milliseconds.
    pub last_seen: Option<i64>,
    /// Whether a date of a sign of life could not be read.
    pub unread: bool,
    /// Whether it speaks for its console.
    pub live: bool,
    /// Whether another row of the same object speaks for it.
    pub repeat: bool,
    /// What holds it to the other records.
    pub bonds: Vec<Bond>,
    /// Links that were refused, in words.
    pub refused: Vec<String>,
    /// Why its serial number joins nothing, although it looks like one.
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
    /// The other records that have it, by record number.
    pub with: Vec<u32>,
}

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
    pub order: &'static [Console],
    /// Values of other consoles that differ.
    pub others: Vec<(Console, String)>,
}

/// Where an identifier of one console's record points to: column of the one, console and column of the other.
const POINTERS: &[(Console, &str, Console, &str)] = &[
    (Console::Intune, "entra_id", Console::Entra, "entra_id"),
    (Console::Autopilot, "entra_id", Console::Entra, "entra_id"),
    (Console::Autopilot, "intune_id", Console::Intune, "native_id"),
    (Console::Defender, "entra_id", Console::Entra, "entra_id"),
    (Console::Defender, "merged_into", Console::Defender, "native_id"),
    (Console::Entra, "ztdid", Console::Autopilot, "native_id"),
];

/// The records of a device, in their order, with what holds them together.
#[must_use]
pub fn records(shelves: &Shelves, links: &Links, devices: &Devices, device: u32) -> Vec<RecordStory> {
    let own: Vec<u32> = (0_u32..).zip(&links.device).filter(|(_, d)| **d == device).map(|(record, _)| record).collect();
    let identifiers: Vec<(u32, Vec<(Kind, String)>)> =
        own.iter().map(|record| (*record, keys::of_record(shelves, *record))).collect();
    own.iter().filter_map(|record| one(shelves, links, devices, device, *record, &identifiers)).collect()
}

fn one(
    shelves: &Shelves,
    links: &Links,
    devices: &Devices,
    device: u32,
    record: u32,
    all: &[(u32, Vec<(Kind, String)>)],
) -> Option<RecordStory> {
    let (shelf, line) = shelves.locate(record)?;
    let text = |column: &str| shelf.text(column).and_then(|c| c.get(line)).unwrap_or_default().to_string();
    let shown = |column: &str| shelf.as_written(column, line).unwrap_or_default().to_string();
    let number = |column: &str| shelf.numbers(column).and_then(|c| c.get(line)).unwrap_or_default();
    let held = links.held_by.get(record as usize).copied().unwrap_or_default();
    let mine = all.iter().find(|(r, _)| *r == record).map(|(_, ids)| ids.as_slice()).unwrap_or_default();
    let mut bonds: Vec<Bond> = Vec::new();
    for (kind, value) in mine.iter().filter(|(kind, _)| held & kind.bit() != 0) {
        let same = |ids: &[(Kind, String)]| {
            ids.iter().any(|(k, v)| k == kind && keys::number_of(*k, v) == keys::number_of(*kind, value))
        };
        let with: Vec<u32> = all.iter().filter(|(r, ids)| *r != record && same(ids)).map(|(r, _)| *r).collect();
        let number = keys::number_of(*kind, value);
        let known = bonds.iter().any(|b| b.kind == *kind && keys::number_of(b.kind, &b.value) == number);
        if !with.is_empty() && !known {
            let value = keys::text_of(shelves, *kind, number, record);
            bonds.push(Bond { kind: *kind, value, with });
        }
    }
    for kind in Kind::ALL.iter().filter(|k| k.is_weak() && held & k.bit() != 0) {
        let with = all.iter().map(|(r, _)| *r).filter(|r| links.weak.get(*r as usize) != Some(&true)).collect();
        let value = if *kind == Kind::Name { text("name") } else { shown("serial") };
        bonds.push(Bond { kind: *kind, value, with });
    }
    let serial = Some(shown("serial")).filter(|s| !s.is_empty()).unwrap_or_else(|| text("serial_written"));
    Some(RecordStory {
        record,
        console: shelf.console,
        export: shelves.exports.get(number("export") as usize).map_or_else(String::new, |(label, _)| label.clone()),
        row: number("row"),
        native_id: shown("native_id"),
        name: text("name"),
        serial,
        last_seen: shelf.times("last_seen").and_then(|c| c.get(line)),
        unread: shelf.flags("last_seen_unread").and_then(|c| c.get(line)) == Some(true),
        live: devices.live_line(shelf.console, device) == u32::try_from(line).ok(),
        repeat: links.repeat.get(record as usize) == Some(&true),
        bonds,
        refused: refused(shelves, links, record, all),
        guarded: links.guarded.binary_search(&record).is_ok(),
        dangling: dangling(shelves, shelf, line),
    })
}

/// The refusals of a record, and those of other devices' records against it.
fn refused(shelves: &Shelves, links: &Links, record: u32, own: &[(u32, Vec<(Kind, String)>)]) -> Vec<String> {
    let mut found = links.refused.get(&record).cloned().unwrap_or_default();
    let object = shelves.object(record);
    for (other, reasons) in links.refused.iter().filter(|(other, _)| own.iter().all(|(r, _)| r != *other)) {
        let against = reasons.iter().filter(|reason| reason.ends_with(&format!("at {object}")));
        found.extend(against.map(|reason| format!("the link of {}: {reason}", shelves.object(*other))));
    }
    found
}

/// Objects that a record names and no file has.
fn dangling(shelves: &Shelves, shelf: &Shelf, line: usize) -> Vec<String> {
    let mut found = Vec::new();
    for (_, column, console, target) in POINTERS.iter().filter(|(own, ..)| *own == shelf.console) {
        let Some(value) = shelf.text(column).and_then(|c| c.get(line)) else { continue };
        // Where the console was not supplied nothing is known to be missing.
        let Some(cells) = shelves.of(*console).and_then(|s| s.text(target)) else { continue };
        if !cells.iter().flatten().any(|cell| cell == value) {
            let value = shelf.as_written(column, line).unwrap_or(value);
            found.push(format!("names {} `{value}`, which is in none of the files", console.title()));
        }
    }
    found
}

/// The merged view of a device, field by field.
#[must_use]
pub fn fields(shelves: &Shelves, devices: &Devices, device: u32) -> Vec<FieldStory> {
    PRECEDENCE.iter().filter_map(|(name, order)| field(shelves, devices, device, name, order)).collect()
}

fn field(
    shelves: &Shelves,
    devices: &Devices,
    device: u32,
    name: &'static str,
    order: &'static [Console],
) -> Option<FieldStory> {
    let said: Vec<(Console, String)> = order
        .iter()
        .filter_map(|console| {
            let line = devices.live_line(*console, device)? as usize;
            let value = shelves.of(*console)?.as_written(name, line)?;
            (value != "unknown").then(|| (*console, value.to_string()))
        })
        .collect();
    let (from, value) = said.first()?.clone();
    let others = said.into_iter().filter(|(_, other)| !other.eq_ignore_ascii_case(&value)).collect();
    Some(FieldStory { name, value, from, order, others })
}
