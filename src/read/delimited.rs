//! One delimited text: its header, and which reader its rows are for.

use super::budget::{HEADING_CELLS, MAX_COLUMNS, too_wide};
use super::export::{FirstCells, Heading, Rows};
use super::split::Splitter;
use super::strict::{self, Shape};
use super::tolerant;

/// The longest header, in bytes.
const MAX_HEADER: usize = 1 << 20;

/// A delimited text behind its header.
#[derive(Debug)]
pub(super) struct Delimited {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    pub(super) width: usize,
    text: String,
    /// Where the first data row begins.
    body: usize,
    /// The line of the header, from 1.
    line: u32,
    /// Lines above the header that are no part of the table.
    passed_over: u32,
    /// The delimiter that the file itself names.
    declared: Option<u8>,
}

/// What is said of a text whose first line is no header.
pub const NO_HEADER: &str = "not a table: its first line is no header";
/// The header is looked for among so many lines.
const HEADER_SEARCH: usize = 1_000;

/// The beginning of a line.
#[derive(Clone, Copy, Debug)]
struct Position {
    byte: usize,
    /// From 1.
    line: u32,
}

impl Default for Position {
    fn default() -> Self {
        Self { byte: 0, line: 1 }
    }
}

impl Position {
    /// The beginning of the line after it; the end of the text for the last one.
    fn next(self, text: &str) -> Self {
        let rest = text.as_bytes().get(self.byte..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        Self { byte: self.byte + length, line: self.line + 1 }
    }
}

/// The record that begins at a place, as the header that it may be.
struct Record {
    cells: Vec<String>,
    delimiter: u8,
    quote: u8,
    /// Where the next one begins.
    end: usize,
    /// Whether it ends within the longest header.
    whole: bool,
}

fn record(text: &str, at: Position, declared: Option<u8>) -> Result<Record, String> {
    let rest = text.get(at.byte..).unwrap_or_default();
    let mut lines = rest.lines();
    let first = lines.next().unwrap_or_default();
    let delimiter = declared.unwrap_or_else(|| sniff_delimiter(first));
    let quote = sniff_quote(first, lines.next().unwrap_or_default(), delimiter);
    let mut splitter = Splitter::new(rest.as_bytes(), delimiter, quote, MAX_COLUMNS);
    let row = splitter.header(MAX_HEADER).unwrap_or_default();
    if row.cells > MAX_COLUMNS {
        return Err(too_wide());
    }
    let cells = splitter.cells().map(|cell| cell.trim().to_string()).collect();
    let whole = !row.stopped && row.to - row.from <= MAX_HEADER;
    Ok(Record { cells, delimiter, quote, end: at.byte + row.to, whole })
}

/// A line as the header that it may be.
struct Head {
    at: Position,
    delimiter: u8,
    /// Where the next line begins.
    end: usize,
    cells: Vec<String>,
}

/// The lines from a place on, as far as a header is looked for.
fn heads(text: &str, from: Position, declared: Option<u8>) -> impl Iterator<Item = Head> {
    let places = std::iter::successors(Some(from), |at| Some(at.next(text)));
    places.take(HEADER_SEARCH).take_while(|at| at.byte < text.len()).map(move |at| {
        let end = at.next(text).byte;
        let line = text.get(at.byte..end).unwrap_or_default();
        let delimiter = declared.unwrap_or_else(|| sniff_delimiter(line));
        let mut splitter = Splitter::new(line.as_bytes(), delimiter, b'"', MAX_COLUMNS);
        let row = if line.len() > MAX_HEADER { None } else { splitter.header(MAX_HEADER) };
        let may_be_one = row.is_some_and(|row| row.cells <= MAX_COLUMNS);
        let cells =
            if may_be_one { splitter.cells().map(|cell| cell.trim().to_string()).collect() } else { Vec::new() };
        Head { at, delimiter, end, cells }
    })
}

fn filled(cells: &[String]) -> usize {
    cells.iter().filter(|cell| !cell.is_empty()).count()
}

impl Delimited {
    /// Finds the delimiter and the header of a text: the first line with two filled cells, as in a worksheet.
    pub(super) fn new(text: String) -> Result<(Vec<String>, Self), String> {
        let mut at = Position::default();
        let mut declared = None;
        // PowerShell writes its type first, Excel its separator; neither is part of the table.
        loop {
            let line = text.get(at.byte..).unwrap_or_default().lines().next().unwrap_or_default();
            let separator = line.trim_start_matches('"').strip_prefix("sep=").and_then(|s| s.bytes().next());
            let typed = line.trim_start_matches('"').starts_with("#TYPE");
            if typed || separator.is_some() || (line.trim().is_empty() && at.byte < text.len()) {
                declared = separator.or(declared);
                at = at.next(&text);
            } else {
                break;
            }
        }
        // A heading may have line breaks, so that the first record is more than its line.
        let first = record(&text, at, declared)?;
        let titled = filled(&first.cells) < 2;
        let head = heads(&text, at, declared).find(|head| filled(&head.cells) > 1).filter(|_| titled);
        let head = head.map_or(at, |head| head.at);
        Self::at(text, head, declared, head.line - at.line)
    }

    /// The table whose header begins at a place.
    fn at(text: String, at: Position, declared: Option<u8>, passed_over: u32) -> Result<(Vec<String>, Self), String> {
        let Record { cells, delimiter, quote, end, whole } = record(&text, at, declared)?;
        if cells.len() < 2 || !whole {
            return Err(NO_HEADER.into());
        }
        let width = cells.len();
        Ok((cells, Self { delimiter, quote, width, text, body: end, line: at.line, passed_over, declared }))
    }

    /// The line of the header, from 1.
    pub(super) const fn line(&self) -> u32 {
        self.line
    }

    /// Lines above the header that are no part of the table.
    pub(super) const fn passed_over(&self) -> u32 {
        self.passed_over
    }

    /// Lines below the header that could be one.
    pub(super) fn headings(&self) -> Vec<Heading> {
        let lines = self.text.get(..self.body).unwrap_or_default().matches('\n').count();
        let at = Position { byte: self.body, line: u32::try_from(lines + 1).unwrap_or(u32::MAX) };
        let heads = heads(&self.text, at, self.declared).filter(|head| filled(&head.cells) > 1);
        let mut held = 0;
        heads
            .take_while(|head| {
                held += head.cells.len();
                held <= HEADING_CELLS
            })
            .map(|Head { at, delimiter, end, cells }| Heading { row: at.line, delimiter, end, cells })
            .collect()
    }

    /// The same text with another line as header.
    pub(super) fn with_heading(self, heading: &Heading) -> Self {
        let passed_over = self.passed_over + (heading.row - self.line);
        Self {
            delimiter: heading.delimiter,
            quote: b'"',
            width: heading.cells.len(),
            body: heading.end,
            line: heading.row,
            passed_over,
            ..self
        }
    }

    /// The data rows as bytes.
    pub(super) fn body(&self) -> &[u8] {
        self.text.as_bytes().get(self.body..).unwrap_or_default()
    }

    /// Lets go of the text: from here on the table has no rows.
    pub(super) fn shed(&mut self) {
        self.text = String::new();
        self.body = 0;
    }

    pub(super) fn container(&self) -> String {
        match self.delimiter {
            b',' => "CSV".into(),
            b'\t' => "CSV with tabs".into(),
            other => format!("CSV with {}", char::from(other)),
        }
    }

    pub(super) fn read(&self, columns: &[usize], short_rows: bool) -> Rows {
        self.read_strictly(columns).unwrap_or_else(|| tolerant::read(self, columns, short_rows))
    }

    pub(super) fn sample(&self, wanted: &[usize], mut first: FirstCells) -> Vec<Vec<String>> {
        let mut splitter = self.splitter();
        while splitter.row(usize::MAX).is_some() {
            first.see(wanted.iter().map(|at| splitter.get(*at)));
            if first.is_done() {
                break;
            }
        }
        first.cells
    }

    pub(super) fn count_filled(&self, columns: &[usize]) -> Vec<u64> {
        let mut counts = vec![0; columns.len()];
        let mut splitter = self.splitter();
        while splitter.row(usize::MAX).is_some() {
            for (count, column) in counts.iter_mut().zip(columns) {
                *count += u64::from(splitter.get(*column).is_some_and(|cell| !cell.trim_ascii().is_empty()));
            }
        }
        counts
    }

    /// A row has a line of its own; a cell may have several.
    pub(super) fn lines(&self) -> u64 {
        memchr::memchr_iter(b'\n', self.body()).count() as u64 + 1
    }

    fn splitter(&self) -> Splitter<'_> {
        Splitter::new(self.body(), self.delimiter, self.quote, self.width)
    }

    /// Reads a table that is beyond doubt; nothing for any other.
    fn read_strictly(&self, columns: &[usize]) -> Option<Rows> {
        if self.quote != b'"' {
            return None;
        }
        let mut wanted = columns.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let shape = Shape { delimiter: self.delimiter, width: self.width };
        let (cells, height) = strict::read(self.body(), shape, &wanted)?;
        let columns = columns
            .iter()
            .map(|column| cells.get(wanted.binary_search(column).ok()?).cloned())
            .collect::<Option<Vec<_>>>()?;
        let row = (1..=u32::try_from(height).ok()?).collect();
        Some(Rows { columns, row, ..Rows::default() })
    }
}

/// GAM may be told to quote with `'`, so that JSON in a cell keeps its own quotes.
fn sniff_quote(header: &str, second: &str, delimiter: u8) -> u8 {
    let delimiter = char::from(delimiter);
    let telling = second.starts_with("'{") || second.contains(&format!("{delimiter}'{{"));
    if telling && !header.contains('"') { b'\'' } else { b'"' }
}

/// The delimiter that splits the header most often, quoted parts left out.
fn sniff_delimiter(header: &str) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in header.bytes().take(MAX_HEADER) {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some((_, count)) = counts.iter_mut().find(|(d, _)| *d == byte) {
            *count += 1;
        }
    }
    // The first of equals wins: a comma is the likeliest.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(d, _)| *d)
}

#[cfg(test)]
mod tests {
    use super::super::export::{BadRow, Export};
    use super::*;

    fn cells(rows: &Rows) -> Vec<Vec<Option<String>>> {
        (0..rows.row.len()).map(|i| rows.columns.iter().map(|c| c.get(i).map(str::to_string)).collect()).collect()
    }

    fn export(text: &str) -> Export {
        Export::delimited("x.csv", text.to_string()).unwrap()
    }

    #[test]
    fn delimiters_type_line_and_separator_line() {
        for text in
            ["a,b\n1,2\n", "a;b\n1;2\n", "a\tb\n1\t2\n", "a|b\n1|2\n", "#TYPE X\r\na,b\r\n1,2\r\n", "sep=;\na;b\n1;2\n"]
        {
            let export = export(text);
            assert_eq!(export.header, ["a", "b"], "{text:?}");
            let rows = export.read(&[1, 0], false);
            assert_eq!(cells(&rows), [[Some("2".to_string()), Some("1".to_string())]], "{text:?}");
        }
    }

    #[test]
    fn lines_without_two_cells_stand_above_the_header() {
        for (text, line) in [
            ("a,b\n1,2\n", 1),
            (",,\na,b,\n1,2,\n", 2),
            ("Devices of today\n\n ; \na;b\n1;2\n", 4),
            ("#TYPE X\nmade,,\na,b,c\n1,2,3\n", 3),
        ] {
            let export = export(text);
            assert_eq!(export.header[..2], ["a", "b"], "{text:?}");
            assert_eq!(export.header_row(), line, "{text:?}");
            assert_eq!(export.read(&[0], false).row, [1], "{text:?}");
        }
        assert_eq!(Export::delimited("x.txt", "title\nprose\n".into()).unwrap_err(), NO_HEADER);
    }

    #[test]
    fn another_line_as_header() {
        let export = export("Device,Activity\nGroup;x\na;b\n1;2\n3;4\n");
        let headings = export.headings();
        let rows: Vec<_> = headings.iter().map(|h| (h.row, h.cells.join("|"))).collect();
        assert_eq!(rows, [(2, "Group|x".into()), (3, "a|b".into()), (4, "1|2".into()), (5, "3|4".into())]);
        let export = export.with_heading(&headings[1]);
        assert_eq!((export.header.as_slice(), export.header_row()), (&["a".to_string(), "b".to_string()][..], 3));
        assert_eq!(export.read(&[1], false).row, [1, 2]);
    }

    #[test]
    fn both_readers_agree_on_a_clean_file() {
        let text = "a,b,c\n1,\"x, y\",\n\"l1\nl2\",\"q\"\"q\",3\n4,5,\"6\"\n";
        let (_, body) = Delimited::new(text.to_string()).unwrap();
        assert_eq!(strict::rows(body.body(), Shape { delimiter: b',', width: 3 }), Some(3));
        let fast = body.read(&[0, 1, 2], false);
        let slow = tolerant::read(&body, &[0, 1, 2], false);
        assert_eq!(cells(&fast), cells(&slow));
        assert_eq!(cells(&fast)[1][1].as_deref(), Some("q\"q"));
        assert_eq!(cells(&fast)[0][2], None);
    }

    #[test]
    fn short_long_and_cut_rows_are_set_aside_with_their_number() {
        let rows = export("a,b,c\n1,2,3\n1,2\n1,2,3,4\n7,8,9\n1,\"x").read(&[0], false);
        assert_eq!(rows.row, [1, 4]);
        let bad: Vec<_> = rows.bad.iter().map(|b| (b.row, b.reason.as_str())).collect();
        assert_eq!(
            bad,
            [
                (2, "has 2 cells where the header has 3"),
                (3, "has 4 cells where the header has 3"),
                (5, "has 2 cells where the header has 3"),
            ]
        );
        assert!(rows.cut);
    }

    #[test]
    fn a_blank_cell_beyond_the_header_is_passed_over_only_where_most_rows_have_one() {
        let padded = export("a,b,c\n1,2,3,\n4,5,6,\n7,x,y,8,\n9,10,11\n").read(&[0, 2], false);
        assert_eq!(padded.row, [1, 2, 4], "a row with one more than the others was moved by a comma");
        let moved = export("a,b,c\n1,2,3\n4,x,y,\n7,8,9\n").read(&[0, 2], false);
        assert_eq!(moved.row, [1, 3]);
        assert_eq!(moved.bad[0].reason, "has 4 cells where the header has 3");
    }

    #[test]
    fn short_rows_are_kept_where_the_format_writes_them() {
        let rows = export("a,b,c\n1,2\n1,2,3\n").read(&[0, 2], true);
        assert_eq!(rows.row, [1, 2]);
        assert!(rows.bad.is_empty());
        assert_eq!(cells(&rows)[0], [Some("1".to_string()), None]);
    }

    #[test]
    fn an_open_quote_costs_its_own_row_only() {
        let rows = export("a,b\n1,\"open\n2,x\n3,\"y\"\n4,z\n").read(&[0], false);
        assert_eq!(rows.row, [2, 3, 4]);
        assert_eq!(rows.bad.len(), 1);
    }

    #[test]
    fn a_file_that_ends_inside_a_quoted_cell_is_cut() {
        let rows = export("a,b\n1,x\n2,\"half a na").read(&[0], false);
        assert_eq!(rows.row, [1]);
        assert_eq!(
            rows.bad,
            [BadRow { row: 2, reason: "has a quote that is never closed".into(), text: "2,\"half a na".into() }]
        );
        assert!(rows.cut);
    }

    #[test]
    fn a_header_alone_has_no_rows() {
        let rows = export("a,b\n").read(&[0], false);
        assert!(rows.row.is_empty() && rows.bad.is_empty() && !rows.cut);
    }
}
