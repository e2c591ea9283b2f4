//! From the text of a rule to something that can be evaluated; all that is wrong with it is said at once.

mod scope;

use polars::prelude::Expr;

use super::conditions::Conditions;
use super::describe::{Case, Raw, RawDerived, RawObjects, RuleAction, Text, line_of};
use super::lists;
use super::rule::{Derived, FLAGGED, Objects, Rule};
use crate::console::{Console, Registry};
use crate::error::Problem;
use crate::language::{self, Count, Refusal, Scope, roots};
use crate::schema::{RECORD, Severity, nearest, no_file_name, record_field, renamed};

use scope::{Apart, Devices, Records};

pub(super) use scope::may_read;

/// A condition that several rules share: over the records of a console, or over the device.
pub(super) fn shared(text: &str, console: Option<Console>, conditions: &Conditions) -> Result<Expr, Refusal> {
    language::checked(text, &Apart { console, conditions })
}

struct Compiler<'a> {
    path: &'a str,
    text: &'a str,
    conditions: &'a Conditions,
    problems: Vec<Problem>,
}

pub(super) fn compile(path: &str, text: &str, raw: Raw, conditions: &Conditions) -> Result<Rule, Vec<Problem>> {
    let mut c = Compiler { path, text, conditions, problems: Vec::new() };
    let raw = spread(raw, conditions.consoles());
    c.names(&raw);
    let severity = c.severity(&["severity"], &raw.severity);
    let derived: Vec<Derived> = raw.records.iter().filter_map(|(name, raw)| c.derived(name, raw)).collect();
    // Names of columns that could not be made are known all the same, so that one mistake is one problem.
    let scope = Devices::new(raw.records.keys().cloned(), &derived, !raw.after.is_empty(), conditions);
    let when = c.condition(&["when"], &raw.when, &scope);
    let mut severity_when = Vec::new();
    for one in &raw.severity_when {
        let expr = c.condition(&["severity_when"], &one.when, &scope);
        let severity = c.severity(&["severity_when"], &one.severity);
        severity_when.extend(expr.zip(severity));
    }
    let circumstances = raw.plan_when.iter();
    let plan_when: Vec<(Expr, RuleAction)> =
        circumstances.filter_map(|one| Some((c.condition(&["plan_when"], &one.when, &scope)?, one.plan))).collect();
    let needs = raw.needs.iter().filter_map(|need| c.need(need)).collect();
    let absence = raw.absence.iter().filter_map(|name| c.console(&["absence"], name)).collect();
    let objects = raw.objects.iter().filter_map(|o| c.objects(o)).collect();
    for name in raw.evidence.iter().filter(|name| scope.kind(name).is_none()) {
        c.unknown_column(&["evidence"], name, &scope);
    }
    c.cases(&raw.tests, &scope);
    let (Some(when), Some(severity), true) = (when, severity, c.problems.is_empty()) else { return Err(c.problems) };
    let sorted = |mut columns: Vec<String>| {
        columns.sort_unstable();
        columns.dedup();
        columns
    };
    let by_circumstance = severity_when.iter().map(|(expr, _)| expr).chain(plan_when.iter().map(|(expr, _)| expr));
    let shown = sorted(by_circumstance.flat_map(roots).chain(raw.evidence.iter().cloned()).collect());
    let decides = sorted(roots(&when));
    let named = named(&raw, conditions);
    let registry = conditions.consoles();
    let read = sorted(shown.iter().chain(&decides).cloned().collect());
    let columns = read.iter().filter_map(|name| registry.device_field(name)).map(|f| f.name).collect();
    let phrase = if raw.phrase.trim().is_empty() { format!("flagged by `{}`", raw.id) } else { one_line(&raw.phrase) };
    Ok(Rule {
        path: path.to_string(),
        text: Text {
            id: raw.id,
            formerly: raw.formerly,
            family: path.split('/').rev().nth(1).unwrap_or_default().to_string(),
            title: raw.title,
            why: one_line(&raw.why),
            summary: one_line(&raw.summary),
            factors: raw.factors.iter().map(|f| one_line(f)).collect(),
            controls: raw.controls,
            references: raw.references,
            severity,
            plan: raw.plan,
            phrase,
            spares: one_line(&raw.spares),
            urgent: raw.urgent,
            follows_from: raw.follows_from,
        },
        off: None,
        registry,
        needs,
        absence,
        after: raw.after,
        derived,
        named,
        condition: raw.when.trim().to_string(),
        when,
        severity_when,
        plan_when,
        objects,
        evidence: raw.evidence,
        shown,
        columns,
        decides,
        tests: raw.tests,
        written: text.to_string(),
    })
}

/// The rule with what it says of a kind of console said of each: `live_in_*` becomes `live_in_jamf` and so on, and
/// `{*.manages}` is what a record says that its console manages.
fn spread(mut raw: Raw, registry: &Registry) -> Raw {
    let starred: Vec<String> = raw.records.keys().filter(|name| name.contains('*')).cloned().collect();
    for name in starred {
        let Some(template) = raw.records.get(&name).cloned() else { continue };
        let Some(consoles) = lists::group(&template.console, registry) else { continue };
        raw.records.remove(&name);
        for console in consoles {
            let written = |text: &String| text.replace("{*.manages}", &lists::managed(console));
            let of = |text: &Option<String>| text.as_ref().map(written);
            let count = template.count.as_ref().map(|count| match count {
                Count::Of(text) => Count::Of(written(text)),
                Count::All(all) => Count::All(*all),
            });
            let own = RawDerived {
                console: console.to_string(),
                filter: of(&template.filter),
                any: of(&template.any),
                all: of(&template.all),
                count,
                each: true,
                ..template.clone()
            };
            // What the rule says of one console itself stays.
            raw.records.entry(name.replace('*', console.column_prefix())).or_insert(own);
        }
    }
    let objects = std::mem::take(&mut raw.objects);
    for one in objects {
        match lists::group(&one.console, registry) {
            Some(all) => raw.objects.extend(all.iter().map(|c| RawObjects { console: c.to_string(), ..one.clone() })),
            None => raw.objects.push(one),
        }
    }
    raw
}

/// Shared conditions that a rule names anywhere, with what they say.
fn named(raw: &Raw, conditions: &Conditions) -> Vec<(String, String)> {
    let of_records = raw.records.values().flat_map(RawDerived::conditions);
    let of_objects = raw.objects.iter().filter_map(|o| o.condition.as_deref());
    let severity = raw.severity_when.iter().map(|s| s.when.as_str());
    let plan = raw.plan_when.iter().map(|p| p.when.as_str());
    let texts = std::iter::once(raw.when.as_str()).chain(severity).chain(plan).chain(of_records).chain(of_objects);
    let mut found: Vec<(String, String)> = texts
        .flat_map(|text| conditions.named_in(text))
        .map(|condition| (condition.name.clone(), condition.meaning.clone()))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Name of a file without folder and ending.
pub(super) fn stem(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml").trim_end_matches(".yml")
}

/// YAML folds long text with line ends that no sentence wants.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Compiler<'_> {
    /// `place`: keys that lead to the part of the file.
    fn add(&mut self, place: &[&str], message: impl Into<String>, help: impl Into<String>) {
        let named = match place {
            ["tests", case, ..] => format!("test `{case}`"),
            ["records", name, ..] => format!("records `{name}`"),
            [key, ..] => format!("`{key}`"),
            [] => String::new(),
        };
        let place = super::rule::place(line_of(self.text, place), &named);
        self.problems.push(Problem { file: self.path.into(), place, message: message.into(), help: help.into() });
    }

    /// Id, file name, and the marks of the summary.
    fn names(&mut self, raw: &Raw) {
        const MARKS: &[&str] = &["devices", "count", "days", "have", "are", "were"];
        let stem = stem(self.path).to_string();
        if raw.id != stem {
            self.add(&["id"], format!("`{}` does not match the file name", raw.id), format!("write `{stem}`"));
        }
        if let Some(fault) = no_file_name(&raw.id) {
            self.add(&["id"], fault, "give the rule another id and file name");
        }
        for (key, text) in [("title", &raw.title), ("why", &raw.why), ("summary", &raw.summary)] {
            if text.trim().is_empty() {
                self.add(&[key], "is empty", "");
            }
        }
        for (key, text, marks) in [("summary", &raw.summary, MARKS), ("phrase", &raw.phrase, &["everywhere"][..])] {
            for mark in text.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                if !marks.contains(&mark) {
                    let help = nearest(mark, marks.iter().copied()).or(marks.first().copied()).unwrap_or_default();
                    self.add(&[key], format!("`{{{mark}}}` is no mark"), format!("the nearest is `{{{help}}}`"));
                }
            }
        }
        if raw.objects.is_empty() {
            self.add(&["objects"], "names no records", "`- {console: all}` names every record of the device");
        }
        for name in &raw.after {
            if *name == raw.id {
                self.add(&["after"], "a rule cannot come after itself", "");
            }
        }
    }

    fn unknown_column(&mut self, place: &[&str], name: &str, scope: &Devices<'_>) {
        // Conditions may be named where columns are, and none of them is a column.
        if scope.shared(name).is_some() {
            let help = format!("give the columns that it reads: `lastseen rules show {name}` names them");
            self.add(place, format!("`{name}` is a shared condition, and no column that has a value"), help);
            return;
        }
        let help = renamed(name)
            .or_else(|| nearest(name, scope.names().into_iter()))
            .map_or_else(|| "`lastseen fields` lists them".to_string(), |n| format!("the nearest column is `{n}`"));
        self.add(place, format!("`{name}` is no column of the device table"), help);
    }

    fn severity(&mut self, place: &[&str], word: &str) -> Option<Severity> {
        let severity = Severity::parse(word);
        if severity.is_none() {
            self.add(place, format!("`{word}` is no severity"), format!("use one of {}", Severity::WORDS.join(", ")));
        }
        severity
    }

    fn console(&mut self, place: &[&str], name: &str) -> Option<Console> {
        let registry = self.conditions.consoles();
        let console = registry.parse(name);
        if console.is_none() {
            self.add(place, format!("`{name}` is no console"), format!("use one of {}", registry.slugs().join(", ")));
        }
        console
    }

    fn record_column(&mut self, place: &[&str], name: &str) -> Option<&'static crate::schema::Field> {
        let field = record_field(name);
        if field.is_none() {
            let help = nearest(name, RECORD.iter().map(|f| f.name))
                .map_or_else(|| "docs/formats.md lists them".to_string(), |n| format!("the nearest column is `{n}`"));
            self.add(place, format!("`{name}` is no record column"), help);
        }
        field
    }

    fn need(&mut self, text: &str) -> Option<(Console, Option<&'static str>)> {
        let (console, column) = text.split_once('.').map_or((text, None), |(c, f)| (c, Some(f)));
        let console = self.console(&["needs"], console)?;
        let Some(column) = column else { return Some((console, None)) };
        self.record_column(&["needs"], column).map(|f| (console, Some(f.name)))
    }

    fn derived(&mut self, name: &str, raw: &RawDerived) -> Option<Derived> {
        let place = &["records", name];
        if self.conditions.consoles().device_field(name).is_some() || name == FLAGGED {
            self.add(place, format!("`{name}` is a column of the device table already"), "choose another name");
            return None;
        }
        if self.conditions.get(name).is_some() {
            self.add(place, format!("`{name}` is a shared condition already"), "choose another name");
            return None;
        }
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            self.add(place, format!("`{name}` is no column name"), "use lower case letters, digits and `_`");
            return None;
        }
        let console = self.console(place, &raw.console)?;
        let scope = Records { grouped: false, console: Some(console), conditions: self.conditions };
        match language::Derived::new(raw.words(), &scope) {
            Ok(made) => Some(Derived { name: name.to_string(), console, made, each: raw.each }),
            Err(Refusal { message, help }) => {
                self.add(place, message, help);
                None
            }
        }
    }

    fn objects(&mut self, raw: &RawObjects) -> Option<Objects> {
        let place = &["objects"];
        let console = if raw.console == "all" { None } else { Some(self.console(place, &raw.console)?) };
        if let Some(group) = &raw.group {
            self.record_column(place, &group.column)?;
        }
        let scope = Records { grouped: raw.group.is_some(), console, conditions: self.conditions };
        let condition = match &raw.condition {
            None => None,
            Some(text) => Some(self.condition(place, text, &scope)?),
        };
        let text = raw.condition.as_deref().map(one_line);
        Some(Objects { console, condition, group: raw.group.clone(), text })
    }

    fn cases(&mut self, cases: &[Case], scope: &Devices<'_>) {
        for case in cases {
            let place = &["tests", case.name.as_str()];
            for name in case.given.keys().filter(|name| scope.kind(name).is_none()) {
                self.unknown_column(place, name, scope);
            }
            for record in &case.records {
                match record.get("console").and_then(|c| c.as_str()) {
                    Some(name) => _ = self.console(place, name),
                    None => self.add(place, "a record does not say its `console`", ""),
                }
                for name in record.keys().filter(|name| *name != "console") {
                    self.record_column(place, name);
                }
            }
            if let Some(word) = &case.severity {
                self.severity(place, word);
            }
        }
    }

    fn condition(&mut self, place: &[&str], text: &str, scope: &dyn Scope) -> Option<Expr> {
        language::condition(text, scope).map_err(|r| self.add(place, r.message, r.help)).ok()
    }
}
