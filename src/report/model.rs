//! One model of the run that every renderer reads: plain, sorted, serialisable.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::pictures::{self, Curve, OverlapRow, Silence};
use super::questions::{QuestionsRow, questions};
use super::settled::{ExceptionRow, HiddenRow, SettingRow, Settled};
use super::view::{self, Index, Output};
use super::work::{self, BatchRow, FinalRow, FreedRow, PhaseRow, Tally};
use crate::console::Console;
use crate::identity::{DAY, NONE, rfc3339};
use crate::outcome::Outcome;
use crate::plan::Entry;
use crate::schema::{Activity, Identity, Platform, Severity};

/// Devices that the page holds: every device if they are no more, else the flagged ones, the severest first.
pub(super) const ON_PAGE: usize = 50_000;

/// Everything the report says, apart from the rows of its tables.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Model {
    schema_version: u32,
    program: Program,
    /// The tenant, as named on the command line.
    pub label: String,
    /// RFC 3339.
    pub as_of: String,
    /// Where the as-of time came from.
    pub as_of_source: &'static str,
    thresholds: Vec<ThresholdRow>,
    /// What becomes of devices that leave service, where nothing else was decided.
    intent: &'static str,
    /// The decisions file; empty where none was given.
    decisions: String,
    /// The exports that were used.
    pub sources: Vec<SourceRow>,
    /// The numbers of the run.
    pub totals: Totals,
    /// Activity by platform.
    pub activity: Vec<ActivityRow>,
    pub(super) consoles: Vec<ConsoleRow>,
    /// Which consoles hold which devices.
    pub(super) overlaps: Vec<OverlapRow>,
    /// Days inactive by platform.
    pub(super) silence: Silence,
    /// Stale devices by threshold.
    pub(super) threshold_curve: Curve,
    /// Findings by severity.
    pub severities: Vec<SeverityRow>,
    /// What became of each rule.
    pub rules: Vec<RuleRow>,
    /// Controls that the rules support evidence for.
    controls: Vec<ControlRow>,
    /// Suggestions, the severest first, then the largest.
    pub suggestions: Vec<SuggestionRow>,
    devices: Shown,
    /// What could not be decided.
    questions: QuestionsRow,
    notices: Vec<NoticeRow>,
    /// Exceptions, also those that do nothing.
    exceptions: Vec<ExceptionRow>,
    /// Matches that exceptions hide.
    hidden: Vec<HiddenRow>,
    /// Settings in force.
    settings: Vec<SettingRow>,
    /// Files of the report, apart from `report.html`, `report.json` and the evidence.
    pub(super) outputs: Vec<Output>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Program {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ThresholdRow {
    name: &'static str,
    platform: &'static str,
    days: u32,
}

/// An export that was used.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceRow {
    /// Its name.
    pub export: String,
    console: &'static str,
    console_title: &'static str,
    format: String,
    format_title: String,
    /// The user said what it is; it was not recognised.
    treated: bool,
    /// Data rows.
    pub rows: u64,
    records: u64,
    bad_rows: u64,
    bytes: u64,
    sha256: String,
    newest_signal: String,
    /// Days between the newest sign of life and as-of; nothing for a list without any.
    age_days: Option<i64>,
    /// Why nothing may be concluded from what the export lacks; empty where it is complete.
    incomplete: String,
    understood: u64,
    ignored: u64,
    unknown_columns: Vec<String>,
    missing_columns: Vec<String>,
    secret_columns: Vec<String>,
}

/// The numbers of the run.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// Input rows, bad ones included.
    pub rows: u64,
    /// Rows that became records.
    pub records: u64,
    /// Devices.
    pub devices: usize,
    /// Devices with a recent sign of life.
    pub active: usize,
    /// Devices whose known signs of life are all old.
    pub stale: usize,
    /// Devices without a known sign of life.
    pub unknown: usize,
    /// Devices with a finding.
    pub flagged: usize,
    /// Findings.
    pub findings: usize,
    /// Suggestions.
    pub suggestions: usize,
    /// Steps of all plans.
    pub steps: usize,
    /// Devices with a plan.
    pub planned_devices: usize,
    irreversible_steps: usize,
    wiping_steps: usize,
    /// Minutes of work by hand for all plans, roughly.
    pub minutes: u64,
    /// Batches in which the devices are dealt with.
    pub batches: usize,
    /// Days that the removals take.
    pub removal_days: u32,
    /// Rows that were set aside.
    pub rows_set_aside: usize,
    /// Records that belong to no device: lines of key lists whose device nobody else knows.
    pub records_without_device: usize,
    /// Records one of whose links was refused.
    pub refused_links: usize,
    /// Devices whose identifiers contradict each other.
    pub review_devices: usize,
}

/// Activity of one platform.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActivityRow {
    /// Platform slug.
    pub platform: &'static str,
    /// Devices.
    pub devices: usize,
    /// Active ones.
    pub active: usize,
    /// Stale ones.
    pub stale: usize,
    /// Those without a known sign of life.
    pub unknown: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ConsoleRow {
    pub(super) console: &'static str,
    pub(super) title: &'static str,
    records: usize,
    devices: usize,
}

/// Findings of one severity.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SeverityRow {
    /// Severity.
    pub severity: &'static str,
    /// Findings.
    pub findings: usize,
}

/// What became of a rule.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleRow {
    /// Rule id.
    pub rule: String,
    /// Name of the problem.
    pub title: String,
    /// Severity, unless a condition gives another.
    pub severity: &'static str,
    /// `ran`, `did-not-run` or `failed`.
    pub outcome: &'static str,
    /// Why it did not run.
    pub reason: String,
    /// Devices for which it holds.
    pub matched: u64,
    /// Devices for which it could not be known.
    pub unknown: u64,
    passed: u64,
    suppressed: u64,
    why: String,
    controls: Vec<String>,
    references: Vec<String>,
}

/// A control and the rules that support evidence for it.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ControlRow {
    control: String,
    /// Ids of the rules.
    rules: Vec<String>,
    /// How many of them ran.
    ran: usize,
    /// Findings of these rules.
    findings: u64,
}

/// One rule's findings for one group of devices.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SuggestionRow {
    id: String,
    rule: String,
    /// Name of the problem.
    pub title: String,
    /// The severest of its findings.
    pub severity: &'static str,
    platform: &'static str,
    ownership: &'static str,
    join_type: &'static str,
    /// One sentence.
    pub summary: String,
    factors: Vec<String>,
    controls: Vec<String>,
    /// Its devices.
    pub devices: usize,
    findings: usize,
    file: String,
    actions: Vec<ActionRow>,
    phases: Vec<PhaseRow>,
    batches: Vec<BatchRow>,
    minutes: u64,
    cannot_be_undone: Vec<FinalRow>,
    frees: Vec<FreedRow>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ActionRow {
    step: String,
    action: String,
    console: &'static str,
    console_title: &'static str,
    role: String,
    irreversible: bool,
    wipes: bool,
    condition: String,
    why: String,
    objects: usize,
    devices: usize,
    phase: &'static str,
    phase_title: &'static str,
    /// The first and the last day from which it may be done, over all devices.
    from: String,
    until: String,
    /// Minutes of work by hand, roughly.
    minutes: u64,
    frees: String,
    /// Objects in one bulk action, and in a day.
    bulk_limit: Option<u32>,
    daily_limit: Option<u32>,
}

/// Which devices the page holds.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Shown {
    /// Devices in the page.
    shown: usize,
    /// Flagged devices in the page.
    flagged: usize,
    /// Flagged devices in all.
    total: usize,
    /// Whether the page holds every device, flagged or not.
    complete: bool,
    /// The file that has all flagged devices.
    file: &'static str,
}

impl Shown {
    fn new(totals: &Totals) -> Self {
        let complete = totals.devices <= ON_PAGE;
        let flagged = totals.flagged.min(ON_PAGE);
        let shown = if complete { totals.devices } else { flagged };
        Self { shown, flagged, total: totals.flagged, complete, file: "findings.csv" }
    }
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct NoticeRow {
    code: &'static str,
    severity: &'static str,
    export: String,
    row: Option<u64>,
    column: String,
    message: String,
}

impl Model {
    pub(super) fn new(outcome: &Outcome, index: &Index, label: &str, settled: Settled) -> Self {
        let totals = totals(outcome, index);
        let devices = Shown::new(&totals);
        Self {
            schema_version: 1,
            program: Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            label: label.to_string(),
            as_of: rfc3339(outcome.as_of.millis),
            as_of_source: if outcome.as_of.given {
                "given on the command line"
            } else {
                "newest signal in the exports"
            },
            thresholds: outcome
                .thresholds
                .effective()
                .into_iter()
                .map(|(name, platform, days)| ThresholdRow {
                    name: name.as_str(),
                    platform: platform.map_or("all", Platform::as_str),
                    days,
                })
                .collect(),
            intent: outcome.purpose.as_str(),
            decisions: outcome.decisions.file.clone(),
            sources: sources(outcome),
            activity: activity(outcome),
            consoles: consoles(outcome),
            overlaps: pictures::overlaps(outcome, index),
            silence: pictures::silence(outcome),
            threshold_curve: pictures::curve(outcome),
            severities: severities(outcome),
            rules: rules(outcome),
            controls: controls(outcome),
            suggestions: suggestions(outcome, index),
            devices,
            questions: questions(outcome),
            notices: notices(outcome),
            exceptions: settled.exceptions,
            hidden: settled.hidden,
            settings: settled.settings,
            outputs: Vec::new(),
            totals,
        }
    }
}

fn totals(outcome: &Outcome, index: &Index) -> Totals {
    let devices = &outcome.devices;
    let count = |wanted| pictures::of_activity(outcome, wanted);
    let entries =
        |test: fn(&Entry) -> bool| outcome.steps.iter().filter(|s| view::entry(outcome, s).is_some_and(test)).count();
    let planned: BTreeSet<u32> = outcome.steps.iter().map(|s| s.device).collect();
    Totals {
        rows: outcome.sources.iter().map(|s| s.rows).sum(),
        records: outcome.sources.iter().map(|s| s.records).sum(),
        devices: devices.len(),
        active: count(Activity::Active),
        stale: count(Activity::Stale),
        unknown: count(Activity::Unknown),
        flagged: (0..devices.len()).filter(|d| !index.findings(*d).is_empty()).count(),
        findings: outcome.findings.len(),
        suggestions: outcome.suggestions.list.len(),
        steps: outcome.steps.len(),
        planned_devices: planned.len(),
        irreversible_steps: entries(|e| e.irreversible),
        wiping_steps: entries(|e| e.wipes),
        minutes: work::minutes(outcome),
        batches: outcome.schedule.batches.len(),
        removal_days: outcome.schedule.batches.iter().map(|b| b.day).max().unwrap_or(0),
        rows_set_aside: outcome.records.asides(),
        records_without_device: outcome.links.device.iter().filter(|d| **d == NONE).count(),
        refused_links: outcome.links.refused.len(),
        review_devices: devices.identity.iter().filter(|i| matches!(i, Identity::Conflict | Identity::Weak)).count(),
    }
}

fn sources(outcome: &Outcome) -> Vec<SourceRow> {
    outcome
        .sources
        .iter()
        .map(|s| {
            let input = outcome.inputs.get(s.input);
            SourceRow {
                export: s.export.clone(),
                console: s.console.as_str(),
                console_title: s.console.title(),
                format: s.format.clone(),
                format_title: s.format_title.clone(),
                treated: s.treated,
                rows: s.rows,
                records: s.records,
                bad_rows: s.rows - s.records,
                bytes: input.map_or(0, |i| i.bytes),
                sha256: input.map_or_else(String::new, |i| i.sha256.clone()),
                newest_signal: s.newest_signal.map_or_else(String::new, rfc3339),
                age_days: s.newest_signal.map(|t| outcome.as_of.millis.saturating_sub(t).max(0) / DAY),
                incomplete: s.incomplete.clone().unwrap_or_default(),
                understood: s.understood.len() as u64,
                ignored: s.ignored,
                unknown_columns: s.unknown_columns.clone(),
                missing_columns: s.missing_columns.iter().map(|m| m.column.clone()).collect(),
                secret_columns: s.secret_columns.clone(),
            }
        })
        .collect()
}

fn activity(outcome: &Outcome) -> Vec<ActivityRow> {
    let mut counts: BTreeMap<Platform, [usize; 3]> = BTreeMap::new();
    for (platform, activity) in outcome.devices.platform.iter().zip(&outcome.devices.activity) {
        if let Some(slot) = counts.entry(*platform).or_default().get_mut(*activity as usize) {
            *slot += 1;
        }
    }
    counts
        .into_iter()
        .map(|(platform, [active, stale, unknown])| ActivityRow {
            platform: platform.as_str(),
            devices: active + stale + unknown,
            active,
            stale,
            unknown,
        })
        .collect()
}

fn consoles(outcome: &Outcome) -> Vec<ConsoleRow> {
    outcome
        .records
        .consoles
        .iter()
        .map(|columns| {
            let bit = columns.console.bit();
            ConsoleRow {
                console: columns.console.as_str(),
                title: columns.console.title(),
                records: columns.row.len(),
                devices: outcome.devices.consoles.iter().filter(|c| **c & bit != 0).count(),
            }
        })
        .collect()
}

fn severities(outcome: &Outcome) -> Vec<SeverityRow> {
    let count = |s: Severity| outcome.findings.severity.iter().filter(|own| **own == s).count();
    Severity::ALL.iter().rev().map(|s| SeverityRow { severity: s.as_str(), findings: count(*s) }).collect()
}

fn rules(outcome: &Outcome) -> Vec<RuleRow> {
    outcome
        .rules
        .iter()
        .zip(&outcome.tallies)
        .map(|(rule, tally)| RuleRow {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity.as_str(),
            outcome: tally.outcome.as_str(),
            reason: tally.reason.clone(),
            matched: tally.matched,
            unknown: tally.unknown,
            passed: tally.passed,
            suppressed: tally.suppressed,
            why: rule.why.clone(),
            controls: rule.controls.clone(),
            references: rule.references.clone(),
        })
        .collect()
}

fn controls(outcome: &Outcome) -> Vec<ControlRow> {
    let mut rows: BTreeMap<&str, ControlRow> = BTreeMap::new();
    for (rule, tally) in outcome.rules.iter().zip(&outcome.tallies) {
        for control in &rule.controls {
            let row = rows.entry(control).or_default();
            row.control.clone_from(control);
            row.rules.push(rule.id.clone());
            row.ran += usize::from(tally.outcome == crate::schema::Outcome::Ran);
            row.findings += tally.matched;
        }
    }
    rows.into_values().collect()
}

fn suggestions(outcome: &Outcome, index: &Index) -> Vec<SuggestionRow> {
    outcome
        .suggestions
        .list
        .iter()
        .filter_map(|s| {
            let text = outcome.rules.get(s.rule as usize)?;
            let steps = steps_of(outcome, index, &s.findings);
            let steps: Vec<(&Entry, &Tally)> = steps.iter().map(|(entry, tally)| (*entry, tally)).collect();
            Some(SuggestionRow {
                id: s.id.clone(),
                rule: text.id.clone(),
                title: text.title.clone(),
                severity: s.severity.as_str(),
                platform: s.platform.as_str(),
                ownership: s.ownership.as_str(),
                join_type: s.join_type.as_str(),
                summary: s.summary.clone(),
                factors: s.factors.clone(),
                controls: text.controls.clone(),
                devices: s.findings.len(),
                findings: s.findings.len(),
                file: format!("suggestions/{}.csv", s.id),
                actions: steps.iter().map(|(entry, tally)| action(entry, tally)).collect(),
                phases: work::phases(&steps),
                batches: work::batches(outcome, &s.findings),
                minutes: steps.iter().map(|(entry, tally)| tally.minutes(entry)).sum(),
                cannot_be_undone: work::finals(&steps),
                frees: work::frees(&steps),
            })
        })
        .collect()
}

/// The steps of a suggestion's devices, each step once, in an order that fits every plan.
pub(super) fn steps_of<'a>(outcome: &'a Outcome, index: &Index, findings: &[u32]) -> Vec<(&'a Entry, Tally)> {
    let entries = &outcome.entries;
    // Which entry was seen directly before which.
    let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
    let mut before: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for finding in findings {
        let Some(device) = outcome.findings.device.get(*finding as usize) else { continue };
        let (start, plan) = index.plan(outcome, *device as usize);
        let mut last = None;
        for (at, step) in (start..).zip(plan) {
            let first = last != Some(step.entry);
            tallies.entry(step.entry).or_default().see(outcome, at, first);
            if let Some(last) = last.filter(|_| first) {
                before.entry(step.entry).or_default().insert(last);
            }
            last = Some(step.entry);
        }
    }
    let mut order = in_order(&tallies.keys().copied().collect(), &before);
    // Plans never go back from one phase to an earlier one, so this moves nothing within a plan.
    order.sort_by_key(|number| entries.get(*number as usize).map(|e| e.phase));
    order.into_iter().filter_map(|n| Some((entries.get(n as usize)?, tallies.remove(&n)?))).collect()
}

fn action(entry: &Entry, tally: &Tally) -> ActionRow {
    let (from, until) = tally.days();
    ActionRow {
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

/// Entries so that each comes after those that any plan has before it; ties by number.
fn in_order(entries: &BTreeSet<u32>, before: &BTreeMap<u32, BTreeSet<u32>>) -> Vec<u32> {
    let mut left = entries.clone();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |e: &u32| before.get(e).is_some_and(|b| b.iter().any(|x| left.contains(x)));
        // Plans of different playbooks could order two steps differently; then the smaller number goes first.
        let Some(next) = left.iter().find(|e| !waits(e)).or_else(|| left.iter().next()).copied() else { break };
        left.remove(&next);
        order.push(next);
    }
    order
}

fn notices(outcome: &Outcome) -> Vec<NoticeRow> {
    outcome
        .notices
        .iter()
        .map(|n| NoticeRow {
            code: n.code.as_str(),
            severity: n.code.severity().as_str(),
            export: n.export.clone(),
            row: n.row,
            column: n.column.clone(),
            message: n.message.clone(),
        })
        .collect()
}
