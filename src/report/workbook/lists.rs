//! The sheets with one line a thing: tasks, steps, their guide, devices, records, rules, notices.

use std::cmp::Reverse;

use rust_xlsxwriter::{DataValidation, Formula, Worksheet, XlsxError};

use super::sheet::{Cells, Choices, Column, Holds, Looks, Plan, fill};
use crate::analysis::Analysis;
use crate::identity::NONE;
use crate::plan::Phase;
use crate::report::selection::Selection;
use crate::report::tables::{self, Index};
use crate::schema::{Console, Purpose, Severity, Status};

/// Answers that the task sheet offers; the first is that of a task nobody has touched.
pub(super) const STATUSES: &[&str] = Status::WORDS;
/// Lines of the sheet with names of people.
pub(super) const PEOPLE: u32 = 200;

/// What the sheets are filled from.
pub(super) struct Matter<'a> {
    pub analysis: &'a Analysis,
    pub index: &'a Index,
    pub selection: &'a Selection,
    pub looks: &'a Looks,
    /// Lines that a sheet has room for.
    pub room: usize,
}

/// Writes a line of a list.
type Line<'a> = Box<dyn Fn(usize, &mut Cells<'_>) + Sync + 'a>;

/// One list: its numbers, and how a number becomes a line.
pub(super) struct List<'a> {
    pub name: &'static str,
    pub columns: Vec<Column>,
    pub fixed: u16,
    pub choices: Vec<Choices>,
    pub lines: usize,
    pub line: Line<'a>,
}

impl List<'_> {
    /// Sheets that the list needs.
    pub(super) const fn sheets(&self, room: usize) -> usize {
        if self.lines == 0 { 1 } else { self.lines.div_ceil(room) }
    }

    /// Fills the sheets.
    pub(super) fn fill(&self, matter: &Matter<'_>, blank: Vec<Worksheet>) -> Result<Vec<Worksheet>, XlsxError> {
        let plan = Plan {
            name: self.name,
            columns: &self.columns,
            lines: self.lines,
            fixed: self.fixed,
            choices: &self.choices,
            room: matter.room,
        };
        let mut blank = blank.into_iter();
        fill(matter.looks, &plan, || Ok(blank.next().unwrap_or_default()), &self.line)
    }
}

fn columns(list: &[(&str, u16, Holds)]) -> Vec<Column> {
    list.iter().map(|(name, width, holds)| Column::new(*name, *width, *holds)).collect()
}

/// Every list, in the order of the sheets.
pub(super) fn all<'a>(matter: &'a Matter<'a>) -> Result<Vec<List<'a>>, XlsxError> {
    Ok(vec![
        tasks(matter)?,
        steps(matter),
        guide(matter),
        devices(matter),
        records(matter),
        rules(matter),
        notices(matter),
    ])
}

/// One task a finding, the gravest first: what is decided is decided for a finding.
fn tasks<'a>(matter: &'a Matter<'a>) -> Result<List<'a>, XlsxError> {
    use Holds::{Number, Prose, Text};
    let Matter { analysis, index, selection, .. } = *matter;
    let findings = &analysis.findings;
    let of = |f: &u32| findings.device.get(*f as usize).copied().unwrap_or(NONE);
    let mut chosen: Vec<u32> =
        (0..u32::try_from(findings.len()).unwrap_or(NONE)).filter(|f| selection.has(of(f))).collect();
    chosen.sort_by_key(|f| (Reverse(findings.severity.get(*f as usize)), findings.rule.get(*f as usize), of(f), *f));
    let status = DataValidation::new()
        .allow_list_strings(STATUSES)?
        .set_error_title("Status")?
        .set_error_message("Choose one of the list.")?;
    let intent = DataValidation::new().allow_list_strings(Purpose::WORDS)?.ignore_blank(true);
    let people = DataValidation::new()
        .allow_list_formula(Formula::new(format!("=People!$A$2:$A${}", PEOPLE + 1)))
        .ignore_blank(true)
        .show_error_message(false);
    let line = move |at: usize, cells: &mut Cells<'_>| {
        let Some(finding) = chosen.get(at).map(|f| *f as usize) else { return };
        let device = findings.device.get(finding).copied().unwrap_or(NONE) as usize;
        let d = &analysis.devices;
        let decision = analysis.decisions.of(device);
        cells.text(tables::status(analysis, device).as_str());
        cells.text(decision.map_or("", |d| d.assignee.as_str()));
        cells.text(decision.map_or("", |d| d.note.as_str()));
        cells.text(decision.and_then(|d| d.purpose).map_or("", |purpose| purpose.as_str()));
        cells.text(findings.severity.get(finding).map_or("", |s| s.as_str()));
        let rule = findings.rule.get(finding).and_then(|r| analysis.rules.get(usize::from(*r)));
        cells.text(rule.map_or("", |r| r.text.title.as_str()));
        cells.text(d.name.get(device));
        cells.text(d.serial.get(device));
        facts(analysis, device, cells);
        cells.text(findings.confidence.get(finding).map_or("", |c| c.as_str()));
        let (_, plan) = index.plan(analysis, device);
        let entries: Vec<_> = plan.iter().filter_map(|step| tables::entry(analysis, step)).collect();
        cells.number(i64::try_from(plan.len()).ok());
        cells.flag(entries.iter().any(|e| e.irreversible));
        cells.flag(entries.iter().any(|e| e.wipes));
        cells.text(findings.evidence.get(finding).map_or("", String::as_str));
        cells.text(&analysis.records.objects(findings.objects(finding)).join("|"));
        cells.text(analysis.suggestions.of(finding).map_or("", |s| s.id.as_str()));
        cells.text(d.key.get(device).map_or("", String::as_str));
        cells.text(&tables::finding_id(analysis, findings, finding));
    };
    let mut heads = columns(&[
        ("Status", 12, Text),
        ("Assignee", 18, Text),
        ("Note", 32, Prose),
        ("Intent", 10, Text),
        ("Severity", 10, Text),
        ("Problem", 38, Prose),
        ("Device", 24, Text),
        ("Serial", 18, Text),
    ]);
    heads.extend(facts_columns());
    heads.extend(columns(&[
        ("Confidence", 11, Text),
        ("Steps", 7, Number),
        ("Cannot be undone", 10, Text),
        ("Erases data", 8, Text),
        ("Evidence", 48, Text),
        ("Objects", 30, Text),
        ("Suggestion", 34, Text),
        ("Device key", 26, Text),
        ("Finding", 40, Text),
    ]));
    let lines = matter.analysis.findings.device.iter().filter(|d| selection.has(**d)).count();
    let choices = vec![
        Choices { column: 0, rule: status },
        Choices { column: 1, rule: people },
        Choices { column: 3, rule: intent },
    ];
    Ok(List { name: "Tasks", columns: heads, fixed: 1, choices, lines, line: Box::new(line) })
}

/// Columns of [`facts`].
fn facts_columns() -> Vec<Column> {
    use Holds::{Number, Text, Time};
    columns(&[
        ("Platform", 11, Text),
        ("Ownership", 11, Text),
        ("Join type", 11, Text),
        ("Primary user", 28, Text),
        ("Consoles", 24, Text),
        ("Last sign of life", 17, Time),
        ("Days inactive", 8, Number),
        ("Activity", 10, Text),
    ])
}

fn facts(analysis: &Analysis, device: usize, cells: &mut Cells<'_>) {
    let d = &analysis.devices;
    cells.text(d.platform.get(device).map_or("", |p| p.as_str()));
    cells.text(d.ownership.get(device).map_or("", |o| o.as_str()));
    cells.text(d.join_type.get(device).map_or("", |j| j.as_str()));
    cells.text(d.primary_user.get(device));
    cells.text(&tables::consoles(analysis, device));
    cells.time(d.last_activity.get(device));
    cells.number(d.days_inactive(device));
    cells.text(d.activity.get(device).map_or("", |a| a.as_str()));
}

/// Every step of the chosen devices, numbered within its device.
fn steps<'a>(matter: &'a Matter<'a>) -> List<'a> {
    use Holds::{Number, Prose, Text, Time};
    let Matter { analysis, index, selection, .. } = *matter;
    let mut chosen: Vec<(u32, u32)> = Vec::new();
    let mut last = (NONE, 0);
    for (at, step) in (0_u32..).zip(&analysis.steps) {
        last = (step.device, if step.device == last.0 { last.1 + 1 } else { 1 });
        if selection.has(step.device) {
            chosen.push((at, last.1));
        }
    }
    let lines = chosen.len();
    let line = move |at: usize, cells: &mut Cells<'_>| {
        let Some((number, position)) = chosen.get(at).copied() else { return };
        let Some(step) = analysis.steps.get(number as usize) else { return };
        let Some(entry) = tables::entry(analysis, step) else { return };
        let device = step.device as usize;
        cells.text(analysis.devices.name.get(device));
        cells.text(analysis.devices.serial.get(device));
        cells.number(Some(position.into()));
        cells.text(entry.console.map_or("", Console::title));
        cells.text(&entry.action);
        cells.text(&analysis.object_of(step));
        cells.flag(entry.irreversible);
        cells.flag(entry.wipes);
        let later = entry.phase == Phase::AfterGrace;
        cells.time(later.then(|| analysis.schedule.earliest(number as usize)));
        cells.number(Some(i64::from(step.entry) + 1));
        cells.text(&index.suggestions(analysis, device));
        cells.text(analysis.devices.key.get(device).map_or("", String::as_str));
    };
    let columns = columns(&[
        ("Device", 24, Text),
        ("Serial", 18, Text),
        ("No.", 5, Number),
        ("Console", 24, Text),
        ("Action", 52, Prose),
        ("Object", 38, Text),
        ("Cannot be undone", 10, Text),
        ("Erases data", 8, Text),
        ("Not before", 17, Time),
        ("Guide", 7, Number),
        ("Suggestions", 34, Text),
        ("Device key", 26, Text),
    ]);
    List { name: "Steps", columns, fixed: 1, choices: Vec::new(), lines, line: Box::new(line) }
}

/// What each step asks for: said once, since the same few texts stand behind hundreds of thousands of steps.
fn guide<'a>(matter: &'a Matter<'a>) -> List<'a> {
    use Holds::{Number, Prose, Text};
    let entries = matter.analysis.playbooks.entries();
    let mut used: Vec<u32> = matter.analysis.steps.iter().map(|step| step.entry).collect();
    used.sort_unstable();
    used.dedup();
    let lines = used.len();
    let line = move |at: usize, cells: &mut Cells<'_>| {
        let Some(number) = used.get(at).copied() else { return };
        let Some(entry) = entries.get(number as usize) else { return };
        cells.number(Some(i64::from(number) + 1));
        cells.text(&entry.slug);
        cells.text(entry.console.map_or("", Console::title));
        cells.text(&entry.action);
        cells.text(&entry.condition);
        cells.text(&entry.role);
        cells.text(&entry.why);
        cells.flag(entry.irreversible);
        cells.flag(entry.wipes);
    };
    let columns = columns(&[
        ("Guide", 7, Number),
        ("Step", 24, Text),
        ("Console", 24, Text),
        ("Action", 52, Prose),
        ("Condition", 52, Prose),
        ("Role", 32, Prose),
        ("Why", 60, Prose),
        ("Cannot be undone", 10, Text),
        ("Erases data", 8, Text),
    ]);
    List { name: "Guide", columns, fixed: 2, choices: Vec::new(), lines, line: Box::new(line) }
}

/// The chosen devices with what each loaded console shows.
fn devices<'a>(matter: &'a Matter<'a>) -> List<'a> {
    use Holds::{Text, Time};
    let Matter { analysis, index, selection, .. } = *matter;
    let mut heads = columns(&[
        ("Device", 24, Text),
        ("Serial", 18, Text),
        ("Severity", 10, Text),
        ("Findings", 36, Text),
        ("Manufacturer", 16, Text),
        ("Model", 22, Text),
    ]);
    heads.extend(facts_columns());
    heads.extend(columns(&[("Seen by", 12, Text), ("Identity", 10, Text)]));
    for console in &analysis.devices.by_console {
        heads.push(Column::new(format!("{}: id", console.console.title()), 24, Text));
        heads.push(Column::new(format!("{}: last seen", console.console.title()), 17, Time));
    }
    heads.push(Column::new("Device key", 26, Text));
    let line = move |at: usize, cells: &mut Cells<'_>| {
        let Some(device) = selection.devices.get(at).map(|d| *d as usize) else { return };
        let d = &analysis.devices;
        cells.text(d.name.get(device));
        cells.text(d.serial.get(device));
        cells.text(index.highest(analysis, device).map_or("", Severity::as_str));
        cells.text(&index.rules(analysis, device));
        cells.text(d.manufacturer.get(device));
        cells.text(d.model.get(device));
        facts(analysis, device, cells);
        cells.text(d.last_console.get(device));
        cells.text(d.identity.get(device).map_or("", |i| i.as_str()));
        for console in &d.by_console {
            cells.text(console.id.get(device));
            cells.time(console.last_seen.get(device));
        }
        cells.text(d.key.get(device).map_or("", String::as_str));
    };
    let lines = selection.devices.len();
    List { name: "Devices", columns: heads, fixed: 1, choices: Vec::new(), lines, line: Box::new(line) }
}

/// The records of the chosen devices; of a whole list also the rows that belong to none and those set aside.
fn records<'a>(matter: &'a Matter<'a>) -> List<'a> {
    use Holds::{Number, Text, Time};
    let Matter { analysis, selection, .. } = *matter;
    let links = &analysis.links;
    let chosen: Vec<u32> = (0_u32..)
        .zip(&links.device)
        .filter(|(_, device)| selection.complete || selection.has(**device))
        .map(|(record, _)| record)
        .collect();
    let shelved = chosen.len();
    let aside = if selection.complete { analysis.records.asides() } else { 0 };
    let line = move |at: usize, cells: &mut Cells<'_>| {
        let Some(record) = chosen.get(at).copied() else {
            return set_aside(analysis, at - shelved, cells);
        };
        let Some((columns, row)) = analysis.records.locate(record) else { return };
        let export = columns.export.get(row).and_then(|e| analysis.records.exports.get(*e as usize));
        cells.text(columns.console.title());
        cells.text(export.map_or("", |(label, _)| label));
        cells.number(columns.row.get(row).map(|r| i64::from(*r)));
        cells.text(columns.name.get(row));
        cells.text(columns.serial.as_written(row));
        cells.text(columns.native_id.get(row));
        cells.time(columns.last_seen.get(row));
        cells.time(columns.enrolled.get(row));
        let (kinds, tier) = tables::bonds(analysis, record);
        cells.text(&kinds);
        cells.text(tier);
        cells.text(&links.refused.get(&record).map_or_else(String::new, |reasons| reasons.join("; ")));
        let device = links.device.get(record as usize).copied().unwrap_or(NONE);
        cells.text(analysis.devices.key.get(device as usize).map_or("", String::as_str));
    };
    let columns = columns(&[
        ("Console", 22, Text),
        ("Export", 36, Text),
        ("Row", 8, Number),
        ("Name", 24, Text),
        ("Serial", 18, Text),
        ("Id in the console", 38, Text),
        ("Last sign of life", 17, Time),
        ("Enrolled", 17, Time),
        ("Joined by", 24, Text),
        ("Tier", 8, Text),
        ("Refused", 48, Text),
        ("Device key", 26, Text),
    ]);
    let lines = shelved + aside;
    List { name: "Records", columns, fixed: 1, choices: Vec::new(), lines, line: Box::new(line) }
}

fn set_aside(analysis: &Analysis, at: usize, cells: &mut Cells<'_>) {
    let Some(row) = analysis.records.aside(at) else { return };
    let export = analysis.records.exports.get(row.export as usize);
    cells.text(export.map_or("", |(_, console)| console.title()));
    cells.text(export.map_or("", |(label, _)| label));
    cells.number(Some(row.row.into()));
    cells.text(row.name);
    cells.text(row.serial);
    cells.text(row.native_id);
    for _ in 0..4 {
        cells.text("");
    }
    cells.text(&format!("set aside: {}", row.reason));
}

fn rules<'a>(matter: &'a Matter<'a>) -> List<'a> {
    use Holds::{Number, Prose, Text};
    let analysis = matter.analysis;
    let line = move |at: usize, cells: &mut Cells<'_>| {
        let (Some(rule), Some(tally)) = (analysis.rules.get(at), analysis.tallies.get(at)) else { return };
        cells.text(&rule.text.id);
        cells.text(&rule.text.title);
        cells.text(rule.text.severity.as_str());
        cells.text(&tally.outcome.as_str().replace('-', " "));
        cells.text(&tally.reason);
        let ran = tally.outcome.as_str() == "ran";
        for count in [tally.matched, tally.unknown, tally.passed] {
            cells.number(i64::try_from(count).ok().filter(|_| ran));
        }
        cells.text(&rule.text.why);
        cells.text(&rule.text.controls.join(", "));
    };
    let columns = columns(&[
        ("Rule", 30, Text),
        ("Title", 44, Prose),
        ("Severity", 10, Text),
        ("Outcome", 12, Text),
        ("Reason", 44, Prose),
        ("Matched", 9, Number),
        ("Unknown", 9, Number),
        ("Passed", 9, Number),
        ("Why it matters", 70, Prose),
        ("Supports evidence for", 40, Prose),
    ]);
    let lines = analysis.rules.len();
    List { name: "Rules", columns, fixed: 1, choices: Vec::new(), lines, line: Box::new(line) }
}

fn notices<'a>(matter: &'a Matter<'a>) -> List<'a> {
    use Holds::{Number, Prose, Text};
    let analysis = matter.analysis;
    let line = move |at: usize, cells: &mut Cells<'_>| {
        let Some(notice) = analysis.notices.get(at) else { return };
        cells.text(notice.code.severity().as_str());
        cells.text(&notice.message);
        cells.text(&notice.export);
        cells.number(notice.row.and_then(|row| i64::try_from(row).ok()));
        cells.text(&notice.column);
        cells.text(notice.code.as_str());
    };
    let columns = columns(&[
        ("Severity", 10, Text),
        ("Notice", 80, Prose),
        ("Export", 40, Text),
        ("Row", 8, Number),
        ("Column", 24, Text),
        ("Kind", 22, Text),
    ]);
    let lines = analysis.notices.len();
    List { name: "Notices", columns, fixed: 0, choices: Vec::new(), lines, line: Box::new(line) }
}
