//! The made-up device of a test: default values, given values, or records that are joined without asking.

use std::collections::BTreeMap;

use polars::prelude::{
    AnyValue, BooleanChunked, Column, DataFrame, Int64Chunked, IntoColumn, NewChunkedArray, StringChunked, TimeUnit,
    UInt32Chunked,
};
use yaml_serde::Value;

use crate::console::{Console, Registry};
use crate::coverage::{Coverage, Devices, Tables};
use crate::formats::dates::{Stamp, stamp};
use crate::formats::{Records, Vocabulary};
use crate::identity::{AsOf, Links, Marker, Markers, Members, RecordStore, Threshold, Thresholds};
use crate::ids::{ByRecord, DeviceId};
use crate::language::first_line;
use crate::schema::{Field, Kind, Platform, record_field};

/// As-of time of every test.
const AS_OF: &str = "2026-01-01";

type Row = BTreeMap<String, Value>;

/// One device made of the records of a test.
pub(super) struct MadeUp {
    pub store: RecordStore,
    pub devices: Devices,
    links: Links,
}

impl MadeUp {
    pub(super) fn new(registry: &'static Registry, rows: &[Row]) -> Result<Self, String> {
        let console = |row: &Row| row.get("console").and_then(Value::as_str).and_then(|slug| registry.parse(slug));
        let mut exports = Vec::new();
        for one in registry.all().iter().copied() {
            let own: Vec<&Row> = rows.iter().filter(|row| console(row) == Some(one)).collect();
            if !own.is_empty() {
                exports.push((one.to_string(), records(one, &own)?));
            }
        }
        let store = RecordStore::new(registry, exports, registry.all()).map_err(|e| e.to_string())?;
        let links = one_device(store.total);
        let Some(millis) = time(AS_OF) else { return Err("the time of judgement cannot be read".into()) };
        let as_of = AsOf { millis, given: true, otherwise: None };
        let members = Members::new(&store, &links, as_of, Thresholds::default(), &Markers::default());
        let members = members.map_err(|e| e.to_string())?;
        let (coverage, _) = Coverage::new(&store, &links, &members, &Tables::default(), &Vocabulary::default());
        let devices = Devices::new(members, coverage, &links, []);
        Ok(Self { store, devices, links })
    }

    pub(super) fn column(&self, name: &str) -> Result<Column, String> {
        self.devices.column(&self.store, &self.links, name).map_err(|e| e.to_string())
    }
}

/// Links that hold every record to one device.
fn one_device(total: u32) -> Links {
    Links {
        device: ByRecord::filled(DeviceId::new(0), total),
        held_by: ByRecord::filled(0, total),
        devices: 1,
        conflict: vec![false],
        exact: vec![true],
        objects: vec![total],
        repeat: ByRecord::filled(false, total),
        weak: ByRecord::filled(false, total),
        weak_objects: vec![0],
        key: vec!["test".into()],
        ..Links::default()
    }
}

fn records(console: Console, rows: &[&Row]) -> Result<Records, String> {
    let height = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let mut columns = vec![UInt32Chunked::from_iter_values("row".into(), 1..=height).into_column()];
    let mut names: Vec<&String> = rows.iter().flat_map(|row| row.keys()).filter(|name| *name != "console").collect();
    names.sort_unstable();
    names.dedup();
    for field in names.into_iter().filter_map(|name| record_field(name)) {
        columns.push(record_column(field, rows)?);
    }
    let frame = DataFrame::new(rows.len(), columns).map_err(|e| first_line(&e))?;
    Ok(Records::plain(console, frame))
}

fn record_column(field: &Field, rows: &[&Row]) -> Result<Column, String> {
    let name = field.name;
    let bad = || format!("`{name}` cannot hold the given value");
    let cell = |row: &&Row| row.get(name).cloned().unwrap_or(Value::Null);
    match field.kind {
        Kind::Flag => {
            let read = |v: Value| if v.is_null() { Ok(None) } else { v.as_bool().map(Some).ok_or_else(bad) };
            let flags = rows.iter().map(cell).map(read).collect::<Result<Vec<_>, _>>()?;
            Ok(BooleanChunked::from_iter_options(name.into(), flags.into_iter()).into_column())
        }
        Kind::Time => {
            let read =
                |v: Value| if v.is_null() { Ok(None) } else { v.as_str().and_then(time).map(Some).ok_or_else(bad) };
            let times = rows.iter().map(cell).map(read).collect::<Result<Vec<_>, _>>()?;
            Ok(Int64Chunked::from_slice_options(name.into(), &times).into_column())
        }
        _ => {
            let read = |v: Value| if v.is_null() { Ok(None) } else { text(&v).map(Some).ok_or_else(bad) };
            let texts = rows.iter().map(cell).map(read).collect::<Result<Vec<_>, _>>()?;
            Ok(StringChunked::from_iter_options(name.into(), texts.into_iter()).into_column())
        }
    }
}

/// Ids of digits only are read as numbers by YAML.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_string).or_else(|| value.as_u64().map(|n| n.to_string()))
}

pub(in crate::rules) fn given_value(given: &Value, kind: Kind) -> Option<AnyValue<'static>> {
    if given.is_null() {
        return Some(AnyValue::Null);
    }
    match kind {
        Kind::Flag => given.as_bool().map(AnyValue::Boolean),
        Kind::Count => given.as_u64().and_then(|n| u32::try_from(n).ok()).map(AnyValue::UInt32),
        Kind::Days => given.as_f64().map(AnyValue::Float64),
        Kind::Time => given.as_str().and_then(time).map(datetime),
        _ => text(given).map(|text| AnyValue::StringOwned(text.into())),
    }
}

fn time(text: &str) -> Option<i64> {
    match stamp(text) {
        Stamp::At(millis) => Some(millis),
        _ => None,
    }
}

const fn datetime(millis: i64) -> AnyValue<'static> {
    AnyValue::Datetime(millis, TimeUnit::Milliseconds, None)
}

/// What an empty device has: no records, default thresholds, words that say "not known".
pub(in crate::rules) fn default_value(name: &str, kind: Kind) -> AnyValue<'static> {
    let thresholds = Thresholds::default();
    if let Some(threshold) = name.strip_suffix("_days").and_then(Threshold::parse) {
        return AnyValue::UInt32(thresholds.days(threshold, Platform::Windows));
    }
    match (name, kind) {
        ("as_of", _) => time(AS_OF).map_or(AnyValue::Null, datetime),
        ("signals_complete", _) => AnyValue::Boolean(true),
        ("owner_quota", _) => AnyValue::UInt32(thresholds.owner_quota),
        ("owner_devices" | "owner_stale", _) => AnyValue::Null,
        ("ownership" | "join_type" | "activity", _) => AnyValue::StringOwned("unknown".into()),
        (_, Kind::Count) => AnyValue::UInt32(0),
        (name, Kind::Flag) if name.ends_with("_supplied") => AnyValue::Boolean(false),
        ("entra_any_enabled" | "entra_in_intune" | "abm_all_released", _) => AnyValue::Boolean(false),
        _ if Marker::parse(name).is_some() => AnyValue::Boolean(false),
        _ => AnyValue::Null,
    }
}
