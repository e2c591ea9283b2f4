//! What the lack of a record proves, device by device.

use super::age::Ages;
use super::beside::Named;
use super::candidates::{Asked, Basis, Facts, Found, Search, Traits};
use super::damage::{self, Unread};
use super::domains;
use super::lists::Lists;
use crate::console::Console;
use crate::frame::by_device::mark;
use crate::identity::{Links, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::JoinType;

/// What the lists of a console say of a device, as far as it has a record there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It has a record.
    Held,
    /// It has none, and what that rests on.
    Absent(Basis),
    /// It has none that is known, and may have one all the same.
    Open(Doubt),
}

/// Why it is not known whether a console has a record of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// Its list does not name every object, or there is none.
    List,
    /// The list of the directory does not cover the domain of the device.
    Domain,
    /// A damaged row names the device.
    Damage,
    /// A table that was not used, and may be a part of its list, names the device.
    Unused,
    /// Its list was made before the device was seen or enrolled.
    Older,
    /// Records that are not joined to the device may be it.
    Candidates,
}

impl Absence {
    /// Whether the device is absent; nothing where that is not known.
    #[must_use]
    pub const fn holds(self) -> Option<bool> {
        match self {
            Self::Held => Some(false),
            Self::Absent(_) => Some(true),
            Self::Open(_) => None,
        }
    }
}

/// Whether a console has a record of a device, and the facts that told other records apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is known.
    pub absence: Absence,
    /// Facts by which records were told apart.
    pub compared: Facts,
}

impl Verdict {
    const fn of(absence: Absence) -> Self {
        Self { absence, compared: Facts::NONE }
    }
}

/// What keeps the lack of a record from proving something, beside records that may be the device.
#[derive(Debug)]
pub(super) struct Proof {
    /// Whether a console says that the device is hybrid joined.
    hybrid: ByDevice<bool>,
    /// Whether the list of a directory could hold the computer of each device; nothing without such a list.
    in_domain: Option<ByDevice<bool>>,
    /// Records with an identifier that could not be read.
    unread: Unread,
    /// Consoles a damaged row of which names the device, as bits of [`Console::index`].
    torn: ByDevice<u32>,
    /// What tables that were not used say of each device.
    beside: ByDevice<Named>,
    /// Devices of which only a sensor has a row, and which may be one of another console by their name; sorted.
    sensed: Vec<DeviceId>,
    /// Lists that were made before the others.
    pub(super) ages: Ages,
}

impl Proof {
    pub(super) fn new(
        store: &RecordStore,
        links: &Links,
        members: &Members,
        (beside, sensed): (ByDevice<Named>, &[DeviceId]),
    ) -> Self {
        let hybrid = said_hybrid(store, members);
        Self {
            in_domain: domains::covered(store, members, &hybrid),
            hybrid,
            unread: Unread::new(store, links),
            torn: damage::doubts(store, members),
            beside,
            sensed: sensed.to_vec(),
            ages: Ages::new(store, links, members),
        }
    }

    /// Whether a damaged row of a console names the device, so that its records there may be incomplete.
    pub(super) fn is_torn(&self, device: DeviceId, console: Console) -> bool {
        self.torn.get(device) & console.bit() != 0
    }

    /// Whether a table that was not used, and may be a part of the console's list, names the device.
    pub(super) fn is_beside(&self, device: DeviceId, console: Console) -> bool {
        self.beside.get(device).part_of & console.bit() != 0
    }

    /// Whether a list that was not used names the device, so that it may show it later than the console's list does. A table that names
    /// a device which the console cannot hold is none of its lists.
    pub(super) fn is_in_list(&self, members: &Members, device: DeviceId, console: Console) -> bool {
        let named = self.beside.get(device);
        let bits = if console.may_hold(*members.platform.get(device)) { named.in_lists } else { named.in_any };
        bits & console.bit() != 0
    }

    /// Whether a record of a console may be the device although nothing joins them, since its identifier could not be read.
    pub(super) fn may_be_unread(&self, members: &Members, device: DeviceId, console: Console) -> bool {
        self.unread.may_be(console, *members.platform.get(device), *members.handles.get(device))
    }

    /// Whether a list of a directory that lacks a device's computer could hold it.
    pub(super) fn covers_domain(&self, device: DeviceId) -> bool {
        self.in_domain.as_ref().is_none_or(|covered| *covered.get(device))
    }

    /// What is known without a look at other records.
    fn known(&self, members: &Members, lists: &Lists, device: DeviceId, console: Console) -> Option<Absence> {
        let platform = *members.platform.get(device);
        if members.is_held(device, console) {
            return Some(Absence::Held);
        }
        if !console.may_hold(platform) {
            return Some(Absence::Absent(Basis::Identifier));
        }
        if !lists.is_whole(console, platform) || lists.apart(device) & console.bit() != 0 {
            return Some(Absence::Open(Doubt::List));
        }
        if console.is_directory() && *self.hybrid.get(device) && !self.covers_domain(device) {
            return Some(Absence::Open(Doubt::Domain));
        }
        if self.is_torn(device, console) {
            return Some(Absence::Open(Doubt::Damage));
        }
        if self.is_beside(device, console) {
            return Some(Absence::Open(Doubt::Unused));
        }
        if !console.is_sensor() && self.sensed.binary_search(&device).is_ok() {
            return Some(Absence::Open(Doubt::Candidates));
        }
        self.ages.came_later(device, console).then_some(Absence::Open(Doubt::Older))
    }

    /// What the lists of a console say of each device. It is looked up by one of several workers while others wait for it, so it
    /// must not share its work with them: one that waits for the others could be handed work that waits for it.
    pub(super) fn verdicts(
        &self,
        members: &Members,
        traits: &Traits,
        lists: &Lists,
        console: Console,
    ) -> ByDevice<Verdict> {
        let known = ByDevice::made(members.count, |device| self.known(members, lists, device, console));
        let asked = known.numbered().filter(|(_, known)| known.is_none()).map(|(device, _)| device);
        let search = Search::new(traits, console, Asked::Record, asked);
        let one = |(device, known): (DeviceId, &Option<Absence>)| match known {
            Some(absence) => Verdict::of(*absence),
            None => match search.find(device) {
                Found::Nothing(basis, compared) => Verdict { absence: Absence::Absent(basis), compared },
                Found::Candidates => Verdict::of(Absence::Open(Doubt::Candidates)),
            },
        };
        ByDevice::of(known.numbered().map(one).collect())
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
