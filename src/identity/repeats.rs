//! One object in several lists of a console, such as Apple's devices and their servers: the row that speaks for it takes
//! from the others what its own list does not have.

use std::collections::BTreeSet;

use polars::prelude::{IdxCa, IdxSize};

use super::links::Links;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::error::Result;
use crate::formats::Cells;
use crate::frame::Column;
use crate::ids::{ExportId, RecordId};
use crate::schema::RECORD;

/// Fills in the columns that the list of the speaking row lacks.
pub(super) fn complete(store: &mut RecordStore, links: &Links) -> Result<()> {
    let columns = std::mem::take(&mut store.columns);
    let lacks = |export: ExportId, column: &str| columns.get(export.index()).is_some_and(|own| !own.contains(column));
    let mut done = Ok(());
    for console_records in &mut store.by_console {
        let own = console_records.span();
        let line = |record: RecordId| own.start.line_of(record);
        let pairs: Vec<(usize, usize)> = links
            .spoken_for
            .iter()
            .filter(|(record, _)| own.contains(record))
            .filter_map(|(record, speaker)| Some((line(*record)?, line(*speaker)?)))
            .collect();
        if !pairs.is_empty() {
            done = done.and(fill(console_records, &pairs, lacks));
        }
    }
    store.columns = columns;
    done
}

/// `pairs` holds lines, each with the one that speaks for it.
fn fill(
    console_records: &mut ConsoleRecords,
    pairs: &[(usize, usize)],
    lacks: impl Fn(ExportId, &str) -> bool,
) -> Result<()> {
    let Some(exports) = console_records.numbers("export").cloned() else { return Ok(()) };
    let index = |line: usize| IdxSize::try_from(line).unwrap_or(IdxSize::MAX);
    let export = |line: usize| exports.get(line).map_or(ExportId::NONE, ExportId::new);
    let mut filled: Vec<Column> = Vec::new();
    for field in RECORD {
        let Some(column) = console_records.table.get(field.name) else { continue };
        let given = column.is_not_null();
        let gives = |(line, speaker): &&(usize, usize)| {
            given.get(*line) == Some(true) && given.get(*speaker) != Some(true) && lacks(export(*speaker), field.name)
        };
        let mut source: Vec<IdxSize> = Vec::new();
        let mut disputed: BTreeSet<usize> = BTreeSet::new();
        let cells = Cells::of(&console_records.table, field.name);
        let same = |a: usize, b: usize| cells.as_ref().is_some_and(|c| c.same(a, c, b) == Some(true));
        for (line, speaker) in pairs.iter().filter(gives) {
            if source.is_empty() {
                source = (0..index(console_records.height())).collect();
            }
            let Some(slot) = source.get_mut(*speaker) else { continue };
            if *slot == index(*speaker) {
                *slot = index(*line);
            } else if !same(*slot as usize, *line) {
                disputed.insert(*speaker);
            }
        }
        // Where several know it otherwise nobody knows it.
        for speaker in disputed {
            if let Some(slot) = source.get_mut(speaker) {
                *slot = index(speaker);
            }
        }
        if !source.is_empty() {
            let source = IdxCa::from_vec("".into(), source);
            filled.push(Column::new(field.name, column.take(&source)?));
            // How the console writes it goes along.
            let name = super::record_store::written(field.name);
            if let Some(written) = console_records.table.get(&name) {
                let written = written.take(&source)?;
                filled.push(Column::new(name, written));
            }
        }
    }
    for column in filled {
        console_records.table.put(column)?;
    }
    Ok(())
}
