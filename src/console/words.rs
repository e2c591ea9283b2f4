//! Words that a console's file gives to others: facts about a device that playbooks may ask for, and lists of a column's
//! words that rules may name in the place of writing them again.

use serde::Deserialize;

use super::file::{ConsoleDraft, leak};
use super::{Clause, Console, State, Test};
use crate::error::Problem;

/// Words of all consoles together: each is a bit of a device.
pub const MOST_WORDS: usize = 12;

/// A column and words that it may hold.
pub(super) type Words = (&'static str, Vec<String>);

/// A word about a device that follows from its records in one console.
#[derive(Clone, Copy, Debug)]
pub struct DeviceWord {
    /// The word.
    pub word: &'static str,
    /// When it is true.
    pub meaning: &'static str,
    /// What must be so.
    pub said: Said,
    /// Its place among the words of all consoles.
    pub number: usize,
}

/// What a device's records in a console must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Every one of them is in this state.
    Every(State),
    /// The live one is asked to go.
    LiveGoes,
    /// The live one is asked to go, or the whole device leaves.
    Leaves,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWord {
    fact: String,
    meaning: String,
    every: Option<String>,
    #[serde(default)]
    live_goes: bool,
    #[serde(default)]
    leaves: bool,
}

impl ConsoleDraft {
    /// The words, numbered from `first` on.
    pub(super) fn words(&self, raw: &[RawWord], first: usize, problems: &mut Vec<Problem>) -> Vec<DeviceWord> {
        let one = |(number, raw): (usize, &RawWord)| {
            let said = self.said(raw, problems)?;
            Some(DeviceWord { word: leak(&raw.fact), meaning: leak(raw.meaning.trim()), said, number })
        };
        (first..).zip(raw).filter_map(one).collect()
    }

    fn said(&self, raw: &RawWord, problems: &mut Vec<Problem>) -> Option<Said> {
        let fits = |c: char| c.is_ascii_lowercase() || c == '-';
        let taken = ["in-", "goes-", "state-", "licence-"].iter().any(|start| raw.fact.starts_with(start));
        if raw.fact.is_empty() || !raw.fact.chars().all(fits) || taken {
            let help = "use lower case letters and `-`, and no word that the program makes itself";
            problems.push(self.problem("facts", format!("`{}` is no word of a console", raw.fact), help));
        }
        let every = raw.every.as_deref().map(|word| State::parse(word).ok_or(word));
        match (every, raw.live_goes, raw.leaves) {
            (Some(Ok(state)), false, false) => Some(Said::Every(state)),
            (Some(Err(word)), ..) => {
                problems.push(self.unknown("facts", "state", word, State::WORDS.iter().copied()));
                None
            }
            (None, true, false) => Some(Said::LiveGoes),
            (None, false, true) => Some(Said::Leaves),
            _ => {
                let message = format!("`{}` does not say when it is true", raw.fact);
                problems.push(self.problem("facts", message, "give one of every, live_goes, leaves"));
                None
            }
        }
    }
}

impl Console {
    /// The words of a list that rules may name: `connector`, or those by which a column says a state. Nothing where a state
    /// is not said by the words of one column.
    #[must_use]
    pub fn list(self, name: &str) -> Option<Vec<&'static str>> {
        if name == "connector" {
            return self.connector().map(|(_, words)| words.iter().map(String::as_str).collect());
        }
        let state = State::parse(name)?;
        let own = self.facts().states.iter().filter(|(own, _)| *own == state);
        let mut words = Vec::new();
        for (_, clauses) in own {
            let [Clause { test: Test::Is(these), .. }] = clauses.as_slice() else { return None };
            words.extend(these.iter().map(String::as_str));
        }
        (!words.is_empty()).then_some(words)
    }
}
