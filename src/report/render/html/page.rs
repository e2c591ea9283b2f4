//! The device data of the page: columns for the list, and in chunks what the drawer shows of each device.
//!
//! Both are JSON, deflated and written in base64, so that fifty thousand devices stay a file that opens at once. The
//! script reads the list when the page opens and a chunk when a device in it is opened.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::identity::{KeyKind, NONE, rfc3339};
use crate::plan::Entry;
use crate::report::selection::Selection;
use crate::report::view::Index;
use crate::schema::{Activity, Confidence, Console, Identity, JoinType, Ownership, Platform, Severity};

/// Devices of one chunk.
const CHUNK: usize = 500;
/// Devices that are listed for readers without scripts.
const STATIC: usize = 100;
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
}

/// A device in the list for readers without scripts.
#[derive(Debug, Serialize)]
pub(super) struct FirstRow {
    name: String,
    serial: String,
    platform: &'static str,
    last_activity: String,
    days_inactive: Option<i64>,
    activity: &'static str,
    highest_severity: &'static str,
    findings: String,
}

/// Packs the chosen devices.
pub(super) fn data(analysis: &Analysis, index: &Index, selection: &Selection) -> Result<Data> {
    let records = Records::new(analysis, selection);
    let chunk = |devices: &[u32]| {
        let rows: Vec<Value> = devices.iter().map(|d| detail(analysis, index, &records, *d)).collect();
        pack(&Value::Array(rows))
    };
    Ok(Data {
        list: pack(&list(analysis, index, selection))?,
        details: selection.devices.par_chunks(CHUNK).map(chunk).collect::<Result<_>>()?,
        chunk: CHUNK,
        first: first(analysis, index, selection),
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
#[derive(Default)]
struct Shared<'a> {
    numbers: BTreeMap<&'a str, usize>,
    texts: Vec<&'a str>,
}

impl<'a> Shared<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        let texts = &mut self.texts;
        *self.numbers.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() - 1
        })
    }

    fn column(texts: impl Iterator<Item = &'a str>) -> Value {
        let mut shared = Self::default();
        let numbers: Vec<usize> = texts.map(|text| shared.number(text)).collect();
        json!({ "texts": shared.texts, "of": numbers })
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
fn list(analysis: &Analysis, index: &Index, selection: &Selection) -> Value {
    let d = &analysis.devices;
    let every = || selection.devices.iter().map(|d| *d as usize);
    let words = |get: &dyn Fn(usize) -> i64| every().map(get).collect::<Vec<i64>>();
    let rules = |at: usize| -> Vec<u16> {
        index.findings(at).iter().filter_map(|f| analysis.findings.rule.get(*f as usize)).copied().collect()
    };
    json!({
        "as_of": analysis.as_of.millis.div_euclid(1_000),
        "words": {
            "platform": Platform::WORDS, "ownership": Ownership::WORDS, "join_type": JoinType::WORDS,
            "activity": Activity::WORDS, "identity": Identity::WORDS, "severity": Severity::WORDS,
            "confidence": Confidence::WORDS, "console": Console::WORDS,
            "kind": KeyKind::WORDS, "tier": KeyKind::ALL.iter().map(|k| k.tier()).collect::<Vec<_>>(),
        },
        "console_titles": Console::ALL.iter().map(|c| c.title()).collect::<Vec<_>>(),
        "rules": analysis.rules.iter().map(|r| r.text.id.as_str()).collect::<Vec<_>>(),
        "exports": analysis.records.exports.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(),
        "entries": analysis.playbooks.entries().iter().map(entry).collect::<Vec<_>>(),
        "thresholds": Platform::ALL.iter()
            .map(|p| analysis.thresholds.days(crate::identity::Threshold::Inactive, *p)).collect::<Vec<_>>(),
        "key": every().map(|at| d.key.get(at).map_or("", String::as_str)).collect::<Vec<_>>(),
        "name": every().map(|at| d.name.get(at)).collect::<Vec<_>>(),
        "serial": every().map(|at| d.serial.get(at)).collect::<Vec<_>>(),
        "user": Shared::column(every().map(|at| d.primary_user.get(at))),
        "manufacturer": Shared::column(every().map(|at| d.manufacturer.get(at))),
        "model": Shared::column(every().map(|at| d.model.get(at))),
        "platform": words(&|at| position(Platform::ALL, d.platform.get(at))),
        "ownership": words(&|at| position(Ownership::ALL, d.ownership.get(at))),
        "join_type": words(&|at| position(JoinType::ALL, d.join_type.get(at))),
        "activity": words(&|at| position(Activity::ALL, d.activity.get(at))),
        "identity": words(&|at| position(Identity::ALL, d.identity.get(at))),
        "severity": words(&|at| position(Severity::ALL, index.highest(analysis, at).as_ref())),
        "last": every().map(|at| seconds(d.last_activity.get(at))).collect::<Vec<_>>(),
        "days": every().map(|at| d.days_inactive(at)).collect::<Vec<_>>(),
        "seen_by": words(&|at| position(Console::WORDS, Some(&d.last_console.get(at)))),
        "consoles": every().map(|at| d.consoles.get(at).copied().unwrap_or_default()).collect::<Vec<_>>(),
        "findings": every().map(rules).collect::<Vec<_>>(),
    })
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

/// The records of the chosen devices, by device.
struct Records {
    by_device: BTreeMap<u32, Vec<u32>>,
}

impl Records {
    fn new(analysis: &Analysis, selection: &Selection) -> Self {
        let mut by_device: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (record, device) in (0_u32..).zip(&analysis.links.device) {
            if *device != NONE && selection.has(*device) {
                by_device.entry(*device).or_default().push(record);
            }
        }
        Self { by_device }
    }

    fn of(&self, device: u32) -> &[u32] {
        self.by_device.get(&device).map_or(&[], Vec::as_slice)
    }
}

/// What the drawer shows of a device: records, findings, steps.
fn detail(analysis: &Analysis, index: &Index, records: &Records, device: u32) -> Value {
    let all = records.of(device);
    let at = device as usize;
    // The list is in the order of the numbers.
    let own = all.get(..all.len().min(MOST_SHOWN)).unwrap_or_default();
    let place = |record: &u32| own.binary_search(record).ok();
    let findings = &analysis.findings;
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
            ])
        })
        .collect();
    let (first, plan) = index.plan(analysis, at);
    let steps: Vec<Value> = (first..)
        .zip(plan.iter().take(MOST_SHOWN))
        .map(|(number, step)| {
            let place = step.object.as_ref().and_then(place);
            let object = place.map_or_else(|| analysis.object_of(step).into(), Value::from);
            // A condition with a day of its own; the others stand with what the step says.
            match analysis.condition_of(number) {
                Cow::Owned(dated) => json!([step.entry, object, dated]),
                Cow::Borrowed(_) => json!([step.entry, object]),
            }
        })
        .collect();
    let rows: Vec<Value> = own.iter().filter_map(|record| record_row(analysis, at, *record)).collect();
    json!([rows, found, steps, all.len(), plan.len()])
}

/// One record. What is the same as at the device is not repeated.
fn record_row(analysis: &Analysis, device: usize, record: u32) -> Option<Value> {
    let (columns, row) = analysis.records.locate(record)?;
    let unless = |own: &str, common: &str| if own == common { Value::Null } else { own.into() };
    let serial = columns.serial.as_written(row);
    let live = analysis.devices.by_console.iter().find(|c| c.console == columns.console);
    let id = analysis.records.id_of(record);
    Some(json!([
        columns.console.index(),
        columns.export.get(row),
        columns.row.get(row),
        id,
        unless(columns.name.get(row), analysis.devices.name.get(device)),
        unless(serial, analysis.devices.serial.get(device)),
        seconds(columns.last_seen.get(row)),
        seconds(columns.enrolled.get(row)),
        analysis.links.held_by.get(record as usize),
        analysis.links.refused.get(&record).map(|reasons| reasons.iter().take(MOST_OBJECTS).collect::<Vec<_>>()),
        u8::from(live.is_some_and(|c| c.id.get(device) == id)),
    ]))
}

fn first(analysis: &Analysis, index: &Index, selection: &Selection) -> Vec<FirstRow> {
    let d = &analysis.devices;
    let flagged = selection.devices.iter().map(|d| *d as usize).filter(|at| !index.findings(*at).is_empty());
    flagged
        .take(STATIC)
        .map(|at| FirstRow {
            name: d.name.get(at).to_string(),
            serial: d.serial.get(at).to_string(),
            platform: d.platform.get(at).map_or("", |p| p.as_str()),
            last_activity: d.last_activity.get(at).map_or_else(String::new, rfc3339),
            days_inactive: d.days_inactive(at),
            activity: d.activity.get(at).map_or("", |a| a.as_str()),
            highest_severity: index.highest(analysis, at).map_or("", Severity::as_str),
            findings: index.rules(analysis, at).join("|"),
        })
        .collect()
}
