//! One console's records as conditions see them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use polars::prelude::{BooleanChunked, ChunkFull, Column, DataFrame, DataType, Expr, IntoColumn, TimeUnit};
use rayon::prelude::*;

use super::devices::Devices;
use crate::console::{Console, MOST};
use crate::frame::by_device::{newest, scatter};
use crate::frame::{Lines, make};
use crate::identity::{ConsoleRecords, RecordStore, Threshold};
use crate::ids::{ByDevice, DeviceId, ExportId};
use crate::language::{OPEN, RECORD_EXTRAS, first_line, mask, roots};
use crate::schema::record_field;
use crate::time::Millis;

/// Lines that a condition is asked of at once: enough that the engine's own work does not count, few enough that their columns
/// stay near.
const AT_ONCE: usize = 1 << 17;

/// What conditions over records read beside the columns of the list, and what takes a look at devices to make.
#[derive(Clone, Copy, Debug)]
enum Extra {
    Live,
    Pointed,
    Newest,
}

impl Extra {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "live" => Some(Self::Live),
            "pointed" => Some(Self::Pointed),
            "newest" => Some(Self::Newest),
            _ => None,
        }
    }
}

/// Those columns, for all records of each console, and the lines that count: many rules read them.
#[derive(Debug, Default)]
pub(super) struct Extras {
    columns: [ByConsole<Column>; 3],
    lines: ByConsole<Vec<u32>>,
}

type ByConsole<T> = [OnceLock<T>; MOST];

impl Extras {
    /// The column, made by the first who asks.
    fn get(&self, extra: Extra, console: Console, make: impl FnOnce() -> Column) -> Column {
        let slot = self.columns.get(extra as usize).and_then(|slots| slots.get(console.index()));
        match slot {
            Some(slot) => slot.get_or_init(make).clone(),
            None => make(),
        }
    }
}

/// The records of a console, and the device of each.
pub(crate) struct View<'a> {
    pub console_records: &'a ConsoleRecords,
    pub device_of: &'a [DeviceId],
    pub devices: &'a Devices,
    pub store: &'a RecordStore,
}

impl<'a> View<'a> {
    /// The records of a console, if there are any.
    pub(crate) fn of(store: &'a RecordStore, devices: &'a Devices, console: Console) -> Option<Self> {
        let at = store.by_console.iter().position(|s| s.console == console)?;
        Some(Self { console_records: store.by_console.get(at)?, device_of: devices.device_of(at), devices, store })
    }

    pub(crate) fn device(&self, line: u32) -> DeviceId {
        self.device_of.get(line as usize).copied().unwrap_or(DeviceId::NONE)
    }

    /// The device of each of some lines.
    pub(super) fn devices_of(&self, lines: &[u32]) -> impl Iterator<Item = DeviceId> {
        lines.iter().map(|line| self.device(*line))
    }

    pub(crate) fn is_live(&self, line: u32) -> bool {
        self.devices.live_line(self.console_records.console, self.device(line)) == Some(line)
    }

    /// A table of the columns that conditions read, with a line for each of `lines`.
    pub(crate) fn table(&self, names: &[String], lines: &[u32]) -> Result<DataFrame, String> {
        let some = Lines::of(lines);
        let mut columns: Vec<Column> = Vec::new();
        for name in names {
            if record_field(name).is_some() {
                let column = self.console_records.values(name).column_of(name, some).map_err(|e| e.to_string())?;
                columns.push(if column.dtype() == &DataType::Int64 { as_time(&column)? } else { column });
            } else if let Some(column) = name.strip_suffix(OPEN) {
                columns.push(self.open(name, column, lines));
            } else if let Some(extra) = Extra::parse(name) {
                columns.push(some.take(&self.shared(extra)).map_err(|e| e.to_string())?);
            } else if RECORD_EXTRAS.iter().any(|(own, ..)| own == name) {
                columns.push(self.extra(name, lines));
            }
        }
        DataFrame::new(lines.len(), columns).map_err(|e| first_line(&e))
    }

    /// A column of all records of the console that many conditions read; made once.
    fn shared(&self, extra: Extra) -> Column {
        let lines = || 0..u32::try_from(self.console_records.height()).unwrap_or_default();
        let make = || match extra {
            Extra::Live => make::flags("live", lines().map(|line| Some(self.is_live(line)))),
            Extra::Pointed => self.pointed("pointed", lines()),
            Extra::Newest => {
                let newest = self.newest("last_seen");
                let of = |device: &DeviceId| if device.is_some() { *newest.get(*device) } else { None };
                make::times("newest", self.device_of.iter().map(of))
            }
        };
        self.devices.extras().get(extra, self.console_records.console, make)
    }

    fn extra(&self, name: &str, lines: &[u32]) -> Column {
        let threshold = |threshold: Threshold| {
            make::counts(name, self.devices_of(lines).map(|device| Some(self.devices.days(threshold, device))))
        };
        let as_of = self.devices.as_of.at();
        match name {
            "days" => {
                let seen = self.console_records.times("last_seen");
                make::ages(name, as_of, lines.iter().map(|line| seen?.get(*line as usize).map(Millis::new)))
            }
            "as_of" => make::times(name, std::iter::repeat_n(Some(as_of), lines.len())),
            other => threshold(other.strip_suffix("_days").and_then(Threshold::parse).unwrap_or(Threshold::Inactive)),
        }
    }

    /// Whether the newest record of the console that points at records of this one names it, as Intune's does with Entra ID.
    /// Without a list of that console nobody knows; where there is no such console, none is pointed at.
    fn pointed(&self, name: &str, lines: impl Iterator<Item = u32>) -> Column {
        let pointer = self.store.registry.pointer_to(self.console_records.console);
        let from = pointer.and_then(|pointer| self.store.of(pointer.from));
        let ids = pointer.and_then(|pointer| self.console_records.text(pointer.target));
        let one = |line: u32| {
            let Some(pointer) = pointer else { return Some(false) };
            from?;
            let named = self.devices.named_by(pointer, from, self.device(line));
            Some(named.is_some() && named == ids.and_then(|ids| ids.get(line as usize)))
        };
        make::flags(name, lines.map(one))
    }

    /// Lines that count: a further row of an object, and a key of a device that nobody knows, do not.
    pub(crate) fn lines(&self) -> Cow<'a, [u32]> {
        let count = || (0_u32..).zip(self.device_of).filter(|(_, device)| device.is_some()).map(|(line, _)| line);
        match self.devices.extras().lines.get(self.console_records.console.index()) {
            Some(slot) => Cow::Borrowed(slot.get_or_init(|| count().collect())),
            None => Cow::Owned(count().collect()),
        }
    }

    /// Truth of a condition a line. It is asked of some lines at a time, so that no column of a million texts is made for it.
    pub(crate) fn truth(&self, condition: &Expr, lines: &[u32]) -> Result<Vec<Option<bool>>, String> {
        let names = roots(condition);
        let some = |lines: &[u32]| Ok(mask(&self.table(&names, lines)?, condition)?.iter().collect());
        let truth: Vec<Vec<Option<bool>>> = lines.par_chunks(AT_ONCE).map(some).collect::<Result<_, String>>()?;
        // A condition that the engine cannot evaluate is refused of no lines as well.
        if lines.is_empty() { some(lines) } else { Ok(truth.concat()) }
    }

    /// Lines whose export does not have a column, or whose cell could not be read.
    fn open(&self, name: &str, column: &str, lines: &[u32]) -> Column {
        let lacking: HashSet<ExportId> = self.store.lacking(self.console_records.console, column).collect();
        let exports = self.console_records.numbers("export").filter(|_| !lacking.is_empty());
        let unread = self.console_records.flags(&format!("{column}_unread"));
        if exports.is_none() && unread.is_none() {
            return BooleanChunked::full(name.into(), false, lines.len()).into_column();
        }
        let cells = self.console_records.table.get(column);
        let one = |line: &u32| {
            let line = *line as usize;
            let open = exports.and_then(|e| e.get(line)).is_some_and(|export| lacking.contains(&ExportId::new(export)))
                || unread.is_some_and(|u| u.get(line) == Some(true));
            // Another list of the console may have filled it in.
            Some(open && !cells.is_some_and(|cells| cells.has(line)))
        };
        make::flags(name, lines.iter().map(one))
    }

    /// Newest time of each device.
    pub(super) fn newest(&self, column: &str) -> ByDevice<Option<Millis>> {
        let mut out = ByDevice::filled(None, self.devices.count);
        if let Some(times) = self.console_records.times(column) {
            newest(&mut out, self.device_of.iter().copied(), times.iter());
        }
        out
    }

    /// The same, of the lines whose filter holds; unknown where it is open whether one counts.
    pub(super) fn newest_among(
        &self,
        column: &str,
        lines: &[u32],
        filter: &[Option<bool>],
    ) -> ByDevice<Option<Millis>> {
        let mut out = ByDevice::filled(None, self.devices.count);
        let Some(times) = self.console_records.times(column) else { return out };
        let time = |(line, counts): (&u32, &Option<bool>)| times.get(*line as usize).filter(|_| *counts == Some(true));
        newest(&mut out, self.devices_of(lines), lines.iter().zip(filter).map(time));
        let open = self.devices_of(lines).zip(filter).filter(|(_, counts)| counts.is_none()).map(|(device, _)| device);
        scatter(&mut out, open, std::iter::repeat(()), |slot, ()| *slot = None);
        out
    }
}

fn as_time(column: &Column) -> Result<Column, String> {
    column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).map_err(|e| first_line(&e))
}
