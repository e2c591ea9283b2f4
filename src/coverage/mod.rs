//! What lists prove, and the devices with that knowledge.
//!
//! A list may be whole, cut, filtered, of one domain, too small beside what others claim, out of step with a newer one, or
//! have rows that nobody could read. What follows from that is said here once, before anything is judged: [`Lists`] says it of
//! each console, [`Coverage`] of each device and console. [`Devices`] are built from it, and nothing changes them any more.

mod absence;
mod claims;
mod columns;
mod derive;
mod devices;
mod domains;
mod lists;
mod older;
mod owners;
mod proof;
mod records;
mod sight;

pub use devices::Devices;
pub use lists::Lists;
pub use proof::Absence;
pub(crate) use records::View;

use polars::prelude::Column;

use crate::console::Console;
use crate::error::Result;
use crate::frame::make;
use crate::identity::{Links, Members, RecordStore};
use crate::ids::DeviceId;
use crate::notice::Notice;
use proof::{On, Proof};
use sight::Sight;

/// What the lists at hand prove.
#[derive(Debug)]
pub struct Coverage {
    lists: Lists,
    proof: Proof,
    sight: Sight,
}

impl Coverage {
    /// Looks at every list and at every device; the notices name lists that are too small to prove anything.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn new(store: &RecordStore, links: &Links, members: &Members) -> Result<(Self, Vec<Notice>)> {
        let (lists, notices) = Lists::new(store, members);
        let proof = Proof::new(store, links, members);
        let sight = Sight::new(store, links, members, &proof, &lists)?;
        Ok((Self { lists, proof, sight }, notices))
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

    /// Whether a damaged row of a console names a device.
    pub(crate) fn is_torn(&self, device: DeviceId, console: Console) -> bool {
        self.proof.is_torn(device, console)
    }

    /// What the lists of a console say of each device, as a column: true where it is absent.
    fn absent(&self, store: &RecordStore, members: &Members, console: Console, name: &str) -> Result<Column> {
        let names = self.proof.names(store, members, &[console])?;
        let on = On::new(store, members, names.as_ref())?;
        let whole = self.lists.is_whole(console);
        let one = |device| self.proof.absence(on, whole, device, console).holds();
        Ok(make::flags(name, DeviceId::all(members.count).map(one)))
    }

    /// Whether no loaded console can know of a device unseen, as a column. Never false: what could not be joined is not known,
    /// so that a rule that asks for it becomes unknown.
    fn seen_whole(&self, name: &str) -> Column {
        make::flags(name, self.sight.iter().map(|whole| whole.then_some(true)))
    }
}
