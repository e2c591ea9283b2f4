//! Frames to the plain tables that planning and reporting read.

use std::collections::BTreeMap;

use polars::prelude::Column;
use rayon::prelude::*;

use crate::console::State;
use crate::coverage::{Devices, Which};
use crate::error::Result;
use crate::formats::Older;
use crate::frame::{Strings, Table};
use crate::identity::{self, ConsoleRecords, Links, RecordStore};
use crate::ids::{By, ByDevice, DeviceId, ExportId, RecordId};
use crate::schema::{JoinType, Ownership};
use crate::table::{
    ConsoleColumns, DeviceTable, Identifiers, Lines, OlderColumns, RecordColumns, RecordTable, Texts, Times,
};

/// A column of text, which later stages read line by line.
#[derive(Debug)]
struct Held(Strings);

impl Lines for Held {
    fn line(&self, at: usize) -> Option<&str> {
        self.0.get(at)
    }

    fn lines(&self) -> usize {
        self.0.len()
    }
}

/// Takes over a text column as it is; any other column is empty text.
fn texts(column: &Column) -> Texts<DeviceId> {
    column.str().map(|cells| held(&cells.into())).unwrap_or_default()
}

fn held<N>(cells: &Strings) -> Texts<N> {
    Texts::of(Held(cells.clone()))
}

/// Takes over a column of times; any other column has none.
fn times(column: &Column) -> Times<DeviceId> {
    let millis = column.datetime().map(|c| c.physical().clone()).or_else(|_| column.i64().cloned());
    millis.map(|c| c.iter().collect()).unwrap_or_default()
}

/// The device table as plain columns.
///
/// Takes the keys out of `links`: from here on the table holds them.
pub(super) fn devices(store: &RecordStore, links: &mut Links, devices: &Devices) -> Result<DeviceTable> {
    // Each column is made on its own, so all cores can make some.
    let shared: &Links = links;
    let mut made: BTreeMap<&str, Texts<DeviceId>> = TEXTS
        .par_iter()
        .map(|name| devices.column(store, shared, name).map(|c| (*name, texts(&c))))
        .collect::<Result<_>>()?;
    let mut text = |name: &str| made.remove(name).unwrap_or_default();
    let written = |name: &str| {
        let column = devices.as_written(store, name, Which::All)?;
        Ok::<_, crate::error::Error>(column.as_ref().map(texts).unwrap_or_default())
    };
    let moments = |name: &str| devices.column(store, shared, name).map(|c| times(&c));
    let last_activity = moments("last_activity")?;
    let all = || DeviceId::all(devices.count);
    let ownership = text("ownership");
    let join_type = text("join_type");
    let by_console = store
        .by_console
        .par_iter()
        .map(|console_records| {
            let prefix = console_records.console.column_prefix();
            let live = |device| devices.live_record(console_records, device).unwrap_or(RecordId::NONE);
            Ok(ConsoleColumns {
                console: console_records.console,
                live: all().map(live).collect(),
                last_seen: moments(&format!("{prefix}_last_seen"))?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(DeviceTable {
        key: ByDevice::of(std::mem::take(&mut links.key)),
        name: text("name"),
        serial: Identifiers::new(text("serial"), written("serial")?),
        platform: ByDevice::of(devices.platforms().to_vec()),
        manufacturer: text("manufacturer"),
        model: text("model"),
        ownership: all().map(|d| Ownership::parse(ownership.get(d)).unwrap_or(Ownership::Unknown)).collect(),
        join_type: all().map(|d| JoinType::parse(join_type.get(d)).unwrap_or(JoinType::Unknown)).collect(),
        primary_user: text("primary_user"),
        entra_device_id: Identifiers::new(text("entra_device_id"), written("entra_device_id")?),
        consoles: ByDevice::of(devices.consoles().to_vec()),
        last_activity,
        last_console: devices.last_consoles().collect(),
        activity: devices.activities().collect(),
        identity: ByDevice::of(devices.identities().to_vec()),
        by_console,
        registry: store.registry,
        as_of: devices.as_of.millis,
    })
}

/// Text columns of every device.
const TEXTS: &[&str] =
    &["name", "serial", "manufacturer", "model", "ownership", "join_type", "primary_user", "entra_device_id"];

/// The records as plain columns.
pub(super) fn records(store: &RecordStore) -> RecordTable {
    let consoles = store
        .by_console
        .iter()
        .map(|console_records| {
            let numbers = |name: &str| {
                console_records
                    .numbers(name)
                    .map(|c| c.iter().map(Option::unwrap_or_default).collect::<Vec<u32>>())
                    .unwrap_or_default()
            };
            let text = |name: &str| console_records.text(name).map(held).unwrap_or_default();
            let identifiers = |name: &str| Identifiers::new(text(name), text(&identity::written(name)));
            let moments = |name: &str| console_records.times(name).map(|c| c.iter().collect()).unwrap_or_default();
            RecordColumns {
                console: console_records.console,
                first: console_records.first,
                export: numbers("export").into_iter().map(ExportId::new).collect(),
                row: By::of(numbers("row")),
                native_id: identifiers("native_id"),
                name: text("name"),
                serial: identifiers("serial"),
                last_seen: moments("last_seen"),
                enrolled: moments("enrolled"),
                state: states(console_records),
            }
        })
        .collect();
    let set_aside = store.bad.iter().map(|(export, bad)| (*export, bad.row, bad.reason.clone())).collect();
    let older = store.older.iter().map(|(export, rows)| older(*export, rows)).collect();
    RecordTable { consoles, exports: By::of(store.exports.clone()), set_aside, older }
}

/// The state of each record in its console.
fn states(records: &ConsoleRecords) -> By<usize, State> {
    let one = |line| records.console.state(&records.row(line));
    By::of((0..records.height()).into_par_iter().map(one).collect())
}

/// Rows that a newer list speaks for.
fn older(export: ExportId, rows: &Older) -> OlderColumns {
    let text = |name: &str| rows.table.text(name).map(held).unwrap_or_default();
    let row = rows.table.numbers("row");
    OlderColumns {
        export,
        row: row.map(|c| c.iter().map(Option::unwrap_or_default).collect()).unwrap_or_default(),
        native_id: text("native_id"),
        name: text("name"),
        serial: text("serial"),
        reason: Texts::of(rows.fate.iter().map(|fate| fate.reason()).collect::<Vec<&'static str>>()),
    }
}

/// Newest activity in a table of records.
pub(super) fn newest(table: &Table) -> Option<i64> {
    use polars::prelude::ChunkAgg;
    table.times("last_seen")?.max()
}
