//! The record columns that later stages read: the rest of an export is not kept.

use std::collections::BTreeSet;

use super::hidden;
use super::plans::{holds, subjects};
use super::rule_set::RuleSet;
use crate::rules::Rule;
use crate::{coverage, identity};

/// Record columns that a later stage reads: those of every run, and those of the rules.
pub(super) fn needed(rule_set: &RuleSet) -> BTreeSet<&'static str> {
    let mut needed: BTreeSet<&'static str> =
        identity::NEEDED.iter().chain(coverage::NEEDED).chain(subjects::NEEDED).copied().collect();
    needed.extend(rule_set.rules.iter().flat_map(Rule::record_columns));
    needed.extend(rule_set.markers.columns());
    needed.extend(rule_set.formats.consoles().all().iter().flat_map(|console| console.state_columns()));
    needed.extend(holds::needed(&rule_set.conditions));
    if !rule_set.exceptions.list.is_empty() {
        needed.extend(hidden::NEEDED);
    }
    needed
}
