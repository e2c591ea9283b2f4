//! Objects that were closed or gone and are open or there again: those that an earlier plan closed or removed, as its ledger has it, and
//! those that the lists of the earlier run had as closed. Somebody did that, and for a reason. No list of sign-ins shows it at once,
//! so nothing more is taken from such a device until somebody decides.

use std::collections::{BTreeMap, HashMap};

use super::carry::Carrying;
use crate::compare::id_of;
use crate::console::State;
use crate::history::Decisions;
use crate::ids::DeviceId;
use crate::notice::{Code, Notice};
use crate::outcome::{LedgerLine, LedgerState, Outcome};
use crate::rules::EvalContext;
use crate::schema::{Activity, JoinType};
use crate::table::RecordTable;

/// What an object was in the earlier run.
#[derive(Clone, Copy)]
enum Was {
    /// Gone, as its ledger has it.
    Gone,
    /// Closed by its plan, as its ledger has it.
    Closed,
    /// In this state, whoever did that.
    Listed(State),
}

/// Has the devices of such objects wait, and says why.
pub(in crate::run) fn returned(
    carrying: &Carrying<'_>,
    (context, table): (EvalContext<'_>, &RecordTable),
    decisions: &mut Decisions,
) -> Vec<Notice> {
    let was = before(carrying.old);
    let has_directory = context.store.by_console.iter().any(|records| records.console.is_directory());
    let mut found: BTreeMap<DeviceId, String> = BTreeMap::new();
    for columns in table.consoles.iter().filter(|_| !was.is_empty()) {
        let (console, devices) = (columns.console, &context.links.device);
        for (line, device) in devices.within(&columns.span()).iter().enumerate().filter(|(_, device)| device.is_some())
        {
            let id = id_of(columns, line);
            let Some(was) = was.get(&(console.as_str(), id)) else { continue };
            // What the directory syncs is enabled again by the next sync, and nobody did anything. The directory itself tells.
            let is_synced = has_directory
                && console.joins_side_by_side()
                && *carrying.devices.join_type.get(*device) == JoinType::Hybrid;
            if is_synced {
                continue;
            }
            let (what, state) =
                (|state: &str| format!("`{id}` in {} {state}", console.title()), columns.state_at(line));
            let said = match was {
                Was::Gone => what("is there again, which the plan of the baseline had closed or removed"),
                Was::Closed if is_open(state) => {
                    what(&format!("is {state} again, which the plan of the baseline had closed or removed"))
                }
                // What is in use keeps what it has anyway.
                Was::Listed(before)
                    if is_open(state) && *carrying.devices.activity.get(*device) != Activity::Active =>
                {
                    what(&format!("was {before} in the baseline and is {state} now"))
                }
                _ => continue,
            };
            found.entry(*device).or_insert(said);
        }
    }
    let undecided = |(device, what): (DeviceId, String)| {
        decisions.wait(device);
        let message = format!(
            "{what}: nothing is taken away from `{}` until a decision says what becomes of it",
            carrying.devices.key.get(device)
        );
        decisions.waits(device).then(|| Notice::new(Code::DecisionInDoubt, "", message))
    };
    found.into_iter().filter_map(undecided).collect()
}

/// What was closed or gone, by console and object. What the ledger says of it counts first.
fn before(old: &Outcome) -> HashMap<(&str, &str), Was> {
    let mut was: HashMap<(&str, &str), Was> = HashMap::new();
    for columns in &old.records.consoles {
        let states = columns.state.iter().enumerate().filter(|(_, state)| is_closed(**state));
        was.extend(states.map(|(line, state)| ((columns.console.as_str(), id_of(columns, line)), Was::Listed(*state))));
    }
    for line in old.ledger.lines.iter().filter(|line| shows_done(line)) {
        let slot = was.entry((line.console.as_str(), &line.compared)).or_insert(Was::Closed);
        if line.gone {
            *slot = Was::Gone;
        } else if !matches!(slot, Was::Gone) {
            *slot = Was::Closed;
        }
    }
    was
}

/// Whether a line says that a list showed the step as done, and nobody says that it was done again.
fn shows_done(line: &LedgerLine) -> bool {
    match line.state {
        LedgerState::Confirmed => true,
        LedgerState::Returned => line.claimed_on <= line.settled_on,
        _ => false,
    }
}

/// Whether a state is one in which an object is used.
const fn is_open(state: State) -> bool {
    matches!(state, State::Enabled | State::Active | State::Managed | State::Approved | State::Assigned)
}

/// Whether a state is one into which people, and no sensor, put an object that is not to be used.
const fn is_closed(state: State) -> bool {
    matches!(
        state,
        State::Disabled | State::Blocked | State::Released | State::Unassigned | State::Deprovisioned | State::Wiped
    )
}
