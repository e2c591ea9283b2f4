//! Columns of the device table that come from one console's records.

use super::Console;
use crate::language::Derived;
use crate::schema::Kind;

/// A column that a console's records give to the device table.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// The console.
    pub console: Console,
    /// Name of the column in the device table.
    pub name: &'static str,
    /// How it is made of the records.
    pub made: Derived,
    /// What it means.
    pub meaning: &'static str,
}

impl Aggregate {
    /// Type of the column in the device table.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.made.kind()
    }
}
