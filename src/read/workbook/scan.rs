//! A pass over a sheet's XML before its cells are read.
//!
//! It counts what the reader of cells does not tell: hidden rows and filters.
//! It also makes sure that no reference in the sheet is beyond what that reader can add up.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};

use super::merged::{Lengths, Merged, Range};
use super::package::{Fault, PART_LIMIT, Package};
use super::parts::next;

/// The last column of a sheet, XFD.
pub(super) const COLUMN_LIMIT: u32 = 16_384;
/// No sheet may have more cells.
const CELL_LIMIT: u64 = 200_000_000;
/// Nobody merges so many ranges of cells.
const MERGED_LIMIT: usize = 1_000_000;
/// Longer references could overflow.
const LETTER_LIMIT: usize = 6;
const DIGIT_LIMIT: usize = 9;
/// The header is looked for among so many filled rows.
pub(super) const HEADER_SEARCH: usize = 1000;

/// What the pass found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Whether the sheet has a place for cells at all.
    pub(super) has_data: bool,
    /// The first filled rows: number from 1, and whether the row is hidden.
    first: Vec<(u32, bool)>,
    /// Bytes of the text of all cells.
    pub(super) text: u64,
    filled: u32,
    hidden: u32,
    has_filter: bool,
    has_criteria: bool,
    /// Cells with a comment.
    pub(super) comments: u32,
    merged: Vec<Range>,
    /// What a merged range would repeat.
    lengths: Lengths,
}

impl Scan {
    /// Takes out the ranges of merged cells.
    pub(super) fn take_merged(&mut self) -> Merged {
        Merged::new(std::mem::take(&mut self.merged))
    }

    /// Filled rows above a row, among the first of the sheet.
    pub(super) fn above(&self, row: u32) -> u32 {
        u32::try_from(self.first.iter().filter(|(number, _)| *number < row).count()).unwrap_or(u32::MAX)
    }

    /// Filled rows and hidden filled rows below the header, and whether a filter is at work.
    pub(super) fn below(&self, header_row: u32) -> (u32, u32, bool) {
        let above = self.first.iter().filter(|(number, _)| *number <= header_row);
        let (rows, hidden) = above.fold((0_u32, 0_u32), |(rows, hidden), row| (rows + 1, hidden + u32::from(row.1)));
        let hidden = self.hidden.saturating_sub(hidden);
        (self.filled.saturating_sub(rows), hidden, self.has_criteria || (self.has_filter && hidden > 0))
    }
}

/// Where in the sheet the pass is.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each tells whether a tag is open")]
struct Place {
    /// The number of the row, or of the next one between two rows.
    row: u32,
    in_row: bool,
    /// The file says which number the row has.
    row_given: bool,
    /// The data ended within a row.
    torn: bool,
    /// The row has a cell.
    row_begun: bool,
    /// The rows with cells so far.
    numbers: Numbers,
    row_hidden: bool,
    row_filled: bool,
    in_cell: bool,
    in_value: bool,
    column: u32,
    cells: u64,
    /// Bytes of the text of the cell.
    text: u64,
    data_over: bool,
    in_criterion: bool,
    /// The cell holds the number of a shared string.
    shared: bool,
}

/// Reads a sheet's XML to its end. Nothing if the part is missing. `strings` are the lengths of the shared strings.
pub(super) fn scan<B: AsRef<[u8]>>(
    package: &mut Package<B>,
    path: &str,
    strings: &[u32],
) -> Result<Option<Scan>, Fault> {
    let Some(mut part) = package.part(path, PART_LIMIT)? else { return Ok(None) };
    let mut buffer = Vec::with_capacity(1024);
    let mut found = Scan::default();
    let mut place = Place { row: 1, ..Place::default() };
    loop {
        buffer.clear();
        match next(&mut part, &mut buffer)? {
            Event::Start(tag) if place.data_over => place.enter_tail(&tag, &mut found)?,
            Event::Start(tag) => place.enter(&tag, &mut found)?,
            Event::End(tag) => place.leave(tag.local_name().as_ref(), &mut found),
            Event::Text(text) if place.in_value => {
                place.row_filled |= !is_blank(&text);
                place.text += if place.shared { shared(strings, &text) } else { text.len() as u64 };
            }
            Event::CData(text) if place.in_value => {
                place.row_filled = true;
                place.text += text.len() as u64;
            }
            Event::GeneralRef(_) if place.in_value => {
                place.row_filled = true;
                place.text += char::MAX.len_utf8() as u64;
            }
            Event::Eof => {
                found.text += std::mem::take(&mut found.lengths).carried(&found.merged, found.filled);
                return Ok(Some(found));
            }
            _ => {}
        }
    }
}

/// Numbers of rows, kept as runs: nearly all sheets have one.
#[derive(Default)]
struct Numbers(BTreeMap<u32, u32>);

impl Numbers {
    fn has(&self, number: u32) -> bool {
        self.0.range(..=number).next_back().is_some_and(|(_, last)| number <= *last)
    }

    fn insert(&mut self, number: u32) {
        match self.0.range_mut(..=number).next_back() {
            Some((_, last)) if number <= last.saturating_add(1) => *last = number.max(*last),
            _ => drop(self.0.insert(number, number)),
        }
    }
}

impl Place {
    /// The first cell of a row. Two rows of one number would be read as one, with cells of both; one of them without cells, as
    /// some programs write it for its height, does no harm.
    fn begin(&mut self) -> Result<(), Fault> {
        if !std::mem::replace(&mut self.row_begun, true) && self.numbers.has(self.row) {
            return Err(mixed());
        }
        Ok(())
    }

    /// An opening tag up to the end of the cells.
    fn enter(&mut self, tag: &BytesStart<'_>, found: &mut Scan) -> Result<(), Fault> {
        match tag.local_name().as_ref() {
            "c" => {
                self.in_cell = true;
                self.in_value = false;
                self.shared = attributes(tag).any(|(key, value)| key == "t" && value == "s");
                self.cells += 1;
                if self.cells > CELL_LIMIT {
                    return Err(Fault::Limit(format!("a sheet has more than {CELL_LIMIT} cells")));
                }
                self.column += 1;
                for (_, value) in attributes(tag).filter(|(key, _)| *key == "r") {
                    let (column, row) =
                        reference(value).filter(|&(column, row)| column > 0 && row > 0).ok_or_else(bad)?;
                    self.column = column;
                    // Cells are read by their own references: one that names another row would end up in that.
                    if self.row_given && row != self.row {
                        return Err(mixed());
                    }
                    (self.row, self.row_given) = (row, true);
                }
                self.begin()?;
                if self.column > COLUMN_LIMIT {
                    return Err(Fault::Limit("a sheet has cells beyond Excel's last column".to_owned()));
                }
            }
            "v" | "t" => self.in_value = self.in_cell,
            "row" => {
                if std::mem::replace(&mut self.in_row, true) {
                    return Err(mixed());
                }
                self.row_given = false;
                self.row_begun = false;
                self.row_filled = false;
                self.row_hidden = false;
                self.column = 0;
                for (key, value) in attributes(tag) {
                    match key {
                        "r" => {
                            self.row = reference(value).map(|(_, row)| row).filter(|&row| row > 0).ok_or_else(bad)?;
                            self.row_given = true;
                        }
                        "hidden" => self.row_hidden = matches!(value, "1" | "true"),
                        _ => {}
                    }
                }
            }
            "sheetData" => found.has_data = true,
            "dimension" if !found.has_data => {
                for (_, value) in attributes(tag).filter(|(key, _)| *key == "ref") {
                    check_dimension(value)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// An opening tag after the cells.
    fn enter_tail(&mut self, tag: &BytesStart<'_>, found: &mut Scan) -> Result<(), Fault> {
        match tag.local_name().as_ref() {
            // The reader of cells does not see where the data ends within a row.
            "row" | "c" if self.torn => return Err(mixed()),
            "autoFilter" => found.has_filter = true,
            "filterColumn" => self.in_criterion = true,
            "mergeCell" => {
                found.merged.extend(attributes(tag).filter(|(key, _)| *key == "ref").filter_map(|(_, r)| range(r)));
                if found.merged.len() > MERGED_LIMIT {
                    return Err(Fault::Damage(format!("it has more than {MERGED_LIMIT} ranges of merged cells")));
                }
            }
            "extLst" => {}
            _ => found.has_criteria |= self.in_criterion,
        }
        Ok(())
    }

    /// A closing tag.
    fn leave(&mut self, name: &str, found: &mut Scan) {
        match name {
            "v" | "t" => self.in_value = false,
            "c" => {
                (self.in_cell, self.in_value) = (false, false);
                found.text += self.text;
                found.lengths.see(self.row, self.column, std::mem::take(&mut self.text));
            }
            "row" if !self.data_over => {
                if self.row_begun {
                    self.numbers.insert(self.row);
                }
                if self.row_filled {
                    found.filled += 1;
                    found.hidden += u32::from(self.row_hidden);
                    if found.first.len() <= HEADER_SEARCH {
                        found.first.push((self.row, self.row_hidden));
                    }
                }
                self.row_filled = false;
                self.in_row = false;
                self.row += 1;
            }
            "sheetData" => {
                self.data_over = true;
                self.torn = self.in_row;
            }
            "filterColumn" => self.in_criterion = false,
            _ => {}
        }
    }
}

/// The length of the shared string with this number.
fn shared(strings: &[u32], number: &str) -> u64 {
    number.trim().parse().ok().and_then(|at: usize| strings.get(at)).map_or(0, |length| u64::from(*length))
}

/// The reader of cells subtracts the corners of the declared range.
fn check_dimension(text: &str) -> Result<(), Fault> {
    let mut corners = Vec::new();
    for corner in text.split(':').take(3) {
        corners.push(reference(corner).ok_or_else(bad)?);
    }
    match corners.as_slice() {
        [start, end] if start.0 > end.0 || start.1 > end.1 => Err(bad()),
        _ => Ok(()),
    }
}

/// A range of more than one cell; what is no such range merges nothing.
fn range(text: &str) -> Option<Range> {
    let (start, end) = text.split_once(':')?;
    let ((column, row), (last_column, last_row)) = (reference(start)?, reference(end)?);
    let fits = row > 0 && column > 0 && row <= last_row && column <= last_column;
    (fits && (row, column) != (last_row, last_column)).then_some(Range { row, column, last_row, last_column })
}

/// Column and row of a reference, from 1; 0 if absent. Nothing if it is malformed or too long.
fn reference(text: &str) -> Option<(u32, u32)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = text.split_at_checked(letters)?;
    if letters.len() > LETTER_LIMIT || digits.len() > DIGIT_LIMIT || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let column = letters.bytes().fold(0, |sum, b| sum * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
    Some((column, if digits.is_empty() { 0 } else { digits.parse().ok()? }))
}

fn bad() -> Fault {
    Fault::Damage("a reference to a cell is malformed".to_owned())
}

fn mixed() -> Fault {
    Fault::Damage("two of its rows have one number".to_owned())
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_whitespace())
}

/// The attributes of a tag as they stand, up to the first that is malformed.
fn attributes<'t>(tag: &'t BytesStart<'_>) -> impl Iterator<Item = (&'t str, &'t str)> {
    let mut rest = tag.attributes_raw();
    std::iter::from_fn(move || {
        let (key, tail) = rest.split_once('=')?;
        let tail = tail.trim_ascii_start();
        let quote = tail.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, tail) = tail.strip_prefix(quote)?.split_once(quote)?;
        rest = tail;
        Some((key.trim_ascii(), value))
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Book, text_row, worksheet};
    use super::*;

    fn scanned(xml: &str) -> Result<Scan, Fault> {
        let mut package = Package::open(Book::default().sheet("a", "", xml).pack()).unwrap();
        scan(&mut package, "xl/Worksheets/sheet1.xml", &[]).map(Option::unwrap)
    }

    #[test]
    fn references() {
        for (text, expected) in [
            ("A1", Some((1, 1))),
            ("xfd1048576", Some((16_384, 1_048_576))),
            ("7", Some((0, 7))),
            ("B", Some((2, 0))),
            ("", Some((0, 0))),
            ("A-1", None),
            ("É1", None),
            ("AAAAAAA1", None),
            ("A9999999999", None),
        ] {
            assert_eq!(reference(text), expected, "{text}");
        }
    }

    #[test]
    fn hidden_rows_and_filters() {
        let rows = [
            text_row(1, "hidden=\"1\"", &["title"]),
            text_row(2, "", &["a", "b"]),
            text_row(3, "hidden=\"true\"", &["1", "2"]),
            text_row(4, "hidden=\"0\"", &["3", "4"]),
            text_row(5, "hidden=\"1\"", &[]),
        ]
        .concat();
        let shown = "<autoFilter ref=\"A1:B4\"><filterColumn colId=\"0\" hiddenButton=\"1\"/></autoFilter>";
        let chosen = "<x:autoFilter><x:filterColumn><x:filters/></x:filterColumn></x:autoFilter>";
        for (tail, header, expected) in [
            ("", 2, (2, 1, false)),
            (shown, 2, (2, 1, true)),
            (shown, 3, (1, 0, false)),
            (chosen, 3, (1, 0, true)),
            ("", 0, (4, 2, false)),
        ] {
            let xml = worksheet(&rows).replace("</worksheet>", &format!("{tail}</worksheet>"));
            assert_eq!(scanned(&xml).unwrap().below(header), expected, "{tail}");
        }
    }

    #[test]
    fn rows_that_would_be_mixed_are_refused() {
        let cell = |reference: &str| format!("<c r=\"{reference}\"><v>1</v></c>");
        let row = |number: &str, cells: &str| format!("<row r=\"{number}\">{cells}</row>");
        for (rows, fine) in [
            (row("1", &cell("A1")) + &row("3", &cell("A3")), true),
            (row("3", &cell("A3")) + &row("2", &cell("A2")), true),
            (row("3", &cell("A3")) + &row("2", &cell("A2")) + &row("3", &cell("B3")), false),
            (row("2", &cell("A2")) + &row("2", &cell("B2")), false),
            (row("2", &cell("A2")) + &row("2", ""), true),
            (row("2", "") + &row("2", &cell("A2")), true),
            (row("2", &cell("A3")), false),
            (row("2", &(cell("A2") + &cell("B3"))), false),
            (format!("<row>{}</row><row>{}</row>", cell("A4"), cell("B6")), true),
            (format!("<row>{}</row><row>{}</row>", cell("A4"), cell("B4")), false),
            (format!("<row>{}</row><row><c><v>1</v></c></row>", cell("A4")), true),
            (format!("<row r=\"1\"><row r=\"2\">{}</row></row>", cell("A2")), false),
        ] {
            assert_eq!(scanned(&worksheet(&rows)).is_ok(), fine, "{rows}");
        }
    }

    #[test]
    fn prefixes_are_tolerated() {
        let xml = "<x:worksheet><x:sheetData><x:row hidden='1'><x:c><x:v>1</x:v></x:c></x:row><x:row><x:c/></x:row>\
                   </x:sheetData></x:worksheet>";
        assert_eq!(scanned(xml).unwrap().below(0), (1, 1, false));
    }

    #[test]
    fn references_that_would_overflow_are_refused() {
        let cell = |reference: &str| worksheet(&format!("<row><c r=\"{reference}\"/></row>"));
        let row = |number: &str| worksheet(&format!("<row r=\"{number}\"/>"));
        let dimension = |range: &str| format!("<worksheet><dimension ref=\"{range}\"/><sheetData/></worksheet>");
        for (xml, fine) in [
            (cell("XFD1048576"), true),
            (cell("XFE1"), false),
            (cell("A99999999999"), false),
            (cell("A1\" r=\"ZZZZZZZZZ1"), false),
            (cell("1"), false),
            (row("0"), false),
            (row("4294967296"), false),
            (dimension("A1:XFD1048576"), true),
            (dimension("A1:ZZZZZZ999999999"), true),
            (dimension("B2:A1"), false),
            (dimension("A1:A99999999999"), false),
        ] {
            assert_eq!(scanned(&xml).is_ok(), fine, "{xml}");
        }
    }
}
