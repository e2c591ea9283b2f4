//! A rule as its YAML file gives it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::language::{Count, Words};
use crate::schema::{Severity, nearest};

/// The YAML file, word for word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub id: String,
    /// Ids that it had before; configurations and exceptions may still name it so.
    #[serde(default)]
    pub formerly: Vec<String>,
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
    /// Rules that are judged first; `flagged` says whether one of them holds.
    #[serde(default)]
    pub after: Vec<String>,
    /// Columns of the rule's own, from one console's records of the device.
    #[serde(default)]
    pub records: BTreeMap<String, RawDerived>,
    pub when: String,
    /// Records that a finding concerns.
    pub objects: Vec<RawObjects>,
    /// Columns of the device table whose values are shown with a finding.
    pub evidence: Vec<String>,
    pub plan: RuleAction,
    /// Conditions under which a finding asks for something else; the first that is true wins.
    #[serde(default)]
    pub plan_when: Vec<PlanWhen>,
    /// What stands behind a number of devices: `stale in every console`. `{everywhere}` becomes `every console`, or the names
    /// of the consoles where only one or two were asked.
    #[serde(default)]
    pub phrase: String,
    /// Which stale devices it passes over, said of one that has no finding.
    #[serde(default)]
    pub spares: String,
    /// Whether what it finds cannot wait: packages of such devices come before all others.
    #[serde(default)]
    pub urgent: bool,
    /// Rules of which this one is a consequence, where one of them holds for the same device.
    #[serde(default)]
    pub follows_from: Vec<String>,
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

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanWhen {
    pub when: String,
    pub plan: RuleAction,
}

/// What one console's records of a device say together, in the words of [`crate::language::Words`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDerived {
    pub console: String,
    #[serde(default, rename = "where")]
    pub filter: Option<String>,
    #[serde(default)]
    pub any: Option<String>,
    #[serde(default)]
    pub all: Option<String>,
    #[serde(default)]
    pub count: Option<Count>,
    #[serde(default)]
    pub newest: Option<String>,
    #[serde(default)]
    pub days: Option<String>,
    #[serde(default)]
    pub live: Option<String>,
    #[serde(default)]
    pub all_filled: Option<String>,
    /// Said of each console of a kind; no key of the file.
    #[serde(skip)]
    pub each: bool,
}

impl RawDerived {
    pub(super) fn words(&self) -> Words<'_> {
        Words {
            filter: self.filter.as_deref(),
            live: self.live.as_deref(),
            any: self.any.as_deref(),
            all: self.all.as_deref(),
            count: self.count.as_ref(),
            newest: self.newest.as_deref(),
            days: self.days.as_deref(),
            all_filled: self.all_filled.as_deref(),
            ..Words::default()
        }
    }

    /// Its conditions as written.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &str> {
        let counted = match &self.count {
            Some(Count::Of(text)) => Some(text.as_str()),
            _ => None,
        };
        [self.filter.as_deref(), self.any.as_deref(), self.all.as_deref(), counted].into_iter().flatten()
    }
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
    /// Records of one device; the device table follows from them, and what is given is laid over it.
    #[serde(default)]
    pub records: Vec<BTreeMap<String, yaml_serde::Value>>,
    /// What the rule must say.
    pub expect: Expect,
    /// The severity that a match must have.
    #[serde(default)]
    pub severity: Option<String>,
    /// What a match must ask for.
    #[serde(default)]
    pub plan: Option<RuleAction>,
    /// The objects that a match must name, `console:native_id`.
    #[serde(default)]
    pub objects: Option<Vec<String>>,
}

/// Result of a rule for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rules) enum Expect {
    /// It holds.
    Match,
    /// It does not hold.
    Pass,
    /// It cannot be known.
    Unknown,
}

impl Expect {
    pub(in crate::rules) const fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Pass => "pass",
            Self::Unknown => "unknown",
        }
    }
}

/// What a finding asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleAction {
    /// The device leaves service.
    Remove,
    /// Only the objects of the finding go.
    Objects,
    /// Management is to be restored.
    Reconnect,
    /// A person looks; nothing is removed.
    Review,
}

impl RuleAction {
    /// The word in rule files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Objects => "objects",
            Self::Reconnect => "reconnect",
            Self::Review => "review",
        }
    }
}

/// What a rule says to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Id, the name of its file.
    pub id: String,
    /// Ids that it had before.
    pub formerly: Vec<String>,
    /// Family, the name of its folder: `stale`, `left-behind`, `duplicates`, `contradictions`, or one of your own.
    pub family: String,
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
    /// What a finding asks for where no condition says something else.
    pub plan: RuleAction,
    /// What stands behind a number of devices: `stale in every console`.
    pub phrase: String,
    /// Which stale devices it passes over, said of one that has no finding; may be empty.
    #[serde(default)]
    pub spares: String,
    /// Whether what it finds cannot wait: packages of such devices come before all others.
    #[serde(default)]
    pub urgent: bool,
    /// Rules of which this one is a consequence, where one of them holds for the same device; in their order the first counts.
    pub follows_from: Vec<String>,
}

impl Text {
    /// The phrase, with what stands for `{everywhere}` in it.
    #[must_use]
    pub fn phrase(&self, everywhere: &str) -> String {
        self.phrase.replace("{everywhere}", everywhere)
    }
}

/// Keys of a rule file, for finding the one that was meant.
const KEYS: &[&str] = &[
    "id",
    "formerly",
    "title",
    "severity",
    "severity_when",
    "needs",
    "absence",
    "after",
    "records",
    "when",
    "objects",
    "evidence",
    "plan",
    "plan_when",
    "phrase",
    "spares",
    "urgent",
    "follows_from",
    "why",
    "summary",
    "factors",
    "controls",
    "references",
    "tests",
    "console",
    "where",
    "group",
    "column",
    "of",
    "any",
    "all",
    "count",
    "newest",
    "days",
    "live",
    "all_filled",
    "name",
    "given",
    "expect",
];

pub(super) fn parse(path: &str, text: &str) -> Result<Raw, Vec<Problem>> {
    crate::yaml::from_str(text).map_err(|e| vec![unreadable(path, &e)])
}

/// The reader of YAML says what it expected; of a long list only the nearest is of use.
fn unreadable(path: &str, error: &yaml_serde::Error) -> Problem {
    let place = error.location().map_or_else(String::new, |at| format!("line {}", at.line()));
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let named = said.split('`').nth(1).unwrap_or_default();
    let (message, help) = if said.contains("unknown field") {
        let near = nearest(named, KEYS.iter().copied().filter(|key| said.contains(&format!("`{key}`"))));
        let help = near.map_or_else(
            || said.split(", expected ").nth(1).map_or_else(String::new, |list| format!("use {list}")),
            |n| format!("the nearest key is `{n}`"),
        );
        (format!("`{named}` is no key here"), help)
    } else if said.contains("unknown variant") {
        let help = said.split(", expected ").nth(1).unwrap_or_default().replace("one of ", "");
        (format!("`{named}` is no word that may stand here"), format!("use one of {help}"))
    } else if said.contains("missing field") {
        (format!("`{named}` is missing"), "`lastseen rules schema` says what a rule must have".to_string())
    } else {
        (format!("cannot be read as YAML of a rule: {said}"), String::new())
    };
    let place = if said.contains("missing field") { String::new() } else { place };
    Problem { file: path.into(), place, message, help }
}

/// Where a part stands in the file: the line of the last of the keys, each looked for after the one before.
pub(super) fn line_of(text: &str, keys: &[&str]) -> Option<usize> {
    let mut from = 0;
    for (depth, key) in keys.iter().enumerate() {
        let named = format!("name: {key}");
        let is_key = |line: &str| {
            // The first key is one of the file's own, which stand at the margin.
            let inner = line.trim_start().trim_start_matches("- ").trim_start_matches('{');
            let line = if depth == 0 { line } else { inner };
            line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')) || line.contains(&named)
        };
        from += text.lines().skip(from).position(is_key)? + 1;
    }
    Some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_by_their_keys() {
        let text = "id: a\nwhen: x\nobjects:\n  - console: intune\ntests:\n  - name: first one\n    given: {}\n";
        assert_eq!(line_of(text, &["when"]), Some(2));
        assert_eq!(line_of(text, &["tests", "first one"]), Some(6));
        assert_eq!(line_of(text, &["nothing"]), None);
    }
}
