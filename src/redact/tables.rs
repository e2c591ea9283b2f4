//! Devices and records of a copy: names in the place of values, in the order of the names.

use std::collections::BTreeMap;

use super::names::{Kind, Names};
use super::order::Order;
use crate::ids::{By, ByDevice, ByRecord, DeviceId, ExportId, Place, RecordId};
use crate::outcome::Links;
use crate::table::{ConsoleColumns, DeviceTable, Identifiers, OlderColumns, RecordColumns, RecordTable, Texts, Times};

/// The columns of a copy, and where each line of the original is.
pub(super) struct Tables {
    pub devices: DeviceTable,
    pub records: RecordTable,
    pub links: Links,
    pub places: Places,
}

/// Where each line of the original is in the copy.
pub(super) struct Places {
    pub devices: Order<DeviceId>,
    records: ByRecord<RecordId>,
}

impl Places {
    /// A record in the copy; none for none.
    pub(super) fn record(&self, old: RecordId) -> RecordId {
        if old.is_some() { *self.records.get(old) } else { old }
    }
}

/// Replaces what devices and records are called. Makers and models stay as they are for now, as do reasons.
pub(super) fn copy(devices: DeviceTable, records: RecordTable, links: Links, names: &mut Names) -> Tables {
    let keys: ByDevice<String> = devices.key.iter().map(|key| key_of(key, names)).collect();
    let order = Order::by(keys.len(), |at| keys.get(at));
    let exports = records.exports.iter().map(|(label, console)| (names.of(Kind::File, label), *console)).collect();
    let mut rows = Rows(records.exports.beside(0));
    let mut place = Vec::with_capacity(links.device.len());
    let mut copied = RecordTable { consoles: Vec::new(), exports, set_aside: Vec::new(), older: Vec::new() };
    for columns in records.consoles {
        let first = columns.first;
        let (columns, order) = of_console(columns, names, &mut rows);
        place.extend(order.each_place().map(|place| first.after(place)));
        copied.consoles.push(columns);
    }
    let places = Places { devices: order, records: ByRecord::of(place) };
    copied.set_aside = set_aside(records.set_aside, &mut rows);
    copied.older = records.older.into_iter().map(|older| of_older(older, names, &mut rows)).collect();
    Tables {
        links: of_links(links, &places),
        devices: of_devices(devices, &keys, &places, names),
        records: copied,
        places,
    }
}

/// `serial:…`: what the key is made of stays, its value does not.
pub(super) fn key_of(key: &str, names: &mut Names) -> String {
    match key.split_once(':') {
        Some(("serial", serial)) => format!("serial:{}", names.of(Kind::Serial, serial)),
        Some((kind, id)) => format!("{kind}:{}", names.of(Kind::Id, id)),
        None => names.of(Kind::Id, key),
    }
}

fn of_devices(devices: DeviceTable, keys: &ByDevice<String>, places: &Places, names: &mut Names) -> DeviceTable {
    let DeviceTable {
        key: _,
        name,
        serial,
        platform,
        manufacturer,
        model,
        ownership,
        join_type,
        primary_user,
        consoles,
        entra_device_id,
        last_activity,
        last_console,
        activity,
        identity,
        by_console,
        registry,
        as_of,
    } = devices;
    let order = &places.devices;
    let by_console = by_console.into_iter().map(|columns| {
        let ConsoleColumns { console, live, last_seen } = columns;
        let live = order.take(&live).into_iter().map(|record| places.record(record)).collect();
        ConsoleColumns { console, live, last_seen: times(&last_seen, order) }
    });
    DeviceTable {
        key: order.take(keys),
        name: texts(order, |at| names.device(name.get(at))),
        serial: identifiers(order, &serial, Kind::Serial, names),
        platform: order.take(&platform),
        manufacturer: texts(order, |at| manufacturer.get(at).to_string()),
        model: texts(order, |at| model.get(at).to_string()),
        ownership: order.take(&ownership),
        join_type: order.take(&join_type),
        primary_user: texts(order, |at| names.user(primary_user.get(at))),
        consoles: order.take(&consoles),
        entra_device_id: identifiers(order, &entra_device_id, Kind::Id, names),
        last_activity: times(&last_activity, order),
        last_console: order.take(&last_console),
        activity: order.take(&activity),
        identity: order.take(&identity),
        by_console: by_console.collect(),
        registry,
        as_of,
    }
}

/// Rows of a copy are counted anew, export by export: their old numbers would tell which is which.
struct Rows(By<ExportId, u32>);

impl Rows {
    fn next(&mut self, export: ExportId) -> u32 {
        let row = self.0.get_mut(export);
        *row += 1;
        *row
    }
}

fn of_console(columns: RecordColumns, names: &mut Names, rows: &mut Rows) -> (RecordColumns, Order) {
    let RecordColumns { console, first, export, row, native_id, name, serial, last_seen, enrolled, state } = columns;
    let lines = row.len();
    let ids: By<usize, String> = (0..lines).map(|at| named(&native_id, Kind::Id, at, names)).collect();
    let serials: By<usize, String> = (0..lines).map(|at| named(&serial, Kind::Serial, at, names)).collect();
    let called: By<usize, String> = (0..lines).map(|at| names.device(name.get(at))).collect();
    let order = Order::by(lines, |at| (ids.get(at), serials.get(at), called.get(at), export.get(at)));
    let export = order.take(&export);
    let columns = RecordColumns {
        console,
        first,
        row: export.iter().map(|export| rows.next(*export)).collect(),
        export,
        native_id: identifiers(&order, &native_id, Kind::Id, names),
        name: Texts::of(order.take(&called).into_vec()),
        serial: identifiers(&order, &serial, Kind::Serial, names),
        last_seen: times(&last_seen, &order),
        enrolled: times(&enrolled, &order),
        state: if state.is_empty() { state } else { order.take(&state) },
    };
    (columns, order)
}

fn set_aside(rows: Vec<(ExportId, u32, String)>, counted: &mut Rows) -> Vec<(ExportId, u32, String)> {
    rows.into_iter().map(|(export, _, reason)| (export, counted.next(export), reason)).collect()
}

fn of_older(older: OlderColumns, names: &mut Names, rows: &mut Rows) -> OlderColumns {
    let OlderColumns { export, row, native_id, name, serial, reason } = older;
    let lines = row.len();
    let ids: By<usize, String> = (0..lines).map(|at| names.of(Kind::Id, native_id.get(at))).collect();
    let serials: By<usize, String> = (0..lines).map(|at| names.of(Kind::Serial, serial.get(at))).collect();
    let called: By<usize, String> = (0..lines).map(|at| names.device(name.get(at))).collect();
    let order = Order::by(lines, |at| (ids.get(at), serials.get(at), called.get(at)));
    OlderColumns {
        export,
        row: (0..lines).map(|_| rows.next(export)).collect(),
        native_id: Texts::of(order.take(&ids).into_vec()),
        name: Texts::of(order.take(&called).into_vec()),
        serial: Texts::of(order.take(&serials).into_vec()),
        reason: texts(&order, |at| reason.get(at).to_string()),
    }
}

fn of_links(links: Links, places: &Places) -> Links {
    let Links { device, held_by, refused } = links;
    let mut copied = Links {
        device: ByRecord::of(vec![DeviceId::NONE; device.len()]),
        held_by: ByRecord::of(vec![0; held_by.len()]),
        refused: BTreeMap::new(),
    };
    for (old, device) in device.numbered() {
        if let Some(slot) = copied.device.slot(places.record(old)) {
            *slot = places.devices.place(*device);
        }
    }
    for (old, kinds) in held_by.numbered() {
        if let Some(slot) = copied.held_by.slot(places.record(old)) {
            *slot = *kinds;
        }
    }
    copied.refused = refused.into_iter().map(|(record, reasons)| (places.record(record), reasons)).collect();
    copied
}

/// What stands for an identifier. What a console writes where it has none is a value, too.
fn named(own: &Identifiers, kind: Kind, at: usize, names: &mut Names) -> String {
    match own.compared(at) {
        "" => names.of(kind, own.as_written(at)),
        compared => names.identifier(kind, compared, own.as_written(at)),
    }
}

fn identifiers<N: Place>(order: &Order<N>, own: &Identifiers<N>, kind: Kind, names: &mut Names) -> Identifiers<N> {
    let compared: Vec<String> =
        order.lines().map(|at| names.identifier(kind, own.compared(at), own.as_written(at))).collect();
    let odd = |at: N, names: &mut Names| match own.compared(at) {
        "" => names.of(kind, own.as_written(at)),
        _ => String::new(),
    };
    let written: Vec<String> = order.lines().map(|at| odd(at, names)).collect();
    let written = if written.iter().all(String::is_empty) { Texts::default() } else { Texts::of(written) };
    Identifiers::new(Texts::of(compared), written)
}

fn texts<N: Place>(order: &Order<N>, get: impl FnMut(N) -> String) -> Texts<N> {
    Texts::of(order.lines().map(get).collect::<Vec<String>>())
}

fn times<N: Place>(own: &Times<N>, order: &Order<N>) -> Times<N> {
    order.lines().map(|at| own.get(at)).collect()
}
