//! `provenance.yaml` beside the exports: a stated filter keeps a list from being whole, and the number that the console showed
//! is compared with the rows. A list is as old as it is said to be.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Gathered;
use crate::disk;
use crate::doctor::Expected;
use crate::error::Result;
use crate::formats::Made;
use crate::formats::dates::{self, Stamp};
use crate::history::{self, PROVENANCE, Provenance};
use crate::notice::{Code, Notice};
use crate::run::Source;
use crate::run::earlier::decisions::refused;

/// What was written down in the folders of the exports, in the order of their names.
pub(super) fn read(exports: &[PathBuf]) -> Result<Vec<Provenance>> {
    let folder = |path: &PathBuf| if path.is_dir() { Some(path.clone()) } else { path.parent().map(Path::to_path_buf) };
    let files: BTreeSet<PathBuf> = exports.iter().filter_map(folder).map(|folder| folder.join(PROVENANCE)).collect();
    let mut all = Vec::new();
    for file in files.iter().filter(|file| file.is_file()) {
        let text = disk::settings(file, disk::SETTINGS_LIMIT)?;
        all.extend(history::provenance(&file.display().to_string(), &text).map_err(refused)?);
    }
    Ok(all)
}

/// What is stated of lists: the numbers of a console's only list beside those that are expected, where the command line, which
/// counts first, gives none; and the lists that were filtered, by position, with why they are not whole.
pub(super) fn stated(all: &Gathered, mut expected: Vec<Expected>) -> (Vec<Expected>, Vec<(usize, String)>) {
    let mut filtered = Vec::new();
    for own in &all.provenance {
        let lists = lists_of(all, own);
        if let Some(filter) = own.filtered_by() {
            let reason = format!("{PROVENANCE} says that it was filtered: {filter}");
            filtered.extend(places(all, &lists).map(|at| (at, reason.clone())));
        } else if let ([list], Some(count)) = (&lists[..], own.count_shown) {
            let is_only = all.sources.iter().filter(|source| source.console == list.console).count() == 1;
            if is_only && !expected.iter().any(|(other, _)| *other == list.console) {
                expected.push((list.console, count));
            }
        }
    }
    (expected, filtered)
}

/// Entries that say nothing: of a file that was not given, and with a time that is none. What somebody wrote down is not dropped
/// without a word.
pub(super) fn unused(all: &Gathered) -> Vec<Notice> {
    let mut notices = Vec::new();
    // Neither the name of the file nor the text is repeated: both are what somebody wrote.
    for (own, entry) in all.provenance.iter().zip(1..) {
        let at = own.exported_at.trim();
        let input = all.inputs.iter().find(|input| own.is_of(&input.label));
        let message = match input {
            None => format!("entry {entry} names none of the files that were given; what it says was not used"),
            Some(_) if at.is_empty() || matches!(dates::stamp(at), Stamp::At(_)) => continue,
            Some(_) => format!(
                "`exported_at` of entry {entry} is no time, so that it says nothing of how old the list is; write it as \
                 2026-11-20 08:00 UTC"
            ),
        };
        notices.push(Notice::new(Code::ProvenanceUnused, PROVENANCE, message));
    }
    notices
}

/// When lists were made, by position, where it was written down; a count by itself says nothing of the day.
pub(super) fn made(all: &Gathered) -> Vec<(usize, Made)> {
    let mut found = Vec::new();
    for own in &all.provenance {
        let made = match dates::stamp(own.exported_at.trim()) {
            Stamp::At(millis) => Made::At(millis),
            _ if own.count_shown.is_some() => Made::SomeDay,
            _ => continue,
        };
        found.extend(places(all, &lists_of(all, own)).map(|at| (at, made)));
    }
    found
}

/// The lists of the file that is spoken of.
fn lists_of<'a>(all: &'a Gathered, own: &Provenance) -> Vec<&'a Source> {
    let is_of = |input: usize| all.inputs.get(input).is_some_and(|input| own.is_of(&input.label));
    all.sources.iter().filter(|source| is_of(source.input)).collect()
}

/// Where the records of lists are.
fn places<'a>(all: &'a Gathered, lists: &'a [&Source]) -> impl Iterator<Item = usize> + 'a {
    lists.iter().filter_map(|source| all.records.iter().position(|(label, _)| *label == source.export))
}
