//! Two runs side by side: which devices are the same, what became of findings, devices and objects, and what is remembered.
//!
//! Nothing is concluded from what a list lacks that is not whole, or shorter than plausible beside the earlier one: what cannot
//! be assessed stays remembered until it can be.

mod devices;
mod findings;
mod join;
mod ledger;
mod listed;
mod lists;
mod objects;
mod past;
mod sides;
mod texts;

use sha2::{Digest, Sha256};

use crate::console::{Console, State};
use crate::ids::{ByRecord, DeviceId, PastId, ReasonId, RecordId};
use crate::outcome::{Change, ChangeKind, ChangeState, Ledger, ListStates, Outcome, Point, RuleStates, Since};
use crate::read::hex;
use crate::schema::{Activity, Severity};

use findings::Findings;
use ledger::Making;
use lists::List;
use past::Remembering;
use sides::Earlier;
use texts::Texts;

pub use devices::{Fate, Matched};
pub use ledger::Said;
pub use listed::Lists;
pub use sides::{Listed, Numbers, Side, id as id_of};

/// Finds the devices of an earlier run, and those that it remembers, among those of another.
#[must_use]
pub fn matched(old: &Outcome, new: Side<'_>) -> Matched {
    Matched::new(earlier(old), new)
}

fn earlier(old: &Outcome) -> Earlier<'_> {
    Earlier { side: Side::of(old), past: &old.since.past }
}

/// What a comparison is told beside the two runs.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Seal of the earlier report; empty where it has no manifest.
    pub seal: String,
    /// Name of the tenant in the earlier report.
    pub label: String,
    /// Steps that people say are done and that the plan of this run does not have.
    pub said: Vec<Said>,
}

/// What became of an earlier run in another, and of what was ever planned. `state_of` tells the state of a record of this run.
#[must_use]
pub fn since(
    old: &Outcome,
    new: &Outcome,
    (matched, lists): (&Matched, &Lists),
    told: &Told,
    state_of: &(dyn Fn(RecordId) -> State + Sync),
) -> (Since, Ledger) {
    let earlier = earlier(old);
    let lists = lists.of.as_slice();
    let mut reasons: Texts<ReasonId> = Texts::default();
    let mut remembering = Remembering::new(earlier, old);
    let mut found = Findings { old, new, earlier, matched, lists }.compare(&mut remembering, &mut reasons);
    let ledger = Making { old, new, matched, lists, state_of, said: &told.said }.make(&mut remembering);
    let objects = objects::compare(earlier, new, matched, lists, &remembering.place, &mut reasons);
    let mut changes = std::mem::take(&mut found.changes);
    changes.extend(found.devices);
    changes.extend(objects);
    let mut chain = old.since.chain.clone();
    chain.push(Point { seal: told.seal.clone(), label: told.label.clone(), ..point(old) });
    let mut since = Since {
        chain,
        rules: found.rules,
        by_rule: found.by_rule,
        lists: lists.iter().map(states).collect(),
        past: remembering.past,
        past_findings: found.past_findings,
        reasons: reasons.into_list(),
        ..Since::default()
    };
    sort(&mut changes, &since, new);
    for change in changes {
        since.changes.push(change);
    }
    (since, ledger)
}

/// The figures of a run.
#[must_use]
pub fn point(outcome: &Outcome) -> Point {
    let count = |wanted| outcome.devices.activity.iter().filter(|activity| **activity == wanted).count() as u64;
    let of = |severity: &Severity| outcome.findings.severity.iter().filter(|own| *own == severity).count() as u64;
    let mut judged = Sha256::new();
    for (rule, mark) in outcome.rules.iter().zip(&outcome.marks) {
        judged.update(rule.id.as_bytes());
        judged.update(mark.digest.as_bytes());
    }
    Point {
        label: String::new(),
        as_of: outcome.as_of.millis,
        seal: String::new(),
        devices: outcome.devices.len() as u64,
        active: count(Activity::Active),
        stale: count(Activity::Stale),
        unknown: count(Activity::Unknown),
        findings: Severity::ALL.iter().map(of).collect(),
        judged_by: hex(&judged.finalize()),
        consoles: Side::of(outcome).consoles().into_iter().map(str::to_string).collect(),
    }
}

/// Records of devices that were to lose one by the plan.
fn planned(old: &Outcome) -> ByRecord<bool> {
    let mut device = old.devices.key.beside(false);
    for step in old.steps.iter().filter(|step| old.entry(step).proof.gone) {
        *device.get_mut(step.device) = true;
    }
    old.links.device.iter().map(|own| device.find(*own) == Some(&true)).collect()
}

fn states(list: &List) -> ListStates {
    ListStates {
        console: list.console.to_string(),
        before: list.before as u64,
        now: list.now as u64,
        appeared: list.appeared.len() as u64,
        missing: list.missing.len() as u64,
        not_whole: list.not_whole.clone().unwrap_or_default(),
        was_not_whole: list.was_not_whole.clone().unwrap_or_default(),
        expected: list.expected as u64,
        lacking: list.lacking.all as u64,
        lacking_unplanned: list.lacking.unplanned as u64,
    }
}

/// Findings first, by rule; then devices, then objects, by console; each in the order of its states, keys and ids.
fn sort(changes: &mut [Change], since: &Since, new: &Outcome) {
    let key = |change: &Change| -> &str {
        let past = || since.past.key.find(change.past);
        new.devices.key.find(change.device).or_else(past).map_or("", String::as_str)
    };
    let place = |change: &Change| (change.kind, change.rule, change.console.map(Console::index), change.state);
    changes.sort_by(|a, b| {
        let first = place(a).cmp(&place(b)).then_with(|| key(a).cmp(key(b)));
        first.then_with(|| a.object.cmp(&b.object)).then_with(|| (a.device, a.past).cmp(&(b.device, b.past)))
    });
}

/// A change without an object.
fn change(kind: ChangeKind, state: ChangeState, (device, past): (DeviceId, PastId), why: ReasonId) -> Change {
    Change {
        kind,
        state,
        rule: u16::MAX,
        device,
        past,
        console: None,
        object: String::new(),
        before: String::new(),
        after: String::new(),
        why,
    }
}

/// The counts of one rule, to begin with.
fn counted(rule: &str, rule_changed: bool) -> RuleStates {
    RuleStates { rule: rule.to_string(), rule_changed, ..RuleStates::default() }
}
