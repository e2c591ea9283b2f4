//! The records that a finding concerns.

use std::collections::BTreeMap;

use polars::prelude::{BooleanChunked, Column, DataFrame, IdxCa, IntoColumn, NewChunkedArray, UInt32Chunked};

use super::compile::{Objects, Rule, first_line, mask};
use super::describe::Group;
use crate::identity::{Devices, NONE, Shelf, Shelves};
use crate::schema::{Console, RECORD};

/// Record numbers by matched device, in the order of consoles and rows.
pub(super) fn objects_of(
    rule: &Rule,
    matched: &[u32],
    shelves: &Shelves,
    devices: &Devices,
) -> Result<Vec<Vec<u32>>, String> {
    let mut position = vec![NONE; devices.count as usize];
    for (at, device) in (0_u32..).zip(matched) {
        if let Some(slot) = position.get_mut(*device as usize) {
            *slot = at;
        }
    }
    let mut out = vec![Vec::new(); matched.len()];
    for (at, shelf) in shelves.shelves.iter().enumerate() {
        let lines: Vec<u32> = (0_u32..)
            .zip(devices.device_of(at))
            .filter(|(_, device)| position.get(**device as usize).is_some_and(|p| *p != NONE))
            .map(|(line, _)| line)
            .collect();
        for objects in rule.objects.iter().filter(|o| o.console.is_none_or(|c| c == shelf.console)) {
            let of = Of { shelf, device_of: devices.device_of(at), devices };
            for line in of.chosen(objects, &lines)? {
                let device = of.device_of.get(line as usize).copied().unwrap_or(NONE);
                if let Some(list) = position.get(device as usize).and_then(|p| out.get_mut(*p as usize)) {
                    list.push(shelf.offset + line);
                }
            }
        }
    }
    Ok(out)
}

struct Of<'a> {
    shelf: &'a Shelf,
    device_of: &'a [u32],
    devices: &'a Devices,
}

impl Of<'_> {
    /// Those of the lines that a rule means.
    fn chosen(&self, objects: &Objects, lines: &[u32]) -> Result<Vec<u32>, String> {
        let Some(condition) = &objects.condition else { return Ok(lines.to_vec()) };
        let index = IdxCa::from_vec("".into(), lines.to_vec());
        let mut columns: Vec<Column> = Vec::new();
        for field in RECORD {
            columns.push(self.shelf.column(field.name).take(&index).map_err(|e| first_line(&e))?);
        }
        let live = |line: u32| self.is_live(self.shelf.console, line);
        let flags = |name: &str, flags: Vec<bool>| BooleanChunked::from_slice(name.into(), &flags).into_column();
        columns.push(flags("live", lines.iter().map(|l| live(*l)).collect()));
        let (group_live, group_count) = self.groups(objects.group.as_ref(), lines);
        columns.push(flags("group_live", group_live));
        columns.push(UInt32Chunked::from_vec("group_count".into(), group_count).into_column());
        let table = DataFrame::new(lines.len(), columns).map_err(|e| first_line(&e))?;
        let holds = mask(&table, condition)?;
        Ok(lines.iter().zip(holds.iter()).filter(|(_, h)| *h == Some(true)).map(|(l, _)| *l).collect())
    }

    fn is_live(&self, console: Console, line: u32) -> bool {
        let device = self.device_of.get(line as usize).copied().unwrap_or(NONE);
        self.devices.live_line(console, device) == Some(line)
    }

    /// Per line: whether it is the live one of its group, and how many its group has.
    fn groups(&self, group: Option<&Group>, lines: &[u32]) -> (Vec<bool>, Vec<u32>) {
        let Some(group) = group else { return (vec![false; lines.len()], vec![0; lines.len()]) };
        let words = self.shelf.text(&group.column);
        let seen = self.shelf.times("last_seen");
        let enrolled = self.shelf.times("enrolled");
        let ids = self.shelf.text("native_id");
        let name = |line: u32| -> Option<(u32, &str)> {
            let word = words.and_then(|w| w.get(line as usize))?;
            Some((*self.device_of.get(line as usize)?, group.of.get(word)?.as_str()))
        };
        // The device's live record leads its group; elsewhere the newest signal does, then the smaller id.
        let rank = |line: u32| {
            let at = line as usize;
            (
                self.is_live(self.shelf.console, line),
                seen.and_then(|s| s.get(at)),
                enrolled.and_then(|e| e.get(at)),
                std::cmp::Reverse(ids.and_then(|i| i.get(at))),
            )
        };
        let mut members: BTreeMap<(u32, &str), (u32, u32)> = BTreeMap::new();
        for line in lines {
            let Some(key) = name(*line) else { continue };
            let entry = members.entry(key).or_insert((*line, 0));
            entry.1 += 1;
            if rank(*line) > rank(entry.0) {
                entry.0 = *line;
            }
        }
        lines
            .iter()
            .map(|line| match name(*line).and_then(|key| members.get(&key)) {
                Some((leader, count)) => (leader == line, *count),
                None => (false, 0),
            })
            .unzip()
    }
}
