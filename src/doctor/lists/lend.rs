//! What the newest list of a console has no column for and an older one tells.
//!
//! A list of selected columns that is a day newer must not take a device's serial number away: what an object is made with
//! stays what it is for as long as the console keeps the object. What changes (states, dates, names) is not lent, and a list
//! that is weeks older lends nothing: a board may have been exchanged since, or a registration made anew.

use std::collections::{BTreeMap, BTreeSet};

use super::cover::Verdict;
use super::order::{Order, newest as ends};
use super::parts::Part;
use super::rows::{NEVER, NONE, Row};
use crate::error::Result;
use crate::formats::{Fate, Records};
use crate::frame::{Column, Strings};
use crate::schema::{LASTING, spoken};
use crate::time::DAY;

/// A list that ends so long before the one that borrows lends nothing.
const LONG: i64 = 14 * DAY;

/// What older lists lent.
#[derive(Debug, Default)]
pub(super) struct Lent {
    /// Objects that got something.
    pub objects: BTreeSet<u32>,
    /// What they got, as people call it.
    pub columns: BTreeSet<String>,
}

/// A row that lends: its list, its export, its line there.
#[derive(Clone, Copy)]
struct Lender {
    part: u32,
    export: usize,
    line: u32,
}

/// Fills the columns that a newer list lacks from the rows of older lists for which it speaks.
pub(super) fn fill(
    exports: &mut [(String, Records)],
    parts: &[Part],
    rows: &[Row],
    order: &Order,
    verdict: &Verdict,
) -> Result<Lent> {
    let mut lent = Lent::default();
    let ends = ends(parts, rows);
    let end = |part: u32| ends.get(part as usize).copied().unwrap_or([NEVER; 2]);
    let export = |row: &Row| parts.get(row.part as usize).map(|part| part.export);
    // Per export that borrows, the rows of it with those that lend to each.
    let mut borrowers: BTreeMap<usize, BTreeMap<u32, (u32, Vec<Lender>)>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        if verdict.fate.get(at) != Some(&Some(Fate::Shown)) {
            continue;
        }
        let speaker = verdict.speaker.get(at).copied().unwrap_or(NONE) as usize;
        let Some(own) = rows.get(speaker).filter(|_| verdict.fate.get(speaker) == Some(&None)) else { continue };
        // The same serial number under another id is another enrolment.
        if own.object != row.object || !is_near(end(row.part), end(own.part)) {
            continue;
        }
        let (Some(from), Some(to)) = (export(row), export(own)) else { continue };
        let lender = Lender { part: row.part, export: from, line: row.line };
        borrowers.entry(to).or_default().entry(own.line).or_insert((own.object, Vec::new())).1.push(lender);
    }
    for (to, borrowers) in borrowers {
        for column in LASTING {
            let Some((_, own)) = exports.get(to) else { continue };
            if own.table.is_filled(column) {
                continue;
            }
            let mut values: Vec<Option<&str>> = vec![None; own.table.height()];
            for (line, (object, lenders)) in &borrowers {
                let value = newest(exports, lenders, column, order);
                if let Some(slot) = values.get_mut(*line as usize).filter(|_| value.is_some()) {
                    *slot = value;
                    lent.objects.insert(*object);
                    lent.columns.insert(spoken(column));
                }
            }
            if values.iter().any(Option::is_some) {
                let filled = Column::new(*column, values.into_iter().collect::<Strings>());
                if let Some((_, records)) = exports.get_mut(to) {
                    records.table.put(filled)?;
                    records.lent.insert(column);
                }
            }
        }
    }
    Ok(lent)
}

/// Whether two lists were made at nearly the same time, by their newest activity or, without one, their newest date.
fn is_near(older: [i64; 2], newer: [i64; 2]) -> bool {
    let both = older.into_iter().zip(newer).find(|(older, newer)| *older != NEVER && *newer != NEVER);
    both.is_some_and(|(older, newer)| newer.saturating_sub(older) <= LONG)
}

/// What the newest row says that has the column; nothing where two of which neither is newer differ.
fn newest<'a>(exports: &'a [(String, Records)], lenders: &[Lender], column: &str, order: &Order) -> Option<&'a str> {
    let said = |lender: &Lender| {
        let (_, records) = exports.get(lender.export)?;
        Some((lender.part, records.table.text(column)?.get(lender.line as usize)?))
    };
    let all: Vec<(u32, &str)> = lenders.iter().filter_map(said).collect();
    let outdated = |part: u32| all.iter().any(|(other, _)| *other != part && order.is_newer(*other, part));
    let mut latest = all.iter().filter(|(part, _)| !outdated(*part)).map(|(_, value)| *value);
    let first = latest.next()?;
    latest.all(|other| other == first).then_some(first)
}
