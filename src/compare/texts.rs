//! Texts that many lines share: each is kept once, and lines have its number.

use std::collections::BTreeMap;

use crate::ids::{By, Number};

/// Texts, each once, in the order in which they came.
pub(super) struct Texts<N> {
    list: By<N, String>,
    numbers: BTreeMap<String, N>,
}

impl<N> Default for Texts<N> {
    fn default() -> Self {
        Self { list: By::default(), numbers: BTreeMap::new() }
    }
}

impl<N: Number> Texts<N> {
    /// The number of a text, which is kept where it is new.
    pub(super) fn number(&mut self, text: &str) -> N {
        if let Some(number) = self.find(text) {
            return number;
        }
        let number = N::at(self.list.len());
        self.list.push(text.to_string());
        self.numbers.insert(text.to_string(), number);
        number
    }

    /// The number of a text that is kept.
    pub(super) fn find(&self, text: &str) -> Option<N> {
        self.numbers.get(text).copied()
    }

    /// The texts, by their numbers.
    pub(super) fn into_list(self) -> By<N, String> {
        self.list
    }
}
