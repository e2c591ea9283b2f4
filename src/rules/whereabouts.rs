//! Whether the consoles that do not hold a device may have a record of it all the same, in words.

use super::evaluate::EvalContext;
use super::questions::candidates;
use crate::console::Console;
use crate::coverage::{Absence, Basis, Doubt, Verdict};
use crate::ids::DeviceId;

/// What is known of a console whose list holds no record of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The console.
    pub console: Console,
    /// Whether the device is absent there; nothing where that is not known.
    pub absent: Option<bool>,
    /// What that rests on.
    pub why: String,
    /// Records that may be the device.
    pub candidates: Vec<String>,
}

/// The consoles with a list that does not hold a device, although it could.
#[must_use]
pub fn elsewhere(context: EvalContext<'_>, device: DeviceId) -> Vec<Elsewhere> {
    let devices = context.devices;
    let platform = *devices.platform.get(device);
    let lists = context.store.by_console.iter().map(|records| records.console);
    let lacking = lists
        .filter(|console| console.makes_devices() && console.may_hold(platform) && !devices.is_held(device, *console));
    let one = |console: Console| {
        let verdict = devices.verdict(device, console)?;
        let candidates = if verdict.absence == Absence::Open(Doubt::Candidates) {
            candidates(context, console, device)
        } else {
            Vec::new()
        };
        Some(Elsewhere { console, absent: verdict.absence.holds(), why: why(verdict), candidates })
    };
    lacking.filter_map(one).collect()
}

fn why(verdict: Verdict) -> String {
    let compared = || verdict.compared.words().collect::<Vec<_>>().join(", ");
    match verdict.absence {
        Absence::Held => "it holds the device".into(),
        Absence::Absent(Basis::Identifier) => "no record of it: identifiers tell all that are there apart".into(),
        Absence::Absent(Basis::Exclusion) => {
            format!("no record of it, by exclusion: those that could be it differ in {}", compared())
        }
        Absence::Absent(Basis::Name) => {
            "no record of it, as far as a name tells: those that could be it have another, so nothing is planned on that".into()
        }
        Absence::Open(Doubt::List) => "not known: its list does not name every object".into(),
        Absence::Open(Doubt::Domain) => "not known: its list does not cover the domain of the device".into(),
        Absence::Open(Doubt::Older) => "not known: its list is older than what other lists say of the device".into(),
        Absence::Open(Doubt::Damage) => "not known: a damaged row of its list names the device".into(),
        Absence::Open(Doubt::Unused) => "not known: a table that was not used names the device".into(),
        Absence::Open(Doubt::Candidates) => "not known: records there may be it".into(),
    }
}
