//! What is no sign of activity and yet speaks against taking a device out of service.
//!
//! Somebody or the device itself did something with it since it was last seen, or somebody keeps it for a reason of their own.

mod before;
mod dates;
mod hardware;
mod kept;
mod renewed;
mod servers;
mod stock;
mod successors;

use std::collections::{BTreeMap, HashSet};

use super::Candidate;
use super::beside::{Named, Tables};
use super::candidates::Facts;
use crate::console::Console;
use crate::formats::Vocabulary;
use crate::identity::{Links, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};

use before::Places;
pub use before::{KeptBefore, Place};
use kept::Kept;

/// A logon may be so many days older than the contact that it stands for.
const LATE: i64 = 14;

/// Record columns that are read for hints alone.
pub(crate) const NEEDED: &[&str] =
    &["noticed", "noticed_or", "due", "remark", "remark_in", "remark_words", "remark_text"];

/// What speaks against a device being stale, or against its going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// A date that is later than anything saw it: a password, a key, a certificate, an enrolment, an assignment.
    Date,
    /// A record beside another of the console has no date at all, and may be of yesterday.
    NoDate,
    /// A table that was not used, by its number, names it beside a later day.
    Unused(u16),
    /// An earlier report saw it later.
    Earlier,
    /// A table that was not used, by its number, names it among what is lost or kept.
    Listed(u16),
    /// A list of a console has a later day that is no sign of activity.
    Noticed(Console),
    /// A device in use bears its name, and nothing tells the two apart.
    Successor,
    /// A device of its user came after it was last seen, and no serial number tells the two apart.
    SetUpAgain,
    /// It was seen in a console long before its record there was made.
    Impossible(Console),
    /// A console assigns it to a management server of which no device is in use by these lists.
    Elsewhere(Console),
    /// A device in use bears an identifier of it that several devices bear.
    Copy,
    /// An earlier report had it in one device with another that is listed still, and what joined the two is gone.
    Parted,
    /// Its name is the serial number of another device, which is in use or registered to be enrolled.
    NamedBySerial,
    /// A row of a register that is not joined to it names it and keeps it, or two of its rows there say different things.
    Kept(Console),
    /// The time of judgement rests on a few dates months after all others; by those it is not stale.
    Clock,
    /// It was enrolled without a user and never used since, as stock is that was set up in advance.
    Stock(Console),
    /// What is written beside a record of it says that it is lost or kept; where, by the number of the place.
    Remark(Console, u16),
    /// An earlier report had it as lost or kept; where it stood, by the number of the place.
    Before(u16),
}

impl Hint {
    /// Whether somebody has to look at the device before anything else is done, in use or not.
    #[must_use]
    pub const fn is_looked_into(self) -> bool {
        self.keeps() || matches!(self, Self::Parted | Self::Successor | Self::SetUpAgain)
    }

    /// Whether somebody keeps the device, in use or not.
    #[must_use]
    pub const fn keeps(self) -> bool {
        matches!(self, Self::Kept(_) | Self::Remark(..) | Self::Listed(_) | Self::Before(_))
    }
}

/// What speaks against devices being stale, or against their going.
#[derive(Debug, Default)]
pub(super) struct Hints {
    /// The strongest of each device that has one.
    pub of: BTreeMap<DeviceId, Hint>,
    /// The device in use that one with such a hint may be.
    pub others: BTreeMap<DeviceId, Candidate>,
    /// Where it stands that devices are lost or kept, by number.
    pub places: Places,
    /// Devices of which only a sensor has a row, and which may be one of another console by their name; sorted.
    pub sensed: Vec<DeviceId>,
    /// Devices that registers keep in rows that are joined to them.
    pub registered: Vec<(DeviceId, Console)>,
    /// Which of what an earlier report had as kept is not among the devices.
    pub gone: Vec<usize>,
}

/// The strongest hint of each device that has one.
pub(super) fn hints(
    store: &RecordStore,
    (links, members): (&Links, &Members),
    named: &ByDevice<Named>,
    beside: &Tables,
    vocabulary: &Vocabulary,
) -> Hints {
    let of_names = || rayon::join(|| successors::borne(store, members, vocabulary), || kept::hints(store, members));
    let of_machines = || rayon::join(of_names, || renewed::renewed(store, members, vocabulary));
    let of_rows = || rayon::join(|| servers::elsewhere(store, members), || stock::hints(store, members));
    let of_dates = || rayon::join(|| dates::hints(store, members, named, beside), of_rows);
    let ((mut of, (elsewhere, stock)), ((borne, kept), renewed)) = rayon::join(of_dates, of_machines);
    let Kept { hints: kept, registered, mut places } = kept;
    of.extend(stock);
    of.extend(elsewhere);
    of.extend(copies(links, members).map(|device| (device, Hint::Copy)));
    let sensed = borne.sensed;
    of.extend(borne.serial.into_iter().map(|device| (device, Hint::NamedBySerial)));
    let mut others = BTreeMap::new();
    for one in renewed {
        of.insert(one.device, Hint::SetUpAgain);
        others.insert(one.device, Candidate { device: one.now, same: one.same });
    }
    for (device, other) in borne.name {
        of.insert(device, Hint::Successor);
        others.insert(device, Candidate { device: other, same: Facts::NAME });
    }
    of.extend(beside.parted.iter().map(|device| (*device, Hint::Parted)));
    let (before, gone) = before::hints(store, members, beside, &mut places);
    of.extend(before);
    of.extend(named.numbered().filter_map(|(device, named)| Some((device, Hint::Listed(named.kept?)))));
    of.extend(kept);
    Hints { of, others, places, sensed, registered, gone }
}

/// Devices that share an identifier that does not join them, one of them in use. Whose records contradict each other is looked at
/// by hand anyway.
fn copies<'a>(links: &'a Links, members: &'a Members) -> impl Iterator<Item = DeviceId> + use<'a> {
    let used = links.rivals.iter().filter(|(device, _)| members.is_in_use(DeviceId::new(*device)));
    let in_use: HashSet<u32> = used.map(|(_, number)| *number).collect();
    let is_clear = |device: &u32| links.conflict.get(*device as usize) != Some(&true);
    let shared = links.rivals.iter().filter(move |(device, number)| in_use.contains(number) && is_clear(device));
    shared.map(|(device, _)| DeviceId::new(*device))
}
