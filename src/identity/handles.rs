//! By which identifiers a record can be joined, and with them its device. What joins nothing is none.

use super::links::Links;
use super::record_store::{ConsoleRecords, RecordStore};
use crate::frame::Strings;
use crate::frame::by_device::scatter;
use crate::ids::{ByDevice, DeviceId, RecordId};

/// Identifiers by which a device, or a record, can be joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Handles {
    pub entra: bool,
    pub serial: bool,
}

impl Handles {
    /// Whether both can be joined by one and the same.
    pub(crate) const fn shared_with(self, other: Self) -> bool {
        (self.entra && other.entra) || (self.serial && other.serial)
    }

    /// Reads those of the records of a console, by line.
    pub(crate) fn of_records<'a>(console_records: &'a ConsoleRecords, links: &'a Links) -> impl Fn(usize) -> Self + 'a {
        let (entra, serial) = (console_records.text("entra_id"), console_records.text("serial"));
        move |line| {
            let record = console_records.record(line);
            let joins = |cells: Option<&Strings>, guarded: &[RecordId]| {
                cells.is_some_and(|c| c.get(line).is_some()) && guarded.binary_search(&record).is_err()
            };
            Self { entra: joins(entra, &links.cut), serial: joins(serial, &links.guarded) }
        }
    }

    /// Those of each device: what one of its records has.
    pub(super) fn of_devices(
        store: &RecordStore,
        links: &Links,
        device_of: &[Vec<DeviceId>],
        count: u32,
    ) -> ByDevice<Self> {
        let mut handles = ByDevice::filled(Self::default(), count);
        for (console_records, device_of) in store.by_console.iter().zip(device_of) {
            let own = (0..console_records.height()).map(Self::of_records(console_records, links));
            scatter(&mut handles, device_of.iter().copied(), own, |slot, own| {
                slot.entra |= own.entra;
                slot.serial |= own.serial;
            });
        }
        handles
    }
}
