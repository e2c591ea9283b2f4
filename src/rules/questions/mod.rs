//! Judging leaves questions: a device for which a rule could not be decided, what is not known of it, which records may be it,
//! and what would settle it.

mod answers;
mod ask;
mod undecided;
mod words;

use std::collections::HashMap;

use crate::ids::{By, DeviceId, QuestionId};

pub use answers::Answer;
pub(super) use ask::{ask, candidates};
pub(super) use undecided::{Undecided, undecided};

/// All questions, column by column, in the order of rules and devices.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// Rule, by position.
    pub rule: By<QuestionId, u16>,
    /// Device.
    pub device: By<QuestionId, DeviceId>,
    /// Records that may be the device, `console:native_id` with what they have in common, by `|`.
    pub candidates: By<QuestionId, String>,
    /// What each says, by number: many questions say the same.
    text: By<QuestionId, u32>,
    texts: By<u32, Texts>,
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
        self.texts.as_slice()
    }

    /// The number of what a question says, among all texts: those with one number say the same.
    #[must_use]
    pub fn text(&self, at: QuestionId) -> u32 {
        *self.text.get(at)
    }

    /// What a question says.
    #[must_use]
    pub fn texts(&self, at: QuestionId) -> &Texts {
        self.texts.get(*self.text.get(at))
    }

    /// The number of a text, which is kept once.
    pub(crate) fn number(&mut self, texts: Texts) -> u32 {
        if let Some(number) = self.numbers.get(&texts) {
            return *number;
        }
        let number = self.texts.count();
        self.texts.push(texts.clone());
        self.numbers.insert(texts, number);
        number
    }

    pub(crate) fn push(&mut self, rule: u16, device: DeviceId, text: u32, candidates: String) {
        self.rule.push(rule);
        self.device.push(device);
        self.text.push(text);
        self.candidates.push(candidates);
    }
}
