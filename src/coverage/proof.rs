//! What the lack of a record proves, device by device.

use polars::prelude::{Column, StringChunked};

use super::absence::{self, Unlinked, Unread};
use super::domains;
use crate::console::Console;
use crate::error::Result;
use crate::frame::by_device::mark;
use crate::frame::internal;
use crate::identity::{Links, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::JoinType;

/// What the lists of a console say of a device, as far as it has a record there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It has a record.
    Held,
    /// It has none, and the console does not know it.
    Absent,
    /// It has none, and the console may know it all the same.
    Open,
}

impl Absence {
    /// Whether the device is absent; nothing where that is not known.
    #[must_use]
    pub const fn holds(self) -> Option<bool> {
        match self {
            Self::Held => Some(false),
            Self::Absent => Some(true),
            Self::Open => None,
        }
    }
}

/// What tells a device from the records of a console that are not joined to it, and what keeps it from being told.
#[derive(Debug)]
pub(super) struct Proof {
    /// Whether a console says that the device is hybrid joined.
    hybrid: ByDevice<bool>,
    /// Whether the list of a directory could hold the computer of each device; nothing without such a list.
    in_domain: Option<ByDevice<bool>>,
    /// Records that lack an identifier which others join by.
    unlinked: Unlinked,
    /// Records with an identifier that could not be read.
    unread: Unread,
    /// Consoles a damaged row of which names the device, as bits of [`Console::index`].
    torn: ByDevice<u32>,
}

impl Proof {
    pub(super) fn new(store: &RecordStore, links: &Links, members: &Members) -> Self {
        let hybrid = said_hybrid(store, members);
        Self {
            in_domain: domains::covered(store, members, &hybrid),
            hybrid,
            unlinked: Unlinked::new(store, links, members),
            unread: Unread::new(store, links),
            torn: absence::doubts(store, members),
        }
    }

    /// Whether a damaged row of a console names the device, so that its records there may be incomplete.
    pub(super) fn is_torn(&self, device: DeviceId, console: Console) -> bool {
        self.torn.get(device) & console.bit() != 0
    }

    /// Whether a record of a console may be the device although nothing joins them, since its identifier could not be read.
    pub(super) fn may_be_unread(&self, members: &Members, device: DeviceId, console: Console) -> bool {
        self.unread.may_be(console, *members.platform.get(device), *members.handles.get(device))
    }

    /// Whether a list of a directory that lacks a device's computer could hold it.
    pub(super) fn covers_domain(&self, device: DeviceId) -> bool {
        self.in_domain.as_ref().is_none_or(|covered| *covered.get(device))
    }

    /// Whether a console would have joined the device if it had a record of it.
    pub(super) fn joins(&self, on: On<'_>, device: DeviceId, console: Console) -> bool {
        let mut own = *on.members.handles.get(device);
        let name = on.name(device);
        // Only of a hybrid device is the Entra device id the objectGUID of a computer; of the others only a name that no
        // computer bears tells that AD has none.
        if console.is_directory() && !self.hybrid.get(device) {
            own.entra = false;
            return name.is_some() && !self.unlinked.may_be(console, name, own) && !self.is_torn(device, console);
        }
        absence::joinable(console, own, on.store)
            && !self.may_be_unread(on.members, device, console)
            && !self.unlinked.may_be(console, name, own)
            && !self.is_torn(device, console)
    }

    /// What the lists of a console say of a device; `whole`: they name every object.
    pub(super) fn absence(&self, on: On<'_>, whole: bool, device: DeviceId, console: Console) -> Absence {
        if on.members.is_held(device, console) {
            return Absence::Held;
        }
        let covered = !console.is_directory() || !self.hybrid.get(device) || self.covers_domain(device);
        let absent = !console.may_hold(*on.members.platform.get(device))
            || (whole && covered && self.joins(on, device, console));
        if absent { Absence::Absent } else { Absence::Open }
    }

    /// The names of the devices, where one of the consoles has records that only a name could tell from them.
    pub(super) fn names(&self, store: &RecordStore, members: &Members, consoles: &[Console]) -> Result<Option<Column>> {
        let asked = consoles.iter().any(|console| self.unlinked.of(*console) || console.is_directory());
        asked.then(|| members.merged(store, "name")).transpose()
    }
}

/// What the proof is looked up in.
#[derive(Clone, Copy)]
pub(super) struct On<'a> {
    pub store: &'a RecordStore,
    pub members: &'a Members,
    names: Option<&'a StringChunked>,
}

impl<'a> On<'a> {
    pub(super) fn new(store: &'a RecordStore, members: &'a Members, names: Option<&'a Column>) -> Result<Self> {
        let names = names.map(Column::str).transpose().map_err(internal)?;
        Ok(Self { store, members, names })
    }

    fn name(self, device: DeviceId) -> Option<&'a str> {
        self.names.and_then(|names| names.get(device.index()))
    }
}

fn said_hybrid(store: &RecordStore, members: &Members) -> ByDevice<bool> {
    let mut hybrid = ByDevice::filled(false, members.count);
    for (at, console_records) in store.by_console.iter().enumerate() {
        let Some(words) = console_records.text("join_type") else { continue };
        let said = words.iter().map(|word| word == Some(JoinType::Hybrid.as_str()));
        mark(&mut hybrid, members.device_of(at).iter().copied(), said);
    }
    hybrid
}
