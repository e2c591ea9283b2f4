//! Another order of lines. Devices and rows are listed in the order of what they are called; names in that order would tell
//! whoever has a sorted list of serial numbers which is which.

use crate::identity::NONE;

/// The lines of a table in a new order.
pub(super) struct Order {
    /// The old number at each new place.
    old: Vec<u32>,
    /// The new place of each old number.
    new: Vec<u32>,
}

impl Order {
    /// Lines in the order of something that is known of each.
    pub(super) fn by<K: Ord>(lines: usize, key: impl Fn(usize) -> K) -> Self {
        let mut old: Vec<u32> = (0..u32::try_from(lines).unwrap_or(NONE)).collect();
        old.sort_by_cached_key(|at| key(*at as usize));
        let mut new = vec![NONE; lines];
        for (place, at) in (0_u32..).zip(&old) {
            if let Some(slot) = new.get_mut(*at as usize) {
                *slot = place;
            }
        }
        Self { old, new }
    }

    /// The new place of a line; none for none.
    pub(super) fn place(&self, old: u32) -> u32 {
        self.new.get(old as usize).copied().unwrap_or(NONE)
    }

    /// The new places of some lines, in their order.
    pub(super) fn places(&self, old: &[u32]) -> Vec<u32> {
        let mut places: Vec<u32> = old.iter().map(|at| self.place(*at)).collect();
        places.sort_unstable();
        places
    }

    /// The old number at each new place.
    pub(super) fn lines(&self) -> impl Iterator<Item = usize> {
        self.old.iter().map(|at| *at as usize)
    }

    /// A column in the new order. One that there is none of stays so.
    pub(super) fn take<T: Clone>(&self, column: &[T]) -> Vec<T> {
        self.lines().filter_map(|at| column.get(at).cloned()).collect()
    }
}
