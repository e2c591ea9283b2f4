//! Devices that a run remembers of earlier ones: those that none of its lists has.

use super::sides::{Earlier, Place, id};
use crate::frame::Positions;
use crate::ids::{By, DeviceId, EarlierId, PastId, RecordId};
use crate::outcome::{Outcome, Past};

/// Remembers devices, each once.
pub(super) struct Remembering<'a> {
    earlier: Earlier<'a>,
    old: &'a Outcome,
    /// Records of each device of the earlier run.
    records: Positions<DeviceId, RecordId>,
    /// By device of the earlier run: its place among those that are remembered.
    pub place: By<EarlierId, PastId>,
    pub past: Past,
}

impl<'a> Remembering<'a> {
    pub(super) fn new(earlier: Earlier<'a>, old: &'a Outcome) -> Self {
        let records = Positions::new(old.links.device.iter().copied(), old.devices.key.count());
        Self { earlier, old, records, place: By::filled(PastId::NONE, earlier.count()), past: Past::default() }
    }

    /// The place of a device among those that are remembered.
    pub(super) fn remember(&mut self, device: EarlierId, gone: bool) -> PastId {
        if let Some(place) = self.place.get(device).some() {
            return place;
        }
        let place = PastId::at(self.past.len());
        *self.place.get_mut(device) = place;
        let (objects, seen) = match self.earlier.numbers().place(device) {
            Place::OfRun(own) => (self.objects(own), self.old.as_of.millis),
            Place::Remembered(past) => (self.earlier.past.objects.get(past).clone(), *self.earlier.past.seen.get(past)),
        };
        let past = &mut self.past;
        past.key.push(self.earlier.key(device).to_string());
        past.name.push(self.earlier.name(device).to_string());
        past.serial.push(self.earlier.serial(device).to_string());
        past.serial_written.push(self.earlier.serial_written(device).to_string());
        past.entra.push(self.earlier.entra(device).to_string());
        past.objects.push(objects);
        past.seen.push(seen);
        past.gone.push(gone);
        place
    }

    /// The objects of a device of the run itself, one a line.
    fn objects(&self, device: DeviceId) -> String {
        let mut text = String::new();
        for record in self.records.of(device) {
            let (columns, line) = self.old.records.locate(*record);
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
