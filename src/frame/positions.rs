//! Where numbers stand in a sequence, and which of several lists a number is in. Each takes time and room by what it is
//! given, whatever has how many.

/// Positions by number: those at which each number below a size stands in a sequence.
#[derive(Clone, Debug)]
pub struct Positions<N = u32> {
    /// Where those of each number begin in `at`; one more than there are numbers.
    starts: Vec<usize>,
    at: Vec<N>,
}

impl<N: From<u32> + Copy> Positions<N> {
    /// Looks through a sequence twice. What is beyond the size is in no list.
    #[must_use]
    pub fn new(numbers: impl Iterator<Item = u32> + Clone, size: usize) -> Self {
        let mut starts = vec![0; size + 1];
        for number in numbers.clone() {
            if let Some(slot) = starts.get_mut(number as usize + 1) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for slot in &mut starts {
            sum += *slot;
            *slot = sum;
        }
        let mut next: Vec<usize> = starts.iter().take(size).copied().collect();
        let mut at = vec![N::from(0); sum];
        for (position, number) in (0_u32..).zip(numbers) {
            let Some(place) = next.get_mut(number as usize) else { continue };
            if let Some(slot) = at.get_mut(*place) {
                *slot = N::from(position);
            }
            *place += 1;
        }
        Self { starts, at }
    }

    /// How many numbers have a list.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Where a number stands, in the order of the sequence.
    #[must_use]
    pub fn of(&self, number: usize) -> &[N] {
        let start = self.starts.get(number).copied().unwrap_or_default();
        let end = self.starts.get(number + 1).copied().unwrap_or(start);
        self.at.get(start..end).unwrap_or_default()
    }
}

/// For each number below a size the list that it is in, or `u32::MAX`; of several the last.
#[must_use]
pub fn list_of<'a>(lists: impl Iterator<Item = &'a [u32]>, size: usize) -> Vec<u32> {
    let mut of = vec![u32::MAX; size];
    for (list, members) in (0_u32..).zip(lists) {
        for member in members {
            if let Some(slot) = of.get_mut(*member as usize) {
                *slot = list;
            }
        }
    }
    of
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_position_is_in_one_list(numbers in proptest::collection::vec(0_u32..6, 0..20)) {
            let lists: Positions = Positions::new(numbers.iter().copied(), 4);
            prop_assert_eq!(lists.size(), 4);
            for number in 0_u32..4 {
                let plain: Vec<u32> =
                    (0_u32..).zip(&numbers).filter(|(_, own)| **own == number).map(|(at, _)| at).collect();
                prop_assert_eq!(lists.of(number as usize), &plain[..]);
            }
            prop_assert!(lists.of(4).is_empty());
        }

        #[test]
        fn a_number_is_in_the_last_list_that_has_it(
            lists in proptest::collection::vec(proptest::collection::vec(0_u32..6, 0..5), 0..5)
        ) {
            let of = list_of(lists.iter().map(Vec::as_slice), 4);
            for (number, found) in (0_u32..).zip(of) {
                let plain = lists.iter().rposition(|list| list.contains(&number));
                prop_assert_eq!(found, plain.map_or(u32::MAX, |at| u32::try_from(at).unwrap()));
            }
        }
    }
}
