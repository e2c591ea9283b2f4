//! Every format with an example of each shape it claims: recognised as that format and no other, every column known, and
//! the records as they come out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use lastseen::formats::{self, Formats};
use lastseen::read::{self, Export};
use lastseen::time::rfc3339;
use lastseen::{assets, schema};
use polars::prelude::{AnyValue, DataFrame};

use crate::common::{files_below, repository};

fn formats() -> Formats {
    Formats::load(&assets::rules(None).unwrap()).unwrap()
}

/// The fixtures: path below the folder, and the format that the path stands for.
fn fixtures() -> Vec<(String, String)> {
    files_below(&repository("tests/fixtures/exports"))
        .into_keys()
        .map(|name| {
            let format = name.rsplit_once('/').unwrap().0.to_string();
            (name, format)
        })
        .collect()
}

fn exports(name: &str) -> Vec<Export> {
    let path = repository("tests/fixtures/exports").join(name);
    let inputs = read::discover(&[path]).unwrap();
    let opened = read::open(&inputs[0]).unwrap();
    assert_eq!(opened.notices, [], "{name}");
    opened.exports
}

#[test]
fn every_format_has_a_fixture_and_every_fixture_a_format() {
    let known: BTreeSet<String> = formats().all().iter().map(|f| f.id.clone()).collect();
    let shown: BTreeSet<String> = fixtures().into_iter().map(|(_, format)| format).collect();
    assert_eq!(known, shown);
}

#[test]
fn every_fixture_is_recognised_and_every_column_of_it_is_known() {
    let formats = formats();
    let mut wrong = Vec::new();
    for (name, expected) in fixtures() {
        for export in exports(&name) {
            match formats.recognise(&export) {
                None => wrong.push(format!("{name}: not recognised: {:?}", export.header)),
                Some(found) if found.format.id != expected => {
                    wrong.push(format!("{name}: taken for {}", found.format.id));
                }
                Some(found) if !found.unknown.is_empty() => wrong.push(format!("{name}: unknown {:?}", found.unknown)),
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What becomes of each fixture: its columns, its records, its remarks.
#[test]
fn every_fixture_gives_its_records() {
    let formats = formats();
    for (name, _) in fixtures() {
        let mut text = String::new();
        for export in exports(&name) {
            let recognised = formats.recognise(&export).unwrap();
            writeln!(text, "{} as {}", export.container(), recognised.format.id).unwrap();
            if export.paging.more || export.paging.declared.is_some() {
                writeln!(text, "further page: {}, declared: {:?}", export.paging.more, export.paging.declared).unwrap();
            }
            if recognised.format.lookup.is_some() {
                writeln!(text, "names: {:?}", formats::lookup(&export, &recognised)).unwrap();
                continue;
            }
            let done = formats::normalise(&export, &recognised, &formats, &formats::Options::default()).unwrap();
            rows(&mut text, &done.records.table.frame().unwrap());
            for bad in &done.records.bad {
                writeln!(text, "\nrow {} is set aside: {}", bad.row, bad.reason).unwrap();
            }
            for (header, written) in &done.dates {
                writeln!(text, "dates of `{header}`: {written:?}").unwrap();
            }
            for notice in &done.notices {
                writeln!(text, "{} [{}] {}", notice.code.as_str(), notice.column, notice.message).unwrap();
            }
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name.replace('/', "__"), text);
        });
    }
}

/// The filled cells of each record.
fn rows(text: &mut String, frame: &DataFrame) {
    for row in 0..frame.height() {
        let mut cells = BTreeMap::new();
        for column in frame.columns() {
            let shown = match column.get(row).unwrap() {
                AnyValue::Null => continue,
                AnyValue::String(cell) => cell.to_string(),
                AnyValue::Int64(millis) => rfc3339(millis),
                other => other.to_string(),
            };
            cells.insert(place(column.name()), (column.name().to_string(), shown));
        }
        writeln!(text).unwrap();
        for (name, shown) in cells.values() {
            writeln!(text, "{name}: {shown}").unwrap();
        }
    }
}

/// Columns in the order of the dictionary, the row number first.
fn place(name: &str) -> usize {
    schema::RECORD.iter().position(|f| f.name == name).map_or(if name == "row" { 0 } else { 999 }, |at| at + 1)
}
