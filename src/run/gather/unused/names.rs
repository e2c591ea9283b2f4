//! What names devices in a table that was not used, and the dates beside it.

use std::collections::{HashMap, HashSet};

use polars::prelude::StringChunked;

use crate::coverage;
use crate::formats::dates::{Stamp, decide, stamp};
use crate::read::Export;
use crate::time::Millis;

/// A column that repeats itself more tells of no device: a model, a person with several, a word.
const REPEATED: usize = 2;
/// With fewer rows every column may have one date throughout.
const FEW: usize = 3;

/// Every cell that may name a device, with the newest date of its rows.
///
/// Of a table that may be `part` of a console's list every cell counts, with a date or without. Of any other, such as an inventory
/// or a report of another product, only those of rows with a date: it tells nothing but when somebody saw the device.
pub(super) fn of(export: &Export, part: bool) -> HashMap<u128, Option<Millis>> {
    let columns: Vec<usize> = (0..export.header.len()).collect();
    let rows = export.read(&columns, true);
    let dates: Vec<Option<Vec<Option<Millis>>>> = rows.columns.iter().map(dates).collect();
    let mut newest: Vec<Option<Millis>> = vec![None; rows.row.len()];
    for column in dates.iter().flatten().filter(|column| is_of_devices(column)) {
        for (newest, own) in newest.iter_mut().zip(column) {
            *newest = (*newest).max(*own);
        }
    }
    let mut names: HashMap<u128, Option<Millis>> = HashMap::new();
    if !part && newest.iter().all(Option::is_none) {
        return names;
    }
    for (cells, _) in rows.columns.iter().zip(&dates).filter(|(cells, dates)| part || dates.is_none() && tells(cells)) {
        for (cell, date) in cells.iter().zip(&newest).filter(|(_, date)| part || date.is_some()) {
            if let Some(name) = cell.and_then(coverage::naming) {
                let own = names.entry(name).or_default();
                *own = (*own).max(*date);
            }
        }
    }
    // The first row of a list without a header stands where the header should.
    let header = export.header.iter().filter(|_| part).filter_map(|cell| coverage::naming(cell));
    for name in header {
        names.entry(name).or_default();
    }
    names
}

/// The dates of a column, if it is one of dates.
fn dates(cells: &StringChunked) -> Option<Vec<Option<Millis>>> {
    let mut strange = 0_usize;
    let mut stamps = Vec::with_capacity(cells.len());
    for cell in cells.iter() {
        let stamp = cell.map_or(Stamp::Unknown, stamp);
        // A number may be many things; a date that people read has its parts set apart.
        let is_date = cell.is_some_and(|cell| cell.contains(['-', '/', '.', ':', ' ']));
        strange += usize::from(matches!(stamp, Stamp::Unreadable) || stamp != Stamp::Unknown && !is_date);
        stamps.push(stamp);
    }
    let dated = stamps.iter().filter(|stamp| matches!(stamp, Stamp::At(_) | Stamp::Either(..))).count();
    if dated == 0 || strange * 2 > dated {
        return None;
    }
    let order = decide(stamps.iter().copied()).ok().flatten();
    let millis = |stamp: Stamp| match stamp.resolve(order) {
        Stamp::At(millis) => Some(Millis::new(millis)),
        _ => None,
    };
    Some(stamps.into_iter().map(millis).collect())
}

/// One day in every row is a date of the table.
fn is_of_devices(dates: &[Option<Millis>]) -> bool {
    let days: HashSet<i64> = dates.iter().flatten().map(|date| date.days_since(Millis::new(0))).collect();
    days.len() > 1 || dates.iter().flatten().count() < FEW
}

/// Whether most cells of a column are its only ones of that text.
fn tells(cells: &StringChunked) -> bool {
    let distinct: HashSet<&str> = cells.iter().flatten().collect();
    distinct.len() * REPEATED >= cells.len() - cells.null_count()
}
