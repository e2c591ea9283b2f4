//! Who may read a report: the user alone, unless the folder that it replaces was open to others.

use std::io;
use std::path::Path;

/// Gives a finished report the access of the folder at its place, if that one is open to others.
#[cfg(unix)]
pub(super) fn settle(new: &Path, at: &Path) -> io::Result<()> {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::earlier::{Kind, walk};

    const PRIVATE: u32 = 0o700;
    let Ok(meta) = fs::symlink_metadata(at) else { return Ok(()) };
    let mode = (meta.permissions().mode() & 0o7777) | PRIVATE;
    if !meta.is_dir() || mode == PRIVATE {
        return Ok(());
    }
    let give = |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode));
    let mut outcome = Ok(());
    walk(new, "", &mut |name, kind| {
        let mode = if kind == Kind::Folder { mode } else { mode & 0o666 };
        if outcome.is_ok() {
            outcome = give(&new.join(name), mode);
        }
        true
    })?;
    outcome.and_then(|()| give(new, mode))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(super) fn settle(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}
