//! What people decided and set, as the report shows it: exceptions, what they hide, and the settings in force.

use serde::Serialize;

use crate::schema::words;

words! {
    /// Whether an exception does something.
    ExceptionState {
        /// It hides at least one match.
        Active = "active",
        /// Its date has passed, so it hides nothing any more.
        Expired = "expired",
        /// It hides nothing in this run.
        Unused = "unused",
    }
}

/// An exception from a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExceptionRow {
    /// Rule id, or a pattern of ids.
    pub rule: String,
    /// What it says of the device: key, name or pattern.
    pub device: String,
    /// Why it was made.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it.
    pub approved_by: String,
    /// The last day on which it holds, `YYYY-MM-DD`; empty for one without an end.
    pub expires: String,
    /// Whether it does something: `active`, `expired` or `unused`.
    pub state: &'static str,
    /// Matches that it hides.
    pub hidden: usize,
}

/// A match that an exception hides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HiddenRow {
    /// Rule id.
    pub rule: String,
    /// Key of the device.
    pub device_key: String,
    /// Name of the device.
    pub device_name: String,
    /// Severity that the finding would have.
    pub severity: &'static str,
    /// Position of the exception in the list, from 0.
    pub exception: usize,
}

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SettingRow {
    /// Its name, as the command line or the configuration spells it.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where the value comes from, e.g. `default`, `command line`, or the name of a file.
    pub from: String,
}

/// What people decided and set. The caller knows it; the report shows it.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// Exceptions, in the order of their file.
    pub exceptions: Vec<ExceptionRow>,
    /// Matches that they hide.
    pub hidden: Vec<HiddenRow>,
    /// Settings in force.
    pub settings: Vec<SettingRow>,
}
