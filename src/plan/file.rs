//! Step lists and playbooks as they are written. Nothing is decided here.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::plan::cases::RawTest;
use crate::plan::{Phase, Source};

/// One file: a list of steps (`define`) or a playbook (everything else).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Document {
    /// Steps that playbooks may use.
    pub define: Vec<Definition>,
    /// What must be settled first where a step takes something away from a device that is in use.
    pub in_use: Option<String>,
    /// What stays: under none of these is a step planned that takes something away.
    pub stays: Vec<Words>,
    /// Name of the playbook.
    pub playbook: Option<String>,
    /// What it does, in a few words: the title of its work packages. Its name, unless said.
    pub title: String,
    /// Which devices it is for, in a sentence.
    pub about: String,
    /// Precedence: the playbook with the lowest number among those that apply is taken.
    pub order: Option<u32>,
    /// Which devices it is for. The last playbook has none, so that every device has one.
    pub applies: Option<Words>,
    /// The steps, in the order in which they are to be done.
    pub steps: Vec<Item>,
    /// What plans ask before anything changes, by the notice that raises the question.
    pub asks: BTreeMap<String, String>,
    /// Steps of this file that stand in playbooks of other files, so that a console can come with its steps.
    pub insert: Vec<Insertion>,
    /// Devices and their plans.
    pub tests: Vec<RawTest>,
}

/// Steps for playbooks that other files hold. One of `after` and `before` is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Insertion {
    /// The playbooks.
    pub playbooks: Vec<String>,
    /// The step behind the last one of which they stand.
    pub after: Option<String>,
    /// The step before the first one of which they stand.
    pub before: Option<String>,
    pub steps: Vec<Item>,
}

impl Document {
    /// Takes in the steps that another file holds for this playbook.
    pub(super) fn take_in(&mut self, insertion: &Insertion, origin: usize) -> Result<(), String> {
        let (place, slug) = match (&insertion.after, &insertion.before) {
            (Some(slug), None) => (self.steps.iter().rposition(|item| item.step == *slug).map(|at| at + 1), slug),
            (None, Some(slug)) => (self.steps.iter().position(|item| item.step == *slug), slug),
            _ => return Err("steps are put neither `after` nor `before` one step".to_owned()),
        };
        let Some(place) = place else {
            let name = self.playbook.as_deref().unwrap_or_default();
            return Err(format!("playbook `{name}` has no step `{slug}`"));
        };
        let steps = insertion.steps.iter().map(|item| Item { origin: Some(origin), ..item.clone() });
        self.steps.splice(place..place, steps);
        Ok(())
    }
}

/// A condition: every word of `all`, at least one of `any` if there are any, none of `none`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Words {
    pub all: Vec<String>,
    pub any: Vec<String>,
    pub none: Vec<String>,
}

impl Document {
    /// Every condition of the file.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Words> {
        let steps = self.define.iter().flat_map(Definition::conditions);
        self.applies.iter().chain(&self.stays).chain(self.steps.iter().map(|item| &item.when)).chain(steps)
    }
}

impl Words {
    /// Every word of it.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.all.iter().chain(&self.any).chain(&self.none).map(String::as_str)
    }

    /// Whether it asks for nothing, so that it always holds.
    pub(super) const fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty() && self.none.is_empty()
    }
}

/// A step: its texts, and what keeps it safe in every playbook.
#[allow(clippy::struct_excessive_bools, reason = "keys of a file, each by itself")]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Definition {
    /// Slug.
    pub step: String,
    /// Console it is done in.
    pub console: Option<String>,
    /// When it is done; by its place, unless said.
    pub phase: Option<When>,
    /// Whether it waits until the device has had no activity for the delete threshold.
    #[serde(default)]
    pub silence: bool,
    /// Steps of the same device after which it waits, where the plan has them.
    #[serde(default)]
    pub waits: Vec<Waiting>,
    /// What it is done to.
    #[serde(default)]
    pub on: On,
    /// Least role; needed where there is a console.
    #[serde(default)]
    pub role: String,
    /// Cannot be undone.
    #[serde(default)]
    pub irreversible: bool,
    /// Erases the device.
    #[serde(default)]
    pub wipes: bool,
    /// Takes the record out of its console.
    #[serde(default)]
    pub removes: bool,
    /// Takes nothing away, so that it may be done to a device that is in use.
    #[serde(default)]
    pub restores: bool,
    /// Whether a plan that has it closes access at once: no question is asked before what can be undone.
    #[serde(default)]
    pub urgent: bool,
    /// Where in a playbook it has to stand.
    #[serde(default)]
    pub place: Place,
    /// States of the object that allow it; none means every state.
    #[serde(default)]
    pub states: Vec<String>,
    /// Planned only after another step on the same object.
    pub after: Option<After>,
    /// Consoles that must hold no record of the device any more, or only records that an earlier step removes.
    #[serde(default)]
    pub gone: Vec<String>,
    /// Planned only where the plan has none of these steps before it.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Planned only where the plan has one of some steps as well, before or after it.
    pub beside: Option<Beside>,
    /// Never planned where one of these holds, whatever a playbook says.
    #[serde(default)]
    pub never: Vec<Words>,
    /// What to do.
    pub action: String,
    /// What must be true first and no file can tell.
    #[serde(default)]
    pub condition: String,
    /// Why, and what to beware of.
    pub why: String,
    /// What is said with every `why` of the step.
    #[serde(default)]
    pub beware: String,
    /// What is said with every `why` on top, of devices of which something holds. The first that fits is taken; they are told
    /// apart by `all` and `none` only.
    #[serde(default)]
    pub hints: Vec<Hint>,
    /// What the next export shows if it worked.
    #[serde(default)]
    pub seen: String,
    /// States of the object by which a later export shows that it was done, or `gone`.
    #[serde(default)]
    pub proof: Vec<String>,
    /// The pages that it rests on.
    #[serde(default)]
    pub source: Vec<Source>,
    /// How long it takes by hand.
    #[serde(default)]
    pub effort: Minutes,
    /// What the console takes at a time.
    #[serde(default)]
    pub limits: AtATime,
    /// What it frees. The first that fits is taken; they are told apart by `all` and `none` only.
    #[serde(default)]
    pub frees: Vec<Freed>,
    /// The step as a command.
    pub command: Option<Written>,
    /// Other texts, or other objects, for devices of which something holds. The first that fits is taken.
    #[serde(default)]
    pub cases: Vec<Case>,
}

impl Definition {
    /// Every condition of the step.
    fn conditions(&self) -> impl Iterator<Item = &Words> {
        let frees = self.frees.iter().map(|freed| &freed.when);
        let hints = self.hints.iter().map(|hint| &hint.when);
        let beside = self.beside.iter().map(|beside| &beside.or);
        self.never.iter().chain(beside).chain(frees).chain(hints).chain(self.cases.iter().map(|case| &case.when))
    }
}

/// Where a step stands in a playbook.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Place {
    /// Anywhere between the first and the last.
    #[default]
    Between,
    /// First.
    First,
    /// Before every irreversible step.
    Early,
    /// After every other irreversible step.
    Final,
    /// Last.
    Last,
    /// The only step of its playbook.
    Alone,
}

/// What a step is done to.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
pub(super) enum On {
    /// Each object of the console that is asked to go.
    #[default]
    Asked,
    /// The same; if none of the console is asked to go, its live record.
    AskedOrLive,
    /// Each object of the console that a finding is about, whatever it asks for.
    Concerned,
    /// The device as a whole, once.
    Device,
}

/// What a step belongs to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Beside {
    /// The steps.
    pub steps: Vec<String>,
    /// Devices of which it is planned by itself; nothing means none.
    #[serde(default)]
    pub or: Words,
}

/// Part of the plan in which a step is done.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum When {
    Prepare,
    Remove,
    AfterGrace,
    Verify,
}

impl From<When> for Phase {
    fn from(when: When) -> Self {
        match when {
            When::Prepare => Self::Prepare,
            When::Remove => Self::Remove,
            When::AfterGrace => Self::AfterGrace,
            When::Verify => Self::Verify,
        }
    }
}

/// Minutes of work: for each batch, and for each object on top.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Minutes {
    pub batch: u32,
    pub each: u32,
}

/// Objects that a console takes at a time.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AtATime {
    pub bulk: Option<u32>,
    pub daily: Option<u32>,
}

/// How long a step waits for what another one sets going.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    pub after: String,
    /// Days, or a setting that is named as in texts.
    pub days: String,
}

/// What a step frees, and when.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Freed {
    #[serde(default)]
    pub when: Words,
    pub what: String,
}

/// What is said of some devices with every reason of a step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hint {
    pub when: Words,
    pub text: String,
}

/// A command as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    /// What runs it.
    pub with: String,
    /// What the id must look like.
    pub id: String,
    #[serde(default)]
    pub module: String,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub application: String,
    #[serde(default)]
    pub limit: String,
    #[serde(default)]
    pub look: String,
    #[serde(default)]
    pub check: String,
    #[serde(default)]
    pub done: String,
    #[serde(default)]
    pub approval: bool,
    #[serde(default)]
    pub keeps_data: bool,
    #[serde(default)]
    pub choices: Vec<String>,
    pub run: String,
}

/// A step that must come first, or a state that makes it needless.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct After {
    /// The step.
    pub step: String,
    /// States in which the object needs no such step.
    #[serde(default)]
    pub or_states: Vec<String>,
}

/// What differs from the step as defined.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Case {
    pub when: Words,
    pub console: Option<String>,
    pub on: Option<On>,
    pub role: Option<String>,
    pub irreversible: Option<bool>,
    pub wipes: Option<bool>,
    pub silence: Option<bool>,
    pub waits: Option<Vec<Waiting>>,
    pub action: Option<String>,
    pub condition: Option<String>,
    pub why: Option<String>,
    pub seen: Option<String>,
    pub source: Option<Vec<Source>>,
    pub command: Option<Written>,
    /// No command, though the step has one.
    pub by_hand: Option<bool>,
}

/// A step in a playbook. With nothing but `when` it takes the cases of its definition along; with anything of its own
/// it stands for itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Item {
    /// The file that puts it into a playbook of another one, by its place among the files.
    #[serde(skip)]
    pub origin: Option<usize>,
    pub step: String,
    #[serde(default)]
    pub when: Words,
    pub console: Option<String>,
    pub on: Option<On>,
    pub role: Option<String>,
    pub irreversible: Option<bool>,
    pub wipes: Option<bool>,
    pub silence: Option<bool>,
    pub waits: Option<Vec<Waiting>>,
    pub action: Option<String>,
    pub condition: Option<String>,
    pub why: Option<String>,
    pub seen: Option<String>,
    pub command: Option<Written>,
    /// No command, though the step has one.
    pub by_hand: Option<bool>,
}

impl Item {
    /// Whether it says more than where the step applies.
    pub(super) const fn stands_alone(&self) -> bool {
        self.console.is_some()
            || self.on.is_some()
            || self.role.is_some()
            || self.irreversible.is_some()
            || self.wipes.is_some()
            || self.silence.is_some()
            || self.waits.is_some()
            || self.action.is_some()
            || self.condition.is_some()
            || self.why.is_some()
            || self.seen.is_some()
            || self.command.is_some()
            || self.by_hand.is_some()
    }

    /// What it changes, as a case of its step. Its condition is dealt with by the caller.
    pub(super) fn case(&self) -> Case {
        Case {
            when: Words::default(),
            console: self.console.clone(),
            on: self.on,
            role: self.role.clone(),
            irreversible: self.irreversible,
            wipes: self.wipes,
            silence: self.silence,
            waits: self.waits.clone(),
            action: self.action.clone(),
            condition: self.condition.clone(),
            why: self.why.clone(),
            seen: self.seen.clone(),
            source: None,
            command: self.command.clone(),
            by_hand: self.by_hand,
        }
    }
}
