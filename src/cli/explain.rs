//! `lastseen explain`: one device, its records and their proof, and what follows from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anstyle::Style;
use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::complain::clean;
use super::print::{self, BAD, BOLD, CAUTION, DIM};
use super::{input, judgement, plan, progress};
use crate::error::{Error, Result, exit};
use crate::identity::story::RecordStory;
use crate::ids::RecordId;
use crate::notice::many;
use crate::outcome::{self, Candidate, Explained, Explanation, Field, Holds, Verdict};
use crate::plan::introduced;
use crate::run;
use crate::schema::{Activity, Confidence, Identity, Severity};
use crate::time::{Millis, day, rfc3339};

/// Explain one device: its records, why they were joined or refused, signals, rules and steps
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "EXPORTS may also be the folder of a report with `data/`: then it is told what the report keeps. Of the ids \
                  it keeps those that consoles give their own records, and the Entra device id; an IMEI, for one, is found \
                  in the exports alone."
)]
pub(super) struct Args {
    /// Key, name, serial number or any id of the device, an object as `console:id`, or a row of an export as `file:row`
    #[arg(value_name = "DEVICE")]
    device: String,

    #[command(flatten)]
    input: input::Args,

    #[command(flatten)]
    judgement: judgement::Args,

    #[command(flatten)]
    plan: plan::Args,

    /// Show every rule with the values that decide it
    #[arg(long, help_heading = "Output")]
    all: bool,

    /// Print JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// Width of the titles.
const TITLES: usize = 14;

pub(super) fn run(args: &Args) -> Result<u8> {
    let found = match args.input.exports.as_slice() {
        [report] if outcome::is_report(report) => of_report(args, report)?,
        _ => of_exports(args)?,
    };
    let (text, code) = match &found {
        Explained::One(e) if args.json => (print::pretty(&one_json(e))?, exit::DONE),
        Explained::One(e) => (one(e, args.all), exit::DONE),
        Explained::Several(told, total) if args.json => {
            let candidates: Vec<Value> = told.iter().map(candidate_json).collect();
            (print::pretty(&json!({ "candidates": candidates, "candidates_total": total }))?, exit::USAGE)
        }
        Explained::Several(told, total) => (several(&args.device, told, *total), exit::USAGE),
    };
    print::out(&text)?;
    Ok(code)
}

fn of_exports(args: &Args) -> Result<Explained> {
    let mut options = args.plan.apply(args.input.options());
    args.judgement.apply(&mut options, args.json)?;
    let progress = progress::for_terminal(args.json);
    run::explain(&options, &args.device, progress.as_ref())
}

/// A report was judged already, so nothing can be said of how to judge.
fn of_report(args: &Args, report: &Path) -> Result<Explained> {
    if args.input.judges() || args.judgement.judges() || args.plan.judges() {
        return Err(Error::Usage {
            message: format!("`{}` is a report, which was judged when it was made", report.display()),
            help: "leave out the options for input, judgement and plan, or name the exports".into(),
        });
    }
    let (outcome, _) = outcome::load(report)?;
    outcome::explain(&outcome, &args.device)
}

fn several(query: &str, all: &[Candidate], total: usize) -> String {
    let mut text = format!("`{}` names {}; take one of their keys:\n\n", clean(query), many(total as u64, "device"));
    for c in all {
        let seen = c.last_activity.map_or_else(|| "never seen".into(), |m| format!("last seen {}", day(m)));
        let consoles: Vec<&str> = c.consoles.iter().map(|c| c.as_str()).collect();
        let name = if c.name.is_empty() { "(no name)" } else { &c.name };
        let _ = writeln!(
            text,
            "  {BOLD}{}{BOLD:#}  {}, {}, {}, {seen}",
            clean(&c.key),
            clean(name),
            c.platform,
            consoles.join("|")
        );
    }
    if total > all.len() {
        let _ = writeln!(text, "  and {} more; devices.csv has all", total - all.len());
    }
    text
}

fn heading(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{BOLD}{title}{BOLD:#}");
}

fn line(text: &mut String, title: &str, value: &str) {
    print::line(text, TITLES, title, value);
}

fn one(e: &Explanation, all: bool) -> String {
    let name = if e.device.name.is_empty() { "(no name)".to_string() } else { clean(&e.device.name) };
    let mut text = format!("{BOLD}{name}{BOLD:#}  {}\n", clean(&e.device.key));
    line(&mut text, "is", &format!("{}, ownership {}, join type {}", e.device.platform, e.ownership, e.join_type));
    line(&mut text, "identity", identity(e.identity));
    line(&mut text, "activity", &activity(e));
    heading(&mut text, "Records");
    for record in &e.records {
        about_record(&mut text, record, &e.records, e.of_report);
    }
    if e.records_total > e.records.len() {
        let said = format!("{} of {}; records.csv has all", many(e.records.len() as u64, "record"), e.records_total);
        line(&mut text, "told", &said);
    }
    heading(&mut text, "Merged view");
    for field in &e.fields {
        line(&mut text, field.name, &about_field(field));
    }
    if !e.elsewhere.is_empty() {
        heading(&mut text, "Not in");
    }
    for other in &e.elsewhere {
        line(&mut text, other.console.as_str(), &other.why);
        for candidate in &other.candidates {
            line(&mut text, "", candidate);
        }
    }
    heading(&mut text, "Rules");
    if all {
        e.verdicts.iter().for_each(|verdict| with_values(&mut text, verdict));
    } else {
        about_rules(&mut text, &e.verdicts);
    }
    if let Some(why) = &e.unflagged {
        line(&mut text, "no finding", &format!("it is stale, and {why}"));
    }
    if e.of_report {
        let kept =
            "the report keeps the values behind what holds; for those of the other rules name the exports in its place";
        line(&mut text, "values", kept);
    }
    heading(&mut text, "Steps");
    if e.steps.is_empty() {
        let doubtful = e.verdicts.iter().any(|v| matches!(v.finding, Some((_, Confidence::Low))));
        let why = if doubtful {
            "what was found rests on a weak link, so nothing is planned on it"
        } else if matches!(e.identity, Identity::Conflict | Identity::Weak) {
            "no rule flags this device, so no plan has it; its identity is not certain: look at its records by hand"
        } else {
            "nothing is asked of this device"
        };
        line(&mut text, "none", why);
    }
    for (at, step) in e.steps.iter().enumerate() {
        let console = step.console.map_or("", |c| c.as_str());
        let object = if step.object.is_empty() { String::new() } else { format!(" [{console}:{}]", step.object) };
        let marks = match (step.irreversible, step.wipes) {
            (_, true) => " (erases the device)",
            (true, false) => " (cannot be undone)",
            _ => "",
        };
        line(&mut text, &format!("{}.", at + 1), &format!("{}{object}{marks}", step.action));
        if !step.condition.is_empty() {
            let (word, said) = introduced(&step.condition);
            line(&mut text, "", &format!("{}: {said}", word.to_lowercase()));
        }
        line(&mut text, "", &format!("because {}", step.why));
    }
    if e.steps_total > e.steps.len() {
        line(
            &mut text,
            "",
            &format!("and {} more; plan.csv has all", many((e.steps_total - e.steps.len()) as u64, "step")),
        );
    }
    text
}

const fn identity(identity: Identity) -> &'static str {
    match identity {
        Identity::Single => "single: one object, nothing was joined",
        Identity::Exact => "exact: ids that consoles write about each other's objects hold it together",
        Identity::Strong => "strong: a hardware number holds some of its records",
        Identity::Weak => "weak: a name or an altered serial number holds it together; no step rests on that",
        Identity::Conflict => {
            "conflict: its identifiers, or two lists of one console, contradict each other, or copies may share them; manual review is needed"
        }
    }
}

fn activity(e: &Explanation) -> String {
    let word = e.activity.as_str();
    match (e.activity, e.device.last_activity) {
        (Activity::Unknown, _) | (_, None) => format!("{word}: no activity is known"),
        (_, Some(last)) => format!(
            "{word}: last seen {}, {} days before {}{}",
            day(last),
            Millis::new(e.as_of).days_since(Millis::new(last)).max(0),
            day(e.as_of),
            e.inactive_days.map_or_else(String::new, |days| format!("; stale after {days} days"))
        ),
    }
}

fn about_record(text: &mut String, record: &RecordStory, all: &[RecordStory], of_report: bool) {
    let number = |r: &RecordStory| all.iter().position(|other| other.record == r.record).map_or(0, |at| at + 1);
    let seen = match (record.last_seen, record.unread) {
        (Some(seen), _) if record.console.gives_signals() => format!("seen {}", rfc3339(seen)),
        (Some(dated), _) => format!("dated {}, which is no sign of activity there", rfc3339(dated)),
        (None, true) => "its date could not be read".into(),
        (None, false) => "no sign of activity".into(),
    };
    let words = [&record.name, &record.serial, &record.native_id].into_iter().filter(|w| !w.is_empty());
    let what: Vec<&str> = words.map(String::as_str).collect();
    let title = format!("[{}] {}", number(record), record.console);
    line(text, &title, &format!("{}; {seen}", what.join(", ")));
    line(text, "", &format!("{}:{}", record.export, record.row));
    if record.repeat {
        line(text, "", "a further row of an object that is counted once");
    } else if record.live && all.iter().filter(|r| r.console == record.console && !r.repeat).count() > 1 {
        line(text, "", "the live record: the console is judged by it");
    }
    for bond in &record.bonds {
        let with = all.iter().filter(|r| bond.with.contains(&r.record)).map(|r| format!("[{}]", number(r)));
        let more = (bond.more > 0).then(|| format!("and {} more", bond.more));
        let with: Vec<String> = with.chain(more).collect();
        let tier = bond.kind.tier();
        let held = if bond.value.is_empty() && with.is_empty() {
            format!("{tier} link by {}", bond.kind)
        } else {
            format!("{tier} link by {} `{}` with {}", bond.kind, bond.value, with.join(", "))
        };
        line(text, "", &held);
    }
    if record.bonds.is_empty() && all.len() > 1 && !of_report {
        line(text, "", "no identifier of its own is shared; it is here as the first row of its object");
    }
    if record.guarded {
        line(text, "", "its serial number is not used for matching: several makers or copies of one machine have it");
    }
    for reason in &record.refused {
        line(text, "", &format!("refused: {reason}"));
    }
    for pointer in &record.dangling {
        line(text, "", pointer);
    }
}

fn about_field(field: &Field) -> String {
    let mut said = field.value.clone();
    if let Some(from) = field.from {
        let _ = write!(said, ", from {from}");
    }
    for (console, other) in &field.others {
        let _ = write!(said, "; {console} says `{other}`");
    }
    said
}

/// What holds and what is asked, in words; the rest is counted.
fn about_rules(text: &mut String, all: &[Verdict]) {
    for verdict in all.iter().filter(|verdict| verdict.holds == Holds::Match) {
        let (severity, confidence) = verdict.finding.map_or(("", ""), |(s, c)| (s.as_str(), c.as_str()));
        line(text, "holds", &format!("{}: {} ({severity}, confidence {confidence})", verdict.rule, verdict.title));
        if let Some(evidence) = &verdict.evidence {
            line(text, "", &format!("because {}", in_words(evidence)));
        }
        if let Some(excepted) = &verdict.excepted {
            line(text, "", &format!("excepted: {excepted}"));
        }
    }
    for verdict in all.iter().filter(|verdict| verdict.holds == Holds::Unknown) {
        line(text, "not known", &format!("{}: {}", verdict.rule, verdict.title));
        let Some(question) = &verdict.question else { continue };
        line(text, "", &format!("open: {}", question.unknown));
        line(text, "", &format!("settled by {}", question.settled_by));
        for candidate in &question.candidates {
            line(text, "", &format!("may be it: {candidate}"));
        }
    }
    let passed = all.iter().filter(|verdict| matches!(verdict.holds, Holds::Pass | Holds::NotKept)).count();
    if passed > 0 {
        let does = if passed == 1 { "does" } else { "do" };
        line(text, "others", &format!("{} {does} not hold; --all shows each", many(passed as u64, "rule")));
    }
    let mut idle: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for verdict in all.iter().filter(|verdict| verdict.holds == Holds::DidNotRun) {
        idle.entry(&verdict.reason).or_default().push(&verdict.rule);
    }
    for (reason, rules) in idle {
        line(text, "did not run", &format!("{}: {reason}", rules.join(", ")));
    }
}

/// Evidence as a sentence has it.
fn in_words(evidence: &str) -> String {
    let part = |part: &str| match part.split_once('=') {
        Some((name, value)) => format!("{} {value}", name.replace('_', " ")),
        None => part.to_string(),
    };
    evidence.split("; ").map(part).collect::<Vec<_>>().join(", ")
}

fn with_values(text: &mut String, verdict: &Verdict) {
    let known = || -> String {
        if let Some(evidence) = verdict.evidence.as_ref().filter(|_| verdict.values.is_empty()) {
            return evidence.clone();
        }
        let known = verdict.values.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
        known.collect::<Vec<_>>().join("; ")
    };
    let missing: Vec<&str> =
        verdict.values.iter().filter(|(_, v)| v.is_none()).map(|(name, _)| name.as_str()).collect();
    let (word, style, said) = match verdict.holds {
        Holds::DidNotRun => ("did not run", DIM, verdict.reason.clone()),
        Holds::NotKept => ("not kept", DIM, "does not hold or is not known; the report does not keep which".into()),
        Holds::Match => {
            let (severity, confidence) = verdict.finding.map_or(("", ""), |(s, c)| (s.as_str(), c.as_str()));
            let style = match verdict.finding {
                Some((Severity::High | Severity::Critical, _)) => BAD,
                _ => CAUTION,
            };
            match &verdict.excepted {
                Some(excepted) => ("excepted", DIM, format!("{excepted}; {severity}: {}", known())),
                None => ("holds", style, format!("{severity}, confidence {confidence}: {}", known())),
            }
        }
        Holds::Pass => ("passes", DIM, known()),
        Holds::Unknown => {
            let parts = [missing.join(", "), known()];
            let said: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            let said = if said.is_empty() { "see the questions above".into() } else { said.join("; ") };
            ("unknown", Style::new(), format!("not known: {said}"))
        }
    };
    let _ = writeln!(text, "  {style}{word:<12}{style:#}{}  {DIM}{}{DIM:#}", verdict.rule, clean(&said));
}

fn candidate_json(c: &Candidate) -> Value {
    let consoles: Vec<&str> = c.consoles.iter().map(|c| c.as_str()).collect();
    json!({
        "device_key": c.key, "name": c.name, "serial": c.serial, "platform": c.platform.as_str(), "consoles": consoles,
        "last_activity": c.last_activity.map(rfc3339),
    })
}

fn one_json(e: &Explanation) -> Value {
    let place = |record: RecordId| {
        e.records.iter().find(|r| r.record == record).map_or_else(String::new, |r| format!("{}:{}", r.export, r.row))
    };
    let records: Vec<Value> = e
        .records
        .iter()
        .map(|r| {
            let bonds: Vec<Value> = r
                .bonds
                .iter()
                .map(|b| {
                    let with: Vec<String> = b.with.iter().map(|r| place(*r)).collect();
                    let (by, tier) = (b.kind.as_str(), b.kind.tier());
                    json!({ "by": by, "tier": tier, "value": b.value, "with": with, "more": b.more })
                })
                .collect();
            json!({
                "console": r.console.as_str(), "export": r.export, "row": r.row, "native_id": r.native_id, "name": r.name,
                "serial": r.serial, "last_seen": r.last_seen.map(rfc3339), "live": r.live, "repeat": r.repeat,
                "joined_by": bonds, "refused": r.refused, "serial_joins_nothing": r.guarded, "dangling": r.dangling,
            })
        })
        .collect();
    let fields: Vec<Value> = e
        .fields
        .iter()
        .map(|f| {
            let order: Vec<&str> = f.order.iter().map(|c| c.as_str()).collect();
            let others: Vec<Value> =
                f.others.iter().map(|(c, v)| json!({ "console": c.as_str(), "value": v })).collect();
            json!({ "field": f.name, "value": f.value, "from": f.from.map(crate::console::Console::as_str), "precedence": order, "others": others })
        })
        .collect();
    let rules: Vec<Value> = e
        .verdicts
        .iter()
        .map(|v| {
            let outcome = match v.holds {
                Holds::DidNotRun => "did-not-run",
                Holds::Match => "match",
                Holds::Pass => "pass",
                Holds::Unknown => "unknown",
                Holds::NotKept => "not-kept",
            };
            let values: serde_json::Map<String, Value> =
                v.values.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            let mut rule = json!({
                "rule": v.rule, "title": v.title, "outcome": outcome, "reason": v.reason, "values": values,
                "severity": v.finding.map(|(s, _)| s.as_str()), "confidence": v.finding.map(|(_, c)| c.as_str()),
                "excepted": v.excepted,
            });
            if let (Some(evidence), Some(rule)) = (&v.evidence, rule.as_object_mut()) {
                rule.insert("evidence".into(), evidence.as_str().into());
            }
            if let (Some(q), Some(rule)) = (&v.question, rule.as_object_mut()) {
                let question = json!({ "unknown": q.unknown, "settled_by": q.settled_by, "candidates": q.candidates });
                rule.insert("question".into(), question);
            }
            rule
        })
        .collect();
    let steps: Vec<Value> = e
        .steps
        .iter()
        .map(|s| {
            json!({
                "action": s.action, "console": s.console.map(crate::console::Console::as_str), "object_id": s.object,
                "why": s.why, "condition": s.condition, "irreversible": s.irreversible, "wipes": s.wipes,
            })
        })
        .collect();
    let elsewhere: Vec<Value> = e
        .elsewhere
        .iter()
        .map(|o| {
            let (console, absent) = (o.console.as_str(), o.absent);
            json!({ "console": console, "absent": absent, "why": o.why, "candidates": o.candidates })
        })
        .collect();
    json!({
        "schema_version": 1,
        "device": candidate_json(&e.device), "not_in": elsewhere,
        "ownership": e.ownership.as_str(), "join_type": e.join_type.as_str(), "identity": e.identity.as_str(),
        "activity": e.activity.as_str(), "as_of": rfc3339(e.as_of), "inactive_days": e.inactive_days,
        "records": records, "records_total": e.records_total, "steps_total": e.steps_total, "fields": fields, "rules": rules, "steps": steps,
        "no_finding_because": e.unflagged,
    })
}
