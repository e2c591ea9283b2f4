//! From findings to steps and packages: planned once, and again where a decision about a package changes plans.

pub(super) mod holds;
mod record_facts;
pub(super) mod subjects;

use super::earlier::{Carrying, begun, by_object, decisions, returned};
use crate::console::{Console, Registry};
use crate::error::Result;
use crate::history::Decisions;
use crate::ids::{ByDevice, DeviceId};
use crate::notice::{Code, Notice, listed};
use crate::plan::{Ingredients, Packages, Planned, Playbooks};
use crate::rules::{Asked, Conditions, EvalContext, Findings, Rule, Text};
use crate::schema::{Disposition, Platform};
use crate::table::{DeviceTable, RecordTable};
use subjects::{Orders, Plans};

/// What plans are made from.
pub(super) struct From<'a> {
    pub context: EvalContext<'a>,
    pub table: &'a DeviceTable,
    pub records: &'a RecordTable,
    pub rules: &'a [Rule],
    pub findings: &'a Findings,
    pub asked: &'a Asked,
    pub playbooks: &'a Playbooks,
    pub conditions: &'a Conditions,
    pub purpose: Disposition,
    /// What an earlier run decided.
    pub carrying: Option<Carrying<'a>>,
}

/// What was planned.
pub(super) struct Packed {
    pub packages: Packages,
    pub steps: Vec<Planned>,
    /// Devices that are said to be out of use on the word of few lists.
    pub seldom: ByDevice<bool>,
    /// Devices whose removal was begun by an earlier plan and that have one now.
    pub begun: ByDevice<bool>,
}

/// Plans and packs. Decisions that could not be used are remarked.
pub(super) fn pack(from: &From<'_>, decided: &mut Decisions, notices: &mut Vec<Notice>) -> Result<Packed> {
    if let Some(carrying) = &from.carrying {
        notices.extend(carrying.rename(decided));
    }
    notices.extend(by_object(decided, from.table, (from.context.store, from.context.devices)));
    notices.extend(decided.find(from.table).map_err(decisions::refused)?);
    if let Some(carrying) = &from.carrying {
        notices.extend(carrying.carry(decided));
        notices.extend(returned(carrying, (from.context, from.records), decided));
    }
    notices.extend(decided.end_declined(from.context.devices.as_of.millis));
    let asides = from.context.formats.vocabulary().asides();
    notices.extend(decided.heed_notes(&|note| asides.keeps(note).is_some()));
    let begun = from.carrying.as_ref().map(|carrying| begun(carrying, from.context, from.records));
    let begun = begun.unwrap_or_else(|| from.table.key.beside(false));
    let mut plans = from.plan(decided, &begun)?;
    let seldom = seldom_seen(from.context, from.rules, from.findings);
    let mut packages = from.packages(&plans, (&seldom, &begun), decided);
    notices.extend(decided.without_plan(|device| packages.of(device).is_some()));
    if decided.speaks_of_packages() {
        // What is declined keeps its place among the packages, and has other steps.
        let now: Vec<(&str, &[DeviceId])> =
            packages.list.iter().map(|own| (own.id.as_str(), own.devices.as_slice())).collect();
        notices.extend(decided.spread(&now, from.table.key.count()));
        plans = from.plan(decided, &begun)?;
        packages = from.packages(&plans, (&seldom, &begun), decided);
    }
    let begun = begun.numbered().map(|(device, is)| *is && packages.of(device).is_some()).collect();
    Ok(Packed { packages, steps: plans.steps, seldom, begun })
}

/// Lists that could show a device in use; with more of them being stale is a claim of some weight.
const FEW: usize = 2;

impl Packed {
    /// Has plans say what is to be asked or looked up before they go on. `together`: devices of groups that became stale together;
    /// `by_exclusion`: consoles of which findings conclude by exclusion that they lack a device, as bits.
    pub(super) fn ask(
        &mut self,
        playbooks: &mut Playbooks,
        (together, by_exclusion): (&ByDevice<bool>, &ByDevice<u32>),
        registry: &Registry,
    ) {
        let steps = &mut self.steps;
        // What is asked last stands first.
        playbooks.ask("few-consoles", steps, &self.seldom);
        playbooks.ask("begun", steps, &self.begun);
        playbooks.ask_to_look(steps, by_exclusion, registry);
        playbooks.complete(Code::WentDarkTogether.as_str(), steps, together);
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
fn seldom_seen(context: EvalContext<'_>, rules: &[Rule], findings: &Findings) -> ByDevice<bool> {
    let devices = context.devices;
    let few = |platform: Platform| {
        let (asked, missing) = context.witnesses(platform);
        asked.len() <= FEW && !missing.is_empty()
    };
    let few: Vec<bool> = Platform::ALL.iter().map(|platform| few(*platform)).collect();
    let by_silence: Vec<bool> = rules.iter().map(Rule::needs_silence).collect();
    let mut seldom = ByDevice::filled(false, devices.count);
    for (device, rule) in findings.device.iter().zip(&findings.rule) {
        let of_platform = few.get(devices.platform.get(*device).position()) == Some(&true);
        *seldom.get_mut(*device) |= of_platform && by_silence.get(usize::from(*rule)) == Some(&true);
    }
    seldom
}

impl From<'_> {
    fn plan(&self, decisions: &Decisions, begun: &ByDevice<bool>) -> Result<Plans> {
        let (playbooks, conditions, purpose) = (self.playbooks, self.conditions, self.purpose);
        let orders = Orders { playbooks, conditions, purpose, decisions, begun };
        subjects::plan(self.context, (self.table, self.records), self.rules, (self.findings, self.asked), orders)
    }

    /// Devices that are lost, and those of which a rule says that it cannot wait while nobody has decided what becomes of them.
    fn urgent(&self, decisions: &Decisions) -> ByDevice<bool> {
        let decided = |device| decisions.of(device).and_then(|own| own.purpose);
        let mut urgent: ByDevice<bool> =
            self.table.numbers().map(|device| decided(device) == Some(Disposition::Lost)).collect();
        for (device, rule) in self.findings.device.iter().zip(&self.findings.rule) {
            let cannot_wait = self.rules.get(usize::from(*rule)).is_some_and(|rule| rule.text.urgent);
            *urgent.get_mut(*device) |= cannot_wait && decided(*device).is_none();
        }
        urgent
    }

    fn packages(
        &self,
        plans: &Plans,
        (seldom, begun): (&ByDevice<bool>, &ByDevice<bool>),
        decisions: &Decisions,
    ) -> Packages {
        Packages::new(&Ingredients {
            books: &self.playbooks.books().collect(),
            book_of: &plans.book_of,
            rules: &self.rules.iter().map(|rule| &rule.text).collect::<Vec<&Text>>(),
            findings: self.findings,
            devices: self.table,
            seldom,
            begun,
            urgent: &self.urgent(decisions),
            everywhere: &|platform| everywhere(self.context, platform),
        })
    }
}
