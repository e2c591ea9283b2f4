//! A folder that appears whole: written beside its place, then renamed.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::read::hex;

/// What every report has, and no other folder.
const MARK: &str = "evidence/manifest.json";

/// A file of the report and its digest.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// Path inside the report.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// A report folder while it is written.
#[derive(Debug)]
pub(super) struct Folder {
    target: PathBuf,
    beside: PathBuf,
    /// Files are written side by side.
    written: Mutex<Vec<Written>>,
    done: bool,
}

/// Whether a report may be written to a place, before any work is done.
///
/// # Errors
/// [`Error::Usage`] when something is there that may not be replaced.
pub fn check_target(target: &Path, force: bool) -> Result<()> {
    let refuse = |message: String, help: &str| Err(Error::Usage { message, help: help.into() });
    if target.file_name().is_none() {
        return refuse(
            format!("`{}` names no folder of its own", target.display()),
            "give the report a name with `--out`",
        );
    }
    let Ok(meta) = fs::symlink_metadata(target) else {
        return match target.ancestors().skip(1).find(|a| a.exists()) {
            Some(above) if !above.is_dir() => {
                refuse(format!("`{}` is not a folder", above.display()), "choose another place with `--out`")
            }
            _ => Ok(()),
        };
    };
    let shown = target.display();
    if !meta.is_dir() {
        return refuse(format!("`{shown}` is not a folder"), "choose another place with `--out`");
    }
    let empty = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if empty {
        return Ok(());
    }
    // Whatever `--force` says, a folder that no report made is somebody's data.
    if !target.join(MARK).is_file() {
        return refuse(format!("`{shown}` exists and is no report"), "choose another place with `--out`");
    }
    if force {
        return Ok(());
    }
    refuse(
        format!("`{shown}` holds a report already"),
        "replace it with `--force`, or choose another place with `--out`",
    )
}

impl Folder {
    /// Makes the folder beside its place.
    pub(super) fn begin(target: &Path, force: bool) -> Result<Self> {
        check_target(target, force)?;
        let name = target.file_name().map_or_else(|| "report".into(), |n| n.to_string_lossy().into_owned());
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).map_err(|source| Error::Write { path: parent.clone(), source })?;
        let beside = parent.join(format!(".{name}.{}.partial", std::process::id()));
        fs::create_dir_all(&beside).map_err(|source| Error::Write { path: beside.clone(), source })?;
        Ok(Self { target: target.to_path_buf(), beside, written: Mutex::default(), done: false })
    }

    /// Writes one file through a closure and keeps its digest.
    pub(super) fn file(
        &self,
        name: &str,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> std::io::Result<()>,
    ) -> Result<()> {
        let path = self.beside.join(name);
        let failed = |source| Error::Write { path: self.target.join(name), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let file = File::create(&path).map_err(failed)?;
        let mut sink = Digesting { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
        fill(&mut sink).and_then(|()| sink.inner.flush()).map_err(failed)?;
        let one = Written { file: name.into(), bytes: sink.bytes, sha256: hex(&sink.hash.finalize()) };
        self.written.lock().unwrap_or_else(PoisonError::into_inner).push(one);
        Ok(())
    }

    /// Writes one file of text.
    pub(super) fn text(&self, name: &str, text: &str) -> Result<()> {
        self.file(name, |out| out.write_all(text.as_bytes()))
    }

    /// A place on the same disk for what is written on the way.
    pub(super) fn scratch(&self) -> &Path {
        &self.beside
    }

    /// The files so far, by name.
    pub(super) fn written(&self) -> Vec<Written> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner).clone();
        written.sort_by(|a, b| a.file.cmp(&b.file));
        written
    }

    /// Puts the folder in its place.
    pub(super) fn finish(mut self) -> Result<()> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| Error::Write { path, source }
        };
        let old = self.beside.with_extension("old");
        let existed = self.target.exists();
        if existed {
            fs::rename(&self.target, &old).map_err(failed(&self.target))?;
        }
        if let Err(source) = fs::rename(&self.beside, &self.target) {
            if existed {
                // The old report goes back to its place; if that fails too, it is still whole beside it.
                let _ = fs::rename(&old, &self.target);
            }
            return Err(Error::Write { path: self.target.clone(), source });
        }
        self.done = true;
        if existed {
            fs::remove_dir_all(&old).map_err(failed(&old))?;
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.done {
            // Nothing half-written stays; if even that fails there is nothing more to do.
            let _ = fs::remove_dir_all(&self.beside);
        }
    }
}

struct Digesting<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.inner.write_all(buffer)?;
        self.hash.update(buffer);
        self.bytes += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appears_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        let folder = Folder::begin(&target, false).unwrap();
        folder.text(MARK, "{}").unwrap();
        assert!(!target.exists());
        drop(folder);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "a report given up leaves nothing");

        let folder = Folder::begin(&target, false).unwrap();
        folder.text(MARK, "{}").unwrap();
        folder.finish().unwrap();
        assert!(target.join(MARK).is_file());
        assert!(check_target(&target, false).is_err());

        let folder = Folder::begin(&target, true).unwrap();
        folder.text("new.txt", "x").unwrap();
        folder.finish().unwrap();
        assert!(target.join("new.txt").is_file() && !target.join(MARK).exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_no_report_made_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
        let error = check_target(dir.path(), true).unwrap_err();
        assert!(error.to_string().ends_with("exists and is no report"));
    }
}
