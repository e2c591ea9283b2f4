//! What was read: files, and the exports in them.

use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::formats::{Missing, Written};

/// An input file and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Its name in reports.
    pub label: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file as it lies on disk.
    pub sha256: String,
}

/// A file that took part in judging, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digested {
    /// Its name, without the folders above it where it is somebody's own.
    pub file: String,
    /// SHA-256 of its text.
    pub sha256: String,
}

/// An export and what was made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Its name in reports; a member of an archive is `archive!member`.
    pub export: String,
    /// Number of the input that it came from, from 0. Labels are for people.
    pub input: usize,
    /// The console whose objects it lists.
    pub console: Console,
    /// Format id.
    pub format: String,
    /// Format name for people.
    pub format_title: String,
    /// Data rows, bad ones included.
    pub rows: u64,
    /// Rows that became records.
    pub records: u64,
    /// Newest activity, UTC milliseconds.
    pub newest_signal: Option<i64>,
    /// Rows that a newer list of the console speaks for.
    pub older: u64,
    /// Rows of a list that gives names to ids and describes no device.
    pub names: u64,
    /// What kind of file it is, e.g. `CSV with ;`.
    pub container: String,
    /// The user said what it is; it was not recognised.
    pub treated: bool,
    /// Headers by which the format was recognised.
    pub because: Vec<String>,
    /// Canonical columns that it fills, each with its header.
    pub understood: Vec<(String, String)>,
    /// Columns that the format knows and no stage needs.
    pub ignored: u64,
    /// Columns that the format does not know.
    pub unknown_columns: Vec<String>,
    /// Columns that the format expects and the file lacks.
    pub missing_columns: Vec<Missing>,
    /// Columns with secrets, never read.
    pub secret_columns: Vec<String>,
    /// How dates are written, by header; `inspect` alone says it, and it is not saved.
    #[serde(skip)]
    pub dates: Vec<(String, Written)>,
    /// Why nothing may be concluded from what it lacks.
    pub incomplete: Option<String>,
}
