//! `records`: every input row, none missing, and the device that it belongs to.

use std::borrow::Cow;

use super::Table;
use super::column::Columns;
use crate::console::Console;
use crate::ids::RecordId;
use crate::report::view::Run;
use crate::table::{Aside, RecordColumns};

/// A row: one that became a record, or one that was set aside.
pub(super) enum Line<'a> {
    Record { run: Run<'a>, columns: &'a RecordColumns, row: usize, record: RecordId },
    Aside { run: Run<'a>, row: Aside<'a> },
}

impl<'a> Line<'a> {
    fn find(run: Run<'a>, at: usize) -> Option<Self> {
        let records = &run.outcome.records;
        if let Some(aside) = at.checked_sub(run.outcome.links.device.len()) {
            return records.aside(aside).map(|row| Self::Aside { run, row });
        }
        let record = RecordId::at(at);
        let (columns, row) = records.locate(record);
        Some(Self::Record { run, columns, row, record })
    }

    fn run(&self) -> Run<'a> {
        match self {
            Self::Record { run, .. } | Self::Aside { run, .. } => *run,
        }
    }

    fn export(&self) -> &'a (String, Console) {
        let number = match self {
            Self::Record { columns, row, .. } => *columns.export.get(*row),
            Self::Aside { row, .. } => row.export,
        };
        self.run().outcome.records.exports.get(number)
    }

    fn row(&self) -> u32 {
        match self {
            Self::Record { columns, row, .. } => *columns.row.get(*row),
            Self::Aside { row, .. } => row.row,
        }
    }

    /// What is only known of a record.
    fn record<T>(&self, get: impl FnOnce(Run<'a>, &'a RecordColumns, usize, RecordId) -> T) -> Option<T> {
        match self {
            Self::Record { run, columns, row, record } => Some(get(*run, columns, *row, *record)),
            Self::Aside { .. } => None,
        }
    }

    fn text(
        &self,
        record: impl FnOnce(&'a RecordColumns, usize) -> &'a str,
        aside: fn(&Aside<'a>) -> &'a str,
    ) -> &'a str {
        match self {
            Self::Record { columns, row, .. } => record(columns, *row),
            Self::Aside { row, .. } => aside(row),
        }
    }

    fn key(&self) -> Option<&'a str> {
        self.record(|run, _, _, record| {
            let device = *run.outcome.links.device.get(record);
            run.outcome.devices.key.find(device).map_or("", String::as_str)
        })
    }

    fn refused(&self) -> Cow<'_, str> {
        match self {
            Self::Record { run, record, .. } => {
                run.outcome.links.refused.get(record).map_or(Cow::Borrowed(""), |reasons| reasons.join("; ").into())
            }
            Self::Aside { row, .. } => format!("set aside: {}", row.reason).into(),
        }
    }
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .console("console", "console of the export", |r: &Line<'_>| Some(r.export().1))
        .shown("Console", 22)
        .text("export", "file, archive member or sheet", |r| &r.export().0)
        .shown("Export", 36)
        .number("row", "data row, from 1", |r| Some(r.row().into()))
        .shown("Row", 8)
        .text("native_id", "the console's own id of the object", |r| {
            r.text(|columns, row| columns.native_id.get(row), |aside| aside.native_id)
        })
        .shown("Id in the console", 38)
        .text("name", "device name", |r| r.text(|columns, row| columns.name.get(row), |aside| aside.name))
        .shown("Name", 24)
        .text("serial", "serial number as the console writes it, also where it is none", |r| {
            r.text(|columns, row| columns.serial.as_written(row), |aside| aside.serial)
        })
        .shown("Serial", 18)
        .text("device_key", "device the row belongs to; empty where the row was set aside", |r| {
            r.key().unwrap_or_default()
        })
        .shown("Device key", 26)
        .words("joined_by", "identifiers by which the row is held to other rows of the device", |r| {
            r.record(|run, _, _, record| run.bonds(record).map(crate::identity::KeyKind::as_str).collect())
                .unwrap_or_default()
        })
        .shown("Joined by", 24)
        .word("tier", "strongest tier among them; empty where the row stands alone", |r| {
            r.record(|run, _, _, record| run.bonds(record).next().map_or("", |kind| kind.tier())).unwrap_or_default()
        })
        .shown("Tier", 8)
        .made("refused", "links that were refused, or why the row was set aside", Line::refused)
        .shown("Refused", 48)
        .time("last_seen", "newest activity of the record", |r| {
            r.record(|_, columns, row, _| columns.last_seen.get(row)).flatten()
        })
        .shown("Last activity", 17)
        .beyond_csv()
        .time("enrolled", "enrolled, registered or added; no sign of activity", |r| {
            r.record(|_, columns, row, _| columns.enrolled.get(row)).flatten()
        })
        .shown("Enrolled", 17)
        .beyond_csv()
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let lines = run.outcome.links.device.len() + run.outcome.records.asides();
    let about = ("records", "every input row, and the device it belongs to");
    Table::new(about, columns(), lines, move |at| Line::find(run, at))
}
