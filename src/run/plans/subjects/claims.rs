//! What findings ask for of a device, as the planner takes it: what somebody may still use is looked at instead.

use crate::coverage::Devices;
use crate::identity::RecordStore;
use crate::ids::{DeviceId, FindingId, RecordId};
use crate::plan::{Claim, StepIntent};
use crate::rules::{self, Asked, Findings, Rule, RuleAction};
use crate::schema::Activity;
use crate::time::DAY;

use super::NO_RULE;

/// Makes what would be taken away, or handed to its user, something to look at.
pub(super) fn review(claim: &mut Claim) {
    let acts = matches!(claim.intent, StepIntent::Remove | StepIntent::Objects | StepIntent::Reconnect);
    if acts && claim.rule != NO_RULE {
        *claim = Claim { intent: StepIntent::Review, rule: claim.rule, objects: Vec::new() };
    }
}

/// What a finding asks for. Where something speaks against what the lists say of the activity of its device, it asks for no more than
/// its rule does under any circumstances.
pub(super) fn claim(
    store: &RecordStore,
    devices: &Devices,
    (rules, asked, findings): (&[Rule], &Asked, &Findings),
    finding: FindingId,
    (all, is_doubted): (&[RecordId], bool),
) -> Claim {
    let (rule, device) = (*findings.rule.get(finding), *findings.device.get(finding));
    let asks = if is_doubted { rules::of_rule(rules, rule) } else { asked.of(rules, rule, device) };
    let intent = match asks {
        Some(RuleAction::Remove) => StepIntent::Remove,
        Some(RuleAction::Objects) => StepIntent::Objects,
        Some(RuleAction::Reconnect) => StepIntent::Reconnect,
        Some(RuleAction::Review) | None => StepIntent::Review,
    };
    let mut objects = findings.objects(finding).to_vec();
    // Of several objects the surplus one that somebody still signs in with is not surplus: taking it away would lock
    // somebody out.
    let signed_in = |record: &RecordId| {
        store.locate(*record).is_some_and(|(console_records, _)| console_records.console.sees_sign_ins())
    };
    let surplus = all.iter().any(|record| signed_in(record) && objects.binary_search(record).is_err());
    if intent == StepIntent::Objects && surplus {
        objects.retain(|record| !signs_in(store, devices, device, *record));
        if objects.is_empty() {
            return Claim { intent: StepIntent::Review, rule, objects };
        }
    }
    // Another list has seen the device under the id of a surplus object since the other one was last heard of.
    if intent == StepIntent::Objects && objects.iter().any(|record| is_seen_under(store, devices, device, *record, all))
    {
        return Claim { intent: StepIntent::Review, rule, objects };
    }
    // Both enrolments of one serial number that check in are in use: nobody knows which of them a person would lose.
    if intent == StepIntent::Objects && objects.iter().any(|record| lives_on(store, devices, device, *record)) {
        return Claim { intent: StepIntent::Review, rule, objects };
    }
    Claim { intent, rule, objects }
}

/// Whether a record of another console bears the Entra id of an object, is in use and was seen later than the object that is to stay.
fn is_seen_under(store: &RecordStore, devices: &Devices, device: DeviceId, record: RecordId, all: &[RecordId]) -> bool {
    let id_of = |record: RecordId| {
        let (console_records, line) = store.locate(record)?;
        Some((console_records, line, console_records.text("entra_id")?.get(line)?))
    };
    let Some((console_records, line, id)) = id_of(record) else { return false };
    let Some(live) = devices.live_line(console_records.console, device).map(|live| live as usize) else { return false };
    // Both objects may be of one identity.
    if console_records.text("entra_id").and_then(|ids| ids.get(live)) == Some(id) {
        return false;
    }
    let seen_of = |line: usize| console_records.times("last_seen").and_then(|times| times.get(line));
    let witness = |other: &RecordId| {
        let (records, line, own) = id_of(*other)?;
        let is_other = records.console != console_records.console && records.console.gives_signals();
        records.times("last_seen").and_then(|times| times.get(line)).filter(|_| is_other && own == id)
    };
    let seen = all.iter().filter_map(witness).max();
    live != line && devices.activity_at(device, seen) == Activity::Active && seen > seen_of(live)
}

/// Whether an object has been heard of after another one of its console had taken its place, for longer than the change
/// takes, and as lately as that one.
fn lives_on(store: &RecordStore, devices: &Devices, device: DeviceId, record: RecordId) -> bool {
    const CHANGE: i64 = DAY * 3 / 2;
    const AS_LATELY: i64 = DAY * 2;
    let Some((console_records, line)) = store.locate(record) else { return false };
    let Some(live) = devices.live_line(console_records.console, device).map(|live| live as usize) else { return false };
    let time = |column: &str, line: usize| console_records.times(column).and_then(|times| times.get(line));
    let (Some(seen), Some(made)) = (time("last_seen", line), time("enrolled", live)) else { return false };
    let both = time("last_seen", live).is_some_and(|newest| newest - seen <= AS_LATELY);
    both && live != line && !console_records.console.lists_accounts() && seen > made + CHANGE
}

/// Whether an Entra object was signed in with so recently that its device would count as active.
fn signs_in(store: &RecordStore, devices: &Devices, device: DeviceId, record: RecordId) -> bool {
    let Some((console_records, line)) = store.locate(record) else { return false };
    let seen = console_records.times("last_seen").and_then(|c| c.get(line));
    let unread = console_records.flags("last_seen_unread").and_then(|c| c.get(line)) == Some(true);
    console_records.console.sees_sign_ins() && (unread || devices.activity_at(device, seen) == Activity::Active)
}
