//! What tables and renderers look up in a run.

use std::sync::{LazyLock, OnceLock};

use rayon::prelude::*;

use super::work::Work;
use crate::frame::Positions;
use crate::history::Decision;
use crate::identity::{KeyKind, NONE};
use crate::ids::RecordId;
use crate::outcome::Outcome;
use crate::plan::{Entry, Package, Planned};
use crate::rules::{Causes, Findings};
use crate::schema::{Severity, Status};

/// A file of the report, for people.
#[derive(Clone, Debug, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Output {
    /// Path inside the report.
    pub file: String,
    /// Lines without the header.
    pub rows: usize,
    /// What it holds.
    pub meaning: &'static str,
}

/// A run, and what is looked up in it.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    /// What is known at its end.
    pub outcome: &'a Outcome,
    /// Findings and steps by device.
    pub index: &'a Index,
}

impl<'a> Run<'a> {
    /// What somebody decided about a device.
    pub(super) fn decision(self, device: usize) -> Option<&'a Decision> {
        self.outcome.decisions.of(device)
    }

    /// What was decided about the plan of a device.
    pub(super) fn status(self, device: usize) -> Status {
        status(self.outcome, device)
    }

    /// Identifiers by which a record is held to others of its device, the strongest first.
    pub(super) fn bonds(self, record: RecordId) -> impl Iterator<Item = KeyKind> {
        let held = *self.outcome.links.held_by.get(record);
        KeyKind::ALL.iter().copied().filter(move |kind| held & kind.bit() != 0)
    }
}

/// What several renderers look up.
pub(super) struct Index {
    /// Findings by device.
    findings: Positions,
    /// Where the steps of a device begin in the list of steps.
    steps: Vec<u32>,
    /// Rules of which others are consequences.
    causes: Causes,
    /// The steps of each package; made when they are first asked for.
    work: OnceLock<Vec<Work>>,
    /// The digest of each batch; made when one is first asked for.
    digests: OnceLock<Vec<String>>,
}

impl Index {
    pub(super) fn new(outcome: &Outcome) -> Self {
        let count = outcome.devices.len();
        let mut steps = vec![NONE; count];
        for (at, step) in (0_u32..).zip(&outcome.steps) {
            if let Some(slot) = steps.get_mut(step.device as usize).filter(|s| **s == NONE) {
                *slot = at;
            }
        }
        Self {
            findings: Positions::new(outcome.findings.device.iter().copied(), count),
            steps,
            causes: Causes::new(outcome.rules.iter()),
            work: OnceLock::new(),
            digests: OnceLock::new(),
        }
    }

    /// Looks up what several tables show, with all cores. Workers that write side by side must find it there: one that waited
    /// for the others while it is made could be handed a table that waits for it.
    pub(super) fn prepare(&self, outcome: &Outcome) {
        self.digest(outcome, 0);
        self.work(outcome, 0);
    }

    /// Numbers of the rules that hold for a device.
    pub(super) fn holding(&self, outcome: &Outcome, device: usize) -> Vec<u16> {
        self.findings(device).iter().filter_map(|f| outcome.findings.rule.get(*f as usize)).copied().collect()
    }

    /// Findings of a device, in the order of the rules.
    pub(super) fn findings(&self, device: usize) -> &[u32] {
        self.findings.of(device)
    }

    /// The digest of a batch, by its position: what an approval holds for.
    pub(super) fn digest(&self, outcome: &Outcome, batch: usize) -> &str {
        self.digests.get_or_init(|| outcome.batch_digests()).get(batch).map_or("", String::as_str)
    }

    /// The steps of a package.
    pub(super) fn work(&self, outcome: &Outcome, package: u32) -> &Work {
        static NONE: LazyLock<Work> = LazyLock::new(Work::default);
        let of = |package: &Package| Work::of(outcome, self, &package.devices);
        let all = self.work.get_or_init(|| outcome.packages.list.par_iter().map(of).collect());
        all.get(package as usize).unwrap_or(&NONE)
    }

    /// Of which of the rules that hold for a device one of them is a consequence.
    pub(super) fn cause(&self, rule: u16, holding: &[u16]) -> Option<u16> {
        self.causes.cause(rule, holding)
    }

    /// Position of the first step of a device, without a look at the others.
    pub(super) fn first_step(&self, device: usize) -> Option<usize> {
        self.steps.get(device).filter(|step| **step != NONE).map(|step| *step as usize)
    }

    /// Steps of a device in their order, and the position of the first.
    pub(super) fn plan<'a>(&self, outcome: &'a Outcome, device: usize) -> (usize, &'a [Planned]) {
        let Some(start) = self.first_step(device) else { return (0, &[]) };
        let rest = outcome.steps.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|s| s.device as usize == device).count();
        (start, rest.get(..length).unwrap_or_default())
    }

    /// Ids of the rules that hold for a device.
    pub(super) fn rules<'a>(&self, outcome: &'a Outcome, device: usize) -> Vec<&'a str> {
        self.findings(device).iter().map(|f| rule_of(outcome, &outcome.findings, *f as usize)).collect()
    }

    /// The severest finding of a device.
    pub(super) fn highest(&self, outcome: &Outcome, device: usize) -> Option<Severity> {
        self.findings(device).iter().filter_map(|f| outcome.findings.severity.get(*f as usize)).max().copied()
    }
}

/// Id of the rule of a finding among those that count or those that are hidden.
pub(super) fn rule_of<'a>(outcome: &'a Outcome, findings: &Findings, finding: usize) -> &'a str {
    let rule = findings.rule.get(finding).copied().unwrap_or(u16::MAX);
    outcome.rules.get(rule as usize).map_or("", |r| r.id.as_str())
}

/// What a step says.
pub(super) fn entry<'a>(outcome: &'a Outcome, step: &Planned) -> Option<&'a Entry> {
    outcome.entry(step)
}

/// Stable id of a finding: the rule and the device, so that it is the same in the next run.
pub(super) fn finding_id(outcome: &Outcome, findings: &Findings, finding: usize) -> String {
    let device = findings.device.get(finding).copied().unwrap_or(NONE) as usize;
    let key = outcome.devices.key.get(device).map_or("", String::as_str);
    format!("{}/{key}", rule_of(outcome, findings, finding))
}

/// What was decided about the plan of a device.
pub(super) fn status(outcome: &Outcome, device: usize) -> Status {
    outcome.decisions.status(device)
}

/// How far a package is, and who does it.
pub(super) struct Progress<'a> {
    pub status: Status,
    /// Empty where nobody was named, or several were.
    pub assignee: &'a str,
    /// Devices whose plan is said to be done.
    pub done: usize,
}

/// What was decided for a package, else what its devices say together.
pub(super) fn progress<'a>(outcome: &'a Outcome, package: &Package) -> Progress<'a> {
    let devices = || package.devices.iter().map(|device| *device as usize);
    let count = |wanted: Status| devices().filter(|device| status(outcome, *device) == wanted).count();
    let [done, declined, begun] = [Status::Done, Status::Declined, Status::InProgress].map(count);
    let assignee = |device: usize| outcome.decisions.assignee(device);
    let own = outcome.decisions.packages.iter().find(|decision| decision.id == package.id);
    let first = devices().next().map_or("", assignee);
    Progress {
        status: match package.devices.len() {
            _ if own.is_some_and(|own| own.status != Status::Open) => own.map_or(Status::Open, |own| own.status),
            all if all == declined => Status::Declined,
            all if all == done + declined => Status::Done,
            _ if done + begun > 0 => Status::InProgress,
            _ => Status::Open,
        },
        assignee: if let Some(own) = own.filter(|own| !own.assignee.is_empty()) {
            &own.assignee
        } else if devices().all(|device| assignee(device) == first) {
            first
        } else {
            ""
        },
        done,
    }
}
