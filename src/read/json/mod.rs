//! Turns JSON text into tables of flat text cells, without building a tree in memory.
//!
//! [`outline()`] finds the rows as byte ranges, [`columns()`] the header, and a [`Reader`] the cells of one row after
//! another. Elements are independent, so that the caller can read chunks of them in parallel.

mod around;
mod batch;
mod columns;
mod document;
mod draft;
mod facts;
mod flatten;
mod keyed;
mod outline;
mod paths;
mod reader;
mod scan;
mod shape;
mod tabular;

use std::ops::Range;

pub(super) use around::embedded;
pub(super) use document::{Document, lists, stripped};

use columns::columns;
use outline::outline;
use reader::Reader;

/// What stands around the rows of a page makes columns whose names start so.
pub const PAGE_PREFIX: &str = "page ";
/// Of a bad row this much text is kept, in bytes.
const MAX_BAD_TEXT: usize = 4096;

/// Members of an envelope that point to the next page, in lower case.
const NEXT_LINKS: [&str; 12] = [
    "@odata.nextlink",
    "odata.nextlink",
    "nextlink",
    "nextpagetoken",
    "links.next",
    "links.next.href",
    "meta.paging.nextcursor",
    "next",
    "paging.next",
    "pagination.next",
    "next_page_token",
    "more_to_follow",
];
/// Members of an envelope that tell the number of rows, in lower case.
const TOTALS: [&str; 13] = [
    "@odata.count",
    "odata.count",
    "count",
    "total",
    "totalcount",
    "total_count",
    "totalresults",
    "meta.paging.total",
    "meta.pagination.total",
    "meta.total",
    "meta.total_count",
    "paging.total",
    "pagination.total",
];

/// One list of rows, all pages together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct List {
    /// The member that holds the list, where a document has several lists; else empty.
    pub(crate) name: String,
    /// The pages in the order of the text.
    pub(crate) pages: Vec<Page>,
    /// Elements that are no objects.
    pub(crate) bad: Vec<Bad>,
    /// The text is broken after the last element: there may have been more.
    pub(crate) cut: bool,
    /// A page that need not be the last names a further one.
    pub(crate) more: bool,
    /// What was asked for and not given, as part of a sentence.
    pub(crate) lacks: Option<String>,
    /// Members that hold the rows, and resources that the envelopes name.
    pub(crate) members: Vec<String>,
    /// The rows belong to another list, which stands beside it.
    pub(crate) included: bool,
}

/// One page of a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The scalars of the envelope around the rows: path and text, without nulls.
    pub(crate) facts: Vec<(String, String)>,
    /// The byte ranges of the elements that are objects.
    pub(crate) elements: Vec<(usize, usize)>,
    /// The number of the page's first element within the list, from 1.
    pub(crate) first: u32,
}

/// An element that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bad {
    /// The number of the element within the list, from 1.
    pub(crate) number: u32,
    /// Why it cannot be read, as part of a sentence.
    pub(crate) reason: String,
    /// The start of its text.
    pub(crate) text: String,
}

/// One element of a list that is an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// The number of the element within the list, from 1; bad ones count.
    pub(crate) number: u32,
    /// The page it stands on.
    pub(crate) page: &'a Page,
    /// The byte range.
    range: (usize, usize),
}

impl Bad {
    /// A bad element; of its text only the start is kept.
    pub(crate) fn new(number: u32, reason: impl Into<String>, text: &str) -> Self {
        let end = text.floor_char_boundary(MAX_BAD_TEXT);
        Self { number, reason: reason.into(), text: text.get(..end).unwrap_or_default().to_owned() }
    }
}

impl Element<'_> {
    /// Where it begins in the text.
    pub(crate) fn start(&self) -> usize {
        self.range.0
    }

    /// The element's part of the text that was outlined.
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.0..self.range.1).unwrap_or_default()
    }
}

impl List {
    /// How many elements there are, bad ones included.
    pub(crate) fn len(&self) -> usize {
        self.objects() + self.bad.len()
    }

    /// Whether there is no element at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many elements are objects.
    pub(crate) fn objects(&self) -> usize {
        self.pages.iter().map(|page| page.elements.len()).sum()
    }

    /// The pointer of the last page to a further one: the file lacks pages.
    pub(crate) fn next_link(&self) -> Option<&str> {
        next_link(&self.pages.last()?.facts)
    }

    /// The number of rows that the envelopes declare, the largest of all pages.
    pub(crate) fn declared(&self) -> Option<u64> {
        let facts = self.pages.iter().flat_map(|page| &page.facts);
        facts.filter(|(path, _)| is_one_of(path, &TOTALS)).filter_map(|(_, text)| text.parse().ok()).max()
    }

    /// Splits the objects into at most `parts` ranges of about the same length.
    pub(crate) fn chunks(&self, parts: usize) -> Vec<Range<usize>> {
        let objects = self.objects();
        let size = objects.div_ceil(parts.max(1)).max(1);
        (0..objects).step_by(size).map(|start| start..(start + size).min(objects)).collect()
    }

    /// The objects of such a range, in order.
    pub(crate) fn elements(&self, range: Range<usize>) -> impl Iterator<Item = Element<'_>> {
        let after = self.pages.partition_point(|page| self.index(page) <= range.start);
        let pages = self.pages.get(after.saturating_sub(1)..).unwrap_or_default().iter();
        let pages = pages.map(|page| (page, self.index(page))).take_while(move |(_, start)| *start < range.end);
        pages.flat_map(move |(page, start)| {
            let within = |index: usize| index.saturating_sub(start).min(page.elements.len());
            let (from, to) = (within(range.start), within(range.end));
            let elements = page.elements.get(from..to).unwrap_or_default();
            let number = move |index| self.number(start + from + index);
            elements.iter().enumerate().map(move |(index, &range)| Element { number: number(index), page, range })
        })
    }

    /// The index of the page's first object among all objects.
    fn index(&self, page: &Page) -> usize {
        let bad = self.bad.partition_point(|bad| bad.number < page.first);
        (page.first as usize).saturating_sub(1 + bad)
    }

    /// The element number of the object with this index.
    fn number(&self, index: usize) -> u32 {
        // Before the bad element at `place` in the vector stand its number - 1 - place objects.
        let (mut low, mut high) = (0, self.bad.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let number = self.bad.get(middle).map_or(usize::MAX, |bad| bad.number as usize);
            if number.saturating_sub(1 + middle) <= index {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        number(index + low)
    }
}

/// The pointer to a further page among the facts of a page.
fn next_link(facts: &[(String, String)]) -> Option<&str> {
    let points = |text: &str| !matches!(text.trim(), "" | "false");
    facts.iter().find(|(path, text)| is_one_of(path, &NEXT_LINKS) && points(text)).map(|(_, text)| text.as_str())
}

/// Whether a path is one of these names.
fn is_one_of(path: &str, names: &[&str]) -> bool {
    names.iter().any(|name| path.eq_ignore_ascii_case(name))
}

/// The element number for a count of elements before it.
fn number(before: usize) -> u32 {
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
