//! One table as text, whatever file it came from.

use super::delimited::Delimited;
use super::json::Document;
use super::workbook::Worksheet;
use crate::frame::Strings;

/// A table as text: a CSV file, a worksheet, a list in a JSON document; on disk or in an archive.
#[derive(Debug)]
pub struct Export {
    /// How reports name it.
    pub label: String,
    /// Header cells as written, trimmed; for JSON the paths of the members.
    pub header: Vec<String>,
    /// What the file says of its own completeness.
    pub paging: Paging,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Delimited(Delimited),
    Json(Document),
    Sheet(Worksheet),
}

/// What a file says of itself: of its completeness, and around its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Paging {
    /// The file is an answer with an envelope, which would name a further page if there were one.
    pub enveloped: bool,
    /// The last page names a further one.
    pub more: bool,
    /// The file is one object, not a list.
    pub single: bool,
    /// The number of objects that the console says there are.
    pub declared: Option<u64>,
    /// What else says that the list lacks rows, as part of a sentence: requests of a batch that failed.
    pub lacks: Option<String>,
    /// Members that hold the rows, and resources that the envelope names: `chromeosdevices`, `managedDevices`.
    pub members: Vec<String>,
    /// The rows stand beside the list that was asked for, as what belongs to it.
    pub included: bool,
}

/// A row below the header that may be the header itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Line of the text, or row of the sheet, from 1.
    pub row: u32,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
    /// The delimiter of the text.
    pub(in crate::read) delimiter: u8,
    /// Where the next line of the text begins.
    pub(in crate::read) end: usize,
}

/// Some columns of an export.
#[derive(Debug, Default)]
pub struct Rows {
    /// The columns asked for, in that order; blank cells are null.
    pub columns: Vec<Strings>,
    /// For each column the rows whose cell was a number and not text, as in workbooks and JSON: leading zeros are lost.
    pub numeric: Vec<Vec<u32>>,
    /// Cells anywhere that are damaged and count as blank.
    pub unread: u64,
    /// Row number of each line of the columns, from 1.
    pub row: Vec<u32>,
    /// Rows that were set aside.
    pub bad: Vec<BadRow>,
    /// Whether the file ends in the middle of a row.
    pub cut: bool,
}

/// A row that does not fit its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Data row, from 1.
    pub row: u32,
    /// What is wrong with it.
    pub reason: String,
    /// Its first line, or the beginning of it: what it names must not count as absent.
    pub text: String,
}

/// Why a row that is the header once more is set aside.
pub const HEADER_AGAIN: &str = "is the header again";
/// Why a row without a cell that anybody reads is set aside.
pub const BLANK: &str = "is blank in every column that is read";
/// Why a line below the list is set aside that describes none of its objects.
pub const FOOTER: &str = "is a line below the list, with nothing in it that every record has";
/// How the reason begins by which a row of another table is set aside.
pub const BELOW: &str = "stands below another header";
/// Words with which the last row of a list begins that counts the others.
const TOTALS: [&str; 20] = [
    "total",
    "totals",
    "grand total",
    "sum",
    "count",
    "grand count",
    "rows",
    "number of devices",
    "summe",
    "gesamt",
    "gesamtergebnis",
    "anzahl",
    "totaal",
    "eindtotaal",
    "aantal",
    "totale",
    "suma",
    "total general",
    "total général",
    "nombre",
];

/// Whether a cell is the word of a total, with its number or without, or a number of things.
#[must_use]
pub fn is_total(cell: &str) -> bool {
    const THINGS: [&str; 9] =
        ["devices", "device", "items", "rows", "records", "objects", "results", "entries", "geräte"];
    let cell = cell.trim().to_lowercase();
    let counts = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'.' | b','));
    let cell = cell.trim_end_matches(|c: char| c == ':' || c.is_whitespace());
    let cell = cell.rsplit_once([':', ' ']).filter(|(_, number)| counts(number)).map_or(cell, |(word, _)| word);
    let cell = cell.trim_end_matches(|c: char| c == ':' || c.is_whitespace());
    let of_things = cell
        .split_once(' ')
        .is_some_and(|(number, things)| number.bytes().all(|b| b.is_ascii_digit()) && THINGS.contains(&things.trim()));
    TOTALS.contains(&cell) || of_things
}

impl BadRow {
    /// Whether it is a line below the list.
    #[must_use]
    pub fn is_footer(&self) -> bool {
        self.reason == FOOTER
    }

    /// Whether it describes no object that could be missing: a header that stands twice, a blank row, a total, a line of text.
    #[must_use]
    pub fn is_no_object(&self) -> bool {
        let mut cells = self
            .text
            .split([',', ';', '\t', '|'])
            .map(|cell| cell.trim_matches(|c: char| c == '"' || c == ':' || c.is_whitespace()));
        let first = cells.by_ref().find(|cell| !cell.is_empty()).map(str::to_lowercase);
        let counts = first.is_some_and(|first| TOTALS.contains(&first.as_str()));
        let is_total = counts && cells.all(|cell| cell.bytes().all(|b| b.is_ascii_digit()));
        // A sentence alone in its row was written by a person, or by the program that made the list.
        let mut filled =
            self.text.split([',', ';', '\t', '|']).filter(|cell| !cell.trim_matches(['"', ' ', '\r']).is_empty());
        let is_sentence = filled.next().is_some_and(|cell| cell.contains(' ')) && filled.next().is_none();
        is_total
            || is_sentence
            || [HEADER_AGAIN, BLANK, FOOTER].contains(&self.reason.as_str())
            || self.reason.starts_with(BELOW)
    }
}

/// The first filled cells of some columns, gathered row by row; no cell of a column twice.
pub(super) struct FirstCells {
    pub cells: Vec<Vec<String>>,
    most: usize,
    rows: usize,
}

impl FirstCells {
    /// A column that is blank so long says nothing near the beginning.
    const NEAR: usize = 1_000;

    /// At most `most` cells of each column.
    pub(super) fn new(columns: usize, most: usize) -> Self {
        Self { cells: vec![Vec::new(); columns], most, rows: 0 }
    }

    pub(super) fn see<'a>(&mut self, row: impl Iterator<Item = Option<&'a str>>) {
        self.rows += 1;
        for (known, cell) in self.cells.iter_mut().zip(row) {
            let Some(cell) = cell.filter(|text| known.len() < self.most && !text.trim().is_empty()) else { continue };
            if !known.iter().any(|known| known == cell) {
                known.push(cell.to_string());
            }
        }
    }

    /// Whether further rows tell nothing more.
    pub(super) fn is_done(&self) -> bool {
        self.rows >= Self::NEAR || self.cells.iter().all(|known| known.len() >= self.most)
    }
}

impl Export {
    /// Finds the delimiter and the header of a text.
    ///
    /// # Errors
    /// The reason why the text is no table, as a sentence part.
    pub fn delimited(label: impl Into<String>, text: String) -> Result<Self, String> {
        let (header, body) = Delimited::new(text)?;
        Ok(Self { label: label.into(), header, paging: Paging::default(), body: Body::Delimited(body) })
    }

    pub(super) fn json(label: String, document: Document) -> Self {
        Self { label, header: document.header().to_vec(), paging: document.paging(), body: Body::Json(document) }
    }

    pub(super) fn sheet(label: String, sheet: Worksheet) -> Self {
        Self { label, header: sheet.header().to_vec(), paging: Paging::default(), body: Body::Sheet(sheet) }
    }

    /// Line of the text, or row of the sheet, in which the header stands, from 1; 0 where there is no such thing.
    #[must_use]
    pub fn header_row(&self) -> u32 {
        match &self.body {
            Body::Delimited(body) => body.line(),
            Body::Json(_) => 0,
            Body::Sheet(sheet) => sheet.header_row(),
        }
    }

    /// Rows above the header that hold something and are no part of the table.
    #[must_use]
    pub fn passed_over(&self) -> u32 {
        match &self.body {
            Body::Delimited(body) => body.passed_over(),
            Body::Json(_) => 0,
            Body::Sheet(sheet) => sheet.title_rows(),
        }
    }

    /// The first rows below the header that could be the header.
    #[must_use]
    pub fn headings(&self) -> Vec<Heading> {
        match &self.body {
            Body::Delimited(body) => body.headings(),
            Body::Json(_) => Vec::new(),
            Body::Sheet(sheet) => sheet.headings(),
        }
    }

    /// The same table with one of these rows as its header.
    #[must_use]
    pub fn with_heading(self, heading: &Heading) -> Self {
        let body = match self.body {
            Body::Delimited(body) => Body::Delimited(body.with_heading(heading)),
            Body::Json(body) => Body::Json(body),
            Body::Sheet(sheet) => Body::Sheet(sheet.with_heading(heading)),
        };
        Self { header: heading.cells.clone(), body, ..self }
    }

    /// GAM puts the whole object as JSON into one cell; then the members of the object are the columns.
    #[must_use]
    pub(super) fn unfolded(self) -> Self {
        let Some(at) = self.header.iter().position(|name| name.eq_ignore_ascii_case("json")) else { return self };
        let rows = self.read(&[at], false);
        let height = rows.row.iter().chain(rows.bad.iter().map(|bad| &bad.row)).max().map_or(0, |row| *row as usize);
        let mut cells: Vec<Option<&str>> = vec![None; height];
        for (row, cell) in rows.row.iter().zip(rows.columns.iter().flat_map(Strings::iter)) {
            if let Some(slot) = cells.get_mut((*row as usize).saturating_sub(1)) {
                *slot = cell;
            }
        }
        match Document::of_cells(cells.into_iter()) {
            Some(document) if !document.header().is_empty() => Self::json(self.label, document),
            _ => self,
        }
    }

    /// Reads the columns at the given header positions.
    ///
    /// `short_rows` accepts rows that lack cells at their end, as some consoles write them.
    #[must_use]
    pub fn read(&self, columns: &[usize], short_rows: bool) -> Rows {
        let mut rows = match &self.body {
            Body::Delimited(body) => body.read(columns, short_rows),
            Body::Json(body) => body.read(columns),
            Body::Sheet(body) => body.read(columns),
        };
        rows.numeric.resize(columns.len(), Vec::new());
        rows.numeric.iter_mut().for_each(|rows| rows.sort_unstable());
        rows
    }

    /// Whether a spreadsheet may have written it.
    #[must_use]
    pub const fn is_table(&self) -> bool {
        !matches!(self.body, Body::Json(_))
    }

    /// Lets go of the text of a list whose columns were read; what is known of it as a whole stays.
    pub fn shed(&mut self) {
        if let Body::Delimited(body) = &mut self.body {
            body.shed();
        }
    }

    /// The first filled cell of each column, where one is near the beginning; one pass for all of them.
    #[must_use]
    pub fn first_cells(&self, columns: &[usize]) -> Vec<Option<String>> {
        self.sample(columns, 1).into_iter().map(|mut cells| cells.pop()).collect()
    }

    /// The first different filled cells of each column, at most `most`, where they are near the beginning.
    #[must_use]
    pub fn sample(&self, columns: &[usize], most: usize) -> Vec<Vec<String>> {
        if columns.is_empty() {
            return Vec::new();
        }
        let first = FirstCells::new(columns.len(), most);
        match &self.body {
            Body::Delimited(body) => body.sample(columns, first),
            Body::Json(body) => body.sample(columns, first),
            Body::Sheet(body) => body.sample(columns, first),
        }
    }

    /// How many cells of each column are filled, without keeping one of them.
    #[must_use]
    pub fn count_filled(&self, columns: &[usize]) -> Vec<u64> {
        if columns.is_empty() {
            return Vec::new();
        }
        match &self.body {
            Body::Delimited(body) => body.count_filled(columns),
            Body::Json(body) => body.count_filled(columns),
            Body::Sheet(body) => body.count_filled(columns),
        }
    }

    /// How many rows there are at most.
    pub(super) fn most_rows(&self) -> u64 {
        match &self.body {
            Body::Delimited(body) => body.lines(),
            Body::Json(body) => body.height(),
            Body::Sheet(body) => body.height(),
        }
    }

    /// Bytes of text that many rows share.
    pub(super) fn repeated(&self) -> u64 {
        if let Body::Json(body) = &self.body { body.repeated() } else { 0 }
    }

    /// Whether the days of a workbook count from 1904.
    #[must_use]
    pub fn epoch_1904(&self) -> bool {
        matches!(&self.body, Body::Sheet(sheet) if sheet.epoch_1904())
    }

    /// Whether two columns bear one name.
    #[must_use]
    pub fn same_name(&self, a: usize, b: usize) -> bool {
        matches!((self.header.get(a), self.header.get(b)), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
    }

    /// The container in a few words, e.g. `CSV with ;`.
    #[must_use]
    pub fn container(&self) -> String {
        match &self.body {
            Body::Delimited(body) => body.container(),
            Body::Json(body) => body.container(),
            Body::Sheet(body) => body.container(),
        }
    }
}
