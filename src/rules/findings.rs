//! What judging gives: findings in plain columns, and what became of each rule.

use serde::{Deserialize, Serialize};

use crate::ids::RecordId;
use crate::schema::{Confidence, Outcome, Severity};

/// What became of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Those of the matched that an exception hides.
    pub suppressed: u64,
}

/// All findings, column by column, in the order of rules and devices.
#[derive(Debug, Default, PartialEq, Eq)]
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
    objects: Vec<RecordId>,
}

impl Findings {
    /// None yet, and room for so many.
    pub(super) fn with_room(count: usize) -> Self {
        Self {
            rule: Vec::with_capacity(count),
            device: Vec::with_capacity(count),
            severity: Vec::with_capacity(count),
            confidence: Vec::with_capacity(count),
            weak: Vec::with_capacity(count),
            evidence: Vec::with_capacity(count),
            ends: Vec::with_capacity(count),
            objects: Vec::with_capacity(count),
        }
    }

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
    pub fn objects(&self, finding: usize) -> &[RecordId] {
        let start = finding.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(finding).copied().unwrap_or(start);
        self.objects.get(start..end).unwrap_or_default()
    }

    #[expect(clippy::too_many_arguments, reason = "one for each column")]
    pub(crate) fn push(
        &mut self,
        rule: u16,
        device: u32,
        severity: Severity,
        confidence: Confidence,
        weak: bool,
        evidence: String,
        objects: Vec<RecordId>,
    ) {
        self.rule.push(rule);
        self.device.push(device);
        self.severity.push(severity);
        self.confidence.push(confidence);
        self.weak.push(weak);
        self.evidence.push(evidence);
        self.objects.extend(objects);
        self.ends.push(self.objects.len());
    }

    /// Those that stay, and those that go: one flag a finding, true for what goes.
    #[must_use]
    pub fn split(mut self, goes: &[bool]) -> (Self, Self) {
        if !goes.contains(&true) {
            return (self, Self::default());
        }
        let (mut stay, mut go) = (Self::default(), Self::default());
        let evidence = std::mem::take(&mut self.evidence);
        for (at, evidence) in evidence.into_iter().enumerate() {
            let to = if goes.get(at) == Some(&true) { &mut go } else { &mut stay };
            let row = self.rule.get(at).zip(self.device.get(at)).zip(self.severity.get(at));
            let more = self.confidence.get(at).zip(self.weak.get(at));
            if let (Some(((rule, device), severity)), Some((confidence, weak))) = (row, more) {
                to.push(*rule, *device, *severity, *confidence, *weak, evidence, self.objects(at).to_vec());
            }
        }
        (stay, go)
    }
}
