//! From findings to steps and packages: planned once, and again where a decision about a package changes plans.

use super::carry::{self, Carrying};
use super::decisions;
use super::subjects::{self, Orders, Plans};
use crate::console::{Console, Registry};
use crate::error::Result;
use crate::history::Decisions;
use crate::ids::{ByDevice, ByRecord, DeviceId};
use crate::notice::{Code, Notice, listed};
use crate::plan::{Ingredients, Packages, Planned, Playbooks};
use crate::rules::{Asked, Conditions, EvalContext, Findings, Rule, Text};
use crate::schema::{Disposition, Platform};
use crate::table::{DeviceTable, RecordTable};

/// What plans are made from.
pub(super) struct From<'a> {
    pub context: EvalContext<'a>,
    pub table: &'a DeviceTable,
    pub records: &'a RecordTable,
    pub device_of: &'a ByRecord<DeviceId>,
    pub rules: &'a [Rule],
    pub findings: &'a Findings,
    pub asked: &'a Asked,
    pub playbooks: &'a Playbooks,
    pub conditions: &'a Conditions,
    pub purpose: Disposition,
    /// What an earlier run decided.
    pub carrying: Option<Carrying<'a>>,
}

/// Devices that are said to be out of use on the word of few lists, by position.
pub(super) type Seldom = Vec<bool>;

/// The packages and the steps, and the devices of few witnesses. Decisions that could not be used are remarked.
pub(super) fn pack(
    from: &From<'_>,
    decided: &mut Decisions,
    notices: &mut Vec<Notice>,
) -> Result<(Packages, Vec<Planned>, Seldom)> {
    if let Some(carrying) = &from.carrying {
        notices.extend(carrying.rename(decided));
    }
    notices.extend(carry::by_object(decided, from.table, from.records, from.device_of));
    notices.extend(decided.find(from.table).map_err(decisions::refused)?);
    if let Some(carrying) = &from.carrying {
        notices.extend(carrying.carry(decided));
    }
    notices.extend(decided.end_declined(from.context.devices.as_of.millis));
    let plans = from.plan(decided)?;
    let seldom = seldom_seen(from.context, from.rules, from.findings);
    let packages = from.packages(&plans, &seldom, decided);
    notices.extend(decided.without_plan(|device| packages.of(device).is_some()));
    if !decided.speaks_of_packages() {
        return Ok((packages, plans.steps, seldom));
    }
    // What is declined keeps its place among the packages, and has other steps.
    let now: Vec<(&str, &[u32])> = packages.list.iter().map(|own| (own.id.as_str(), own.devices.as_slice())).collect();
    notices.extend(decided.spread(&now, from.table.len()));
    let plans = from.plan(decided)?;
    Ok((from.packages(&plans, &seldom, decided), plans.steps, seldom))
}

/// Lists that could show a device in use; with more of them being stale is a claim of some weight.
const FEW: usize = 2;

/// What is to be asked or looked up before plans go on.
pub(super) struct Asking<'a> {
    /// Devices of groups that became stale together.
    pub together: &'a [bool],
    /// Devices that are said to be out of use on the word of few lists.
    pub seldom: &'a [bool],
    /// Consoles of which findings conclude by exclusion that they lack a device, as bits.
    pub by_exclusion: &'a ByDevice<u32>,
}

impl Asking<'_> {
    /// Has plans say it, and what the next export shows.
    pub(super) fn complete(&self, playbooks: &mut Playbooks, steps: &mut [Planned], registry: &Registry) {
        // What is asked last stands first.
        playbooks.ask("few-consoles", steps, self.seldom);
        playbooks.ask_to_look(steps, self.by_exclusion, registry);
        playbooks.complete(Code::WentDarkTogether.as_str(), steps, self.together);
    }
}

/// The consoles that could have seen a device of a platform and were asked: what one or two lists say of a device is a smaller
/// claim than what every console says.
fn everywhere(context: EvalContext<'_>, platform: Platform) -> String {
    let (asked, _) = context.witnesses(platform);
    let asked: Vec<&str> = asked.into_iter().map(Console::title).collect();
    match asked.as_slice() {
        [one] => format!("{one}, the only console that was asked"),
        [_, _] => format!("{}, the only consoles that were asked", listed(&asked)),
        _ => "every console".to_string(),
    }
}

/// Devices that are said to be out of use on the word of few lists, while common ones were not supplied.
fn seldom_seen(context: EvalContext<'_>, rules: &[Rule], findings: &Findings) -> Seldom {
    let devices = context.devices;
    let few = |platform: Platform| {
        let (asked, missing) = context.witnesses(platform);
        asked.len() <= FEW && !missing.is_empty()
    };
    let few: Vec<bool> = Platform::ALL.iter().map(|platform| few(*platform)).collect();
    let by_silence: Vec<bool> = rules.iter().map(Rule::needs_silence).collect();
    let mut seldom = vec![false; devices.count as usize];
    for (device, rule) in findings.device.iter().zip(&findings.rule) {
        let platform = *devices.platform.get(DeviceId::new(*device));
        if let Some(slot) = seldom.get_mut(*device as usize) {
            let of_platform = few.get(platform as usize) == Some(&true);
            *slot |= of_platform && by_silence.get(usize::from(*rule)) == Some(&true);
        }
    }
    seldom
}

impl From<'_> {
    fn plan(&self, decisions: &Decisions) -> Result<Plans> {
        let (playbooks, conditions, purpose) = (self.playbooks, self.conditions, self.purpose);
        let orders = Orders { playbooks, conditions, purpose, decisions };
        subjects::plan(self.context, self.table, self.rules, (self.findings, self.asked), orders)
    }

    /// Devices that are lost, and those of which a rule says that it cannot wait while nobody has decided what becomes of them.
    fn urgent(&self, decisions: &Decisions) -> Vec<bool> {
        let decided = |device: usize| decisions.of(device).and_then(|own| own.purpose);
        let mut urgent: Vec<bool> =
            (0..self.table.len()).map(|device| decided(device) == Some(Disposition::Lost)).collect();
        for (device, rule) in self.findings.device.iter().zip(&self.findings.rule) {
            let device = *device as usize;
            let cannot_wait = self.rules.get(usize::from(*rule)).is_some_and(|rule| rule.text.urgent);
            if let Some(slot) = urgent.get_mut(device).filter(|_| cannot_wait && decided(device).is_none()) {
                *slot = true;
            }
        }
        urgent
    }

    fn packages(&self, plans: &Plans, seldom: &[bool], decisions: &Decisions) -> Packages {
        Packages::new(&Ingredients {
            books: &self.playbooks.books().collect::<Vec<_>>(),
            book_of: &plans.book_of,
            rules: &self.rules.iter().map(|rule| &rule.text).collect::<Vec<&Text>>(),
            findings: self.findings,
            devices: self.table,
            seldom,
            urgent: &self.urgent(decisions),
            everywhere: &|platform| everywhere(self.context, platform),
        })
    }
}
