//! Puts the questions together: what each rule leaves open for a device, and the records that may be it.

use std::collections::{BTreeMap, HashMap};

use super::answers::Answers;
use super::undecided::Undecided;
use super::words::{self, Open};
use super::{Questions, Texts};
use crate::console::Console;
use crate::coverage::{Absence, Candidate, Doubt, Facts, Ground, Verdict};
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
            open.extend(self.open(at, rule, ground, device));
            for sought in self.consoles_in_doubt(ground, device) {
                self.name(sought, device, &mut candidates);
            }
        }
        if let Some(other) = self.context.devices.coverage().other(device)
            && open.iter().any(|open| matches!(open, Open::Hinted(_)))
        {
            candidates.extend(one_in_words(self.context, other));
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
        let consoles = self.context.store.by_console.iter().map(|records| records.console);
        open.extend(consoles.filter(|console| console.bit() & one.since != 0).map(Open::Since));
        if one.open == 0 && one.since == 0 {
            open.extend(rule.absence.iter().map(|console| Open::Record(*console, Doubt::List, None)));
        }
        // Every column is known, and they contradict each other.
        if open.is_empty() {
            let mut consoles: Vec<Console> =
                (0..rule.decides.len()).filter_map(|at| Some(words::of_records(rule, at)?.0)).collect();
            consoles.retain(|console| self.context.devices.is_held(device, *console));
            open.extend(consoles.into_iter().map(Open::Records));
        }
        let text = self.text(number, rule, open);
        candidates.dedup();
        self.questions.push(number, device, text, candidates.join("|"));
    }

    /// What a column leaves open for a device.
    fn open(&self, at: usize, rule: &Rule, ground: Ground, device: DeviceId) -> Vec<Open> {
        let absence = self.context.devices.absence(device, ground).map(|verdict| verdict.absence);
        match (ground, absence) {
            (Ground::Sight, _) => self.unseen(device),
            (Ground::Absence(console), Some(Absence::Open(doubt))) => {
                vec![Open::Record(console, doubt, self.kind(device, console))]
            }
            _ => vec![self.activity(at, rule, device).unwrap_or(Open::Column(at))],
        }
    }

    /// When a device was last active, where a console holds it that should tell.
    fn activity(&self, at: usize, rule: &Rule, device: DeviceId) -> Option<Open> {
        if !matches!(rule.decides.get(at)?.as_str(), "activity" | "last_activity" | "days_inactive" | "signals_known") {
            return None;
        }
        let devices = self.context.devices;
        let lists = self.context.store.by_console.iter().map(|records| records.console);
        let telling = lists.filter(|console| console.gives_signals() && devices.is_held(device, *console));
        let bits = telling.fold(0, |bits, console| bits | console.bit());
        (bits != 0).then_some(Open::Activity(at, bits))
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
        let mut open: Vec<Open> = consoles.filter_map(one).collect();
        let devices = self.context.devices;
        let too_old = devices.coverage().too_old(devices, device);
        let lists = self.context.store.by_console.iter().map(|records| records.console);
        open.extend(lists.filter(|console| console.bit() & too_old != 0).map(Open::Since));
        open.extend(devices.coverage().hint(device).map(Open::Hinted));
        if open.is_empty() { vec![Open::Dates] } else { open }
    }

    fn kind(&self, device: DeviceId, console: Console) -> Option<crate::identity::KeyKind> {
        self.context.devices.coverage().known_by(device, console)
    }

    fn name(&self, sought: Sought, device: DeviceId, names: &mut Vec<String>) {
        if let Some((first, all)) = self.found.get(&sought).and_then(|found| found.of(device)) {
            names.extend(in_words(self.context, sought.0, first, *all));
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
        let coverage = self.context.devices.coverage();
        let lists = coverage.lists();
        let answers = Answers { store: self.context.store, formats: self.context.formats, lists, coverage };
        let (unknown, settled_by) = (words::unknown(rule, &key.1, answers), words::settled_by(rule, &key.1, answers));
        let texts = Texts { unknown, settled_by };
        let text = self.questions.number(texts);
        self.known.insert(key, text);
        text
    }
}

/// Names records of a console that may be a device: the first, those that have most in common with it before the others, and
/// how many more there are of `all`.
fn in_words(context: EvalContext<'_>, console: Console, first: &[Candidate], all: usize) -> Vec<String> {
    let (store, devices) = (context.store, context.devices);
    let mut ordered: Vec<&Candidate> = first.iter().collect();
    ordered.sort_by_key(|candidate| std::cmp::Reverse(candidate.same.words().count()));
    let one = |candidate: &&Candidate| {
        Some(with_facts(store.object(devices.live_record(store.of(console)?, candidate.device)?), candidate.same))
    };
    let mut names: Vec<String> = ordered.iter().filter_map(one).collect();
    if all > first.len() {
        names.push(format!("{} more in {}", all - first.len(), console.title()));
    }
    names
}

/// Names a device by the first of its records.
fn one_in_words(context: EvalContext<'_>, candidate: Candidate) -> Option<String> {
    let (store, devices) = (context.store, context.devices);
    let record = store.by_console.iter().find_map(|records| devices.live_record(records, candidate.device))?;
    Some(with_facts(store.object(record), candidate.same))
}

/// An object, and what it has in common with a device.
fn with_facts(object: String, same: Facts) -> String {
    let same: Vec<String> = same.words().map(|word| format!("same {word}")).collect();
    if same.is_empty() { object } else { format!("{object} ({})", same.join(", ")) }
}

/// The records of a console that may be a device, in words.
pub(in crate::rules) fn candidates(context: EvalContext<'_>, console: Console, device: DeviceId) -> Vec<String> {
    let found = context.devices.coverage().candidates(console, false, &[device], NAMED);
    found.first().map_or_else(Vec::new, |(first, all)| in_words(context, console, first, *all))
}

/// The columns of some bits.
fn open_columns(grounds: &[Ground], open: u64) -> impl Iterator<Item = (usize, Ground)> {
    grounds.iter().copied().enumerate().filter(move |(at, _)| *at < 64 && open >> at & 1 == 1)
}
