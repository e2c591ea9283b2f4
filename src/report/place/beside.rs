//! The work folder beside a report's place: of a new name each time, private, and marked as ours.
//!
//! It holds `owner`, which its process keeps locked; `new/NAME`, the report while it is written; and `old/NAME`, the earlier
//! report where the system cannot exchange two folders in one step.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::earlier::{Earlier, Workbook};
use super::lock::{self, Answer, PREFIX};
use super::swap;
use crate::read::hex;

/// First line of `owner`.
const MARK: &str = "lastseen work folder";
const OWNER: &str = "owner";
/// The name of `owner` until it is locked.
const UNLOCKED: &str = "owner.part";
/// A marker is short; what is longer is none.
const LONGEST_MARK: u64 = 4_096;

/// A work folder of this process.
#[derive(Debug)]
pub(super) struct Beside {
    root: PathBuf,
    /// Name of the report.
    name: PathBuf,
    /// Its lock tells others that we are alive.
    _owner: File,
    /// It holds a report that could not be put back.
    pub keep: bool,
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.keep {
            remove(&self.root);
        }
    }
}

impl Beside {
    /// Makes a folder that was not there before.
    pub(super) fn make(parent: &Path, name: &OsStr) -> io::Result<Self> {
        const MOST: usize = 100;
        let mut made = Self::attempt(parent, name);
        for _ in 0..MOST {
            match &made {
                // The name is taken, or another run took the folder for a leftover before it was locked.
                Err(e) if matches!(e.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {}
                _ => break,
            }
            made = Self::attempt(parent, name);
        }
        made
    }

    fn attempt(parent: &Path, name: &OsStr) -> io::Result<Self> {
        let root = parent.join(format!("{PREFIX}{:016x}", RandomState::new().hash_one(std::process::id())));
        private().create(&root)?;
        let marked = mark(&root, name).and_then(|owner| {
            private().create(root.join("new"))?;
            private().create(root.join("new").join(name))?;
            Ok(owner)
        });
        match marked {
            Ok(owner) => Ok(Self { root, name: name.into(), _owner: owner, keep: false }),
            Err(e) => {
                remove(&root);
                Err(e)
            }
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The report while it is written; after an exchange, the earlier one.
    pub(super) fn fresh(&self) -> PathBuf {
        self.root.join("new").join(&self.name)
    }

    /// Where the earlier report waits; the folder above it is made.
    pub(super) fn old(&self) -> io::Result<PathBuf> {
        private().create(self.root.join("old"))?;
        Ok(self.root.join("old").join(&self.name))
    }
}

/// Makes folders that nobody else may read.
pub(in crate::report) fn private() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
}

/// Writes the marker and locks it before it counts.
fn mark(root: &Path, name: &OsStr) -> io::Result<File> {
    let mut owner = lock::open(&root.join(UNLOCKED), true)?;
    if lock::ask(&owner) == Answer::Busy {
        return Err(io::ErrorKind::NotFound.into());
    }
    writeln!(owner, "{MARK}\n{}", hex(name.as_encoded_bytes()))?;
    fs::rename(root.join(UNLOCKED), root.join(OWNER))?;
    Ok(owner)
}

/// Removes a work folder; the marker goes last, so that what stays is known as ours.
pub(super) fn remove(root: &Path) {
    for part in ["new", "old"] {
        let _ = fs::remove_dir_all(root.join(part));
    }
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name() != OWNER) {
        // The workbook's temporary files.
        let _ = fs::remove_file(entry.path());
    }
    if fs::read_dir(root).is_ok_and(|left| left.flatten().all(|entry| entry.file_name() == OWNER)) {
        let _ = fs::remove_file(root.join(OWNER));
        let _ = fs::remove_dir(root);
    }
}

/// Goes through what runs that were killed left beside our work folder, restores the report of that name that was moved
/// aside, and removes the rest. Says whether it restored one.
pub(super) fn sweep(parent: &Path, target: &OsStr, own: &Path) -> bool {
    let user = user_of(own);
    let mut restored = false;
    // Where the folder cannot be listed, what is in it stays as it is.
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let (Some(name), Ok(kind)) = (name.to_str(), entry.file_type()) else { continue };
        // In a folder that others may write to, somebody could put a work folder with a report of his own.
        if user_of(&entry.path()) != user {
            continue;
        }
        if kind.is_file() && lock::is_lock(name) {
            lock::Lock::sweep(&entry.path());
        }
        if kind.is_dir() && name.strip_prefix(PREFIX).is_some_and(lock::is_token) {
            restored |= leftover(&entry.path(), parent, target);
        }
    }
    restored
}

#[cfg(unix)]
fn user_of(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).ok().map(|meta| meta.uid())
}

#[cfg(not(unix))]
fn user_of(_: &Path) -> Option<u32> {
    None
}

/// Says whether a report was restored from a work folder.
fn leftover(root: &Path, parent: &Path, target: &OsStr) -> bool {
    let Some((owner, named)) = owner(root) else {
        // Killed before it could mark its folder: then the folder is empty. A run that lives takes another.
        let _ = fs::remove_dir(root);
        return false;
    };
    if lock::ask(&owner) != Answer::Ours {
        return false;
    }
    let mut restored = false;
    if root.join("old").exists() {
        // Only a run for the same place may say what becomes of an earlier report.
        let own = named == hex(target.as_encoded_bytes());
        let (aside, place) = (root.join("old").join(target), parent.join(target));
        match fate(&aside, &place) {
            Fate::Restore if own && put_back(&aside, &place).is_ok() => restored = true,
            Fate::Remove if own => {}
            _ => return false,
        }
    }
    if !holds_strangers(&root.join("new")) {
        drop(owner);
        remove(root);
    }
    restored
}

fn put_back(aside: &Path, place: &Path) -> io::Result<()> {
    if place.exists() { swap::onto_empty(aside, place) } else { swap::to_free_name(aside, place) }
}

enum Fate {
    /// It is the only report.
    Restore,
    /// It may be the only one, and something else is in its place.
    Keep,
    /// The new one is in its place.
    Remove,
}

fn fate(aside: &Path, target: &Path) -> Fate {
    if !aside.exists() {
        return Fate::Remove;
    }
    let empty = || fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    match fs::symlink_metadata(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Fate::Restore,
        Ok(meta) if meta.is_dir() && empty() => Fate::Restore,
        Ok(meta) if meta.is_dir() && matches!(Earlier::find(target), Ok(Some(_))) => Fate::Remove,
        _ => Fate::Keep,
    }
}

/// Whether an earlier report that was exchanged has something in it that came after the last look, or may have.
fn holds_strangers(new: &Path) -> bool {
    let Ok(entries) = fs::read_dir(new) else { return false };
    entries.flatten().any(|entry| match Earlier::find(&entry.path()) {
        Ok(Some(found)) => !found.gaps && (!found.strangers.is_empty() || found.workbook != Workbook::Untouched),
        Ok(None) => false,
        Err(_) => true,
    })
}

/// The marker of a folder, and the report that it names.
fn owner(root: &Path) -> Option<(File, String)> {
    for name in [OWNER, UNLOCKED] {
        let Ok(mut file) = lock::open(&root.join(name), false) else { continue };
        let mut text = String::new();
        Read::by_ref(&mut file).take(LONGEST_MARK).read_to_string(&mut text).ok()?;
        let mut lines = text.lines();
        let ours = lines.next() == Some(MARK);
        // One that was killed between two strokes of the pen.
        if ours || (name == UNLOCKED && MARK.starts_with(&text)) {
            return Some((file, lines.next().unwrap_or_default().to_string()));
        }
    }
    None
}
