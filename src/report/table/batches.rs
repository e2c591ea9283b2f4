//! `batches`: devices that are dealt with together, and when.

use super::Table;
use super::column::Columns;
use crate::history::Approved;
use crate::ids::BatchId;
use crate::plan::Batch;
use crate::report::view::Run;
use crate::report::work::{self, Contents};

/// A batch.
pub(super) struct Line<'a> {
    run: Run<'a>,
    number: BatchId,
    batch: &'a Batch,
    contents: Contents,
}

impl Line<'_> {
    fn digest(&self) -> &str {
        self.run.index.digest(self.run.outcome, self.number)
    }

    fn approved(&self) -> Option<&Approved> {
        self.run.outcome.decisions.approved(self.digest())
    }
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .count("batch", "number of the batch", |r: &Line<'_>| r.number.ordinal().into())
        .shown("Batch", 7)
        .word("suggestion_id", "package that it belongs to", |r| &r.run.outcome.packages.list.get(r.batch.package).id)
        .shown("Package", 34)
        .count("devices", "devices", |r| r.batch.devices.len() as u64)
        .count("steps", "steps of their plans", |r| r.contents.steps as u64)
        .count("irreversible", "steps that cannot be undone", |r| r.contents.irreversible as u64)
        .shown("Cannot be undone", 10)
        .count("wipes", "steps that erase a device", |r| r.contents.wipes as u64)
        .shown("Erases data", 10)
        .count(
            "retires_and_deletes",
            "objects of the step that has the most of those that a day limits: wipes, retires, deletions",
            |r| r.batch.counted.into(),
        )
        .day("remove_from", "day of its removals", |r| Some(work::removal_day(r.run.outcome, r.batch.day)))
        .shown("Carry out from", 12)
        .day("after_grace_from", "first day of what waits for the grace period", |r| {
            r.contents.after_grace.map(|(first, _)| first)
        })
        .day("after_grace_until", "last day of that", |r| r.contents.after_grace.map(|(_, last)| last))
        .text("digest", "SHA-256 of its steps and object ids: what an approval holds for", |r| r.digest())
        .shown("Digest", 24)
        .maybe_text("approved_by", "who approved it", |r| Some(r.approved()?.by.as_str()))
        .shown("Approved by", 18)
        .day("approved_on", "day of the approval", |r| Some(r.approved()?.on))
        .shown("Approved on", 12)
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let batches = &run.outcome.schedule.batches;
    let line = move |at: usize| {
        let number = BatchId::at(at);
        let contents = work::contents(run.outcome, run.index, number);
        Some(Line { run, number, batch: batches.get(number), contents })
    };
    let about = ("batches", "devices that are dealt with together, and when");
    Table::new(about, columns(), batches.len(), line)
}
