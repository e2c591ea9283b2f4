//! The CSV files of a report, line by line from the plain tables.

use rayon::prelude::*;

use super::csv::{self, Line};
use super::folder::Folder;
use super::work;
use crate::analysis::Analysis;
use crate::error::Result;
use crate::identity::{KeyKind, NONE};
use crate::plan::{Entry, Phase, Planned};
use crate::rules::Findings;
use crate::schema::{
    self, Console, FINDINGS_CSV, Field, NOTICES_CSV, PLAN_CSV, RECORDS_CSV, RULES_CSV, Severity, Status,
};

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

/// What several renderers look up.
pub(super) struct Index {
    /// Findings by device: start in `by_device`, one more than there are devices.
    starts: Vec<usize>,
    by_device: Vec<u32>,
    /// Where the steps of a device begin in the list of steps.
    steps: Vec<u32>,
}

impl Index {
    pub(super) fn new(analysis: &Analysis) -> Self {
        let count = analysis.devices.len();
        let mut starts = vec![0; count + 1];
        for device in &analysis.findings.device {
            if let Some(slot) = starts.get_mut(*device as usize + 1) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for slot in &mut starts {
            sum += *slot;
            *slot = sum;
        }
        let mut next = starts.clone();
        let mut by_device = vec![0; analysis.findings.len()];
        for (finding, device) in (0_u32..).zip(&analysis.findings.device) {
            if let Some(at) = next.get_mut(*device as usize) {
                if let Some(slot) = by_device.get_mut(*at) {
                    *slot = finding;
                }
                *at += 1;
            }
        }
        let mut steps = vec![NONE; count];
        for (at, step) in (0_u32..).zip(&analysis.steps) {
            if let Some(slot) = steps.get_mut(step.device as usize).filter(|s| **s == NONE) {
                *slot = at;
            }
        }
        Self { starts, by_device, steps }
    }

    /// Findings of a device, in the order of the rules.
    pub(super) fn findings(&self, device: usize) -> &[u32] {
        let start = self.starts.get(device).copied().unwrap_or(0);
        let end = self.starts.get(device + 1).copied().unwrap_or(start);
        self.by_device.get(start..end).unwrap_or_default()
    }

    /// Steps of a device in their order, and the position of the first.
    pub(super) fn plan<'a>(&self, analysis: &'a Analysis, device: usize) -> (usize, &'a [Planned]) {
        let Some(start) = self.steps.get(device).copied().filter(|s| *s != NONE) else { return (0, &[]) };
        let rest = analysis.steps.get(start as usize..).unwrap_or_default();
        let length = rest.iter().take_while(|s| s.device as usize == device).count();
        (start as usize, rest.get(..length).unwrap_or_default())
    }

    /// Ids of the suggestions that a device's plan answers.
    pub(super) fn suggestions(&self, analysis: &Analysis, device: usize) -> String {
        let ids: Vec<&str> = self
            .findings(device)
            .iter()
            .filter_map(|f| analysis.suggestions.of(*f as usize))
            .map(|s| s.id.as_str())
            .collect();
        ids.join("|")
    }

    /// Ids of the rules that hold for a device.
    pub(super) fn rules(&self, analysis: &Analysis, device: usize) -> String {
        let ids: Vec<&str> = self.findings(device).iter().map(|f| rule_id(analysis, *f as usize)).collect();
        ids.join("|")
    }

    /// The severest finding of a device.
    pub(super) fn highest(&self, analysis: &Analysis, device: usize) -> Option<Severity> {
        self.findings(device).iter().filter_map(|f| analysis.findings.severity.get(*f as usize)).max().copied()
    }
}

/// Id of the rule of a finding.
pub(super) fn rule_id(analysis: &Analysis, finding: usize) -> &str {
    rule_of(analysis, &analysis.findings, finding)
}

/// Id of the rule of a finding among those that stand or those that are hidden.
pub(super) fn rule_of<'a>(analysis: &'a Analysis, findings: &Findings, finding: usize) -> &'a str {
    let rule = findings.rule.get(finding).copied().unwrap_or(u16::MAX);
    analysis.rules.get(rule as usize).map_or("", |r| r.text.id.as_str())
}

/// What a step says.
pub(super) fn entry<'a>(analysis: &'a Analysis, step: &Planned) -> Option<&'a Entry> {
    analysis.playbooks.entries().get(step.entry as usize)
}

/// Stable id of a finding: the rule and the device, so that it is the same in the next run.
pub(super) fn finding_id(analysis: &Analysis, findings: &Findings, finding: usize) -> String {
    let device = findings.device.get(finding).copied().unwrap_or(NONE) as usize;
    let key = analysis.devices.key.get(device).map_or("", String::as_str);
    format!("{}/{key}", rule_of(analysis, findings, finding))
}

fn names(fields: &[Field]) -> Vec<String> {
    fields.iter().map(|f| f.name.to_string()).collect()
}

/// Writes every CSV file. The plan, as large as all others together, goes side by side with them.
pub(super) fn write_all(analysis: &Analysis, index: &Index, folder: &Folder) -> Result<Vec<Output>> {
    let entries = entry_cells(analysis);
    let table = |file: &str, header: Vec<String>, rows: usize, meaning, fill: &(dyn Fn(usize, &mut Line) + Sync)| {
        folder.file(file, |out| csv::write(out, &header, rows, fill))?;
        Ok(Output { file: file.to_string(), rows, meaning })
    };
    let plan = || {
        let fill = |at: usize, line: &mut Line| step(analysis, index, &entries, at, line);
        table("plan.csv", names(PLAN_CSV), analysis.steps.len(), "every step, device by device, in order", &fill)
    };
    let others = || -> Result<Vec<Output>> {
        let shelved = analysis.links.device.len();
        let all = shelved + analysis.records.asides();
        let any_record = |at: usize, line: &mut Line| {
            if at < shelved { record(analysis, at, line) } else { aside(analysis, at - shelved, line) }
        };
        Ok(vec![
            table(
                "devices.csv",
                schema::devices_csv(analysis.devices.shown().map(Console::column_prefix)),
                analysis.devices.len(),
                "every device",
                &|at, line| {
                    device(analysis, index, at, line);
                },
            )?,
            table(
                "records.csv",
                names(RECORDS_CSV),
                all,
                "every input row, and the device it belongs to",
                &any_record,
            )?,
            table("findings.csv", names(FINDINGS_CSV), all_findings(analysis), "every finding", &|at, line| {
                finding(analysis, at, line);
            })?,
            table(
                "rules.csv",
                names(RULES_CSV),
                analysis.rules.len(),
                "every rule, also those that did not run",
                &|at, line| {
                    rule(analysis, at, line);
                },
            )?,
            table(
                "notices.csv",
                names(NOTICES_CSV),
                analysis.notices.len(),
                "remarks about the input",
                &|at, line| {
                    notice(analysis, at, line);
                },
            )?,
            table(
                "batches.csv",
                BATCH.iter().map(ToString::to_string).collect(),
                analysis.schedule.batches.len(),
                "devices that are dealt with together, and when",
                &|at, line| {
                    batch(analysis, index, at, line);
                },
            )?,
            suggestions(analysis, folder)?,
        ])
    };
    let (plan, others) = rayon::join(plan, others);
    let mut outputs = others?;
    outputs.push(plan?);
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(outputs)
}

/// Number of findings, those that an exception hides included.
pub(super) const fn all_findings(analysis: &Analysis) -> usize {
    analysis.findings.len() + analysis.hidden.findings.len()
}

/// The device list of each suggestion.
fn suggestions(analysis: &Analysis, folder: &Folder) -> Result<Output> {
    let header: Vec<String> = SUGGESTION.iter().map(ToString::to_string).collect();
    analysis.suggestions.list.par_iter().try_for_each(|suggestion| {
        let members = &suggestion.findings;
        folder.file(&format!("suggestions/{}.csv", suggestion.id), |out| {
            csv::write(out, &header, members.len(), |at, line| {
                member(analysis, members.get(at).copied().unwrap_or(NONE) as usize, line);
            })
        })
    })?;
    let rows = analysis.suggestions.list.len();
    Ok(Output { file: "suggestions/".into(), rows, meaning: "the device list of each suggestion" })
}

fn device(analysis: &Analysis, index: &Index, at: usize, line: &mut Line) {
    let d = &analysis.devices;
    identity_cells(analysis, at, line);
    line.word(d.last_console.get(at));
    line.maybe(d.days_inactive(at));
    line.word(d.activity.get(at).map_or("", |a| a.as_str()));
    line.word(d.identity.get(at).map_or("", |i| i.as_str()));
    line.word(&index.rules(analysis, at));
    line.word(index.highest(analysis, at).map_or("", Severity::as_str));
    for console in d.shown() {
        if let Some(columns) = d.by_console.iter().find(|c| c.console == console) {
            line.text(columns.id.get(at));
            line.time(columns.last_seen.get(at));
        } else {
            line.word("");
            line.word("");
        }
    }
}

/// What a device is and when it was last seen: the cells that every list of devices begins with.
fn identity_cells(analysis: &Analysis, at: usize, line: &mut Line) {
    let d = &analysis.devices;
    line.text(d.key.get(at).map_or("", String::as_str));
    line.text(d.name.get(at));
    line.text(d.serial.get(at));
    line.word(d.platform.get(at).map_or("", |p| p.as_str()));
    line.text(d.manufacturer.get(at));
    line.text(d.model.get(at));
    line.word(d.ownership.get(at).map_or("", |o| o.as_str()));
    line.word(d.join_type.get(at).map_or("", |j| j.as_str()));
    line.text(d.primary_user.get(at));
    line.word(&consoles(analysis, at));
    line.time(d.last_activity.get(at));
}

/// Slugs of the consoles that hold a device.
pub(super) fn consoles(analysis: &Analysis, device: usize) -> String {
    let mut list = String::new();
    for console in analysis.devices.consoles_of(device) {
        if !list.is_empty() {
            list.push('|');
        }
        list.push_str(console.as_str());
    }
    list
}

fn record(analysis: &Analysis, at: usize, line: &mut Line) {
    let number = u32::try_from(at).unwrap_or(NONE);
    let Some((columns, row)) = analysis.records.locate(number) else { return };
    let export = columns.export.get(row).and_then(|e| analysis.records.exports.get(*e as usize));
    line.word(columns.console.as_str());
    line.text(export.map_or("", |(label, _)| label));
    line.number(columns.row.get(row).copied().unwrap_or_default());
    line.text(columns.native_id.get(row));
    line.text(columns.name.get(row));
    line.text(columns.serial.as_written(row));
    let device = analysis.links.device.get(at).copied().unwrap_or(NONE);
    line.text(analysis.devices.key.get(device as usize).map_or("", String::as_str));
    let (kinds, tier) = bonds(analysis, number);
    line.word(&kinds);
    line.word(tier);
    match analysis.links.refused.get(&number) {
        Some(reasons) => line.text(&reasons.join("; ")),
        None => line.word(""),
    }
}

/// Identifiers by which a record is held to others of its device, `|`-joined, and the strongest tier among them.
pub(super) fn bonds(analysis: &Analysis, record: u32) -> (String, &'static str) {
    let held = analysis.links.held_by.get(record as usize).copied().unwrap_or_default();
    let mut kinds = String::new();
    let mut tier = "";
    for kind in KeyKind::ALL.iter().filter(|k| held & k.bit() != 0) {
        if !kinds.is_empty() {
            kinds.push('|');
        }
        kinds.push_str(kind.as_str());
        if tier.is_empty() {
            tier = kind.tier();
        }
    }
    (kinds, tier)
}

/// A row that was set aside has no record, and is listed all the same.
fn aside(analysis: &Analysis, at: usize, line: &mut Line) {
    let Some(row) = analysis.records.aside(at) else { return };
    let export = analysis.records.exports.get(row.export as usize);
    line.word(export.map_or("", |(_, console)| console.as_str()));
    line.text(export.map_or("", |(label, _)| label));
    line.number(row.row);
    line.text(row.native_id);
    line.text(row.name);
    line.text(row.serial);
    for _ in 0..3 {
        line.word("");
    }
    line.text(&format!("set aside: {}", row.reason));
}

/// Findings that stand, and then those that an exception hides.
fn finding(analysis: &Analysis, at: usize, line: &mut Line) {
    let open = analysis.findings.len();
    let excepted = at >= open;
    let (f, at) = if excepted { (&analysis.hidden.findings, at - open) } else { (&analysis.findings, at) };
    let d = &analysis.devices;
    let device = f.device.get(at).copied().unwrap_or(NONE) as usize;
    line.text(&finding_id(analysis, f, at));
    line.word(rule_of(analysis, f, at));
    line.word(f.severity.get(at).map_or("", |s| s.as_str()));
    line.word(f.confidence.get(at).map_or("", |c| c.as_str()));
    line.text(d.key.get(device).map_or("", String::as_str));
    line.text(d.name.get(device));
    line.text(d.serial.get(device));
    line.word(d.platform.get(device).map_or("", |p| p.as_str()));
    line.word(d.ownership.get(device).map_or("", |o| o.as_str()));
    line.word(d.join_type.get(device).map_or("", |j| j.as_str()));
    line.text(&analysis.records.objects(f.objects(at)).join("|"));
    line.text(f.evidence.get(at).map_or("", String::as_str));
    let suggestion = analysis.suggestions.of(at).filter(|_| !excepted);
    line.word(suggestion.map_or("", |s| s.id.as_str()));
    line.word(if excepted { "excepted" } else { status(analysis, device).as_str() });
}

/// What was decided about the plan of a device.
pub(super) fn status(analysis: &Analysis, device: usize) -> Status {
    analysis.decisions.of(device).map_or(Status::Open, |d| d.status)
}

/// What a step says before and after its object, as cells: the same few texts stand in millions of lines.
struct EntryCells {
    before: Vec<u8>,
    after: Vec<u8>,
    /// What stands before and after a condition that has a date of its own; nothing where it is the same everywhere.
    dated: Option<(Vec<u8>, Vec<u8>)>,
}

fn entry_cells(analysis: &Analysis) -> Vec<EntryCells> {
    let one = |entry: &Entry| {
        let before = csv::cells(|line| {
            line.text(&entry.slug);
            line.text(&entry.action);
            line.word(entry.console.map_or("", Console::as_str));
        });
        let marks = |line: &mut Line| {
            line.text(&entry.role);
            line.flag(entry.irreversible);
            line.flag(entry.wipes);
        };
        let after = csv::cells(|line| {
            marks(line);
            line.text(&entry.condition);
            line.text(&entry.why);
        });
        let waits = entry.phase == Phase::AfterGrace;
        let dated = waits.then(|| (csv::cells(marks), csv::cells(|line| line.text(&entry.why))));
        EntryCells { before, after, dated }
    };
    analysis.playbooks.entries().iter().map(one).collect()
}

fn step(analysis: &Analysis, index: &Index, entries: &[EntryCells], at: usize, line: &mut Line) {
    let Some(step) = analysis.steps.get(at) else { return };
    let Some(EntryCells { before, after, dated }) = entries.get(step.entry as usize) else { return };
    let device = step.device as usize;
    line.shared(step.device, |line| {
        line.word(&index.suggestions(analysis, device));
        line.text(analysis.devices.key.get(device).map_or("", String::as_str));
        line.text(analysis.devices.name.get(device));
        line.text(analysis.devices.serial.get(device));
    });
    line.cells(before);
    line.text(&analysis.object_of(step));
    if let Some((marks, why)) = dated {
        line.cells(marks);
        line.text(&analysis.condition_of(at));
        line.cells(why);
    } else {
        line.cells(after);
    }
}

/// What each batch holds and when it is done.
fn batch(analysis: &Analysis, index: &Index, at: usize, line: &mut Line) {
    let Some(batch) = analysis.schedule.batches.get(at) else { return };
    let contents = work::contents(analysis, index, at);
    let suggestion = analysis.suggestions.list.get(batch.suggestion as usize);
    let number = |count: usize| i64::try_from(count).ok();
    line.maybe(number(at + 1));
    line.word(suggestion.map_or("", |s| s.id.as_str()));
    line.maybe(number(batch.devices.len()));
    line.maybe(number(contents.steps));
    line.maybe(number(contents.irreversible));
    line.maybe(number(contents.wipes));
    line.maybe(i64::from(batch.counted).into());
    line.word(&work::removal_day(analysis, batch.day));
    line.word(&contents.after_grace.0);
    line.word(&contents.after_grace.1);
}

fn rule(analysis: &Analysis, at: usize, line: &mut Line) {
    let (Some(rule), Some(tally)) = (analysis.rules.get(at), analysis.tallies.get(at)) else { return };
    line.text(&rule.text.id);
    line.word(tally.outcome.as_str());
    line.text(&tally.reason);
    for count in [tally.matched, tally.unknown, tally.passed, tally.suppressed] {
        line.maybe(i64::try_from(count).ok());
    }
}

fn notice(analysis: &Analysis, at: usize, line: &mut Line) {
    let Some(notice) = analysis.notices.get(at) else { return };
    line.word(notice.code.as_str());
    line.word(notice.code.severity().as_str());
    line.text(&notice.export);
    line.maybe(notice.row.and_then(|r| i64::try_from(r).ok()));
    line.text(&notice.column);
    line.text(&notice.message);
}

/// Columns of the list of batches.
const BATCH: &[&str] = &[
    "batch",
    "suggestion_id",
    "devices",
    "steps",
    "irreversible",
    "wipes",
    "retires_and_deletes",
    "remove_from",
    "after_grace_from",
    "after_grace_until",
];

/// Columns of the device list of a suggestion.
const SUGGESTION: &[&str] = &[
    "device_key",
    "name",
    "serial",
    "platform",
    "manufacturer",
    "model",
    "ownership",
    "join_type",
    "primary_user",
    "consoles",
    "last_activity",
    "days_inactive",
    "activity",
    "identity",
    "severity",
    "confidence",
    "objects",
    "evidence",
    "batch",
    "remove_from",
    "intent",
    "status",
    "assignee",
    "note",
];

fn member(analysis: &Analysis, finding: usize, line: &mut Line) {
    let f = &analysis.findings;
    let d = &analysis.devices;
    let at = f.device.get(finding).copied().unwrap_or(NONE) as usize;
    identity_cells(analysis, at, line);
    line.maybe(d.days_inactive(at));
    line.word(d.activity.get(at).map_or("", |a| a.as_str()));
    line.word(d.identity.get(at).map_or("", |i| i.as_str()));
    line.word(f.severity.get(finding).map_or("", |s| s.as_str()));
    line.word(f.confidence.get(finding).map_or("", |c| c.as_str()));
    line.text(&analysis.records.objects(f.objects(finding)).join("|"));
    line.text(f.evidence.get(finding).map_or("", String::as_str));
    let batch = analysis.schedule.batch_of(at);
    line.maybe(batch.and_then(|(number, _)| i64::try_from(number).ok()));
    line.word(&batch.map_or_else(String::new, |(_, b)| work::removal_day(analysis, b.day)));
    line.word(analysis.purpose_of(at).as_str());
    line.word(status(analysis, at).as_str());
    let decision = analysis.decisions.of(at);
    line.text(decision.map_or("", |d| d.assignee.as_str()));
    line.text(decision.map_or("", |d| d.note.as_str()));
}
