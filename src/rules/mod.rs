//! Devices to findings: rules in YAML, their conditions in SQL over the device table, three-valued.
//!
//! A rule is compiled in stages (parse, refuse what a condition may not be, dry run on a table without rows) before any
//! data is looked at, and each is evaluated on its own: a failing rule is that rule's outcome and nobody else's. A
//! device for which the condition is null is counted as unknown; it is neither a match nor a pass.

mod availability;
mod cases;
mod compile;
mod describe;
mod evaluate;
mod objects;

use crate::assets::{Files, under};
use crate::error::Problem;
use crate::schema::{Confidence, Outcome, Severity};

pub use availability::Availability;
pub use cases::run_cases;
pub use compile::Rule;
pub use describe::{Intent, Text};
pub use evaluate::{RuleStory, explain, judge};

/// What became of one rule.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Whether it ran.
    pub outcome: Outcome,
    /// Why it did not run or failed; empty otherwise.
    pub reason: String,
    /// Devices for which it holds.
    pub matched: u64,
    /// Devices for which it could not be known.
    pub unknown: u64,
    /// Devices for which it does not hold.
    pub passed: u64,
}

/// All findings, column by column, in the order of rules and devices.
#[derive(Debug, Default)]
pub struct Findings {
    /// Rule, by position.
    pub rule: Vec<u16>,
    /// Device number.
    pub device: Vec<u32>,
    /// How much it matters.
    pub severity: Vec<Severity>,
    /// How much it may be relied on.
    pub confidence: Vec<Confidence>,
    /// Whether it rests on a weak link: it is shown, and nothing is planned on it.
    pub weak: Vec<bool>,
    /// The values that made the rule hold, `column=value; …`.
    pub evidence: Vec<String>,
    /// End of the finding's objects in `objects`.
    ends: Vec<usize>,
    objects: Vec<u32>,
}

impl Findings {
    /// Number of findings.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rule.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rule.is_empty()
    }

    /// Records that a finding concerns.
    #[must_use]
    pub fn objects(&self, finding: usize) -> &[u32] {
        let start = finding.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(finding).copied().unwrap_or(start);
        self.objects.get(start..end).unwrap_or_default()
    }
}

/// Reads, checks and compiles every rule.
///
/// # Errors
/// Every problem in every file.
pub fn load(files: &Files) -> Result<Vec<Rule>, Vec<Problem>> {
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in under(files, "findings/") {
        match describe::parse(&path, &text).and_then(|raw| compile::compile(&path, raw)) {
            Ok(rule) => rules.push(rule),
            Err(found) => problems.extend(found),
        }
    }
    rules.sort_by(|a, b| a.text.id.cmp(&b.text.id));
    for pair in rules.windows(2) {
        if let [a, b] = pair
            && a.text.id == b.text.id
        {
            problems.push(Problem {
                file: b.path.clone(),
                place: "id".into(),
                message: format!("`{}` is also the id of `{}`", b.text.id, a.path),
                help: "give one of them another id and file name".into(),
            });
        }
    }
    if problems.is_empty() { Ok(rules) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Vec<Rule> {
        load(&crate::assets::rules(None).unwrap()).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    #[test]
    fn every_shipped_rule_passes_its_own_tests() {
        let problems: Vec<_> = shipped().iter().flat_map(run_cases).collect();
        assert!(problems.is_empty(), "{problems:#?}");
    }

    #[test]
    fn every_shipped_rule_names_controls_and_references() {
        for rule in shipped() {
            assert!(!rule.text.controls.is_empty() && !rule.text.references.is_empty(), "{}", rule.text.id);
        }
    }
}
