//! What is said of several lists of one console.

use std::collections::BTreeSet;

use super::cover::Verdict;
use super::lend::Lent;
use super::order::newest;
use super::parts::Part;
use super::rows::{NEVER, NONE, Row};
use crate::console::Console;
use crate::formats::{CHANGING, Cells, Fate, Records};
use crate::notice::{Code, Notice, many};
use crate::time::day;

pub(super) fn of_console(
    exports: &[(String, Records)],
    console: Console,
    (parts, rows): (&[Part], &[Row]),
    verdict: &Verdict,
    lent: &Lent,
) -> Vec<Notice> {
    let aside = verdict.fate.iter().flatten().count();
    if aside == 0 {
        return Vec::new();
    }
    let (differing, columns) = differing(exports, parts, rows, verdict);
    let of = |fate: Fate| verdict.fate.iter().filter(|own| **own == Some(fate)).count();
    let (gone, open) = (of(Fate::Gone), of(Fate::Open));
    let concerned: BTreeSet<u32> = verdict.older.union(&verdict.newer).copied().collect();
    let lists = format!("{} lists of {}{}", concerned.len(), console.title(), dates(parts, rows, &concerned));
    let kept = kept(lent);
    if differing + gone + open == 0 {
        let rows = many(aside as u64, "row");
        let message = format!("{lists}: {rows} of an older one are in the newer one too and count once{kept}");
        return vec![Notice::new(Code::DuplicateRows, "", message)];
    }
    let mut said = Vec::new();
    if differing > 0 {
        let named = columns.into_iter().collect::<Vec<_>>().join(", ");
        said.push(format!(
            "{} {} ({named})",
            many(differing as u64, "object"),
            if differing == 1 { "differs" } else { "differ" }
        ));
    }
    if gone > 0 {
        said.push(format!(
            "{} {} only in an older list",
            many(gone as u64, "object"),
            if gone == 1 { "stands" } else { "stand" }
        ));
    }
    let mut message =
        format!("{lists}: {}{}", said.join(" and "), if said.is_empty() { "" } else { ", the newer list counts" });
    if open > 0 {
        let lead = if said.is_empty() { "" } else { "; " };
        let objects = many(open as u64, "object");
        let are = if open == 1 { "is" } else { "are" };
        message = format!(
            "{message}{lead}of {objects} that {are} only in an older list nothing tells whether the console still has them, so nothing is \
             concluded of them"
        );
    }
    message.push_str(&kept);
    message.push_str(". If another list is the newest, name it with `--newest FILE`");
    vec![Notice::new(Code::SourcesOutOfStep, "", message)]
}

/// Lists whose numbers have nothing to do with each other.
pub(super) fn of_several_servers(console: Console) -> Notice {
    let message = format!(
        "lists of {} give the same numbers to devices of other serial numbers: they are of several servers, and a number alone says \
         nothing of which; do each step on the server that its list is of",
        console.title()
    );
    Notice::new(Code::IdentityConflict, "", message)
}

/// What older lists tell that the newest has no column for.
fn kept(lent: &Lent) -> String {
    if lent.objects.is_empty() {
        return String::new();
    }
    let named = lent.columns.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let objects = many(lent.objects.len() as u64, "object");
    format!("; of {objects} an older list tells what the newest has no column for ({named})")
}

/// The newest dates of the lists, the oldest first.
fn dates(parts: &[Part], rows: &[Row], concerned: &BTreeSet<u32>) -> String {
    const SHOWN: usize = 3;
    let newest = newest(parts, rows);
    let own = || concerned.iter().filter_map(|part| newest.get(*part as usize));
    let seen = own().any(|[seen, _]| *seen != NEVER);
    let mut days: Vec<i64> = own().map(|[s, date]| if seen { *s } else { *date }).filter(|d| *d != NEVER).collect();
    days.sort_unstable();
    let what = if seen { "newest activity" } else { "newest date" };
    let named: Vec<String> = days.iter().map(|millis| day(*millis)).collect();
    match named.as_slice() {
        [] => String::new(),
        [one] => format!(", {what} {one}"),
        [first, .., last] if named.len() > SHOWN => format!(", {what} from {first} to {last}"),
        [rest @ .., last] => format!(", {what} {} and {last}", rest.join(", ")),
    }
}

/// Objects that the newer list shows otherwise, and the columns in which it does.
fn differing(
    exports: &[(String, Records)],
    parts: &[Part],
    rows: &[Row],
    verdict: &Verdict,
) -> (usize, BTreeSet<&'static str>) {
    let export = |row: &Row| parts.get(row.part as usize).map(|part| part.export);
    let mut pairs: Vec<(usize, usize, &Row, &Row)> = rows
        .iter()
        .zip(&verdict.speaker)
        .filter(|(_, speaker)| **speaker != NONE)
        .filter_map(|(row, speaker)| {
            let speaker = rows.get(*speaker as usize)?;
            Some((export(row)?, export(speaker)?, row, speaker))
        })
        .filter(|(.., row, speaker)| row.object == speaker.object)
        .collect();
    pairs.sort_by_key(|(a, b, row, _)| (*a, *b, row.line));
    let mut objects: BTreeSet<u32> = BTreeSet::new();
    let mut columns = BTreeSet::new();
    for run in pairs.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let Some((a, b, ..)) = run.first() else { continue };
        let (Some((_, older)), Some((_, newer))) = (exports.get(*a), exports.get(*b)) else { continue };
        for name in CHANGING {
            let (Some(here), Some(there)) = (Cells::of(&older.table, name), Cells::of(&newer.table, name)) else {
                continue;
            };
            for (.., row, speaker) in run {
                if here.same(row.line as usize, &there, speaker.line as usize) != Some(true) {
                    objects.insert(row.object);
                    columns.insert(*name);
                }
            }
        }
    }
    (objects.len(), columns)
}
