//! Locks that end with the process that holds them, however it ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::read::hex;

/// What the names of everything begin with that a run puts beside its report.
pub(super) const PREFIX: &str = ".lastseen-";
const ENDING: &str = ".lock";

/// The name of the lock for a place. It is short whatever the name of the report, and the same for names that a file system
/// may take for the same.
pub(super) fn name_for(report: &str) -> String {
    let digest = hex(&Sha256::digest(report.to_lowercase().as_bytes()));
    format!("{PREFIX}{}{ENDING}", digest.get(..16).unwrap_or(&digest))
}

/// Whether a name is one of [`name_for`].
pub(super) fn is_lock(name: &str) -> bool {
    name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(ENDING)).is_some_and(is_token)
}

/// Whether a text is what stands in names between the fixed parts.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// How asking for a lock ended.
#[derive(Debug)]
pub(super) enum Asked {
    Held(Lock),
    /// Another process holds it.
    Busy,
}

/// A lock file that this process holds; it is removed when the lock is given back.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes a lock, and makes its file if there is none.
    pub(super) fn take(path: &Path) -> io::Result<Asked> {
        loop {
            let file = open(path, true)?;
            if ask(&file) == Answer::Busy {
                return Ok(Asked::Busy);
            }
            // The file may have been removed by the one who held it, just before.
            if is_at(&file, path) {
                return Ok(Asked::Held(Self { path: path.to_path_buf(), file }));
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the file of a lock that nobody holds any more.
    pub(super) fn sweep(path: &Path) {
        if let Ok(file) = open(path, false)
            && ask(&file) == Answer::Ours
            && is_at(&file, path)
        {
            drop(Self { path: path.to_path_buf(), file });
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Ours is empty; and it goes while it is still held, so that nobody takes it in between.
        if self.file.metadata().is_ok_and(|meta| meta.len() == 0) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Opens a file to lock it; a link is not followed, and nothing in the file is changed.
pub(super) fn open(path: &Path, create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::AlreadyExists.into()) }
}

/// What the system says to a wish for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is ours now.
    Ours,
    /// Another process has it.
    Busy,
    /// The file system has no locks, so nothing can be said of others.
    Unknown,
}

pub(super) fn ask(file: &File) -> Answer {
    match file.try_lock() {
        Ok(()) => Answer::Ours,
        Err(TryLockError::WouldBlock) => Answer::Busy,
        Err(TryLockError::Error(_)) => Answer::Unknown,
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata().map(|m| (m.dev(), m.ino()));
    matches!((own, fs::symlink_metadata(path)), (Ok(own), Ok(there)) if own == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name_for("out"));
        assert!(is_lock(&name_for("out")) && !is_lock(".lastseen-0123.lock"));
        assert_eq!(name_for("Out"), name_for("out"));
        let Asked::Held(held) = Lock::take(&path).unwrap() else { panic!("nobody else has it") };
        assert!(matches!(Lock::take(&path).unwrap(), Asked::Busy));
        Lock::sweep(&path);
        assert!(path.is_file(), "a lock that is held stays");
        drop(held);
        assert!(!path.exists());
        fs::write(&path, "").unwrap();
        Lock::sweep(&path);
        assert!(!path.exists(), "what a killed run left goes");
        fs::write(&path, "somebody's").unwrap();
        drop(Lock::take(&path).unwrap());
        assert!(path.exists(), "a file with content is not ours");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name_for("out"));
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), &path).unwrap();
        assert!(Lock::take(&path).is_err());
        assert!(!dir.path().join("elsewhere").exists());
    }
}
