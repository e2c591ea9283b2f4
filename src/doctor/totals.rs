//! Whether an export is all of the list: further pages, declared totals, round numbers of rows, the user's own count.

use std::collections::BTreeMap;

use super::{Diagnosis, Expected, Patient, many};
use crate::error::Result;
use crate::formats::normalise_internal as internal;
use crate::notice::{Code, Notice};

pub(super) fn examine(patients: &[Patient<'_>], expected: &[Expected], found: &mut Diagnosis) -> Result<()> {
    control_totals(patients, expected, found)?;
    let chains = chains(patients);
    for (at, patient) in patients.iter().enumerate() {
        if found.proven.contains(&patient.records.console) {
            continue;
        }
        if patient.paging.single {
            one_object(patients, at, patient, found);
        }
        left_out(patients, patient, found);
        let reasons =
            [further_page(patient, &chains), short_of_declared(patients, patient, &chains), page_size(patient)];
        for reason in reasons.into_iter().flatten() {
            found.notices.push(Notice::new(
                Code::IncompleteExport,
                patient.label,
                format!("{reason}; nothing is concluded from what it lacks"),
            ));
            found.incomplete.push((at, format!("`{}`: {reason}", patient.label)));
        }
    }
    Ok(())
}

/// The answer for one device proves nothing of the others; where a list is there too, the list speaks.
fn one_object(patients: &[Patient<'_>], at: usize, patient: &Patient<'_>, found: &mut Diagnosis) {
    let reason = format!("`{}` is one object, not a list of all", patient.label);
    let listed = patients.iter().any(|p| p.records.console == patient.records.console && !p.paging.single);
    if !listed {
        let message = "it is one object, not a list of all; nothing is concluded from what it lacks";
        found.notices.push(Notice::new(Code::IncompleteExport, patient.label, message));
    }
    found.partial.push((at, reason));
}

/// A kind of list that leaves out objects in some state, where no other list of the console has them.
fn left_out(patients: &[Patient<'_>], patient: &Patient<'_>, found: &mut Diagnosis) {
    for (field, cost) in &patient.records.leaves_out {
        let has = |p: &&Patient<'_>| !p.records.leaves_out.iter().any(|(own, _)| own == field);
        let lists = patients.iter().filter(|p| p.records.console == patient.records.console);
        let mut whole = lists.filter(|p| p.records.partial.is_none() && !p.paging.single).filter(has);
        if whole.next().is_none() && !patient.paging.single {
            found.notices.push(Notice::new(Code::MissingColumn, patient.label, cost.clone()).in_column(*field));
        }
    }
}

/// The pages of one answer, saved as files whose names differ in digits only.
type Chains<'a> = BTreeMap<(&'a str, String), Chain>;

#[derive(Default)]
struct Chain {
    rows: u64,
    /// One of the pages names no further one: it is the last.
    ended: bool,
}

fn chain_of<'a>(patient: &Patient<'a>) -> (&'a str, String) {
    (patient.format, patient.label.chars().filter(|c| !c.is_ascii_digit()).collect())
}

fn chains<'a>(patients: &[Patient<'a>]) -> Chains<'a> {
    let mut chains = Chains::new();
    for patient in patients.iter().filter(|p| p.paging.enveloped) {
        let chain = chains.entry(chain_of(patient)).or_default();
        chain.rows += patient.rows;
        chain.ended |= !patient.paging.more;
    }
    chains
}

fn further_page(patient: &Patient<'_>, chains: &Chains<'_>) -> Option<String> {
    let ended = chains.get(&chain_of(patient)).is_some_and(|chain| chain.ended);
    (patient.paging.more && !ended).then(|| {
        format!("it holds {} and names a further page, which is in none of the files", many(patient.rows, "row"))
    })
}

fn short_of_declared(patients: &[Patient<'_>], patient: &Patient<'_>, chains: &Chains<'_>) -> Option<String> {
    let declared = patient.paging.declared?;
    let chain = chain_of(patient);
    let rows = chains.get(&chain).map_or(patient.rows, |chain| chain.rows);
    // PowerShell counts each page for itself, so a total per page is no total of the chain.
    let pages = patients.iter().filter(|p| p.paging.enveloped && chain_of(p) == chain).count();
    (rows < declared && (pages < 2 || declared > patient.rows))
        .then(|| format!("it declares {} and has {rows}", many(declared, "object")))
}

fn page_size(patient: &Patient<'_>) -> Option<String> {
    let round = patient.page_sizes.contains(&patient.rows);
    (round && !patient.paging.enveloped).then(|| {
        format!(
            "it has exactly {} rows, the size of one page: further pages were probably not fetched (if the console shows \
             {} devices too, say so with `--expect {}={}`)",
            patient.rows, patient.rows, patient.records.console, patient.rows
        )
    })
}

/// Compares the number of objects with what the console's own page shows.
fn control_totals(patients: &[Patient<'_>], expected: &[Expected], found: &mut Diagnosis) -> Result<()> {
    for (console, wanted) in expected {
        let own: Vec<usize> =
            patients.iter().enumerate().filter(|(_, p)| p.records.console == *console).map(|(at, _)| at).collect();
        if own.is_empty() {
            let message =
                format!("{} expected of {}, and no export of it is there", many(*wanted, "device"), console.title());
            found.notices.push(Notice::new(Code::ControlTotal, "", message));
            continue;
        }
        let held = objects(patients, &own)?;
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
fn objects(patients: &[Patient<'_>], own: &[usize]) -> Result<u64> {
    let mut ids: Vec<String> = Vec::new();
    let mut without = 0;
    for patient in own.iter().filter_map(|at| patients.get(*at)) {
        match patient.records.frame.column("native_id").ok() {
            Some(column) => {
                let column = column.str().map_err(internal)?;
                without += column.null_count() as u64;
                ids.extend(column.iter().flatten().map(str::to_string));
            }
            None => without += patient.records.frame.height() as u64,
        }
        without += patient.records.bad.len() as u64;
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.len() as u64 + without)
}
