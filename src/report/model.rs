//! One model of the run that every renderer reads: plain, sorted, serialisable.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::fleet::{FleetRow, States, fleet};
use super::packages::{self, PackageRow};
use super::pictures::{self, Curve, OverlapRow, Silence};
use super::questions::{QuestionsRow, questions};
use super::roadmap::{RoadmapRow, roadmap};
use super::settled::{ExceptionRow, HiddenRow, SettingRow, Settled};
use super::since::{SinceRow, since};
use super::view::{Index, Output, Run};
use super::work;
use crate::console::Console;
use crate::ids::DeviceId;
use crate::notice::{Code, listed};
use crate::outcome::{Outcome, ProvenanceRow, provenance};
use crate::plan::Entry;
use crate::schema::{Activity, Identity, Platform, Severity};
use crate::time::{Millis, rfc3339};

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
    /// Which consoles were asked for signs of activity, and which of the common ones were not: how much *stale* claims.
    pub stale_means: String,
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
    /// Work packages in the order in which to begin with them: what comes before everything else, then the severest, then the
    /// largest. The withdrawn agent called one a suggestion.
    pub suggestions: Vec<PackageRow>,
    /// The work of the packages, by when it may be done.
    pub(super) roadmap: RoadmapRow,
    devices: Shown,
    /// Devices that the lists of the page, of paper and of the terminal do not show are told here.
    pub fleet: FleetRow,
    /// What could not be decided.
    pub(super) questions: QuestionsRow,
    /// Where the exports come from.
    provenance: Vec<ProvenanceRow>,
    /// What became of the baseline; nothing where there is none.
    pub since: Option<SinceRow>,
    notices: Vec<NoticeRow>,
    /// Exceptions, also those that do nothing.
    exceptions: Vec<ExceptionRow>,
    /// Matches that exceptions hide.
    hidden: Vec<HiddenRow>,
    /// Settings in force.
    settings: Vec<SettingRow>,
    /// Whether somebody changed what the rules say or made exceptions from them.
    tuning: String,
    /// Files of the report, apart from `report.html` and the evidence.
    pub(super) outputs: Vec<Output>,
    /// Digest of the manifest, once everything is written. No file that the manifest names can hold it.
    #[serde(skip)]
    pub seal: String,
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
    /// Days between the newest activity and as-of; nothing for a list without any.
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
    /// Devices with a recent sign of activity.
    pub active: usize,
    /// Devices whose known signs of activity are all old.
    pub stale: usize,
    /// Devices without known activity.
    pub unknown: usize,
    /// Devices that are active, of which no rule holds, and about which nothing is open.
    pub in_order: usize,
    /// Devices that are not stale and of which a rule holds.
    pub misaligned: usize,
    /// The others: a rule could not be decided, their identity is not certain, or no activity is known.
    pub undecided: usize,
    /// Of these, devices with a question.
    pub undecided_open: usize,
    /// Of the others, devices whose identity is not certain.
    pub undecided_unsure: usize,
    /// Of the rest, devices without known activity.
    pub undecided_unseen: usize,
    /// Stale devices with a finding. With the misaligned ones they are the flagged devices.
    pub stale_flagged: usize,
    /// Devices with a finding.
    pub flagged: usize,
    /// Findings.
    pub findings: usize,
    /// Work packages.
    pub suggestions: usize,
    /// Steps of all plans.
    pub steps: usize,
    /// Devices with a plan.
    pub planned_devices: usize,
    irreversible_steps: usize,
    /// Of these, steps outside any console, which are done and ticked off by hand.
    irreversible_by_hand: usize,
    /// Devices with a step that cannot be undone.
    irreversible_devices: usize,
    wiping_steps: usize,
    /// Minutes of work by hand for all plans, roughly. Checking with new exports counts once.
    pub minutes: u64,
    /// Batches in which the devices are dealt with.
    pub batches: usize,
    /// Days over which the daily limits of the consoles spread the removals.
    pub removal_days: u32,
    /// Working days of one person: the minutes, 8 hours a day, and no fewer days than the limits ask for.
    pub working_days: u64,
    /// Rows that were set aside.
    pub rows_set_aside: usize,
    /// Records that belong to no device: lines of key lists whose device nobody else knows.
    pub records_without_device: usize,
    /// Records one of whose links was refused.
    pub refused_links: usize,
    /// Notices of identifiers that contradict each other; none of these is used for matching.
    pub conflicts: usize,
    /// Devices whose identity is not certain.
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
    /// Those without known activity.
    pub unknown: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ConsoleRow {
    pub(super) console: &'static str,
    pub(super) title: &'static str,
    /// Rows of its exports, those among them that were set aside, and those that became records.
    rows: u64,
    set_aside: u64,
    records: usize,
    /// Devices that it holds.
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
    /// Severities of its findings, the gravest first; empty where it has none.
    pub found: Vec<&'static str>,
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
    /// Devices with one, each once.
    devices: usize,
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
    pub(super) fn new(run: Run<'_>, label: &str, settled: Settled) -> Self {
        let Run { outcome, index } = run;
        let totals = totals(outcome, index);
        let devices = Shown::new(&totals);
        Self {
            schema_version: 1,
            program: Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            label: label.to_string(),
            as_of: rfc3339(outcome.as_of.millis),
            as_of_source: if outcome.as_of.given { "set for this run" } else { "newest signal in the exports" },
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
            stale_means: stale_means(outcome),
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
            suggestions: packages::rows(outcome, index),
            roadmap: roadmap(outcome, index),
            devices,
            fleet: fleet(outcome, index),
            questions: questions(outcome),
            provenance: provenance(outcome),
            since: since(run),
            notices: notices(outcome),
            exceptions: settled.exceptions,
            hidden: settled.hidden,
            settings: settled.settings,
            tuning: settled.tuning,
            outputs: Vec::new(),
            seal: String::new(),
            totals,
        }
    }
}

/// How much it claims that a device is stale: which consoles were asked, and which were not.
fn stale_means(outcome: &Outcome) -> String {
    let supplied = |console: Console| outcome.sources.iter().any(|s| s.console == console && s.records > 0);
    let may_hold = |console: Console| outcome.devices.platform.iter().any(|platform| console.may_hold(*platform));
    let (asked, missing) = outcome.devices.registry.witnesses(may_hold, supplied);
    let titles = |consoles: Vec<Console>| consoles.iter().map(|console| console.title()).collect::<Vec<_>>();
    let (asked, missing) = (titles(asked), titles(missing));
    if asked.is_empty() {
        return String::new();
    }
    let means = format!("Stale means: no recent sign of activity in {}.", listed(&asked));
    if missing.is_empty() {
        return means;
    }
    let were = if missing.len() == 1 { "was" } else { "were" };
    format!("{means} {} {were} not supplied, and may have seen some of these devices since.", listed(&missing))
}

fn totals(outcome: &Outcome, index: &Index) -> Totals {
    let devices = &outcome.devices;
    let count = |wanted| pictures::of_activity(outcome, wanted);
    let entries = |test: fn(&Entry) -> bool| outcome.steps.iter().filter(|s| test(outcome.entry(s))).count();
    let states = States::of(outcome, index);
    let devices_with = |test: fn(&Entry) -> bool| {
        let own = outcome.steps.iter().filter(|step| test(outcome.entry(step)));
        own.map(|step| step.device).collect::<BTreeSet<DeviceId>>().len()
    };
    let minutes = work::minutes(outcome, index);
    let removal_days = outcome.schedule.batches.iter().map(|b| b.day).max().unwrap_or(0);
    Totals {
        rows: outcome.sources.iter().map(|s| s.rows).sum(),
        records: outcome.sources.iter().map(|s| s.records).sum(),
        devices: devices.len(),
        active: count(Activity::Active),
        stale: count(Activity::Stale),
        unknown: count(Activity::Unknown),
        in_order: states.in_order,
        misaligned: states.misaligned,
        undecided: states.undecided(),
        undecided_open: states.open,
        undecided_unsure: states.unsure,
        undecided_unseen: states.unseen,
        stale_flagged: states.stale_flagged,
        flagged: states.stale_flagged + states.misaligned,
        findings: outcome.findings.len(),
        suggestions: outcome.packages.list.len(),
        steps: outcome.steps.len(),
        planned_devices: devices_with(|_| true),
        irreversible_steps: entries(|e| e.irreversible),
        irreversible_by_hand: entries(|e| e.irreversible && e.console.is_none()),
        irreversible_devices: devices_with(|e| e.irreversible),
        wiping_steps: entries(|e| e.wipes),
        minutes,
        batches: outcome.schedule.batches.len(),
        removal_days,
        working_days: work::working_days(minutes, removal_days),
        rows_set_aside: outcome.records.asides(),
        records_without_device: outcome.links.device.iter().filter(|d| !d.is_some()).count(),
        refused_links: outcome.links.refused.len(),
        conflicts: outcome.notices.iter().filter(|notice| notice.code == Code::IdentityConflict).count(),
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
                age_days: s.newest_signal.map(|t| outcome.as_of.at().days_since(Millis::new(t)).max(0)),
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
        if let Some(slot) = counts.entry(*platform).or_default().get_mut(activity.position()) {
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
            let own = || outcome.sources.iter().filter(|source| source.console == columns.console);
            ConsoleRow {
                console: columns.console.as_str(),
                title: columns.console.title(),
                rows: own().map(|source| source.rows).sum(),
                set_aside: own().map(|source| source.rows - source.records).sum(),
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
    let mut found = vec![BTreeSet::new(); outcome.rules.len()];
    for (rule, severity) in outcome.findings.rule.iter().zip(&outcome.findings.severity) {
        if let Some(of_rule) = found.get_mut(usize::from(*rule)) {
            of_rule.insert(*severity);
        }
    }
    outcome
        .rules
        .iter()
        .zip(&outcome.tallies)
        .zip(found)
        .map(|((rule, tally), found)| RuleRow {
            found: found.iter().rev().map(|severity| severity.as_str()).collect(),
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
    let mut rows: BTreeMap<&str, (ControlRow, BTreeSet<u16>)> = BTreeMap::new();
    for (number, (rule, tally)) in (0_u16..).zip(outcome.rules.iter().zip(&outcome.tallies)) {
        for control in &rule.controls {
            let (row, rules) = rows.entry(control).or_default();
            row.control.clone_from(control);
            row.rules.push(rule.id.clone());
            row.ran += usize::from(tally.outcome == crate::schema::Outcome::Ran);
            row.findings += tally.matched;
            rules.insert(number);
        }
    }
    let findings = &outcome.findings;
    let devices = |rules: &BTreeSet<u16>| {
        let own = findings.rule.iter().zip(&findings.device).filter(|(rule, _)| rules.contains(rule));
        own.map(|(_, device)| *device).collect::<BTreeSet<DeviceId>>().len()
    };
    rows.into_values().map(|(row, rules)| ControlRow { devices: devices(&rules), ..row }).collect()
}

/// The gravest first; those of one severity in the order of the input.
fn notices(outcome: &Outcome) -> Vec<NoticeRow> {
    let mut notices: Vec<_> = outcome.notices.iter().collect();
    notices.sort_by_key(|notice| Reverse(notice.code.severity()));
    notices
        .into_iter()
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
