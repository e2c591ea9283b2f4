//! Remarks that need the devices or the time of judgement.

use std::collections::{BTreeMap, HashMap};

pub(super) mod together;

use super::Source;
use crate::console::Console;
use crate::frame::texts::{lowered, twins};
use crate::identity::{AsOf, Members, RecordStore};
use crate::ids::{DeviceId, ExportId};
use crate::notice::{Code, Notice};
use crate::outcome::LONGEST_WITH_TEXTS;
use crate::schema::Platform;
use crate::table::DeviceTable;
use crate::time::{DAY, Millis, day};

/// Names that several devices bear: where scripts that match by name take the wrong one.
pub(super) fn name_collision(devices: &DeviceTable) -> Option<Notice> {
    const SHOWN: usize = 5;
    let name = |device: u32| Some(devices.name.get(DeviceId::new(device))).filter(|name| !name.is_empty());
    let mut bearers: HashMap<String, usize> = HashMap::new();
    // Only names whose digest another one has are looked at as texts.
    for device in twins(devices.key.count(), |device| name(device).map(lowered)) {
        if let Some(name) = name(device) {
            *bearers.entry(name.to_lowercase()).or_default() += 1;
        }
    }
    bearers.retain(|_, count| *count > 1);
    let mut shared: Vec<(String, usize)> = bearers.into_iter().collect();
    shared.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let listed: Vec<String> = shared.iter().take(SHOWN).map(|(name, n)| format!("`{}` ({n})", clipped(name))).collect();
    let more = if shared.len() > SHOWN { " and others" } else { "" };
    (!shared.is_empty()).then(|| {
        let (names, bear) = if shared.len() == 1 { ("name", "is borne") } else { ("names", "are borne") };
        let message = format!(
            "{} {names} {bear} by several devices: {}{more}; none of these was joined by name",
            shared.len(),
            listed.join(", ")
        );
        Notice::new(Code::NameCollision, "", message)
    })
}

/// Exports whose newest signal is far behind the as-of time were made on another day than the rest.
pub(super) fn out_of_step(sources: &[Source], as_of: AsOf) -> Vec<Notice> {
    const APART: i64 = 14 * DAY;
    const FEWEST: u64 = 10;
    let is_late = |newest: i64| as_of.millis - newest > APART;
    // Nothing is earlier than a rest that is as late.
    let all = sources.iter().filter_map(|source| source.newest_signal).all(is_late);
    let why = if all {
        "no list shows anything later"
    } else {
        "it was exported earlier than the rest, or its console is out of use"
    };
    sources
        .iter()
        .filter_map(|source| {
            let newest = source.newest_signal?;
            (is_late(newest) && source.records >= FEWEST).then(|| {
                let message = format!(
                    "its newest activity is of {}, {} days before the time of judgement: {why}",
                    day(newest),
                    as_of.at().days_since(Millis::new(newest))
                );
                Notice::new(Code::SourcesOutOfStep, &source.export, message)
            })
        })
        .collect()
}

/// A plan too long to repeat what its steps say.
pub(super) fn long_plan(steps: usize) -> Option<Notice> {
    (steps > LONGEST_WITH_TEXTS).then(|| {
        let message = format!(
            "the plan has {steps} steps: its lines leave `action`, `condition` and `why` empty, and `guide` is the line of guide.csv that has them"
        );
        Notice::new(Code::LongPlan, "", message)
    })
}

/// A header cell short enough for a message.
pub(super) fn clipped(text: &str) -> String {
    const LENGTH: usize = 40;
    if text.chars().count() <= LENGTH { text.to_string() } else { text.chars().take(LENGTH).chain(['…']).collect() }
}

/// Columns by which a console, or a person, finds the device of a row.
const NAMING: &[&str] =
    &["native_id", "name", "serial", "serial_written", "entra_id", "intune_id", "ztdid", "imei", "imei2", "meid"];

/// Devices whose records may not belong together after all, and why.
pub(super) fn doubtful(store: &RecordStore, devices: &Members) -> (Vec<DeviceId>, Vec<Notice>) {
    let (mut moved, mut notices) = names_disagree(store, devices);
    let (nameless, more) = nameless(store, devices);
    moved.extend(nameless);
    notices.extend(more);
    (moved, notices)
}

/// Rows that name no device at all: no id, no serial number, no name. Each stands for a device that nobody can find, so
/// that its devices are doubtful and a notice says how many there are.
fn nameless(store: &RecordStore, devices: &Members) -> (Vec<DeviceId>, Vec<Notice>) {
    let (mut doubtful, mut rows) = (Vec::new(), BTreeMap::<u32, (u64, u32)>::new());
    for (at, console_records) in
        store.by_console.iter().enumerate().filter(|(_, console_records)| console_records.console.makes_devices())
    {
        let columns: Vec<_> = NAMING.iter().filter_map(|name| console_records.text(name)).collect();
        if columns.iter().any(|cells| cells.null_count() == 0) {
            continue;
        }
        let (Some(exports), Some(numbers)) = (console_records.numbers("export"), console_records.numbers("row")) else {
            continue;
        };
        let places = devices.device_of(at).iter().zip(exports.iter().zip(numbers.iter())).enumerate();
        for (line, (device, (export, row))) in places {
            if !device.is_some() || columns.iter().any(|cells| cells.get(line).is_some()) {
                continue;
            }
            doubtful.push(*device);
            let (export, row) = (export.unwrap_or_default(), row.unwrap_or_default());
            let slot = rows.entry(export).or_insert((0, row));
            *slot = (slot.0 + 1, slot.1.min(row));
        }
    }
    let notice = |(export, (count, first)): (u32, (u64, u32))| {
        let label = store.label(ExportId::new(export));
        let (rows, have, each) = if count == 1 { ("row", "has", "it counts") } else { ("rows", "have", "each counts") };
        let message = format!(
            "{count} {rows} {have} neither id nor serial number nor name; {each} as a device of its own that nothing is planned \
             for. They may belong to the row above: fill in what the list leaves out, or export it again"
        );
        Notice::new(Code::BadRow, label, message).at_row(first.into())
    };
    (doubtful, rows.into_iter().map(notice).collect())
}

/// With fewer pairs a few renamed devices are no pattern.
const FEWEST_PAIRS: usize = 10;

/// Devices whose names differ in a console and in one whose records it names, as Intune does those of Entra ID, where that
/// is so for most of them.
///
/// Both consoles show the name that the device reports. Where most pairs disagree, a column of one of the files was
/// sorted or moved by itself, and the ids stand beside the wrong devices.
fn names_disagree(store: &RecordStore, devices: &Members) -> (Vec<DeviceId>, Vec<Notice>) {
    let registry = store.registry;
    let pointers = registry.all().iter().filter_map(|console| registry.pointer_to(*console));
    let (differ, notices): (Vec<_>, Vec<_>) =
        pointers.map(|pointer| disagree(store, devices, pointer.from, pointer.to)).unzip();
    (differ.concat(), notices.into_iter().flatten().collect())
}

fn disagree(store: &RecordStore, devices: &Members, from: Console, to: Console) -> (Vec<DeviceId>, Option<Notice>) {
    let names = |console| store.of(console).and_then(|console_records| console_records.text("name"));
    let (Some(here), Some(there)) = (names(from), names(to)) else { return (Vec::new(), None) };
    let (mut pairs, mut differ) = (0, Vec::new());
    // A phone is often registered under another name than it is managed by.
    let computers = devices.platforms().iter().map(|p| matches!(p, Platform::Windows | Platform::Macos));
    for (device, _) in DeviceId::all(devices.count).zip(computers).filter(|(_, computer)| *computer) {
        let (Some(a), Some(b)) = (live_name(devices, from, device, here), live_name(devices, to, device, there)) else {
            continue;
        };
        pairs += 1;
        if !a.eq_ignore_ascii_case(b) {
            differ.push(device);
        }
    }
    if pairs < FEWEST_PAIRS || differ.len() * 2 <= pairs {
        return (Vec::new(), None);
    }
    let message = format!(
        "{} of {pairs} devices have one name in {} and another in {}: a column of one of the files was probably moved \
         or sorted by itself, so that ids stand beside the wrong devices. They count as contradictory; export both again",
        differ.len(),
        from.title(),
        to.title()
    );
    let notice = Notice::new(Code::IdentityConflict, "", message);
    (differ, Some(notice))
}

fn live_name<'a>(
    devices: &Members,
    console: Console,
    device: DeviceId,
    names: &'a crate::frame::Strings,
) -> Option<&'a str> {
    let line = devices.live_line(console, device)? as usize;
    names.get(line).map(str::trim)
}
