//! What the next export shows if a plan was carried out: said by its last step, out of what each of its steps promises.

use std::collections::HashMap;

use crate::ids::{By, ByDevice, EntryId};
use crate::plan::{Entry, Phase, Planned, Playbooks};

/// Before the list of what will be seen.
const THEN: &str = "If it worked, they show:";

/// Promises that a number holds as bits. More are never told apart.
const MOST: usize = 128;

impl Entry {
    /// What it asks for, without what will be seen: that is said by the last step of a plan, for each step before it.
    #[must_use]
    pub fn asked(&self) -> &str {
        self.action.split_once(THEN).map_or(&self.action, |(own, _)| own.trim_end())
    }
}

impl Playbooks {
    /// Completes plans: a question before some of them, and what will be seen at the end of each.
    pub fn complete(&mut self, about: &str, steps: &mut [Planned], devices: &ByDevice<bool>) {
        self.ask(about, steps, devices);
        self.promise(steps);
    }

    /// Has the last step of every plan say what will be seen in each console.
    pub fn promise(&mut self, steps: &mut [Planned]) {
        let promises = Promises::new(&self.entries);
        let mut told: HashMap<(EntryId, u128), EntryId> = HashMap::new();
        for plan in steps.chunk_by_mut(|a, b| a.device == b.device) {
            let mask = plan.iter().fold(0, |mask, step| mask | promises.bit(step));
            let Some(last) = plan.last_mut().filter(|_| mask != 0) else { continue };
            if self.entries.get(last.entry).phase == Phase::Verify {
                last.entry =
                    *told.entry((last.entry, mask)).or_insert_with(|| self.telling(last.entry, mask, &promises));
            }
        }
    }

    /// What the last step of one plan says on top.
    pub(super) fn promised(&self, plan: &[Planned]) -> String {
        let promises = Promises::new(&self.entries);
        promises.told(plan.iter().fold(0, |mask, step| mask | promises.bit(step)))
    }

    /// The same entry with what will be seen after its own text.
    fn telling(&mut self, entry: EntryId, mask: u128, promises: &Promises) -> EntryId {
        self.another(entry, |own| Entry { action: format!("{} {}", own.action, promises.told(mask)), ..own })
    }
}

/// Every promise once, in the order of the playbooks.
struct Promises {
    texts: Vec<String>,
    /// Bit of each entry.
    of_entry: By<EntryId, u128>,
}

impl Promises {
    fn new(entries: &By<EntryId, Entry>) -> Self {
        let mut promises = Self { texts: Vec::new(), of_entry: By::of(Vec::with_capacity(entries.len())) };
        for entry in entries {
            promises.add(&entry.seen);
        }
        promises
    }

    fn add(&mut self, seen: &str) {
        let known = self.texts.iter().position(|text| text == seen);
        let at = known.or_else(|| {
            let room = !seen.is_empty() && self.texts.len() < MOST;
            room.then(|| {
                self.texts.push(seen.to_owned());
                self.texts.len() - 1
            })
        });
        self.of_entry.push(at.map_or(0, |at| 1 << at));
    }

    fn bit(&self, step: &Planned) -> u128 {
        *self.of_entry.get(step.entry)
    }

    fn told(&self, mask: u128) -> String {
        let told: Vec<&str> = self
            .texts
            .iter()
            .enumerate()
            .filter(|(at, _)| mask & (1 << at) != 0)
            .map(|(_, text)| text.as_str())
            .collect();
        if told.is_empty() { String::new() } else { format!("{THEN} {}.", told.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::playbooks;
    use super::*;

    #[test]
    fn there_is_room_for_every_promise_of_the_shipped_steps() {
        let books = playbooks();
        let promises = Promises::new(books.entries());
        let silent = books.entries().iter().zip(&promises.of_entry).find(|(e, bit)| !e.seen.is_empty() && **bit == 0);
        assert!(silent.is_none(), "{:?} is never told", silent.map(|(entry, _)| &entry.slug));
    }
}
