//! Whether a report may be written to a place. Nothing is changed by asking.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::earlier::{Earlier, Workbook};
use crate::error::{Error, Result};
use crate::schema::WORKBOOK;

/// What is at the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    Nothing,
    /// An empty folder.
    Empty,
    /// A report.
    Report(Earlier, Folder),
}

/// Which folder it is, where the system tells, and who may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    id: Option<(u64, u64)>,
}

/// A refusal, and what to do instead.
pub(super) fn refuse<T>(message: String, help: &str) -> Result<T> {
    Err(Error::Usage { message, help: help.into() })
}

const ELSEWHERE: &str = "choose another place with `--out`";

/// What may be replaced at a place; `shown` is how the user wrote it, `inputs` is what the run reads.
pub(super) fn look(at: &Path, shown: &Path, force: bool, inputs: &[PathBuf]) -> Result<Before> {
    let shown = shown.display();
    let meta = match fs::symlink_metadata(at) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Before::Nothing),
        Err(e) => return refuse(format!("`{shown}` cannot be used: {}", plain(&e)), ELSEWHERE),
    };
    if meta.is_symlink() {
        return refuse(
            format!("`{shown}` is a link"),
            "name the folder that it leads to, or choose another place with `--out`",
        );
    }
    if !meta.is_dir() {
        return refuse(format!("`{shown}` is not a folder"), ELSEWHERE);
    }
    if lies_in(Path::new("."), at) {
        return refuse(
            format!("`{shown}` is or holds the current folder"),
            "give the report a folder of its own with `--out`",
        );
    }
    let inside: Vec<String> = inputs.iter().filter(|i| lies_in(i, at)).map(|i| format!("`{}`", i.display())).collect();
    if !inside.is_empty() {
        let message = format!("`{shown}` holds what this run reads: {}", listed(&inside));
        return refuse(message, "choose a place with `--out` that holds nothing else");
    }
    let failed = |e: io::Error| refuse(format!("`{shown}` cannot be read: {}", plain(&e)), ELSEWHERE);
    if is_mount_point(at) {
        return refuse(
            format!("`{shown}` is a mount point, which cannot be replaced"),
            "name a folder inside it with `--out`",
        );
    }
    match fs::read_dir(at).map(|mut entries| entries.next().is_none()) {
        Ok(true) => return Ok(Before::Empty),
        Ok(false) => {}
        Err(e) => return failed(e),
    }
    let earlier = match Earlier::find(at) {
        Ok(Some(earlier)) => earlier,
        // Whatever `--force` says, a folder that no report made is somebody's data.
        Ok(None) => return refuse(format!("`{shown}` exists and is no report"), ELSEWHERE),
        Err(Error::Unreadable { source, .. }) => return failed(source),
        Err(e) => return Err(e),
    };
    if !force {
        let help = "replace it with `--force`, or choose another place with `--out`";
        return refuse(format!("`{shown}` holds a report already"), help);
    }
    replaceable(&earlier, &shown.to_string())?;
    if let Some(fixed) = fixed(at) {
        return refuse(format!("`{shown}` cannot be replaced: you may not write to `{}`", fixed.display()), ELSEWHERE);
    }
    Ok(Before::Report(earlier, Folder { id: id(at) }))
}

/// Refuses what would lose somebody's data.
pub(super) fn replaceable(earlier: &Earlier, shown: &str) -> Result<()> {
    if !earlier.strangers.is_empty() {
        let names: Vec<String> = earlier.strangers.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("`{shown}` holds what its report did not write: {}", listed(&names));
        return refuse(message, "move it elsewhere, or choose another place with `--out`");
    }
    let why = match &earlier.workbook {
        Workbook::Untouched => return Ok(()),
        Workbook::Changed => format!("`{WORKBOOK}` was changed since it was written"),
        Workbook::Unread(why) => {
            format!("`{WORKBOOK}` cannot be read, so that nobody knows whether it was filled in: {why}")
        }
    };
    let message = format!("`{shown}` cannot be replaced: {why}");
    refuse(message, "move it elsewhere; what is filled in counts again with `--decisions`")
}

/// As many names as a person reads; the rest as a number.
fn listed(names: &[String]) -> String {
    const MOST: usize = 100;
    let shown = names.get(..MOST.min(names.len())).unwrap_or_default().join(", ");
    if names.len() > MOST { format!("{shown} and {} more", names.len() - MOST) } else { shown }
}

/// What the system says, in a sentence.
pub(super) fn plain(e: &io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// Whether a path is a folder or lies in it, whatever it is called.
pub(super) fn lies_in(path: &Path, folder: &Path) -> bool {
    let Ok(path) = fs::canonicalize(path) else { return false };
    let own = id(folder);
    let whole = fs::canonicalize(folder);
    path.ancestors().any(|above| match (own, &whole) {
        (Some(own), _) => id(above) == Some(own),
        (None, Ok(whole)) => above == whole,
        (None, Err(_)) => false,
    })
}

/// A folder below that may not be written to, which its files could not be removed from.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn fixed(at: &Path) -> Option<PathBuf> {
    use super::earlier::{Kind, walk};
    let locked = |path: &Path| rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_err();
    let mut found = locked(at).then(|| at.to_path_buf());
    let _ = walk(at, "", &mut |name, kind| {
        if kind == Kind::Folder && found.is_none() && locked(&at.join(name)) {
            found = Some(at.join(name));
        }
        found.is_none()
    });
    found
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn fixed(_: &Path) -> Option<PathBuf> {
    None
}

#[cfg(unix)]
pub(super) fn id(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|m| (m.dev(), m.ino()))
}

#[cfg(not(unix))]
pub(super) fn id(_: &Path) -> Option<(u64, u64)> {
    None
}

/// Whether something is mounted there: such a folder can neither be replaced nor moved.
fn is_mount_point(at: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
        if let Ok(found) = statx(CWD, at, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::TYPE)
            && found.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT)
        {
            return found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT);
        }
    }
    let disk = |path: &Path| id(path).map(|(disk, _)| disk);
    at.parent().is_some_and(|above| disk(above) != disk(at))
}
