//! The records that a finding concerns.

use std::collections::BTreeMap;

use super::describe::Group;
use super::rule::{Objects, Rule};
use crate::coverage::Devices;
use crate::coverage::View;
use crate::frame::by_device::scatter;
use crate::frame::make;
use crate::identity::RecordStore;
use crate::ids::{ByDevice, DeviceId, Number as _, RecordId};
use crate::language::{first_line, mask, roots};

/// Records by matched device, in the order of consoles and rows.
pub(super) fn objects_of(
    rule: &Rule,
    matched: &[u32],
    store: &RecordStore,
    devices: &Devices,
) -> Result<Vec<Vec<RecordId>>, String> {
    if matched.is_empty() {
        return Ok(Vec::new());
    }
    let mut position = ByDevice::filled(u32::NONE, devices.count);
    scatter(&mut position, matched.iter().copied().map(DeviceId::new), 0_u32.., |slot, at| *slot = at);
    let is_matched = |device: &DeviceId| device.is_some() && *position.get(*device) != u32::NONE;
    let mut out: Vec<Vec<RecordId>> = vec![Vec::new(); matched.len()];
    for (at, console_records) in store.by_console.iter().enumerate() {
        let concerned = |objects: &&Objects| objects.console.is_none_or(|console| console == console_records.console);
        if !rule.objects.iter().any(|objects| concerned(&objects)) {
            continue;
        }
        let lines: Vec<u32> = (0_u32..)
            .zip(devices.device_of(at))
            .filter(|(_, device)| is_matched(device))
            .map(|(line, _)| line)
            .collect();
        for objects in rule.objects.iter().filter(concerned) {
            let view = View { console_records, device_of: devices.device_of(at), devices, store };
            for line in view.chosen(objects, &lines)? {
                if let Some(list) = out.get_mut(*position.get(view.device(line)) as usize) {
                    list.push(console_records.record(line as usize));
                }
            }
        }
    }
    // Two entries of a rule may mean the same record.
    for objects in &mut out {
        objects.sort_unstable();
        objects.dedup();
    }
    Ok(out)
}

impl View<'_> {
    /// Those of the lines that a rule means.
    fn chosen(&self, objects: &Objects, lines: &[u32]) -> Result<Vec<u32>, String> {
        let Some(condition) = &objects.condition else { return Ok(lines.to_vec()) };
        let holds = match &objects.group {
            None => self.truth(condition, lines)?,
            Some(group) => {
                let mut table = self.table(&roots(condition), lines)?;
                let (live, count) = self.groups(group, lines);
                let live = make::flags("group_live", live.into_iter().map(Some));
                let count = make::counts("group_count", count.into_iter().map(Some));
                table.with_column(live).map_err(|e| first_line(&e))?;
                table.with_column(count).map_err(|e| first_line(&e))?;
                mask(&table, condition)?.iter().collect()
            }
        };
        Ok(lines.iter().zip(holds).filter(|(_, holds)| *holds == Some(true)).map(|(line, _)| *line).collect())
    }

    /// Per line: whether it is the live one of its group, and how many its group has.
    fn groups(&self, group: &Group, lines: &[u32]) -> (Vec<bool>, Vec<u32>) {
        let words = self.console_records.text(&group.column);
        let seen = self.console_records.times("last_seen");
        let enrolled = self.console_records.times("enrolled");
        let ids = self.console_records.text("native_id");
        let name = |line: u32| -> Option<(DeviceId, &str)> {
            let word = words.and_then(|w| w.get(line as usize))?;
            Some((*self.device_of.get(line as usize)?, group.of.get(word)?.as_str()))
        };
        // The device's live record leads its group; elsewhere the newest signal does, then the smaller id.
        let rank = |line: u32| {
            let at = line as usize;
            (
                self.is_live(line),
                seen.and_then(|s| s.get(at)),
                enrolled.and_then(|e| e.get(at)),
                std::cmp::Reverse(ids.and_then(|i| i.get(at))),
            )
        };
        let mut members: BTreeMap<(DeviceId, &str), (u32, u32)> = BTreeMap::new();
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
