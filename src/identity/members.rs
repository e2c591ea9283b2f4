//! Devices as their records make them: which records each has, and what follows from these alone. What follows from records
//! that a device lacks is said by coverage.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::{Column, IdxCa, IntoColumn, NewChunkedArray, StaticArray, StringChunkedBuilder};
use polars_arrow::array::PrimitiveArray;

use super::activity::{AsOf, Threshold, Thresholds};
use super::handles::Handles;
use super::links::Links;
use super::markers::{Marker, Markers, Marks};
use super::record_store::{ConsoleRecords, RecordStore};
use super::several_rows::SeveralRows;
use super::weak_evidence::{self, WeakEvidence};
use crate::console::{Console, Registry};
use crate::error::Result;
use crate::frame::by_device::scatter;
use crate::frame::{Strings, internal};
use crate::ids::{ByDevice, DeviceId, Number as _, RecordId};
use crate::schema::{Activity, Platform};
use crate::time::Millis;

/// Columns of dates that are signs of activity. The first is the console's own; what another one saw and the row repeats counts
/// for the device, and tells nothing of which record of the console is the newest.
pub(crate) const SIGNS: &[&str] = &["last_seen", "mail_synced"];

/// The devices, by their records.
#[derive(Debug)]
pub struct Members {
    /// Number of devices.
    pub count: u32,
    /// The time at which they are judged.
    pub as_of: AsOf,
    pub(crate) registry: &'static Registry,
    pub(crate) thresholds: Thresholds,
    /// Per console: the device of each record; none for a further row of an object, which counts once.
    pub(crate) device_of: Vec<Vec<DeviceId>>,
    /// Per console: the live record of each device, as a line of the records of a console.
    pub(crate) live: Vec<(Console, IdxCa)>,
    pub(crate) platform: ByDevice<Platform>,
    /// Consoles that hold each device, as bits of [`Console::index`].
    pub(crate) consoles: ByDevice<u32>,
    pub(crate) newest: ByDevice<Sign>,
    /// Identifiers by which each device can be joined.
    pub(crate) handles: ByDevice<Handles>,
    /// What the configuration says of devices.
    pub(crate) marks: Marks,
    /// What rests on a weak link, for the devices where something does.
    pub(crate) weak: BTreeMap<DeviceId, WeakEvidence>,
    /// Objects that have several rows in one list.
    pub(crate) several_rows: SeveralRows,
}

/// The newest activity of a device, and the number of the console that saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sign {
    time: i64,
    console: u8,
}

/// No time known.
const NEVER: i64 = i64::MIN;

impl Sign {
    const NONE: Self = Self { time: NEVER, console: u8::MAX };

    /// When it was.
    pub(crate) fn time(self) -> Option<Millis> {
        (self.time != NEVER).then_some(Millis::new(self.time))
    }

    /// The console that saw it, by its number.
    pub(crate) const fn console(self) -> usize {
        self.console as usize
    }
}

impl Members {
    /// Gathers what the records of each device say.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn new(
        store: &RecordStore,
        links: &Links,
        as_of: AsOf,
        thresholds: Thresholds,
        markers: &Markers,
    ) -> Result<Self> {
        let count = links.devices;
        let device_of = device_of(store, links);
        let apart = || rayon::join(|| consoles(store, &device_of, count), || SeveralRows::new(store, links));
        let ((live, (consoles, several_rows)), (newest, handles)) = rayon::join(
            || rayon::join(|| super::live::live_records(store, &device_of, count), apart),
            || {
                let handles = || Handles::of_devices(store, links, &device_of, count);
                rayon::join(|| newest(store, &device_of, count), handles)
            },
        );
        let mut members = Self {
            count,
            as_of,
            registry: store.registry,
            thresholds,
            live: live.into_iter().map(|(c, l)| (c, to_index(&l))).collect(),
            platform: ByDevice::filled(Platform::Other, count),
            consoles,
            newest,
            handles,
            device_of,
            marks: Marks::default(),
            weak: BTreeMap::new(),
            several_rows,
        };
        let platforms = members.merged(store, "platform", DeviceId::all(count))?;
        for (slot, word) in members.platform.iter_mut().zip(platforms.str().map_err(internal)?.iter()) {
            *slot = word.and_then(Platform::parse).unwrap_or(Platform::Other);
        }
        members.marks = Marks::new(markers, store, &members);
        members.weak = weak_evidence::gather(store, links, &members);
        Ok(members)
    }

    /// The console that saw each device last, by its number; a number that no console has for none.
    pub fn last_consoles(&self) -> impl Iterator<Item = u8> {
        self.newest.iter().map(|sign| sign.console)
    }

    /// The device of each line of a console's records; none for a further row of an object.
    #[must_use]
    pub fn device_of(&self, console_records: usize) -> &[DeviceId] {
        self.device_of.get(console_records).map_or(&[], Vec::as_slice)
    }

    /// The live record of a device in a console, as a line of its records there; none of no device.
    #[must_use]
    pub fn live_line(&self, console: Console, device: impl Into<DeviceId>) -> Option<u32> {
        let device = device.into();
        if !device.is_some() {
            return None;
        }
        self.live.iter().find(|(c, _)| *c == console)?.1.get(device.index())
    }

    /// The live record of a device in a console; none of no device.
    #[must_use]
    pub fn live_record(&self, console_records: &ConsoleRecords, device: impl Into<DeviceId>) -> Option<RecordId> {
        let line = self.live_line(console_records.console, device)?;
        Some(console_records.record(line as usize))
    }

    /// Platform of each device.
    #[must_use]
    pub fn platforms(&self) -> &[Platform] {
        self.platform.as_slice()
    }

    /// Whether a record of the device has an Entra device id.
    #[must_use]
    pub fn has_entra_id(&self, device: DeviceId) -> bool {
        self.handles.get(device).entra
    }

    /// Consoles that hold each device, as bits of [`Console::index`].
    #[must_use]
    pub fn consoles(&self) -> &[u32] {
        self.consoles.as_slice()
    }

    /// Whether a console holds a device.
    #[must_use]
    pub fn is_held(&self, device: DeviceId, console: Console) -> bool {
        self.consoles.get(device) & console.bit() != 0
    }

    /// Whether a device is in use at the as-of time.
    #[must_use]
    pub fn is_in_use(&self, device: DeviceId) -> bool {
        self.activity_at(device, self.newest.get(device).time()) == Activity::Active
    }

    /// Newest activity of each device.
    pub fn last_activity(&self) -> impl Iterator<Item = Option<Millis>> {
        self.newest.iter().map(|sign| sign.time())
    }

    /// Activity of each device at the as-of time.
    pub fn activities(&self) -> impl Iterator<Item = Activity> {
        DeviceId::all(self.count).zip(self.last_activity()).map(|(device, last)| self.activity_at(device, last))
    }

    /// Activity of a device whose newest activity is this.
    #[must_use]
    pub fn activity_at(&self, device: impl Into<DeviceId>, last: Option<impl Into<Millis>>) -> Activity {
        let Some(last) = last else { return Activity::Unknown };
        let days = i64::from(self.days(Threshold::Inactive, device));
        if self.as_of.at().days_since(last.into()) > days { Activity::Stale } else { Activity::Active }
    }

    /// Days of a threshold for a device; for no device as for one of an unknown platform.
    #[must_use]
    pub fn days(&self, threshold: Threshold, device: impl Into<DeviceId>) -> u32 {
        let device = device.into();
        let platform = if device.is_some() { *self.platform.get(device) } else { Platform::Other };
        if device.is_some() && self.marks.has(Marker::Vdi, device) {
            self.thresholds.vdi(threshold).unwrap_or_else(|| self.thresholds.days(threshold, platform))
        } else {
            self.thresholds.days(threshold, platform)
        }
    }

    /// Whether a marker fits a device.
    #[must_use]
    pub fn is_marked(&self, marker: Marker, device: impl Into<DeviceId>) -> bool {
        self.marks.has(marker, device.into())
    }

    /// For each of some devices the value of the console that knows best.
    pub(crate) fn merged(
        &self,
        store: &RecordStore,
        name: &str,
        devices: impl ExactSizeIterator<Item = DeviceId>,
    ) -> Result<Column> {
        let Some(order) = store.registry.sources_of(name) else {
            return Err(internal(format!("no column `{name}`")));
        };
        let sources: Vec<(&Strings, Cow<'_, IdxCa>)> = order
            .iter()
            .filter_map(|console| {
                let cells = store.of(*console)?.text(name)?;
                let live = &self.live.iter().find(|(c, _)| c == console)?.1;
                Some((cells, live.rechunk()))
            })
            .collect();
        // In one piece each, so that nobody looks for the piece of a cell.
        let sources: Vec<(&Strings, &PrimitiveArray<u32>)> =
            sources.iter().map(|(cells, live)| (*cells, live.downcast_as_array())).collect();
        let mut out = StringChunkedBuilder::new(name.into(), devices.len());
        for device in devices {
            let value = sources
                .iter()
                .filter_map(|(cells, live)| cells.get(live.get(device.index())? as usize))
                .find(|word| *word != "unknown");
            out.append_option(value);
        }
        Ok(out.finish().into_column())
    }
}

/// Per console: the device of each record.
fn device_of(store: &RecordStore, links: &Links) -> Vec<Vec<DeviceId>> {
    let of_shelf = |console_records: &ConsoleRecords| {
        let span = console_records.span();
        let (own, repeat) = (links.device.within(&span), links.repeat.within(&span));
        let one = |(device, repeat): (&DeviceId, &bool)| if *repeat { DeviceId::NONE } else { *device };
        own.iter().zip(repeat).map(one).collect()
    };
    store.by_console.iter().map(of_shelf).collect()
}

fn consoles(store: &RecordStore, device_of: &[Vec<DeviceId>], count: u32) -> ByDevice<u32> {
    let mut consoles = ByDevice::filled(0, count);
    for (console_records, device_of) in store.by_console.iter().zip(device_of) {
        let bits = std::iter::repeat(console_records.console.bit());
        scatter(&mut consoles, device_of.iter().copied(), bits, |slot, bit| *slot |= bit);
    }
    consoles
}

fn newest(store: &RecordStore, device_of: &[Vec<DeviceId>], count: u32) -> ByDevice<Sign> {
    let mut newest = ByDevice::filled(Sign::NONE, count);
    let signals =
        store.by_console.iter().zip(device_of).filter(|(console_records, _)| console_records.console.gives_signals());
    for (console_records, device_of) in signals {
        let console = u8::try_from(console_records.console.index()).unwrap_or(u8::MAX);
        for times in SIGNS.iter().filter_map(|column| console_records.times(column)) {
            scatter(&mut newest, device_of.iter().copied(), times.iter(), |slot, time| {
                if let Some(time) = time.filter(|time| *time > slot.time) {
                    *slot = Sign { time, console };
                }
            });
        }
    }
    newest
}

fn to_index(lines: &[u32]) -> IdxCa {
    IdxCa::from_iter_options("".into(), lines.iter().map(|line| line.some()))
}
