//! Renames that replace nothing but what is meant.

use std::fs;
use std::io;
use std::path::Path;

/// How the system takes a rename with a condition.
#[derive(Debug)]
pub(super) enum Trial {
    /// It is done.
    Done,
    /// The system or the file system does not know such a rename; nothing has changed.
    Unknown,
    /// It was refused; nothing has changed.
    Refused(io::Error),
}

/// Renames a folder to a name that must be free.
pub(super) fn to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    match conditional::no_replace(from, to) {
        Trial::Done => Ok(()),
        Trial::Refused(e) => Err(e),
        // A plain rename of a folder replaces an empty folder and nothing else; that one is looked for.
        Trial::Unknown if fs::symlink_metadata(to).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Trial::Unknown => fs::rename(from, to),
    }
}

/// Renames a folder to the name of an empty folder, which must still be empty.
pub(super) fn onto_empty(from: &Path, to: &Path) -> io::Result<()> {
    if cfg!(windows) {
        // Removes an empty folder only.
        fs::remove_dir(to)?;
        return to_free_name(from, to);
    }
    fs::rename(from, to)
}

/// Exchanges two folders in one step.
pub(super) fn exchange(a: &Path, b: &Path) -> Trial {
    conditional::exchange(a, b)
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
mod conditional {
    use std::path::Path;

    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;

    use super::Trial;

    fn rename(from: &Path, to: &Path, flags: RenameFlags) -> Trial {
        match renameat_with(CWD, from, CWD, to, flags) {
            Ok(()) => Trial::Done,
            // What kernels and file systems say that do not know the flag.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Trial::Unknown,
            Err(e) => Trial::Refused(e.into()),
        }
    }

    pub(super) fn no_replace(from: &Path, to: &Path) -> Trial {
        rename(from, to, RenameFlags::NOREPLACE)
    }

    pub(super) fn exchange(a: &Path, b: &Path) -> Trial {
        rename(a, b, RenameFlags::EXCHANGE)
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
mod conditional {
    use std::path::Path;

    use super::Trial;

    pub(super) fn no_replace(_: &Path, _: &Path) -> Trial {
        Trial::Unknown
    }

    pub(super) fn exchange(_: &Path, _: &Path) -> Trial {
        Trial::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("new")).unwrap();
        fs::create_dir(at("empty")).unwrap();
        fs::create_dir(at("full")).unwrap();
        fs::write(at("full/file"), "mine").unwrap();
        assert!(to_free_name(&at("new"), &at("empty")).is_err(), "an empty folder is somebody's, too");
        assert!(to_free_name(&at("new"), &at("full")).is_err());
        assert!(onto_empty(&at("new"), &at("full")).is_err());
        assert!(at("full/file").is_file() && at("new").is_dir());
        onto_empty(&at("new"), &at("empty")).unwrap();
        to_free_name(&at("empty"), &at("free")).unwrap();
        assert!(at("free").is_dir() && !at("empty").exists());
    }
}
