//! The devices as rules read them: their records, and what the lists at hand prove of them.

use std::ops::Deref;

use super::sight::signalling;
use super::{Absence, Basis, Coverage, Facts, Verdict};
use crate::console::Console;
use crate::identity::{Links, Members, RecordStore};
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
        if self.basis(device, column) == Some(Basis::Name) {
            return true;
        }
        let Some(weak_evidence) = self.weak.get(&device) else { return false };
        match column {
            "activity" | "last_activity" | "last_activity_console" | "days_inactive" => weak_evidence.activity,
            _ => self.registry.aggregate_column(column).is_some_and(|c| match c.made.what {
                What::Count(None) | What::Supplied => false,
                _ => weak_evidence.consoles & c.console.bit() != 0,
            }),
        }
    }

    /// What the value of a column of the device table rests on, where it says that no record may be the device.
    #[must_use]
    pub fn basis(&self, device: DeviceId, column: &str) -> Option<Basis> {
        if column == "signals_complete" {
            return Some(self.coverage.sight.basis(device));
        }
        match self.absence(device, column)?.absence {
            Absence::Absent(basis) => Some(basis),
            Absence::Held | Absence::Open(_) => None,
        }
    }

    /// Consoles of which the value of a column concludes by exclusion that none of their records is the device, as bits.
    #[must_use]
    pub fn excluded(&self, device: DeviceId, column: &str) -> u32 {
        match self.basis(device, column) {
            None | Some(Basis::Identifier) => 0,
            Some(_) if column == "signals_complete" => self.coverage.sight.excluded(device),
            Some(_) => self.registry.aggregate_column(column).map_or(0, |column| column.console.bit()),
        }
    }

    /// Facts that told other records apart, where the value of a column says that none of them is the device.
    #[must_use]
    pub fn compared(&self, device: DeviceId, column: &str) -> Facts {
        if column == "signals_complete" {
            return self.coverage.sight.compared(device);
        }
        self.absence(device, column).map_or_else(Facts::default, |verdict| verdict.compared)
    }

    /// Consoles that may have seen a device which they do not hold, each with whether objects of it are known to be missing.
    pub(crate) fn unseen_in(&self, store: &RecordStore, device: DeviceId) -> impl Iterator<Item = (Console, bool)> {
        let platform = *self.platform.get(device);
        let gaps = self.coverage.lists.gaps(platform);
        let open = move |console: &Console| console.may_hold(platform) && !self.is_held(device, *console);
        signalling(store).into_iter().filter(open).map(move |console| (console, gaps & console.bit() != 0))
    }

    /// Whether a console has a record of a device.
    #[must_use]
    pub fn verdict(&self, device: DeviceId, console: Console) -> Option<Verdict> {
        self.coverage.verdict(&self.members, device, console)
    }

    /// Whether the console of a column has a record of a device, where the column says that.
    #[must_use]
    pub fn absence(&self, device: DeviceId, column: &str) -> Option<Verdict> {
        let aggregate = self.registry.aggregate_column(column)?;
        let asks = matches!(aggregate.made.what, What::Absent);
        self.coverage.verdict(&self.members, device, aggregate.console).filter(|_| asks)
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
