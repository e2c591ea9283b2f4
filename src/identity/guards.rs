//! Guards: identifiers that must not join all the records that have them.

use std::collections::{BTreeMap, BTreeSet};

use super::groups::{Groups, Traits};
use super::keys::{self, Kind, Pair};
use super::lives::{Crowd, Lives, Verdict};
use super::record_store::RecordStore;
use crate::console::Console;
use crate::ids::RecordId;
use crate::notice::{Code, Notice};

/// Remarks of one sort that are made one by one; the others are counted.
const SHOWN: usize = 20;

/// Records that share an identifier, and what became of those that share one in vain.
pub(super) struct Guards<'a> {
    store: &'a RecordStore,
    lives: Lives<'a>,
    pub groups: Groups,
    /// Records about which nobody can be sure.
    pub suspects: Vec<RecordId>,
    /// The same, unless a serial number tells the device.
    pub suspects_without_serial: Vec<RecordId>,
    /// Records whose serial number is not used for matching although it looks like one.
    pub guarded: Vec<RecordId>,
    /// Records whose Entra device id joins nothing, since copies of a machine share it.
    pub cut: Vec<RecordId>,
    /// Records that share an identifier of a device, which joins them not.
    pub shared: Vec<Vec<RecordId>>,
    /// Groups that may be enrolments or copies, by their place.
    pub doubts: BTreeMap<usize, Doubt>,
    remarks: Remarks,
    next_serial: u32,
}

/// A group that is joined although nobody can tell.
pub(super) struct Doubt {
    pub records: Vec<RecordId>,
    notice: Notice,
}

impl<'a> Guards<'a> {
    /// Groups the records of all kinds of identifiers. Fills in the serial numbers of the traits.
    pub(super) fn new(store: &'a RecordStore, traits: &mut Traits) -> Self {
        let mut guards = Self {
            store,
            lives: Lives::new(store),
            groups: Groups::default(),
            suspects: Vec::new(),
            suspects_without_serial: Vec::new(),
            guarded: Vec::new(),
            cut: Vec::new(),
            shared: Vec::new(),
            doubts: BTreeMap::new(),
            remarks: Remarks::default(),
            next_serial: 0,
        };
        // One kind after the other: the pairs of all kinds at once would take more memory than the records.
        for kind in Kind::ALL.iter().copied().filter(|kind| !kind.is_weak()) {
            for mut pairs in keys::gather(store, kind) {
                // What joins nothing as the id of a device is not the id of its computer either.
                if kind == Kind::ComputerId && !guards.cut.is_empty() {
                    pairs.retain(|(_, record)| guards.cut.binary_search(record).is_err());
                }
                for run in pairs.chunk_by(|a, b| a.0 == b.0) {
                    guards.take(kind, run, traits);
                }
            }
            guards.cut.sort_unstable();
        }
        guards.guarded.sort_unstable();
        guards
    }

    /// Remarks on identifiers that join nothing, and on those that join in doubt.
    pub(super) fn notices(mut self, doubts: Vec<Notice>) -> Vec<Notice> {
        for notice in doubts {
            self.remarks.add(Sort::Doubt, || notice);
        }
        let duplicates = duplicate_rows(self.store, &self.groups);
        self.remarks.all().into_iter().chain(duplicates).collect()
    }

    fn take(&mut self, kind: Kind, run: &[Pair], traits: &mut Traits) {
        let verdict = if run.len() < 2 {
            Verdict::default()
        } else {
            if self.has_several_makers(kind, run, traits) {
                return;
            }
            if kind.shows_copies() && self.lives.crowded(run) {
                self.lives.judge(kind, run)
            } else {
                Verdict::default()
            }
        };
        if !verdict.copies.is_empty() {
            self.keep_apart(kind, run, &verdict.copies);
            return;
        }
        if kind == Kind::Serial {
            self.next_serial += 1;
            for (_, record) in run {
                if let Some(slot) = traits.serial.slot(*record) {
                    *slot = self.next_serial;
                }
            }
        }
        let place = self.push(kind, run);
        if let (Some(place), Some(crowd)) = (place, verdict.doubtful.first()) {
            let notice = self.in_doubt(kind, run, crowd);
            let records = verdict.doubtful.iter().flat_map(|crowd| crowd.records.iter().copied()).collect();
            self.doubts.insert(place, Doubt { records, notice });
        }
    }

    fn push(&mut self, kind: Kind, run: &[Pair]) -> Option<usize> {
        let (key, _) = run.first().filter(|_| run.len() > 1)?;
        self.groups.push(kind, *key, run)
    }

    /// A hardware number that several manufacturers use names no device, and nobody knows whose record is whose.
    fn has_several_makers(&mut self, kind: Kind, run: &[Pair], traits: &Traits) -> bool {
        if !matches!(kind, Kind::Serial | Kind::Radio) {
            return false;
        }
        let makers: BTreeSet<u32> = run.iter().map(|p| *traits.maker.get(p.1)).filter(|m| *m != 0).collect();
        if makers.len() < 2 {
            return false;
        }
        self.suspects.extend(run.iter().map(|p| p.1));
        if kind == Kind::Serial {
            self.shared.push(run.iter().map(|p| p.1).collect());
            self.guarded.extend(run.iter().map(|p| p.1));
        }
        let text = self.text_of(kind, run);
        self.remarks.add(Sort::Makers, || {
            let name = |m: &u32| traits.maker_names.get(*m as usize - 1).cloned().unwrap_or_default();
            let names: BTreeSet<String> = makers.iter().map(name).collect();
            let names: Vec<String> = names.into_iter().collect();
            let message = format!(
                "{kind} `{text}` is used by several manufacturers ({}) and is not used for matching",
                names.join(", ")
            );
            Notice::new(Code::IdentityConflict, "", message)
        });
        true
    }

    /// Copies of one machine are not joined by what was copied; what else has the identifier may be any of them.
    fn keep_apart(&mut self, kind: Kind, run: &[Pair], copies: &[Crowd]) {
        let set = |records: fn(&Crowd) -> &Vec<RecordId>| -> BTreeSet<RecordId> {
            copies.iter().flat_map(records).copied().collect()
        };
        let (cut, apart) = (set(|crowd| &crowd.records), set(|crowd| &crowd.apart));
        let unsure = run.iter().map(|p| p.1).filter(|record| !apart.contains(record));
        match kind {
            Kind::HardwareId => self.suspects_without_serial.extend(unsure),
            _ => self.suspects.extend(unsure),
        }
        if !matches!(kind, Kind::HardwareId | Kind::Radio) {
            self.shared.push(run.iter().map(|p| p.1).collect());
        }
        match kind {
            Kind::HardwareId | Kind::Radio => {}
            Kind::Serial => self.guarded.extend(run.iter().map(|p| p.1)),
            // The object that the id is of keeps it, with its keys and its computer.
            _ => {
                let rest: Vec<Pair> = run.iter().copied().filter(|(_, record)| !cut.contains(record)).collect();
                self.push(kind, &rest);
                if kind == Kind::EntraId {
                    self.cut.extend(&cut);
                }
            }
        }
        let text = self.text_of(kind, run);
        for Crowd { console, objects, at_once, .. } in copies {
            let what = if kind.is_exact() {
                "it joins none of them to each other or to a device"
            } else {
                "it is not used for matching"
            };
            self.remarks.add(Sort::Copies, || {
                let message = format!(
                    "{kind} `{text}` is in {objects} records of {}, {at_once} of them in use at the same time under different \
                     names: copies of one machine; {what}",
                    console.title()
                );
                Notice::new(Code::IdentityConflict, "", message)
            });
        }
    }

    fn in_doubt(&self, kind: Kind, run: &[Pair], crowd: &Crowd) -> Notice {
        let Crowd { console, objects, .. } = crowd;
        let text = self.text_of(kind, run);
        let message = format!(
            "{kind} `{text}` is in {objects} records of {}, and nothing tells whether they are one device that was enrolled \
             several times or copies of one machine: they are shown as one device, and nothing is planned for it but a review",
            console.title()
        );
        Notice::new(Code::IdentityConflict, "", message)
    }

    fn text_of(&self, kind: Kind, run: &[Pair]) -> String {
        run.first().map_or_else(String::new, |p| keys::text_of(self.store, kind, p.0, p.1))
    }
}

impl Doubt {
    pub(super) fn notice(&self) -> Notice {
        self.notice.clone()
    }
}

/// What a remark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Makers,
    Copies,
    Doubt,
}

/// Remarks, the first ones of each sort word for word.
#[derive(Default)]
struct Remarks {
    list: Vec<Notice>,
    counts: BTreeMap<Sort, usize>,
}

impl Remarks {
    fn add(&mut self, sort: Sort, notice: impl FnOnce() -> Notice) {
        let count = self.counts.entry(sort).or_default();
        *count += 1;
        if *count <= SHOWN {
            self.list.push(notice());
        }
    }

    fn all(self) -> Vec<Notice> {
        let more = self.counts.into_iter().filter(|(_, count)| *count > SHOWN).map(|(sort, count)| {
            let what = match sort {
                Sort::Makers => "are used by several manufacturers and are not used for matching",
                Sort::Copies => "are shared by copies of one machine",
                Sort::Doubt => "are of several enrolments or of copies of one machine; nothing tells which",
            };
            Notice::new(Code::IdentityConflict, "", format!("{} more identifiers {what}", count - SHOWN))
        });
        self.list.into_iter().chain(more).collect()
    }
}

/// One remark a console whose rows repeat an object.
fn duplicate_rows(store: &RecordStore, groups: &Groups) -> Vec<Notice> {
    let mut repeated: BTreeMap<Console, (u64, u64)> = BTreeMap::new();
    for group in groups.iter().filter(|g| g.kind == Kind::Object) {
        if let Some((console_records, _)) = group.members.first().and_then(|r| store.locate(*r)) {
            let entry = repeated.entry(console_records.console).or_default();
            entry.0 += 1;
            entry.1 += group.members.len() as u64;
        }
    }
    let say = |(console, (objects, rows)): (Console, (u64, u64))| {
        let (stand, they) = if objects == 1 { ("object", "it counts") } else { ("objects", "each counts") };
        let message = format!("{objects} {stand} of {} in {rows} rows; {they} once", console.title());
        Notice::new(Code::DuplicateRows, "", message)
    };
    repeated.into_iter().map(say).collect()
}
