//! What a run remembers of earlier ones, saved and loaded. A report without a baseline has none of these tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::read::{Damage, Table, is_date};
use super::tables::some;
use crate::console::Registry;
use crate::identity::NONE;
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
    reasons: Vec<String>,
    ledger_texts: Vec<String>,
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
    let text = |list: &'static str| {
        move |at: usize| {
            let list = match list {
                "object" => &own.object,
                "before" => &own.before,
                _ => &own.after,
            };
            list.get(at).map_or("", String::as_str)
        }
    };
    Frame::new("changes", own.len())
        .word("kind", ChangeKind::WORDS, |at| own.kind.get(at).map(|word| *word as usize))
        .word("state", ChangeState::WORDS, |at| own.state.get(at).map(|word| *word as usize))
        .number("rule", |at| own.rule.get(at).filter(|rule| **rule != u16::MAX).copied().map(u32::from))
        .number("device", |at| some(own.device.get(at)))
        .number("past", |at| some(own.past.get(at)))
        .shared("console", |at| own.console.get(at).copied().flatten().map_or("", crate::console::Console::as_str))
        .text("object", text("object"))
        .text("before", text("before"))
        .text("after", text("after"))
        .number("why", |at| own.why.get(at).copied())
}

fn past(outcome: &Outcome) -> Frame<'_> {
    let own = &outcome.since.past;
    let text = |list: &'static str| {
        move |at: usize| {
            let list = match list {
                "device_key" => &own.key,
                "name" => &own.name,
                "serial" => &own.serial,
                "serial_written" => &own.serial_written,
                "entra_device_id" => &own.entra,
                _ => &own.objects,
            };
            list.get(at).map_or("", String::as_str)
        }
    };
    ["device_key", "name", "serial", "serial_written", "entra_device_id", "objects"]
        .into_iter()
        .fold(Frame::new("past-devices", own.len()), |frame, name| frame.text(name, text(name)))
        .time("seen", |at| own.seen.get(at).copied())
        .flag("gone", |at| own.gone.get(at) == Some(&true))
}

fn past_findings(outcome: &Outcome) -> Frame<'_> {
    let own = &outcome.since.past_findings;
    Frame::new("past-findings", own.len())
        .number("rule", |at| own.rule.get(at).copied().map(u32::from))
        .number("device", |at| some(own.device.get(at)))
        .number("past", |at| some(own.past.get(at)))
        .word("state", Remembered::WORDS, |at| own.state.get(at).map(|word| *word as usize))
        .word("severity", Severity::WORDS, |at| own.severity.get(at).map(|word| *word as usize))
}

fn ledger(outcome: &Outcome) -> Frame<'_> {
    let own = &outcome.ledger.lines;
    let line = |at: usize| own.get(at);
    Frame::new("ledger", own.len())
        .shared("console", move |at| line(at).map_or("", |line| line.console.as_str()))
        .text("object_id", move |at| line(at).map_or("", |line| &line.object))
        .text("object_compared", move |at| line(at).map_or("", |line| &line.compared))
        .number("step", move |at| line(at).map(|line| line.step))
        .number("device", move |at| line(at).map(|line| line.device).filter(|device| *device != NONE))
        .number("past", move |at| line(at).map(|line| line.past).filter(|past| *past != NONE))
        .number("package", move |at| line(at).map(|line| line.package))
        .time("planned_on", move |at| line(at).map(|line| line.planned_on))
        .time("claimed_on", move |at| line(at)?.claimed_on)
        .number("claimed_by", move |at| line(at).map(|line| line.claimed_by))
        .word("state", LedgerState::WORDS, move |at| line(at).map(|line| line.state as usize))
        .time("settled_on", move |at| line(at)?.settled_on)
        .number("settled_by", move |at| line(at).map(|line| line.settled_by))
        .number("note", move |at| line(at).map(|line| line.note))
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
    let (device, past) = (table.below("device", limits.devices, true)?, table.below("past", limits.past, true)?);
    let (console, object) = (table.texts("console")?, table.texts("object")?);
    let (before, after) = (table.texts("before")?, table.texts("after")?);
    let why = table.below("why", reasons, false)?;
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
    let key = table.strings("device_key")?;
    Ok(Past {
        seen: (0..key.len()).map(|at| seen.get(at).unwrap_or_default()).collect(),
        key,
        name: table.strings("name")?,
        serial: table.strings("serial")?,
        serial_written: table.strings("serial_written")?,
        entra: table.strings("entra_device_id")?,
        objects: table.strings("objects")?,
        gone: table.flags("gone")?,
    })
}

fn read_past_findings(table: &Table, limits: &Limits) -> Result<PastFindings, Damage> {
    let rule = table.below("rule", limits.rules, false)?;
    Ok(PastFindings {
        rule: rule.into_iter().map(|rule| u16::try_from(rule).unwrap_or(u16::MAX)).collect(),
        device: table.below("device", limits.devices, true)?,
        past: table.below("past", limits.past, true)?,
        state: table.each_word("state", Remembered::parse)?,
        severity: table.each_word("severity", Severity::parse)?,
    })
}

fn read_ledger(table: &Table, limits: &Limits, texts: usize) -> Result<Vec<LedgerLine>, Damage> {
    let (console, object, compared) =
        (table.texts("console")?, table.texts("object_id")?, table.texts("object_compared")?);
    let text = |name: &str| table.below(name, texts, false);
    let (step, package, claimed_by) = (text("step")?, text("package")?, text("claimed_by")?);
    let (settled_by, note) = (text("settled_by")?, text("note")?);
    let (device, past) = (table.below("device", limits.devices, true)?, table.below("past", limits.past, true)?);
    let (planned, claimed, settled) =
        (table.times("planned_on")?, table.times("claimed_on")?, table.times("settled_on")?);
    let state = table.each_word("state", LedgerState::parse)?;
    let (seen, gone) = (table.flags("seen")?, table.flags("gone")?);
    let of = |list: &[u32], at: usize| list.get(at).copied().unwrap_or_default();
    let one = |at: usize| {
        let console = limits.registry.parse(console.get(at)).ok_or("has a console in `console` that means nothing")?;
        Ok(LedgerLine {
            console,
            object: object.get(at).to_string(),
            compared: compared.get(at).to_string(),
            step: of(&step, at),
            device: of(&device, at),
            past: of(&past, at),
            package: of(&package, at),
            planned_on: planned.get(at).unwrap_or_default(),
            claimed_on: claimed.get(at),
            claimed_by: of(&claimed_by, at),
            state: state.get(at).copied().unwrap_or(LedgerState::Planned),
            settled_on: settled.get(at),
            settled_by: of(&settled_by, at),
            note: of(&note, at),
            seen: seen.get(at) == Some(&true),
            gone: gone.get(at) == Some(&true),
        })
    };
    (0..state.len()).map(one).collect()
}
