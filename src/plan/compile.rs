//! Conditions, steps and playbooks as masks and numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::console::Console;
use crate::ids::EntryId;
use crate::plan::cases::Test;
use crate::plan::check;
use crate::plan::checked_file::CheckedFile;
use crate::plan::facts::{self, DeviceBits};
use crate::plan::file::{Case, Definition, On, Place, Waiting, Words, Written};
use crate::plan::{Command, Effort, Entry, Limits, Phase, Proof, Shape, Source, State, Tool, Wait};

/// Bits of the device and of the object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mask {
    device: DeviceBits,
    object: u64,
}

impl Mask {
    const fn is_empty(self) -> bool {
        self.device == 0 && self.object == 0
    }

    const fn meets(self, device: DeviceBits, object: u64) -> bool {
        self.device & device != 0 || self.object & object != 0
    }
}

/// A condition in bits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Condition {
    all: Mask,
    none: Mask,
    /// Two of them, since a case of a step is narrowed further by the playbook. Empty ones hold.
    any: [Mask; 2],
}

impl Condition {
    /// Whether it holds for a device and an object; `object` is 0 for the device as a whole.
    pub(super) const fn holds(&self, device: DeviceBits, object: u64) -> bool {
        let [first, second] = self.any;
        self.possible(device)
            && self.all.object & !object == 0
            && self.none.object & object == 0
            && (first.is_empty() || first.meets(device, object))
            && (second.is_empty() || second.meets(device, object))
    }

    /// Whether it can hold for any object of the device.
    pub(super) const fn possible(&self, device: DeviceBits) -> bool {
        self.all.device & !device == 0 && self.none.device & device == 0
    }

    /// Whether it asks for something of an object.
    const fn speaks_of_objects(&self) -> bool {
        let [first, second] = self.any;
        (self.all.object | self.none.object | first.object | second.object) & !facts::ABOUT_BITS != 0
    }

    /// Whether it holds only for an object with one of these bits.
    pub(super) const fn demands(&self, object: u64) -> bool {
        self.all.object & object != 0
    }

    /// Whether it is more than `all` and `none`, or has more than one alternative already.
    const fn has_alternatives(&self) -> bool {
        !self.any[0].is_empty()
    }

    /// Whether no device can meet both: one forbids what the other asks for, or they ask for two of what a device has one of.
    pub(super) const fn excludes(&self, other: &Self) -> bool {
        let (all, none) = (self.all.device | other.all.device, self.none.device | other.none.device);
        all & none != 0 || facts::contradict(all)
    }

    /// Both at once; each has one `any` at most.
    const fn and(self, other: Self) -> Self {
        Self {
            all: Mask { device: self.all.device | other.all.device, object: self.all.object | other.all.object },
            none: Mask { device: self.none.device | other.none.device, object: self.none.object | other.none.object },
            any: [self.any[0], other.any[0]],
        }
    }
}

/// Before the id of a rule: a finding of that rule is among those of the device.
pub(super) const ABOUT: &str = "about-";

/// Bits of a condition; unknown words become problems of the sheet.
pub(super) fn condition(words: &Words, sheet: &mut CheckedFile) -> Condition {
    let mut mask = |list: &[String]| {
        list.iter().fold(Mask::default(), |mask, word| {
            let of_rule = word.strip_prefix(ABOUT).and_then(|rule| sheet.about(rule)).map(|bit| (0, bit));
            let known = of_rule.or_else(|| facts::mask_of(word, sheet.registry()));
            let (device, object) = known.unwrap_or_else(|| {
                let known = facts::words(sheet.registry());
                sheet.unknown("fact", word, known.iter().map(String::as_str));
                (0, 0)
            });
            Mask { device: mask.device | device, object: mask.object | object }
        })
    };
    Condition { all: mask(&words.all), none: mask(&words.none), any: [mask(&words.any), Mask::default()] }
}

/// The same for `applies`, which is asked before any object is looked at.
pub(super) fn device_condition(words: &Words, sheet: &mut CheckedFile) -> Condition {
    let compiled = condition(words, sheet);
    if compiled.speaks_of_objects() {
        let help = "`applies` chooses devices; put words about one object into `when` of a step";
        sheet.problem("applies", "`applies` uses words about one object".into(), help.into());
    }
    compiled
}

/// What keeps a step safe, as bits and numbers.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// States that allow it, as bits of an object; 0 means all.
    pub states: u64,
    /// Step that must stand earlier for the same object, and states that make it needless.
    pub after: Option<(u16, u64)>,
    /// Consoles whose records must be removed earlier.
    pub gone: Vec<Console>,
    pub never: Vec<Condition>,
    /// Steps that make it needless.
    pub unless: Vec<u16>,
    /// Steps of which the plan must have one, and devices of which it is planned all the same.
    pub beside: Option<(Vec<u16>, Option<Condition>)>,
}

/// Number of a step and what the plan has to know of it afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub number: u16,
    pub removes: bool,
    /// A plan with it asks nothing before what can be undone.
    pub urgent: bool,
}

/// One way in which a step of a playbook may apply. Those of one step stand in a row; the first that fits an object wins.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub when: Condition,
    pub on: On,
    pub console: Option<Console>,
    pub entry: EntryId,
    pub step: Step,
}

/// A playbook.
#[derive(Clone, Debug)]
pub(super) struct Book {
    pub name: String,
    /// What it does, in a few words.
    pub title: String,
    pub about: String,
    /// The file that it stands in.
    pub file: String,
    /// Steps that other files put into it, and which.
    pub lent: BTreeMap<String, String>,
    pub order: u32,
    /// Which devices it is for; nothing means every one.
    pub applies: Option<Condition>,
    pub choices: Vec<Choice>,
    pub tests: Vec<Test>,
}

/// A step as defined, checked.
#[derive(Debug)]
pub(super) struct Known {
    pub step: Step,
    pub place: Place,
    pub guard: Guard,
    pub on: On,
    /// Texts as defined.
    pub entry: Entry,
    /// What it frees, and under which condition; the last holds always.
    pub frees: Vec<(Condition, String)>,
    /// What is said with every reason.
    pub beware: String,
    /// What is said on top, and under which condition; the last holds always.
    pub hints: Vec<(Condition, String)>,
    /// What must be settled first where the device is in use; empty where nothing is taken away.
    pub in_use: String,
    /// Cases, with what they change already applied; the definition itself is the last.
    pub cases: Vec<Variant>,
}

/// A step under a condition, texts resolved.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub when: Condition,
    pub on: On,
    /// The same one in every playbook that takes the step as it is.
    pub entry: Arc<Entry>,
}

impl Known {
    /// The step with what a case changes.
    pub(super) fn vary(&self, case: &Case, sheet: &mut CheckedFile) -> Variant {
        let base = &self.entry;
        let text = |new: &Option<String>, old: &String, sheet: &mut CheckedFile| {
            new.as_ref().map_or_else(|| old.clone(), |t| sheet.resolve(t))
        };
        let console = case.console.as_ref().map_or(base.console, |c| sheet.console(c));
        let entry = Entry {
            action: text(&case.action, &base.action, sheet),
            console,
            role: text(&case.role, &base.role, sheet),
            irreversible: case.irreversible.unwrap_or(base.irreversible),
            wipes: case.wipes.unwrap_or(base.wipes),
            silence: case.silence.unwrap_or(base.silence),
            waits: case.waits.as_ref().map_or_else(|| base.waits.clone(), |own| waits(own, sheet)),
            condition: text(&case.condition, &base.condition, sheet),
            why: case.why.as_ref().map_or_else(|| base.why.clone(), |t| with(sheet.resolve(t), &self.beware)),
            seen: text(&case.seen, &base.seen, sheet),
            sources: case.source.as_ref().map_or_else(|| base.sources.clone(), |own| sources(own, sheet)),
            command: match &case.command {
                Some(written) => command(written, self.step.removes, sheet),
                None if case.by_hand == Some(true) => None,
                None => base.command.clone(),
            },
            ..base.clone()
        };
        Variant { when: condition(&case.when, sheet), on: case.on.unwrap_or(self.on), entry: Arc::new(entry) }
    }

    /// The same step once for each thing that it may free, for each hint, and for a device that is in use.
    pub(super) fn spread(&self, variant: &Variant) -> Vec<Variant> {
        let told = |variant: &Variant, (when, text): &(Condition, String), tell: fn(&mut Entry, &str)| {
            let mut entry = Arc::clone(&variant.entry);
            if !text.is_empty() {
                tell(Arc::make_mut(&mut entry), text);
            }
            Variant { when: variant.when.and(*when), on: variant.on, entry }
        };
        let frees = |entry: &mut Entry, what: &str| what.clone_into(&mut entry.frees);
        let hints = |entry: &mut Entry, hint: &str| entry.why = with(std::mem::take(&mut entry.why), hint);
        let of_each = self.of_a_device_in_use(variant);
        let mut all = Vec::new();
        for variant in of_each.iter().chain([variant]) {
            let fitting = self.hints.iter().filter(|(when, _)| !variant.when.excludes(when));
            for variant in fitting.map(|hint| told(variant, hint, hints)) {
                all.extend(self.frees.iter().map(|freed| told(&variant, freed, frees)));
            }
        }
        all
    }

    /// The step with what must be settled first where the device is in use, unless its own condition speaks of that or of a
    /// surplus record. Of a device that somebody declared lost nobody asks whether it leaves service, and nobody asks of any
    /// lost one before its access is closed, which can be undone.
    fn of_a_device_in_use(&self, variant: &Variant) -> Vec<Variant> {
        let when = &variant.when;
        let speaks = when.all.device & facts::ACTIVE != 0 || when.any.iter().any(|any| any.device & facts::ACTIVE != 0);
        let surplus = when.all.object & facts::OLDER_ONE != 0;
        let never = when.none.device & facts::ACTIVE != 0;
        if self.in_use.is_empty() || speaks || surplus || never {
            return Vec::new();
        }
        let of = |device| Mask { device, object: 0 };
        let not_lost = Condition { all: of(facts::ACTIVE), none: of(facts::LOST), ..Condition::default() };
        let undecided =
            Condition { all: of(facts::ACTIVE | facts::LOST), none: of(facts::DECIDED_ONE), ..Condition::default() };
        let condition = format!("{} {}", self.in_use, variant.entry.condition).trim_end().to_string();
        let entry = Arc::new(Entry { condition, ..Entry::clone(&variant.entry) });
        let one = |also| Variant { when: when.and(also), on: variant.on, entry: Arc::clone(&entry) };
        let possible = |also: &Condition| {
            let (all, none) = (when.all.device | also.all.device, when.none.device | also.none.device);
            all & none == 0
        };
        let asked = [Some(not_lost), variant.entry.irreversible.then_some(undecided)];
        asked.into_iter().flatten().filter(possible).map(one).collect()
    }

    /// Every way in which a playbook that only narrows the step may apply it, to the devices that it is for.
    pub(super) fn narrowed(&self, when: Condition, applies: Option<&Condition>) -> Vec<Variant> {
        let meets = |case: &&Variant| {
            !case.when.excludes(&when) && applies.is_none_or(|applies| !case.when.and(when).excludes(applies))
        };
        self.cases.iter().filter(meets).map(|c| Variant { when: c.when.and(when), ..c.clone() }).collect()
    }
}

/// Bits of an object for a list of state words.
pub(super) fn states(words: &[String], sheet: &mut CheckedFile) -> u64 {
    words.iter().fold(0, |bits, word| {
        let state = State::parse(word);
        if state.is_none() {
            sheet.unknown("state", word, State::WORDS.iter().copied());
        }
        bits | state.map_or(0, |s| 1 << s as u64)
    })
}

/// The word for an object that is not listed any more.
const GONE: &str = "gone";

/// By what a later export shows that a step was done.
fn proof(words: &[String], sheet: &mut CheckedFile) -> Proof {
    let mut proof = Proof::default();
    for word in words {
        match State::parse(word) {
            Some(state) => proof.states.push(state),
            None if word == GONE => proof.gone = true,
            None => sheet.unknown("state", word, State::WORDS.iter().copied().chain([GONE])),
        }
    }
    proof
}

/// The step that a definition describes, but for `after`, `unless` and `beside`: they need the numbers of all steps. `stays` says what
/// no step takes anything from.
pub(super) fn define(
    raw: &Definition,
    number: u16,
    in_use: &str,
    stays: &[Condition],
    sheet: &mut CheckedFile,
) -> Known {
    let console = raw.console.as_ref().and_then(|c| sheet.console(c));
    let mut guard = Guard {
        states: states(&raw.states, sheet),
        after: None,
        gone: raw.gone.iter().filter_map(|c| sheet.console(c)).collect(),
        never: raw.never.iter().map(|w| condition(w, sheet)).collect(),
        unless: Vec::new(),
        beside: None,
    };
    let beware = sheet.resolve(&raw.beware);
    let entry = Entry {
        slug: raw.step.clone(),
        action: sheet.resolve(&raw.action),
        console,
        role: sheet.resolve(&raw.role),
        irreversible: raw.irreversible,
        wipes: raw.wipes,
        condition: sheet.resolve(&raw.condition),
        why: with(sheet.resolve(&raw.why), &beware),
        seen: sheet.resolve(&raw.seen),
        proof: proof(&raw.proof, sheet),
        sources: sources(&raw.source, sheet),
        phase: raw.phase.map_or_else(|| phase_of(raw.place), Phase::from),
        silence: raw.silence,
        waits: waits(&raw.waits, sheet),
        effort: Effort { batch: raw.effort.batch, each: raw.effort.each },
        limits: Limits { bulk: raw.limits.bulk, daily: raw.limits.daily },
        frees: String::new(),
        command: raw.command.as_ref().and_then(|c| command(c, raw.removes, sheet)),
    };
    if raw.limits.bulk == Some(0) || raw.limits.daily == Some(0) {
        sheet.problem("limits", format!("step `{}` has a limit of 0", raw.step), "leave the limit out".into());
    }
    if raw.restores && (raw.wipes || raw.removes) {
        let message = format!("step `{}` erases a device or removes a record, and `restores`", raw.step);
        sheet.problem(&raw.step, message, "leave `restores` out: it says that nothing is taken away".into());
    }
    let step = Step { number, removes: raw.removes, urgent: raw.urgent };
    let frees = frees(raw, sheet);
    let hints = hints(raw, sheet);
    let acts = console.is_some() || raw.irreversible;
    let takes = matches!(entry.phase, Phase::Remove | Phase::AfterGrace) && acts && !raw.restores;
    let in_use = if takes { sheet.resolve(in_use) } else { String::new() };
    if takes {
        guard.never.extend_from_slice(stays);
    }
    let mut known =
        Known { step, place: raw.place, guard, on: raw.on, entry, frees, beware, hints, in_use, cases: Vec::new() };
    let mut cases: Vec<_> = raw.cases.iter().map(|c| known.vary(c, sheet)).collect();
    cases.push(Variant { when: Condition::default(), on: known.on, entry: Arc::new(known.entry.clone()) });
    known.cases = cases.iter().flat_map(|c| known.spread(c)).collect();
    known
}

/// A reason with what is said with every reason.
fn with(why: String, beware: &str) -> String {
    if beware.is_empty() { why } else { format!("{why} {beware}") }
}

/// The pages that a step rests on; one without an address or a day is a mistake.
fn sources(written: &[Source], sheet: &mut CheckedFile) -> Vec<Source> {
    for source in written {
        if !source.page.starts_with("https://") {
            sheet.problem(&source.page, format!("`{}` is no address of a page", source.page), String::new());
        }
        if chrono::NaiveDate::parse_from_str(&source.read, "%Y-%m-%d").is_err() {
            sheet.problem(&source.read, format!("`{}` is no day", source.read), "write YYYY-MM-DD".into());
        }
    }
    written.to_vec()
}

/// How long a step waits; days that are no number are a mistake.
fn waits(written: &[Waiting], sheet: &mut CheckedFile) -> Vec<Wait> {
    let mut list = Vec::new();
    for waiting in written {
        let days = sheet.resolve(&waiting.days);
        match days.trim().parse() {
            Ok(days) => list.push(Wait { after: waiting.after.clone(), days }),
            Err(_) => sheet.problem(
                &waiting.days,
                format!("`{}` is no number of days", waiting.days),
                "write a number, or `{pending_days}`".into(),
            ),
        }
    }
    list
}

/// When a step is done that does not say so.
const fn phase_of(place: Place) -> Phase {
    match place {
        Place::First | Place::Early | Place::Alone => Phase::Prepare,
        Place::Between => Phase::Remove,
        Place::Final => Phase::AfterGrace,
        Place::Last => Phase::Verify,
    }
}

/// What is said on top of every reason.
fn hints(raw: &Definition, sheet: &mut CheckedFile) -> Vec<(Condition, String)> {
    by_condition("hints", &raw.step, raw.hints.iter().map(|hint| (&hint.when, hint.text.as_str())), sheet)
}

/// What a step frees.
fn frees(raw: &Definition, sheet: &mut CheckedFile) -> Vec<(Condition, String)> {
    by_condition("frees", &raw.step, raw.frees.iter().map(|freed| (&freed.when, freed.what.as_str())), sheet)
}

/// A text for each of some conditions, which are told apart by `all` and `none` only; nothing, where none of them holds.
fn by_condition<'a>(
    key: &str,
    step: &str,
    texts: impl Iterator<Item = (&'a Words, &'a str)>,
    sheet: &mut CheckedFile,
) -> Vec<(Condition, String)> {
    let mut list = Vec::new();
    for (words, text) in texts {
        let when = condition(words, sheet);
        if when.has_alternatives() {
            let help = "write one entry for each alternative, with `all` and `none`";
            sheet.problem(key, format!("`{key}` of step `{step}` uses `any`"), help.into());
        }
        list.push((when, sheet.resolve(text)));
    }
    list.push((Condition::default(), String::new()));
    list
}

/// A command, if it is one that can be handed out.
fn command(written: &Written, removes: bool, sheet: &mut CheckedFile) -> Option<Command> {
    let tool = Tool::parse(&written.with);
    if tool.is_none() {
        sheet.unknown("tool", &written.with, Tool::WORDS.iter().copied());
    }
    let id = Shape::parse(&written.id);
    if id.is_none() {
        sheet.unknown("shape of an id", &written.id, Shape::WORDS.iter().copied());
    }
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let command = Command {
        tool: tool?,
        id: id?,
        module: line(&written.module),
        scope: line(&written.scope),
        application: line(&written.application),
        limit: line(&written.limit),
        look: line(&written.look),
        check: line(&written.check),
        done: line(&written.done),
        approval: written.approval,
        removes,
        keeps_data: written.keeps_data,
        choices: written.choices.iter().map(|c| line(c)).collect(),
        run: line(&written.run),
    };
    check::command(&command, sheet);
    Some(command)
}
