//! What a rollup takes from one report. The large tables are counted and let go.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;

use crate::ids::DeviceId;
use crate::outcome::{Asked, Outcome};
use crate::report::since::{PointRow, trend};
use crate::schema::{Activity, Outcome as Ended, Platform, Severity};
use crate::time::rfc3339;

/// So many objects tell whether two reports list the same.
const SKETCH: usize = 512;

/// A report and its figures.
#[derive(Debug, Serialize)]
pub struct Tenant {
    /// What it is called in the rollup.
    pub label: String,
    /// As-of, RFC 3339.
    pub as_of: String,
    /// Version of the program that wrote it.
    pub version: String,
    /// Seal of the report.
    pub seal: String,
    /// Whether it is a copy with names in the place of values.
    pub redacted: bool,
    /// Devices.
    pub devices: u64,
    /// Of them active.
    pub active: u64,
    /// Of them stale.
    pub stale: u64,
    /// Of them without a known activity.
    pub unknown: u64,
    /// Devices with a finding.
    pub flagged: u64,
    /// Devices for which a rule could not be decided.
    pub undecided: u64,
    /// Devices with steps.
    pub planned: u64,
    /// Findings by severity, the gravest first.
    pub findings: Vec<u64>,
    /// Devices by their severest finding, the gravest first.
    pub(super) severest: Vec<u64>,
    /// Findings that exceptions hide.
    pub excepted: u64,
    /// Rows that were read.
    pub rows: u64,
    /// Rows that were set aside.
    pub set_aside: u64,
    /// Exports.
    pub exports: u64,
    /// Exports that are not complete.
    pub incomplete: u64,
    /// Notices by severity, the gravest first.
    pub notices: Vec<u64>,
    /// Rules that ran.
    pub ran: u64,
    /// Rules that did not run.
    pub did_not_run: u64,
    /// Consoles of which a list was read.
    pub consoles: Vec<String>,
    /// The figures of every report of its chain, the oldest first; nothing without a baseline.
    pub(super) trend: Vec<PointRow>,
    #[serde(skip)]
    pub(super) thresholds: Vec<(String, String, u32)>,
    #[serde(skip)]
    pub(super) judged: Vec<Judged>,
    #[serde(skip)]
    pub(super) sketch: BTreeSet<u64>,
    #[serde(skip)]
    pub(super) earlier: Vec<String>,
}

/// What became of a rule in one report.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub id: String,
    pub title: String,
    pub severity: Severity,
    pub ran: bool,
    pub reason: String,
    pub matched: u64,
    pub unknown: u64,
    /// The same by the severity of the findings, the gravest first; severities of which there is none are left out.
    pub found: Vec<(Severity, u64)>,
    /// Devices that it was tried on.
    pub devices: u64,
    pub digest: String,
}

impl Tenant {
    /// The figures of a report. `label`, where somebody gave one, `folder` where the report has none itself.
    #[must_use]
    pub fn of(outcome: &Outcome, asked: &Asked, label: Option<&str>, folder: &str) -> Self {
        let own = if asked.label.is_empty() { folder } else { &asked.label };
        let activity = |wanted| outcome.devices.activity.iter().filter(|own| **own == wanted).count() as u64;
        let findings = |severity: &Severity| outcome.findings.severity.iter().filter(|own| *own == severity).count();
        let notices = |severity: &Severity| outcome.notices.iter().filter(|n| n.code.severity() == *severity).count();
        let ran = outcome.tallies.iter().filter(|tally| tally.outcome == Ended::Ran).count() as u64;
        let with_trend = outcome.since.is_some();
        Self {
            label: label.unwrap_or(own).to_string(),
            as_of: rfc3339(outcome.as_of.millis),
            version: String::new(),
            seal: String::new(),
            redacted: asked.redacted,
            devices: outcome.devices.len() as u64,
            active: activity(Activity::Active),
            stale: activity(Activity::Stale),
            unknown: activity(Activity::Unknown),
            flagged: distinct(outcome.findings.device.iter().copied()),
            undecided: distinct(outcome.questions.device.iter().copied()),
            planned: distinct(outcome.steps.iter().map(|step| step.device)),
            findings: Severity::ALL.iter().rev().map(|own| findings(own) as u64).collect(),
            severest: severest(outcome),
            excepted: outcome.hidden.findings.len() as u64,
            rows: outcome.sources.iter().map(|source| source.rows).sum(),
            set_aside: outcome.records.asides() as u64,
            exports: outcome.sources.len() as u64,
            incomplete: outcome.sources.iter().filter(|source| source.incomplete.is_some()).count() as u64,
            notices: Severity::ALL.iter().rev().map(|own| notices(own) as u64).collect(),
            ran,
            did_not_run: outcome.tallies.len() as u64 - ran,
            consoles: consoles(outcome),
            trend: if with_trend { trend(outcome) } else { Vec::new() },
            thresholds: thresholds(outcome),
            judged: judged(outcome),
            sketch: sketch(outcome),
            earlier: outcome.since.chain.iter().map(|point| point.seal.clone()).collect(),
        }
    }

    /// Whether two reports list the same objects, or one is in the chain of the other.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let shared = self.sketch.intersection(&other.sketch).count();
        let least = self.sketch.len().min(other.sketch.len());
        let chained = |a: &Self, b: &Self| !b.seal.is_empty() && a.earlier.contains(&b.seal);
        (least > 0 && shared * 4 >= least) || chained(self, other) || chained(other, self)
    }
}

fn distinct(devices: impl Iterator<Item = DeviceId>) -> u64 {
    devices.collect::<BTreeSet<DeviceId>>().len() as u64
}

fn consoles(outcome: &Outcome) -> Vec<String> {
    let held = outcome
        .devices
        .registry
        .all()
        .iter()
        .filter(|console| outcome.sources.iter().any(|source| source.console == **console && source.records > 0));
    held.map(|console| console.title().to_string()).collect()
}

fn thresholds(outcome: &Outcome) -> Vec<(String, String, u32)> {
    let all = outcome.thresholds.effective().into_iter();
    all.map(|(name, platform, days)| {
        (name.as_str().to_string(), platform.map_or("all platforms", Platform::as_str).to_string(), days)
    })
    .collect()
}

/// Devices by their severest finding, the gravest first.
fn severest(outcome: &Outcome) -> Vec<u64> {
    let mut highest: BTreeMap<DeviceId, Severity> = BTreeMap::new();
    for (device, severity) in outcome.findings.device.iter().zip(&outcome.findings.severity) {
        let own = highest.entry(*device).or_insert(*severity);
        *own = (*own).max(*severity);
    }
    let count = |severity: &Severity| highest.values().filter(|own| *own == severity).count() as u64;
    Severity::ALL.iter().rev().map(count).collect()
}

/// Findings of each rule by their severity, the gravest first.
fn found(outcome: &Outcome) -> Vec<Vec<(Severity, u64)>> {
    let mut counts = vec![BTreeMap::<Severity, u64>::new(); outcome.rules.len()];
    for (rule, severity) in outcome.findings.rule.iter().zip(&outcome.findings.severity) {
        if let Some(of_rule) = counts.get_mut(usize::from(*rule)) {
            *of_rule.entry(*severity).or_default() += 1;
        }
    }
    counts.into_iter().map(|of_rule| of_rule.into_iter().rev().collect()).collect()
}

fn judged(outcome: &Outcome) -> Vec<Judged> {
    let marks = outcome.marks.iter().map(|mark| mark.digest.clone()).chain(std::iter::repeat(String::new()));
    let rules = outcome.rules.iter().zip(&outcome.tallies).zip(marks).zip(found(outcome));
    rules
        .map(|(((rule, tally), digest), found)| Judged {
            id: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            ran: tally.outcome == Ended::Ran,
            reason: tally.reason.clone(),
            matched: tally.matched,
            unknown: tally.unknown,
            found,
            devices: tally.matched + tally.unknown + tally.passed,
            digest,
        })
        .collect()
}

/// The smallest digests of the objects: two lists of the same objects have the same ones.
fn sketch(outcome: &Outcome) -> BTreeSet<u64> {
    let mut all = BTreeSet::new();
    for columns in &outcome.records.consoles {
        for at in 0..columns.row.len() {
            let id = columns.native_id.compared(at);
            if id.is_empty() {
                continue;
            }
            let mut hasher = DefaultHasher::new();
            (columns.console.as_str(), id).hash(&mut hasher);
            all.insert(hasher.finish());
            if all.len() > SKETCH {
                all.pop_last();
            }
        }
    }
    all
}
