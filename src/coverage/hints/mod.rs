//! What is no sign of activity and yet speaks against taking a device out of service.
//!
//! Somebody or the device itself did something with it since it was last seen, or somebody keeps it for a reason of their own.

mod dates;
mod kept;
mod stock;
mod successors;

use std::collections::BTreeMap;

use super::beside::Named;
use crate::console::Console;
use crate::identity::{Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};

/// A logon may be so many days older than the contact that it stands for.
const LATE: i64 = 14;

/// Record columns that are read for hints alone.
pub(crate) const NEEDED: &[&str] = &["noticed", "noticed_or", "remark"];

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
    /// A device in use bears its name, which was made after anything saw it, and no serial number tells the two apart.
    Successor,
    /// A row of a register that is not joined to it names it and keeps it, or two of its rows there say different things.
    Kept(Console),
    /// The time of judgement rests on a few dates months after all others; by those it is not stale.
    Clock,
    /// It was enrolled without a user and never used since, as stock is that was set up in advance.
    Stock(Console),
    /// What is written beside a record of it says that it is lost or kept.
    Remark(Console),
}

impl Hint {
    /// Whether somebody keeps the device, in use or not.
    #[must_use]
    pub const fn keeps(self) -> bool {
        matches!(self, Self::Kept(_) | Self::Remark(_) | Self::Listed(_))
    }
}

/// The strongest hint of each device that has one.
pub(super) fn hints(store: &RecordStore, members: &Members, named: &ByDevice<Named>) -> BTreeMap<DeviceId, Hint> {
    let of_names = || rayon::join(|| successors::succeeded(store, members), || kept::hints(store, members));
    let of_dates = || rayon::join(|| dates::hints(store, members, named), || stock::hints(store, members));
    let ((mut hints, stock), (succeeded, kept)) = rayon::join(of_dates, of_names);
    hints.extend(stock);
    hints.extend(succeeded.into_iter().map(|device| (device, Hint::Successor)));
    hints.extend(kept);
    let listed = named.numbered().filter_map(|(device, named)| Some((device, Hint::Listed(named.kept?))));
    hints.extend(listed);
    hints
}
