//! `rules`: every rule, also those that did not run or matched nothing.

use super::Table;
use super::column::Columns;
use crate::report::view::Run;
use crate::rules::{Tally, Text};
use crate::schema::{Outcome, Severity};

/// A rule and what became of it.
pub(super) struct Line<'a> {
    text: &'a Text,
    tally: &'a Tally,
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .text("rule", "rule id", |r: &Line<'_>| &r.text.id)
        .shown("Rule", 30)
        .word("outcome", "`ran`, `did-not-run` or `failed`", |r| r.tally.outcome.as_str())
        .one_of(Outcome::WORDS)
        .shown("Outcome", 12)
        .text("reason", "why it did not run", |r| &r.tally.reason)
        .shown("Reason", 44)
        .prose()
        .count("matched", "devices for which it holds", |r| r.tally.matched)
        .shown("Matched", 9)
        .count("unknown", "devices for which it could not be known", |r| r.tally.unknown)
        .shown("Unknown", 9)
        .count("passed", "devices for which it does not hold", |r| r.tally.passed)
        .shown("Passed", 9)
        .count("suppressed", "matches hidden by an exception", |r| r.tally.suppressed)
        .shown("Suppressed", 9)
        .text("title", "name of the problem", |r| &r.text.title)
        .shown("Title", 44)
        .prose()
        .beyond_csv()
        .word("severity", "how much it matters, unless a condition says otherwise", |r| r.text.severity.as_str())
        .one_of(Severity::WORDS)
        .shown("Severity", 10)
        .beyond_csv()
        .text("why", "why it matters", |r| &r.text.why)
        .shown("Why it matters", 70)
        .prose()
        .beyond_csv()
        .list("controls", "controls that it supports evidence for", |r| r.text.controls.clone())
        .shown("Supports evidence for", 40)
        .prose()
        .beyond_csv()
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let (rules, tallies) = (&run.outcome.rules, &run.outcome.tallies);
    let line = |at: usize| Some(Line { text: rules.get(at)?, tally: tallies.get(at)? });
    Table::new(("rules", "every rule, also those that did not run"), columns(), rules.len(), line)
}
