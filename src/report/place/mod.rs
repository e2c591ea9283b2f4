//! The place of a report. It is looked at before anything is read, held while the run lasts, looked at again before the
//! report goes there, and taken in one step, so that the earlier report or the new one is there at any moment.

mod access;
mod beside;
mod earlier;
mod interrupt;
mod lock;
mod swap;
mod target;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::beside::Beside;
use self::interrupt::Held;
use self::lock::{Asked, Lock};
use self::swap::Trial;
use self::target::{Before, refuse};
use crate::error::{Error, Result};

pub(super) use beside::private;
pub(super) use earlier::Earlier;
pub use interrupt::settle;
#[cfg(unix)]
pub use interrupt::watch;

/// A place that this run holds. Given up before it is finished, it is as it was before.
#[derive(Debug)]
pub struct Place {
    /// As the user wrote it.
    shown: PathBuf,
    /// Without links above it.
    at: PathBuf,
    inputs: Vec<PathBuf>,
    before: Before,
    beside: Beside,
    lock: Option<Lock>,
    made: Vec<PathBuf>,
}

impl Place {
    /// Takes a place for a report, before anything is read. `inputs` are the files and folders that the run reads; `tell`
    /// gets what was put right of an earlier run.
    ///
    /// # Errors
    /// [`Error::Usage`] when something is there that may not be replaced or another run is writing there,
    /// [`Error::Write`] when the system refuses.
    pub fn take(shown: &Path, force: bool, inputs: &[PathBuf], tell: &mut dyn FnMut(&str)) -> Result<Self> {
        let Some(name) = shown.file_name().map(OsString::from) else {
            let message = format!("`{}` names no folder of its own", shown.display());
            return refuse(message, "give the report a name with `--out`");
        };
        let parent = match shown.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        if let Some(above) = parent.ancestors().find(|above| above.exists()).filter(|above| !above.is_dir()) {
            return refuse(format!("`{}` is not a folder", above.display()), "choose another place with `--out`");
        }
        // What is refused for good is refused before anything is made.
        if let Ok(parent) = fs::canonicalize(parent) {
            target::look(&parent.join(&name), shown, force, inputs)?;
        }
        let failed = |source| Error::Write { path: shown.to_path_buf(), source };
        let mut hold = interrupt::hold();
        let made = Made::above(parent)?;
        let parent = fs::canonicalize(parent).map_err(failed)?;
        let lock = match Lock::take(&parent.join(lock::name_for(&name.to_string_lossy()))).map_err(failed)? {
            Asked::Held(lock) => lock,
            Asked::Busy => {
                let message = format!("another run is writing to `{}`", shown.display());
                return refuse(message, "wait until it is done, or choose another place with `--out`");
            }
        };
        let beside = Beside::make(&parent, &name).map_err(failed)?;
        if beside::sweep(&parent, &name, beside.root()) {
            let shown = shown.display();
            tell(&format!("an earlier run was stopped while it replaced `{shown}`; the report from before is back"));
        }
        let at = parent.join(&name);
        let before = target::look(&at, shown, force, inputs)?;
        let made = made.keep();
        hold.add(Held { work: beside.root().to_path_buf(), lock: lock.path().to_path_buf(), made: made.clone() });
        let (shown, inputs) = (shown.to_path_buf(), inputs.to_vec());
        let place = Self { shown, at, inputs, before, beside, lock: Some(lock), made };
        let tried = place.try_out();
        // A place that is given up holds the signals itself.
        drop(hold);
        tried.map(|()| place)
    }

    /// The place as the user wrote it.
    #[must_use]
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// The folder in which the report is written.
    pub(super) fn folder(&self) -> PathBuf {
        self.beside.fresh()
    }

    /// A private folder on the same disk.
    pub(super) fn scratch(&self) -> &Path {
        self.beside.root()
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Write { path: self.shown.clone(), source }
    }

    /// Finds out now whether the folder that is there can be replaced, where one can find out without replacing it.
    fn try_out(&self) -> Result<()> {
        let (new, at) = (self.folder(), &self.at);
        match &self.before {
            // There and back: the folder stays the one that it was.
            Before::Empty => match swap::exchange(&new, at) {
                Trial::Done => match swap::exchange(&new, at) {
                    Trial::Done => Ok(()),
                    Trial::Refused(e) => Err(self.failed(e)),
                    Trial::Unknown => Err(self.failed(io::ErrorKind::Unsupported.into())),
                },
                Trial::Unknown => Ok(()),
                Trial::Refused(e) if e.kind() == io::ErrorKind::CrossesDevices => Ok(()),
                Trial::Refused(e) => Err(self.failed(e)),
            },
            // A system that would let us replace the folder says that it is not empty.
            Before::Report(..) if cfg!(unix) => match fs::rename(&new, at) {
                Err(e) if matches!(e.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists) => Ok(()),
                Err(e) => Err(self.failed(e)),
                // Somebody emptied it just now; then this empty folder of ours is there, and may be.
                Ok(()) => refuse(format!("`{}` was changed by somebody else", self.shown.display()), "run again"),
            },
            Before::Nothing | Before::Report(..) => Ok(()),
        }
    }

    /// Puts the report in its place. On an error the place is as it was.
    pub(super) fn finish(mut self) -> Result<()> {
        access::settle(&self.folder(), &self.at).map_err(|e| self.failed(e))?;
        // From here on a signal waits until the one report or the other is in its place.
        let hold = interrupt::hold();
        let outcome = self.swap();
        drop(hold);
        outcome?;
        let work = self.beside.root().to_path_buf();
        drop(self);
        if work.exists() {
            let source = io::Error::other("the new report is in its place, and the earlier one could not be removed");
            return Err(Error::Write { path: work, source });
        }
        Ok(())
    }

    fn swap(&mut self) -> Result<()> {
        let new = self.folder();
        let moved = match &self.before {
            Before::Nothing => swap::to_free_name(&new, &self.at),
            Before::Empty => swap::onto_empty(&new, &self.at),
            Before::Report(..) => return self.replace(&new),
        };
        moved.map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                self.taken()
            }
            _ => self.failed(e),
        })
    }

    fn taken(&self) -> Error {
        Error::Usage {
            message: format!(
                "something else came to `{}` while the report was written; it was left as it is",
                self.shown.display()
            ),
            help: "choose another place with `--out`".into(),
        }
    }

    /// Replaces the report that was there at the start, if it is still the same.
    fn replace(&mut self, new: &Path) -> Result<()> {
        match target::look(&self.at, &self.shown, true, &self.inputs)? {
            now if now == self.before => {}
            Before::Nothing => return swap::to_free_name(new, &self.at).map_err(|e| self.failed(e)),
            _ => return Err(self.taken()),
        }
        match swap::exchange(new, &self.at) {
            Trial::Done => {}
            Trial::Refused(e) => return Err(self.failed(e)),
            Trial::Unknown => return self.in_two_steps(new),
        }
        // What came after the last look goes back with the folder that it came to.
        let back = self.last_look(new);
        if back.is_err() && !matches!(swap::exchange(new, &self.at), Trial::Done) {
            self.beside.keep = true;
            return Err(Error::Internal(format!("`{}` holds the earlier report", new.display())));
        }
        back
    }

    /// Where the system has no exchange: what is killed between the two steps, the next run puts right.
    fn in_two_steps(&mut self, new: &Path) -> Result<()> {
        let aside = self.beside.old().map_err(|e| self.failed(e))?;
        fs::rename(&self.at, &aside).map_err(|e| self.failed(e))?;
        let done = self.last_look(&aside).and_then(|()| swap::to_free_name(new, &self.at).map_err(|e| self.failed(e)));
        if done.is_err() && swap::to_free_name(&aside, &self.at).is_err() {
            // Something else is in its place by now.
            self.beside.keep = true;
            let message = format!("the earlier report could not be put back and lies in `{}`", aside.display());
            return Err(Error::Internal(message));
        }
        done
    }

    fn last_look(&self, earlier: &Path) -> Result<()> {
        let shown = self.shown.display().to_string();
        let found = Earlier::find(earlier).map_err(|e| match e {
            Error::Unreadable { source, .. } => self.failed(source),
            other => other,
        });
        match found? {
            Some(found) => target::replaceable(&found, &shown),
            None => Err(self.taken()),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut hold = interrupt::hold();
        hold.forget(self.beside.root());
        if !self.beside.keep {
            beside::remove(self.beside.root());
        }
        drop(self.lock.take());
        interrupt::remove_empty(&self.made);
    }
}

/// Folders that were made above a place; they go again unless they are kept.
#[derive(Debug)]
struct Made(Vec<PathBuf>);

impl Made {
    fn above(parent: &Path) -> Result<Self> {
        let missing: Vec<&Path> = parent
            .ancestors()
            .filter(|above| !above.as_os_str().is_empty())
            .take_while(|above| matches!(fs::metadata(above), Err(e) if e.kind() == io::ErrorKind::NotFound))
            .collect();
        let mut made = Self(Vec::new());
        for folder in missing.into_iter().rev() {
            match fs::create_dir(folder) {
                Ok(()) => made.0.insert(0, folder.to_path_buf()),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(Error::Write { path: folder.to_path_buf(), source }),
            }
        }
        Ok(made)
    }

    fn keep(mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        interrupt::remove_empty(&self.0);
    }
}
