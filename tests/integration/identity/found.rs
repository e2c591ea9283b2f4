//! What the program made of small exports, in short words.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Export;
use crate::common::{Line, Place, Report};

/// A report on small exports.
pub(super) struct Found {
    pub place: Place,
    pub report: Report,
    records: Vec<Line>,
    devices: Vec<Line>,
}

/// Analyses exports and sees to what holds for all of them.
pub(super) fn find(exports: &[Export]) -> Found {
    let place = place(exports);
    let report = place.tables(&["--as-of", "2026-11-20"]);
    let found = Found { records: report.lines("records.csv"), devices: report.lines("devices.csv"), place, report };
    let rows: usize = exports.iter().map(|export| export.rows).sum();
    assert_eq!(found.records.len(), rows, "each row once");
    found.doubt_is_never_planned();
    found
}

pub(super) fn place(exports: &[Export]) -> Place {
    let place = Place::new();
    for export in exports {
        place.write(&format!("in/{}", export.name), &export.content);
    }
    place
}

/// `intune:3` is the third row of `intune.csv`.
fn label(line: &Line) -> String {
    format!("{}:{}", line["export"].rsplit_once('.').unwrap().0, line["row"])
}

impl Found {
    fn record(&self, of: &str) -> &Line {
        self.records.iter().find(|line| label(line) == of).unwrap_or_else(|| panic!("no row {of}"))
    }

    fn device(&self, of: &str) -> &Line {
        let key = &self.record(of)["device_key"];
        self.devices.iter().find(|line| line["device_key"] == *key).unwrap_or_else(|| panic!("{of} is no device"))
    }

    /// The rows of each device, and `no device` with the rows that have none.
    pub(super) fn devices(&self) -> Vec<String> {
        let mut rows: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for line in &self.records {
            rows.entry(&line["device_key"]).or_default().insert(label(line));
        }
        let mut texts: Vec<String> = Vec::new();
        for (key, rows) in rows {
            let rows: Vec<String> = rows.into_iter().collect();
            let none = if key.is_empty() { "no device: " } else { "" };
            texts.push(format!("{none}{}", rows.join(" ")));
        }
        assert_eq!(texts.iter().filter(|text| !text.starts_with("no device")).count(), self.devices.len());
        texts.sort();
        texts
    }

    /// By what a row is held to its device, and how firmly: `entra-id|serial exact`.
    pub(super) fn held(&self, of: &str) -> String {
        let line = self.record(of);
        format!("{} {}", line["joined_by"], line["tier"]).trim().to_owned()
    }

    pub(super) fn refused(&self, of: &str) -> &str {
        &self.record(of)["refused"]
    }

    pub(super) fn key(&self, of: &str) -> &str {
        &self.record(of)["device_key"]
    }

    pub(super) fn identity(&self, of: &str) -> &str {
        &self.device(of)["identity"]
    }

    /// A cell of the device's line in `devices.csv`.
    pub(super) fn cell(&self, of: &str, column: &str) -> &str {
        &self.device(of)[column]
    }

    /// A cell of the row's line in `records.csv`.
    pub(super) fn record_cell(&self, of: &str, column: &str) -> &str {
        &self.record(of)[column]
    }

    /// Messages of a code.
    pub(super) fn notices(&self, code: &str) -> Vec<String> {
        self.report.lines_where("notices.csv", "code", code).into_iter().map(|line| line["message"].clone()).collect()
    }

    /// Steps for the device of a row.
    pub(super) fn steps(&self, of: &str) -> Vec<String> {
        let steps = self.report.lines_where("plan.csv", "device_key", self.key(of));
        steps.into_iter().map(|line| line["step"].clone()).collect()
    }

    /// Findings about the device of a row: rule and confidence.
    pub(super) fn findings(&self, of: &str) -> Vec<String> {
        let own = self.report.lines_where("findings.csv", "device_key", self.key(of));
        let mut found: Vec<String> = own.iter().map(|f| format!("{} {}", f["rule"], f["confidence"])).collect();
        found.sort();
        found
    }

    /// A device in conflict is only looked at; no step touches an object that a weak link holds.
    fn doubt_is_never_planned(&self) {
        let weak: BTreeSet<(&str, &str)> = self
            .records
            .iter()
            .filter(|line| line["tier"] == "weak")
            .map(|line| (line["console"].as_str(), line["native_id"].as_str()))
            .collect();
        let by_key: BTreeMap<&str, &Line> =
            self.devices.iter().map(|line| (line["device_key"].as_str(), line)).collect();
        for step in self.report.lines("plan.csv") {
            let device = by_key[step["device_key"].as_str()];
            assert!(device["identity"] != "conflict" || step["step"] == "review-identity", "{step:?}");
            assert!(!weak.contains(&(step["console"].as_str(), step["object_id"].as_str())), "{step:?}");
        }
    }
}
