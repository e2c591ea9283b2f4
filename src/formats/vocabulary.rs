//! Words that formats share: platforms, join types, owners, agents; placeholders; names of secret columns.

use std::collections::BTreeMap;

use regex::RegexSet;
use serde::Deserialize;

use super::file::problem;
use super::values::squeeze;
use crate::assets::Files;
use crate::error::Problem;
use crate::schema::record_field;

const PATH: &str = "vocabulary.yaml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    words: BTreeMap<String, RawWords>,
    manufacturers: BTreeMap<String, Vec<String>>,
    placeholder_serials: RawPlaceholders,
    secret_columns: Vec<String>,
    #[serde(default)]
    harmless_columns: Vec<String>,
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
    placeholders: Vec<String>,
    placeholder_patterns: RegexSet,
    secrets: Vec<String>,
    harmless: Vec<String>,
}

impl Vocabulary {
    pub(super) fn load(files: &Files, problems: &mut Vec<Problem>) -> Self {
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
        let patterns = raw.placeholder_serials.patterns.iter().map(|p| format!("^(?:{p})$"));
        let placeholder_patterns = RegexSet::new(patterns).unwrap_or_else(|e| {
            problems.push(problem(PATH, "placeholder_serials", e.to_string(), ""));
            RegexSet::default()
        });
        let mut words = BTreeMap::new();
        for (field, list) in raw.words {
            if record_field(&field).is_none() {
                problems.push(problem(PATH, &field, format!("`{field}` is no canonical column"), ""));
            }
            words.insert(field, Words::new(list));
        }
        let manufacturers = raw
            .manufacturers
            .into_iter()
            .flat_map(|(name, spellings)| spellings.into_iter().map(move |s| (squeeze(&s), name.clone())))
            .collect();
        Self {
            words,
            manufacturers,
            placeholders: raw.placeholder_serials.exact.iter().map(|p| squeeze_serial(p)).collect(),
            placeholder_patterns,
            secrets: raw.secret_columns.iter().map(|s| squeeze(s)).collect(),
            harmless: raw.harmless_columns.iter().map(|s| squeeze(s)).collect(),
        }
    }

    /// How the words of a canonical column translate, if it has a closed list.
    #[must_use]
    pub fn words(&self, field: &str) -> Option<&Words> {
        self.words.get(field)
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
