//! The columns of the device table, made when a stage asks for them.

use polars::prelude::{
    BooleanChunked, ChunkFull, Column, DataType, Float64Chunked, IdxCa, Int64Chunked, IntoColumn, NewChunkedArray,
    StringChunked, StringChunkedBuilder, TimeUnit, UInt32Chunked,
};

use super::activity::Threshold;
use super::carried::{all_filled, any, counts, newest};
use super::devices::Devices;
use super::links::Links;
use super::markers::Marker;
use super::owners::Owners;
use super::shelves::{NONE, Shelves, written};
use crate::console::{Carried, Console, From};
use crate::error::Result;
use crate::formats::normalise_internal as internal;
use crate::schema::{JoinType, Kind, Ownership};
use crate::time::DAY;

impl Devices {
    /// A column of the device table.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for a name that the dictionary lacks, or if the engine refuses a step.
    pub fn column(&self, shelves: &Shelves, links: &Links, name: &str) -> Result<Column> {
        if let Some(carried) = shelves.registry.carried_column(name) {
            return self.carried(shelves, carried);
        }
        let words =
            |words: Vec<Option<&str>>| StringChunked::from_iter_options(name.into(), words.into_iter()).into_column();
        let threshold = |threshold: Threshold| {
            let days: Vec<u32> = (0..self.count as usize).map(|device| self.days(threshold, device)).collect();
            UInt32Chunked::from_vec(name.into(), days).into_column()
        };
        Ok(match name {
            "device_key" => {
                StringChunked::from_iter_values(name.into(), links.key.iter().map(String::as_str)).into_column()
            }
            "consoles" => self.console_lists(shelves),
            "last_activity" => time_column(name, self.last_activity())?,
            "last_activity_console" => {
                let all = shelves.registry.slugs();
                words(self.last_console.iter().map(|c| all.get(*c as usize).copied()).collect())
            }
            "days_inactive" => self.ages(name, self.last_activity()),
            "activity" => words(self.activities().map(|a| Some(a.as_str())).collect()),
            "identity" => words(self.identity.iter().map(|i| Some(i.as_str())).collect()),
            // Never false: what could not be joined is not known, so a rule that asks for it becomes unknown.
            "linkable" => {
                BooleanChunked::from_iter_options(name.into(), self.linkable.iter().map(|l| l.then_some(true)))
                    .into_column()
            }
            "signals_known" => self.signals_known(shelves),
            "record_days" => self.ages(name, self.made(shelves).into_iter()),
            "owner_devices" => Owners::new(self, shelves).devices(name),
            "owner_stale" => Owners::new(self, shelves).stale(name),
            "owner_quota" => {
                UInt32Chunked::full(name.into(), self.thresholds.owner_quota, self.count as usize).into_column()
            }
            "userless" => self.marks.column(name, |device| self.marks.needs_no_user(device)),
            "server_os" => self.server_os(shelves),
            _ if Marker::parse(name).is_some_and(|m| m != Marker::Userless) => {
                let marker = Marker::parse(name).unwrap_or(Marker::Shared);
                self.marks.column(name, |device| self.marks.has(marker, device))
            }
            "platform" => words(self.platform.iter().map(|p| Some(p.as_str())).collect()),
            "ownership" => self.known_word(shelves, name, Ownership::Unknown.as_str())?,
            "join_type" => self.known_word(shelves, name, JoinType::Unknown.as_str())?,
            "android_mode" => {
                let mut column = self.merged(shelves, "mode")?;
                column.rename(name.into());
                column
            }
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
    pub(super) fn merged(&self, shelves: &Shelves, name: &str) -> Result<Column> {
        let Some(order) = shelves.registry.sources_of(name) else {
            return Err(internal(format!("no column `{name}`")));
        };
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

    /// A column of identifiers as their consoles write them, where that is not how they are compared; nothing for a column
    /// that has no such text.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn as_written(&self, shelves: &Shelves, name: &str) -> Result<Option<Column>> {
        if let Some(order) = shelves.registry.sources_of(name).filter(|_| name == "serial") {
            return Ok(self.serials_as_written(shelves, order));
        }
        let Some(Carried { console, from: From::Live(field), .. }) = shelves.registry.carried_column(name) else {
            return Ok(None);
        };
        let column = written(field);
        if shelves.of(*console).is_none_or(|shelf| shelf.text(&column).is_none()) {
            return Ok(None);
        }
        self.live_value(shelves, *console, &column, name).map(Some)
    }

    fn serials_as_written(&self, shelves: &Shelves, order: &[Console]) -> Option<Column> {
        let column = written("serial");
        let sources: Vec<(&StringChunked, Option<&StringChunked>, &IdxCa)> = order
            .iter()
            .filter_map(|console| {
                let shelf = shelves.of(*console)?;
                let live = &self.live.iter().find(|(c, _)| c == console)?.1;
                Some((shelf.text("serial")?, shelf.text(&column), live))
            })
            .collect();
        sources.iter().find(|(_, written, _)| written.is_some())?;
        let mut out = StringChunkedBuilder::new("serial".into(), self.count as usize);
        for device in 0..self.count as usize {
            // Of the console whose serial number counts.
            let chosen = sources.iter().find_map(|(serials, written, live)| {
                let line = live.get(device)? as usize;
                serials.get(line).map(|_| written.and_then(|c| c.get(line)))
            });
            out.append_option(chosen.flatten());
        }
        Some(out.finish().into_column())
    }

    /// A merged word that is never null.
    fn known_word(&self, shelves: &Shelves, name: &str, otherwise: &str) -> Result<Column> {
        let column = self.merged(shelves, name)?;
        let words = column.str().map_err(internal)?;
        let filled = StringChunked::from_iter_values(name.into(), words.iter().map(|w| w.unwrap_or(otherwise)));
        Ok(filled.into_column())
    }

    fn console_lists(&self, shelves: &Shelves) -> Column {
        let list = |bits: u32| shelves.registry.of_bits(bits).map(Console::as_str).collect::<Vec<_>>().join("|");
        let mut known: std::collections::HashMap<u32, String> = std::collections::HashMap::new();
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
            From::LiveAge(field) => {
                let times = self.live_value(shelves, carried.console, field, name)?;
                let times = times.datetime().map_err(internal)?.physical().iter().collect::<Vec<_>>();
                self.ages(name, times.into_iter())
            }
            From::Listed(field) => self.listed(shelves, carried.console, field, name),
            From::Held(field, by) => self.shared_with(shelves, carried.console, field, by, name),
            From::Supplied => {
                let partial = shelves.partial.iter().any(|(console, _)| *console == carried.console);
                BooleanChunked::full(name.into(), !partial && shelves.of(carried.console).is_some(), count)
                    .into_column()
            }
            From::Absent => self.absent(shelves, carried.console, name)?,
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
                let unread = shelf.and_then(|(s, _)| s.unread(field));
                // A blank cell in a text column that the export has says that there is none.
                any(name, shelf, count, |line| match (flags, cells) {
                    (Some(flags), _) => flags.get(line),
                    _ if unread.is_some_and(|u| u.get(line) == Some(true)) => None,
                    (_, Some(cells)) => Some(cells.get(line) == Some(word)),
                    _ => None,
                })
            }
            From::AllFilled(field) => {
                let column = shelf.map(|(s, _)| s.column(field).is_not_null());
                // A list that leaves out every object with a value has none with one.
                let left_out = shelves.left_out.contains(&(carried.console, field));
                let unread = shelf.and_then(|(s, _)| s.unread(field));
                let known = left_out || shelf.is_some_and(|(s, _)| s.frame.column(field).is_ok());
                let empty = any(name, shelf, count, |line| {
                    // A damaged row of the device, or one whose serial number could not be read, may be the one that is
                    // not filled.
                    let device = shelf.and_then(|(_, device_of)| device_of.get(line)).copied().unwrap_or(NONE) as usize;
                    let sure = known
                        && !self.in_doubt(device, carried.console)
                        && !self.may_be_unread(device, carried.console)
                        && unread.is_none_or(|u| u.get(line) != Some(true));
                    sure.then(|| column.as_ref().is_some_and(|filled| filled.get(line) != Some(true)))
                });
                let filled = all_filled(name, &empty, &counts("n", shelf, count, |_| Some(true)))?;
                if left_out { self.unknown_where_absent(&filled, carried.console)? } else { filled }
            }
        })
    }
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
