//! What consoles claim of each other: a list that holds too few of the objects that others name is no whole list.

use crate::console::Console;
use crate::frame::by_device::mark;
use crate::identity::{Members, Shelf, Shelves};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::{Activity, JoinType, Platform};

/// A third of what others claim is missing: in a small tenant so many devices may be a finding, and no more.
const FEW_MISSING: usize = 3;
/// From here on an export that holds less than three quarters of what others claim is implausible.
const MANY_CLAIMS: usize = 20;
/// From here on a platform that others claim and the export lacks altogether was filtered out; the same for a join type.
const PLATFORM_CLAIMS: usize = 5;

/// Whether an export is too small beside what the others say of it.
pub(super) fn too_small(console: Console, shelves: &Shelves, devices: &Members) -> Option<String> {
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
fn too_few_in_intune(shelves: &Shelves, devices: &Members) -> Option<String> {
    let claimed = claimed_by(shelves, devices, Console::Entra, "managed_by", |word| word == "intune")?;
    let at = shelves.shelves.iter().position(|s| s.console == Console::Entra)?;
    short(&claimed, devices, Console::Intune, "live devices that Entra ID says Intune manages")
        .or_else(|| without_a_join_type(shelves.shelves.get(at)?, devices.device_of(at), &claimed, devices))
}

/// An Intune list without a single device of one join type, although Entra ID claims several, was filtered by owner.
fn without_a_join_type(
    entra: &Shelf,
    device_of: &[DeviceId],
    claimed: &ByDevice<bool>,
    devices: &Members,
) -> Option<String> {
    let words = entra.text("join_type")?;
    JoinType::ALL.iter().filter(|j| !matches!(j, JoinType::None | JoinType::Unknown)).find_map(|join_type| {
        let mut own: Vec<DeviceId> = device_of
            .iter()
            .zip(words.iter())
            .filter(|(device, word)| {
                *word == Some(join_type.as_str()) && device.is_some() && *claimed.get(**device)
            })
            .map(|(device, _)| *device)
            .collect();
        own.sort_unstable();
        own.dedup();
        let held = own.iter().any(|device| devices.is_held(*device, Console::Intune));
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
fn too_few_in_entra(shelves: &Shelves, devices: &Members) -> Option<String> {
    let at = shelves.shelves.iter().position(|s| s.console == Console::Intune)?;
    let ids = shelves.shelves.get(at)?.text("entra_id")?;
    let mut claimed = ByDevice::filled(false, devices.count);
    mark(&mut claimed, devices.device_of(at).iter().copied(), ids.iter().map(|id| id.is_some()));
    short(&claimed, devices, Console::Entra, "devices that Intune says are registered")
}

/// Entra says of live devices that they are joined to AD as well; most of their computers must be there.
fn too_few_in_ad(shelves: &Shelves, devices: &Members) -> Option<String> {
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
fn too_few_in_defender(shelves: &Shelves, devices: &Members) -> Option<String> {
    let claimed = claimed_by(shelves, devices, Console::Intune, "managed_by", |word| word == "mde")?;
    short(&claimed, devices, Console::Defender, "live devices that Intune says Defender manages")
}

/// Entra objects of live devices carry the stamp of their Autopilot record.
fn too_few_in_autopilot(shelves: &Shelves, devices: &Members) -> Option<String> {
    let claimed = claimed_by(shelves, devices, Console::Entra, "ztdid", |_| true)?;
    short(&claimed, devices, Console::Autopilot, "live devices that Entra ID says are registered with Autopilot")
}

/// Intune says of live devices that Apple handed them over.
fn too_few_in_abm(shelves: &Shelves, devices: &Members) -> Option<String> {
    let by_apple = |word: &str| matches!(word, "applebulkwithuser" | "applebulkwithoutuser");
    let claimed = claimed_by(shelves, devices, Console::Intune, "enrollment", by_apple)?;
    short(&claimed, devices, Console::Abm, "live devices that Intune says were enrolled through Apple")
}

/// The live devices of which a console says something.
fn claimed_by(
    shelves: &Shelves,
    devices: &Members,
    console: Console,
    column: &str,
    says: impl Fn(&str) -> bool,
) -> Option<ByDevice<bool>> {
    let at = shelves.shelves.iter().position(|s| s.console == console)?;
    let words = shelves.shelves.get(at)?.text(column)?;
    let mut claimed = ByDevice::filled(false, devices.count);
    mark(&mut claimed, devices.device_of(at).iter().copied(), words.iter().map(|word| word.is_some_and(&says)));
    for (claimed, activity) in claimed.iter_mut().zip(devices.activities()) {
        *claimed &= activity == Activity::Active;
    }
    Some(claimed)
}

/// How many of the devices that others claim a console holds, and how many they claim; of one platform or of all.
fn count(claimed: &ByDevice<bool>, devices: &Members, console: Console, platform: Option<Platform>) -> (usize, usize) {
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
fn too_few_keys(devices: &Members) -> Option<String> {
    let known = || {
        let windows = DeviceId::all(devices.count).zip(devices.platforms()).filter(|(_, p)| **p == Platform::Windows);
        windows.map(|(device, _)| device).filter(|device| devices.has_entra_id(*device))
    };
    let all = known().count();
    let held = known().filter(|device| devices.is_held(*device, Console::Bitlocker)).count();
    (held * 2 <= all).then(|| {
        format!("the BitLocker key list names {held} of {all} known Windows devices; it does not cover most of them")
    })
}

/// Why a console holds too few of the devices that others claim for it: of all, or none of one platform.
fn short(claimed: &ByDevice<bool>, devices: &Members, console: Console, what: &str) -> Option<String> {
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
