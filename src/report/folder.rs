//! The files of a report while it is written, each with its digest.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::place::{Place, private};
use crate::error::{Error, Result};
use crate::outcome::OutputFile;
use crate::read::hex;
use crate::run::{Progress, Unit};

/// A report folder while it is written.
pub(super) struct Folder<'a> {
    place: Place,
    /// Files are written side by side.
    written: Mutex<Vec<OutputFile>>,
    /// Hears how many files are written.
    progress: &'a dyn Progress,
}

impl<'a> Folder<'a> {
    /// Begins a report at a place.
    pub(super) fn begin(place: Place, progress: &'a dyn Progress) -> Self {
        Self { place, written: Mutex::default(), progress }
    }

    /// Writes one file through a closure and keeps its digest.
    pub(super) fn file(&self, name: &str, fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> Result<()> {
        let failed = |source| Error::Write { path: self.place.shown().join(name), source };
        let file = create(&self.place.folder(), name).map_err(failed)?;
        let mut sink = Digesting { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
        fill(&mut sink).and_then(|()| sink.inner.flush()).map_err(failed)?;
        let one = OutputFile { file: name.into(), bytes: sink.bytes, sha256: hex(&sink.hash.finalize()) };
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.push(one);
        self.progress.done(written.len() as u64, None, Unit::Files);
        Ok(())
    }

    /// Writes one file of text.
    pub(super) fn text(&self, name: &str, text: &str) -> Result<()> {
        self.file(name, |out| out.write_all(text.as_bytes()))
    }

    /// A place on the same disk for what is written on the way.
    pub(super) fn scratch(&self) -> &Path {
        self.place.scratch()
    }

    /// Where they are written.
    pub(super) fn root(&self) -> std::path::PathBuf {
        self.place.folder()
    }

    /// The files so far, by name.
    pub(super) fn written(&self) -> Vec<OutputFile> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner).clone();
        written.sort_by(|a, b| a.file.cmp(&b.file));
        written
    }

    /// Puts the folder in its place.
    pub(super) fn finish(self) -> Result<()> {
        self.place.finish()
    }
}

/// Makes a file that nobody else may read, and the folders above it, all of them new. The report's own folder is not made
/// again: when it is gone, the run was stopped.
fn create(root: &Path, name: &str) -> io::Result<File> {
    for (at, _) in name.match_indices('/') {
        match private().create(root.join(name.get(..at).unwrap_or_default())) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
            _ => {}
        }
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(root.join(name))
}

struct Digesting<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.inner.write_all(buffer)?;
        self.hash.update(buffer);
        self.bytes += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
