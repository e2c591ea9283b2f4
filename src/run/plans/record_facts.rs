//! What plans need to know of each record, looked up list by list: of a million flagged devices in the order of their keys
//! every look at a cell is one at another place.

use rayon::prelude::*;

use super::holds::Holds;
use crate::console::Console;
use crate::identity::{ConsoleRecords, RecordStore};
use crate::ids::{ByRecord, RecordId};
use crate::plan::{AndroidMode, Licence, State};
use crate::schema::JoinType;
use crate::table::{RecordColumns, RecordTable};

/// What is known of one record.
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordFacts {
    pub state: State,
    pub join: JoinType,
    pub licence: Licence,
    pub mode: AndroidMode,
    pub ztdid: bool,
    pub connector: bool,
    pub without_actions: bool,
    /// Google says that the device runs ChromeOS Flex.
    pub flex: bool,
    /// It has a serial number, and no other id: the row of an object that may stand elsewhere with its id.
    pub may_echo: bool,
}

/// The facts of all records.
pub(super) struct AllFacts(ByRecord<RecordFacts>);

impl AllFacts {
    pub(super) fn new(store: &RecordStore, table: &RecordTable, holds: &Holds) -> Self {
        let both = store.by_console.par_iter().zip(&table.consoles);
        let parts: Vec<Vec<RecordFacts>> = both.map(|(own, columns)| of_console(own, columns, holds)).collect();
        Self(ByRecord::of(parts.concat()))
    }

    pub(super) fn of(&self, record: RecordId) -> &RecordFacts {
        self.0.get(record)
    }
}

fn of_console(records: &ConsoleRecords, columns: &RecordColumns, holds: &Holds) -> Vec<RecordFacts> {
    let console = records.console;
    let [ids, serials, ztdids, joins, licences, profiles, modes] =
        ["native_id", "serial", "ztdid", "join_type", "license", "profile_type", "mode"].map(|name| records.text(name));
    let one = |line: usize| {
        let [id, serial, ztdid, join, word, profile, mode] = [ids, serials, ztdids, joins, licences, profiles, modes]
            .map(|cells| cells.and_then(|cells| cells.get(line)));
        RecordFacts {
            // Apple's own parking server manages nothing.
            state: if holds.parked.says(console, line) { State::Unassigned } else { columns.state_at(line) },
            join: join.and_then(JoinType::parse).unwrap_or(JoinType::Unknown),
            licence: licence(console, word),
            mode: mode.and_then(AndroidMode::parse).unwrap_or(AndroidMode::Unknown),
            ztdid: ztdid.is_some(),
            connector: holds.connector.says(console, line),
            without_actions: holds.without_actions.says(console, line),
            flex: profile == Some("chromeosflex"),
            may_echo: serial.is_some() && (id.is_none() || id == serial),
        }
    };
    (0..records.height()).map(one).collect()
}

/// What becomes of the licence of a device, by the words of its console.
fn licence(console: Console, word: Option<&str>) -> Licence {
    word.and_then(|word| console.licence(word)).and_then(Licence::parse).unwrap_or(Licence::Unknown)
}
