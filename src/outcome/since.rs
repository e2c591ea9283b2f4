//! What became of an earlier run: changes, what is remembered of it, and the course of the figures.

use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::ids::{By, DeviceId, PastId, ReasonId};
use crate::schema::{Severity, words};
use crate::table::DeviceTable;

words! {
    /// What a change is about.
    ChangeKind {
        /// A rule that holds, or held, for a device.
        Finding = "finding",
        /// A device.
        Device = "device",
        /// An object of a console.
        Object = "object",
    }
}

words! {
    /// What became of it since the earlier run.
    ChangeState {
        /// Holds now, and did not before.
        New = "new",
        /// Holds now, and an earlier run had it resolved.
        Reopened = "reopened",
        /// Held before and does not now, by whole lists.
        Resolved = "resolved",
        /// Held before; nothing is known now.
        NotAssessed = "not-assessed",
        /// Was not there before.
        Appeared = "appeared",
        /// Is in none of the whole lists that had it.
        Gone = "gone",
        /// The same device under another key, or records of one device that are now those of several.
        IdentityChanged = "identity-changed",
    }
}

words! {
    /// What is remembered of a finding that does not hold now.
    Remembered {
        /// It was resolved.
        Resolved = "resolved",
        /// It held when it could last be assessed.
        NotAssessed = "not-assessed",
    }
}

/// What decides a rule: by this a later run tells whether it was judged by the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleMark {
    /// SHA-256 of its file, of the conditions that it names and of the thresholds that it reads.
    pub digest: String,
    /// Consoles whose lists decide it, by slug.
    pub consoles: Vec<String>,
}

/// The figures of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Point {
    /// Name of the tenant.
    pub label: String,
    /// UTC milliseconds.
    pub as_of: i64,
    /// Seal of its report; empty for the present run, which is not sealed yet.
    pub seal: String,
    /// Devices.
    pub devices: u64,
    /// Of them active.
    pub active: u64,
    /// Of them stale.
    pub stale: u64,
    /// Of them without known activity.
    pub unknown: u64,
    /// Findings by severity, from `info`.
    pub findings: Vec<u64>,
    /// Digest of the rules and thresholds: figures of two runs with different ones are not compared.
    pub judged_by: String,
    /// Slugs of the consoles of which a list was read.
    pub consoles: Vec<String>,
}

/// What became of the findings of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleStates {
    /// Id of the rule.
    pub rule: String,
    /// Findings of the earlier run.
    pub before: u64,
    /// Findings now.
    pub now: u64,
    /// Hold now, did not before.
    pub new: u64,
    /// Held before, hold now.
    pub open: u64,
    /// Held before, do not now.
    pub resolved: u64,
    /// Hold now, had been resolved.
    pub reopened: u64,
    /// Held before; nothing is known now.
    pub not_assessed: u64,
    /// The rule's text, version or thresholds differ.
    pub rule_changed: bool,
}

/// The list of one console then and now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListStates {
    /// Slug of the console.
    pub console: String,
    /// Objects then.
    pub before: u64,
    /// Objects now.
    pub now: u64,
    /// Objects that are new.
    pub appeared: u64,
    /// Objects that are not there any more.
    pub missing: u64,
    /// Why nothing is concluded from what the list lacks; empty where something is.
    pub not_whole: String,
    /// Why what is new in it may not be; empty where the earlier list was whole.
    pub was_not_whole: String,
    /// Objects that a whole list is expected to have: those of the last one that was whole.
    #[serde(default)]
    pub expected: u64,
    /// Of those, the ones that it does not have; 0 where the list is whole.
    #[serde(default)]
    pub lacking: u64,
    /// Of the lacking ones, those that nobody planned to remove.
    #[serde(default)]
    pub lacking_unplanned: u64,
}

/// Changes, column by column, in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// What each is about.
    pub kind: By<usize, ChangeKind>,
    /// What became of it.
    pub state: By<usize, ChangeState>,
    /// Position in the list of rules, or [`u16::MAX`].
    pub rule: By<usize, u16>,
    /// Device of this run, or none.
    pub device: By<usize, DeviceId>,
    /// Device of an earlier run, or none.
    pub past: By<usize, PastId>,
    /// Console of an object.
    pub console: By<usize, Option<Console>>,
    /// Its id as the console writes it.
    pub object: By<usize, String>,
    /// What was so before.
    pub before: By<usize, String>,
    /// What is so now.
    pub after: By<usize, String>,
    /// Position in the list of reasons.
    pub why: By<usize, ReasonId>,
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it is about.
    pub kind: ChangeKind,
    /// What became of it.
    pub state: ChangeState,
    /// Position in the list of rules, or [`u16::MAX`].
    pub rule: u16,
    /// Device of this run, or none.
    pub device: DeviceId,
    /// Device of an earlier run, or none.
    pub past: PastId,
    /// Console of an object.
    pub console: Option<Console>,
    /// Its id as the console writes it.
    pub object: String,
    /// What was so before.
    pub before: String,
    /// What is so now.
    pub after: String,
    /// Position in the list of reasons.
    pub why: ReasonId,
}

impl Changes {
    /// Number of changes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.kind.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.kind.is_empty()
    }

    /// Adds one at the end.
    pub fn push(&mut self, change: Change) {
        self.kind.push(change.kind);
        self.state.push(change.state);
        self.rule.push(change.rule);
        self.device.push(change.device);
        self.past.push(change.past);
        self.console.push(change.console);
        self.object.push(change.object);
        self.before.push(change.before);
        self.after.push(change.after);
        self.why.push(change.why);
    }
}

/// Devices of earlier runs that no list of this one has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The key that each had.
    pub key: By<PastId, String>,
    /// Its name.
    pub name: By<PastId, String>,
    /// Its serial number as compared.
    pub serial: By<PastId, String>,
    /// Its serial number as its console wrote it.
    pub serial_written: By<PastId, String>,
    /// Its Entra device id as compared.
    pub entra: By<PastId, String>,
    /// Its objects, one a line: console, blank, id as compared, blank, id as written.
    pub objects: By<PastId, String>,
    /// When it was last listed: as-of of that run, UTC milliseconds.
    pub seen: By<PastId, i64>,
    /// Whether whole lists proved that it is gone.
    pub gone: By<PastId, bool>,
}

impl Past {
    /// Number of devices.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.key.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.key.is_empty()
    }

    /// The objects of a device: console, id as compared, id as written.
    pub fn objects_of(&self, at: PastId) -> impl Iterator<Item = (&str, &str, &str)> {
        let lines = self.objects.get(at).lines();
        lines.filter_map(|line| {
            let mut parts = line.splitn(3, '\t');
            Some((parts.next()?, parts.next()?, parts.next()?))
        })
    }
}

/// Findings of earlier runs that do not hold now and are not forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastFindings {
    /// Position in the list of rules.
    pub rule: By<usize, u16>,
    /// Device of this run, or none.
    pub device: By<usize, DeviceId>,
    /// Device of an earlier run, or none.
    pub past: By<usize, PastId>,
    /// What is remembered.
    pub state: By<usize, Remembered>,
    /// How severe it was.
    pub severity: By<usize, Severity>,
}

impl PastFindings {
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
}

/// What became of the earlier runs of a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// The earlier runs, the oldest first; nothing where there is no baseline.
    pub chain: Vec<Point>,
    /// Ids of rules: those of this run in their order, then those that only earlier runs had.
    pub rules: Vec<String>,
    /// By rule.
    pub by_rule: Vec<RuleStates>,
    /// By console.
    pub lists: Vec<ListStates>,
    /// The changes.
    pub changes: Changes,
    /// Reasons that changes share.
    pub reasons: By<ReasonId, String>,
    /// Devices that are not there now.
    pub past: Past,
    /// Findings that do not hold now.
    pub past_findings: PastFindings,
}

impl Since {
    /// Whether there is an earlier run.
    #[must_use]
    pub const fn is_some(&self) -> bool {
        !self.chain.is_empty()
    }

    /// The run that this one is compared with.
    #[must_use]
    pub fn baseline(&self) -> Option<&Point> {
        self.chain.last()
    }

    /// Changes of a kind in a state.
    #[must_use]
    pub fn count(&self, kind: ChangeKind, state: ChangeState) -> usize {
        let changes = &self.changes;
        changes.kind.iter().zip(&changes.state).filter(|(own, of)| (**own, **of) == (kind, state)).count()
    }

    /// Key, name and serial number of the device that a change is about.
    #[must_use]
    pub fn device<'a>(&'a self, devices: &'a DeviceTable, change: usize) -> [&'a str; 3] {
        if let Some(device) = self.changes.device.get(change).some() {
            return [devices.key.get(device), devices.name.get(device), devices.serial.get(device)];
        }
        let Some(past) = self.changes.past.get(change).some() else { return [""; 3] };
        [self.past.key.get(past), self.past.name.get(past), self.past.serial_written.get(past)]
    }
}
