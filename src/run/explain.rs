//! One device in full: its records and their proof, its signals, what each rule made of it, and its steps.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Options, Progress, conclude};
use crate::console::Console;
use crate::coverage::Devices;
use crate::error::{Error, Result};
use crate::formats::{Formats, values};
use crate::identity::{Links, RecordStore, story};
use crate::ids::{DeviceId, ExportId};
use crate::outcome::{
    self, Explained, Explanation, Field, Holds, MOST_CANDIDATES, Outcome, Verdict, candidate, steps, unflagged,
};
use crate::rules::{self, Rule};

/// What stays behind the tables of an [`Outcome`].
pub(super) struct Inner {
    pub store: RecordStore,
    /// Whole where it is kept; else without what the outcome has.
    pub links: Links,
    pub devices: Devices,
    pub rules: Vec<Rule>,
    pub formats: Formats,
}

/// Analyses the exports and explains the device that a text names: its key, name, serial number, any of its ids, or
/// `file:row`.
///
/// # Errors
/// As [`analyze`](super::analyze); [`Error::Usage`] if nothing bears the name.
pub fn explain(options: &Options, query: &str, progress: &dyn Progress) -> Result<Explained> {
    let (outcome, inner) = conclude(options, true, progress)?;
    let found = find(&outcome, &inner, query);
    match found.as_slice() {
        [] => Err(Error::Usage {
            message: format!("no device has `{query}` as key, name, serial number or id, and no row is called so"),
            help: "take a `device_key` of `devices.csv`, or a row of `records.csv` as `file:row`".into(),
        }),
        [one] => whole(&outcome, &inner, *one).map(|e| Explained::One(Box::new(e))),
        many => {
            let told = many.iter().take(MOST_CANDIDATES).map(|device| candidate(&outcome, *device));
            Ok(Explained::Several(told.collect(), many.len()))
        }
    }
}

/// The devices that a text names. A key names one device even where its text is also another's name.
fn find(outcome: &Outcome, inner: &Inner, query: &str) -> Vec<DeviceId> {
    let query = query.trim();
    if let Some((device, _)) = outcome.devices.key.numbered().find(|(_, key)| key.eq_ignore_ascii_case(query)) {
        return vec![device];
    }
    // `intune:…` as findings print objects; a name may hold a colon too.
    let object =
        query.split_once(':').and_then(|(console, id)| Some((inner.store.registry.parse(console)?, id.trim())));
    let of_console = object.map(|(console, id)| find_in(outcome, inner, id, Some(console)));
    of_console.filter(|found| !found.is_empty()).unwrap_or_else(|| find_in(outcome, inner, query, None))
}

/// The devices of which a record bears a text; with a console, only its records are looked at.
fn find_in(outcome: &Outcome, inner: &Inner, query: &str, of_console: Option<Console>) -> Vec<DeviceId> {
    let compared = |cell: values::Cell<Cow<'_, str>>| match cell {
        values::Cell::Value(value) => value.into_owned(),
        _ => query.to_string(),
    };
    let serial = compared(values::serial(query));
    let id = compared(values::native_id(query));
    let radio = compared(values::imei(query));
    let place = query.rsplit_once(':').and_then(|(file, row)| Some((file, row.parse::<u32>().ok()?)));
    let mut found = BTreeSet::new();
    for console_records in inner
        .store
        .by_console
        .iter()
        .filter(|console_records| of_console.is_none_or(|console| console_records.console == console))
    {
        let mut take = |line: usize| {
            let device = *outcome.links.device.get(console_records.record(line));
            if device.is_some() {
                found.insert(device);
            }
        };
        for (column, wanted) in [
            ("name", query),
            ("serial", serial.as_str()),
            ("serial_written", query),
            ("native_id", id.as_str()),
            ("native_id_written", query),
            ("entra_id", id.as_str()),
            ("intune_id", id.as_str()),
            ("ztdid", id.as_str()),
            ("imei", radio.as_str()),
            ("imei2", radio.as_str()),
            ("meid", radio.as_str()),
        ] {
            let Some(cells) = console_records.text(column) else { continue };
            // Of a radio number the check digit does not count, and some consoles leave it out.
            let same = |cell: &str| {
                cell.eq_ignore_ascii_case(wanted)
                    || (wanted == radio && values::radio_key(cell) == values::radio_key(wanted))
            };
            let hits = cells.iter().enumerate().filter(|(_, cell)| cell.is_some_and(same));
            hits.for_each(|(line, _)| take(line));
        }
        let Some((file, row)) = place else { continue };
        let (Some(exports), Some(rows)) = (console_records.numbers("export"), console_records.numbers("row")) else {
            continue;
        };
        for (line, (export, own)) in exports.iter().zip(rows.iter()).enumerate() {
            let label = export.map(|export| inner.store.label(ExportId::new(export)));
            if own == Some(row) && label == Some(file) {
                take(line);
            }
        }
    }
    found.into_iter().collect()
}

fn whole(outcome: &Outcome, inner: &Inner, device: DeviceId) -> Result<Explanation> {
    let table = &outcome.devices;
    let own = candidate(outcome, device);
    let Inner { store, links, devices, rules, formats } = inner;
    let inactive_days = devices.days(crate::identity::Threshold::Inactive, device);
    let context = rules::EvalContext { store, links, devices, formats };
    let records = story::records(store, links, devices, device);
    Ok(Explanation {
        inactive_days: Some(inactive_days),
        ownership: *table.ownership.get(device),
        join_type: *table.join_type.get(device),
        identity: *table.identity.get(device),
        activity: *table.activity.get(device),
        as_of: outcome.as_of.millis,
        records: records.told,
        records_total: records.total,
        fields: story::fields(store, devices, device).into_iter().map(Field::of).collect(),
        elsewhere: rules::elsewhere(context, device),
        verdicts: rules::explain(rules, context, device)?
            .into_iter()
            .filter_map(|story| {
                let kept = outcome::verdict(outcome, device, story.rule)?;
                Some(Verdict { holds: Holds::of(story.holds), reason: story.reason, values: story.values, ..kept })
            })
            .collect(),
        steps: steps(outcome, device),
        steps_total: outcome.steps.iter().filter(|step| step.device == device).count(),
        unflagged: unflagged(outcome, device),
        device: own,
        of_report: false,
    })
}
