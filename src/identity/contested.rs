//! Rows of one object that contradict each other although nothing tells which is the newer one: what differs is not known.
//!
//! What a newer list speaks for has been set aside before. What is left are lists of one moment, lists without dates, and
//! a file that has an object several times.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::BooleanChunked;

use super::links::Links;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::error::Result;
use crate::formats::{CHANGING, Cells};
use crate::frame::{Column, Table};
use crate::ids::{ExportId, RecordId};
use crate::notice::{Code, Notice, many};

/// Dates of a row beside its sign of activity that tell whether it is newer than another row of the object.
const DATES: &[&str] = &["updated", "contacted", "assigned", "enrolled", "released"];

/// Empties the cells in which rows of one object differ, and marks their devices: a person must look at them.
pub(super) fn settle(store: &mut RecordStore, links: &mut Links) -> Result<Vec<Notice>> {
    let mut notices = Vec::new();
    let mut concerned = unsure(store);
    for at in 0..store.by_console.len() {
        let Some(console_records) =
            store.by_console.get(at).filter(|console_records| console_records.console.makes_devices())
        else {
            continue;
        };
        let pairs = pairs(console_records, links);
        if pairs.is_empty() {
            continue;
        }
        let found = differing(store, links, console_records, &pairs);
        let (missed, remark) = super::appended::missed(store, console_records, links, &pairs);
        notices.extend(remark);
        concerned.extend(missed);
        let lines: BTreeSet<usize> = found.cells.values().flatten().copied().collect();
        notices.extend(found.notice(console_records.console.title(), lines.len()));
        concerned.extend(lines.iter().map(|line| console_records.record(*line)));
        if let Some(console_records) = store.by_console.get_mut(at) {
            for (column, lines) in &found.cells {
                forget(&mut console_records.table, column, lines)?;
            }
        }
    }
    for record in concerned {
        let device = *links.device.get(record);
        if let Some(slot) = links.conflict.get_mut(device.index()) {
            *slot = true;
            links.contested.push(device.number());
        }
    }
    Ok(notices)
}

/// Records that stand in one of two lists of which nobody knows which is newer.
fn unsure(store: &RecordStore) -> Vec<RecordId> {
    let mut found = Vec::new();
    for console_records in &store.by_console {
        let Some(flags) = console_records.flags("unsure") else { continue };
        let flagged = console_records.first.onwards().zip(flags.iter()).filter(|(_, flag)| *flag == Some(true));
        found.extend(flagged.map(|(record, _)| record));
    }
    found
}

/// Lines of the records of a console, each with the one that speaks for it.
fn pairs(console_records: &ConsoleRecords, links: &Links) -> Vec<(usize, usize)> {
    let span = console_records.span();
    let from = links.spoken_for.partition_point(|(record, _)| *record < span.start);
    let own = links.spoken_for.get(from..).unwrap_or_default().iter().take_while(|(record, _)| *record < span.end);
    own.filter_map(|(record, speaker)| Some((span.start.line_of(*record)?, span.start.line_of(*speaker)?))).collect()
}

/// Cells of the records of a console that nobody knows, by column and line.
#[derive(Default)]
struct Found {
    cells: BTreeMap<&'static str, BTreeSet<usize>>,
    /// Rows of two lists differ, not only rows of one.
    lists: bool,
}

impl Found {
    fn notice(&self, title: &str, objects: usize) -> Option<Notice> {
        let columns: Vec<&str> = self.cells.keys().copied().collect();
        (objects > 0).then(|| {
            let differ = if objects == 1 { "differs" } else { "differ" };
            let from = if self.lists { "from one list to another" } else { "from one row to another" };
            let way = if self.lists { "; name the newest list with `--newest FILE`" } else { "" };
            let message = format!(
                "{title}: {} {differ} {from} ({}), and nothing tells which is newer: what differs counts as unknown, and nothing is \
                 planned for such a device{way}",
                many(objects as u64, "object"),
                columns.join(", ")
            );
            Notice::new(Code::SourcesOutOfStep, "", message)
        })
    }
}

fn differing(store: &RecordStore, links: &Links, console_records: &ConsoleRecords, pairs: &[(usize, usize)]) -> Found {
    let mut found = Found::default();
    let exports = console_records.numbers("export");
    let export = |line: usize| exports.and_then(|e| e.get(line)).map_or(ExportId::NONE, ExportId::new);
    // A list that also has what the speaker says differs from no other list by a further row.
    let within = |line: usize, speaker: usize| {
        export(line) == export(speaker) || links.twins.contains(&(console_records.first.after(speaker), export(line)))
    };
    let open: Vec<(usize, usize, bool)> = pairs
        .iter()
        .map(|(line, speaker)| (*line, *speaker, !within(*line, *speaker)))
        .filter(|(line, speaker, lists)| {
            let companions = store.is_companion(export(*line)) != store.is_companion(export(*speaker));
            let both = |column: &str| [line, speaker].iter().all(|at| store.has(export(**at), column));
            !companions && !is_newer(console_records, *speaker, *line, *lists, both)
        })
        .collect();
    if open.is_empty() {
        return found;
    }
    for name in CHANGING.iter().copied() {
        let Some(cells) = Cells::of(&console_records.table, name) else { continue };
        for (line, speaker, lists) in &open {
            // Of one file the further rows of an object may leave out what the first says, and name other users.
            let has = |line: usize| store.has(export(line), name);
            let counts = if *lists { has(*line) && has(*speaker) } else { name != "primary_user" };
            let same = cells.same(*line, &cells, *speaker).unwrap_or(!*lists);
            if counts && !same {
                found.lists |= *lists;
                found.cells.entry(name).or_default().insert(*speaker);
            }
        }
    }
    found
}

/// Whether a row is newer than another row of its object by dates of its own. `both` tells whether the lists of both rows
/// have a column.
fn is_newer(
    console_records: &ConsoleRecords,
    line: usize,
    other: usize,
    lists: bool,
    both: impl Fn(&str) -> bool,
) -> bool {
    let time = |column: &str, line: usize| console_records.times(column).and_then(|c| c.get(line));
    if !lists {
        let own = |line: usize| (time("released", line).is_none(), time("last_seen", line), time("enrolled", line));
        return own(line) != own(other);
    }
    let seen = (time("last_seen", line), time("last_seen", other));
    if seen.0 != seen.1 && both("last_seen") {
        return seen.0 > seen.1;
    }
    let newest = |line: usize| DATES.iter().filter(|column| both(column)).filter_map(|column| time(column, line)).max();
    newest(line) > newest(other)
}

/// Empties cells and notes that they hold something that is not known.
fn forget(table: &mut Table, column: &str, lines: &BTreeSet<usize>) -> Result<()> {
    let Some(own) = table.get(column) else { return Ok(()) };
    let hit: BooleanChunked = (0..table.height()).map(|line| lines.contains(&line)).collect();
    let known = own.nothing_like().or_else(&hit, own)?;
    table.put(Column::new(column, known))?;
    let name = format!("{column}_unread");
    let flags = match table.flags(&name) {
        Some(before) => before | &hit,
        None => hit,
    };
    table.put(Column::new(name, flags))
}
