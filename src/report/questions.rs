//! The questions of a run, put together for people: those that say the same are one line, and what would settle most of them
//! comes first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::model::Model;
use crate::ids::{DeviceId, QuestionId};
use crate::notice::many;
use crate::outcome::Outcome;
use crate::rules::Answer;

/// Lines that the page has; `questions.csv` has every question.
const LINES: usize = 60;
/// Devices of a line that are named.
const NAMED: usize = 10;
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
    /// The export, or what to look at.
    settled_by: String,
    /// What the export has to have.
    has: String,
    /// Questions that it settles, and of how many rules and devices they are.
    questions: usize,
    rules: usize,
    devices: usize,
    /// Questions that need another answer too.
    beside: usize,
    /// All that as one sentence, without its full stop.
    text: String,
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
    /// What people call it: its name, and its serial number or model where the name does not tell it apart.
    called: String,
    /// Records that may be it, the first of them.
    candidates: Vec<String>,
    /// How many records may be it.
    candidates_total: u64,
}

impl Model {
    /// What is not known: how many questions, on how many devices, and what would settle most of them, a sentence each.
    #[must_use]
    pub fn not_known(&self) -> (usize, usize, Vec<&str>) {
        let QuestionsRow { total, devices, asks, .. } = &self.questions;
        (*total, *devices, asks.iter().map(|ask| ask.text.as_str()).collect())
    }
}

/// Puts the questions together.
pub(super) fn questions(outcome: &Outcome) -> QuestionsRow {
    let all = &outcome.questions;
    let mut groups: BTreeMap<(u16, u32), Vec<QuestionId>> = BTreeMap::new();
    for (at, rule) in all.rule.numbered() {
        groups.entry((*rule, all.text(at))).or_default().push(at);
    }
    let devices: BTreeSet<DeviceId> = all.device.iter().copied().collect();
    let mut rows: Vec<_> =
        groups.iter().filter_map(|((rule, _), own)| Some((outcome.rules.get(usize::from(*rule))?, own))).collect();
    rows.sort_by_key(|(rule, own)| (Reverse(rule.severity), Reverse(own.len())));
    let more = rows.len().saturating_sub(LINES);
    let groups: Vec<QuestionRow> = rows.into_iter().take(LINES).map(|(rule, own)| row(outcome, rule, own)).collect();
    QuestionsRow { total: all.len(), devices: devices.len(), asks: asks(outcome), groups, more }
}

fn row(outcome: &Outcome, rule: &crate::rules::Text, own: &[QuestionId]) -> QuestionRow {
    let texts = own.first().map(|at| outcome.questions.texts(*at)).cloned().unwrap_or_default();
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

fn named(outcome: &Outcome, at: QuestionId) -> NamedRow {
    let device = *outcome.questions.device.get(at);
    let candidates = outcome.questions.candidates.get(at).split('|').filter(|one| !one.is_empty());
    let candidates: Vec<String> = candidates.map(str::to_string).collect();
    NamedRow {
        device_key: outcome.devices.key.get(device).clone(),
        device_name: outcome.devices.name.get(device).to_string(),
        called: called(outcome, device),
        candidates_total: candidates.iter().map(|one| counted(one)).sum(),
        candidates,
    }
}

/// How many records an entry stands for: one, or as many as `5 more in Intune` says.
fn counted(entry: &str) -> u64 {
    let more = entry.split_once(" more in ").and_then(|(count, _)| count.parse().ok());
    more.unwrap_or(1)
}

/// A device as people find it: `CFS-LT-00117`, `laptop, serial 154HSL3`, `Latitude 5440 without a name`.
fn called(outcome: &Outcome, device: DeviceId) -> String {
    let devices = &outcome.devices;
    let (name, serial) = (devices.name.get(device), devices.serial.get(device));
    let serial = if serial.is_empty() { String::new() } else { format!("serial {serial}") };
    // A name with a number in it is one of a series; the others are shared by many.
    let tells = name.chars().any(|c| c.is_ascii_digit());
    match (name.is_empty(), serial.is_empty()) {
        (false, _) if tells => name.to_string(),
        (false, true) => name.to_string(),
        (false, false) => format!("{name}, {serial}"),
        (true, false) => serial,
        (true, true) => match devices.model.get(device) {
            "" => devices.key.get(device).clone(),
            model => format!("{model} without a name"),
        },
    }
}

/// What would settle most questions: exports first, then what somebody has to look up.
fn asks(outcome: &Outcome) -> Vec<AskRow> {
    let all = &outcome.questions;
    let mut by_name: BTreeMap<&str, Asked> = BTreeMap::new();
    for at in all.rule.numbers() {
        let answers: Vec<Answer> = Answer::of(&all.texts(at).settled_by).collect();
        let names: BTreeSet<&str> = answers.iter().map(|answer| answer.name).collect();
        for answer in answers {
            let asked = by_name.entry(answer.name).or_default();
            asked.is_look = answer.is_look();
            let list = if names.len() == 1 { &mut asked.alone } else { &mut asked.beside };
            list.push(at);
            asked.has.extend(answer.has.split(", ").filter(|word| !word.is_empty()));
        }
    }
    let mut ranked: Vec<(&str, Asked)> = by_name.into_iter().collect();
    ranked.sort_by_key(|(_, own)| (own.is_look, Reverse(own.alone.len()), Reverse(own.beside.len())));
    let rules = |own: &[QuestionId]| own.iter().map(|at| all.rule.get(*at)).collect::<BTreeSet<_>>().len();
    let devices = |own: &[QuestionId]| own.iter().map(|at| all.device.get(*at)).collect::<BTreeSet<_>>().len();
    let one = |(name, own): (&str, Asked)| {
        let mut row = AskRow {
            settled_by: name.to_string(),
            has: own.has.into_iter().collect::<Vec<_>>().join(", "),
            questions: own.alone.len(),
            rules: rules(&own.alone),
            devices: devices(&own.alone),
            beside: own.beside.len(),
            text: String::new(),
        };
        row.text = row.sentence();
        row
    };
    ranked.into_iter().take(RANKED).map(one).collect()
}

/// Questions that need one answer.
#[derive(Default)]
struct Asked<'a> {
    is_look: bool,
    has: BTreeSet<&'a str>,
    /// Those that it settles.
    alone: Vec<QuestionId>,
    /// Those that need another answer too.
    beside: Vec<QuestionId>,
}

impl AskRow {
    fn sentence(&self) -> String {
        let Self { settled_by, has, questions, rules, devices, beside, .. } = self;
        let many = |count: usize, what: &str| many(count as u64, what);
        let settles = format!(
            "settles {} of {} on {}",
            many(*questions, "question"),
            many(*rules, "rule"),
            many(*devices, "device")
        );
        let gives = match (questions, beside) {
            (0, _) => format!("helps with {}", many(*beside, "question")),
            (_, 0) => settles,
            _ => format!("{settles}, and helps with {beside} more"),
        };
        let has = if has.is_empty() { String::new() } else { format!("; it has: {has}") };
        format!("{settled_by}: {gives}{has}")
    }
}
