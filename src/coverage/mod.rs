//! What lists prove, and the devices with that knowledge.
//!
//! A list may be whole, cut, filtered, of one domain, too small beside what others claim, out of step with a newer one, or
//! have rows that nobody could read. What follows from that is said here once, before anything is judged: [`Lists`] says it of
//! each console, [`Coverage`] of each device and console. [`Devices`] are built from it, and nothing changes them any more.

mod age;
mod beside;
mod candidates;
mod claims;
mod columns;
mod damage;
mod derive;
mod devices;
mod domains;
mod hints;
mod lists;
mod older;
mod owners;
mod proof;
mod records;
mod sight;
mod single;

pub(crate) use beside::naming;
pub use beside::{Beside, Tables, When};
pub use candidates::{Basis, Facts};
pub use devices::{Devices, Ground};
pub(crate) use hints::NEEDED;
pub use hints::{Hint, KeptBefore, Place};
pub use lists::Lists;
pub use proof::{Absence, Doubt, Verdict};
pub(crate) use records::View;
pub use single::Which;

use std::sync::OnceLock;

use polars::prelude::Column;

use crate::console::{Console, MOST};
use crate::formats::Vocabulary;
use crate::frame::make;
use crate::identity::{KeyKind, Links, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::notice::Notice;
use candidates::{Asked, Search, Traits};
use proof::Proof;
use sight::Sight;

/// What the lists at hand prove.
#[derive(Debug)]
pub struct Coverage {
    lists: Lists,
    proof: Proof,
    sight: Sight,
    traits: Traits,
    /// Labels of the tables that were not used.
    unused: Vec<String>,
    /// What is known of each device in each console, looked up once somebody asks.
    verdicts: [OnceLock<ByDevice<Verdict>>; MOST],
}

/// A record that may be a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The device that has it.
    pub device: DeviceId,
    /// What both have in common, of what was compared.
    pub same: Facts,
}

impl Coverage {
    /// Looks at every list and at every device, and at the tables beside them that were not used; the notices name lists that are too small to prove anything.
    #[must_use]
    pub fn new(
        store: &RecordStore,
        links: &Links,
        members: &Members,
        beside: &Tables,
        vocabulary: &Vocabulary,
    ) -> (Self, Vec<Notice>) {
        let named = beside::named(store, members, &beside.tables);
        let hints = hints::hints(store, (links, members), &named, beside, vocabulary);
        let of_devices = || {
            // What may have been active since may be what another device seems to lack.
            let later: Vec<DeviceId> =
                older::seen_later(store, members).into_iter().chain(hints.of.keys().copied()).collect();
            (Traits::new(store, links, members, vocabulary, &later), later)
        };
        let of_lists =
            || (Lists::new(store, members, &beside.short), Proof::new(store, links, members, (named, &hints.sensed)));
        let (((lists, notices), proof), (traits, later)) = rayon::join(of_lists, of_devices);
        let sight = Sight::new(store, links, members, (&traits, &proof, &lists), (&later, hints));
        let unused = beside.tables.iter().map(|table| table.label.clone()).collect();
        (Self { lists, proof, sight, traits, unused, verdicts: std::array::from_fn(|_| OnceLock::new()) }, notices)
    }

    /// What the lists of each console prove.
    #[must_use]
    pub const fn lists(&self) -> &Lists {
        &self.lists
    }

    /// Whether a list of a directory that lacks a device's computer could hold it: it holds computers of the device's domain.
    #[must_use]
    pub fn covers_domain(&self, device: impl Into<DeviceId>) -> bool {
        self.proof.covers_domain(device.into())
    }

    /// Whether records of a console that are not joined to a device may be it, or those that are may be incomplete: a row of
    /// it was torn, or an identifier could not be read.
    pub(crate) fn is_in_doubt(&self, members: &Members, device: DeviceId, console: Console) -> bool {
        self.is_torn(device, console) || self.proof.may_be_unread(members, device, console)
    }

    /// Consoles whose lists end so long before the others that they do not tell whether a device is stale, as bits.
    pub(crate) fn too_old(&self, members: &Members, device: DeviceId) -> u32 {
        self.proof.ages.silent(members, device)
    }

    /// Whether a device was there after the lists of a console were made, so that these could not know it.
    pub(crate) fn came_later(&self, device: DeviceId, console: Console) -> bool {
        self.proof.ages.came_later(device, console)
    }

    /// Whether the lists of a console were made before the others, so that a device which they show silent may have been seen
    /// there since.
    pub(crate) fn is_outdated(&self, console: Console) -> bool {
        self.proof.ages.is_outdated(console)
    }

    /// Whether that is so of the newest list of the console that holds a device.
    pub(crate) fn is_outdated_for(&self, device: DeviceId, console: Console) -> bool {
        self.proof.ages.is_outdated_for(device, console)
    }

    /// What speaks against a device being stale, although it is no sign of activity.
    pub(crate) fn hint(&self, device: DeviceId) -> Option<Hint> {
        self.sight.hint(device)
    }

    /// The device in use that one may be of which a hint says so.
    pub(crate) fn other(&self, device: DeviceId) -> Option<Candidate> {
        let hint = self.hint(device)?;
        let names_one = matches!(hint, Hint::Successor | Hint::SetUpAgain);
        self.sight.hinted().others.get(&device).copied().filter(|_| names_one)
    }

    /// Where it stands that a device is lost or kept, by its number.
    pub(crate) fn place(&self, number: u16) -> Option<&Place> {
        self.sight.hinted().places.get(number)
    }

    /// The devices that are lost or kept, and where that stands.
    pub(crate) fn kept(&self) -> impl Iterator<Item = (DeviceId, Place)> {
        let plain = |console| Place { console, column: String::new(), words: String::new() };
        let hinted = self.sight.hinted();
        let registered = hinted.registered.iter().map(move |(device, console)| (*device, plain(Some(*console))));
        let of_hints = hinted.of.iter().filter_map(move |(device, hint)| {
            let place = match *hint {
                Hint::Kept(console) => plain(Some(console)),
                Hint::Listed(table) => Place { column: self.unused(table).to_string(), ..plain(None) },
                Hint::Remark(_, place) | Hint::Before(place) => self.place(place)?.clone(),
                _ => return None,
            };
            Some((*device, place))
        });
        registered.chain(of_hints)
    }

    /// Which of what an earlier report had as lost or kept is not among the devices, by its place there.
    pub(crate) fn gone(&self) -> &[usize] {
        &self.sight.hinted().gone
    }

    /// Label of a table that was not used, by its number.
    pub(crate) fn unused(&self, table: u16) -> &str {
        self.unused.get(usize::from(table)).map_or("", String::as_str)
    }

    /// Whether a damaged row of a console names a device.
    pub(crate) fn is_torn(&self, device: DeviceId, console: Console) -> bool {
        self.proof.is_torn(device, console)
    }

    /// Whether a console has a record of a device.
    pub(crate) fn verdict(&self, members: &Members, device: DeviceId, console: Console) -> Option<Verdict> {
        self.verdicts(members, console).map(|verdicts| *verdicts.get(device))
    }

    fn verdicts(&self, members: &Members, console: Console) -> Option<&ByDevice<Verdict>> {
        let slot = self.verdicts.get(console.index())?;
        Some(slot.get_or_init(|| self.proof.verdicts(members, &self.traits, &self.lists, console)))
    }

    /// What the lists of a console say of each device, as a column: true where it is absent.
    fn absent(&self, members: &Members, console: Console, name: &str) -> Column {
        let verdicts = self.verdicts(members, console);
        let one = |device| verdicts.and_then(|verdicts| verdicts.get(device).absence.holds());
        make::flags(name, DeviceId::all(members.count).map(one))
    }

    /// Whether no loaded console can know of a device unseen, as a column. Never false: what could not be joined is not known,
    /// so that a rule that asks for it becomes unknown.
    fn seen_whole(&self, name: &str) -> Column {
        make::flags(name, self.sight.iter().map(|whole| whole.then_some(true)))
    }

    /// The kind of identifier by which a console would know a device, of those that the device has.
    pub(crate) fn known_by(&self, device: DeviceId, console: Console) -> Option<KeyKind> {
        self.traits.known_by(device, console)
    }

    /// The records of a console that may be each of some devices without one there: the first few, and how many there are.
    /// `signs`: only those that would show the device in use.
    pub(crate) fn candidates(
        &self,
        console: Console,
        signs: bool,
        devices: &[DeviceId],
        most: usize,
    ) -> Vec<(Vec<Candidate>, usize)> {
        let asked = if signs { Asked::Sign } else { Asked::Record };
        let search = Search::new(&self.traits, console, asked, devices.iter().copied());
        let one = |device: &DeviceId| {
            let (first, all) = search.candidates(*device, most);
            (first.into_iter().map(|(device, same)| Candidate { device, same }).collect(), all)
        };
        devices.iter().map(one).collect()
    }
}
