//! Whether everything is seen that the lists could know of a device: each loaded console that gives signs of activity holds it or has
//! no record in use that may be it, and every date of it was read.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::candidates::{Asked, Basis, Facts, Found, Search, Traits};
use super::claims;
use super::hints::{Hint, Hints};
use super::lists::Lists;
use super::proof::Proof;
use crate::console::Console;
use crate::frame::by_device::scatter;
use crate::identity::{Links, Members, RecordStore, SIGNS};
use crate::ids::{ByDevice, DeviceId};

/// Which devices are seen whole.
#[derive(Debug)]
pub(super) struct Sight {
    whole: ByDevice<bool>,
    /// What it rests on that no other record may be the device, and the facts that told the others apart.
    basis: ByDevice<(Basis, Facts)>,
    /// Consoles of which that is concluded by exclusion, as bits.
    excluded: ByDevice<u32>,
    /// Devices that are so only by a record that a weak link holds.
    by_weak: BTreeSet<DeviceId>,
    /// What speaks against devices being stale.
    hinted: Hints,
}

impl Sight {
    pub(super) fn new(
        store: &RecordStore,
        links: &Links,
        members: &Members,
        (traits, proof, lists): (&Traits, &Proof, &Lists),
        (seen_later, hinted): (&[DeviceId], Hints),
    ) -> Self {
        let mut sight = Self {
            whole: ByDevice::filled(true, members.count),
            basis: ByDevice::filled((Basis::Identifier, Facts::default()), members.count),
            excluded: ByDevice::filled(0, members.count),
            by_weak: BTreeSet::new(),
            hinted,
        };
        let loaded: Vec<Console> = store.signalling().map(|records| records.console).collect();
        for console in &loaded {
            sight.look(members, traits, proof, *console);
        }
        let signals = loaded.iter().fold(0, |bits, console| bits | console.bit());
        // A console of which no row could be used may have seen a device all the same.
        for console in
            members.registry.all().iter().filter(|console| console.gives_signals() && !loaded.contains(console))
        {
            sight.hide(members, proof, *console);
            // A list without a row tells nothing, least of all of what another one says it holds.
            if lists.is_empty(*console) {
                let claimed = claims::claimed(*console, store, members);
                sight.whole.iter_mut().zip(claimed.iter()).for_each(|(whole, claimed)| *whole &= !claimed);
            }
        }
        for (device, weak) in members.weak.iter().filter(|(_, weak)| weak.consoles & signals != 0) {
            sight.rest_on_weak(members, *device, (weak.consoles, weak.consoles & signals));
        }
        without_unread(store, members, &mut sight.whole);
        for device in seen_later.iter().copied().chain(links.contested.iter().copied().map(DeviceId::new)) {
            if let Some(slot) = sight.whole.slot(device) {
                *slot = false;
            }
        }
        // What a list that lacks objects knows of a device that it does not hold stays hidden.
        let known = DeviceId::all(members.count).zip(members.consoles.iter().zip(&members.platform));
        for (whole, (device, (held, platform))) in sight.whole.iter_mut().zip(known) {
            let hidden = signals & (lists.gaps(*platform) | lists.apart(device));
            *whole &= held & hidden == hidden;
        }
        // Nor does one that ends before a device could have become stale tell that it did.
        for (device, whole) in DeviceId::all(members.count).zip(&mut sight.whole) {
            *whole &= proof.ages.silent(members, device) == 0;
        }
        sight
    }

    /// A device that some consoles know by a record that a weak link holds. Every other record there bears another host name; where
    /// machines give these names themselves, that tells them apart as it would without the record that bears the same.
    fn rest_on_weak(&mut self, members: &Members, device: DeviceId, (weak, signalling): (u32, u32)) {
        if !self.whole.get(device) {
            return;
        }
        let platform = *members.platform.get(device);
        let by_name = members.registry.bits(|console| console.takes_host_name(platform));
        let surely = members.consoles.get(device) & !weak;
        if signalling & !by_name != 0 || surely & by_name == 0 {
            self.by_weak.insert(device);
            return;
        }
        let (basis, facts) = self.basis.get_mut(device);
        (*basis, *facts) = ((*basis).max(Basis::Exclusion), facts.or(Facts::NAME));
        *self.excluded.get_mut(device) |= signalling;
    }

    /// Hides the devices that a row or a table names which was not used.
    fn hide(&mut self, members: &Members, proof: &Proof, console: Console) {
        for (device, whole) in self.whole.numbered_mut() {
            *whole &= !proof.is_torn(device, console) && !proof.is_in_list(members, device, console);
        }
    }

    /// Looks for records of a console in use that may be a device without one there.
    fn look(&mut self, members: &Members, traits: &Traits, proof: &Proof, console: Console) {
        for (device, whole) in DeviceId::all(members.count).zip(&mut self.whole) {
            let beside = proof.is_in_list(members, device, console)
                || proof.is_beside(device, console) && !members.is_held(device, console);
            *whole &= !beside && !proof.is_torn(device, console);
        }
        let asked = asked(members, console);
        let search = Search::new(traits, console, Asked::Sign, asked.iter().copied());
        let found: Vec<Found> = asked.par_iter().map(|device| search.find(*device)).collect();
        for (device, found) in asked.into_iter().zip(found) {
            let (Some(whole), Some(basis), Some(excluded)) =
                (self.whole.slot(device), self.basis.slot(device), self.excluded.slot(device))
            else {
                continue;
            };
            match found {
                Found::Nothing(own, facts) => {
                    *basis = (own.max(basis.0), facts.or(basis.1));
                    *excluded |= if own == Basis::Identifier { 0 } else { console.bit() };
                }
                Found::Candidates => *whole = false,
            }
        }
    }

    /// What speaks against a device being stale, although it is no sign of activity.
    pub(super) fn hint(&self, device: DeviceId) -> Option<Hint> {
        self.hinted.of.get(&device).copied()
    }

    /// Everything that speaks against devices being stale.
    pub(super) const fn hinted(&self) -> &Hints {
        &self.hinted
    }

    /// Whether each device is seen whole.
    pub(super) fn iter(&self) -> impl Iterator<Item = bool> {
        self.whole.iter().copied()
    }

    /// What it rests on that a device is seen whole.
    pub(super) fn basis(&self, device: DeviceId) -> Basis {
        if self.by_weak.contains(&device) { Basis::Name } else { self.basis.get(device).0 }
    }

    /// Consoles of which it is concluded by exclusion that they have not seen a device in use, as bits.
    pub(super) fn excluded(&self, device: DeviceId) -> u32 {
        *self.excluded.get(device)
    }

    /// Facts that told other records apart.
    pub(super) fn compared(&self, device: DeviceId) -> Facts {
        self.basis.get(device).1
    }
}

/// Devices without a record in a console that may hold them.
fn asked(members: &Members, console: Console) -> Vec<DeviceId> {
    let lacks =
        |device: &DeviceId| !members.is_held(*device, console) && console.may_hold(*members.platform.get(*device));
    DeviceId::all(members.count).filter(lacks).collect()
}

/// A date that could not be read may be a newer sign of activity.
fn without_unread(store: &RecordStore, members: &Members, whole: &mut ByDevice<bool>) {
    for (at, console_records) in store.by_console.iter().enumerate() {
        for unread in SIGNS.iter().filter_map(|column| console_records.unread(column)) {
            scatter(whole, members.device_of(at).iter().copied(), unread.iter(), |slot, unread| {
                *slot &= unread != Some(true);
            });
        }
    }
}
