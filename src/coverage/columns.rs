//! The columns of the device table, made when a stage asks for them.

use std::collections::HashSet;

use polars::prelude::{ChunkFull, Column, IdxCa, IntoColumn, StringChunkedBuilder, UInt32Chunked};

use super::devices::Devices;
use super::single::Which;
use crate::console::{Aggregate, Console};
use crate::error::Result;
use crate::frame::by_device::{newest, scatter};
use crate::frame::{Strings, internal, make};
use crate::identity::{Links, Marker, RecordStore, SIGNS, written};
use crate::ids::{ByDevice, ExportId};
use crate::language::{Derived, What};
use crate::time::Millis;

impl Devices {
    /// A column of the device table.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for a name that the dictionary lacks, or if the engine refuses a step.
    pub fn column(&self, store: &RecordStore, links: &Links, name: &str) -> Result<Column> {
        if let Some(aggregate) = store.registry.aggregate_column(name) {
            return self.derived(store, aggregate.console, name, &aggregate.made).map_err(internal);
        }
        if let Some(column) = self.single(store, links, name, Which::All)? {
            return Ok(column);
        }
        Ok(match name {
            "signals_complete" => self.coverage().seen_whole(name),
            "signals_known" => self.signals_known(store, name),
            "record_days" => self.ages(name, &self.made(store)),
            "owner_devices" => self.owners(store).devices(name),
            "owner_stale" => self.owners(store).stale(name),
            "owner_quota" => {
                UInt32Chunked::full(name.into(), self.thresholds.owner_quota, self.count as usize).into_column()
            }
            "userless" => self.marks.column(name, |device| self.marks.needs_no_user(device)),
            "server_os" => self.server_os(store),
            "as_of" => make::times(name, std::iter::repeat_n(Some(self.as_of.at()), self.count as usize)),
            _ => {
                let marker = Marker::parse(name).ok_or_else(|| internal(format!("no column `{name}`")))?;
                self.marks.column(name, |device| self.marks.has(marker, device))
            }
        })
    }

    /// A column of identifiers as their consoles write them, where that is not how they are compared; nothing for a column
    /// that has no such text.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn as_written(&self, store: &RecordStore, name: &str, which: Which<'_>) -> Result<Option<Column>> {
        if let Some(order) = store.registry.sources_of(name).filter(|_| name == "serial") {
            return Ok(self.serials_as_written(store, order, which));
        }
        let aggregate = store.registry.aggregate_column(name);
        let Some(Aggregate { console, made: Derived { what: What::Live(field), .. }, .. }) = aggregate else {
            return Ok(None);
        };
        let column = written(field);
        if store.of(*console).is_none_or(|console_records| console_records.text(&column).is_none()) {
            return Ok(None);
        }
        self.live_value(store, *console, &column, name, which).map(Some)
    }

    fn serials_as_written(&self, store: &RecordStore, order: &[Console], which: Which<'_>) -> Option<Column> {
        let column = written("serial");
        let sources: Vec<(&Strings, Option<&Strings>, &IdxCa)> = order
            .iter()
            .filter_map(|console| {
                let console_records = store.of(*console)?;
                let live = &self.live.iter().find(|(c, _)| c == console)?.1;
                Some((console_records.text("serial")?, console_records.text(&column), live))
            })
            .collect();
        sources.iter().find(|(_, written, _)| written.is_some())?;
        let mut out = StringChunkedBuilder::new("serial".into(), which.count(self.count));
        for device in which.devices(self.count) {
            // Of the console whose serial number counts.
            let chosen = sources.iter().find_map(|(serials, written, live)| {
                let line = live.get(device.index())? as usize;
                serials.get(line).map(|_| written.and_then(|c| c.get(line)))
            });
            out.append_option(chosen.flatten());
        }
        Some(out.finish().into_column())
    }

    fn ages(&self, name: &str, times: &ByDevice<Option<Millis>>) -> Column {
        make::ages(name, self.as_of.at(), times.iter().copied())
    }

    /// True where every record of a device, in a console that gives signs of activity, says when it was last seen or that it
    /// never was; unknown otherwise.
    fn signals_known(&self, store: &RecordStore, name: &str) -> Column {
        let mut known = ByDevice::filled(Some(true), self.count);
        for (at, console_records) in
            store.by_console.iter().enumerate().filter(|(_, console_records)| console_records.console.gives_signals())
        {
            let unread: Vec<_> = SIGNS.iter().filter_map(|column| console_records.unread(column)).collect();
            let lacking: HashSet<ExportId> = store.lacking(console_records.console, "last_seen").collect();
            let exports = console_records.numbers("export").filter(|_| !lacking.is_empty());
            let open = (0..console_records.height()).map(|line| {
                unread.iter().any(|u| u.get(line) == Some(true))
                    || exports.and_then(|e| e.get(line)).is_some_and(|export| lacking.contains(&ExportId::new(export)))
            });
            scatter(&mut known, self.device_of(at).iter().copied(), open, |slot, open| *slot = slot.filter(|_| !open));
        }
        make::flags(name, known.iter().copied())
    }

    /// When the newest record of each device was made, in a console that gives signs of activity.
    fn made(&self, store: &RecordStore) -> ByDevice<Option<Millis>> {
        let mut made = ByDevice::filled(None, self.count);
        for (at, console_records) in
            store.by_console.iter().enumerate().filter(|(_, console_records)| console_records.console.gives_signals())
        {
            if let Some(times) = console_records.times("enrolled") {
                newest(&mut made, self.device_of(at).iter().copied(), times.iter());
            }
        }
        made
    }
}
