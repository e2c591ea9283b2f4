//! The last step: what the stages made becomes the plain tables of the outcome. Large columns are moved.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;
use sha2::{Digest, Sha256};

use super::hidden::Hidden;
use crate::assets::{self, Files};
use crate::compare::Said;
use crate::config::SettledBy;
use crate::history::{self, Answers, Approved, Claimed, Decisions, Signed};
use crate::identity::{self, Threshold, Thresholds};
use crate::ids::{By, ByDevice, DeviceId, StepId};
use crate::notice::{Code, Notice};
use crate::outcome::{self, Accepted, Decided, Digested, Outcome, RuleMark};
use crate::plan;
use crate::read::hex;
use crate::rules::Rule;
use crate::schema::Platform;
use crate::table::DeviceTable;
use crate::time::{DAY, day};

/// Sheets are filled in until so many days after the exports of which they speak.
const WRITTEN_AFTER: i64 = 60;

fn digested(file: &str, text: &str) -> Digested {
    Digested { file: file.to_string(), sha256: hex(&Sha256::digest(text.as_bytes())) }
}

/// The files that settled something, those that there are.
pub(super) fn settled_by(sources: &[&SettledBy]) -> Vec<Digested> {
    let there = sources.iter().filter(|source| !source.file.is_empty());
    there.map(|source| digested(&source.file, &source.text)).collect()
}

/// The files by which was judged.
pub(super) fn rule_files(files: &Files) -> Vec<Digested> {
    files.iter().map(|(path, text)| digested(path, text)).collect()
}

/// The files of consoles that are not as they ship.
pub(super) fn console_files(files: &Files) -> Files {
    let mut consoles: Files = assets::under(files, "consoles/").into_iter().collect();
    let own = assets::own(&consoles);
    consoles.retain(|path, _| own.contains(path));
    consoles
}

/// Takes what reports say of links, or copies it where somebody still wants the whole.
pub(super) fn links(links: &mut identity::Links, keep: bool) -> outcome::Links {
    if keep {
        let (device, held_by, refused) = (links.device.clone(), links.held_by.clone(), links.refused.clone());
        return outcome::Links { device, held_by, refused };
    }
    outcome::Links {
        device: std::mem::take(&mut links.device),
        held_by: std::mem::take(&mut links.held_by),
        refused: std::mem::take(&mut links.refused),
    }
}

pub(super) fn hidden(hidden: Hidden) -> outcome::Hidden {
    let Hidden { exceptions, states, counts, findings, by } = hidden;
    let one = |((exception, state), count): ((history::Exception, _), u64)| Accepted {
        device: exception.device_text(),
        rule: exception.rule,
        reason: exception.reason,
        owner: exception.owner,
        approved_by: exception.approved_by,
        expires: exception.expires,
        state,
        count,
    };
    let exceptions = exceptions.list.into_iter().zip(states).zip(counts).map(one).collect();
    outcome::Hidden { exceptions, findings, by }
}

pub(super) fn decisions(decisions: Decisions, devices: u32) -> Decided {
    let (file, sha256) = (decisions.file.clone(), decisions.sha256.clone());
    let waiting = decisions.waiting();
    let (list, of_device, packages) = decisions.into_lists();
    let of_package = history::by_device(&packages, devices);
    Decided { file, sha256, list, of_device, packages, of_package, done: Vec::new(), approved: Vec::new(), waiting }
}

/// Gives what people wrote of steps and batches to the steps and batches that there are, and says where there is none. What is
/// said of steps that are not planned now is given back: an earlier run may have planned them.
pub(super) fn answer(outcome: &mut Outcome, answers: &Answers) -> Vec<Said> {
    let file = outcome.decisions.file.clone();
    let remark =
        |row: u32, message: String| Notice::new(Code::DecisionUnused, file.clone(), message).at_row(row.into());
    let end = outcome.as_of.millis + WRITTEN_AFTER * DAY;
    let (past, ahead): (BTreeMap<_, _>, BTreeMap<_, _>) = answers.done.iter().partition(|(_, signed)| signed.on <= end);
    let unsound = ahead.values().map(|signed| {
        let (on, now) = (day(signed.on), day(outcome.as_of.millis));
        let message =
            format!("a step is said to be done on {on}, and everything is judged at {now}; that was not used");
        Notice::new(Code::DecisionInDoubt, file.clone(), message).at_row(signed.row.into())
    });
    let unsound: Vec<Notice> = unsound.collect();
    outcome.notices.extend(unsound);
    let mut left = past.clone();
    let devices = answers.devices();
    let named: ByDevice<bool> = outcome.devices.key.iter().map(|key| devices.contains(key.as_str())).collect();
    let mut logged = Logs::new(&answers.logs);
    let mut done = Vec::new();
    for (at, step) in outcome.steps.numbered() {
        let (named, entry) = (*named.get(step.device), outcome.entry(step));
        if !named && logged.is_empty() {
            continue;
        }
        let object = outcome.object_of(step);
        let by_log = logged.take(&entry.slug, &object);
        let by_hand = named.then(|| {
            let key = outcome.devices.key.get(step.device).clone();
            let name = (key, entry.slug.clone(), object.into_owned());
            left.remove(&name);
            past.get(&name).copied()
        });
        // What a person wrote down counts before what a file of commands did.
        if let Some(signed) = by_hand.flatten().or(by_log) {
            done.push(Claimed { step: at, on: signed.on, by: signed.by.clone() });
        }
    }
    let digests = if answers.approved.is_empty() { Vec::new() } else { outcome.batch_digests().into_vec() };
    let (held, stale): (Vec<_>, Vec<_>) = answers.approved.iter().partition(|(digest, _)| digests.contains(digest));
    let said = |((key, step, object), signed): (&history::Named, &Signed)| Said {
        step: step.clone(),
        object: if object.is_empty() { key.clone() } else { object.clone() },
        on: signed.on,
        by: signed.by.clone(),
        file: file.clone(),
        row: signed.row,
    };
    let said = left.into_iter().map(said).chain(logged.left()).collect();
    let digested = |log: &history::Log| Digested { file: log.file.clone(), sha256: log.sha256.clone() };
    outcome.settled_by.extend(answers.logs.iter().map(digested));
    let other = stale.iter().map(|(digest, signed)| {
        let short: String = digest.chars().take(12).collect();
        let message = "the batch that was approved has other objects or steps now; the approval was not used";
        remark(signed.row, format!("{message} (by {}, digest {short}…)", signed.by))
    });
    outcome.notices.extend(other);
    let approved = |(digest, signed): (&String, &Signed)| Approved {
        digest: digest.clone(),
        on: signed.on,
        by: signed.by.clone(),
    };
    outcome.decisions.approved = held.into_iter().map(approved).collect();
    outcome.decisions.done = done;
    said
}

/// What the logs of executed commands say, until a step is found of which they say it.
struct Logs<'a> {
    of: BTreeMap<&'a str, BTreeMap<&'a str, (&'a str, &'a Signed)>>,
    found: BTreeSet<(String, String)>,
}

impl<'a> Logs<'a> {
    /// Of several logs that speak of one object, the latest counts.
    fn new(logs: &'a [history::Log]) -> Self {
        let mut of: BTreeMap<&str, BTreeMap<&str, (&str, &Signed)>> = BTreeMap::new();
        for (log, ((step, object), signed)) in logs.iter().flat_map(|log| log.done.iter().map(move |own| (log, own))) {
            let slot = of.entry(step).or_default().entry(object).or_insert((&log.file, signed));
            if slot.1.on < signed.on {
                *slot = (&log.file, signed);
            }
        }
        Self { of, found: BTreeSet::new() }
    }

    fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// What is said of a step on an object.
    fn take(&mut self, step: &str, object: &str) -> Option<&'a Signed> {
        let object = object.to_lowercase();
        let (_, signed) = *self.of.get(step)?.get(object.as_str())?;
        self.found.insert((step.to_string(), object));
        Some(signed)
    }

    /// What is said of steps that are not planned now.
    fn left(self) -> Vec<Said> {
        let all =
            self.of.iter().flat_map(|(step, objects)| objects.iter().map(move |(object, own)| (*step, *object, *own)));
        let left = all.filter(|(step, object, _)| !self.found.contains(&((*step).to_string(), (*object).to_string())));
        let said = |(step, object, (file, signed)): (&str, &str, (&str, &Signed))| Said {
            step: step.to_string(),
            object: object.to_string(),
            on: signed.on,
            by: signed.by.clone(),
            file: file.to_string(),
            row: signed.row,
        };
        left.map(said).collect()
    }
}

/// Remarks on what is said to be done and was never planned.
pub(super) fn lost(outcome: &mut Outcome, said: &[Said]) {
    let ledger = &outcome.ledger;
    let known: BTreeSet<(&str, String)> =
        ledger.lines.iter().map(|line| (ledger.text(line.step), line.object.to_lowercase())).collect();
    let notice = |said: &Said| {
        let message =
            format!("`{}` on `{}` is said to be done and was not planned; that was not used", said.step, said.object);
        Notice::new(Code::DecisionUnused, said.file.clone(), message).at_row(said.row.into())
    };
    let strangers = said.iter().filter(|said| !known.contains(&(said.step.as_str(), said.object.to_lowercase())));
    let notices: Vec<Notice> = strangers.map(notice).collect();
    outcome.notices.extend(notices);
}

pub(super) fn schedule(
    (packages, steps): (&plan::Packages, &By<StepId, plan::Planned>),
    playbooks: &plan::Playbooks,
    devices: &DeviceTable,
    thresholds: &Thresholds,
    earlier: &dyn Fn(&plan::Planned, &plan::Entry) -> Option<i32>,
) -> plan::Schedule {
    let basis = plan::Basis { steps, entries: playbooks.entries(), packages, devices, thresholds, earlier };
    plan::Schedule::new(&basis)
}

/// By what a later run tells whether a rule was the same: its file, the conditions that it names, its severity, and the
/// thresholds that it reads.
pub(super) fn marks(rules: &[Rule], files: &Files, thresholds: &Thresholds) -> Vec<RuleMark> {
    let effective = thresholds.effective();
    let days = |word: &str| {
        let own = effective.iter().filter(|(name, ..)| name.as_str() == word);
        let line = |(name, platform, days): &(Threshold, Option<Platform>, u32)| {
            format!("{} {} {days}\n", name.as_str(), platform.map_or("all", Platform::as_str))
        };
        own.map(line).collect::<Vec<_>>().concat()
    };
    let one = |rule: &Rule| {
        let text = files.get(&rule.path).map_or("", String::as_str);
        let reads = |word: &str| {
            memmem::find(text.as_bytes(), format!("{word}_days").as_bytes()).is_some()
                || rule.conditions().any(|own| own.contains(&format!("{word}_days")))
                || (word == "inactive" && rule.device_columns().iter().any(|name| name.contains("activity")))
        };
        let mut digest = Sha256::new();
        for part in std::iter::once(text).chain(rule.conditions()).chain([rule.text.severity.as_str()]) {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        for word in Threshold::WORDS.iter().filter(|word| reads(word)) {
            digest.update(days(word).as_bytes());
        }
        let consoles = rule.consoles().iter().map(|console| console.as_str().to_string()).collect();
        RuleMark { digest: hex(&digest.finalize()), consoles }
    };
    rules.iter().map(one).collect()
}

/// Those that are marked, in their order.
pub(super) fn marked(devices: &ByDevice<bool>) -> Vec<DeviceId> {
    devices.numbered().filter(|(_, marked)| **marked).map(|(device, _)| device).collect()
}
