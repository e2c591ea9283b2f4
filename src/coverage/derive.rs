//! Columns that are made of one console's records, of consoles and of rules alike.

use polars::prelude::{Column, DataType, IdxCa, NewChunkedArray, TimeUnit};

use super::devices::Devices;
use super::records::View;
use super::single::Which;
use crate::console::Console;
use crate::error::Result;
use crate::frame::by_device::{Said, count};
use crate::frame::{internal, make};
use crate::identity::{ConsoleRecords, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::language::{Derived, Formula, What, dtype};
use crate::schema::Kind;
use crate::time::Millis;

impl Devices {
    /// A column that is made of one console's records, one value a device.
    ///
    /// # Errors
    /// What the engine says of a condition that it cannot evaluate.
    pub(crate) fn derived(
        &self,
        store: &RecordStore,
        console: Console,
        name: &str,
        made: &Derived,
    ) -> Result<Column, String> {
        let view = View::of(store, self, console);
        Ok(match &made.what {
            What::Live(field) => self.live_value(store, console, field, name, Which::All).map_err(|e| e.to_string())?,
            What::LiveAge(field) => self.live_age(store, console, field, name).map_err(|e| e.to_string())?,
            What::Supplied => {
                let supplied = self.coverage().lists().is_supplied(console);
                make::flags(name, std::iter::repeat_n(Some(supplied), self.count as usize))
            }
            What::Rows => {
                let rows = |device| {
                    let held = self.is_held(device, console);
                    if held { self.several_rows.rows(console, device) } else { Some(0) }
                };
                make::counts(name, DeviceId::all(self.count).map(rows))
            }
            What::Absent => self.coverage().absent(self, console, name),
            What::Listed(field) => self.listed(store, console, field, name),
            What::Held(field, by) => self.shared_with(store, console, field, *by, name),
            What::AllFilled(field) => self.all_filled(view.as_ref(), console, field, name),
            What::Newest(_) | What::Days(_) if view.is_none() => {
                Column::full_null(name.into(), self.count as usize, &dtype(made.kind()))
            }
            What::Any(formula) => make::flags(name, Asked::new(self, view, made, Some(formula), false)?.said().any()),
            What::All(formula) => make::flags(name, Asked::new(self, view, made, Some(formula), true)?.said().all()),
            What::Count(None) if made.filter.is_none() => {
                let device_of = view.map_or(&[][..], |view| view.device_of);
                let all = std::iter::repeat(Some(true));
                make::counts(name, count(self.count, device_of.iter().copied(), all).iter().copied())
            }
            What::Count(formula) => {
                let asked = Asked::new(self, view, made, formula.as_ref(), false)?;
                make::counts(name, count(self.count, asked.device_of, asked.said).iter().copied())
            }
            What::Newest(field) => make::times(name, newest(view, made, field)?.iter().copied()),
            What::Days(field) => make::ages(name, self.as_of.at(), newest(view, made, field)?.iter().copied()),
        })
    }

    /// A column of the live record of devices in a console.
    pub(super) fn live_value(
        &self,
        store: &RecordStore,
        console: Console,
        field: &str,
        name: &str,
        which: Which<'_>,
    ) -> Result<Column> {
        let (Some(console_records), Some((_, live))) =
            (store.of(console), self.live.iter().find(|(c, _)| *c == console))
        else {
            return Ok(Column::full_null(name.into(), which.count(self.count), &type_of(field)));
        };
        let all = console_records.values(field);
        let values = match which {
            Which::All => all.take(live),
            Which::These(devices) => {
                let lines = devices.iter().map(|device| live.get(*device as usize));
                all.take(&IdxCa::from_iter_options("".into(), lines))
            }
        }?;
        let mut column = values.column(name);
        if column.dtype() == &DataType::Int64 {
            column = column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).map_err(internal)?;
        }
        Ok(column)
    }

    fn live_age(&self, store: &RecordStore, console: Console, field: &str, name: &str) -> Result<Column> {
        let times = self.live_value(store, console, field, name, Which::All)?;
        let times = times.datetime().map_err(internal)?;
        Ok(make::ages(name, self.as_of.at(), times.physical().iter().map(|time| time.map(Millis::new))))
    }

    /// Whether every record of each device has a value in a column. A list that leaves out every object with a value has none
    /// with one; of a device that it does not hold it says nothing.
    fn all_filled(&self, view: Option<&View<'_>>, console: Console, field: &str, name: &str) -> Column {
        let left_out = self.coverage().lists().leaves_out(console, field);
        let console_records: Option<&ConsoleRecords> = view.map(|view| view.console_records);
        let filled = console_records.map(|s| s.values(field).is_not_null());
        let unread = console_records.and_then(|s| s.unread(field));
        let known = left_out || console_records.is_some_and(|s| s.table.get(field).is_some());
        let device_of = view.map_or(&[][..], |view| view.device_of);
        let said = device_of.iter().enumerate().map(|(line, device)| {
            // A damaged row of the device, or one whose serial number could not be read, may be the one that is not filled.
            let sure = device.is_some()
                && known
                && !self.coverage().is_in_doubt(self, *device, console)
                && unread.is_none_or(|u| u.get(line) != Some(true));
            sure.then(|| filled.as_ref().is_some_and(|filled| filled.get(line) == Some(true)))
        });
        let said = Said::new(self.count, device_of.iter().copied(), said);
        let open = |device| left_out && console.may_hold(*self.platform.get(device)) && !self.is_held(device, console);
        make::flags(name, DeviceId::all(self.count).zip(said.all()).map(|(device, all)| all.filter(|_| !open(device))))
    }
}

/// What the records that count say, each with its device.
struct Asked {
    devices: u32,
    device_of: Vec<DeviceId>,
    said: Vec<Option<bool>>,
}

impl Asked {
    /// Asks each record; without a condition it says yes. One that may not count decides only where it says what those that
    /// do not count would say.
    fn new(
        devices: &Devices,
        view: Option<View<'_>>,
        made: &Derived,
        formula: Option<&Formula>,
        otherwise: bool,
    ) -> Result<Self, String> {
        let devices = devices.count;
        let Some(view) = view else { return Ok(Self { devices, device_of: Vec::new(), said: Vec::new() }) };
        let lines = view.lines();
        let said = match formula {
            Some(formula) => view.truth(formula.expr(), &lines)?,
            None => vec![Some(true); lines.len()],
        };
        let device_of = view.devices_of(&lines);
        let Some(filter) = &made.filter else {
            return Ok(Self { devices, device_of: device_of.collect(), said });
        };
        let filter = view.truth(filter.expr(), &lines)?;
        let counted = device_of.zip(filter).zip(said).filter_map(|((device, counts), holds)| match counts {
            Some(true) => Some((device, holds)),
            Some(false) => None,
            None => Some((device, holds.filter(|holds| *holds == otherwise))),
        });
        let (device_of, said) = counted.unzip();
        Ok(Self { devices, device_of, said })
    }

    fn said(self) -> Said {
        Said::new(self.devices, self.device_of, self.said)
    }
}

/// Newest time of each device among the records that count.
fn newest(view: Option<View<'_>>, made: &Derived, field: &str) -> Result<ByDevice<Option<Millis>>, String> {
    let Some(view) = view else { return Ok(ByDevice::default()) };
    let Some(filter) = &made.filter else { return Ok(view.newest(field)) };
    let lines = view.lines();
    let filter = view.truth(filter.expr(), &lines)?;
    Ok(view.newest_among(field, &lines, &filter))
}

/// How the engine holds a record column; nothing is a number there.
fn type_of(field: &str) -> DataType {
    match crate::schema::record_field(field).map(|f| f.kind) {
        Some(kind @ (Kind::Time | Kind::Flag)) => dtype(kind),
        _ => DataType::String,
    }
}
