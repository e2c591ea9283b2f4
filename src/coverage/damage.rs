//! Rows that nobody could read: each may be the very record that a device seems to lack.

use std::collections::{BTreeMap, HashSet};

use polars::prelude::BooleanChunked;

use super::beside::{SHORTEST_CELL, comparable, each_name};
use super::older;
use crate::console::Console;
use crate::identity::{ConsoleRecords, Handles, Links, Members, RecordStore};
use crate::ids::ByDevice;
use crate::schema::Platform;

/// What the rows say that were set aside, by console: such a row may be the very record that seems to lack.
fn torn(store: &RecordStore) -> BTreeMap<Console, HashSet<String>> {
    let mut by_console: BTreeMap<Console, HashSet<String>> = BTreeMap::new();
    for (export, bad) in store.bad.iter().filter(|(_, bad)| !bad.text.is_empty()) {
        let Some(console) = store.lister(*export) else { continue };
        let cells =
            bad.text.split([',', ';', '\t', '|', '"']).map(comparable).filter(|cell| cell.len() >= SHORTEST_CELL);
        by_console.entry(console).or_default().extend(cells);
    }
    // A row of an older list may be of an object that the console still has.
    for (console, text) in older::open(store) {
        by_console.entry(console).or_default().insert(comparable(&text));
    }
    by_console
}

/// Per device, the consoles a torn row of which names one of its identifiers, as bits of [`Console::index`].
pub(super) fn doubts(store: &RecordStore, members: &Members) -> ByDevice<u32> {
    let mut doubts = ByDevice::filled(0_u32, members.count);
    let torn = torn(store);
    if torn.is_empty() {
        return doubts;
    }
    let naming = |value: &str| {
        let value = comparable(value);
        torn.iter().filter(|(_, cells)| cells.contains(&value)).fold(0, |bits, (console, _)| bits | console.bit())
    };
    each_name(store, members, &mut doubts, naming, |slot, bits| *slot |= bits);
    doubts
}

/// Per console, the records with an identifier that could not be read: any of them may be the record that a device seems
/// to lack, unless another identifier or the platform tells them apart.
#[derive(Debug, Default)]
pub(super) struct Unread {
    by_console: Vec<(Console, HashSet<(Handles, Platform)>)>,
}

impl Unread {
    pub(super) fn new(store: &RecordStore, links: &Links) -> Self {
        let one = |console_records: &ConsoleRecords| {
            let flags: Vec<&BooleanChunked> =
                ["serial_unread", "entra_id_unread"].iter().filter_map(|name| console_records.flags(name)).collect();
            let platforms = console_records.text("platform");
            let handles = Handles::of_records(console_records, links);
            let damaged = (0..console_records.height()).filter(|line| flags.iter().any(|f| f.get(*line) == Some(true)));
            let records: HashSet<(Handles, Platform)> = damaged
                .map(|line| {
                    let platform = platforms.and_then(|c| c.get(line)).and_then(Platform::parse);
                    (handles(line), platform.unwrap_or(Platform::Other))
                })
                .collect();
            (!records.is_empty()).then_some((console_records.console, records))
        };
        Self { by_console: store.by_console.iter().filter_map(one).collect() }
    }

    /// Whether such a record of a console may be a device.
    pub(super) fn may_be(&self, console: Console, platform: Platform, handles: Handles) -> bool {
        let fits = |own: Platform| own == platform || own == Platform::Other || platform == Platform::Other;
        let mut records = self.by_console.iter().filter(|(own, _)| *own == console).flat_map(|(_, records)| records);
        records.any(|(own, family)| fits(*family) && !own.shared_with(handles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_whose_identifier_could_not_be_read_may_be_any_device_that_nothing_tells_apart() {
        let records = HashSet::from([(Handles { entra: true, serial: false }, Platform::Ios)]);
        let unread = Unread { by_console: vec![(Console::Intune, records)] };
        let serial_only = Handles { entra: false, serial: true };
        assert!(unread.may_be(Console::Intune, Platform::Ios, serial_only));
        assert!(unread.may_be(Console::Intune, Platform::Other, serial_only));
        assert!(!unread.may_be(Console::Intune, Platform::Windows, serial_only), "of another platform");
        assert!(
            !unread.may_be(Console::Intune, Platform::Ios, Handles { entra: true, serial: true }),
            "of another Entra id"
        );
        assert!(!unread.may_be(Console::Abm, Platform::Ios, serial_only));
    }
}
