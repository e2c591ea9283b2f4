//! Files of a dialect, and which row of the portal's list each of their rows came from.

use crate::common::Place;

use super::original::{Console, List};

/// A row of the portal's list: its console, and its number from 1.
pub(super) type Spot = (Console, usize);

/// The rows of one export.
pub(super) struct Part {
    pub console: Console,
    /// Its name in reports: the file, and after `!` the sheet of a workbook.
    pub export: String,
    /// For each row the portal's rows, from 1, that it stands for.
    pub origins: Vec<Vec<usize>>,
}

/// A tenant in one dialect.
#[derive(Default)]
pub(super) struct Written {
    pub files: Vec<(String, Vec<u8>)>,
    pub parts: Vec<Part>,
}

impl Written {
    /// Adds a file of one list.
    pub(super) fn add(&mut self, console: Console, file: &str, bytes: Vec<u8>, origins: Vec<Vec<usize>>) {
        self.files.push((file.to_owned(), bytes));
        self.parts.push(Part { console, export: file.to_owned(), origins });
    }

    /// Adds a list row for row.
    pub(super) fn add_whole(&mut self, list: &List, file: &str, bytes: Vec<u8>) {
        self.add(list.console, file, bytes, (1..=list.sheet.rows.len()).map(|row| vec![row]).collect());
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.files.extend(other.files);
        self.parts.extend(other.parts);
    }

    /// Writes the files into the folder `in`.
    pub(super) fn place(&self) -> Place {
        let place = Place::new();
        for (name, bytes) in &self.files {
            place.write(&format!("in/{name}"), bytes);
        }
        place
    }

    /// Which of the portal's rows a row of an export stands for.
    pub(super) fn spots(&self, export: &str, row: usize) -> Vec<Spot> {
        let part = self.parts.iter().find(|part| part.export == export);
        let part = part.unwrap_or_else(|| panic!("nobody wrote `{export}`"));
        part.origins[row - 1].iter().map(|row| (part.console, *row)).collect()
    }
}
