//! The portal's files of a made-up tenant, cell by cell under the names of their columns.

use crate::common::Sheet;
use crate::generator::{Options, Truth, tenant};

use super::moment::Moment;

/// The six consoles whose lists the generator writes, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Console {
    Intune,
    Entra,
    Autopilot,
    Defender,
    Abm,
    Chrome,
}

impl Console {
    pub(super) const ALL: [Self; 6] =
        [Self::Intune, Self::Entra, Self::Autopilot, Self::Defender, Self::Abm, Self::Chrome];
}

/// The list of one console.
pub(super) struct List {
    pub console: Console,
    pub file: String,
    pub bytes: Vec<u8>,
    pub sheet: Sheet,
}

/// A tenant as the portals hand it out.
pub(super) struct Original {
    lists: Vec<List>,
    /// What is true about it.
    pub truth: Truth,
}

impl Original {
    pub(super) fn new(seed: u64) -> Self {
        let tenant = tenant(&Options { devices: 300, seed, zip_intune: false });
        let lists = Console::ALL.into_iter().zip(tenant.files).map(|(console, (file, bytes))| {
            // One name gets letters that code pages have, and encodings spell differently.
            let bytes = String::from_utf8(bytes).unwrap().replace("Depot 4", "Dépôt 4").into_bytes();
            List { console, sheet: Sheet::parse(&bytes), file, bytes }
        });
        Self { lists: lists.collect(), truth: tenant.truth }
    }

    pub(super) fn list(&self, console: Console) -> &List {
        &self.lists[console as usize]
    }

    pub(super) fn lists(&self) -> &[List] {
        &self.lists
    }
}

impl List {
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.sheet.rows.iter().map(|cells| Row { header: &self.sheet.header, cells })
    }
}

/// One row of a list.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    header: &'a [String],
    cells: &'a [String],
}

impl<'a> Row<'a> {
    pub(super) fn text(&self, column: &str) -> &'a str {
        let at = self.header.iter().position(|name| name == column);
        at.map_or_else(|| panic!("no column `{column}`"), |at| self.cells[at].as_str())
    }

    /// The text, if the cell has one.
    pub(super) fn filled(&self, column: &str) -> Option<&'a str> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, column: &str) -> Option<bool> {
        match self.text(column) {
            "True" => Some(true),
            "False" => Some(false),
            "" => None,
            other => panic!("`{other}` in `{column}` is no flag"),
        }
    }

    /// A known date; blanks, words and the years 1 and 9999 are none.
    pub(super) fn time(&self, column: &str) -> Option<Moment> {
        Moment::parse(self.text(column)).filter(Moment::is_known)
    }
}
