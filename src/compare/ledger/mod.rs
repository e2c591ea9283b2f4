//! The ledger: what was planned, claimed, confirmed, contradicted, and came back. No line of it is ever lost.
//!
//! Its lines are those of the earlier ledger and the steps of both runs, each once. [`shown`] says what this run shows of
//! their objects, [`grounds`] what people and playbooks say of their steps, and [`mod@settle`] what becomes of them by that.

mod grounds;
mod settle;
mod shown;

use rayon::prelude::*;

use super::devices::{Fate, Matched};
use super::lists::List;
use super::past::Remembering;
use super::sides::{Numbers, id};
use super::texts::Texts;
use crate::console::{Console, State};
use crate::ids::{By, DeviceId, EarlierId, PastId, RecordId, TextId};
use crate::outcome::{Ledger, LedgerLine, LedgerState, Outcome};
use crate::plan::Planned;
use grounds::Grounds;
use settle::{Seen, settle};
use shown::Shown;

/// That somebody says a step on an object is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Slug of the step.
    pub step: String,
    /// The object as its console writes it.
    pub object: String,
    /// The day, UTC milliseconds.
    pub on: i64,
    /// Who says so.
    pub by: String,
    /// The file in which it is said.
    pub file: String,
    /// Row of the file, from 1.
    pub row: u32,
}

/// What the ledger is made from.
pub(super) struct Making<'a> {
    pub old: &'a Outcome,
    pub new: &'a Outcome,
    pub matched: &'a Matched,
    pub lists: &'a [List],
    /// The state of a record of this run.
    pub state_of: &'a (dyn Fn(RecordId) -> State + Sync),
    pub said: &'a [Said],
}

impl Making<'_> {
    /// The ledger of this run.
    pub(super) fn make(&self, remembering: &mut Remembering<'_>) -> Ledger {
        let mut texts: Texts<TextId> = Texts::default();
        // No text is the first of all.
        texts.number("");
        let mut lines = self.carried(&mut texts, remembering);
        let asked = self.planned(self.old, false, &mut texts, remembering);
        lines.extend(asked);
        let now = self.planned(self.new, true, &mut texts, remembering);
        let owned = |(console, object, step): (Console, &str, TextId)| (console, object.to_string(), step);
        let mut asked_now: Vec<(Console, String, TextId)> = now.iter().map(|line| owned(key(line))).collect();
        asked_now.par_sort_unstable();
        lines.extend(now);
        let mut lines = once(lines);
        let shown = self.shown(&lines);
        let grounds = Grounds::new(self, &mut texts);
        for (line, shown) in lines.iter_mut().zip(shown) {
            if let Some((on, by)) = grounds.claim(line).filter(|(on, _)| line.claimed_on.is_none_or(|own| own < *on)) {
                (line.claimed_on, line.claimed_by) = (Some(on), by);
            }
            line.seen |= matches!(shown, Shown::Listed(..));
            let is_asked = {
                let own = key(line);
                asked_now.binary_search_by(|other| (other.0, other.1.as_str(), other.2).cmp(&own)).is_ok()
            };
            let (as_of, proof, not_before) = (self.new.as_of.millis, grounds.proof(line), grounds.not_before(line));
            let (source, newest) = grounds.source(line);
            let shown_on = newest.unwrap_or(as_of);
            settle(line, &Seen { shown, is_asked, proof, source, as_of, shown_on, not_before }, &mut texts);
        }
        Ledger { lines, texts: texts.into_list() }
    }

    /// The lines of the earlier ledger, with the devices of this run.
    fn carried(&self, texts: &mut Texts<TextId>, remembering: &mut Remembering<'_>) -> Vec<LedgerLine> {
        let numbers: By<TextId, TextId> = self.old.ledger.texts.iter().map(|text| texts.number(text)).collect();
        let number = |at| *numbers.get(at);
        let line = |line: &LedgerLine| {
            let before = self.matched.earlier.of(line.device, line.past);
            let (device, past) = self.place(before, remembering);
            LedgerLine {
                console: self.new.devices.registry.parse(line.console.as_str()).unwrap_or(line.console),
                step: number(line.step),
                package: number(line.package),
                claimed_by: number(line.claimed_by),
                settled_by: number(line.settled_by),
                note: number(line.note),
                device,
                past,
                ..line.clone()
            }
        };
        self.old.ledger.lines.iter().map(line).collect()
    }

    /// The device of this run that one of the earlier run is, else its place among those that are remembered.
    fn place(&self, before: EarlierId, remembering: &mut Remembering<'_>) -> (DeviceId, PastId) {
        match self.matched.fate(before) {
            Fate::Same(device) => (device, PastId::NONE),
            Fate::Unclear | Fate::Absent => (DeviceId::NONE, remembering.remember(before, false)),
        }
    }

    /// The steps of a run.
    fn planned(
        &self,
        run: &Outcome,
        is_new: bool,
        texts: &mut Texts<TextId>,
        remembering: &mut Remembering<'_>,
    ) -> Vec<LedgerLine> {
        let mut lines = Vec::new();
        let mut last: Option<(DeviceId, (DeviceId, PastId))> = None;
        for step in &run.steps {
            let Some((console, object, compared, seen)) = self.object(run, step) else { continue };
            let slug = &run.entry(step).slug;
            let (device, past) = match last {
                _ if is_new => (step.device, PastId::NONE),
                Some((known, place)) if known == step.device => place,
                _ => self.place(Numbers::of_run(step.device), remembering),
            };
            last = Some((step.device, (device, past)));
            let package = run.packages.of(step.device).map_or("", |package| package.id.as_str());
            lines.push(LedgerLine {
                console,
                object,
                compared,
                step: texts.number(slug),
                device,
                past,
                package: texts.number(package),
                planned_on: run.as_of.millis,
                claimed_on: None,
                claimed_by: NO_TEXT,
                state: LedgerState::Planned,
                settled_on: None,
                settled_by: NO_TEXT,
                note: NO_TEXT,
                seen,
                gone: false,
            });
        }
        lines
    }

    /// The object of a step: its console, its id as written and as compared, and whether a list has it.
    fn object(&self, run: &Outcome, step: &Planned) -> Option<(Console, String, String, bool)> {
        let console = run.entry(step).console?;
        let console = self.new.devices.registry.parse(console.as_str())?;
        let written = run.object_of(step).into_owned();
        let record = step.object.map(|record| run.records.locate(record));
        let listed = record.filter(|(columns, _)| columns.console.as_str() == console.as_str());
        let compared = match listed {
            Some((columns, line)) => id(columns, line).to_string(),
            None => written.to_lowercase(),
        };
        (!written.is_empty()).then_some((console, written, compared, listed.is_some()))
    }
}

/// The first of the texts, which says nothing.
const NO_TEXT: TextId = TextId::new(0);

/// What a line is about.
fn key(line: &LedgerLine) -> (Console, &str, TextId) {
    (line.console, line.compared.as_str(), line.step)
}

/// Each step on an object once: as it was first asked for, with the device and the package of the last run that did.
fn once(mut lines: Vec<LedgerLine>) -> Vec<LedgerLine> {
    // Stable: the earlier ledger comes first, then the earlier run, then this one.
    lines.par_sort_by(|a, b| key(a).cmp(&key(b)));
    let mut kept: Vec<LedgerLine> = Vec::with_capacity(lines.len());
    for line in lines {
        match kept.last_mut().filter(|last| key(last) == key(&line)) {
            None => kept.push(line),
            Some(last) => {
                (last.device, last.past, last.package) = (line.device, line.past, line.package);
                last.seen |= line.seen;
                last.object = line.object;
            }
        }
    }
    kept
}
