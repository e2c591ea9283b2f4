//! `run.json`: what there is once in a run, and how many lines each table must have.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::since::Small;
use super::{Asked, VERSION};
use crate::assets::Files;
use crate::config::Setting;
use crate::console::Console;
use crate::history::{Approved, Claimed, PackageDecision, Provenance};
use crate::identity::{Threshold, Thresholds};
use crate::ids::{BatchId, By, DeviceId, EntryId, ExceptionId, ExportId, PackageDecisionId, PackageId};
use crate::notice::Notice;
use crate::outcome::{Accepted, Digested, InputFile, Kept, Outcome, RuleMark, Source};
use crate::plan::{Batch, Entry, Package};
use crate::rules::{Tally, Text};
use crate::schema::{Disposition, Platform};

/// The part of `run.json` by which its other parts are understood.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    /// Version of the shape of all files.
    pub version: u32,
    /// Version of the program that wrote it, for people.
    #[serde(default)]
    pub program: String,
    /// The files of consoles that are not as they ship.
    #[serde(default)]
    pub console_files: Files,
}

/// Thresholds, each by itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Days {
    each: Vec<(Threshold, Platform, u32)>,
    vdi: Vec<(Threshold, u32)>,
    owner_quota: u32,
}

/// The records of a console.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Held {
    pub console: Console,
    /// Number of the first record.
    pub offset: u32,
}

/// Everything that is no large table.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Run {
    version: u32,
    program: String,
    console_files: Files,
    pub asked: Asked,
    pub as_of: i64,
    pub as_of_given: bool,
    pub intent: Disposition,
    pub thresholds: Days,
    /// Consoles by their numbers, as sets of them are saved.
    pub consoles: Vec<String>,
    pub records: Vec<Held>,
    pub exports: By<ExportId, (String, Console)>,
    /// Lines of each table.
    pub lines: BTreeMap<String, usize>,
    pub inputs: Vec<InputFile>,
    pub sources: Vec<Source>,
    pub notices: Vec<Notice>,
    pub rules: Vec<Text>,
    #[serde(default)]
    pub marks: Vec<RuleMark>,
    pub tallies: Vec<Tally>,
    pub exceptions: By<ExceptionId, Accepted>,
    pub settings: Vec<Setting>,
    pub settled_by: Vec<Digested>,
    pub decisions: Digested,
    #[serde(default)]
    pub decided_packages: By<PackageDecisionId, PackageDecision>,
    #[serde(default)]
    pub done: Vec<Claimed>,
    #[serde(default)]
    pub approved: Vec<Approved>,
    pub packages: By<PackageId, Package>,
    pub batches: By<BatchId, Batch>,
    pub entries: By<EntryId, Entry>,
    pub rule_files: Vec<Digested>,
    #[serde(default)]
    pub provenance: Vec<Provenance>,
    #[serde(default)]
    pub since: Small,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub begun: Vec<DeviceId>,
}

impl Run {
    pub(super) fn of(outcome: &Outcome, asked: &Asked, lines: &[(String, usize)]) -> Self {
        let records = &outcome.records;
        let slugs = outcome.devices.registry.slugs().iter();
        Self {
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_string(),
            console_files: outcome.console_files.clone(),
            asked: asked.clone(),
            as_of: outcome.as_of.millis,
            as_of_given: outcome.as_of.given,
            intent: outcome.purpose,
            thresholds: Days::of(&outcome.thresholds),
            consoles: slugs.map(ToString::to_string).collect(),
            records: records.consoles.iter().map(|c| Held { console: c.console, offset: c.first.number() }).collect(),
            exports: records.exports.clone(),
            lines: lines.iter().cloned().collect(),
            inputs: outcome.inputs.clone(),
            sources: outcome.sources.clone(),
            notices: outcome.notices.clone(),
            rules: outcome.rules.clone(),
            marks: outcome.marks.clone(),
            tallies: outcome.tallies.clone(),
            exceptions: outcome.hidden.exceptions.clone(),
            settings: outcome.settings.clone(),
            settled_by: outcome.settled_by.clone(),
            decisions: Digested { file: outcome.decisions.file.clone(), sha256: outcome.decisions.sha256.clone() },
            decided_packages: outcome.decisions.packages.clone(),
            done: outcome.decisions.done.clone(),
            approved: outcome.decisions.approved.clone(),
            packages: outcome.packages.list.iter().map(without_devices).collect(),
            batches: outcome.schedule.batches.iter().map(without_members).collect(),
            entries: outcome.entries.clone(),
            rule_files: outcome.rule_files.clone(),
            provenance: outcome.provenance.clone(),
            since: Small::of(outcome),
            kept: outcome.kept.clone(),
            begun: outcome.begun.clone(),
        }
    }
}

/// The members of a package stand in a table; copying them for every package would cost as much again.
fn without_devices(package: &Package) -> Package {
    Package {
        id: package.id.clone(),
        playbook: package.playbook.clone(),
        title: package.title.clone(),
        about: package.about.clone(),
        summary: package.summary.clone(),
        reasons: package.reasons.clone(),
        factors: package.factors.clone(),
        everywhere: package.everywhere.clone(),
        devices: Vec::new(),
        ..*package
    }
}

const fn without_members(batch: &Batch) -> Batch {
    Batch { package: batch.package, devices: Vec::new(), day: batch.day, counted: batch.counted }
}

impl Days {
    fn of(thresholds: &Thresholds) -> Self {
        let of = |threshold: &Threshold| {
            let threshold = *threshold;
            Platform::ALL.iter().map(move |platform| (threshold, *platform, thresholds.days(threshold, *platform)))
        };
        let vdi = |threshold: &Threshold| Some((*threshold, thresholds.vdi(*threshold)?));
        Self {
            each: Threshold::ALL.iter().flat_map(of).collect(),
            vdi: Threshold::ALL.iter().filter_map(vdi).collect(),
            owner_quota: thresholds.owner_quota,
        }
    }

    pub(super) fn thresholds(&self) -> Thresholds {
        let mut thresholds = Thresholds::default();
        for (threshold, platform, days) in &self.each {
            thresholds.set(*threshold, Some(*platform), *days);
        }
        for (threshold, days) in &self.vdi {
            thresholds.set_vdi(*threshold, *days);
        }
        thresholds.owner_quota = self.owner_quota;
        thresholds
    }
}
