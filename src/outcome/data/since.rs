//! What a run remembers of earlier ones, saved and loaded. A report without a baseline has none of these tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::read::{Damage, Table, is_date};
use super::tables::some;
use crate::console::Registry;
use crate::ids::{By, DeviceId, PastId, ReasonId, TextId};
use crate::outcome::{
    Change, ChangeKind, ChangeState, Changes, Ledger, LedgerLine, LedgerState, ListStates, Outcome, Past, PastFindings,
    Point, Remembered, RuleStates, Since,
};
use crate::schema::Severity;

/// The parts that are no large table.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Small {
    chain: Vec<Point>,
    rules: Vec<String>,
    by_rule: Vec<RuleStates>,
    lists: Vec<ListStates>,
    reasons: By<ReasonId, String>,
    ledger_texts: By<TextId, String>,
}

impl Small {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let since = &outcome.since;
        Self {
            chain: since.chain.clone(),
            rules: since.rules.clone(),
            by_rule: since.by_rule.clone(),
            lists: since.lists.clone(),
            reasons: since.reasons.clone(),
            ledger_texts: outcome.ledger.texts.clone(),
        }
    }

    /// Refuses what no program of ours writes.
    pub(super) fn check(&self) -> Result<(), Damage> {
        let dates = self.chain.iter().all(|point| is_date(point.as_of));
        let figures = self.chain.iter().all(|point| point.findings.len() == Severity::ALL.len());
        let seals = self.chain.iter().all(|point| point.seal.bytes().all(|sign| sign.is_ascii_hexdigit()));
        if dates && figures && seals { Ok(()) } else { Err("has earlier runs that mean nothing".into()) }
    }
}

/// The tables; none where there is no earlier run.
pub(super) fn frames(outcome: &Outcome) -> Vec<Frame<'_>> {
    if !outcome.since.is_some() {
        return Vec::new();
    }
    vec![changes(outcome), past(outcome), past_findings(outcome), ledger(outcome)]
}

fn changes(outcome: &Outcome) -> Frame<'_> {
    let own = &outcome.since.changes;
    Frame::<usize>::new("changes", own.len())
        .word("kind", ChangeKind::WORDS, |at| Some(own.kind.get(at).position()))
        .word("state", ChangeState::WORDS, |at| Some(own.state.get(at).position()))
        .number("rule", |at| Some(*own.rule.get(at)).filter(|rule| *rule != u16::MAX).map(u32::from))
        .number("device", |at| some(own.device.get(at)))
        .number("past", |at| some(own.past.get(at)))
        .shared("console", |at| own.console.get(at).map_or("", crate::console::Console::as_str))
        .text("object", |at| own.object.get(at))
        .text("before", |at| own.before.get(at))
        .text("after", |at| own.after.get(at))
        .number("why", |at| some(own.why.get(at)))
}

fn past(outcome: &Outcome) -> Frame<'_> {
    let own = &outcome.since.past;
    Frame::<PastId>::new("past-devices", own.len())
        .text("device_key", |at| own.key.get(at))
        .text("name", |at| own.name.get(at))
        .text("serial", |at| own.serial.get(at))
        .text("serial_written", |at| own.serial_written.get(at))
        .text("entra_device_id", |at| own.entra.get(at))
        .text("objects", |at| own.objects.get(at))
        .time("seen", |at| Some(*own.seen.get(at)))
        .flag("gone", |at| *own.gone.get(at))
        .plain()
}

fn past_findings(outcome: &Outcome) -> Frame<'_> {
    let own = &outcome.since.past_findings;
    Frame::<usize>::new("past-findings", own.len())
        .number("rule", |at| Some(u32::from(*own.rule.get(at))))
        .number("device", |at| some(own.device.get(at)))
        .number("past", |at| some(own.past.get(at)))
        .word("state", Remembered::WORDS, |at| Some(own.state.get(at).position()))
        .word("severity", Severity::WORDS, |at| Some(own.severity.get(at).position()))
}

fn ledger(outcome: &Outcome) -> Frame<'_> {
    let own = &outcome.ledger.lines;
    let line = |at: usize| own.get(at);
    Frame::<usize>::new("ledger", own.len())
        .shared("console", move |at| line(at).map_or("", |line| line.console.as_str()))
        .text("object_id", move |at| line(at).map_or("", |line| &line.object))
        .text("object_compared", move |at| line(at).map_or("", |line| &line.compared))
        .number("step", move |at| line(at).and_then(|line| some(&line.step)))
        .number("device", move |at| line(at).and_then(|line| some(&line.device)))
        .number("past", move |at| line(at).and_then(|line| some(&line.past)))
        .number("package", move |at| line(at).and_then(|line| some(&line.package)))
        .time("planned_on", move |at| line(at).map(|line| line.planned_on))
        .time("claimed_on", move |at| line(at)?.claimed_on)
        .number("claimed_by", move |at| line(at).and_then(|line| some(&line.claimed_by)))
        .word("state", LedgerState::WORDS, move |at| line(at).map(|line| line.state.position()))
        .time("settled_on", move |at| line(at)?.settled_on)
        .number("settled_by", move |at| line(at).and_then(|line| some(&line.settled_by)))
        .number("note", move |at| line(at).and_then(|line| some(&line.note)))
        .flag("seen", move |at| line(at).is_some_and(|line| line.seen))
        .flag("gone", move |at| line(at).is_some_and(|line| line.gone))
}

/// How many there are of what the tables name.
pub(super) struct Counts<'a> {
    pub devices: usize,
    pub lines: &'a BTreeMap<String, usize>,
    pub registry: &'static Registry,
}

/// What reads a table.
pub(super) type Reading<'a> = &'a mut dyn FnMut(&Table) -> Result<(), Damage>;

/// What the tables and the rest say together. `table` opens one and hands it on.
pub(super) fn loaded<E>(
    small: Small,
    counts: &Counts<'_>,
    table: &mut dyn FnMut(&str, Reading<'_>) -> Result<(), E>,
) -> Result<(Since, Ledger), E> {
    let mut since = Since {
        chain: small.chain,
        rules: small.rules,
        by_rule: small.by_rule,
        lists: small.lists,
        reasons: small.reasons,
        ..Since::default()
    };
    let mut ledger = Ledger { lines: Vec::new(), texts: small.ledger_texts };
    if !since.is_some() || !counts.lines.contains_key("changes") {
        return Ok((Since::default(), Ledger::default()));
    }
    let limits = Limits {
        devices: counts.devices,
        past: counts.lines.get("past-devices").copied().unwrap_or_default(),
        rules: since.rules.len().min(usize::from(u16::MAX)),
        registry: counts.registry,
    };
    let reasons = since.reasons.len();
    table("changes", &mut |table| read_changes(table, &limits, reasons).map(|read| since.changes = read))?;
    table("past-devices", &mut |table| read_past(table).map(|read| since.past = read))?;
    table("past-findings", &mut |table| read_past_findings(table, &limits).map(|read| since.past_findings = read))?;
    let texts = ledger.texts.len();
    table("ledger", &mut |table| read_ledger(table, &limits, texts).map(|read| ledger.lines = read))?;
    Ok((since, ledger))
}

struct Limits {
    devices: usize,
    past: usize,
    rules: usize,
    registry: &'static Registry,
}

fn read_changes(table: &Table, limits: &Limits, reasons: usize) -> Result<Changes, Damage> {
    let mut changes = Changes::default();
    let (kind, state) = (table.each_word("kind", ChangeKind::parse)?, table.each_word("state", ChangeState::parse)?);
    let rule = table.below("rule", limits.rules, true)?;
    let (device, past) = (table.numbered("device", limits.devices, true)?, table.numbered("past", limits.past, true)?);
    let (console, object) = (table.texts("console")?, table.texts("object")?);
    let (before, after) = (table.texts("before")?, table.texts("after")?);
    let why = table.numbered("why", reasons, false)?;
    let words = kind.into_iter().zip(state).zip(rule).zip(device.into_iter().zip(past)).zip(why);
    for (at, ((((kind, state), rule), (device, past)), why)) in words.enumerate() {
        changes.push(Change {
            kind,
            state,
            rule: u16::try_from(rule).unwrap_or(u16::MAX),
            device,
            past,
            console: limits.registry.parse(console.get(at)),
            object: object.get(at).to_string(),
            before: before.get(at).to_string(),
            after: after.get(at).to_string(),
            why,
        });
    }
    Ok(changes)
}

fn read_past(table: &Table) -> Result<Past, Damage> {
    let seen = table.times("seen")?;
    let key: By<PastId, String> = By::of(table.strings("device_key")?);
    Ok(Past {
        seen: key.numbers().map(|at| seen.get(at).unwrap_or_default()).collect(),
        key,
        name: By::of(table.strings("name")?),
        serial: By::of(table.strings("serial")?),
        serial_written: By::of(table.strings("serial_written")?),
        entra: By::of(table.strings("entra_device_id")?),
        objects: By::of(table.strings("objects")?),
        gone: By::of(table.flags("gone")?),
    })
}

/// The device of this run that each line is about, and the one of an earlier run.
type OfDevices = (By<usize, DeviceId>, By<usize, PastId>);

/// The device of each line: a line is about one of this run or about one of an earlier run.
fn of_devices(table: &Table, limits: &Limits) -> Result<OfDevices, Damage> {
    let device: By<usize, DeviceId> = By::of(table.numbered("device", limits.devices, true)?);
    let past: By<usize, PastId> = By::of(table.numbered("past", limits.past, true)?);
    if device.iter().zip(&past).all(|(device, past)| device.is_some() || past.is_some()) {
        Ok((device, past))
    } else {
        Err("has a line about no device".into())
    }
}

fn read_past_findings(table: &Table, limits: &Limits) -> Result<PastFindings, Damage> {
    let rule = table.below("rule", limits.rules, false)?;
    let (device, past) = of_devices(table, limits)?;
    Ok(PastFindings {
        rule: rule.into_iter().map(|rule| u16::try_from(rule).unwrap_or(u16::MAX)).collect(),
        device,
        past,
        state: By::of(table.each_word("state", Remembered::parse)?),
        severity: By::of(table.each_word("severity", Severity::parse)?),
    })
}

fn read_ledger(table: &Table, limits: &Limits, texts: usize) -> Result<Vec<LedgerLine>, Damage> {
    let (console, object, compared) =
        (table.texts("console")?, table.texts("object_id")?, table.texts("object_compared")?);
    let text = |name: &str| Ok::<By<usize, TextId>, Damage>(By::of(table.numbered(name, texts, false)?));
    let (step, package, claimed_by) = (text("step")?, text("package")?, text("claimed_by")?);
    let (settled_by, note) = (text("settled_by")?, text("note")?);
    let (device, past) = of_devices(table, limits)?;
    let (planned, claimed, settled) =
        (table.times("planned_on")?, table.times("claimed_on")?, table.times("settled_on")?);
    let state = table.each_word("state", LedgerState::parse)?;
    let (seen, gone) = (table.flags("seen")?, table.flags("gone")?);
    let one = |at: usize| {
        let console = limits.registry.parse(console.get(at)).ok_or("has a console in `console` that means nothing")?;
        Ok(LedgerLine {
            console,
            object: object.get(at).to_string(),
            compared: compared.get(at).to_string(),
            step: *step.get(at),
            device: *device.get(at),
            past: *past.get(at),
            package: *package.get(at),
            planned_on: planned.get(at).unwrap_or_default(),
            claimed_on: claimed.get(at),
            claimed_by: *claimed_by.get(at),
            state: state.get(at).copied().unwrap_or(LedgerState::Planned),
            settled_on: settled.get(at),
            settled_by: *settled_by.get(at),
            note: *note.get(at),
            seen: seen.get(at) == Some(&true),
            gone: gone.get(at) == Some(&true),
        })
    };
    (0..state.len()).map(one).collect()
}
