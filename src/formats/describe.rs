//! The description of one format, as its YAML file gives it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::values::squeeze;
use crate::error::Problem;
use crate::schema::{Console, Field, RECORD, record_field};

/// The YAML file, word for word.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    console: String,
    title: String,
    source: String,
    #[serde(rename = "match")]
    matching: RawMatch,
    columns: BTreeMap<String, RawColumn>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    blank_unless: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    expects: BTreeMap<String, String>,
    #[serde(default)]
    known: Vec<String>,
    #[serde(default)]
    short_rows: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMatch {
    /// Each entry is a header, or a list of headers of which one is enough.
    required: Vec<Names>,
    #[serde(default)]
    forbidden: Vec<String>,
    #[serde(default)]
    some_of: Option<SomeOf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SomeOf {
    at_least: usize,
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Any(Vec<String>),
}

impl Names {
    fn squeezed(&self) -> Vec<String> {
        match self {
            Self::One(name) => vec![squeeze(name)],
            Self::Any(names) => names.iter().map(|n| squeeze(n)).collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RawColumn {
    Names(Names),
    /// A flag that is true where the header's cell has this word.
    Is {
        column: String,
        is: String,
    },
}

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
    /// Canonical columns with a fixed value.
    pub constants: BTreeMap<&'static str, String>,
    /// Per canonical column: the console's word, squeezed → the canonical word.
    pub values: BTreeMap<&'static str, BTreeMap<String, String>>,
    /// A column counts only where another column has a word: (column, other, word).
    pub blank_unless: Vec<(&'static str, &'static str, String)>,
    /// Flags that are true where a cell has a word: column → squeezed word.
    pub is: BTreeMap<&'static str, String>,
    columns: BTreeMap<&'static str, Vec<String>>,
    expects: Vec<(&'static str, String)>,
    required: Vec<Vec<String>>,
    forbidden: Vec<String>,
    some_of: Option<(usize, Vec<String>)>,
    known: Vec<String>,
}

impl Format {
    /// Reads and checks one format file.
    ///
    /// # Errors
    /// Every problem of the file.
    pub fn parse(path: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let raw: Raw = yaml_serde::from_str(text).map_err(|e| vec![problem(path, "", e.to_string(), "")])?;
        let mut check = Check { path, problems: Vec::new() };
        let expected = path.trim_start_matches("formats/").trim_end_matches(".yaml").trim_end_matches(".yml");
        if raw.id != expected {
            check.add("id", format!("`{}` does not match the file name", raw.id), format!("write `{expected}`"));
        }
        let console = Console::parse(&raw.console).unwrap_or_else(|| {
            check.add("console", format!("`{}` is no console", raw.console), Console::WORDS.join(", "));
            Console::Intune
        });
        let mut columns = BTreeMap::new();
        let mut is = BTreeMap::new();
        for (name, column) in &raw.columns {
            let Some(field) = check.field(name) else { continue };
            match column {
                RawColumn::Names(names) => columns.insert(field.name, names.squeezed()),
                RawColumn::Is { column, is: word } => {
                    is.insert(field.name, squeeze(word));
                    columns.insert(field.name, vec![squeeze(column)])
                }
            };
        }
        let mut constants = BTreeMap::new();
        for (name, value) in raw.constants {
            if let Some(field) = check.field(&name) {
                constants.insert(field.name, value);
            }
        }
        let mut values = BTreeMap::new();
        for (name, map) in raw.values {
            if let Some(field) = check.field(&name) {
                values.insert(field.name, map.into_iter().map(|(k, v)| (squeeze(&k), v)).collect());
            }
        }
        let mut blank_unless = Vec::new();
        for (name, conditions) in raw.blank_unless {
            for (other, word) in conditions {
                if let (Some(field), Some(other)) = (check.field(&name), check.field(&other)) {
                    blank_unless.push((field.name, other.name, word));
                }
            }
        }
        let mut expects = Vec::new();
        for (name, cost) in raw.expects {
            if let Some(field) = check.field(&name) {
                expects.push((field.name, cost));
            }
        }
        if raw.matching.required.is_empty() {
            check.add("match", "a format needs at least one required header", "");
        }
        if !check.problems.is_empty() {
            return Err(check.problems);
        }
        Ok(Self {
            id: raw.id,
            console,
            title: raw.title,
            source: raw.source,
            short_rows: raw.short_rows,
            constants,
            values,
            blank_unless,
            is,
            columns,
            expects,
            required: raw.matching.required.iter().map(Names::squeezed).collect(),
            forbidden: raw.matching.forbidden.iter().map(|n| squeeze(n)).collect(),
            some_of: raw.matching.some_of.map(|s| (s.at_least, s.names.iter().map(|n| squeeze(n)).collect())),
            known: raw.known.iter().map(|n| squeeze(n)).collect(),
        })
    }

    /// Whether a header, squeezed, has what the format needs.
    pub(super) fn accepts(&self, header: &[String]) -> bool {
        let has = |name: &String| header.contains(name);
        self.required.iter().all(|any| any.iter().any(has))
            && !self.forbidden.iter().any(has)
            && self.some_of.as_ref().is_none_or(|(n, names)| names.iter().filter(|name| has(name)).count() >= *n)
    }

    pub(super) fn required_count(&self) -> usize {
        self.required.len()
    }

    pub(super) fn known_in(&self, header: &[String]) -> usize {
        header.iter().filter(|h| self.knows(h)).count()
    }

    pub(super) fn knows(&self, squeezed: &str) -> bool {
        self.known.iter().any(|k| k == squeezed) || self.columns.values().flatten().any(|k| k == squeezed)
    }

    /// Canonical column → position, the first alias that the header has.
    pub(super) fn columns_in(&self, header: &[String]) -> BTreeMap<&'static str, usize> {
        self.columns
            .iter()
            .filter_map(|(field, aliases)| {
                aliases.iter().find_map(|a| header.iter().position(|h| h == a)).map(|at| (*field, at))
            })
            .collect()
    }

    pub(super) fn missing_in(&self, columns: &BTreeMap<&'static str, usize>) -> Vec<(String, String)> {
        self.expects
            .iter()
            .filter(|(field, _)| !columns.contains_key(field))
            .map(|(field, cost)| ((*field).to_string(), cost.clone()))
            .collect()
    }

    /// Header names that feed a canonical column, squeezed.
    #[must_use]
    pub fn aliases(&self, field: &str) -> &[String] {
        self.columns.get(field).map_or(&[], Vec::as_slice)
    }
}

struct Check<'a> {
    path: &'a str,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn add(&mut self, place: &str, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(problem(self.path, place, message, help));
    }

    fn field(&mut self, name: &str) -> Option<&'static Field> {
        let found = record_field(name);
        if found.is_none() {
            let names: Vec<&str> = RECORD.iter().map(|f| f.name).collect();
            let help = crate::schema::nearest(name, names.iter().copied())
                .map_or_else(String::new, |n| format!("the nearest column is `{n}`"));
            self.add(name, format!("`{name}` is no canonical column"), help);
        }
        found
    }
}

pub(super) fn problem(path: &str, place: &str, message: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem { file: path.into(), place: place.into(), message: message.into(), help: help.into() }
}
