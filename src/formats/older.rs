//! Rows of a list for which a newer list of the console speaks.

use crate::frame::Table;

/// Rows that are no records: they are listed, and nothing is concluded from what they say of a state.
#[derive(Debug, Clone)]
pub struct Older {
    /// The rows, with the columns of the list.
    pub table: Table,
    /// What became of each.
    pub fate: Vec<Fate>,
}

/// What became of a row of an older list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The newer list shows the object too.
    Shown,
    /// The newer list is whole and has no such object.
    Gone,
    /// Nothing tells whether the console still has the object.
    Open,
    /// The row gives the number of objects of its list and is none.
    Total,
}

impl Fate {
    /// Why the row is no record, for a line that begins with `set aside: `.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Shown => "older list; the newer one shows the object",
            Self::Gone => "older list; the newer one no longer has the object",
            Self::Open => "older list; nothing tells whether the console still has the object",
            Self::Total => "the row gives the number of rows of its list and is no device",
        }
    }
}
