//! The lines of what people filled in, as text, and where each stands: in a workbook the sheet and the cell, else the row.

use crate::error::Problem;
use crate::formats::dates::{Stamp, stamp_in};
use crate::schema::nearest;
use crate::time::DAY;

/// How a word is read, and those that there are.
type Words<T> = (fn(&str) -> Option<T>, &'static [&'static str]);

/// Tables as text, column by column; `N` columns are read.
#[derive(Clone, Debug)]
pub struct Lines<const N: usize> {
    /// The cells; blank where there is none.
    pub columns: [Vec<String>; N],
    /// Row of each line, from 1.
    pub row: Vec<u32>,
    /// Table of each line, by position.
    pub table: Vec<usize>,
    /// The tables.
    pub tables: Vec<Place<N>>,
}

/// Where a table stands.
#[derive(Clone, Debug)]
pub struct Place<const N: usize> {
    /// Its name: that of the file, of a workbook with the sheet.
    pub label: String,
    /// Row of the header, where the table is a sheet: cells have names there.
    pub header: Option<u32>,
    /// Number of each column in the table, from 0, where there is one.
    pub columns: [Option<usize>; N],
    /// Whether bare day numbers count from 1904.
    pub epoch_1904: bool,
}

impl<const N: usize> Default for Lines<N> {
    fn default() -> Self {
        Self { columns: std::array::from_fn(|_| Vec::new()), row: Vec::new(), table: Vec::new(), tables: Vec::new() }
    }
}

impl<const N: usize> Lines<N> {
    /// A file without sheets.
    #[must_use]
    pub fn of_file(label: &str) -> Self {
        let place = Place { label: label.into(), header: None, columns: [None; N], epoch_1904: false };
        Self { tables: vec![place], ..Self::default() }
    }

    /// A cell without the blanks around it.
    #[must_use]
    pub fn cell(&self, at: usize, column: usize) -> &str {
        self.columns.get(column).and_then(|cells| cells.get(at)).map_or("", |cell| cell.trim())
    }

    fn place_of(&self, at: usize) -> Option<&Place<N>> {
        self.tables.get(*self.table.get(at)?)
    }

    /// What is wrong with a cell, or with a line as a whole.
    #[must_use]
    pub fn problem(&self, at: usize, column: Option<usize>, message: String, help: &str) -> Problem {
        let row = self.row.get(at).copied().unwrap_or_default();
        let table = self.place_of(at);
        let place = match table.and_then(|table| table.header) {
            Some(header) => {
                let letters = column.and_then(|c| table?.columns.get(c).copied().flatten()).map(letters);
                letters.map_or_else(|| format!("row {}", header + row), |l| format!("cell {l}{}", header + row))
            }
            None => format!("row {row}"),
        };
        let file = table.map_or_else(String::new, |table| table.label.clone());
        Problem { file, place, message, help: help.into() }
    }

    /// A word of a closed list; nothing for a blank.
    ///
    /// # Errors
    /// Where it is none of them.
    pub fn word<T>(
        &self,
        at: usize,
        column: usize,
        (parse, known): Words<T>,
        kind: &str,
    ) -> Result<Option<T>, Problem> {
        let text = self.cell(at, column);
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(word) = parse(&text.to_lowercase()) {
            return Ok(Some(word));
        }
        let help = match nearest(text, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of: {}", known.join(", ")),
        };
        Err(self.problem(at, Some(column), format!("`{text}` is no {kind}"), &help))
    }

    /// The day in a cell, as its first moment; nothing for a blank.
    ///
    /// # Errors
    /// Where it is no day.
    pub fn day(&self, at: usize, column: usize) -> Result<Option<i64>, Problem> {
        let text = self.cell(at, column);
        if text.is_empty() {
            return Ok(None);
        }
        let stamp = stamp_in(text, self.place_of(at).is_some_and(|table| table.epoch_1904));
        if let Stamp::At(millis) = stamp {
            return Ok(Some(millis.div_euclid(DAY) * DAY));
        }
        Err(self.problem(at, Some(column), format!("`{text}` is no day"), "write it as 2027-03-31"))
    }
}

#[cfg(test)]
impl<const N: usize> Lines<N> {
    /// The lines of one table.
    pub(super) fn of_rows(place: Place<N>, rows: &[[&str; N]]) -> Self {
        let mut lines = Self { tables: vec![place], ..Self::default() };
        for (row, cells) in (1..).zip(rows) {
            for (column, cell) in lines.columns.iter_mut().zip(cells) {
                column.push((*cell).to_string());
            }
            lines.row.push(row);
            lines.table.push(0);
        }
        lines
    }
}

/// Letters of a column of a sheet: A, B, … Z, AA.
fn letters(column: usize) -> String {
    let (mut left, mut letters) = (column + 1, Vec::new());
    while left > 0 {
        let letter = u8::try_from((left - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_name_them() {
        assert_eq!([0, 25, 26, 51, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "ZZ", "AAA"]);
    }
}
