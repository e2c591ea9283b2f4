//! The ledger: every step on an object that was ever planned, and what became of it.

use crate::console::Console;
use crate::ids::{By, DeviceId, PastId, TextId};
use crate::schema::words;

words! {
    /// What became of a step.
    LedgerState {
        /// It is asked for.
        Planned = "planned",
        /// Somebody says that it is done.
        Claimed = "claimed",
        /// A whole export shows that it is done.
        Confirmed = "confirmed",
        /// Somebody said that it was done, and an export shows otherwise.
        Contradicted = "contradicted",
        /// It was done, and the object is there again.
        Returned = "returned",
        /// It is no longer asked for, and was not done.
        Withdrawn = "withdrawn",
    }
}

/// A step on an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// Where it is done.
    pub console: Console,
    /// The object as the console writes it.
    pub object: String,
    /// The object as it is compared.
    pub compared: String,
    /// Slug of the step, by its place among the texts.
    pub step: TextId,
    /// Device of this run, or none.
    pub device: DeviceId,
    /// Device of an earlier run, or none.
    pub past: PastId,
    /// Id of the package, by its place among the texts.
    pub package: TextId,
    /// As-of of the first run that asked for it, UTC milliseconds.
    pub planned_on: i64,
    /// The day on which it is said to have been done.
    pub claimed_on: Option<i64>,
    /// Who says so, by the place among the texts.
    pub claimed_by: TextId,
    /// What became of it.
    pub state: LedgerState,
    /// The day that the export that settled it reaches: its newest activity, else the as-of of the run.
    pub settled_on: Option<i64>,
    /// The export that shows it, with its digest, by the place among the texts.
    pub settled_by: TextId,
    /// What else is to be said, by the place among the texts.
    pub note: TextId,
    /// Whether a list has ever shown the object.
    pub seen: bool,
    /// Whether it was settled by the object being gone, and not by its state.
    pub gone: bool,
}

/// All steps that were ever planned, by console, object and step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The lines.
    pub lines: Vec<LedgerLine>,
    /// Texts that lines share; the first is empty.
    pub texts: By<TextId, String>,
}

impl Ledger {
    /// A text by its place.
    #[must_use]
    pub fn text(&self, at: TextId) -> &str {
        self.texts.get(at)
    }

    /// How many lines are in a state.
    #[must_use]
    pub fn count(&self, state: LedgerState) -> usize {
        self.lines.iter().filter(|line| line.state == state).count()
    }
}
