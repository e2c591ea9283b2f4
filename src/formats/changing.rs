//! What changes from one list of a console to the next, and whether two rows say the same of it.

use polars::prelude::{BooleanChunked, Int64Chunked};

use crate::frame::{Strings, Table, Values};

/// Columns on which a conclusion rests and that change from one list to the next.
pub const CHANGING: &[&str] = &[
    "state",
    "enabled",
    "ownership",
    "join_type",
    "primary_user",
    "compliance",
    "managed_by",
    "encrypted",
    "supervised",
    "pending",
    "mode",
    "onboarding",
    "health",
    "released",
    "server",
    "assigned",
    "profile",
    "profile_type",
    "synced",
    "enrollment",
    "merged_into",
    "excluded",
    "deleted",
    "license",
    "certificate_expires",
];

/// The cells of a column, whatever its type.
#[derive(Debug)]
pub enum Cells<'a> {
    /// Text.
    Text(&'a Strings),
    /// Flags.
    Flag(&'a BooleanChunked),
    /// Times.
    Time(&'a Int64Chunked),
}

impl<'a> Cells<'a> {
    /// The cells of a column, if the table has it.
    #[must_use]
    pub fn of(table: &'a Table, name: &str) -> Option<Self> {
        match table.get(name)? {
            Values::Text(cells) => Some(Self::Text(cells)),
            Values::Flag(cells) => Some(Self::Flag(cells)),
            Values::Time(cells) => Some(Self::Time(cells)),
            Values::Number(_) => None,
        }
    }

    /// Whether two cells hold the same; `None` where one of them is blank and the other is not.
    #[must_use]
    pub fn same(&self, line: usize, other: &Self, there: usize) -> Option<bool> {
        fn told<T: PartialEq>(a: Option<T>, b: Option<T>) -> Option<bool> {
            match (a, b) {
                (None, None) => Some(true),
                (Some(a), Some(b)) => Some(a == b),
                _ => None,
            }
        }
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => told(a.get(line), b.get(there)),
            (Self::Flag(a), Self::Flag(b)) => told(a.get(line), b.get(there)),
            (Self::Time(a), Self::Time(b)) => told(a.get(line), b.get(there)),
            _ => None,
        }
    }
}
