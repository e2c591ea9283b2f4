//! Devices whose removal an earlier run planned and somebody began. The findings that asked for it may not hold any more, since a
//! closed access is what they ask for; the plan goes on until the device is gone, is seen again or somebody decides otherwise.

use super::carry::Carrying;
use crate::compare::{Fate, Numbers, id_of};
use crate::console::{Console, State};
use crate::frame::Positions;
use crate::ids::{ByDevice, DeviceId, RecordId};
use crate::outcome::Outcome;
use crate::plan::Planned;
use crate::rules::{EvalContext, RuleAction};
use crate::run::plans::subjects::{activity_to_plan_by, records_of};
use crate::schema::{Activity, Status};
use crate::table::RecordTable;

/// Which devices of this run these are. Nothing is gone on with where it is not clear which device it is, where a list that
/// could have seen it since is not whole, or where anything speaks for its being in use.
pub(in crate::run) fn begun(
    carrying: &Carrying<'_>,
    context: EvalContext<'_>,
    records: &RecordTable,
) -> ByDevice<bool> {
    let old = carrying.old;
    let of_device = records_of(context.store, context.devices);
    let were = Positions::new(old.links.device.iter().copied(), old.devices.key.count());
    let now = Now { carrying, context, records, of_device, were };
    let asked = asked(old);
    let mut begun = carrying.devices.key.beside(false);
    for plan in old.steps.as_slice().chunk_by(|a, b| a.device == b.device) {
        let Some(before) = plan.first().map(|step| step.device).filter(|own| *asked.get(*own)) else { continue };
        let Fate::Same(device) = carrying.matched.fate(Numbers::of_run(before)) else { continue };
        let goes_on = || {
            old.begun.binary_search(&before).is_ok()
                || plan.iter().any(|step| now.shows(step, device))
                || now.is_closed_since(before, device)
        };
        *begun.get_mut(device) = now.is_quiet(before, device) && goes_on();
    }
    begun
}

/// Devices of the earlier run that were to leave service, and still are by what was decided then.
fn asked(old: &Outcome) -> ByDevice<bool> {
    let mut asked = old.devices.key.beside(false);
    let findings = old.findings.device.iter().zip(old.findings.rule.iter()).zip(old.findings.weak.iter());
    let removes = |rule: u16| old.rules.get(usize::from(rule)).is_some_and(|text| text.plan == RuleAction::Remove);
    let was_stale = |device: DeviceId| *old.devices.activity.get(device) == Activity::Stale;
    let found = findings.filter(|((device, rule), weak)| !**weak && removes(**rule) && was_stale(**device));
    for device in found.map(|((device, _), _)| *device).chain(old.begun.iter().copied()) {
        *asked.get_mut(device) = old.decisions.status(device) != Status::Declined;
    }
    asked
}

/// What these lists show of what was planned.
struct Now<'a> {
    carrying: &'a Carrying<'a>,
    context: EvalContext<'a>,
    records: &'a RecordTable,
    of_device: Positions<DeviceId, RecordId>,
    /// Records of each device of the earlier run.
    were: Positions<DeviceId, RecordId>,
}

impl Now<'_> {
    /// Whether nothing saw a device since the earlier run, while everything that saw it before would have.
    fn is_quiet(&self, before: DeviceId, device: DeviceId) -> bool {
        let Self { carrying: Carrying { old, devices: table, .. }, context, .. } = self;
        let devices = context.devices;
        let platform = *table.platform.get(device);
        let seen_since = table.last_activity.get(device).is_some_and(|seen| seen > old.as_of.millis);
        let looks = |console: Console| {
            let held = table.consoles_of(device).any(|own| own.as_str() == console.as_str());
            held || self.here(console).is_some_and(|console| devices.coverage().lists().is_whole(console, platform))
        };
        !seen_since
            && activity_to_plan_by(devices, device, *table.activity.get(device)) != Activity::Active
            && old.devices.consoles_of(before).filter(|console| console.gives_signals()).all(looks)
    }

    /// Whether a step of the earlier plan was done by what these lists show.
    fn shows(&self, step: &Planned, device: DeviceId) -> bool {
        let Self { carrying: Carrying { old, devices: table, .. }, context, .. } = self;
        let Some(record) = step.object else { return false };
        let proof = &old.entry(step).proof;
        let console = old.records.locate(record).0.console;
        match (self.state_now(record, device), self.here(console)) {
            (Some(state), _) => proof.states.contains(&state),
            (None, Some(console)) => {
                proof.gone && context.devices.coverage().lists().is_whole(console, *table.platform.get(device))
            }
            (None, None) => false,
        }
    }

    /// Whether a directory that let a device in then does not let it in now: access is closed first, by whom and by which plan ever.
    fn is_closed_since(&self, before: DeviceId, device: DeviceId) -> bool {
        let old = &self.carrying.old;
        self.were.of(before).iter().any(|record| {
            let (columns, line) = old.records.locate(*record);
            columns.state_at(line) == State::Enabled && self.state_now(*record, device) == Some(State::Disabled)
        })
    }

    /// The state of the object of an earlier record, where the device still has it.
    fn state_now(&self, record: RecordId, device: DeviceId) -> Option<State> {
        let (columns, line) = self.carrying.old.records.locate(record);
        let (console, id) = (self.here(columns.console)?, id_of(columns, line));
        self.of_device.of(device).iter().find_map(|record| {
            let (own, line) = self.records.locate(*record);
            (own.console == console && id_of(own, line) == id).then(|| own.state_at(line))
        })
    }

    /// A console of the earlier run in this one.
    fn here(&self, console: Console) -> Option<Console> {
        self.carrying.devices.registry.parse(console.as_str())
    }
}
