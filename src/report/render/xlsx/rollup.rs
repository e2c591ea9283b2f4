//! The workbook of a rollup: its lists, a sheet each.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::guard;
use super::sheet::{Column, Holds, Looks, Plan, ROOM, fill};
use crate::report::rollup::{Cell, Grid};

/// Writes the lists. `newest` is the newest as-of time, RFC 3339, as the workbook's own time.
pub(in crate::report) fn grids(
    grids: &[Grid],
    newest: &str,
    scratch: &Path,
    out: &mut (dyn Write + Send),
) -> std::io::Result<()> {
    let file = scratch.join("rollup.part");
    let make = || build(grids, newest, scratch).and_then(|mut workbook| workbook.save(&file));
    let copied = guard::guarded(make).and_then(|()| std::io::copy(&mut File::open(&file)?, out));
    let removed = std::fs::remove_file(&file);
    copied.and(removed)
}

fn build(grids: &[Grid], newest: &str, scratch: &Path) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(scratch)?;
    let properties = DocProperties::new().set_title("Tenants side by side").set_author(env!("CARGO_PKG_NAME"));
    let day = newest.get(..10).unwrap_or("2000-01-01");
    let moment = ExcelDateTime::parse_from_str(day).or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))?;
    workbook.set_properties(&properties.set_creation_datetime(&moment));
    let looks = Looks::new(&mut workbook);
    for grid in grids {
        let columns: Vec<Column> = (0..).zip(&grid.columns).map(|(at, column)| of(grid, at, column)).collect();
        let plan = Plan {
            name: grid.sheet,
            columns: &columns,
            lines: grid.rows.len(),
            fixed: 1,
            choices: &[],
            room: ROOM,
            paper: f64::MAX,
        };
        let sheets = fill(
            &looks,
            &plan,
            || workbook.new_worksheet_with_constant_memory(),
            |at, cells| {
                for cell in grid.rows.get(at).into_iter().flatten() {
                    match cell {
                        Cell::Text(text) => cells.text(text),
                        Cell::Number(number) => cells.number(i64::try_from(*number).ok()),
                        Cell::Tenths(tenths) => cells.tenths(*tenths),
                        Cell::Nothing => cells.number(None),
                    }
                }
            },
        )?;
        for sheet in sheets {
            workbook.push_worksheet(sheet);
        }
    }
    Ok(workbook)
}

/// A column holds numbers where no line has a text there.
fn of(grid: &Grid, at: usize, (name, width): &(String, f64)) -> Column {
    let text = grid.rows.iter().any(|row| matches!(row.get(at), Some(Cell::Text(_))));
    let holds = match text {
        false => Holds::Number,
        true if *width >= 40.0 => Holds::Prose,
        true => Holds::Text,
    };
    Column { name: name.replace('_', " "), width: *width, holds }
}
