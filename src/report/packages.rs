//! Work packages as the page and `report.json` show them: a card each.

use std::collections::BTreeSet;

use serde::Serialize;

use super::view::{self, Index};
use super::work::{self, BatchRow, FinalRow, FreedRow, PhaseRow, Tally};
use crate::console::Console;
use crate::ids::{EntryId, PackageId};
use crate::outcome::Outcome;
use crate::plan::{Entry, Package, Phase, Reason};
use crate::rules::Text;

/// Devices that are dealt with in the same way.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PackageRow {
    pub(super) id: String,
    /// The playbook of its plans.
    playbook: String,
    /// The rule of its first reason.
    rule: String,
    /// What is to be done, in a few words.
    pub title: String,
    /// The same in a sentence.
    about: String,
    /// The severest of its findings.
    pub severity: &'static str,
    /// Whether it comes before everything else.
    pub(super) urgent: bool,
    platform: &'static str,
    ownership: &'static str,
    join_type: &'static str,
    /// One sentence: which devices, and why.
    pub summary: String,
    /// Why, the gravest first.
    reasons: Vec<ReasonRow>,
    /// What its devices have in common.
    factors: Vec<String>,
    controls: Vec<String>,
    /// Its devices.
    pub devices: usize,
    findings: usize,
    file: String,
    pub(super) actions: Vec<ActionRow>,
    phases: Vec<PhaseRow>,
    batches: Vec<BatchRow>,
    minutes: u64,
    cannot_be_undone: Vec<FinalRow>,
    frees: Vec<FreedRow>,
    /// How far it is.
    status: &'static str,
    /// Who does it; empty where nobody was named, or several were.
    assignee: String,
    /// Devices whose plan is said to be done.
    done: usize,
}

/// A finding, and how many devices of the package have it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ReasonRow {
    rule: String,
    title: String,
    severity: &'static str,
    /// Devices whose gravest finding it is; the numbers of a package add up to its devices.
    devices: u32,
    /// The count and what follows from it, in words.
    text: String,
    /// Findings of the same devices that are consequences of it.
    of_them: Vec<ConsequenceRow>,
    /// What helps to judge.
    factors: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ConsequenceRow {
    rule: String,
    title: String,
    devices: u32,
}

/// A step of a package.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ActionRow {
    /// Its line in `guide`.
    guide: u32,
    pub(super) step: String,
    pub(super) action: String,
    console: &'static str,
    pub(super) console_title: &'static str,
    role: String,
    pub(super) irreversible: bool,
    pub(super) wipes: bool,
    pub(super) condition: String,
    why: String,
    objects: usize,
    pub(super) devices: usize,
    phase: &'static str,
    phase_title: &'static str,
    /// The first and the last day from which it may be done, over all devices.
    pub(super) from: String,
    pub(super) until: String,
    /// Minutes of work by hand, roughly.
    minutes: u64,
    frees: String,
    /// Objects in one bulk action, and in a day.
    bulk_limit: Option<u32>,
    daily_limit: Option<u32>,
}

impl ActionRow {
    /// Whether it cannot be undone or erases data.
    pub(super) const fn is_final(&self) -> bool {
        self.irreversible || self.wipes
    }

    /// Whether it waits for a day of its own.
    pub(super) fn waits(&self) -> bool {
        self.is_check() || self.phase == Phase::AfterGrace.as_str()
    }

    /// Whether it only looks at what the next exports show.
    pub(super) fn is_check(&self) -> bool {
        self.phase == Phase::Verify.as_str()
    }
}

/// Every package.
pub(super) fn rows(outcome: &Outcome, index: &Index) -> Vec<PackageRow> {
    outcome.packages.list.numbered().map(|(number, package)| row(outcome, index, number, package)).collect()
}

fn row(outcome: &Outcome, index: &Index, number: PackageId, package: &Package) -> PackageRow {
    let work = index.work(outcome, number);
    let steps = work.entries(outcome);
    let texts: Vec<&Text> = outcome.rules.iter().collect();
    let progress = view::progress(outcome, package);
    PackageRow {
        id: package.id.clone(),
        playbook: package.playbook.clone(),
        rule: package
            .reasons
            .first()
            .and_then(|own| texts.get(usize::from(own.rule)))
            .map_or_else(String::new, |text| text.id.clone()),
        title: package.title.clone(),
        about: package.about.clone(),
        severity: package.severity.as_str(),
        urgent: package.urgent,
        platform: package.platform.as_str(),
        ownership: package.ownership.as_str(),
        join_type: package.join_type.as_str(),
        summary: package.summary.clone(),
        reasons: package.reasons.iter().filter_map(|own| reason(own, &texts, &package.everywhere)).collect(),
        factors: package.factors.clone(),
        controls: controls(package, &texts),
        devices: package.devices.len(),
        findings: package.devices.iter().map(|device| index.findings(*device).len()).sum(),
        file: format!("suggestions/{}.csv", package.id),
        actions: work.numbers().zip(&steps).map(|(number, (entry, tally))| action(number, entry, tally)).collect(),
        phases: work::phases(&steps),
        batches: work::batches(outcome, number),
        minutes: steps.iter().map(|(entry, tally)| tally.minutes(entry)).sum(),
        cannot_be_undone: work::finals(&steps),
        frees: work::frees(&steps),
        status: progress.status.as_str(),
        assignee: progress.assignee.to_string(),
        done: progress.done,
    }
}

fn reason(reason: &Reason, rules: &[&Text], everywhere: &str) -> Option<ReasonRow> {
    let text = rules.get(usize::from(reason.rule))?;
    let consequence = |(rule, devices): &(u16, u32)| {
        let text = rules.get(usize::from(*rule))?;
        Some(ConsequenceRow { rule: text.id.clone(), title: text.title.clone(), devices: *devices })
    };
    Some(ReasonRow {
        rule: text.id.clone(),
        title: text.title.clone(),
        severity: reason.severity.as_str(),
        devices: reason.devices,
        text: reason.in_words(rules, everywhere),
        of_them: reason.of_them.iter().filter_map(consequence).collect(),
        factors: text.factors.clone(),
    })
}

/// Controls that its findings support evidence for.
fn controls(package: &Package, rules: &[&Text]) -> Vec<String> {
    let of_reason = |reason: &Reason| {
        let consequences: Vec<u16> = reason.of_them.iter().map(|(rule, _)| *rule).collect();
        std::iter::once(reason.rule).chain(consequences)
    };
    let texts = package.reasons.iter().flat_map(of_reason).filter_map(|rule| rules.get(usize::from(rule)));
    let controls: BTreeSet<&String> = texts.flat_map(|text| &text.controls).collect();
    controls.into_iter().cloned().collect()
}

fn action(number: EntryId, entry: &Entry, tally: &Tally) -> ActionRow {
    let (from, until) = tally.days();
    ActionRow {
        guide: number.ordinal(),
        step: entry.slug.clone(),
        action: entry.action.clone(),
        console: entry.console.map_or("", Console::as_str),
        console_title: entry.console.map_or("", Console::title),
        role: entry.role.clone(),
        irreversible: entry.irreversible,
        wipes: entry.wipes,
        condition: entry.condition.clone(),
        why: entry.why.clone(),
        objects: tally.objects,
        devices: tally.devices,
        phase: entry.phase.as_str(),
        phase_title: entry.phase.title(),
        from,
        until,
        minutes: tally.minutes(entry),
        frees: entry.frees.clone(),
        bulk_limit: entry.limits.bulk,
        daily_limit: entry.limits.daily,
    }
}
