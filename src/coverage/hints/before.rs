//! What an earlier report had as lost or kept, where the list that said so does not speak of the device any more: a shorter list
//! takes nothing back.

use std::collections::{HashMap, HashSet};

use super::Hint;
use crate::console::Console;
use crate::coverage::beside::{Tables, each_name, naming};
use crate::identity::{Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};

/// Where it stands that a device is lost or kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The console of the list; none for a table that was not used.
    pub console: Option<Console>,
    /// Header of the column, or label of the table; nothing for the state of a row.
    pub column: String,
    /// The words that say so, where it is not the whole list.
    pub words: String,
}

impl Place {
    /// Where it waits for a decision, in the place of a list.
    #[must_use]
    pub fn of_decisions() -> Self {
        Self { console: None, column: "decisions".into(), words: String::new() }
    }
}

/// Such places, each with a number.
#[derive(Debug, Default)]
pub(in crate::coverage) struct Places {
    list: Vec<Place>,
    numbers: HashMap<Place, u16>,
}

impl Places {
    /// The number of a place; nothing where there are more than can be numbered.
    pub(super) fn number(&mut self, place: Place) -> Option<u16> {
        if let Some(number) = self.numbers.get(&place) {
            return Some(*number);
        }
        let number = u16::try_from(self.list.len()).ok()?;
        self.list.push(place.clone());
        self.numbers.insert(place, number);
        Some(number)
    }

    /// A place by its number.
    pub(in crate::coverage) fn get(&self, number: u16) -> Option<&Place> {
        self.list.get(usize::from(number))
    }
}

/// A device that an earlier report had as lost or kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBefore {
    /// What it is called, as numbers.
    pub names: Vec<u128>,
    /// Where it stood.
    pub place: Place,
}

/// The devices that were kept, but for those of which the list that said so speaks otherwise now; their places are added to
/// `places`. And which of the kept are not among the devices, by their place.
pub(super) fn hints(
    store: &RecordStore,
    members: &Members,
    beside: &Tables,
    places: &mut Places,
) -> (Vec<(DeviceId, Hint)>, Vec<usize>) {
    if beside.kept.is_empty() {
        return Default::default();
    }
    let mut by_name: HashMap<u128, Vec<usize>> = HashMap::new();
    for (at, kept) in beside.kept.iter().enumerate() {
        kept.names.iter().for_each(|name| by_name.entry(*name).or_default().push(at));
    }
    let mut was_kept: ByDevice<Vec<usize>> = ByDevice::filled(Vec::new(), members.count);
    let of = |value: &str| naming(value).and_then(|name| by_name.get(&name)).cloned().unwrap_or_default();
    each_name(store, members, &mut was_kept, of, Vec::extend);
    let named_by = registers(store, members, beside);
    let mut found = Vec::new();
    for (device, kept) in was_kept.numbered().filter(|(_, kept)| !kept.is_empty()) {
        let is_lifted = |place: &Place| match place.console {
            None => beside.tables.iter().any(|table| !table.is_earlier && table.label == place.column),
            Some(console) if place.column.is_empty() => named_by.get(&console).is_some_and(|named| *named.get(device)),
            Some(console) => members.is_held(device, console) && store.has_written(console, &place.column),
        };
        let own = kept.iter().filter_map(|at| beside.kept.get(*at)).find(|kept| !is_lifted(&kept.place));
        let Some(KeptBefore { place, .. }) = own else { continue };
        found.extend(places.number(place.clone()).map(|number| (device, Hint::Before(number))));
    }
    let there: HashSet<usize> = was_kept.iter().flatten().copied().collect();
    (found, (0..beside.kept.len()).filter(|at| !there.contains(at)).collect())
}

/// The devices of which each register that kept some speaks now, in a row that is joined to them or names them.
fn registers(store: &RecordStore, members: &Members, beside: &Tables) -> HashMap<Console, ByDevice<bool>> {
    let places = beside.kept.iter().map(|kept| &kept.place).filter(|place| place.column.is_empty());
    let consoles: HashSet<Console> = places.filter_map(|place| place.console).collect();
    let one = |console: Console| {
        let records = store.of(console)?;
        let columns = ["serial", "name"].into_iter().filter_map(|column| records.text(column));
        let names: HashSet<u128> = columns.flat_map(|column| column.iter().flatten().filter_map(naming)).collect();
        let mut named = ByDevice::filled(false, members.count);
        let is_named = |value: &str| naming(value).is_some_and(|name| names.contains(&name));
        each_name(store, members, &mut named, is_named, |slot, is| *slot |= is);
        for (device, slot) in named.numbered_mut() {
            *slot |= members.is_held(device, console);
        }
        Some((console, named))
    };
    consoles.into_iter().filter_map(one).collect()
}
