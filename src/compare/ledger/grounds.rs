//! By what a line of the ledger is settled, beside the lists: what people say is done, what would prove it, and which exports
//! there are.

use std::collections::BTreeMap;

use super::{Making, NO_TEXT, key};
use crate::compare::lists;
use crate::compare::texts::Texts;
use crate::console::Console;
use crate::ids::{StepId, TextId};
use crate::outcome::LedgerLine;
use crate::plan::{Phase, Planned, Proof};

/// What is known of steps and consoles, by the numbers of their texts.
pub(super) struct Grounds {
    /// By step and object: the day on which it is said to have been done, and who says so.
    claims: BTreeMap<(TextId, String), (i64, TextId)>,
    /// By step: what shows that it was done.
    proofs: BTreeMap<TextId, Proof>,
    /// By console: its exports, and the newest activity that they show.
    sources: BTreeMap<&'static str, (TextId, Option<i64>)>,
    /// The first day of each step of the earlier run that waits for the grace period, sorted.
    waits: Vec<(Console, String, TextId, i64)>,
}

/// Nothing shows it.
const NOTHING: &Proof = &Proof { gone: false, states: Vec::new() };

impl Grounds {
    pub(super) fn new(making: &Making<'_>, texts: &mut Texts<TextId>) -> Self {
        // In this order: the texts are numbered on the way.
        let claims = claims(making, texts);
        let proofs = proofs(making, texts);
        let sources = sources(making, texts);
        Self { claims, proofs, sources, waits: waits(making, texts) }
    }

    /// That the step of a line is said to be done: the day, and who says so.
    pub(super) fn claim(&self, line: &LedgerLine) -> Option<(i64, TextId)> {
        self.claims.get(&(line.step, line.object.to_lowercase())).copied()
    }

    /// What shows that the step of a line was done.
    pub(super) fn proof(&self, line: &LedgerLine) -> &Proof {
        self.proofs.get(&line.step).unwrap_or(NOTHING)
    }

    /// The exports of the console of a line, and the newest activity that they show.
    pub(super) fn source(&self, line: &LedgerLine) -> (TextId, Option<i64>) {
        self.sources.get(line.console.as_str()).copied().unwrap_or((NO_TEXT, None))
    }

    /// The first day on which the earlier run allowed the step of a line, where it waits for the grace period.
    pub(super) fn not_before(&self, line: &LedgerLine) -> Option<i64> {
        let own = key(line);
        let at = self.waits.binary_search_by(|other| (other.0, other.1.as_str(), other.2).cmp(&own)).ok()?;
        self.waits.get(at).map(|found| found.3)
    }
}

/// The first day of each step of the earlier run that waits for the grace period, sorted.
fn waits(making: &Making<'_>, texts: &Texts<TextId>) -> Vec<(Console, String, TextId, i64)> {
    let old = making.old;
    let one = |(at, step): (StepId, &Planned)| {
        let entry = Some(old.entry(step)).filter(|entry| entry.phase == Phase::AfterGrace)?;
        let (console, _, compared, _) = making.object(old, step)?;
        Some((console, compared, texts.find(&entry.slug)?, old.schedule.earliest(at)))
    };
    let mut waits: Vec<_> = old.steps.numbered().filter_map(one).collect();
    waits.sort_unstable();
    waits.dedup_by(|later, first| (later.0, &later.1, later.2) == (first.0, &first.1, first.2));
    waits
}

/// What is said to be done: by step and object, the day and the name.
fn claims(making: &Making<'_>, texts: &mut Texts<TextId>) -> BTreeMap<(TextId, String), (i64, TextId)> {
    let mut claims: BTreeMap<(TextId, String), (i64, TextId)> = BTreeMap::new();
    for run in [making.old, making.new] {
        for claimed in &run.decisions.done {
            let step = run.steps.get(claimed.step);
            let Some((_, object, ..)) = making.object(run, step) else { continue };
            let slug = texts.number(&run.entry(step).slug);
            let by = texts.number(&claimed.by);
            newest(&mut claims, (slug, object.to_lowercase()), (claimed.on, by));
        }
    }
    for said in making.said {
        let (slug, by) = (texts.number(&said.step), texts.number(&said.by));
        newest(&mut claims, (slug, said.object.to_lowercase()), (said.on, by));
    }
    claims
}

/// By what an export shows each step, as the playbooks of this run say; of several texts of one step what all say.
fn proofs(making: &Making<'_>, texts: &Texts<TextId>) -> BTreeMap<TextId, Proof> {
    let mut proofs: BTreeMap<TextId, Proof> = BTreeMap::new();
    for entry in &making.new.entries {
        let Some(step) = texts.find(&entry.slug) else { continue };
        let own = proofs.entry(step).or_insert_with(|| entry.proof.clone());
        own.gone &= entry.proof.gone;
        own.states.retain(|state| entry.proof.states.contains(state));
    }
    proofs
}

/// The exports of each console, with the beginnings of their digests, and the newest activity that they show: they are no
/// older than that, while the run may be judged at a day that only another console's list reaches.
fn sources(making: &Making<'_>, texts: &mut Texts<TextId>) -> BTreeMap<&'static str, (TextId, Option<i64>)> {
    let run = making.new;
    let mut named: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for source in &run.sources {
        let digest = run.inputs.get(source.input).map_or("", |input| input.sha256.as_str());
        named.entry(source.console.as_str()).or_default().push(format!("{} (sha256 {digest})", source.export));
    }
    let one = |(console, exports): (&'static str, Vec<String>)| {
        let shown = lists::newest(&run.sources, console).map(|signal| signal.min(run.as_of.millis));
        (console, (texts.number(&exports.join("; ")), shown))
    };
    named.into_iter().map(one).collect()
}

fn newest(claims: &mut BTreeMap<(TextId, String), (i64, TextId)>, of: (TextId, String), said: (i64, TextId)) {
    let slot = claims.entry(of).or_insert(said);
    *slot = (*slot).max(said);
}
