//! What the program itself writes: a value that is among it gives nothing away, and cannot be told from it in a sentence.

use std::collections::HashSet;

use crate::assets;
use crate::error::{Error, Result};

/// The strings of the sources.
const TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/texts.txt"));

/// The texts of the program: of its sources, of the shipped rules and of the page, and what a workbook has in any case.
pub(super) struct Corpus {
    texts: Vec<String>,
    words: HashSet<String>,
}

impl Corpus {
    /// Collects them.
    pub(super) fn new() -> Result<Self> {
        let mut texts = vec![TEXTS.to_string()];
        texts.extend(assets::rules(None)?.into_values().map(|text| without_tests(&text)));
        texts.extend(assets::templates(None)?.into_values());
        texts.push(workbook().map_err(|e| Error::Internal(e.to_string()))?);
        let mut corpus = Self { texts, words: HashSet::new() };
        for text in &corpus.texts {
            corpus.words.extend(runs(text).map(str::to_lowercase));
        }
        Ok(corpus)
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// Takes words as its own, too: those of columns that stay.
    pub(super) fn learn(&mut self, text: &str) {
        self.words.extend(runs(text).map(str::to_lowercase));
    }

    /// Whether a word is one of the program, or the plural of one.
    pub(super) fn has(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        self.words.contains(&word) || word.strip_suffix('s').is_some_and(|one| self.words.contains(one))
    }
}

/// Runs of letters and digits.
pub(super) fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric()).filter(|run| !run.is_empty())
}

/// A rule file without its tests, whose devices are made up.
fn without_tests(text: &str) -> String {
    let at = text.find("\ntests:").unwrap_or(text.len());
    text.get(..at).unwrap_or_default().to_string()
}

/// What stands in every workbook.
fn workbook() -> Result<String, Box<dyn std::error::Error>> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet();
    let bytes = book.save_to_buffer()?;
    let mut text = String::new();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes))?;
    for at in 0..archive.len() {
        let mut member = archive.by_index(at)?;
        text.push_str(&member.name()?);
        std::io::Read::read_to_string(&mut member, &mut text)?;
    }
    Ok(text)
}
