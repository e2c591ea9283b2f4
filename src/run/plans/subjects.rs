//! Flagged devices, and those that somebody declared lost, as the planner wants them: what they are, where they stand, what
//! is asked.

mod claims;

use std::collections::HashSet;

use rayon::prelude::*;

use crate::console::Console;
use crate::coverage::{Devices, Hint, Lists};
use crate::error::Result;
use crate::frame::Positions;
use crate::history::Decisions;
use crate::identity::{Marker, RecordStore};
use crate::ids::{BookId, ByDevice, DeviceId, FindingId, RecordId};
use crate::plan::{AndroidMode, Claim, Object, Planned, Playbooks, StepIntent, Subject};
use crate::rules::{Asked, Conditions, EvalContext, Findings, Rule};
use crate::schema::{Activity, Disposition, Identity, Status};
use crate::table::{DeviceTable, RecordTable};

use super::holds::Holds;
use super::record_facts::AllFacts;
use claims::{claim, review};

/// Record columns that steps depend on, beside those that the states of objects are read from.
pub(in crate::run) const NEEDED: &[&str] = &["server", "released", "mode", "license", "profile_type"];

/// Where a rule would stand in a claim that rests on a decision alone.
const NO_RULE: u16 = u16::MAX;

/// What the steps are made by: the playbooks, and what people decided for all devices and for single ones.
#[derive(Clone, Copy)]
pub(super) struct Orders<'a> {
    pub playbooks: &'a Playbooks,
    pub conditions: &'a Conditions,
    pub purpose: Disposition,
    pub decisions: &'a Decisions,
    /// Devices whose removal was begun, by position.
    pub begun: &'a ByDevice<bool>,
}

impl Orders<'_> {
    /// What becomes of a device, whether that was decided for it alone, and whether it stays as it is.
    fn of(&self, device: DeviceId) -> (Disposition, bool, bool) {
        let own = self.decisions.of(device);
        let decided = own.and_then(|d| d.purpose);
        let kept = self.decisions.status(device) == Status::Declined;
        (decided.unwrap_or(self.purpose), decided.is_some(), kept)
    }
}

/// What is to be done with the devices that are planned.
pub(super) struct Plans {
    /// The steps, in the order of devices.
    pub steps: Vec<Planned>,
    /// The playbook of each device; none of one that has no plan.
    pub book_of: ByDevice<BookId>,
}

/// The activity that a plan goes by. Where something speaks against a device being stale, or a list that could tell is too old, the device
/// may be in use, and is planned as if it were.
pub(in crate::run) fn activity_to_plan_by(devices: &Devices, device: DeviceId, activity: Activity) -> Activity {
    let hinted = || devices.coverage().hint(device).is_some();
    let doubted = || hinted() || devices.coverage().too_old(devices, device) != 0;
    match activity {
        Activity::Stale if doubted() => Activity::Active,
        Activity::Unknown if hinted() => Activity::Active,
        activity => activity,
    }
}

/// Plans every flagged device, every one that somebody declared lost, since the exports cannot know that yet, and every one whose
/// removal was begun.
///
/// # Errors
/// [`crate::error::Error::Internal`] if the engine refuses a step.
pub(super) fn plan(
    context: EvalContext<'_>,
    (table, listed): (&DeviceTable, &RecordTable),
    rules: &[Rule],
    (findings, asked): (&Findings, &Asked),
    orders: Orders<'_>,
) -> Result<Plans> {
    let EvalContext { store, links, devices, .. } = context;
    let holds = Holds::new(orders.conditions, context)?;
    let by_device: Positions<DeviceId, FindingId> = Positions::new(findings.device.iter().copied(), table.key.count());
    let lost = orders.decisions.declared_lost(table);
    let is_lost = |device| *lost.get(device);
    let begun = |device| *orders.begun.get(device);
    let planned: ByDevice<bool> =
        table.numbers().map(|device| is_lost(device) || begun(device) || !by_device.of(device).is_empty()).collect();
    let (records, facts) = (records_of(store, devices), AllFacts::new(store, listed, &holds));
    let directory =
        store.by_console.iter().map(|console_records| console_records.console).find(|console| console.is_directory());
    let ad_complete = directory.is_some_and(|console| !devices.coverage().lists().is_cut(console));
    let provisioning_known = provisioning_is_whole(store, devices.coverage().lists());
    let mode = AndroidModes::new(store, devices);
    let about: Vec<u64> = rules.iter().map(|rule| orders.playbooks.about(&rule.text.id)).collect();
    let one = |device: DeviceId, steps: &mut Vec<Planned>| -> Option<BookId> {
        // What a weak link holds may be another machine's: no step touches it.
        let all = records.of(device);
        let sure = |record: &&RecordId| !links.weak.get(**record);
        let own = without_echoes(store, &facts, all.iter().filter(sure).copied().collect());
        // A row that may be the device's and would make it enrol itself again forbids what is right for any other; only a
        // person can tell.
        let maybe_provisioned = all.iter().any(|record| {
            !sure(&record)
                && store.locate(*record).is_some_and(|(console_records, _)| console_records.console.provisions())
        });
        let listed = *table.activity.get(device);
        let activity = activity_to_plan_by(devices, device, listed);
        let is_doubted = activity != listed;
        let of_device = by_device.of(device);
        let rests_on_weak = |f: &&FindingId| *findings.weak.get(**f);
        let mut claims: Vec<Claim> = of_device
            .iter()
            .filter(|f| !rests_on_weak(f))
            .map(|f| claim(store, devices, (rules, asked, findings), *f, (all, is_doubted)))
            .collect();
        // What somebody keeps is looked into, whatever was found of it; and so is what was one device with another.
        let (purpose, decided, kept) = orders.of(device);
        let hint = devices.coverage().hint(device);
        let is_kept = !decided && hint.is_some_and(Hint::is_looked_into) || orders.decisions.waits(device);
        if is_kept {
            claims.iter_mut().for_each(review);
        }
        // Nothing was found, and somebody said that nobody can find it, or began to take it out of service.
        let begun = begun(device) && !is_kept;
        if of_device.is_empty() && (is_lost(device) || begun) {
            claims.push(Claim { intent: StepIntent::Remove, rule: NO_RULE, objects: Vec::new() });
        }
        // Where every finding rests on a weak link there is nothing to plan, and somebody is to look.
        let only_weak = claims.is_empty();
        if let Some(first) = of_device.first().filter(|_| only_weak) {
            let rule = *findings.rule.get(*first);
            claims.push(Claim { intent: StepIntent::Review, rule, objects: Vec::new() });
        }
        if claims.is_empty() {
            return None;
        }
        // What a finding has a step of its own for is not to be done either.
        let about = claims
            .iter()
            .filter(|_| !is_kept)
            .fold(0, |bits, c| bits | about.get(usize::from(c.rule)).copied().unwrap_or_default());
        let subject = Subject {
            device,
            platform: Some(*table.platform.get(device)),
            ownership: *table.ownership.get(device),
            join_type: *table.join_type.get(device),
            identity: if maybe_provisioned || only_weak { Identity::Weak } else { *table.identity.get(device) },
            activity,
            mode: mode.of(device),
            shared: devices.is_marked(Marker::Shared, device),
            teams: devices.is_marked(Marker::TeamsPhone, device),
            flex: own.iter().any(|record| facts.of(*record).flex),
            server: *holds.server.get(device),
            virtual_device: *holds.virtual_device.get(device),
            cloud_pc: devices.is_marked(Marker::CloudPc, device),
            session_host: devices.is_marked(Marker::SessionHost, device),
            surface_hub: devices.is_marked(Marker::SurfaceHub, device),
            hololens: devices.is_marked(Marker::Hololens, device),
            directory_service: devices.is_marked(Marker::DirectoryService, device),
            iot_edition: devices.is_marked(Marker::IotEdition, device),
            decided,
            begun,
            about,
            purpose,
            kept,
            ad_complete: ad_complete && devices.coverage().covers_domain(device),
            // Portal lists of Autopilot have serial numbers only.
            autopilot_proven: provisioning_known && !table.serial.get(device).is_empty(),
            objects: objects(store, devices, &facts, device, &own),
            claims,
        };
        let book = orders.playbooks.plan(&subject, steps);
        if kept { orders.playbooks.number_of(&subject) } else { book }
    };
    Ok(side_by_side(&planned, one))
}

/// Plans the devices that are to be, side by side and in their order.
fn side_by_side(planned: &ByDevice<bool>, one: impl Fn(DeviceId, &mut Vec<Planned>) -> Option<BookId> + Sync) -> Plans {
    let positions: Vec<DeviceId> = planned.numbers().filter(|device| *planned.get(*device)).collect();
    let parts: Vec<(Vec<Planned>, Vec<Option<BookId>>)> = positions
        .par_chunks(4_096)
        .map(|part| {
            let mut steps = Vec::with_capacity(part.len() * 8);
            let books = part.iter().map(|device| one(*device, &mut steps)).collect();
            (steps, books)
        })
        .collect();
    let (steps, books): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let mut book_of = planned.beside(BookId::NONE);
    for (device, book) in positions.iter().zip(books.into_iter().flatten()) {
        *book_of.get_mut(*device) = book.unwrap_or(BookId::NONE);
    }
    Plans { steps: steps.concat(), book_of }
}

/// Whether every row of the lists of devices that enrol themselves again could have been found by its serial number.
fn provisioning_is_whole(store: &RecordStore, lists: &Lists) -> bool {
    let torn = store.bad.iter().any(|(export, bad)| {
        !bad.text.is_empty() && !bad.is_footer() && store.lister(*export).is_some_and(Console::provisions)
    });
    let whole = |console: &Console| {
        let serials = store.of(*console).and_then(|console_records| console_records.text("serial"));
        !lists.is_cut(*console) && serials.is_some_and(|s| s.iter().all(|serial| serial.is_some()))
    };
    !torn && store.registry.all().iter().filter(|console| console.provisions()).all(whole)
}

/// Records of each device. They are numbered through, console by console.
pub(in crate::run) fn records_of(store: &RecordStore, devices: &Devices) -> Positions<DeviceId, RecordId> {
    let of_consoles = (0..store.by_console.len()).flat_map(|at| devices.device_of(at));
    Positions::new(of_consoles.copied(), devices.count)
}

/// One object may stand in two lists of a console, in one with its id and in another with its serial number only: then
/// the row with the id is the object.
fn without_echoes(store: &RecordStore, known: &AllFacts, records: Vec<RecordId>) -> Vec<RecordId> {
    let may_echo = |record: &RecordId| known.of(*record).may_echo;
    if records.len() < 2 || !records.iter().any(may_echo) {
        return records;
    }
    let facts = |record: RecordId| {
        let (console_records, line) = store.locate(record)?;
        let text = |column: &str| console_records.text(column).and_then(|c| c.get(line));
        Some((console_records.console, text("native_id"), text("serial")))
    };
    let named = |record: &RecordId| {
        let (console, id, serial) = facts(*record)?;
        id.is_some_and(|id| Some(id) != serial).then_some((console, serial?))
    };
    let named: HashSet<(Console, &str)> = records.iter().filter_map(named).collect();
    let echoes = |record: &RecordId| {
        let Some((console, id, Some(serial))) = facts(*record) else { return false };
        id.is_none_or(|id| id == serial) && named.contains(&(console, serial))
    };
    records.into_iter().filter(|record| !echoes(record)).collect()
}

/// The objects of a device.
fn objects(
    store: &RecordStore,
    devices: &Devices,
    facts: &AllFacts,
    device: DeviceId,
    records: &[RecordId],
) -> Vec<Object> {
    let one = |record: &RecordId| {
        let (console_records, _) = store.locate(*record)?;
        let own = facts.of(*record);
        Some(Object {
            console: console_records.console,
            record: *record,
            live: devices.live_record(console_records, device) == Some(*record),
            state: own.state,
            ztdid: own.ztdid,
            join: own.join,
            licence: own.licence,
            mode: own.mode,
            connector: own.connector,
            without_actions: own.without_actions,
        })
    };
    records.iter().filter_map(one).collect()
}

/// Management mode of Android devices, from their live record in the console that knows best.
struct AndroidModes<'a> {
    store: &'a RecordStore,
    devices: &'a Devices,
}

impl<'a> AndroidModes<'a> {
    const fn new(store: &'a RecordStore, devices: &'a Devices) -> Self {
        Self { store, devices }
    }

    fn of(&self, device: DeviceId) -> AndroidMode {
        let word = |console: &Console| {
            let line = self.devices.live_line(*console, device)?;
            let mode = self.store.of(*console)?.text("mode")?.get(line as usize)?;
            AndroidMode::parse(mode)
        };
        let sources = self.store.registry.sources_of("mode").unwrap_or_default();
        sources.iter().find_map(word).unwrap_or(AndroidMode::Unknown)
    }
}
