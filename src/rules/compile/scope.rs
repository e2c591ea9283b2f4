//! What conditions may read: the columns of the device table, or of one console's records.

use super::super::rule::{Derived, FLAGGED};
use super::condition::Scope;
use crate::schema::{DEVICE, Kind, RECORD, carried_columns, device_field, record_field};

/// Columns of the device table, of the rule's own, and whether another rule holds.
pub(super) struct Devices {
    derived: Vec<(String, Kind)>,
    flagged: bool,
}

impl Devices {
    pub(super) fn new(names: impl Iterator<Item = String>, derived: &[Derived], flagged: bool) -> Self {
        let kind = |name: &str| derived.iter().find(|d| d.name == name).map_or(Kind::Flag, Derived::kind);
        let derived = names.map(|name| (name.clone(), kind(&name))).collect();
        Self { derived, flagged }
    }
}

impl Scope for Devices {
    fn kind(&self, name: &str) -> Option<Kind> {
        if name == FLAGGED && self.flagged {
            return Some(Kind::Flag);
        }
        let own = self.derived.iter().find(|(own, _)| own == name).map(|(_, kind)| *kind);
        own.or_else(|| device_field(name).map(|f| f.kind))
    }

    fn names(&self) -> Vec<&str> {
        let all = DEVICE.iter().map(|f| f.name).chain(carried_columns().iter().map(|c| c.name));
        self.derived.iter().map(|(name, _)| name.as_str()).chain(all).chain(self.flagged.then_some(FLAGGED)).collect()
    }

    fn row(&self) -> &'static str {
        "device"
    }

    fn may_lack(&self) -> bool {
        false
    }
}

/// What a condition over records may read beside the record columns.
pub(in crate::rules) const RECORD_EXTRAS: &[(&str, Kind, &str)] = &[
    ("live", Kind::Flag, "the record stands for the device in its console"),
    ("pointed", Kind::Flag, "the newest Intune record names this Entra device id"),
    ("days", Kind::Days, "days since the record's last sign of life"),
    ("newest", Kind::Time, "newest sign of life among the device's records of the console"),
    ("inactive_days", Kind::Count, "threshold"),
    ("delete_days", Kind::Count, "threshold"),
    ("sensor_days", Kind::Count, "threshold"),
    ("pending_days", Kind::Count, "threshold"),
    ("stock_days", Kind::Count, "threshold"),
    ("as_of", Kind::Time, "the time at which everything is judged"),
];

/// And with `group` in `objects`.
const GROUPED: &[(&str, Kind)] = &[("group_live", Kind::Flag), ("group_count", Kind::Count)];

/// Columns of one console's records.
pub(super) struct Records {
    pub grouped: bool,
}

impl Scope for Records {
    fn kind(&self, name: &str) -> Option<Kind> {
        let extra = RECORD_EXTRAS.iter().find(|(own, ..)| *own == name).map(|(_, kind, _)| *kind);
        let group = GROUPED.iter().filter(|_| self.grouped).find(|(own, _)| *own == name).map(|(_, kind)| *kind);
        extra.or(group).or_else(|| record_field(name).map(|f| f.kind))
    }

    fn names(&self) -> Vec<&str> {
        let extra = RECORD_EXTRAS.iter().map(|(name, ..)| *name);
        let group = GROUPED.iter().filter(|_| self.grouped).map(|(name, _)| *name);
        RECORD.iter().map(|f| f.name).chain(extra).chain(group).collect()
    }

    fn row(&self) -> &'static str {
        "record"
    }

    fn may_lack(&self) -> bool {
        true
    }
}
