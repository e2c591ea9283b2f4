//! What the lack of a record proves: whether a console could have joined a device, and whether one of its stray records
//! may be the device after all.
//!
//! A name is never enough to join two records, and always enough to doubt that they are two.

use std::collections::{BTreeMap, HashMap, HashSet};

use polars::prelude::BooleanChunked;

use super::older;
use crate::console::Console;
use crate::frame::by_device::scatter;
use crate::identity::{ConsoleRecords, Handles, Links, Members, RecordStore, short_name};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::Platform;

/// Per console, the records that lack an identifier which others join by: name → what they do have.
#[derive(Debug, Default)]
pub(super) struct Unlinked {
    by_console: Vec<(Console, HashMap<String, Vec<Handles>>)>,
}

/// What the rows say that were set aside, by console: such a row may be the very record that seems to lack.
fn torn(store: &RecordStore) -> BTreeMap<Console, HashSet<String>> {
    let mut by_console: BTreeMap<Console, HashSet<String>> = BTreeMap::new();
    for (export, bad) in store.bad.iter().filter(|(_, bad)| !bad.text.is_empty()) {
        let Some((_, console)) = store.exports.get(*export as usize) else { continue };
        let cells =
            bad.text.split([',', ';', '\t', '|', '"']).map(comparable).filter(|cell| cell.len() >= SHORTEST_CELL);
        by_console.entry(*console).or_default().extend(cells);
    }
    // A row of an older list may be of an object that the console still has.
    for (console, text) in older::open(store) {
        by_console.entry(console).or_default().insert(comparable(&text));
    }
    by_console
}

/// Shorter cells of a torn row name no device.
const SHORTEST_CELL: usize = 4;

fn comparable(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '\'')).to_lowercase()
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
    for (at, console_records) in store.by_console.iter().enumerate() {
        for values in
            ["entra_id", "serial", "native_id", "name"].iter().filter_map(|column| console_records.text(column))
        {
            let named = values.iter().map(|value| value.map_or(0, naming));
            scatter(&mut doubts, members.device_of(at).iter().copied(), named, |slot, bits| *slot |= bits);
        }
    }
    doubts
}

/// Whether a console joins anything by the identifiers at hand.
pub(super) fn joinable(console: Console, handles: Handles, store: &RecordStore) -> bool {
    // Where lists often lack an identifier they know devices by the other ones only, unless every row has it.
    let everywhere =
        |column: &str| store.of(console).and_then(|s| s.text(column)).is_some_and(|ids| ids.null_count() == 0);
    console.identifiers().iter().any(|i| handles.have(i.kind) && (!i.sometimes || everywhere(i.column)))
}

/// Whether a record has every identifier by which its console knows devices.
fn is_whole(console: Console, handles: Handles) -> bool {
    let mut asked = console.identifiers().iter().filter(|i| !i.sometimes && !i.hybrid);
    asked.all(|i| handles.have(i.kind) || !Handles::know(i.kind))
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

impl Unlinked {
    /// Gathers the stray records of consoles that make devices.
    pub(super) fn new(store: &RecordStore, links: &Links, members: &Members) -> Self {
        let mut by_console = Vec::new();
        for (at, console_records) in store.by_console.iter().enumerate().filter(|(_, s)| s.console.makes_devices()) {
            let Some(names) = console_records.text("name") else { continue };
            let own = Handles::of_records(console_records, links);
            let mut unlinked: HashMap<String, Vec<Handles>> = HashMap::new();
            for (line, (name, device)) in names.iter().zip(members.device_of(at)).enumerate() {
                let handles = own(line);
                // Of devices that are not hybrid a computer is known by its name only.
                let directory = console_records.console.is_directory();
                let whole =
                    if directory { !is_alone(members, *device) } else { is_whole(console_records.console, handles) };
                let Some(name) = name.filter(|_| !whole).and_then(short_name) else { continue };
                let known = unlinked.entry(name).or_default();
                if !known.contains(&handles) {
                    known.push(handles);
                }
            }
            if !unlinked.is_empty() {
                by_console.push((console_records.console, unlinked));
            }
        }
        Self { by_console }
    }

    /// Whether a console has such records.
    pub(super) fn of(&self, console: Console) -> bool {
        self.by_console.iter().any(|(own, _)| *own == console)
    }

    /// Whether a console has a record of the same name that no identifier tells apart from the device.
    pub(super) fn may_be(&self, console: Console, name: Option<&str>, handles: Handles) -> bool {
        let Some(name) = name.and_then(short_name) else { return false };
        self.by_console
            .iter()
            .filter(|(own, _)| *own == console)
            .filter_map(|(_, unlinked)| unlinked.get(&name))
            .flatten()
            .any(|stray| !stray.shared_with(handles))
    }
}

/// Whether a device has records of one console only.
fn is_alone(members: &Members, device: DeviceId) -> bool {
    !device.is_some() || members.consoles.get(device).count_ones() < 2
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

    #[test]
    fn a_stray_record_of_the_same_name_raises_doubt_only_where_no_identifier_decides() {
        let by_name = HashMap::from([("lt-1".to_string(), vec![Handles { entra: false, serial: true }])]);
        let unlinked = Unlinked { by_console: vec![(Console::Intune, by_name)] };
        let entra_only = Handles { entra: true, serial: false };
        let both = Handles { entra: true, serial: true };
        assert!(unlinked.may_be(Console::Intune, Some("LT-1"), entra_only));
        assert!(!unlinked.may_be(Console::Intune, Some("LT-1"), both), "their serial numbers differ");
        assert!(!unlinked.may_be(Console::Intune, Some("LT-2"), entra_only));
    }
}
