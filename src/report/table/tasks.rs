//! The tasks of the workbook: flagged devices, with what somebody needs to decide. The sheet is a decisions file too.

use super::Table;
use super::column::Columns;
use super::device::OfDevice;
use super::flagged::Line;
use crate::ids::DeviceId;
use crate::plan::Entry;
use crate::report::view::Run;
use crate::schema::Status;

/// Whether a step of the plan of the device is such.
fn any_step(line: &Line<'_>, such: fn(&Entry) -> bool) -> bool {
    let outcome = line.run().outcome;
    line.run().index.plan(outcome, line.device()).iter().map(|step| outcome.entry(step)).any(such)
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::<'a, Line<'a>>::new()
        .maybe_word(
            "status",
            "what was decided for it; nothing where what was decided for its package holds",
            |r: &Line<'_>| {
                let decided = &r.run().outcome.decisions;
                let own = decided.of(r.device()).map_or(Status::Open, |own| own.status);
                let inherits = decided.of_package(r.device()).is_some_and(|package| package.status != Status::Open);
                (own != Status::Open || !inherits).then(|| own.as_str())
            },
        )
        .one_of(Status::WORDS)
        .shown("Status", 12)
        .maybe_text("assignee", "who does it, where that was decided for it", |r| {
            Some(r.run().decision(r.device())?.assignee.as_str())
        })
        .shown("Assignee", 18)
        .note()
        .decided_intent()
        .maybe_text("decided_by", "who declined it", |r| Some(r.run().decision(r.device())?.declined.by.as_str()))
        .shown("Decided by", 16)
        .day("until", "last day on which it is declined", |r: &Line<'_>| r.run().decision(r.device())?.declined.until)
        .shown("Until", 11)
        .severity()
        .problems()
        .device_name("device_name")
        .serial()
        .platform()
        .ownership()
        .join_type()
        .primary_user()
        .consoles()
        .last_activity()
        .days_inactive()
        .activity()
        .confidence()
        .count("steps", "steps of the plan of the device", |r| {
            r.run().index.plan(r.run().outcome, r.device()).len() as u64
        })
        .shown("Steps", 7)
        .flag("irreversible", "one of them cannot be undone", |r| any_step(r, |entry| entry.irreversible))
        .shown("Cannot be undone", 10)
        .flag("wipes", "one of them erases the device", |r| any_step(r, |entry| entry.wipes))
        .shown("Erases data", 8)
        .evidence()
        .objects()
        .batch()
        .package()
        .device_key()
}

/// The flagged devices, as tasks, in the order given.
pub(in crate::report) fn tasks(run: Run<'_>, devices: Vec<DeviceId>) -> Table<'_> {
    let lines = devices.len();
    let line = move |at: usize| Some(Line::new(run, *devices.get(at)?));
    Table::new(("tasks", "flagged devices to decide about"), columns(), lines, line)
}
