//! The rows of a console's lists as numbers: which object each is, and the dates that only ever move forward.

use std::collections::HashMap;

use polars::prelude::Int64Chunked;

use super::parts::Part;
use crate::formats::Records;

/// No object.
pub(super) const NONE: u32 = u32::MAX;
/// No date.
pub(super) const NEVER: i64 = i64::MIN;

/// Dates beside the sign of activity that tell which of two rows of an object is newer, since they only move forward.
const DATES: [&str; 7] = ["updated", "contacted", "password_set", "backed_up", "assigned", "enrolled", "released"];

/// One row of one list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub part: u32,
    /// Line in the frame of the export.
    pub line: u32,
    /// Number of the object, by its id; by its serial number where it has none.
    pub object: u32,
    /// Number of the serial number, where no list has it on several objects.
    pub serial: u32,
    pub seen: i64,
    pub dates: [i64; DATES.len()],
    /// Number of the platform, 0 where none is given.
    pub platform: u32,
}

impl Row {
    /// The newest of the dates beside the sign of activity.
    pub(super) fn newest_date(&self) -> i64 {
        self.dates.iter().copied().max().unwrap_or(NEVER)
    }
}

/// Gives texts their numbers.
#[derive(Default)]
struct Numbers<'a>(HashMap<&'a str, u32>);

impl<'a> Numbers<'a> {
    fn of(&mut self, text: &'a str) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(NONE / 4);
        *self.0.entry(text).or_insert(next)
    }
}

/// Every row of every list of a console, and the server of each list: the number of the first list that is of it.
pub(super) fn gather(exports: &[(String, Records)], parts: &[Part]) -> (Vec<Row>, Vec<u32>) {
    let (mut ids, mut serials, mut platforms) = (Numbers::default(), Numbers::default(), Numbers::default());
    let mut rows = Vec::with_capacity(parts.iter().map(|p| p.lines.len()).sum());
    for (number, part) in (0_u32..).zip(parts) {
        let Some((_, records)) = exports.get(part.export) else { continue };
        let text = |name| records.table.text(name);
        let times = |name| records.table.times(name);
        let (id, serial, platform) = (text("native_id"), text("serial"), text("platform"));
        let seen = times("last_seen");
        let dates = DATES.map(times);
        for line in &part.lines {
            let at = *line as usize;
            let time = |c: Option<&Int64Chunked>| c.and_then(|c| c.get(at)).unwrap_or(NEVER);
            let serial = serial.and_then(|c| c.get(at)).map_or(NONE, |text| serials.of(text));
            // Even numbers are ids, odd ones serial numbers of rows without an id.
            let object = match id.and_then(|c| c.get(at)) {
                Some(text) => ids.of(text) * 2,
                None if serial != NONE => serial * 2 + 1,
                None => NONE,
            };
            let platform = platform.and_then(|c| c.get(at)).map_or(0, |text| platforms.of(text) + 1);
            rows.push(Row {
                part: number,
                line: *line,
                object,
                serial,
                seen: time(seen),
                dates: dates.map(time),
                platform,
            });
        }
    }
    let servers = apart_by_server(&mut rows, parts.len());
    forget_shared_serials(&mut rows);
    (rows, servers)
}

/// Servers of one product each number their objects from 1. Where two lists give one number to rows of different serial numbers, most
/// of the time, they are of two servers, and their numbers have nothing to do with each other.
fn apart_by_server(rows: &mut [Row], lists: usize) -> Vec<u32> {
    let by_id = |row: &Row| if row.object.is_multiple_of(2) && row.serial != NONE { row.object } else { NONE };
    let order = groups(rows, by_id);
    let row = |at: &u32| rows.get(*at as usize);
    let mut shared: HashMap<(u32, u32), (usize, usize)> = HashMap::new();
    for group in order.chunk_by(|a, b| row(a).map(by_id) == row(b).map(by_id)) {
        let mut heads: Vec<&Row> = group.iter().filter_map(row).collect();
        heads.dedup_by_key(|row| row.part);
        for (at, one) in heads.iter().enumerate() {
            for other in heads.iter().skip(at + 1) {
                let (all, differ) = shared.entry((one.part, other.part)).or_default();
                *all += 1;
                *differ += usize::from(one.serial != other.serial);
            }
        }
    }
    let differ = |one: u32, other: u32| {
        shared.get(&(one.min(other), one.max(other))).is_some_and(|(all, differ)| *differ > 1 && differ * 2 > *all)
    };
    // Lists of one server share a number with the first of them.
    let mut server: Vec<u32> = Vec::with_capacity(lists);
    for list in (0_u32..).take(lists) {
        let known = server.iter().copied().find(|first| !differ(*first, list));
        server.push(known.unwrap_or(list));
    }
    if server.iter().all(|first| *first == 0) {
        return server;
    }
    let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
    for row in rows.iter_mut().filter(|row| row.object != NONE && row.object.is_multiple_of(2)) {
        let first = server.get(row.part as usize).copied().unwrap_or_default();
        let next = u32::try_from(numbers.len()).unwrap_or(NONE / 4) * 2;
        row.object = *numbers.entry((first, row.object)).or_insert(next);
    }
    server
}

/// Rows with an object, by list.
pub(super) fn held(lists: usize, rows: &[Row]) -> Vec<u32> {
    let mut held = vec![0; lists];
    for row in rows.iter().filter(|row| row.object != NONE) {
        if let Some(held) = held.get_mut(row.part as usize) {
            *held += 1;
        }
    }
    held
}

/// A serial number that one list has on several objects tells none of them.
fn forget_shared_serials(rows: &mut [Row]) {
    let mut order: Vec<(u32, u32, u32, usize)> = rows
        .iter()
        .enumerate()
        .filter(|(_, r)| r.serial != NONE)
        .map(|(at, r)| (r.serial, r.part, r.object, at))
        .collect();
    order.sort_unstable();
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let shared = group.iter().zip(group.iter().skip(1)).any(|(a, b)| a.1 == b.1 && a.2 != b.2);
        for (.., at) in group.iter().filter(|_| shared) {
            if let Some(row) = rows.get_mut(*at) {
                row.serial = NONE;
            }
        }
    }
}

/// Rows that share a number, each group with the rows of one list together and the newest of a list first.
pub(super) fn groups(rows: &[Row], number: impl Fn(&Row) -> u32) -> Vec<u32> {
    let mut order: Vec<(u32, u32, std::cmp::Reverse<i64>, u32)> = (0_u32..)
        .zip(rows)
        .filter(|(_, row)| number(row) != NONE)
        .map(|(at, row)| (number(row), row.part, std::cmp::Reverse(row.seen), at))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(.., at)| at).collect()
}
