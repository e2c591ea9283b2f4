//! A rule once it is compiled: what every later step of judging works on.

use polars::prelude::Expr;

use super::describe::{Case, Group, RuleAction, Text, line_of};
use crate::console::{Console, Registry};
use crate::language::{self, roots};
use crate::schema::{Severity, record_field};

/// Name of the column that says whether one of the rules in `after` holds.
pub(super) const FLAGGED: &str = "flagged";

/// A rule that can be evaluated.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its file.
    pub path: String,
    /// What it says to people.
    pub text: Text,
    /// Why it is switched off, if it is.
    pub off: Option<String>,
    /// The consoles of the run.
    pub(super) registry: &'static Registry,
    /// Consoles, and columns of them, without which it does not run.
    pub(super) needs: Vec<(Console, Option<&'static str>)>,
    /// Consoles from whose silence it concludes something.
    pub(super) absence: Vec<Console>,
    /// Rules that are judged before it.
    pub(super) after: Vec<String>,
    pub(super) derived: Vec<Derived>,
    /// Shared conditions that it names, with what they say.
    pub(super) named: Vec<(String, String)>,
    /// The condition as written.
    pub(super) condition: String,
    pub(super) when: Expr,
    pub(super) severity_when: Vec<(Expr, Severity)>,
    pub(super) plan_when: Vec<(Expr, RuleAction)>,
    pub(super) objects: Vec<Objects>,
    pub(super) evidence: Vec<String>,
    /// Columns that its evidence, its severities and what it asks for read: of the device table, of its own, or [`FLAGGED`].
    pub(super) shown: Vec<String>,
    /// Columns of the device table that it reads anywhere.
    pub(super) columns: Vec<&'static str>,
    /// Columns that decide whether it holds.
    pub(super) decides: Vec<String>,
    pub(super) tests: Vec<Case>,
    /// The file as it is written: where a part stands is looked for once something is wrong with it.
    pub(super) written: String,
}

/// A place for people: the line, if it is known, and what stands there.
pub(super) fn place(line: Option<usize>, named: &str) -> String {
    line.map_or_else(|| named.to_string(), |line| format!("line {line}, {named}"))
}

/// A column of the rule's own, from one console's records.
#[derive(Clone, Debug)]
pub(super) struct Derived {
    pub name: String,
    pub console: Console,
    pub made: language::Derived,
    /// Said of each console of a kind, not of this one by name.
    pub each: bool,
}

/// Which records a finding concerns.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    /// `None`: every console.
    pub console: Option<Console>,
    pub condition: Option<Expr>,
    pub group: Option<Group>,
    /// The condition as written.
    pub text: Option<String>,
}

impl Rule {
    /// A part of the file as a place for people: its line, and what stands there.
    pub(super) fn place(&self, keys: &[&str], named: &str) -> String {
        place(line_of(&self.written, keys), named)
    }

    /// Whether it concludes that a device is out of use from consoles that have not seen it.
    #[must_use]
    pub fn needs_silence(&self) -> bool {
        self.decides.iter().any(|name| name == "signals_complete")
    }

    /// Record columns that the rule reads, through the device table or directly.
    pub fn record_columns(&self) -> Vec<&'static str> {
        let aggregate = self.columns.iter().filter_map(|name| self.registry.aggregate_column(name));
        let aggregate = aggregate.flat_map(|column| column.made.record_columns());
        let beneath = self.columns.iter().flat_map(|name| crate::schema::beneath(name)).copied();
        let needs = self.needs.iter().filter_map(|(_, column)| *column);
        let derived = self.derived.iter().flat_map(|own| own.made.reads());
        let objects = self.objects.iter().flat_map(|objects| {
            let group = objects.group.iter().map(|group| group.column.clone());
            objects.condition.iter().flat_map(roots).chain(group).collect::<Vec<_>>()
        });
        let direct = derived.chain(objects).filter_map(|name| record_field(&name)).map(|f| f.name).collect::<Vec<_>>();
        aggregate.chain(beneath).chain(needs).chain(direct).collect()
    }

    /// Consoles whose lists decide it.
    #[must_use]
    pub fn consoles(&self) -> Vec<Console> {
        let needed = self.needs.iter().map(|(console, _)| *console).chain(self.absence.iter().copied());
        let columns =
            self.columns.iter().filter_map(|name| self.registry.aggregate_column(name)).map(|own| own.console);
        let derived = self.derived.iter().map(|own| own.console);
        let mut all: Vec<Console> = needed.chain(columns).chain(derived).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What the shared conditions that it names say.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(_, text)| text.as_str())
    }

    /// Columns of the device table that it reads.
    #[must_use]
    pub fn device_columns(&self) -> &[&'static str] {
        &self.columns
    }

    /// Whether it names a shared condition.
    #[must_use]
    pub fn names(&self, condition: &str) -> bool {
        self.named.iter().any(|(name, _)| name == condition)
    }

    /// Gives every finding of the rule one severity.
    pub fn set_severity(&mut self, severity: Severity) {
        self.text.severity = severity;
        self.severity_when.clear();
    }

    /// The condition as its file writes it.
    #[must_use]
    pub fn condition(&self) -> &str {
        &self.condition
    }

    /// Exports without which it does not run, and those that must be complete, for people.
    #[must_use]
    pub fn demands(&self) -> (Vec<String>, Vec<String>) {
        let need = |(console, column): &(Console, Option<&'static str>)| {
            column.map_or_else(|| console.title().to_string(), |c| format!("{} with `{c}`", console.title()))
        };
        (self.needs.iter().map(need).collect(), self.absence.iter().map(|c| c.title().to_string()).collect())
    }

    /// Its tests: name, and what each expects.
    #[must_use]
    pub fn cases(&self) -> Vec<(String, &'static str)> {
        self.tests.iter().map(|case| (case.name.clone(), case.expect.as_str())).collect()
    }
}
