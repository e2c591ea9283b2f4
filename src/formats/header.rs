//! A header below other rows: which of the first rows has all that a known format needs.

use std::collections::HashSet;

use super::Formats;
use super::values::squeeze;
use crate::read::{Export, Heading};

/// With fewer known names than this a row is no header.
const FEWEST_KNOWN: usize = 3;

/// What the rows below an unknown first row turned out to be.
#[derive(Debug)]
pub enum Below {
    /// One row, and no other, is a whole known header; the table with it.
    Found(Export),
    /// Several are; the table as it was, and their rows.
    Several(Export, Vec<u32>),
    /// None is.
    Nothing(Export),
}

impl Formats {
    /// Looks for the header of a table whose first row no format explains. A first row that is a whole known header itself
    /// has a list below it, which must not be passed over as if it were a title.
    #[must_use]
    pub fn header_below(&self, export: Export) -> Below {
        let whole: Vec<Heading> = export.headings().into_iter().filter(|row| self.is_whole(&row.cells)).collect();
        let first = self.is_whole(&export.header).then(|| export.header_row());
        match (first, whole.as_slice()) {
            (_, []) => Below::Nothing(export),
            (None, [one]) => Below::Found(export.with_heading(one)),
            (first, several) => {
                let rows = first.into_iter().chain(several.iter().map(|row| row.row)).collect();
                Below::Several(export, rows)
            }
        }
    }

    /// The row that has most of the names of a format, where the first row has none to speak of.
    #[must_use]
    pub fn likely_header(&self, export: &Export) -> Option<u32> {
        let known = |cells: &[String]| {
            let squeezed: Vec<String> =
                cells.iter().map(|cell| squeeze(cell)).filter(|cell| !cell.is_empty()).collect();
            let familiar = self.familiar(&squeezed);
            let most = self.formats.iter().map(|format| format.known_in(&familiar)).max().unwrap_or_default();
            if most * 2 > squeezed.len() { most } else { 0 }
        };
        let own = known(&export.header);
        let rows = export.headings();
        let (most, row) =
            rows.iter().map(|row| (known(&row.cells), row.row)).max_by_key(|(n, row)| (*n, u32::MAX - row))?;
        (most >= FEWEST_KNOWN && most > 2 * own).then_some(row)
    }

    /// Whether a row has all the names that a format needs and none that it forbids.
    fn is_whole(&self, cells: &[String]) -> bool {
        let squeezed: HashSet<String> = cells.iter().map(|cell| squeeze(cell)).collect();
        self.formats.iter().any(|format| format.names_all(&squeezed))
    }
}
