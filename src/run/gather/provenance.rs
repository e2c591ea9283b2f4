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
use crate::run::earlier::decisions::refused;
use crate::run::{Source, tables};
use crate::time::DAY;

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

/// A time may be written without its hour, and in the zone of whoever wrote it.
const LEEWAY: i64 = 2 * DAY;
/// No list is made so long after anything was last seen at all.
const SILENCE: i64 = 30 * DAY;
/// A list of which more dates than one in so many are later than the time that is stated was not made then; single devices have wrong
/// clocks.
const LATER: usize = 20;

/// Why the time that an entry states is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    NoTime,
    AfterAsOf,
    BeforeItsDates,
}

impl Doubt {
    fn message(self, entry: usize) -> String {
        match self {
            Self::NoTime => format!(
                "`exported_at` of entry {entry} is no time, so that it says nothing of how old the list is; write it as \
                 2026-11-20 08:00 UTC"
            ),
            Self::AfterAsOf => format!(
                "`exported_at` of entry {entry} is later than the time of judgement, so that it says nothing of how old \
                 the list is; look at it, and at `--as-of`"
            ),
            Self::BeforeItsDates => format!(
                "`exported_at` of entry {entry} is earlier than dates in the list itself, so that it says nothing of how old the \
                 list is; the list was exported again, or the time is another one's"
            ),
        }
    }
}

/// When the lists of an entry were made, if that is stated. `as_of` is the time of judgement that was given, in UTC milliseconds.
fn stated_time(all: &Gathered, own: &Provenance, as_of: Option<i64>) -> Result<Option<i64>, Doubt> {
    let written = own.exported_at.trim();
    let Stamp::At(at) = dates::stamp(written) else {
        return if written.is_empty() { Ok(None) } else { Err(Doubt::NoTime) };
    };
    // Where no time of judgement is given, that is the newest date of all.
    let newest = || all.records.iter().filter_map(|(_, records)| tables::newest(&records.table)).max();
    if as_of.or_else(|| newest()?.checked_add(SILENCE)).is_some_and(|last| at > last + LEEWAY) {
        return Err(Doubt::AfterAsOf);
    }
    let lists = lists_of(all, own);
    let is_later = |place: usize| {
        let times = all.records.get(place).and_then(|(_, records)| records.table.times("last_seen"));
        let (known, later) = times
            .into_iter()
            .flat_map(|times| times.iter().flatten())
            .fold((0, 0), |(known, later), time| (known + 1, later + usize::from(time > at + LEEWAY)));
        later * LATER > known
    };
    if places(all, &lists).any(is_later) { Err(Doubt::BeforeItsDates) } else { Ok(Some(at)) }
}

/// Entries that say nothing: of a file that was not given, and with a time that is none or cannot be true. What somebody wrote down
/// is not dropped without a word.
pub(super) fn unused(all: &Gathered, as_of: Option<i64>) -> Vec<Notice> {
    let mut notices = Vec::new();
    // Neither the name of the file nor the text is repeated: both are what somebody wrote.
    for (own, entry) in all.provenance.iter().zip(1..) {
        let message = if all.inputs.iter().any(|input| own.is_of(&input.label)) {
            let Err(doubt) = stated_time(all, own, as_of) else { continue };
            doubt.message(entry)
        } else {
            format!("entry {entry} names none of the files that were given; what it says was not used")
        };
        notices.push(Notice::new(Code::ProvenanceUnused, PROVENANCE, message));
    }
    notices
}

/// When lists were made, by position, where it was written down; a count by itself says nothing of the day.
pub(super) fn made(all: &Gathered, as_of: Option<i64>) -> Vec<(usize, Made)> {
    let mut found = Vec::new();
    for own in &all.provenance {
        let made = match stated_time(all, own, as_of) {
            Ok(Some(millis)) => Made::At(millis),
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
