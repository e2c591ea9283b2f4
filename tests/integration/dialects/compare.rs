//! What a run found out, told by rows of the portal's lists, so that runs over different files can be compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{Line, Report};

use super::written::{Spot, Written};

/// Columns of `devices.csv` that end so are not compared: ids, which a dialect may have to invent, and what `findings.csv`
/// tells better.
const PASSED_OVER: [&str; 4] = ["device_key", "_id", "findings", "highest_severity"];
/// Columns that follow from the rows of a device. Where a dialect lacks one of them, they may differ.
const OF_ROWS: [&str; 2] = ["consoles", "identity"];

type Spots = BTreeSet<Spot>;

/// What a run concluded.
pub(super) struct Seen {
    /// The rows of each device, with the device's facts.
    devices: BTreeMap<Spots, Line>,
    /// Rule, rows of the device, rows of the objects; with severity and confidence.
    findings: BTreeMap<(String, Spots, Spots), String>,
    /// Every row that the files have.
    all: Spots,
    /// Rows that stand for one of the portal's and went to several devices.
    torn: Vec<Spot>,
    /// `rules.csv`, by rule.
    pub rules: BTreeMap<String, Line>,
    pub notices: Vec<Line>,
}

impl Seen {
    pub(super) fn new(report: &Report, written: &Written) -> Self {
        let mut rows: BTreeMap<String, Spots> = BTreeMap::new();
        let mut objects: BTreeMap<(String, String), Spots> = BTreeMap::new();
        for line in report.lines("records.csv") {
            assert_ne!(line["device_key"], "", "row {} of {} has no device", line["row"], line["export"]);
            let spots = written.spots(&line["export"], line["row"].parse().unwrap());
            rows.entry(line["device_key"].clone()).or_default().extend(&spots);
            let object = format!("{}:{}", line["console"], line["native_id"]);
            objects.entry((line["device_key"].clone(), object)).or_default().extend(&spots);
        }
        let finding = |line: Line| {
            let key = &line["device_key"];
            let named = line["objects"].split('|').filter_map(|object| objects.get(&(key.clone(), object.to_owned())));
            let named: Spots = named.flatten().copied().collect();
            ((line["rule"].clone(), rows[key].clone(), named), format!("{}, {}", line["severity"], line["confidence"]))
        };
        let all: Spots = rows.values().flatten().copied().collect();
        Self {
            torn: all.iter().filter(|spot| rows.values().filter(|of| of.contains(spot)).count() > 1).copied().collect(),
            findings: report.lines("findings.csv").into_iter().map(finding).collect(),
            devices: report
                .lines("devices.csv")
                .into_iter()
                .map(|line| (rows[&line["device_key"]].clone(), line))
                .collect(),
            all,
            rules: report.lines("rules.csv").into_iter().map(|line| (line["rule"].clone(), line)).collect(),
            notices: report.lines("notices.csv"),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.all.len()
    }

    pub(super) fn findings(&self) -> usize {
        self.findings.len()
    }

    /// How many devices a rule could not judge.
    pub(super) fn unknown(&self, rule: &str) -> usize {
        self.rules.get(rule).map_or(0, |line| line["unknown"].parse().unwrap_or(0))
    }
}

/// Something in which two runs differ.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    /// `device`, `column COLUMN`, `lost RULE`, `new RULE`, `severity RULE`, `notice CODE`, or of [`super::cells`].
    pub what: String,
    /// For the reader of a failure.
    pub detail: String,
}

/// In what a run over another dialect differs from the portal's. Rows that the dialect lacks are left out of both.
pub(super) fn differences(portal: &Seen, other: &Seen) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut say = |what: String, detail: String| found.push(Difference { what, detail });
    for spot in &other.torn {
        say("device".into(), format!("{spot:?} went to several devices"));
    }
    let serious = other.notices.iter().filter(|notice| !["info", "low"].contains(&notice["severity"].as_str()));
    for notice in serious.filter(|notice| !portal.notices.iter().any(|known| known["code"] == notice["code"])) {
        let (code, message) = (&notice["code"], &notice["message"]);
        say(format!("notice {code}"), format!("{} {}: {message}", notice["export"], notice["column"]));
    }
    let common: Spots = portal.all.intersection(&other.all).copied().collect();
    let kept = |spots: &Spots| spots.intersection(&common).copied().collect::<Spots>();
    let devices = |seen: &Seen| -> BTreeMap<Spots, Line> {
        let all = seen.devices.iter().map(|(spots, line)| (kept(spots), line.clone()));
        all.filter(|(spots, _)| !spots.is_empty()).collect()
    };
    let whole = |spots: &Spots| portal.devices.contains_key(spots);
    let (expected, got) = (devices(portal), devices(other));
    for (spots, line) in &expected {
        let Some(same) = got.get(spots) else {
            let parts: Vec<&Spots> = got.keys().filter(|other| !other.is_disjoint(spots)).collect();
            say("device".into(), format!("`{}` {spots:?} is {parts:?}", line["name"]));
            continue;
        };
        let facts = line.keys().filter(|column| !PASSED_OVER.iter().any(|passed| column.ends_with(passed)));
        let facts = facts.filter(|column| whole(spots) || !OF_ROWS.contains(&column.as_str()));
        for column in facts.filter(|column| line[*column] != same[*column]) {
            let detail = format!("`{}` {spots:?}: `{}` is `{}`", line["name"], line[column], same[column]);
            say(format!("column {column}"), detail);
        }
    }
    let findings = |seen: &Seen| -> BTreeMap<(String, Spots, Spots), String> {
        let kept = seen
            .findings
            .iter()
            .map(|((rule, device, objects), severity)| ((rule.clone(), kept(device), kept(objects)), severity.clone()));
        kept.filter(|((_, device, _), _)| !device.is_empty()).collect()
    };
    let (expected, got) = (findings(portal), findings(other));
    for (finding, severity) in &expected {
        match got.get(finding) {
            None => say(format!("lost {}", finding.0), format!("device {:?}, objects {:?}", finding.1, finding.2)),
            Some(other) if other != severity => {
                say(format!("severity {}", finding.0), format!("{:?}: {severity} is {other}", finding.1));
            }
            Some(_) => {}
        }
    }
    for finding in got.keys().filter(|finding| !expected.contains_key(*finding)) {
        say(format!("new {}", finding.0), format!("device {:?}, objects {:?}", finding.1, finding.2));
    }
    found
}
