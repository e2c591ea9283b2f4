//! Where a canonical column comes from: which headers, and which part of their cells.

use std::borrow::Cow;

use regex::Regex;

use super::values::{bare, squeeze};

/// Headers that feed a canonical column, the preferred one first, and what is taken from a cell.
#[derive(Debug)]
pub struct Source {
    /// Headers as the format file writes them.
    pub written: Vec<String>,
    /// The same, squeezed.
    pub headers: Vec<String>,
    /// What is taken from a cell.
    pub part: Part,
}

/// What is taken from a cell.
#[derive(Debug)]
pub enum Part {
    /// All of it.
    Whole,
    /// Whether it is this word, squeezed.
    Is(String),
    /// The first group of a pattern.
    Extract(Regex),
    /// One item of a list.
    Item(Item),
}

/// Which item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// Counted from 1.
    Nth(usize),
    /// The last filled one.
    Last,
}

impl Source {
    pub(super) fn new(written: Vec<String>, part: Part) -> Self {
        let headers = written.iter().map(|n| squeeze(n)).collect();
        Self { written, headers, part }
    }
}

impl Part {
    /// The part of a cell, if the cell has it.
    #[must_use]
    pub fn of<'a>(&self, cell: &'a str) -> Option<Cow<'a, str>> {
        match self {
            Self::Whole | Self::Is(_) => Some(Cow::Borrowed(cell)),
            Self::Extract(pattern) => pattern.captures(cell)?.get(1).map(|group| Cow::Borrowed(group.as_str())),
            Self::Item(item) => item.of(cell).map(Cow::Borrowed),
        }
    }

    /// Whether a cell is taken as it stands.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole | Self::Is(_))
    }
}

impl Item {
    /// Lists come joined with `|`, `,` or `;`, or as the JSON text of an array.
    fn of(self, cell: &str) -> Option<&str> {
        let items = bare(cell).trim_start_matches('[').trim_end_matches(']').split(['|', ',', ';']);
        let mut items = items.map(|item| item.trim().trim_matches('"')).filter(|item| !item.is_empty());
        match self {
            Self::Nth(place) => items.nth(place.saturating_sub(1)),
            Self::Last => items.next_back(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_lists_in_cells() {
        for cell in ["1|2|3", "1,2,3", "1; 2; 3", "[\"1\",\"2\",\"3\"]", "|1||2|3"] {
            let item = |item: Item| Part::Item(item).of(cell).map(Cow::into_owned);
            assert_eq!(item(Item::Nth(1)).as_deref(), Some("1"), "{cell}");
            assert_eq!(item(Item::Nth(2)).as_deref(), Some("2"), "{cell}");
            assert_eq!(item(Item::Last).as_deref(), Some("3"), "{cell}");
            assert_eq!(item(Item::Nth(4)), None, "{cell}");
        }
        assert_eq!(Part::Item(Item::Last).of(""), None);
    }

    #[test]
    fn a_pattern_takes_its_group() {
        let part = Part::Extract(Regex::new(r"(?i)\[ZTDID\]:([0-9a-f-]{36})").unwrap());
        let cell = "[HWID]:h:68|[ztdid]:5c0c2c7d-8a2e-4b1d-9d0e-6e2f3a4b5c6d|[OrderId]:A";
        assert_eq!(part.of(cell).as_deref(), Some("5c0c2c7d-8a2e-4b1d-9d0e-6e2f3a4b5c6d"));
        assert_eq!(part.of("[OrderId]:A"), None);
    }
}
