//! What the lack of a record proves: whether a console could have joined a device, and whether one of its stray records
//! may be the device after all.
//!
//! A name is never enough to join two records, and always enough to doubt that they are two.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use polars::prelude::BooleanChunked;

use super::keys::Kind;
use super::links::Links;
use super::shelves::{Shelf, Shelves};
use crate::formats::values::is_invisible;
use crate::schema::{Console, Platform};

/// Identifiers by which a device, or a record, can be joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Keys {
    pub entra: bool,
    pub serial: bool,
}

impl Keys {
    /// Whether absence is told by such identifiers at all.
    const fn know(kind: Kind) -> bool {
        matches!(kind, Kind::EntraId | Kind::ComputerId | Kind::Serial)
    }

    /// Whether it can be joined by such an identifier.
    const fn have(self, kind: Kind) -> bool {
        match kind {
            Kind::EntraId | Kind::ComputerId => self.entra,
            Kind::Serial => self.serial,
            _ => false,
        }
    }

    const fn shared_with(self, other: Self) -> bool {
        (self.entra && other.entra) || (self.serial && other.serial)
    }
}

/// Per console, the records that lack an identifier which others join by: name → what they do have.
#[derive(Debug, Default)]
pub(super) struct Strays {
    by_console: Vec<(Console, HashMap<String, Vec<Keys>>)>,
}

/// What the rows say that were set aside, by console: such a row may be the very record that seems to lack.
fn torn(shelves: &Shelves) -> Vec<(Console, HashSet<String>)> {
    let mut by_console: Vec<(Console, HashSet<String>)> = Vec::new();
    for (export, bad) in shelves.bad.iter().filter(|(_, bad)| !bad.text.is_empty()) {
        let Some((_, console)) = shelves.exports.get(*export as usize) else { continue };
        let cells =
            bad.text.split([',', ';', '\t', '|', '"']).map(comparable).filter(|cell| cell.len() >= SHORTEST_CELL);
        match by_console.iter_mut().find(|(known, _)| known == console) {
            Some((_, all)) => all.extend(cells),
            None => by_console.push((*console, cells.collect())),
        }
    }
    // A row of an older list may be of an object that the console still has.
    for (console, text) in super::older::open(shelves) {
        let cell = comparable(&text);
        match by_console.iter_mut().find(|(known, _)| *known == console) {
            Some((_, all)) => drop(all.insert(cell)),
            None => by_console.push((console, HashSet::from([cell]))),
        }
    }
    by_console
}

/// Shorter cells of a torn row name no device.
const SHORTEST_CELL: usize = 4;

fn comparable(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '\'')).to_lowercase()
}

/// Per device, the consoles a torn row of which names one of its identifiers, as bits of [`Console::index`].
pub(super) fn doubts(shelves: &Shelves, device_of: &[Vec<u32>], count: usize) -> Vec<u32> {
    let mut doubts = vec![0_u32; count];
    for (console, cells) in torn(shelves) {
        for (shelf, device_of) in shelves.shelves.iter().zip(device_of) {
            for column in ["entra_id", "serial", "native_id", "name"] {
                let Some(values) = shelf.text(column) else { continue };
                for (device, value) in device_of.iter().zip(values.iter()) {
                    let named = value.is_some_and(|v| cells.contains(&comparable(v)));
                    if let Some(slot) = doubts.get_mut(*device as usize).filter(|_| named) {
                        *slot |= console.bit();
                    }
                }
            }
        }
    }
    doubts
}

/// Whether a console joins anything by the identifiers at hand.
pub(super) fn joinable(console: Console, keys: Keys, shelves: &Shelves) -> bool {
    // Where lists often lack an identifier they know devices by the other ones only, unless every row has it.
    let everywhere =
        |column: &str| shelves.of(console).and_then(|s| s.text(column)).is_some_and(|ids| ids.null_count() == 0);
    console.identifiers().iter().any(|i| keys.have(i.kind) && (!i.sometimes || everywhere(i.column)))
}

/// Whether a record has every identifier by which its console knows devices.
fn is_whole(console: Console, keys: Keys) -> bool {
    console.identifiers().iter().filter(|i| !i.sometimes && !i.hybrid).all(|i| keys.have(i.kind) || !Keys::know(i.kind))
}

/// Identifiers of each device. What joins nothing is none.
pub(super) fn device_keys(shelves: &Shelves, device_of: &[Vec<u32>], links: &Links, count: usize) -> Vec<Keys> {
    let mut keys = vec![Keys::default(); count];
    for (shelf, device_of) in shelves.shelves.iter().zip(device_of) {
        for (line, device) in device_of.iter().enumerate() {
            if let Some(slot) = keys.get_mut(*device as usize) {
                let own = record_keys(shelf, line, links);
                slot.entra |= own.entra;
                slot.serial |= own.serial;
            }
        }
    }
    keys
}

fn record_keys(shelf: &Shelf, line: usize, links: &Links) -> Keys {
    let has = |column: &str| shelf.text(column).is_some_and(|c| c.get(line).is_some());
    let record = shelf.offset + u32::try_from(line).unwrap_or_default();
    let joins = |guarded: &[u32]| guarded.binary_search(&record).is_err();
    Keys { entra: has("entra_id") && joins(&links.cut), serial: has("serial") && joins(&links.guarded) }
}

/// Per console, the records with an identifier that could not be read: any of them may be the record that a device seems
/// to lack, unless another identifier or the platform tells them apart.
#[derive(Debug, Default)]
pub(super) struct Unread {
    by_console: Vec<(Console, HashSet<(Keys, Platform)>)>,
}

impl Unread {
    pub(super) fn new(shelves: &Shelves, links: &Links) -> Self {
        let one = |shelf: &Shelf| {
            let flags: Vec<&BooleanChunked> =
                ["serial_unread", "entra_id_unread"].iter().filter_map(|name| shelf.flags(name)).collect();
            let platforms = shelf.text("platform");
            let damaged = (0..shelf.height()).filter(|line| flags.iter().any(|f| f.get(*line) == Some(true)));
            let records: HashSet<(Keys, Platform)> = damaged
                .map(|line| {
                    let platform = platforms.and_then(|c| c.get(line)).and_then(Platform::parse);
                    (record_keys(shelf, line, links), platform.unwrap_or(Platform::Other))
                })
                .collect();
            (!records.is_empty()).then_some((shelf.console, records))
        };
        Self { by_console: shelves.shelves.iter().filter_map(one).collect() }
    }

    /// Whether such a record of a console may be a device.
    pub(super) fn may_be(&self, console: Console, platform: Platform, keys: Keys) -> bool {
        let fits = |own: Platform| own == platform || own == Platform::Other || platform == Platform::Other;
        let mut records = self.by_console.iter().filter(|(own, _)| *own == console).flat_map(|(_, records)| records);
        records.any(|(own, family)| fits(*family) && !own.shared_with(keys))
    }
}

impl Strays {
    /// Gathers the stray records of consoles that make devices.
    ///
    /// `alone` tells of a record, by shelf and line, that its device has records of no other console.
    pub(super) fn new(shelves: &Shelves, links: &Links, alone: impl Fn(usize, usize) -> bool) -> Self {
        let mut by_console = Vec::new();
        for (at, shelf) in shelves.shelves.iter().enumerate().filter(|(_, s)| s.console.makes_devices()) {
            let Some(names) = shelf.text("name") else { continue };
            let mut strays: HashMap<String, Vec<Keys>> = HashMap::new();
            for (line, name) in names.iter().enumerate() {
                let keys = record_keys(shelf, line, links);
                // Of devices that are not hybrid a computer is known by its name only.
                let directory = shelf.console.is_directory();
                let whole = if directory { !alone(at, line) } else { is_whole(shelf.console, keys) };
                let Some(name) = name.filter(|_| !whole).and_then(short_name) else { continue };
                let known = strays.entry(name).or_default();
                if !known.contains(&keys) {
                    known.push(keys);
                }
            }
            if !strays.is_empty() {
                by_console.push((shelf.console, strays));
            }
        }
        Self { by_console }
    }

    /// Whether a console has such records.
    pub(super) fn of(&self, console: Console) -> bool {
        self.by_console.iter().any(|(own, _)| *own == console)
    }

    /// Whether a console has a record of the same name that no identifier tells apart from the device.
    pub(super) fn may_be(&self, console: Console, name: Option<&str>, keys: Keys) -> bool {
        let Some(name) = name.and_then(short_name) else { return false };
        self.by_console
            .iter()
            .filter(|(own, _)| *own == console)
            .filter_map(|(_, strays)| strays.get(&name))
            .flatten()
            .any(|stray| !stray.shared_with(keys))
    }
}

/// Host name without its domain, lower case. Addresses and empty names name nothing; signs that nobody sees are no part
/// of a name.
pub(super) fn short_name(name: &str) -> Option<String> {
    let name = &*seen(name);
    let short = if name.parse::<std::net::IpAddr>().is_ok() { "" } else { host(name) };
    (!short.is_empty()).then(|| short.to_lowercase())
}

/// The signs of a name that somebody sees.
pub(super) fn seen(name: &str) -> Cow<'_, str> {
    if name.is_ascii() || !name.contains(is_invisible) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.chars().filter(|c| !is_invisible(*c)).collect())
}

/// What stands before the domain.
pub(super) fn host(name: &str) -> &str {
    name.split('.').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_name_something() {
        assert_eq!(short_name("LT-1.corp.example").as_deref(), Some("lt-1"));
        assert_eq!(short_name("10.0.0.7"), None);
        assert_eq!(short_name("..\\evil"), None);
        assert_eq!(short_name("LT\u{200b}-1\u{200e}").as_deref(), Some("lt-1"));
    }

    #[test]
    fn a_record_whose_identifier_could_not_be_read_may_be_any_device_that_nothing_tells_apart() {
        let records = HashSet::from([(Keys { entra: true, serial: false }, Platform::Ios)]);
        let unread = Unread { by_console: vec![(Console::Intune, records)] };
        let serial_only = Keys { entra: false, serial: true };
        assert!(unread.may_be(Console::Intune, Platform::Ios, serial_only));
        assert!(unread.may_be(Console::Intune, Platform::Other, serial_only));
        assert!(!unread.may_be(Console::Intune, Platform::Windows, serial_only), "of another platform");
        assert!(
            !unread.may_be(Console::Intune, Platform::Ios, Keys { entra: true, serial: true }),
            "of another Entra id"
        );
        assert!(!unread.may_be(Console::Abm, Platform::Ios, serial_only));
    }

    #[test]
    fn a_stray_record_of_the_same_name_raises_doubt_only_where_no_identifier_decides() {
        let by_name = HashMap::from([("lt-1".to_string(), vec![Keys { entra: false, serial: true }])]);
        let strays = Strays { by_console: vec![(Console::Intune, by_name)] };
        let entra_only = Keys { entra: true, serial: false };
        let both = Keys { entra: true, serial: true };
        assert!(strays.may_be(Console::Intune, Some("LT-1"), entra_only));
        assert!(!strays.may_be(Console::Intune, Some("LT-1"), both), "their serial numbers differ");
        assert!(!strays.may_be(Console::Intune, Some("LT-2"), entra_only));
    }
}
