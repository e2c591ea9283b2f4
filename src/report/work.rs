//! The work behind a suggestion: phases with their days, batches, effort, what cannot be undone and what it frees.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::Index;
use crate::identity::day;
use crate::outcome::Outcome;
use crate::plan::{Entry, Phase};

/// What is known of one step of a suggestion over all its devices.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Objects that it acts on.
    pub objects: usize,
    /// Devices that have it.
    pub devices: usize,
    /// Batches that have it, as bits: steps are counted by the million.
    batches: Vec<u64>,
    /// First and last of the days from which it may be done, UTC milliseconds.
    days: Option<(i64, i64)>,
}

impl Tally {
    /// Counts a step, by its position.
    pub(super) fn see(&mut self, outcome: &Outcome, at: usize, first_of_device: bool) {
        let Some(step) = outcome.steps.get(at) else { return };
        self.objects += usize::from(step.object.is_some());
        self.devices += usize::from(first_of_device);
        if let Some((number, _)) = outcome.schedule.batch_of(step.device as usize) {
            let (word, bit) = (number / 64, number % 64);
            if self.batches.len() <= word {
                self.batches.resize(word + 1, 0);
            }
            if let Some(word) = self.batches.get_mut(word) {
                *word |= 1 << bit;
            }
        }
        let day = outcome.schedule.earliest(at);
        let (first, last) = self.days.unwrap_or((day, day));
        self.days = Some((first.min(day), last.max(day)));
    }

    /// Minutes of work by hand.
    pub(super) fn minutes(&self, entry: &Entry) -> u64 {
        let times = self.objects.max(self.devices) as u64;
        let batches: u32 = self.batches.iter().map(|word| word.count_ones()).sum();
        u64::from(entry.effort.batch) * u64::from(batches) + u64::from(entry.effort.each) * times
    }

    /// First and last of the days from which it may be done.
    pub(super) fn days(&self) -> (String, String) {
        self.days.map(|(first, last)| (day(first), day(last))).unwrap_or_default()
    }
}

/// One part of a suggestion's plan.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PhaseRow {
    phase: &'static str,
    title: &'static str,
    /// The first day on which something of it may be done, and the last one on which something of it begins.
    from: String,
    until: String,
    minutes: u64,
    /// Its steps, as positions in the suggestion's actions.
    actions: Vec<usize>,
}

/// The phases of a suggestion, from its steps in their order.
pub(super) fn phases(actions: &[(&Entry, &Tally)]) -> Vec<PhaseRow> {
    let one = |phase: &Phase| {
        let own: Vec<usize> =
            (0..actions.len()).filter(|at| actions.get(*at).is_some_and(|a| a.0.phase == *phase)).collect();
        let tallies = || own.iter().filter_map(|at| actions.get(*at));
        let days = |pick: fn((i64, i64)) -> i64| tallies().filter_map(move |(_, t)| t.days.map(pick));
        Some(PhaseRow {
            phase: phase.as_str(),
            title: phase.title(),
            from: day(days(|d| d.0).min()?),
            until: day(days(|d| d.1).max()?),
            minutes: tallies().map(|(entry, tally)| tally.minutes(entry)).sum(),
            actions: own,
        })
    };
    Phase::ALL.iter().filter_map(one).collect()
}

/// Something that steps free, and how often.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct FreedRow {
    what: String,
    objects: usize,
}

/// What a suggestion's steps free.
pub(super) fn frees(actions: &[(&Entry, &Tally)]) -> Vec<FreedRow> {
    let mut freed: BTreeMap<&str, usize> = BTreeMap::new();
    for (entry, tally) in actions.iter().filter(|(entry, _)| !entry.frees.is_empty()) {
        *freed.entry(&entry.frees).or_default() += tally.objects;
    }
    freed.into_iter().map(|(what, objects)| FreedRow { what: what.into(), objects }).collect()
}

/// Steps of a suggestion that cannot be undone.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct FinalRow {
    step: String,
    objects: usize,
    wipes: bool,
}

/// What cannot be undone, step by step.
pub(super) fn finals(actions: &[(&Entry, &Tally)]) -> Vec<FinalRow> {
    let mut finals: Vec<FinalRow> = Vec::new();
    for (entry, tally) in actions.iter().filter(|(entry, _)| entry.irreversible) {
        match finals.iter_mut().find(|f| f.step == entry.slug && f.wipes == entry.wipes) {
            Some(same) => same.objects += tally.objects.max(tally.devices),
            None => finals.push(FinalRow {
                step: entry.slug.clone(),
                objects: tally.objects.max(tally.devices),
                wipes: entry.wipes,
            }),
        }
    }
    finals
}

/// Devices of a suggestion that are dealt with together.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct BatchRow {
    /// Number, as in the device list.
    batch: usize,
    /// The suggestion that the batch belongs to; a device of several suggestions stands in one batch only.
    suggestion: String,
    devices: usize,
    /// Day of its removals.
    from: String,
}

/// The batches in which the devices of a suggestion are.
pub(super) fn batches(outcome: &Outcome, findings: &[u32]) -> Vec<BatchRow> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for finding in findings {
        let device = outcome.findings.device.get(*finding as usize).copied().unwrap_or(u32::MAX) as usize;
        if let Some((number, _)) = outcome.schedule.batch_of(device) {
            *counts.entry(number).or_default() += 1;
        }
    }
    let one = |(number, devices): (usize, usize)| {
        let batch = outcome.schedule.batches.get(number.checked_sub(1)?)?;
        let suggestion = outcome.suggestions.list.get(batch.suggestion as usize)?;
        Some(BatchRow {
            batch: number,
            suggestion: suggestion.id.clone(),
            devices,
            from: day(removal_day(outcome, batch.day)),
        })
    };
    counts.into_iter().filter_map(one).collect()
}

/// A day of removals, counted from 1, in UTC milliseconds.
pub(super) fn removal_day(outcome: &Outcome, number: u32) -> i64 {
    outcome.as_of.millis + i64::from(number.saturating_sub(1)) * crate::identity::DAY
}

/// Minutes of work of all plans: each step of a batch is begun once.
pub(super) fn minutes(outcome: &Outcome) -> u64 {
    let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
    let mut before = None;
    for (at, step) in outcome.steps.iter().enumerate() {
        let own = (step.device, step.entry);
        tallies.entry(step.entry).or_default().see(outcome, at, before != Some(own));
        before = Some(own);
    }
    let entry = |number: u32| outcome.entries.get(number as usize);
    tallies.iter().filter_map(|(number, tally)| entry(*number).map(|e| tally.minutes(e))).sum()
}

/// What each batch holds, by its position: objects by what happens to them, and the days.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Steps that cannot be undone.
    pub irreversible: usize,
    /// Steps that erase a device.
    pub wipes: usize,
    /// Steps.
    pub steps: usize,
    /// First and last day of what waits for the grace period, UTC milliseconds.
    pub after_grace: Option<(i64, i64)>,
}

/// What one batch holds.
pub(super) fn contents(outcome: &Outcome, index: &Index, batch: usize) -> Contents {
    let mut contents = Contents::default();
    let mut late: Option<(i64, i64)> = None;
    for device in outcome.schedule.batches.get(batch).map_or(&[][..], |b| &b.devices) {
        let (start, steps) = index.plan(outcome, *device as usize);
        for (at, step) in (start..).zip(steps) {
            let Some(entry) = outcome.entry(step) else { continue };
            contents.steps += 1;
            contents.irreversible += usize::from(entry.irreversible);
            contents.wipes += usize::from(entry.wipes);
            if entry.phase == Phase::AfterGrace {
                let own = outcome.schedule.earliest(at);
                let (first, last) = late.unwrap_or((own, own));
                late = Some((first.min(own), last.max(own)));
            }
        }
    }
    contents.after_grace = late;
    contents
}
