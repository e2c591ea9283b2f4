//! The device list of a package, a file for each: CSV alone, since the tables of devices, findings and steps hold the same.

use super::Table;
use super::column::Columns;
use super::device::OfDevice;
use super::flagged::Line;
use crate::plan::Package;
use crate::report::view::Run;

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::<'a, Line<'a>>::new()
        .device_list()
        .days_inactive()
        .activity()
        .identity()
        .severity()
        .confidence()
        .rules()
        .objects()
        .evidence()
        .batch()
        .remove_from()
        .decided_intent()
        .status()
        .maybe_text("decided_by", "who declined it", |r| Some(r.run().decision(r.device())?.declined.by.as_str()))
        .shown("Decided by", 16)
        .day("until", "last day on which it is declined", |r: &Line<'_>| r.run().decision(r.device())?.declined.until)
        .shown("Until", 11)
        .assignee()
        .note()
}

/// The devices of a package.
pub(in crate::report) fn members<'a>(run: Run<'a>, package: &'a Package) -> Table<'a> {
    let devices = &package.devices;
    let about = ("suggestions", "the device list of each work package");
    Table::new(about, columns(), devices.len(), move |at| Some(Line::new(run, *devices.get(at)?)))
}
