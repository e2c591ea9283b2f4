//! `devices`: every device, its findings, then each console's id and last-seen.

use super::Table;
use super::column::{Columns, Place};
use super::device::OfDevice;
use crate::console::Console;
use crate::console::Registry;
use crate::ids::DeviceId;
use crate::report::view::Run;
use crate::schema::Severity;
use crate::table::ConsoleColumns;

/// A device.
pub(super) struct Line<'a> {
    run: Run<'a>,
    at: DeviceId,
}

impl Line<'_> {
    /// What a console shows, by its place among those that are loaded.
    fn of(&self, slot: Option<usize>) -> Option<&ConsoleColumns> {
        self.devices().by_console.get(slot?)
    }
}

impl OfDevice for Line<'_> {
    fn run(&self) -> Run<'_> {
        self.run
    }

    fn device(&self) -> DeviceId {
        self.at
    }
}

/// Its columns, where lists of these consoles are loaded: every shipped console has some, and of those that were added the loaded
/// ones.
pub(super) fn columns<'a>(registry: &'static Registry, loaded: &[Console]) -> Columns<'a, Line<'a>> {
    let mut columns = Columns::new()
        .device_list()
        .word("last_activity_console", "the console that saw it", |r: &Line<'_>| {
            r.devices().last_console(r.at).map_or("", Console::as_str)
        })
        .one_of(registry.slugs())
        .shown("Seen by", 12)
        .days_inactive()
        .activity()
        .identity()
        .words("findings", "rules that hold for it", |r| r.run.index.rules(r.run.outcome, r.at))
        .shown("Findings", 36)
        .word("highest_severity", "severity of the severest of them", |r| {
            r.run.index.highest(r.run.outcome, r.at).map_or("", Severity::as_str)
        })
        .one_of(Severity::WORDS)
        .shown("Severity", 10);
    for console in registry.all() {
        let slot = loaded.iter().position(|own| own == console);
        if slot.is_none() && !console.is_always_shown() {
            continue;
        }
        let place = if slot.is_some() { Place::Everywhere } else { Place::CsvOnly };
        let (prefix, title) = (console.column_prefix(), console.title());
        columns = columns
            .text(format!("{prefix}_id"), format!("its object in {title}"), move |r| {
                r.of(slot).map_or("", |c| r.run.outcome.records.live_id(c, r.at))
            })
            .shown(format!("{title}: id"), 24)
            .placed(place)
            .time(format!("{prefix}_last_seen"), format!("when {title} last saw it"), move |r| {
                r.of(slot).and_then(|c| c.last_seen.get(r.at))
            })
            .shown(format!("{title}: last seen"), 17)
            .placed(place);
    }
    columns
}

pub(in crate::report) fn table(run: Run<'_>) -> Table<'_> {
    let devices = &run.outcome.devices;
    let loaded: Vec<Console> = devices.by_console.iter().map(|columns| columns.console).collect();
    let line = move |at| Some(Line { run, at: DeviceId::at(at) });
    Table::new(("devices", "every device"), columns(devices.registry, &loaded), devices.len(), line)
}
