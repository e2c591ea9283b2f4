//! Texts that are compared without regard to case.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};

use rayon::prelude::*;

/// A text in lower case: the text itself where it is.
#[must_use]
pub fn lowered(text: &str) -> Cow<'_, str> {
    let stays = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if text.bytes().all(stays) { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// The numbers below a count that may have the text of another one, in no order: each that has it is among them. Only digests
/// are kept, so that a million names cost no copies.
#[must_use]
pub fn twins<'a>(count: u32, text: impl Fn(u32) -> Option<Cow<'a, str>> + Sync) -> Vec<u32> {
    let digest = |number: u32| {
        let mut hasher = DefaultHasher::new();
        hasher.write(text(number)?.as_bytes());
        Some((hasher.finish(), number))
    };
    let mut digests: Vec<(u64, u32)> = (0..count).into_par_iter().filter_map(digest).collect();
    digests.par_sort_unstable();
    let alike = digests.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1);
    alike.flatten().map(|(_, number)| *number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lower_case_is_lower_case(text in "[a-cA-C0-9.-]{0,6}|\\PC{0,6}") {
            prop_assert_eq!(lowered(&text), text.to_lowercase());
        }

        #[test]
        fn who_has_a_twin_is_found(names in proptest::collection::vec(proptest::option::of("[abAB]{0,2}"), 0..12)) {
            let count = u32::try_from(names.len()).unwrap();
            let mut found = twins(count, |number| names[number as usize].as_deref().map(lowered));
            found.sort_unstable();
            let same = |a: &Option<String>, b: &Option<String>| {
                a.is_some() && a.as_ref().map(|a| a.to_lowercase()) == b.as_ref().map(|b| b.to_lowercase())
            };
            let plain: Vec<u32> = (0..count)
                .filter(|at| names.iter().filter(|other| same(&names[*at as usize], other)).count() > 1)
                .collect();
            prop_assert_eq!(found, plain);
        }
    }
}
