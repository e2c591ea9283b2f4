//! One format as the program knows it, and how well it explains a header.

use std::collections::BTreeMap;

use super::file;
use super::source::{Part, Source, fits};
use super::values::squeeze;
use crate::error::Problem;
use crate::schema::Console;

/// A known shape of export.
#[derive(Debug)]
pub struct Format {
    /// `console/name`, the path of its file without the ending.
    pub id: String,
    /// The console whose objects it lists.
    pub console: Console,
    /// For people.
    pub title: String,
    /// Where the shape is described.
    pub source: String,
    /// Rows may lack cells at their end.
    pub short_rows: bool,
    /// Serial numbers may be ids that software made up; those join nothing.
    pub software_serials: bool,
    /// Why such a list never names every object, so that absence from it proves nothing.
    pub partial: Option<String>,
    /// Columns of which such a list leaves out every object that has one, and what that costs: a list without released
    /// devices never shows a release.
    pub leaves_out: Vec<(&'static str, String)>,
    /// Numbers of rows at which a reader that does not follow pages stops.
    pub page_sizes: Vec<u64>,
    /// The list names no devices but the names of something that devices refer to by id.
    pub lookup: Option<Lookup>,
    /// Canonical columns with a fixed value.
    pub constants: BTreeMap<&'static str, String>,
    /// Per canonical column: the console's word, squeezed → the canonical word.
    pub values: BTreeMap<&'static str, BTreeMap<String, String>>,
    /// A column counts only where another column has a word: (column, other, word).
    pub blank_unless: Vec<(&'static str, &'static str, String)>,
    pub(super) columns: BTreeMap<&'static str, Source>,
    pub(super) expects: Vec<(&'static str, String)>,
    pub(super) matching: Match,
    pub(super) known: Vec<String>,
    pub(super) known_prefixes: Vec<String>,
    pub(super) secret: Vec<String>,
}

/// Ids in a canonical column that this list translates into names.
#[derive(Debug)]
pub struct Lookup {
    /// The canonical column.
    pub field: &'static str,
    /// Header of the id, squeezed.
    pub key: String,
    /// Header of the name, squeezed.
    pub value: String,
    /// Header, squeezed → its words, squeezed → the name that counts instead.
    pub instead: BTreeMap<String, BTreeMap<String, String>>,
}

/// What a header must and must not have.
#[derive(Debug)]
pub(super) struct Match {
    /// First name of each requirement, as written.
    pub written: Vec<String>,
    pub required: Vec<Vec<String>>,
    pub forbidden: Vec<String>,
    pub some_of: Option<(usize, Vec<String>)>,
    /// Header → words of which its first filled cell must be one.
    pub cells: Vec<(String, Vec<String>)>,
}

impl Format {
    /// Reads and checks one format file.
    ///
    /// # Errors
    /// Every problem of the file.
    pub fn parse(path: &str, text: &str) -> Result<Self, Vec<Problem>> {
        file::parse(path, text)
    }

    /// Whether a header, squeezed, has what the format needs. `first` gives the first filled cell of a column, squeezed.
    pub(super) fn accepts(&self, header: &[String], first: &dyn Fn(usize) -> Option<String>) -> bool {
        self.names_all(header)
            && self.matching.cells.iter().all(|(name, words)| {
                let at = header.iter().position(|h| h == name);
                at.and_then(first).is_some_and(|cell| words.contains(&cell))
            })
    }

    /// Whether a header, squeezed, has the names that the format needs and none that it forbids.
    pub(super) fn names_all(&self, header: &[String]) -> bool {
        let has = |name: &String| header.contains(name);
        let matching = &self.matching;
        matching.required.iter().all(|any| any.iter().any(has))
            && !matching.forbidden.iter().any(has)
            && matching.some_of.as_ref().is_none_or(|(n, names)| names.iter().filter(|name| has(name)).count() >= *n)
    }

    /// Headers by which an export was recognised, as the export writes them.
    #[must_use]
    pub fn because(&self, header: &[String]) -> Vec<String> {
        let telling = self.matching.required.iter().flatten().chain(self.matching.cells.iter().map(|(name, _)| name));
        let mut found: Vec<String> =
            telling.filter_map(|name| header.iter().find(|h| squeeze(h) == *name)).cloned().collect();
        found.sort();
        found.dedup();
        found
    }

    /// How specific the format is: the more it demands, the better it fits.
    pub(super) fn demands(&self) -> usize {
        self.matching.required.len() + self.matching.cells.len()
    }

    pub(super) fn known_in(&self, header: &[String]) -> usize {
        header.iter().filter(|h| self.knows(h)).count()
    }

    pub(super) fn knows(&self, squeezed: &str) -> bool {
        let is = |name: &String| name == squeezed;
        self.known.iter().any(is)
            || self.columns.values().any(|source| source.headers.iter().any(|name| fits(name, squeezed)))
            || self.matching.required.iter().flatten().any(is)
            || self.lookup.as_ref().is_some_and(|l| l.key == squeezed || l.value == squeezed || l.instead.contains_key(squeezed))
            || self.known_prefixes.iter().any(|prefix| squeezed.starts_with(prefix.as_str()))
            // Reports of Intune give a second column with the word in the reader's language, PowerShell two more for a
            // date.
            || ["loc", "displayhint", "datetime"]
                .iter()
                .filter_map(|ending| squeezed.strip_suffix(ending))
                .any(|base| base.len() > 1 && self.knows(base))
    }

    /// Canonical column → positions, the preferred one first. A name that stands twice in the header has both.
    pub(super) fn columns_in(&self, header: &[String]) -> BTreeMap<&'static str, Vec<usize>> {
        let positions = |alias: &String| -> Vec<usize> {
            header.iter().enumerate().filter(|(_, h)| fits(alias, h)).map(|(at, _)| at).collect()
        };
        self.columns
            .iter()
            .map(|(field, source)| {
                let mut at: Vec<usize> = Vec::new();
                for position in source.headers.iter().flat_map(positions) {
                    // Two spellings of a format may be one name once they are squeezed.
                    if !at.contains(&position) {
                        at.push(position);
                    }
                }
                (*field, at)
            })
            .filter(|(_, at)| !at.is_empty())
            .collect()
    }

    /// Columns that the format expects and a header lacks: canonical name, header, cost.
    pub(super) fn missing_in(&self, columns: &BTreeMap<&'static str, Vec<usize>>) -> Vec<Missing> {
        self.expects
            .iter()
            .filter(|(field, _)| !columns.contains_key(field))
            .map(|(field, cost)| Missing {
                column: (*field).to_string(),
                header: self.written(field).unwrap_or(field).to_string(),
                cost: cost.clone(),
            })
            .collect()
    }

    /// The header that feeds a canonical column, as people see it.
    #[must_use]
    pub fn written(&self, field: &str) -> Option<&str> {
        self.columns.get(field)?.written.first().map(String::as_str)
    }

    /// Reads when a row was listed from columns that scripts add to any list, unless the format knows the header.
    pub(super) fn read_when_listed(&mut self, headers: &[String]) {
        if self.lookup.is_some() || self.columns.contains_key("listed") {
            return;
        }
        let written: Vec<String> = headers.iter().filter(|h| !self.knows(&squeeze(h))).cloned().collect();
        if !written.is_empty() {
            self.columns.insert("listed", Source::new(written, Part::Whole));
        }
    }

    /// Header names that feed a canonical column, squeezed.
    #[must_use]
    pub fn aliases(&self, field: &str) -> &[String] {
        self.columns.get(field).map_or(&[], |source| source.headers.as_slice())
    }

    /// Canonical columns that the format can fill, with their sources.
    pub fn sources(&self) -> impl Iterator<Item = (&'static str, &Source)> {
        self.columns.iter().map(|(field, source)| (*field, source))
    }
}

/// A column that a format expects and an export lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Canonical column.
    pub column: String,
    /// The header that would feed it.
    pub header: String,
    /// What the analysis loses.
    pub cost: String,
}
