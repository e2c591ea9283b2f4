//! The folder in which a reader of a page works.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::common::repository;

/// In a clone, `cargo run --release -- …` is how the program is started without installing it.
const BEGIN: &str = r#"exec 2>&1
cargo() { [ "$1 $2 $3" = "run --release --" ] && shift 3 && lastseen "$@"; }
"#;

/// A folder with the sample companies in it.
pub(super) struct Folder {
    dir: TempDir,
}

impl Folder {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        symlink(repository("sample-data"), dir.path().join("sample-data")).unwrap();
        Self { dir }
    }

    /// Another folder with the same content.
    pub(super) fn copy(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy(self.dir.path(), dir.path());
        Self { dir }
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs commands, of which each must succeed, and tells what they print; in an error also how they end.
    pub(super) fn run(&self, commands: &str) -> Result<String, String> {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_lastseen"));
        let output = Command::new("sh")
            .args(["-e", "-c", &format!("{BEGIN}{commands}")])
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", program.parent().unwrap().display()))
            .env("HOME", self.dir.path())
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        if output.status.success() { Ok(printed) } else { Err(format!("{}\n{printed}", output.status)) }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_symlink() {
            symlink(fs::read_link(entry.path()).unwrap(), target).unwrap();
        } else if kind.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
