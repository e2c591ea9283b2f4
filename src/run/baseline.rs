//! The earlier report that a run is compared with.

use std::path::Path;

use super::Options;
use crate::compare::{self, Said, Side, Told};
use crate::console::{Console, Registry, State};
use crate::error::{Error, Result};
use crate::identity::RecordStore;
use crate::outcome::{self, Ledger, Outcome, Since};

/// An earlier report.
pub(super) struct Baseline {
    pub outcome: Outcome,
    pub told: Told,
}

impl Baseline {
    /// Loads what is asked for.
    pub(super) fn load(options: &Options) -> Result<Option<Self>> {
        options.baseline.as_deref().map(Self::read).transpose()
    }

    fn read(report: &Path) -> Result<Self> {
        let (outcome, asked) = outcome::load(report)?;
        let seal = outcome::seal_of(report)?;
        Ok(Self { outcome, told: Told { seal, label: asked.label, ..Told::default() } })
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

    /// What became of it.
    pub(super) fn compare(
        self,
        new: &Outcome,
        store: &RecordStore,
        proven: &[Console],
        said: &[Said],
    ) -> Result<(Since, Ledger)> {
        self.is_known(new.devices.registry)?;
        let proven = proven.iter().map(|console| console.as_str().to_string()).collect();
        let told = Told { proven, said: said.to_vec(), ..self.told };
        let matched = compare::matched(&self.outcome, Side::of(new));
        Ok(compare::since(&self.outcome, new, &matched, &told, &|record| state_of(store, record)))
    }
}

/// The state of a record, by its number.
fn state_of(store: &RecordStore, record: u32) -> State {
    let state = store.locate(record).map(|(records, line)| records.console.state(&records.row(line)));
    state.unwrap_or(State::Unknown)
}
