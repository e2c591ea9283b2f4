//! Where a canonical column comes from: which headers, and which part of their cells.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::dates::{Stamp, stamp};
use super::pattern::Pattern;
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
    /// Of several columns the newest time counts, not the first filled cell.
    pub newest: bool,
    /// Headers, squeezed, whose time only proves that it was that late, each with the sentence that says so.
    pub at_least: BTreeMap<String, String>,
}

/// What is taken from a cell.
#[derive(Debug)]
pub enum Part {
    /// All of it.
    Whole,
    /// Whether it is this word, squeezed.
    Is(String),
    /// Whether it is blank.
    Blank,
    /// The first group of a pattern.
    Extract(Pattern),
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
    /// The newest time.
    Newest,
}

impl Source {
    pub(super) fn new(written: Vec<String>, part: Part) -> Self {
        let headers = written.iter().map(|n| squeezed(n)).collect();
        Self { written, headers, part, newest: false, at_least: BTreeMap::new() }
    }

    /// The newest time of several columns, and of the items of each.
    pub(super) fn newest(written: Vec<String>, at_least: &BTreeMap<String, String>) -> Self {
        let at_least = at_least.iter().map(|(name, why)| (squeezed(name), why.clone())).collect();
        Self { newest: true, at_least, ..Self::new(written, Part::Item(Item::Newest)) }
    }

    /// Why an old time proves nothing, where columns of these headers are all that the list has.
    pub(super) fn is_at_least<'h>(&self, mut headers: impl Iterator<Item = &'h str>) -> Option<&str> {
        let first = self.at_least.get(&squeeze(headers.next()?))?;
        headers.all(|header| self.at_least.contains_key(&squeeze(header))).then_some(first.as_str())
    }
}

/// A name squeezed, but for a `*`, which stands for any signs.
fn squeezed(name: &str) -> String {
    name.split('*').map(squeeze).collect::<Vec<_>>().join("*")
}

/// Whether a header, squeezed, is one that a source names.
pub(super) fn fits(name: &str, header: &str) -> bool {
    match name.split_once('*') {
        Some((start, end)) => frames(start, end, header),
        None => name == header,
    }
}

/// Whether a header begins and ends so, and its end is not within its beginning.
pub(super) fn frames(start: &str, end: &str, header: &str) -> bool {
    header.len() >= start.len() + end.len() && header.starts_with(start) && header.ends_with(end)
}

impl Part {
    /// The part of a cell, if the cell has it.
    #[must_use]
    pub fn of<'a>(&self, cell: &'a str) -> Option<Cow<'a, str>> {
        match self {
            Self::Whole | Self::Is(_) | Self::Blank => Some(Cow::Borrowed(cell)),
            Self::Extract(pattern) => pattern.captures(cell)?.get(1).map(|group| Cow::Borrowed(group.as_str())),
            Self::Item(item) => item.of(cell).map(Cow::Borrowed),
        }
    }

    /// Whether a cell is taken as it stands.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole | Self::Is(_) | Self::Blank)
    }
}

impl Item {
    /// Lists come joined with `|`, `,` or `;`, or as the JSON text of an array.
    fn of(self, cell: &str) -> Option<&str> {
        if self == Self::Newest {
            return newest(cell);
        }
        let items = bare(cell).trim_start_matches('[').trim_end_matches(']').split(['|', ',', ';']);
        let mut items = items.map(|item| item.trim().trim_matches('"')).filter(|item| !item.is_empty());
        match self {
            Self::Nth(place) => items.nth(place.saturating_sub(1)),
            Self::Last | Self::Newest => items.next_back(),
        }
    }
}

/// The newest of the times in a cell; the first that cannot be read, where there is one: it may be the newest. A single
/// time may be written with a comma.
fn newest(cell: &str) -> Option<&str> {
    let text = bare(cell);
    if !text.contains(['|', ',', ';', '[']) || matches!(stamp(text), Stamp::At(_) | Stamp::Either(..)) {
        return Some(text).filter(|text| !text.is_empty());
    }
    let items = text.trim_start_matches('[').trim_end_matches(']').split(['|', ',', ';']);
    let items = items.map(|item| item.trim().trim_matches('"')).filter(|item| !item.is_empty());
    let rank = |item: &str| match stamp(item) {
        Stamp::At(millis) => (1, millis),
        Stamp::Unknown => (0, 0),
        Stamp::Unreadable | Stamp::Either(..) => (2, 0),
    };
    items.max_by_key(|item| rank(item))
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
    fn the_newest_of_the_times_in_a_cell() {
        for cell in ["2026-02-26|2026-02-27|2025-11-02", "[\"2026-02-27\",\"2026-02-26\"]", "2026-02-27"] {
            assert_eq!(Item::Newest.of(cell), Some("2026-02-27"), "{cell}");
        }
        assert_eq!(Item::Newest.of("Nov 2, 2025"), Some("Nov 2, 2025"), "one time with a comma");
        assert_eq!(Item::Newest.of("2026-02-26|soon"), Some("soon"), "it may be the newest");
        assert_eq!(Item::Newest.of(""), None);
    }

    #[test]
    fn a_star_in_a_header_stands_for_any_signs() {
        let source = Source::newest(vec!["activeTimeRanges*date".into()], &BTreeMap::new());
        let fits = |header: &str| source.headers.iter().any(|name| fits(name, &squeeze(header)));
        assert!(fits("activeTimeRanges.0.date") && fits("activeTimeRanges.date") && fits("activeTimeRanges.12.date"));
        assert!(!fits("activeTimeRanges") && !fits("activeTimeRanges.0.activeTime") && !fits("date"));
    }

    #[test]
    fn a_pattern_takes_its_group() {
        let part = Part::Extract(Pattern::in_any_case(r"\[ZTDID\]:([0-9a-f-]{36})".into()));
        let cell = "[HWID]:h:68|[ztdid]:5c0c2c7d-8a2e-4b1d-9d0e-6e2f3a4b5c6d|[OrderId]:A";
        assert_eq!(part.of(cell).as_deref(), Some("5c0c2c7d-8a2e-4b1d-9d0e-6e2f3a4b5c6d"));
        assert_eq!(part.of("[OrderId]:A"), None);
    }
}
