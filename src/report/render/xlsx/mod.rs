//! `workbook.xlsx`: the report for people who live in a spreadsheet. Its task sheet is also where they write down what
//! they decide.

mod guard;
mod lists;
mod roadmap;
mod rollup;
mod sheet;
mod summary;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use rayon::prelude::*;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

pub(in crate::report) use self::rollup::grids;

use self::lists::List;
use self::sheet::{Looks, ROOM};
use crate::report::model::Model;
use crate::report::selection::Selection;
use crate::report::view::Run;

/// Writes the workbook. What does not fit into memory goes through `scratch`.
pub(in crate::report) fn write(
    run: Run<'_>,
    model: &Model,
    selection: &Selection,
    scratch: &Path,
    out: &mut (dyn Write + Send),
) -> std::io::Result<()> {
    // A zip archive is written with jumps back, which a digest cannot follow; and a large one is no guest for memory.
    let file = scratch.join("workbook.part");
    let make = || build(run, model, selection, scratch).and_then(|mut workbook| workbook.save(&file));
    let copied = guard::guarded(make).and_then(|()| std::io::copy(&mut File::open(&file)?, out));
    // Where nothing was made there is nothing to remove, and the first error is the one to tell.
    let removed = std::fs::remove_file(&file);
    copied.and(removed)
}

fn build(run: Run<'_>, model: &Model, selection: &Selection, scratch: &Path) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(scratch)?;
    // Half the time of the usual level, for a tenth more bytes.
    workbook.set_zip_compression_level(3);
    workbook.set_properties(&properties(run.outcome.as_of.millis, model));
    let looks = Looks::new(&mut workbook);
    let lists = lists::all(run, selection)?;
    let blank: Vec<Vec<Worksheet>> = lists
        .iter()
        .map(|list| (0..list.sheets(ROOM)).map(|_| workbook.new_worksheet_with_constant_memory()).collect())
        .collect::<Result<_, _>>()?;
    let filled: Vec<Vec<Worksheet>> = lists
        .par_iter()
        .zip(blank)
        .map(|(list, blank): (&List<'_>, _)| list.fill(&looks, ROOM, blank))
        .collect::<Result<_, _>>()?;
    let road = roadmap::lines(model);
    let names: Vec<(&str, usize)> = std::iter::once((roadmap::NAME, road.len()))
        .chain(lists.iter().map(|list| (list.name, list.lines())))
        .collect();
    workbook.push_worksheet(summary::sheet(&looks, model, selection, &names)?);
    for sheet in roadmap::sheets(&looks, &road)? {
        workbook.push_worksheet(sheet);
    }
    for sheet in filled.into_iter().flatten() {
        workbook.push_worksheet(sheet);
    }
    workbook.push_worksheet(summary::people(&looks)?);
    Ok(workbook)
}

/// Fixed properties: a second run gives the same bytes, and no name of a user or a machine gets out.
fn properties(as_of: i64, model: &Model) -> DocProperties {
    let properties = DocProperties::new()
        .set_title(format!("{}: device record report", model.label))
        .set_author(env!("CARGO_PKG_NAME"))
        .set_comment("Written from exported files; no console was contacted.");
    match ExcelDateTime::from_timestamp(as_of.div_euclid(1_000)) {
        Ok(moment) => properties.set_creation_datetime(&moment),
        // The as-of time lies within the years of a sheet; if it ever did not, any fixed moment serves.
        Err(_) => match ExcelDateTime::from_ymd(2000, 1, 1) {
            Ok(moment) => properties.set_creation_datetime(&moment),
            Err(_) => properties,
        },
    }
}
