//! Every rule over every device: a mask of true, false and null a rule, then its findings.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use polars::prelude::{BooleanChunked, Column, DataFrame, Expr, IdxCa, IntoColumn, NewChunkedArray};
use rayon::prelude::*;

use super::absence::{Grounds, except, exceptions, without_unproven};
use super::asked::Asked;
use super::describe::RuleAction;
use super::findings::{Findings, Tally};
use super::objects::objects_of;
use super::outdated::without_outdated;
use super::questions::{Questions, Undecided, ask, undecided};
use super::rule::{FLAGGED, Rule};
use super::show::{as_written, evidence, shown, values};
use crate::console::Console;
use crate::coverage::Devices;
use crate::error::Result;
use crate::formats::Formats;
use crate::frame::{internal, truth as three_valued};
use crate::identity::{Links, RecordStore};
use crate::ids::{ByDevice, DeviceId, RecordId};
use crate::language::{first_line, mask as truth, quietly};
use crate::schema::{Confidence, Identity, Outcome, Platform, Severity};

/// What rules are judged on.
#[derive(Clone, Copy)]
pub struct EvalContext<'a> {
    /// The records.
    pub store: &'a RecordStore,
    /// What holds them together.
    pub links: &'a Links,
    /// The devices, and what the lists prove of them.
    pub devices: &'a Devices,
    /// The exports that may be asked for.
    pub formats: &'a Formats,
}

impl EvalContext<'_> {
    /// Consoles that could have seen a device of a platform: those that were supplied, and the common ones that were not.
    #[must_use]
    pub fn witnesses(self, platform: Platform) -> (Vec<Console>, Vec<Console>) {
        let supplied = |console: Console| self.store.of(console).is_some();
        self.devices.registry.witnesses(|console| console.may_hold(platform), supplied)
    }
}

/// The findings of one rule, before they are strung together.
struct Judged {
    tally: Tally,
    /// Truth of the condition for every device; `None` where the rule did not run.
    mask: Option<BooleanChunked>,
    devices: Vec<u32>,
    severity: Vec<Severity>,
    /// Devices of which it asks something else than of most, and what.
    asked: Vec<(u32, RuleAction)>,
    evidence: Vec<String>,
    objects: Vec<Vec<RecordId>>,
    /// How much each may be relied on, and whether it rests on a weak link.
    reliance: Vec<Relied>,
    undecided: Vec<Undecided>,
}

/// What judging gives.
#[derive(Debug)]
pub struct Judgement {
    /// What became of each rule.
    pub tallies: Vec<Tally>,
    /// The rules that hold for a device.
    pub findings: Findings,
    /// What they ask for.
    pub asked: Asked,
    /// The rules that could not be decided for one.
    pub questions: Questions,
    /// Consoles of which a rule concludes by exclusion that none of their records is the device, as bits.
    pub by_exclusion: ByDevice<u32>,
}

/// Evaluates the rules: those that stand alone, then those that come after others. `told` hears how many are done, and of
/// how many.
///
/// # Errors
/// [`crate::error::Error::Internal`] if a column of the device table cannot be made. An error of a rule is its outcome.
pub fn judge(rules: &[Rule], context: EvalContext<'_>, told: &(dyn Fn(u64, u64) + Sync)) -> Result<Judgement> {
    let done = AtomicU64::new(0);
    let mut judged: BTreeMap<usize, Judged> = BTreeMap::new();
    let mut columns = Columns { context, made: BTreeMap::new() };
    let mut waves = waves(rules, context).into_iter().peekable();
    while let Some(wave) = waves.next() {
        let table = columns.table(&wave)?;
        let found: Vec<(usize, Judged)> = wave
            .par_iter()
            .map(|Turn { at, rule, cannot }| {
                let outcome = match cannot {
                    Some(reason) => Judged::without(Outcome::DidNotRun, reason.clone()),
                    None => quietly(|| one(rule, &table, context, flagged(rule, rules, &judged, context)))
                        .unwrap_or_else(|message| Judged::without(Outcome::Failed, message)),
                };
                told(done.fetch_add(1, Ordering::Relaxed) + 1, rules.len() as u64);
                (*at, outcome)
            })
            .collect();
        judged.extend(found);
        columns.keep(waves.clone().flatten());
    }
    drop(columns);
    let mut judged: Vec<Judged> = judged.into_values().collect();
    let open: Vec<Vec<Undecided>> = judged.iter_mut().map(|one| std::mem::take(&mut one.undecided)).collect();
    let questions = ask(rules, &open, context);
    Ok(gather(judged, questions, context.devices.count))
}

fn gather(judged: Vec<Judged>, questions: Questions, devices: u32) -> Judgement {
    let mut asked = Asked::default();
    let mut findings = Findings::with_room(judged.iter().map(|one| one.devices.len()).sum());
    let mut by_exclusion = ByDevice::filled(0, devices);
    let mut tallies = Vec::with_capacity(judged.len());
    for (number, judged) in (0_u16..).zip(judged) {
        tallies.push(judged.tally);
        asked.add(number, judged.asked);
        let rows = judged.devices.into_iter().zip(judged.severity).zip(judged.evidence).zip(judged.objects);
        for ((((device, severity), evidence), objects), relied) in rows.zip(judged.reliance) {
            let device = DeviceId::new(device);
            findings.push(number, device, severity, relied.confidence, relied.weak, evidence, objects);
            if let Some(slot) = by_exclusion.slot(device) {
                *slot |= relied.by_exclusion;
            }
        }
    }
    Judgement { tallies, findings, asked, questions, by_exclusion }
}

/// How much a finding may be relied on.
struct Relied {
    confidence: Confidence,
    /// It rests on a weak link: it is shown, and nothing is planned on it.
    weak: bool,
    /// Consoles of which it concludes by exclusion that none of their records is the device, as bits.
    by_exclusion: u32,
}

/// How much each finding of a rule may be relied on. The evidence says who was asked, and what rests on exclusion.
fn reliance(
    rule: &Rule,
    matched: &[u32],
    objects: &[Vec<RecordId>],
    evidence: &mut [String],
    context: EvalContext<'_>,
) -> Vec<Relied> {
    let grounds = Grounds::new(rule, context);
    let held = |record: &RecordId| *context.links.weak.get(*record);
    let one = |((device, objects), evidence): ((&u32, &Vec<RecordId>), &mut String)| {
        let weak = grounds.are_weak(DeviceId::new(*device)) || (!objects.is_empty() && objects.iter().all(held));
        let confidence = if weak { Confidence::Low } else { confidence(context.devices, *device) };
        let (excluded, by_exclusion) = grounds.excluded(DeviceId::new(*device));
        evidence.push_str(&grounds.witnesses(DeviceId::new(*device)));
        evidence.push_str(&excluded);
        // A text that grew has up to as much room again, and there are millions of them until the report is written.
        evidence.shrink_to_fit();
        let confidence = if excluded.is_empty() { confidence } else { confidence.min(Confidence::Medium) };
        Relied { confidence, weak, by_exclusion }
    };
    matched.iter().zip(objects).zip(evidence).map(one).collect()
}

/// Whether one of the rules that a rule comes after holds, one value a device; unknown where none does and one is not
/// known. A rule that did not run asks for nothing.
fn flagged(rule: &Rule, rules: &[Rule], judged: &BTreeMap<usize, Judged>, context: EvalContext<'_>) -> Option<Column> {
    if rule.after.is_empty() {
        return None;
    }
    let masks: Vec<&BooleanChunked> = rules
        .iter()
        .enumerate()
        .filter(|(_, other)| other.after.is_empty() && rule.after.contains(&other.text.id))
        .filter_map(|(at, _)| judged.get(&at)?.mask.as_ref())
        .collect();
    let flagged = three_valued::any_of(masks, context.devices.count as usize);
    Some(flagged.with_name(FLAGGED.into()).into_column())
}

/// A rule whose turn it is.
#[derive(Clone)]
struct Turn<'a> {
    at: usize,
    rule: &'a Rule,
    /// Why it does not run.
    cannot: Option<String>,
}

/// Rules that are judged side by side: those that come after others in later waves than these.
fn waves<'a>(rules: &'a [Rule], context: EvalContext<'_>) -> Vec<Vec<Turn<'a>>> {
    // Enough for all cores; a column is held only from the first wave that reads it to the last.
    let side_by_side = (rayon::current_num_threads() * 2).max(6);
    let turn = |(at, rule): (usize, &'a Rule)| Turn { at, rule, cannot: cannot_run(rule, context) };
    let (first, second): (Vec<_>, Vec<_>) =
        rules.iter().enumerate().map(turn).partition(|turn| turn.rule.after.is_empty());
    first.chunks(side_by_side).chain(second.chunks(side_by_side)).map(<[_]>::to_vec).collect()
}

/// The columns of the device table that rules read: a million devices have no room for all of them at once.
struct Columns<'a> {
    context: EvalContext<'a>,
    made: BTreeMap<&'static str, Column>,
}

impl Columns<'_> {
    /// The columns of a wave; what an earlier one has left is not made again.
    fn table(&mut self, wave: &[Turn<'_>]) -> Result<DataFrame> {
        let EvalContext { store, links, devices, .. } = self.context;
        let wanted = deciding(running(wave.iter()), devices);
        let fresh: Vec<_> = wanted.iter().filter(|name| !self.made.contains_key(**name)).collect();
        let fresh: Vec<(&'static str, Column)> = fresh
            .into_par_iter()
            .map(|name| Ok((*name, devices.column(store, links, name)?)))
            .collect::<Result<_>>()?;
        self.made.extend(fresh);
        let columns = wanted.iter().filter_map(|name| self.made.get(name).cloned()).collect();
        DataFrame::new(devices.count as usize, columns).map_err(internal)
    }

    /// Lets go of what no later rule reads.
    fn keep<'a>(&mut self, later: impl Iterator<Item = Turn<'a>>) {
        let later: Vec<Turn<'_>> = later.collect();
        let wanted = deciding(running(later.iter()), self.context.devices);
        self.made.retain(|name, _| wanted.binary_search(name).is_ok());
    }
}

fn running<'a>(turns: impl Iterator<Item = &'a Turn<'a>>) -> impl Iterator<Item = &'a Rule> {
    turns.filter(|turn| turn.cannot.is_none()).map(|turn| turn.rule)
}

/// Columns of the device table that some rules read, each once.
fn columns_of<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<&'static str> {
    once(rules.flat_map(|rule| rule.columns.iter().copied()))
}

/// Those of them that are made for all devices. What a rule only shows is made for the devices for which it holds, where that
/// costs no look at the others.
fn deciding<'a>(rules: impl Iterator<Item = &'a Rule>, devices: &Devices) -> Vec<&'static str> {
    let decides = |rule: &Rule, name: &str| rule.decides.iter().any(|own| own == name) || !devices.is_single(name);
    once(rules.flat_map(|rule| rule.columns.iter().copied().filter(move |name| decides(rule, name))))
}

fn once(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The columns that a rule reads: those that the table has, of its own, and whether another rule holds.
fn columns_read(
    rule: &Rule,
    table: &DataFrame,
    context: EvalContext<'_>,
    flagged: Option<Column>,
) -> Result<DataFrame, String> {
    let made = rule.columns.iter().copied().filter(|name| table.column(name).is_ok());
    let mut own = table.select(made).map_err(|e| first_line(&e))?;
    let derived: Vec<Result<Column, String>> = rule
        .derived
        .par_iter()
        .map(|own| context.devices.derived(context.store, own.console, &own.name, &own.made))
        .collect();
    for column in derived {
        own.with_column(column?).map_err(|e| first_line(&e))?;
    }
    if let Some(flagged) = flagged {
        own.with_column(flagged).map_err(|e| first_line(&e))?;
    }
    Ok(own)
}

fn one(rule: &Rule, table: &DataFrame, context: EvalContext<'_>, flagged: Option<Column>) -> Result<Judged, String> {
    let table = columns_read(rule, table, context, flagged)?;
    let mask = truth(&table, &rule.when)?;
    let except = except(rule, context);
    let mask = without_unproven(mask, &except, context);
    let (mask, since) = without_outdated(rule, &table, mask, context)?;
    let matched: Vec<u32> =
        (0_u32..).zip(mask.iter()).filter(|(_, holds)| *holds == Some(true)).map(|(device, _)| device).collect();
    let unknown = mask.null_count() as u64;
    let index = IdxCa::from_vec("".into(), matched.clone());
    let own = shown(rule, &table, (&matched, &index), context)?;
    let severity = severities(rule, &own)?;
    let asked = matched.iter().copied().zip(plans(rule, &own)?).filter(|(_, plan)| *plan != rule.text.plan).collect();
    let mut evidence = evidence(rule, &as_written(rule, own, &matched, context)?);
    let objects = objects_of(rule, &matched, context.store, context.devices)?;
    let reliance = reliance(rule, &matched, &objects, &mut evidence, context);
    let tally = Tally {
        outcome: Outcome::Ran,
        reason: exceptions(&except),
        matched: matched.len() as u64,
        unknown,
        passed: mask.len() as u64 - unknown - matched.len() as u64,
        suppressed: 0,
    };
    let undecided = undecided(rule, &table, &mask, &since)?;
    Ok(Judged { tally, mask: Some(mask), devices: matched, severity, asked, evidence, objects, reliance, undecided })
}

/// Severity of each matched device.
pub(super) fn severities(rule: &Rule, own: &DataFrame) -> Result<Vec<Severity>, String> {
    by_circumstance(rule.text.severity, &rule.severity_when, own)
}

/// What is asked for each matched device.
pub(super) fn plans(rule: &Rule, own: &DataFrame) -> Result<Vec<RuleAction>, String> {
    by_circumstance(rule.text.plan, &rule.plan_when, own)
}

/// For each line what the first condition that is true gives, or what holds otherwise.
fn by_circumstance<T: Copy>(otherwise: T, when: &[(Expr, T)], own: &DataFrame) -> Result<Vec<T>, String> {
    let mut chosen = vec![otherwise; own.height()];
    // The first wins, so the last is applied first.
    for (condition, value) in when.iter().rev() {
        for (slot, holds) in chosen.iter_mut().zip(truth(own, condition)?.iter()) {
            if holds == Some(true) {
                *slot = *value;
            }
        }
    }
    Ok(chosen)
}

/// What became of a rule for one device, and why.
#[derive(Clone, Debug)]
pub struct RuleStory {
    /// Rule, by position.
    pub rule: usize,
    /// Holds, does not hold, or cannot be known; `None` where the rule did not run.
    pub holds: Option<Option<bool>>,
    /// Why it did not run.
    pub reason: String,
    /// The columns that decide it, with their values; blank where not known.
    pub values: Vec<(String, Option<String>)>,
}

/// Judges by every rule, and keeps for one device what decided.
///
/// # Errors
/// [`crate::error::Error::Internal`] if a column of the device table cannot be made.
pub fn explain(rules: &[Rule], context: EvalContext<'_>, device: DeviceId) -> Result<Vec<RuleStory>> {
    let wanted = columns_of(rules.iter());
    let columns = wanted
        .par_iter()
        .map(|name| context.devices.column(context.store, context.links, name))
        .collect::<Result<Vec<Column>>>()?;
    let table = DataFrame::new(context.devices.count as usize, columns).map_err(internal)?;
    let at = IdxCa::from_vec("".into(), vec![device.number()]);
    let mut stories: BTreeMap<usize, RuleStory> = BTreeMap::new();
    for second in [false, true] {
        for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.after.is_empty() != second) {
            let story = match cannot_run(rule, context) {
                Some(reason) => RuleStory { rule: number, holds: None, reason, values: Vec::new() },
                None => quietly(|| story(number, rule, &table, context, &at, told(rule, rules, &stories, context)))
                    .unwrap_or_else(|reason| RuleStory { rule: number, holds: None, reason, values: Vec::new() }),
            };
            stories.insert(number, story);
        }
    }
    Ok(stories.into_values().collect())
}

fn story(
    number: usize,
    rule: &Rule,
    table: &DataFrame,
    context: EvalContext<'_>,
    at: &IdxCa,
    flagged: Option<Column>,
) -> Result<RuleStory, String> {
    let row = columns_read(rule, table, context, flagged)?.take(at).map_err(|e| first_line(&e))?;
    let value = |name: &String| values(row.column(name).ok()?).pop().flatten();
    let values = rule.decides.iter().map(|name| (name.clone(), value(name))).collect();
    let (mask, _) = without_outdated(rule, &row, truth(&row, &rule.when)?, context)?;
    Ok(RuleStory { rule: number, holds: Some(mask.get(0)), reason: String::new(), values })
}

/// [`flagged`] for one device, from what was told of the rules before; the same value for all.
fn told(rule: &Rule, rules: &[Rule], stories: &BTreeMap<usize, RuleStory>, context: EvalContext<'_>) -> Option<Column> {
    if rule.after.is_empty() {
        return None;
    }
    let before = rules.iter().enumerate().filter(|(_, other)| rule.after.contains(&other.text.id));
    let holds = three_valued::any(before.filter_map(|(at, _)| stories.get(&at)?.holds));
    let all = std::iter::repeat_n(holds, context.devices.count as usize);
    Some(BooleanChunked::from_iter_options(FLAGGED.into(), all).into_column())
}

fn confidence(devices: &Devices, device: u32) -> Confidence {
    match devices.identities().get(device as usize) {
        Some(Identity::Exact | Identity::Single) => Confidence::High,
        Some(Identity::Strong) => Confidence::Medium,
        Some(Identity::Weak | Identity::Conflict) | None => Confidence::Low,
    }
}

/// Why a rule cannot run on these exports.
fn cannot_run(rule: &Rule, context: EvalContext<'_>) -> Option<String> {
    if let Some(reason) = &rule.off {
        return Some(format!("switched off: {reason}"));
    }
    let lists = context.devices.coverage().lists();
    for (console, column) in &rule.needs {
        if let Some(reason) = lists.lacks(*console) {
            return Some(reason);
        }
        if let Some(column) = column {
            let console_records = context.store.of(*console);
            let filled = console_records.is_some_and(|s| s.table.is_filled(column));
            if !filled {
                return Some(format!("the {} export has no column for `{column}`, or nothing in it", console.title()));
            }
        }
    }
    rule.absence.iter().find_map(|console| lists.lacks(*console).or_else(|| lists.absence_unproven(*console)))
}

impl Judged {
    fn without(outcome: Outcome, reason: String) -> Self {
        Self {
            tally: Tally { outcome, reason, matched: 0, unknown: 0, passed: 0, suppressed: 0 },
            mask: None,
            devices: Vec::new(),
            severity: Vec::new(),
            asked: Vec::new(),
            evidence: Vec::new(),
            objects: Vec::new(),
            reliance: Vec::new(),
            undecided: Vec::new(),
        }
    }
}
