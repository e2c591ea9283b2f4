//! Whether an export is all of the list: further pages, declared totals, round numbers of rows, the user's own count.

use std::collections::HashSet;

use super::pages::Pages;
use super::{Diagnosis, Expected};
use crate::formats::Records;
use crate::frame::Strings;
use crate::notice::{Code, Notice, many};
use crate::read::is_total;

pub(super) fn examine(exports: &[(String, Records)], expected: &[Expected], found: &mut Diagnosis) {
    control_totals(exports, expected, found);
    let pages = Pages::of(exports);
    for (at, (label, records)) in exports.iter().enumerate() {
        if found.proven.contains(&records.console) {
            continue;
        }
        if records.paging.single {
            one_object(exports, at, found);
        }
        left_out(exports, label, records, found);
        let reasons = [
            pages.further(at, records),
            pages.missing(at),
            short_of_declared(records, pages.rows(at)),
            sheet_limit(records).or_else(|| page_size(records)),
            records.paging.lacks.clone(),
        ];
        for reason in reasons.into_iter().flatten() {
            found.notices.push(Notice::new(
                Code::IncompleteExport,
                label,
                format!("{reason}; nothing is concluded from what it lacks"),
            ));
            found.incomplete.push((at, format!("`{label}`: {reason}")));
        }
    }
}

/// The answer for one device proves nothing of the others; where a list is there too, the list speaks.
fn one_object(exports: &[(String, Records)], at: usize, found: &mut Diagnosis) {
    let Some((label, records)) = exports.get(at) else { return };
    let reason = format!("`{label}` is one object, not a list of all");
    let listed = exports.iter().any(|(_, r)| r.console == records.console && !r.paging.single);
    if !listed {
        let message = "it is one object, not a list of all; nothing is concluded from what it lacks";
        found.notices.push(Notice::new(Code::IncompleteExport, label, message));
    }
    found.partial.push((at, reason));
}

/// A kind of list that leaves out objects in some state, where no other list of the console has them.
fn left_out(exports: &[(String, Records)], label: &str, records: &Records, found: &mut Diagnosis) {
    for (field, cost) in &records.leaves_out {
        let has = |r: &&Records| !r.leaves_out.iter().any(|(own, _)| own == field);
        let lists = exports.iter().map(|(_, r)| r).filter(|r| r.console == records.console);
        let mut whole = lists.filter(|r| r.partial.is_none() && !r.paging.single).filter(has);
        if whole.next().is_none() && !records.paging.single {
            found.notices.push(Notice::new(Code::MissingColumn, label, cost.clone()).in_column(*field));
        }
    }
}

/// `of_all` are the rows of all pages of its answer, if it is one of several.
fn short_of_declared(records: &Records, of_all: Option<u64>) -> Option<String> {
    let declared = records.paging.declared?;
    let rows = of_all.unwrap_or(records.rows());
    // PowerShell counts each page for itself, so a total per page is no total of the chain.
    (rows < declared && (of_all.is_none() || declared > records.rows()))
        .then(|| format!("it declares {} and has {rows}", many(declared, "object")))
}

fn page_size(records: &Records) -> Option<String> {
    let rows = records.rows_of_objects();
    let round = records.page_sizes.contains(&rows) || records.limits.page.contains(&rows);
    (round && !is_whole(records)).then(|| {
        format!(
            "it has exactly {rows} rows, the size of one page: further pages were probably not fetched ({})",
            if_the_console_agrees(records)
        )
    })
}

/// A spreadsheet program ends a list at its last row, with or without a header and titles above it, and says nothing.
fn sheet_limit(records: &Records) -> Option<String> {
    let rows = records.rows();
    let full = |limit: &&u64| [rows, rows + 1, records.last_row].contains(limit);
    let limit = records.limits.sheet.iter().find(full).filter(|_| !is_whole(records))?;
    Some(format!(
        "it has {rows} rows and ends where a sheet of {limit} rows is full: what came after them was probably cut off ({})",
        if_the_console_agrees(records)
    ))
}

/// Whether the answer itself tells that nothing is missing.
fn is_whole(records: &Records) -> bool {
    records.paging.enveloped || records.paging.declared == Some(records.rows())
}

fn if_the_console_agrees(records: &Records) -> String {
    let (rows, console) = (records.rows(), records.console);
    format!("if the console shows {rows} devices too, say so with `--expect {console}={rows}`")
}

/// Compares the number of objects with what the console's own page shows.
fn control_totals(exports: &[(String, Records)], expected: &[Expected], found: &mut Diagnosis) {
    for (console, wanted) in expected {
        let own: Vec<usize> =
            exports.iter().enumerate().filter(|(_, (_, r))| r.console == *console).map(|(at, _)| at).collect();
        if own.is_empty() {
            let message =
                format!("{} expected of {}, and no export of it is there", many(*wanted, "device"), console.title());
            found.notices.push(Notice::new(Code::ControlTotal, "", message));
            continue;
        }
        let held = objects(exports, &own);
        if held == *wanted {
            found.proven.push(*console);
            continue;
        }
        let message =
            format!("{} expected of {}, and the exports have {held}", many(*wanted, "device"), console.title());
        found.notices.push(Notice::new(Code::ControlTotal, "", message.clone()));
        if held < *wanted {
            found.incomplete.extend(own.iter().map(|at| (*at, message.clone())));
        }
    }
}

/// Distinct objects in some exports of one console. A row without an id is one of its own, unless another has the same in all
/// that names a device: a list that was put together twice has no more objects for that.
fn objects(exports: &[(String, Records)], own: &[usize]) -> u64 {
    const NAMES: [&str; 6] = ["entra_id", "serial", "imei", "meid", "mac", "name"];
    let mut ids: HashSet<&str> = HashSet::new();
    let mut named: HashSet<String> = HashSet::new();
    let mut without = 0;
    for (_, records) in own.iter().filter_map(|at| exports.get(*at)) {
        let own = records.table.text("native_id");
        let names: Vec<&Strings> = NAMES.iter().filter_map(|column| records.table.text(column)).collect();
        for line in 0..records.table.height() {
            let cells: Vec<&str> = names.iter().map(|column| column.get(line).unwrap_or_default()).collect();
            let id = own.and_then(|ids| ids.get(line));
            let mut filled = id.into_iter().chain(cells.iter().copied()).filter(|cell| !cell.is_empty());
            // The last row of some lists counts the others.
            if filled.next().is_some_and(is_total) && filled.all(|cell| cell.bytes().all(|b| b.is_ascii_digit())) {
                continue;
            }
            if let Some(id) = id {
                ids.insert(id);
                continue;
            }
            without += u64::from(cells.iter().all(|cell| cell.is_empty()) || named.insert(cells.join("\u{1f}")));
        }
        without += records.bad.iter().filter(|bad| !bad.is_no_object()).count() as u64;
    }
    ids.len() as u64 + without
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, IntoColumn, NewChunkedArray, UInt32Chunked};

    use super::*;
    use crate::console::Console;
    use crate::formats::RowLimits;
    use crate::read::Paging;

    fn list(rows: u32, above: u32) -> Records {
        let numbers: Vec<u32> = (1..=rows).collect();
        let column = UInt32Chunked::from_slice("row".into(), &numbers).into_column();
        let frame = DataFrame::new(rows as usize, vec![column]).unwrap();
        let limits = RowLimits { sheet: vec![65_536, 1_048_576], page: vec![999, 5_000] };
        Records { limits, last_row: u64::from(above + rows), ..Records::plain(Console::Intune, frame) }
    }

    #[test]
    fn lists_that_fill_a_sheet_are_told() {
        for (rows, above, full) in [
            (65_535, 1, true),
            (65_536, 1, true),
            // Titles above the header take rows of the sheet as well.
            (65_533, 3, true),
            (65_534, 1, false),
            (1_048_575, 1, true),
            (1_048_576, 0, true),
            (1_048_570, 6, true),
            (70_000, 1, false),
        ] {
            assert_eq!(sheet_limit(&list(rows, above)).is_some(), full, "{rows} below {above}");
        }
    }

    #[test]
    fn an_answer_that_counts_its_objects_is_whole() {
        let mut records = list(5_000, 1);
        assert!(page_size(&records).is_some_and(|reason| reason.contains("`--expect intune=5000`")));
        records.paging.declared = Some(5_000);
        assert_eq!(page_size(&records), None);
        let enveloped = Paging { enveloped: true, ..Paging::default() };
        assert_eq!(sheet_limit(&Records { paging: enveloped, ..list(65_535, 0) }), None);
        assert_eq!(page_size(&list(100, 1)), None, "small tenants have a hundred devices");
    }
}
