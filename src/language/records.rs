//! What a condition over the records of one console may read.

use polars::prelude::Expr;

use super::condition::{Refusal, Scope};
use crate::schema::{Kind, RECORD, record_field};

/// What a condition over records may read beside the record columns.
pub(crate) const RECORD_EXTRAS: &[(&str, Kind, &str)] = &[
    ("live", Kind::Flag, "the record stands for the device in its console"),
    ("pointed", Kind::Flag, "the newest Intune record names this Entra device id"),
    ("days", Kind::Days, "days since the record's last activity"),
    ("newest", Kind::Time, "newest activity among the device's records of the console"),
    ("inactive_days", Kind::Count, "threshold"),
    ("delete_days", Kind::Count, "threshold"),
    ("sensor_days", Kind::Count, "threshold"),
    ("pending_days", Kind::Count, "threshold"),
    ("stock_days", Kind::Count, "threshold"),
    ("as_of", Kind::Time, "the time at which everything is judged"),
];

/// And with `group` in `objects`.
const GROUPED: &[(&str, Kind)] = &[("group_live", Kind::Flag), ("group_count", Kind::Count)];

/// Whether a name is one of the columns that only conditions over records have.
pub(crate) fn is_extra(name: &str) -> bool {
    RECORD_EXTRAS.iter().any(|(own, ..)| *own == name) || GROUPED.iter().any(|(own, _)| *own == name)
}

/// Columns of one console's records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfRecords {
    /// With `group` in `objects`.
    pub grouped: bool,
}

impl OfRecords {
    /// Every name that may be read.
    pub(crate) fn all(self) -> impl Iterator<Item = &'static str> {
        let extra = RECORD_EXTRAS.iter().map(|(name, ..)| *name);
        let group = GROUPED.iter().filter(move |_| self.grouped).map(|(name, _)| *name);
        RECORD.iter().map(|f| f.name).chain(extra).chain(group)
    }
}

impl Scope for OfRecords {
    fn kind(&self, name: &str) -> Option<Kind> {
        let extra = RECORD_EXTRAS.iter().find(|(own, ..)| *own == name).map(|(_, kind, _)| *kind);
        let group = GROUPED.iter().filter(|_| self.grouped).find(|(own, _)| *own == name).map(|(_, kind)| *kind);
        extra.or(group).or_else(|| record_field(name).map(|f| f.kind))
    }

    fn names(&self) -> Vec<&str> {
        self.all().collect()
    }

    fn shared(&self, _: &str) -> Option<Result<Expr, Refusal>> {
        None
    }

    fn row(&self) -> &'static str {
        "record"
    }

    fn may_lack(&self) -> bool {
        true
    }

    fn is_proven(&self) -> bool {
        false
    }
}
