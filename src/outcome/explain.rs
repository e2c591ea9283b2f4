//! One device in full, as people and programs ask for it; and what a report tells of one that was loaded.

use std::collections::BTreeSet;

use super::Outcome;
use crate::console::Console;
use crate::error::{Error, Result};
use crate::formats::values;
use crate::identity::story::{Bond, FieldStory, MOST_LISTED, MOST_RECORDS, RecordStory};
use crate::identity::{KeyKind, Threshold};
use crate::ids::{DeviceId, FindingId, RecordId};
use crate::rules::{Elsewhere, Findings, Tally, Text};
use crate::schema::{Activity, Confidence, Identity, JoinType, Outcome as Ended, Ownership, Platform, Severity};
use crate::table::RecordColumns;

/// What a query found.
#[derive(Debug)]
pub enum Explained {
    /// One device.
    One(Box<Explanation>),
    /// Several devices bear what was asked for: the first ones in the order of their keys, and how many there are.
    Several(Vec<Candidate>, usize),
}

/// A device that a query may mean.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Stable key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Serial number.
    pub serial: String,
    /// Platform.
    pub platform: Platform,
    /// Consoles that hold it.
    pub consoles: Vec<Console>,
    /// Newest activity, UTC milliseconds.
    pub last_activity: Option<i64>,
}

/// Everything that is known of a device, and why.
#[derive(Debug)]
pub struct Explanation {
    /// What it is called.
    pub device: Candidate,
    /// Who owns it.
    pub ownership: Ownership,
    /// How Entra ID knows it.
    pub join_type: JoinType,
    /// How sure its identity is.
    pub identity: Identity,
    /// Active, stale or unknown.
    pub activity: Activity,
    /// The time at which it is judged, UTC milliseconds.
    pub as_of: i64,
    /// Days after which it is stale, where that is known.
    pub inactive_days: Option<u32>,
    /// Its records, in their order: the first [`MOST_RECORDS`] and those that speak for their console.
    pub records: Vec<RecordStory>,
    /// How many records it has.
    pub records_total: usize,
    /// The merged view.
    pub fields: Vec<Field>,
    /// The consoles that do not hold it; none where that is not kept.
    pub elsewhere: Vec<Elsewhere>,
    /// What became of each rule.
    pub verdicts: Vec<Verdict>,
    /// What to do, in order; the first 200.
    pub steps: Vec<Step>,
    /// How many steps there are.
    pub steps_total: usize,
    /// Why it has no finding though it is stale.
    pub unflagged: Option<String>,
    /// Explained from a report, which keeps less than the exports tell.
    pub of_report: bool,
}

/// Steps of one device that are told.
const MOST_STEPS: usize = 200;
/// Devices of one name that are told.
pub const MOST_CANDIDATES: usize = 200;

/// What a rule made of the device.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Rule id.
    pub rule: String,
    /// Title of the rule.
    pub title: String,
    /// Whether it holds.
    pub holds: Holds,
    /// Why it did not run.
    pub reason: String,
    /// Severity and confidence of the finding, where it holds.
    pub finding: Option<(Severity, Confidence)>,
    /// The columns that decide it, with their values; nothing where not known.
    pub values: Vec<(String, Option<String>)>,
    /// The values that made it hold, in one text.
    pub evidence: Option<String>,
    /// What is not known, and what would settle it.
    pub question: Option<Question>,
    /// Who accepted the finding, until when and why, if somebody has.
    pub excepted: Option<String>,
}

/// Why a rule could not be decided for a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is not known.
    pub unknown: String,
    /// The export, the column or the page that would decide.
    pub settled_by: String,
    /// Records that may be the device.
    pub candidates: Vec<String>,
}

/// What a rule made of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The rule did not run.
    DidNotRun,
    /// It holds.
    Match,
    /// It does not hold.
    Pass,
    /// It cannot be known.
    Unknown,
    /// It does not hold or cannot be known; a report does not keep which.
    NotKept,
}

impl Holds {
    /// What a condition came to, three-valued; nothing where it was not looked at.
    #[must_use]
    pub const fn of(holds: Option<Option<bool>>) -> Self {
        match holds {
            None => Self::DidNotRun,
            Some(Some(true)) => Self::Match,
            Some(Some(false)) => Self::Pass,
            Some(None) => Self::Unknown,
        }
    }
}

/// A field of the merged view.
#[derive(Clone, Debug)]
pub struct Field {
    /// Column of the device table.
    pub name: &'static str,
    /// The value that won.
    pub value: String,
    /// The console whose value it is; nothing where that is not kept.
    pub from: Option<Console>,
    /// Consoles in the order in which they are asked.
    pub order: Vec<Console>,
    /// Values of other consoles that differ.
    pub others: Vec<(Console, String)>,
}

impl Field {
    /// A field of which everything is known.
    #[must_use]
    pub fn of(story: FieldStory) -> Self {
        let FieldStory { name, value, from, order, others } = story;
        Self { name, value, from: Some(from), order, others }
    }
}

/// A step of the plan.
#[derive(Clone, Debug)]
pub struct Step {
    /// What to do.
    pub action: String,
    /// Where.
    pub console: Option<Console>,
    /// On which object.
    pub object: String,
    /// Why, and why in this place.
    pub why: String,
    /// What must be true first and cannot be known from files.
    pub condition: String,
    /// Cannot be undone.
    pub irreversible: bool,
    /// Erases the device.
    pub wipes: bool,
}

/// A device as a candidate.
#[must_use]
pub fn candidate(outcome: &Outcome, device: DeviceId) -> Candidate {
    let table = &outcome.devices;
    Candidate {
        key: table.key.get(device).clone(),
        name: table.name.get(device).to_string(),
        serial: table.serial.get(device).to_string(),
        platform: *table.platform.get(device),
        consoles: table.consoles_of(device).collect(),
        last_activity: table.last_activity.get(device),
    }
}

/// The first steps of a device.
#[must_use]
pub fn steps(outcome: &Outcome, device: DeviceId) -> Vec<Step> {
    let own = outcome.steps.numbered().filter(|(_, step)| step.device == device);
    own.take(MOST_STEPS)
        .map(|(at, step)| {
            let entry = outcome.entry(step);
            Step {
                action: entry.action.clone(),
                console: entry.console,
                object: outcome.object_of(step).into_owned(),
                why: entry.why.clone(),
                condition: outcome.condition_of(at).into_owned(),
                irreversible: entry.irreversible,
                wipes: entry.wipes,
            }
        })
        .collect()
}

/// Why a device has no finding though it is stale.
#[must_use]
pub fn unflagged(outcome: &Outcome, device: DeviceId) -> Option<String> {
    let has = |devices: &[DeviceId]| devices.contains(&device);
    super::Unflagged::new(outcome).why(
        device,
        has(outcome.findings.device.as_slice()),
        has(outcome.questions.device.as_slice()),
    )
}

/// The device of a loaded report that a text names: its key, name, serial number, id in a console, Entra device id, or
/// `file:row`. Other ids, such as an IMEI, a report does not keep.
///
/// # Errors
/// [`Error::Usage`] if nothing bears the name.
pub fn explain(outcome: &Outcome, query: &str) -> Result<Explained> {
    let found = find(outcome, query.trim());
    match found.as_slice() {
        [] => Err(Error::Usage {
            message: format!(
                "no device of the report has `{query}` as key, name, serial number, id in its console or Entra device id, \
                 and no row is called so"
            ),
            help: "a report keeps no IMEI, MEID or other id: name the exports in its place to look for one, or take a \
                   `device_key` of `devices.csv`, or a row of `records.csv` as `file:row`"
                .into(),
        }),
        [one] => Ok(Explained::One(Box::new(whole(outcome, *one)))),
        many => {
            let told = many.iter().take(MOST_CANDIDATES).map(|device| candidate(outcome, *device));
            Ok(Explained::Several(told.collect(), many.len()))
        }
    }
}

/// A key names one device even where its text is also another's name.
fn find(outcome: &Outcome, query: &str) -> Vec<DeviceId> {
    if let Some((device, _)) = outcome.devices.key.numbered().find(|(_, key)| key.eq_ignore_ascii_case(query)) {
        return vec![device];
    }
    // `intune:…` as findings print objects; a name may hold a colon too.
    let object = query.split_once(':');
    let object = object.and_then(|(console, id)| Some((outcome.devices.registry.parse(console)?, id.trim())));
    let of_console = object.map(|(console, id)| find_in(outcome, id, Some(console)));
    of_console.filter(|found| !found.is_empty()).unwrap_or_else(|| find_in(outcome, query, None))
}

fn find_in(outcome: &Outcome, query: &str, of_console: Option<Console>) -> Vec<DeviceId> {
    let compared = |cell: values::Cell<std::borrow::Cow<'_, str>>| match cell {
        values::Cell::Value(value) => value.into_owned(),
        _ => query.to_string(),
    };
    let (serial, id) = (compared(values::serial(query)), compared(values::native_id(query)));
    let same = |cell: &str, wanted: &str| !cell.is_empty() && cell.eq_ignore_ascii_case(wanted);
    let place = query.rsplit_once(':').and_then(|(file, row)| Some((file, row.parse::<u32>().ok()?)));
    let mut found = BTreeSet::new();
    for columns in outcome.records.consoles.iter().filter(|c| of_console.is_none_or(|console| c.console == console)) {
        for line in 0..columns.row.len() {
            let (label, _) = outcome.records.exports.get(*columns.export.get(line));
            let is_place = || place.is_some_and(|(file, row)| *columns.row.get(line) == row && label == file);
            let bears = same(columns.name.get(line), query)
                || same(columns.serial.compared(line), &serial)
                || same(columns.serial.as_written(line), query)
                || same(columns.native_id.compared(line), &id)
                || same(columns.native_id.as_written(line), query);
            let device = *outcome.links.device.get(columns.first.after(line));
            if device.is_some() && (bears || is_place()) {
                found.insert(device);
            }
        }
    }
    let entra = &outcome.devices.entra_device_id;
    let by_entra = outcome.devices.numbers().filter(|at| same(entra.compared(*at), &id) || same(entra.get(*at), query));
    if of_console.is_none() {
        found.extend(by_entra);
    }
    found.into_iter().collect()
}

fn whole(outcome: &Outcome, device: DeviceId) -> Explanation {
    let table = &outcome.devices;
    let own = candidate(outcome, device);
    let days = outcome.thresholds.days(Threshold::Inactive, own.platform);
    let (records, records_total) = records(outcome, device);
    Explanation {
        // Whether it is a non-persistent desktop, for which there may be other thresholds, is not kept.
        inactive_days: outcome.thresholds.vdi(Threshold::Inactive).is_none_or(|vdi| vdi == days).then_some(days),
        ownership: *table.ownership.get(device),
        join_type: *table.join_type.get(device),
        identity: *table.identity.get(device),
        activity: *table.activity.get(device),
        as_of: outcome.as_of.millis,
        records,
        records_total,
        fields: fields(outcome, device),
        elsewhere: Vec::new(),
        verdicts: (0..outcome.rules.len()).filter_map(|rule| verdict(outcome, device, rule)).collect(),
        steps: steps(outcome, device),
        steps_total: outcome.steps.iter().filter(|step| step.device == device).count(),
        unflagged: unflagged(outcome, device),
        device: own,
        of_report: true,
    }
}

fn records(outcome: &Outcome, device: DeviceId) -> (Vec<RecordStory>, usize) {
    let own: Vec<RecordId> =
        outcome.links.device.numbered().filter(|(_, of)| **of == device).map(|(record, _)| record).collect();
    let one = |record: &RecordId| {
        let (columns, line) = outcome.records.locate(*record);
        record_of(outcome, columns, line, *record, device)
    };
    (own.iter().take(MOST_RECORDS).map(one).collect(), own.len())
}

fn record_of(
    outcome: &Outcome,
    columns: &RecordColumns,
    line: usize,
    record: RecordId,
    device: DeviceId,
) -> RecordStory {
    let held = *outcome.links.held_by.get(record);
    let bond = |kind: &KeyKind| Bond { kind: *kind, value: String::new(), with: Vec::new(), more: 0 };
    let (export, _) = outcome.records.exports.get(*columns.export.get(line));
    let of_console = outcome.devices.by_console.iter().find(|c| c.console == columns.console);
    RecordStory {
        record,
        console: columns.console,
        export: export.clone(),
        row: *columns.row.get(line),
        native_id: columns.native_id.get(line).to_string(),
        name: columns.name.get(line).to_string(),
        serial: columns.serial.as_written(line).to_string(),
        last_seen: columns.last_seen.get(line),
        unread: false,
        live: of_console.is_some_and(|c| *c.live.get(device) == record),
        repeat: false,
        bonds: KeyKind::ALL.iter().filter(|kind| held & kind.bit() != 0).map(bond).collect(),
        refused: outcome.links.refused.get(&record).into_iter().flatten().take(MOST_LISTED).cloned().collect(),
        guarded: false,
        dangling: Vec::new(),
    }
}

fn fields(outcome: &Outcome, at: DeviceId) -> Vec<Field> {
    let table = &outcome.devices;
    let texts = [
        ("name", table.name.get(at)),
        ("serial", table.serial.get(at)),
        ("manufacturer", table.manufacturer.get(at)),
        ("model", table.model.get(at)),
        ("primary_user", table.primary_user.get(at)),
    ];
    let field = |(name, value): (&'static str, &str)| Field {
        name,
        value: value.to_string(),
        from: None,
        order: Vec::new(),
        others: Vec::new(),
    };
    texts.into_iter().filter(|(_, value)| !value.is_empty()).map(field).collect()
}

/// Place of the finding of a rule for a device.
fn finding_of(findings: &Findings, rule: usize, device: DeviceId) -> Option<FindingId> {
    let mut both = findings.device.numbered().zip(&findings.rule);
    both.find(|((_, of), own)| **of == device && usize::from(**own) == rule).map(|((finding, _), _)| finding)
}

/// What a rule, by its position, made of a device, as far as an outcome keeps it.
#[must_use]
pub fn verdict(outcome: &Outcome, device: DeviceId, rule: usize) -> Option<Verdict> {
    let (text, tally): (&Text, &Tally) = (outcome.rules.get(rule)?, outcome.tallies.get(rule)?);
    let (open, hidden) = (&outcome.findings, &outcome.hidden.findings);
    let excepted = finding_of(hidden, rule, device);
    let found = finding_of(open, rule, device).map(|f| (open, f)).or(excepted.map(|f| (hidden, f)));
    let question = question_of(outcome, rule, device);
    let holds = match (found, tally.outcome) {
        (Some(_), _) => Holds::Match,
        (None, Ended::Ran) if question.is_some() => Holds::Unknown,
        // Reports of earlier versions do not keep questions.
        (None, Ended::Ran) if tally.unknown == 0 || !outcome.questions.is_empty() => Holds::Pass,
        (None, Ended::Ran) => Holds::NotKept,
        (None, _) => Holds::DidNotRun,
    };
    let exception = excepted.map(|f| outcome.hidden.exceptions.get(*outcome.hidden.by.get(f)));
    Some(Verdict {
        rule: text.id.clone(),
        title: text.title.clone(),
        holds,
        reason: tally.reason.clone(),
        finding: found.map(|(all, f)| (*all.severity.get(f), *all.confidence.get(f))),
        values: Vec::new(),
        evidence: found.map(|(all, f)| all.evidence.get(f).clone()),
        question,
        excepted: exception.map(super::Accepted::in_words),
    })
}

fn question_of(outcome: &Outcome, rule: usize, device: DeviceId) -> Option<Question> {
    let all = &outcome.questions;
    let mut both = all.device.numbered().zip(&all.rule);
    let ((at, _), _) = both.find(|((_, of), own)| **of == device && usize::from(**own) == rule)?;
    let (texts, candidates) = (all.texts(at), all.candidates.get(at));
    Some(Question {
        unknown: texts.unknown.clone(),
        settled_by: texts.settled_by.clone(),
        candidates: candidates.split('|').filter(|one| !one.is_empty()).map(str::to_string).collect(),
    })
}
