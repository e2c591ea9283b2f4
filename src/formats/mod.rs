//! Tables to records: recognises the format of an export and casts its cells to the canonical columns.
//!
//! A format is a YAML file in `rules/formats/`: which headers it needs, which header feeds which canonical column, how
//! its words translate. Headers are compared by name with case, blanks and punctuation removed, never by position.

mod aside;
mod cast;
mod changing;
pub mod dates;
mod describe;
mod evidence;
mod file;
mod footer;
mod header;
mod identifiers;
mod margin;
mod merge;
mod models;
mod nearest;
mod normalise;
mod older;
mod pattern;
mod products;
mod source;
mod tally;
mod times;
mod twice;
pub mod values;
mod vocabulary;

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use crate::assets::{Files, under};
use crate::console::Registry;
use crate::error::Problem;
use crate::notice::{Code, Notice};
use crate::read::{Export, PAGE_PREFIX};

use evidence::Evidence;

pub use cast::Written;
pub use changing::{CHANGING, Cells};
pub use describe::{Format, Lookup, Missing};
pub use evidence::Refusal;
pub use header::Below;
pub(crate) use margin::{Asides, Header, LOST, remark, says_yes};
pub use nearest::Nearest;
pub use normalise::{Made, Normalised, Options, Records, lookup, normalise, take_over, translate};
pub use older::{Fate, Older};
pub use products::Product;
pub use source::Source;
pub use vocabulary::{RowLimits, Vocabulary};

/// Every format, and the words they share.
#[derive(Debug)]
pub struct Formats {
    formats: Vec<Format>,
    vocabulary: Vocabulary,
    products: Vec<Product>,
    /// The headers of all of them, once a list was asked about that none explains.
    names: OnceLock<describe::Names>,
}

/// What an export is that is read as nothing.
#[derive(Debug, Default)]
pub struct Unknown<'a> {
    /// The product that wrote it, where its headers tell.
    pub product: Option<&'a Product>,
    /// The format whose headers it has and whose list it is not.
    pub refused: Option<Refusal>,
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
        Self::read(files, false)
    }

    /// The same of files that ship, whose patterns were looked at before.
    pub(crate) fn proven(files: &Files) -> Result<Self, Vec<Problem>> {
        Self::read(files, true)
    }

    fn read(files: &Files, proven: bool) -> Result<Self, Vec<Problem>> {
        let parse = if proven { Format::proven } else { Format::parse };
        let registry = Registry::load(files)?;
        let mut problems = Vec::new();
        let vocabulary = Vocabulary::load(files, registry, proven, &mut problems);
        let mut formats = Vec::new();
        for (path, text) in under(files, "formats/") {
            match parse(&path, &text, registry) {
                Ok(format) => formats.push(format),
                Err(found) => problems.extend(found),
            }
        }
        let listed: Vec<(&String, String)> =
            vocabulary.listed.iter().map(|name| (name, values::squeeze(name))).collect();
        for format in &mut formats {
            format.read_when_listed(&listed);
        }
        let products = Product::load(files, &mut problems);
        formats.sort_by(|a, b| a.id.cmp(&b.id));
        let names = OnceLock::new();
        if problems.is_empty() { Ok(Self { formats, vocabulary, products, names }) } else { Err(problems) }
    }

    /// Those of the headers, squeezed, that any format knows.
    fn familiar(&self, header: &[String]) -> Vec<String> {
        header.iter().filter(|name| self.knows(name)).cloned().collect()
    }

    /// Whether any format knows a header, squeezed.
    fn knows(&self, name: &str) -> bool {
        self.names.get_or_init(|| describe::Names::all(&self.formats)).knows(name)
    }

    /// The format that explains an export best, if any does.
    #[must_use]
    pub fn recognise(&self, export: &Export) -> Option<Recognised<'_>> {
        self.examine(export).ok()
    }

    /// The format that explains an export best, or what can be said of it instead.
    ///
    /// # Errors
    /// [`Unknown`] where no format does.
    pub fn examine(&self, export: &Export) -> Result<Recognised<'_>, Unknown<'_>> {
        let mut evidence = Evidence::new(export, &self.vocabulary);
        if let Some(product) = self.product(&evidence.names, Product::strength) {
            return Err(Unknown { product: Some(product), refused: None });
        }
        let mut fitting: Vec<_> =
            self.formats.iter().map(|format| (format, evidence.ways(format))).filter(|(_, w)| !w.is_empty()).collect();
        // The most specific first.
        fitting.sort_by_key(|(format, ways)| {
            let demands = ways.iter().map(|way| way.demands()).max().unwrap_or_default();
            std::cmp::Reverse((demands, format.known_in(&evidence.header)))
        });
        let first = fitting.first().map(|(format, _)| format.console);
        let mut refused = None;
        // What is refused as a list of one console is not tried as another's.
        for (format, ways) in fitting.into_iter().filter(|(format, _)| Some(format.console) == first) {
            let Some(reason) = evidence.against(format, &ways) else { return Ok(self.read_as(format, export)) };
            refused.get_or_insert(Refusal { format: format.id.clone(), title: format.title.clone(), reason });
        }
        Err(Unknown { product: self.product(&evidence.names, Product::likeness), refused })
    }

    /// The product whose lists have most of these names.
    fn product(&self, names: &HashSet<String>, strength: fn(&Product, &HashSet<String>) -> usize) -> Option<&Product> {
        let strongest = self.products.iter().rev().max_by_key(|product| strength(product, names))?;
        (strength(strongest, names) > 0).then_some(strongest)
    }

    /// The format of this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Format> {
        self.formats.iter().find(|format| format.id == id)
    }

    /// An export by the columns of a format, whatever else it looks like.
    #[must_use]
    pub fn read_as<'f>(&self, format: &'f Format, export: &Export) -> Recognised<'f> {
        let squeezed: Vec<String> = export.header.iter().map(|h| values::squeeze(h)).collect();
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
        Recognised { format, columns, unknown, secret, missing }
    }

    /// The words that formats share.
    #[must_use]
    pub const fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The consoles of the run.
    #[must_use]
    pub fn consoles(&self) -> &'static Registry {
        self.vocabulary.consoles()
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
    /// Whether a column is there that names an object or the device behind it.
    #[must_use]
    pub fn identifies(&self) -> bool {
        self.format.lookup.is_some() || Format::IDENTIFIERS.iter().any(|field| self.columns.contains_key(field))
    }

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
