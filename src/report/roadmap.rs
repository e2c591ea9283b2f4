//! The road map: the work of every package, by when it may be done.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::view::Index;
use super::work::{self, Tally};
use crate::ids::{BatchId, By, EntryId};
use crate::outcome::Outcome;
use crate::plan::{Package, Phase};
use crate::time::day;

/// When work may be done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// What changes nothing, and what somebody has approved.
    Now,
    /// What changes something, in batches that nobody has approved yet.
    AfterApproval,
    /// What waits until nobody has missed the device.
    AfterGrace,
    /// The next exports show what became of it.
    Verify,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Now, Self::AfterApproval, Self::AfterGrace, Self::Verify];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::AfterApproval => "after-approval",
            Self::AfterGrace => "after-grace",
            Self::Verify => "verify",
        }
    }

    const fn of(phase: Phase, approved: bool) -> Self {
        match phase {
            Phase::Prepare => Self::Now,
            Phase::Remove if approved => Self::Now,
            Phase::Remove => Self::AfterApproval,
            Phase::AfterGrace => Self::AfterGrace,
            Phase::Verify => Self::Verify,
        }
    }

    /// In the words of the phases of a plan, with what they wait for.
    const fn title(self) -> &'static str {
        match self {
            Self::Now => "Now: prepare",
            Self::AfterApproval => "After approval: carry out",
            Self::AfterGrace => "After the grace period",
            Self::Verify => "Verify with new exports",
        }
    }

    const fn about(self, approvals: bool) -> &'static str {
        match self {
            Self::Now if approvals => {
                "Lists, keys and codes are saved, losses reported, devices looked for; approved batches are worked on."
            }
            Self::Now => "Lists, keys and codes are saved, losses reported, devices looked for. No console is changed.",
            Self::AfterApproval => "Consoles are changed, batch by batch. Approve each batch first.",
            Self::AfterGrace => "Records are deleted and devices released that nobody has missed.",
            Self::Verify => "One set of new exports and one run show what became of every step.",
        }
    }
}

/// The road map.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RoadmapRow {
    /// The stages in their order, each with the work of all packages.
    pub stages: Vec<StageRow>,
    /// The packages that have steps, in their order.
    pub packages: Vec<PackageStages>,
    /// Batches that somebody approved.
    pub approved: usize,
}

impl RoadmapRow {
    /// Minutes to export again and compare, which all packages have together and none has alone.
    pub(super) fn checking(&self) -> u64 {
        self.stages.last().map_or(0, |stage| stage.work.minutes)
    }
}

/// A stage.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct StageRow {
    pub stage: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    /// Packages that have work in it.
    pub packages: usize,
    pub work: StageWork,
}

/// A package, and its work in each stage.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PackageStages {
    pub id: String,
    pub title: String,
    pub severity: &'static str,
    pub platform: &'static str,
    pub ownership: &'static str,
    pub join_type: &'static str,
    pub devices: usize,
    /// In the order of the stages; of a stage without work the counts are 0 and the days empty.
    pub stages: Vec<StageWork>,
}

/// Work of one stage.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct StageWork {
    pub devices: usize,
    pub steps: usize,
    /// Of these, steps that cannot be undone, on how many devices they are, and steps that erase a device.
    pub irreversible: usize,
    pub irreversible_devices: usize,
    pub wipes: usize,
    /// Minutes of work by hand, roughly.
    pub minutes: u64,
    /// The first and the last day on which a step of it may begin.
    pub from: String,
    pub until: String,
    #[serde(skip)]
    days: Option<(i64, i64)>,
}

impl StageWork {
    fn add(&mut self, other: &Self) {
        self.devices += other.devices;
        self.steps += other.steps;
        self.irreversible += other.irreversible;
        self.irreversible_devices += other.irreversible_devices;
        self.wipes += other.wipes;
        self.minutes += other.minutes;
        self.reach(other.days);
    }

    /// Widens the days.
    fn reach(&mut self, days: Option<(i64, i64)>) {
        let Some((first, last)) = days else { return };
        let (from, until) = self.days.unwrap_or((first, last));
        let (from, until) = (from.min(first), until.max(last));
        (self.from, self.until) = (day(from), day(until));
        self.days = Some((from, until));
    }
}

/// The work of every package, by stage.
pub(super) fn roadmap(outcome: &Outcome, index: &Index) -> RoadmapRow {
    let approved = approved(outcome, index);
    let packages: Vec<PackageStages> = outcome
        .packages
        .list
        .as_slice()
        .par_iter()
        .map(|package| of_package(outcome, index, &approved, package))
        .filter(|package| package.stages.iter().any(|work| work.steps > 0))
        .collect();
    let approvals = approved.iter().any(|own| *own);
    let stage = |(at, stage): (usize, &Stage)| {
        let mut work = StageWork::default();
        let own = || packages.iter().filter_map(|package| package.stages.get(at)).filter(|work| work.steps > 0);
        for own in own() {
            work.add(own);
        }
        if *stage == Stage::Verify && work.steps > 0 {
            work.minutes = work::checking(outcome);
        }
        StageRow {
            stage: stage.as_str(),
            title: stage.title(),
            about: stage.about(approvals),
            packages: own().count(),
            work,
        }
    };
    RoadmapRow {
        stages: Stage::ALL.iter().enumerate().map(stage).collect(),
        packages,
        approved: approved.iter().filter(|own| **own).count(),
    }
}

/// Which batches are approved. Digests are made only where somebody approved something.
fn approved(outcome: &Outcome, index: &Index) -> By<BatchId, bool> {
    let decisions = &outcome.decisions;
    let is = |at| !decisions.approved.is_empty() && decisions.approved(index.digest(outcome, at)).is_some();
    outcome.schedule.batches.numbers().map(is).collect()
}

fn of_package(outcome: &Outcome, index: &Index, approved: &By<BatchId, bool>, package: &Package) -> PackageStages {
    let mut tallies: BTreeMap<(Stage, EntryId), Tally> = BTreeMap::new();
    let mut stages = vec![StageWork::default(); Stage::ALL.len()];
    for device in &package.devices {
        let ready = outcome.schedule.batch_of(*device).is_some_and(|(batch, _)| *approved.get(batch));
        let (mut seen, mut is_final) = ([false; Stage::ALL.len()], [false; Stage::ALL.len()]);
        for (at, step) in index.numbered_plan(outcome, *device) {
            let entry = outcome.entry(step);
            let stage = Stage::of(entry.phase, ready);
            tallies.entry((stage, step.entry)).or_default().see(outcome, at);
            if let Some(slot) = seen.get_mut(stage as usize) {
                *slot = true;
            }
            if let Some(slot) = is_final.get_mut(stage as usize) {
                *slot |= entry.irreversible;
            }
        }
        for (work, (seen, is_final)) in stages.iter_mut().zip(seen.into_iter().zip(is_final)) {
            work.devices += usize::from(seen);
            work.irreversible_devices += usize::from(is_final);
        }
    }
    for ((stage, number), tally) in &tallies {
        let (entry, Some(work)) = (outcome.entries.get(*number), stages.get_mut(*stage as usize)) else { continue };
        work.steps += tally.lines;
        work.irreversible += if entry.irreversible { tally.lines } else { 0 };
        work.wipes += if entry.wipes { tally.lines } else { 0 };
        work.minutes += tally.minutes(entry);
        work.reach(tally.span());
    }
    PackageStages {
        id: package.id.clone(),
        title: package.title.clone(),
        severity: package.severity.as_str(),
        platform: package.platform.as_str(),
        ownership: package.ownership.as_str(),
        join_type: package.join_type.as_str(),
        devices: package.devices.len(),
        stages,
    }
}
