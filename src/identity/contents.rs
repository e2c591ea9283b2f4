//! What rows say, as digests: how rows without an identifier are told apart wherever they stand.

use std::cmp::Ordering;

use polars::prelude::{BooleanChunked, Int64Chunked};
use sha2::{Digest, Sha256};

use super::NEEDED;
use super::record_store::ConsoleRecords;
use crate::frame::Strings;

/// Columns of a row that stay the same from list to list, so that its key does. All are read in every run, whatever rules
/// are loaded.
const LASTING: [&str; 15] = [
    "native_id",
    "native_id_written",
    "serial_written",
    "entra_id",
    "imei",
    "imei2",
    "meid",
    "name",
    "platform",
    "manufacturer",
    "model",
    "ownership",
    "primary_user",
    "group_tag",
    "enrolled",
];

/// Where a row stands, which is nothing that it says.
const PLACE: [&str; 2] = ["export", "row"];

/// Some columns of a console's records.
pub(super) struct Contents<'a> {
    console: &'static str,
    columns: Vec<Column<'a>>,
}

enum Column<'a> {
    Text(&'a Strings),
    Time(&'a Int64Chunked),
    Flag(&'a BooleanChunked),
    None,
}

impl<'a> Contents<'a> {
    /// What stays the same from list to list.
    pub(super) fn lasting(console_records: &'a ConsoleRecords) -> Self {
        Self::of(console_records, LASTING.iter().copied())
    }

    /// Everything that every run reads.
    pub(super) fn whole(console_records: &'a ConsoleRecords) -> Self {
        Self::of(console_records, NEEDED.iter().copied().chain(LASTING))
    }

    /// Every column that was read, some of them first: for telling which of two rows comes before the other, wherever they
    /// stand.
    pub(super) fn ranked(console_records: &'a ConsoleRecords, first: &[&'static str]) -> Self {
        let mut others: Vec<&str> = console_records.table.names().collect();
        others.retain(|name| !first.contains(name) && !PLACE.contains(name));
        others.sort_unstable();
        Self::of(console_records, first.iter().copied().chain(others))
    }

    fn of<'n>(console_records: &'a ConsoleRecords, names: impl Iterator<Item = &'n str>) -> Self {
        let column = |name: &str| {
            let flag = || console_records.flags(name).map_or(Column::None, Column::Flag);
            let time = || console_records.times(name).map_or_else(flag, Column::Time);
            console_records.text(name).map_or_else(time, Column::Text)
        };
        Self { console: console_records.console.as_str(), columns: names.map(column).collect() }
    }

    /// Which of two lines comes first, by the first column in which they differ.
    pub(super) fn compare(&self, a: usize, b: usize) -> Ordering {
        let compared = self.columns.iter().map(|column| match column {
            Column::Text(cells) => cells.get(a).cmp(&cells.get(b)),
            Column::Time(cells) => cells.get(a).cmp(&cells.get(b)),
            Column::Flag(cells) => cells.get(a).cmp(&cells.get(b)),
            Column::None => Ordering::Equal,
        });
        compared.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// A number for what a line says.
    pub(super) fn digest(&self, line: usize) -> u128 {
        let mut digest = Sha256::new();
        digest.update(self.console);
        for column in &self.columns {
            // A blank cell and a column that is not there say the same.
            match column {
                Column::Text(cells) => digest.update(cells.get(line).unwrap_or_default()),
                Column::Time(cells) => {
                    if let Some(time) = cells.get(line) {
                        digest.update(time.to_be_bytes());
                    }
                }
                Column::Flag(_) | Column::None => {}
            }
            digest.update([0]);
        }
        first_bytes(digest)
    }
}

/// A number for several.
pub(super) fn digest_of(numbers: impl Iterator<Item = u128>) -> u128 {
    let mut digest = Sha256::new();
    numbers.for_each(|number| digest.update(number.to_be_bytes()));
    first_bytes(digest)
}

fn first_bytes(digest: Sha256) -> u128 {
    digest.finalize().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}
