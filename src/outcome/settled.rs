//! What people settled: decisions about devices, and findings that they accepted for a time.

use serde::{Deserialize, Serialize};

use crate::history::{Approved, Claimed, Decision, PackageDecision, State};
use crate::ids::{By, ByDevice, DecisionId, DeviceId, ExceptionId, FindingId, PackageDecisionId, StepId};
use crate::rules::Findings;
use crate::schema::Status;

/// All decisions, and the devices that they are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// The file, as reports name it; empty where none was given.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The decisions, in the order of the file.
    pub list: By<DecisionId, Decision>,
    /// By device: the decision about it, or none. Empty where nothing was decided.
    pub of_device: ByDevice<DecisionId>,
    /// What was decided for packages.
    pub packages: By<PackageDecisionId, PackageDecision>,
    /// By device: what was decided for its package, or none. Empty where nothing was decided for any.
    pub of_package: ByDevice<PackageDecisionId>,
    /// Steps that somebody says are done, in their order.
    pub done: Vec<Claimed>,
    /// Batches that somebody approved, as they are now.
    pub approved: Vec<Approved>,
    /// Devices that wait for a decision to be taken again. The next run knows them as kept.
    pub waiting: Vec<DeviceId>,
}

impl Decided {
    /// What was decided for the package of a device.
    #[must_use]
    pub fn of_package(&self, device: DeviceId) -> Option<&PackageDecision> {
        self.of_package.given(device).map(|at| self.packages.get(at))
    }

    /// How far a device is: what was decided for it, else for its package.
    #[must_use]
    pub fn status(&self, device: DeviceId) -> Status {
        let own = self.of(device).map(|own| own.status).filter(|status| *status != Status::Open);
        own.or_else(|| Some(self.of_package(device)?.status)).unwrap_or(Status::Open)
    }

    /// Who does it: whoever is named for the device, else for its package; empty for nobody.
    #[must_use]
    pub fn assignee(&self, device: DeviceId) -> &str {
        let own = self.of(device).map(|own| own.assignee.as_str()).filter(|name| !name.is_empty());
        own.or_else(|| Some(self.of_package(device)?.assignee.as_str())).unwrap_or_default()
    }

    /// Who says that a step is done, and when.
    #[must_use]
    pub fn done(&self, step: StepId) -> Option<&Claimed> {
        let at = self.done.binary_search_by_key(&step, |claimed| claimed.step).ok()?;
        self.done.get(at)
    }

    /// Who approved a batch, by its digest.
    #[must_use]
    pub fn approved(&self, digest: &str) -> Option<&Approved> {
        self.approved.iter().find(|approved| approved.digest == digest)
    }

    /// What was decided for a device.
    #[must_use]
    pub fn of(&self, device: DeviceId) -> Option<&Decision> {
        self.of_device.given(device).map(|at| self.list.get(at))
    }
}

/// An exception: a finding that is accepted, for one device or for several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Rule, or `*`.
    pub rule: String,
    /// The device as the file names it.
    pub device: String,
    /// Why the finding is accepted.
    pub reason: String,
    /// Who answers for the device.
    pub owner: String,
    /// Who accepted it.
    pub approved_by: String,
    /// Last day on which it counts, UTC milliseconds of its beginning.
    pub expires: i64,
    /// What became of it.
    pub state: State,
    /// Number of findings that it hides.
    pub count: u64,
}

impl Accepted {
    /// Who accepted it, until when and why.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("accepted until {} by {}: {}", crate::time::day(self.expires), self.approved_by, self.reason)
    }
}

/// What exceptions hide.
#[derive(Debug, Default)]
pub struct Hidden {
    /// The exceptions, in the order of their file.
    pub exceptions: By<ExceptionId, Accepted>,
    /// The findings.
    pub findings: Findings,
    /// The exception that hides each.
    pub by: By<FindingId, ExceptionId>,
}
