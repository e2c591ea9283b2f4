//! Finds the rows of a JSON text: documents, envelopes and pages around them, and lists under several names.

use std::collections::HashSet;

use super::List;
use super::batch;
use super::draft::{Drafts, Facts, MOST_LISTS};
use super::facts::{MOST_FACTS, facts};
use super::scan::{Broken, Items, Members, Scanner, Value};
use super::shape::{Class, MAX_WRAPPERS, Trust, classify, is_identity};

/// The fact that keeps the key of a row that stands in a map.
const KEY: &str = "key";
/// The member of an answer that holds what belongs to its rows.
const INCLUDED: &str = "included";
/// More broken lines than this, and the text is no list.
const MOST_TORN: usize = 200;
/// How many times over a text is read in vain.
const MOST_IN_VAIN: usize = 32;
/// A text of less is read in vain as often as it has broken lines.
const LITTLE: usize = 4 << 20;

/// Finds the lists of rows in a text.
///
/// A text that breaks off keeps all whole elements, and the list that was being read is marked as cut.
///
/// # Errors
/// Says why there is nothing to read.
pub(crate) fn outline(text: &str) -> Result<Vec<List>, String> {
    let mut outline = Outline { scan: Scanner { text }, drafts: Drafts::default(), rows: false };
    let stopped = outline.documents();
    if stopped.is_some() {
        outline.drafts.mark_cut();
    }
    if outline.drafts.is_overfull() {
        return Err(format!("it has more than {MOST_LISTS} lists of different names; at most so many are read"));
    }
    let lacks = outline.drafts.lacks();
    let lists = outline.drafts.into_lists();
    if lists.iter().any(|list| list.objects() > 0) {
        return Ok(lists);
    }
    match stopped {
        Some(broken) => Err(reason(broken, &lists)),
        None if lacks.is_some() => Err(format!("a JSON batch without rows: {}", lacks.unwrap_or_default())),
        None if lists.is_empty() => Err("the file holds no JSON".to_owned()),
        None if lists.iter().any(|list| !list.bad.is_empty()) => Err("the JSON list holds no objects".to_owned()),
        None => Ok(lists),
    }
}

fn reason(broken: Broken, lists: &[List]) -> String {
    match broken {
        Broken::Ends if lists.is_empty() => "the JSON ends in the middle of a device".to_owned(),
        Broken::Ends => "the JSON ends before the first whole device".to_owned(),
        Broken::At(0) => "the text is no JSON".to_owned(),
        Broken::At(at) => format!("the JSON is broken at byte {}", at + 1),
        Broken::ErrorAnswer => "the JSON is the error answer of a web service".to_owned(),
    }
}

/// What is known about a document from around it.
#[derive(Default)]
struct Place {
    /// The path of the wrapper's member.
    path: String,
    /// The facts of the wrappers.
    facts: Facts,
    depth: usize,
    /// It is the element of an array.
    element: bool,
}

struct Outline<'a> {
    scan: Scanner<'a>,
    drafts: Drafts,
    /// A row stood by itself as a document.
    rows: bool,
}

impl Outline<'_> {
    /// Reads one document after another. Returns why it stopped before the end of the text.
    fn documents(&mut self) -> Option<Broken> {
        let mut at = 0;
        let mut in_vain = 0_usize;
        loop {
            at = self.scan.between(at);
            let result = match self.scan.byte(at)? {
                b'{' | b'[' => self.document(at, &Place::default()),
                _ => self.scalar(at),
            };
            match result {
                Ok(end) => at = end,
                // A line that breaks off costs itself only; the next one is a document of its own.
                Err(broken) if self.rows => {
                    let next = self.next_line(at);
                    let end = next.unwrap_or(self.scan.text.len());
                    let torn = self.drafts.torn(self.scan.slice(at, end).trim_end());
                    // Each of them may be read to the end of the text, so that very many would take very long.
                    in_vain += match broken {
                        Broken::At(place) => place.saturating_sub(at),
                        Broken::Ends | Broken::ErrorAnswer => self.scan.text.len() - at,
                    };
                    let goes_on = torn < MOST_TORN && in_vain / MOST_IN_VAIN <= self.scan.text.len().max(LITTLE);
                    at = match next.filter(|_| goes_on) {
                        Some(next) => next,
                        None => return Some(broken),
                    };
                }
                Err(broken) => return Some(broken),
            }
        }
    }

    /// Where the next line begins that looks like an object.
    fn next_line(&self, at: usize) -> Option<usize> {
        let rest = self.scan.text.get(at..)?;
        let mut lines = rest.match_indices('\n').map(|(newline, _)| at + newline + 1);
        // Only blanks within the line are passed over: to look beyond it at every blank line would take for ever.
        lines.find(|next| {
            self.scan.text.get(*next..).is_some_and(|line| line.trim_start_matches([' ', '\t', '\r']).starts_with('{'))
        })
    }

    /// A scalar between rows is a bad row, anything else that is neither object nor array ends the reading.
    fn scalar(&mut self, start: usize) -> Result<usize, Broken> {
        let end = self.scan.value(start).map_err(|_| Broken::At(start))?;
        let valid = serde_json::from_str::<serde::de::IgnoredAny>(self.scan.slice(start, end)).is_ok();
        if self.rows && valid {
            self.drafts.bad(self.scan.slice(start, end));
            Ok(end)
        } else {
            Err(Broken::At(start))
        }
    }

    fn document(&mut self, start: usize, place: &Place) -> Result<usize, Broken> {
        if self.scan.byte(start) == Some(b'{') { self.object(start, place) } else { self.array(start, place) }
    }

    fn object(&mut self, start: usize, place: &Place) -> Result<usize, Broken> {
        let mut members = self.scan.members(start, is_identity);
        // An object may be closed although something inside it is no JSON.
        let end = members.end.or_else(|_| self.scan.value(start));
        let scan = self.scan;
        let around = |members: &Members<'_>, skipped: &[usize]| {
            let mut facts = facts(scan, members, skipped);
            let own: HashSet<&str> = facts.iter().map(|(path, _)| path.as_str()).collect();
            let known: Vec<_> = place.facts.iter().filter(|(path, _)| !own.contains(path.as_str())).cloned().collect();
            facts.extend(known);
            facts.truncate(MOST_FACTS);
            facts
        };
        let trust = match place {
            Place { element: true, .. } => Trust::Devices,
            Place { depth: 0, .. } if self.rows => Trust::Known,
            _ => Trust::Any,
        };
        if let Some(answers) = batch::answers(scan, &members) {
            return self.batch(&answers, place).and(end);
        }
        let class = match classify(scan, &members, trust, place.depth) {
            // What follows the break may be the row; reading it tells what is wrong.
            Class::Empty if members.end.is_err() => Class::Row,
            class => class,
        };
        match class {
            Class::Row => {
                let end = end?;
                self.rows |= place.depth == 0;
                if place.facts.is_empty() {
                    self.drafts.row((start, end));
                } else {
                    self.drafts.page("", place.facts.clone(), vec![(start, end)]);
                }
                return Ok(end);
            }
            Class::Empty => self.drafts.page("", around(&members, &[]), Vec::new()),
            Class::ErrorAnswer => return end.and(Err(Broken::ErrorAnswer)),
            Class::Inner(index, _) => {
                if let Some(member) = members.list.get(index) {
                    let path =
                        if place.path.is_empty() { member.key.to_string() } else { join(&place.path, &member.key) };
                    let inner =
                        Place { path, facts: around(&members, &[index]), depth: place.depth + 1, element: false };
                    self.object(member.start, &inner)?;
                }
            }
            Class::Lists(lists) => {
                let indexes: Vec<usize> = lists.iter().map(|list| list.0).collect();
                let facts = around(&members, &indexes);
                for (index, name) in lists {
                    let Some(member) = members.list.get_mut(index) else { continue };
                    let name = if name.is_empty() || place.path.is_empty() { name } else { join(&place.path, &name) };
                    match &mut member.value {
                        Value::Array(items) => self.drafts.array(&name, facts.clone(), items, scan.text),
                        _ => self.drafts.page(&name, facts.clone(), vec![(member.start, member.end)]),
                    }
                    self.drafts.member(&member.key);
                }
                self.included(&mut members);
            }
            Class::Map(indexes) => {
                let facts = around(&members, &indexes);
                for member in indexes.iter().filter_map(|index| members.list.get(*index)) {
                    let mut facts = facts.clone();
                    facts.push((KEY.to_owned(), member.key.to_string()));
                    self.drafts.page("", facts, vec![(member.start, member.end)]);
                }
                if let Some(member) = place.path.rsplit('.').next().filter(|member| !member.is_empty()) {
                    self.drafts.member(member);
                }
            }
        }
        if members.end.is_err() && end.is_ok() {
            self.drafts.mark_cut();
        }
        end
    }

    /// The answers of a batch are documents of their own; one that failed is counted.
    fn batch(&mut self, answers: &[batch::Answer], place: &Place) -> Result<(), Broken> {
        let place = Place { path: String::new(), facts: Facts::new(), depth: place.depth + 1, element: false };
        for answer in answers {
            match answer {
                batch::Answer::Failed(status) => self.drafts.answer(Some(status.clone())),
                batch::Answer::Body(start) => {
                    self.drafts.answer(None);
                    if self.scan.byte(*start) == Some(b'{') {
                        self.document(*start, &place)?;
                        self.drafts.note_more();
                    }
                }
            }
        }
        Ok(())
    }

    /// What belongs to the rows, in a list beside them.
    fn included(&mut self, members: &mut Members<'_>) {
        let beside = members.list.iter_mut().filter(|member| member.key.eq_ignore_ascii_case(INCLUDED));
        for member in beside {
            if let Value::Array(items) = &mut member.value
                && !items.elements.is_empty()
            {
                self.drafts.array(INCLUDED, Facts::new(), items, self.scan.text);
                self.drafts.mark_included();
            }
        }
    }

    fn array(&mut self, start: usize, place: &Place) -> Result<usize, Broken> {
        let mut items = self.scan.items(start);
        if self.holds_pages(&items, place) {
            self.pages(&items, place)?;
        } else if items.end.is_ok() || !items.elements.is_empty() {
            self.drafts.array("", place.facts.clone(), &mut items, self.scan.text);
        }
        items.end
    }

    /// Whether the elements of an array are envelopes or arrays of rows; the first object or array tells.
    fn holds_pages(&self, items: &Items, place: &Place) -> bool {
        if place.depth >= MAX_WRAPPERS {
            return false;
        }
        let tail = || items.tail.filter(|&tail| matches!(self.scan.byte(tail), Some(b'{' | b'[')));
        match items.elements.first().map(|element| element.0).or_else(tail) {
            Some(first) if self.scan.byte(first) == Some(b'{') => {
                let members = self.scan.members(first, is_identity);
                match classify(self.scan, &members, Trust::Devices, place.depth) {
                    Class::Row | Class::ErrorAnswer => false,
                    Class::Empty => !members.list.is_empty(),
                    // A wrapper around single rows is as good as a row.
                    Class::Lists(_) | Class::Map(_) | Class::Inner(..) => true,
                }
            }
            Some(_) => true,
            None => items.others.iter().any(|other| self.scan.byte(other.1) == Some(b'[')),
        }
    }

    /// Reads the elements of an array as documents.
    fn pages(&mut self, items: &Items, place: &Place) -> Result<(), Broken> {
        let others = items.others.iter().map(|&(_, start, end)| (start, end));
        let tail = items.tail.map(|tail| (tail, self.scan.text.len()));
        let mut documents: Vec<_> = items.elements.iter().copied().chain(others).chain(tail).collect();
        documents.sort_unstable();
        let (path, facts) = (place.path.clone(), place.facts.clone());
        let place = Place { path, facts, depth: place.depth + 1, element: true };
        for (start, end) in documents {
            if matches!(self.scan.byte(start), Some(b'{' | b'[')) {
                self.document(start, &place)?;
            } else if Some(start) != items.tail {
                self.drafts.bad(self.scan.slice(start, end));
            }
        }
        Ok(())
    }
}

fn join(path: &str, name: &str) -> String {
    format!("{path}.{name}")
}
