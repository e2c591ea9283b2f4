//! One console's records as a rule's conditions see them, and what they say of a device together.

use std::collections::HashSet;

use polars::prelude::{
    BooleanChunked, ChunkFull, Column, DataFrame, DataType, Expr, Float64Chunked, IdxCa, Int64Chunked, IntoColumn,
    NewChunkedArray, TimeUnit, UInt32Chunked,
};

use super::compile::{OPEN, RECORD_EXTRAS};
use super::engine::{first_line, mask};
use super::rule::{Derived, What};
use crate::identity::{DAY, Devices, NONE, Shelf, Shelves, Threshold};
use crate::schema::{Console, record_field};

/// The records of a console, and the device of each.
pub(super) struct View<'a> {
    pub shelf: &'a Shelf,
    pub device_of: &'a [u32],
    pub devices: &'a Devices,
    pub shelves: &'a Shelves,
}

impl<'a> View<'a> {
    /// The records of a console, if there are any.
    pub(super) fn of(shelves: &'a Shelves, devices: &'a Devices, console: Console) -> Option<Self> {
        let at = shelves.shelves.iter().position(|s| s.console == console)?;
        Some(Self { shelf: shelves.shelves.get(at)?, device_of: devices.device_of(at), devices, shelves })
    }

    pub(super) fn device(&self, line: u32) -> u32 {
        self.device_of.get(line as usize).copied().unwrap_or(NONE)
    }

    pub(super) fn is_live(&self, line: u32) -> bool {
        self.devices.live_line(self.shelf.console, self.device(line)) == Some(line)
    }

    /// A table of the columns that conditions read, with a line for each of `lines`.
    pub(super) fn table(&self, names: &[String], lines: &[u32]) -> Result<DataFrame, String> {
        let index = IdxCa::from_vec("".into(), lines.to_vec());
        let mut columns: Vec<Column> = Vec::new();
        for name in names {
            if record_field(name).is_some() {
                let column = self.shelf.column(name).take(&index).map_err(|e| first_line(&e))?;
                columns.push(if column.dtype() == &DataType::Int64 { as_time(&column)? } else { column });
            } else if let Some(column) = name.strip_suffix(OPEN) {
                let open = self.open(column, lines);
                columns.push(BooleanChunked::from_slice(name.into(), &open).into_column());
            } else if RECORD_EXTRAS.iter().any(|(own, ..)| own == name) {
                columns.push(self.extra(name, lines)?);
            }
        }
        DataFrame::new(lines.len(), columns).map_err(|e| first_line(&e))
    }

    fn extra(&self, name: &str, lines: &[u32]) -> Result<Column, String> {
        let threshold = |threshold: Threshold| {
            let days = lines.iter().map(|line| self.devices.days(threshold, self.device(*line) as usize));
            UInt32Chunked::from_iter_values(name.into(), days).into_column()
        };
        let seen = self.shelf.times("last_seen");
        let as_of = self.devices.as_of.millis;
        let times =
            |times: Vec<Option<i64>>| as_time(&Int64Chunked::from_slice_options(name.into(), &times).into_column());
        Ok(match name {
            "live" => {
                BooleanChunked::from_iter_values(name.into(), lines.iter().map(|l| self.is_live(*l))).into_column()
            }
            "pointed" => self.pointed(name, lines),
            "days" => {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of a few thousand years fit")]
                let days = |time: i64| as_of.saturating_sub(time) as f64 / DAY as f64;
                let ages = lines.iter().map(|line| seen?.get(*line as usize).map(days));
                Float64Chunked::from_iter_options(name.into(), ages).into_column()
            }
            "newest" => {
                let newest = self.newest("last_seen", &self.lines(), None);
                times(lines.iter().map(|l| newest.get(self.device(*l) as usize).copied().flatten()).collect())?
            }
            "as_of" => times(vec![Some(as_of); lines.len()])?,
            other => threshold(other.strip_suffix("_days").and_then(Threshold::parse).unwrap_or(Threshold::Inactive)),
        })
    }

    /// Whether the newest record of the console that points at records of this one names it, as Intune's does with Entra ID.
    /// Without a list of that console nobody knows; where there is no such console, none is pointed at.
    fn pointed(&self, name: &str, lines: &[u32]) -> Column {
        let pointer = self.shelves.registry.pointer_to(self.shelf.console);
        let from = pointer.and_then(|pointer| self.shelves.of(pointer.from));
        let ids = pointer.and_then(|pointer| self.shelf.text(pointer.target));
        let one = |line: &u32| {
            let Some(pointer) = pointer else { return Some(false) };
            from?;
            let named = self.devices.named_by(pointer, from, self.device(*line));
            Some(named.is_some() && named == ids.and_then(|ids| ids.get(*line as usize)))
        };
        BooleanChunked::from_iter_options(name.into(), lines.iter().map(one)).into_column()
    }

    /// Lines that count: a further row of an object, and a key of a device that nobody knows, do not.
    pub(super) fn lines(&self) -> Vec<u32> {
        (0_u32..).zip(self.device_of).filter(|(_, device)| **device != NONE).map(|(line, _)| line).collect()
    }

    /// Truth of a condition a line.
    pub(super) fn truth(condition: &Expr, table: &DataFrame) -> Result<Vec<Option<bool>>, String> {
        Ok(mask(table, condition)?.iter().collect())
    }

    /// Lines whose export does not have a column, or whose cell could not be read.
    fn open(&self, column: &str, lines: &[u32]) -> Vec<bool> {
        let lacking: HashSet<u32> = self.shelves.lacking(self.shelf.console, column).collect();
        let exports = self.shelf.numbers("export").filter(|_| !lacking.is_empty());
        let unread = self.shelf.flags(&format!("{column}_unread"));
        let filled = self.shelf.frame.column(column).map(Column::is_not_null).ok();
        let one = |line: &u32| {
            let line = *line as usize;
            // Another list of the console may have filled it in.
            if filled.as_ref().is_some_and(|filled| filled.get(line) == Some(true)) {
                return false;
            }
            exports.and_then(|e| e.get(line)).is_some_and(|export| lacking.contains(&export))
                || unread.is_some_and(|u| u.get(line) == Some(true))
        };
        lines.iter().map(one).collect()
    }

    /// Newest time of each device, of the lines whose filter holds; unknown where it is open whether one counts.
    fn newest(&self, column: &str, lines: &[u32], filter: Option<&[Option<bool>]>) -> Vec<Option<i64>> {
        let mut newest = vec![None; self.devices.count as usize];
        let mut open = vec![false; if filter.is_some() { newest.len() } else { 0 }];
        let Some(times) = self.shelf.times(column) else { return newest };
        for (at, line) in lines.iter().enumerate() {
            let device = self.device(*line) as usize;
            match filter.map_or(Some(true), |filter| filter.get(at).copied().flatten()) {
                Some(true) => {
                    if let Some(slot) = newest.get_mut(device) {
                        *slot = times.get(*line as usize).max(*slot);
                    }
                }
                Some(false) => {}
                None => {
                    if let Some(slot) = open.get_mut(device) {
                        *slot = true;
                    }
                }
            }
        }
        for (slot, _) in newest.iter_mut().zip(&open).filter(|(_, open)| **open) {
            *slot = None;
        }
        newest
    }
}

/// A column of a rule's own, one value a device.
pub(super) fn derive(derived: &Derived, shelves: &Shelves, devices: &Devices) -> Result<Column, String> {
    let name = derived.name.as_str();
    let count = devices.count as usize;
    let Some(view) = View::of(shelves, devices, derived.console) else { return Ok(without_records(derived, count)) };
    let lines = view.lines();
    let table = view.table(&derived.reads(), &lines)?;
    let filter = match &derived.filter {
        None => None,
        Some(filter) => Some(View::truth(filter, &table)?),
    };
    let held = |expr: &Expr, otherwise: bool| -> Result<Tallies, String> {
        let truth = View::truth(expr, &table)?;
        let mut tallies = Tallies::new(count);
        for (at, (line, holds)) in lines.iter().zip(truth).enumerate() {
            let counts = filter.as_ref().map_or(Some(true), |filter| filter.get(at).copied().flatten());
            // A record that may not count decides only where it says what those that do not count would say.
            let said = match counts {
                Some(true) => holds,
                Some(false) => continue,
                None => holds.filter(|holds| *holds == otherwise),
            };
            tallies.add(view.device(*line) as usize, said);
        }
        Ok(tallies)
    };
    Ok(match &derived.what {
        What::Any(expr) => held(expr, false)?.any(name),
        What::All(expr) => held(expr, true)?.all(name),
        What::Count(expr) => held(expr, false)?.count(name),
        What::Newest(column) => {
            let times = view.newest(column, &lines, filter.as_deref());
            as_time(&Int64Chunked::from_slice_options(name.into(), &times).into_column())?
        }
        What::Days(column) => {
            let as_of = devices.as_of.millis;
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of a few thousand years fit")]
            let days = |time: i64| as_of.saturating_sub(time) as f64 / DAY as f64;
            let times = view.newest(column, &lines, filter.as_deref());
            Float64Chunked::from_iter_options(name.into(), times.into_iter().map(|t| t.map(days))).into_column()
        }
    })
}

pub(super) fn without_records(derived: &Derived, count: usize) -> Column {
    let name = derived.name.as_str();
    match derived.what {
        What::Any(_) | What::All(_) => BooleanChunked::full(name.into(), false, count).into_column(),
        What::Count(_) => UInt32Chunked::full(name.into(), 0, count).into_column(),
        What::Newest(_) | What::Days(_) => Column::full_null(name.into(), count, &super::engine::dtype(derived.kind())),
    }
}

/// Per device: records for which something holds, does not hold, and is open.
struct Tallies(Vec<[u32; 3]>);

impl Tallies {
    fn new(count: usize) -> Self {
        Self(vec![[0; 3]; count])
    }

    fn add(&mut self, device: usize, said: Option<bool>) {
        let Some([yes, no, open]) = self.0.get_mut(device) else { return };
        match said {
            Some(true) => *yes += 1,
            Some(false) => *no += 1,
            None => *open += 1,
        }
    }

    fn any(&self, name: &str) -> Column {
        let any = |[yes, _, open]: &[u32; 3]| if *yes > 0 { Some(true) } else { (*open == 0).then_some(false) };
        BooleanChunked::from_iter_options(name.into(), self.0.iter().map(any)).into_column()
    }

    fn all(&self, name: &str) -> Column {
        let all = |[yes, no, open]: &[u32; 3]| {
            if *no > 0 || *yes + *open == 0 { Some(false) } else { (*open == 0).then_some(true) }
        };
        BooleanChunked::from_iter_options(name.into(), self.0.iter().map(all)).into_column()
    }

    fn count(&self, name: &str) -> Column {
        let count = |[yes, _, open]: &[u32; 3]| (*open == 0).then_some(*yes);
        UInt32Chunked::from_iter_options(name.into(), self.0.iter().map(count)).into_column()
    }
}

fn as_time(column: &Column) -> Result<Column, String> {
    column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).map_err(|e| first_line(&e))
}
