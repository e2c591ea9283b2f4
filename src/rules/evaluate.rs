//! Every rule over every device: a mask of true, false and null a rule, then its findings.

use polars::prelude::{Column, DataFrame, DataType};
use rayon::prelude::*;

use super::availability::Availability;
use super::compile::{Rule, first_line, mask as truth, quietly};
use super::objects::objects_of;
use super::{Findings, Tally};
use crate::error::Result;
use crate::formats::normalise_internal as internal;
use crate::identity::{Devices, Links, Shelves, day};
use crate::schema::{Confidence, Identity, Outcome, Severity};

/// The findings of one rule, before they are strung together.
struct Judged {
    tally: Tally,
    devices: Vec<u32>,
    severity: Vec<Severity>,
    evidence: Vec<String>,
    objects: Vec<Vec<u32>>,
}

/// Evaluates the rules.
///
/// # Errors
/// [`crate::error::Error::Internal`] if a column of the device table cannot be made. An error of a rule is its outcome.
pub fn judge(
    rules: &[Rule],
    shelves: &Shelves,
    links: &Links,
    devices: &Devices,
    available: &Availability,
) -> Result<(Vec<Tally>, Findings)> {
    let runnable: Vec<Option<String>> = rules.iter().map(|r| cannot_run(r, shelves, available)).collect();
    let wanted = columns_of(rules.iter().zip(&runnable).filter(|(_, why)| why.is_none()).map(|(rule, _)| rule));
    let columns =
        wanted.par_iter().map(|name| devices.column(shelves, links, name)).collect::<Result<Vec<Column>>>()?;
    let table = DataFrame::new(devices.count as usize, columns).map_err(internal)?;

    let judged: Vec<Judged> = rules
        .par_iter()
        .zip(&runnable)
        .map(|(rule, why)| match why {
            Some(reason) => Judged::without(Outcome::DidNotRun, reason.clone()),
            None => quietly(|| one(rule, &table, shelves, devices))
                .unwrap_or_else(|message| Judged::without(Outcome::Failed, message)),
        })
        .collect();

    let mut findings = Findings::default();
    let mut tallies = Vec::with_capacity(rules.len());
    for (number, judged) in (0_u16..).zip(judged) {
        tallies.push(judged.tally);
        findings.rule.extend(std::iter::repeat_n(number, judged.devices.len()));
        // What rests on a weak link is shown, and nothing is planned on it.
        let columns = rules.get(usize::from(number)).map(|r| r.decides.as_slice()).unwrap_or_default();
        for (device, objects) in judged.devices.iter().zip(&judged.objects) {
            let held = |record: &u32| links.weak.get(*record as usize) == Some(&true);
            let weak = columns.iter().any(|column| devices.rests_on_weak(*device, column))
                || (!objects.is_empty() && objects.iter().all(held));
            findings.weak.push(weak);
            findings.confidence.push(if weak { Confidence::Low } else { confidence(devices, *device) });
        }
        findings.device.extend(judged.devices);
        findings.severity.extend(judged.severity);
        findings.evidence.extend(judged.evidence);
        for objects in judged.objects {
            findings.objects.extend(objects);
            findings.ends.push(findings.objects.len());
        }
    }
    Ok((tallies, findings))
}

/// Columns of the device table that some rules read, each once.
fn columns_of<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<&'static str> {
    let mut wanted: Vec<&'static str> = rules.flat_map(|rule| rule.columns.iter().copied()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// What became of a rule for one device, and why.
#[derive(Clone, Debug)]
pub struct RuleStory {
    /// Rule, by position.
    pub rule: usize,
    /// Holds, does not hold, or cannot be known; `None` where the rule did not run.
    pub holds: Option<Option<bool>>,
    /// Why it did not run.
    pub reason: String,
    /// The columns that decide it, with their values; blank where not known.
    pub values: Vec<(&'static str, Option<String>)>,
}

/// Judges one device by every rule and keeps what decided.
///
/// # Errors
/// [`crate::error::Error::Internal`] if a column of the device table cannot be made.
pub fn explain(
    rules: &[Rule],
    shelves: &Shelves,
    links: &Links,
    devices: &Devices,
    available: &Availability,
    device: u32,
) -> Result<Vec<RuleStory>> {
    let wanted = columns_of(rules.iter());
    let one = polars::prelude::IdxCa::from_vec("".into(), vec![device]);
    let columns = wanted
        .par_iter()
        .map(|name| devices.column(shelves, links, name).and_then(|c| c.take(&one).map_err(internal)))
        .collect::<Result<Vec<Column>>>()?;
    let row = DataFrame::new(1, columns).map_err(internal)?;
    let story = |(at, rule): (usize, &Rule)| {
        if let Some(reason) = cannot_run(rule, shelves, available) {
            return RuleStory { rule: at, holds: None, reason, values: Vec::new() };
        }
        let values = rule.decides.iter().map(|name| {
            let shown = row.column(name).ok().and_then(|column| values(column).next().flatten());
            (*name, shown)
        });
        let values = values.collect();
        match quietly(|| truth(&row, &rule.when)) {
            Ok(mask) => RuleStory { rule: at, holds: Some(mask.get(0)), reason: String::new(), values },
            Err(reason) => RuleStory { rule: at, holds: None, reason, values },
        }
    };
    Ok(rules.iter().enumerate().map(story).collect())
}

fn confidence(devices: &Devices, device: u32) -> Confidence {
    match devices.identities().get(device as usize) {
        Some(Identity::Exact | Identity::Single) => Confidence::High,
        Some(Identity::Strong) => Confidence::Medium,
        Some(Identity::Weak | Identity::Conflict) | None => Confidence::Low,
    }
}

/// Why a rule cannot run on these exports.
fn cannot_run(rule: &Rule, shelves: &Shelves, available: &Availability) -> Option<String> {
    for (console, column) in &rule.needs {
        if let Some(reason) = available.lacks(*console) {
            return Some(reason);
        }
        if let Some(column) = column {
            let filled =
                shelves.of(*console).is_some_and(|s| s.frame.column(column).is_ok_and(|c| c.null_count() < c.len()));
            if !filled {
                return Some(format!("the {} export has no column for `{column}`, or nothing in it", console.title()));
            }
        }
    }
    rule.absence.iter().find_map(|console| available.lacks(*console).or_else(|| available.absence_unproven(*console)))
}

fn one(rule: &Rule, table: &DataFrame, shelves: &Shelves, devices: &Devices) -> Result<Judged, String> {
    let mask = truth(table, &rule.when)?;
    let matched: Vec<u32> =
        (0_u32..).zip(mask.iter()).filter(|(_, holds)| *holds == Some(true)).map(|(device, _)| device).collect();
    let unknown = mask.null_count() as u64;
    let index = polars::prelude::IdxCa::from_vec("".into(), matched.clone());
    let shown = table.select(rule.shown.iter().copied()).and_then(|t| t.take(&index));
    let own = shown.map_err(|e| first_line(&e))?;
    let mut severity = vec![rule.text.severity; matched.len()];
    // The first condition that is true wins, so the last is applied first.
    for (condition, word) in rule.severity_when.iter().rev() {
        for (slot, holds) in severity.iter_mut().zip(truth(&own, condition)?.iter()) {
            if holds == Some(true) {
                *slot = *word;
            }
        }
    }
    let evidence = evidence(rule, &own);
    let objects = objects_of(rule, &matched, shelves, devices)?;
    let tally = Tally {
        outcome: Outcome::Ran,
        reason: String::new(),
        matched: matched.len() as u64,
        unknown,
        passed: mask.len() as u64 - unknown - matched.len() as u64,
    };
    Ok(Judged { tally, devices: matched, severity, evidence, objects })
}

impl Judged {
    fn without(outcome: Outcome, reason: String) -> Self {
        Self {
            tally: Tally { outcome, reason, matched: 0, unknown: 0, passed: 0 },
            devices: Vec::new(),
            severity: Vec::new(),
            evidence: Vec::new(),
            objects: Vec::new(),
        }
    }
}

/// `column=value; …`, empty values left out.
fn evidence(rule: &Rule, own: &DataFrame) -> Vec<String> {
    let mut texts = vec![String::new(); own.height()];
    for name in &rule.evidence {
        let Ok(column) = own.column(name) else { continue };
        for (text, value) in texts.iter_mut().zip(values(column)) {
            let Some(value) = value else { continue };
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(name);
            text.push('=');
            text.push_str(&value);
        }
    }
    texts
}

fn values(column: &Column) -> Box<dyn Iterator<Item = Option<String>> + '_> {
    match column.dtype() {
        DataType::Float64 => match column.f64() {
            Ok(cells) => Box::new(cells.iter().map(|v| v.map(|days| format!("{}", days.max(0.0).floor())))),
            Err(_) => Box::new(std::iter::empty()),
        },
        DataType::Datetime(..) => match column.datetime() {
            Ok(cells) => Box::new(cells.physical().iter().map(|v| v.map(day)).collect::<Vec<_>>().into_iter()),
            Err(_) => Box::new(std::iter::empty()),
        },
        DataType::Boolean => match column.bool() {
            Ok(cells) => Box::new(cells.iter().map(|v| v.map(|b| b.to_string()))),
            Err(_) => Box::new(std::iter::empty()),
        },
        DataType::UInt32 => match column.u32() {
            Ok(cells) => Box::new(cells.iter().map(|v| v.map(|n| n.to_string()))),
            Err(_) => Box::new(std::iter::empty()),
        },
        _ => match column.str() {
            Ok(cells) => Box::new(cells.iter().map(|v| v.map(ToString::to_string))),
            Err(_) => Box::new(std::iter::empty()),
        },
    }
}
