//! The scalars of an envelope around its rows.

use std::collections::HashSet;

use super::columns::header;
use super::reader::Reader;
use super::scan::{Members, Scanner, Value};

/// A member of an envelope with more text than this is no fact.
const MAX_FACT_TEXT: usize = 16_384;
/// An envelope says no more than this.
pub(super) const MOST_FACTS: usize = 200;

/// Flattens all members of an envelope but arrays and the `skipped` ones, which are sorted.
pub(super) fn facts(scan: Scanner<'_>, members: &Members<'_>, skipped: &[usize]) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut seen = HashSet::new();
    for (index, member) in members.list.iter().enumerate() {
        if facts.len() >= MOST_FACTS {
            break;
        }
        let text = scan.slice(member.key_start, member.end);
        let plain = matches!(member.value, Value::Scalar | Value::Object);
        if !plain || skipped.binary_search(&index).is_ok() || text.len() > MAX_FACT_TEXT {
            continue;
        }
        // As an object of its own a broken member spoils no other.
        let object = format!("{{{text}}}");
        let paths = header(&object);
        let mut reader = Reader::new(&paths, &|_| false);
        if reader.read_element(&object).is_err() {
            continue;
        }
        for (slot, path) in paths.into_iter().enumerate() {
            if let Some(text) = reader.cell(slot)
                && seen.insert(path.clone())
            {
                facts.push((path, text.to_owned()));
            }
        }
    }
    facts
}
