//! Objects that have several rows in one list. A list that names objects by an id of their own says one of them twice; one that
//! has no such ids may hold two objects that look alike.

use std::collections::{BTreeMap, BTreeSet};

use super::links::Links;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::console::Console;
use crate::ids::{DeviceId, RecordId};
use crate::language::What;

/// From so many objects on, if they are more than a quarter of the list, the list was put together twice.
const WHOLE_LIST: usize = 3;

/// How many rows one list has of an object, for the devices where there are several, of consoles with a column for it.
#[derive(Debug, Default)]
pub(crate) struct SeveralRows {
    /// Nothing where the list repeats so many objects that the rows tell nothing.
    of: BTreeMap<(Console, DeviceId), Option<u32>>,
}

impl SeveralRows {
    pub(super) fn new(store: &RecordStore, links: &Links) -> Self {
        let mut of = BTreeMap::new();
        let counts = |console: Console| {
            store.registry.aggregates().iter().any(|own| own.console == console && matches!(own.made.what, What::Rows))
        };
        // Where no column asks for them nobody looks: a list of accounts has a row for each.
        for console_records in store.by_console.iter().filter(|own| counts(own.console)) {
            of.extend(of_console(console_records, links));
        }
        Self { of }
    }

    /// The most rows that one list of a console has of an object of a device with records there; unknown where the list has
    /// most objects several times.
    pub(crate) fn rows(&self, console: Console, device: DeviceId) -> Option<u32> {
        self.of.get(&(console, device)).copied().unwrap_or(Some(1))
    }
}

fn of_console(console_records: &ConsoleRecords, links: &Links) -> BTreeMap<(Console, DeviceId), Option<u32>> {
    let mut found = BTreeMap::new();
    let Some(exports) = console_records.numbers("export") else { return found };
    let own = console_records.span();
    let export = |record: RecordId| exports.get(own.start.line_of(record).filter(|_| record < own.end)?);
    // Rows of each object by its list; the one that speaks for it is among them.
    let mut rows: BTreeMap<(u32, RecordId), u32> = BTreeMap::new();
    let mut speakers: BTreeSet<RecordId> = BTreeSet::new();
    for (record, speaker) in &links.spoken_for {
        if let Some(list) = export(*record) {
            *rows.entry((list, *speaker)).or_default() += 1;
            speakers.insert(*speaker);
        }
    }
    for speaker in speakers {
        if let Some(list) = export(speaker) {
            *rows.entry((list, speaker)).or_default() += 1;
        }
    }
    rows.retain(|_, rows| *rows > 1);
    let twice = put_together_twice(&rows, exports.iter().flatten());
    for ((list, speaker), rows) in rows {
        let device = links.device.get(speaker);
        let rows = (!twice.contains(&list)).then_some(rows);
        let most = found.entry((console_records.console, *device)).or_insert(rows);
        *most = most.zip(rows).map(|(most, rows)| most.max(rows));
    }
    found
}

/// Lists more than a quarter of whose objects have several rows.
fn put_together_twice(rows: &BTreeMap<(u32, RecordId), u32>, exports: impl Iterator<Item = u32>) -> BTreeSet<u32> {
    let mut several: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for ((list, _), rows) in rows {
        let (objects, further) = several.entry(*list).or_default();
        *objects += 1;
        *further += *rows as usize - 1;
    }
    if several.is_empty() {
        return BTreeSet::new();
    }
    let mut all: BTreeMap<u32, usize> = BTreeMap::new();
    exports.for_each(|list| *all.entry(list).or_default() += 1);
    let is_twice = |(list, (objects, further)): &(u32, (usize, usize))| {
        let listed = all.get(list).copied().unwrap_or_default() - further;
        *objects >= WHOLE_LIST && objects * 4 > listed
    };
    several.into_iter().filter(is_twice).map(|(list, _)| list).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_repeats_a_quarter_of_its_objects_was_put_together_twice() {
        let several = |objects: u32| RecordId::all(objects).map(|object| ((0, object), 2)).collect::<BTreeMap<_, _>>();
        let list = |rows: usize| std::iter::repeat_n(0, rows);
        assert!(put_together_twice(&several(2), list(4)).is_empty(), "two machines that were registered twice");
        assert_eq!(put_together_twice(&several(3), list(6)).len(), 1, "three of three objects");
        assert!(put_together_twice(&several(3), list(16)).is_empty(), "three of thirteen objects");
        assert_eq!(put_together_twice(&several(3), list(14)).len(), 1, "three of eleven objects");
    }
}
