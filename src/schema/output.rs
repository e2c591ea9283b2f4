//! The headers of the CSV files: part of the output contract.

use super::{Confidence, Field, JoinType, Kind, Outcome, Ownership, Platform, Severity, field};

/// First columns of `devices.csv`: the device and its findings.
pub const DEVICES_CSV: &[&str] = &[
    "device_key",
    "name",
    "serial",
    "platform",
    "manufacturer",
    "model",
    "ownership",
    "join_type",
    "primary_user",
    "consoles",
    "last_activity",
    "last_activity_console",
    "days_inactive",
    "activity",
    "identity",
    "findings",
    "highest_severity",
];

/// Header of `devices.csv`: the device, its findings, then the id and last-seen of each console, given by how its columns
/// begin.
#[must_use]
pub fn devices_csv<'a>(prefixes: impl Iterator<Item = &'a str>) -> Vec<String> {
    let per_console = prefixes.flat_map(|prefix| [format!("{prefix}_id"), format!("{prefix}_last_seen")]);
    DEVICES_CSV.iter().map(ToString::to_string).chain(per_console).collect()
}

/// Columns of `records.csv`: one line per input row, none missing.
pub const RECORDS_CSV: &[Field] = &[
    field("console", Kind::Text, "console of the export"),
    field("export", Kind::Text, "file, archive member or sheet"),
    field("row", Kind::Count, "data row, from 1"),
    field("native_id", Kind::Text, "the console's own id of the object"),
    field("name", Kind::Text, "device name"),
    field("serial", Kind::Text, "serial number as the console writes it, also where it is none"),
    field("device_key", Kind::Text, "device the row belongs to; empty where the row was set aside"),
    field("joined_by", Kind::List, "identifiers by which the row is held to other rows of the device"),
    field("tier", Kind::Text, "strongest tier among them; empty where the row stands alone"),
    field("refused", Kind::Text, "links that were refused, or why the row was set aside"),
];

/// Columns of `findings.csv`.
pub const FINDINGS_CSV: &[Field] = &[
    field("finding_id", Kind::Text, "stable id of rule and device"),
    field("rule", Kind::Text, "rule that holds"),
    field("severity", Kind::Word(Severity::WORDS), "how much it matters"),
    field("confidence", Kind::Word(Confidence::WORDS), "how much it may be relied on"),
    field("device_key", Kind::Text, "device"),
    field("device_name", Kind::Text, "its name"),
    field("serial", Kind::Serial, "its serial number"),
    field("platform", Kind::Word(Platform::WORDS), "its platform"),
    field("ownership", Kind::Word(Ownership::WORDS), "its ownership"),
    field("join_type", Kind::Word(JoinType::WORDS), "its join type"),
    field("objects", Kind::List, "objects concerned, `console:native_id`"),
    field("evidence", Kind::Text, "the values that made the rule hold"),
    field("suggestion_id", Kind::Text, "suggestion that answers it"),
    field("status", Kind::Text, "`open`, `excepted`, or what was decided"),
];

/// Columns of `plan.csv`, in the order in which the steps are to be done.
pub const PLAN_CSV: &[Field] = &[
    field("suggestion_id", Kind::List, "suggestions that the plan answers"),
    field("device_key", Kind::Text, "device"),
    field("device_name", Kind::Text, "its name"),
    field("serial", Kind::Serial, "its serial number"),
    field("step", Kind::Text, "slug of the step"),
    field("action", Kind::Text, "what to do"),
    field("console", Kind::Text, "where to do it"),
    field("object_id", Kind::Text, "the one object it is done to"),
    field("role", Kind::Text, "least role that may do it"),
    field("irreversible", Kind::Flag, "cannot be undone"),
    field("wipes", Kind::Flag, "erases the device"),
    field("condition", Kind::Text, "what must be true first and cannot be known from files"),
    field("why", Kind::Text, "why the step is there, and what to beware of"),
];

/// Columns of `rules.csv`: every rule, also those that did not run or matched nothing.
pub const RULES_CSV: &[Field] = &[
    field("rule", Kind::Text, "rule id"),
    field("outcome", Kind::Word(Outcome::WORDS), "`ran`, `did-not-run` or `failed`"),
    field("reason", Kind::Text, "why it did not run"),
    field("matched", Kind::Count, "devices for which it holds"),
    field("unknown", Kind::Count, "devices for which it could not be known"),
    field("passed", Kind::Count, "devices for which it does not hold"),
    field("suppressed", Kind::Count, "matches hidden by an exception"),
];

/// Columns of `notices.csv`.
pub const NOTICES_CSV: &[Field] = &[
    field("code", Kind::Text, "kind of remark"),
    field("severity", Kind::Word(Severity::WORDS), "how much it matters"),
    field("export", Kind::Text, "file, archive member or sheet"),
    field("row", Kind::Count, "data row, from 1"),
    field("column", Kind::Text, "column as written in the export"),
    field("message", Kind::Text, "what was seen and what follows"),
];
