//! Texts that many lines share: each is kept once, and lines have its number.

use std::collections::BTreeMap;

/// Texts, each once, in the order in which they came.
#[derive(Default)]
pub(super) struct Texts {
    list: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl Texts {
    /// The number of a text, which is kept where it is new.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.find(text) {
            return number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(text.to_string());
        self.numbers.insert(text.to_string(), number);
        number
    }

    /// The number of a text that is kept.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The texts, by their numbers.
    pub(super) fn into_list(self) -> Vec<String> {
        self.list
    }
}
