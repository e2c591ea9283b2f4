//! Three values: true, false and not known. One that decides decides whatever else is not known.

use polars::prelude::BooleanChunked;

/// Whether one of two holds: true if one does, not known if none does and one is not known.
#[must_use]
pub const fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        _ => Some(false),
    }
}

/// Whether both hold: false if one does not, not known if none fails and one is not known.
#[must_use]
pub const fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        _ => Some(true),
    }
}

/// Whether one of several holds; false where there is none.
#[must_use]
pub fn any(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    values.into_iter().fold(Some(false), or)
}

/// The same line by line; false everywhere where there is no mask.
#[must_use]
pub fn any_of<'a>(masks: impl IntoIterator<Item = &'a BooleanChunked>, height: usize) -> BooleanChunked {
    use polars::prelude::ChunkFull;
    // The engine's own `or` is three-valued.
    masks.into_iter().fold(BooleanChunked::full("".into(), false, height), |all, one| &all | one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn truth() -> impl Strategy<Value = Option<bool>> {
        prop_oneof![Just(Some(true)), Just(Some(false)), Just(None)]
    }

    proptest! {
        /// What is not known may be either: an answer stands if both possibilities give it.
        #[test]
        fn not_known_is_either(a in truth(), b in truth()) {
            let both = |value: Option<bool>| value.map_or_else(|| vec![true, false], |known| vec![known]);
            let all = |op: fn(bool, bool) -> bool| {
                let mut found: Vec<bool> = both(a).iter().flat_map(|x| both(b).into_iter().map(|y| op(*x, y))).collect();
                found.sort_unstable();
                found.dedup();
                if let [one] = found.as_slice() { Some(*one) } else { None }
            };
            prop_assert_eq!(or(a, b), all(|x, y| x || y));
            prop_assert_eq!(and(a, b), all(|x, y| x && y));
        }

        #[test]
        fn masks_line_by_line(rows in proptest::collection::vec((truth(), truth(), truth()), 0..20)) {
            let masks: Vec<BooleanChunked> = [
                rows.iter().map(|r| r.0).collect(),
                rows.iter().map(|r| r.1).collect(),
                rows.iter().map(|r| r.2).collect(),
            ].into();
            let plain: Vec<Option<bool>> = rows.iter().map(|r| or(or(r.0, r.1), r.2)).collect();
            prop_assert_eq!(any_of(&masks, rows.len()).iter().collect::<Vec<_>>(), plain);
            prop_assert!(any_of(&[], rows.len()).iter().all(|holds| holds == Some(false)));
        }
    }
}
