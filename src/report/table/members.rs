//! The device list of a suggestion, a file for each: CSV alone, since the tables of devices and findings hold the same.

use super::Table;
use super::column::Columns;
use super::device::OfDevice;
use super::findings::Line;
use crate::identity::NONE;
use crate::plan::Suggestion;
use crate::report::view::Run;
use crate::report::work;

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .device_list()
        .days_inactive()
        .activity()
        .identity()
        .severity()
        .confidence()
        .objects()
        .evidence()
        .batch()
        .day("remove_from", "day of its removals", |r: &Line<'_>| {
            let (_, batch) = r.run().outcome.schedule.batch_of(r.device())?;
            Some(work::removal_day(r.run().outcome, batch.day))
        })
        .intent()
        .status()
        .assignee()
        .note()
}

/// The devices of a suggestion.
pub(in crate::report) fn members<'a>(run: Run<'a>, suggestion: &'a Suggestion) -> Table<'a> {
    let findings = &suggestion.findings;
    let line = |at: usize| Some(findings.get(at).copied().unwrap_or(NONE) as usize);
    let about = ("suggestions", "the device list of each suggestion");
    Table::new(about, columns(), findings.len(), move |at| line(at).map(|at| Line::open(run, at)))
}
