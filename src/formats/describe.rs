//! One format as the program knows it, and how well it explains a header.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use super::file;
use super::pattern::Pattern;
use super::source::{Part, Source, fits, frames};
use super::values::{self, squeeze};
use crate::console::{Console, Registry};
use crate::error::Problem;

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
    /// Platforms that such a list may hold; empty for all.
    pub(super) platforms: Vec<String>,
    /// Rows of which a column has one of these words are set aside, each with why.
    pub(super) set_aside: Vec<SetAside>,
    /// The ways to recognise it; the first one is what people see of it.
    pub(super) ways: Vec<Match>,
    pub(super) known: Vec<String>,
    pub(super) known_prefixes: Vec<String>,
    pub(super) secret: Vec<String>,
    /// Headers as the format writes them.
    pub(super) spelt: Vec<String>,
    /// All its headers, once they were asked for.
    pub(super) names: OnceLock<Names>,
}

/// All headers of formats, squeezed. A list may have thousands of columns, and every format is asked for each.
#[derive(Debug, Default)]
pub(super) struct Names {
    whole: HashSet<String>,
    /// How those with a `*` begin and end, by their beginnings.
    open: Vec<(String, String)>,
}

impl Names {
    /// Those of any of the formats.
    pub(super) fn all(formats: &[Format]) -> Self {
        let mut all = formats.iter().map(Self::of).fold(Self::default(), |mut all, one| {
            all.whole.extend(one.whole);
            all.open.extend(one.open);
            all
        });
        all.open.sort_unstable();
        all.open.dedup();
        all
    }

    pub(super) fn knows(&self, squeezed: &str) -> bool {
        // Reports of Intune give a second column with the word in the reader's language, PowerShell two more for a date.
        self.has(squeezed)
            || ["loc", "displayhint", "datetime"]
                .iter()
                .filter_map(|ending| squeezed.strip_suffix(ending))
                .any(|base| base.len() > 1 && self.has(base))
    }

    fn has(&self, squeezed: &str) -> bool {
        self.whole.contains(squeezed) || self.open.iter().any(|(start, end)| frames(start, end, squeezed))
    }

    fn of(format: &Format) -> Self {
        let sources = format.columns.values().flat_map(|source| &source.headers);
        let required = format.ways.iter().flat_map(|way| way.required.iter().flatten());
        let aside = format.set_aside.iter().map(|aside| &aside.header);
        let lookup = format.lookup.iter().flat_map(|l| [&l.key, &l.value].into_iter().chain(l.instead.keys()));
        let (starred, sources): (Vec<&String>, Vec<&String>) = sources.partition(|name| name.contains('*'));
        let whole = format.known.iter().chain(sources).chain(required).chain(aside).chain(lookup).cloned().collect();
        let begun = format.known_prefixes.iter().map(|prefix| (prefix.clone(), String::new()));
        let split = starred.iter().filter_map(|name| name.split_once('*'));
        let open = split.map(|(start, end)| (start.to_owned(), end.to_owned())).chain(begun).collect();
        Self { whole, open }
    }
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

/// Rows that a list shows and that describe nothing that is there.
#[derive(Debug)]
pub(super) struct SetAside {
    /// Header, squeezed.
    pub header: String,
    /// Word, squeezed, and what is said of such a row.
    pub words: BTreeMap<String, String>,
}

/// What a list must and must not have to be recognised.
#[derive(Debug)]
pub(super) struct Match {
    /// First name of each requirement, as written.
    pub written: Vec<String>,
    pub required: Vec<Vec<String>>,
    pub forbidden: Vec<String>,
    pub some_of: Option<(usize, Vec<String>)>,
    /// Header → words of which its first filled cell must be one.
    pub cells: Vec<(String, Vec<String>)>,
    /// Canonical column → words of such a list, squeezed; of a column that has words, most must be among them.
    pub words: Vec<(&'static str, Vec<String>)>,
    /// Canonical column → shape of its cells; of a column that has cells, one must have it.
    pub ids: Vec<(&'static str, Shape)>,
    /// Header → pattern that one of its cells must match.
    pub telling: Vec<(String, Pattern)>,
    /// No header may be there that the format does not know, nor one in another spelling.
    pub only: bool,
}

/// The shape of an id.
#[derive(Debug)]
pub(super) enum Shape {
    Guid,
    Pattern(Pattern),
}

impl Shape {
    pub(super) fn fits(&self, cell: &str) -> bool {
        match self {
            Self::Guid => matches!(values::guid(cell), values::Cell::Value(_) | values::Cell::Nothing),
            Self::Pattern(pattern) => pattern.is_match(values::bare(cell)),
        }
    }
}

impl Match {
    /// Whether a header, squeezed, has what is needed. `names` also has what the envelope says.
    pub(super) fn accepts(&self, names: &HashSet<String>) -> bool {
        let has = |name: &String| names.contains(name);
        self.required.iter().all(|any| any.iter().any(has))
            && !self.forbidden.iter().any(has)
            && self.some_of.as_ref().is_none_or(|(n, some)| some.iter().filter(|name| has(name)).count() >= *n)
            && self.cells.iter().all(|(name, _)| has(name))
            && self.telling.iter().all(|(name, _)| has(name))
    }

    /// How specific it is: the more it demands, the better it fits.
    pub(super) fn demands(&self) -> usize {
        self.required.len() + self.cells.len() + self.telling.len()
    }
}

impl Format {
    /// Whether such a list says something in a canonical column.
    #[must_use]
    pub fn gives(&self, column: &str) -> bool {
        self.columns.contains_key(column) || self.constants.contains_key(column)
    }

    /// How many canonical columns such a list may fill.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Reads and checks one format file.
    ///
    /// # Errors
    /// Every problem of the file.
    pub fn parse(path: &str, text: &str, registry: &Registry) -> Result<Self, Vec<Problem>> {
        file::parse(path, text, registry, false)
    }

    /// The same of a file of which it is known that its patterns are some.
    pub(super) fn proven(path: &str, text: &str, registry: &Registry) -> Result<Self, Vec<Problem>> {
        file::parse(path, text, registry, true)
    }

    /// Whether a header, squeezed, has the names that one way of recognising the format needs and none that it forbids.
    pub(super) fn names_all(&self, header: &HashSet<String>) -> bool {
        self.ways.iter().any(|way| way.accepts(header))
    }

    /// Headers by which an export was recognised, as the export writes them.
    #[must_use]
    pub fn because(&self, header: &[String]) -> Vec<String> {
        let headers = self.ways.iter().flat_map(|way| {
            let cells = way.cells.iter().map(|(name, _)| name).chain(way.telling.iter().map(|(name, _)| name));
            way.required.iter().flatten().chain(cells)
        });
        let mut found: Vec<String> =
            headers.filter_map(|name| header.iter().find(|h| squeeze(h) == *name)).cloned().collect();
        found.sort();
        found.dedup();
        found
    }

    /// The way to recognise it that people see.
    pub(super) fn first_way(&self) -> Option<&Match> {
        self.ways.first()
    }

    /// The names that the format knows, as it writes them.
    pub(super) fn spells(&self, header: &str) -> bool {
        self.spelt.iter().any(|name| match name.strip_suffix('*') {
            Some(start) => header.starts_with(start),
            None => name == header,
        })
    }

    /// Canonical columns that name an object or the device behind it.
    pub(super) const IDENTIFIERS: [&'static str; 7] =
        ["native_id", "serial", "entra_id", "intune_id", "ztdid", "imei", "meid"];

    /// Headers that would identify a row, as people see them.
    #[must_use]
    pub fn identifying(&self) -> Vec<&str> {
        if let Some(lookup) = &self.lookup {
            return vec![lookup.key.as_str()];
        }
        let of = |field: &str| self.columns.get(field).map_or(&[][..], |source| source.written.as_slice());
        let mut headers: Vec<&str> = Self::IDENTIFIERS.iter().flat_map(|field| of(field)).map(String::as_str).collect();
        let mut seen = Vec::new();
        headers.retain(|header| {
            let new = !seen.contains(header);
            seen.push(*header);
            new
        });
        headers
    }

    pub(super) fn known_in(&self, header: &[String]) -> usize {
        header.iter().filter(|h| self.knows(h)).count()
    }

    pub(super) fn knows(&self, squeezed: &str) -> bool {
        self.names.get_or_init(|| Names::of(self)).knows(squeezed)
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
    /// `headers` come with how they are squeezed.
    pub(super) fn read_when_listed(&mut self, headers: &[(&String, String)]) {
        if self.lookup.is_some() || self.columns.contains_key("listed") {
            return;
        }
        let strange = headers.iter().filter(|(_, squeezed)| !self.knows(squeezed));
        let written: Vec<String> = strange.map(|(header, _)| (*header).clone()).collect();
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
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Missing {
    /// Canonical column.
    pub column: String,
    /// The header that would feed it.
    pub header: String,
    /// What the analysis loses.
    pub cost: String,
}
