//! Which consoles can be relied on: loaded, complete, of a plausible size.

use std::collections::{BTreeMap, BTreeSet};

use crate::console::Console;
use crate::identity::{Devices, Shelf, Shelves};
use crate::notice::{Code, Notice};
use crate::schema::{Activity, JoinType, Platform};

/// A third of what others claim is missing: in a small tenant so many devices may be a finding, and no more.
const FEW_MISSING: usize = 3;
/// From here on an export that holds less than three quarters of what others claim is implausible.
const MANY_CLAIMS: usize = 20;
/// From here on a platform that others claim and the export lacks altogether was filtered out; the same for a join type.
const PLATFORM_CLAIMS: usize = 5;

/// What is known about the exports of each console.
#[derive(Debug)]
pub struct Availability {
    /// Of each console of which there is an export.
    state: BTreeMap<Console, State>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Empty,
    Incomplete(String),
    /// Evidence only, by its nature: what it lacks is as if it had not been supplied.
    Partial(String),
    Fine,
}

impl Availability {
    /// Looks at the exports, and at what they say of each other.
    ///
    /// `supplied` names every console of which an export was recognised, also those without rows.
    #[must_use]
    pub fn new(shelves: &Shelves, devices: &Devices) -> (Self, Vec<Notice>) {
        let mut notices = Vec::new();
        let supplied: BTreeSet<Console> = shelves.exports.iter().map(|(_, console)| *console).collect();
        let state = supplied
            .iter()
            .map(|console| {
                let state = if shelves.of(*console).is_none() {
                    State::Empty
                } else if let Some((_, reason)) = shelves.incomplete.iter().find(|(c, _)| c == console) {
                    State::Incomplete(reason.clone())
                } else if let Some((_, reason)) = shelves.partial.iter().find(|(c, _)| c == console) {
                    State::Partial(format!("the {} export does not list every device: {reason}", console.title()))
                } else if shelves.proven.contains(console) {
                    State::Fine
                } else if let Some(reason) = implausible(*console, shelves, devices) {
                    notices.push(Notice::new(Code::SourceTooSmall, "", reason.clone()));
                    State::Incomplete(reason)
                } else {
                    State::Fine
                };
                (*console, state)
            })
            .collect();
        (Self { state }, notices)
    }

    /// Why a rule that needs a console cannot run.
    pub(super) fn lacks(&self, console: Console) -> Option<String> {
        let Some(state) = self.state.get(&console) else {
            return Some(format!("no {} export was supplied", console.title()));
        };
        match state {
            State::Empty => Some(format!("the {} export has no rows", console.title())),
            State::Incomplete(_) | State::Partial(_) | State::Fine => None,
        }
    }

    /// Why nothing may be concluded from the absence of a record.
    pub(super) fn absence_unproven(&self, console: Console) -> Option<String> {
        match self.state.get(&console)? {
            State::Incomplete(reason) | State::Partial(reason) => Some(reason.clone()),
            State::Empty | State::Fine => None,
        }
    }

    /// Consoles from whose lack of a record nothing follows.
    #[must_use]
    pub fn unproven(&self) -> Vec<Console> {
        let unproven = |state: &State| matches!(state, State::Incomplete(_) | State::Partial(_));
        self.state.iter().filter(|(_, state)| unproven(state)).map(|(console, _)| *console).collect()
    }

    /// Consoles whose exports are known to lack records.
    #[must_use]
    pub fn incomplete(&self) -> Vec<Console> {
        let gap = |state: &State| matches!(state, State::Incomplete(_));
        self.state.iter().filter(|(_, state)| gap(state)).map(|(console, _)| *console).collect()
    }
}

/// Whether an export is too small beside what the others say of it.
fn implausible(console: Console, shelves: &Shelves, devices: &Devices) -> Option<String> {
    match console.as_str() {
        "intune" => too_few_in_intune(shelves, devices).or_else(|| a_tenth(console, shelves)),
        "entra" => too_few_in_entra(shelves, devices).or_else(|| a_tenth(console, shelves)),
        "ad" => too_few_in_ad(shelves, devices),
        "defender" => too_few_in_defender(shelves, devices),
        "autopilot" => too_few_in_autopilot(shelves, devices),
        "abm" => too_few_in_abm(shelves, devices),
        "bitlocker" => too_few_keys(devices),
        _ => None,
    }
}

/// Entra says of live devices that Intune manages them; most of them must be there.
fn too_few_in_intune(shelves: &Shelves, devices: &Devices) -> Option<String> {
    let claimed = claimed_by(shelves, devices, Console::Entra, "managed_by", |word| word == "intune")?;
    let at = shelves.shelves.iter().position(|s| s.console == Console::Entra)?;
    short(&claimed, devices, Console::Intune, "live devices that Entra ID says Intune manages")
        .or_else(|| without_a_join_type(shelves.shelves.get(at)?, devices.device_of(at), &claimed, devices))
}

/// An Intune list without a single device of one join type, although Entra ID claims several, was filtered by owner.
fn without_a_join_type(entra: &Shelf, device_of: &[u32], claimed: &[bool], devices: &Devices) -> Option<String> {
    let words = entra.text("join_type")?;
    let bit = Console::Intune.bit();
    JoinType::ALL.iter().filter(|j| !matches!(j, JoinType::None | JoinType::Unknown)).find_map(|join_type| {
        let mut own: Vec<u32> = device_of
            .iter()
            .zip(words.iter())
            .filter(|(device, word)| {
                *word == Some(join_type.as_str()) && claimed.get(**device as usize) == Some(&true)
            })
            .map(|(device, _)| *device)
            .collect();
        own.sort_unstable();
        own.dedup();
        let held = own.iter().any(|device| devices.consoles().get(*device as usize).is_some_and(|c| c & bit != 0));
        (own.len() >= PLATFORM_CLAIMS && !held).then(|| {
            format!(
                "the Intune export holds none of {} live devices of join type {join_type} that Entra ID says Intune manages; \
                 it looks filtered by ownership",
                own.len()
            )
        })
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
    short(&claimed, devices, Console::Entra, "devices that Intune says are registered")
}

/// Entra says of live devices that they are joined to AD as well; most of their computers must be there.
fn too_few_in_ad(shelves: &Shelves, devices: &Devices) -> Option<String> {
    let hybrid = |word: &str| word == JoinType::Hybrid.as_str();
    let claimed = claimed_by(shelves, devices, Console::Entra, "join_type", hybrid)?;
    let (held, all) = count(&claimed, devices, Console::Ad, None);
    too_few(held, all).then(|| {
        format!(
            "the Active Directory export holds {held} of {all} live devices that Entra ID says are hybrid joined; it looks \
             filtered by domain or organisational unit"
        )
    })
}

/// Intune says of live devices that Defender manages their settings.
fn too_few_in_defender(shelves: &Shelves, devices: &Devices) -> Option<String> {
    let claimed = claimed_by(shelves, devices, Console::Intune, "managed_by", |word| word == "mde")?;
    short(&claimed, devices, Console::Defender, "live devices that Intune says Defender manages")
}

/// Entra objects of live devices carry the stamp of their Autopilot record.
fn too_few_in_autopilot(shelves: &Shelves, devices: &Devices) -> Option<String> {
    let claimed = claimed_by(shelves, devices, Console::Entra, "ztdid", |_| true)?;
    short(&claimed, devices, Console::Autopilot, "live devices that Entra ID says are registered with Autopilot")
}

/// Intune says of live devices that Apple handed them over.
fn too_few_in_abm(shelves: &Shelves, devices: &Devices) -> Option<String> {
    let by_apple = |word: &str| matches!(word, "applebulkwithuser" | "applebulkwithoutuser");
    let claimed = claimed_by(shelves, devices, Console::Intune, "enrollment", by_apple)?;
    short(&claimed, devices, Console::Abm, "live devices that Intune says were enrolled through Apple")
}

/// The live devices of which a console says something.
fn claimed_by(
    shelves: &Shelves,
    devices: &Devices,
    console: Console,
    column: &str,
    says: impl Fn(&str) -> bool,
) -> Option<Vec<bool>> {
    let at = shelves.shelves.iter().position(|s| s.console == console)?;
    let words = shelves.shelves.get(at)?.text(column)?;
    let active: Vec<bool> = devices.activities().map(|a| a == Activity::Active).collect();
    let mut claimed = vec![false; active.len()];
    for (device, word) in devices.device_of(at).iter().zip(words.iter()) {
        if let Some(slot) = claimed.get_mut(*device as usize) {
            *slot |= word.is_some_and(&says) && active.get(*device as usize) == Some(&true);
        }
    }
    Some(claimed)
}

/// How many of the devices that others claim a console holds, and how many they claim; of one platform or of all.
fn count(claimed: &[bool], devices: &Devices, console: Console, platform: Option<Platform>) -> (usize, usize) {
    let bit = console.bit();
    let own = claimed.iter().zip(devices.consoles()).zip(devices.platforms());
    let own = own.filter(|((c, _), p)| **c && platform.is_none_or(|platform| **p == platform));
    own.fold((0, 0), |(held, all), ((_, consoles), _)| (held + usize::from(consoles & bit != 0), all + 1))
}

/// Whether too many are missing to be findings: a third of them, or of many a quarter.
const fn too_few(held: usize, all: usize) -> bool {
    let missing = all - held;
    (missing >= FEW_MISSING && missing * 3 >= all) || (all >= MANY_CLAIMS && missing * 4 > all)
}

/// A key list that covers less than half of the known Windows devices says nothing of those that it lacks.
fn too_few_keys(devices: &Devices) -> Option<String> {
    let bit = Console::Bitlocker.bit();
    let known = || {
        let entra = (0..devices.count as usize).filter(|device| devices.has_entra_id(*device));
        entra.filter(|device| devices.platforms().get(*device) == Some(&Platform::Windows))
    };
    let all = known().count();
    let held = known().filter(|device| devices.consoles().get(*device).is_some_and(|held| held & bit != 0)).count();
    (held * 2 <= all).then(|| {
        format!("the BitLocker key list names {held} of {all} known Windows devices; it does not cover most of them")
    })
}

/// Why a console holds too few of the devices that others claim for it: of all, or none of one platform.
fn short(claimed: &[bool], devices: &Devices, console: Console, what: &str) -> Option<String> {
    let title = console.title();
    let (held, all) = count(claimed, devices, console, None);
    if too_few(held, all) {
        return Some(format!("the {title} export holds {held} of {all} {what}; it looks filtered or cut"));
    }
    Platform::ALL.iter().find_map(|platform| {
        let (held, all) = count(claimed, devices, console, Some(*platform));
        let (none, few) = (held == 0 && all >= PLATFORM_CLAIMS, all >= MANY_CLAIMS && too_few(held, all));
        (none || few).then(|| {
            let held = if held == 0 { "none".to_string() } else { held.to_string() };
            format!(
                "the {title} export holds {held} of {all} {what} of platform {platform}; it looks filtered by platform"
            )
        })
    })
}

/// Where nothing else speaks: a management console with a tenth of the rows of the purchase lists.
fn a_tenth(console: Console, shelves: &Shelves) -> Option<String> {
    let rows = |c: Console| shelves.of(c).map_or(0, Shelf::height);
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

#[cfg(test)]
mod tests {
    use super::too_few;

    #[test]
    fn a_third_that_is_missing_is_too_much() {
        for (held, all, expected) in [
            (1, 5, true),
            (0, 3, true),
            (1, 3, false),
            (8, 10, false),
            (7, 10, false),
            (6, 9, true),
            (13, 18, false),
            (15, 20, false),
            (14, 20, true),
            (0, 0, false),
        ] {
            assert_eq!(too_few(held, all), expected, "{held} of {all}");
        }
    }
}
