//! What linking works on: records that share an identifier, facts that must not contradict each other, sets of records.

use super::keys::{Kind, Pair};
use super::record_store::NONE;

/// Records that share an identifier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub kind: Kind,
    pub key: u128,
    pub members: &'a [u32],
}

/// All groups, kind by kind and by identifier, flat: a large tenant has millions of pairs.
#[derive(Debug, Default)]
pub(super) struct Groups {
    heads: Vec<(Kind, u128, u32)>,
    members: Vec<u32>,
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
            self.heads.push((kind, key, u32::try_from(start).unwrap_or(NONE)));
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
    pub serial: Vec<u32>,
    pub maker: Vec<u32>,
    pub platform: Vec<u32>,
    /// Names of the makers, by number less one.
    pub maker_names: Vec<String>,
}

/// Union-find over record numbers; the smallest number stands for the set.
#[derive(Debug, Clone)]
pub(super) struct Sets(Vec<u32>);

impl Sets {
    pub(super) fn new(size: u32) -> Self {
        Self((0..size).collect())
    }

    pub(super) fn find(&mut self, mut x: u32) -> u32 {
        while self.parent(x) != x {
            let up = self.parent(self.parent(x));
            self.set(x, up);
            x = up;
        }
        x
    }

    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        if a != b {
            self.set(a.max(b), a.min(b));
        }
    }

    fn parent(&self, x: u32) -> u32 {
        self.0.get(x as usize).copied().unwrap_or(x)
    }

    fn set(&mut self, x: u32, to: u32) {
        if let Some(slot) = self.0.get_mut(x as usize) {
            *slot = to;
        }
    }

    /// Takes a record out of its set. Only sound when the whole set is taken apart.
    pub(super) fn reset(&mut self, x: u32) {
        self.set(x, x);
    }
}
