//! What an earlier run left at a place. Only that is ever replaced: a file that its manifest does not name is somebody's.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::disk::is_absent;
use crate::error::{Error, Result};
use crate::outcome::Manifest;
use crate::read::digest_of;
use crate::schema::{MANIFEST, SUMS, WORKBOOK};

/// Files that the manifest cannot name, since they are made from it.
const EVIDENCE: &[&str] = &[MANIFEST, SUMS];

/// A report as it lies in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct Earlier {
    /// Digest of its manifest: which report it is.
    pub(super) manifest: String,
    /// Files, folders and links that the manifest does not name, by name.
    pub(in crate::report) strangers: Vec<String>,
    /// The file of a report that people write into.
    pub(super) workbook: Workbook,
    /// Whether a file that the manifest names is not there.
    pub(super) gaps: bool,
}

/// Whether somebody wrote into the workbook since it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Workbook {
    /// There is none, or it is as it was written.
    Untouched,
    /// Somebody did.
    Changed,
    /// It cannot be read, for this reason: whatever is in it may be somebody's.
    Unread(String),
}

impl Workbook {
    /// By the digest that it had, and the one that it has.
    fn of(written: &str, now: io::Result<String>) -> Self {
        match now {
            Ok(now) if now == written => Self::Untouched,
            Ok(_) => Self::Changed,
            Err(e) if is_absent(&e) => Self::Untouched,
            Err(e) => Self::Unread(super::target::plain(&e)),
        }
    }
}

impl Earlier {
    /// Looks at a folder; nothing if no report is in it.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub(in crate::report) fn find(folder: &Path) -> Result<Option<Self>> {
        // A link leads to the manifest of another folder.
        if fs::symlink_metadata(folder.join(MANIFEST)).is_ok_and(|meta| meta.is_symlink()) {
            return Ok(None);
        }
        let sealed = match Manifest::read(folder) {
            Ok(Some(sealed)) => sealed,
            // What is no manifest of ours is somebody's file.
            Ok(None) | Err(Error::Evidence { .. }) => return Ok(None),
            Err(e) => return Err(e),
        };
        let outputs = sealed.manifest.outputs.iter().map(|output| output.file.as_str());
        let named: BTreeSet<&str> = outputs.chain(EVIDENCE.iter().copied()).collect();
        let folders: BTreeSet<&str> = named.iter().flat_map(|name| above(name)).collect();
        let (mut strangers, mut there) = (Vec::new(), BTreeSet::new());
        let walked = walk(folder, "", &mut |name, kind| {
            let known = match kind {
                Kind::Folder => folders.contains(name),
                Kind::File => named.contains(name),
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
        });
        walked.map_err(|source| Error::Unreadable { path: folder.to_path_buf(), source })?;
        strangers.sort();
        let written = sealed.manifest.sha256_of(WORKBOOK).filter(|_| there.contains(WORKBOOK));
        let workbook =
            written.map_or(Workbook::Untouched, |written| Workbook::of(written, digest_of(&folder.join(WORKBOOK))));
        let gaps = named.iter().any(|name| !there.contains(*name));
        Ok(Some(Self { manifest: sealed.seal, strangers, workbook, gaps }))
    }
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
        super::super::tests::fill(dir, files);
    }

    #[test]
    fn names_what_the_manifest_does_not() {
        let dir = tempfile::tempdir().unwrap();
        report(dir.path(), &["devices.csv", "suggestions/a.csv", "workbook.xlsx"]);
        let found = Earlier::find(dir.path()).unwrap().unwrap();
        assert!(found.strangers.is_empty() && found.workbook == Workbook::Untouched && !found.gaps, "{found:?}");
        for name in ["notes.txt", "suggestions/b.csv", "evidence/more.txt", ".hidden", "own/deep/x"] {
            fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
            fs::write(dir.path().join(name), "mine").unwrap();
        }
        fs::remove_file(dir.path().join("devices.csv")).unwrap();
        fs::write(dir.path().join("workbook.xlsx"), "filled in").unwrap();
        let found = Earlier::find(dir.path()).unwrap().unwrap();
        assert_eq!(found.strangers, [".hidden", "evidence/more.txt", "notes.txt", "own/", "suggestions/b.csv"]);
        assert_eq!((found.workbook, found.gaps), (Workbook::Changed, true));
    }

    /// An error is no proof that nobody wrote into it: another program may hold it open.
    #[test]
    fn a_workbook_that_cannot_be_read_is_not_untouched() {
        let of = |now| Workbook::of("ab", now);
        assert_eq!(of(Ok("ab".into())), Workbook::Untouched);
        assert_eq!(of(Ok("cd".into())), Workbook::Changed);
        assert_eq!(of(Err(io::ErrorKind::NotFound.into())), Workbook::Untouched);
        assert_eq!(of(Err(io::ErrorKind::PermissionDenied.into())), Workbook::Unread("permission denied".into()));
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
