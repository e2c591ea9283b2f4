//! The columns of the device table, made when a stage asks for them.

use std::collections::HashSet;

use polars::prelude::{ChunkFull, Column, IdxCa, IntoColumn, StringChunked, StringChunkedBuilder, UInt32Chunked};

use super::devices::Devices;
use crate::console::{Aggregate, Console};
use crate::error::Result;
use crate::frame::by_device::{newest, scatter};
use crate::frame::{internal, make};
use crate::identity::{Links, Marker, RecordStore, SIGNS, Threshold, written};
use crate::ids::{ByDevice, DeviceId};
use crate::language::{Derived, What};
use crate::schema::{Activity, Identity, JoinType, Ownership, Platform};
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
        let threshold = |threshold: Threshold| {
            make::counts(name, DeviceId::all(self.count).map(|device| Some(self.days(threshold, device))))
        };
        Ok(match name {
            "device_key" => make::texts(name, links.key.iter().map(|key| Some(key.as_str()))),
            "consoles" => self.console_lists(store),
            "last_activity" => make::times(name, self.last_activity()),
            "last_activity_console" => {
                let all = store.registry.slugs();
                make::texts(name, self.newest.iter().map(|sign| all.get(sign.console()).copied()))
            }
            "days_inactive" => make::ages(name, self.as_of.at(), self.last_activity()),
            "activity" => make::texts(name, self.activities().map(Activity::as_str).map(Some)),
            "identity" => make::texts(name, self.identities().iter().copied().map(Identity::as_str).map(Some)),
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
            _ if Marker::parse(name).is_some_and(|m| m != Marker::Userless) => {
                let marker = Marker::parse(name).unwrap_or(Marker::Shared);
                self.marks.column(name, |device| self.marks.has(marker, device))
            }
            "platform" => make::texts(name, self.platform.iter().copied().map(Platform::as_str).map(Some)),
            "ownership" => self.known_word(store, name, Ownership::Unknown.as_str())?,
            "join_type" => self.known_word(store, name, JoinType::Unknown.as_str())?,
            "android_mode" => {
                let mut column = self.merged(store, "mode")?;
                column.rename(name.into());
                column
            }
            "inactive_days" => threshold(Threshold::Inactive),
            "delete_days" => threshold(Threshold::Delete),
            "sensor_days" => threshold(Threshold::Sensor),
            "pending_days" => threshold(Threshold::Pending),
            "stock_days" => threshold(Threshold::Stock),
            "as_of" => make::times(name, std::iter::repeat_n(Some(self.as_of.at()), self.count as usize)),
            _ => self.merged(store, name)?,
        })
    }

    /// A column of identifiers as their consoles write them, where that is not how they are compared; nothing for a column
    /// that has no such text.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses a step.
    pub fn as_written(&self, store: &RecordStore, name: &str) -> Result<Option<Column>> {
        if let Some(order) = store.registry.sources_of(name).filter(|_| name == "serial") {
            return Ok(self.serials_as_written(store, order));
        }
        let aggregate = store.registry.aggregate_column(name);
        let Some(Aggregate { console, made: Derived { what: What::Live(field), .. }, .. }) = aggregate else {
            return Ok(None);
        };
        let column = written(field);
        if store.of(*console).is_none_or(|console_records| console_records.text(&column).is_none()) {
            return Ok(None);
        }
        self.live_value(store, *console, &column, name).map(Some)
    }

    fn serials_as_written(&self, store: &RecordStore, order: &[Console]) -> Option<Column> {
        let column = written("serial");
        let sources: Vec<(&StringChunked, Option<&StringChunked>, &IdxCa)> = order
            .iter()
            .filter_map(|console| {
                let console_records = store.of(*console)?;
                let live = &self.live.iter().find(|(c, _)| c == console)?.1;
                Some((console_records.text("serial")?, console_records.text(&column), live))
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
    fn known_word(&self, store: &RecordStore, name: &str, otherwise: &str) -> Result<Column> {
        let column = self.merged(store, name)?;
        let words = column.str().map_err(internal)?;
        Ok(make::texts(name, words.iter().map(|word| word.or(Some(otherwise)))))
    }

    fn console_lists(&self, store: &RecordStore) -> Column {
        let list = |bits: u32| store.registry.of_bits(bits).map(Console::as_str).collect::<Vec<_>>().join("|");
        let mut known: std::collections::HashMap<u32, String> = std::collections::HashMap::new();
        let mut out = StringChunkedBuilder::new("consoles".into(), self.count as usize);
        for bits in self.consoles() {
            out.append_value(known.entry(*bits).or_insert_with(|| list(*bits)));
        }
        out.finish().into_column()
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
            let lacking: HashSet<u32> = store.lacking(console_records.console, "last_seen").collect();
            let exports = console_records.numbers("export").filter(|_| !lacking.is_empty());
            let open = (0..console_records.height()).map(|line| {
                unread.iter().any(|u| u.get(line) == Some(true))
                    || exports.and_then(|e| e.get(line)).is_some_and(|export| lacking.contains(&export))
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
