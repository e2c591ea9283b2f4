//! Which consoles can be relied on: loaded, complete, of a plausible size.

use crate::identity::{Devices, Shelves};
use crate::notice::{Code, Notice};
use crate::schema::{Activity, Console};

/// Fewer claims than this prove nothing about the size of an export.
const FEWEST_CLAIMS: usize = 20;

/// What is known about the exports of each console.
#[derive(Debug)]
pub struct Availability {
    state: Vec<State>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Missing,
    Empty,
    Incomplete(String),
    Fine,
}

impl Availability {
    /// Looks at the exports, and at what they say of each other.
    ///
    /// `supplied` names every console of which an export was recognised, also those without rows.
    #[must_use]
    pub fn new(shelves: &Shelves, devices: &Devices) -> (Self, Vec<Notice>) {
        let mut notices = Vec::new();
        let state = Console::ALL
            .iter()
            .map(|console| {
                if !shelves.exports.iter().any(|(_, c)| c == console) {
                    State::Missing
                } else if shelves.of(*console).is_none() {
                    State::Empty
                } else if shelves.cut.contains(console) {
                    State::Incomplete(format!("the {} export is cut off", console.title()))
                } else if let Some(reason) = implausible(*console, shelves, devices) {
                    notices.push(Notice::new(Code::SourceTooSmall, "", reason.clone()));
                    State::Incomplete(reason)
                } else {
                    State::Fine
                }
            })
            .collect();
        (Self { state }, notices)
    }

    /// Why a rule that needs a console cannot run.
    pub(super) fn lacks(&self, console: Console) -> Option<String> {
        match self.state.get(console.index())? {
            State::Missing => Some(format!("no {} export was supplied", console.title())),
            State::Empty => Some(format!("the {} export has no rows", console.title())),
            State::Incomplete(_) | State::Fine => None,
        }
    }

    /// Why nothing may be concluded from the absence of a record.
    pub(super) fn absence_unproven(&self, console: Console) -> Option<String> {
        match self.state.get(console.index())? {
            State::Incomplete(reason) => Some(reason.clone()),
            State::Missing | State::Empty | State::Fine => None,
        }
    }

    /// Consoles whose exports are known to lack records.
    #[must_use]
    pub fn incomplete(&self) -> Vec<Console> {
        Console::ALL.iter().copied().filter(|c| self.absence_unproven(*c).is_some()).collect()
    }
}

/// Whether an export is too small beside what the others say of it.
fn implausible(console: Console, shelves: &Shelves, devices: &Devices) -> Option<String> {
    match console {
        Console::Intune => too_few_in_intune(shelves, devices).or_else(|| a_tenth(console, shelves)),
        Console::Entra => too_few_in_entra(shelves, devices).or_else(|| a_tenth(console, shelves)),
        _ => None,
    }
}

/// Entra says of live devices that Intune manages them; most of them must be there.
fn too_few_in_intune(shelves: &Shelves, devices: &Devices) -> Option<String> {
    let at = shelves.shelves.iter().position(|s| s.console == Console::Entra)?;
    let managed_by = shelves.shelves.get(at)?.text("managed_by")?;
    let active: Vec<bool> = devices.activities().map(|a| a == Activity::Active).collect();
    let mut claimed = vec![false; active.len()];
    for (device, word) in devices.device_of(at).iter().zip(managed_by.iter()) {
        if let Some(slot) = claimed.get_mut(*device as usize) {
            *slot |= word == Some("intune") && active.get(*device as usize) == Some(&true);
        }
    }
    share(&claimed, devices, Console::Intune).map(|(held, all)| {
        format!("the Intune export holds {held} of {all} live devices that Entra ID says Intune manages; it looks filtered or cut")
    })
}

/// Intune names an Entra device for its records; most of them must be there.
fn too_few_in_entra(shelves: &Shelves, devices: &Devices) -> Option<String> {
    let at = shelves.shelves.iter().position(|s| s.console == Console::Intune)?;
    let ids = shelves.shelves.get(at)?.text("entra_id")?;
    let mut claimed = vec![false; devices.count as usize];
    for (device, id) in devices.device_of(at).iter().zip(ids.iter()) {
        if let Some(slot) = claimed.get_mut(*device as usize) {
            *slot |= id.is_some();
        }
    }
    share(&claimed, devices, Console::Entra).map(|(held, all)| {
        format!("the Entra ID export holds {held} of {all} devices that Intune says are registered; it looks filtered or cut")
    })
}

/// How many of the claimed devices a console holds, if it is fewer than three quarters.
fn share(claimed: &[bool], devices: &Devices, console: Console) -> Option<(usize, usize)> {
    let bit = 1_u16 << console.index();
    let all = claimed.iter().filter(|c| **c).count();
    let held = claimed.iter().zip(devices.consoles()).filter(|(c, held)| **c && *held & bit != 0).count();
    (all >= FEWEST_CLAIMS && held * 4 < all * 3).then_some((held, all))
}

/// Where nothing else speaks: a management console with a tenth of the rows of the purchase lists.
fn a_tenth(console: Console, shelves: &Shelves) -> Option<String> {
    let rows = |c: Console| shelves.of(c).map_or(0, super::super::identity::Shelf::height);
    let own = rows(console);
    let (other, most) = [Console::Intune, Console::Entra, Console::Autopilot, Console::Abm, Console::Defender]
        .into_iter()
        .map(|c| (c, rows(c)))
        .max_by_key(|(_, n)| *n)?;
    (most >= 50 && own * 10 < most).then(|| {
        format!(
            "the {} export has {own} rows beside {most} of {}; it looks filtered or cut",
            console.title(),
            other.title()
        )
    })
}
