//! The search: for devices without a record in a console, whether one of its records may be theirs.

use std::collections::{BTreeMap, BTreeSet};

use super::rivals::Rivals;
use super::traits::{Pattern, Traits};
use super::{Basis, Facts};
use crate::console::Console;
use crate::ids::DeviceId;

/// Which records count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::coverage) enum Asked {
    /// All of them: whether the console has a record of the device.
    Record,
    /// Those that would show the device in use, or seen at all.
    Sign,
}

/// A pattern of records that is not told apart: its number, facts to be compared, and whether its devices have a record in one
/// of the device's own consoles.
#[derive(Clone, Copy, Debug)]
struct Compared {
    pattern: u32,
    facts: Facts,
    other_device: bool,
}

/// How the records of a console relate to the devices of a pattern.
#[derive(Debug)]
struct Plan {
    /// What tells whole patterns apart.
    basis: Basis,
    /// The console knows devices by an identifier that these have.
    known: bool,
    /// Patterns that nothing tells apart: each of their records may be the device.
    open: Vec<u32>,
    /// Patterns that facts may tell apart.
    compared: Vec<Compared>,
    /// Patterns of devices that an identifier tells apart and that hold their record by its name alone.
    named: Vec<u32>,
}

/// What was found for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::coverage) enum Found {
    /// No record may be the device: what that rests on, and the facts that were compared.
    Nothing(Basis, Facts),
    /// A record may be the device.
    Candidates,
}

/// The search among the records of one console.
pub(in crate::coverage) struct Search<'a> {
    traits: &'a Traits,
    plans: BTreeMap<u32, Plan>,
    /// Devices with a record in the console, by pattern; of patterns that are asked for.
    lists: BTreeMap<u32, Vec<DeviceId>>,
    /// The same, by the value of some of their facts.
    indexes: BTreeMap<(u32, Facts), Vec<(u64, DeviceId)>>,
    /// Devices with a record in the console that share an identifier with others.
    rivals: Rivals,
}

impl<'a> Search<'a> {
    /// Prepares the search for some devices, none of which has a record in the console.
    pub(in crate::coverage) fn new(
        traits: &'a Traits,
        console: Console,
        asked: Asked,
        devices: impl Iterator<Item = DeviceId>,
    ) -> Self {
        let sought: BTreeSet<u32> = devices.map(|device| traits.number(device)).collect();
        let plan = |number: &u32| Some((*number, plan(traits, traits.pattern(*number)?, console, asked)));
        let plans: BTreeMap<u32, Plan> = sought.iter().filter_map(plan).collect();
        let rivals = Rivals::new(traits, console, asked);
        let mut search = Self { traits, plans, lists: BTreeMap::new(), indexes: BTreeMap::new(), rivals };
        search.list();
        search.index();
        search
    }

    fn list(&mut self) {
        for plan in self.plans.values() {
            let compared = plan.compared.iter().map(|one| one.pattern);
            for number in plan.open.iter().chain(&plan.named).copied().chain(compared) {
                self.lists.entry(number).or_default();
            }
        }
        if self.lists.is_empty() {
            return;
        }
        for (device, number) in self.traits.numbered() {
            if let Some(list) = self.lists.get_mut(&number) {
                list.push(device);
            }
        }
    }

    fn index(&mut self) {
        let compared = self.plans.values().flat_map(|plan| &plan.compared);
        let named = self.plans.values().flat_map(|plan| &plan.named);
        let wanted: BTreeSet<(u32, Facts)> = compared
            .flat_map(|one| [one.facts, one.facts.without(Facts::NAME)].map(|facts| (one.pattern, facts)))
            .chain(named.map(|pattern| (*pattern, Facts::NAME)))
            .collect();
        for (number, facts) in wanted.into_iter().filter(|(_, facts)| *facts != Facts::NONE) {
            let list = self.lists.get(&number).into_iter().flatten();
            let mut index: Vec<(u64, DeviceId)> =
                list.map(|device| (self.traits.key(*device, facts), *device)).collect();
            index.sort_unstable();
            self.indexes.insert((number, facts), index);
        }
    }

    /// Devices of a pattern that have the same values as a device.
    fn equals(&self, device: DeviceId, number: u32, facts: Facts) -> &[(u64, DeviceId)] {
        let index = self.indexes.get(&(number, facts)).map_or(&[][..], Vec::as_slice);
        let key = self.traits.key(device, facts);
        let (from, to) = (index.partition_point(|(own, _)| *own < key), index.partition_point(|(own, _)| *own <= key));
        index.get(from..to).unwrap_or_default()
    }

    /// Whether a record of the console may be a device.
    pub(in crate::coverage) fn find(&self, device: DeviceId) -> Found {
        let Some(plan) = self.plans.get(&self.traits.number(device)) else { return Found::Candidates };
        if !plan.open.is_empty() || self.rivals.of(self.traits, device).next().is_some() {
            return Found::Candidates;
        }
        let (mut basis, mut facts) = (plan.basis, Facts::NONE);
        for one in &plan.compared {
            if !self.equals(device, one.pattern, one.facts).is_empty() {
                return Found::Candidates;
            }
            basis = basis.max(self.basis(device, plan, *one));
            facts = facts.or(one.facts);
        }
        // Whose record a name holds in the place of another one of that name, only the name tells.
        for number in &plan.named {
            let same = !self.equals(device, *number, Facts::NAME).is_empty();
            basis = basis.max(if same { Basis::Name } else { Basis::Exclusion });
            facts = facts.or(Facts::NAME);
        }
        Found::Nothing(basis, facts)
    }

    /// What it rests on that no record of a pattern has the values of a device.
    fn basis(&self, device: DeviceId, plan: &Plan, one: Compared) -> Basis {
        if plan.known || one.other_device || !one.facts.has(Facts::NAME) {
            return Basis::Exclusion;
        }
        let rest = one.facts.without(Facts::NAME);
        let by_name = rest == Facts::NONE || !self.equals(device, one.pattern, rest).is_empty();
        if by_name { Basis::Name } else { Basis::Exclusion }
    }

    /// The first devices whose records may be a device, with what they have in common, and how many there are.
    pub(in crate::coverage) fn candidates(&self, device: DeviceId, most: usize) -> (Vec<(DeviceId, Facts)>, usize) {
        let Some(plan) = self.plans.get(&self.traits.number(device)) else { return (Vec::new(), 0) };
        let (mut first, mut all) = (Vec::new(), 0);
        for list in self.rivals.of(self.traits, device) {
            first.extend(list.iter().take(most).map(|own| (*own, Facts::IDENTIFIER)));
            all += list.len();
        }
        for list in plan.open.iter().filter_map(|number| self.lists.get(number)) {
            first.extend(list.iter().take(most).map(|own| (*own, Facts::NONE)));
            all += list.len();
        }
        for one in &plan.compared {
            let equals = self.equals(device, one.pattern, one.facts);
            first.extend(equals.iter().take(most).map(|(_, own)| (*own, one.facts)));
            all += equals.len();
        }
        first.sort_unstable();
        first.truncate(most);
        (first, all)
    }
}

fn plan(traits: &Traits, own: &Pattern, console: Console, asked: Asked) -> Plan {
    let known = own.is_known_to(console);
    let mut plan = Plan { basis: Basis::Identifier, known, open: Vec::new(), compared: Vec::new(), named: Vec::new() };
    let holds = |other: &Pattern| other.consoles & console.bit() != 0;
    for (number, other) in (0_u32..).zip(&traits.patterns).filter(|(_, other)| holds(other)) {
        if asked == Asked::Sign && !own.would_change(other) {
            continue;
        }
        if own.is_apart(other) {
            // What tells the device of a weak link apart tells nothing of the record that it holds. Its name does, which that device
            // alone bears.
            let weak = !known && other.weak & console.bit() != 0;
            if weak && own.comparable(other).has(Facts::NAME) {
                plan.named.push(number);
            } else if weak {
                plan.basis = plan.basis.max(Basis::Name);
            }
            continue;
        }
        let facts = own.comparable(other);
        let other_device = own.consoles & other.consoles != 0;
        // The same name or user may be the same machine, enrolled once more.
        let twins = own.told_by_twins(other, console);
        if other_device && !facts.has(Facts::NAME.or(Facts::USER)) {
            plan.basis = plan.basis.max(Basis::Exclusion);
        } else if !twins.is_empty() {
            let one = |own: &Facts| Compared { pattern: number, facts: facts.or(*own), other_device };
            plan.compared.extend(twins.iter().map(one));
        } else if facts == Facts::NONE {
            plan.open.push(number);
        } else {
            plan.compared.push(Compared { pattern: number, facts, other_device });
        }
    }
    plan
}
