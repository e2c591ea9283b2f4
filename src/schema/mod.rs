//! The dictionary: every column that stands between two stages, with its type, unit and meaning.
//!
//! A stage knows the table before it and the table after it, nothing else, and both are described here. Format files,
//! rules and playbooks are checked against these tables when they are loaded; `lastseen fields` and the rule compiler read
//! them too, so that a column exists in one place only. The tables of a report stand with the report.

mod device;
mod file_names;
mod record;
mod words;

pub use device::{DEVICE, beneath};
pub use file_names::{MANIFEST, SUMS, WORKBOOK, no_file_name};
pub use record::{LASTING, RECORD, record_field, spoken};
pub(crate) use words::words;
pub use words::{
    Activity, Confidence, Disposition, Identity, JoinType, Outcome, Ownership, Platform, Severity, Status,
};

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text.
    Text,
    /// GUID, lower case, no braces; the zero GUID is no value.
    Guid,
    /// Serial number, upper case, no blanks; placeholders are no value.
    Serial,
    /// IMEI of 14 to 16 digits, compared on the first 14; or a MEID.
    Imei,
    /// One word of a closed list.
    Word(&'static [&'static str]),
    /// Lower-case word of a console's own vocabulary; unknown ones are kept.
    State,
    /// True, false or unknown.
    Flag,
    /// Point in time, UTC, milliseconds.
    Time,
    /// Whole number.
    Count,
    /// Whole days between two dates.
    Days,
    /// Several values joined with `|`.
    List,
}

impl Kind {
    /// Name of the type in `lastseen fields` and in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Guid => "guid",
            Self::Serial => "serial",
            Self::Imei => "imei",
            Self::Word(_) => "word",
            Self::State => "state",
            Self::Flag => "flag",
            Self::Time => "time",
            Self::Count => "count",
            Self::Days => "days",
            Self::List => "list",
        }
    }

    /// What a cell is that is not of the type, for sentences: a cell is *no date*.
    #[must_use]
    pub const fn denied(self) -> &'static str {
        match self {
            Self::Guid => "no GUID",
            Self::Serial => "no serial number",
            Self::Imei => "no IMEI or MEID",
            Self::Time => "no date",
            Self::Flag => "neither true nor false",
            Self::Count | Self::Days => "no number",
            Self::Word(_) | Self::State => "no word",
            Self::Text | Self::List => "no text",
        }
    }
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Column name.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// What it means; for times and lengths, of what.
    pub meaning: &'static str,
}

const fn field(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    Field { name, kind, meaning }
}

/// Columns that had another name before, which rules of one's own may still use: that, and the one of today.
const RENAMED: &[(&str, &str)] =
    &[("days_silent", "days_inactive"), ("owner_silent", "owner_stale"), ("linkable", "signals_complete")];

/// The name of today of a column that had another before.
#[must_use]
pub fn renamed(name: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(old, _)| *old == name).map(|(_, now)| *now)
}

/// The name nearest to a misspelt one, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|n| (strsim::levenshtein(name, n), n))
        .filter(|(d, n)| *d <= n.len().max(name.len()) / 3 + 1)
        .min()
        .map(|(_, n)| n)
}

/// What to write instead of a name that does not exist: the nearest one, or what else helps.
#[must_use]
pub fn instead(near: Option<&str>, otherwise: impl FnOnce() -> String) -> String {
    near.map_or_else(otherwise, |near| format!("the nearest is `{near}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn column_names_are_unique() {
        let device: BTreeSet<_> = DEVICE.iter().map(|f| f.name).collect();
        assert_eq!(device.len(), DEVICE.len());
        let records: BTreeSet<_> = RECORD.iter().map(|f| f.name).collect();
        assert_eq!(records.len(), RECORD.len());
        assert!(LASTING.iter().all(|name| records.contains(name)));
    }

    #[test]
    fn nearest_names() {
        assert_eq!(nearest("serail", ["serial", "name"].into_iter()), Some("serial"));
        assert_eq!(nearest("zzzzzz", ["serial", "name"].into_iter()), None);
    }
}
