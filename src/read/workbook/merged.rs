//! Merged cells: the file says which, and only the first cell of a range holds the value.
//!
//! A value counts for every row of its range, since that is what the sheet shows. To the right nothing is filled: the
//! other columns of a range mean something else, and a serial number must not become an IMEI.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cells::Kind;

/// A range of merged cells: rows and columns from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) last_row: u32,
    pub(super) last_column: u32,
}

/// The ranges of a sheet, in the order of their rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Merged(Vec<Range>);

/// How many ranges reach over several rows, and over several columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MergedCells {
    pub(crate) down: u32,
    pub(crate) across: u32,
}

/// Texts up to this length are not told apart, in bytes.
const SHORT: u32 = 64;
/// So many longer ones are; the rest count as the longest of them.
const LONG: usize = 1 << 20;

/// The lengths of the texts that a range would repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lengths {
    /// Row and column from 1, and the bytes of the text.
    long: Vec<((u32, u32), u32)>,
    /// The longest of those that are not told apart.
    other: u32,
}

impl Lengths {
    pub(super) fn see(&mut self, row: u32, column: u32, text: u64) {
        let text = u32::try_from(text).unwrap_or(u32::MAX);
        if text > SHORT && self.long.len() < LONG {
            self.long.push(((row, column), text));
        } else {
            self.other = self.other.max(text);
        }
    }

    /// What values that reach over several rows add to the text of a sheet with so many filled rows, in bytes.
    pub(super) fn carried(self, ranges: &[Range], filled: u32) -> u64 {
        if ranges.is_empty() {
            return 0;
        }
        let long: BTreeMap<_, _> = self.long.into_iter().collect();
        let text = |range: &Range| {
            let rows = (range.last_row - range.row).min(filled);
            u64::from(rows) * u64::from(long.get(&(range.row, range.column)).copied().unwrap_or(self.other))
        };
        ranges.iter().map(text).sum()
    }
}

impl Merged {
    pub(super) fn new(mut ranges: Vec<Range>) -> Self {
        ranges.sort_unstable();
        Self(ranges)
    }

    /// The ranges that begin below a header.
    pub(super) fn below(&self, header_row: u32) -> MergedCells {
        let count = |wanted: fn(&Range) -> bool| {
            let ranges = self.0.iter().filter(|r| r.row > header_row && wanted(r));
            u32::try_from(ranges.count()).unwrap_or(u32::MAX)
        };
        MergedCells { down: count(|r| r.last_row > r.row), across: count(|r| r.last_column > r.column) }
    }

    /// The last row of the range that begins in a cell.
    fn last_row(&self, row: u32, column: u32) -> Option<u32> {
        let at = self.0.partition_point(|r| (r.row, r.column) < (row, column));
        let range = self.0.get(at).filter(|r| (r.row, r.column) == (row, column))?;
        (range.last_row > row).then_some(range.last_row)
    }
}

/// The values that reach into the row at hand, by column from 0. A pass over a sheet has one.
pub(super) struct Reach<'m> {
    merged: &'m Merged,
    open: BTreeMap<usize, (u32, Kind, String)>,
}

impl<'m> Reach<'m> {
    pub(super) const fn new(merged: &'m Merged) -> Self {
        Self { merged, open: BTreeMap::new() }
    }

    /// Sees a filled cell: its value may reach downwards, and it ends what came from above.
    pub(super) fn see(&mut self, row: u32, column: usize, kind: Kind, text: &str) {
        if self.merged.0.is_empty() {
            return;
        }
        let from_one = u32::try_from(column + 1).unwrap_or(u32::MAX);
        if let Some(last_row) = self.merged.last_row(row, from_one) {
            self.open.insert(column, (last_row, kind, text.to_owned()));
        }
    }

    /// The values of a row, where the row has none of its own.
    pub(super) fn row_values(&mut self, row: u32) -> impl Iterator<Item = (usize, Kind, Cow<'static, str>)> + '_ {
        self.open.retain(|_, (last_row, ..)| *last_row >= row);
        self.open.iter().map(|(column, (_, kind, text))| (*column, *kind, Cow::Owned(text.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_text_in_every_row_that_it_reaches() {
        let range = |row, last_row| Range { row, column: 1, last_row, last_column: 1 };
        let mut lengths = Lengths::default();
        lengths.see(2, 1, 30_000);
        lengths.see(3, 1, 7);
        let carried = |ranges: &[Range]| lengths.clone().carried(ranges, 1_000);
        assert_eq!(carried(&[range(2, 11)]), 9 * 30_000);
        assert_eq!(carried(&[range(2, 1_048_576)]), 1_000 * 30_000);
        assert_eq!(carried(&[range(3, 4), range(5, 5)]), 7);
    }
}
