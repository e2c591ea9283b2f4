//! A rule as its YAML file gives it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Problem;
use crate::schema::Severity;

/// The YAML file, word for word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub id: String,
    pub title: String,
    pub severity: String,
    /// Conditions under which another severity holds; the first that is true wins.
    #[serde(default)]
    pub severity_when: Vec<SeverityWhen>,
    /// `console` or `console.column`: must be loaded, and filled somewhere, or the rule does not run.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Consoles from whose lack of a record the rule concludes something: their exports must be complete.
    #[serde(default)]
    pub absence: Vec<String>,
    pub when: String,
    /// Records that a finding concerns.
    pub objects: Vec<RawObjects>,
    /// Columns of the device table whose values are shown with a finding.
    pub evidence: Vec<String>,
    pub plan: Intent,
    pub why: String,
    /// One sentence about a group of devices; `{count}`, `{devices}`, `{days}` are filled in.
    pub summary: String,
    #[serde(default)]
    pub factors: Vec<String>,
    #[serde(default)]
    pub controls: Vec<String>,
    #[serde(default)]
    pub references: Vec<String>,
    pub tests: Vec<Case>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeverityWhen {
    pub when: String,
    pub severity: String,
}

/// Which records of a console a finding concerns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawObjects {
    /// A console, or `all`.
    pub console: String,
    /// Condition over the record columns, `live`, and with `group` also `group_count` and `group_live`.
    #[serde(default, rename = "where")]
    pub condition: Option<String>,
    #[serde(default)]
    pub group: Option<Group>,
}

/// Records of a device that are compared with each other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    /// Record column.
    pub column: String,
    /// Its words → name of the group; a record with another word is in none.
    pub of: BTreeMap<String, String>,
}

/// One test of a rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// What it shows.
    pub name: String,
    /// Values of the device table; what is not given is empty, counts are 0, thresholds have their defaults.
    #[serde(default)]
    pub given: BTreeMap<String, yaml_serde::Value>,
    /// What the rule must say.
    pub expect: Expect,
}

/// Result of a rule for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Expect {
    /// It holds.
    Match,
    /// It does not hold.
    Pass,
    /// It cannot be known.
    Unknown,
}

/// What a finding asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// The device leaves service.
    Remove,
    /// Only the objects of the finding go.
    Objects,
    /// Management is to be restored.
    Reconnect,
    /// A person looks; nothing is removed.
    Review,
}

/// What a rule says to people.
#[derive(Clone, Debug)]
pub struct Text {
    /// Id, the name of its file.
    pub id: String,
    /// Name of the problem.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// One sentence about a group of devices.
    pub summary: String,
    /// What speaks for it.
    pub factors: Vec<String>,
    /// Controls that it supports evidence for.
    pub controls: Vec<String>,
    /// Pages of the vendors.
    pub references: Vec<String>,
    /// Severity where no condition gives another.
    pub severity: Severity,
    /// What a finding asks for.
    pub plan: Intent,
}

pub(super) fn parse(path: &str, text: &str) -> Result<Raw, Vec<Problem>> {
    yaml_serde::from_str(text).map_err(|e| {
        vec![Problem { file: path.into(), place: String::new(), message: e.to_string(), help: String::new() }]
    })
}
