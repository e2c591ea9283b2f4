//! What became of the baseline, put together for people: counts by rule, the changes that matter most, the course of the
//! figures, and the ledger.

use serde::Serialize;

use super::table;
use super::view::Run;
use crate::compare;
use crate::outcome::{ChangeKind, ChangeState, Ledger, LedgerState, ListStates, Outcome, Point, RuleStates};
use crate::schema::Severity;
use crate::time::{day, rfc3339};

/// Changes of one state that the page lists; `changes.csv` has all.
const SHOWN: usize = 40;
/// Lines of the ledger that the page lists; `ledger.csv` has all.
const LEDGER: usize = 200;
/// Of each kind of settled line so many are shown.
const SETTLED: usize = 20;

/// What became of the baseline.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SinceRow {
    /// Name of the tenant in the earlier report.
    label: String,
    /// As-of of the earlier report, RFC 3339.
    pub as_of: String,
    /// Its seal.
    seal: String,
    /// Counts of changes, and of what stayed.
    pub counts: Counts,
    /// By rule, those with a finding then or now.
    rules: Vec<RuleStates>,
    /// Lists then and now.
    lists: Vec<ListStates>,
    /// Changes by state, the first of each.
    groups: Vec<GroupRow>,
    /// The figures of every run of the chain, the oldest first, this one last.
    trend: Vec<PointRow>,
    /// Steps by what became of them.
    pub ledger: LedgerCounts,
    /// Lines of the ledger, those that need somebody first.
    ledger_lines: Vec<LedgerRow>,
    /// Lines that `ledger.csv` has and this list does not.
    ledger_more: usize,
}

/// Counts of changes.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// Findings that hold now and did not before.
    pub new: u64,
    /// That hold as before.
    pub open: u64,
    /// That held before and do not now.
    pub resolved: u64,
    /// That hold now and had been resolved.
    pub reopened: u64,
    /// That held before, and of which nothing is known now.
    pub not_assessed: u64,
    /// Rules that are not those of the earlier run, or whose thresholds differ.
    pub rules_changed: usize,
    /// Devices that are new.
    pub devices_appeared: usize,
    /// Devices that are in none of the lists that had them.
    pub devices_gone: usize,
    /// Devices with another key, or of which it is not clear which they are.
    pub identity_changed: usize,
    objects_appeared: usize,
    objects_gone: usize,
    /// Devices that are in no list now, and of which nothing proves that they are gone.
    devices_not_assessed: usize,
}

/// Changes of one state.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct GroupRow {
    kind: &'static str,
    state: &'static str,
    total: usize,
    /// Why, where it is the same for all that are listed; else each says it.
    why: String,
    first: Vec<ChangeRow>,
}

/// A change.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ChangeRow {
    rule: String,
    device_key: String,
    device_name: String,
    before: String,
    after: String,
    why: String,
}

/// The figures of a run.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PointRow {
    pub(super) as_of: String,
    pub(super) devices: u64,
    pub(super) stale: u64,
    /// Stale devices in a thousand.
    stale_per_mille: u64,
    /// Findings by severity, the gravest first.
    pub(super) findings: Vec<u64>,
    /// Whether rules, thresholds and consoles are those of the run before, so that the figures can be compared.
    comparable: bool,
    /// Why not.
    pub(super) differs: String,
}

/// Steps by what became of them.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LedgerCounts {
    /// Asked for.
    pub planned: usize,
    /// Said to be done.
    pub claimed: usize,
    /// Shown by an export to be done.
    pub confirmed: usize,
    /// Said to be done, and shown not to be.
    pub contradicted: usize,
    /// Done, and there again.
    pub returned: usize,
    /// No longer asked for, and not done.
    pub withdrawn: usize,
}

/// A line of the ledger.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LedgerRow {
    state: String,
    step: String,
    console: String,
    object_id: String,
    device_key: String,
    device_name: String,
    planned_on: String,
    claimed: String,
    settled_on: String,
    settled_by: String,
    note: String,
}

/// What became of the baseline; nothing where there is none.
pub(super) fn since(run: Run<'_>) -> Option<SinceRow> {
    let outcome = run.outcome;
    let baseline = outcome.since.baseline()?;
    let (ledger_lines, ledger_more) = ledger_lines(run);
    let rules =
        outcome.since.by_rule.iter().filter(|rule| rule.before + rule.now + rule.not_assessed + rule.resolved > 0);
    Some(SinceRow {
        label: baseline.label.clone(),
        as_of: rfc3339(baseline.as_of),
        seal: baseline.seal.clone(),
        counts: counts(outcome),
        rules: rules.cloned().collect(),
        lists: outcome.since.lists.clone(),
        groups: groups(outcome),
        trend: trend(outcome),
        ledger: ledger_counts(&outcome.ledger),
        ledger_lines,
        ledger_more,
    })
}

/// The counts of changes.
#[must_use]
pub fn counts(outcome: &Outcome) -> Counts {
    let since = &outcome.since;
    let sum = |of: fn(&RuleStates) -> u64| since.by_rule.iter().map(of).sum::<u64>();
    let devices = |state| since.count(ChangeKind::Device, state);
    Counts {
        new: sum(|rule| rule.new),
        open: sum(|rule| rule.open),
        resolved: sum(|rule| rule.resolved),
        reopened: sum(|rule| rule.reopened),
        not_assessed: sum(|rule| rule.not_assessed),
        rules_changed: since.by_rule.iter().filter(|rule| rule.rule_changed).count(),
        devices_appeared: devices(ChangeState::Appeared),
        devices_gone: devices(ChangeState::Gone),
        identity_changed: devices(ChangeState::IdentityChanged),
        objects_appeared: since.count(ChangeKind::Object, ChangeState::Appeared),
        objects_gone: since.count(ChangeKind::Object, ChangeState::Gone),
        devices_not_assessed: since.past.gone.iter().filter(|gone| !**gone).count(),
    }
}

/// The first changes of each state, those of findings and of devices.
fn groups(outcome: &Outcome) -> Vec<GroupRow> {
    use ChangeState::{Appeared, Gone, IdentityChanged, New, NotAssessed, Reopened, Resolved};
    let finding = [New, Reopened, Resolved, NotAssessed].map(|state| (ChangeKind::Finding, state));
    let device = [IdentityChanged, Gone, Appeared].map(|state| (ChangeKind::Device, state));
    let changes = &outcome.since.changes;
    let mut groups = Vec::new();
    for (kind, state) in finding.into_iter().chain(device) {
        let own = || (0..changes.len()).filter(|at| *changes.kind.get(*at) == kind && *changes.state.get(*at) == state);
        let total = own().count();
        if total > 0 {
            let first: Vec<ChangeRow> = own().take(SHOWN).map(|at| row(outcome, at)).collect();
            let same = first.first().filter(|own| first.iter().all(|other| other.why == own.why));
            let why = same.map_or_else(String::new, |own| own.why.clone());
            groups.push(GroupRow { kind: kind.as_str(), state: state.as_str(), total, why, first });
        }
    }
    groups
}

fn row(outcome: &Outcome, at: usize) -> ChangeRow {
    let (since, changes) = (&outcome.since, &outcome.since.changes);
    let [key, name, _] = since.device(&outcome.devices, at);
    let rule = since.rules.get(usize::from(*changes.rule.get(at)));
    ChangeRow {
        rule: rule.cloned().unwrap_or_default(),
        device_key: key.to_string(),
        device_name: name.to_string(),
        before: changes.before.get(at).clone(),
        after: changes.after.get(at).clone(),
        why: since.reasons.get(*changes.why.get(at)).clone(),
    }
}

/// The figures of every run of the chain, this one last.
pub(super) fn trend(outcome: &Outcome) -> Vec<PointRow> {
    let mut points: Vec<Point> = outcome.since.chain.clone();
    points.push(compare::point(outcome));
    let before = std::iter::once(None).chain(points.iter().map(Some));
    points.iter().zip(before).map(|(point, before)| point_row(point, before)).collect()
}

fn point_row(point: &Point, before: Option<&Point>) -> PointRow {
    let differs = match before {
        Some(before) if before.judged_by != point.judged_by => "rules or thresholds are others than in the run before",
        Some(before) if before.consoles != point.consoles => "lists of other consoles than in the run before",
        _ => "",
    };
    PointRow {
        as_of: rfc3339(point.as_of),
        devices: point.devices,
        stale: point.stale,
        // Rounded as the summary rounds it.
        stale_per_mille: (point.stale * 1_000 + point.devices / 2).checked_div(point.devices).unwrap_or_default(),
        findings: point.findings.iter().rev().take(Severity::ALL.len()).copied().collect(),
        comparable: differs.is_empty(),
        differs: differs.to_string(),
    }
}

fn ledger_counts(ledger: &Ledger) -> LedgerCounts {
    LedgerCounts {
        planned: ledger.count(LedgerState::Planned),
        claimed: ledger.count(LedgerState::Claimed),
        confirmed: ledger.count(LedgerState::Confirmed),
        contradicted: ledger.count(LedgerState::Contradicted),
        returned: ledger.count(LedgerState::Returned),
        withdrawn: ledger.count(LedgerState::Withdrawn),
    }
}

/// Lines of the ledger: what contradicts, what came back and what waits for its proof, then some of what is settled. What is planned
/// stands in the plan, and a table that nobody reads to its end hides what stands at its top.
fn ledger_lines(run: Run<'_>) -> (Vec<LedgerRow>, usize) {
    use LedgerState::{Claimed, Confirmed, Contradicted, Returned, Withdrawn};
    let lines = &run.outcome.ledger.lines;
    let mut chosen = Vec::new();
    for state in [Contradicted, Returned, Claimed, Confirmed, Withdrawn] {
        let own = lines.iter().enumerate().filter(|(_, line)| line.state == state).map(|(at, _)| at);
        let most = if matches!(state, Confirmed | Withdrawn) { SETTLED } else { LEDGER };
        chosen.extend(own.take(most.min(LEDGER - chosen.len())));
    }
    let table = table::ledger(run);
    let row = |at: &usize| {
        let text = |column: &str| table.cell(column, *at).text();
        let day = |column: &str| table.cell(column, *at).number().map_or_else(String::new, day);
        let claimed_on = day("claimed_on");
        LedgerRow {
            state: text("state"),
            step: text("step"),
            console: text("console"),
            object_id: text("object_id"),
            device_key: text("device_key"),
            device_name: text("device_name"),
            planned_on: day("planned_on"),
            claimed: if claimed_on.is_empty() { claimed_on } else { format!("{claimed_on}, {}", text("claimed_by")) },
            settled_on: day("settled_on"),
            settled_by: text("settled_by"),
            note: text("note"),
        }
    };
    let rows = chosen.iter().map(row).collect();
    (rows, lines.len().saturating_sub(chosen.len()))
}
