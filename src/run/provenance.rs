//! `provenance.yaml` beside the exports.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::decisions::refused;
use crate::disk;
use crate::error::Result;
use crate::history::{self, PROVENANCE, Provenance};

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
