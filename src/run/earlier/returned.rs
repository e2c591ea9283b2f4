//! Objects that an earlier plan closed or removed, as its ledger has it, and that are open or there again: somebody did that, and for
//! a reason. No list of sign-ins shows it at once, so nothing more is taken from such a device until somebody decides.

use std::collections::{BTreeMap, HashMap};

use super::carry::Carrying;
use super::state_of;
use crate::compare::id_of;
use crate::console::State;
use crate::history::Decisions;
use crate::ids::DeviceId;
use crate::notice::{Code, Notice};
use crate::outcome::{LedgerLine, LedgerState};
use crate::rules::EvalContext;
use crate::schema::JoinType;
use crate::table::RecordTable;

/// Has the devices of such objects wait, and says why.
pub(in crate::run) fn returned(
    carrying: &Carrying<'_>,
    (context, table): (EvalContext<'_>, &RecordTable),
    decisions: &mut Decisions,
) -> Vec<Notice> {
    // By console and object, whether it was gone.
    let mut closed: HashMap<(&str, &str), bool> = HashMap::new();
    for line in carrying.old.ledger.lines.iter().filter(|line| is_closed(line)) {
        *closed.entry((line.console.as_str(), &line.compared)).or_default() |= line.gone;
    }
    let mut found: BTreeMap<DeviceId, String> = BTreeMap::new();
    for columns in table.consoles.iter().filter(|_| !closed.is_empty()) {
        let (console, devices) = (columns.console, &context.links.device);
        for (line, device) in devices.within(&columns.span()).iter().enumerate().filter(|(_, device)| device.is_some())
        {
            let id = id_of(columns, line);
            let Some(was_gone) = closed.get(&(console.as_str(), id)) else { continue };
            // What the directory syncs is enabled again by the next sync, and nobody did anything.
            let is_synced =
                console.joins_side_by_side() && *carrying.devices.join_type.get(*device) == JoinType::Hybrid;
            let state = state_of(context.store, columns.first.after(line));
            if !is_synced && (*was_gone || is_open(state)) {
                let what = if *was_gone { "there" } else { state.as_str() };
                found.entry(*device).or_insert_with(|| format!("`{id}` in {} is {what} again", console.title()));
            }
        }
    }
    let undecided = |(device, what): (DeviceId, String)| {
        decisions.wait(device);
        let message = format!(
            "{what}, which the plan of the baseline had closed or removed: nothing is taken away from `{}` until a decision says what \
             becomes of it",
            carrying.devices.key.get(device)
        );
        decisions.waits(device).then(|| Notice::new(Code::DecisionInDoubt, "", message))
    };
    found.into_iter().filter_map(undecided).collect()
}

/// Whether a line says that a list showed the step as done, and nobody says that it was done again.
fn is_closed(line: &LedgerLine) -> bool {
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
