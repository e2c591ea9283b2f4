//! Where the conditions that rules share hold, as far as steps depend on them: what is a server, which row is no enrolment.

use crate::console::Console;
use crate::error::Result;
use crate::ids::{By, ByDevice};
use crate::rules::{Condition, Conditions, EvalContext};

/// Shared conditions that steps depend on.
const CONDITIONS: [&str; 5] = ["server_machine", "virtual_device", "connector_row", "row_without_actions", "parked"];

/// Record columns that those conditions read.
pub(in crate::run) fn needed(conditions: &Conditions) -> Vec<&'static str> {
    let named = CONDITIONS.iter().filter_map(|name| conditions.get(name));
    named.flat_map(Condition::record_columns).collect()
}

/// Where those conditions hold.
pub(super) struct Holds {
    pub server: ByDevice<bool>,
    pub virtual_device: ByDevice<bool>,
    pub connector: OfRecords,
    pub without_actions: OfRecords,
    pub parked: OfRecords,
}

/// Where a condition over the records of one console holds.
#[derive(Default)]
pub(super) struct OfRecords {
    console: Option<Console>,
    lines: By<usize, bool>,
}

impl OfRecords {
    /// Whether it holds for a record of a console, by its line.
    pub(super) fn says(&self, console: Console, line: usize) -> bool {
        self.console == Some(console) && *self.lines.get(line)
    }
}

impl Holds {
    pub(super) fn new(conditions: &Conditions, context: EvalContext<'_>) -> Result<Self> {
        let devices = |name| {
            let none = || Ok(ByDevice::filled(false, context.devices.count));
            conditions.get(name).map_or_else(none, |condition| condition.on_devices(context).map(ByDevice::of))
        };
        let records = |name| {
            conditions.get(name).map_or_else(
                || Ok(OfRecords::default()),
                |condition| Ok(OfRecords { console: condition.console, lines: By::of(condition.on_records(context)?) }),
            )
        };
        Ok(Self {
            server: devices("server_machine")?,
            virtual_device: devices("virtual_device")?,
            connector: records("connector_row")?,
            without_actions: records("row_without_actions")?,
            parked: records("parked")?,
        })
    }
}
