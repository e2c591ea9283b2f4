//! Which columns keep a rule from being decided for a device.

use polars::prelude::{BooleanChunked, ChunkFull, Column, DataFrame, DataType, IdxCa, IntoColumn};

use crate::language::{What, first_line, mask as truth};
use crate::rules::outdated::Since;
use crate::rules::rule::Rule;

/// A device for which a rule is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Undecided {
    pub device: u32,
    /// Columns that are open and decide, as bits of their place among those that decide the rule. None where the columns decide
    /// and a list proves nothing of the platform.
    pub open: u64,
    /// Consoles whose lists are too old to decide it, as bits; then no column is open.
    pub since: u32,
}

/// Columns beyond this are not told apart.
const MOST: usize = 64;

/// The devices whose mask is open, each with the columns that one answer of would settle; where no single one would, with all
/// that are open.
pub(in crate::rules) fn undecided(
    rule: &Rule,
    table: &DataFrame,
    mask: &BooleanChunked,
    since: &[Since],
) -> Result<Vec<Undecided>, String> {
    let devices: Vec<u32> = (0_u32..).zip(mask.iter()).filter(|(_, holds)| holds.is_none()).map(|(at, _)| at).collect();
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    let index = IdxCa::from_vec("".into(), devices.clone());
    let table = table.take(&index).map_err(|e| first_line(&e))?;
    let mut open = vec![(0_u64, 0_u64); devices.len()];
    for (at, name) in rule.decides.iter().enumerate().take(MOST) {
        let Ok(column) = table.column(name) else { continue };
        let is_open = is_open(column);
        if !is_open.any() {
            continue;
        }
        let alone = settles(rule, &table, column)?;
        let bit = 1_u64 << at;
        for ((any, own), (is_open, alone)) in open.iter_mut().zip(is_open.iter().zip(alone)) {
            if is_open == Some(true) {
                *any |= bit;
                *own |= if alone { bit } else { 0 };
            }
        }
    }
    let one = |(device, (any, alone)): (u32, (u64, u64))| {
        let since = since.binary_search_by_key(&device, |(device, _)| *device).ok().and_then(|at| since.get(at));
        let open = if alone == 0 { any } else { alone };
        since.map_or(Undecided { device, open, since: 0 }, |(_, since)| Undecided { device, open: 0, since: *since })
    };
    Ok(devices.into_iter().zip(open).map(one).collect())
}

/// Lines whose cell says nothing.
fn is_open(column: &Column) -> BooleanChunked {
    let nothing = column.is_null();
    match column.str() {
        Ok(words) => words.iter().map(|word| Some(word.is_none_or(|word| word == "unknown"))).collect(),
        Err(_) => nothing,
    }
}

/// Whether a column says yes or nothing.
fn is_never_false(rule: &Rule, name: &str) -> bool {
    let held = |name: &str| rule.registry.aggregate_column(name).is_some_and(|c| matches!(c.made.what, What::Held(..)));
    matches!(name, "signals_complete" | "signals_known") || held(name)
}

/// Lines for which an answer in a column, yes or no, would decide the rule.
fn settles(rule: &Rule, table: &DataFrame, column: &Column) -> Result<Vec<bool>, String> {
    if column.dtype() != &DataType::Boolean {
        return Ok(vec![false; table.height()]);
    }
    let mut settled = vec![false; table.height()];
    let answers: &[bool] = if is_never_false(rule, column.name()) { &[true] } else { &[true, false] };
    for answer in answers.iter().copied() {
        let mut tried = table.clone();
        let cells = BooleanChunked::full(column.name().clone(), answer, table.height()).into_column();
        tried.with_column(cells).map_err(|e| first_line(&e))?;
        for (settled, holds) in settled.iter_mut().zip(truth(&tried, &rule.when)?.iter()) {
            *settled |= holds.is_some();
        }
    }
    Ok(settled)
}
