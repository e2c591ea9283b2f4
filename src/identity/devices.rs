//! The device table: one line a device, its columns made when a stage asks for them.

use std::collections::BTreeMap;

use polars::prelude::{
    BooleanChunked, Column, DataType, Float64Chunked, IdxCa, Int64Chunked, IntoColumn, NewChunkedArray, StringChunked,
    StringChunkedBuilder, TimeUnit, UInt32Chunked,
};

use super::absence::{self, Strays};
use super::activity::{AsOf, DAY, Threshold, Thresholds};
use super::carried::{all_filled, any, counts, newest};
use super::links::Links;
use super::reliance::{self, Reliance};
use super::shelves::{NONE, Shelves};
use crate::error::Result;
use crate::formats::normalise_internal as internal;
use crate::schema::{Activity, CARRIED, Carried, Console, From, Identity, JoinType, Kind, Ownership, Platform};

/// Consoles whose dates are signs of life.
pub(super) const SIGNALS: &[Console] =
    &[Console::Intune, Console::Entra, Console::Defender, Console::Chrome, Console::GoogleMobile, Console::Ad];

/// Which console knows a field best, for the merged view. The first that says something wins.
pub(super) const PRECEDENCE: &[(&str, &[Console])] = &[
    (
        "name",
        &[
            Console::Intune,
            Console::Entra,
            Console::Defender,
            Console::Ad,
            Console::Chrome,
            Console::GoogleMobile,
            Console::Autopilot,
        ],
    ),
    (
        "serial",
        &[Console::Intune, Console::Autopilot, Console::Abm, Console::Ade, Console::Chrome, Console::GoogleMobile],
    ),
    (
        "platform",
        &[
            Console::Intune,
            Console::Entra,
            Console::Defender,
            Console::Abm,
            Console::Ade,
            Console::Chrome,
            Console::GoogleMobile,
            Console::Autopilot,
            Console::Ad,
        ],
    ),
    (
        "manufacturer",
        &[
            Console::Intune,
            Console::Autopilot,
            Console::Abm,
            Console::Defender,
            Console::Chrome,
            Console::GoogleMobile,
            Console::Entra,
        ],
    ),
    (
        "model",
        &[
            Console::Intune,
            Console::Autopilot,
            Console::Abm,
            Console::Defender,
            Console::Chrome,
            Console::GoogleMobile,
            Console::Entra,
        ],
    ),
    (
        "ownership",
        &[Console::Intune, Console::Entra, Console::Chrome, Console::GoogleMobile, Console::Abm, Console::Autopilot],
    ),
    ("join_type", &[Console::Entra, Console::Intune]),
    ("primary_user", &[Console::Intune, Console::Entra, Console::Chrome, Console::GoogleMobile]),
];

/// The devices.
#[derive(Debug)]
pub struct Devices {
    /// Number of devices.
    pub count: u32,
    /// The time at which they are judged.
    pub as_of: AsOf,
    thresholds: Thresholds,
    /// Per shelf: the device of each record; [`NONE`] for a further row of an object, which counts once.
    device_of: Vec<Vec<u32>>,
    /// Per shelf: the live record of each device, as a line of the shelf.
    live: Vec<(Console, IdxCa)>,
    platform: Vec<Platform>,
    consoles: Vec<u16>,
    last_activity: Vec<i64>,
    last_console: Vec<u8>,
    identity: Vec<Identity>,
    linkable: Vec<bool>,
    intune_absent: Vec<Option<bool>>,
    /// Consoles a damaged row of which names the device, as bits of [`Console::index`].
    torn: Vec<u16>,
    /// What rests on a weak link, for the devices where something does.
    weak: BTreeMap<u32, Reliance>,
}

/// No time known.
const NEVER: i64 = i64::MIN;

impl Devices {
    /// Gathers what every later stage needs; the rest is made on demand.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn new(shelves: &Shelves, links: &Links, as_of: AsOf, thresholds: Thresholds) -> Result<Self> {
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
        let mut consoles = vec![0_u16; count];
        let mut last_activity = vec![NEVER; count];
        let mut last_console = vec![u8::MAX; count];
        for (shelf, device_of) in shelves.shelves.iter().zip(&device_of) {
            let index = shelf.console.index();
            let times = shelf.times("last_seen").filter(|_| SIGNALS.contains(&shelf.console));
            for (line, device) in device_of.iter().enumerate() {
                let at = *device as usize;
                if let Some(slot) = consoles.get_mut(at) {
                    *slot |= 1 << index;
                }
                let Some(time) = times.and_then(|t| t.get(line)) else { continue };
                if let (Some(last), Some(console)) = (last_activity.get_mut(at), last_console.get_mut(at))
                    && time > *last
                {
                    *last = time;
                    *console = u8::try_from(index).unwrap_or(u8::MAX);
                }
            }
        }
        let identity = (0..count).map(|d| identity_of(links, d)).collect();
        let mut devices = Self {
            count: links.devices,
            as_of,
            thresholds,
            live: live.into_iter().map(|(c, l)| (c, to_index(&l))).collect(),
            device_of,
            platform: vec![Platform::Other; count],
            consoles,
            last_activity,
            last_console,
            identity,
            linkable: Vec::new(),
            intune_absent: Vec::new(),
            torn: Vec::new(),
            weak: BTreeMap::new(),
        };
        let platforms = devices.merged(shelves, "platform")?;
        for (slot, word) in devices.platform.iter_mut().zip(platforms.str().map_err(internal)?.iter()) {
            *slot = word.and_then(Platform::parse).unwrap_or(Platform::Other);
        }
        devices.weak = reliance::gather(shelves, links, &devices);
        devices.prove_absence(shelves, links)?;
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

    /// Notes consoles whose exports lack records: what they know of a device that they do not list stays hidden.
    pub fn mark_incomplete(&mut self, consoles: &[Console]) {
        let bits: u16 = consoles.iter().filter(|c| SIGNALS.contains(c)).fold(0, |bits, c| bits | 1 << c.index());
        for (linkable, held) in self.linkable.iter_mut().zip(&self.consoles) {
            *linkable &= held & bits == bits;
        }
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

    /// Consoles that hold each device, as bits of [`Console::index`].
    #[must_use]
    pub fn consoles(&self) -> &[u16] {
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
        let platform = self.platform.get(device as usize).copied().unwrap_or(Platform::Other);
        let days = i64::from(self.thresholds.days(Threshold::Inactive, platform));
        if self.as_of.millis.saturating_sub(last) > days * DAY { Activity::Silent } else { Activity::Active }
    }

    /// What of a device rests on a weak link, if anything does.
    pub(super) fn reliance(&self, device: u32) -> Option<&Reliance> {
        self.weak.get(&device)
    }

    /// A column of the device table.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for a name that the dictionary lacks, or if the engine refuses a step.
    pub fn column(&self, shelves: &Shelves, links: &Links, name: &str) -> Result<Column> {
        if let Some(carried) = CARRIED.iter().find(|c| c.name == name) {
            return self.carried(shelves, carried);
        }
        let words =
            |words: Vec<Option<&str>>| StringChunked::from_iter_options(name.into(), words.into_iter()).into_column();
        let threshold = |threshold: Threshold| {
            let days: Vec<u32> = self.platform.iter().map(|p| self.thresholds.days(threshold, *p)).collect();
            UInt32Chunked::from_vec(name.into(), days).into_column()
        };
        Ok(match name {
            "device_key" => {
                StringChunked::from_iter_values(name.into(), links.key.iter().map(String::as_str)).into_column()
            }
            "consoles" => self.console_lists(),
            "last_activity" => time_column(name, self.last_activity())?,
            "last_activity_console" => {
                words(self.last_console.iter().map(|c| Console::ALL.get(*c as usize).map(|c| c.as_str())).collect())
            }
            "days_silent" => self.ages(name, self.last_activity()),
            "activity" => words(self.activities().map(|a| Some(a.as_str())).collect()),
            "identity" => words(self.identity.iter().map(|i| Some(i.as_str())).collect()),
            // Never false: what could not be joined is not known, so a rule that asks for it becomes unknown.
            "linkable" => {
                BooleanChunked::from_iter_options(name.into(), self.linkable.iter().map(|l| l.then_some(true)))
                    .into_column()
            }
            "intune_absent" => {
                BooleanChunked::from_iter_options(name.into(), self.intune_absent.iter().copied()).into_column()
            }
            "platform" => words(self.platform.iter().map(|p| Some(p.as_str())).collect()),
            "ownership" => self.known_word(shelves, name, Ownership::Unknown.as_str())?,
            "join_type" => self.known_word(shelves, name, JoinType::Unknown.as_str())?,
            "android_mode" => self.live_value(shelves, Console::Intune, "mode", name)?,
            "inactive_days" => threshold(Threshold::Inactive),
            "delete_days" => threshold(Threshold::Delete),
            "sensor_days" => threshold(Threshold::Sensor),
            "pending_days" => threshold(Threshold::Pending),
            "stock_days" => threshold(Threshold::Stock),
            "as_of" => time_column(name, std::iter::repeat_n(Some(self.as_of.millis), self.count as usize))?,
            _ => self.merged(shelves, name)?,
        })
    }

    /// The value of the console that knows best.
    fn merged(&self, shelves: &Shelves, name: &str) -> Result<Column> {
        let order = PRECEDENCE.iter().find(|(field, _)| *field == name).map(|(_, order)| *order);
        let Some(order) = order else { return Err(internal(format!("no column `{name}`"))) };
        let sources: Vec<(&StringChunked, &IdxCa)> = order
            .iter()
            .filter_map(|console| {
                let cells = shelves.of(*console)?.text(name)?;
                let live = &self.live.iter().find(|(c, _)| c == console)?.1;
                Some((cells, live))
            })
            .collect();
        let mut out = StringChunkedBuilder::new(name.into(), self.count as usize);
        for device in 0..self.count as usize {
            let value = sources
                .iter()
                .filter_map(|(cells, live)| cells.get(live.get(device)? as usize))
                .find(|word| *word != "unknown");
            out.append_option(value);
        }
        Ok(out.finish().into_column())
    }

    /// A merged word that is never null.
    fn known_word(&self, shelves: &Shelves, name: &str, otherwise: &str) -> Result<Column> {
        let column = self.merged(shelves, name)?;
        let words = column.str().map_err(internal)?;
        let filled = StringChunked::from_iter_values(name.into(), words.iter().map(|w| w.unwrap_or(otherwise)));
        Ok(filled.into_column())
    }

    fn console_lists(&self) -> Column {
        let list = |bits: u16| {
            let names: Vec<&str> =
                Console::ALL.iter().filter(|c| bits & (1 << c.index()) != 0).map(|c| c.as_str()).collect();
            names.join("|")
        };
        let mut known: std::collections::HashMap<u16, String> = std::collections::HashMap::new();
        let mut out = StringChunkedBuilder::new("consoles".into(), self.consoles.len());
        for bits in &self.consoles {
            out.append_value(known.entry(*bits).or_insert_with(|| list(*bits)));
        }
        out.finish().into_column()
    }

    fn ages(&self, name: &str, times: impl Iterator<Item = Option<i64>>) -> Column {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a few thousand years fit")]
        let days = |t: i64| self.as_of.millis.saturating_sub(t) as f64 / DAY as f64;
        Float64Chunked::from_iter_options(name.into(), times.map(|t| t.map(days))).into_column()
    }

    fn live_value(&self, shelves: &Shelves, console: Console, field: &str, name: &str) -> Result<Column> {
        let (Some(shelf), Some((_, live))) = (shelves.of(console), self.live.iter().find(|(c, _)| *c == console))
        else {
            return Ok(Column::full_null(name.into(), self.count as usize, &dtype(field)));
        };
        let mut column = shelf.column(field).take(live).map_err(internal)?;
        column.rename(name.into());
        if column.dtype() == &DataType::Int64 {
            column = column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).map_err(internal)?;
        }
        Ok(column)
    }

    fn carried(&self, shelves: &Shelves, carried: &Carried) -> Result<Column> {
        let name = carried.name;
        let count = self.count as usize;
        let at = shelves.shelves.iter().position(|s| s.console == carried.console);
        let shelf = at.and_then(|at| Some((shelves.shelves.get(at)?, self.device_of(at))));
        Ok(match carried.from {
            From::Live(field) => self.live_value(shelves, carried.console, field, name)?,
            From::Newest(field) => time_column(name, newest(shelf, field, count).into_iter())?,
            From::Age(field) => self.ages(name, newest(shelf, field, count).into_iter()),
            From::Count => counts(name, shelf, count, |_| Some(true)),
            From::CountOf(field, word) => {
                let cells = shelf.and_then(|(s, _)| s.text(field));
                counts(name, shelf, count, |line| {
                    cells.and_then(|c| c.get(line)).filter(|w| *w != "unknown").map(|w| w == word)
                })
            }
            From::Any(field, word) => {
                let flags = shelf.and_then(|(s, _)| s.flags(field));
                let cells = shelf.and_then(|(s, _)| s.text(field));
                // A blank cell in a text column that the export has says that there is none.
                any(name, shelf, count, |line| match (flags, cells) {
                    (Some(flags), _) => flags.get(line),
                    (_, Some(cells)) => Some(cells.get(line) == Some(word)),
                    _ => None,
                })
            }
            From::AllFilled(field) => {
                let column = shelf.map(|(s, _)| s.column(field).is_not_null());
                let known = shelf.is_some_and(|(s, _)| s.frame.column(field).is_ok());
                let empty = any(name, shelf, count, |line| {
                    // A damaged row of the device may be the one that is not filled.
                    let device = shelf.and_then(|(_, device_of)| device_of.get(line)).copied().unwrap_or(NONE);
                    let sure = known && !self.in_doubt(device as usize, carried.console);
                    sure.then(|| column.as_ref().is_some_and(|filled| filled.get(line) != Some(true)))
                });
                let filled = all_filled(name, &empty, &counts("n", shelf, count, |_| Some(true)))?;
                if shelves.left_out.contains(&(carried.console, field)) {
                    self.unknown_where_absent(&filled, carried.console)?
                } else {
                    filled
                }
            }
        })
    }

    /// Empties a column for devices that a list might have left out.
    fn unknown_where_absent(&self, column: &Column, console: Console) -> Result<Column> {
        let bit = 1_u16 << console.index();
        let flags = column.bool().map_err(internal)?;
        let known =
            flags.iter().zip(&self.consoles).zip(&self.platform).map(|((flag, held), platform)| {
                flag.filter(|_| held & bit != 0 || !absence::may_hold(console, *platform))
            });
        Ok(BooleanChunked::from_iter_options(column.name().clone(), known).into_column())
    }

    /// Whether a damaged row of a console names the device, so that its records there may be incomplete.
    fn in_doubt(&self, device: usize, console: Console) -> bool {
        self.torn.get(device).is_some_and(|consoles| consoles & (1 << console.index()) != 0)
    }

    /// Finds out what the lack of a record proves for each device.
    fn prove_absence(&mut self, shelves: &Shelves, links: &Links) -> Result<()> {
        let count = self.count as usize;
        let keys = absence::device_keys(shelves, &self.device_of, &links.guarded, count);
        let strays = Strays::new(shelves, SIGNALS, &links.guarded);
        let names = if strays.is_empty() { None } else { Some(self.merged(shelves, "name")?) };
        let names = names.as_ref().map(|c| c.str()).transpose().map_err(internal)?;
        let loaded: Vec<Console> = shelves.shelves.iter().map(|s| s.console).filter(|c| SIGNALS.contains(c)).collect();
        self.torn = absence::doubts(shelves, &self.device_of, count);
        let proven = |device: usize, console: Console| {
            let own = keys.get(device).copied().unwrap_or_default();
            let name = names.and_then(|n| n.get(device));
            absence::joinable(console, own) && !strays.may_be(console, name, own) && !self.in_doubt(device, console)
        };
        let held = |device: usize, console: Console| {
            self.consoles.get(device).is_some_and(|bits| bits & (1 << console.index()) != 0)
        };
        let platform = |device: usize| self.platform.get(device).copied().unwrap_or(Platform::Other);
        // `without`: consoles whose hold on the device does not count.
        let can_be_known = |device: usize, without: u16| {
            loaded.iter().all(|console| {
                let counts = without & (1 << console.index()) == 0;
                (counts && held(device, *console) && !self.in_doubt(device, *console))
                    || !absence::may_hold(*console, platform(device))
                    || proven(device, *console)
            })
        };
        let mut linkable: Vec<bool> = (0..count).map(|device| can_be_known(device, 0)).collect();
        let rests = |(device, reliance): (&u32, &Reliance)| {
            linkable.get(*device as usize) == Some(&true) && !can_be_known(*device as usize, reliance.consoles)
        };
        let rests: Vec<bool> = self.weak.iter().map(rests).collect();
        for (shelf, device_of) in shelves.shelves.iter().zip(&self.device_of) {
            let Some(unread) = shelf.flags("last_seen_unread") else { continue };
            for (device, unread) in device_of.iter().zip(unread.iter()) {
                if let Some(slot) = linkable.get_mut(*device as usize).filter(|_| unread == Some(true)) {
                    *slot = false;
                }
            }
        }
        let intune_absent = (0..count).map(|device| {
            if held(device, Console::Intune) { Some(false) } else { proven(device, Console::Intune).then_some(true) }
        });
        let intune_absent: Vec<Option<bool>> = intune_absent.collect();
        for (reliance, rests) in self.weak.values_mut().zip(rests) {
            reliance.linkable = rests;
        }
        self.linkable = linkable;
        self.intune_absent = intune_absent;
        Ok(())
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

fn dtype(field: &str) -> DataType {
    match crate::schema::record_field(field).map(|f| f.kind) {
        Some(Kind::Time) => DataType::Datetime(TimeUnit::Milliseconds, None),
        Some(Kind::Flag) => DataType::Boolean,
        _ => DataType::String,
    }
}

fn time_column(name: &str, times: impl Iterator<Item = Option<i64>>) -> Result<Column> {
    Int64Chunked::from_iter_options(name.into(), times)
        .into_column()
        .cast(&DataType::Datetime(TimeUnit::Milliseconds, None))
        .map_err(internal)
}
