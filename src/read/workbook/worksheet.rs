//! A worksheet as a table.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::export::{Export, FirstCells, Heading, Rows};
use super::merged::MergedCells;
use super::{Sheet, Workbook, open};
use crate::frame::{Strings, strings::Builder};
use crate::notice::{Code, Notice, many};

/// A sheet of an open workbook.
pub(in crate::read) struct Worksheet {
    book: Arc<Mutex<Workbook<Vec<u8>>>>,
    index: usize,
    sheet: Sheet,
}

impl std::fmt::Debug for Worksheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worksheet").field("sheet", &self.sheet).finish_non_exhaustive()
    }
}

/// What a workbook holds.
pub(in crate::read) struct Sheets {
    /// The sheets that hold something, in workbook order.
    pub(in crate::read) exports: Vec<Export>,
    pub(in crate::read) notices: Vec<Notice>,
    /// Bytes of its parts.
    pub(in crate::read) unpacked: u64,
    /// Bytes of the text of its cells.
    pub(in crate::read) text: u64,
    /// Rows that hold something.
    pub(in crate::read) rows: u64,
}

/// The sheets of a workbook whose parts unpack to no more than so many bytes.
///
/// # Errors
/// The reason why the workbook cannot be read, as a sentence part.
pub(in crate::read) fn sheets(label: &str, bytes: Vec<u8>, most: u64) -> Result<Sheets, String> {
    let book = open(bytes, most)?;
    let (unpacked, text) = book.size();
    let sheets = book.sheets().to_vec();
    let rows = sheets.iter().map(|sheet| u64::from(sheet.rows)).sum();
    let book = Arc::new(Mutex::new(book));
    let (mut exports, mut notices) = (Vec::new(), Vec::new());
    for (index, sheet) in sheets.into_iter().enumerate() {
        let name = format!("{label}!{}", sheet.name);
        if let Some(problem) = &sheet.problem {
            notices.push(Notice::new(Code::UnknownFormat, name, format!("the sheet cannot be read: {problem}")));
            continue;
        }
        if sheet.header.is_empty() {
            continue;
        }
        if sheet.hidden_rows > 0 {
            let rows = if sheet.rows == 1 { "row" } else { "rows" };
            let (is, it_is) = if sheet.hidden_rows == 1 { ("is", "it is") } else { ("are", "they are") };
            let why = if sheet.filtered { " by a filter" } else { "" };
            let message = format!(
                "{} of {} {rows} {is} hidden{why}; {it_is} read like the others, so the numbers here are higher than what the sheet shows",
                sheet.hidden_rows, sheet.rows
            );
            notices.push(Notice::new(Code::HiddenRows, &name, message));
        }
        if !sheet.visible {
            let message = "the sheet is hidden; it is read like the others, so check that it belongs to this audit";
            notices.push(Notice::new(Code::HiddenRows, &name, message));
        }
        notices.extend(merged(&name, &sheet));
        if sheet.comments > 0 {
            let (cells, it) =
                if sheet.comments == 1 { ("cell has a comment", "it") } else { ("cells have comments", "one") };
            let message = format!(
                "{} {cells}, and comments are not read: a device that {it} asks to keep is not held back; write it into a column",
                sheet.comments
            );
            notices.push(Notice::new(Code::CellComments, &name, message));
        }
        exports.push(Export::sheet(name, Worksheet { book: Arc::clone(&book), index, sheet }));
    }
    if exports.is_empty() && notices.is_empty() {
        return Err("a workbook whose sheets are empty".into());
    }
    Ok(Sheets { exports, notices, unpacked, text, rows })
}

/// Says that cells are merged, and what became of the cells that show nothing of their own.
fn merged(name: &str, sheet: &Sheet) -> Option<Notice> {
    let MergedCells { down, across } = sheet.merged;
    if down == 0 && across == 0 {
        return None;
    }
    let mut message = Vec::new();
    if down > 0 {
        let ranges = many(down.into(), "range");
        message.push(format!(
            "{ranges} of merged cells over several rows: the value of the first cell counts for every row of its range"
        ));
    }
    if across > 0 {
        let ranges = many(across.into(), "range");
        message.push(format!(
            "{ranges} of merged cells over several columns: only the first column has the value, the others are blank and \
             count as unknown"
        ));
    }
    Some(Notice::new(Code::MergedCells, name, message.join("; ")))
}

/// The rows in the order of their numbers, which the file may not keep and later stages rely on.
fn in_order(rows: Rows) -> Rows {
    let mut order: Vec<(u32, usize)> = rows.row.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let sorted = |column: &Strings| order.iter().map(|(_, at)| column.get(*at)).collect::<Strings>();
    let columns = rows.columns.iter().map(sorted).collect();
    Rows { columns, row: order.iter().map(|(number, _)| *number).collect(), ..rows }
}

impl Worksheet {
    pub(in crate::read) const fn header_row(&self) -> u32 {
        self.sheet.header_row
    }

    pub(in crate::read) const fn title_rows(&self) -> u32 {
        self.sheet.title_rows
    }

    /// The first rows below the header that could be the header.
    pub(in crate::read) fn headings(&self) -> Vec<Heading> {
        let found = self.book.lock().unwrap_or_else(PoisonError::into_inner).headings(self.index);
        found.into_iter().map(|(row, cells)| Heading { row, cells, delimiter: b',', end: 0 }).collect()
    }

    /// The same sheet with one of these rows as its header.
    pub(in crate::read) fn with_heading(mut self, heading: &Heading) -> Self {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sheet) = book.head(self.index, heading.row, heading.cells.clone()) {
            self.sheet = sheet.clone();
        }
        drop(book);
        self
    }

    pub(in crate::read) fn header(&self) -> &[String] {
        &self.sheet.header
    }

    pub(in crate::read) fn height(&self) -> u64 {
        u64::from(self.sheet.rows)
    }

    pub(in crate::read) const fn epoch_1904(&self) -> bool {
        self.sheet.epoch_1904
    }

    pub(in crate::read) fn container(&self) -> String {
        let hidden = if self.sheet.visible { "worksheet" } else { "hidden worksheet" };
        let header = if self.sheet.header_row > 1 {
            format!(", header in row {}", self.sheet.header_row)
        } else {
            String::new()
        };
        format!("{hidden}{header}")
    }

    pub(in crate::read) fn read(&self, wanted: &[usize]) -> Rows {
        let mut builders: Vec<Builder> = wanted.iter().map(|_| Builder::new(self.sheet.rows as usize)).collect();
        let mut row_numbers = Vec::with_capacity(self.sheet.rows as usize);
        let reading =
            self.book.lock().unwrap_or_else(PoisonError::into_inner).read(self.index, wanted, |row, cells| {
                row_numbers.push(row);
                for (builder, cell) in builders.iter_mut().zip(cells) {
                    builder.push(cell.as_deref().filter(|text| !text.is_empty()));
                }
            });
        let columns = builders.into_iter().map(Builder::finish).collect();
        let mut rows = Rows { columns, row: row_numbers, ..Rows::default() };
        if !rows.row.is_sorted() {
            rows = in_order(rows);
        }
        match reading {
            Ok(reading) => {
                rows.numeric = reading.numbers;
                rows.unread = reading.unread;
            }
            // What was read up to the damage stays; nothing is concluded from what is missing.
            Err(_) => rows.cut = true,
        }
        rows
    }

    pub(in crate::read) fn sample(&self, wanted: &[usize], mut first: FirstCells) -> Vec<Vec<String>> {
        let book = &mut self.book.lock().unwrap_or_else(PoisonError::into_inner);
        // A sheet that breaks off is found out when its rows are read.
        let _ = book.read_until(self.index, wanted, |_, cells| {
            first.see(cells.iter().map(|cell| cell.as_deref()));
            if first.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        first.cells
    }

    pub(in crate::read) fn count_filled(&self, wanted: &[usize]) -> Vec<u64> {
        let mut counts = vec![0; wanted.len()];
        let book = &mut self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = book.read(self.index, wanted, |_, cells| {
            for (count, cell) in counts.iter_mut().zip(cells) {
                *count += u64::from(cell.is_some());
            }
        });
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Book, worksheet};
    use super::*;

    #[test]
    fn rows_out_of_order_are_put_in_their_order() {
        let rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row r=\"9\"><c><v>9</v></c></row>\
                    <row r=\"3\"><c/><c><v>3</v></c></row>";
        let found = sheets("a", Book::default().sheet("a", "", &worksheet(rows)).pack(), u64::MAX).unwrap();
        let rows = found.exports[0].read(&[0, 1], true);
        assert_eq!(rows.row, [2, 8]);
        let cells: Vec<Vec<Option<&str>>> = rows.columns.iter().map(|column| column.iter().collect()).collect();
        assert_eq!(cells, [[None, Some("9")], [Some("3"), None]]);
        assert_eq!(rows.numeric, [vec![8], vec![2]]);
    }
}
