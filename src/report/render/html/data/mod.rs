//! The device data of the page: columns for the list, and in chunks what the drawer shows of each device.
//!
//! Both are JSON, deflated and written in base64, so that fifty thousand devices stay a file that opens at once. The
//! script reads the list when the page opens and a chunk when a device in it is opened.

mod detail;
mod packed;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use self::packed::{column, pack, shared, steps};
use crate::console::Console;
use crate::error::Result;
use crate::identity::KeyKind;
use crate::ids::{By, DeviceId, EntryId};
use crate::outcome::Outcome;
use crate::plan::Entry;
use crate::report::selection::Selection;
use crate::report::table::{self, Plain, Table};
use crate::report::view::{Index, Run};
use crate::schema::{Confidence, Platform, Severity, Status};
use crate::time::rfc3339;

/// Devices of one chunk.
const CHUNK: usize = 500;
/// Devices that are listed for readers without scripts.
const STATIC: usize = 100;
/// Flagged devices up to which paper lists them all.
const ON_PAPER: usize = 200;
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
    let lines = detail::Lines::new(run.outcome, selection);
    let chunk = |devices: &[DeviceId]| pack(&detail::chunk(run, &lines, devices));
    Ok(Data {
        list: pack(&list(run, selection))?,
        details: selection.devices.par_chunks(CHUNK).map(chunk).collect::<Result<_>>()?,
        chunk: CHUNK,
        first: first(run, selection),
        paper: paper(run, selection),
    })
}

/// The table of devices, of which the page shows the chosen ones: what they are stands here as in every other file.
struct Devices<'a> {
    table: Table<'a>,
    chosen: &'a [DeviceId],
}

impl Devices<'_> {
    fn cells(&self, column: &str) -> Vec<Plain> {
        self.table.cells(column, self.chosen.iter().map(|device| device.index()))
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
    let every = || selection.devices.iter().copied();
    let consoles = outcome.devices.numbered();
    // The gravest finding first: it is the one that a line of the list has room for.
    let rules = |device| {
        let mut own = index.findings(device).to_vec();
        own.sort_by_key(|finding| (Reverse(*outcome.findings.severity.get(*finding)), *finding));
        own.iter().map(|finding| *outcome.findings.rule.get(*finding)).collect::<Vec<u16>>()
    };
    let serials = devices.texts("serial");
    // Most keys are the serial number with the word before it: those are not written again.
    let keys =
        devices.texts("device_key").into_iter().zip(&serials).map(|(key, serial)| match key.strip_prefix("serial:") {
            Some(rest) if rest == serial => String::new(),
            _ => key,
        });
    let keys: Vec<String> = keys.collect();
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
        "entries": entries(&outcome.entries),
        "thresholds": Platform::ALL.iter()
            .map(|p| outcome.thresholds.days(crate::identity::Threshold::Inactive, *p)).collect::<Vec<_>>(),
        "key": column(&keys),
        "name": column(&devices.texts("name")),
        "serial": column(&serials),
        "user": shared(&devices.texts("primary_user")),
        "manufacturer": shared(&devices.texts("manufacturer")),
        "model": shared(&devices.texts("model")),
        "platform": devices.words("platform"),
        "ownership": devices.words("ownership"),
        "join_type": devices.words("join_type"),
        "activity": devices.words("activity"),
        "identity": devices.words("identity"),
        "severity": devices.words("highest_severity"),
        "last": steps(devices.numbers("last_activity").into_iter().map(seconds)),
        "days": devices.numbers("days_inactive"),
        "seen_by": devices.words("last_activity_console"),
        "consoles": every().map(|at| *outcome.devices.consoles.get(at)).collect::<Vec<_>>(),
        "findings": every().map(rules).collect::<Vec<_>>(),
        "steps": shared(&every().map(|at| steps_of(outcome, index, at)).collect::<Vec<_>>()),
        "package": every().map(|at| outcome.packages.of_device.get(at).some()).collect::<Vec<_>>(),
    })
}

/// The steps of a device, as words to search for: the name of each and its line in the guide. Devices that are dealt with in
/// the same way have the same text.
fn steps_of(outcome: &Outcome, index: &Index, at: DeviceId) -> String {
    let mut words: Vec<String> = Vec::new();
    for step in index.plan(outcome, at) {
        let entry = outcome.entry(step);
        let number = format!("g{}", step.entry.ordinal());
        if !words.contains(&number) {
            words.extend([number, entry.slug.clone()]);
        }
    }
    words.join(" ")
}

/// The lines of the guide, with the numbers of their texts: sentences come again in many of them.
fn entries(entries: &By<EntryId, Entry>) -> Value {
    let text = |text: &str| text.to_string();
    let texts = entries.iter().flat_map(|entry| {
        let console = entry.console.map_or("", Console::title);
        [
            text(&entry.slug),
            text(&entry.action),
            text(console),
            text(&entry.condition),
            text(&entry.role),
            text(&entry.why),
        ]
    });
    let texts: Vec<String> = texts.collect();
    let flags = |entry: &Entry| [u8::from(entry.irreversible), u8::from(entry.wipes)];
    json!({ "said": packed::alike(&texts), "flags": entries.iter().map(flags).collect::<Vec<_>>() })
}

/// What devices have in common that stand together on paper: severity, rules, what was decided.
type Alike = (Reverse<Option<Severity>>, String, Status);

/// The flagged devices, if they are few enough for paper.
fn paper(run: Run<'_>, selection: &Selection) -> Vec<PaperRow> {
    let flagged = || selection.devices.iter().copied().filter(|at| !run.index.findings(*at).is_empty());
    if flagged().nth(ON_PAPER).is_some() {
        return Vec::new();
    }
    let devices = &run.outcome.devices;
    let mut rows: BTreeMap<Alike, Vec<(String, String)>> = BTreeMap::new();
    for at in flagged() {
        let titles = run.index.holding(run.outcome, at).into_iter();
        let titles = titles.filter_map(|rule| Some(run.outcome.rules.get(usize::from(rule))?.title.as_str()));
        let rules = titles.collect::<Vec<_>>().join(", ");
        let kind = (Reverse(run.index.highest(run.outcome, at)), rules, run.status(at));
        let key = devices.key.get(at).clone();
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
    let flagged = selection.devices.iter().copied().filter(|at| !run.index.findings(*at).is_empty());
    let chosen: Vec<DeviceId> = flagged.take(STATIC).collect();
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
