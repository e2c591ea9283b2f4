//! What conditions may read: the columns of the device table, or of one console's records.

use polars::prelude::Expr;

use super::super::conditions::{Conditions, Place};
use super::super::rule::{Derived, FLAGGED};
use crate::console::{Console, Registry};
use crate::language::{OfRecords, Refusal, Scope};
use crate::schema::{Kind, RECORD, record_field};

/// Columns of the device table, of the rule's own, and whether another rule holds.
pub(super) struct Devices<'a> {
    derived: Vec<(String, Kind)>,
    flagged: bool,
    conditions: &'a Conditions,
}

impl<'a> Devices<'a> {
    pub(super) fn new(
        names: impl Iterator<Item = String>,
        derived: &[Derived],
        flagged: bool,
        conditions: &'a Conditions,
    ) -> Self {
        let kind = |name: &str| derived.iter().find(|d| d.name == name).map_or(Kind::Flag, |own| own.made.kind());
        let derived = names.map(|name| (name.clone(), kind(&name))).collect();
        Self { derived, flagged, conditions }
    }
}

impl Scope for Devices<'_> {
    fn kind(&self, name: &str) -> Option<Kind> {
        if name == FLAGGED && self.flagged {
            return Some(Kind::Flag);
        }
        let own = self.derived.iter().find(|(own, _)| own == name).map(|(_, kind)| *kind);
        own.or_else(|| self.conditions.consoles().device_field(name).map(|f| f.kind))
    }

    fn names(&self) -> Vec<&str> {
        let all = self.conditions.consoles().device_fields().iter().map(|f| f.name);
        let own = self.derived.iter().map(|(name, _)| name.as_str());
        own.chain(all).chain(self.flagged.then_some(FLAGGED)).chain(self.conditions.names()).collect()
    }

    fn shared(&self, name: &str) -> Option<Result<Expr, Refusal>> {
        self.conditions.find(name, Place::Device)
    }

    fn row(&self) -> &'static str {
        "device"
    }

    fn may_lack(&self) -> bool {
        false
    }

    fn is_proven(&self) -> bool {
        self.conditions.are_proven()
    }
}

/// Columns of one console's records.
pub(super) struct Records<'a> {
    /// With `group` in `objects`.
    pub grouped: bool,
    /// The console, where it is one.
    pub console: Option<Console>,
    pub conditions: &'a Conditions,
}

impl Scope for Records<'_> {
    fn kind(&self, name: &str) -> Option<Kind> {
        OfRecords { grouped: self.grouped }.kind(name)
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = OfRecords { grouped: self.grouped }.all().collect();
        names.extend(self.conditions.names());
        names
    }

    fn shared(&self, name: &str) -> Option<Result<Expr, Refusal>> {
        self.conditions.find(name, Place::Records(self.console))
    }

    fn row(&self) -> &'static str {
        "record"
    }

    fn may_lack(&self) -> bool {
        true
    }

    fn is_proven(&self) -> bool {
        self.conditions.are_proven()
    }
}

/// What a shared condition may read: the columns of the device table, or those of one record and the thresholds. Which
/// record is the live one belongs to the rule.
pub(super) struct Apart<'a> {
    pub console: Option<Console>,
    pub conditions: &'a Conditions,
}

/// What a condition over records may read that is the same for every record.
const SAME_EVERYWHERE: &[&str] =
    &["inactive_days", "delete_days", "sensor_days", "pending_days", "stock_days", "as_of"];

/// Whether a shared condition may read a column.
pub(in crate::rules) fn may_read(name: &str, console: Option<Console>, registry: &Registry) -> bool {
    match console {
        None => registry.device_field(name).is_some(),
        Some(_) => record_field(name).is_some() || SAME_EVERYWHERE.contains(&name),
    }
}

impl Scope for Apart<'_> {
    fn kind(&self, name: &str) -> Option<Kind> {
        let field = if self.console.is_some() { record_field(name) } else { None };
        let registry = self.conditions.consoles();
        let field = field.or_else(|| registry.device_field(name));
        field.filter(|_| may_read(name, self.console, registry)).map(|f| f.kind)
    }

    fn names(&self) -> Vec<&str> {
        let own: Vec<&str> = if self.console.is_some() {
            RECORD.iter().map(|f| f.name).chain(SAME_EVERYWHERE.iter().copied()).collect()
        } else {
            self.conditions.consoles().device_fields().iter().map(|f| f.name).collect()
        };
        own.into_iter().chain(self.conditions.names()).collect()
    }

    fn shared(&self, name: &str) -> Option<Result<Expr, Refusal>> {
        let place = self.console.map_or(Place::Device, |console| Place::Records(Some(console)));
        self.conditions.find(name, place)
    }

    fn row(&self) -> &'static str {
        if self.console.is_some() { "record" } else { "device" }
    }

    fn may_lack(&self) -> bool {
        false
    }

    fn is_proven(&self) -> bool {
        self.conditions.are_proven()
    }
}
