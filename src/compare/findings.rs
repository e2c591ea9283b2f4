//! What became of findings and of devices.

use std::collections::BTreeMap;

use super::devices::{Fate, Matched};
use super::lists::List;
use super::past::Remembering;
use super::sides::{Earlier, Numbers};
use super::texts::Texts;
use super::{change, counted};
use crate::ids::{DeviceId, EarlierId, PastId, ReasonId};
use crate::outcome::{Change, ChangeKind, ChangeState, Outcome, PastFindings, Remembered, RuleStates};
use crate::schema::{Outcome as Ran, Severity};

/// What is compared.
pub(super) struct Findings<'a> {
    pub old: &'a Outcome,
    pub new: &'a Outcome,
    pub earlier: Earlier<'a>,
    pub matched: &'a Matched,
    pub lists: &'a [List],
}

/// What comes of it.
#[derive(Default)]
pub(super) struct Found {
    pub rules: Vec<String>,
    pub by_rule: Vec<RuleStates>,
    pub changes: Vec<Change>,
    pub devices: Vec<Change>,
    pub past_findings: PastFindings,
}

/// A finding of the earlier run, or one that it remembers.
struct Before {
    rule: u16,
    device: EarlierId,
    severity: Severity,
    state: Then,
}

/// What a finding was in the earlier run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Then {
    Resolved,
    NotAssessed,
    Held,
}

/// What became of a finding that does not hold now.
enum Now {
    Resolved(String),
    NotAssessed(String),
}

impl Findings<'_> {
    pub(super) fn compare(&self, remembering: &mut Remembering<'_>, reasons: &mut Texts<ReasonId>) -> Found {
        let (rules, numbers) = self.rules();
        let mut found = Found {
            by_rule: rules.iter().enumerate().map(|(at, rule)| counted(rule, self.is_changed(at, rule))).collect(),
            rules,
            ..Found::default()
        };
        let mut held = self.held();
        let mut taken: Vec<Option<Then>> = vec![None; held.len()];
        let asked = self.asked();
        for before in self.before(&numbers) {
            let Some(states) = found.by_rule.get_mut(usize::from(before.rule)) else { continue };
            states.before += u64::from(before.state == Then::Held);
            let mut goes_on = false;
            for device in self.matched.now(before.device) {
                let Ok(at) = held.binary_search_by_key(&(before.rule, device), |own| own.0) else { continue };
                goes_on = true;
                if let Some(slot) = taken.get_mut(at) {
                    *slot = (*slot).max(Some(before.state));
                }
            }
            if goes_on {
                continue;
            }
            let now = if before.state == Then::Resolved {
                Now::Resolved(String::new())
            } else {
                self.assess(&before, &asked)
            };
            let (now, why) = match now {
                Now::Resolved(why) => (Remembered::Resolved, why),
                Now::NotAssessed(why) => (Remembered::NotAssessed, why),
            };
            let (device, past) = match self.matched.fate(before.device) {
                Fate::Same(device) => (device, PastId::NONE),
                Fate::Unclear | Fate::Absent => {
                    (DeviceId::NONE, remembering.remember(before.device, self.is_gone(before.device)))
                }
            };
            found.past_findings.rule.push(before.rule);
            found.past_findings.device.push(device);
            found.past_findings.past.push(past);
            found.past_findings.state.push(now);
            found.past_findings.severity.push(before.severity);
            let state = match (before.state, now) {
                (Then::Resolved, _) => continue,
                (_, Remembered::Resolved) => {
                    states.resolved += 1;
                    ChangeState::Resolved
                }
                (then, Remembered::NotAssessed) => {
                    states.not_assessed += 1;
                    // It was said when it began.
                    if then == Then::NotAssessed {
                        continue;
                    }
                    ChangeState::NotAssessed
                }
            };
            let why = reasons.number(&with_rule_change(states.rule_changed, why));
            let mut line = change(ChangeKind::Finding, state, (device, past), why);
            line.rule = before.rule;
            line.before = before.severity.as_str().to_string();
            found.changes.push(line);
        }
        let old_asked = self.asked_before(&numbers);
        for (((rule, device), severity), then) in held.drain(..).zip(taken) {
            let Some(states) = found.by_rule.get_mut(usize::from(rule)) else { continue };
            states.now += 1;
            let (state, why) = match then {
                Some(Then::Held | Then::NotAssessed) => {
                    states.open += 1;
                    continue;
                }
                Some(Then::Resolved) => {
                    states.reopened += 1;
                    (ChangeState::Reopened, "an earlier run had it resolved".to_string())
                }
                None => {
                    states.new += 1;
                    (ChangeState::New, self.why_new(rule, device, &states.rule, &old_asked))
                }
            };
            let why = reasons.number(&with_rule_change(states.rule_changed, why));
            let mut line = change(ChangeKind::Finding, state, (device, PastId::NONE), why);
            line.rule = rule;
            line.after = severity.as_str().to_string();
            found.changes.push(line);
        }
        found.devices = self.devices(remembering, reasons);
        found
    }

    /// Ids of all rules, and the place of each rule of the earlier run among them, also under a later id.
    fn rules(&self) -> (Vec<String>, Vec<u16>) {
        let mut ids: Vec<String> = self.new.rules.iter().map(|rule| rule.id.clone()).collect();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (at, rule) in self.new.rules.iter().enumerate() {
            places.extend(rule.formerly.iter().map(|id| (id.clone(), at)));
        }
        places.extend(self.new.rules.iter().enumerate().map(|(at, rule)| (rule.id.clone(), at)));
        let mut number = |id: &String| {
            let at = *places.entry(id.clone()).or_insert_with(|| {
                ids.push(id.clone());
                ids.len() - 1
            });
            u16::try_from(at).unwrap_or(u16::MAX)
        };
        let own: Vec<String> = self.old.rules.iter().map(|rule| rule.id.clone()).collect();
        // What it remembers is numbered after its own rules.
        let numbers = own.iter().chain(&self.old.since.rules).map(&mut number).collect();
        (ids, numbers)
    }

    /// Whether a rule of this run was another in the earlier one.
    fn is_changed(&self, at: usize, id: &str) -> bool {
        let Some(mark) = self.new.marks.get(at) else { return false };
        let formerly = self.new.rules.get(at).map_or(&[][..], |rule| rule.formerly.as_slice());
        let before = self.old.rules.iter().position(|rule| rule.id == id || formerly.contains(&rule.id));
        let before = before.and_then(|at| self.old.marks.get(at));
        // An earlier version of the program wrote down no digests: nothing is known of a change.
        before.is_some_and(|before| before.digest != mark.digest)
    }

    /// Findings of this run, also those that an exception hides: rule and device, with the severity.
    fn held(&self) -> Vec<((u16, DeviceId), Severity)> {
        let mut held: Vec<((u16, DeviceId), Severity)> = [&self.new.findings, &self.new.hidden.findings]
            .into_iter()
            .flat_map(|list| list.rule.iter().zip(&list.device).zip(&list.severity))
            .map(|((rule, device), severity)| ((*rule, *device), *severity))
            .collect();
        held.sort_unstable();
        held.dedup_by_key(|own| own.0);
        held
    }

    /// Questions of this run, in order.
    fn asked(&self) -> Vec<(u16, DeviceId)> {
        let questions = &self.new.questions;
        let mut asked: Vec<(u16, DeviceId)> =
            questions.rule.iter().zip(&questions.device).map(|(rule, device)| (*rule, *device)).collect();
        asked.sort_unstable();
        asked
    }

    /// Questions of the earlier run, by the numbers of the rules of this one.
    fn asked_before(&self, numbers: &[u16]) -> Vec<(u16, EarlierId)> {
        let questions = &self.old.questions;
        let number = |rule: u16| numbers.get(usize::from(rule)).copied();
        let own = questions.rule.iter().zip(&questions.device);
        let mut asked: Vec<(u16, EarlierId)> =
            own.filter_map(|(rule, device)| Some((number(*rule)?, Numbers::of_run(*device)))).collect();
        asked.sort_unstable();
        asked
    }

    /// Findings of the earlier run and those that it remembers, each rule and device once.
    fn before(&self, numbers: &[u16]) -> Vec<Before> {
        let number = |rule: usize| numbers.get(rule).copied().unwrap_or(u16::MAX);
        let (old, first) = (self.old, self.old.rules.len());
        let mut all: Vec<Before> = [&old.findings, &old.hidden.findings]
            .into_iter()
            .flat_map(|list| list.rule.iter().zip(&list.device).zip(&list.severity))
            .map(|((rule, device), severity)| Before {
                rule: number(usize::from(*rule)),
                device: Numbers::of_run(*device),
                severity: *severity,
                state: Then::Held,
            })
            .collect();
        let (past, earlier) = (&old.since.past_findings, self.earlier.numbers());
        let of = past.rule.iter().zip(&past.device).zip(&past.past).zip(past.state.iter().zip(&past.severity));
        all.extend(of.map(|(((rule, device), past), (state, severity))| Before {
            rule: number(first + usize::from(*rule)),
            device: earlier.of(*device, *past),
            severity: *severity,
            state: if *state == Remembered::Resolved { Then::Resolved } else { Then::NotAssessed },
        }));
        all.sort_unstable_by_key(|one| (one.rule, one.device, std::cmp::Reverse(one.state)));
        all.dedup_by_key(|one| (one.rule, one.device));
        all
    }

    /// What became of a finding that holds for no device now.
    fn assess(&self, before: &Before, asked: &[(u16, DeviceId)]) -> Now {
        let rule = usize::from(before.rule);
        let Some(tally) = self.new.tallies.get(rule) else {
            return Now::NotAssessed("the rule is not among those of this run".into());
        };
        if tally.outcome != Ran::Ran {
            return Now::NotAssessed(format!("the rule did not run: {}", tally.reason));
        }
        let of_rule = self.new.marks.get(rule).map_or(&[][..], |mark| mark.consoles.as_slice());
        let why = self.unseen(before.device).or_else(|| self.not_whole(of_rule.iter().map(String::as_str)));
        if let Some(why) = why {
            return Now::NotAssessed(why);
        }
        match self.matched.fate(before.device) {
            Fate::Unclear => Now::NotAssessed("it is not clear which device of this run it is".into()),
            Fate::Absent => Now::Resolved("the device is in no list any more".into()),
            Fate::Same(device) if asked.binary_search(&(before.rule, device)).is_ok() => {
                Now::NotAssessed("it cannot be decided now and is among the questions".into())
            }
            Fate::Same(_) => Now::Resolved("the rule ran on whole lists and does not hold".into()),
        }
    }

    /// The first console that had a device and whose list now is not whole, or is not there, however long it has not been.
    fn unseen(&self, device: EarlierId) -> Option<String> {
        self.earlier.consoles(device).into_iter().find_map(|slug| {
            let list = self.lists.iter().find(|list| list.console == slug);
            let why = list.map_or(Some("no list of it was given"), |list| list.not_whole.as_deref())?;
            Some(format!("list of {slug}: {why}"))
        })
    }

    /// The first list that a rule reads and that is not whole, and why. One that there never was is none.
    fn not_whole<'s>(&self, consoles: impl Iterator<Item = &'s str>) -> Option<String> {
        let mut wanted: Vec<&List> = Vec::new();
        for slug in consoles {
            let list = self.lists.iter().find(|list| list.console == slug);
            wanted.extend(list.filter(|list| list.not_whole.is_some() && list.before > 0));
        }
        let list =
            wanted.into_iter().min_by_key(|list| self.lists.iter().position(|own| own.console == list.console))?;
        Some(format!("list of {}: {}", list.console, list.not_whole.as_deref().unwrap_or_default()))
    }

    /// Whether every list that had a device is whole, and none has it.
    fn is_gone(&self, device: EarlierId) -> bool {
        if self.matched.fate(device) != Fate::Absent {
            return false;
        }
        self.earlier.was_gone(device) || self.unseen(device).is_none()
    }

    fn why_new(&self, rule: u16, device: DeviceId, id: &str, asked: &[(u16, EarlierId)]) -> String {
        if self.matched.is_new(device) {
            return "the device is new".into();
        }
        if self.matched.then(device).any(|old| asked.binary_search(&(rule, old)).is_ok()) {
            return "it could not be decided before".into();
        }
        let before = self.old.rules.iter().position(|own| own.id == id).and_then(|at| self.old.tallies.get(at));
        match before {
            Some(tally) if tally.outcome == Ran::Ran => "it did not hold before".into(),
            Some(_) => "the rule did not run before".into(),
            None => "the rule was not among those of the earlier run".into(),
        }
    }

    /// Devices that came, went, or are known otherwise.
    fn devices(&self, remembering: &mut Remembering<'_>, reasons: &mut Texts<ReasonId>) -> Vec<Change> {
        let mut changes = Vec::new();
        for old in EarlierId::all(self.earlier.count()) {
            let (before, was_gone) = (self.earlier.key(old), self.earlier.was_gone(old));
            match self.matched.fate(old) {
                Fate::Same(device) => {
                    let after = self.new.devices.key.get(device);
                    if was_gone {
                        let why = reasons.number("an earlier run had it gone");
                        changes.push(change(ChangeKind::Device, ChangeState::Appeared, (device, PastId::NONE), why));
                    } else if before != after {
                        let why = reasons.number("the same device has another key, since other lists know it");
                        let mut line =
                            change(ChangeKind::Device, ChangeState::IdentityChanged, (device, PastId::NONE), why);
                        (line.before, line.after) = (before.to_string(), after.clone());
                        changes.push(line);
                    }
                }
                // It was said when it began.
                Fate::Unclear if !self.earlier.is_own(old) => {}
                Fate::Unclear => {
                    let mut now: Vec<&str> =
                        self.matched.now(old).map(|device| self.new.devices.key.get(device).as_str()).collect();
                    now.sort_unstable();
                    let Some(device) = self.matched.now(old).next().filter(|_| now != [before]) else { continue };
                    let why = "its records are those of several devices now, or its device has those of several, or another serial number: look at it";
                    let of = (device, PastId::NONE);
                    let mut line = change(ChangeKind::Device, ChangeState::IdentityChanged, of, reasons.number(why));
                    (line.before, line.after) = (before.to_string(), now.join("|"));
                    changes.push(line);
                }
                Fate::Absent => {
                    let gone = self.is_gone(old);
                    let past = remembering.remember(old, gone);
                    if gone && !was_gone {
                        let why = reasons.number("it is in none of the lists that had it");
                        let mut line = change(ChangeKind::Device, ChangeState::Gone, (DeviceId::NONE, past), why);
                        line.before = before.to_string();
                        changes.push(line);
                    }
                }
            }
        }
        for device in self.new.devices.numbers() {
            if self.matched.is_new(device) {
                let why = reasons.number(&self.why_appeared(device));
                changes.push(change(ChangeKind::Device, ChangeState::Appeared, (device, PastId::NONE), why));
            }
        }
        changes
    }

    fn why_appeared(&self, device: DeviceId) -> String {
        let own = self
            .new
            .devices
            .consoles_of(device)
            .filter_map(|console| self.lists.iter().find(|list| list.console == console.as_str()));
        let mut doubt = own.filter_map(|list| Some((list.console, list.was_not_whole.as_deref()?)));
        match doubt.next() {
            Some((console, why)) => format!("it may have been there before; {console}: {why}"),
            None => "it was in no list before".into(),
        }
    }
}

fn with_rule_change(changed: bool, why: String) -> String {
    if changed {
        format!("rule-changed: the rule or its thresholds are not those of the earlier run; {why}")
    } else {
        why
    }
}
