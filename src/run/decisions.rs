//! The decisions file: any table that the reader understands, or YAML.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::disk;
use crate::error::{Error, Problem, Result};
use crate::history::{self, COLUMNS, Decisions, Lines};
use crate::read::{self, Export, Input};
use crate::schema::nearest;

/// Reads a decisions file.
///
/// # Errors
/// [`Error::Rules`] with everything in it that cannot be understood; [`Error::Unreadable`].
pub(super) fn load(path: &Path) -> Result<Decisions> {
    let label = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let yaml = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"));
    let (lines, sha256) = if yaml {
        let text = disk::settings(path, disk::SETTINGS_LIMIT)?;
        let lines = history::in_yaml(&label, &text).map_err(refused)?;
        (lines, read::hex(&Sha256::digest(text.as_bytes())))
    } else {
        table(path, &label)?
    };
    Decisions::new(&label, &sha256, &lines).map_err(refused)
}

pub(super) const fn refused(problems: Vec<Problem>) -> Error {
    Error::Rules { problems }
}

fn problem(file: &str, place: &str, message: &str, help: &str) -> Problem {
    Problem { file: file.into(), place: place.into(), message: message.into(), help: help.into() }
}

/// A decisions file as a table; of a workbook, the sheets that look like one.
fn table(path: &Path, label: &str) -> Result<(Lines, String)> {
    let opened = read::open(&Input { path: path.to_path_buf(), label: label.to_string(), bytes: 0 })?;
    let mut lines = Lines::default();
    let mut problems = Vec::new();
    let mut found = false;
    for export in &opened.exports {
        let names: Vec<String> = export.header.iter().map(|h| h.trim().to_lowercase().replace(' ', "_")).collect();
        let has = |wanted: &[&str]| wanted.iter().any(|w| names.iter().any(|n| n == w));
        if has(&["device_key", "serial"]) && has(&["intent", "status", "assignee", "note"]) {
            found = true;
            add(export, &names, &mut lines, &mut problems);
        }
    }
    if !found {
        let others: Vec<&str> = COLUMNS.iter().skip(2).copied().collect();
        let help = format!("its header needs `device_key` or `serial`, and one or more of {}", others.join(", "));
        problems.push(problem(label, "", "is no decisions file", &help));
    }
    if problems.is_empty() { Ok((lines, opened.sha256)) } else { Err(refused(problems)) }
}

/// Adds the rows of one table.
fn add(export: &Export, names: &[String], lines: &mut Lines, problems: &mut Vec<Problem>) {
    let mut place = [usize::MAX; 6];
    for (at, name) in names.iter().enumerate() {
        let known = COLUMNS.iter().position(|c| c == name);
        match known.and_then(|k| place.get_mut(k)) {
            Some(slot) if *slot == usize::MAX => *slot = at,
            Some(_) => {
                problems.push(problem(&export.label, "", &format!("has two columns `{name}`"), "keep one of them"));
            }
            // Other columns may stand there, but a misspelt one would lose what was decided.
            None => {
                if let Some(near) = nearest(name, COLUMNS.iter().copied().filter(|c| !names.iter().any(|n| n == c))) {
                    let message = format!("has a column `{name}` and none `{near}`");
                    problems.push(problem(&export.label, "", &message, &format!("rename it to `{near}` or remove it")));
                }
            }
        }
    }
    let wanted: Vec<usize> = place.iter().copied().filter(|p| *p != usize::MAX).collect();
    let rows = export.read(&wanted, true);
    for bad in &rows.bad {
        let message = format!("the row {}", bad.reason);
        problems.push(problem(&export.label, &format!("row {}", bad.row), &message, "mend the row"));
    }
    let mut columns = rows.columns.iter();
    for (place, cells) in place.iter().zip(&mut lines.columns) {
        let column = if *place == usize::MAX { None } else { columns.next() };
        cells.extend((0..rows.row.len()).map(|at| column.and_then(|c| c.get(at)).unwrap_or_default().to_string()));
    }
    lines.row.extend(&rows.row);
}
