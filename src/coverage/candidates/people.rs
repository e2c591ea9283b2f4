//! Who enrolled a device, as far as two names of accounts are two persons.
//!
//! Accounts are compared where they are named in the same way: `ada.baker@contoso.example` is nobody else's name than
//! `ben.castro@contoso.example`, and may well be `abaker@contoso.example`. An account that has more devices than the quota
//! enrols them for others.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::traits::{CONFLICT, Slots, merge};
use crate::identity::{Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};

/// So many ways to name accounts are told apart, the most frequent ones.
const WAYS: usize = 8;

/// The person of each device, and the way in which the account is named; 0 is not known.
pub(super) struct People {
    pub persons: Slots,
    pub ways: ByDevice<u8>,
}

pub(super) fn people(store: &RecordStore, members: &Members) -> People {
    let (mut persons, mut ways) = (ByDevice::filled(0, members.count), ByDevice::filled(0_u64, members.count));
    let (mut same, mut other) = (0_u32, 0_u32);
    for (at, console_records) in store.by_console.iter().enumerate() {
        let cells = console_records.text("primary_user").filter(|_| console_records.console.records_enrolling_user());
        let Some(cells) = cells else { continue };
        for (device, text) in members.device_of(at).iter().zip(cells.iter()) {
            let Some((person, way)) = text.and_then(account) else { continue };
            let (Some(slot), Some(of)) = (persons.slot(*device), ways.slot(*device)) else { continue };
            if *slot != 0 && *slot != CONFLICT {
                if *slot == person { same += 1 } else { other += 1 }
            }
            merge(slot, person);
            *of = way;
        }
    }
    // Where consoles name the persons of the same devices differently, no two names are two persons.
    if other > same {
        persons = ByDevice::filled(0, members.count);
    }
    let busy = busy(&persons, members.thresholds.owner_quota);
    for device in DeviceId::all(members.count) {
        let Some(slot) = persons.slot(device) else { continue };
        if *slot == CONFLICT || members.marks.needs_no_user(device) || busy.binary_search(slot).is_ok() {
            *slot = 0;
        }
    }
    numbered(persons, &ways)
}

/// Accounts that have more devices than one person may.
fn busy(persons: &Slots, quota: u32) -> Vec<u64> {
    let mut all: Vec<u64> = persons.iter().copied().filter(|person| *person != 0).collect();
    all.sort_unstable();
    let many = |run: &[u64]| run.len() > quota as usize;
    all.chunk_by(|a, b| a == b).filter(|run| many(run)).filter_map(|run| run.first().copied()).collect()
}

/// Numbers the most frequent ways to name accounts; of the others nobody is told apart.
fn numbered(mut persons: Slots, ways: &ByDevice<u64>) -> People {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    for (_, way) in persons.iter().zip(ways).filter(|(person, _)| **person != 0) {
        *counts.entry(*way).or_default() += 1;
    }
    let mut ranked: Vec<(u64, u32)> = counts.into_iter().collect();
    ranked.sort_unstable_by_key(|(way, count)| (std::cmp::Reverse(*count), *way));
    let number =
        |way: u64| ranked.iter().take(WAYS).position(|(own, _)| *own == way).and_then(|at| u8::try_from(at).ok());
    let mut numbers = ByDevice::filled(0, u32::try_from(persons.len()).unwrap_or_default());
    for ((slot, person), way) in numbers.iter_mut().zip(&mut persons).zip(ways).filter(|((_, person), _)| **person != 0)
    {
        match number(*way) {
            Some(at) => *slot = at + 1,
            None => *person = 0,
        }
    }
    People { persons, ways: numbers }
}

/// The digest of an account, and that of the way in which it is named: its domain, and how the parts before it look.
pub(in crate::coverage) fn account(text: &str) -> Option<(u64, u64)> {
    let (local, domain) = text.trim().split_once('@')?;
    let plain = !local.is_empty() && domain.contains('.') && !domain.contains([' ', '@', ';', ',']);
    if !plain || local.contains([' ', '#']) {
        return None;
    }
    let (mut account, mut way) = (DefaultHasher::new(), DefaultHasher::new());
    // The hasher takes a text much faster than its signs.
    let whole = [domain, "@", local].concat().to_ascii_lowercase();
    account.write(whole.as_bytes());
    way.write(whole.as_bytes().get(..domain.len()).unwrap_or_default());
    for part in local.split(['.', '_', '-']) {
        shape(part).hash(&mut way);
    }
    let known = |digest: u64| if digest == 0 || digest == CONFLICT { 1 } else { digest };
    Some((known(account.finish()), way.finish()))
}

/// An initial, a word or a number.
fn shape(part: &str) -> u8 {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    match part.len() {
        1 => 1,
        all if digits * 2 >= all => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparable(a: &str, b: &str) -> bool {
        account(a).zip(account(b)).is_some_and(|(a, b)| a.1 == b.1 && a.0 != b.0)
    }

    #[test]
    fn accounts_are_two_persons_where_they_are_named_in_the_same_way() {
        assert!(comparable("ada.baker@contoso.example", "Ben.Castro@contoso.example"));
        assert!(!comparable("ada.baker@contoso.example", "Ada.Baker@Contoso.example"), "one account");
        assert!(!comparable("ada.baker@contoso.example", "abaker@contoso.example"), "another way");
        assert!(!comparable("ada.baker@contoso.example", "a.baker@contoso.example"), "an initial");
        assert!(!comparable("ada.baker@contoso.example", "ada.baker@contoso.onmicrosoft.example"), "another domain");
        assert!(!comparable("u10482@contoso.example", "abaker@contoso.example"), "a number");
        for text in ["Ada Baker", "", "none", "ada@", "a b@contoso.example", "ada@contoso"] {
            assert_eq!(account(text), None, "{text}");
        }
    }
}
