//! What an earlier run left at a place. Only that is ever replaced: a file that its manifest does not name is somebody's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::read::{digest_of, hex};

/// What every report has, and no other folder.
pub(in crate::report) const MANIFEST: &str = "evidence/manifest.json";
/// The digests of all files, for the usual tools.
pub(in crate::report) const SUMS: &str = "evidence/SHA256SUMS";
/// Files that the manifest cannot name, since they are made from it.
const EVIDENCE: &[&str] = &[MANIFEST, SUMS];
/// The file of a report that people write into.
const FILLED_IN: &str = "workbook.xlsx";
/// A manifest is small; what is larger is none.
const LARGEST_MANIFEST: u64 = 256 << 20;

/// A report as it lies in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct Earlier {
    /// Digest of its manifest: which report it is.
    pub(super) manifest: String,
    /// Files, folders and links that the manifest does not name, by name.
    pub(in crate::report) strangers: Vec<String>,
    /// The workbook, if somebody changed it since it was written.
    pub(super) filled_in: Option<String>,
    /// Whether a file that the manifest names is not there.
    pub(super) gaps: bool,
}

/// Files by name, each with its digest.
type Named = BTreeMap<String, String>;

impl Earlier {
    /// Looks at a folder; nothing if no report is in it.
    pub(in crate::report) fn find(folder: &Path) -> io::Result<Option<Self>> {
        let Some((manifest, mut named)) = manifest(folder)? else { return Ok(None) };
        named.extend(EVIDENCE.iter().map(|name| ((*name).to_string(), String::new())));
        let folders: BTreeSet<&str> = named.keys().flat_map(|name| above(name)).collect();
        let (mut strangers, mut there) = (Vec::new(), BTreeSet::new());
        walk(folder, "", &mut |name, kind| {
            let known = match kind {
                Kind::Folder => folders.contains(name),
                Kind::File => named.contains_key(name),
                Kind::Other => false,
            };
            match kind {
                _ if !known => strangers.push(if kind == Kind::Folder { format!("{name}/") } else { name.to_string() }),
                Kind::File => {
                    there.insert(name.to_string());
                }
                _ => {}
            }
            known
        })?;
        strangers.sort();
        let filled_in = named
            .get(FILLED_IN)
            .filter(|digest| {
                there.contains(FILLED_IN) && digest_of(&folder.join(FILLED_IN)).is_ok_and(|own| own != **digest)
            })
            .map(|_| FILLED_IN.to_string());
        let gaps = named.keys().any(|name| !there.contains(name));
        Ok(Some(Self { manifest, strangers, filled_in, gaps }))
    }
}

/// The digest of a folder's manifest and the files that it names, if a report's manifest is there.
fn manifest(folder: &Path) -> io::Result<Option<(String, Named)>> {
    let path = folder.join(MANIFEST);
    match fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_file() && meta.len() <= LARGEST_MANIFEST => {}
        Ok(_) => return Ok(None),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
        Err(e) => return Err(e),
    }
    let bytes = crate::disk::read(&path, LARGEST_MANIFEST)?;
    let Ok(manifest) = serde_json::from_slice::<Value>(&bytes) else { return Ok(None) };
    let ours = manifest.pointer("/program/name").and_then(Value::as_str) == Some(env!("CARGO_PKG_NAME"));
    let outputs = manifest.get("outputs").and_then(Value::as_array).filter(|_| ours);
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).map(str::to_string);
    let named = |outputs: &Vec<Value>| {
        outputs.iter().filter_map(|o| Some((text(o, "file")?, text(o, "sha256").unwrap_or_default()))).collect()
    };
    Ok(outputs.map(|outputs| (hex(&Sha256::digest(&bytes)), named(outputs))))
}

/// The folders above a file, by name.
fn above(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').filter_map(|(at, _)| name.get(..at))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A link, a pipe, a device: nothing that a report has. Never followed.
    Other,
}

/// Names of what is in a folder, at any depth; `see` says whether to look into a folder.
pub(super) fn walk(folder: &Path, prefix: &str, see: &mut dyn FnMut(&str, Kind) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let kind = match (kind.is_file(), kind.is_dir()) {
            (true, _) => Kind::File,
            (_, true) => Kind::Folder,
            _ => Kind::Other,
        };
        let own = entry.file_name();
        // A name that is no text is no name of ours, whatever it would look like.
        let kind = if own.to_str().is_none() { Kind::Other } else { kind };
        let name = format!("{prefix}{}", own.to_string_lossy());
        if see(&name, kind) && kind == Kind::Folder {
            walk(&entry.path(), &format!("{name}/"), see)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(dir: &Path, files: &[&str]) {
        let outputs: Vec<Value> = files
            .iter()
            .map(|f| serde_json::json!({ "file": f, "sha256": hex(&Sha256::digest(f.as_bytes())) }))
            .collect();
        let manifest = serde_json::json!({ "program": { "name": "lastseen" }, "outputs": outputs });
        for file in files {
            let path = dir.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        fs::create_dir_all(dir.join("evidence")).unwrap();
        fs::write(dir.join(MANIFEST), manifest.to_string()).unwrap();
        fs::write(dir.join("evidence/SHA256SUMS"), "").unwrap();
    }

    #[test]
    fn names_what_the_manifest_does_not() {
        let dir = tempfile::tempdir().unwrap();
        report(dir.path(), &["devices.csv", "suggestions/a.csv", "workbook.xlsx"]);
        let found = Earlier::find(dir.path()).unwrap().unwrap();
        assert!(found.strangers.is_empty() && found.filled_in.is_none() && !found.gaps, "{found:?}");
        for name in ["notes.txt", "suggestions/b.csv", "evidence/more.txt", ".hidden", "own/deep/x"] {
            fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
            fs::write(dir.path().join(name), "mine").unwrap();
        }
        fs::remove_file(dir.path().join("devices.csv")).unwrap();
        fs::write(dir.path().join("workbook.xlsx"), "filled in").unwrap();
        let found = Earlier::find(dir.path()).unwrap().unwrap();
        assert_eq!(found.strangers, [".hidden", "evidence/more.txt", "notes.txt", "own/", "suggestions/b.csv"]);
        assert_eq!((found.filled_in.as_deref(), found.gaps), (Some("workbook.xlsx"), true));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_a_stranger_whatever_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let there = dir.path().join("there");
        report(&there, &["devices.csv", "suggestions/a.csv"]);
        let here = dir.path().join("here");
        report(&here, &["devices.csv", "suggestions/a.csv"]);
        fs::remove_dir_all(here.join("suggestions")).unwrap();
        std::os::unix::fs::symlink(there.join("suggestions"), here.join("suggestions")).unwrap();
        assert_eq!(Earlier::find(&here).unwrap().unwrap().strangers, ["suggestions"]);
    }

    #[test]
    fn a_manifest_of_something_else_is_none() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("evidence")).unwrap();
        for text in
            ["", "{}", "[]", r#"{"program":{"name":"other"},"outputs":[]}"#, r#"{"program":{"name":"lastseen"}}"#]
        {
            fs::write(dir.path().join(MANIFEST), text).unwrap();
            assert_eq!(Earlier::find(dir.path()).unwrap(), None, "{text}");
        }
    }
}
