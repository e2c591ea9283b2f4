//! Which devices the page and the workbook hold: all of them, or in a large tenant those that matter.

use std::cmp::Reverse;

use super::model::ON_PAGE;
use super::view::Index;
use crate::outcome::Outcome;

/// Devices by number, the severest finding first, then the longest stale; those without a finding last.
#[derive(Debug)]
pub(super) struct Selection {
    /// Device numbers, in that order.
    pub devices: Vec<u32>,
    /// Whether every device is among them.
    pub complete: bool,
    chosen: Vec<bool>,
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
        let count = outcome.devices.len();
        let complete = count <= limit;
        let numbers = 0..u32::try_from(count).unwrap_or(u32::MAX);
        let mut devices: Vec<u32> = numbers.filter(|d| complete || !index.findings(*d as usize).is_empty()).collect();
        devices.sort_by_cached_key(|d| {
            let at = *d as usize;
            (Reverse(index.highest(outcome, at)), Reverse(outcome.devices.days_inactive(at)), *d)
        });
        devices.truncate(limit);
        let mut chosen = vec![false; count];
        for device in &devices {
            if let Some(slot) = chosen.get_mut(*device as usize) {
                *slot = true;
            }
        }
        Self { devices, complete, chosen }
    }

    /// Whether a device is among them.
    pub(super) fn has(&self, device: u32) -> bool {
        self.chosen.get(device as usize) == Some(&true)
    }
}
