//! What reports call the inputs. Files are told apart by where they lie; their labels are for people, and no two are alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::digest_of;
use super::discover::Input;

/// A file that was found: where it lies, and its name relative to the folder that was given.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub path: PathBuf,
    pub relative: PathBuf,
    pub bytes: u64,
}

/// Labels the files, each file once, in the order of the labels. The order in which they were found says nothing.
pub(super) fn give(files: Vec<File>) -> Vec<Input> {
    let mut groups: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for file in each_once(files) {
        groups.entry(slashes(&file.relative)).or_default().push(file);
    }
    let groups = apart_from_members(&groups);
    let mut taken: BTreeSet<String> = groups.keys().cloned().collect();
    let mut inputs = Vec::new();
    for (label, mut files) in groups {
        if files.len() > 1 {
            // Their content tells them apart, whatever their folders are called; what cannot be read is an error later.
            files.sort_by_cached_key(|file| digest_of(&file.path).unwrap_or_default());
        }
        for (at, file) in files.into_iter().enumerate() {
            let label = if at == 0 { label.clone() } else { unique(&mut taken, &label) };
            inputs.push(Input { path: file.path, label, bytes: file.bytes });
        }
    }
    inputs.sort_by(|a, b| a.label.cmp(&b.label));
    inputs
}

/// A label that is not taken yet: the wanted one with a number.
pub(super) fn unique(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    // More names than there are inputs are not taken.
    let numbers = 2..=taken.len() + 2;
    let free = numbers.map(|number| format!("{wanted} ({number})")).find(|label| !taken.contains(label));
    let label = free.unwrap_or_else(|| wanted.to_string());
    taken.insert(label.clone());
    label
}

/// A file that was given in several ways is read once; which way names it does not depend on their order.
fn each_once(files: Vec<File>) -> impl Iterator<Item = File> {
    let mut places: BTreeMap<PathBuf, File> = BTreeMap::new();
    for file in files {
        let place = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        match places.get(&place) {
            Some(known) if known.relative <= file.relative => {}
            _ => drop(places.insert(place, file)),
        }
    }
    places.into_values()
}

/// A file may be called as a member of an archive beside it would be.
fn apart_from_members(groups: &BTreeMap<String, Vec<File>>) -> BTreeMap<String, Vec<File>> {
    let mut apart: BTreeMap<String, Vec<File>> = BTreeMap::new();
    let like_a_member =
        |label: &str| label.match_indices('!').any(|(at, _)| label.get(..at).is_some_and(|of| groups.contains_key(of)));
    for (label, files) in groups {
        let label = if like_a_member(label) { label.replace('!', "_") } else { label.clone() };
        apart.entry(label).or_default().extend(files.iter().cloned());
    }
    apart
}

/// A path as reports show it.
pub(super) fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
