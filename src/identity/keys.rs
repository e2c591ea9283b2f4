//! Identifiers as numbers, so that millions of them are compared without looking at text.

use std::collections::HashSet;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::record_store::{ConsoleRecords, RecordStore};
use crate::formats::values::{parse_guid, radio_key};
use crate::ids::RecordId;
use crate::schema::JoinType;

pub use crate::console::Kind;

/// An identifier and the record that has it.
pub(super) type Pair = (u128, RecordId);

/// Shorter hardware ids, and those of one sign only, name no machine.
const SHORTEST_HARDWARE_ID: usize = 8;

/// Every identifier of a kind, sorted by identifier and record. Object ids come one list a console, since they are
/// unique within a console only.
pub(super) fn gather(store: &RecordStore, kind: Kind) -> Vec<Vec<Pair>> {
    let sorted = |mut pairs: Vec<Pair>| {
        pairs.par_sort_unstable();
        pairs
    };
    if kind == Kind::Object {
        let one = |console_records: &ConsoleRecords| {
            let ids = console_records.own_ids();
            let servers = console_records.numbers("of_server");
            // Numbers of another server are of other objects.
            let server = |line: usize| servers.and_then(|servers| servers.get(line)).unwrap_or_default();
            let own = console_records.first.onwards().zip(0..console_records.height());
            let of = |line: usize| Some(number(ids.get(line)?).wrapping_add(u128::from(server(line))));
            sorted(own.filter_map(|(record, line)| Some((of(line)?, record))).collect())
        };
        return store.by_console.par_iter().map(one).collect();
    }
    let computers = if kind == Kind::ComputerId { computers(store) } else { HashSet::new() };
    let of_console = |console_records: &ConsoleRecords| {
        let mut pairs = Vec::new();
        if kind == Kind::MergedId && !names_successors(console_records) {
            return pairs;
        }
        let also = (!computers.is_empty() && !names_computers(console_records)).then_some(Kind::EntraId);
        for identifier in
            console_records.console.identifiers().iter().filter(|i| i.kind == kind || Some(i.kind) == also)
        {
            let before = pairs.len();
            push(console_records, kind, identifier.column, &mut pairs);
            if identifier.hybrid || identifier.kind != kind {
                keep_computers(console_records, &computers, &mut pairs, before);
            }
        }
        pairs
    };
    let pairs: Vec<Vec<Pair>> = store.by_console.par_iter().map(of_console).collect();
    vec![sorted(pairs.concat())]
}

/// Whether a record of the list names another one that took its place. Without such a pointer the ids of the objects join
/// nothing that object ids do not.
fn names_successors(console_records: &ConsoleRecords) -> bool {
    let pointers = console_records.console.identifiers().iter().filter(|i| i.kind == Kind::MergedId && i.of.is_some());
    pointers.filter_map(|i| console_records.text(i.column)).any(|cells| cells.null_count() < cells.len())
}

/// The objectGUIDs of all computers that a directory lists.
fn computers(store: &RecordStore) -> HashSet<u128> {
    let mut pairs = Vec::new();
    for console_records in store.by_console.iter().filter(|console_records| console_records.console.is_directory()) {
        for identifier in
            console_records.console.identifiers().iter().filter(|i| i.kind == Kind::ComputerId && !i.hybrid)
        {
            push(console_records, Kind::ComputerId, identifier.column, &mut pairs);
        }
    }
    pairs.into_iter().map(|(number, _)| number).collect()
}

/// Whether the file of the list's console says which of its columns holds objectGUIDs.
fn names_computers(console_records: &ConsoleRecords) -> bool {
    console_records.console.identifiers().iter().any(|i| i.kind == Kind::ComputerId)
}

/// Only of a hybrid joined device is the Entra device id the objectGUID of a computer. Entra ID says how its objects are
/// joined, and one that is not hybrid may have such an id by somebody's trick. Other lists do not always say it; where a
/// directory has a computer of that very id, it is one.
fn keep_computers(console_records: &ConsoleRecords, computers: &HashSet<u128>, pairs: &mut Vec<Pair>, from: usize) {
    let join_type = console_records.text("join_type");
    let is_one = |number: &u128, record: RecordId| {
        let word = join_type.and_then(|c| c.get(console_records.first.line_of(record)?));
        match word.map_or(Some(JoinType::Unknown), JoinType::parse) {
            Some(JoinType::Hybrid) => true,
            Some(JoinType::Unknown) => !console_records.console.joins_side_by_side() && computers.contains(number),
            _ => false,
        }
    };
    let own = pairs.split_off(from);
    pairs.extend(own.into_iter().filter(|(number, record)| is_one(number, *record)));
}

/// Text that is no GUID identifies nothing where GUIDs are expected, as where a list without ids is known by its serial
/// numbers.
fn push(console_records: &ConsoleRecords, kind: Kind, column: &str, pairs: &mut Vec<Pair>) {
    let Some(cells) = console_records.text(column) else { return };
    let identified = |text: &str| match kind {
        Kind::HardwareId => is_hardware_id(text).then(|| number(text)),
        _ if kind.is_exact() && kind != Kind::MergedId => parse_guid(text),
        _ => Some(number_of(kind, text)),
    };
    pairs.reserve(cells.len() - cells.null_count());
    for (record, cell) in console_records.first.onwards().zip(cells.iter()) {
        if let Some(number) = cell.and_then(identified) {
            pairs.push((number, record));
        }
    }
}

/// A number for an identifier of a kind: of radio numbers a part is compared.
pub(super) fn number_of(kind: Kind, text: &str) -> u128 {
    number(if kind == Kind::Radio { radio_key(text) } else { text })
}

fn is_hardware_id(text: &str) -> bool {
    let first = text.as_bytes().first();
    text.len() >= SHORTEST_HARDWARE_ID && text.bytes().any(|sign| Some(&sign) != first)
}

/// A number for an identifier: GUIDs are numbers already, short text is packed, long text is digested.
///
/// GUIDs use all bits. Packed text begins with its length and never reads as a GUID of the same column, since a column
/// holds one or the other; where it holds both, the digest keeps 120 bits apart.
pub(crate) fn number(text: &str) -> u128 {
    if let Some(guid) = parse_guid(text) {
        return guid;
    }
    let mut packed = [0_u8; 16];
    let bytes = text.as_bytes();
    if bytes.len() <= 15 {
        if let (Some(first), Some(rest)) = (packed.first_mut(), text.len().try_into().ok()) {
            *first = rest;
        }
        for (slot, byte) in packed.iter_mut().skip(1).zip(bytes) {
            *slot = *byte;
        }
    } else {
        for (slot, byte) in packed.iter_mut().zip(Sha256::digest(bytes)) {
            *slot = byte;
        }
        packed[0] = 0xFF;
    }
    u128::from_be_bytes(packed)
}

/// The identifiers of a record, in the order in which links are tried.
pub(super) fn of_record(store: &RecordStore, record: RecordId) -> Vec<(Kind, String)> {
    let Some((console_records, line)) = store.locate(record) else { return Vec::new() };
    let cell = |column: &str| console_records.text(column).and_then(|c| c.get(line)).map(str::to_string);
    let mut found: Vec<(Kind, String)> = cell("native_id").map(|id| (Kind::Object, id)).into_iter().collect();
    found.extend(console_records.console.identifiers().iter().filter_map(|i| Some((i.kind, cell(i.column)?))));
    found
}

/// Text of an identifier, as the record's console writes it, for messages.
pub(super) fn text_of(store: &RecordStore, kind: Kind, key: u128, record: RecordId) -> String {
    let Some((console_records, line)) = store.locate(record) else { return String::new() };
    let columns = console_records.console.columns_of(kind);
    let own = ["native_id"].into_iter().filter(|_| kind == Kind::Object);
    let is_meant = |column: &&'static str| {
        console_records.text(column).and_then(|c| c.get(line)).is_some_and(|text| number_of(kind, text) == key)
    };
    let column = columns.chain(own).find(is_meant);
    column.and_then(|column| console_records.as_written(column, line)).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_identifiers_apart() {
        let texts = [
            "A",
            "AA",
            "5CG1234ABC",
            "5CG1234ABD",
            "A-VERY-LONG-SERIAL-NUMBER-1",
            "A-VERY-LONG-SERIAL-NUMBER-2",
            "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01",
        ];
        let mut numbers: Vec<u128> = texts.iter().map(|t| number(t)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), texts.len());
    }
}
