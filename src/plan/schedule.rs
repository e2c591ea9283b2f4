//! When the steps are done: batches that the consoles take, days that the limits allow, and the grace period.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::frame::list_of;
use crate::identity::{Threshold, Thresholds};
use crate::ids::{BatchId, By, ByDevice, DeviceId, EntryId, PackageId, RecordId, StepId};
use crate::plan::{Entry, Packages, Phase, Planned, Wait};
use crate::schema::{Activity, Platform};
use crate::table::DeviceTable;
use crate::time::DAY;

/// Devices in one batch: what people can look through, and what bulk actions take.
pub const LARGEST: usize = 100;

/// A shorter wait shows nothing: Entra's activity stamp moves only once it is 14 days old, give or take 5.
const SHORTEST_GRACE: u32 = 21;

/// Days after the last action until new exports tell what became of it.
const UNTIL_SEEN: i64 = 7;

/// Devices of one package that are dealt with together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The package of its devices.
    pub package: PackageId,
    /// Its devices.
    #[serde(skip)]
    pub devices: Vec<DeviceId>,
    /// Day on which its removals are done, from 1.
    pub day: u32,
    /// Objects that count for the limit of a day: those of the step that has the most of them.
    pub counted: u32,
}

/// Batches of all plans, and the earliest day of every step.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The batches, in the order in which they are to be done.
    pub batches: By<BatchId, Batch>,
    /// Batch of each device, or none.
    pub of_device: ByDevice<BatchId>,
    /// Earliest day of each step, in days since 1970.
    pub days: By<StepId, i32>,
}

/// What a schedule is made from.
pub struct Basis<'a> {
    /// The steps, device by device.
    pub steps: &'a By<StepId, Planned>,
    /// What each step says.
    pub entries: &'a By<EntryId, Entry>,
    /// The packages.
    pub packages: &'a Packages,
    /// The devices.
    pub devices: &'a DeviceTable,
    /// Days after which something is late.
    pub thresholds: &'a Thresholds,
    /// The first day that an earlier plan gave to a step, if it had it.
    pub earlier: &'a dyn Fn(&Planned, &Entry) -> Option<i32>,
}

impl Schedule {
    /// Forms the batches and dates the steps.
    #[must_use]
    pub fn new(basis: &Basis) -> Self {
        let plans = basis.plans();
        let batches = basis.batches(&plans);
        let of_device = list_of(batches.iter().map(|batch| batch.devices.as_slice()), basis.devices.key.count());
        let mut schedule = Self { batches, of_device, days: basis.steps.beside(0) };
        for plan in plans.into_iter().flatten() {
            schedule.date(basis, plan);
        }
        schedule
    }

    /// The batch of a device.
    #[must_use]
    pub fn batch_of(&self, device: DeviceId) -> Option<(BatchId, &Batch)> {
        let number = *self.of_device.get(device);
        self.batches.find(number).map(|batch| (number, batch))
    }

    /// The earliest day of a step, in UTC milliseconds.
    #[must_use]
    pub fn earliest(&self, step: StepId) -> i64 {
        i64::from(*self.days.get(step)) * DAY
    }

    /// Dates the steps of one plan.
    fn date(&mut self, basis: &Basis, span: Range<StepId>) {
        let plan = basis.steps.within(&span);
        let Some(device) = plan.first().map(|s| s.device) else { return };
        let pause = Pause::of(basis, device);
        let today = basis.devices.as_of.div_euclid(DAY);
        let first = today + self.batch_of(device).map_or(0, |(_, batch)| i64::from(batch.day) - 1);
        let (mut last, mut removed) = (first, first);
        let mut begun: Vec<(&str, i64)> = Vec::new();
        // Of each object the last day on which something is done to it: its grace period begins then.
        let mut touched: Vec<(Acted, i64)> = Vec::new();
        for (at, step) in span.start.onwards().zip(plan) {
            let entry = basis.entries.get(step.entry);
            let day = match entry.phase {
                Phase::Prepare => today,
                // Within the removals no step comes before one that stands earlier.
                Phase::Remove => {
                    removed = removed.max(waited(&entry.waits, &begun));
                    removed
                }
                Phase::AfterGrace => {
                    let own = touched.iter().rev().find(|(object, _)| *object == (entry.console, step.object));
                    // What an earlier round has disabled waits no second time, and no less than that round said.
                    let goes_on = || {
                        let said = (basis.earlier)(step, entry).map_or(i64::MIN, i64::from);
                        Pause { grace: 0, ..pause }.end(first, entry.silence).max(said)
                    };
                    let end = own.map_or_else(goes_on, |(_, day)| pause.end(*day, entry.silence));
                    end.max(removed)
                }
                Phase::Verify => last + UNTIL_SEEN,
            };
            last = last.max(day);
            begun.push((&entry.slug, day));
            if entry.phase == Phase::Remove {
                touched.push(((entry.console, step.object), day));
            }
            *self.days.get_mut(at) = i32::try_from(day).unwrap_or(i32::MAX);
        }
    }
}

/// What a step acts on: an object of a console, or in a console the device as a whole.
type Acted = (Option<Console>, Option<RecordId>);

/// The first day on which a step may be done that waits for others of the same device, those that the plan has so far.
fn waited(waits: &[Wait], begun: &[(&str, i64)]) -> i64 {
    let one = |wait: &Wait| {
        let of = begun.iter().filter(|(slug, _)| *slug == wait.after).map(|(_, day)| day + i64::from(wait.days));
        of.max()
    };
    waits.iter().filter_map(one).max().unwrap_or(i64::MIN)
}

/// Days between the removals of a device of a platform and what cannot be undone after them.
#[must_use]
pub fn grace(thresholds: &Thresholds, platform: Platform) -> u32 {
    let days = |threshold| thresholds.days(threshold, platform);
    days(Threshold::Delete).saturating_sub(days(Threshold::Inactive)).max(SHORTEST_GRACE)
}

/// How long one device waits between its removals and what comes after the grace period.
#[derive(Clone, Copy)]
struct Pause {
    /// Days between the removals and what cannot be undone after them.
    grace: i64,
    /// The day on which it has had no activity for long enough, if it stays stale.
    stale: Option<i64>,
    active: bool,
    delete: i64,
}

impl Pause {
    fn of(basis: &Basis, device: DeviceId) -> Self {
        let platform = *basis.devices.platform.get(device);
        let days = |threshold| i64::from(basis.thresholds.days(threshold, platform));
        let delete = days(Threshold::Delete);
        Self {
            grace: i64::from(grace(basis.thresholds, platform)),
            stale: basis.devices.last_activity.get(device).map(|seen| seen.div_euclid(DAY) + delete),
            active: *basis.devices.activity.get(device) == Activity::Active,
            delete,
        }
    }

    /// The first day after the wait that begins on a day.
    fn end(&self, first: i64, silence: bool) -> i64 {
        let graced = first + self.grace;
        match self.stale {
            // It is in use until it is taken away.
            _ if silence && self.active => graced.max(first + self.delete),
            Some(stale) if silence => graced.max(stale),
            _ => graced,
        }
    }
}

/// Where the steps of each device begin and end.
type Plans = ByDevice<Option<Range<StepId>>>;

impl Basis<'_> {
    fn plans(&self) -> Plans {
        let mut plans: Plans = self.devices.key.beside(None);
        for (at, step) in self.steps.numbered() {
            plans.get_mut(step.device).get_or_insert_with(|| at..at).end = at.after(1);
        }
        plans
    }

    /// Devices in the order of packages, cut where a bulk action would be too large, on days that take them.
    fn batches(&self, plans: &Plans) -> By<BatchId, Batch> {
        let mut batches: Vec<BatchDraft> = Vec::new();
        for (number, package) in self.packages.list.numbered() {
            let mut open: Option<BatchDraft> = None;
            for device in &package.devices {
                let Some(span) = plans.get(*device) else { continue };
                let own = self.load(self.steps.within(span));
                let draft = open.get_or_insert_with(|| BatchDraft::new(number));
                if !draft.has_room_for(&own) {
                    batches.push(std::mem::replace(draft, BatchDraft::new(number)));
                }
                draft.add(*device, &own);
            }
            batches.extend(open);
        }
        spread_over_days(batches)
    }

    /// What a plan puts on each limit: the limit, and objects by slug; and what counts for a day.
    fn load<'s>(&'s self, plan: &[Planned]) -> Load<'s> {
        let mut load = Load::default();
        for step in plan {
            let entry = self.entries.get(step.entry);
            if let Some(bulk) = entry.limits.bulk {
                add(&mut load.bulk, (entry.slug.as_str(), bulk, 1));
            }
            if let Some(daily) = entry.limits.daily {
                add(&mut load.daily, (entry.slug.as_str(), daily, 1));
            }
        }
        load
    }
}

/// What one or more plans put on the limits.
#[derive(Default)]
struct Load<'a> {
    /// Of bulk actions: slug, limit and objects; a plan has few such steps, and a million plans have no time for maps.
    bulk: Objects<'a>,
    /// Of days. Each step that has such a limit has it for itself.
    daily: Objects<'a>,
}

/// Slug, limit and objects of each step.
type Objects<'a> = Vec<(&'a str, u32, u32)>;

/// Adds objects to those that a step has so far.
fn add<'a>(to: &mut Objects<'a>, (slug, limit, more): (&'a str, u32, u32)) {
    match to.iter_mut().find(|(own, ..)| *own == slug) {
        Some((.., objects)) => *objects = objects.saturating_add(more),
        None => to.push((slug, limit, more)),
    }
}

fn add_all<'a>(to: &mut Objects<'a>, own: &Objects<'a>) {
    for one in own {
        add(to, *one);
    }
}

/// Objects that a step has so far.
fn objects_of(all: &Objects<'_>, slug: &str) -> u32 {
    all.iter().find(|(own, ..)| *own == slug).map_or(0, |(.., objects)| *objects)
}

/// A batch that is still filled.
struct BatchDraft<'a> {
    batch: Batch,
    load: Load<'a>,
}

impl<'a> BatchDraft<'a> {
    fn new(package: PackageId) -> Self {
        Self { batch: Batch { package, devices: Vec::new(), day: 1, counted: 0 }, load: Load::default() }
    }

    /// An empty one takes anything: a device that is too large for a bulk action is alone.
    fn has_room_for(&self, own: &Load) -> bool {
        let fits = |(slug, limit, objects): &(&str, u32, u32)| objects_of(&self.load.bulk, slug) + objects <= *limit;
        self.batch.devices.is_empty() || self.batch.devices.len() < LARGEST && own.bulk.iter().all(fits)
    }

    fn add(&mut self, device: DeviceId, own: &Load<'a>) {
        self.batch.devices.push(device);
        add_all(&mut self.load.bulk, &own.bulk);
        add_all(&mut self.load.daily, &own.daily);
        self.batch.counted = self.load.daily.iter().map(|(.., objects)| *objects).max().unwrap_or_default();
    }
}

/// Gives each batch the first day that has room for it, in order.
fn spread_over_days(drafts: Vec<BatchDraft>) -> By<BatchId, Batch> {
    let (mut day, mut used) = (1, Objects::new());
    let mut batches = By::of(Vec::with_capacity(drafts.len()));
    for BatchDraft { mut batch, load } in drafts {
        let full = |(slug, limit, objects): &(&str, u32, u32)| {
            let so_far = objects_of(&used, slug);
            so_far > 0 && so_far.saturating_add(*objects) > *limit
        };
        if load.daily.iter().any(full) {
            used.clear();
            day += 1;
        }
        add_all(&mut used, &load.daily);
        batch.day = day;
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(daily: &[(&'static str, u32, u32)]) -> BatchDraft<'static> {
        let mut draft = BatchDraft::new(PackageId::new(0));
        let daily = daily.iter().filter(|(_, _, objects)| *objects > 0).copied().collect();
        draft.add(DeviceId::new(0), &Load { daily, ..Load::default() });
        draft
    }

    #[test]
    fn a_day_takes_no_more_than_its_limit() {
        let days = |drafts: Vec<BatchDraft>| spread_over_days(drafts).iter().map(|b| b.day).collect::<Vec<_>>();
        let one = |objects| batch(&[("intune-delete", 1_000, objects)]);
        assert_eq!(days([100, 0, 900, 1, 1_200, 0, 5].map(one).into()), [1, 1, 1, 2, 3, 3, 4]);
        // Each step has its own limit.
        let both = |wipes, deletes| batch(&[("intune-wipe", 500, wipes), ("intune-delete", 1_000, deletes)]);
        assert_eq!(days(vec![both(400, 400), both(0, 600), both(100, 0), both(1, 0)]), [1, 1, 1, 2]);
        assert_eq!(both(3, 5).batch.counted, 5);
    }

    #[test]
    fn a_step_waits_for_what_another_one_sets_going() {
        let waits = |list: &[(&str, u32)]| -> Vec<Wait> {
            list.iter().map(|(after, days)| Wait { after: (*after).into(), days: *days }).collect()
        };
        let begun = [("intune-wipe", 100), ("entra-disable", 100)];
        assert_eq!(waited(&waits(&[("intune-wipe", 14)]), &begun), 114);
        assert_eq!(waited(&waits(&[("intune-wipe", 14), ("cloud-pc-end", 70)]), &begun), 114);
        assert_eq!(waited(&waits(&[("cloud-pc-end", 7)]), &begun), i64::MIN);
        assert_eq!(waited(&waits(&[]), &begun), i64::MIN);
    }

    #[test]
    fn the_wait_is_the_grace_period_and_the_silence() {
        let wait = |grace, stale, active| Pause { grace, stale, active, delete: 120 };
        // Stale for long: the grace period alone. Stale for less: until it has had no activity for long.
        assert_eq!(wait(30, Some(50), false).end(100, true), 130);
        assert_eq!(wait(30, Some(150), false).end(100, true), 150);
        assert_eq!(wait(30, Some(150), false).end(100, false), 130);
        // Disabled in an earlier round.
        assert_eq!(wait(0, Some(50), false).end(100, true), 100);
        // In use until it is taken away, whatever was seen before.
        assert_eq!(wait(30, Some(210), true).end(100, true), 220);
        assert_eq!(wait(30, None, false).end(100, true), 130);
    }

    #[test]
    fn a_batch_is_cut_before_a_bulk_action_is_too_large() {
        let load = |objects| Load { bulk: vec![("intune-delete", 100, objects)], ..Load::default() };
        let mut draft = BatchDraft::new(PackageId::new(0));
        assert!(draft.has_room_for(&load(500)), "alone it must go somewhere");
        draft.add(DeviceId::new(1), &load(60));
        assert!(draft.has_room_for(&load(40)) && !draft.has_room_for(&load(41)));
        let mut full = BatchDraft::new(PackageId::new(0));
        DeviceId::all(100).for_each(|device| full.add(device, &Load::default()));
        assert!(!full.has_room_for(&Load::default()));
    }
}
