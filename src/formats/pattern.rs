//! A pattern in a format file or word list. What finds it is made when the first cell is looked at: of all formats few are ever
//! asked.

use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};

/// A pattern as it is written, and what finds it.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    any_case: bool,
    made: OnceLock<Result<Regex, regex::Error>>,
}

impl Pattern {
    pub(super) const fn new(text: String) -> Self {
        Self { text, any_case: false, made: OnceLock::new() }
    }

    /// The same where case does not matter.
    pub(super) const fn in_any_case(text: String) -> Self {
        Self { text, any_case: true, made: OnceLock::new() }
    }

    fn made(&self) -> Result<&Regex, &regex::Error> {
        let make = || RegexBuilder::new(&self.text).case_insensitive(self.any_case).build();
        self.made.get_or_init(make).as_ref()
    }

    /// Number of its groups, or why the text is no pattern.
    pub(super) fn groups(&self) -> Result<usize, String> {
        self.made().map(|regex| regex.captures_len() - 1).map_err(|e| super::file::no_pattern(&self.text, e))
    }

    /// Whether it is in a cell.
    pub(super) fn is_match(&self, cell: &str) -> bool {
        self.made().is_ok_and(|regex| regex.is_match(cell))
    }

    /// The parts of a cell that its groups found.
    pub(super) fn captures<'c>(&self, cell: &'c str) -> Option<Captures<'c>> {
        self.made().ok()?.captures(cell)
    }
}
