//! Exports: every table that a file holds, and the records that a format makes of it.

use std::path::Path;
use std::sync::LazyLock;

use super::{must, written};
use crate::assets;
use crate::formats::{self, Formats, Options};
use crate::read::{self, Export, Input, Rows};

static FORMATS: LazyLock<Formats> = LazyLock::new(|| must(Formats::load(&must(assets::rules(None)))));

/// A file of that name with these bytes.
pub(super) fn list(name: &str, bytes: &[u8], scratch: &Path) {
    let input = Input { path: written(scratch, name, bytes), label: name.into(), bytes: bytes.len() as u64 };
    let Ok(opened) = read::open(&input) else { return };
    assert!(!opened.exports.is_empty() || !opened.notices.is_empty(), "a file was passed over without a word");
    for export in opened.exports {
        table(&export);
        records(export);
    }
}

/// Rows come in their order, each once, in every column; however many columns are asked for, they say the same.
fn table(export: &Export) {
    let all: Vec<usize> = (0..export.header.len()).collect();
    let rows = export.read(&all, true);
    sound(&rows, all.len());
    // A short row may go on over several lines; where it is not accepted, each of them is one that is set aside.
    sound(&export.read(&all, false), all.len());
    for at in all.iter().take(3) {
        let one = export.read(&[*at], true);
        assert_eq!(one.row, rows.row, "other rows where fewer columns are asked for");
        let same = one.columns.iter().zip(rows.columns.get(*at)).all(|(a, b)| a.iter().eq(b.iter()));
        assert!(same, "column {at} says something else where it is asked for alone");
    }
}

fn sound(rows: &Rows, width: usize) {
    assert_eq!(rows.columns.len(), width, "columns");
    assert_eq!(rows.numeric.len(), width, "columns of numbers");
    assert!(rows.columns.iter().all(|column| column.len() == rows.row.len()), "a column is shorter than the table");
    assert!(rows.row.is_sorted(), "rows out of order");
    let mut numbers: Vec<u32> = rows.row.iter().chain(rows.bad.iter().map(|bad| &bad.row)).copied().collect();
    numbers.sort_unstable();
    assert!(numbers.is_sorted_by(|a, b| a < b), "two rows have one number");
}

/// What the formats that ship make of a table, and what is said where none does.
fn records(export: Export) {
    let Ok(recognised) = FORMATS.examine(&export) else {
        let _ = (FORMATS.nearest(&export), FORMATS.likely_header(&export));
        let _ = FORMATS.header_below(export);
        return;
    };
    let _ = recognised.notices(&export);
    if recognised.format.lookup.is_some() {
        let _ = formats::lookup(&export, &recognised);
        return;
    }
    // The engine never refuses the table of a list.
    let made = must(formats::normalise(&export, &recognised, &FORMATS, &Options::default()));
    let all: Vec<usize> = (0..export.header.len()).collect();
    // A short row that goes on over several lines is one row, or several that are set aside, as the format wants it.
    let rows = [true, false].map(|short| export.read(&all, short)).map(|rows| (rows.row.len() + rows.bad.len()) as u64);
    let most = rows.into_iter().max().unwrap_or_default();
    assert!(made.records.rows() <= most, "{} records of {most} rows", made.records.rows());
}
