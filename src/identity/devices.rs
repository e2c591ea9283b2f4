//! The device table: one line a device, its columns made when a stage asks for them.

use std::collections::BTreeMap;

use polars::prelude::{IdxCa, NewChunkedArray};

use super::absence::{Keys, Strays, Unread};
use super::activity::{AsOf, Threshold, Thresholds};
use super::links::Links;
use super::markers::{Marker, Markers, Marks};
use super::reliance::{self, Reliance};
use super::shelves::{NONE, Shelves};
use crate::console::{Console, Registry};
use crate::error::Result;
use crate::formats::normalise_internal as internal;
use crate::schema::{Activity, Identity, Platform};
use crate::time::DAY;

/// Columns of dates that are signs of life. The first is the console's own; what another one saw and the row repeats counts
/// for the device, and tells nothing of which record of the console is the newest.
pub(super) const SIGNS: &[&str] = &["last_seen", "mail_synced"];

/// The devices.
#[derive(Debug)]
pub struct Devices {
    /// Number of devices.
    pub count: u32,
    /// The time at which they are judged.
    pub as_of: AsOf,
    pub(super) registry: &'static Registry,
    pub(super) thresholds: Thresholds,
    /// Per shelf: the device of each record; [`NONE`] for a further row of an object, which counts once.
    pub(super) device_of: Vec<Vec<u32>>,
    /// Per shelf: the live record of each device, as a line of the shelf.
    pub(super) live: Vec<(Console, IdxCa)>,
    pub(super) platform: Vec<Platform>,
    pub(super) consoles: Vec<u32>,
    last_activity: Vec<i64>,
    pub(super) last_console: Vec<u8>,
    pub(super) identity: Vec<Identity>,
    pub(super) linkable: Vec<bool>,
    /// Identifiers by which each device can be joined.
    pub(super) keys: Vec<Keys>,
    /// Whether a console says that the device is hybrid joined.
    pub(super) hybrid: Vec<bool>,
    /// Whether an AD list could hold the computer of each device; empty without a list.
    pub(super) ad_covered: Vec<bool>,
    /// Records that lack an identifier which others join by.
    pub(super) strays: Strays,
    /// Records with an identifier that could not be read.
    pub(super) unread: Unread,
    /// Consoles from whose lack of a record nothing follows, as bits of [`Console::index`].
    pub(super) unproven: u32,
    /// Consoles a damaged row of which names the device, as bits of [`Console::index`].
    pub(super) torn: Vec<u32>,
    /// What the configuration says of devices.
    pub(super) marks: Marks,
    /// What rests on a weak link, for the devices where something does.
    pub(super) weak: BTreeMap<u32, Reliance>,
}

/// No time known.
const NEVER: i64 = i64::MIN;

impl Devices {
    /// Gathers what every later stage needs; the rest is made on demand.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn new(
        shelves: &Shelves,
        links: &Links,
        as_of: AsOf,
        thresholds: Thresholds,
        markers: &Markers,
    ) -> Result<Self> {
        let count = links.devices as usize;
        let device_of: Vec<Vec<u32>> = shelves
            .shelves
            .iter()
            .map(|s| {
                let range = s.offset as usize..s.offset as usize + s.height();
                let own = links.device.get(range.clone()).unwrap_or_default();
                let repeat = links.repeat.get(range).unwrap_or_default();
                own.iter().zip(repeat).map(|(device, repeat)| if *repeat { NONE } else { *device }).collect()
            })
            .collect();
        let live = super::live::live_records(shelves, &device_of, count);
        let mut consoles = vec![0_u32; count];
        let mut last_activity = vec![NEVER; count];
        let mut last_console = vec![u8::MAX; count];
        for (shelf, device_of) in shelves.shelves.iter().zip(&device_of) {
            let (index, bit) = (shelf.console.index(), shelf.console.bit());
            for device in device_of {
                if let Some(slot) = consoles.get_mut(*device as usize) {
                    *slot |= bit;
                }
            }
            let signs = SIGNS.iter().filter(|_| shelf.console.gives_signals());
            for times in signs.filter_map(|column| shelf.times(column)) {
                for (device, time) in device_of.iter().zip(times.iter()) {
                    let (at, Some(time)) = (*device as usize, time) else { continue };
                    if let (Some(last), Some(console)) = (last_activity.get_mut(at), last_console.get_mut(at))
                        && time > *last
                    {
                        *last = time;
                        *console = u8::try_from(index).unwrap_or(u8::MAX);
                    }
                }
            }
        }
        let identity = (0..count).map(|d| identity_of(links, d)).collect();
        let mut devices = Self {
            count: links.devices,
            as_of,
            registry: shelves.registry,
            thresholds,
            live: live.into_iter().map(|(c, l)| (c, to_index(&l))).collect(),
            device_of,
            platform: vec![Platform::Other; count],
            consoles,
            last_activity,
            last_console,
            identity,
            linkable: Vec::new(),
            keys: Vec::new(),
            hybrid: Vec::new(),
            ad_covered: Vec::new(),
            strays: Strays::default(),
            unread: Unread::default(),
            unproven: 0,
            torn: Vec::new(),
            marks: Marks::default(),
            weak: BTreeMap::new(),
        };
        let platforms = devices.merged(shelves, "platform")?;
        for (slot, word) in devices.platform.iter_mut().zip(platforms.str().map_err(internal)?.iter()) {
            *slot = word.and_then(Platform::parse).unwrap_or(Platform::Other);
        }
        devices.marks = Marks::new(markers, shelves, &devices);
        devices.weak = reliance::gather(shelves, links, &devices);
        devices.prove_absence(shelves, links)?;
        devices.ad_covered = devices.ad_coverage(shelves);
        Ok(devices)
    }

    /// Notes devices whose records may not belong together after all: a person must look at them.
    pub fn doubt(&mut self, devices: &[u32]) {
        for device in devices {
            if let Some(slot) = self.identity.get_mut(*device as usize) {
                *slot = Identity::Conflict;
            }
        }
    }

    /// The console that saw each device last, by its number; a number that no console has for none.
    #[must_use]
    pub fn last_consoles(&self) -> &[u8] {
        &self.last_console
    }

    /// The device of each line of a shelf; [`NONE`] for a further row of an object.
    #[must_use]
    pub fn device_of(&self, shelf: usize) -> &[u32] {
        self.device_of.get(shelf).map_or(&[], Vec::as_slice)
    }

    /// The live record of a device in a console, as a line of its shelf.
    #[must_use]
    pub fn live_line(&self, console: Console, device: u32) -> Option<u32> {
        self.live.iter().find(|(c, _)| *c == console)?.1.get(device as usize)
    }

    /// Platform of each device.
    #[must_use]
    pub fn platforms(&self) -> &[Platform] {
        &self.platform
    }

    /// Identity of each device.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        &self.identity
    }

    /// Whether a record of the device has an Entra device id.
    #[must_use]
    pub fn has_entra_id(&self, device: usize) -> bool {
        self.keys.get(device).is_some_and(|keys| keys.entra)
    }

    /// Consoles that hold each device, as bits of [`Console::index`].
    #[must_use]
    pub fn consoles(&self) -> &[u32] {
        &self.consoles
    }

    /// Newest sign of life of each device in UTC milliseconds.
    pub fn last_activity(&self) -> impl Iterator<Item = Option<i64>> {
        self.last_activity.iter().map(|t| (*t != NEVER).then_some(*t))
    }

    /// Activity of each device at the as-of time.
    pub fn activities(&self) -> impl Iterator<Item = Activity> {
        (0_u32..).zip(self.last_activity()).map(|(device, last)| self.activity_at(device, last))
    }

    /// Activity of a device whose newest sign of life is this.
    #[must_use]
    pub fn activity_at(&self, device: u32, last: Option<i64>) -> Activity {
        let Some(last) = last else { return Activity::Unknown };
        let days = i64::from(self.days(Threshold::Inactive, device as usize));
        if self.as_of.millis.saturating_sub(last) > days * DAY { Activity::Stale } else { Activity::Active }
    }

    /// Days of a threshold for a device.
    #[must_use]
    pub fn days(&self, threshold: Threshold, device: usize) -> u32 {
        let platform = self.platform.get(device).copied().unwrap_or(Platform::Other);
        if self.marks.has(Marker::Vdi, device) {
            self.thresholds.vdi(threshold).unwrap_or_else(|| self.thresholds.days(threshold, platform))
        } else {
            self.thresholds.days(threshold, platform)
        }
    }

    /// Whether a marker fits a device.
    #[must_use]
    pub fn is_marked(&self, marker: Marker, device: u32) -> bool {
        self.marks.has(marker, device as usize)
    }

    /// What of a device rests on a weak link, if anything does.
    pub(super) fn reliance(&self, device: u32) -> Option<&Reliance> {
        self.weak.get(&device)
    }
}

fn identity_of(links: &Links, device: usize) -> Identity {
    let get = |list: &[bool]| list.get(device).copied().unwrap_or(false);
    if get(&links.conflict) {
        Identity::Conflict
    } else if links.objects.get(device).is_none_or(|n| *n < 2) {
        if links.weak_objects.get(device).is_some_and(|n| *n > 0) { Identity::Weak } else { Identity::Single }
    } else if get(&links.exact) {
        Identity::Exact
    } else {
        Identity::Strong
    }
}

fn to_index(lines: &[u32]) -> IdxCa {
    IdxCa::from_iter_options("".into(), lines.iter().map(|l| (*l != NONE).then_some(*l)))
}
