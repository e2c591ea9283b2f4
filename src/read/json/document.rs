//! A list in a JSON document as a table: header, and columns read in parallel.

use std::sync::Arc;

use rayon::prelude::*;

use super::super::export::{BadRow, Export, FirstCells, Paging, Rows};
use super::around::{self, Stripped};
use super::{List, Reader, columns, outline, tabular};
use crate::frame::{Strings, strings::Builder};
use crate::notice::{Code, Notice, many};

/// What only an answer of a console has around its rows, in lower case; PowerShell's `Count` is none.
const ENVELOPE: [&str; 7] = ["@odata.", "odata.", "kind", "etag", "nextpagetoken", "links.", "meta."];

/// One list of a JSON document; lists of one document share its text.
#[derive(Debug)]
pub(in crate::read) struct Document {
    text: Arc<String>,
    list: List,
    header: Vec<String>,
}

/// The lists of a JSON text.
///
/// # Errors
/// The reason why the text holds no list, as a sentence part.
pub(in crate::read) fn lists(label: &str, text: String) -> Result<(Vec<Export>, Option<Notice>), String> {
    let (text, lacks) = rewritten(text);
    let found = outline(&text);
    let whole = found.as_ref().is_ok_and(|found| !found.iter().any(|list| list.cut));
    if !whole && let Some(without) = around::strip(&text) {
        let better = outline(&without.text).is_ok_and(|lists| found.is_err() || !lists.iter().any(|list| list.cut));
        if better {
            return stripped(label, without).map(|(exports, notice)| (exports, Some(notice)));
        }
    }
    exports(label, text, found?, lacks.as_ref()).map(|exports| (exports, None))
}

/// A table of columns and rows as a list of objects; and what it lacks, if it says so.
fn rewritten(text: String) -> (String, Option<String>) {
    match tabular::rewrite(&text) {
        Some(written) => (written.text, written.lacks),
        None => (text, None),
    }
}

/// The lists of a text from which everything that is no JSON was taken out.
///
/// # Errors
/// As [`lists`], with the line in which the JSON begins.
pub(in crate::read) fn stripped(label: &str, without: Stripped) -> Result<(Vec<Export>, Notice), String> {
    let Stripped { text, line, lines } = without;
    let (text, lacks) = rewritten(text);
    let found = outline(&text).and_then(|found| exports(label, text, found, lacks.as_ref()));
    let exports = found.map_err(|reason| format!("{reason} (the JSON begins in line {line})"))?;
    let (lines, were) = (many(lines as u64, "line"), if lines == 1 { "is" } else { "are" });
    let message = format!("{lines} of the file {were} no JSON and {were} passed over; the JSON begins in line {line}");
    Ok((exports, Notice::new(Code::LinesPassedOver, label, message)))
}

fn exports(label: &str, text: String, mut found: Vec<List>, lacks: Option<&String>) -> Result<Vec<Export>, String> {
    for list in &mut found {
        list.lacks = list.lacks.take().or_else(|| lacks.cloned());
    }
    if found.iter().all(List::is_empty) {
        return Err("a JSON list without a single element; it counts as not supplied".into());
    }
    let text = Arc::new(text);
    let exports = found.into_iter().map(|list| {
        let label = if list.name.is_empty() { label.to_string() } else { format!("{label}!{}", list.name) };
        Ok(Export::json(label, Document::new(Arc::clone(&text), list)?))
    });
    exports.collect()
}

/// The rows that a chunk of elements gives.
#[derive(Default)]
struct Part {
    columns: Vec<Strings>,
    numeric: Vec<Vec<u32>>,
    row: Vec<u32>,
    bad: Vec<BadRow>,
}

impl Document {
    fn new(text: Arc<String>, list: List) -> Result<Self, String> {
        let header = columns(&text, &list)?;
        Ok(Self { text, list, header })
    }

    /// Bytes of the facts of pages, which every row of the page repeats.
    pub(in crate::read) fn repeated(&self) -> u64 {
        let facts = |page: &super::Page| page.facts.iter().map(|(_, text)| text.len()).sum::<usize>();
        self.list.pages.iter().map(|page| page.elements.len() as u64 * facts(page) as u64).sum()
    }

    /// How many elements there are.
    pub(in crate::read) fn height(&self) -> u64 {
        self.list.len() as u64
    }

    /// A table whose rows are JSON texts that stand in the cells of another table; `None` where a row has none.
    pub(in crate::read) fn of_cells<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Option<Self> {
        let mut text = String::from("[");
        let mut height = 0;
        for cell in cells {
            if height > 0 {
                text.push_str(",\n");
            }
            text.push_str(cell.unwrap_or("null"));
            height += 1;
        }
        text.push(']');
        let mut found = outline(&text).ok()?;
        // A cell that holds more or less than one value would shift the rows after it.
        let fits = |list: &List| list.len() == height && list.name.is_empty() && !list.cut;
        let list = found.pop().filter(|list| found.is_empty() && fits(list))?;
        Self::new(Arc::new(text), list).ok()
    }

    pub(in crate::read) fn header(&self) -> &[String] {
        &self.header
    }

    pub(in crate::read) fn container(&self) -> String {
        match self.list.pages.len() {
            0 | 1 => "JSON".into(),
            pages => format!("JSON in {pages} pages"),
        }
    }

    pub(in crate::read) fn paging(&self) -> Paging {
        let enveloped = self.list.pages.iter().flat_map(|page| &page.facts).any(|(path, _)| {
            let path = path.to_ascii_lowercase();
            ENVELOPE.iter().any(|name| if name.ends_with('.') { path.starts_with(name) } else { path == *name })
        });
        Paging {
            enveloped,
            more: self.list.more || self.list.next_link().is_some(),
            declared: self.list.declared(),
            single: self.list.lacks.is_none() && self.is_single(),
            lacks: self.list.lacks.clone(),
            members: self.list.members.clone(),
            included: self.list.included,
        }
    }

    /// Whether the text is one object rather than a list that happens to have one.
    fn is_single(&self) -> bool {
        let mut elements = self.list.elements(0..2);
        let (Some(only), None) = (elements.next(), elements.next()) else { return false };
        let before = self.text.get(..only.start()).unwrap_or_default().trim_end();
        !before.ends_with(['[', ','])
    }

    pub(in crate::read) fn read(&self, wanted: &[usize]) -> Rows {
        let names: Vec<String> = wanted.iter().filter_map(|at| self.header.get(*at).cloned()).collect();
        let chunks = self.list.chunks(rayon::current_num_threads() * 8);
        let parts: Vec<Part> = chunks.into_par_iter().map(|range| self.part(&names, range)).collect();
        let mut rows = Rows { numeric: vec![Vec::new(); names.len()], ..Rows::default() };
        let mut columns: Vec<Vec<Strings>> = vec![Vec::new(); names.len()];
        for part in parts {
            for (rows, more) in rows.numeric.iter_mut().zip(part.numeric) {
                rows.extend(more);
            }
            for (column, more) in columns.iter_mut().zip(part.columns) {
                column.push(more);
            }
            rows.row.extend(part.row);
            rows.bad.extend(part.bad);
        }
        rows.columns = columns.iter().map(|parts| Strings::concat(parts)).collect();
        rows.bad.extend(self.list.bad.iter().map(|bad| BadRow {
            row: bad.number,
            reason: bad.reason.clone(),
            text: bad.text.clone(),
        }));
        rows.bad.sort_by_key(|bad| bad.row);
        rows.cut = self.list.cut;
        rows
    }

    fn part(&self, names: &[String], range: std::ops::Range<usize>) -> Part {
        let mut builders: Vec<Builder> = names.iter().map(|_| Builder::new(range.len())).collect();
        let mut part = Part { numeric: vec![Vec::new(); names.len()], ..Part::default() };
        let mut reader = Reader::new(names, &|_| false);
        for element in self.list.elements(range) {
            if let Err(reason) = reader.read(&self.text, &element) {
                let text = element.text(&self.text).chars().take(1_000).collect();
                part.bad.push(BadRow { row: element.number, reason, text });
                continue;
            }
            for (slot, builder) in builders.iter_mut().enumerate() {
                builder.push(reader.cell(slot).filter(|text| !text.is_empty()));
            }
            for (slot, rows) in part.numeric.iter_mut().enumerate() {
                if reader.is_number(slot) {
                    rows.push(element.number);
                }
            }
            part.row.push(element.number);
        }
        part.columns = builders.into_iter().map(Builder::finish).collect();
        part
    }

    pub(in crate::read) fn sample(&self, wanted: &[usize], mut first: FirstCells) -> Vec<Vec<String>> {
        let names: Vec<String> = wanted.iter().filter_map(|at| self.header.get(*at).cloned()).collect();
        let mut reader = Reader::new(&names, &|_| false);
        for element in self.list.elements(0..self.list.objects()) {
            // A broken element is set aside when the rows are read.
            if reader.read(&self.text, &element).is_ok() {
                first.see((0..names.len()).map(|slot| reader.cell(slot)));
            }
            if first.is_done() {
                break;
            }
        }
        first.cells
    }

    pub(in crate::read) fn count_filled(&self, wanted: &[usize]) -> Vec<u64> {
        let names: Vec<&str> = wanted.iter().filter_map(|at| self.header.get(*at).map(String::as_str)).collect();
        // What is skipped is counted and never copied.
        let skip = |path: &str| names.contains(&path);
        let mut reader = Reader::new(&[], &skip);
        for element in self.list.elements(0..self.list.objects()) {
            // A broken element is set aside when the rows are read.
            let _ = reader.read(&self.text, &element);
        }
        let count = |name: &&str| reader.secrets().find(|secret| secret.path == *name).map_or(0, |secret| secret.count);
        names.iter().map(count).collect()
    }
}
