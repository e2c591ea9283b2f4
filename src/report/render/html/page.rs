//! The device data of the page: columns for the list, and in chunks what the drawer shows of each device.
//!
//! Both are JSON, deflated and written in base64, so that fifty thousand devices stay a file that opens at once. The
//! script reads the list when the page opens and a chunk when a device in it is opened.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::console::Console;
use crate::error::{Error, Result};
use crate::identity::{KeyKind, NONE, day, rfc3339};
use crate::ids::RecordId;
use crate::outcome::{Outcome, Unflagged};
use crate::plan::{Entry, Shape};
use crate::report::selection::Selection;
use crate::report::table::{self, Plain, Table};
use crate::report::view::{Index, Run};
use crate::schema::{Confidence, Platform, Severity, Status};

/// Devices of one chunk.
const CHUNK: usize = 500;
/// Devices that are listed for readers without scripts.
const STATIC: usize = 100;
/// Flagged devices up to which paper lists them all.
const ON_PAPER: usize = 200;
/// Records and steps of one device that the drawer knows; `records.csv` and `plan.csv` have all.
const MOST_SHOWN: usize = 200;
/// Objects of one finding.
const MOST_OBJECTS: usize = 50;

/// Packed data, ready to stand in the page.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    /// What the list, its filters and its search need.
    pub list: String,
    /// What the drawer needs, by chunk.
    pub details: Vec<String>,
    /// Devices of one chunk.
    pub chunk: usize,
    /// The first flagged devices, for readers without scripts.
    pub first: Vec<FirstRow>,
    /// All flagged devices, for paper, the severest first; none where they are too many.
    pub paper: Vec<PaperRow>,
}

/// Flagged devices on paper: those of which the same rules hold stand together, so that a fleet takes a page and not three.
#[derive(Debug, Serialize)]
pub(super) struct PaperRow {
    severity: &'static str,
    rules: String,
    status: &'static str,
    /// Name and key of each.
    devices: Vec<(String, String)>,
}

/// A device in the list for readers without scripts.
#[derive(Debug, Serialize)]
pub(super) struct FirstRow {
    name: String,
    serial: String,
    platform: String,
    last_activity: String,
    days_inactive: Option<i64>,
    activity: String,
    highest_severity: String,
    findings: String,
}

/// Packs the chosen devices.
pub(super) fn data(run: Run<'_>, selection: &Selection) -> Result<Data> {
    let Run { outcome, index } = run;
    let lines = Lines::new(outcome, selection);
    let chunk = |devices: &[u32]| {
        let rows: Vec<Value> = devices.iter().map(|d| detail(outcome, index, &lines, *d)).collect();
        pack(&Value::Array(rows))
    };
    Ok(Data {
        list: pack(&list(run, selection))?,
        details: selection.devices.par_chunks(CHUNK).map(chunk).collect::<Result<_>>()?,
        chunk: CHUNK,
        first: first(run, selection),
        paper: paper(run, selection),
    })
}

fn pack(value: &Value) -> Result<String> {
    let failed = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut deflated, value).map_err(|e| failed(&e))?;
    deflated.flush().map_err(|e| failed(&e))?;
    Ok(STANDARD.encode(deflated.finish().map_err(|e| failed(&e))?))
}

/// Texts that many devices share, each once; a device has its number.
fn shared(texts: Vec<String>) -> Value {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut listed = Vec::new();
    let mut number = |text: String| {
        *numbers.entry(text).or_insert_with_key(|text| {
            listed.push(text.clone());
            listed.len() - 1
        })
    };
    let of: Vec<usize> = texts.into_iter().map(&mut number).collect();
    json!({ "texts": listed, "of": of })
}

/// The table of devices, of which the page shows the chosen ones: what they are stands here as in every other file.
struct Devices<'a> {
    table: Table<'a>,
    chosen: &'a [u32],
}

impl Devices<'_> {
    fn cells(&self, column: &str) -> Vec<Plain> {
        self.table.cells(column, self.chosen.iter().map(|device| *device as usize))
    }

    fn texts(&self, column: &str) -> Vec<String> {
        self.cells(column).into_iter().map(Plain::text).collect()
    }

    fn numbers(&self, column: &str) -> Vec<Option<i64>> {
        self.cells(column).iter().map(Plain::number).collect()
    }

    /// Words by their position in the list of words, −1 for none.
    fn words(&self, column: &str) -> Vec<i64> {
        let words = self.known(column);
        let place = |word: String| words.iter().position(|known| *known == word);
        self.texts(column)
            .into_iter()
            .map(|word| place(word).and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
            .collect()
    }

    /// The words that a column may hold.
    fn known(&self, column: &str) -> &'static [&'static str] {
        let field = self.table.column(column).and_then(|at| self.table.fields.get(at));
        field.map_or(&[], |field| field.words)
    }
}

/// Position of a word in its list, −1 for none.
fn position<T: PartialEq>(all: &[T], word: Option<&T>) -> i64 {
    word.and_then(|w| all.iter().position(|own| own == w)).and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)
}

fn seconds(millis: Option<i64>) -> Option<i64> {
    millis.map(|m| m.div_euclid(1_000))
}

/// The columns of the list.
fn list(run: Run<'_>, selection: &Selection) -> Value {
    let Run { outcome, index } = run;
    let devices = Devices { table: table::devices(run), chosen: &selection.devices };
    let every = || selection.devices.iter().map(|d| *d as usize);
    let consoles = outcome.devices.numbered();
    let rules = |at: usize| -> Vec<u16> {
        index.findings(at).iter().filter_map(|f| outcome.findings.rule.get(*f as usize)).copied().collect()
    };
    json!({
        "as_of": outcome.as_of.millis.div_euclid(1_000),
        "words": {
            "platform": devices.known("platform"), "ownership": devices.known("ownership"),
            "join_type": devices.known("join_type"), "activity": devices.known("activity"),
            "identity": devices.known("identity"), "severity": devices.known("highest_severity"),
            "confidence": Confidence::WORDS, "console": consoles.iter().map(|c| c.as_str()).collect::<Vec<_>>(),
            "kind": KeyKind::WORDS, "tier": KeyKind::ALL.iter().map(|k| k.tier()).collect::<Vec<_>>(),
        },
        "console_titles": consoles.iter().map(|c| c.title()).collect::<Vec<_>>(),
        "pages": consoles.iter().map(|c| c.device_page().unwrap_or_default()).collect::<Vec<_>>(),
        "packages": outcome.packages.list.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(),
        "package_titles": outcome.packages.list.iter().map(|p| p.title.as_str()).collect::<Vec<_>>(),
        "rules": outcome.rules.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(),
        "controls": outcome.rules.iter().map(|r| &r.controls).collect::<Vec<_>>(),
        "exports": outcome.records.exports.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(),
        "asked": outcome.questions.all_texts().iter().map(|own| [&own.unknown, &own.settled_by]).collect::<Vec<_>>(),
        "entries": outcome.entries.iter().map(entry).collect::<Vec<_>>(),
        "thresholds": Platform::ALL.iter()
            .map(|p| outcome.thresholds.days(crate::identity::Threshold::Inactive, *p)).collect::<Vec<_>>(),
        "key": devices.texts("device_key"),
        "name": devices.texts("name"),
        "serial": devices.texts("serial"),
        "user": shared(devices.texts("primary_user")),
        "manufacturer": shared(devices.texts("manufacturer")),
        "model": shared(devices.texts("model")),
        "platform": devices.words("platform"),
        "ownership": devices.words("ownership"),
        "join_type": devices.words("join_type"),
        "activity": devices.words("activity"),
        "identity": devices.words("identity"),
        "severity": devices.words("highest_severity"),
        "last": devices.numbers("last_activity").into_iter().map(seconds).collect::<Vec<_>>(),
        "days": devices.numbers("days_inactive"),
        "seen_by": devices.words("last_activity_console"),
        "consoles": every().map(|at| outcome.devices.consoles.get(at).copied().unwrap_or_default()).collect::<Vec<_>>(),
        "findings": every().map(rules).collect::<Vec<_>>(),
        "steps": shared(every().map(|at| steps_of(outcome, index, at)).collect()),
        "package": every().map(|at| outcome.packages.of_device.get(at).filter(|p| **p != NONE)).collect::<Vec<_>>(),
    })
}

/// The steps of a device, as words to search for: the name of each and its line in the guide. Devices that are dealt with in
/// the same way have the same text.
fn steps_of(outcome: &Outcome, index: &Index, at: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    for step in index.plan(outcome, at).1 {
        let Some(entry) = outcome.entry(step) else { continue };
        let number = format!("g{}", step.entry + 1);
        if !words.contains(&number) {
            words.extend([number, entry.slug.clone()]);
        }
    }
    words.join(" ")
}

fn entry(entry: &Entry) -> Value {
    json!([
        entry.slug,
        entry.action,
        entry.console.map_or("", Console::title),
        entry.condition,
        entry.role,
        u8::from(entry.irreversible),
        u8::from(entry.wipes),
        entry.why,
    ])
}

/// The lines of some tables that are about the chosen devices, by device.
struct Lines<'a> {
    unflagged: Unflagged<'a>,
    records: ByNumber<RecordId>,
    questions: ByNumber<u32>,
    ledger: ByNumber<u32>,
}

/// Lines of a table by the number of their device.
struct ByNumber<N>(BTreeMap<u32, Vec<N>>);

impl<N: From<u32>> ByNumber<N> {
    fn new<'a>(devices: impl Iterator<Item = &'a u32>, selection: &Selection) -> Self {
        let mut by_device: BTreeMap<u32, Vec<N>> = BTreeMap::new();
        for (line, device) in (0_u32..).zip(devices) {
            if *device != NONE && selection.has(*device) {
                by_device.entry(*device).or_default().push(line.into());
            }
        }
        Self(by_device)
    }

    fn of(&self, device: u32) -> &[N] {
        self.0.get(&device).map_or(&[], Vec::as_slice)
    }
}

impl<'a> Lines<'a> {
    fn new(outcome: &'a Outcome, selection: &Selection) -> Self {
        Self {
            unflagged: Unflagged::new(outcome),
            records: ByNumber::new(outcome.links.device.iter(), selection),
            questions: ByNumber::new(outcome.questions.device.iter(), selection),
            ledger: ByNumber::new(outcome.ledger.lines.iter().map(|line| &line.device), selection),
        }
    }
}

/// What could not be decided about a device: rule, what is said of it, the records that may be the device.
fn question(outcome: &Outcome, at: u32) -> Value {
    let questions = &outcome.questions;
    let at = at as usize;
    json!([questions.rule.get(at), questions.text(at), questions.candidates.get(at)])
}

/// What became of a step on an object of a device: state, step, console, object, planned, claimed, by whom, settled, note.
fn ledger_line(outcome: &Outcome, at: u32) -> Option<Value> {
    let ledger = &outcome.ledger;
    let line = ledger.lines.get(at as usize)?;
    Some(json!([
        line.state.as_str(),
        ledger.text(line.step),
        line.console.title(),
        line.object,
        seconds(Some(line.planned_on)),
        seconds(line.claimed_on),
        ledger.text(line.claimed_by),
        seconds(line.settled_on),
        ledger.text(line.note),
    ]))
}

/// What the drawer shows of a device: records, findings, steps, questions, what became of earlier steps.
fn detail(outcome: &Outcome, index: &Index, lines: &Lines<'_>, device: u32) -> Value {
    let all = lines.records.of(device);
    let at = device as usize;
    // The list is in the order of the numbers.
    let own = all.get(..all.len().min(MOST_SHOWN)).unwrap_or_default();
    let place = |record: &RecordId| own.binary_search(record).ok();
    let findings = &outcome.findings;
    let holding = index.holding(outcome, at);
    let found: Vec<Value> = index
        .findings(at)
        .iter()
        .map(|f| {
            let f = *f as usize;
            let concerned = findings.objects(f);
            let objects: Vec<usize> = concerned.iter().take(MOST_OBJECTS).filter_map(place).collect();
            json!([
                findings.rule.get(f),
                position(Severity::ALL, findings.severity.get(f)),
                position(Confidence::ALL, findings.confidence.get(f)),
                findings.evidence.get(f),
                objects,
                concerned.len(),
                findings.rule.get(f).and_then(|rule| index.cause(*rule, &holding)),
            ])
        })
        .collect();
    let (first, plan) = index.plan(outcome, at);
    let steps: Vec<Value> = (first..)
        .zip(plan.iter().take(MOST_SHOWN))
        .map(|(number, step)| {
            let place = step.object.as_ref().and_then(place);
            let object = place.map_or_else(|| outcome.object_of(step).into(), Value::from);
            // A condition with a day of its own; the others stand with what the step says.
            match outcome.condition_of(number) {
                Cow::Owned(dated) => json!([step.entry, object, dated]),
                Cow::Borrowed(_) => json!([step.entry, object]),
            }
        })
        .collect();
    let rows: Vec<Value> = own.iter().filter_map(|record| record_row(outcome, at, *record)).collect();
    let asked: Vec<Value> = lines.questions.of(device).iter().map(|line| question(outcome, *line)).collect();
    let ledger = lines.ledger.of(device).iter().take(MOST_SHOWN).filter_map(|line| ledger_line(outcome, *line));
    let why_none = lines.unflagged.why(device, !found.is_empty(), !asked.is_empty());
    let ledger: Vec<Value> = ledger.collect();
    json!([rows, found, steps, all.len(), plan.len(), asked, ledger, why_none, decided(outcome, at)])
}

/// What was decided about a device, in this run or an earlier one: status, who declined it, until when, who does it, note.
fn decided(outcome: &Outcome, at: usize) -> Option<Value> {
    let own = outcome.decisions.of(at).filter(|own| own.status != Status::Open)?;
    let until = own.declined.until.map(day);
    Some(json!([own.status.as_str(), own.declined.by, until, own.assignee, own.note]))
}

/// Whether an id can stand in the address of a page of its console.
fn has_page(id: &str) -> bool {
    let id = id.to_lowercase();
    [Shape::Guid, Shape::Machine].iter().any(|shape| shape.fits(&id))
}

/// One record. What is the same as at the device is not repeated.
fn record_row(outcome: &Outcome, device: usize, record: RecordId) -> Option<Value> {
    let (columns, row) = outcome.records.locate(record)?;
    let unless = |own: &str, common: &str| if own == common { Value::Null } else { own.into() };
    let serial = columns.serial.as_written(row);
    let live = outcome.devices.by_console.iter().find(|c| c.console == columns.console);
    Some(json!([
        columns.console.index(),
        columns.export.get(row),
        columns.row.get(row),
        outcome.records.id_of(record),
        unless(columns.name.get(row), outcome.devices.name.get(device)),
        unless(serial, outcome.devices.serial.get(device)),
        // Dates of a console that sees no device are no activity.
        seconds(columns.last_seen.get(row).filter(|_| columns.console.gives_signals())),
        seconds(columns.enrolled.get(row)),
        outcome.links.held_by.get(record),
        outcome.links.refused.get(&record).map(|reasons| reasons.iter().take(MOST_OBJECTS).collect::<Vec<_>>()),
        u8::from(live.is_some_and(|c| c.live.get(device) == Some(&record))),
        u8::from(columns.console.device_page().is_some() && has_page(&outcome.records.id_of(record))),
    ]))
}

/// What devices have in common that stand together on paper: severity, rules, what was decided.
type Alike = (Reverse<Option<Severity>>, String, Status);

/// The flagged devices, if they are few enough for paper.
fn paper(run: Run<'_>, selection: &Selection) -> Vec<PaperRow> {
    let flagged = || selection.devices.iter().map(|at| *at as usize).filter(|at| !run.index.findings(*at).is_empty());
    if flagged().nth(ON_PAPER).is_some() {
        return Vec::new();
    }
    let devices = &run.outcome.devices;
    let mut rows: BTreeMap<Alike, Vec<(String, String)>> = BTreeMap::new();
    for at in flagged() {
        let rules = run.index.rules(run.outcome, at).join(", ");
        let kind = (Reverse(run.index.highest(run.outcome, at)), rules, run.status(at));
        let key = devices.key.get(at).cloned().unwrap_or_default();
        rows.entry(kind).or_default().push((devices.name.get(at).to_string(), key));
    }
    let row = |((Reverse(severity), rules, status), devices): (Alike, _)| PaperRow {
        severity: severity.map_or("", Severity::as_str),
        rules,
        status: status.as_str(),
        devices,
    };
    rows.into_iter().map(row).collect()
}

fn first(run: Run<'_>, selection: &Selection) -> Vec<FirstRow> {
    let flagged = selection.devices.iter().copied().filter(|at| !run.index.findings(*at as usize).is_empty());
    let chosen: Vec<u32> = flagged.take(STATIC).collect();
    let devices = Devices { table: table::devices(run), chosen: &chosen };
    let days = devices.numbers("days_inactive");
    let seen = devices.numbers("last_activity");
    let text = |column: &str| devices.texts(column).into_iter();
    let words = text("platform").zip(text("activity")).zip(text("highest_severity").zip(text("findings")));
    text("name")
        .zip(text("serial"))
        .zip(words)
        .zip(seen.into_iter().zip(days))
        .map(|(((name, serial), ((platform, activity), (highest_severity, findings))), (seen, days_inactive))| {
            FirstRow {
                name,
                serial,
                platform,
                last_activity: seen.map_or_else(String::new, rfc3339),
                days_inactive,
                activity,
                highest_severity,
                findings,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::run::{self, Silent};

    /// A list of Intune without the ids: its devices are known by their serial numbers.
    const LIST: &str = "Device name,Enrollment date,Last check-in,OS version,Serial number,Manufacturer,Model,Compliance,Managed by,Ownership,Device state,OS,Primary user UPN
L1,2024-02-03 09:11:00,2026-11-19 20:00:00,10.0.22631.4602,5CDX000001,Dell Inc.,Latitude 5440,Compliant,Intune,Corporate,Managed,Windows,a@contoso.example
L2,2024-02-03 09:11:00,2026-11-18 20:00:00,10.0.22631.4602,5CDX000002,Dell Inc.,Latitude 5440,Compliant,Intune,Corporate,Managed,Windows,b@contoso.example
";

    #[test]
    fn the_live_record_of_each_console_is_marked_with_or_without_an_id() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("intune.csv"), LIST).unwrap();
        let exports = vec![place.path().into(), Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/contoso")];
        for export in exports {
            let outcome =
                run::analyze(&run::Options { exports: vec![export], ..run::Options::default() }, &Silent).unwrap();
            for console in &outcome.devices.by_console {
                for (device, &live) in console.live.iter().enumerate().filter(|(_, live)| live.is_some()) {
                    let row = record_row(&outcome, device, live).unwrap();
                    assert_eq!(row[10], 1, "device {device} in {}", console.console);
                }
            }
        }
    }
}
