//! What the lists of this run show of the objects of the ledger.

use super::Making;
use crate::compare::join::{Read, each_text};
use crate::compare::sides::Side;
use crate::console::State;
use crate::ids::ObjectId;
use crate::outcome::LedgerLine;

/// What this run shows of the object of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// The list is not whole, or there is none.
    Nothing,
    /// The whole list does not have it.
    Absent,
    /// It is listed, in a state, and was seen last at a time.
    Listed(State, Option<i64>),
}

impl Making<'_> {
    /// What this run shows of the object of each line, console by console.
    pub(super) fn shown(&self, lines: &[LedgerLine]) -> Vec<Shown> {
        let mut shown = vec![Shown::Nothing; lines.len()];
        for list in self.lists {
            let own: Vec<usize> = lines
                .iter()
                .enumerate()
                .filter(|(_, line)| line.console.as_str() == list.console)
                .map(|(at, _)| at)
                .collect();
            let objects = Side::of(self.new).objects(list.console);
            let asked = Read::new(own.len(), |at: usize| {
                own.get(at).and_then(|at| lines.get(*at)).map_or("", |line| line.compared.as_str())
            });
            let is_whole = list.not_whole.is_none();
            each_text(&asked, &objects, |before, after| {
                let newest = after.iter().copied().filter(|line| objects.is_listed(*line));
                let found: Vec<ObjectId> = newest.collect();
                let what = match found.as_slice() {
                    [] if is_whole => Shown::Absent,
                    [] => Shown::Nothing,
                    some => self.listed(list.console, some),
                };
                for at in before.iter().filter_map(|at| own.get(*at)) {
                    if let Some(slot) = shown.get_mut(*at) {
                        *slot = what;
                    }
                }
            });
        }
        shown
    }

    /// Rows of one object: its state, where they agree, and the newest time at which it was seen.
    fn listed(&self, console: &str, rows: &[ObjectId]) -> Shown {
        let columns = self.new.records.consoles.iter().find(|columns| columns.console.as_str() == console);
        let Some(columns) = columns else { return Shown::Nothing };
        let mut states = rows.iter().map(|row| (self.state_of)(columns.first.after(row.index())));
        let first = states.next().unwrap_or(State::Unknown);
        let state = if states.all(|state| state == first) { first } else { State::Unknown };
        Shown::Listed(state, rows.iter().filter_map(|row| columns.last_seen.get(row.index())).max())
    }
}
