//! Records of two consoles that have no identifier in common and are of one machine for all that anybody can see: both bear one
//! name and have one user, and no third one in either console does; or nobody else bears the name, and both were last seen in the same
//! days.
//!
//! They are joined by that no more than by a name alone. But who looks for a machine among the records of the other console need not
//! think of those that have their own twin: they bear another name.

use std::collections::BTreeMap;

use super::people::account;
use super::traits::{Slots, Traits, called, gather, host, made_of, settled};
use crate::frame::Strings;
use crate::identity::{ConsoleRecords, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::time::Millis;

/// Consoles write the last contact of a machine so many days late, at most.
const LATE: i64 = 14;
/// A name with fewer digits is one that machines come with, such as *MacBook-Pro*, or that of a person, who has another machine of it.
const DIGITS: usize = 2;

/// What each device is called and whose it is, and which two may be twins.
pub(super) struct Known {
    pub called: Slots,
    pub accounts: Slots,
    pub pairs: Vec<[DeviceId; 2]>,
}

/// A device by its name and its account; 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    name: u64,
    account: u64,
    device: DeviceId,
}

/// 0 where the records of a device do not say one thing, and for all devices where no two may be twins.
pub(super) fn known(store: &RecordStore, members: &Members) -> Known {
    let made = made_of(members);
    let tells = |column: &str| -> Vec<usize> {
        let is_one = |(_, records): &(usize, &ConsoleRecords)| {
            records.text(column).is_some() && records.console.bit() & made != 0
        };
        store.by_console.iter().enumerate().filter(is_one).map(|(at, _)| at).collect()
    };
    let none = || ByDevice::filled(0, members.count);
    let telling = tells("name");
    if telling.len() < 2 {
        return Known { called: none(), accounts: none(), pairs: Vec::new() };
    }
    let bits = telling.iter().filter_map(|at| store.by_console.get(*at)).fold(0, |all, own| all | own.console.bit());
    let lacks = |device: DeviceId| members.consoles.get(device) & bits != bits;
    let of = |column: &str, digest: &(dyn Fn(&str) -> u64 + Sync)| {
        let mut slots: Slots = none();
        for (at, records) in store.by_console.iter().enumerate() {
            // Of what every console has a record nobody looks for one. It bears its name all the same, of which one console tells.
            let is_first = column == "name" && telling.first() == Some(&at);
            let cells = records.text(column).into_iter().flat_map(Strings::iter);
            let own = members.device_of(at).iter().zip(cells);
            let is_asked = |device: DeviceId| device.is_some() && (is_first || lacks(device));
            let own = own.map(|(device, cell)| cell.filter(|_| is_asked(*device)).map_or(0, digest));
            gather(&mut slots, members.device_of(at), own);
        }
        settled(slots)
    };
    let accounts = || of("primary_user", &|text| account(text).map_or(0, |(account, _)| account));
    let (names, accounts) = rayon::join(|| of("name", &named), accounts);
    let pairs = pairs(members, &names, &accounts);
    if pairs.is_empty() {
        return Known { called: none(), accounts: none(), pairs };
    }
    Known { called: names, accounts, pairs }
}

/// Bit of a digest that tells a name with too few digits.
const COMMON: u64 = 1 << 63;

/// The digest of a name whoever gave it, without the domain of a host name.
fn named(name: &str) -> u64 {
    let short = name.split_once('.').filter(|_| host(name) != 0).map_or(name, |(short, _)| short);
    let is_common = name.bytes().filter(u8::is_ascii_digit).count() < DIGITS;
    match called(short) & !COMMON {
        0 => 0,
        digest if is_common => digest | COMMON,
        digest => digest,
    }
}

/// Devices of one name: two with one account, or those of different consoles that were last seen in the same days.
fn pairs(members: &Members, names: &Slots, accounts: &Slots) -> Vec<[DeviceId; 2]> {
    let seen: ByDevice<Option<Millis>> = ByDevice::of(members.last_activity().collect());
    let all = names.numbered().zip(accounts.iter()).filter(|((_, name), _)| **name != 0);
    let mut all: Vec<Named> =
        all.map(|((device, name), account)| Named { name: *name, account: *account, device }).collect();
    all.sort_unstable();
    let mut found = Vec::new();
    for of_name in all.chunk_by(|a, b| a.name == b.name).filter(|run| run.len() > 1) {
        for run in of_name.chunk_by(|a, b| a.account == b.account) {
            if let [one, other] = run
                && one.account != 0
            {
                found.push([one.device, other.device]);
            }
        }
        found.extend(of_days(members, &seen, of_name));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Those of one name that were last seen in the same days, where no console knows two of that name.
fn of_days(members: &Members, seen: &ByDevice<Option<Millis>>, of_name: &[Named]) -> Vec<[DeviceId; 2]> {
    let consoles = |one: &Named| *members.consoles.get(one.device);
    let is_common = of_name.first().is_some_and(|one| one.name & COMMON != 0);
    let mut held = 0_u32;
    let is_once = of_name.iter().all(|one| {
        let is_new = held & consoles(one) == 0;
        held |= consoles(one);
        is_new
    });
    if is_common || !is_once {
        return Vec::new();
    }
    let is_one = |one: &Named, other: &Named| {
        let days = seen.get(one.device).zip(*seen.get(other.device));
        let two_users = one.account != 0 && other.account != 0 && one.account != other.account;
        !two_users && days.is_some_and(|(one, other)| one.max(other).days_since(one.min(other)) <= LATE)
    };
    let numbered = || of_name.iter().enumerate();
    let two = numbered().flat_map(|(at, one)| of_name.iter().skip(at + 1).map(move |other| (one, other)));
    two.filter(|(one, other)| is_one(one, other)).map(|(one, other)| [one.device, other.device]).collect()
}

/// Devices with twins, and the consoles with a record of one, as bits.
pub(super) fn twins(traits: &Traits, pairs: &[[DeviceId; 2]]) -> BTreeMap<DeviceId, u32> {
    let of_two = |[one, other]: &[DeviceId; 2]| {
        let (a, b) = (traits.pattern(traits.number(*one))?, traits.pattern(traits.number(*other))?);
        let are = a.consoles & b.consoles == 0 && !a.is_apart(b);
        are.then_some([(*one, b.consoles), (*other, a.consoles)])
    };
    let mut twins = BTreeMap::new();
    for (device, consoles) in pairs.iter().filter_map(of_two).flatten() {
        *twins.entry(device).or_default() |= consoles;
    }
    twins
}
