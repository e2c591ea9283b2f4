//! `notices`: what was noticed about the input.

use super::Table;
use super::column::Columns;
use crate::notice::Notice;
use crate::report::view::Run;
use crate::schema::Severity;

pub(super) fn columns<'a>() -> Columns<'a, &'a Notice> {
    Columns::new()
        .word("code", "kind of notice", |r: &&Notice| r.code.as_str())
        .shown("Kind", 22)
        .word("severity", "how much it matters", |r| r.code.severity().as_str())
        .one_of(Severity::WORDS)
        .shown("Severity", 10)
        .text("export", "file, archive member or sheet", |r| &r.export)
        .shown("Export", 40)
        .number("row", "data row, from 1", |r| r.row.and_then(|row| i64::try_from(row).ok()))
        .shown("Row", 8)
        .text("column", "column as written in the export", |r| &r.column)
        .shown("Column", 24)
        .text("message", "what was seen and what follows", |r| &r.message)
        .shown("Notice", 80)
        .prose()
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let notices = &run.outcome.notices;
    Table::new(("notices", "notices about the input"), columns(), notices.len(), |at| notices.get(at))
}
