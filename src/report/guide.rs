//! What the steps of all packages ask for, each text once: the pages at the end of a printed report.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::Index;
use crate::ids::EntryId;
use crate::outcome::Outcome;
use crate::plan::{Entry, introduced};

/// A step, and every text that it has in this report.
#[derive(Debug, Serialize)]
pub(super) struct GuideRow {
    step: String,
    console_title: &'static str,
    texts: Vec<GuideText>,
}

/// What is said of a step.
#[derive(Debug, Serialize)]
struct GuideText {
    /// `Do`, `Before it`, `Warning`, `Role`, `Why` or `Shows`.
    kind: &'static str,
    text: String,
    /// The lines of `guide` for which it is said; nothing where it is said for all of the step.
    lines: Vec<u32>,
}

/// What is said of a step, and under which name.
type Kind = (&'static str, fn(&Entry) -> &str);

/// What stands before a step. A warning has a word of its own.
const BEFORE: &str = "Before it";

/// What is said, in the order in which people need it.
const KINDS: [Kind; 5] = [
    ("Do", Entry::asked),
    (BEFORE, |entry| &entry.condition),
    ("Role", |entry| &entry.role),
    ("Why", |entry| &entry.why),
    // What the next exports show if it worked.
    ("Shows", |entry| &entry.seen),
];

/// Every step that packages name, in the order of the guide.
pub(super) fn guide(outcome: &Outcome, index: &Index) -> Vec<GuideRow> {
    let packages = outcome.packages.list.numbers();
    let mut used: Vec<EntryId> = packages.flat_map(|number| index.work(outcome, number).numbers()).collect();
    used.sort_unstable();
    used.dedup();
    let mut steps: Vec<(&str, Vec<(EntryId, &Entry)>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for number in used {
        let entry = outcome.entries.get(number);
        let place = *places.entry(&entry.slug).or_insert_with(|| {
            steps.push((&entry.slug, Vec::new()));
            steps.len() - 1
        });
        if let Some((_, own)) = steps.get_mut(place) {
            own.push((number, entry));
        }
    }
    steps.into_iter().map(|(step, entries)| row(step, &entries)).collect()
}

fn row(step: &str, entries: &[(EntryId, &Entry)]) -> GuideRow {
    let console = entries.iter().find_map(|(_, entry)| entry.console);
    let texts = KINDS.iter().flat_map(|(kind, of)| texts(kind, *of, entries)).collect();
    GuideRow { step: step.to_string(), console_title: console.map_or("", crate::console::Console::title), texts }
}

/// The different texts of one kind, each with the lines that have it.
fn texts(kind: &'static str, of: fn(&Entry) -> &str, entries: &[(EntryId, &Entry)]) -> Vec<GuideText> {
    let mut texts: Vec<GuideText> = Vec::new();
    for (line, entry) in entries.iter().filter(|(_, entry)| !of(entry).is_empty()) {
        match texts.iter_mut().find(|known| known.text == of(entry)) {
            Some(known) => known.lines.push(line.ordinal()),
            None => texts.push(GuideText { kind, text: of(entry).to_string(), lines: vec![line.ordinal()] }),
        }
    }
    for text in texts.iter_mut().filter(|text| text.kind == BEFORE) {
        let (word, said) = introduced(&text.text);
        (text.kind, text.text) = (word, said.to_string());
    }
    if let [only] = texts.as_mut_slice()
        && only.lines.len() == entries.len()
    {
        only.lines.clear();
    }
    texts
}
