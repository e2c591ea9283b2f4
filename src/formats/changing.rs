//! What changes from one list of a console to the next, and whether two rows say the same of it.

use polars::prelude::{BooleanChunked, DataFrame, Int64Chunked, StringChunked};

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
    Text(&'a StringChunked),
    /// Flags.
    Flag(&'a BooleanChunked),
    /// Times.
    Time(&'a Int64Chunked),
}

impl<'a> Cells<'a> {
    /// The cells of a column, if the frame has it.
    #[must_use]
    pub fn of(frame: &'a DataFrame, name: &str) -> Option<Self> {
        let column = frame.column(name).ok()?;
        let text = || column.str().ok().map(Self::Text);
        let flag = || column.bool().ok().map(Self::Flag);
        text().or_else(flag).or_else(|| column.i64().ok().map(Self::Time))
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
