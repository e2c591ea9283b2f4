//! The rows of one sheet: looking for the header, and handing the data over.

use std::borrow::Cow;
use std::io::{Read, Seek};
use std::ops::ControlFlow;

use calamine::{Cell, DataRef, XlsxCellReader, XlsxError};

use super::super::budget::{HEADING_CELLS, MAX_COLUMNS};
use super::cells::{self, Kind};
use super::merged::{Merged, Reach};
use super::package::lower;
use super::scan::{COLUMN_LIMIT, HEADER_SEARCH};
use super::{Kinds, Reading};

/// The header of a sheet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Sheet row from 1; 0 if the sheet has no filled cell.
    pub(super) row: u32,
    /// Filled rows above it.
    pub(super) titles: u32,
    pub(super) cells: Vec<String>,
}

/// Finds the first row with two filled cells, or else the first filled row.
pub(super) fn header<RS: Read + Seek>(cells: XlsxCellReader<'_, RS>, epoch_1904: bool) -> Result<Header, String> {
    let mut source = Source { cells, unread: 0 };
    let mut first: Option<Header> = None;
    let mut current = Header::default();
    let mut titles = 0;
    loop {
        let next = source.next()?;
        let row = next.as_ref().map(|(row, _, _)| *row);
        if row != Some(current.row) {
            let filled = current.cells.iter().filter(|text| !text.is_empty()).count();
            if filled > 1 {
                current.titles = titles;
                return Ok(current);
            }
            if filled == 1 {
                titles += 1;
                first.get_or_insert(current);
            }
            current = Header { row: row.unwrap_or_default(), ..Header::default() };
        }
        let Some((_, column, cell)) = next else { break };
        if titles as usize >= HEADER_SEARCH {
            break;
        }
        if let Some((_, text)) = cells::text(cell.get_value(), epoch_1904) {
            if current.cells.len() <= column {
                current.cells.resize(column + 1, String::new());
            }
            if let Some(place) = current.cells.get_mut(column) {
                *place = text.into_owned();
            }
        }
    }
    Ok(first.unwrap_or_default())
}

/// The first rows below the header with two filled cells. A heading may be merged over two rows.
pub(super) fn headings<RS: Read + Seek>(
    cells: XlsxCellReader<'_, RS>,
    epoch_1904: bool,
    header_row: u32,
    merged: &Merged,
) -> Vec<(u32, Vec<String>)> {
    let mut source = Source { cells, unread: 0 };
    let mut reach = Reach::new(merged);
    let mut found: Vec<(u32, Vec<String>)> = Vec::new();
    let mut current: (u32, Vec<String>) = (0, Vec::new());
    let (mut seen, mut held) = (0, 0);
    // A sheet that breaks off is found out when its rows are read.
    while let Ok(next) = source.next() {
        let row = next.as_ref().map_or(0, |(row, _, _)| *row);
        if row != current.0 {
            let (own, mut cells) = std::mem::take(&mut current);
            for (column, _, text) in reach.row_values(own) {
                set(&mut cells, column, text.trim());
            }
            if own > header_row && cells.iter().filter(|text| !text.is_empty()).count() > 1 {
                held += cells.len();
                found.push((own, cells));
            }
            seen += 1;
            current.0 = row;
        }
        let enough = seen > HEADER_SEARCH || held > HEADING_CELLS;
        let Some((_, column, cell)) = next.filter(|_| !enough) else { break };
        if let Some((kind, text)) = cells::text(cell.get_value(), epoch_1904) {
            reach.see(row, column, kind, &text);
            set(&mut current.1, column, text.trim());
        }
    }
    found
}

/// Fills a cell that is blank. A heading that is wider than any table is none.
fn set(cells: &mut Vec<String>, column: usize, text: &str) {
    if cells.len() <= column && column < MAX_COLUMNS {
        cells.resize(column + 1, String::new());
    }
    if let Some(cell) = cells.get_mut(column).filter(|cell| cell.is_empty()) {
        text.clone_into(cell);
    }
}

/// Hands over every filled row below the header, until the caller has enough.
pub(super) fn read<RS: Read + Seek>(
    cells: XlsxCellReader<'_, RS>,
    epoch_1904: bool,
    header_row: u32,
    merged: &Merged,
    wanted: &[usize],
    mut call: impl FnMut(u32, &[Option<Cow<'_, str>>]) -> ControlFlow<()>,
) -> Result<Reading, String> {
    let mut source = Source { cells, unread: 0 };
    let mut reach = Reach::new(merged);
    let slots = slots(wanted);
    let mut row_cells: Vec<Option<Cow<'_, str>>> = vec![None; wanted.len()];
    let mut reading = Reading {
        kinds: vec![Kinds::default(); wanted.len()],
        numbers: vec![Vec::new(); wanted.len()],
        ..Reading::default()
    };
    let mut current = 0;
    let mut filled = false;
    loop {
        let next = source.next()?;
        let row = next.as_ref().map_or(0, |(row, _, _)| *row);
        if row != current {
            if filled {
                reading.rows += 1;
                for (column, kind, text) in reach.row_values(current) {
                    for slot in slots.get(column).into_iter().flatten() {
                        if row_cells.get(*slot).is_some_and(Option::is_none) {
                            put(&mut row_cells, &mut reading.kinds, *slot, kind, text.clone());
                        }
                    }
                }
                if call(current - header_row, &row_cells).is_break() {
                    break;
                }
                row_cells.fill(None);
            }
            current = row;
            filled = false;
        }
        let Some((_, column, cell)) = next else { break };
        if row <= header_row || cells::is_blank(cell.get_value()) {
            continue;
        }
        filled = true;
        let Some((last, others)) = slots.get(column).and_then(|slots| slots.split_last()) else { continue };
        let Some((kind, text)) = cells::text(cell.get_value(), epoch_1904) else { continue };
        reach.see(row, column, kind, &text);
        for slot in others {
            put(&mut row_cells, &mut reading.kinds, *slot, kind, text.clone());
        }
        put(&mut row_cells, &mut reading.kinds, *last, kind, text);
        if kind == Kind::Number {
            for slot in others.iter().chain([last]) {
                reading.numbers.get_mut(*slot).into_iter().for_each(|rows| rows.push(row - header_row));
            }
        }
    }
    reading.unread = source.unread;
    Ok(reading)
}

/// For every column of the sheet, the places among the wanted ones.
fn slots(wanted: &[usize]) -> Vec<Vec<usize>> {
    let mut slots: Vec<Vec<usize>> = Vec::new();
    for (slot, &column) in wanted.iter().enumerate().filter(|(_, column)| **column < COLUMN_LIMIT as usize) {
        if slots.len() <= column {
            slots.resize(column + 1, Vec::new());
        }
        slots.get_mut(column).into_iter().for_each(|places| places.push(slot));
    }
    slots
}

fn put<'a>(cells: &mut [Option<Cow<'a, str>>], kinds: &mut [Kinds], slot: usize, kind: Kind, text: Cow<'a, str>) {
    if let (Some(cell), Some(kinds)) = (cells.get_mut(slot), kinds.get_mut(slot)) {
        *cell = Some(text);
        match kind {
            Kind::Number => kinds.numeric += 1,
            Kind::Date => kinds.dates += 1,
            Kind::Text => kinds.text += 1,
            Kind::Logical => kinds.logical += 1,
            Kind::Error => kinds.errors += 1,
        }
    }
}

/// The cells of a sheet, in the order of the file.
struct Source<'a, RS: Read + Seek> {
    cells: XlsxCellReader<'a, RS>,
    /// Cells whose content made no sense.
    unread: u64,
}

impl<'a, RS: Read + Seek> Source<'a, RS> {
    /// The next cell: sheet row from 1, column from 0, and the cell.
    fn next(&mut self) -> Result<Option<(u32, usize, Cell<DataRef<'a>>)>, String> {
        loop {
            match self.cells.next_cell() {
                Ok(None) => return Ok(None),
                Ok(Some(cell)) => {
                    let (row, column) = cell.get_position();
                    if column >= COLUMN_LIMIT {
                        return Err("the sheet has cells beyond Excel's last column".to_owned());
                    }
                    return Ok(Some((row.saturating_add(1), column as usize, cell)));
                }
                Err(error) if concerns_one_cell(&error) => self.unread += 1,
                Err(error) => return Err(format!("the sheet is damaged: {}", lower(error))),
            }
        }
    }
}

/// Whether the cells after the failed one can still be read.
fn concerns_one_cell(error: &XlsxError) -> bool {
    matches!(
        error,
        XlsxError::CellError(_)
            | XlsxError::CellTAttribute(_)
            | XlsxError::ParseFloat(_)
            | XlsxError::Unexpected(_)
            | XlsxError::UnexpectedNode(_)
            | XlsxError::Unrecognized { .. }
    )
}
