//! Several lists of one console: which is newer, and what an older one is still worth.
//!
//! Last term's list beside today's, a sheet a month, a file that every run appends to: an object is what the newest list
//! shows. A row of an older list is no record, so nothing is concluded from its state; it is listed with its reason, and lends
//! what an object is made with where the newest list has no column for it.
//! An object that only the older of two whole lists has is gone, and where that is not certain, nothing is concluded from
//! its absence either. Lists that share next to nothing are parts of one whole, such as pages, platforms or sites.

mod cover;
mod lend;
mod order;
mod parts;
mod remarks;
mod rows;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use polars::prelude::{BooleanChunked, ChunkFull, NewChunkedArray, UInt32Chunked};

use crate::console::Console;
use crate::error::Result;
use crate::formats::{Fate, Older, Records};
use crate::frame::{Column, Table, Values};
use crate::notice::Notice;
use crate::read::Paging;
use cover::Verdict;
use order::Order;
use parts::Part;
use rows::Row;

/// Remarks, and lists that seem to lack objects, by place, with the reason.
pub type Settled = (Vec<Notice>, Vec<(usize, String)>);

/// Sets aside what a newer list of the same console speaks for.
///
/// `newest` holds the places of the exports that the user calls the newest. Returns remarks, and the exports that seem to
/// lack objects with the reason.
///
/// # Errors
/// [`crate::error::Error::Internal`] if the engine refuses a table.
#[expect(clippy::implicit_hasher, reason = "there is one caller")]
pub fn settle(exports: &mut [(String, Records)], newest: &HashSet<usize>) -> Result<Settled> {
    let mut notices = Vec::new();
    let mut short = Vec::new();
    let consoles: BTreeSet<Console> = exports.iter().map(|(_, records)| records.console).collect();
    for console in consoles {
        let parts = parts::of_console(exports, console, newest);
        if parts.is_empty() {
            continue;
        }
        let (rows, servers) = rows::gather(exports, &parts);
        if servers.iter().any(|first| *first != 0) {
            notices.push(remarks::of_several_servers(console));
            number_servers(exports, &parts, &servers)?;
        }
        let order = Order::new(exports, &parts, &rows);
        let verdict = cover::decide(&parts, &rows, &order);
        let lent = lend::fill(exports, &parts, &rows, &order, &verdict)?;
        notices.extend(remarks::of_console(exports, console, (&parts, &rows), &verdict, &lent));
        short.extend(lacking(&parts, &rows, &verdict));
        apply(exports, &parts, &rows, &verdict)?;
    }
    for (_, records) in exports.iter_mut() {
        without_totals(records)?;
    }
    Ok((notices, short))
}

/// Has the rows of lists of other servers say so: their numbers are of objects of their own.
fn number_servers(exports: &mut [(String, Records)], parts: &[Part], servers: &[u32]) -> Result<()> {
    for (part, server) in parts.iter().zip(servers).filter(|(_, server)| **server != 0) {
        let Some((_, records)) = exports.get_mut(part.export) else { continue };
        let numbers = UInt32Chunked::full("".into(), *server, records.table.height());
        records.table.put(Column::new("of_server", numbers))?;
    }
    Ok(())
}

/// Lists that hold fewer objects than they declare, or than an older list lets expect.
fn lacking(parts: &[Part], rows: &[Row], verdict: &Verdict) -> Vec<(usize, String)> {
    let named = |(part, reason): &(u32, String)| Some((parts.get(*part as usize)?.export, reason.clone()));
    let mut found: Vec<(usize, String)> = verdict.short.iter().filter_map(named).collect();
    let held = rows::held(parts.len(), rows);
    for ((_, part), held) in (0_u32..).zip(parts).zip(held).filter(|((number, _), _)| !verdict.older.contains(number)) {
        let Some(declared) = part.declared else { continue };
        if declared > u64::from(held) {
            found.push((part.export, format!("its newest list declares {declared} devices and has {held}")));
        }
    }
    found
}

/// Takes the rows that are no records any more out of the tables.
fn apply(exports: &mut [(String, Records)], parts: &[Part], rows: &[Row], verdict: &Verdict) -> Result<()> {
    let mut fates: BTreeMap<usize, Vec<Option<Fate>>> = BTreeMap::new();
    let mut unsure: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(part) = parts.get(row.part as usize) else { continue };
        if let Some(fate) = verdict.fate.get(at).copied().flatten() {
            let height = exports.get(part.export).map_or(0, |(_, r)| r.table.height());
            let fates = fates.entry(part.export).or_insert_with(|| vec![None; height]);
            if let Some(slot) = fates.get_mut(row.line as usize) {
                *slot = Some(fate);
            }
        } else if verdict.unsure.get(at) == Some(&true) {
            unsure.entry(part.export).or_default().insert(row.line);
        }
    }
    for (export, lines) in unsure {
        let Some((_, records)) = exports.get_mut(export) else { continue };
        let height = u32::try_from(records.table.height()).unwrap_or(u32::MAX);
        let flags = BooleanChunked::from_iter_values("".into(), (0..height).map(|line| lines.contains(&line)));
        records.table.put(Column::new("unsure", flags))?;
    }
    for (export, fates) in fates {
        let Some((_, records)) = exports.get_mut(export) else { continue };
        set_aside(records, &fates)?;
        let all_older = (0_u32..).zip(parts).all(|(at, p)| p.export != export || verdict.older.contains(&at));
        if all_older && records.table.height() == 0 {
            retire(records);
        }
    }
    Ok(())
}

/// Moves rows from the records to those that are only listed.
fn set_aside(records: &mut Records, fates: &[Option<Fate>]) -> Result<()> {
    let keep: BooleanChunked = fates.iter().map(Option::is_none).collect();
    let table = records.table.filter(&!&keep)?;
    records.table = records.table.filter(&keep)?;
    let fate: Vec<Fate> = fates.iter().copied().flatten().collect();
    match &mut records.older {
        Some(older) => {
            older.table = Table::concat(&[std::mem::take(&mut older.table), table])?;
            older.fate.extend(fate);
        }
        None => records.older = Some(Older { table, fate }),
    }
    Ok(())
}

/// What an older list says of its own completeness, and the rows in it that could not be read, concern nobody.
fn retire(records: &mut Records) {
    records.paging = Paging::default();
    records.page_sizes.clear();
    records.leaves_out.clear();
    records.incomplete = None;
    records.partial = None;
    for bad in &mut records.bad {
        bad.text.clear();
    }
}

/// A row that gives the number of rows of its list is no device.
fn without_totals(records: &mut Records) -> Result<()> {
    let Some(declared) = records.table.get("declared") else { return Ok(()) };
    let ids = ["native_id", "serial"].map(|name| records.table.get(name).map(Values::is_not_null));
    let named = |line: usize| ids.iter().flatten().any(|filled| filled.get(line) == Some(true));
    let fates: Vec<Option<Fate>> = (0_usize..)
        .zip(declared.is_not_null().iter())
        .map(|(line, total)| (total == Some(true) && !named(line)).then_some(Fate::Total))
        .collect();
    if fates.iter().any(Option::is_some) { set_aside(records, &fates) } else { Ok(()) }
}

/// Whether the lists of a console lack objects decides what became of those that only an older list has: from a list
/// that is cut nothing is gone, and by the user's own count nothing is open.
pub fn conclude(exports: &mut [(String, Records)], proven: &[Console]) {
    let of = |test: fn(&Records) -> bool| -> Vec<Console> {
        exports.iter().map(|(_, r)| r).filter(|r| r.table.height() > 0 && test(r)).map(|r| r.console).collect()
    };
    let (cut, whole) = (of(|r| r.incomplete.is_some()), of(|r| r.partial.is_none()));
    for (_, records) in exports {
        let Some(older) = &mut records.older else { continue };
        let console = &records.console;
        let (from, to) = if proven.contains(console) {
            (Fate::Open, Fate::Gone)
        } else if cut.contains(console) || !whole.contains(console) {
            (Fate::Gone, Fate::Open)
        } else {
            continue;
        };
        for fate in older.fate.iter_mut().filter(|fate| **fate == from) {
            *fate = to;
        }
    }
}
