//! Marks on devices that no identifier gives: shared, Teams phones, non-persistent desktops, enrolled without a user.
//!
//! A marker is a list of patterns for record columns. The shipped ones stand in `rules/markers.yaml`; the configuration
//! adds its own.

use std::collections::BTreeMap;

use polars::prelude::{BooleanChunked, Column, IntoColumn, NewChunkedArray};
use regex::{Regex, RegexBuilder};

use super::devices::Devices;
use super::shelves::Shelves;

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
    }
}

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
pub(super) struct Marks {
    /// One list a marker; empty where nothing is marked.
    by_marker: [Vec<bool>; Marker::ALL.len()],
    count: usize,
}

impl Marks {
    pub(super) fn new(markers: &Markers, shelves: &Shelves, devices: &Devices) -> Self {
        let mut marks = Self { count: devices.count as usize, ..Self::default() };
        for (marker, column, patterns) in markers.iter() {
            let Some(pattern) = any_of(patterns) else { continue };
            for (at, shelf) in shelves.shelves.iter().enumerate() {
                let Some(cells) = shelf.text(column) else { continue };
                for (device, cell) in devices.device_of(at).iter().zip(cells.iter()) {
                    if cell.is_some_and(|text| pattern.is_match(text)) {
                        marks.mark(marker, *device as usize);
                    }
                }
            }
        }
        marks
    }

    fn mark(&mut self, marker: Marker, device: usize) {
        if let Some(list) = self.by_marker.get_mut(marker as usize) {
            if list.is_empty() {
                list.resize(self.count, false);
            }
            if let Some(slot) = list.get_mut(device) {
                *slot = true;
            }
        }
    }

    pub(super) fn has(&self, marker: Marker, device: usize) -> bool {
        self.by_marker.get(marker as usize).and_then(|list| list.get(device)) == Some(&true)
    }

    /// Whether nobody has to own a device.
    pub(super) fn needs_no_user(&self, device: usize) -> bool {
        [Marker::Shared, Marker::TeamsPhone, Marker::Userless].iter().any(|marker| self.has(*marker, device))
    }

    pub(super) fn column(&self, name: &str, holds: impl Fn(usize) -> bool) -> Column {
        BooleanChunked::from_iter_values(name.into(), (0..self.count).map(holds)).into_column()
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
