//! Words that formats share: platforms, join types, owners, agents; placeholders; names of secret columns.

use std::collections::BTreeMap;

use regex::RegexSet;
use serde::Deserialize;

use super::file::problem;
use super::margin::{self, Asides};
use super::models::{Models, Raw as RawModels};
use super::values::squeeze;
use crate::assets::Files;
use crate::console::{Console, Registry};
use crate::error::{Problem, Result};
use crate::frame::{Column, Table};
use crate::schema::record_field;

const PATH: &str = "vocabulary.yaml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    words: BTreeMap<String, RawWords>,
    manufacturers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    models: RawModels,
    placeholder_serials: RawPlaceholders,
    #[serde(default)]
    row_limits: RowLimits,
    secret_columns: Vec<String>,
    #[serde(default)]
    harmless_columns: Vec<String>,
    #[serde(default)]
    listed_columns: Vec<String>,
    #[serde(default)]
    cannot_know: BTreeMap<String, BTreeMap<String, BTreeMap<String, Vec<String>>>>,
    #[serde(default)]
    claims: RawClaims,
    #[serde(default)]
    asides: margin::Raw,
}

/// Numbers of rows at which lists stop, whatever their format.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct RowLimits {
    /// Rows that a sheet holds, header included.
    pub sheet: Vec<u64>,
    /// Pages and limits of tools.
    pub page: Vec<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClaims {
    #[serde(default)]
    platform: Vec<String>,
    #[serde(default)]
    manufacturer: Vec<String>,
    #[serde(default)]
    model: Vec<String>,
    /// Platform → beginnings of models that are nothing else.
    #[serde(default)]
    models: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    #[serde(default)]
    prefix: bool,
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    otherwise: Option<String>,
    #[serde(default)]
    nothing: Vec<String>,
    map: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlaceholders {
    exact: Vec<String>,
    patterns: Vec<String>,
}

/// How the words of one column translate.
#[derive(Debug, Default)]
pub struct Words {
    /// Whether the longest beginning decides, rather than the whole text.
    prefix: bool,
    /// Whether the list has all words that consoles write, but for new ones now and then.
    closed: bool,
    otherwise: Option<String>,
    nothing: Vec<String>,
    /// Squeezed spelling → word, longest first.
    map: Vec<(String, String)>,
}

/// The shared words.
#[derive(Debug, Default)]
pub struct Vocabulary {
    words: BTreeMap<String, Words>,
    manufacturers: BTreeMap<String, String>,
    hardware: Models,
    placeholders: Vec<String>,
    placeholder_patterns: RegexSet,
    row_limits: RowLimits,
    secrets: Vec<String>,
    harmless: Vec<String>,
    /// Headers of columns that say when a row was listed, as written.
    pub(super) listed: Vec<String>,
    cannot_know: Vec<CannotKnow>,
    consoles: Option<&'static Registry>,
    /// Header, squeezed → what it says of a device in any list.
    claims: BTreeMap<String, &'static str>,
    /// Beginning of a model, squeezed → platform.
    models: Vec<(String, String)>,
    asides: Asides,
}

/// Columns that say nothing in the rows that have a word in another column.
#[derive(Debug)]
struct CannotKnow {
    console: Console,
    column: &'static str,
    word: String,
    fields: Vec<&'static str>,
}

impl Vocabulary {
    pub(super) fn load(files: &Files, registry: &'static Registry, proven: bool, problems: &mut Vec<Problem>) -> Self {
        let Some(text) = files.get(PATH) else {
            problems.push(problem(PATH, "", "the file is missing", ""));
            return Self::default();
        };
        let raw: Raw = match crate::yaml::from_str(text) {
            Ok(raw) => raw,
            Err(e) => {
                problems.push(problem(PATH, "", e.to_string(), ""));
                return Self::default();
            }
        };
        let patterns = &raw.placeholder_serials.patterns;
        let placeholder_patterns = RegexSet::new(patterns.iter().map(|p| format!("^(?:{p})$"))).unwrap_or_else(|e| {
            let message = super::file::no_pattern(&patterns.join("`, `"), &e);
            problems.push(problem(PATH, "placeholder_serials", message, ""));
            RegexSet::default()
        });
        let mut words = BTreeMap::new();
        for (field, list) in raw.words {
            if record_field(&field).is_none() {
                problems.push(problem(PATH, &field, format!("`{field}` is no canonical column"), ""));
            }
            words.insert(field, Words::new(list));
        }
        let cannot_know = cannot_know(raw.cannot_know, registry, problems);
        let manufacturers = raw
            .manufacturers
            .into_iter()
            .flat_map(|(name, spellings)| spellings.into_iter().map(move |s| (squeeze(&s), name.clone())))
            .collect();
        let hardware = Models::new(&raw.models, proven).unwrap_or_else(|message| {
            problems.push(problem(PATH, "models", message, ""));
            Models::default()
        });
        let named =
            [("platform", raw.claims.platform), ("manufacturer", raw.claims.manufacturer), ("model", raw.claims.model)];
        let claims = named.into_iter().flat_map(|(field, names)| names.into_iter().map(move |n| (squeeze(&n), field)));
        let models = raw.claims.models.into_iter();
        let models =
            models.flat_map(|(platform, names)| names.into_iter().map(move |n| (squeeze(&n), platform.clone())));
        Self {
            claims: claims.collect(),
            models: models.collect(),
            words,
            manufacturers,
            hardware,
            placeholders: raw.placeholder_serials.exact.iter().map(|p| squeeze_serial(p)).collect(),
            placeholder_patterns,
            row_limits: raw.row_limits,
            secrets: raw.secret_columns.iter().map(|s| squeeze(s)).collect(),
            harmless: raw.harmless_columns.iter().map(|s| squeeze(s)).collect(),
            listed: raw.listed_columns,
            cannot_know,
            consoles: Some(registry),
            asides: Asides::new(raw.asides),
        }
    }

    /// What is worth a look in columns that no format reads.
    #[must_use]
    pub(crate) const fn asides(&self) -> &Asides {
        &self.asides
    }

    /// The consoles of the run.
    #[must_use]
    pub fn consoles(&self) -> &'static Registry {
        self.consoles.unwrap_or_else(Registry::shipped)
    }

    /// Empties what a row cannot know: its cell holds a default that nobody measured.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a column.
    pub(super) fn cannot_know(&self, console: Console, table: &mut Table) -> Result<()> {
        for own in self.cannot_know.iter().filter(|own| own.console == console) {
            let Some(words) = table.text(own.column) else { continue };
            let mask = !&words.is(&own.word);
            if mask.all() {
                continue;
            }
            for field in &own.fields {
                let Some(values) = table.get(field) else { continue };
                let known = values.or_else(&mask, &values.nothing_like())?;
                table.put(Column::new(*field, known))?;
            }
        }
        Ok(())
    }

    /// How the words of a canonical column translate, if it has a closed list.
    #[must_use]
    pub fn words(&self, field: &str) -> Option<&Words> {
        self.words.get(field)
    }

    /// Numbers of rows at which lists stop.
    #[must_use]
    pub const fn row_limits(&self) -> &RowLimits {
        &self.row_limits
    }

    /// What a column of this header, squeezed, says of a device in any list: `platform`, `manufacturer`, `model`.
    #[must_use]
    pub(super) fn claim(&self, squeezed: &str) -> Option<&'static str> {
        self.claims.get(squeezed).copied()
    }

    /// The platform that a text names, if it names one that is listed.
    #[must_use]
    pub(super) fn platform(&self, text: &str) -> Option<String> {
        self.words.get("platform").and_then(|words| words.listed(text))
    }

    /// The platform of a model whose name leaves no choice.
    #[must_use]
    pub(super) fn model(&self, text: &str) -> Option<String> {
        let squeezed = squeeze(text);
        self.models.iter().find(|(start, _)| squeezed.starts_with(start.as_str())).map(|(_, platform)| platform.clone())
    }

    /// Whether a header, squeezed, names a column of secrets.
    #[must_use]
    pub fn is_secret(&self, squeezed: &str) -> bool {
        // `LAPS Password` and `Local admin password` hold the same as `Password`.
        const TELLING: usize = 8;
        let harmless = self.harmless.iter().any(|h| h == squeezed);
        !harmless
            && self.secrets.iter().any(|s| s == squeezed || (s.len() >= TELLING && squeezed.ends_with(s.as_str())))
    }

    /// Whether a serial number, upper case and without blanks, is one that no manufacturer gives.
    #[must_use]
    pub fn is_placeholder(&self, serial: &str) -> bool {
        let mut signs = serial.chars().filter(|c| c.is_alphanumeric());
        let first = signs.next();
        let one_sign = signs.all(|c| Some(c) == first);
        one_sign
            || serial.len() < 4
            || self.placeholders.iter().any(|p| p == serial)
            || self.placeholder_patterns.is_match(serial)
    }

    /// One name for a manufacturer that is listed; nothing for any other, of which nobody knows what else it is called.
    #[must_use]
    pub fn listed_manufacturer(&self, text: &str) -> Option<&str> {
        let first = || squeeze(text.split([' ', ',']).next().unwrap_or_default());
        let found = self.manufacturers.get(&squeeze(text)).or_else(|| self.manufacturers.get(&first()));
        found.map(String::as_str).filter(|name| *name != "nobody")
    }

    /// One name for a model, whatever consoles call it; nothing where it is not known.
    #[must_use]
    pub fn hardware_model(&self, text: &str) -> Option<String> {
        self.hardware.find(text)
    }

    /// One name for a manufacturer, whatever its legal form: `Dell Inc.` and `DELL` are the same.
    ///
    /// An unlisted one is known by its first word; generic words are no manufacturer.
    #[must_use]
    pub fn manufacturer(&self, text: &str) -> Option<String> {
        let whole = squeeze(text);
        let first = squeeze(text.split([' ', ',']).next().unwrap_or_default());
        self.manufacturers
            .get(&whole)
            .or_else(|| self.manufacturers.get(&first))
            .map_or_else(|| (!first.is_empty()).then_some(first), |name| (name != "nobody").then(|| name.clone()))
    }
}

/// Console, column and word → columns, checked.
fn cannot_know(
    raw: BTreeMap<String, BTreeMap<String, BTreeMap<String, Vec<String>>>>,
    registry: &Registry,
    problems: &mut Vec<Problem>,
) -> Vec<CannotKnow> {
    let mut all = Vec::new();
    let mut add = |message: String| problems.push(problem(PATH, "cannot_know", message, ""));
    for (name, columns) in raw {
        let Some(console) = registry.parse(&name) else {
            add(format!("`{name}` is no console"));
            continue;
        };
        for (column, words) in columns {
            for (word, fields) in words {
                let known: Vec<&'static str> =
                    fields.iter().filter_map(|name| record_field(name)).map(|f| f.name).collect();
                match record_field(&column) {
                    Some(column) if known.len() == fields.len() => {
                        all.push(CannotKnow { console, column: column.name, word, fields: known });
                    }
                    _ => add(format!("`{column}`, or one of {}, is no canonical column", fields.join(", "))),
                }
            }
        }
    }
    all
}

fn squeeze_serial(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

impl Words {
    fn new(raw: RawWords) -> Self {
        let mut map: Vec<(String, String)> = raw
            .map
            .into_iter()
            .flat_map(|(word, spellings)| spellings.into_iter().map(move |s| (squeeze(&s), word.clone())))
            .collect();
        map.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        Self {
            prefix: raw.prefix,
            closed: raw.closed,
            otherwise: raw.otherwise,
            nothing: raw.nothing.iter().map(|n| squeeze(n)).collect(),
            map,
        }
    }

    /// Whether a text that is not listed is a surprise.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether a text is one of the listed words, or one of those that say nothing.
    #[must_use]
    pub fn knows(&self, text: &str) -> bool {
        let squeezed = squeeze(text);
        squeezed.is_empty()
            || self.nothing.contains(&squeezed)
            || self.map.iter().any(|(spelling, word)| self.fits(spelling, &squeezed) || squeeze(word) == squeezed)
    }

    fn fits(&self, spelling: &str, squeezed: &str) -> bool {
        if self.prefix { squeezed.starts_with(spelling) } else { spelling == squeezed }
    }

    /// The word for a text that is listed.
    #[must_use]
    fn listed(&self, text: &str) -> Option<String> {
        let squeezed = squeeze(text);
        self.map.iter().find(|(spelling, _)| self.fits(spelling, &squeezed)).map(|(_, word)| word.clone())
    }

    /// The word for a text: `None` where the text says nothing.
    ///
    /// A text that is not listed becomes `otherwise`, or is kept in its squeezed form: consoles add words.
    #[must_use]
    pub fn translate(&self, text: &str) -> Option<String> {
        let squeezed = squeeze(text);
        if squeezed.is_empty() || self.nothing.contains(&squeezed) {
            return None;
        }
        let listed = self.map.iter().find(|(spelling, _)| self.fits(spelling, &squeezed)).map(|(_, word)| word.clone());
        Some(listed.or_else(|| self.otherwise.clone()).unwrap_or(squeezed)).filter(|word| !word.is_empty())
    }
}
