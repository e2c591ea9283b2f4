//! The ledger: what was planned, claimed, confirmed, contradicted, and came back. No line of it is ever lost.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::devices::{Fate, Matched};
use super::join::{Read, each_text};
use super::lists::List;
use super::past::Remembering;
use super::sides::{Side, id};
use crate::console::{Console, State};
use crate::identity::{NONE, day};
use crate::outcome::{Ledger, LedgerLine, LedgerState, Outcome};
use crate::plan::{Phase, Planned, Proof};
use crate::time::DAY;

/// So long after a claim an export may still show what was before.
const CATCHING_UP: i64 = DAY;

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
    pub state_of: &'a (dyn Fn(u32) -> State + Sync),
    pub said: &'a [Said],
}

/// Texts, each once; the first is empty.
struct Texts {
    list: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl Texts {
    fn new(list: Vec<String>) -> Self {
        let mut texts = Self { list: Vec::new(), numbers: BTreeMap::new() };
        for text in std::iter::once(String::new()).chain(list) {
            texts.number(&text);
        }
        texts
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or_default();
        self.list.push(text.to_string());
        self.numbers.insert(text.to_string(), number);
        number
    }
}

/// What this run shows of the object of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// The list is not whole, or there is none.
    Nothing,
    /// The whole list does not have it.
    Absent,
    /// It is listed, in a state, and was seen last at a time.
    Listed(State, Option<i64>),
}

impl Making<'_> {
    /// The ledger of this run.
    pub(super) fn make(&self, remembering: &mut Remembering<'_>) -> Ledger {
        let mut texts = Texts::new(self.old.ledger.texts.clone());
        let mut lines = self.carried(&mut texts, remembering);
        let asked = self.planned(self.old, false, &mut texts, remembering);
        lines.extend(asked);
        let now = self.planned(self.new, true, &mut texts, remembering);
        let owned = |(console, object, step): (Console, &str, u32)| (console, object.to_string(), step);
        let mut asked_now: Vec<(Console, String, u32)> = now.iter().map(|line| owned(key(line))).collect();
        asked_now.par_sort_unstable();
        lines.extend(now);
        let mut lines = once(lines);
        let shown = self.shown(&lines);
        let claims = self.claims(&mut texts);
        let proofs = self.proofs(&texts);
        let sources = self.sources(&mut texts);
        let waits = self.waits(&texts);
        let mut notes = Notes { texts: &mut texts };
        for (line, shown) in lines.iter_mut().zip(shown) {
            if let Some((on, by)) = claims.get(&(line.step, line.object.to_lowercase()))
                && line.claimed_on.is_none_or(|own| own < *on)
            {
                (line.claimed_on, line.claimed_by) = (Some(*on), *by);
            }
            line.seen |= matches!(shown, Shown::Listed(..));
            let is_asked = {
                let own = key(line);
                asked_now.binary_search_by(|other| (other.0, other.1.as_str(), other.2).cmp(&own)).is_ok()
            };
            let proof = proofs.get(&line.step).cloned().unwrap_or_default();
            let as_of = self.new.as_of.millis;
            let (source, newest) = sources.get(line.console.as_str()).copied().unwrap_or_default();
            let not_before = {
                let own = key(line);
                let at = waits.binary_search_by(|other| (other.0, other.1.as_str(), other.2).cmp(&own));
                at.ok().and_then(|at| waits.get(at)).map(|found| found.3)
            };
            let shown_on = newest.unwrap_or(as_of);
            settle(line, &Seen { shown, is_asked, proof: &proof, source, as_of, shown_on, not_before }, &mut notes);
        }
        Ledger { lines, texts: texts.list }
    }

    /// The lines of the earlier ledger, with the devices of this run.
    fn carried(&self, texts: &mut Texts, remembering: &mut Remembering<'_>) -> Vec<LedgerLine> {
        let numbers: Vec<u32> = self.old.ledger.texts.iter().map(|text| texts.number(text)).collect();
        let number = |at: u32| numbers.get(at as usize).copied().unwrap_or_default();
        let own = u32::try_from(self.old.devices.len()).unwrap_or(NONE);
        let line = |line: &LedgerLine| {
            let before = if line.device == NONE { own.saturating_add(line.past) } else { line.device };
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
    fn place(&self, before: u32, remembering: &mut Remembering<'_>) -> (u32, u32) {
        match self.matched.fate(before) {
            Fate::Same(device) => (device, NONE),
            Fate::Unclear | Fate::Absent => (NONE, remembering.remember(before, false)),
        }
    }

    /// The steps of a run.
    fn planned(
        &self,
        run: &Outcome,
        is_new: bool,
        texts: &mut Texts,
        remembering: &mut Remembering<'_>,
    ) -> Vec<LedgerLine> {
        let mut lines = Vec::new();
        let mut last: Option<(u32, (u32, u32))> = None;
        for step in &run.steps {
            let Some((console, object, compared, seen)) = self.object(run, step) else { continue };
            let slug = run.entry(step).map_or("", |entry| entry.slug.as_str());
            let (device, past) = match last {
                _ if is_new => (step.device, NONE),
                Some((known, place)) if known == step.device => place,
                _ => self.place(step.device, remembering),
            };
            last = Some((step.device, (device, past)));
            let package = run.packages.of(step.device as usize).map_or("", |package| package.id.as_str());
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
                claimed_by: 0,
                state: LedgerState::Planned,
                settled_on: None,
                settled_by: 0,
                note: 0,
                seen,
                gone: false,
            });
        }
        lines
    }

    /// The object of a step: its console, its id as written and as compared, and whether a list has it.
    fn object(&self, run: &Outcome, step: &Planned) -> Option<(Console, String, String, bool)> {
        let console = run.entry(step)?.console?;
        let console = self.new.devices.registry.parse(console.as_str())?;
        let written = run.object_of(step).into_owned();
        let record = step.object.and_then(|record| run.records.locate(record));
        let listed = record.filter(|(columns, _)| columns.console.as_str() == console.as_str());
        let compared = match listed {
            Some((columns, line)) => id(columns, line).to_string(),
            None => written.to_lowercase(),
        };
        (!written.is_empty()).then_some((console, written, compared, listed.is_some()))
    }

    /// What this run shows of the object of each line, console by console.
    fn shown(&self, lines: &[LedgerLine]) -> Vec<Shown> {
        let mut shown = vec![Shown::Nothing; lines.len()];
        for list in self.lists {
            let own: Vec<usize> = lines
                .iter()
                .enumerate()
                .filter(|(_, line)| line.console.as_str() == list.console)
                .map(|(at, _)| at)
                .collect();
            let objects = Side::of(self.new).objects(list.console);
            let asked = Read::new(own.len(), |at| {
                own.get(at).and_then(|at| lines.get(*at)).map_or("", |line| line.compared.as_str())
            });
            let is_whole = list.not_whole.is_none();
            each_text(&asked, &objects, |before, after| {
                let newest = after.iter().copied().filter(|line| objects.is_listed(*line));
                let found: Vec<u32> = newest.collect();
                let what = match found.as_slice() {
                    [] if is_whole => Shown::Absent,
                    [] => Shown::Nothing,
                    some => self.listed(list.console, some),
                };
                for at in before.iter().filter_map(|at| own.get(*at as usize)) {
                    if let Some(slot) = shown.get_mut(*at) {
                        *slot = what;
                    }
                }
            });
        }
        shown
    }

    /// Rows of one object: its state, where they agree, and the newest time at which it was seen.
    fn listed(&self, console: &str, rows: &[u32]) -> Shown {
        let columns = self.new.records.consoles.iter().find(|columns| columns.console.as_str() == console);
        let Some(columns) = columns else { return Shown::Nothing };
        let mut states = rows.iter().map(|row| (self.state_of)(columns.offset + row));
        let first = states.next().unwrap_or(State::Unknown);
        let state = if states.all(|state| state == first) { first } else { State::Unknown };
        Shown::Listed(state, rows.iter().filter_map(|row| columns.last_seen.get(*row as usize)).max())
    }

    /// What is said to be done: by step and object, the day and the name.
    fn claims(&self, texts: &mut Texts) -> BTreeMap<(u32, String), (i64, u32)> {
        let mut claims: BTreeMap<(u32, String), (i64, u32)> = BTreeMap::new();
        for run in [self.old, self.new] {
            for claimed in &run.decisions.done {
                let Some(step) = run.steps.get(claimed.step as usize) else { continue };
                let Some((_, object, ..)) = self.object(run, step) else { continue };
                let slug = texts.number(run.entry(step).map_or("", |entry| entry.slug.as_str()));
                let by = texts.number(&claimed.by);
                newest(&mut claims, (slug, object.to_lowercase()), (claimed.on, by));
            }
        }
        for said in self.said {
            let (slug, by) = (texts.number(&said.step), texts.number(&said.by));
            newest(&mut claims, (slug, said.object.to_lowercase()), (said.on, by));
        }
        claims
    }

    /// By what an export shows each step, as the playbooks of this run say; of several texts of one step what all say.
    fn proofs(&self, texts: &Texts) -> BTreeMap<u32, Proof> {
        let mut proofs: BTreeMap<u32, Proof> = BTreeMap::new();
        for entry in &self.new.entries {
            let Some(step) = texts.numbers.get(&entry.slug) else { continue };
            let own = proofs.entry(*step).or_insert_with(|| entry.proof.clone());
            own.gone &= entry.proof.gone;
            own.states.retain(|state| entry.proof.states.contains(state));
        }
        proofs
    }

    /// The exports of each console, with the beginnings of their digests, and the newest activity that they show: they are no
    /// older than that, while the run may be judged at a day that only another console's list reaches.
    fn sources(&self, texts: &mut Texts) -> BTreeMap<&'static str, (u32, Option<i64>)> {
        let mut named: BTreeMap<&'static str, (Vec<String>, Option<i64>)> = BTreeMap::new();
        for source in &self.new.sources {
            let digest = self.new.inputs.get(source.input).map_or("", |input| input.sha256.as_str());
            let (exports, newest) = named.entry(source.console.as_str()).or_default();
            exports.push(format!("{} (sha256 {digest})", source.export));
            *newest = (*newest).max(source.newest_signal.map(|signal| signal.min(self.new.as_of.millis)));
        }
        let number = |(console, (exports, newest)): (&'static str, (Vec<String>, Option<i64>))| {
            (console, (texts.number(&exports.join("; ")), newest))
        };
        named.into_iter().map(number).collect()
    }

    /// The first day of each step of the earlier run that waits for the grace period, sorted.
    fn waits(&self, texts: &Texts) -> Vec<(Console, String, u32, i64)> {
        let one = |(at, step): (usize, &Planned)| {
            let entry = self.old.entry(step).filter(|entry| entry.phase == Phase::AfterGrace)?;
            let (console, _, compared, _) = self.object(self.old, step)?;
            Some((console, compared, *texts.numbers.get(&entry.slug)?, self.old.schedule.earliest(at)))
        };
        let mut waits: Vec<_> = self.old.steps.iter().enumerate().filter_map(one).collect();
        waits.sort_unstable();
        waits.dedup_by(|later, first| (later.0, &later.1, later.2) == (first.0, &first.1, first.2));
        waits
    }
}

fn newest(claims: &mut BTreeMap<(u32, String), (i64, u32)>, of: (u32, String), said: (i64, u32)) {
    let slot = claims.entry(of).or_insert(said);
    *slot = (*slot).max(said);
}

/// What a line is about.
fn key(line: &LedgerLine) -> (Console, &str, u32) {
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

/// Notes, by their places among the texts.
struct Notes<'t> {
    texts: &'t mut Texts,
}

impl Notes<'_> {
    fn number(&mut self, text: &str) -> u32 {
        self.texts.number(text)
    }
}

/// What is known for settling a line.
struct Seen<'a> {
    shown: Shown,
    is_asked: bool,
    proof: &'a Proof,
    source: u32,
    as_of: i64,
    /// The day that the export reaches, as far as it can be told.
    shown_on: i64,
    /// The first day on which the earlier run allowed the step, where it waits for the grace period.
    not_before: Option<i64>,
}

impl Seen<'_> {
    /// Whether the export shows that it was done: by the object being gone, or by its state.
    fn proves(&self, line: &LedgerLine) -> Option<bool> {
        match self.shown {
            // What no list has ever shown is not gone.
            Shown::Absent => (self.proof.gone && line.seen).then_some(true),
            Shown::Listed(state, _) => self.proof.states.contains(&state).then_some(false),
            Shown::Nothing => None,
        }
    }
}

/// What becomes of a line by what this run shows.
fn settle(line: &mut LedgerLine, seen: &Seen<'_>, notes: &mut Notes<'_>) {
    let settled = |line: &mut LedgerLine, state: LedgerState, note: u32| {
        (line.state, line.note) = (state, note);
        (line.settled_on, line.settled_by) = (Some(seen.shown_on), seen.source);
    };
    let proven = seen.proves(line);
    match (line.state, proven) {
        (LedgerState::Confirmed, _) => {
            let is_back = match seen.shown {
                Shown::Listed(State::Unknown, _) => line.gone,
                Shown::Listed(..) => proven.is_none(),
                Shown::Nothing | Shown::Absent => false,
            };
            if is_back {
                let note = notes.number("the object is there again, or in use again");
                settled(line, LedgerState::Returned, note);
            }
        }
        (_, Some(gone)) => {
            line.gone = gone;
            let note = notes.number(&said_of(line, gone, seen));
            settled(line, LedgerState::Confirmed, note);
        }
        // It came back, and nobody says that it was done again.
        (LedgerState::Returned, None) if line.claimed_on <= line.settled_on => {}
        (_, None) if line.claimed_on.is_some() => {
            let on = line.claimed_on.unwrap_or_default();
            match contradiction(seen, on) {
                Some(why) => {
                    let note = notes.number(&why);
                    settled(line, LedgerState::Contradicted, note);
                }
                None if line.state == LedgerState::Contradicted => {}
                None => {
                    line.state = LedgerState::Claimed;
                    line.note = notes.number(if seen.proof.is_some() {
                        "no whole export has shown it yet"
                    } else {
                        "no export shows whether this was done"
                    });
                }
            }
        }
        (_, None) if seen.is_asked => {
            (line.state, line.note, line.settled_on, line.settled_by) = (LedgerState::Planned, 0, None, 0);
        }
        // The list is not whole: nobody can tell whether it is still asked for.
        (LedgerState::Planned, None) if seen.shown == Shown::Nothing => {
            line.note = notes.number("no whole list of the console was given");
        }
        (LedgerState::Planned, None) => {
            let note = notes.number(if seen.shown == Shown::Absent {
                "the object is gone; no export shows whether this was done before"
            } else {
                "the object is listed and this is no longer asked for"
            });
            settled(line, LedgerState::Withdrawn, note);
        }
        (_, None) => {}
    }
}

/// What is to be said of a step that an export confirms.
fn said_of(line: &LedgerLine, gone: bool, seen: &Seen<'_>) -> String {
    let unclaimed = if line.claimed_on.is_none() { "nobody said who did it" } else { "" };
    let restorable = line.console.restorable_days().filter(|_| gone).map_or_else(String::new, |days| {
        let until = day(seen.as_of + i64::from(days) * DAY);
        format!("where deleted objects are kept, it can be restored for {days} days, until {until} at the latest")
    });
    let early = seen.not_before.filter(|first| seen.shown_on < *first).map_or_else(String::new, |first| {
        format!("done before its grace period was over: the plan allowed it from {} on", day(first))
    });
    let parts = [early.as_str(), unclaimed, restorable.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Why an export shows that what was said to be done was not. One from before that day shows nothing.
fn contradiction(seen: &Seen<'_>, on: i64) -> Option<String> {
    let Shown::Listed(state, last) = seen.shown else { return None };
    if !seen.proof.is_some() || seen.shown_on <= on + CATCHING_UP || state == State::Leaving {
        return None;
    }
    match last {
        Some(last) if last > on + CATCHING_UP => Some(format!("it was seen on {}, after that", day(last))),
        _ if state == State::Unknown && !seen.proof.gone => None,
        _ => Some("the export still has it as it was".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: i64 = 1_700_000_000_000;

    fn line(state: LedgerState, claimed: Option<i64>) -> LedgerLine {
        LedgerLine {
            console: Console::Entra,
            object: "A".into(),
            compared: "a".into(),
            step: 0,
            device: NONE,
            past: NONE,
            package: 0,
            planned_on: ON - DAY,
            claimed_on: claimed,
            claimed_by: 0,
            state,
            settled_on: None,
            settled_by: 0,
            note: 0,
            seen: true,
            gone: state == LedgerState::Confirmed,
        }
    }

    fn after(mut line: LedgerLine, shown: Shown, is_asked: bool, proof: &Proof, days: i64) -> LedgerState {
        let mut texts = Texts::new(Vec::new());
        let at = ON + days * DAY;
        let seen = Seen { shown, is_asked, proof, source: 0, as_of: at, shown_on: at, not_before: None };
        settle(&mut line, &seen, &mut Notes { texts: &mut texts });
        line.state
    }

    #[test]
    fn what_was_deleted_inside_its_grace_period_is_confirmed_with_a_remark() {
        let proof = Proof { gone: true, states: Vec::new() };
        let note = |not_before: Option<i64>| {
            let mut texts = Texts::new(Vec::new());
            let mut line = line(LedgerState::Planned, Some(ON));
            let (as_of, shown_on) = (ON + 10 * DAY, ON + 8 * DAY);
            let seen =
                Seen { shown: Shown::Absent, is_asked: false, proof: &proof, source: 0, as_of, shown_on, not_before };
            settle(&mut line, &seen, &mut Notes { texts: &mut texts });
            assert_eq!((line.state, line.settled_on), (LedgerState::Confirmed, Some(shown_on)));
            texts.list[line.note as usize].clone()
        };
        let early = note(Some(ON + 30 * DAY));
        assert!(early.starts_with("done before its grace period was over: the plan allowed it from "), "{early}");
        assert!(!note(Some(ON + 8 * DAY)).contains("grace") && !note(None).contains("grace"));
    }

    #[test]
    fn a_list_from_before_a_claim_contradicts_nothing_whenever_the_run_is_judged() {
        let proof = Proof { gone: true, states: Vec::new() };
        let mut texts = Texts::new(Vec::new());
        let mut line = line(LedgerState::Claimed, Some(ON));
        let shown = Shown::Listed(State::Enabled, None);
        let (as_of, shown_on) = (ON + 30 * DAY, ON - DAY);
        let seen = Seen { shown, is_asked: true, proof: &proof, source: 0, as_of, shown_on, not_before: None };
        settle(&mut line, &seen, &mut Notes { texts: &mut texts });
        assert_eq!(line.state, LedgerState::Claimed);
    }

    #[test]
    fn what_becomes_of_a_deletion() {
        use LedgerState::{Claimed, Confirmed, Contradicted, Planned, Returned, Withdrawn};
        let proof = Proof { gone: true, states: Vec::new() };
        let listed = Shown::Listed(State::Enabled, None);
        for (before, claimed, shown, asked, days, expected) in [
            (Planned, None, listed, true, 30, Planned),
            (Planned, None, listed, false, 30, Withdrawn),
            (Planned, None, Shown::Absent, false, 30, Confirmed),
            (Planned, None, Shown::Nothing, false, 30, Planned),
            (Planned, Some(ON), Shown::Nothing, false, 30, Claimed),
            (Planned, Some(ON), listed, true, 0, Claimed),
            (Claimed, Some(ON), listed, true, 30, Contradicted),
            (Contradicted, Some(ON), Shown::Absent, true, 30, Confirmed),
            (Contradicted, Some(ON), Shown::Nothing, true, 30, Contradicted),
            (Confirmed, None, Shown::Absent, false, 30, Confirmed),
            (Confirmed, None, Shown::Nothing, false, 30, Confirmed),
            (Confirmed, None, listed, true, 30, Returned),
            (Withdrawn, None, listed, true, 30, Planned),
            (Withdrawn, None, Shown::Nothing, false, 30, Withdrawn),
        ] {
            let found = after(line(before, claimed), shown, asked, &proof, days);
            assert_eq!(found, expected, "{before} {claimed:?} {shown:?} {asked} {days}");
        }
        let mut never_seen = line(Planned, None);
        never_seen.seen = false;
        assert_eq!(after(never_seen, Shown::Absent, true, &proof, 30), Planned, "what nobody saw is not gone");
    }

    #[test]
    fn no_list_shows_that_something_was_erased() {
        let proof = Proof::default();
        let claimed = line(LedgerState::Planned, Some(ON));
        assert_eq!(after(claimed.clone(), Shown::Absent, false, &proof, 30), LedgerState::Claimed);
        assert_eq!(after(claimed, Shown::Listed(State::Managed, None), true, &proof, 30), LedgerState::Claimed);
        assert_eq!(after(line(LedgerState::Planned, None), Shown::Absent, false, &proof, 30), LedgerState::Withdrawn);
    }
}
