//! Another order of lines. Devices and rows are listed in the order of what they are called; names in that order would tell
//! whoever has a sorted list of serial numbers which is which.

use crate::ids::{By, Number, Place};

/// The lines of a table in a new order.
pub(super) struct Order<N = usize> {
    /// The old number at each new place.
    old: Vec<N>,
    /// The new place of each old number.
    new: By<N, N>,
}

impl<N: Place> Order<N> {
    /// Lines in the order of something that is known of each.
    pub(super) fn by<K: Ord>(lines: usize, key: impl Fn(N) -> K) -> Self {
        let mut old: Vec<N> = (0..lines).map(N::at).collect();
        old.sort_by_cached_key(|at| key(*at));
        let mut new = By::of(vec![N::at(0); lines]);
        for (place, at) in old.iter().enumerate() {
            *new.get_mut(*at) = N::at(place);
        }
        Self { old, new }
    }

    /// The new place of each line, in their old order.
    pub(super) fn each_place(&self) -> impl Iterator<Item = N> {
        self.new.iter().copied()
    }

    /// The old number at each new place.
    pub(super) fn lines(&self) -> impl Iterator<Item = N> {
        self.old.iter().copied()
    }

    /// A column in the new order.
    pub(super) fn take<T: Clone>(&self, column: &By<N, T>) -> By<N, T> {
        self.lines().map(|at| column.get(at).clone()).collect()
    }
}

impl<N: Number + Ord> Order<N> {
    /// The new place of a line; none for none.
    pub(super) fn place(&self, old: N) -> N {
        self.new.find(old).copied().unwrap_or(N::NONE)
    }

    /// The new places of some lines, in their order.
    pub(super) fn places(&self, old: &[N]) -> Vec<N> {
        let mut places: Vec<N> = old.iter().map(|at| self.place(*at)).collect();
        places.sort_unstable();
        places
    }
}
