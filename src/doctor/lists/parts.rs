//! The lists of a console: an export is one, unless it holds several snapshots one after the other.

use std::collections::{BTreeMap, HashSet};

use polars::prelude::Int64Chunked;

use crate::console::Console;
use crate::formats::Records;
use crate::frame::{Strings, Table};
use crate::time::DAY;

/// One list.
#[derive(Debug)]
pub(super) struct Part {
    /// Place of the export among all.
    pub export: usize,
    /// Its lines in the table of the export.
    pub lines: Vec<u32>,
    /// When it was made, where the export says so.
    pub listed: Option<i64>,
    /// It is of a kind that names every object.
    pub whole: bool,
    /// It is known to lack objects.
    pub cut: bool,
    /// The user calls it the newest.
    pub marked: bool,
    /// The number of objects that it declares.
    pub declared: Option<u64>,
}

/// Dates that lie further apart were not written by one run.
const ONE_RUN: i64 = DAY / 2;

/// The lists of a console; empty where there is but one, so that nothing more is looked at.
pub(super) fn of_console(exports: &[(String, Records)], console: Console, newest: &HashSet<usize>) -> Vec<Part> {
    let own = || exports.iter().enumerate().filter(|(_, (_, r))| r.console == console && r.table.height() > 0);
    let snapshots =
        |(_, (_, r)): (usize, &(String, Records))| r.table.is_filled("snapshot") || r.table.is_filled("listed");
    if own().nth(1).is_none() && !own().any(snapshots) {
        return Vec::new();
    }
    own()
        .flat_map(|(export, (_, records))| {
            let whole = records.partial.is_none() && !records.paging.single;
            let cut = records.incomplete.is_some() || records.paging.more;
            let marked = newest.contains(&export);
            let part = move |lines, listed, declared| Part { export, lines, listed, whole, cut, marked, declared };
            snapshots_of(&records.table).into_iter().map(move |(lines, listed, declared)| part(lines, listed, declared))
        })
        .collect()
}

/// Lines of a list, when it was made, the number of objects that it declares.
type Snapshot = (Vec<u32>, Option<i64>, Option<u64>);

fn snapshots_of(table: &Table) -> Vec<Snapshot> {
    let all = || (0..u32::try_from(table.height()).unwrap_or(u32::MAX)).collect();
    let listed = table.times("listed").filter(|c| c.null_count() < c.len());
    let mut found: Vec<Snapshot> = match (table.text("snapshot").filter(|c| c.null_count() < c.len()), listed) {
        (Some(names), listed) => by_name(names, listed),
        (None, Some(listed)) => by_date(table, listed),
        (None, None) => vec![(all(), None, None)],
    };
    if let Some(totals) = table.text("declared") {
        for (lines, _, declared) in &mut found {
            *declared = lines.iter().filter_map(|line| totals.get(*line as usize)?.parse().ok()).max();
            lines.retain(|line| totals.get(*line as usize).is_none());
        }
    }
    found
}

/// Snapshots that bear a name, such as the id of a batch.
fn by_name(names: &Strings, listed: Option<&Int64Chunked>) -> Vec<Snapshot> {
    let mut found: BTreeMap<Option<&str>, Snapshot> = BTreeMap::new();
    for (line, name) in (0_u32..).zip(names.iter()) {
        let (lines, newest, _) = found.entry(name).or_default();
        lines.push(line);
        *newest = listed.and_then(|c| c.get(line as usize)).max(*newest);
    }
    found.into_values().collect()
}

/// Rows that say when they were listed: one list as long as no object comes again and the dates lie near each other.
fn by_date(table: &Table, listed: &Int64Chunked) -> Vec<Snapshot> {
    let ids = table.text("native_id").or_else(|| table.text("serial"));
    let id = |line: u32| ids.and_then(|c| c.get(line as usize));
    let mut order: Vec<(Option<i64>, u32)> = listed.iter().zip(0_u32..).collect();
    order.sort_unstable();
    let mut found: Vec<Snapshot> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let Some(at) = run.first().map(|(at, _)| *at) else { continue };
        let near = |last: Option<i64>| last.zip(at).is_some_and(|(last, at)| at - last <= ONE_RUN);
        let again = run.iter().filter_map(|(_, line)| id(*line)).any(|id| seen.contains(id));
        if again || !found.last().is_some_and(|(_, last, _)| near(*last)) {
            found.push((Vec::new(), None, None));
            seen.clear();
        }
        if let Some((lines, last, _)) = found.last_mut() {
            lines.extend(run.iter().map(|(_, line)| *line));
            *last = at;
        }
        seen.extend(run.iter().filter_map(|(_, line)| id(*line)));
    }
    for (lines, ..) in &mut found {
        lines.sort_unstable();
    }
    found
}
