//! Devices that a run remembers of earlier ones: those that none of its lists has.

use super::sides::{Earlier, id};
use crate::frame::Positions;
use crate::identity::NONE;
use crate::ids::RecordId;
use crate::outcome::{Outcome, Past};

/// Remembers devices, each once.
pub(super) struct Remembering<'a> {
    earlier: Earlier<'a>,
    old: &'a Outcome,
    /// Records of each device of the earlier run.
    records: Positions<RecordId>,
    /// By device of the earlier run: its place among those that are remembered.
    pub place: Vec<u32>,
    pub past: Past,
}

impl<'a> Remembering<'a> {
    pub(super) fn new(earlier: Earlier<'a>, old: &'a Outcome) -> Self {
        let records = Positions::new(old.links.device.iter().map(|device| device.number()), earlier.own());
        Self { earlier, old, records, place: vec![NONE; earlier.count()], past: Past::default() }
    }

    /// The place of a device among those that are remembered.
    pub(super) fn remember(&mut self, device: u32, gone: bool) -> u32 {
        let at = device as usize;
        if let Some(place) = self.place.get(at).filter(|place| **place != NONE) {
            return *place;
        }
        let place = u32::try_from(self.past.len()).unwrap_or(NONE);
        if let Some(slot) = self.place.get_mut(at) {
            *slot = place;
        }
        let objects = self.objects(at);
        let seen = match at.checked_sub(self.earlier.own()) {
            None => self.old.as_of.millis,
            Some(past) => self.earlier.past.seen.get(past).copied().unwrap_or_default(),
        };
        let past = &mut self.past;
        past.key.push(self.earlier.key(at).to_string());
        past.name.push(self.earlier.name(at).to_string());
        past.serial.push(self.earlier.serial(at).to_string());
        past.serial_written.push(self.earlier.serial_written(at).to_string());
        past.entra.push(self.earlier.entra(at).to_string());
        past.objects.push(objects);
        past.seen.push(seen);
        past.gone.push(gone);
        place
    }

    /// The objects of a device, one a line.
    fn objects(&self, device: usize) -> String {
        if let Some(past) = device.checked_sub(self.earlier.own()) {
            return self.earlier.past.objects.get(past).cloned().unwrap_or_default();
        }
        let mut text = String::new();
        for record in self.records.of(device) {
            let Some((columns, line)) = self.old.records.locate(*record) else { continue };
            let own = id(columns, line);
            // No id has these signs; one that had would be taken for another.
            if own.is_empty() || own.contains(['\t', '\n', '\r']) {
                continue;
            }
            let written = self.old.records.id_of(*record).replace(['\t', '\n', '\r'], " ");
            for part in [columns.console.as_str(), "\t", own, "\t", &written, "\n"] {
                text.push_str(part);
            }
        }
        text
    }
}
