//! Columns of the device table that come from one console's records.

use super::Console;
use crate::schema::{Kind, record_field};

/// A column that a console's records give to the device table.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// The console.
    pub console: Console,
    /// Name of the column in the device table.
    pub name: &'static str,
    /// Record column it comes from, or how it is counted.
    pub from: From,
    /// What it means.
    pub meaning: &'static str,
}

/// Where a carried column comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Value of the live record.
    Live(&'static str),
    /// Newest time among the records of the console.
    Newest(&'static str),
    /// Days between that newest time and as-of.
    Age(&'static str),
    /// Days between a time in the live record and as-of; negative where it lies ahead.
    LiveAge(&'static str),
    /// Number of records of the console; 0 where there is none.
    Count,
    /// Number of records where the column has the value; unknown where one of them lacks it.
    CountOf(&'static str, &'static str),
    /// Whether one of the records says so; unknown where none does and one lacks the value. False without records.
    Any(&'static str, &'static str),
    /// Whether all records have a value in the column; false without records.
    AllFilled(&'static str),
    /// Whether the console whose objects the column names lists the id that the live record has, on whichever device;
    /// unknown where it has none.
    Listed(&'static str),
    /// True where the console of that number holds at least half of the devices whose live record has the same word in the
    /// column, and more than one; unknown otherwise.
    Held(&'static str, usize),
    /// Whether an export of the console with rows is there.
    Supplied,
    /// True where the console has no record and could have been joined, false where it has one, unknown otherwise.
    Absent,
}

impl From {
    /// The record column behind it.
    #[must_use]
    pub const fn record_column(self) -> Option<&'static str> {
        match self {
            Self::Count | Self::Supplied | Self::Absent => None,
            Self::Live(f)
            | Self::Newest(f)
            | Self::Age(f)
            | Self::LiveAge(f)
            | Self::CountOf(f, _)
            | Self::Any(f, _)
            | Self::AllFilled(f)
            | Self::Listed(f)
            | Self::Held(f, _) => Some(f),
        }
    }
}

impl Carried {
    /// Type of the column in the device table.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.from {
            From::Live(source) | From::Newest(source) => record_field(source).map_or(Kind::Text, |f| f.kind),
            From::Age(_) | From::LiveAge(_) => Kind::Days,
            From::Count | From::CountOf(..) => Kind::Count,
            From::Any(..) | From::AllFilled(_) | From::Listed(_) | From::Held(..) | From::Supplied | From::Absent => {
                Kind::Flag
            }
        }
    }
}
