//! One object in several lists of a console, such as Apple's devices and their servers: the row that speaks for it takes
//! from the others what its own list does not have.

use std::collections::BTreeSet;

use polars::prelude::{Column, IdxCa};

use super::links::Links;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::error::Result;
use crate::formats::Cells;
use crate::frame::internal;
use crate::schema::RECORD;

/// Fills in the columns that the list of the speaking row lacks.
pub(super) fn complete(store: &mut RecordStore, links: &Links) -> Result<()> {
    let columns = std::mem::take(&mut store.columns);
    let lacks = |export: u32, column: &str| columns.get(export as usize).is_some_and(|own| !own.contains(column));
    let mut done = Ok(());
    for console_records in &mut store.by_console {
        let own = console_records.offset
            ..console_records.offset + u32::try_from(console_records.height()).unwrap_or(u32::MAX);
        let pairs: Vec<(u32, u32)> = links
            .spoken_for
            .iter()
            .filter(|(record, _)| own.contains(record))
            .map(|(record, speaker)| (record - console_records.offset, speaker - console_records.offset))
            .collect();
        if !pairs.is_empty() {
            done = done.and(fill(console_records, &pairs, lacks));
        }
    }
    store.columns = columns;
    done
}

fn fill(console_records: &mut ConsoleRecords, pairs: &[(u32, u32)], lacks: impl Fn(u32, &str) -> bool) -> Result<()> {
    let Some(exports) = console_records.numbers("export").cloned() else { return Ok(()) };
    let export = |line: u32| exports.get(line as usize).unwrap_or(u32::MAX);
    let mut filled: Vec<Column> = Vec::new();
    for field in RECORD {
        let Ok(column) = console_records.frame.column(field.name) else { continue };
        let given = column.is_not_null();
        let gives = |(line, speaker): &&(u32, u32)| {
            given.get(*line as usize) == Some(true)
                && given.get(*speaker as usize) != Some(true)
                && lacks(export(*speaker), field.name)
        };
        let mut source: Vec<u32> = Vec::new();
        let mut disputed: BTreeSet<u32> = BTreeSet::new();
        let cells = Cells::of(&console_records.frame, field.name);
        let same = |a: u32, b: u32| cells.as_ref().is_some_and(|c| c.same(a as usize, c, b as usize) == Some(true));
        for (line, speaker) in pairs.iter().filter(gives) {
            if source.is_empty() {
                source = (0..u32::try_from(console_records.height()).unwrap_or(u32::MAX)).collect();
            }
            let Some(slot) = source.get_mut(*speaker as usize) else { continue };
            if *slot == *speaker {
                *slot = *line;
            } else if !same(*slot, *line) {
                disputed.insert(*speaker);
            }
        }
        // Where several know it otherwise nobody knows it.
        for speaker in disputed {
            if let Some(slot) = source.get_mut(speaker as usize) {
                *slot = speaker;
            }
        }
        if !source.is_empty() {
            let source = IdxCa::from_vec("".into(), source);
            filled.push(column.take(&source).map_err(internal)?);
            // How the console writes it goes along.
            if let Ok(written) = console_records.frame.column(&super::record_store::written(field.name)) {
                filled.push(written.take(&source).map_err(internal)?);
            }
        }
    }
    for column in filled {
        console_records.frame.with_column(column).map_err(internal)?;
    }
    Ok(())
}
