//! One device in full: its records and their proof, its signals, what each rule made of it, and its steps.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Inner, Options, Progress, conclude};
use crate::error::{Error, Result};
use crate::formats::values;
use crate::identity::NONE;
use crate::identity::story::{self, FieldStory, RecordStory};
use crate::outcome::Outcome;
use crate::rules;
use crate::schema::{Activity, Confidence, Console, Identity, JoinType, Ownership, Platform, Severity};

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
    /// Newest sign of life, UTC milliseconds.
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
    /// Days after which a device of its platform is stale.
    pub inactive_days: u32,
    /// Its records, in their order: the first [`story::MOST_RECORDS`] and those that speak for their console.
    pub records: Vec<RecordStory>,
    /// How many records it has.
    pub records_total: usize,
    /// The merged view.
    pub fields: Vec<FieldStory>,
    /// What became of each rule.
    pub verdicts: Vec<Verdict>,
    /// What to do, in order; the first 200.
    pub steps: Vec<Step>,
    /// How many steps there are.
    pub steps_total: usize,
}

/// Steps of one device that are told.
const MOST_STEPS: usize = 200;
/// Devices of one name that are told.
const MOST_CANDIDATES: usize = 200;

/// What a rule made of the device.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Rule id.
    pub rule: String,
    /// Title of the rule.
    pub title: String,
    /// Holds, does not hold, or cannot be known; `None` where the rule did not run.
    pub holds: Option<Option<bool>>,
    /// Why it did not run.
    pub reason: String,
    /// Severity and confidence of the finding, where it holds.
    pub finding: Option<(Severity, Confidence)>,
    /// The columns that decide it, with their values; nothing where not known.
    pub values: Vec<(String, Option<String>)>,
    /// Who accepted the finding, until when and why, if somebody has.
    pub excepted: Option<String>,
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

/// Analyses the exports and explains the device that a text names: its key, name, serial number, any of its ids, or
/// `file:row`.
///
/// # Errors
/// As [`analyze`](super::analyze); [`Error::Usage`] if nothing bears the name.
pub fn explain(options: &Options, query: &str, progress: &dyn Progress) -> Result<Explained> {
    let (outcome, inner) = conclude(options, true, progress)?;
    let found = find(&outcome, &inner, query);
    match found.as_slice() {
        [] => Err(Error::Usage {
            message: format!("no device has `{query}` as key, name, serial number or id, and no row is called so"),
            help: "take a `device_key` of `devices.csv`, or a row of `records.csv` as `file:row`".into(),
        }),
        [one] => whole(&outcome, &inner, *one).map(|e| Explained::One(Box::new(e))),
        many => {
            let told = many.iter().take(MOST_CANDIDATES).map(|device| candidate(&outcome, *device));
            Ok(Explained::Several(told.collect(), many.len()))
        }
    }
}

/// The devices that a text names. A key names one device even where its text is also another's name.
fn find(outcome: &Outcome, inner: &Inner, query: &str) -> Vec<u32> {
    let query = query.trim();
    if let Some(at) = outcome.devices.key.iter().position(|key| key.eq_ignore_ascii_case(query)) {
        return u32::try_from(at).into_iter().collect();
    }
    // `intune:…` as findings print objects; a name may hold a colon too.
    let object =
        query.split_once(':').and_then(|(console, id)| Some((inner.shelves.registry.parse(console)?, id.trim())));
    let of_console = object.map(|(console, id)| find_in(outcome, inner, id, Some(console)));
    of_console.filter(|found| !found.is_empty()).unwrap_or_else(|| find_in(outcome, inner, query, None))
}

/// The devices of which a record bears a text; with a console, only its records are looked at.
fn find_in(outcome: &Outcome, inner: &Inner, query: &str, of_console: Option<Console>) -> Vec<u32> {
    let compared = |cell: values::Cell<Cow<'_, str>>| match cell {
        values::Cell::Value(value) => value.into_owned(),
        _ => query.to_string(),
    };
    let serial = compared(values::serial(query));
    let id = compared(values::native_id(query));
    let radio = compared(values::imei(query));
    let place = query.rsplit_once(':').and_then(|(file, row)| Some((file, row.parse::<u32>().ok()?)));
    let mut found = BTreeSet::new();
    for shelf in inner.shelves.shelves.iter().filter(|shelf| of_console.is_none_or(|console| shelf.console == console))
    {
        let mut take = |line: usize| {
            let device = outcome.links.device.get(shelf.offset as usize + line).copied().unwrap_or(NONE);
            if device != NONE {
                found.insert(device);
            }
        };
        for (column, wanted) in [
            ("name", query),
            ("serial", serial.as_str()),
            ("serial_written", query),
            ("native_id", id.as_str()),
            ("native_id_written", query),
            ("entra_id", id.as_str()),
            ("intune_id", id.as_str()),
            ("ztdid", id.as_str()),
            ("imei", radio.as_str()),
            ("imei2", radio.as_str()),
            ("meid", radio.as_str()),
        ] {
            let Some(cells) = shelf.text(column) else { continue };
            // Of a radio number the check digit does not count, and some consoles leave it out.
            let same = |cell: &str| {
                cell.eq_ignore_ascii_case(wanted)
                    || (wanted == radio && values::radio_key(cell) == values::radio_key(wanted))
            };
            let hits = cells.iter().enumerate().filter(|(_, cell)| cell.is_some_and(same));
            hits.for_each(|(line, _)| take(line));
        }
        let Some((file, row)) = place else { continue };
        let (Some(exports), Some(rows)) = (shelf.numbers("export"), shelf.numbers("row")) else { continue };
        for (line, (export, own)) in exports.iter().zip(rows.iter()).enumerate() {
            let label = export.and_then(|e| inner.shelves.exports.get(e as usize)).map(|(label, _)| label.as_str());
            if own == Some(row) && label == Some(file) {
                take(line);
            }
        }
    }
    found.into_iter().collect()
}

fn candidate(outcome: &Outcome, device: u32) -> Candidate {
    let (table, at) = (&outcome.devices, device as usize);
    let bits = table.consoles.get(at).copied().unwrap_or_default();
    Candidate {
        key: table.key.get(at).cloned().unwrap_or_default(),
        name: table.name.get(at).to_string(),
        serial: table.serial.get(at).to_string(),
        platform: table.platform.get(at).copied().unwrap_or(Platform::Other),
        consoles: outcome.devices.registry.of_bits(bits).collect(),
        last_activity: table.last_activity.get(at),
    }
}

fn whole(outcome: &Outcome, inner: &Inner, device: u32) -> Result<Explanation> {
    let (table, at) = (&outcome.devices, device as usize);
    let own = candidate(outcome, device);
    let Inner { shelves, links, devices, available, rules } = inner;
    let inactive_days = devices.days(crate::identity::Threshold::Inactive, at);
    let ground = rules::Ground { shelves, links, devices, available };
    let records = story::records(shelves, links, devices, device);
    Ok(Explanation {
        inactive_days,
        ownership: table.ownership.get(at).copied().unwrap_or(Ownership::Unknown),
        join_type: table.join_type.get(at).copied().unwrap_or(JoinType::Unknown),
        identity: table.identity.get(at).copied().unwrap_or(Identity::Single),
        activity: table.activity.get(at).copied().unwrap_or(Activity::Unknown),
        as_of: outcome.as_of.millis,
        records: records.told,
        records_total: records.total,
        fields: story::fields(shelves, devices, device),
        verdicts: rules::explain(rules, ground, device)?
            .into_iter()
            .filter_map(|story| verdict(outcome, device, story))
            .collect(),
        steps: steps(outcome, device),
        steps_total: outcome.steps.iter().filter(|step| step.device == device).count(),
        device: own,
    })
}

fn verdict(outcome: &Outcome, device: u32, story: rules::RuleStory) -> Option<Verdict> {
    let text = outcome.rules.get(story.rule)?;
    let find = |findings: &rules::Findings| {
        let at = (0..findings.len()).find(|f| {
            findings.device.get(*f) == Some(&device)
                && findings.rule.get(*f).is_some_and(|r| usize::from(*r) == story.rule)
        })?;
        Some((at, (*findings.severity.get(at)?, *findings.confidence.get(at)?)))
    };
    let hidden = find(&outcome.hidden.findings);
    let finding = find(&outcome.findings).or(hidden).map(|(_, said)| said);
    let excepted = hidden.and_then(|(at, _)| {
        let exception = outcome.hidden.exceptions.get(*outcome.hidden.by.get(at)?)?;
        let until = crate::identity::day(exception.expires);
        Some(format!("accepted until {until} by {}: {}", exception.approved_by, exception.reason))
    });
    Some(Verdict {
        rule: text.id.clone(),
        title: text.title.clone(),
        holds: story.holds,
        reason: story.reason,
        finding,
        excepted,
        values: story.values,
    })
}

fn steps(outcome: &Outcome, device: u32) -> Vec<Step> {
    let own = outcome.steps.iter().enumerate().filter(|(_, step)| step.device == device);
    own.take(MOST_STEPS)
        .filter_map(|(at, step)| {
            let entry = outcome.entry(step)?;
            Some(Step {
                action: entry.action.clone(),
                console: entry.console,
                object: outcome.object_of(step),
                why: entry.why.clone(),
                condition: outcome.condition_of(at).into_owned(),
                irreversible: entry.irreversible,
                wipes: entry.wipes,
            })
        })
        .collect()
}
