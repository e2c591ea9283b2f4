//! Reads .xlsx workbooks into text, sheet by sheet and row by row.
//!
//! No sheet is ever held as a whole. What stays in memory is the packed file and the shared strings.

mod cells;
#[cfg(test)]
mod fixture;
mod merged;
mod package;
mod parts;
mod rows;
mod scan;
#[cfg(test)]
mod tests;
mod worksheet;

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::ControlFlow;

use calamine::{Reader, SheetType, SheetVisible, Xlsx};

use super::budget::{MAX_COLUMNS, too_wide};
use merged::{Merged, MergedCells};
use package::{Fault, Package};
use scan::Scan;

pub(super) use worksheet::{Worksheet, sheets};

/// A worksheet, as far as it is known before its rows are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    /// Whether the sheet's tab is shown.
    pub(crate) visible: bool,
    /// The text of the header cells, from column A to the last filled one. Empty for a sheet without cells.
    pub(crate) header: Vec<String>,
    /// The sheet row of the header, from 1; 0 if there is none.
    pub(crate) header_row: u32,
    /// Filled rows above the header, which were passed over.
    pub(crate) title_rows: u32,
    /// Rows below the header that hold something. Cells of mere white space may count here, but not when read.
    pub(crate) rows: u32,
    /// How many of these rows are hidden.
    pub(crate) hidden_rows: u32,
    /// Whether a filter of the sheet hides rows, or has criteria.
    pub(crate) filtered: bool,
    /// Ranges of merged cells below the header.
    pub(crate) merged: MergedCells,
    /// Cells with a comment, wherever they are.
    pub(crate) comments: u32,
    /// Whether serials count from 1904-01-01. It is the same for all sheets.
    pub(crate) epoch_1904: bool,
    /// Why the sheet cannot be read, if so. It then has no header.
    pub(crate) problem: Option<String>,
}

/// What the filled cells of a column were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds {
    /// Plain numbers: leading zeros may be lost.
    pub(crate) numeric: u64,
    pub(crate) dates: u64,
    pub(crate) text: u64,
    pub(crate) logical: u64,
    /// Errors such as `#N/A`.
    pub(crate) errors: u64,
}

/// What the reading of a sheet came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Rows that were handed over.
    pub(crate) rows: u32,
    /// Cells anywhere in the sheet whose content made no sense. They count as blank.
    pub(crate) unread: u64,
    /// In the order of the wanted columns.
    pub(crate) kinds: Vec<Kinds>,
    /// For each wanted column the rows whose cell was a plain number.
    pub(crate) numbers: Vec<Vec<u32>>,
}

/// An open workbook.
pub(crate) struct Workbook<B: AsRef<[u8]>> {
    xlsx: Xlsx<Cursor<B>>,
    sheets: Vec<Sheet>,
    /// Of each sheet, what the pass over it told.
    scans: Vec<(Scan, Merged)>,
    /// Bytes of all parts.
    unpacked: u64,
    /// Bytes of the text of all cells.
    text: u64,
}

/// Opens a workbook, and looks at every sheet.
///
/// # Errors
///
/// If the bytes are no .xlsx workbook, are damaged, or go beyond the limits against hostile files: `most` is what all
/// parts together may unpack to. A single damaged sheet is no error; see [`Sheet::problem`].
pub(crate) fn open<B: AsRef<[u8]>>(bytes: B, most: u64) -> Result<Workbook<B>, String> {
    let mut package = Package::open(bytes)?;
    let unpacked = package.unpacked();
    if unpacked > most {
        return Err(format!(
            "the workbook is refused: it unpacks to {} MB, more than {} MB",
            unpacked >> 20,
            most >> 20
        ));
    }
    let mut scans = Vec::new();
    let survey = parts::survey(&mut package)?;
    for part in &survey.sheets {
        scans.push(if part.has_cells {
            match scan::scan(&mut package, &part.path, &survey.strings) {
                Ok(Some(mut scan)) => {
                    scan.comments = parts::comments(&mut package, &part.path);
                    Ok(scan)
                }
                Ok(None) => Err("its part is missing".to_owned()),
                Err(Fault::Damage(text)) => Err(text),
                Err(Fault::Limit(text)) => return Err(text),
            }
        } else {
            Ok(Scan::default())
        });
    }
    let text: u64 = scans.iter().flatten().map(|scan| scan.text).sum();
    let mut xlsx = Xlsx::new(package.into_bytes()).map_err(package::damaged)?;
    let listed = xlsx.sheets_metadata().to_vec();
    if listed.is_empty() {
        return Err("the workbook has no sheets".to_owned());
    }
    if listed.len() != scans.len() {
        return Err("the workbook is damaged: its list of sheets is ambiguous".to_owned());
    }
    let epoch_1904 = xlsx.has_1904_epoch();
    let mut sheets: Vec<Sheet> = Vec::with_capacity(listed.len());
    let mut kept = Vec::with_capacity(listed.len());
    for (entry, scan) in listed.into_iter().zip(scans) {
        let mut sheet = Sheet {
            visible: entry.visible == SheetVisible::Visible,
            epoch_1904,
            problem: sheets
                .iter()
                .any(|other| other.name == entry.name)
                .then(|| "another sheet has the same name".to_owned()),
            name: entry.name,
            ..Sheet::default()
        };
        let mut own = (Scan::default(), Merged::default());
        if sheet.problem.is_none() && entry.typ == SheetType::WorkSheet {
            let described = scan.and_then(|mut scan| {
                own.1 = scan.take_merged();
                own.0 = scan;
                describe(&mut xlsx, &mut sheet, &own.0, &own.1)
            });
            sheet.problem = described.err();
        }
        sheets.push(sheet);
        kept.push(own);
    }
    Ok(Workbook { xlsx, sheets, scans: kept, unpacked, text })
}

/// Fills in what the header and the pass over the sheet tell.
fn describe<B: AsRef<[u8]>>(
    xlsx: &mut Xlsx<Cursor<B>>,
    sheet: &mut Sheet,
    scan: &Scan,
    merged: &Merged,
) -> Result<(), String> {
    if !scan.has_data {
        return Ok(());
    }
    let cells = xlsx.worksheet_cells_reader(&sheet.name).map_err(package::lower)?;
    let header = rows::header(cells, sheet.epoch_1904)?;
    if header.cells.len() > MAX_COLUMNS {
        return Err(too_wide());
    }
    if header.row > 0 {
        sheet.title_rows = header.titles;
        sheet.head(header.row, header.cells, scan, merged);
    }
    Ok(())
}

impl Sheet {
    /// Takes a row as the header.
    fn head(&mut self, row: u32, cells: Vec<String>, scan: &Scan, merged: &Merged) {
        (self.rows, self.hidden_rows, self.filtered) = scan.below(row);
        self.merged = merged.below(row);
        self.comments = scan.comments;
        self.header = cells;
        self.header_row = row;
    }
}

impl<B: AsRef<[u8]>> Workbook<B> {
    /// Bytes of all parts, and of the text of all cells.
    pub(crate) const fn size(&self) -> (u64, u64) {
        (self.unpacked, self.text)
    }

    /// All sheets, in workbook order.
    pub(crate) fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// The first filled rows below the header of a sheet that have two filled cells, with all their cells.
    pub(crate) fn headings(&mut self, sheet: usize) -> Vec<(u32, Vec<String>)> {
        let (Some(own), Some((_, merged))) = (self.sheets.get(sheet), self.scans.get(sheet)) else { return Vec::new() };
        let cells = self.xlsx.worksheet_cells_reader(&own.name);
        cells.map_or_else(|_| Vec::new(), |cells| rows::headings(cells, own.epoch_1904, own.header_row, merged))
    }

    /// Takes a row of a sheet as its header; those above it are titles.
    pub(crate) fn head(&mut self, sheet: usize, row: u32, cells: Vec<String>) -> Option<&Sheet> {
        let (own, (scan, merged)) = (self.sheets.get_mut(sheet)?, self.scans.get(sheet)?);
        own.title_rows += scan.above(row).saturating_sub(scan.above(own.header_row));
        own.head(row, cells, scan, merged);
        Some(own)
    }

    /// Reads the wanted columns (from 0) of a sheet, and calls for every filled row below the header.
    ///
    /// A row is given with its number below the header, from 1, and with a cell for each wanted column.
    /// Rows that are wholly blank are skipped, but they count.
    /// A row is filled if any of its columns is, so all wanted cells of a row may be blank.
    /// Rows come in the order of the file, which in all sane files is that of the sheet.
    ///
    /// # Errors
    ///
    /// If the sheet has a [`Sheet::problem`], or proves damaged. Some rows may have been handed over by then.
    pub(crate) fn read(
        &mut self,
        sheet: usize,
        wanted: &[usize],
        mut call: impl FnMut(u32, &[Option<Cow<'_, str>>]),
    ) -> Result<Reading, String> {
        self.read_until(sheet, wanted, |row, cells| {
            call(row, cells);
            ControlFlow::Continue(())
        })
    }

    /// Reads like [`Workbook::read`], until the caller has enough: what is behind is not even unpacked.
    ///
    /// # Errors
    ///
    /// As [`Workbook::read`].
    pub(crate) fn read_until(
        &mut self,
        sheet: usize,
        wanted: &[usize],
        call: impl FnMut(u32, &[Option<Cow<'_, str>>]) -> ControlFlow<()>,
    ) -> Result<Reading, String> {
        let (Some(sheet), Some((_, merged))) = (self.sheets.get(sheet), self.scans.get(sheet)) else {
            return Err("the workbook has no such sheet".to_owned());
        };
        if let Some(problem) = &sheet.problem {
            return Err(format!("the sheet cannot be read: {problem}"));
        }
        if sheet.header_row == 0 {
            return Ok(Reading { kinds: vec![Kinds::default(); wanted.len()], ..Reading::default() });
        }
        let cells = self
            .xlsx
            .worksheet_cells_reader(&sheet.name)
            .map_err(|e| format!("the sheet is damaged: {}", package::lower(e)))?;
        rows::read(cells, sheet.epoch_1904, sheet.header_row, merged, wanted, call)
    }
}
