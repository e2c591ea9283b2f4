//! Puts the questions together: what each rule leaves open for a device, and the records that may be it.

use std::collections::{BTreeMap, HashMap};

use super::undecided::Undecided;
use super::words::{self, Open};
use super::{Questions, Texts};
use crate::console::Console;
use crate::coverage::{Absence, Candidate, Doubt, Ground, Verdict};
use crate::ids::DeviceId;
use crate::rules::evaluate::EvalContext;
use crate::rules::rule::Rule;

/// Candidates of a question that are named.
const NAMED: usize = 5;

/// Which records may be a device: those of a console, and whether only those in use count.
type Sought = (Console, bool);

/// The candidates of some devices, in their order.
struct Found {
    devices: Vec<DeviceId>,
    candidates: Vec<(Vec<Candidate>, usize)>,
}

impl Found {
    fn of(&self, device: DeviceId) -> Option<&(Vec<Candidate>, usize)> {
        self.candidates.get(self.devices.binary_search(&device).ok()?)
    }
}

/// The questions of all rules: `undecided` has the devices of each rule, in their order.
pub(in crate::rules) fn ask(rules: &[Rule], undecided: &[Vec<Undecided>], context: EvalContext<'_>) -> Questions {
    let mut asker = Asker { context, found: BTreeMap::new(), known: HashMap::new(), questions: Questions::default() };
    asker.search(rules, undecided);
    for ((number, rule), devices) in (0_u16..).zip(rules).zip(undecided) {
        let grounds = asker.grounds(rule);
        for one in devices {
            asker.add(number, rule, &grounds, *one);
        }
    }
    asker.questions
}

struct Asker<'a> {
    context: EvalContext<'a>,
    found: BTreeMap<Sought, Found>,
    /// Texts that were made: rule, and what is open.
    known: HashMap<(u16, Vec<Open>), u32>,
    questions: Questions,
}

impl Asker<'_> {
    /// What the columns that decide a rule rest on.
    fn grounds(&self, rule: &Rule) -> Vec<Ground> {
        rule.decides.iter().map(|name| self.context.devices.ground(name)).collect()
    }

    /// Looks for the candidates of all questions at once.
    fn search(&mut self, rules: &[Rule], undecided: &[Vec<Undecided>]) {
        let mut sought: BTreeMap<Sought, Vec<DeviceId>> = BTreeMap::new();
        for (rule, devices) in rules.iter().zip(undecided) {
            let grounds = self.grounds(rule);
            for one in devices {
                let device = DeviceId::new(one.device);
                for (_, ground) in open_columns(&grounds, one.open) {
                    for console in self.consoles_in_doubt(ground, device) {
                        sought.entry(console).or_default().push(device);
                    }
                }
            }
        }
        let coverage = self.context.devices.coverage();
        self.found = sought
            .into_iter()
            .map(|((console, signs), mut devices)| {
                devices.sort_unstable();
                devices.dedup();
                let candidates = coverage.candidates(console, signs, &devices, NAMED);
                ((console, signs), Found { devices, candidates })
            })
            .collect();
    }

    /// Consoles among whose records there may be candidates for a device, for the sake of a column.
    fn consoles_in_doubt(&self, ground: Ground, device: DeviceId) -> Vec<Sought> {
        let devices = self.context.devices;
        match ground {
            Ground::Sight => {
                let consoles = devices.unseen_in(self.context.store, device);
                consoles.filter(|(_, gap)| !gap).map(|(console, _)| (console, true)).collect()
            }
            Ground::Absence(console) => {
                let open = |v: Verdict| v.absence == Absence::Open(Doubt::Candidates);
                if devices.absence(device, ground).is_some_and(open) { vec![(console, false)] } else { Vec::new() }
            }
            _ => Vec::new(),
        }
    }

    fn add(&mut self, number: u16, rule: &Rule, grounds: &[Ground], one: Undecided) {
        let device = DeviceId::new(one.device);
        let mut open = Vec::new();
        let mut candidates = Vec::new();
        for (at, ground) in open_columns(grounds, one.open) {
            open.extend(self.open(at, ground, device));
            for sought in self.consoles_in_doubt(ground, device) {
                self.name(sought, device, &mut candidates);
            }
        }
        // A console that does not hold the device has nothing to say of it; the others are asked.
        let held = |open: &Open| match open {
            Open::Column(at) => {
                words::of_records(rule, *at).is_none_or(|(c, _)| self.context.devices.is_held(device, c))
            }
            _ => true,
        };
        if open.iter().any(held) {
            open.retain(held);
        }
        // The columns decide, and a list that was filtered by platform proves nothing.
        if one.open == 0 {
            open.extend(rule.absence.iter().map(|console| Open::Record(*console, Doubt::List, None)));
        }
        let text = self.text(number, rule, open);
        candidates.dedup();
        self.questions.push(number, one.device, text, candidates.join("|"));
    }

    /// What a column leaves open for a device.
    fn open(&self, at: usize, ground: Ground, device: DeviceId) -> Vec<Open> {
        let absence = self.context.devices.absence(device, ground).map(|verdict| verdict.absence);
        match (ground, absence) {
            (Ground::Sight, _) => self.unseen(device),
            (Ground::Absence(console), Some(Absence::Open(doubt))) => {
                vec![Open::Record(console, doubt, self.kind(device, console))]
            }
            _ => vec![Open::Column(at)],
        }
    }

    /// Why it is not known whether a device was seen later.
    fn unseen(&self, device: DeviceId) -> Vec<Open> {
        let may_be = |console: Console| {
            let found = self.found.get(&(console, true)).and_then(|found| found.of(device));
            found.is_some_and(|(_, all)| *all > 0)
        };
        let consoles = self.context.devices.unseen_in(self.context.store, device);
        let one = |(console, gap): (Console, bool)| {
            let sign = || may_be(console).then(|| Open::Sign(console, self.kind(device, console)));
            if gap { Some(Open::Unseen(console)) } else { sign() }
        };
        let open: Vec<Open> = consoles.filter_map(one).collect();
        if open.is_empty() { vec![Open::Dates] } else { open }
    }

    fn kind(&self, device: DeviceId, console: Console) -> Option<crate::identity::KeyKind> {
        self.context.devices.coverage().known_by(device, console)
    }

    /// Names the candidates of a device: those that have most in common with it first.
    fn name(&self, sought: Sought, device: DeviceId, names: &mut Vec<String>) {
        let Some((first, all)) = self.found.get(&sought).and_then(|found| found.of(device)) else { return };
        let (store, devices) = (self.context.store, self.context.devices);
        let mut first: Vec<&Candidate> = first.iter().collect();
        first.sort_by_key(|candidate| std::cmp::Reverse(candidate.same.words().count()));
        for candidate in &first {
            let line = devices.live_line(sought.0, candidate.device);
            let Some((line, records)) = line.zip(store.of(sought.0)) else { continue };
            let object = store.object(records.offset + line);
            let same: Vec<String> = candidate.same.words().map(|word| format!("same {word}")).collect();
            names.push(if same.is_empty() { object } else { format!("{object} ({})", same.join(", ")) });
        }
        if *all > first.len() {
            names.push(format!("{} more in {}", all - first.len(), sought.0.title()));
        }
    }

    fn text(&mut self, number: u16, rule: &Rule, mut open: Vec<Open>) -> u32 {
        // Several columns may read the same.
        let mut seen = Vec::new();
        open.retain(|one| {
            !seen.contains(one) && {
                seen.push(*one);
                true
            }
        });
        let key = (number, open);
        if let Some(text) = self.known.get(&key) {
            return *text;
        }
        let lists = self.context.devices.coverage().lists();
        let supplied = |console: Console| lists.lacks(console).is_none();
        let (unknown, settled_by) = (words::unknown(rule, &key.1), words::settled_by(rule, &key.1, supplied));
        let texts = Texts { unknown, settled_by };
        let text = self.questions.number(texts);
        self.known.insert(key, text);
        text
    }
}

/// The columns of some bits.
fn open_columns(grounds: &[Ground], open: u64) -> impl Iterator<Item = (usize, Ground)> {
    grounds.iter().copied().enumerate().filter(move |(at, _)| *at < 64 && open >> at & 1 == 1)
}
