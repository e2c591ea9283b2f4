//! Devices whose removal an earlier run planned and somebody began. The findings that asked for it may not hold any more, since a
//! closed access is what they ask for; the plan goes on until the device is gone, is seen again or somebody decides otherwise.

use super::baseline::state_of;
use super::carry::Carrying;
use super::subjects::{activity_to_plan_by, records_of};
use crate::compare::{Fate, id_of};
use crate::console::Console;
use crate::frame::Positions;
use crate::ids::{DeviceId, RecordId};
use crate::outcome::Outcome;
use crate::plan::Planned;
use crate::rules::{EvalContext, RuleAction};
use crate::schema::{Activity, Status};
use crate::table::RecordTable;

/// Which devices of this run these are, by position. Nothing is gone on with where it is not clear which device it is, where a list that
/// could have seen it since is not whole, or where anything speaks for its being in use.
pub(super) fn begun(carrying: &Carrying<'_>, context: EvalContext<'_>, records: &RecordTable) -> Vec<bool> {
    let old = carrying.old;
    let now = Now { carrying, context, records, of_device: records_of(context.store, context.devices) };
    let asked = asked(old);
    let mut begun = vec![false; carrying.devices.len()];
    for plan in old.steps.chunk_by(|a, b| a.device == b.device) {
        let Some(before) = plan.first().map(|step| step.device).filter(|own| asked.get(*own as usize) == Some(&true))
        else {
            continue;
        };
        let Fate::Same(device) = carrying.matched.fate(before) else { continue };
        let goes_on = || old.begun.binary_search(&before).is_ok() || plan.iter().any(|step| now.shows(step, device));
        if let Some(slot) = begun.get_mut(device as usize) {
            *slot = now.is_quiet(before, device) && goes_on();
        }
    }
    begun
}

/// Devices of the earlier run that were to leave service, and still are by what was decided then.
fn asked(old: &Outcome) -> Vec<bool> {
    let mut asked = vec![false; old.devices.len()];
    let findings = old.findings.device.iter().zip(&old.findings.rule).zip(&old.findings.weak);
    let removes = |rule: u16| old.rules.get(usize::from(rule)).is_some_and(|text| text.plan == RuleAction::Remove);
    let was_stale = |device: u32| old.devices.activity.get(device as usize) == Some(&Activity::Stale);
    let found = findings.filter(|((device, rule), weak)| !**weak && removes(**rule) && was_stale(**device));
    for device in found.map(|((device, _), _)| *device).chain(old.begun.iter().copied()) {
        if let Some(slot) = asked.get_mut(device as usize) {
            *slot = old.decisions.status(device as usize) != Status::Declined;
        }
    }
    asked
}

/// What these lists show of what was planned.
struct Now<'a> {
    carrying: &'a Carrying<'a>,
    context: EvalContext<'a>,
    records: &'a RecordTable,
    of_device: Positions<RecordId>,
}

impl Now<'_> {
    /// Whether nothing saw a device since the earlier run, while everything that saw it before would have.
    fn is_quiet(&self, before: u32, device: u32) -> bool {
        let Self { carrying: Carrying { old, devices: table, .. }, context, .. } = self;
        let devices = context.devices;
        let platform = *devices.platform.get(DeviceId::new(device));
        let seen_since = table.last_activity.get(device as usize).is_some_and(|seen| seen > old.as_of.millis);
        let activity = table.activity.get(device as usize).copied().unwrap_or(Activity::Unknown);
        let looks = |console: Console| {
            let held = table.consoles_of(device as usize).any(|own| own.as_str() == console.as_str());
            held || self.here(console).is_some_and(|console| devices.coverage().lists().is_whole(console, platform))
        };
        !seen_since
            && activity_to_plan_by(devices, device, activity) != Activity::Active
            && old.devices.consoles_of(before as usize).filter(|console| console.gives_signals()).all(looks)
    }

    /// Whether a step of the earlier plan was done by what these lists show.
    fn shows(&self, step: &Planned, device: u32) -> bool {
        self.proven(step, device).unwrap_or(false)
    }

    fn proven(&self, step: &Planned, device: u32) -> Option<bool> {
        let Self { carrying: Carrying { old, .. }, context, records, of_device } = self;
        let proof = &old.entry(step)?.proof;
        let (columns, line) = old.records.locate(step.object?)?;
        let (console, id) = (self.here(columns.console)?, id_of(columns, line));
        let same = |record: &&RecordId| {
            records.locate(**record).is_some_and(|(own, line)| own.console == console && id_of(own, line) == id)
        };
        if let Some(record) = of_device.of(device as usize).iter().find(same) {
            return Some(proof.states.contains(&state_of(context.store, *record)));
        }
        let platform = *context.devices.platform.get(DeviceId::new(device));
        Some(proof.gone && context.devices.coverage().lists().is_whole(console, platform))
    }

    /// A console of the earlier run in this one.
    fn here(&self, console: Console) -> Option<Console> {
        self.carrying.devices.registry.parse(console.as_str())
    }
}
