//! The earlier report that a run is compared with.

mod begun;
mod carry;
pub(crate) mod decisions;
mod returned;

use std::collections::HashMap;
use std::path::Path;

use super::{Options, Progress, close};
use crate::compare::{self, Listed, Lists, Matched, Said, Side, Told};
use crate::console::{Console, Registry, State};
use crate::coverage::{self, Devices, KeptBefore, Place, When};
use crate::error::{Error, Result};
use crate::history::{Answers, Decisions};
use crate::identity::{Links, RecordStore};
use crate::ids::{ByRecord, DeviceId, RecordId, StepId};
use crate::notice::Notice;
use crate::outcome::{self, Kept, Outcome, Source};
use crate::plan::{Entry, Planned};
use crate::table::{DeviceTable, RecordTable};
use crate::time::Millis;

pub(super) use begun::begun;
pub(super) use carry::{Carrying, by_object};
pub(super) use returned::returned;

/// With fewer devices on one side none of them may be left by chance.
const FEWEST: usize = 5;

/// An earlier report.
pub(super) struct Baseline {
    pub outcome: Outcome,
    pub told: Told,
    /// Its lists beside those of this run, once those are read.
    lists: Lists,
}

impl Baseline {
    /// Loads what is asked for.
    pub(super) fn load(options: &Options) -> Result<Option<Self>> {
        options.baseline.as_deref().map(Self::read).transpose()
    }

    fn read(report: &Path) -> Result<Self> {
        let (outcome, asked) = outcome::load(report)?;
        if asked.redacted {
            let message = format!("`{}` is a copy to share: it has names in the place of ids", report.display());
            return Err(Error::Usage { message, help: "take the report that it was made from as the baseline".into() });
        }
        let seal = outcome::seal_of(report)?;
        Ok(Self { outcome, told: Told { seal, label: asked.label, ..Told::default() }, lists: Lists::default() })
    }

    /// When it saw devices last, for those that these lists show less lately.
    fn remembered(&self) -> coverage::Beside {
        let devices = &self.outcome.devices;
        let mut names: HashMap<u128, Vec<When>> = HashMap::new();
        for at in devices.numbers() {
            let Some(seen) = devices.last_activity.get(at) else { continue };
            let ids = [devices.serial.compared(at), devices.entra_device_id.compared(at)];
            for id in ids.into_iter().filter_map(coverage::naming) {
                names.entry(id).or_default().push(When::On(Millis::new(seen)));
            }
        }
        coverage::Beside { label: String::new(), consoles: 0, is_list: false, of_any: false, is_earlier: true, names }
    }

    /// What it had as lost or kept. A name alone stands for a device that has nothing better.
    fn kept(&self) -> Vec<KeptBefore> {
        let one = |kept: &Kept| {
            let ids = [&kept.serial, &kept.entra_device_id];
            let mut names: Vec<u128> = ids.into_iter().filter_map(|id| coverage::naming(id)).collect();
            if names.is_empty() {
                names.extend(coverage::naming(&kept.name));
            }
            let place = Place { console: kept.console, column: kept.column.clone(), words: kept.words.clone() };
            KeptBefore { names, place }
        };
        self.outcome.kept.iter().map(one).collect()
    }

    /// Refuses a report with consoles that this run does not know: what it remembers of them would be lost.
    fn is_known(&self, registry: &Registry) -> Result<()> {
        let held = self.outcome.records.consoles.iter().map(|columns| columns.console);
        let remembered = self.outcome.ledger.lines.iter().map(|line| line.console);
        match held.chain(remembered).find(|console| registry.parse(console.as_str()).is_none()) {
            None => Ok(()),
            Some(console) => Err(Error::Usage {
                message: format!("the baseline has lists of `{console}`, which this run does not know"),
                help: "give the same `--rules` as then".into(),
            }),
        }
    }

    /// Finds its devices among those of this run.
    pub(super) fn beside(
        self,
        devices: &DeviceTable,
        records: &RecordTable,
        device_of: &ByRecord<DeviceId>,
    ) -> Result<Beside> {
        self.is_known(devices.registry)?;
        let matched = compare::matched(&self.outcome, Side { devices, records, device_of });
        // What it remembers would be carried on as if it were of this tenant.
        let small = self.outcome.devices.len().min(devices.len());
        if !matched.is_any() && small >= FEWEST {
            return Err(Error::Usage {
                message: format!("the baseline `{}` has no device in common with these lists", self.told.label),
                help: "give the report of an earlier run on the same tenant, or leave `--baseline` out".into(),
            });
        }
        Ok(Beside { earlier: self, matched })
    }
}

/// An earlier report, and which of its devices are which of this run.
pub(super) struct Beside {
    earlier: Baseline,
    matched: Matched,
}

impl Beside {
    /// For finding what decisions name.
    pub(super) fn carrying<'a>(&'a self, devices: &'a DeviceTable) -> Carrying<'a> {
        Carrying { old: &self.earlier.outcome, matched: &self.matched, devices }
    }

    /// The first day that its plan gave to a step of this run that waits for the end of the grace period, if it had it.
    pub(super) fn first_day(&self, records: &RecordTable, step: &Planned, entry: &Entry) -> Option<i32> {
        let old = &self.earlier.outcome;
        let before = self.matched.before_in_run(step.device)?;
        let steps = old.steps.as_slice();
        let begin = StepId::at(steps.partition_point(|own| own.device < before));
        let end = StepId::at(steps.partition_point(|own| own.device <= before));
        let id = |records: &RecordTable, own: &Planned| own.object.map(|record| records.id_of(record).into_owned());
        let asked = id(records, step);
        let is_it = |own: &Planned| {
            let then = old.entry(own);
            (&then.slug, then.phase) == (&entry.slug, entry.phase) && id(&old.records, own) == asked
        };
        let plan = begin.onwards().zip(old.steps.within(&(begin..end)));
        plan.filter(|(_, own)| is_it(own)).map(|(at, _)| *old.schedule.days.get(at)).max()
    }

    /// What became of it.
    pub(super) fn conclude(self, new: &mut Outcome, store: &RecordStore, said: &[Said]) {
        let Self { earlier: Baseline { outcome: old, told, lists }, matched } = self;
        let told = Told { said: said.to_vec(), ..told };
        let state_of = |record| state_of(store, record);
        (new.since, new.ledger) = compare::since(&old, new, (&matched, &lists), &told, &state_of);
        carry::answers(&old, new);
    }
}

/// Gives what people wrote to the steps and batches that there are, and says what became of the earlier report, if there is one.
pub(super) fn compare(
    earlier: Option<Beside>,
    outcome: &mut Outcome,
    (store, devices): (&RecordStore, &Devices),
    answers: &Answers,
    progress: &dyn Progress,
) {
    outcome.kept = kept(devices, &outcome.devices, &outcome.decisions.waiting, earlier.as_ref());
    let said = close::answer(outcome, answers);
    if let Some(earlier) = earlier {
        progress.step("Comparing with the baseline");
        earlier.conclude(outcome, store, &said);
    }
    close::lost(outcome, &said);
}

/// What tells of devices beside the lists: tables that were not used, and the earlier report.
pub(super) fn beside(
    earlier: Option<&mut Baseline>,
    unused: Vec<coverage::Beside>,
    (store, links, records): (&RecordStore, &Links, &RecordTable),
    (sources, proven): (&[Source], &[Console]),
) -> coverage::Tables {
    let Some(earlier) = earlier else { return coverage::Tables { tables: unused, ..coverage::Tables::default() } };
    let listed = Listed { registry: store.registry, records, device_of: &links.device };
    earlier.lists = Lists::new(&earlier.outcome, listed, sources, proven);
    coverage::Tables {
        tables: unused.into_iter().chain([earlier.remembered()]).collect(),
        kept: earlier.kept(),
        short: earlier.lists.short(listed, sources),
        parted: earlier.lists.parted().to_vec(),
    }
}

/// What is lost or kept now, what waits for a decision, and what was and is not among the devices of this run.
fn kept(devices: &Devices, table: &DeviceTable, waiting: &[DeviceId], earlier: Option<&Beside>) -> Vec<Kept> {
    let waiting = waiting.iter().map(|device| (*device, Place::of_decisions()));
    let now = devices.coverage().kept().chain(waiting).map(|(device, place)| Kept {
        serial: table.serial.compared(device).to_string(),
        entra_device_id: table.entra_device_id.compared(device).to_string(),
        name: table.name.get(device).to_string(),
        console: place.console,
        column: place.column,
        words: place.words,
    });
    let before = earlier.map(|earlier| &earlier.earlier.outcome.kept);
    let gone = devices.coverage().gone().iter().filter_map(|at| before?.get(*at).cloned());
    let mut all: Vec<Kept> = now.chain(gone).collect();
    all.sort();
    all.dedup();
    all
}

/// What people decided: by the file that is named, else by the workbook of the earlier report if somebody filled it in.
pub(super) fn decisions(options: &Options, notices: &mut Vec<Notice>) -> Result<Decisions> {
    let mut decisions = match (&options.decisions, &options.baseline) {
        (Some(file), _) => decisions::load(file)?,
        (None, Some(report)) => carry::filled_in(report, notices)?.unwrap_or_default(),
        (None, None) => Decisions::default(),
    };
    decisions.answers.logs = options.logs.iter().map(|file| decisions::log(file)).collect::<Result<_>>()?;
    Ok(decisions)
}

/// The state of a record.
pub(super) fn state_of(store: &RecordStore, record: RecordId) -> State {
    let state = store.locate(record).map(|(records, line)| records.console.state(&records.row(line)));
    state.unwrap_or(State::Unknown)
}
