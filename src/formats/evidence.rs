//! Why a list is or is not of a format: its headers, what surrounds its rows, and what its cells say.
//!
//! Headers alone do not tell a console from an inventory that has the same ones. So a format may also say what words, ids
//! and platforms such a list has, and a list that has others is refused rather than read as another console's.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::describe::{Format, Match};
use super::values::{self, squeeze};
use super::vocabulary::Vocabulary;
use crate::read::{Export, PAGE_PREFIX, Rows};

/// So many different cells of a column are looked at.
const SAMPLE: usize = 40;
/// Signs of a cell that a message shows.
const LONGEST: usize = 30;

/// Why a list with the headers of a format is none of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Format id.
    pub format: String,
    /// Format name for people.
    pub title: String,
    /// What contradicts it, as a sentence part.
    pub reason: String,
}

/// What an export says of itself, gathered as it is asked for.
pub(super) struct Evidence<'a> {
    export: &'a Export,
    vocabulary: &'a Vocabulary,
    /// The header, squeezed.
    pub header: Vec<String>,
    /// The same, with what surrounds the rows: `list chromeosdevices`.
    pub names: HashSet<String>,
    /// Columns that say what the devices are, whatever the format: field, position.
    claims: Vec<(&'static str, usize)>,
    cells: BTreeMap<usize, Vec<String>>,
    /// The platforms in all cells of the columns that tell them.
    platforms: Option<Vec<(usize, String, String)>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(export: &'a Export, vocabulary: &'a Vocabulary) -> Self {
        let header: Vec<String> = export.header.iter().map(|name| squeeze(name)).collect();
        let lists = export.paging.members.iter().map(|member| squeeze(&format!("list {member}")));
        let names = header.iter().cloned().chain(lists).collect();
        let claims = header.iter().enumerate().filter_map(|(at, name)| Some((vocabulary.claim(name)?, at))).collect();
        Self { export, vocabulary, header, names, claims, cells: BTreeMap::new(), platforms: None }
    }

    /// The ways to be of a format that the header has, and the cells that the format knows lists of its kind by.
    pub(super) fn ways<'f>(&mut self, format: &'f Format) -> Vec<&'f Match> {
        let has = |way: &&Match| way.accepts(&self.names) && (!way.only || self.is_only(format));
        let mut ways: Vec<&Match> = format.ways.iter().filter(has).collect();
        ways.retain(|way| way.cells.iter().all(|(name, words)| self.begins_with(name, words)));
        ways.sort_by_key(|way| std::cmp::Reverse(way.demands()));
        ways
    }

    /// Whether the first cell of a column is one of these words.
    fn begins_with(&mut self, name: &str, words: &[String]) -> bool {
        let at = self.header.iter().position(|header| header == name);
        at.is_some_and(|at| self.sample(at).first().is_some_and(|cell| words.contains(&squeeze(cell))))
    }

    fn is_only(&self, format: &Format) -> bool {
        self.export.header.iter().all(|name| name.is_empty() || name.starts_with(PAGE_PREFIX) || format.spells(name))
    }

    /// What the cells say against a format, if none of the ways holds.
    pub(super) fn against(&mut self, format: &Format, ways: &[&Match]) -> Option<String> {
        if let Some(reason) = self.other_platform(format).or_else(|| self.other_maker(format)) {
            return Some(reason);
        }
        let mut first = None;
        for way in ways {
            match self.against_way(format, way) {
                None => return None,
                Some(reason) => {
                    first.get_or_insert(reason);
                }
            }
        }
        first
    }

    fn against_way(&mut self, format: &Format, way: &Match) -> Option<String> {
        let columns = format.columns_in(&self.header);
        let at = |field: &str| columns.get(field).and_then(|at| at.first()).copied();
        let position = |header: &[String], name: &String| header.iter().position(|h| h == name);
        for (name, pattern) in &way.telling {
            let Some(at) = position(&self.header, name) else { continue };
            let cells = self.sample(at);
            if !cells.is_empty() && !cells.iter().any(|cell| pattern.is_match(cell)) {
                return Some(format!("nothing in {} tells that it is such a list", self.named(at, cells.first())));
            }
        }
        for (field, shape) in &way.ids {
            let Some(at) = at(field) else { continue };
            let cells = self.sample(at);
            if !cells.is_empty() && !cells.iter().any(|cell| shape.fits(cell)) {
                return Some(format!("no cell of {} is an id as such a list has them", self.named(at, cells.first())));
            }
        }
        for (field, words) in &way.words {
            let Some(at) = at(field) else { continue };
            if let Some(strange) = mostly_strange(self.sample(at), words).filter(|_| self.is_mostly_strange(at, words))
            {
                return Some(format!("the words of {} are not those of such a list", self.named(at, Some(&strange))));
            }
        }
        None
    }

    /// A device of a platform that such a list cannot hold.
    fn other_platform(&mut self, format: &Format) -> Option<String> {
        if format.platforms.is_empty() {
            return None;
        }
        self.read_platforms();
        let own = format.aliases("platform");
        let found = self.platforms.iter().flatten().find(|(at, platform, _)| {
            let is_own = self.header.get(*at).is_some_and(|name| own.contains(name));
            !is_own && !format.platforms.contains(platform)
        });
        let (at, _, cell) = found?;
        Some(format!("{} is none of the platforms that such a list holds", self.named(*at, Some(cell))))
    }

    /// Finds every platform that a column names, with a cell that names it.
    fn read_platforms(&mut self) {
        if self.platforms.is_some() {
            return;
        }
        let of = |field: &str| -> Vec<usize> {
            self.claims.iter().filter(|(claim, _)| *claim == field).map(|(_, at)| *at).collect()
        };
        let (columns, models) = (of("platform"), of("model"));
        let mut found = Vec::new();
        // Few lists that hold one platform have such a column, so that all of it can be read; every list has models.
        let rows = if columns.is_empty() { Rows::default() } else { self.export.read(&columns, true) };
        for (at, cells) in columns.iter().zip(&rows.columns) {
            let different: BTreeSet<&str> = cells.iter().flatten().collect();
            let named = different.into_iter().filter_map(|cell| Some((self.vocabulary.platform(cell)?, cell)));
            found.extend(named.map(|(platform, cell)| (*at, platform, cell.to_string())));
        }
        for at in models {
            let cells = self.sample(at);
            let named = cells.into_iter().filter_map(|cell| Some((at, self.vocabulary.model(&cell)?, cell)));
            found.extend(named);
        }
        self.platforms = Some(found);
    }

    /// A manufacturer where the format knows that there is only one.
    fn other_maker(&mut self, format: &Format) -> Option<String> {
        let only = format.constants.get("manufacturer").and_then(|maker| self.vocabulary.manufacturer(maker))?;
        let columns: Vec<usize> =
            self.claims.iter().filter(|(field, _)| *field == "manufacturer").map(|(_, at)| *at).collect();
        for at in columns {
            let vocabulary = self.vocabulary;
            let other = |cell: &&String| vocabulary.manufacturer(cell).is_some_and(|maker| maker != only);
            let cells = self.sample(at);
            if let Some(cell) = cells.iter().find(other) {
                return Some(format!("{} is another manufacturer", self.named(at, Some(cell))));
            }
        }
        None
    }

    /// Some different cells of a column; damage is no cell.
    fn sample(&mut self, at: usize) -> Vec<String> {
        let export = self.export;
        let cells = self.cells.entry(at).or_insert_with(|| {
            let mut cells = export.sample(&[at], SAMPLE).pop().unwrap_or_default();
            cells.retain(|cell| matches!(values::text(cell), values::Cell::Value(_)));
            cells
        });
        cells.clone()
    }

    /// Whether most rows have a word in a column that is not known: a register may have a dozen words of its own for a row each.
    fn is_mostly_strange(&self, at: usize, words: &[String]) -> bool {
        let rows = self.export.read(&[at], true);
        let cells = rows.columns.iter().flat_map(|column| column.iter().flatten());
        let (mut known, mut strange) = (0_u64, 0_u64);
        for cell in cells.filter(|cell| matches!(values::text(cell), values::Cell::Value(_))) {
            let count = if is_word(cell, words) { &mut known } else { &mut strange };
            *count += 1;
        }
        strange > known
    }

    /// A column with one of its cells, for a sentence.
    fn named(&self, at: usize, cell: Option<&String>) -> String {
        let header = self.export.header.get(at).map_or("", String::as_str);
        match cell.filter(|cell| !values::looks_secret(cell)) {
            Some(cell) => format!("`{header}` (`{}`)", cell.chars().take(LONGEST).collect::<String>()),
            None => format!("`{header}`"),
        }
    }
}

fn is_word(cell: &str, words: &[String]) -> bool {
    words.contains(&squeeze(values::bare(cell)))
}

/// A word that is not known, where such words outnumber those that are.
fn mostly_strange(cells: Vec<String>, words: &[String]) -> Option<String> {
    let (known, strange): (Vec<String>, Vec<String>) = cells.into_iter().partition(|cell| is_word(cell, words));
    if strange.len() > known.len() { strange.into_iter().next() } else { None }
}
