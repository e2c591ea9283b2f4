//! What names devices in a table that was not used, and the dates beside it.

use std::collections::{HashMap, HashSet};

use polars::prelude::StringChunked;

use crate::coverage;
use crate::formats::dates::{Order, Stamp, stamp};
use crate::formats::values::squeeze;
use crate::identity::short_name;
use crate::read::Export;
use crate::time::Millis;

/// A column that repeats itself more tells of no device: a model, a person with several, a word.
const REPEATED: usize = 2;
/// With fewer rows every column may have one date throughout.
const FEW: usize = 3;
/// More dates of a device than this are its history; the newest are kept.
const MOST_DATES: usize = 8;
/// Words of headers whose dates are days on which something saw a device.
const SEEING: [&str; 14] = [
    "seen",
    "last",
    "activ",
    "contact",
    "check",
    "online",
    "sync",
    "logon",
    "login",
    "report",
    "heartbeat",
    "connect",
    "gesehen",
    "dernier",
];

/// Every cell that may name a device, with the dates of its rows.
///
/// Of a table that may be `part` of a console's list every cell counts, with a date or without. Of any other, such as an inventory
/// or a report of another product, only those of rows with a date: it tells nothing but when somebody saw the device.
pub(super) fn of(export: &Export, part: bool) -> HashMap<u128, Vec<Millis>> {
    let columns: Vec<usize> = (0..export.header.len()).collect();
    let rows = export.read(&columns, true);
    let headers = export.header.iter().map(|header| squeeze(header));
    let columns: Vec<Column> =
        rows.columns.iter().zip(headers).map(|(cells, header)| Column::of(cells, &header)).collect();
    let mut dates: Vec<Vec<Millis>> = vec![Vec::new(); rows.row.len()];
    for column in &columns {
        if let Column::Dates(own) = column {
            dates.iter_mut().zip(own).for_each(|(all, own)| all.extend(own));
        }
    }
    let mut names: HashMap<u128, Vec<Millis>> = HashMap::new();
    let mut add = |cell: &str, dates: &[Millis]| {
        let host = host(cell);
        for name in [Some(cell), host.as_deref()].into_iter().flatten().filter_map(coverage::naming) {
            let own = names.entry(name).or_default();
            own.extend(dates);
            own.sort_unstable_by(|a, b| b.cmp(a));
            own.dedup();
            own.truncate(MOST_DATES);
        }
    };
    let naming = |column: &Column| part || matches!(column, Column::Names);
    for (cells, _) in rows.columns.iter().zip(&columns).filter(|(_, column)| naming(column)) {
        for (cell, dates) in cells.iter().zip(&dates).filter(|(_, dates)| part || !dates.is_empty()) {
            if let Some(cell) = cell {
                add(cell, dates);
            }
        }
    }
    // The first row of a list without a header stands where the header should.
    export.header.iter().filter(|_| part).for_each(|cell| add(cell, &[]));
    names
}

/// What a column of a table that nobody knows is good for.
enum Column {
    /// The dates of each row; two where day and month cannot be told apart.
    Dates(Vec<Vec<Millis>>),
    /// Most of its cells are its only ones of that text.
    Names,
    Other,
}

impl Column {
    fn of(cells: &StringChunked, header: &str) -> Self {
        let sees = SEEING.iter().any(|word| header.contains(word));
        if let Some(dates) = dates(cells, sees) {
            // One day in every row is a date of the table, unless the column says otherwise.
            let days: HashSet<i64> = dates.iter().flatten().map(|date| date.days_since(Millis::new(0))).collect();
            let own = sees || days.len() > 1 || dates.iter().filter(|own| !own.is_empty()).count() < FEW;
            return if own { Self::Dates(dates) } else { Self::Other };
        }
        let distinct: HashSet<&str> = cells.iter().flatten().collect();
        if distinct.len() * REPEATED >= cells.len() - cells.null_count() { Self::Names } else { Self::Other }
    }
}

/// The dates of a column, if it is one of dates. A bare number may be many things, and is one only where the header `sees` devices.
fn dates(cells: &StringChunked, sees: bool) -> Option<Vec<Vec<Millis>>> {
    let mut strange = 0_usize;
    let mut stamps = Vec::with_capacity(cells.len());
    for cell in cells.iter() {
        let stamp = cell.map_or(Stamp::Unknown, stamp);
        let is_date = sees || cell.is_some_and(|cell| cell.contains(['-', '/', '.', ':', ' ']));
        strange += usize::from(stamp == Stamp::Unreadable || stamp != Stamp::Unknown && !is_date);
        stamps.push(stamp);
    }
    let dated = stamps.iter().filter(|stamp| matches!(stamp, Stamp::At(_) | Stamp::Either(..))).count();
    if dated == 0 || strange * 2 > dated {
        return None;
    }
    // In either order: a device that was seen on one of two days may have been seen on the later one.
    let orders = [Order::Dmy, Order::Mdy];
    let millis = |stamp: Stamp| {
        let read = orders.into_iter().filter_map(move |order| match stamp.resolve(Some(order)) {
            Stamp::At(millis) => Some(Millis::new(millis)),
            _ => None,
        });
        let mut read: Vec<Millis> = read.collect();
        read.dedup();
        read
    };
    Some(stamps.into_iter().map(millis).collect())
}

/// The host name in `CONTOSO\PC-1$` and in `pc-1.corp.contoso.com`; nothing where the cell is no more than that.
fn host(cell: &str) -> Option<String> {
    let is_more = cell.contains(['\\', '$', '.']);
    let account = || cell.rsplit_once('\\').map_or(cell, |(_, account)| account).trim().trim_end_matches('$');
    is_more.then(|| short_name(account())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_in_several_ways() {
        for text in [r"CONTOSO\PC-1", r"CONTOSO\PC-1$", "PC-1$", "PC-1.corp.contoso.example", " PC-1.local "] {
            assert_eq!(host(text).as_deref(), Some("pc-1"), "{text}");
        }
        assert_eq!(host("PC-1"), None, "the cell is the name");
    }
}
