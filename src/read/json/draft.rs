//! The lists while they are being found.

use super::scan::Items;
use super::{Bad, List, Page, number};

/// The facts around a page.
pub(super) type Facts = Vec<(String, String)>;

/// Lists of different names that one text may have.
pub(super) const MOST_LISTS: usize = 64;

/// All lists found so far.
#[derive(Default)]
pub(super) struct Drafts {
    drafts: Vec<Draft>,
    /// There was one more than there may be.
    overfull: bool,
    /// The index of the list that got something last.
    last: usize,
}

#[derive(Default)]
struct Draft {
    list: List,
    /// How many elements the list has, bad ones included.
    count: usize,
}

impl Drafts {
    pub(super) fn into_lists(self) -> Vec<List> {
        self.drafts.into_iter().map(|draft| draft.list).collect()
    }

    /// Whether there are more lists than are read.
    pub(super) const fn is_overfull(&self) -> bool {
        self.overfull
    }

    /// Adds a page with these rows.
    pub(super) fn page(&mut self, name: &str, facts: Facts, elements: Vec<(usize, usize)>) {
        let Some(draft) = self.draft(name) else { return };
        let first = number(draft.count);
        draft.count += elements.len();
        draft.list.pages.push(Page { facts, elements, first });
    }

    /// Adds the elements of an array as a page; they are taken out of it.
    pub(super) fn array(&mut self, name: &str, facts: Facts, items: &mut Items, text: &str) {
        let before = self.draft(name).map_or(0, |draft| draft.count);
        self.page(name, facts, std::mem::take(&mut items.elements));
        let Some(draft) = self.draft(name) else { return };
        draft.count += items.others.len();
        let others = items.others.iter();
        let bad = others.map(|&(place, start, end)| bad(before + place, text.get(start..end).unwrap_or_default()));
        draft.list.bad.extend(bad);
        if let Some(tail) = items.tail {
            draft.count += 1;
            draft.list.bad.push(torn(draft.count, text.get(tail..).unwrap_or_default()));
        }
    }

    /// Adds a row that stands by itself, without facts.
    pub(super) fn row(&mut self, range: (usize, usize)) {
        let Some(draft) = self.draft("") else { return };
        match draft.list.pages.last_mut() {
            Some(page) if page.facts.is_empty() => page.elements.push(range),
            _ => draft.list.pages.push(Page { facts: Vec::new(), elements: vec![range], first: number(draft.count) }),
        }
        draft.count += 1;
    }

    /// Adds an element that is no object to the list that got something last.
    pub(super) fn bad(&mut self, text: &str) {
        if self.drafts.is_empty() {
            self.drafts.push(Draft::default());
        }
        if let Some(draft) = self.drafts.get_mut(self.last) {
            draft.count += 1;
            draft.list.bad.push(bad(draft.count, text));
        }
    }

    /// Adds an element that breaks off to the list that got something last; gives how many there are.
    pub(super) fn torn(&mut self, text: &str) -> usize {
        let Some(draft) = self.drafts.get_mut(self.last) else { return 0 };
        draft.count += 1;
        draft.list.bad.push(torn(draft.count, text));
        draft.list.bad.len()
    }

    /// The list that got something last may have had more.
    pub(super) fn mark_cut(&mut self) {
        if let Some(draft) = self.drafts.get_mut(self.last) {
            draft.list.cut = true;
        }
    }

    /// The list of this name, which may be new.
    fn draft(&mut self, name: &str) -> Option<&mut Draft> {
        let known = self.drafts.iter().position(|draft| draft.list.name == name);
        self.overfull |= known.is_none() && self.drafts.len() >= MOST_LISTS;
        if self.overfull {
            return None;
        }
        self.last = known.unwrap_or_else(|| {
            self.drafts.push(Draft { list: List { name: name.to_owned(), ..List::default() }, count: 0 });
            self.drafts.len() - 1
        });
        self.drafts.get_mut(self.last)
    }
}

fn torn(number: usize, text: &str) -> Bad {
    Bad::new(super::number(number.saturating_sub(1)), "breaks off", text)
}

fn bad(number: usize, text: &str) -> Bad {
    let what = match text.bytes().next() {
        Some(b'[') => "an array",
        Some(b'"') => "a text",
        _ if text == "null" => "null",
        _ => "a single value",
    };
    Bad::new(super::number(number.saturating_sub(1)), format!("is {what} instead of an object"), text)
}
