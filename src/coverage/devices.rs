//! The devices as rules read them: their records, and what the lists at hand prove of them.

use std::ops::Deref;

use super::Coverage;
use crate::identity::{Links, Members};
use crate::ids::{ByDevice, DeviceId};
use crate::language::What;
use crate::schema::Identity;

/// The devices. They are built once, and what rules, plans and reports read of them is a question to them.
#[derive(Debug)]
pub struct Devices {
    members: Members,
    coverage: Coverage,
    identity: ByDevice<Identity>,
}

/// What the records alone say of the devices.
impl Deref for Devices {
    type Target = Members;

    fn deref(&self) -> &Members {
        &self.members
    }
}

impl Devices {
    /// Puts together what is known of the devices. `doubtful` are those whose records may not belong together after all: a
    /// person must look at them.
    #[must_use]
    pub fn new(
        members: Members,
        coverage: Coverage,
        links: &Links,
        doubtful: impl IntoIterator<Item = DeviceId>,
    ) -> Self {
        let mut identity = ByDevice::made(members.count, |device| identity_of(links, device.index()));
        for device in doubtful {
            if let Some(slot) = identity.slot(device) {
                *slot = Identity::Conflict;
            }
        }
        Self { members, coverage, identity }
    }

    /// What the lists at hand prove.
    #[must_use]
    pub const fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Identity of each device.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        self.identity.as_slice()
    }

    /// Whether the value of a column of the device table rests on a weak link.
    #[must_use]
    pub fn rests_on_weak(&self, device: DeviceId, column: &str) -> bool {
        let Some(weak_evidence) = self.weak.get(&device) else { return false };
        match column {
            "activity" | "last_activity" | "last_activity_console" | "days_inactive" => weak_evidence.activity,
            "linkable" => self.coverage.sight.rests_on_weak(device),
            _ => self.registry.aggregate_column(column).is_some_and(|c| match c.made.what {
                What::Count(None) | What::Supplied => false,
                What::Absent => self.coverage.sight.rests_on_weak(device),
                _ => weak_evidence.consoles & c.console.bit() != 0,
            }),
        }
    }
}

fn identity_of(links: &Links, device: usize) -> Identity {
    let get = |list: &[bool]| list.get(device).copied().unwrap_or(false);
    if get(&links.conflict) {
        Identity::Conflict
    } else if links.objects.get(device).is_none_or(|n| *n < 2) {
        if links.weak_objects.get(device).is_some_and(|n| *n > 0) { Identity::Weak } else { Identity::Single }
    } else if get(&links.exact) {
        Identity::Exact
    } else {
        Identity::Strong
    }
}
