//! Where numbers stand in a sequence, and which of several lists a number is in. Each takes time and room by what it is
//! given, whatever has how many.

use std::marker::PhantomData;

use crate::ids::{By, Number, beyond};

/// Positions by number: those at which each number below a size stands in a sequence.
#[derive(Clone, Debug)]
pub struct Positions<K, N> {
    /// Where those of each number begin in `at`; one more than there are numbers.
    starts: Vec<usize>,
    at: Vec<N>,
    of: PhantomData<K>,
}

impl<K: Number, N: Number> Positions<K, N> {
    /// Looks through a sequence twice. What is beyond the size is in no list.
    #[must_use]
    pub fn new(numbers: impl Iterator<Item = K> + Clone, size: u32) -> Self {
        let size = size as usize;
        let mut starts = vec![0; size + 1];
        for number in numbers.clone() {
            if let Some(slot) = starts.get_mut(number.index().saturating_add(1)) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for slot in &mut starts {
            sum += *slot;
            *slot = sum;
        }
        let mut next: Vec<usize> = starts.iter().take(size).copied().collect();
        let mut at = vec![N::new(0); sum];
        for (position, number) in (0_u32..).zip(numbers) {
            let Some(place) = next.get_mut(number.index()) else { continue };
            if let Some(slot) = at.get_mut(*place) {
                *slot = N::new(position);
            }
            *place += 1;
        }
        Self { starts, at, of: PhantomData }
    }

    /// How many numbers have a list.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Where a number stands, in the order of the sequence.
    ///
    /// # Panics
    /// For a number that is not below the size.
    #[must_use]
    pub fn of(&self, number: K) -> &[N] {
        let ends =
            number.index().checked_add(1).and_then(|next| self.starts.get(number.index()).zip(self.starts.get(next)));
        let list = ends.and_then(|(start, end)| self.at.get(*start..*end));
        list.unwrap_or_else(|| beyond(K::WHAT, number.number()))
    }
}

/// For each number below a size the list that it is in, or none; of several the last.
///
/// # Panics
/// For a number that is not below the size.
#[must_use]
pub fn list_of<'a, K: Number + 'a, N: Number>(lists: impl Iterator<Item = &'a [K]>, size: u32) -> By<K, N> {
    let mut of = By::filled(N::NONE, size);
    for (list, members) in (0_u32..).zip(lists) {
        for member in members {
            *of.get_mut(*member) = N::new(list);
        }
    }
    of
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::{DeviceId, FindingId, PackageId};

    proptest! {
        #[test]
        fn every_position_is_in_one_list(numbers in proptest::collection::vec(0_u32..6, 0..20)) {
            let numbers: Vec<DeviceId> = numbers.into_iter().map(DeviceId::new).collect();
            let lists: Positions<DeviceId, FindingId> = Positions::new(numbers.iter().copied(), 4);
            prop_assert_eq!(lists.size(), 4);
            for number in DeviceId::all(4) {
                let plain: Vec<FindingId> = (0_u32..)
                    .zip(&numbers)
                    .filter(|(_, own)| **own == number)
                    .map(|(at, _)| FindingId::new(at))
                    .collect();
                prop_assert_eq!(lists.of(number), &plain[..]);
            }
        }

        #[test]
        fn a_number_is_in_the_last_list_that_has_it(
            lists in proptest::collection::vec(proptest::collection::vec((0_u32..4).prop_map(DeviceId::new), 0..5), 0..5)
        ) {
            let of: By<DeviceId, PackageId> = list_of(lists.iter().map(Vec::as_slice), 4);
            for (number, found) in of.numbered() {
                let plain = lists.iter().rposition(|list| list.contains(&number));
                prop_assert_eq!(*found, plain.map_or(PackageId::NONE, PackageId::at));
            }
        }
    }

    #[test]
    #[should_panic(expected = "there is no device 4")]
    fn a_number_beyond_the_size_shows() {
        let lists: Positions<DeviceId, FindingId> = Positions::new([DeviceId::NONE, DeviceId::new(7)].into_iter(), 4);
        assert_eq!(lists.of(DeviceId::new(3)), []);
        let _ = lists.of(DeviceId::new(4));
    }
}
