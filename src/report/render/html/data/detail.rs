//! What the drawer shows of the devices of one chunk: records, findings, steps, questions, what became of earlier steps.
//!
//! Devices of a fleet are much alike: what their records, findings and steps have in common stands once, and what tells one
//! from another stands in columns, in the order of the devices.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::packed::{self, Evidence, alike, column};
use super::{position, seconds};
use crate::ids::{DeviceId, EntryId, ExportId, Place, QuestionId, RecordId};
use crate::outcome::{Outcome, Unflagged};
use crate::plan::Shape;
use crate::report::selection::Selection;
use crate::report::view::{Index, Run};
use crate::schema::{Confidence, Severity, Status};
use crate::time::day;

/// Records and steps of one device that the drawer knows; `records.csv` and `plan.csv` have all.
const MOST_SHOWN: usize = 200;
/// Objects of one finding.
const MOST_OBJECTS: usize = 50;

/// The lines of some tables that are about the chosen devices, by device.
pub(super) struct Lines<'a> {
    unflagged: Unflagged<'a>,
    records: ByDevice<RecordId>,
    questions: ByDevice<QuestionId>,
    ledger: ByDevice<usize>,
}

/// Lines of a table by their device.
struct ByDevice<N>(BTreeMap<DeviceId, Vec<N>>);

impl<N: Place> ByDevice<N> {
    fn new(devices: impl Iterator<Item = DeviceId>, selection: &Selection) -> Self {
        let mut by_device: BTreeMap<DeviceId, Vec<N>> = BTreeMap::new();
        for (line, device) in devices.enumerate() {
            if selection.has(device) {
                by_device.entry(device).or_default().push(N::at(line));
            }
        }
        Self(by_device)
    }

    fn of(&self, device: DeviceId) -> &[N] {
        self.0.get(&device).map_or(&[], Vec::as_slice)
    }
}

impl<'a> Lines<'a> {
    pub(super) fn new(outcome: &'a Outcome, selection: &Selection) -> Self {
        Self {
            unflagged: Unflagged::new(outcome),
            records: ByDevice::new(outcome.links.device.iter().copied(), selection),
            questions: ByDevice::new(outcome.questions.device.iter().copied(), selection),
            ledger: ByDevice::new(outcome.ledger.lines.iter().map(|line| line.device), selection),
        }
    }
}

/// The devices of one chunk, in their order.
pub(super) fn chunk(run: Run<'_>, lines: &Lines<'_>, devices: &[DeviceId]) -> Value {
    let mut chunk = Chunk { ids: vec![Vec::new(); run.outcome.devices.numbered().len()], ..Chunk::default() };
    for (place, device) in devices.iter().enumerate() {
        chunk.push(run, lines, *device, place);
    }
    chunk.json()
}

/// What devices say of a subject, by their place in the chunk: for subjects that few have something to say of.
type Few = Vec<(usize, Value)>;

/// A chunk while it grows.
#[derive(Default)]
struct Chunk {
    /// How many records a device has, and what its records share with those of others.
    records: Vec<(usize, Vec<RecordKind>)>,
    /// Native ids by console: those of one console look alike.
    ids: Vec<Vec<String>>,
    rows: Vec<u32>,
    names: Vec<Value>,
    serials: Vec<Value>,
    /// By how much the newest activity of the device is newer.
    seen: Vec<Option<i64>>,
    enrolled: Vec<Option<i64>>,
    refused: Few,
    found: Vec<Vec<Found>>,
    evidence: Evidence,
    /// How many steps a device has, and its steps.
    steps: Vec<(usize, Vec<Step>)>,
    objects: Vec<String>,
    dated: Vec<String>,
    asked: Few,
    ledger: Few,
    why_none: Few,
    decided: Few,
}

/// Console, export, what links it, whether it is the live record of its console, whether its console has a page for it.
type RecordKind = (usize, ExportId, u16, u8, u8);
/// Rule, severity, confidence, the places of its objects among the records, how many there are, the rule it follows from.
type Found = (u16, i64, i64, Vec<usize>, usize, Option<u16>);
/// Entry, the place of its object among the records, whether its condition has a day of its own. In place of a record stand
/// [`NO_OBJECT`] and [`IN_WORDS`].
type Step = (EntryId, i64, u8);
const NO_OBJECT: i64 = -1;
/// The object is the next of the column of objects.
const IN_WORDS: i64 = -2;

impl Chunk {
    fn push(&mut self, run: Run<'_>, lines: &Lines<'_>, device: DeviceId, place: usize) {
        let Run { outcome, index } = run;
        let all = lines.records.of(device);
        // The list is in the order of the numbers.
        let own = all.get(..all.len().min(MOST_SHOWN)).unwrap_or_default();
        let kinds = own.iter().map(|record| self.record(outcome, device, *record)).collect();
        self.records.push((all.len(), kinds));
        self.findings(outcome, index, device, own);
        self.steps(outcome, index, device, own);

        let asked: Vec<Value> = lines.questions.of(device).iter().map(|line| question(outcome, *line)).collect();
        let ledger = lines.ledger.of(device).iter().take(MOST_SHOWN);
        let ledger: Vec<Value> = ledger.filter_map(|line| ledger_line(outcome, *line)).collect();
        if let Some(why) = lines.unflagged.why(device, !index.findings(device).is_empty(), !asked.is_empty()) {
            self.why_none.push((place, json!(why)));
        }
        if !asked.is_empty() {
            self.asked.push((place, asked.into()));
        }
        if !ledger.is_empty() {
            self.ledger.push((place, ledger.into()));
        }
        if let Some(decided) = decided(outcome, device) {
            self.decided.push((place, decided));
        }
    }

    /// One record. What is the same as at the device is not repeated.
    fn record(&mut self, outcome: &Outcome, device: DeviceId, record: RecordId) -> RecordKind {
        let (columns, row) = outcome.records.locate(record);
        let id = outcome.records.id_of(record);
        let page = columns.console.device_page().is_some() && has_page(&id);
        let live = outcome.devices.by_console.iter().find(|c| c.console == columns.console);
        let kind = (
            columns.console.index(),
            *columns.export.get(row),
            *outcome.links.held_by.get(record),
            u8::from(live.is_some_and(|c| *c.live.get(device) == record)),
            u8::from(page),
        );
        // Dates of a console that sees no device are no activity.
        let seen = seconds(columns.last_seen.get(row).filter(|_| columns.console.gives_signals()));
        let newest = seconds(outcome.devices.last_activity.get(device)).unwrap_or_default();
        if let Some(refused) = outcome.links.refused.get(&record) {
            let some: Vec<&String> = refused.iter().take(MOST_OBJECTS).collect();
            self.refused.push((self.rows.len(), json!(some)));
        }
        self.rows.push(*columns.row.get(row));
        self.names.push(unless(columns.name.get(row), outcome.devices.name.get(device)));
        self.serials.push(unless(columns.serial.as_written(row), outcome.devices.serial.get(device)));
        self.seen.push(seen.map(|seen| newest - seen));
        self.enrolled.push(seconds(columns.enrolled.get(row)));
        if let Some(ids) = self.ids.get_mut(kind.0) {
            ids.push(id.into_owned());
        }
        kind
    }

    fn findings(&mut self, outcome: &Outcome, index: &Index, at: DeviceId, own: &[RecordId]) {
        let findings = &outcome.findings;
        let key = outcome.devices.key.get(at);
        self.evidence.next_device();
        let holding = index.holding(outcome, at);
        let found = index.findings(at).iter().map(|f| {
            let rule = *findings.rule.get(*f);
            let concerned = findings.objects(*f);
            self.evidence.push(findings.evidence.get(*f), key);
            (
                rule,
                position(Severity::ALL, Some(findings.severity.get(*f))),
                position(Confidence::ALL, Some(findings.confidence.get(*f))),
                concerned.iter().take(MOST_OBJECTS).filter_map(|record| own.binary_search(record).ok()).collect(),
                concerned.len(),
                index.cause(rule, &holding),
            )
        });
        let found = found.collect();
        self.found.push(found);
    }

    fn steps(&mut self, outcome: &Outcome, index: &Index, at: DeviceId, own: &[RecordId]) {
        let all = index.plan(outcome, at).len();
        let steps = index.numbered_plan(outcome, at).take(MOST_SHOWN).map(|(number, step)| {
            let place = step.object.as_ref().and_then(|record| own.binary_search(record).ok());
            let object = place.and_then(|place| i64::try_from(place).ok()).unwrap_or_else(|| {
                match outcome.object_of(step).into_owned() {
                    id if id.is_empty() => NO_OBJECT,
                    id => {
                        self.objects.push(id);
                        IN_WORDS
                    }
                }
            });
            // A condition with a day of its own ends with what the step says; that stands there.
            let dated = match outcome.condition_of(number) {
                Cow::Owned(dated) => {
                    let usual = outcome.entry(step).condition.trim_end();
                    self.dated.push(dated.strip_suffix(usual).unwrap_or(&dated).to_string());
                    1
                }
                Cow::Borrowed(_) => 0,
            };
            (step.entry, object, dated)
        });
        let steps = steps.collect();
        self.steps.push((all, steps));
    }

    fn json(&self) -> Value {
        json!({
            "records": alike(&self.records),
            "id": self.ids.iter().map(|ids| column(ids)).collect::<Vec<_>>(),
            "row": self.rows,
            "name": self.names,
            "serial": self.serials,
            "seen": self.seen,
            "enrolled": packed::steps(self.enrolled.iter().copied()),
            "refused": self.refused,
            "found": alike(&self.found),
            "evidence": self.evidence.json(),
            "steps": alike(&self.steps),
            "object": column(&self.objects),
            "dated": column(&self.dated),
            "asked": self.asked,
            "ledger": self.ledger,
            "why_none": self.why_none,
            "decided": self.decided,
        })
    }
}

/// What a record calls its device: nothing where it is what the device is called, 0 where it is that in small letters, as
/// Defender writes it.
fn unless(own: &str, common: &str) -> Value {
    match own {
        own if own == common => Value::Null,
        own if own.is_ascii() && own == common.to_ascii_lowercase() => 0.into(),
        own => own.into(),
    }
}

/// What could not be decided about a device: rule, what is said of it, the records that may be the device.
fn question(outcome: &Outcome, at: QuestionId) -> Value {
    let questions = &outcome.questions;
    json!([questions.rule.get(at), questions.text(at), questions.candidates.get(at)])
}

/// What became of a step on an object of a device: state, step, console, object, planned, claimed, by whom, settled, note.
fn ledger_line(outcome: &Outcome, at: usize) -> Option<Value> {
    let ledger = &outcome.ledger;
    let line = ledger.lines.get(at)?;
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

/// What was decided about a device, in this run or an earlier one: status, who declined it, until when, who does it, note.
fn decided(outcome: &Outcome, at: DeviceId) -> Option<Value> {
    let own = outcome.decisions.of(at).filter(|own| own.status != Status::Open)?;
    let until = own.declined.until.map(day);
    Some(json!([own.status.as_str(), own.declined.by, until, own.assignee, own.note]))
}

/// Whether an id can stand in the address of a page of its console.
fn has_page(id: &str) -> bool {
    let id = id.to_lowercase();
    [Shape::Guid, Shape::Machine].iter().any(|shape| shape.fits(&id))
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
                for (device, &live) in console.live.numbered().filter(|(_, live)| live.is_some()) {
                    let kind = Chunk::default().record(&outcome, device, live);
                    assert_eq!(kind.3, 1, "{device:?} in {}", console.console);
                }
            }
        }
    }

    #[test]
    fn a_name_is_repeated_only_where_it_differs_by_more_than_its_case() {
        assert_eq!(unless("LT-1", "LT-1"), Value::Null);
        assert_eq!(unless("lt-1", "LT-1"), json!(0));
        assert_eq!(unless("Lt-1", "LT-1"), json!("Lt-1"));
        assert_eq!(unless("ä", "Ä"), json!("ä"));
        assert_eq!(unless("", "LT-1"), json!(""));
    }
}
