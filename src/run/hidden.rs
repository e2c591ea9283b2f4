//! Findings that somebody has accepted for a time: taken out of what is planned, counted, and listed all the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::coverage::Devices;
use crate::history::{Exceptions, Facts, Selector, State, is_bare_number};
use crate::identity::RecordStore;
use crate::ids::{By, DeviceId, ExceptionId, FindingId};
use crate::notice::Notice;
use crate::rules::{EvalContext, Findings, Rule, Tally};
use crate::run::named::ids_of;

/// Record columns by which exceptions may name devices, beyond those that every run reads.
pub(super) const NEEDED: [&str; 2] = ["org_unit", "group_tag"];

/// What exceptions hide.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// The exceptions, in the order of their file.
    pub exceptions: Exceptions,
    /// What became of each.
    pub states: Vec<State>,
    /// Number of findings that each hides.
    pub counts: Vec<u64>,
    /// The findings.
    pub findings: Findings,
    /// The exception that hides each.
    pub by: By<FindingId, ExceptionId>,
}

/// Takes out the findings that an exception hides.
pub(super) fn hide(
    exceptions: Exceptions,
    rules: &[Rule],
    tallies: &mut [Tally],
    findings: Findings,
    context: EvalContext<'_>,
) -> (Findings, Hidden, Vec<Notice>) {
    if exceptions.list.is_empty() {
        return (findings, Hidden { exceptions, ..Hidden::default() }, Vec::new());
    }
    let as_of = context.devices.as_of.millis;
    let flagged: BTreeSet<DeviceId> = findings.device.iter().copied().collect();
    let facts = facts_of(&flagged, context);
    let mut by = By::default();
    let mut counts = vec![0_u64; exceptions.list.len()];
    let mut goes = vec![false; findings.len()];
    for ((goes, rule), device) in goes.iter_mut().zip(&findings.rule).zip(&findings.device) {
        let (Some(text), Some(facts)) = (rules.get(usize::from(*rule)), facts.get(device)) else { continue };
        let Some(exception) = exceptions.hides(&text.text.id, facts, as_of) else { continue };
        *goes = true;
        by.push(ExceptionId::at(exception));
        if let Some(count) = counts.get_mut(exception) {
            *count += 1;
        }
        if let Some(tally) = tallies.get_mut(usize::from(*rule)) {
            tally.suppressed += 1;
        }
    }
    let (findings, hidden) = findings.split(&goes);
    let states = exceptions.states(&counts, as_of);
    let notices = exceptions.notices(&states);
    (findings, Hidden { exceptions, states, counts, findings: hidden, by }, notices)
}

/// What exceptions may name flagged devices by.
fn facts_of<'a>(flagged: &BTreeSet<DeviceId>, context: EvalContext<'a>) -> BTreeMap<DeviceId, Facts<'a>> {
    const COLUMNS: &[(&str, Selector)] = &[
        ("serial", Selector::Serial),
        ("name", Selector::Name),
        ("primary_user", Selector::User),
        ("org_unit", Selector::OrgUnit),
        ("group_tag", Selector::Tag),
    ];
    let EvalContext { store, links, devices, .. } = context;
    let key = |device: &DeviceId| links.key.get(device.index()).map_or("", String::as_str);
    let mut facts: BTreeMap<DeviceId, Facts<'a>> =
        flagged.iter().map(|device| (*device, Facts { values: vec![(Selector::Key, key(device).into())] })).collect();
    for (at, console_records) in store.by_console.iter().enumerate() {
        for (line, device) in devices.device_of(at).iter().enumerate() {
            let Some(facts) = facts.get_mut(device) else { continue };
            for (kind, id) in ids_of(console_records, line) {
                let alone = Some(id).filter(|id| !is_bare_number(id)).map(Into::into);
                let ids = alone.into_iter().chain([format!("{kind}:{id}").into()]);
                facts.values.extend(ids.map(|id| (Selector::Id, id)));
            }
        }
        for (column, selector) in COLUMNS {
            let Some(cells) = console_records.text(column) else { continue };
            for (line, device) in devices.device_of(at).iter().enumerate() {
                let Some(facts) = facts.get_mut(device) else { continue };
                if let Some(text) = cells.get(line).filter(|_| speaks(store, devices, at, *selector, line, *device)) {
                    facts.values.push((*selector, text.into()));
                    // Reports show what the console writes.
                    let written = console_records.as_written(column, line).filter(|written| *written != text);
                    facts.values.extend(written.map(|written| (*selector, written.into())));
                }
            }
        }
    }
    facts
}

/// Names and users are those of live records only: an old name may be another device's today.
fn speaks(
    store: &RecordStore,
    devices: &Devices,
    console_records: usize,
    selector: Selector,
    line: usize,
    device: DeviceId,
) -> bool {
    let console = store.by_console.get(console_records).map(|s| s.console);
    !matches!(selector, Selector::Name | Selector::User)
        || console.is_some_and(|c| devices.live_line(c, device) == u32::try_from(line).ok())
}
