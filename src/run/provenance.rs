//! `provenance.yaml` beside the exports: a stated filter keeps a list from being whole, and the number that the console showed
//! is compared with the rows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::decisions::refused;
use super::gather::Gathered;
use crate::disk;
use crate::doctor::Expected;
use crate::error::Result;
use crate::history::{self, PROVENANCE, Provenance};
use crate::notice::{Code, Notice};

/// What was written down in the folders of the exports, in the order of their names.
pub(super) fn read(exports: &[PathBuf]) -> Result<Vec<Provenance>> {
    let folder = |path: &PathBuf| if path.is_dir() { Some(path.clone()) } else { path.parent().map(Path::to_path_buf) };
    let files: BTreeSet<PathBuf> = exports.iter().filter_map(folder).map(|folder| folder.join(PROVENANCE)).collect();
    let mut all = Vec::new();
    for file in files.iter().filter(|file| file.is_file()) {
        let text = disk::settings(file, disk::SETTINGS_LIMIT)?;
        all.extend(history::provenance(PROVENANCE, &text).map_err(refused)?);
    }
    Ok(all)
}

/// Notes lists that were filtered by what is stated, and adds the numbers that are stated of a console's only list to those that
/// are expected; what the user expects on the command line counts first.
pub(super) fn state(all: &mut Gathered, stated: &[Provenance], mut expected: Vec<Expected>) -> Vec<Expected> {
    for own in stated {
        let is_of = |input: usize| all.inputs.get(input).is_some_and(|input| own.is_of(&input.label));
        let lists: Vec<(String, _)> =
            all.sources.iter().filter(|s| is_of(s.input)).map(|s| (s.export.clone(), s.console)).collect();
        if let Some(filter) = own.filtered_by() {
            for (label, _) in &lists {
                filtered(all, label, filter);
            }
        } else if let ([(_, console)], Some(count)) = (&lists[..], own.count_shown) {
            let is_only = all.sources.iter().filter(|source| source.console == *console).count() == 1;
            if is_only && !expected.iter().any(|(other, _)| other == console) {
                expected.push((*console, count));
            }
        }
    }
    expected
}

fn filtered(all: &mut Gathered, label: &str, filter: &str) {
    let reason = format!("{PROVENANCE} says that it was filtered: {filter}");
    let Some((_, records)) = all.records.iter_mut().find(|(own, _)| own == label) else { return };
    let message = format!("{reason}; nothing is concluded from what it lacks");
    all.notices.push(Notice::new(Code::IncompleteExport, label, message));
    records.incomplete.get_or_insert(format!("`{label}`: {reason}"));
}
