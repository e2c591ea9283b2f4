//! Dialects cell by cell, before anything is concluded: what a format file makes of a row must be what the portal's makes
//! of it. So facts are compared too that few rules look at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use lastseen::assets;
use lastseen::console::Console as Product;
use lastseen::formats::{self, Formats, Normalised, Records};
use lastseen::read;
use polars::prelude::AnyValue;

use super::compare::Difference;
use super::written::{Spot, Written};

/// Canonical values by row of the portal and column; a row may stand in several exports.
pub(super) type Cells = BTreeMap<(Spot, String), BTreeSet<String>>;

pub(super) static FORMATS: LazyLock<Formats> = LazyLock::new(|| Formats::load(&assets::rules(None).unwrap()).unwrap());

/// Every value of every export. Rows that stand for several of the portal's are left out.
pub(super) fn cells(written: &Written) -> Cells {
    let formats = &*FORMATS;
    let place = written.place();
    let mut tables: Vec<(String, Records)> = Vec::new();
    let mut names: Vec<(Product, &str, BTreeMap<String, String>)> = Vec::new();
    for input in read::discover(&[place.path("in")]).unwrap() {
        for export in read::open(&input).unwrap().exports {
            let recognised = formats.recognise(&export).unwrap_or_else(|| panic!("nobody knows {}", export.label));
            if let Some(lookup) = &recognised.format.lookup {
                names.push((recognised.format.console, lookup.field, formats::lookup(&export, &recognised)));
                continue;
            }
            let Normalised { records, .. } =
                formats::normalise(&export, &recognised, formats, &formats::Options::default()).unwrap();
            assert!(records.bad.is_empty(), "{}: {:?}", export.label, records.bad);
            tables.push((export.label.clone(), records));
        }
    }
    let mut cells = Cells::new();
    for (label, mut records) in tables {
        for (console, field, names) in &names {
            if *console == records.console {
                formats::translate(&mut records, field, names).unwrap();
            }
        }
        let frame = records.table.frame().unwrap();
        let rows: Vec<u32> = frame.column("row").unwrap().u32().unwrap().into_no_null_iter().collect();
        for column in frame.columns() {
            // Whether a cell could be read is no fact of the device; the notices compare it.
            if column.name() == "row" || column.name().ends_with("_unread") {
                continue;
            }
            for (at, row) in rows.iter().enumerate() {
                let [spot] = written.spots(&label, *row as usize)[..] else { continue };
                if let Some(value) = text(&column.get(at).unwrap()) {
                    cells.entry((spot, column.name().to_string())).or_default().insert(value);
                }
            }
        }
    }
    cells
}

/// A value as text, times to the second.
fn text(value: &AnyValue<'_>) -> Option<String> {
    match value {
        AnyValue::Null => None,
        AnyValue::String(text) => Some((*text).to_owned()),
        AnyValue::StringOwned(text) => Some(text.to_string()),
        AnyValue::Boolean(flag) => Some(flag.to_string()),
        AnyValue::Int64(millis) => Some(millis.div_euclid(1_000).to_string()),
        other => panic!("a value of another kind: {other:?}"),
    }
}

/// Cells that a dialect lost, gained or changed: one difference for each console and column, with an example.
pub(super) fn differences(expected: &Cells, got: &Cells) -> Vec<Difference> {
    let covered: BTreeSet<Spot> = got.keys().map(|(spot, _)| *spot).collect();
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for key in expected.keys().chain(got.keys().filter(|key| !expected.contains_key(*key))) {
        let ((console, row), column) = key;
        let (before, after) = (expected.get(key), got.get(key));
        if before == after || !covered.contains(&key.0) {
            continue;
        }
        let what = match (before, after) {
            (_, None) => "lost",
            (None, _) => "gained",
            (Some(before), Some(after)) if before.iter().map(|text| in_code_page(text)).eq(after.iter().cloned()) => {
                "beyond the code page"
            }
            _ => "changed",
        };
        let example = || format!("row {row}: {before:?} is {after:?}");
        found.entry(format!("cells {what}: {console:?}.{column}")).or_insert_with(|| (0, example())).0 += 1;
    }
    let say = |(what, (count, example))| Difference { what, detail: format!("{count} cells, first {example}") };
    found.into_iter().map(say).collect()
}

/// The text with a question mark for each letter that Windows-1252 lacks.
pub(super) fn in_code_page(text: &str) -> String {
    let known = |letter: char| if encoding_rs::WINDOWS_1252.encode(&letter.to_string()).2 { '?' } else { letter };
    text.chars().map(known).collect()
}
