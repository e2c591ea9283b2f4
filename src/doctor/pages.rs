//! Answers that came in pages, each in a file of its own: which belong together, and which of them is missing.

use std::collections::{BTreeMap, HashMap};

use super::numbered::{self, Series};
use crate::formats::Records;
use crate::notice::many;

/// The pages of answers, by place of the export.
pub(super) struct Pages {
    of: BTreeMap<usize, Page>,
    /// Which number is in none of the files, beside the export that has the one before.
    missing: BTreeMap<usize, u64>,
}

/// One of several pages of an answer, which share no object.
#[derive(Clone, Copy)]
struct Page {
    /// Rows of all of them.
    rows: u64,
    /// What comes after it is there.
    is_followed: bool,
}

impl Pages {
    /// Pages are one answer if together they have as many objects as each of them declares, or if their files are numbered and all
    /// but the last name a further one. A list that merely has its end is no last page: it may be the answer to another question.
    pub(super) fn of(exports: &[(String, Records)]) -> Self {
        let mut all = Self { of: BTreeMap::new(), missing: BTreeMap::new() };
        let mut formats: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, (_, records)) in exports.iter().enumerate().filter(|(_, (_, records))| !records.paging.single) {
            formats.entry(&records.format).or_default().push(at);
        }
        for lists in formats.into_values() {
            all.add(exports, &lists);
        }
        all
    }

    fn add(&mut self, exports: &[(String, Records)], lists: &[usize]) {
        let of = |places: &[usize]| -> Vec<&Records> {
            places.iter().filter_map(|at| exports.get(*at)).map(|(_, records)| records).collect()
        };
        let enveloped: Vec<usize> = lists
            .iter()
            .copied()
            .filter(|at| exports.get(*at).is_some_and(|(_, records)| records.paging.enveloped))
            .collect();
        if let Some(rows) = counted(&of(&enveloped)) {
            self.of.extend(enveloped.iter().map(|at| (*at, Page { rows, is_followed: true })));
            return;
        }
        let labels = lists.iter().filter_map(|at| Some((*at, exports.get(*at)?.0.as_str())));
        // The sheets of a workbook are numbered as they were made, and one may have been deleted.
        let files = labels.filter(|(_, label)| label.rsplit('!').next().is_some_and(|name| name.contains('.')));
        for series in numbered::series(files) {
            let places: Vec<usize> = series.files.values().copied().collect();
            let pages = of(&places);
            if !are_disjoint(&pages) {
                continue;
            }
            let ends = pages.iter().filter(|page| page.paging.enveloped && !page.paging.more).count();
            let are_answers = series.may_be_pages() && pages.iter().all(|page| page.paging.enveloped);
            let is_linked = ends < pages.len() && are_answers;
            if is_linked && ends <= 1 {
                self.link(&series, &pages);
            }
            // An answer that ends at each file is several answers.
            if (is_linked && ends <= 1 || ends == 0 && series.is_of_parts())
                && let Some((number, beside)) = series.gap()
            {
                self.missing.insert(beside, number);
            }
        }
    }

    fn link(&mut self, series: &Series, pages: &[&Records]) {
        let rows = pages.iter().map(|page| page.rows()).sum();
        let page = |place: &usize| (*place, Page { rows, is_followed: series.is_followed(*place) });
        self.of.extend(series.files.values().map(page));
    }

    /// Rows of all pages of the answer of which an export is one.
    pub(super) fn rows(&self, at: usize) -> Option<u64> {
        self.of.get(&at).map(|page| page.rows)
    }

    /// That a further page is named and is not there.
    pub(super) fn further(&self, at: usize, records: &Records) -> Option<String> {
        let is_followed = self.of.get(&at).is_some_and(|page| page.is_followed);
        (records.paging.more && !is_followed).then(|| {
            format!("it holds {} and names a further page, which is in none of the files", many(records.rows(), "row"))
        })
    }

    /// That files are numbered and one of them is not there. Of a page that names a further one it is said by that.
    pub(super) fn missing(&self, at: usize) -> Option<String> {
        let number = self.missing.get(&at)?;
        let is_said = self.of.get(&at).is_some_and(|page| !page.is_followed);
        (!is_said).then(|| format!("the names of its files are numbered, and no file has the number {number}"))
    }
}

/// The rows of some pages, if each declares as many as they have together.
fn counted(pages: &[&Records]) -> Option<u64> {
    let rows = pages.iter().map(|page| page.rows()).sum();
    let declared = pages.first()?.paging.declared?;
    let is_part = |page: &&Records| page.paging.declared == Some(declared) && page.rows() < declared;
    (pages.len() > 1 && rows >= declared && pages.iter().all(is_part) && are_disjoint(pages)).then_some(rows)
}

/// Whether no object stands on two pages. Where a newer list speaks for objects of an older one, they stood on both.
fn are_disjoint(pages: &[&Records]) -> bool {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    pages.iter().all(|page| page.older.is_none())
        && pages.iter().enumerate().all(|(at, page)| {
            page.table
                .text("native_id")
                .is_none_or(|ids| ids.iter().flatten().all(|id| *seen.entry(id).or_insert(at) == at))
        })
}
