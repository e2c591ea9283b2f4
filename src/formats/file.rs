//! The YAML file of a format, word for word, and the checks that make a [`Format`] of it.

use std::collections::BTreeMap;

use regex::RegexBuilder;
use serde::Deserialize;

use super::describe::{Format, Lookup, Match};
use super::source::{Item, Part, Source};
use super::values::squeeze;
use crate::error::Problem;
use crate::schema::{Console, Field, RECORD, nearest, record_field};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    console: String,
    title: String,
    source: String,
    #[serde(rename = "match")]
    matching: RawMatch,
    #[serde(default)]
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
    secret: Vec<String>,
    #[serde(default)]
    short_rows: bool,
    #[serde(default)]
    software_serials: bool,
    #[serde(default)]
    partial: Option<String>,
    #[serde(default)]
    leaves_out: BTreeMap<String, String>,
    #[serde(default)]
    page_sizes: Vec<u64>,
    #[serde(default)]
    lookup: Option<RawLookup>,
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
    /// Header → words of which the first filled cell must be one.
    #[serde(default)]
    cells: BTreeMap<String, Names>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SomeOf {
    at_least: usize,
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLookup {
    column: String,
    key: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Any(Vec<String>),
}

impl Names {
    fn list(&self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name.clone()],
            Self::Any(names) => names.clone(),
        }
    }

    fn squeezed(&self) -> Vec<String> {
        self.list().iter().map(|n| squeeze(n)).collect()
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RawColumn {
    Names(Names),
    Part(RawPart),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    column: Names,
    /// A flag that is true where the cell has this word.
    is: Option<String>,
    /// The first group of this pattern; case does not matter.
    extract: Option<String>,
    /// One item of a list.
    item: Option<RawItem>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RawItem {
    Nth(usize),
    Word(String),
}

/// Reads and checks one format file.
pub(super) fn parse(path: &str, text: &str) -> Result<Format, Vec<Problem>> {
    let raw: Raw = crate::yaml::from_str(text).map_err(|e| vec![problem(path, "", e.to_string(), "")])?;
    let mut check = Check { path, problems: Vec::new() };
    let expected = path.trim_start_matches("formats/").trim_end_matches(".yaml").trim_end_matches(".yml");
    if raw.id != expected {
        check.add("id", format!("`{}` does not match the file name", raw.id), format!("write `{expected}`"));
    }
    let console = Console::parse(&raw.console).unwrap_or_else(|| {
        check.add("console", format!("`{}` is no console", raw.console), Console::WORDS.join(", "));
        Console::Intune
    });
    if raw.matching.required.is_empty() {
        check.add("match", "a format needs at least one required header", "");
    }
    let mut columns = BTreeMap::new();
    for (name, column) in raw.columns {
        let Some(field) = check.field(&name) else { continue };
        columns.insert(field.name, check.source(&name, column));
    }
    let constants = check.by_field(raw.constants);
    let values = check.by_field(raw.values);
    let values = values
        .into_iter()
        .map(|(name, map)| (name, map.into_iter().map(|(k, v)| (squeeze(&k), v)).collect()))
        .collect();
    let mut blank_unless = Vec::new();
    for (name, conditions) in check.by_field(raw.blank_unless) {
        for (other, word) in conditions {
            if let Some(other) = check.field(&other) {
                blank_unless.push((name, other.name, word));
            }
        }
    }
    let expects = check.by_field(raw.expects).into_iter().collect();
    let leaves_out = check.by_field(raw.leaves_out).into_iter().collect();
    let lookup = raw.lookup.and_then(|l| {
        let field = check.field(&l.column)?;
        Some(Lookup { field: field.name, key: squeeze(&l.key), value: squeeze(&l.value) })
    });
    if columns.is_empty() && lookup.is_none() {
        check.add("columns", "the format fills no column", "name at least `native_id`");
    }
    if !check.problems.is_empty() {
        return Err(check.problems);
    }
    let squeezed = |names: &[String]| names.iter().map(|n| squeeze(n)).collect::<Vec<_>>();
    let (prefixes, known): (Vec<String>, Vec<String>) = raw.known.into_iter().partition(|k| k.ends_with('*'));
    Ok(Format {
        id: raw.id,
        console,
        title: raw.title,
        source: raw.source,
        short_rows: raw.short_rows,
        software_serials: raw.software_serials,
        partial: raw.partial,
        leaves_out,
        page_sizes: raw.page_sizes,
        lookup,
        constants,
        values,
        blank_unless,
        columns,
        expects,
        matching: Match {
            written: raw.matching.required.iter().map(|n| n.list().into_iter().next().unwrap_or_default()).collect(),
            required: raw.matching.required.iter().map(Names::squeezed).collect(),
            forbidden: squeezed(&raw.matching.forbidden),
            some_of: raw.matching.some_of.map(|s| (s.at_least, squeezed(&s.names))),
            cells: raw.matching.cells.iter().map(|(header, words)| (squeeze(header), words.squeezed())).collect(),
        },
        known: squeezed(&known),
        known_prefixes: squeezed(&prefixes),
        secret: squeezed(&raw.secret),
    })
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
            let help = nearest(name, names.iter().copied())
                .map_or_else(String::new, |n| format!("the nearest column is `{n}`"));
            self.add(name, format!("`{name}` is no canonical column"), help);
        }
        found
    }

    fn by_field<T>(&mut self, map: BTreeMap<String, T>) -> BTreeMap<&'static str, T> {
        map.into_iter().filter_map(|(name, value)| Some((self.field(&name)?.name, value))).collect()
    }

    fn source(&mut self, name: &str, column: RawColumn) -> Source {
        match column {
            RawColumn::Names(names) => Source::new(names.list(), Part::Whole),
            RawColumn::Part(raw) => {
                let part = self.part(name, &raw);
                Source::new(raw.column.list(), part)
            }
        }
    }

    fn part(&mut self, name: &str, raw: &RawPart) -> Part {
        const ONE: &str = "give one of `is`, `extract` and `item`, or only names";
        match (&raw.is, &raw.extract, &raw.item) {
            (Some(word), None, None) => Part::Is(squeeze(word)),
            (None, Some(pattern), None) => match RegexBuilder::new(pattern).case_insensitive(true).build() {
                Ok(regex) if regex.captures_len() == 2 => Part::Extract(regex),
                Ok(_) => {
                    self.add(name, format!("`{pattern}` needs exactly one group"), "put what to take in `( )`");
                    Part::Whole
                }
                Err(e) => {
                    self.add(name, e.to_string(), "");
                    Part::Whole
                }
            },
            (None, None, Some(RawItem::Nth(place))) if *place > 0 => Part::Item(Item::Nth(*place)),
            (None, None, Some(RawItem::Word(word))) if word == "last" => Part::Item(Item::Last),
            (None, None, Some(_)) => {
                self.add(name, "`item` is a number from 1, or `last`", "");
                Part::Whole
            }
            _ => {
                self.add(name, "the column does not say which part of the cell it takes", ONE);
                Part::Whole
            }
        }
    }
}

pub(super) fn problem(path: &str, place: &str, message: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem { file: path.into(), place: place.into(), message: message.into(), help: help.into() }
}
