//! A file that every run appends to, without saying when: most objects stand in it as often as there were runs. One that
//! stands in it less often may be new, and may be gone.

use std::collections::BTreeMap;

use super::links::Links;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::ids::{ExportId, RecordId};
use crate::notice::{Code, Notice, many};

/// Records of such files whose object was not in every run, and what is said of them. `pairs` holds lines of the records of a console, each
/// with the one that speaks for it.
pub(super) fn missed(
    store: &RecordStore,
    console_records: &ConsoleRecords,
    links: &Links,
    pairs: &[(usize, usize)],
) -> (Vec<RecordId>, Vec<Notice>) {
    let (mut found, mut notices) = (Vec::new(), Vec::new());
    let Some(exports) = console_records.numbers("export") else { return (found, notices) };
    let seen = |line: usize| console_records.times("last_seen").and_then(|c| c.get(line));
    let user = |line: usize| console_records.text("primary_user").and_then(|c| c.get(line));
    // A console that lists a device once for each of its users is no such file.
    let later = |a: usize, b: usize| seen(a).zip(seen(b)).is_some_and(|(x, y)| x != y) && user(a) == user(b);
    // Per export: rows of each object that has several, and whether they say when it was last seen in several ways.
    let mut several: BTreeMap<u32, BTreeMap<usize, (usize, bool)>> = BTreeMap::new();
    for (line, speaker) in pairs.iter().filter(|(line, speaker)| exports.get(*line) == exports.get(*speaker)) {
        let Some(export) = exports.get(*line) else { continue };
        let (rows, moved) = several.entry(export).or_default().entry(*speaker).or_insert((1, false));
        *rows += 1;
        *moved |= later(*line, *speaker);
    }
    for (export, objects) in several {
        let own: Vec<usize> = exports
            .iter()
            .enumerate()
            .filter(|(line, of)| *of == Some(export) && !links.repeat.get(console_records.record(*line)))
            .map(|(line, _)| line)
            .collect();
        let Some(runs) = runs(&objects, own.len()) else { continue };
        let rows = |line: &usize| objects.get(line).map_or(1, |(rows, _)| *rows);
        let fewer: Vec<usize> = own.into_iter().filter(|line| rows(line) < runs).collect();
        if fewer.is_empty() {
            continue;
        }
        let label = store.label(ExportId::new(export));
        let are = if fewer.len() == 1 { "1 stands".to_string() } else { format!("{} stand", fewer.len()) };
        let message = format!(
            "most of its objects stand in it {runs} times, as in a file that every run appends to; of {} {are} in it less often and \
             may be gone, so nothing is planned for them: give the newest list by itself",
            many(objects.len() as u64 + fewer.len() as u64, "object")
        );
        notices.push(Notice::new(Code::SourcesOutOfStep, label, message));
        found.extend(fewer.into_iter().map(|line| console_records.record(line)));
    }
    (found, notices)
}

/// How many runs a file holds, if it is such a file: two thirds of its objects have as many rows, and half of those say
/// of different days when they were seen.
fn runs(objects: &BTreeMap<usize, (usize, bool)>, all: usize) -> Option<usize> {
    let mut by_rows: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (rows, moved) in objects.values() {
        let (count, moving) = by_rows.entry(*rows).or_default();
        *count += 1;
        *moving += usize::from(*moved);
    }
    let (rows, (count, moving)) = by_rows.into_iter().max_by_key(|(rows, (count, _))| (*count, *rows))?;
    (count * 3 >= all * 2 && moving * 2 >= count).then_some(rows)
}
