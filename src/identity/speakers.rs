//! Which of several rows of one object speaks for it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::contents::Contents;
use super::groups::{Groups, Sets};
use super::keys::Kind;
use super::record_store::RecordStore;
use crate::ids::{ByRecord, ExportId, RecordId};

/// What tells rows of one object apart first, where none is the newer one.
const SAYS: &[&str] = &["state", "name", "serial", "entra_id", "model", "os_version", "ownership", "managed_by"];

/// Records for which another row of the same object speaks, within one device.
pub(super) struct Repeats {
    /// Per record: another one speaks for it.
    pub repeat: ByRecord<bool>,
    /// Those, each with the one that does, in order.
    pub spoken_for: Vec<(RecordId, RecordId)>,
    /// Those that speak, each with the number of an export in which a row says the same.
    pub twins: BTreeSet<(RecordId, ExportId)>,
}

impl Repeats {
    pub(super) fn of(store: &RecordStore, groups: &Groups, sets: &mut Sets) -> Self {
        let (mut repeat, mut spoken_for) = (ByRecord::filled(false, store.total), Vec::new());
        let mut twins = BTreeSet::new();
        let mut contents: BTreeMap<RecordId, Contents<'_>> = BTreeMap::new();
        for group in groups.iter().filter(|g| g.kind == Kind::Object) {
            let Some((console_records, _)) = group.members.first().and_then(|record| store.locate(*record)) else {
                continue;
            };
            let contents =
                contents.entry(console_records.first).or_insert_with(|| Contents::ranked(console_records, SAYS));
            let rows = Rows::of(store, contents, group.members);
            let mut speaker: BTreeMap<RecordId, RecordId> = BTreeMap::new();
            for record in group.members {
                let best = speaker.entry(sets.find(*record)).or_insert(*record);
                if rows.compare(*record, *best).is_gt() {
                    *best = *record;
                }
            }
            for record in group.members {
                let Some(best) = speaker.get(&sets.find(*record)).filter(|best| *best != record) else { continue };
                if let Some(slot) = repeat.slot(*record) {
                    *slot = true;
                }
                spoken_for.push((*record, *best));
                if rows.are_several_lists() && rows.say(*record, *best).is_eq() {
                    twins.insert((*best, rows.export(*record)));
                }
            }
        }
        spoken_for.sort_unstable();
        Self { repeat, spoken_for, twins }
    }
}

/// The rows of one object.
struct Rows<'a> {
    store: &'a RecordStore,
    contents: &'a Contents<'a>,
    /// How many of them each export has.
    of_export: BTreeMap<ExportId, usize>,
}

impl<'a> Rows<'a> {
    fn of(store: &'a RecordStore, contents: &'a Contents<'a>, records: &[RecordId]) -> Self {
        let mut rows = Self { store, contents, of_export: BTreeMap::new() };
        for record in records {
            *rows.of_export.entry(rows.export(*record)).or_default() += 1;
        }
        rows
    }

    fn are_several_lists(&self) -> bool {
        self.of_export.len() > 1
    }

    fn export(&self, record: RecordId) -> ExportId {
        self.store.locate(record).and_then(|(own, line)| own.export_of(line)).unwrap_or(ExportId::NONE)
    }

    /// The greater one speaks. Equals are told apart by all that they say, and those that say the same by what their lists are
    /// like, so that the order of rows and lists does not matter.
    fn compare(&self, a: RecordId, b: RecordId) -> Ordering {
        self.say(a, b).then_with(|| {
            let [a, b] = [self.export(a), self.export(b)];
            if a == b { Ordering::Equal } else { self.list(a).cmp(&self.list(b)) }
        })
    }

    /// Which of two rows is the newer one, or says more.
    fn say(&self, a: RecordId, b: RecordId) -> Ordering {
        freshness(self.store, a).cmp(&freshness(self.store, b)).then_with(|| {
            let (Some((_, a)), Some((_, b))) = (self.store.locate(a), self.store.locate(b)) else {
                return Ordering::Equal;
            };
            self.contents.compare(a, b)
        })
    }

    /// What a list is like: a list by itself comes before one that adds to another, then the one that has more rows of the
    /// object, and more columns.
    fn list(&self, export: ExportId) -> (bool, usize, Option<&BTreeSet<String>>) {
        let rows = self.of_export.get(&export).copied().unwrap_or_default();
        (!self.store.is_companion(export), rows, self.store.columns.get(export.index()))
    }
}

/// Which of several rows of one object is the newest; of rows released and not, the one that is not.
fn freshness(store: &RecordStore, record: RecordId) -> (bool, [Option<i64>; 2]) {
    let Some((console_records, line)) = store.locate(record) else { return (false, [None; 2]) };
    let time = |column| console_records.times(column).and_then(|c| c.get(line));
    (time("released").is_none(), ["last_seen", "enrolled"].map(time))
}
