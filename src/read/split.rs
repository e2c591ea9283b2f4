//! Splits a delimited text into rows and cells, as RFC 4180 wants them and as those who bend it write them.
//!
//! A quote counts only where a cell begins. Cells beyond the width of the table are counted and not kept, so that a row
//! costs no more memory than its text.

use memchr::{memchr, memchr3};

/// Goes through a text row by row.
#[derive(Debug)]
pub(super) struct Splitter<'a> {
    body: &'a [u8],
    delimiter: u8,
    quote: u8,
    /// Cells that are kept of a row.
    width: usize,
    at: usize,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// Where a row stands and what it is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Its first byte.
    pub from: usize,
    /// The byte after its end.
    pub to: usize,
    /// Number of cells.
    pub cells: usize,
    /// Whether a cell beyond the width holds something.
    pub surplus: bool,
    /// Whether a quote was still open where the row had to end.
    pub stopped: bool,
}

impl<'a> Splitter<'a> {
    pub(super) const fn new(body: &'a [u8], delimiter: u8, quote: u8, width: usize) -> Self {
        Self { body, delimiter, quote, width, at: 0, text: Vec::new(), ends: Vec::new() }
    }

    /// Goes on from a place.
    pub(super) const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// The next row, unless there is none. Blank lines are passed over.
    ///
    /// A quoted cell that goes on over lines may do so for `reach` bytes; the row ends there at the latest.
    pub(super) fn row(&mut self, reach: usize) -> Option<Row> {
        let (mut row, limit) = self.begin(reach)?;
        while self.cell(&mut row, limit) {}
        row.to = self.at;
        Some(row)
    }

    /// The next row, as far as it is within the width: of a wider one no more than one cell is read beyond.
    pub(super) fn header(&mut self, reach: usize) -> Option<Row> {
        let (mut row, limit) = self.begin(reach)?;
        while self.cell(&mut row, limit) && row.cells <= self.width {}
        row.to = self.at;
        Some(row)
    }

    fn begin(&mut self, reach: usize) -> Option<(Row, usize)> {
        self.text.clear();
        self.ends.clear();
        let rest = self.body.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        let row = Row { from: self.at, ..Row::default() };
        (self.at < self.body.len()).then(|| (row, self.limit(reach)))
    }

    /// A cell of the row that was read last, if it is within the width.
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let start = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        std::str::from_utf8(self.text.get(start..*self.ends.get(at)?)?).ok()
    }

    /// All cells that were kept of the row that was read last.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.get(at).unwrap_or_default())
    }

    /// Where a quoted cell must end at the latest: behind its line in any case.
    fn limit(&self, reach: usize) -> usize {
        if reach >= self.body.len() {
            return self.body.len();
        }
        let rest = self.body.get(self.at..).unwrap_or_default();
        let line = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        (self.at + line.max(reach)).min(self.body.len())
    }

    /// Reads a cell; tells whether another one follows.
    fn cell(&mut self, row: &mut Row, limit: usize) -> bool {
        let kept = row.cells < self.width;
        let mut filled = false;
        if self.body.get(self.at) == Some(&self.quote) {
            self.at += 1;
            filled = true;
            if !self.quoted(kept, limit) {
                row.stopped = self.at < self.body.len();
                self.close(row, kept, filled);
                return false;
            }
        }
        let rest = self.body.get(self.at..).unwrap_or_default();
        let length = memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
        let plain = rest.get(..length).unwrap_or_default();
        filled |= !plain.trim_ascii().is_empty();
        if kept {
            self.text.extend_from_slice(plain);
        }
        self.at += length;
        self.close(row, kept, filled);
        match self.body.get(self.at) {
            Some(byte) if *byte == self.delimiter => {
                self.at += 1;
                true
            }
            Some(b'\r') if self.body.get(self.at + 1) == Some(&b'\n') => {
                self.at += 2;
                false
            }
            Some(_) => {
                self.at += 1;
                false
            }
            None => false,
        }
    }

    fn close(&mut self, row: &mut Row, kept: bool, filled: bool) {
        row.cells += 1;
        row.surplus |= !kept && filled;
        if kept {
            self.ends.push(self.text.len());
        }
    }

    /// Reads up to the closing quote; `false` if there is none before the limit.
    fn quoted(&mut self, kept: bool, limit: usize) -> bool {
        loop {
            let rest = self.body.get(self.at..limit).unwrap_or_default();
            let found = memchr(self.quote, rest);
            let inside = rest.get(..found.unwrap_or(rest.len())).unwrap_or_default();
            if kept {
                self.text.extend_from_slice(inside);
            }
            self.at += inside.len();
            if found.is_none() {
                return false;
            }
            self.at += 1;
            if self.body.get(self.at) != Some(&self.quote) {
                return true;
            }
            // Twice is the sign itself.
            if kept {
                self.text.push(self.quote);
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str) -> Vec<Vec<String>> {
        let mut rows = Splitter::new(text.as_bytes(), b',', b'"', usize::MAX);
        std::iter::from_fn(|| rows.row(usize::MAX).map(|_| rows.cells().map(str::to_string).collect())).collect()
    }

    #[test]
    fn a_row_ends_where_its_quote_may_reach_at_the_latest() {
        let text = b"a,\"b\nc\nd\",e\nf,g\n";
        let mut rows = Splitter::new(text, b',', b'"', 2);
        let row = rows.row(usize::MAX).unwrap();
        assert_eq!((row.to, row.cells, row.surplus, row.stopped), (12, 3, true, false));
        assert_eq!(rows.get(1), Some("b\nc\nd"));
        rows.seek(0);
        let row = rows.row(0).unwrap();
        assert_eq!((row.to, row.cells, row.stopped), (5, 2, true));
    }

    proptest! {
        /// The `csv` crate splits any text in the same way.
        #[test]
        fn rows_are_those_of_the_csv_crate(text in "[ab,\"\n\r é]{0,40}") {
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                reader.records().map(|r| r.unwrap().iter().map(str::to_string).collect()).collect();
            prop_assert_eq!(all(&text), expected);
        }
    }
}
