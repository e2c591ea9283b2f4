//! What tables and renderers look up in a run.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::work::Work;
use crate::frame::Positions;
use crate::history::Decision;
use crate::identity::KeyKind;
use crate::ids::{BatchId, By, ByDevice, DeviceId, FindingId, PackageId, RecordId, StepId};
use crate::outcome::Outcome;
use crate::plan::{Package, Planned};
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
    pub(super) fn decision(self, device: DeviceId) -> Option<&'a Decision> {
        self.outcome.decisions.of(device)
    }

    /// What was decided about the plan of a device.
    pub(super) fn status(self, device: DeviceId) -> Status {
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
    findings: Positions<DeviceId, FindingId>,
    /// Where the steps of a device begin in the list of steps.
    steps: ByDevice<StepId>,
    /// Rules of which others are consequences.
    causes: Causes,
    /// The steps of each package; made when they are first asked for.
    work: OnceLock<By<PackageId, Work>>,
    /// The digest of each batch; made when one is first asked for.
    digests: OnceLock<By<BatchId, String>>,
}

impl Index {
    pub(super) fn new(outcome: &Outcome) -> Self {
        Self {
            findings: Positions::new(outcome.findings.device.iter().copied(), outcome.devices.key.count()),
            steps: outcome.first_steps(),
            causes: Causes::new(outcome.rules.iter()),
            work: OnceLock::new(),
            digests: OnceLock::new(),
        }
    }

    /// Looks up what several tables show, with all cores. Workers that write side by side must find it there: one that waited
    /// for the others while it is made could be handed a table that waits for it.
    pub(super) fn prepare(&self, outcome: &Outcome) {
        self.digests(outcome);
        self.works(outcome);
    }

    /// Numbers of the rules that hold for a device.
    pub(super) fn holding(&self, outcome: &Outcome, device: DeviceId) -> Vec<u16> {
        self.findings(device).iter().map(|finding| *outcome.findings.rule.get(*finding)).collect()
    }

    /// Findings of a device, in the order of the rules.
    pub(super) fn findings(&self, device: DeviceId) -> &[FindingId] {
        self.findings.of(device)
    }

    /// The digest of a batch: what an approval holds for.
    pub(super) fn digest(&self, outcome: &Outcome, batch: BatchId) -> &str {
        self.digests(outcome).get(batch)
    }

    fn digests(&self, outcome: &Outcome) -> &By<BatchId, String> {
        self.digests.get_or_init(|| outcome.batch_digests())
    }

    /// The steps of a package.
    pub(super) fn work(&self, outcome: &Outcome, package: PackageId) -> &Work {
        self.works(outcome).get(package)
    }

    fn works(&self, outcome: &Outcome) -> &By<PackageId, Work> {
        let of = |package: &Package| Work::of(outcome, self, &package.devices);
        self.work.get_or_init(|| By::of(outcome.packages.list.as_slice().par_iter().map(of).collect()))
    }

    /// Of which of the rules that hold for a device one of them is a consequence.
    pub(super) fn cause(&self, rule: u16, holding: &[u16]) -> Option<u16> {
        self.causes.cause(rule, holding)
    }

    /// The first step of a device, without a look at the others.
    pub(super) fn first_step(&self, device: DeviceId) -> Option<StepId> {
        self.steps.get(device).some()
    }

    /// Steps of a device in their order.
    pub(super) fn plan<'a>(&self, outcome: &'a Outcome, device: DeviceId) -> &'a [Planned] {
        self.first_step(device).map_or(&[], |first| outcome.steps_from(first))
    }

    /// The same, with their numbers.
    pub(super) fn numbered_plan<'a>(
        &self,
        outcome: &'a Outcome,
        device: DeviceId,
    ) -> impl Iterator<Item = (StepId, &'a Planned)> + use<'a> {
        let numbered = move |first: StepId| first.onwards().zip(outcome.steps_from(first));
        self.first_step(device).into_iter().flat_map(numbered)
    }

    /// Ids of the rules that hold for a device.
    pub(super) fn rules<'a>(&self, outcome: &'a Outcome, device: DeviceId) -> Vec<&'a str> {
        self.findings(device).iter().map(|f| rule_of(outcome, &outcome.findings, *f)).collect()
    }

    /// The severest finding of a device.
    pub(super) fn highest(&self, outcome: &Outcome, device: DeviceId) -> Option<Severity> {
        self.findings(device).iter().map(|finding| *outcome.findings.severity.get(*finding)).max()
    }
}

/// Id of the rule of a finding among those that count or those that are hidden.
pub(super) fn rule_of<'a>(outcome: &'a Outcome, findings: &Findings, finding: FindingId) -> &'a str {
    outcome.rules.get(usize::from(*findings.rule.get(finding))).map_or("", |r| r.id.as_str())
}

/// Stable id of a finding: the rule and the device, so that it is the same in the next run.
pub(super) fn finding_id(outcome: &Outcome, findings: &Findings, finding: FindingId) -> String {
    let key = outcome.devices.key.get(*findings.device.get(finding));
    [rule_of(outcome, findings, finding), "/", key].concat()
}

/// What was decided about the plan of a device.
pub(super) fn status(outcome: &Outcome, device: DeviceId) -> Status {
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
    let devices = || package.devices.iter().copied();
    let count = |wanted: Status| devices().filter(|device| status(outcome, *device) == wanted).count();
    let [done, declined, begun] = [Status::Done, Status::Declined, Status::InProgress].map(count);
    let assignee = |device: DeviceId| outcome.decisions.assignee(device);
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
