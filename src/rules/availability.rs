//! Which consoles can be relied on: loaded, complete, of a plausible size.

use std::collections::{BTreeMap, BTreeSet};

use super::plausible::implausible;
use crate::console::Console;
use crate::identity::{Devices, Shelves};
use crate::notice::{Code, Notice};

/// What is known about the exports of each console.
#[derive(Debug)]
pub struct Availability {
    /// Of each console of which there is an export.
    state: BTreeMap<Console, State>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Empty,
    Incomplete(String),
    /// Evidence only, by its nature: what it lacks is as if it had not been supplied.
    Partial(String),
    Fine,
}

impl Availability {
    /// Looks at the exports, and at what they say of each other.
    ///
    /// `supplied` names every console of which an export was recognised, also those without rows.
    #[must_use]
    pub fn new(shelves: &Shelves, devices: &Devices) -> (Self, Vec<Notice>) {
        let mut notices = Vec::new();
        let supplied: BTreeSet<Console> = shelves.exports.iter().map(|(_, console)| *console).collect();
        let state = supplied
            .iter()
            .map(|console| {
                let state = if shelves.of(*console).is_none() {
                    State::Empty
                } else if let Some((_, reason)) = shelves.incomplete.iter().find(|(c, _)| c == console) {
                    State::Incomplete(reason.clone())
                } else if let Some((_, reason)) = shelves.partial.iter().find(|(c, _)| c == console) {
                    State::Partial(format!("the {} export does not list every device: {reason}", console.title()))
                } else if shelves.proven.contains(console) {
                    State::Fine
                } else if let Some(reason) = implausible(*console, shelves, devices) {
                    notices.push(Notice::new(Code::SourceTooSmall, "", reason.clone()));
                    State::Incomplete(reason)
                } else {
                    State::Fine
                };
                (*console, state)
            })
            .collect();
        (Self { state }, notices)
    }

    /// Why a rule that needs a console cannot run.
    pub(super) fn lacks(&self, console: Console) -> Option<String> {
        let Some(state) = self.state.get(&console) else {
            return Some(format!("no {} export was supplied", console.title()));
        };
        match state {
            State::Empty => Some(format!("the {} export has no rows", console.title())),
            State::Incomplete(_) | State::Partial(_) | State::Fine => None,
        }
    }

    /// Why nothing may be concluded from the absence of a record.
    pub(super) fn absence_unproven(&self, console: Console) -> Option<String> {
        match self.state.get(&console)? {
            State::Incomplete(reason) | State::Partial(reason) => Some(reason.clone()),
            State::Empty | State::Fine => None,
        }
    }

    /// Consoles from whose lack of a record nothing follows.
    #[must_use]
    pub fn unproven(&self) -> Vec<Console> {
        let unproven = |state: &State| matches!(state, State::Incomplete(_) | State::Partial(_));
        self.state.iter().filter(|(_, state)| unproven(state)).map(|(console, _)| *console).collect()
    }

    /// Consoles whose exports are known to lack records.
    #[must_use]
    pub fn incomplete(&self) -> Vec<Console> {
        let gap = |state: &State| matches!(state, State::Incomplete(_));
        self.state.iter().filter(|(_, state)| gap(state)).map(|(console, _)| *console).collect()
    }
}
