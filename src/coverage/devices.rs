//! The devices as rules read them: their records, and what the lists at hand prove of them.

use std::ops::Deref;
use std::sync::OnceLock;

use super::owners::Owners;
use super::records::Extras;
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
    /// Looked up once somebody asks.
    owners: OnceLock<Owners>,
    extras: Extras,
}

/// What the values of a column of the device table rest on; looked up once for all devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// What no console that gives signs of activity can know unseen.
    Sight,
    /// The newest activity.
    Activity,
    /// Whether a console lacks a record of the device.
    Absence(Console),
    /// The records of a console.
    Records(Console),
    /// Neither.
    Device,
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
        Self { members, coverage, identity, owners: OnceLock::new(), extras: Extras::default() }
    }

    /// Columns of records that many conditions read.
    pub(super) const fn extras(&self) -> &Extras {
        &self.extras
    }

    /// Who has how many devices.
    pub(super) fn owners(&self, store: &RecordStore) -> &Owners {
        self.owners.get_or_init(|| Owners::new(self, store))
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

    /// What the values of a column of the device table rest on.
    #[must_use]
    pub fn ground(&self, column: &str) -> Ground {
        match (column, self.registry.aggregate_column(column)) {
            ("signals_complete", _) => Ground::Sight,
            ("activity" | "last_activity" | "last_activity_console" | "days_inactive", _) => Ground::Activity,
            (_, None) => Ground::Device,
            (_, Some(aggregate)) => match aggregate.made.what {
                What::Absent => Ground::Absence(aggregate.console),
                What::Count(None) | What::Rows | What::Supplied => Ground::Device,
                _ => Ground::Records(aggregate.console),
            },
        }
    }

    /// Whether the value of a column of the device table rests on a weak link.
    #[must_use]
    pub fn rests_on_weak(&self, device: DeviceId, ground: Ground) -> bool {
        if self.basis(device, ground) == Some(Basis::Name) {
            return true;
        }
        let Some(weak_evidence) = self.weak.get(&device) else { return false };
        match ground {
            Ground::Activity => weak_evidence.activity,
            Ground::Absence(console) | Ground::Records(console) => weak_evidence.consoles & console.bit() != 0,
            Ground::Sight | Ground::Device => false,
        }
    }

    /// What the value of a column of the device table rests on, where it says that no record may be the device.
    #[must_use]
    pub fn basis(&self, device: DeviceId, ground: Ground) -> Option<Basis> {
        match ground {
            Ground::Sight => Some(self.coverage.sight.basis(device)),
            Ground::Absence(console) => match self.verdict(device, console)?.absence {
                Absence::Absent(basis) => Some(basis),
                Absence::Held | Absence::Open(_) => None,
            },
            Ground::Activity | Ground::Records(_) | Ground::Device => None,
        }
    }

    /// Where the value of a column concludes by exclusion that no record is the device: the consoles of which it does, as bits,
    /// and the facts that told their records apart.
    #[must_use]
    pub fn excluded(&self, device: DeviceId, ground: Ground) -> Option<(u32, Facts)> {
        if self.basis(device, ground)? == Basis::Identifier {
            return None;
        }
        let sight = &self.coverage.sight;
        match ground {
            Ground::Sight => Some((sight.excluded(device), sight.compared(device))),
            Ground::Absence(console) => Some((console.bit(), self.verdict(device, console)?.compared)),
            Ground::Activity | Ground::Records(_) | Ground::Device => None,
        }
    }

    /// Consoles that may have seen a device which they do not hold, each with whether objects of it are known to be missing.
    pub(crate) fn unseen_in(&self, store: &RecordStore, device: DeviceId) -> impl Iterator<Item = (Console, bool)> {
        let platform = *self.platform.get(device);
        let gaps = self.coverage.lists.gaps(platform);
        let open = move |console: &Console| console.may_hold(platform) && !self.is_held(device, *console);
        let loaded = store.signalling().map(|records| records.console);
        loaded.filter(open).map(move |console| (console, gaps & console.bit() != 0))
    }

    /// Whether a console has a record of a device.
    #[must_use]
    pub fn verdict(&self, device: DeviceId, console: Console) -> Option<Verdict> {
        self.coverage.verdict(&self.members, device, console)
    }

    /// Whether the console of a column has a record of a device, where the column says that.
    #[must_use]
    pub fn absence(&self, device: DeviceId, ground: Ground) -> Option<Verdict> {
        if let Ground::Absence(console) = ground { self.verdict(device, console) } else { None }
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
