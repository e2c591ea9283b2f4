//! Two runs as the comparison sees them: the objects of each console, and the devices that they belong to.
//!
//! The earlier run also has the devices that it remembers of runs before it. They count on from its own.

use super::join::Column;
use crate::console::Registry;
use crate::identity::NONE;
use crate::ids::{ByRecord, DeviceId};
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
    pub(super) const fn listed(&self) -> Listed<'a> {
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
    more: Vec<(&'a str, u32)>,
}

impl<'a> Objects<'a> {
    /// The same with the objects of remembered devices, which are numbered from `first`.
    pub(super) fn with(mut self, past: &'a Past, slug: &str, first: u32) -> Self {
        for (at, device) in (0..past.len()).zip(first..) {
            let own = past.objects_of(at).filter(|(console, ..)| *console == slug);
            self.more.extend(own.map(|(_, id, _)| (id, device)));
        }
        self
    }

    /// The device of a line, where there is one.
    pub(super) fn device(&self, line: u32) -> Option<u32> {
        let device = match self.device_of.get(line as usize) {
            Some(device) => device.number(),
            None => self.more.get(line as usize - self.device_of.len())?.1,
        };
        (device != NONE).then_some(device)
    }

    /// Whether a line is one of the run's own list.
    pub(super) const fn is_listed(&self, line: u32) -> bool {
        (line as usize) < self.device_of.len()
    }

    /// The id of a line as its console writes it.
    pub(super) fn written(&self, line: u32) -> &str {
        let (Some(columns), at) = (self.columns, line as usize) else { return "" };
        match columns.native_id.get(at) {
            "" => columns.serial.get(at),
            id => id,
        }
    }
}

/// The ids, as they are compared. A list without ids is one of serial numbers.
impl Column for Objects<'_> {
    fn lines(&self) -> usize {
        self.device_of.len() + self.more.len()
    }

    fn text(&self, line: u32) -> &str {
        let at = line as usize;
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

/// The devices of an earlier run and those that it remembers, by one number.
#[derive(Clone, Copy)]
pub(super) struct Earlier<'a> {
    pub side: Side<'a>,
    pub past: &'a Past,
}

impl<'a> Earlier<'a> {
    pub(super) const fn count(&self) -> usize {
        self.own() + self.past.len()
    }

    /// Devices of the run itself.
    pub(super) const fn own(&self) -> usize {
        self.side.devices.len()
    }

    fn at<T>(
        &self,
        device: usize,
        own: impl Fn(&'a DeviceTable, usize) -> T,
        past: impl Fn(&'a Past, usize) -> T,
    ) -> T {
        match device.checked_sub(self.own()) {
            None => own(self.side.devices, device),
            Some(at) => past(self.past, at),
        }
    }

    pub(super) fn key(&self, device: usize) -> &'a str {
        let text = |list: &'a [String], at: usize| list.get(at).map_or("", String::as_str);
        self.at(device, |own, at| text(&own.key, at), |past, at| text(&past.key, at))
    }

    pub(super) fn name(&self, device: usize) -> &'a str {
        self.at(device, |own, at| own.name.get(at), |past, at| past.name.get(at).map_or("", String::as_str))
    }

    pub(super) fn serial(&self, device: usize) -> &'a str {
        self.at(device, |own, at| own.serial.compared(at), |past, at| past.serial.get(at).map_or("", String::as_str))
    }

    pub(super) fn serial_written(&self, device: usize) -> &'a str {
        let past = |past: &'a Past, at: usize| past.serial_written.get(at).map_or("", String::as_str);
        self.at(device, |own, at| own.serial.get(at), past)
    }

    pub(super) fn entra(&self, device: usize) -> &'a str {
        let past = |past: &'a Past, at: usize| past.entra.get(at).map_or("", String::as_str);
        self.at(device, |own, at| own.entra_device_id.compared(at), past)
    }

    /// Whether an earlier run had proved that it is gone.
    pub(super) fn was_gone(&self, device: usize) -> bool {
        self.at(device, |_, _| false, |past, at| past.gone.get(at) == Some(&true))
    }

    /// Slugs of the consoles that had it.
    pub(super) fn consoles(&self, device: usize) -> Vec<&'a str> {
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
