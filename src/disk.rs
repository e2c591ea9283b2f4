//! Files from disk: regular ones only, whole, and no larger than their kind may be.
//!
//! A pipe would wait for ever, a device never ends, and what the system makes up while it is read has no size. So what a
//! path stands for is looked at before it is opened and again once it is open, when nobody can exchange it any more.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, Problem, Result};

/// The largest configuration, exceptions or decisions file.
pub const SETTINGS_LIMIT: u64 = 16 << 20;
/// The largest file of rules, formats, playbooks or templates.
pub const RULES_LIMIT: u64 = 1 << 20;

/// A flag of the system: opening does not wait for the other end of a pipe. It means nothing to regular files.
#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64"))
))]
const NO_WAIT: i32 = 0o4000;
#[cfg(any(target_vendor = "apple", target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
const NO_WAIT: i32 = 0x4;
#[cfg(not(any(
    all(
        any(target_os = "linux", target_os = "android"),
        not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64"))
    ),
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
const NO_WAIT: i32 = 0;

/// Opens a regular file for reading, and tells its size.
///
/// # Errors
/// What the system says, or what the path is instead of a regular file.
pub fn open(path: &Path) -> io::Result<(File, u64)> {
    regular(&std::fs::metadata(path)?)?;
    let file = options().open(path)?;
    let meta = file.metadata()?;
    regular(&meta)?;
    Ok((file, meta.len()))
}

/// Reads a regular file whole.
///
/// # Errors
/// As [`open()`]; and for a file that is larger than `limit`, or not of the size that it should have.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, size) = open(path)?;
    check_size(size, limit)?;
    whole(file, size)
}

/// Whether the system says that nothing is there. Whatever else it says, something may be.
#[must_use]
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn whole(file: File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX)).map_err(io::Error::other)?;
    file.take(size + 1).read_to_end(&mut bytes)?;
    check_read(bytes.len() as u64, size)?;
    Ok(bytes)
}

/// Reads a file in which somebody settles something: text in UTF-8.
///
/// # Errors
/// [`Error::Unreadable`] if the system does not hand it out, [`Error::Rules`] if it is too large or no UTF-8.
pub fn settings(path: &Path, limit: u64) -> Result<String> {
    let unreadable = |source| Error::Unreadable { path: path.to_path_buf(), source };
    let refused = |message: String, help: &str| {
        let file = path.display().to_string();
        Error::Rules { problems: vec![Problem { file, place: String::new(), message, help: help.into() }] }
    };
    let (file, size) = open(path).map_err(unreadable)?;
    if size > limit {
        let message = format!("is larger than {}; nothing of it was read", in_words(limit));
        return Err(refused(message, "check that it is the file you meant"));
    }
    let bytes = whole(file, size).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| refused("is not UTF-8".into(), "save it as UTF-8"))
}

/// Refuses a file that is larger than it may be.
///
/// # Errors
/// Names the limit.
pub fn check_size(size: u64, limit: u64) -> io::Result<()> {
    if size > limit {
        return Err(io::Error::other(format!("it is larger than {}", in_words(limit))));
    }
    Ok(())
}

/// Refuses what was not of the size that the system told: it grows, shrinks, or is made up while it is read.
///
/// # Errors
/// Says so.
pub fn check_read(read: u64, size: u64) -> io::Result<()> {
    if read != size {
        return Err(io::Error::other("it is no regular file, or it changed while it was read"));
    }
    Ok(())
}

/// What a path is instead of a regular file or a folder.
#[must_use]
pub fn strange(kind: FileType) -> Option<&'static str> {
    if kind.is_file() || kind.is_dir() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("a device of the system");
        }
    }
    Some("something else")
}

fn regular(meta: &Metadata) -> io::Result<()> {
    let kind = meta.file_type();
    let what = if kind.is_dir() { Some("a folder") } else { strange(kind) };
    match what {
        Some(what) => Err(io::Error::other(format!("it is {what}, not a regular file"))),
        None => Ok(()),
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NO_WAIT);
    #[cfg(not(unix))]
    let _ = NO_WAIT;
    options
}

fn in_words(bytes: u64) -> String {
    if bytes >= 1 << 30 { format!("{} GB", bytes >> 30) } else { format!("{} MB", bytes >> 20) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_files_are_read_whole_and_within_their_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert_eq!(read(&path, 4).unwrap_err().to_string(), "it is larger than 0 MB");
        assert_eq!(read(dir.path(), 4).unwrap_err().to_string(), "it is a folder, not a regular file");
        std::fs::write(&path, b"\xFF").unwrap();
        assert_eq!(settings(&path, 5).unwrap_err().exit_code(), crate::error::exit::RULES);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_never_ends_or_has_no_size_is_refused() {
        for (path, expected) in [
            ("/dev/zero", "it is a device of the system, not a regular file"),
            ("/dev/null", "it is a device of the system, not a regular file"),
            ("/proc/self/maps", "it is no regular file, or it changed while it was read"),
        ] {
            assert_eq!(read(Path::new(path), 1 << 20).unwrap_err().to_string(), expected, "{path}");
        }
    }
}
