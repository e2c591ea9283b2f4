//! Marks on devices that no identifier gives: shared, Teams phones, virtual machines, printers, enrolled without a user.
//!
//! A marker is a list of patterns for record columns. The shipped ones stand in `rules/markers.yaml`; the configuration
//! adds its own.

use std::collections::BTreeMap;

use polars::prelude::Column;
use regex::{Regex, RegexBuilder};

use super::members::Members;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::frame::make;
use crate::ids::{ByDevice, DeviceId};

crate::schema::words! {
    /// What a marker says of a device.
    Marker {
        /// Several people use it.
        Shared = "shared",
        /// A Teams phone, room or panel.
        TeamsPhone = "teams_phone",
        /// A desktop that is made anew again and again.
        Vdi = "vdi",
        /// Enrolled without a user.
        Userless = "userless",
        /// Does one task for whoever stands before it.
        Kiosk = "kiosk",
        /// A Windows 365 Cloud PC.
        CloudPc = "cloud_pc",
        /// A session host of Azure Virtual Desktop.
        SessionHost = "session_host",
        /// Another virtual machine.
        VirtualMachine = "virtual_machine",
        /// A Surface Hub.
        SurfaceHub = "surface_hub",
        /// A `HoloLens`.
        Hololens = "hololens",
        /// A printer, as Universal Print registers them.
        Printer = "printer",
        /// A domain controller, or an account in AD that stands for a service and not for a computer.
        DirectoryService = "directory_service",
        /// Runs Windows `IoT` Enterprise, as meeting room systems, kiosks and terminals do.
        IotEdition = "iot_edition",
    }
}

/// Those that nobody has to own.
const WITHOUT_USER: &[Marker] = &[
    Marker::Shared,
    Marker::TeamsPhone,
    Marker::Userless,
    Marker::Kiosk,
    Marker::SurfaceHub,
    Marker::Hololens,
    Marker::Printer,
];

/// Patterns by record column, for each marker. `*` stands for any text; case does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markers {
    patterns: BTreeMap<(usize, &'static str), Vec<String>>,
}

impl Markers {
    /// Adds patterns for a column.
    pub fn add(&mut self, marker: Marker, column: &'static str, patterns: impl IntoIterator<Item = String>) {
        self.patterns.entry((marker as usize, column)).or_default().extend(patterns);
    }

    /// Record columns that the markers look at.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.patterns.keys().map(|(_, column)| *column)
    }

    /// Every marker with column and patterns, for the report.
    pub fn iter(&self) -> impl Iterator<Item = (Marker, &'static str, &[String])> {
        let marker = |at: usize| Marker::ALL.get(at).copied();
        self.patterns
            .iter()
            .filter_map(move |((at, column), patterns)| Some((marker(*at)?, *column, patterns.as_slice())))
    }
}

/// Which devices are marked.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// One list a marker; empty where nothing is marked.
    by_marker: [ByDevice<bool>; Marker::ALL.len()],
    count: u32,
}

impl Marks {
    pub(super) fn new(markers: &Markers, store: &RecordStore, members: &Members) -> Self {
        let mut marks = Self { count: members.count, ..Self::default() };
        let mut by_column: BTreeMap<&str, Vec<(Marker, Regex)>> = BTreeMap::new();
        let is_there = |column: &str| {
            store.by_console.iter().any(|records| records.text(column).is_some() || records.flags(column).is_some())
        };
        for (marker, column, patterns) in markers.iter().filter(|(_, column, _)| is_there(column)) {
            if let Some(pattern) = any_of(patterns) {
                by_column.entry(column).or_default().push((marker, pattern));
            }
        }
        for (column, patterns) in &by_column {
            for (at, console_records) in store.by_console.iter().enumerate() {
                marks.look(console_records, members.device_of(at), column, patterns);
            }
        }
        marks
    }

    /// Marks the devices by the cells of one column. A text that many cells have is looked at once.
    fn look(
        &mut self,
        console_records: &ConsoleRecords,
        device_of: &[DeviceId],
        column: &str,
        patterns: &[(Marker, Regex)],
    ) {
        let found = |text: &str| {
            let one = |(marker, pattern): &(Marker, Regex)| pattern.is_match(text).then_some(*marker);
            patterns.iter().filter_map(one).fold(0_u16, |bits, marker| bits | 1 << marker as u16)
        };
        if let Some(flags) = console_records.flags(column) {
            // A flag that every record has tells none from the others: the list was made without the column.
            let bits = [found("false"), found("true")];
            let differ = flags.iter().flatten().any(|flag| flag) && flags.iter().flatten().any(|flag| !flag);
            for (device, flag) in device_of.iter().zip(flags.iter()).filter(|_| differ) {
                let bits = flag.and_then(|flag| bits.get(usize::from(flag))).copied().unwrap_or_default();
                self.mark_all(bits, *device);
            }
        }
        let Some(cells) = console_records.text(column) else { return };
        for (device, bits) in device_of.iter().zip(cells.each(found)) {
            self.mark_all(bits.unwrap_or_default(), *device);
        }
    }

    fn mark_all(&mut self, bits: u16, device: DeviceId) {
        for marker in Marker::ALL.iter().filter(|marker| bits & (1 << **marker as u16) != 0) {
            self.mark(*marker, device);
        }
    }

    fn mark(&mut self, marker: Marker, device: DeviceId) {
        if let Some(list) = self.by_marker.get_mut(marker as usize) {
            if list.is_empty() {
                *list = ByDevice::filled(false, self.count);
            }
            if let Some(slot) = list.slot(device) {
                *slot = true;
            }
        }
    }

    pub(crate) fn has(&self, marker: Marker, device: DeviceId) -> bool {
        self.by_marker.get(marker as usize).is_some_and(|list| !list.is_empty() && *list.get(device))
    }

    /// Whether nobody has to own a device.
    pub(crate) fn needs_no_user(&self, device: DeviceId) -> bool {
        WITHOUT_USER.iter().any(|marker| self.has(*marker, device))
    }

    pub(crate) fn column(&self, name: &str, holds: impl Fn(DeviceId) -> bool) -> Column {
        make::flags(name, DeviceId::all(self.count).map(|device| Some(holds(device))))
    }
}

/// One pattern for all of them.
fn any_of(patterns: &[String]) -> Option<Regex> {
    let one = |pattern: &String| pattern.split('*').map(regex::escape).collect::<Vec<_>>().join(".*");
    let all: Vec<String> = patterns.iter().map(one).collect();
    RegexBuilder::new(&format!("^(?:{})$", all.join("|")))
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .build()
        .ok()
        .filter(|_| !patterns.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text_and_nothing_else_is_special() {
        let matches = |pattern: &str, text: &str| any_of(&[pattern.to_string()]).is_some_and(|p| p.is_match(text));
        assert!(matches("VDI-*", "vdi-0042"));
        assert!(!matches("VDI-*", "my-vdi-0042"));
        assert!(matches("*room*", "Teams Rooms"));
        assert!(!matches("a.c", "abc"));
        assert!(any_of(&[]).is_none());
    }
}
