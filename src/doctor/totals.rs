//! Whether an export is all of the list: further pages, declared totals, round numbers of rows, the user's own count.

use std::collections::BTreeMap;

use super::{Diagnosis, Expected};
use crate::error::Result;
use crate::formats::{Records, normalise_internal as internal};
use crate::notice::{Code, Notice, many};

pub(super) fn examine(exports: &[(String, Records)], expected: &[Expected], found: &mut Diagnosis) -> Result<()> {
    control_totals(exports, expected, found)?;
    let chains = chains(exports);
    for (at, (label, records)) in exports.iter().enumerate() {
        if found.proven.contains(&records.console) {
            continue;
        }
        if records.paging.single {
            one_object(exports, at, found);
        }
        left_out(exports, label, records, found);
        let chain = chains.get(&chain_of(label, records));
        let reasons = [further_page(records, chain), short_of_declared(records, chain), page_size(records)];
        for reason in reasons.into_iter().flatten() {
            found.notices.push(Notice::new(
                Code::IncompleteExport,
                label,
                format!("{reason}; nothing is concluded from what it lacks"),
            ));
            found.incomplete.push((at, format!("`{label}`: {reason}")));
        }
    }
    Ok(())
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

/// The pages of one answer, saved as files whose names differ in digits only.
type Chains<'a> = BTreeMap<(&'a str, String), Chain>;

#[derive(Default)]
struct Chain {
    pages: u64,
    rows: u64,
    /// One of the pages names no further one: it is the last.
    ended: bool,
}

fn chain_of<'a>(label: &str, records: &'a Records) -> (&'a str, String) {
    let name: String = label.chars().filter(|c| !c.is_ascii_digit()).collect();
    // What is left of the number that tells files of one name apart: `page.json (2)`.
    (&records.format, name.strip_suffix(" ()").unwrap_or(&name).to_string())
}

fn chains(exports: &[(String, Records)]) -> Chains<'_> {
    let mut chains = Chains::new();
    for (label, records) in exports.iter().filter(|(_, r)| r.paging.enveloped) {
        let chain = chains.entry(chain_of(label, records)).or_default();
        chain.pages += 1;
        chain.rows += records.rows();
        chain.ended |= !records.paging.more;
    }
    chains
}

fn further_page(records: &Records, chain: Option<&Chain>) -> Option<String> {
    let ended = chain.is_some_and(|chain| chain.ended);
    (records.paging.more && !ended).then(|| {
        format!("it holds {} and names a further page, which is in none of the files", many(records.rows(), "row"))
    })
}

fn short_of_declared(records: &Records, chain: Option<&Chain>) -> Option<String> {
    let declared = records.paging.declared?;
    let (pages, rows) = chain.map_or((0, records.rows()), |chain| (chain.pages, chain.rows));
    // PowerShell counts each page for itself, so a total per page is no total of the chain.
    (rows < declared && (pages < 2 || declared > records.rows()))
        .then(|| format!("it declares {} and has {rows}", many(declared, "object")))
}

fn page_size(records: &Records) -> Option<String> {
    let round = records.page_sizes.contains(&records.rows());
    (round && !records.paging.enveloped).then(|| {
        format!(
            "it has exactly {} rows, the size of one page: further pages were probably not fetched (if the console shows \
             {} devices too, say so with `--expect {}={}`)",
            records.rows(),
            records.rows(),
            records.console,
            records.rows()
        )
    })
}

/// Compares the number of objects with what the console's own page shows.
fn control_totals(exports: &[(String, Records)], expected: &[Expected], found: &mut Diagnosis) -> Result<()> {
    for (console, wanted) in expected {
        let own: Vec<usize> =
            exports.iter().enumerate().filter(|(_, (_, r))| r.console == *console).map(|(at, _)| at).collect();
        if own.is_empty() {
            let message =
                format!("{} expected of {}, and no export of it is there", many(*wanted, "device"), console.title());
            found.notices.push(Notice::new(Code::ControlTotal, "", message));
            continue;
        }
        let held = objects(exports, &own)?;
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
    Ok(())
}

/// Distinct objects in some exports of one console; a row without an id is one of its own.
fn objects(exports: &[(String, Records)], own: &[usize]) -> Result<u64> {
    let mut ids: Vec<String> = Vec::new();
    let mut without = 0;
    for (_, records) in own.iter().filter_map(|at| exports.get(*at)) {
        match records.frame.column("native_id").ok() {
            Some(column) => {
                let column = column.str().map_err(internal)?;
                without += column.null_count() as u64;
                ids.extend(column.iter().flatten().map(str::to_string));
            }
            None => without += records.frame.height() as u64,
        }
        without += records.bad.len() as u64;
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.len() as u64 + without)
}
