//! Tables to records: recognises the format of an export and casts its cells to the canonical columns.
//!
//! A format is a YAML file in `rules/formats/`: which headers it needs, which header feeds which canonical column, how
//! its words translate. Headers are compared by name with case, blanks and punctuation removed, never by position.

mod cast;
mod changing;
pub mod dates;
mod describe;
mod file;
mod header;
mod identifiers;
mod merge;
mod nearest;
mod normalise;
mod older;
mod source;
mod tally;
pub mod values;
mod vocabulary;

use std::collections::BTreeMap;

use crate::assets::{Files, under};
use crate::error::Problem;
use crate::notice::{Code, Notice};
use crate::read::{Export, PAGE_PREFIX};

pub use cast::Written;
pub use changing::{CHANGING, Cells};
pub use describe::{Format, Lookup, Missing};
pub use header::Below;
pub use nearest::Nearest;
pub(crate) use normalise::internal as normalise_internal;
pub use normalise::{Normalised, Options, Records, lookup, normalise, translate};
pub use older::{Fate, Older};
pub use source::Source;
pub use vocabulary::{RowLimits, Vocabulary};

/// Every format, and the words they share.
#[derive(Debug)]
pub struct Formats {
    formats: Vec<Format>,
    vocabulary: Vocabulary,
}

/// A header matched against a format.
#[derive(Debug)]
pub struct Recognised<'a> {
    /// The format.
    pub format: &'a Format,
    /// Canonical column → positions in the header, the preferred one first.
    pub columns: BTreeMap<&'static str, Vec<usize>>,
    /// Header cells that the format does not know.
    pub unknown: Vec<String>,
    /// Positions of header cells that hold secrets; they are never read.
    pub secret: Vec<usize>,
    /// Columns that the format expects and the header lacks, with what that costs.
    pub missing: Vec<Missing>,
}

impl Formats {
    /// Reads the format files and word lists.
    ///
    /// # Errors
    /// Every problem in every file.
    pub fn load(files: &Files) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let vocabulary = Vocabulary::load(files, &mut problems);
        let mut formats = Vec::new();
        for (path, text) in under(files, "formats/") {
            match Format::parse(&path, &text) {
                Ok(format) => formats.push(format),
                Err(found) => problems.extend(found),
            }
        }
        for format in &mut formats {
            format.read_when_listed(&vocabulary.listed);
        }
        formats.sort_by(|a, b| a.id.cmp(&b.id));
        if problems.is_empty() { Ok(Self { formats, vocabulary }) } else { Err(problems) }
    }

    /// The format that explains an export best, if any does.
    #[must_use]
    pub fn recognise(&self, export: &Export) -> Option<Recognised<'_>> {
        let squeezed: Vec<String> = export.header.iter().map(|h| values::squeeze(h)).collect();
        let first = |at: usize| {
            let cell = export.first_cells(&[at]).pop().flatten();
            cell.map(|cell| values::squeeze(&cell))
        };
        let format = self
            .formats
            .iter()
            .filter(|f| f.accepts(&squeezed, &first))
            .max_by_key(|f| (f.demands(), f.known_in(&squeezed), std::cmp::Reverse(&f.id)))?;
        // A column that nobody knows is judged by what is in it.
        let strange: Vec<usize> =
            squeezed.iter().enumerate().filter(|(_, s)| !format.knows(s)).map(|(at, _)| at).collect();
        let cells = export.first_cells(&strange);
        let keys: Vec<usize> = strange
            .into_iter()
            .zip(cells)
            .filter(|(_, cell)| cell.as_deref().is_some_and(values::looks_secret))
            .map(|(at, _)| at)
            .collect();
        let secret: Vec<usize> = squeezed
            .iter()
            .enumerate()
            .filter(|(at, s)| self.vocabulary.is_secret(s) || format.secret.contains(s) || keys.contains(at))
            .map(|(at, _)| at)
            .collect();
        let mut columns = format.columns_in(&squeezed);
        for positions in columns.values_mut() {
            positions.retain(|at| !secret.contains(at));
        }
        columns.retain(|_, positions| !positions.is_empty());
        let unknown = export
            .header
            .iter()
            .zip(&squeezed)
            .enumerate()
            .filter(|(at, (h, s))| {
                !s.is_empty() && !h.starts_with(PAGE_PREFIX) && !format.knows(s) && !secret.contains(at)
            })
            // Of a file without a header the first row stands there.
            .map(|(_, (h, _))| if values::looks_secret(h) { "(the shape of a secret)".into() } else { h.clone() })
            .collect();
        let missing = format.missing_in(&columns);
        Some(Recognised { format, columns, unknown, secret, missing })
    }

    /// The words that formats share.
    #[must_use]
    pub const fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The formats, in the order of their ids.
    #[must_use]
    pub fn all(&self) -> &[Format] {
        &self.formats
    }

    /// The same, for keeping.
    #[must_use]
    pub fn into_all(self) -> Vec<Format> {
        self.formats
    }
}

impl Recognised<'_> {
    /// Remarks about the header.
    #[must_use]
    pub fn notices(&self, export: &Export) -> Vec<Notice> {
        let mut notices = Vec::new();
        let label = export.label.as_str();
        let list = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        for (at, filled) in self.secret.iter().zip(export.count_filled(&self.secret)) {
            let name = export.header.get(*at).map_or("", String::as_str);
            let message = if filled == 0 {
                format!("`{name}` is a column for secrets; it is blank and was not read")
            } else {
                let cells = if filled == 1 { "1 cell".to_string() } else { format!("{filled} cells") };
                format!(
                    "`{name}` holds secrets in {cells}; the column was not read. Delete this file when the analysis is done"
                )
            };
            let code = if filled == 0 { Code::UnknownColumn } else { Code::SecretColumn };
            notices.push(Notice::new(code, label, message).in_column(name));
        }
        if !self.unknown.is_empty() {
            let message = format!("not known to format `{}` and not read: {}", self.format.id, list(&self.unknown));
            notices.push(Notice::new(Code::UnknownColumn, label, message).in_column(self.unknown.join("|")));
        }
        let blank = export.header.iter().filter(|h| h.is_empty()).count();
        if blank > 0 {
            let message = if blank == 1 {
                "1 column has no name and was not read".to_string()
            } else {
                format!("{blank} columns have no name and were not read")
            };
            notices.push(Notice::new(Code::UnknownColumn, label, message));
        }
        for missing in &self.missing {
            let message = format!("`{}` is missing: {}", missing.header, missing.cost);
            notices.push(Notice::new(Code::MissingColumn, label, message).in_column(&missing.column));
        }
        notices
    }

    /// Names of the columns with secrets.
    #[must_use]
    pub fn secret_names(&self, export: &Export) -> Vec<String> {
        self.secret.iter().filter_map(|at| export.header.get(*at).cloned()).collect()
    }
}
