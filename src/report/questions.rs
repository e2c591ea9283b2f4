//! The questions of a run, put together for people: those that say the same are one line, and what would settle most of them
//! comes first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::outcome::Outcome;

/// Lines that the page has; `questions.csv` has every question.
const LINES: usize = 60;
/// Devices of a line that are named.
const NAMED: usize = 3;
/// Answers that are ranked.
const RANKED: usize = 5;

/// What could not be decided.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct QuestionsRow {
    /// Questions: rules that could not be decided for a device.
    total: usize,
    /// Devices that have one.
    devices: usize,
    /// What would settle most of them, the most first.
    asks: Vec<AskRow>,
    /// Questions of one rule that say the same, the severest first, then the most.
    groups: Vec<QuestionRow>,
    /// Groups that `questions.csv` has and this list does not.
    more: usize,
}

/// An answer.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AskRow {
    settled_by: String,
    questions: usize,
    rules: usize,
    devices: usize,
}

/// Questions of one rule that say the same.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct QuestionRow {
    rule: String,
    title: String,
    severity: &'static str,
    devices: usize,
    unknown: String,
    settled_by: String,
    /// The first of the devices.
    first: Vec<NamedRow>,
}

/// A device with a question.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct NamedRow {
    device_key: String,
    device_name: String,
    /// Records that may be it.
    candidates: Vec<String>,
}

/// Puts the questions together.
pub(super) fn questions(outcome: &Outcome) -> QuestionsRow {
    let all = &outcome.questions;
    let mut groups: BTreeMap<(u16, u32), Vec<usize>> = BTreeMap::new();
    for (at, rule) in all.rule.iter().enumerate() {
        groups.entry((*rule, all.text_number(at))).or_default().push(at);
    }
    let devices: BTreeSet<u32> = all.device.iter().copied().collect();
    let mut rows: Vec<_> =
        groups.iter().filter_map(|((rule, _), own)| Some((outcome.rules.get(usize::from(*rule))?, own))).collect();
    rows.sort_by_key(|(rule, own)| (Reverse(rule.severity), Reverse(own.len())));
    let more = rows.len().saturating_sub(LINES);
    let groups: Vec<QuestionRow> = rows.into_iter().take(LINES).map(|(rule, own)| row(outcome, rule, own)).collect();
    QuestionsRow { total: all.len(), devices: devices.len(), asks: asks(outcome), groups, more }
}

fn row(outcome: &Outcome, rule: &crate::rules::Text, own: &[usize]) -> QuestionRow {
    let texts = own.first().and_then(|at| outcome.questions.texts(*at)).cloned().unwrap_or_default();
    QuestionRow {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        severity: rule.severity.as_str(),
        devices: own.len(),
        unknown: texts.unknown,
        settled_by: texts.settled_by,
        first: own.iter().take(NAMED).map(|at| named(outcome, *at)).collect(),
    }
}

fn named(outcome: &Outcome, at: usize) -> NamedRow {
    let device = outcome.questions.device.get(at).map_or(usize::MAX, |device| *device as usize);
    let candidates = outcome.questions.candidates.get(at).map_or("", String::as_str);
    NamedRow {
        device_key: outcome.devices.key.get(device).cloned().unwrap_or_default(),
        device_name: outcome.devices.name.get(device).to_string(),
        candidates: candidates.split('|').filter(|one| !one.is_empty()).map(str::to_string).collect(),
    }
}

/// What would settle most questions.
fn asks(outcome: &Outcome) -> Vec<AskRow> {
    let all = &outcome.questions;
    let mut by_text: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for at in 0..all.len() {
        if let Some(texts) = all.texts(at) {
            by_text.entry(&texts.settled_by).or_default().push(at);
        }
    }
    let mut ranked: Vec<(&str, Vec<usize>)> = by_text.into_iter().collect();
    ranked.sort_by_key(|(_, own)| Reverse(own.len()));
    let count = |own: &[usize], of: &dyn Fn(usize) -> Option<u32>| {
        own.iter().filter_map(|at| of(*at)).collect::<BTreeSet<u32>>().len()
    };
    let one = |(settled_by, own): (&str, Vec<usize>)| AskRow {
        settled_by: settled_by.to_string(),
        questions: own.len(),
        rules: count(&own, &|at| all.rule.get(at).copied().map(u32::from)),
        devices: count(&own, &|at| all.device.get(at).copied()),
    };
    ranked.into_iter().take(RANKED).map(one).collect()
}
