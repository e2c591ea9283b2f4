//! Conditions that several rules share: each stands once, in `rules/conditions/<name>.yaml`, and a rule names it like a
//! column.
//!
//! A condition is over one console's records or over the device. One over records may also be named where a rule speaks of
//! the device; then it is that of the live record.

mod cases;
mod hold;

use std::collections::BTreeMap;

use polars::lazy::dsl::{BooleanFunction, FunctionExpr};
use polars::prelude::Expr;
use serde::Deserialize;

use super::compile;
use crate::assets::{Files, under};
use crate::console::{Console, Registry};
use crate::error::Problem;
use crate::language::{Refusal, is_extra, roots, words};
use crate::schema::{RECORD, record_field};

pub use cases::run_condition_cases;

/// Where the files are.
const FOLDER: &str = "conditions/";

/// The file, word for word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    /// What it says, in one sentence.
    meaning: String,
    /// The console whose records it is about; none for one about the device.
    #[serde(default)]
    console: Option<String>,
    when: String,
    tests: Vec<Case>,
}

/// One test of a condition.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    given: BTreeMap<String, yaml_serde::Value>,
    expect: super::describe::Expect,
}

/// What the condition that names another speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A device.
    Device,
    /// One record, of this console if it is known.
    Records(Option<Console>),
}

/// A condition that rules may name.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Its file.
    pub path: String,
    /// By which rules name it.
    pub name: String,
    /// What it says.
    pub meaning: String,
    /// The console whose records it is about; none for one about the device.
    pub console: Option<Console>,
    /// As its file writes it.
    pub text: String,
    pub(super) registry: &'static Registry,
    expr: Expr,
    on_device: Option<Expr>,
    tests: Vec<Case>,
}

/// Every condition, by name.
#[derive(Clone, Debug)]
pub struct Conditions {
    list: Vec<Condition>,
    registry: &'static Registry,
    /// They, and the rules that name them, are known to be right.
    proven: bool,
}

impl Conditions {
    /// Reads, checks and compiles every condition. One may name others, and none itself.
    ///
    /// # Errors
    /// Every problem in every file.
    pub fn load(files: &Files) -> Result<Self, Vec<Problem>> {
        Self::read(files, false)
    }

    /// The same of files that ship: they, and the rules that name them, were tried before.
    pub(crate) fn proven(files: &Files) -> Result<Self, Vec<Problem>> {
        Self::read(files, true)
    }

    fn read(files: &Files, proven: bool) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut waiting: Vec<(String, Raw)> = Vec::new();
        let registry = Registry::load(files)?;
        for (path, text) in under(files, FOLDER) {
            let text = match super::lists::write_out(&path, &text, registry) {
                Ok(text) => text,
                Err(found) => {
                    problems.extend(found);
                    continue;
                }
            };
            match crate::yaml::from_str::<Raw>(&text) {
                Ok(raw) => waiting.push((path, raw)),
                Err(e) => problems.push(problem(
                    &path,
                    "",
                    e.to_string(),
                    "`lastseen rules schema condition` says what one has",
                )),
            }
        }
        let mut all = Self { list: Vec::new(), registry, proven };
        while !waiting.is_empty() {
            let names: Vec<String> = waiting.iter().map(|(_, raw)| raw.name.clone()).collect();
            let others = |raw: &Raw| words(&raw.when).iter().any(|word| names.contains(word));
            let (later, now): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, raw)| others(raw));
            if now.is_empty() {
                let circle = |(path, raw): (String, Raw)| {
                    problem(
                        &path,
                        "`when`",
                        format!("`{}` comes back to itself", raw.name),
                        "a condition may name others, and not itself",
                    )
                };
                problems.extend(later.into_iter().map(circle));
                break;
            }
            for (path, raw) in now {
                match all.compile(&path, raw) {
                    Ok(condition) => all.list.push(condition),
                    Err(found) => problems.extend(found),
                }
            }
            waiting = later;
        }
        all.list.sort_by(|a, b| a.name.cmp(&b.name));
        if problems.is_empty() { Ok(all) } else { Err(problems) }
    }

    fn compile(&self, path: &str, raw: Raw) -> Result<Condition, Vec<Problem>> {
        let name = &raw.name;
        let refuse = |place: &str, message: String, help: &str| Err(vec![problem(path, place, message, help)]);
        let stem = compile::stem(path);
        if name != stem {
            return refuse("`name`", format!("`{name}` does not match the file name"), &format!("write `{stem}`"));
        }
        if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            return refuse(
                "`name`",
                format!("`{name}` is no name of a condition"),
                "use lower case letters, digits and `_`",
            );
        }
        if self.registry.device_field(name).is_some() || record_field(name).is_some() || is_extra(name) {
            return refuse("`name`", format!("`{name}` is a column already"), "choose another name");
        }
        let console = match raw.console.as_deref().map(|word| self.registry.parse(word).ok_or(word)) {
            None => None,
            Some(Ok(console)) => Some(console),
            Some(Err(word)) => {
                return refuse(
                    "`console`",
                    format!("`{word}` is no console"),
                    &format!("use one of {}", self.registry.slugs().join(", ")),
                );
            }
        };
        let expr = compile::shared(&raw.when, console, self)
            .map_err(|Refusal { message, help }| vec![problem(path, "`when`", message, help)])?;
        let mut problems = Vec::new();
        for case in &raw.tests {
            for column in case.given.keys().filter(|column| !compile::may_read(column, console, self.registry)) {
                let place = format!("test `{}`", case.name);
                problems.push(problem(
                    path,
                    &place,
                    format!("`{column}` is no column here"),
                    "`lastseen fields` lists them",
                ));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let on_device = match console {
            None => Some(expr.clone()),
            Some(console) => of_live_record(&expr, console),
        };
        Ok(Condition {
            path: path.to_string(),
            registry: self.registry,
            meaning: compile::one_line(&raw.meaning),
            console,
            text: compile::one_line(&raw.when),
            expr,
            on_device,
            tests: raw.tests,
            name: raw.name,
        })
    }

    /// The consoles of the run.
    #[must_use]
    pub const fn consoles(&self) -> &'static Registry {
        self.registry
    }

    /// Whether it is known that they are right.
    pub(super) const fn are_proven(&self) -> bool {
        self.proven
    }

    /// The conditions, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.list.iter()
    }

    /// The condition of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Condition> {
        self.list.iter().find(|condition| condition.name == name)
    }

    /// What stands in place of a name, if it is one; `there` says what the condition that names it speaks of.
    pub(super) fn find(&self, name: &str, there: Place) -> Option<Result<Expr, Refusal>> {
        let own = self.get(name)?;
        Some(match (there, own.console) {
            (Place::Device, _) => own.for_device(),
            // Records of several consoles, or of the right one.
            (Place::Records(None), Some(_)) => Ok(own.expr.clone()),
            (Place::Records(Some(there)), Some(here)) if there == here => Ok(own.expr.clone()),
            (Place::Records(_), Some(here)) => Err(Refusal {
                message: format!("`{name}` is about records of {}", here.title()),
                help: "name a condition of this console".into(),
            }),
            (Place::Records(_), None) => Err(Refusal {
                message: format!("`{name}` is about the device, not about one record"),
                help: "name it in `when`".into(),
            }),
        })
    }

    /// Every name.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|condition| condition.name.as_str())
    }

    /// Those that a text names.
    pub(super) fn named_in(&self, text: &str) -> Vec<&Condition> {
        let words = words(text);
        self.list.iter().filter(|condition| words.contains(&condition.name)).collect()
    }
}

impl Condition {
    /// Record columns that it reads.
    #[must_use]
    pub fn record_columns(&self) -> Vec<&'static str> {
        let of_device = |name: &String| {
            let aggregate = self.registry.aggregate_column(name).map(|column| column.made.record_columns());
            aggregate.into_iter().flatten().chain(crate::schema::beneath(name).iter().copied()).collect::<Vec<_>>()
        };
        let own = roots(&self.expr);
        if self.console.is_some() {
            own.iter().filter_map(|name| record_field(name)).map(|f| f.name).collect()
        } else {
            own.iter().flat_map(of_device).collect()
        }
    }

    /// The condition over a device, or over one record.
    pub(super) const fn expr(&self) -> &Expr {
        &self.expr
    }

    /// In place of its name where the device is spoken of, or why it cannot stand there.
    pub(super) fn for_device(&self) -> Result<Expr, Refusal> {
        self.on_device.clone().ok_or_else(|| Refusal {
            message: format!("`{}` asks whether a column of a record is blank", self.name),
            help: "give it a name of the rule's own under `records`".into(),
        })
    }
}

/// The same over the device: the columns of the live record. Not of one that asks whether a column is blank, since there a
/// blank cell and a missing column look alike.
fn of_live_record(expr: &Expr, console: Console) -> Option<Expr> {
    let blank = |part: &Expr| {
        matches!(
            part,
            Expr::Function {
                function: FunctionExpr::Boolean(BooleanFunction::IsNull | BooleanFunction::IsNotNull),
                ..
            }
        )
    };
    if expr.into_iter().any(blank) {
        return None;
    }
    let prefix = console.column_prefix();
    Some(expr.clone().map_expr(|part| match part {
        Expr::Column(name) if RECORD.iter().any(|f| f.name == name.as_str()) => {
            Expr::Column(format!("{prefix}_{name}").into())
        }
        other => other,
    }))
}

fn problem(path: &str, place: &str, message: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem { file: path.into(), place: place.into(), message: message.into(), help: help.into() }
}
