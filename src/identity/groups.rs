//! What linking works on: records that share an identifier, facts that must not contradict each other, sets of records.

use super::keys::{Kind, Pair};
use crate::ids::{ByRecord, Place as _, RecordId};

/// Records that share an identifier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub kind: Kind,
    pub key: u128,
    pub members: &'a [RecordId],
}

/// All groups, kind by kind and by identifier, flat: a large tenant has millions of pairs.
#[derive(Debug, Default)]
pub(super) struct Groups {
    heads: Vec<(Kind, u128, u32)>,
    members: Vec<RecordId>,
}

impl Groups {
    /// Adds the records of an identifier; gives the place of the group, where there are several.
    pub(super) fn push(&mut self, kind: Kind, key: u128, run: &[Pair]) -> Option<usize> {
        let start = self.members.len();
        self.members.extend(run.iter().map(|p| p.1));
        let mut write = start;
        for read in start..self.members.len() {
            // One record may carry an identifier twice, as two radios with one number.
            if write == start || self.members.get(write - 1) != self.members.get(read) {
                self.members.swap(write, read);
                write += 1;
            }
        }
        self.members.truncate(write);
        if write - start > 1 {
            self.heads.push((kind, key, u32::at(start)));
            Some(self.heads.len() - 1)
        } else {
            self.members.truncate(start);
            None
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Group<'_>> {
        let ends = self.heads.iter().skip(1).map(|h| h.2 as usize).chain([self.members.len()]);
        self.heads.iter().zip(ends).map(|((kind, key, start), end)| Group {
            kind: *kind,
            key: *key,
            members: self.members.get(*start as usize..end).unwrap_or_default(),
        })
    }
}

/// Facts of each record that a link must not contradict; 0 is "not known".
#[derive(Debug)]
pub(super) struct Traits {
    pub serial: ByRecord<u32>,
    pub maker: ByRecord<u32>,
    pub platform: ByRecord<u32>,
    /// Names of the makers, by number less one.
    pub maker_names: Vec<String>,
}

/// Union-find over records; the first one stands for the set.
#[derive(Debug, Clone)]
pub(super) struct Sets(ByRecord<RecordId>);

impl Sets {
    pub(super) fn new(size: u32) -> Self {
        Self(ByRecord::made(size, |record| record))
    }

    pub(super) fn find(&mut self, mut x: RecordId) -> RecordId {
        while self.parent(x) != x {
            let up = self.parent(self.parent(x));
            self.set(x, up);
            x = up;
        }
        x
    }

    pub(super) fn join(&mut self, a: RecordId, b: RecordId) {
        let (a, b) = (self.find(a), self.find(b));
        if a != b {
            self.set(a.max(b), a.min(b));
        }
    }

    /// The one that stands for the set of each record.
    pub(super) fn roots(&mut self) -> ByRecord<RecordId> {
        let size = u32::at(self.0.len());
        ByRecord::made(size, |record| self.find(record))
    }

    fn parent(&self, x: RecordId) -> RecordId {
        *self.0.get(x)
    }

    fn set(&mut self, x: RecordId, to: RecordId) {
        if let Some(slot) = self.0.slot(x) {
            *slot = to;
        }
    }

    /// Takes a record out of its set. Only sound when the whole set is taken apart.
    pub(super) fn reset(&mut self, x: RecordId) {
        self.set(x, x);
    }
}
