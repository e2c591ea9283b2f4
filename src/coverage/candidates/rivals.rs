//! Devices that share an identifier which does not join them, since they contradict each other or are copies of one machine.
//!
//! Whose the shared identifier is, nobody can tell from what the records say beside it: each of them may be the device.

use std::collections::BTreeMap;

use super::search::Asked;
use super::traits::{Pattern, Traits};
use crate::console::Console;
use crate::ids::DeviceId;

/// Those with a record in one console, by the number of what they share.
#[derive(Debug, Default)]
pub(super) struct Rivals {
    /// Those that show a device in use, and the others.
    by_number: BTreeMap<u32, [Vec<DeviceId>; 2]>,
    /// Whether the others count only for devices without a sign of activity.
    signs: bool,
}

impl Rivals {
    pub(super) fn new(traits: &Traits, console: Console, asked: Asked) -> Self {
        let mut rivals = Self { by_number: BTreeMap::new(), signs: asked == Asked::Sign };
        for (device, number) in &traits.rivals {
            let device = DeviceId::new(*device);
            let held = |own: &&Pattern| own.consoles & console.bit() != 0;
            let Some(own) = traits.pattern(traits.number(device)).filter(held) else { continue };
            let [in_use, others] = rivals.by_number.entry(*number).or_default();
            if own.is_in_use() {
                in_use.push(device);
            } else if !rivals.signs || !own.is_unseen() {
                others.push(device);
            }
        }
        rivals
    }

    /// Lists of those that share something with a device; none of them is empty.
    pub(super) fn of<'a>(&'a self, traits: &'a Traits, device: DeviceId) -> impl Iterator<Item = &'a [DeviceId]> {
        let shared = if self.by_number.is_empty() { &[][..] } else { traits.rivals.as_slice() };
        let from = shared.partition_point(|(own, _)| *own < device.number());
        let own = shared.iter().skip(from).take_while(move |(own, _)| *own == device.number());
        let all = !self.signs || traits.pattern(traits.number(device)).is_some_and(Pattern::is_unseen);
        let lists = own.filter_map(|(_, number)| self.by_number.get(number)).flatten().enumerate();
        // Each has two lists, the second of which is of those that are not in use.
        let counts = move |(at, list): &(usize, &Vec<DeviceId>)| !list.is_empty() && (all || at % 2 == 0);
        lists.filter(counts).map(|(_, list)| list.as_slice())
    }
}
