//! What consoles claim of each other: whether a list is too small beside what the other lists say of it, which is how one
//! that was filtered or cut shows. Which lists speak of which is in the files of the consoles.

use std::collections::BTreeMap;

use crate::console::{Claim, Console, Cover, Kind, Test};
use crate::frame::Strings;
use crate::frame::by_device::mark;
use crate::identity::{ConsoleRecords, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::{Activity, Kind as Type, Platform, record_field};

/// A third of what others claim is missing: in a small tenant so many devices may be a finding, and no more.
const FEW_MISSING: usize = 3;
/// From here on an export that holds less than three quarters of what others claim is implausible.
const MANY_CLAIMS: usize = 20;
/// From here on a platform that others claim and the export lacks altogether was filtered out; the same for a join type. Of a
/// list with so many devices of other platforms, and none of this one, that may be whatever is claimed.
const PLATFORM_CLAIMS: usize = 5;

/// Why a list is too small to be whole: of all platforms, and of single ones that were filtered out.
pub(super) fn too_small(
    console: Console,
    store: &RecordStore,
    devices: &Members,
) -> (Option<String>, BTreeMap<Platform, String>) {
    let mut filtered = BTreeMap::new();
    let claims = console.claims().iter();
    let claimed = claims.filter_map(|claim| too_few_claimed(console, claim, store, devices, &mut filtered)).last();
    let all =
        claimed.or_else(|| too_few_known(console, console.most_of()?, devices)).or_else(|| a_tenth(console, store));
    if all.is_some() {
        filtered.clear();
    }
    (all, filtered)
}

/// Another list says of devices that this one holds them; most of them must be there.
fn too_few_claimed(
    console: Console,
    claim: &Claim,
    store: &RecordStore,
    devices: &Members,
    filtered: &mut BTreeMap<Platform, String>,
) -> Option<String> {
    let (console_records, device_of) = claimant(claim, store, devices)?;
    let all = named_by(claim, console_records, device_of, devices)?;
    let what = format!("{} that {}", devices_of(claim), claim.says);
    let claimed = counted(claim, all.clone(), devices);
    if claim.platforms {
        filtered.extend(short_of_platforms((&claimed, &all), devices, console, &what));
    }
    let short = short(&claimed, devices, console, &what, claim, filtered);
    short
        .map(
            |reason| {
                if finds_nothing(console, store, &claimed, devices) { without_ids(console, claim) } else { reason }
            },
        )
        .or_else(|| without_a_word(console, claim, (console_records, device_of), &claimed, devices, filtered))
}

const fn devices_of(claim: &Claim) -> &'static str {
    if claim.stale_too { "devices" } else { "live devices" }
}

/// Whether the lists of a console have no ids by which what others claim could be found in them.
fn finds_nothing(console: Console, store: &RecordStore, claimed: &ByDevice<bool>, devices: &Members) -> bool {
    let lists = store.exports.iter().filter(|(_, own)| *own == console).count();
    let by_id = console.columns_of(Kind::EntraId).next().is_some();
    by_id && store.lacking(console, "entra_id").count() == lists && count(claimed, devices, console, |_| true).0 == 0
}

fn without_ids(console: Console, claim: &Claim) -> String {
    format!(
        "the {} export has no Entra device ids, so that nothing tells which of the {} that {} it holds",
        console.title(),
        devices_of(claim),
        claim.says
    )
}

/// Devices of which other lists say that a console holds them, in use or not.
pub(super) fn claimed(console: Console, store: &RecordStore, devices: &Members) -> ByDevice<bool> {
    let mut all = ByDevice::filled(false, devices.count);
    for claim in console.claims() {
        let own = claimant(claim, store, devices).and_then(|(own, device_of)| named_by(claim, own, device_of, devices));
        let Some(own) = own else { continue };
        all.iter_mut().zip(own.iter()).for_each(|(slot, own)| *slot |= *own);
    }
    all
}

/// Devices of lists of which another console's list holds nothing, although they say that it holds several and it holds those of
/// other lists: it is of another tenant, or of another part of this one. And what is said of each such list.
pub(super) fn of_other_lists(
    console: Console,
    store: &RecordStore,
    devices: &Members,
) -> Option<(ByDevice<bool>, Vec<String>)> {
    let (mut apart, mut said) = (ByDevice::filled(false, devices.count), Vec::new());
    for claim in console.claims() {
        let Some((records, device_of)) = claimant(claim, store, devices) else { continue };
        // Nothing can be of another list than the only one.
        if store.exports.iter().filter(|(_, own)| *own == records.console).nth(1).is_none() {
            continue;
        }
        let (Some(named), Some(exports)) = (named_by(claim, records, device_of, devices), records.numbers("export"))
        else {
            continue;
        };
        let claimed = counted(claim, named, devices);
        let rows = || device_of.iter().zip(exports.iter()).filter(|(device, _)| device.is_some());
        let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for (device, export) in rows().filter(|(device, _)| *claimed.get(**device)) {
            let (held, all) = counts.entry(export.unwrap_or_default()).or_default();
            *held += usize::from(devices.is_held(*device, console));
            *all += 1;
        }
        if counts.values().all(|(held, _)| *held == 0) {
            continue;
        }
        for (export, (_, all)) in counts.iter().filter(|(_, (held, all))| *held == 0 && *all >= FEW_MISSING) {
            for (device, _) in rows().filter(|(_, own)| *own == Some(*export)) {
                if let Some(slot) = apart.slot(*device) {
                    *slot = true;
                }
            }
            said.push(format!(
                "the {} export holds none of {all} {} of `{}` that {}; it may be of another tenant",
                console.title(),
                devices_of(claim),
                store.exports.get(*export as usize).map_or("", |(label, _)| label.as_str()),
                claim.says
            ));
        }
    }
    (!said.is_empty()).then_some((apart, said))
}

/// The records of the console that claims something, and their devices.
fn claimant<'a>(
    claim: &Claim,
    store: &'a RecordStore,
    devices: &'a Members,
) -> Option<(&'a ConsoleRecords, &'a [DeviceId])> {
    let at = store.by_console.iter().position(|s| s.console.index() == claim.by)?;
    Some((store.by_console.get(at)?, devices.device_of(at)))
}

/// Of the devices of which a claim is made those that count: where it is one of those in use alone, these.
fn counted(claim: &Claim, mut named: ByDevice<bool>, devices: &Members) -> ByDevice<bool> {
    for (named, activity) in named.iter_mut().zip(devices.activities()) {
        *named &= claim.stale_too || activity == Activity::Active;
    }
    named
}

/// The devices of which a console says something.
fn named_by(
    claim: &Claim,
    console_records: &ConsoleRecords,
    device_of: &[DeviceId],
    devices: &Members,
) -> Option<ByDevice<bool>> {
    let clauses = claim.when.iter();
    let cells: Vec<(&Strings, &Test)> =
        clauses.map(|clause| Some((console_records.text(clause.column)?, &clause.test))).collect::<Option<_>>()?;
    let mut claimed = ByDevice::filled(false, devices.count);
    let says =
        (0..console_records.height()).map(|line| cells.iter().all(|(cells, test)| test.accepts(cells.get(line))));
    mark(&mut claimed, device_of.iter().copied(), says);
    Some(claimed)
}

/// A list without a single device of one kind, although another list claims several, was filtered. That it lacks a whole
/// platform explains those of the platform.
fn without_a_word(
    console: Console,
    claim: &Claim,
    (console_records, device_of): (&ConsoleRecords, &[DeviceId]),
    claimed: &ByDevice<bool>,
    devices: &Members,
    filtered: &BTreeMap<Platform, String>,
) -> Option<String> {
    let each = claim.each.as_ref()?;
    let cells = console_records.text(each.column)?;
    let Some(Type::Word(words)) = record_field(each.column).map(|f| f.kind) else { return None };
    let counts = |device: DeviceId| *claimed.get(device) && !filtered.contains_key(devices.platform.get(device));
    words.iter().filter(|word| !matches!(**word, "none" | "unknown")).find_map(|word| {
        let mut own: Vec<DeviceId> = device_of
            .iter()
            .zip(cells.iter())
            .filter(|(device, cell)| *cell == Some(*word) && device.is_some() && counts(**device))
            .map(|(device, _)| *device)
            .collect();
        own.sort_unstable();
        own.dedup();
        let held = own.iter().any(|device| devices.is_held(*device, console));
        (own.len() >= PLATFORM_CLAIMS && !held).then(|| {
            format!(
                "the {} export holds none of {} {} of {} {word} that {}; it looks {}",
                console.title(),
                own.len(),
                devices_of(claim),
                each.called,
                claim.says,
                each.looks
            )
        })
    })
}

/// How many of the devices that others claim a console holds, and how many they claim; of some platforms.
fn count(
    claimed: &ByDevice<bool>,
    devices: &Members,
    console: Console,
    of: impl Fn(Platform) -> bool,
) -> (usize, usize) {
    let bit = console.bit();
    let own = claimed.iter().zip(devices.consoles()).zip(devices.platforms());
    let own = own.filter(|((c, _), p)| **c && of(**p));
    own.fold((0, 0), |(held, all), ((_, consoles), _)| (held + usize::from(consoles & bit != 0), all + 1))
}

/// Whether too many are missing to be findings: a third of them, or of many a quarter.
const fn too_few(held: usize, all: usize) -> bool {
    let missing = all - held;
    (missing >= FEW_MISSING && missing * 3 >= all) || (all >= MANY_CLAIMS && missing * 4 > all)
}

/// A list that covers less than half of the known devices of its platform says nothing of those that it lacks.
fn too_few_known(console: Console, cover: &Cover, devices: &Members) -> Option<String> {
    // Where it joins by the Entra id alone, a device without one is nothing that it could have named.
    let by_entra_id = console.columns_of(Kind::EntraId).next().is_some();
    let known = || {
        let own = DeviceId::all(devices.count).zip(devices.platforms()).filter(|(_, p)| **p == cover.platform);
        own.map(|(device, _)| device).filter(|device| !by_entra_id || devices.has_entra_id(*device))
    };
    let all = known().count();
    let held = known().filter(|device| devices.is_held(*device, console)).count();
    let (title, called) = (console.title(), cover.called);
    (held * 2 <= all).then(|| format!("the {title} names {held} of {all} {called}; it does not cover most of them"))
}

/// Why a console holds too few of the devices that others claim for it, without the platforms that were filtered out: of all
/// others, or of one of them.
fn short(
    claimed: &ByDevice<bool>,
    devices: &Members,
    console: Console,
    what: &str,
    claim: &Claim,
    filtered: &BTreeMap<Platform, String>,
) -> Option<String> {
    let title = console.title();
    let (held, all) = count(claimed, devices, console, |platform| !filtered.contains_key(&platform));
    if too_few(held, all) {
        return Some(format!("the {title} export holds {held} of {all} {what}; it looks {}", claim.looks));
    }
    let mut platforms = Platform::ALL.iter().filter(|platform| claim.platforms && !filtered.contains_key(platform));
    let few = |platform: &Platform| {
        let (held, all) = count(claimed, devices, console, |own| own == *platform);
        (all >= MANY_CLAIMS && too_few(held, all)).then(|| of_platform(console, held, all, what, *platform))
    };
    platforms.find_map(few)
}

fn of_platform(console: Console, held: usize, all: usize, what: &str, platform: Platform) -> String {
    let held = if held == 0 { "none".to_string() } else { held.to_string() };
    let title = console.title();
    if all < PLATFORM_CLAIMS {
        return format!(
            "the {title} export holds no device of platform {platform}, although there {are} {all} of the {what}; it may be \
             filtered by platform",
            are = if all == 1 { "is" } else { "are" }
        );
    }
    format!("the {title} export holds {held} of {all} {what} of platform {platform}; it looks filtered by platform")
}

/// Platforms of which a console holds none of the devices that others claim for it, although it holds others. One of which it
/// holds a few was not filtered out: then the list is cut, and nobody knows where.
fn short_of_platforms(
    (claimed, in_all): (&ByDevice<bool>, &ByDevice<bool>),
    devices: &Members,
    console: Console,
    what: &str,
) -> BTreeMap<Platform, String> {
    let holds = |platform: Option<Platform>| {
        let own = devices.consoles().iter().zip(devices.platforms()).filter(|(held, _)| *held & console.bit() != 0);
        own.filter(|(_, own)| platform.is_none_or(|platform| platform == **own)).count()
    };
    let many = holds(None) >= PLATFORM_CLAIMS;
    let one = |platform: &Platform| {
        let (held, all) = count(claimed, devices, console, |own| own == *platform);
        let lacks_all = *platform != Platform::Other && many && holds(Some(*platform)) == 0;
        // So many did not all leave and fall silent.
        let (_, quiet) = count(in_all, devices, console, |own| own == *platform);
        (held == 0 && (all >= PLATFORM_CLAIMS || lacks_all && (all > 0 || quiet >= PLATFORM_CLAIMS)))
            .then(|| (*platform, of_platform(console, held, all.max(quiet), what, *platform)))
    };
    let found: BTreeMap<Platform, String> = Platform::ALL.iter().filter_map(one).collect();
    let (_, others) = count(in_all, devices, console, |platform| !found.contains_key(&platform));
    if others == 0 { BTreeMap::new() } else { found }
}

/// Where nothing else tells: a list with less than a tenth of the rows of another.
fn a_tenth(console: Console, store: &RecordStore) -> Option<String> {
    let rows = |c: Console| store.of(c).map_or(0, ConsoleRecords::height);
    let own = rows(console);
    let others = console.tenth_of().iter().filter_map(|number| store.registry.at(*number));
    let (other, most) = others.map(|c| (c, rows(c))).max_by_key(|(_, n)| *n)?;
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
