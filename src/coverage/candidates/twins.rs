//! Records of two consoles that have no identifier in common and are of one machine for all that anybody can see: both bear one
//! name and have one user, and no third one in either console does.
//!
//! They are joined by that no more than by a name alone. But who looks for a machine among the records of the other console need not
//! think of those that have their own twin: they bear another name.

use super::people::account;
use super::traits::{Slots, Traits, called, gather, made_of, settled};
use crate::frame::Strings;
use crate::identity::{ConsoleRecords, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};

/// What each device is called and whose it is, and which two may be twins.
pub(super) struct Known {
    pub called: Slots,
    pub accounts: Slots,
    pub pairs: Vec<[DeviceId; 2]>,
}

/// 0 where the records of a device do not say one thing, where each console that tells both has a record of it, and for all devices
/// where no two may be twins.
pub(super) fn known(store: &RecordStore, members: &Members) -> Known {
    let made = made_of(members);
    let tells = |records: &&ConsoleRecords| {
        let both = records.text("name").is_some() && records.text("primary_user").is_some();
        both && records.console.bit() & made != 0
    };
    let telling = store.by_console.iter().filter(tells).fold(0, |bits, records| bits | records.console.bit());
    let of = |column: &str, digest: &(dyn Fn(&str) -> u64 + Sync)| {
        let mut slots: Slots = ByDevice::filled(0, members.count);
        if telling.count_ones() < 2 {
            return slots;
        }
        for (at, records) in store.by_console.iter().enumerate() {
            let lacks = |device: DeviceId| device.is_some() && members.consoles.get(device) & telling != telling;
            let cells = records.text(column).into_iter().flat_map(Strings::iter);
            let own = members.device_of(at).iter().zip(cells);
            let own = own.map(|(device, cell)| cell.filter(|_| lacks(*device)).map_or(0, digest));
            gather(&mut slots, members.device_of(at), own);
        }
        settled(slots)
    };
    let none = || ByDevice::filled(0, members.count);
    let accounts = || of("primary_user", &|text| account(text).map_or(0, |(account, _)| account));
    let (called, accounts) = rayon::join(|| of("name", &called), accounts);
    let mut all: Vec<(u64, u64, DeviceId)> = called
        .numbered()
        .zip(accounts.iter())
        .filter(|((_, name), account)| **name != 0 && **account != 0)
        .map(|((device, name), account)| (*name, *account, device))
        .collect();
    all.sort_unstable();
    let same = |one: &(u64, u64, DeviceId), other: &(u64, u64, DeviceId)| (one.0, one.1) == (other.0, other.1);
    let two = |run: &[(u64, u64, DeviceId)]| match run {
        [(.., one), (.., other)] => Some([*one, *other]),
        _ => None,
    };
    let pairs: Vec<[DeviceId; 2]> = all.chunk_by(same).filter_map(two).collect();
    if pairs.is_empty() {
        return Known { called: none(), accounts: none(), pairs };
    }
    Known { called, accounts, pairs }
}

/// Devices with a twin, and the consoles with a record of it, as bits.
pub(super) fn twins(traits: &Traits, pairs: &[[DeviceId; 2]]) -> Vec<(DeviceId, u32)> {
    let of_two = |[one, other]: &[DeviceId; 2]| {
        let (a, b) = (traits.pattern(traits.number(*one))?, traits.pattern(traits.number(*other))?);
        let are = a.consoles & b.consoles == 0 && !a.is_apart(b);
        are.then_some([(*one, b.consoles), (*other, a.consoles)])
    };
    pairs.iter().filter_map(of_two).flatten().collect()
}
