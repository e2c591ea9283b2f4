//! Machines that were set up anew under another name.
//!
//! A machine that is wiped and set up without its management comes back with new ids, a new name and no serial number; one that is set
//! up with it leaves a record without one behind. What it keeps is its user and its model, and it comes back after it was last seen as
//! what it was.

use std::collections::{HashMap, HashSet};

use polars::prelude::Int64Chunked;

use super::super::candidates::{Facts, account};
use super::hardware::{Hardware, stamped};
use crate::console::Console;
use crate::formats::Vocabulary;
use crate::frame::{Strings, by_device};
use crate::identity::{Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::schema::{Activity, JoinType, Platform};
use crate::time::{DAY, Millis};

/// A machine whose model consoles call differently comes back within so many days.
const SOON: i64 = 30;

/// A device that is stale or was never seen, the one in use that may be it, and what both have in common.
pub(super) struct Renewed {
    pub device: DeviceId,
    pub now: DeviceId,
    pub same: Facts,
}

/// The devices that may have been set up anew, each with the first that it may be now.
pub(super) fn renewed(store: &RecordStore, members: &Members, vocabulary: &Vocabulary) -> Vec<Renewed> {
    let activities: ByDevice<Activity> = ByDevice::of(members.activities().collect());
    let seen: ByDevice<Option<Millis>> = ByDevice::of(members.last_activity().collect());
    let has_serial = |device: DeviceId| members.handles.get(device).serial;
    // A stale record without a serial number, beside a machine that has one, is what is cleaned up every day; of what nothing saw
    // it is not even known that it is old.
    let is_old = |device: DeviceId| match *activities.get(device) {
        Activity::Stale => has_serial(device),
        activity => activity == Activity::Unknown,
    };
    // Of what came lately nothing may be told yet: a blank stamp is no sign of disuse.
    let is_new = |device: DeviceId| *activities.get(device) != Activity::Stale;
    // A registration names whom the machine was for.
    let old = users(store, members, (&is_old, &|console| console.records_enrolling_user() || console.provisions()));
    if old.is_empty() {
        return Vec::new();
    }
    let new = users(store, members, (&is_new, &Console::records_enrolling_user));
    let pairs = of_one_user(&old, &new, members.thresholds.owner_quota as usize);
    let pairs: Vec<(DeviceId, DeviceId)> = pairs
        .into_iter()
        .filter(|(old, new)| {
            let (one, two) = (*members.platform.get(*old), *members.platform.get(*new));
            let is_told_apart = has_serial(*old) && has_serial(*new);
            let is = |device: DeviceId, activity: Activity| *activities.get(device) == activity;
            let one_is_seen = is(*new, Activity::Active) || is(*old, Activity::Stale) && is(*new, Activity::Unknown);
            let is_one_kind = one == two && one != Platform::Other;
            old != new && one_is_seen && is_one_kind && !is_told_apart && !members.marks.needs_no_user(*old)
        })
        .collect();
    let came = came(store, members, &pairs);
    let replaced = replaced(&old, &new, &|device| *activities.get(device) == Activity::Active && has_serial(device));
    let hardware = Hardware::of(store, members, &pairs, vocabulary);
    let joined = joined(store, members, &pairs);
    let stamped = stamped(store, members, &pairs);
    let may_be = |(device, now): (DeviceId, DeviceId)| {
        let is_one_model = hardware.is_one_model(device, now);
        // Of what nothing saw the day counts on which it came.
        let last = seen.get(device).or(*came.get(device));
        // What is merely registered is a private machine as a rule, and of those nobody tells the model.
        let is_untold = !hardware.tells_model(device) || !hardware.tells_model(now);
        let may_be_joined_anew = *activities.get(device) == Activity::Stale && joined.contains(&now);
        let may_be_one_model = is_one_model || is_untold && may_be_joined_anew;
        let is_next = match last.zip(*came.get(now)) {
            Some((last, at)) => at.number() >= last.number() - DAY && (may_be_one_model || at.days_since(last) <= SOON),
            // Of what nothing tells when it came, one model is needed, and that it is in use.
            None => is_one_model && *activities.get(now) == Activity::Active,
        };
        let same = if is_one_model { Facts::USER.or(Facts::MODEL) } else { Facts::USER };
        // Whoever has another machine of the kind in use has got that one in the place of the old.
        let has_another = replaced.get(&device).into_iter().flatten().any(|other| {
            *other != device && *other != now && *members.platform.get(*other) == *members.platform.get(device)
        });
        if has_another {
            return None;
        }
        let is_told_apart = hardware.differs(device, now) || (stamped.contains(&device) && stamped.contains(&now));
        (is_next && !is_told_apart).then_some(Renewed { device, now, same })
    };
    let mut found: Vec<Renewed> = pairs.into_iter().filter_map(may_be).collect();
    found.dedup_by_key(|one| one.device);
    found
}

/// The accounts of some devices in some consoles, by the digest of each; sorted.
fn users(
    store: &RecordStore,
    members: &Members,
    (of, told_by): (&dyn Fn(DeviceId) -> bool, &dyn Fn(Console) -> bool),
) -> Vec<(u64, DeviceId)> {
    let mut all = Vec::new();
    let of_persons = store.by_console.iter().enumerate().filter(|(_, records)| told_by(records.console));
    for (at, records) in of_persons {
        let cells = records.text("primary_user").into_iter().flat_map(Strings::iter);
        let own = members.device_of(at).iter().copied().zip(cells);
        let own = own.filter(|(device, _)| device.is_some() && of(*device));
        all.extend(own.filter_map(|(device, cell)| Some((account(cell?)?.0, device))));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// For each device the machines that its users have in use and that are told apart by a serial number.
fn replaced(
    old: &[(u64, DeviceId)],
    new: &[(u64, DeviceId)],
    is: &dyn Fn(DeviceId) -> bool,
) -> HashMap<DeviceId, Vec<DeviceId>> {
    let mut found: HashMap<DeviceId, Vec<DeviceId>> = HashMap::new();
    for (user, device) in old {
        let from = new.partition_point(|(other, _)| other < user);
        let its = new.iter().skip(from).take_while(|(other, _)| other == user).map(|(_, own)| *own);
        found.entry(*device).or_default().extend(its.filter(|own| is(*own)));
    }
    found
}

/// Two devices of one account each, one of either side. An account with more devices than the quota enrols them for others.
fn of_one_user(old: &[(u64, DeviceId)], new: &[(u64, DeviceId)], quota: usize) -> Vec<(DeviceId, DeviceId)> {
    let mut pairs = Vec::new();
    for own in old.chunk_by(|a, b| a.0 == b.0) {
        let Some((user, _)) = own.first() else { continue };
        let from = new.partition_point(|(other, _)| other < user);
        let its: Vec<DeviceId> =
            new.iter().skip(from).take_while(|(other, _)| other == user).map(|(_, device)| *device).collect();
        if own.len() + its.len() <= quota {
            pairs.extend(own.iter().flat_map(|(_, old)| its.iter().map(move |new| (*old, *new))));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Of the later devices of the pairs those that a directory has as joined, and not as registered by their users.
fn joined(store: &RecordStore, members: &Members, pairs: &[(DeviceId, DeviceId)]) -> HashSet<DeviceId> {
    let concerned: HashSet<DeviceId> = pairs.iter().map(|(_, now)| *now).collect();
    let mut found = HashSet::new();
    for (at, records) in store.by_console.iter().enumerate().filter(|_| !concerned.is_empty()) {
        let joins = records.text("join_type").into_iter().flat_map(Strings::iter);
        let own = members.device_of(at).iter().zip(joins).filter(|(device, _)| concerned.contains(device));
        let is_joined =
            |join: Option<&str>| matches!(join.and_then(JoinType::parse), Some(JoinType::Joined | JoinType::Hybrid));
        found.extend(own.filter(|(_, join)| is_joined(*join)).map(|(device, _)| *device));
    }
    found
}

/// When the devices of the pairs came: the first day on which a console that gives signs of activity has them.
fn came(store: &RecordStore, members: &Members, pairs: &[(DeviceId, DeviceId)]) -> ByDevice<Option<Millis>> {
    let mut first = ByDevice::filled(None, members.count);
    if pairs.is_empty() {
        return first;
    }
    let concerned: HashSet<DeviceId> = pairs.iter().flat_map(|(old, new)| [*old, *new]).collect();
    let telling = store.by_console.iter().enumerate().filter(|(_, records)| Console::gives_signals(records.console));
    for (at, records) in telling {
        let times = records.times("enrolled").into_iter().flat_map(Int64Chunked::iter);
        let own = members.device_of(at).iter().copied().zip(times).filter(|(device, _)| concerned.contains(device));
        let (devices, times): (Vec<DeviceId>, Vec<Option<i64>>) = own.unzip();
        by_device::oldest(&mut first, devices, times);
    }
    first
}
