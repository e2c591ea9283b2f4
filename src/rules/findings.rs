//! What judging gives: findings in plain columns, and what became of each rule.

use serde::{Deserialize, Serialize};

use crate::ids::{By, DeviceId, FindingId, RecordId};
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
    pub rule: By<FindingId, u16>,
    /// Device.
    pub device: By<FindingId, DeviceId>,
    /// How much it matters.
    pub severity: By<FindingId, Severity>,
    /// How much it may be relied on.
    pub confidence: By<FindingId, Confidence>,
    /// Whether it rests on a weak link: it is shown, and nothing is planned on it.
    pub weak: By<FindingId, bool>,
    /// The values that made the rule hold, `column=value; …`.
    pub evidence: By<FindingId, String>,
    /// End of the finding's objects in `objects`.
    ends: By<FindingId, usize>,
    objects: Vec<RecordId>,
}

impl Findings {
    /// None yet, and room for so many.
    pub(super) fn with_room(count: usize) -> Self {
        Self {
            rule: By::of(Vec::with_capacity(count)),
            device: By::of(Vec::with_capacity(count)),
            severity: By::of(Vec::with_capacity(count)),
            confidence: By::of(Vec::with_capacity(count)),
            weak: By::of(Vec::with_capacity(count)),
            evidence: By::of(Vec::with_capacity(count)),
            ends: By::of(Vec::with_capacity(count)),
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
    pub fn objects(&self, finding: FindingId) -> &[RecordId] {
        let before = finding.number().checked_sub(1);
        let start = before.map_or(0, |before| *self.ends.get(FindingId::new(before)));
        self.objects.get(start..*self.ends.get(finding)).unwrap_or_default()
    }

    #[expect(clippy::too_many_arguments, reason = "one for each column")]
    pub(crate) fn push(
        &mut self,
        rule: u16,
        device: DeviceId,
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
        for ((at, evidence), goes) in FindingId::new(0).onwards().zip(evidence).zip(goes) {
            let to = if *goes { &mut go } else { &mut stay };
            let (rule, device, severity) = (*self.rule.get(at), *self.device.get(at), *self.severity.get(at));
            let (confidence, weak) = (*self.confidence.get(at), *self.weak.get(at));
            to.push(rule, device, severity, confidence, weak, evidence, self.objects(at).to_vec());
        }
        (stay, go)
    }
}
