//! The YAML file of a format, word for word, and the checks that make a [`Format`] of it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::describe::{Format, Lookup, Match, SetAside, Shape};
use super::pattern::Pattern;
use super::source::{Item, Part, Source};
use super::values::squeeze;
use crate::console::Registry;
use crate::error::Problem;
use crate::schema::{Field, Kind, Platform, RECORD, nearest, record_field};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    console: String,
    title: String,
    source: String,
    #[serde(rename = "match")]
    matching: RawMatch,
    /// Further ways to recognise the list.
    #[serde(default)]
    or: Vec<RawMatch>,
    /// Platforms that such a list may hold.
    #[serde(default)]
    platforms: Vec<String>,
    /// Header → word → what is said of a row with it.
    #[serde(default)]
    set_aside: BTreeMap<String, BTreeMap<String, String>>,
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
    /// Canonical column → words of such a list.
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    /// Canonical column → `guid`, or a pattern.
    #[serde(default)]
    ids: BTreeMap<String, String>,
    /// Header → pattern that one cell must match.
    #[serde(default)]
    telling: BTreeMap<String, String>,
    #[serde(default)]
    only: bool,
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
    /// Header → its words → the name that counts instead.
    #[serde(default)]
    instead: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "the name of a column of the list, or several")]
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
#[serde(untagged, expecting = "the name of a column of the list, several, or `newest` with several")]
enum RawColumn {
    Names(Names),
    Newest(RawNewest),
    Part(RawPart),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNewest {
    /// Columns of times of which the newest counts; `*` in a name stands for any signs.
    newest: Vec<String>,
    /// Those whose time only proves that it was that late: where no other one is there, an old one proves nothing. With the
    /// sentence that says so.
    #[serde(default)]
    at_least: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    column: Names,
    /// A flag that is true where the cell has this word.
    is: Option<String>,
    /// `true`: a flag that is true where the cell is blank, in a column that is not blank throughout.
    blank: Option<bool>,
    /// The first group of this pattern; case does not matter.
    extract: Option<String>,
    /// One item of a list.
    item: Option<RawItem>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "the number of an item, from 1, or a word")]
enum RawItem {
    Nth(usize),
    Word(String),
}

/// Reads and checks one format file; its patterns only where they are not `proven`.
pub(super) fn parse(path: &str, text: &str, registry: &Registry, proven: bool) -> Result<Format, Vec<Problem>> {
    let raw: Raw = crate::yaml::from_str(text).map_err(|e| vec![problem(path, "", e.to_string(), "")])?;
    let mut check = Check { path, proven, problems: Vec::new() };
    let expected = path.trim_start_matches("formats/").trim_end_matches(".yaml").trim_end_matches(".yml");
    if raw.id != expected {
        check.add("id", format!("`{}` does not match the file name", raw.id), format!("write `{expected}`"));
    }
    let console = registry.parse(&raw.console);
    if console.is_none() {
        check.add("console", format!("`{}` is no console", raw.console), registry.slugs().join(", "));
    }
    let matching = std::iter::once(raw.matching).chain(raw.or);
    let ways: Vec<Match> = matching.map(|raw| check.way(raw)).collect();
    let platforms = check.platforms(raw.platforms, raw.constants.get("platform"));
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
        let words =
            |words: BTreeMap<String, String>| words.into_iter().map(|(word, name)| (squeeze(&word), name)).collect();
        let instead = l.instead.into_iter().map(|(header, own)| (squeeze(&header), words(own))).collect();
        Some(Lookup { field: field.name, key: squeeze(&l.key), value: squeeze(&l.value), instead })
    });
    if columns.is_empty() && lookup.is_none() {
        check.add("columns", "the format fills no column", "name at least `native_id`");
    }
    let (Some(console), true) = (console, check.problems.is_empty()) else { return Err(check.problems) };
    let spelt = spelt(&columns, &raw.known, &ways);
    let set_aside = raw.set_aside.into_iter().map(|(header, words)| SetAside {
        header: squeeze(&header),
        words: words.into_iter().map(|(word, why)| (squeeze(&word), why)).collect(),
    });
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
        platforms,
        set_aside: set_aside.collect(),
        ways,
        spelt,
        names: OnceLock::new(),
        known: squeezed(&known),
        known_prefixes: squeezed(&prefixes),
        secret: squeezed(&raw.secret),
    })
}

fn squeezed(names: &[String]) -> Vec<String> {
    names.iter().map(|name| squeeze(name)).collect()
}

/// Every header that the format names, as it writes it.
fn spelt(columns: &BTreeMap<&'static str, Source>, known: &[String], ways: &[Match]) -> Vec<String> {
    let columns = columns.values().flat_map(|source| source.written.iter());
    columns.chain(known).chain(ways.iter().flat_map(|way| way.written.iter())).cloned().collect()
}

struct Check<'a> {
    path: &'a str,
    /// It is known that its patterns are some.
    proven: bool,
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

    fn way(&mut self, raw: RawMatch) -> Match {
        if raw.required.is_empty() {
            self.add("match", "a format needs at least one required header", "");
        }
        let words = self.by_field(raw.words).into_iter().map(|(field, words)| (field, squeezed(&words))).collect();
        let mut ids = Vec::new();
        for (field, shape) in self.by_field(raw.ids) {
            let shape =
                if shape == "guid" { Some(Shape::Guid) } else { self.pattern(field, shape).map(Shape::Pattern) };
            ids.extend(shape.map(|shape| (field, shape)));
        }
        let mut telling = Vec::new();
        for (header, pattern) in raw.telling {
            telling.extend(self.pattern(&header, pattern).map(|pattern| (squeeze(&header), pattern)));
        }
        Match {
            written: raw.required.iter().map(|n| n.list().into_iter().next().unwrap_or_default()).collect(),
            required: raw.required.iter().map(Names::squeezed).collect(),
            forbidden: squeezed(&raw.forbidden),
            some_of: raw.some_of.map(|s| (s.at_least, squeezed(&s.names))),
            cells: raw.cells.iter().map(|(header, words)| (squeeze(header), words.squeezed())).collect(),
            words,
            ids,
            telling,
            only: raw.only,
        }
    }

    fn pattern(&mut self, place: &str, text: String) -> Option<Pattern> {
        let pattern = Pattern::in_any_case(text);
        if !self.proven
            && let Err(message) = pattern.groups()
        {
            self.add(place, message, "");
            return None;
        }
        Some(pattern)
    }

    /// What a list may hold; a platform that the format gives to every row says it as well.
    fn platforms(&mut self, mut named: Vec<String>, constant: Option<&String>) -> Vec<String> {
        for name in &named {
            if Platform::parse(name).is_none() {
                self.add("platforms", format!("`{name}` is no platform"), Platform::WORDS.join(", "));
            }
        }
        if named.is_empty() {
            named.extend(constant.cloned());
        }
        named
    }

    fn by_field<T>(&mut self, map: BTreeMap<String, T>) -> BTreeMap<&'static str, T> {
        map.into_iter().filter_map(|(name, value)| Some((self.field(&name)?.name, value))).collect()
    }

    fn source(&mut self, name: &str, column: RawColumn) -> Source {
        match column {
            RawColumn::Names(names) => Source::new(names.list(), Part::Whole),
            RawColumn::Newest(raw) => {
                if record_field(name).is_some_and(|f| f.kind != Kind::Time) {
                    self.add(name, format!("`{name}` is no time"), "only of times there is a newest one");
                }
                for own in raw.at_least.keys().filter(|own| !raw.newest.contains(*own)) {
                    self.add(name, format!("`{own}` is none of `newest`"), "name a column of `newest`");
                }
                Source::newest(raw.newest, &raw.at_least)
            }
            RawColumn::Part(raw) => {
                let part = self.part(name, &raw);
                Source::new(raw.column.list(), part)
            }
        }
    }

    fn part(&mut self, name: &str, raw: &RawPart) -> Part {
        const ONE: &str = "give one of `is`, `blank`, `extract` and `item`, or only names";
        if raw.blank == Some(true) && raw.is.is_none() && raw.extract.is_none() && raw.item.is_none() {
            return Part::Blank;
        }
        match (&raw.is, &raw.extract, &raw.item) {
            (Some(word), None, None) => Part::Is(squeeze(word)),
            (None, Some(text), None) => {
                let Some(pattern) = self.pattern(name, text.clone()) else { return Part::Whole };
                if !self.proven && pattern.groups() != Ok(1) {
                    self.add(name, format!("`{text}` needs exactly one group"), "put what to take in `( )`");
                    return Part::Whole;
                }
                Part::Extract(pattern)
            }
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

/// Why a text is no pattern, in one line. The crate draws a picture of several lines, the reason in the last.
pub(super) fn no_pattern(pattern: &str, error: &regex::Error) -> String {
    let said = error.to_string();
    let reason = said.lines().last().unwrap_or_default();
    format!("`{pattern}` is no pattern: {}", reason.strip_prefix("error: ").unwrap_or(reason))
}
