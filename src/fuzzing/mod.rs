//! What the programs in `fuzz/` call: each reader and parser on any bytes, and what must hold whatever the bytes are.
//!
//! Ordinary tests replay the same functions on everything that `fuzz/` has collected, so that what was found once stays mended.
//! A function panics where a promise is broken; that something cannot be read is an answer.

mod archives;
mod cells;
mod lists;
mod reports;
mod settings;

use std::path::{Path, PathBuf};

/// A reader or parser.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: that of its program and of its folders in `fuzz/`.
    pub name: &'static str,
    /// Reads the bytes. What is only read from disk is written to the folder first.
    pub run: fn(&[u8], &Path),
}

/// All of them, by name.
pub const TARGETS: &[Target] = &[
    Target { name: "conditions", run: |bytes, _| settings::conditions(bytes) },
    Target { name: "configuration", run: settings::configuration },
    Target { name: "csv", run: |bytes, scratch| lists::list("list.csv", bytes, scratch) },
    Target { name: "dates", run: |bytes, _| cells::dates(bytes) },
    Target { name: "decisions", run: settings::decisions },
    Target { name: "exceptions", run: settings::exceptions },
    Target { name: "formats", run: |bytes, _| settings::formats(bytes) },
    Target { name: "identifiers", run: |bytes, _| cells::identifiers(bytes) },
    Target { name: "json", run: |bytes, scratch| lists::list("list.json", bytes, scratch) },
    Target { name: "log", run: settings::log },
    Target { name: "outcome", run: reports::outcome },
    Target { name: "playbooks", run: |bytes, _| settings::playbooks(bytes) },
    Target { name: "provenance", run: |bytes, _| settings::provenance(bytes) },
    Target { name: "rules", run: |bytes, _| settings::rules(bytes) },
    Target { name: "xlsx", run: archives::workbook },
    Target { name: "zip", run: |bytes, scratch| lists::list("list.zip", bytes, scratch) },
];

pub use reports::{file_names, seeds};

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|target| target.name == name).copied()
}

/// Writes a file for what reads from disk.
fn written(scratch: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch.join(name);
    if let Err(e) = std::fs::write(&path, bytes) {
        panic!("`{}` cannot be written: {e}", path.display());
    }
    path
}

/// What was made, or the end: nothing that ships may fail to load.
fn must<T, E: std::fmt::Debug>(made: Result<T, E>) -> T {
    made.unwrap_or_else(|e| panic!("{e:?}"))
}
