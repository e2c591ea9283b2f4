//! Text columns to canonical columns: one pass a column, columns in parallel.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use polars::prelude::{
    BooleanChunked, ChunkFilter, Column, DataFrame, Int64Chunked, IntoColumn, NewChunkedArray, StringChunked,
    StringChunkedBuilder, UInt32Chunked,
};
use rayon::prelude::*;

use super::dates::{self, Order, Stamp};
use super::values::{self, Cell};
use super::vocabulary::Words;
use super::{Formats, Recognised};
use crate::error::{Error, Result};
use crate::notice::{Code, Notice};
use crate::read::{BadRow, Export, Rows};
use crate::schema::{Console, Field, Kind, record_field};

/// What the caller settles.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Order of day and month, for columns that do not decide it.
    pub order: Option<Order>,
    /// Canonical columns that a later stage reads; `None` for all. The others are never materialised.
    pub needed: Option<BTreeSet<&'static str>>,
}

impl Options {
    fn needs(&self, column: &str) -> bool {
        self.needed.as_ref().is_none_or(|needed| needed.contains(column))
    }
}

/// The records of one export.
///
/// `frame` has the column `row` (from 1) and those canonical columns that the export fills: text columns as text,
/// flags as booleans, times as UTC milliseconds. Where serials were no identifier, `serial_written` keeps their text;
/// where a sign of life could not be read, `last_seen_unread` is true.
#[derive(Debug)]
pub struct Records {
    /// The console whose objects these are.
    pub console: Console,
    /// One line a record.
    pub frame: DataFrame,
    /// Rows that were set aside.
    pub bad: Vec<BadRow>,
    /// Whether the file ends in the middle of a row.
    pub cut: bool,
}

/// Remarks gathered while casting one column.
#[derive(Default)]
struct Tally {
    unreadable: u64,
    scientific: u64,
    placeholders: u64,
    first: Option<u32>,
    remark: Option<(Code, String)>,
}

struct Cast {
    columns: Vec<Column>,
    tally: Tally,
}

/// Casts the columns of a recognised export.
///
/// # Errors
/// [`Error::Internal`] if the engine refuses the table.
pub fn normalise(
    export: &Export,
    recognised: &Recognised<'_>,
    formats: &Formats,
    options: &Options,
) -> Result<(Records, Vec<Notice>)> {
    let format = recognised.format;
    let wanted: Vec<(&Field, usize)> = recognised
        .columns
        .iter()
        .filter(|(name, _)| options.needs(name))
        .filter_map(|(name, at)| Some((record_field(name)?, *at)))
        .collect();
    let positions: Vec<usize> = wanted.iter().map(|(_, at)| *at).collect();
    let mut rows = export.read(&positions, format.short_rows);
    set_blank_rows_aside(&mut rows)?;
    let cast: Vec<Cast> = wanted
        .par_iter()
        .zip(rows.columns.par_iter())
        .map(|((field, _), cells)| {
            let caster = Caster { field, cells, row: &rows.row };
            if let Some(word) = format.is.get(field.name) {
                return caster.is(word);
            }
            let own = format.values.get(field.name);
            match field.kind {
                Kind::Serial => caster.serial(formats),
                Kind::Time => caster.times(options.order),
                Kind::Flag => caster.flags(),
                Kind::Word(_) | Kind::State => caster.words(formats.vocabulary().words(field.name), own),
                Kind::Guid => caster.text(values::guid),
                Kind::Imei => caster.text(values::imei),
                _ if field.name == "native_id" => caster.text(values::native_id),
                _ => caster.text(values::text),
            }
        })
        .collect();

    let mut notices = recognised.notices(&export.label);
    let mut columns = vec![UInt32Chunked::from_slice("row".into(), &rows.row).into_column()];
    for (one, (field, at)) in cast.into_iter().zip(&wanted) {
        let header = export.header.get(*at).map_or(field.name, String::as_str);
        notices.extend(one.tally.notices(&export.label, header, field));
        columns.extend(one.columns);
    }
    if recognised.columns.get("native_id") == recognised.columns.get("serial") {
        serial_as_id(&mut columns);
    }
    for (name, value) in format.constants.iter().filter(|(name, _)| options.needs(name)) {
        columns.push(constant(name, value, rows.row.len()));
    }
    let mut frame = DataFrame::new(rows.row.len(), columns).map_err(internal)?;
    for (field, other, word) in &format.blank_unless {
        blank_unless(&mut frame, field, other, word)?;
    }
    notices.extend(row_notices(&export.label, &rows));
    Ok((Records { console: format.console, frame, bad: rows.bad, cut: rows.cut }, notices))
}

/// Where the serial number is the console's id, both have one spelling; a placeholder stays as written.
fn serial_as_id(columns: &mut [Column]) {
    let text = |name: &str| columns.iter().find(|c| c.name() == name).and_then(|c| c.str().ok());
    let (Some(ids), Some(serials)) = (text("native_id"), text("serial")) else { return };
    let spelt = ids.iter().zip(serials.iter()).map(|(id, serial)| serial.or(id));
    let spelt = StringChunked::from_iter_options("native_id".into(), spelt);
    if let Some(slot) = columns.iter_mut().find(|c| c.name() == "native_id") {
        *slot = spelt.into_column();
    }
}

pub(crate) fn internal(e: impl std::fmt::Display) -> Error {
    Error::Internal(e.to_string().lines().next().unwrap_or_default().to_string())
}

/// A row without a single cell that anybody reads describes nothing.
fn set_blank_rows_aside(rows: &mut Rows) -> Result<()> {
    let mut keep = BooleanChunked::full_false(rows.row.len());
    for cells in &rows.columns {
        keep = keep | cells.is_not_null();
    }
    if keep.all() {
        return Ok(());
    }
    for cells in &mut rows.columns {
        *cells = cells.filter(&keep).map_err(internal)?;
    }
    let mut kept = Vec::with_capacity(rows.row.len());
    for (row, keep) in rows.row.iter().zip(keep.iter()) {
        if keep == Some(true) {
            kept.push(*row);
        } else {
            rows.bad.push(BadRow {
                row: *row,
                reason: "is blank in every column that is read".into(),
                text: String::new(),
            });
        }
    }
    rows.row = kept;
    rows.bad.sort_by_key(|b| b.row);
    Ok(())
}

trait FullFalse {
    fn full_false(length: usize) -> Self;
}

impl FullFalse for BooleanChunked {
    fn full_false(length: usize) -> Self {
        use polars::prelude::ChunkFull;
        Self::full("".into(), false, length)
    }
}

fn constant(name: &str, value: &str, height: usize) -> Column {
    use polars::prelude::ChunkFull;
    StringChunked::full(name.into(), value, height).into_column()
}

/// Empties a column where another one is known and does not have the word.
fn blank_unless(frame: &mut DataFrame, field: &str, other: &str, word: &str) -> Result<()> {
    let (Ok(values), Ok(others)) = (frame.column(field), frame.column(other)) else { return Ok(()) };
    let (Ok(values), Ok(others)) = (values.i64(), others.str()) else { return Ok(()) };
    let blanked: Int64Chunked = values
        .iter()
        .zip(others.iter())
        .map(|(value, other)| value.filter(|_| other.is_none_or(|o| o == word)))
        .collect();
    frame.replace(field, blanked.with_name(field.into()).into_column()).map_err(internal)?;
    Ok(())
}

fn serial_cell<'a>(formats: &Formats, cell: &'a str) -> Cell<Cow<'a, str>> {
    match values::serial(cell) {
        Cell::Value(v) if formats.vocabulary().is_placeholder(&v) => Cell::Placeholder,
        other => other,
    }
}

fn one(column: Column, tally: Tally) -> Cast {
    Cast { columns: vec![column], tally }
}

/// Casts the cells of one column.
struct Caster<'a> {
    field: &'a Field,
    cells: &'a StringChunked,
    row: &'a [u32],
}

impl Caster<'_> {
    fn name(&self) -> polars::prelude::PlSmallStr {
        self.field.name.into()
    }

    fn text(&self, cast: impl Fn(&str) -> Cell<Cow<'_, str>>) -> Cast {
        // Also what is canonical already is copied: the reader's buffers are up to twice as large as what they hold.
        let mut tally = Tally::default();
        let mut out = StringChunkedBuilder::new(self.name(), self.cells.len());
        for (cell, row) in self.cells.iter().zip(self.row) {
            match cell.map(&cast) {
                Some(Cell::Value(value)) => out.append_value(value.as_ref()),
                Some(Cell::Unreadable) => {
                    tally.unreadable(*row, cell);
                    out.append_null();
                }
                _ => out.append_null(),
            }
        }
        one(out.finish().into_column(), tally)
    }

    fn serial(&self, formats: &Formats) -> Cast {
        let mut tally = Tally::default();
        let mut out = StringChunkedBuilder::new(self.name(), self.cells.len());
        let mut written = StringChunkedBuilder::new("serial_written".into(), self.cells.len());
        for (cell, row) in self.cells.iter().zip(self.row) {
            match cell.map(|c| serial_cell(formats, c)) {
                Some(Cell::Value(value)) => {
                    out.append_value(value.as_ref());
                    written.append_null();
                    continue;
                }
                Some(Cell::Placeholder) => tally.placeholder(*row),
                Some(Cell::Unreadable) => tally.unreadable(*row, cell),
                _ => {
                    out.append_null();
                    written.append_null();
                    continue;
                }
            }
            out.append_null();
            written.append_option(cell.map(values::bare));
        }
        let mut columns = vec![out.finish().into_column()];
        if tally.placeholders + tally.unreadable > 0 {
            columns.push(written.finish().into_column());
        }
        Cast { columns, tally }
    }

    /// Words of a closed list, each distinct spelling translated once.
    fn words(&self, words: Option<&Words>, own: Option<&std::collections::BTreeMap<String, String>>) -> Cast {
        let mut known: HashMap<&str, Option<String>> = HashMap::new();
        let translate = |cell: &str| {
            let squeezed = values::squeeze(cell);
            own.and_then(|map| map.get(&squeezed).cloned()).or_else(|| match words {
                Some(words) => words.translate(cell),
                None => Some(squeezed).filter(|s| !s.is_empty()),
            })
        };
        let mut out = StringChunkedBuilder::new(self.name(), self.cells.len());
        let mut last: Option<(&str, Option<String>)> = None;
        for cell in self.cells.iter() {
            let Some(cell) = cell else {
                out.append_null();
                continue;
            };
            if last.as_ref().is_none_or(|(text, _)| *text != cell) {
                let word = known.entry(cell).or_insert_with(|| translate(cell)).clone();
                last = Some((cell, word));
            }
            out.append_option(last.as_ref().and_then(|(_, word)| word.as_deref()));
        }
        one(out.finish().into_column(), Tally::default())
    }

    fn is(&self, word: &str) -> Cast {
        let flags: BooleanChunked =
            self.cells.iter().map(|c| Some(c.is_some_and(|c| values::squeeze(c) == word))).collect();
        one(flags.with_name(self.name()).into_column(), Tally::default())
    }

    fn flags(&self) -> Cast {
        let mut tally = Tally::default();
        let mut out: Vec<Option<bool>> = Vec::with_capacity(self.cells.len());
        for (cell, row) in self.cells.iter().zip(self.row) {
            out.push(match cell.map(values::flag) {
                Some(Cell::Value(value)) => Some(value),
                Some(Cell::Unreadable) => {
                    tally.unreadable(*row, cell);
                    None
                }
                _ => None,
            });
        }
        one(BooleanChunked::from_iter_options(self.name(), out.into_iter()).into_column(), tally)
    }

    fn times(&self, settled: Option<Order>) -> Cast {
        let stamps: Vec<Stamp> = self.cells.iter().map(|c| c.map_or(Stamp::Unknown, dates::stamp)).collect();
        let mut tally = Tally::default();
        let open = stamps.iter().filter(|s| matches!(s, Stamp::Either(..))).count();
        let order = if open == 0 {
            None
        } else if let Ok(found) = dates::decide(stamps.iter().copied()) {
            found.or(settled)
        } else {
            let message = "cells put the day first and the month first; none with a choice was read".to_string();
            tally.remark = Some((Code::AmbiguousDates, message));
            None
        };
        if open > 0 && order.is_none() && tally.remark.is_none() {
            let message = format!(
                "{open} dates could be day first or month first and count as unknown; settle it with `--date-order dmy` or `mdy`"
            );
            tally.remark = Some((Code::AmbiguousDates, message));
        }
        let mut out: Vec<Option<i64>> = Vec::with_capacity(stamps.len());
        let mut unread: Vec<bool> = Vec::with_capacity(stamps.len());
        for ((stamp, row), cell) in stamps.into_iter().zip(self.row).zip(self.cells.iter()) {
            let stamp = stamp.resolve(order);
            unread.push(matches!(stamp, Stamp::Unreadable | Stamp::Either(..)));
            out.push(match stamp {
                Stamp::At(millis) => Some(millis),
                Stamp::Unreadable => {
                    tally.unreadable(*row, cell);
                    None
                }
                Stamp::Unknown | Stamp::Either(..) => None,
            });
        }
        let mut columns = vec![Int64Chunked::from_iter_options(self.name(), out.into_iter()).into_column()];
        // A sign of life that could not be read is one all the same: its device must not be called silent.
        if self.field.name == "last_seen" && unread.contains(&true) {
            columns.push(BooleanChunked::from_slice("last_seen_unread".into(), &unread).into_column());
        }
        Cast { columns, tally }
    }
}

impl Tally {
    fn unreadable(&mut self, row: u32, cell: Option<&str>) {
        self.unreadable += 1;
        self.scientific += u64::from(cell.is_some_and(|c| values::is_scientific(values::bare(c))));
        self.first.get_or_insert(row);
    }

    fn placeholder(&mut self, row: u32) {
        self.placeholders += 1;
        self.first.get_or_insert(row);
    }

    fn notices(self, export: &str, header: &str, field: &Field) -> Vec<Notice> {
        let identifier = matches!(field.kind, Kind::Guid | Kind::Serial | Kind::Imei);
        let mut notices = Vec::new();
        let mut add = |code, message| {
            let mut notice = Notice::new(code, export, message).in_column(header);
            notice.row = self.first.map(u64::from);
            notices.push(notice);
        };
        if self.placeholders > 0 {
            add(Code::PlaceholderSerial, format!("{} serials are placeholders and join nothing", self.placeholders));
        }
        if self.scientific > 0 {
            let message = format!(
                "{} values are in scientific notation: a spreadsheet rounded them, so they join nothing; export again without opening the file in between",
                self.scientific
            );
            add(Code::DamagedIdentifier, message);
        }
        let other = self.unreadable - self.scientific;
        if other > 0 {
            let code = if identifier { Code::DamagedIdentifier } else { Code::UnreadableValue };
            add(code, format!("{other} cells are no {} and count as unknown", field.kind.as_str()));
        }
        if let Some((code, message)) = self.remark {
            add(code, message);
        }
        notices
    }
}

/// Remarks about rows: each bad one up to a limit, then their number.
fn row_notices(export: &str, rows: &Rows) -> Vec<Notice> {
    const SHOWN: usize = 20;
    let mut notices: Vec<Notice> = rows
        .bad
        .iter()
        .take(SHOWN)
        .map(|bad| {
            Notice::new(Code::BadRow, export, format!("the row {} and was set aside", bad.reason))
                .at_row(bad.row.into())
        })
        .collect();
    if rows.bad.len() > SHOWN {
        let message = format!("{} more rows were set aside; `records.csv` lists each", rows.bad.len() - SHOWN);
        notices.push(Notice::new(Code::BadRow, export, message));
    }
    if rows.cut {
        let message =
            "the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks";
        notices.push(Notice::new(Code::IncompleteExport, export, message));
    }
    notices
}
