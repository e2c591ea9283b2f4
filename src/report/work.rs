//! The work behind a package: phases with their days, batches, effort, what cannot be undone and what it frees.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::view::Index;
use crate::ids::{BatchId, DeviceId, EntryId, PackageId, StepId};
use crate::outcome::Outcome;
use crate::plan::{Batch, Entry, Phase};
use crate::time::day;

/// What is known of one step of a package over all its devices.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Objects that it acts on.
    pub objects: usize,
    /// Devices that have it.
    pub devices: usize,
    /// The device that was counted last. Plans are seen one after the other, and one may have the step in several places.
    last: Option<DeviceId>,
    /// Lines of the plans that ask for it.
    pub lines: usize,
    /// Batches that have it, as bits: steps are counted by the million.
    batches: Vec<u64>,
    /// First and last of the days from which it may be done, UTC milliseconds.
    days: Option<(i64, i64)>,
}

impl Tally {
    /// Counts a step.
    pub(super) fn see(&mut self, outcome: &Outcome, at: StepId) {
        let step = outcome.steps.get(at);
        self.lines += 1;
        self.objects += usize::from(step.object.is_some());
        self.devices += usize::from(self.last != Some(step.device));
        self.last = Some(step.device);
        if let Some((number, _)) = outcome.schedule.batch_of(step.device) {
            let (word, bit) = (number.index() / 64, number.index() % 64);
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

    /// Minutes of work by hand. One export and one run check every plan, so [`checking`] counts that once, and not here.
    pub(super) fn minutes(&self, entry: &Entry) -> u64 {
        if entry.phase == Phase::Verify {
            return 0;
        }
        let times = self.objects.max(self.devices) as u64;
        let batches: u32 = self.batches.iter().map(|word| word.count_ones()).sum();
        u64::from(entry.effort.batch) * u64::from(batches) + u64::from(entry.effort.each) * times
    }

    /// First and last of the days from which it may be done, UTC milliseconds.
    pub(super) const fn span(&self) -> Option<(i64, i64)> {
        self.days
    }

    /// First and last of the days from which it may be done.
    pub(super) fn days(&self) -> (String, String) {
        self.days.map(|(first, last)| (day(first), day(last))).unwrap_or_default()
    }
}

/// The steps of a package's devices, each step once, in an order that fits every plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    /// The entries, and what is known of each.
    steps: Vec<(EntryId, Tally)>,
}

impl Work {
    /// Puts the plans of devices together.
    pub(super) fn of(outcome: &Outcome, index: &Index, devices: &[DeviceId]) -> Self {
        // Which entry was seen directly before which.
        let mut tallies: BTreeMap<EntryId, Tally> = BTreeMap::new();
        let mut before: BTreeMap<EntryId, BTreeSet<EntryId>> = BTreeMap::new();
        for device in devices {
            let mut last = None;
            for (at, step) in index.numbered_plan(outcome, *device) {
                let first = last != Some(step.entry);
                tallies.entry(step.entry).or_default().see(outcome, at);
                if let Some(last) = last.filter(|_| first) {
                    before.entry(step.entry).or_default().insert(last);
                }
                last = Some(step.entry);
            }
        }
        let mut order = in_order(&tallies.keys().copied().collect(), &before);
        // Plans never go back from one phase to an earlier one, so this moves nothing within a plan.
        order.sort_by_key(|number| outcome.entries.get(*number).phase);
        Self { steps: order.into_iter().filter_map(|number| Some((number, tallies.remove(&number)?))).collect() }
    }

    /// What each step says, and what is known of it.
    pub(super) fn entries<'a>(&'a self, outcome: &'a Outcome) -> Vec<(&'a Entry, &'a Tally)> {
        self.steps.iter().map(|(number, tally)| (outcome.entries.get(*number), tally)).collect()
    }

    /// The entries, in the same order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = EntryId> {
        self.steps.iter().map(|(number, _)| *number)
    }

    /// Minutes of work by hand.
    pub(super) fn minutes(&self, outcome: &Outcome) -> u64 {
        self.entries(outcome).iter().map(|(entry, tally)| tally.minutes(entry)).sum()
    }

    /// Lines of the plans with such a step.
    pub(super) fn lines(&self, outcome: &Outcome, such: fn(&Entry) -> bool) -> usize {
        self.entries(outcome).iter().filter(|(entry, _)| such(entry)).map(|(_, tally)| tally.lines).sum()
    }
}

/// Entries so that each comes after those that any plan has before it; ties by number.
fn in_order(entries: &BTreeSet<EntryId>, before: &BTreeMap<EntryId, BTreeSet<EntryId>>) -> Vec<EntryId> {
    let mut left = entries.clone();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |e: &EntryId| before.get(e).is_some_and(|b| b.iter().any(|x| left.contains(x)));
        // Plans of different playbooks could order two steps differently; then the smaller number goes first.
        let Some(next) = left.iter().find(|e| !waits(e)).or_else(|| left.iter().next()).copied() else { break };
        left.remove(&next);
        order.push(next);
    }
    order
}

/// One part of a package's plan.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PhaseRow {
    phase: &'static str,
    title: &'static str,
    /// The first day on which something of it may be done, and the last one on which something of it begins.
    from: String,
    until: String,
    minutes: u64,
    /// Its steps, as positions in the package's actions.
    actions: Vec<usize>,
}

/// The phases of a package, from its steps in their order.
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

/// What a package's steps free.
pub(super) fn frees(actions: &[(&Entry, &Tally)]) -> Vec<FreedRow> {
    let mut freed: BTreeMap<&str, usize> = BTreeMap::new();
    for (entry, tally) in actions.iter().filter(|(entry, _)| !entry.frees.is_empty()) {
        *freed.entry(&entry.frees).or_default() += tally.objects;
    }
    freed.into_iter().map(|(what, objects)| FreedRow { what: what.into(), objects }).collect()
}

/// Steps of a package that cannot be undone.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct FinalRow {
    step: String,
    objects: usize,
    wipes: bool,
}

impl FinalRow {
    /// `autopilot-delete (12)`.
    pub(super) fn in_words(&self) -> String {
        format!("{} ({}{})", self.step, self.objects, if self.wipes { ", erases" } else { "" })
    }
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

/// Devices of a package that are dealt with together.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct BatchRow {
    /// Number, as in the device list.
    batch: usize,
    /// The package that it belongs to.
    suggestion: String,
    devices: usize,
    /// Day of its removals.
    from: String,
}

/// The batches of a package.
pub(super) fn batches(outcome: &Outcome, package: PackageId) -> Vec<BatchRow> {
    let id = &outcome.packages.list.get(package).id;
    let own = outcome.schedule.batches.numbered().filter(|(_, batch)| batch.package == package);
    let one = |(number, batch): (BatchId, &Batch)| BatchRow {
        batch: number.index() + 1,
        suggestion: id.clone(),
        devices: batch.devices.len(),
        from: day(removal_day(outcome, batch.day)),
    };
    own.map(one).collect()
}

/// A day of removals, counted from 1, in UTC milliseconds.
pub(super) fn removal_day(outcome: &Outcome, number: u32) -> i64 {
    outcome.as_of.millis + i64::from(number.saturating_sub(1)) * crate::time::DAY
}

/// Minutes of a working day.
const WORKING_DAY: u64 = 8 * 60;

/// Working days of one person for so many minutes, and no fewer than the limits of the consoles ask for.
pub(super) fn working_days(minutes: u64, removal_days: u32) -> u64 {
    minutes.div_ceil(WORKING_DAY).max(u64::from(removal_days))
}

/// Minutes that it takes to export again and compare, once for all plans.
pub(super) fn checking(outcome: &Outcome) -> u64 {
    let used: BTreeSet<EntryId> = outcome.steps.iter().map(|step| step.entry).collect();
    let entries = used.into_iter().map(|number| outcome.entries.get(number));
    let checks = entries.filter(|entry| entry.phase == Phase::Verify);
    checks.map(|entry| u64::from(entry.effort.batch.max(entry.effort.each))).max().unwrap_or(0)
}

/// Minutes of work of all plans: those of every package, and of the check that all have together.
pub(super) fn minutes(outcome: &Outcome, index: &Index) -> u64 {
    let packages = outcome.packages.list.numbers();
    let by_hand: u64 = packages.map(|number| index.work(outcome, number).minutes(outcome)).sum();
    by_hand + checking(outcome)
}

/// What each batch holds: objects by what happens to them, and the days.
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
pub(super) fn contents(outcome: &Outcome, index: &Index, batch: BatchId) -> Contents {
    let mut contents = Contents::default();
    let mut late: Option<(i64, i64)> = None;
    for device in &outcome.schedule.batches.get(batch).devices {
        for (at, step) in index.numbered_plan(outcome, *device) {
            let entry = outcome.entry(step);
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::roadmap::roadmap;
    use super::*;
    use crate::run::{self, Options, Silent};

    #[test]
    fn working_days_fit_the_hours_and_the_limits_of_the_consoles() {
        assert_eq!(working_days(0, 0), 0);
        assert_eq!(working_days(2_989, 1), 7);
        assert_eq!(working_days(10, 3), 3);
    }

    #[test]
    fn the_stages_of_the_road_map_take_as_long_as_the_packages() {
        let exports = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/contoso")];
        let outcome = run::analyze(&Options { exports, ..Options::default() }, &Silent).unwrap();
        let index = Index::new(&outcome);
        let stages: u64 = roadmap(&outcome, &index).stages.iter().map(|stage| stage.work.minutes).sum();
        assert!(checking(&outcome) > 0);
        assert_eq!(stages, minutes(&outcome, &index));
    }
}
