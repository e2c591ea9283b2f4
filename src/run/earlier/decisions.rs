//! The decisions file: any table that the reader understands, or YAML.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::disk;
use crate::error::{Error, Problem, Result};
use crate::history::{self, APPROVED, Answers, COLUMNS, DECIDING, DONE, Decisions, LOG, Lines, Log, Place};
use crate::notice::Code;
use crate::read::{self, Export, Input, Opened};
use crate::schema::nearest;

/// Reads a decisions file.
///
/// # Errors
/// [`Error::Rules`] with everything in it that cannot be understood; [`Error::Unreadable`].
pub(crate) fn load(path: &Path) -> Result<Decisions> {
    let (name, label) = names(path);
    let yaml = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"));
    let (found, sha256) = if yaml {
        let text = disk::settings(path, disk::SETTINGS_LIMIT)?;
        let decisions = history::in_yaml(&label, &text).map_err(refused)?;
        (Found { decisions, ..Found::default() }, read::hex(&Sha256::digest(text.as_bytes())))
    } else {
        table(path, &label)?
    };
    // Everything that is wrong is said at once.
    let mut problems = Vec::new();
    let mut none = |found: Vec<Problem>| problems.extend(found);
    let done = history::claims(&found.done).map_err(&mut none).unwrap_or_default();
    let approved = history::approvals(&found.approved).map_err(&mut none).unwrap_or_default();
    let mut decisions = Decisions::new(&name, &sha256, found.decisions).map_err(&mut none).unwrap_or_default();
    if problems.is_empty() {
        decisions.answers = Answers { done, approved, logs: Vec::new() };
        Ok(decisions)
    } else {
        Err(refused(problems))
    }
}

/// Reads a log that files of commands wrote.
///
/// # Errors
/// As [`load`].
pub(crate) fn log(path: &Path) -> Result<Log> {
    let (name, label) = names(path);
    let opened = read::open(&Input { path: path.to_path_buf(), label: label.clone(), bytes: 0 })?;
    let (mut lines, mut problems, mut any) = (Lines::default(), unreadable(&opened), false);
    for export in &opened.exports {
        let names: Vec<String> = export.header.iter().map(|heading| column_name(heading)).collect();
        if LOG.iter().all(|name| names.iter().any(|own| own == name)) {
            any = true;
            Sheet { export, names: &names, is_book: false }.add(LOG, &LOG, &[], &mut lines, &mut problems);
        }
    }
    if !any {
        let help = format!("its header needs {}", LOG.join(", "));
        problems.push(problem(&label, "", "is no log of executed commands", &help));
    }
    let done = history::logged(&lines).unwrap_or_else(|found| {
        problems.extend(found);
        BTreeMap::new()
    });
    if problems.is_empty() { Ok(Log { file: name, sha256: opened.sha256, done }) } else { Err(refused(problems)) }
}

/// What a file is called: in reports, where the folders above it are nobody's business, and in what is wrong with it, which
/// has to be found. Nobody named the workbook of a baseline.
fn names(path: &Path) -> (String, String) {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    (name, path.display().to_string())
}

pub(in crate::run) const fn refused(problems: Vec<Problem>) -> Error {
    Error::Rules { problems }
}

fn problem(file: &str, place: &str, message: &str, help: &str) -> Problem {
    Problem { file: file.into(), place: place.into(), message: message.into(), help: help.into() }
}

/// Sheets that cannot be read: what they decide would be lost without a word.
fn unreadable(opened: &Opened) -> Vec<Problem> {
    let lost = opened.notices.iter().filter(|notice| notice.code == Code::UnknownFormat);
    lost.map(|notice| problem(&notice.export, "", &notice.message, "save it again with the program that wrote it"))
        .collect()
}

/// What the sheets of a file hold.
#[derive(Default)]
struct Found {
    decisions: Lines<10>,
    done: Lines<5>,
    approved: Lines<3>,
}

/// A decisions file as a table; of a workbook, the sheets that look like one.
fn table(path: &Path, label: &str) -> Result<(Found, String)> {
    let opened = read::open(&Input { path: path.to_path_buf(), label: label.to_string(), bytes: 0 })?;
    let is_book = opened.exports.len() > 1 || path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx"));
    let mut found = Found::default();
    let mut problems = unreadable(&opened);
    let mut any = false;
    for export in &opened.exports {
        let names: Vec<String> = export.header.iter().map(|heading| column_name(heading)).collect();
        let sheet = Sheet { export, names: &names, is_book };
        let has = |wanted: &[&str]| wanted.iter().any(|w| names.iter().any(|n| n == w));
        if has(&["digest"]) && has(&["approved_on", "approved_by"]) {
            sheet.add(APPROVED, &APPROVED, &[1, 2], &mut found.approved, &mut problems);
        } else if has(&["step"]) && has(&["device_key"]) && has(&["done_on", "done_by"]) {
            sheet.add(DONE, &DONE, &[3, 4], &mut found.done, &mut problems);
        } else if has(&["device_key", "serial", "suggestion_id"]) && has(&["intent", "status", "assignee", "note"]) {
            let of_devices = has(&["device_key", "serial"]);
            if !of_devices && has(&["device_name"]) {
                // What was meant of one device would be decided for all that are in its package.
                let help =
                    "put one of the two columns back; what is decided of a package is decided of all its devices";
                let message = "its rows are of devices, and it has neither `device_key` nor `serial`";
                problems.push(problem(&export.label, "", message, help));
                any = true;
                continue;
            }
            let meant: &[&str] =
                if of_devices { &COLUMNS } else { &["suggestion_id", "status", "assignee", "decided_by", "until"] };
            sheet.add(COLUMNS, meant, &[], &mut found.decisions, &mut problems);
        } else {
            continue;
        }
        any = true;
    }
    if !any {
        let help = format!("its header needs `device_key` or `serial`, and one or more of {}", DECIDING.join(", "));
        problems.push(problem(label, "", "is no decisions file", &help));
    }
    if problems.is_empty() { Ok((found, opened.sha256)) } else { Err(refused(problems)) }
}

/// The name of a column, also where its heading is for people.
fn column_name(heading: &str) -> String {
    let name = heading.trim().to_lowercase().replace(' ', "_");
    match name.as_str() {
        "package" => "suggestion_id".into(),
        "object" => "object_id".into(),
        _ => name,
    }
}

/// One table.
struct Sheet<'a> {
    export: &'a Export,
    /// Names of its columns.
    names: &'a [String],
    is_book: bool,
}

impl Sheet<'_> {
    /// Adds the rows. Of a table with millions of lines only those are kept that say something in one of the columns
    /// `telling`; where there are none, all are.
    fn add<const N: usize>(
        &self,
        columns: [&str; N],
        meant: &[&str],
        telling: &[usize],
        lines: &mut Lines<N>,
        problems: &mut Vec<Problem>,
    ) {
        let export = self.export;
        let mut place = [None; N];
        for (at, name) in self.names.iter().enumerate() {
            let known = columns.iter().position(|column| column == name);
            match known.and_then(|known| place.get_mut(known)) {
                Some(slot) if slot.is_none() => *slot = Some(at),
                Some(_) => {
                    problems.push(problem(&export.label, "", &format!("has two columns `{name}`"), "keep one of them"));
                }
                // Other columns may stand there, but a misspelt one would lose what was decided.
                None => problems.extend(self.misspelt(name, meant)),
            }
        }
        let wanted: Vec<usize> = place.iter().flatten().copied().collect();
        let rows = export.read(&wanted, true);
        for bad in &rows.bad {
            let message = format!("the row {}", bad.reason);
            problems.push(problem(&export.label, &format!("row {}", bad.row), &message, "mend the row"));
        }
        let mut read = rows.columns.iter();
        let cells: Vec<Option<_>> = place.iter().map(|place| place.and_then(|_| read.next())).collect();
        let cell = |column: usize, at: usize| {
            let cells = cells.get(column).copied().flatten();
            cells.and_then(|cells| cells.get(at)).unwrap_or_default()
        };
        let table = lines.tables.len();
        for (at, row) in rows.row.iter().enumerate() {
            if !telling.is_empty() && telling.iter().all(|column| cell(*column, at).trim().is_empty()) {
                continue;
            }
            for (column, kept) in lines.columns.iter_mut().enumerate() {
                kept.push(cell(column, at).to_string());
            }
            lines.row.push(*row);
            lines.table.push(table);
        }
        lines.tables.push(Place {
            label: export.label.clone(),
            header: self.is_book.then(|| export.header_row()),
            columns: place,
            epoch_1904: export.epoch_1904(),
        });
    }

    fn misspelt(&self, name: &str, meant: &[&str]) -> Option<Problem> {
        let lacking = meant.iter().copied().filter(|column| !self.names.iter().any(|own| own == column));
        let near = nearest(name, lacking)?;
        let message = format!("has a column `{name}` and none `{near}`");
        Some(problem(&self.export.label, "", &message, &format!("rename it to `{near}` or remove it")))
    }
}
