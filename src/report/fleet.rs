//! The state of the fleet: each device in one state, what each state counts, and the devices that people would miss in the sums.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::view::Index;
use crate::ids::DeviceId;
use crate::notice::many;
use crate::outcome::{Outcome, Unflagged};
use crate::schema::{Activity, Identity, Severity};

/// Devices that are named where some are; `devices.csv` has all.
const NAMED: usize = 10;

/// The state of the fleet.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FleetRow {
    /// The states. Their devices add up to all devices.
    pub(super) states: Vec<StateRow>,
    /// How many devices are flagged, and of which states they are: the sum behind the states.
    pub flagged: String,
    /// Flagged devices by their severest finding, the gravest first.
    pub grades: Vec<GradeRow>,
    /// Stale devices without a finding, by the reason why.
    pub(super) unflagged: Vec<UnflaggedRow>,
    /// Devices whose identity is not certain.
    pub(super) unsure: UnsureRow,
}

impl FleetRow {
    /// What is planned for devices whose identity is not certain; empty where there are none.
    #[must_use]
    pub fn unsure(&self) -> &str {
        &self.unsure.about
    }
}

/// A state, and the devices in it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct StateRow {
    /// `in-order`, `stale`, `misaligned` or `undecided`.
    pub state: &'static str,
    /// For people.
    pub title: &'static str,
    /// Devices.
    pub devices: usize,
    /// What is counted.
    pub about: String,
}

/// Flagged devices of one severity.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GradeRow {
    /// The severity of their severest finding.
    pub severity: &'static str,
    /// Devices.
    pub devices: usize,
}

/// Stale devices without a finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct UnflaggedRow {
    /// Why they have none.
    pub why: String,
    pub devices: usize,
    /// The first of them, by name, else by key.
    names: Vec<String>,
}

/// Devices whose identity is not certain.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct UnsureRow {
    /// How many.
    pub devices: usize,
    /// The first of them, by name, else by key.
    names: Vec<String>,
    /// What is planned for them.
    pub about: String,
}

/// What is to be said of a device first; each device is in one state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    InOrder,
    Stale,
    Misaligned,
    /// Neither stale nor flagged, and a rule could not be decided.
    Open,
    /// The same, but for an identity that is not certain.
    Unsure,
    /// The same, but for activity of which nothing is known.
    Unseen,
}

/// The numbers of the states.
#[derive(Default)]
pub(super) struct States {
    pub in_order: usize,
    pub stale: usize,
    pub misaligned: usize,
    /// With a question, of uncertain identity, without known activity: a device counts for the first of these.
    pub open: usize,
    pub unsure: usize,
    pub unseen: usize,
    /// Stale devices with a finding.
    pub stale_flagged: usize,
}

impl States {
    /// Counts every device once.
    pub(super) fn of(outcome: &Outcome, index: &Index) -> Self {
        let asked = asked(outcome);
        let mut counts = Self::default();
        for device in outcome.devices.numbers() {
            let state = state(outcome, index, &asked, device);
            counts.stale_flagged += usize::from(state == State::Stale && !index.findings(device).is_empty());
            *match state {
                State::InOrder => &mut counts.in_order,
                State::Stale => &mut counts.stale,
                State::Misaligned => &mut counts.misaligned,
                State::Open => &mut counts.open,
                State::Unsure => &mut counts.unsure,
                State::Unseen => &mut counts.unseen,
            } += 1;
        }
        counts
    }

    /// Devices of which nothing can be said yet.
    pub(super) const fn undecided(&self) -> usize {
        self.open + self.unsure + self.unseen
    }
}

/// Devices with a question.
fn asked(outcome: &Outcome) -> BTreeSet<DeviceId> {
    outcome.questions.device.iter().copied().collect()
}

fn is_unsure(outcome: &Outcome, device: DeviceId) -> bool {
    matches!(outcome.devices.identity.get(device), Identity::Conflict | Identity::Weak)
}

fn state(outcome: &Outcome, index: &Index, asked: &BTreeSet<DeviceId>, device: DeviceId) -> State {
    match *outcome.devices.activity.get(device) {
        Activity::Stale => State::Stale,
        _ if !index.findings(device).is_empty() => State::Misaligned,
        _ if asked.contains(&device) => State::Open,
        _ if is_unsure(outcome, device) => State::Unsure,
        Activity::Unknown => State::Unseen,
        Activity::Active => State::InOrder,
    }
}

/// Puts it together.
pub(super) fn fleet(outcome: &Outcome, index: &Index) -> FleetRow {
    let counts = States::of(outcome, index);
    FleetRow {
        states: states(&counts),
        flagged: flagged(&counts, outcome.devices.len()),
        grades: grades(outcome, index),
        unflagged: unflagged(outcome, index),
        unsure: unsure(outcome, index),
    }
}

fn states(counts: &States) -> Vec<StateRow> {
    let row = |state, title, devices, about| StateRow { state, title, devices, about };
    let parts = [
        (counts.open, "with an open question"),
        (counts.unsure, "of uncertain identity"),
        (counts.unseen, "without known activity"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let undecided = match parts.as_slice() {
        [] => "neither stale nor flagged, and something about them is open".to_string(),
        parts => format!("neither stale nor flagged: {}", parts.join(", ")),
    };
    let stale = match counts.stale - counts.stale_flagged {
        0 => "no activity within the threshold".to_string(),
        free => {
            format!("no activity within the threshold; {} flagged, {free} not", counts.stale_flagged)
        }
    };
    vec![
        row("in-order", "In order", counts.in_order, "active, not flagged, and nothing about them is open".to_string()),
        row("stale", "Stale", counts.stale, stale),
        row(
            "misaligned",
            "Misaligned",
            counts.misaligned,
            "not stale, and flagged: records disagree or are surplus".to_string(),
        ),
        row("undecided", "Undecided", counts.undecided(), undecided),
    ]
}

/// `118 of 415 devices are flagged: 45 of the 51 stale ones and 73 misaligned ones`.
fn flagged(counts: &States, devices: usize) -> String {
    let (stale, misaligned) = (counts.stale_flagged, counts.misaligned);
    let total = stale + misaligned;
    let of = match total {
        0 => return format!("none of {} is flagged", many(devices as u64, "device")),
        1 => format!("1 of {} is flagged", many(devices as u64, "device")),
        _ => format!("{total} of {} are flagged", many(devices as u64, "device")),
    };
    let such = |part: usize, of: usize| if part == of { part.to_string() } else { format!("{part} of {of}") };
    match (stale, misaligned) {
        (0, own) => format!("{of}: {own} misaligned"),
        (own, 0) => format!("{of}: {} stale", such(own, counts.stale)),
        (own, other) => format!("{of}: {} stale and {other} misaligned", such(own, counts.stale)),
    }
}

fn grades(outcome: &Outcome, index: &Index) -> Vec<GradeRow> {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    for severity in outcome.devices.numbers().filter_map(|device| index.highest(outcome, device)) {
        *counts.entry(severity).or_default() += 1;
    }
    counts.into_iter().rev().map(|(severity, devices)| GradeRow { severity: severity.as_str(), devices }).collect()
}

/// The name of a device, else its key.
fn name(outcome: &Outcome, device: DeviceId) -> String {
    let name = outcome.devices.name.get(device);
    if name.is_empty() { outcome.devices.key.get(device).clone() } else { name.to_string() }
}

fn unflagged(outcome: &Outcome, index: &Index) -> Vec<UnflaggedRow> {
    let (told, asked) = (Unflagged::new(outcome), asked(outcome));
    let mut rows: BTreeMap<String, UnflaggedRow> = BTreeMap::new();
    for (device, activity) in outcome.devices.activity.numbered() {
        if *activity != Activity::Stale || !index.findings(device).is_empty() {
            continue;
        }
        let why = told.why(device, false, asked.contains(&device)).unwrap_or_else(|| "no rule flags it".into());
        let new = || UnflaggedRow { why: why.clone(), devices: 0, names: Vec::new() };
        let row = rows.entry(why.clone()).or_insert_with(new);
        row.devices += 1;
        if row.names.len() < NAMED {
            row.names.push(name(outcome, device));
        }
    }
    rows.into_values().collect()
}

/// What is to be known of devices that nothing is planned on.
const FIRST: &str = "Before anything is done to such a device by hand, look whether its records are of one device.";

fn unsure(outcome: &Outcome, index: &Index) -> UnsureRow {
    let all: Vec<DeviceId> = outcome.devices.numbers().filter(|device| is_unsure(outcome, *device)).collect();
    let plans: Vec<usize> =
        all.iter().map(|device| index.plan(outcome, *device).len()).filter(|own| *own > 0).collect();
    // The shipped playbook for such devices has the review as its only step; one of somebody's own may have more.
    let alone = plans.iter().all(|steps| *steps == 1);
    let about = match (all.len(), plans.len()) {
        (0, _) => String::new(),
        (1, 0) => format!("No rule flags it, so nothing is planned on it. {FIRST}"),
        (_, 0) => format!("No rule flags them, so nothing is planned on them. {FIRST}"),
        (own, planned) if own == planned && alone => "A review is all that is planned for them.".into(),
        (own, planned) if alone => {
            let (are, others) = (if planned == 1 { "is" } else { "are" }, own - planned);
            let others = if others == 1 { "the other one".into() } else { format!("the other {others}") };
            format!(
                "A review is all that is planned for the {planned} that {are} flagged; no rule flags {others}. {FIRST}"
            )
        }
        (_, planned) => format!("{planned} of them are flagged and have a plan; no rule flags the others. {FIRST}"),
    };
    UnsureRow {
        devices: all.len(),
        names: all.iter().take(NAMED).map(|device| name(outcome, *device)).collect(),
        about,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::run::{self, Options, Silent};

    fn sample(name: &str) -> Outcome {
        let exports = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name)];
        run::analyze(&Options { exports, ..Options::default() }, &Silent).unwrap()
    }

    #[test]
    fn the_numbers_of_a_fleet_add_up() {
        for name in ["contoso", "school", "migration"] {
            let outcome = sample(name);
            let index = Index::new(&outcome);
            let (counts, told) = (States::of(&outcome, &index), fleet(&outcome, &index));
            assert_eq!(
                told.states.iter().map(|own| own.devices).sum::<usize>(),
                outcome.devices.len(),
                "{name}: states"
            );
            let flagged = counts.stale_flagged + counts.misaligned;
            assert!(told.flagged.starts_with(&format!("{flagged} of ")), "{name}: {}", told.flagged);
            assert_eq!(told.grades.iter().map(|own| own.devices).sum::<usize>(), flagged, "{name}: severities");
            let left = counts.stale - counts.stale_flagged;
            assert_eq!(told.unflagged.iter().map(|own| own.devices).sum::<usize>(), left, "{name}: stale, not flagged");
            assert!(told.unflagged.iter().all(|own| !own.why.is_empty() && !own.names.is_empty()), "{name}: reasons");
        }
    }

    #[test]
    fn what_cannot_wait_comes_first_whatever_its_size() {
        let outcome = sample("contoso");
        let list = &outcome.packages.list;
        let urgent = list.iter().take_while(|package| package.urgent).count();
        assert!(urgent > 0 && list.iter().skip(urgent).all(|package| !package.urgent), "{urgent}");
        let largest = list.iter().map(|package| package.devices.len()).max();
        assert!(
            list.iter().next().map(|package| package.devices.len()) < largest,
            "the sample proves nothing of sizes"
        );
    }

    #[test]
    fn the_sum_of_flagged_devices_is_a_sentence() {
        let told = |stale, stale_flagged, misaligned| {
            flagged(&States { stale, misaligned, stale_flagged, ..States::default() }, 9)
        };
        assert_eq!(told(2, 0, 0), "none of 9 devices is flagged");
        assert_eq!(told(1, 1, 0), "1 of 9 devices is flagged: 1 stale");
        assert_eq!(told(3, 2, 4), "6 of 9 devices are flagged: 2 of 3 stale and 4 misaligned");
        assert_eq!(told(3, 0, 1), "1 of 9 devices is flagged: 1 misaligned");
    }
}
