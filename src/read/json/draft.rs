//! The lists while they are being found.

use super::scan::Items;
use super::{Bad, List, Page, next_link, number};

/// The facts around a page.
pub(super) type Facts = Vec<(String, String)>;

/// Lists of different names that one text may have.
pub(super) const MOST_LISTS: usize = 64;

/// All lists found so far.
#[derive(Default)]
pub(super) struct Drafts {
    drafts: Vec<PageDraft>,
    /// There was one more than there may be.
    overfull: bool,
    /// The index of the list that got something last.
    last: usize,
    /// Answers of batches that failed, by their status.
    failed: Vec<String>,
    /// How many answers the batches have.
    answers: usize,
}

#[derive(Default)]
struct PageDraft {
    list: List,
    /// What the envelope says that its rows are; empty where none says it.
    resource: String,
    /// How many elements the list has, bad ones included.
    count: usize,
}

impl Drafts {
    /// The lists; those of one name that hold different things are told apart by what they hold.
    pub(super) fn into_lists(self) -> Vec<List> {
        let lacks = self.lacks();
        let several =
            |draft: &PageDraft| self.drafts.iter().filter(|other| other.list.name == draft.list.name).count() > 1;
        let renamed: Vec<bool> = self.drafts.iter().map(several).collect();
        let mut lists = Vec::with_capacity(self.drafts.len());
        for (draft, renamed) in self.drafts.into_iter().zip(renamed) {
            let mut list = draft.list;
            if renamed && !draft.resource.is_empty() {
                let dot = if list.name.is_empty() { "" } else { "." };
                list.name = format!("{}{dot}{}", list.name, draft.resource);
            }
            if !draft.resource.is_empty() {
                list.members.push(draft.resource);
            }
            list.lacks.clone_from(&lacks);
            lists.push(list);
        }
        lists
    }

    /// An answer of a batch came, with its status if it failed.
    pub(super) fn answer(&mut self, failed: Option<String>) {
        self.answers += 1;
        self.failed.extend(failed);
    }

    /// What the batches lack, as part of a sentence.
    pub(super) fn lacks(&self) -> Option<String> {
        let mut kinds = self.failed.clone();
        kinds.sort();
        kinds.dedup();
        (!kinds.is_empty()).then(|| {
            format!("{} of {} answers of the batch failed ({})", self.failed.len(), self.answers, kinds.join(", "))
        })
    }

    /// The pages of the list that got something last need not follow one another.
    pub(super) fn note_more(&mut self) {
        if let Some(list) = self.drafts.get_mut(self.last).map(|draft| &mut draft.list) {
            list.more |= list.pages.last().is_some_and(|page| next_link(&page.facts).is_some());
        }
    }

    /// The rows of the list that got something last stand in a member of this name.
    pub(super) fn member(&mut self, member: &str) {
        let Some(draft) = self.drafts.get_mut(self.last) else { return };
        if !draft.list.members.iter().any(|known| known == member) {
            draft.list.members.push(member.to_owned());
        }
    }

    /// The list that got something last belongs to another one.
    pub(super) fn mark_included(&mut self) {
        if let Some(draft) = self.drafts.get_mut(self.last) {
            draft.list.included = true;
        }
    }

    /// Whether there are more lists than are read.
    pub(super) const fn is_overfull(&self) -> bool {
        self.overfull
    }

    /// Adds a page with these rows.
    pub(super) fn page(&mut self, name: &str, facts: Facts, elements: Vec<(usize, usize)>) {
        let resource = resource(&facts).unwrap_or_default();
        let Some(draft) = self.draft(name, &resource) else { return };
        let first = number(draft.count);
        draft.count += elements.len();
        draft.list.pages.push(Page { facts, elements, first });
    }

    /// Adds the elements of an array as a page; they are taken out of it.
    pub(super) fn array(&mut self, name: &str, facts: Facts, items: &mut Items, text: &str) {
        let resource = resource(&facts).unwrap_or_default();
        let before = self.draft(name, &resource).map_or(0, |draft| draft.count);
        self.page(name, facts, std::mem::take(&mut items.elements));
        let Some(draft) = self.drafts.get_mut(self.last) else { return };
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
        let Some(draft) = self.draft("", "") else { return };
        match draft.list.pages.last_mut() {
            Some(page) if page.facts.is_empty() => page.elements.push(range),
            _ => draft.list.pages.push(Page { facts: Vec::new(), elements: vec![range], first: number(draft.count) }),
        }
        draft.count += 1;
    }

    /// Adds an element that is no object to the list that got something last.
    pub(super) fn bad(&mut self, text: &str) {
        if self.drafts.is_empty() {
            self.drafts.push(PageDraft::default());
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

    /// The list of this name and of what it holds, which may be new. What a page does not say, another one may.
    fn draft(&mut self, name: &str, resource: &str) -> Option<&mut PageDraft> {
        let fits = |draft: &PageDraft| {
            let same = resource.is_empty() || draft.resource.is_empty() || draft.resource == resource;
            same && draft.list.name == name
        };
        let is_same = |draft: &PageDraft| !resource.is_empty() && draft.resource == resource && fits(draft);
        let last = || Some(self.last).filter(|last| self.drafts.get(*last).is_some_and(fits));
        let known = self.drafts.iter().position(is_same).or_else(last);
        let known = known.or_else(|| self.drafts.iter().position(fits));
        self.overfull |= known.is_none() && self.drafts.len() >= MOST_LISTS;
        if self.overfull {
            return None;
        }
        self.last = known.unwrap_or_else(|| {
            let list = List { name: name.to_owned(), ..List::default() };
            self.drafts.push(PageDraft { list, resource: resource.to_owned(), count: 0 });
            self.drafts.len() - 1
        });
        let draft = self.drafts.get_mut(self.last)?;
        if draft.resource.is_empty() {
            resource.clone_into(&mut draft.resource);
        }
        Some(draft)
    }
}

/// What the rows of a page are by its envelope: the last part of `@odata.context`, of Google's `kind`.
fn resource(facts: &Facts) -> Option<String> {
    const CONTEXTS: [&str; 3] = ["@odata.context", "odata.context", "odata.metadata"];
    let fact = |names: &[&str]| {
        let is = |path: &str| names.iter().any(|name| path.eq_ignore_ascii_case(name));
        facts.iter().find(|(path, _)| is(path)).map(|(_, text)| text.as_str())
    };
    let context = fact(&CONTEXTS).and_then(|text| text.split_once("$metadata#"));
    let text = context.or_else(|| fact(&["kind", "resourceKind"])?.rsplit_once('#'))?.1;
    let mut outside = String::with_capacity(text.len());
    let mut depth = 0_u32;
    for sign in text.chars() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(sign),
            _ => {}
        }
    }
    let part = outside.trim_end_matches("/$entity").rsplit(['/', '.']).next().unwrap_or_default();
    (!part.is_empty()).then(|| part.to_owned())
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
