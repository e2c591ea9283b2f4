//! Which devices the page and the workbook hold: all of them, or in a large tenant those that matter.

use std::cmp::Reverse;

use super::model::ON_PAGE;
use super::view::Index;
use crate::ids::{ByDevice, DeviceId};
use crate::outcome::Outcome;

/// Devices by number, the severest finding first, then the longest stale; those without a finding last.
#[derive(Debug)]
pub(super) struct Selection {
    /// The devices, in that order.
    pub devices: Vec<DeviceId>,
    /// Whether every device is among them.
    pub complete: bool,
    chosen: ByDevice<bool>,
}

impl Selection {
    /// What people look at: every device of a tenant of moderate size, else the flagged ones up to the limit.
    pub(super) fn for_people(outcome: &Outcome, index: &Index) -> Self {
        Self::new(outcome, index, ON_PAGE)
    }

    /// Every device.
    pub(super) fn whole(outcome: &Outcome, index: &Index) -> Self {
        Self::new(outcome, index, usize::MAX)
    }

    fn new(outcome: &Outcome, index: &Index, limit: usize) -> Self {
        let complete = outcome.devices.len() <= limit;
        let numbers = outcome.devices.numbers();
        let mut devices: Vec<DeviceId> = numbers.filter(|d| complete || !index.findings(*d).is_empty()).collect();
        devices.sort_by_cached_key(|d| {
            (Reverse(index.highest(outcome, *d)), Reverse(outcome.devices.days_inactive(*d)), *d)
        });
        devices.truncate(limit);
        let mut chosen = outcome.devices.key.beside(false);
        for device in &devices {
            *chosen.get_mut(*device) = true;
        }
        Self { devices, complete, chosen }
    }

    /// Whether a device is among them; none is not.
    pub(super) fn has(&self, device: DeviceId) -> bool {
        self.chosen.find(device) == Some(&true)
    }
}
