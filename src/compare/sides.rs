//! Two runs as the comparison sees them: the objects of each console, and the devices that they belong to.
//!
//! The earlier run also has the devices that it remembers of runs before it. They count on from its own.

use super::join::Column;
use crate::console::Registry;
use crate::ids::{ByRecord, DeviceId, EarlierId, ObjectId, PastId};
use crate::outcome::{Outcome, Past};
use crate::schema::Platform;
use crate::table::{DeviceTable, RecordColumns, RecordTable};

/// One run: its devices, its records, and which device each belongs to.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The devices.
    pub devices: &'a DeviceTable,
    /// The records.
    pub records: &'a RecordTable,
    /// Device of each record.
    pub device_of: &'a ByRecord<DeviceId>,
}

impl<'a> Side<'a> {
    /// A run that is over.
    #[must_use]
    pub fn of(outcome: &'a Outcome) -> Self {
        Self { devices: &outcome.devices, records: &outcome.records, device_of: &outcome.links.device }
    }

    /// Its records alone.
    #[must_use]
    pub const fn listed(&self) -> Listed<'a> {
        Listed { registry: self.devices.registry, records: self.records, device_of: self.device_of }
    }

    /// The objects of a console; none where it has no list.
    pub(super) fn objects(&self, slug: &str) -> Objects<'a> {
        self.listed().objects(slug)
    }

    /// Slugs of the consoles that have rows.
    pub(super) fn consoles(&self) -> Vec<&'static str> {
        self.listed().consoles()
    }
}

/// The records of a run and which device each belongs to, before anything is known of the devices.
#[derive(Clone, Copy)]
pub struct Listed<'a> {
    /// The consoles.
    pub registry: &'static Registry,
    /// The records.
    pub records: &'a RecordTable,
    /// Device of each record.
    pub device_of: &'a ByRecord<DeviceId>,
}

impl<'a> Listed<'a> {
    /// The objects of a console; none where it has no list.
    pub(super) fn objects(&self, slug: &str) -> Objects<'a> {
        let columns = self.records.consoles.iter().find(|columns| columns.console.as_str() == slug);
        let own = |columns: &RecordColumns| self.device_of.within(&columns.span());
        Objects { columns, device_of: columns.map(own).unwrap_or_default(), more: Vec::new() }
    }

    /// Slugs of the consoles that have rows.
    pub(super) fn consoles(&self) -> Vec<&'static str> {
        let there = self.records.consoles.iter().filter(|columns| !columns.row.is_empty());
        there.map(|columns| columns.console.as_str()).collect()
    }
}

/// The objects of one console in one run.
pub(super) struct Objects<'a> {
    pub columns: Option<&'a RecordColumns>,
    device_of: &'a [DeviceId],
    /// Objects of devices that are remembered: their ids, and the numbers of the devices.
    more: Vec<(&'a str, EarlierId)>,
}

impl<'a> Objects<'a> {
    /// The same with the objects of remembered devices.
    pub(super) fn with(mut self, earlier: Earlier<'a>, slug: &str) -> Self {
        for at in earlier.past.key.numbers() {
            let own = earlier.past.objects_of(at).filter(|(console, ..)| *console == slug);
            self.more.extend(own.map(|(_, id, _)| (id, earlier.numbers().remembered(at))));
        }
        self
    }

    /// The device of an object of the run's own list, where there is one.
    pub(super) fn device(&self, object: ObjectId) -> Option<DeviceId> {
        self.device_of.get(object.index()).copied().and_then(DeviceId::some)
    }

    /// The device of an object of the earlier run, of its list or remembered.
    pub(super) fn earlier(&self, object: ObjectId) -> Option<EarlierId> {
        match object.index().checked_sub(self.device_of.len()) {
            Some(more) => self.more.get(more).map(|(_, device)| *device),
            None => self.device(object).map(Numbers::of_run),
        }
    }

    /// Whether an object is one of the run's own list.
    pub(super) const fn is_listed(&self, object: ObjectId) -> bool {
        object.index() < self.device_of.len()
    }

    /// The id of a line as its console writes it.
    pub(super) fn written(&self, object: ObjectId) -> &str {
        let (Some(columns), at) = (self.columns, object.index()) else { return "" };
        match columns.native_id.get(at) {
            "" => columns.serial.get(at),
            id => id,
        }
    }
}

/// The ids, as they are compared. A list without ids is one of serial numbers.
impl Column for Objects<'_> {
    type Line = ObjectId;

    fn lines(&self) -> usize {
        self.device_of.len() + self.more.len()
    }

    fn text(&self, object: ObjectId) -> &str {
        let at = object.index();
        match at.checked_sub(self.device_of.len()) {
            Some(more) => self.more.get(more).map_or("", |(id, _)| id),
            None => self.columns.map_or("", |columns| id(columns, at)),
        }
    }
}

/// The id of a line as it is compared, else its serial number.
#[must_use]
pub fn id(columns: &RecordColumns, line: usize) -> &str {
    match columns.native_id.compared(line) {
        "" => columns.serial.compared(line),
        id => id,
    }
}

/// How the devices of an earlier run are numbered together with those that it remembers.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// Devices of the run itself.
    own: u32,
}

impl Numbers {
    /// The number of a device of the run itself.
    #[must_use]
    pub const fn of_run(device: DeviceId) -> EarlierId {
        EarlierId::new(device.number())
    }

    /// The number of one that it remembers.
    #[must_use]
    pub fn remembered(self, device: PastId) -> EarlierId {
        EarlierId::new(self.own).after(device.index())
    }

    /// The number of one that is either; there is one.
    pub(super) fn of(self, device: DeviceId, past: PastId) -> EarlierId {
        device.some().map_or_else(|| self.remembered(past), Self::of_run)
    }

    /// What has a number.
    pub(super) fn place(self, device: EarlierId) -> Place {
        match device.number().checked_sub(self.own) {
            None => Place::OfRun(DeviceId::new(device.number())),
            Some(past) => Place::Remembered(PastId::new(past)),
        }
    }
}

/// A device of an earlier run.
pub(super) enum Place {
    OfRun(DeviceId),
    Remembered(PastId),
}

/// The devices of an earlier run and those that it remembers, by one number.
#[derive(Clone, Copy)]
pub(super) struct Earlier<'a> {
    pub side: Side<'a>,
    pub past: &'a Past,
}

impl<'a> Earlier<'a> {
    pub(super) fn numbers(&self) -> Numbers {
        Numbers { own: self.side.devices.key.count() }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.numbers().remembered(PastId::new(self.past.key.count())).number()
    }

    /// Whether a device is one of the run itself.
    pub(super) fn is_own(&self, device: EarlierId) -> bool {
        matches!(self.numbers().place(device), Place::OfRun(_))
    }

    fn at<T>(
        &self,
        device: EarlierId,
        own: impl Fn(&'a DeviceTable, DeviceId) -> T,
        past: impl Fn(&'a Past, PastId) -> T,
    ) -> T {
        match self.numbers().place(device) {
            Place::OfRun(device) => own(self.side.devices, device),
            Place::Remembered(device) => past(self.past, device),
        }
    }

    pub(super) fn key(&self, device: EarlierId) -> &'a str {
        self.at(device, |own, at| own.key.get(at).as_str(), |past, at| past.key.get(at))
    }

    pub(super) fn name(&self, device: EarlierId) -> &'a str {
        self.at(device, |own, at| own.name.get(at), |past, at| past.name.get(at))
    }

    pub(super) fn serial(&self, device: EarlierId) -> &'a str {
        self.at(device, |own, at| own.serial.compared(at), |past, at| past.serial.get(at))
    }

    pub(super) fn serial_written(&self, device: EarlierId) -> &'a str {
        self.at(device, |own, at| own.serial.get(at), |past, at| past.serial_written.get(at))
    }

    pub(super) fn entra(&self, device: EarlierId) -> &'a str {
        self.at(device, |own, at| own.entra_device_id.compared(at), |past, at| past.entra.get(at))
    }

    /// The platform of a device of the run itself: of one that it remembers that is not kept.
    pub(super) fn platform(&self, device: EarlierId) -> Option<&'a Platform> {
        self.at(device, |own, at| Some(own.platform.get(at)), |_, _| None)
    }

    /// Whether an earlier run had proved that it is gone.
    pub(super) fn was_gone(&self, device: EarlierId) -> bool {
        self.at(device, |_, _| false, |past, at| *past.gone.get(at))
    }

    /// Slugs of the consoles that had it.
    pub(super) fn consoles(&self, device: EarlierId) -> Vec<&'a str> {
        self.at(
            device,
            |own, at| own.consoles_of(at).map(crate::console::Console::as_str).collect(),
            |past, at| past.objects_of(at).map(|(console, ..)| console).collect(),
        )
    }
}

/// Whether two platforms can be those of one device.
pub(super) fn fit(a: Option<&Platform>, b: Option<&Platform>) -> bool {
    a == b || [a, b].contains(&Some(&Platform::Other)) || a.is_none() || b.is_none()
}
