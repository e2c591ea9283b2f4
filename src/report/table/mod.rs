//! The tables of a report. Each stands in a file of its own, with the name, the type, the meaning and the cell of every
//! column, and every renderer writes from there: what two files say cannot differ.
//!
//! A table is made in two steps. Its columns need no run, so that the documents and the published schema come from them;
//! with a run they become a [`Table`], which gives the cells of a line to whoever writes them.

mod batches;
mod changes;
mod column;
mod device;
mod devices;
mod fill;
mod findings;
mod flagged;
mod ledger;
mod members;
mod notices;
mod packages;
mod plan;
mod questions;
mod records;
mod rules;
mod tasks;

#[cfg(test)]
mod tests;

pub(in crate::report) use changes::table as changes;
pub(in crate::report) use column::{Field, Place, Plain, Type, Value};
pub(in crate::report) use devices::table as devices;
pub(in crate::report) use fill::Sink;
pub(in crate::report) use ledger::table as ledger;
pub(in crate::report) use members::members;
pub(in crate::report) use plan::order as plan_order;
pub(in crate::report) use tasks::tasks;

use std::ops::Range;

use super::view::Run;
use column::Columns;
use fill::{Fill, Lines, Shared};

/// A table: what is known of its columns, and its lines.
pub(in crate::report) struct Table<'a> {
    /// Its name: that of its files, without ending.
    pub name: &'static str,
    /// What its lines are.
    pub meaning: &'static str,
    /// Its columns.
    pub fields: Vec<Field>,
    /// Number of lines.
    pub lines: usize,
    fill: Box<dyn Fill + 'a>,
}

impl<'a> Table<'a> {
    /// Puts columns and lines together; `line` finds a line by its number.
    fn new<R: 'a>(
        (name, meaning): (&'static str, &'static str),
        columns: Columns<'a, R>,
        lines: usize,
        line: impl Fn(usize) -> Option<R> + Send + Sync + 'a,
    ) -> Self {
        Self::sharing((name, meaning), columns, lines, line, None)
    }

    fn sharing<R: 'a>(
        (name, meaning): (&'static str, &'static str),
        columns: Columns<'a, R>,
        lines: usize,
        line: impl Fn(usize) -> Option<R> + Send + Sync + 'a,
        shared: Option<Shared<'a, R>>,
    ) -> Self {
        let Columns { fields, cells } = columns;
        Self { name, meaning, fields, lines, fill: Box::new(Lines { line, cells, shared }) }
    }

    /// Puts the chosen cells of a line into a sink, in the order of the choice.
    pub(in crate::report) fn line(&self, at: usize, chosen: &[usize], sink: &mut dyn Sink) {
        self.fill.line(at, chosen, sink);
    }

    /// The same for lines that follow one another; the sink hears where each ends.
    pub(in crate::report) fn span(&self, lines: Range<usize>, chosen: &[usize], sink: &mut dyn Sink) {
        self.fill.lines(lines, chosen, sink);
    }

    /// Numbers of the columns that the CSV has.
    pub(in crate::report) fn in_csv(&self) -> Vec<usize> {
        self.chosen(|field| field.place != Place::BeyondCsv)
    }

    /// Numbers of the columns that files with types have.
    pub(in crate::report) fn with_types(&self) -> Vec<usize> {
        self.chosen(|field| field.place != Place::CsvOnly)
    }

    fn chosen(&self, wanted: impl Fn(&Field) -> bool) -> Vec<usize> {
        (0..).zip(&self.fields).filter(|(_, field)| wanted(field)).map(|(at, _)| at).collect()
    }

    /// The cells of one column.
    pub(in crate::report) fn cells(&self, name: &str, lines: impl Iterator<Item = usize>) -> Vec<Plain> {
        let column = self.column(name);
        lines.map(|at| self.plain(column, at)).collect()
    }

    /// One cell.
    pub(in crate::report) fn cell(&self, name: &str, line: usize) -> Plain {
        self.plain(self.column(name), line)
    }

    fn plain(&self, column: Option<usize>, line: usize) -> Plain {
        let mut kept = Kept(Plain::Nothing);
        self.line(line, column.as_slice(), &mut kept);
        kept.0
    }

    /// Number of a column.
    pub(in crate::report) fn column(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

/// Keeps a cell.
struct Kept(Plain);

impl Sink for Kept {
    fn cell(&mut self, _column: usize, value: Value<'_>) {
        self.0 = value.into();
    }
}

/// Every table that CSV, JSON, Arrow and the workbook have.
pub(in crate::report) fn all(run: Run<'_>) -> Vec<Table<'_>> {
    let mut tables = vec![
        batches::table(run),
        devices::table(run),
        findings::table(run),
        plan::guide(run),
        notices::table(run),
        packages::table(run),
        plan::table(run),
        questions::table(run),
        records::table(run),
        rules::table(run),
    ];
    // Only a run with a baseline has something to say there.
    if run.outcome.since.is_some() {
        tables.extend([changes::table(run), ledger::table(run)]);
    }
    tables
}

/// Tables that only a run with a baseline has.
#[cfg(test)]
pub(in crate::report) const WITH_BASELINE: [&str; 2] = ["changes", "ledger"];

/// Name and columns of every table, with those of every console that is always shown: what the documents and the published schema say.
#[cfg(test)]
pub(in crate::report) fn described() -> Vec<(&'static str, Vec<Field>)> {
    let registry = crate::console::Registry::shipped();
    let always: Vec<_> = registry.all().iter().copied().filter(|console| console.is_always_shown()).collect();
    vec![
        ("batches", batches::columns().fields),
        ("changes", changes::columns().fields),
        ("devices", devices::columns(registry, &always).fields),
        ("findings", findings::columns().fields),
        ("guide", plan::guide_columns().fields),
        ("ledger", ledger::columns().fields),
        ("notices", notices::columns().fields),
        ("packages", packages::columns().fields),
        ("plan", plan::columns().fields),
        ("questions", questions::columns().fields),
        ("records", records::columns().fields),
        ("rules", rules::columns().fields),
    ]
}
