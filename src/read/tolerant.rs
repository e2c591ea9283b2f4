//! The reader for damaged tables: looks at every row, sets aside those that do not fit, and goes on.

use super::delimited::Delimited;
use super::export::{BadRow, Rows};
use super::split::{Row, Splitter};
use super::strict::{self, Shape};
use crate::frame::strings::Builder;

/// Bytes of a bad row that are kept.
const LONGEST_KEPT: usize = 4_096;

/// How far a quoted cell may go on over lines, given how much was read in vain so far.
///
/// A stray quote is followed to the end of the text, and its row then costs one line. Were each of a million followed
/// so, that would take for ever: once the text has been read three times over for nothing, quotes reach less far.
#[derive(Debug)]
struct Patience {
    /// Bytes of the text.
    size: usize,
    /// Bytes that were read in vain.
    spent: usize,
}

impl Patience {
    const NEAR: usize = 4_096;

    const fn reach(&self) -> usize {
        match self.spent / (self.size + Self::NEAR) {
            ..3 => usize::MAX,
            3..8 => Self::NEAR,
            _ => 0,
        }
    }
}

/// Reads some columns, row by row.
pub(super) fn read(export: &Delimited, columns: &[usize], short_rows: bool) -> Rows {
    let body = export.body();
    let width = export.width;
    let mut patience = Patience { size: body.len(), spent: 0 };
    let padded = padded_width(export);
    let mut kept: Vec<Builder> = columns.iter().map(|_| Builder::new(0)).collect();
    let mut rows = Rows::default();
    let mut number = 0_u32;
    let mut splitter = Splitter::new(body, export.delimiter, export.quote, width);
    while let Some(row) = splitter.row(patience.reach()) {
        number += 1;
        let raw = body.get(row.from..row.to).unwrap_or_default();
        let blank_surplus = row.cells > width && Some(row.cells) == padded && !row.surplus;
        let fits = row.cells == width || blank_surplus || (short_rows && row.cells < width);
        let last_unended = row.to >= body.len() && !body.ends_with(b"\n");
        let open_quote = is_open(export, &row, raw, last_unended);
        if fits && !open_quote && !(last_unended && row.cells < width) {
            for (cells, at) in kept.iter_mut().zip(columns) {
                cells.push(splitter.get(*at).filter(|cell| !cell.is_empty()));
            }
            rows.row.push(number);
            continue;
        }
        // A stray quote swallows the lines after it; only its own line is given up.
        let line_end = memchr::memchr(b'\n', raw).map_or(raw.len(), |p| p + 1);
        let line = raw.get(..line_end.min(LONGEST_KEPT)).unwrap_or_default();
        let text = String::from_utf8_lossy(line).trim_end().to_string();
        rows.bad.push(BadRow { row: number, reason: reason(&row, width, open_quote), text });
        if line_end < raw.len() {
            patience.spent = patience.spent.saturating_add(raw.len());
            splitter.seek(row.from + line_end);
        } else {
            rows.cut |= last_unended && row.cells <= width;
        }
    }
    rows.columns = kept.into_iter().map(Builder::finish).collect();
    rows
}

/// Rows from which is told whether every row has blank cells beyond the header.
const PADDED_SEARCH: usize = 1_000;

/// The cells of a row where most rows have the same number of blank cells beyond the header, as of tools that end every row
/// with a comma. In one row among others such a cell was moved there by a comma that stands unquoted before it.
fn padded_width(export: &Delimited) -> Option<usize> {
    let mut splitter = Splitter::new(export.body(), export.delimiter, export.quote, export.width);
    let rows = std::iter::from_fn(|| splitter.row(0)).take(PADDED_SEARCH);
    let widths: Vec<usize> = rows.filter(|row| !row.surplus && !row.stopped).map(|row| row.cells).collect();
    let padded = |width: &usize| *width > export.width;
    let mut surplus: Vec<usize> = widths.iter().copied().filter(padded).collect();
    surplus.sort_unstable();
    let most = surplus.chunk_by(PartialEq::eq).max_by_key(|same| same.len())?;
    most.first().copied().filter(|_| most.len() * 2 > widths.len())
}

/// Within one line an odd quote is harmless; one that reaches over lines may have eaten other rows.
fn is_open(export: &Delimited, row: &Row, raw: &[u8], last_unended: bool) -> bool {
    let over_lines = || raw.trim_ascii_end().contains(&b'\n');
    row.stopped
        || ((last_unended || over_lines())
            && export.quote == b'"'
            && strict::rows(raw, Shape { delimiter: export.delimiter, width: row.cells }).is_none())
}

fn reason(row: &Row, width: usize, open_quote: bool) -> String {
    if row.stopped || (open_quote && row.cells == width) {
        return "has a quote that is never closed".to_string();
    }
    let cells = if row.cells == 1 { "cell" } else { "cells" };
    format!("has {} {cells} where the header has {width}", row.cells)
}
