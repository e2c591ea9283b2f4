//! What findings ask for: what their rule says, or something else by circumstance.

use std::collections::BTreeMap;

use super::describe::RuleAction;
use super::rule::Rule;
use crate::ids::DeviceId;

/// The findings that ask for something else than most of their rule, by rule and device: few rules have any, and every finding is
/// looked up.
#[derive(Debug, Default)]
pub struct Asked(BTreeMap<u16, BTreeMap<DeviceId, RuleAction>>);

impl Asked {
    pub(super) fn add(&mut self, rule: u16, devices: Vec<(u32, RuleAction)>) {
        if !devices.is_empty() {
            self.0.insert(rule, devices.into_iter().map(|(device, plan)| (DeviceId::new(device), plan)).collect());
        }
    }

    /// What the finding of a rule asks for of a device.
    #[must_use]
    pub fn of(&self, rules: &[Rule], rule: u16, device: DeviceId) -> Option<RuleAction> {
        self.0.get(&rule).and_then(|own| own.get(&device)).copied().or_else(|| of_rule(rules, rule))
    }
}

/// What a rule asks for where no circumstance says otherwise.
pub fn of_rule(rules: &[Rule], rule: u16) -> Option<RuleAction> {
    rules.get(usize::from(rule)).map(|rule| rule.text.plan)
}
