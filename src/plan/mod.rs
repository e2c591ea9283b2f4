//! Plan: from findings to ordered steps, given what each device is and where it stands.
//!
//! Steps, texts and orders are data (`rules/playbooks/*.yaml`). The way through this folder:
//!
//! 1. `file` is the YAML as it is written; nothing is decided there.
//! 2. [`Playbooks::load`] checks it, turns fact words into bit masks and resolves every text once.
//! 3. [`Playbooks::plan`] picks the one playbook of a device and writes its steps as small numbers.
//!
//! [`Schedule`] then forms batches within the limits of the consoles and says which day a step must wait for.
//!
//! A new order is a new file, a new step is a new entry in a list of steps. What keeps a plan safe stands with the step
//! and not with the order (`never`, `states`, `after`, `gone`), so that no order can leave it out.

mod ask;
mod cases;
mod check;
mod checked_file;
mod cohort;
mod compile;
mod compose;
mod entry;
mod facts;
mod file;
mod floor;
mod ledger;
mod load;
mod packages;
mod page;
mod promise;
mod reasons;
mod schedule;
mod subject;

use crate::console::Registry;
use crate::error::Problem;
use crate::ids::{BookId, By, DeviceId, EntryId, RecordId};

pub use cases::Tested;
pub use checked_file::Parameters;
pub use entry::{Command, Effort, Entry, Limits, Phase, Proof, Shape, Source, Tool, Wait, brief, introduced};
pub use facts::{DeviceFlag, Fact, ObjectFlag, device_facts, object_facts};
pub use packages::{Ingredients, Package, Packages};
pub use page::Row;
pub use reasons::Reason;
pub use schedule::{Basis, Batch, LARGEST, Schedule, grace};
pub use subject::{AndroidMode, Claim, Licence, Object, State, StepIntent, Subject};

/// One step of one plan. Small, since a large tenant has millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The device.
    pub device: DeviceId,
    /// What it says, among [`Playbooks::entries`].
    pub entry: EntryId,
    /// The record that the step acts on; nothing for a step on the device as a whole.
    pub object: Option<RecordId>,
}

/// Every order and every step, checked and ready to plan with.
#[derive(Clone, Debug)]
pub struct Playbooks {
    entries: By<EntryId, Entry>,
    /// Step of each entry.
    steps: By<EntryId, compile::Step>,
    /// What keeps each step safe, by the number of the step.
    guards: Vec<compile::Guard>,
    /// By precedence; the last one applies to everything.
    books: By<BookId, compile::Book>,
    /// Rules that conditions speak of, in order.
    about: std::sync::Arc<[String]>,
    /// Questions that plans ask first, by the notice that raises them.
    asks: std::collections::BTreeMap<String, String>,
    /// The files as they are written, for those who want to read them.
    documents: Vec<file::Document>,
    /// What texts quote.
    parameters: Parameters,
}

impl Playbooks {
    /// Reads step lists and playbooks; `files` are pairs of the name for messages and the YAML text.
    ///
    /// # Errors
    ///
    /// Every problem of every file, in the order of the files: text that is not YAML, unknown keys, steps and fact
    /// words, missing texts, and orders that would be unsafe.
    pub fn load(files: &[(String, String)], parameters: &Parameters) -> Result<Self, Vec<Problem>> {
        Self::load_with(files, parameters, Registry::shipped())
    }

    /// The same with other consoles than those that are shipped.
    ///
    /// # Errors
    ///
    /// As [`Self::load`].
    pub fn load_with(
        files: &[(String, String)],
        parameters: &Parameters,
        registry: &'static Registry,
    ) -> Result<Self, Vec<Problem>> {
        load::load(files, *parameters, registry)
    }

    /// What each step says. [`Planned::entry`] points here.
    #[must_use]
    pub const fn entries(&self) -> &By<EntryId, Entry> {
        &self.entries
    }

    /// The same, for a run that plans no more.
    #[must_use]
    pub fn into_entries(self) -> By<EntryId, Entry> {
        self.entries
    }

    /// Name, title and description of each playbook, in order of precedence.
    pub fn books(&self) -> impl Iterator<Item = [&str; 3]> {
        self.books.iter().map(|b| [b.name.as_str(), b.title.as_str(), b.about.as_str()])
    }

    /// Number of steps that are defined.
    #[must_use]
    pub fn defined(&self) -> usize {
        self.guards.len()
    }

    /// Name of the playbook that applies to a device.
    #[must_use]
    pub fn book_of(&self, subject: &Subject) -> Option<&str> {
        self.choose(subject).map(|(_, b)| b.name.as_str())
    }

    /// Appends the steps of a device to `out`, in the order in which they are to be done, and gives the position of the
    /// playbook among [`Self::books`].
    ///
    /// A device without claims gets no step.
    pub fn plan(&self, subject: &Subject, out: &mut Vec<Planned>) -> Option<BookId> {
        let (number, book) = self.choose(subject)?;
        compose::plan(self, book, subject, out);
        Some(number)
    }

    /// The position among [`Self::books`] of the playbook that would apply if nobody had decided to keep the device: what is
    /// declined stays in its package.
    #[must_use]
    pub fn number_of(&self, subject: &Subject) -> Option<BookId> {
        let asked = Subject { kept: false, ..subject.clone() };
        self.choose(&asked).map(|(number, _)| number)
    }

    /// The first playbook that applies, and its position.
    fn choose(&self, subject: &Subject) -> Option<(BookId, &compile::Book)> {
        let device = facts::of_device(subject);
        self.books.numbered().find(|(_, b)| b.is_for(device, subject.about))
    }

    /// The bit of a rule for [`Subject::about`]; 0 for one that no playbook speaks of.
    #[must_use]
    pub fn about(&self, rule: &str) -> u64 {
        self.about.binary_search_by(|known| known.as_str().cmp(rule)).map_or(0, facts::about)
    }

    /// The rules that playbooks speak of.
    pub fn spoken_of(&self) -> impl Iterator<Item = &str> {
        self.about.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_any;
#[cfg(test)]
mod tests_cases;
#[cfg(test)]
mod tests_load;
#[cfg(test)]
mod tests_matrix;
#[cfg(test)]
mod tests_purpose;
