//! The records of all exports, one table a console, numbered through.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use polars::prelude::{BooleanChunked, ChunkFull, Int64Chunked, UInt32Chunked};

use crate::console::{Cells, Console, Registry};
use crate::error::Result;
use crate::formats::{Made, Older, Records};
use crate::frame::{Column, Strings, Table, Values, internal};
use crate::ids::{ExportId, RecordId};
use crate::read::BadRow;
use crate::schema::{Kind, record_field};

/// The records of one console.
#[derive(Debug)]
pub struct ConsoleRecords {
    /// The console.
    pub console: Console,
    /// The first record.
    pub first: RecordId,
    /// Canonical columns, and `export` (number of the export) and `row`.
    pub table: Table,
}

/// All records.
#[derive(Debug)]
pub struct RecordStore {
    /// One a console that has records, in the order of the registry.
    pub by_console: Vec<ConsoleRecords>,
    /// The consoles of the run.
    pub registry: &'static Registry,
    /// Labels of the exports, by number.
    pub exports: Vec<(String, Console)>,
    /// Rows that were set aside, by export.
    pub bad: Vec<(ExportId, BadRow)>,
    /// Rows that a newer list of their console speaks for, by export: they are no records.
    pub older: Vec<(ExportId, Older)>,
    /// What each export says of its own gaps, by number.
    pub gaps: Vec<Gaps>,
    /// Consoles whose exports are complete by the user's own count.
    pub proven: Vec<Console>,
    /// Record columns that each export has, by number.
    pub(super) columns: Vec<BTreeSet<String>>,
    /// Headers of columns that no format reads and that say when something saw the device, by export.
    noticed: Vec<Vec<String>>,
    /// Headers of columns in which it may stand that somebody keeps a device, by export.
    written: Vec<Vec<String>>,
    /// Exports of a kind that only adds to what another list shows, by number.
    companions: Vec<bool>,
    /// Number of records.
    pub total: u32,
}

/// What an export says of its own gaps.
#[derive(Debug)]
pub struct Gaps {
    /// Whether it has a record.
    pub rows: bool,
    /// Why it is cut, paged or filtered.
    pub cut: Option<String>,
    /// Why it does not name every object, by its nature.
    pub partial: Option<String>,
    /// Columns of which it lists no object that has one.
    pub leaves_out: Vec<&'static str>,
    /// When it was made, where somebody wrote that down.
    pub made: Option<Made>,
}

impl Gaps {
    fn of(records: &Records) -> Self {
        Self {
            rows: records.table.height() > 0,
            cut: records.incomplete.clone(),
            partial: records.partial.clone(),
            leaves_out: records.leaves_out.iter().map(|(field, _)| *field).collect(),
            made: records.made,
        }
    }
}

impl RecordStore {
    /// Puts the exports of each console together.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a frame.
    pub fn new(registry: &'static Registry, exports: Vec<(String, Records)>, proven: &[Console]) -> Result<Self> {
        let mut tables: Vec<(Console, Table)> = Vec::new();
        let mut labels = Vec::new();
        let mut bad = Vec::new();
        let mut older = Vec::new();
        let gaps = exports.iter().map(|(_, records)| Gaps::of(records)).collect();
        let own = |records: &Records, name: &str| !records.lent.contains(name);
        let names =
            |records: &Records| records.table.names().filter(|name| own(records, name)).map(str::to_string).collect();
        let columns = exports.iter().map(|(_, records)| names(records)).collect();
        let noticed = exports.iter().map(|(_, records)| records.noticed.clone()).collect();
        let written = exports.iter().map(|(_, records)| records.written.clone()).collect();
        let companion = |records: &Records| records.partial.is_some() && !records.paging.single;
        let companions = exports.iter().map(|(_, records)| companion(records)).collect();
        for (number, (label, records)) in (0_u32..).zip(exports) {
            let mut table = records.table;
            let export = UInt32Chunked::full("".into(), number, table.height());
            table.put(Column::new("export", export))?;
            labels.push((label, records.console));
            let number = ExportId::new(number);
            bad.extend(records.bad.into_iter().map(|b| (number, b)));
            older.extend(records.older.map(|rows| (number, rows)));
            tables.push((records.console, table));
        }
        let mut by_console = Vec::new();
        let mut total = 0;
        for console in registry.all() {
            let own = tables.extract_if(.., |(own, table)| own == console && table.height() > 0);
            let mut own: Vec<Table> = own.map(|(_, table)| table).collect();
            let table = match own.len() {
                0 => continue,
                1 => own.pop().unwrap_or_default(),
                _ => Table::concat(&own)?,
            };
            let height = u32::try_from(table.height()).map_err(internal)?;
            by_console.push(ConsoleRecords { console: *console, first: RecordId::new(total), table });
            total += height;
        }
        Ok(Self {
            by_console,
            registry,
            exports: labels,
            bad,
            older,
            gaps,
            proven: proven.to_vec(),
            columns,
            noticed,
            written,
            companions,
            total,
        })
    }

    /// Numbers of the exports of a console that do not have a record column.
    pub fn lacking<'a>(&'a self, console: Console, column: &'a str) -> impl Iterator<Item = ExportId> + 'a {
        (0_u32..)
            .map(ExportId::new)
            .zip(self.exports.iter().zip(&self.columns))
            .filter(move |(_, ((_, own), columns))| *own == console && !columns.contains(column))
            .map(|(number, _)| number)
    }

    /// Headers of columns of a console's exports that no format reads and that say when something saw the device.
    pub fn noticed(&self, console: Console) -> impl Iterator<Item = &str> {
        let own = self.exports.iter().zip(&self.noticed).filter(move |((_, own), _)| *own == console);
        own.flat_map(|(_, headers)| headers.iter().map(String::as_str))
    }

    /// Whether a console's lists have a column in which it may stand that somebody keeps a device, by its header.
    #[must_use]
    pub fn has_written(&self, console: Console, header: &str) -> bool {
        let mut own = self.exports.iter().zip(&self.written).filter(|((_, own), _)| *own == console);
        own.any(|(_, headers)| headers.iter().any(|own| own == header))
    }

    /// Whether an export has a record column.
    pub(super) fn has(&self, export: ExportId, column: &str) -> bool {
        self.columns.get(export.index()).is_some_and(|own| own.contains(column))
    }

    /// Whether an export only adds to what another list of its console shows.
    pub(super) fn is_companion(&self, export: ExportId) -> bool {
        self.companions.get(export.index()) == Some(&true)
    }

    /// How reports name an export.
    #[must_use]
    pub fn label(&self, export: ExportId) -> &str {
        self.exports.get(export.index()).map_or("", |(label, _)| label.as_str())
    }

    /// The console that wrote an export.
    #[must_use]
    pub fn lister(&self, export: ExportId) -> Option<Console> {
        self.exports.get(export.index()).map(|(_, console)| *console)
    }

    /// What the exports of a console say of their gaps.
    pub fn gaps_of(&self, console: Console) -> impl Iterator<Item = &Gaps> {
        self.exports.iter().zip(&self.gaps).filter(move |((_, own), _)| *own == console).map(|(_, gaps)| gaps)
    }

    /// The records of consoles whose dates are signs of activity: a date that somebody wrote into a register is none.
    pub fn signalling(&self) -> impl Iterator<Item = &ConsoleRecords> {
        self.by_console.iter().filter(|records| records.console.gives_signals())
    }

    /// The records of a console, if there are any.
    #[must_use]
    pub fn of(&self, console: Console) -> Option<&ConsoleRecords> {
        self.by_console.iter().find(|s| s.console == console)
    }

    /// The records of a console that holds a record, and the record's line there.
    #[must_use]
    pub fn locate(&self, record: RecordId) -> Option<(&ConsoleRecords, usize)> {
        let mut consoles = self.by_console.iter().rev();
        consoles.find_map(|console_records| Some((console_records, console_records.first.line_of(record)?)))
    }

    /// `console:native_id` of a record; where the console gave no id, its serial or its row.
    #[must_use]
    pub fn object(&self, record: RecordId) -> String {
        let Some((console_records, line)) = self.locate(record) else { return String::new() };
        let text = |name: &str| console_records.text(name).and_then(|c| c.get(line).map(str::to_string));
        let id = text("native_id").or_else(|| text("serial")).unwrap_or_else(|| {
            let label = console_records.export_of(line).map_or("", |export| self.label(export));
            let row = console_records.numbers("row").and_then(|c| c.get(line)).unwrap_or_default();
            format!("{label}:{row}")
        });
        format!("{}:{id}", console_records.console)
    }
}

impl ConsoleRecords {
    /// Number of records.
    #[must_use]
    pub fn height(&self) -> usize {
        self.table.height()
    }

    /// The record of a line.
    #[must_use]
    pub fn record(&self, line: usize) -> RecordId {
        self.first.after(line)
    }

    /// Its records: from the first on, to the one that is no more of it.
    #[must_use]
    pub fn span(&self) -> Range<RecordId> {
        self.first..self.record(self.height())
    }

    /// A text column, if the exports fill it.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&Strings> {
        self.table.text(name)
    }

    /// An identifier as its console writes it; `None` where the record has none.
    #[must_use]
    pub fn as_written(&self, name: &str, line: usize) -> Option<&str> {
        let value = self.text(name)?.get(line)?;
        Some(self.text(&written(name)).and_then(|c| c.get(line)).unwrap_or(value))
    }

    /// The cells of a record.
    #[must_use]
    pub const fn row(&self, line: usize) -> Row<'_> {
        Row { console_records: self, line }
    }

    /// Whether a line says that its object is out of service.
    #[must_use]
    pub fn is_gone(&self, line: usize) -> bool {
        let clauses = self.console.gone();
        !clauses.is_empty() && clauses.iter().all(|clause| clause.holds(&self.row(line)))
    }

    /// The console's own ids.
    #[must_use]
    pub(super) fn own_ids(&self) -> OwnIds<'_> {
        OwnIds { ids: self.text("native_id"), serials: self.text("serial"), written: self.text("serial_written") }
    }

    /// A column of times in UTC milliseconds, if the exports fill it.
    #[must_use]
    pub fn times(&self, name: &str) -> Option<&Int64Chunked> {
        self.table.times(name)
    }

    /// A column of flags, if the exports fill it.
    #[must_use]
    pub fn flags(&self, name: &str) -> Option<&BooleanChunked> {
        self.table.flags(name)
    }

    /// Lines whose cell of a column holds something that could not be read or is not known, if there are any.
    #[must_use]
    pub fn unread(&self, name: &str) -> Option<&BooleanChunked> {
        self.flags(&format!("{name}_unread"))
    }

    /// `row` or `export`.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Option<&UInt32Chunked> {
        self.table.numbers(name)
    }

    /// The export that a line is of.
    #[must_use]
    pub fn export_of(&self, line: usize) -> Option<ExportId> {
        self.numbers("export")?.get(line).map(ExportId::new)
    }

    /// A canonical column by name, empty where the exports do not fill it.
    #[must_use]
    pub fn values(&self, name: &str) -> Cow<'_, Values> {
        let kind = record_field(name).map_or(Kind::Text, |field| field.kind);
        self.table.get(name).map_or_else(|| Cow::Owned(Values::blank(kind, self.height())), Cow::Borrowed)
    }
}

/// One record, by its columns.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    console_records: &'a ConsoleRecords,
    line: usize,
}

impl Cells for Row<'_> {
    fn has(&self, column: &str) -> bool {
        self.console_records.table.get(column).is_some()
    }

    fn filled(&self, column: &str) -> bool {
        let time = || self.console_records.times(column).is_some_and(|cells| cells.get(self.line).is_some());
        self.word(column).is_some() || time()
    }

    fn word(&self, column: &str) -> Option<&str> {
        if let Some(cells) = self.console_records.text(column) {
            return cells.get(self.line);
        }
        self.console_records.flags(column)?.get(self.line).map(|flag| if flag { "true" } else { "false" })
    }
}

/// Ids that name one object each. Where the serial number stands in the place of the id, a placeholder names none.
#[derive(Clone, Copy)]
pub(super) struct OwnIds<'a> {
    ids: Option<&'a Strings>,
    serials: Option<&'a Strings>,
    written: Option<&'a Strings>,
}

impl<'a> OwnIds<'a> {
    pub(super) fn get(&self, line: usize) -> Option<&'a str> {
        let id = self.ids?.get(line)?;
        let placeholder = || self.written.is_some_and(|c| c.get(line) == Some(id));
        (self.serials.is_some_and(|c| c.get(line).is_some()) || !placeholder()).then_some(id)
    }
}

/// Name of the column that keeps an identifier as its console writes it, where that is not how it is compared.
#[must_use]
pub fn written(name: &str) -> String {
    format!("{name}_written")
}
