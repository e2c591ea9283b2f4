//! Tables to records: recognises the format of an export and casts its cells to the canonical columns.
//!
//! A format is a YAML file in `rules/formats/`: which headers it needs, which header feeds which canonical column, how
//! its words translate. Headers are compared by name with case, blanks and punctuation removed, never by position.

pub mod dates;
mod describe;
mod normalise;
pub mod values;
mod vocabulary;

use std::collections::BTreeMap;

use crate::assets::{Files, under};
use crate::error::Problem;
use crate::notice::{Code, Notice};

pub use describe::Format;
pub(crate) use normalise::internal as normalise_internal;
pub use normalise::{Options, Records, normalise};
pub use vocabulary::Vocabulary;

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
    /// Canonical column → position in the header.
    pub columns: BTreeMap<&'static str, usize>,
    /// Header cells that the format does not know.
    pub unknown: Vec<String>,
    /// Header cells that hold secrets; they are never read.
    pub secret: Vec<String>,
    /// Columns that the format expects and the header lacks, with what that costs.
    pub missing: Vec<(String, String)>,
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
        formats.sort_by(|a, b| a.id.cmp(&b.id));
        if problems.is_empty() { Ok(Self { formats, vocabulary }) } else { Err(problems) }
    }

    /// The format that explains a header best, if any does.
    #[must_use]
    pub fn recognise(&self, header: &[String]) -> Option<Recognised<'_>> {
        let squeezed: Vec<String> = header.iter().map(|h| values::squeeze(h)).collect();
        let format = self
            .formats
            .iter()
            .filter(|f| f.accepts(&squeezed))
            .max_by_key(|f| (f.required_count(), f.known_in(&squeezed), std::cmp::Reverse(&f.id)))?;
        let columns = format.columns_in(&squeezed);
        let secret: Vec<String> = header
            .iter()
            .zip(&squeezed)
            .filter(|(_, s)| self.vocabulary.is_secret(s))
            .map(|(h, _)| h.clone())
            .collect();
        let unknown = header
            .iter()
            .zip(&squeezed)
            .filter(|(h, s)| !s.is_empty() && !format.knows(s) && !secret.contains(h))
            .map(|(h, _)| h.clone())
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
}

impl Recognised<'_> {
    /// Remarks about the header.
    #[must_use]
    pub fn notices(&self, export: &str) -> Vec<Notice> {
        let mut notices = Vec::new();
        let list = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        if !self.secret.is_empty() {
            let message = format!(
                "{} holds secrets; the column was not read. Delete this file when the analysis is done",
                list(&self.secret)
            );
            notices.push(Notice::new(Code::SecretColumn, export, message).in_column(self.secret.join("|")));
        }
        if !self.unknown.is_empty() {
            let message = format!("not known to format `{}` and not read: {}", self.format.id, list(&self.unknown));
            notices.push(Notice::new(Code::UnknownColumn, export, message).in_column(self.unknown.join("|")));
        }
        for (column, cost) in &self.missing {
            notices.push(
                Notice::new(Code::MissingColumn, export, format!("`{column}` is missing: {cost}")).in_column(column),
            );
        }
        notices
    }
}
