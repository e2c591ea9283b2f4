//! Tables that were not used and name devices: each may be a part of a console's list, or tell of a later day than any list.

use std::collections::HashMap;

use crate::console::Console;
use crate::frame::by_device::scatter;
use crate::identity::{Members, RecordStore, number};
use crate::ids::{ByDevice, DeviceId};
use crate::time::Millis;

use super::hints::KeptBefore;

/// What tells of devices beside the lists of consoles.
#[derive(Debug, Default)]
pub struct Tables {
    /// Tables that were not used, and when an earlier report saw devices.
    pub tables: Vec<Beside>,
    /// What an earlier report had as lost or kept.
    pub kept: Vec<KeptBefore>,
    /// Consoles of which a list is shorter than plausible beside that of the earlier report, and why.
    pub short: Vec<(Console, String)>,
    /// Devices that the earlier report had in one with another that is listed still.
    pub parted: Vec<DeviceId>,
}

/// A table that was not used.
#[derive(Debug)]
pub struct Beside {
    /// How reports name it.
    pub label: String,
    /// The consoles of whose list it may be a part, of which there may be no other, as bits of
    /// [`Console::bit`](crate::console::Console::bit).
    pub consoles: u32,
    /// It is what an earlier report said.
    pub is_earlier: bool,
    /// It is a list by itself, so that it may also show later what the console's list shows.
    pub is_list: bool,
    /// It may be so whatever the device runs: else it is none of a console that does not hold such devices.
    pub of_any: bool,
    /// What names devices in it, as numbers, and the times that stand beside each.
    pub names: HashMap<u128, Vec<When>>,
}

/// A time beside the name of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Days before the table was made, which is not after the time of judgement.
    Ago(i64),
    /// A date.
    On(Millis),
    /// Somebody has it until then.
    Until(Millis),
    /// No time: the device is lost, or somebody keeps it.
    Kept,
}

impl When {
    fn at(self, members: &Members) -> Option<Millis> {
        match self {
            Self::Ago(days) => Some(members.as_of.at().days_before(days)),
            Self::On(date) => Some(date),
            Self::Until(date) => Some(members.as_of.at()).filter(|now| date >= *now),
            Self::Kept => None,
        }
    }
}

/// What tables that were not used say of a device.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Named {
    /// Consoles of whose list one of them may be a part, as bits.
    pub part_of: u32,
    /// The same of those that are lists by themselves.
    pub in_lists: u32,
    /// The same of those among them that may show a device later whatever it runs.
    pub in_any: u32,
    /// The newest date beside its name that is not after the time of judgement, and the number of the table.
    pub on: Option<(Millis, u16)>,
    /// The number of a table that names it among what is lost or kept.
    pub kept: Option<u16>,
}

impl Named {
    fn and(self, other: Self) -> Self {
        Self {
            part_of: self.part_of | other.part_of,
            in_lists: self.in_lists | other.in_lists,
            in_any: self.in_any | other.in_any,
            on: self.on.max(other.on),
            kept: self.kept.or(other.kept),
        }
    }
}

/// Columns whose values name a device.
const NAMING: [&str; 4] = ["entra_id", "serial", "native_id", "name"];
/// Longer names of hosts are cut in `NetBIOS`, and so by some consoles
/// (<https://learn.microsoft.com/troubleshoot/windows-server/active-directory/naming-conventions-for-computer-domain-site-ou>).
pub(super) const NETBIOS: usize = 15;
/// Shorter cells name no device.
pub(super) const SHORTEST_CELL: usize = 4;

/// A cell as it is compared, whatever stands around it.
pub(super) fn comparable(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '\'')).to_lowercase()
}

/// What a cell of a table that was not used is compared by; nothing where it is too short to name a device.
pub(crate) fn naming(cell: &str) -> Option<u128> {
    let text = comparable(cell);
    (text.len() >= SHORTEST_CELL).then(|| number(&text))
}

/// What the tables say of each device.
pub(super) fn named(store: &RecordStore, members: &Members, tables: &[Beside]) -> ByDevice<Named> {
    let mut all = ByDevice::filled(Named::default(), members.count);
    if tables.is_empty() {
        return all;
    }
    let of = |value: &str| {
        // Old protocols cut the names of hosts.
        let cut = value.get(..NETBIOS).filter(|cut| cut.len() < value.len());
        let values = [Some(value), cut].map(|value| value.and_then(naming));
        let named = |table: &Beside| {
            let dates = values.iter().flatten().find_map(|value| table.names.get(value))?;
            let past = dates.iter().filter_map(|when| when.at(members));
            // A licence or the next backup is later than anything saw it; an earlier report tells of the past alone.
            let is_past = |date: &Millis| {
                if table.is_earlier { members.as_of.is_past(*date) } else { members.as_of.may_be_past(*date) }
            };
            let on = past.filter(is_past).max();
            Some((on, dates.contains(&When::Kept)))
        };
        let own = (0_u16..).zip(tables).filter_map(|(at, table)| Some((at, table, named(table)?)));
        own.fold(Named::default(), |all, (at, table, (on, kept))| {
            let in_lists = if table.is_list { table.consoles } else { 0 };
            all.and(Named {
                part_of: table.consoles,
                in_lists,
                in_any: if table.of_any { in_lists } else { 0 },
                on: on.map(|date| (date, at)),
                kept: kept.then_some(at),
            })
        })
    };
    each_name(store, members, &mut all, of, |slot, said| *slot = slot.and(said));
    all
}

/// Asks of each value that names a device what is said of it, and puts that to what was said of the device before.
pub(super) fn each_name<T: Default>(
    store: &RecordStore,
    members: &Members,
    all: &mut ByDevice<T>,
    of: impl Fn(&str) -> T,
    put: impl Fn(&mut T, T),
) {
    for (at, records) in store.by_console.iter().enumerate() {
        for values in NAMING.iter().filter_map(|column| records.text(column)) {
            let said = values.iter().map(|value| value.map_or_else(T::default, &of));
            scatter(all, members.device_of(at).iter().copied(), said, &put);
        }
    }
}
