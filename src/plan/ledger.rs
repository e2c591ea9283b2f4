//! What the steps of all playbooks say, each text once.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::ids::{By, EntryId};
use crate::plan::Entry;
use crate::plan::compile::{Choice, Step, Variant};

/// Entries of all playbooks, each once, with the step of each.
#[derive(Default)]
pub(super) struct Ledger {
    entries: By<EntryId, Arc<Entry>>,
    steps: By<EntryId, Step>,
    /// Where the entries of a step stand, by its number.
    of_step: HashMap<u16, Vec<EntryId>>,
    /// Where an entry stands that was asked for before: most playbooks take a step as it is defined.
    known: HashMap<Shared, EntryId>,
}

/// An entry by where it is kept: it is the same one, not only an equal one.
struct Shared(Arc<Entry>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Shared {}

impl Hash for Shared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

impl Ledger {
    /// A way in which a step may apply, with what it says as a number.
    pub(super) fn choice(&mut self, variant: Variant, step: Step) -> Choice {
        let Variant { when, on, entry } = variant;
        let console = entry.console;
        let shared = Shared(entry);
        let entry = self.known.get(&shared).copied().unwrap_or_else(|| self.enter(shared, step));
        Choice { when, on, console, entry, step }
    }

    /// Where an entry stands that is looked for among the equal ones.
    fn enter(&mut self, entry: Shared, step: Step) -> EntryId {
        let own = self.of_step.entry(step.number).or_default();
        let equal = own.iter().copied().find(|at| *self.entries.get(*at) == entry.0);
        let at = equal.unwrap_or_else(|| {
            let next = EntryId::at(self.entries.len());
            own.push(next);
            self.entries.push(Arc::clone(&entry.0));
            self.steps.push(step);
            next
        });
        self.known.insert(entry, at);
        at
    }

    /// The entries, and the step of each.
    pub(super) fn into_lists(self) -> (By<EntryId, Entry>, By<EntryId, Step>) {
        // Nobody else holds them any more, so that none is copied.
        drop(self.known);
        (self.entries.into_iter().map(Arc::unwrap_or_clone).collect(), self.steps)
    }
}
