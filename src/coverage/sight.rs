//! Whether everything is seen that the lists could know of a device: each loaded console that gives signs of life holds it or
//! could have joined it, and every date of it was read.

use std::collections::BTreeSet;

use super::lists::Lists;
use super::older;
use super::proof::{On, Proof};
use crate::console::Console;
use crate::error::Result;
use crate::frame::by_device::scatter;
use crate::identity::{Links, Members, RecordStore, SIGNS};
use crate::ids::{ByDevice, DeviceId};

/// Which devices are seen whole.
#[derive(Debug)]
pub(super) struct Sight {
    whole: ByDevice<bool>,
    /// Devices that are so only by a record that a weak link holds.
    by_weak: BTreeSet<DeviceId>,
}

impl Sight {
    pub(super) fn new(
        store: &RecordStore,
        links: &Links,
        members: &Members,
        proof: &Proof,
        lists: &Lists,
    ) -> Result<Self> {
        let loaded: Vec<Console> = store.by_console.iter().map(|s| s.console).filter(|c| c.gives_signals()).collect();
        let names = proof.names(store, members, &loaded)?;
        let on = On::new(store, members, names.as_ref())?;
        // `without`: consoles whose hold on the device does not count.
        let can_be_known = |device: DeviceId, without: u32| {
            loaded.iter().all(|console| {
                let counts = without & console.bit() == 0;
                (counts && members.is_held(device, *console) && !proof.is_torn(device, *console))
                    || !console.may_hold(*members.platform.get(device))
                    || proof.joins(on, device, *console)
            })
        };
        let mut whole = ByDevice::made(members.count, |device| can_be_known(device, 0));
        let by_weak = members
            .weak
            .iter()
            .filter(|(device, weak_evidence)| *whole.get(**device) && !can_be_known(**device, weak_evidence.consoles));
        let by_weak = by_weak.map(|(device, _)| *device).collect();
        without_unread(store, members, &mut whole);
        let later = older::seen_later(store, members);
        for device in later.into_iter().chain(links.contested.iter().copied().map(DeviceId::new)) {
            if let Some(slot) = whole.slot(device) {
                *slot = false;
            }
        }
        // What a list that lacks objects knows of a device that it does not hold stays hidden.
        let hidden = loaded.iter().fold(0, |bits, console| bits | console.bit()) & lists.gaps();
        for (whole, held) in whole.iter_mut().zip(&members.consoles) {
            *whole &= held & hidden == hidden;
        }
        Ok(Self { whole, by_weak })
    }

    /// Whether each device is seen whole.
    pub(super) fn iter(&self) -> impl Iterator<Item = bool> {
        self.whole.iter().copied()
    }

    /// Whether a device is so only by a record that a weak link holds.
    pub(super) fn rests_on_weak(&self, device: DeviceId) -> bool {
        self.by_weak.contains(&device)
    }
}

/// A date that could not be read may be a newer sign of life.
fn without_unread(store: &RecordStore, members: &Members, whole: &mut ByDevice<bool>) {
    for (at, console_records) in store.by_console.iter().enumerate() {
        for unread in SIGNS.iter().filter_map(|column| console_records.unread(column)) {
            scatter(whole, members.device_of(at).iter().copied(), unread.iter(), |slot, unread| {
                *slot &= unread != Some(true);
            });
        }
    }
}
