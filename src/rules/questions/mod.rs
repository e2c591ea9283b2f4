//! Judging leaves questions: a device for which a rule could not be decided, what is not known of it, which records may be it,
//! and what would settle it.

mod answers;
mod ask;
mod undecided;
mod words;

use std::collections::HashMap;

pub use answers::Answer;
pub(super) use ask::{ask, candidates};
pub(super) use undecided::{Undecided, undecided};

/// All questions, column by column, in the order of rules and devices.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// Rule, by position.
    pub rule: Vec<u16>,
    /// Device number.
    pub device: Vec<u32>,
    /// Records that may be the device, `console:native_id` with what they have in common, by `|`.
    pub candidates: Vec<String>,
    /// What each says, by number: many questions say the same.
    text: Vec<u32>,
    texts: Vec<Texts>,
    numbers: HashMap<Texts, u32>,
}

/// What is not known, and what would settle it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Texts {
    /// What is not known, in words.
    pub unknown: String,
    /// The export, the column or the page that would decide.
    pub settled_by: String,
}

impl Questions {
    /// Number of questions.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rule.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rule.is_empty()
    }

    /// What questions say, each once.
    #[must_use]
    pub fn all_texts(&self) -> &[Texts] {
        &self.texts
    }

    /// What a question says, by its place among all texts.
    #[must_use]
    pub fn text(&self, at: usize) -> Option<u32> {
        self.text.get(at).copied()
    }

    /// What a question says.
    #[must_use]
    pub fn texts(&self, at: usize) -> Option<&Texts> {
        self.texts.get(*self.text.get(at)? as usize)
    }

    /// The number of what a question says: those with one number say the same.
    #[must_use]
    pub fn text_number(&self, at: usize) -> u32 {
        self.text.get(at).copied().unwrap_or_default()
    }

    /// The number of a text, which is kept once.
    pub(crate) fn number(&mut self, texts: Texts) -> u32 {
        if let Some(number) = self.numbers.get(&texts) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or_default();
        self.texts.push(texts.clone());
        self.numbers.insert(texts, number);
        number
    }

    pub(crate) fn push(&mut self, rule: u16, device: u32, text: u32, candidates: String) {
        self.rule.push(rule);
        self.device.push(device);
        self.text.push(text);
        self.candidates.push(candidates);
    }
}
