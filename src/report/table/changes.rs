//! `changes`: what became of findings, devices and objects since the baseline.

use super::Table;
use super::column::Columns;
use crate::outcome::{ChangeKind, ChangeState, Since};
use crate::report::view::Run;

/// A change.
pub(super) struct Line<'a> {
    run: Run<'a>,
    at: usize,
}

impl<'a> Line<'a> {
    fn since(&self) -> &'a Since {
        &self.run.outcome.since
    }

    fn device(&self) -> [&'a str; 3] {
        self.since().device(&self.run.outcome.devices, self.at)
    }
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .word("kind", "what it is about", |r: &Line<'_>| r.since().changes.kind.get(r.at).as_str())
        .one_of(ChangeKind::WORDS)
        .shown("Kind", 9)
        .word("state", "what became of it since the baseline", |r| r.since().changes.state.get(r.at).as_str())
        .one_of(ChangeState::WORDS)
        .shown("State", 16)
        .maybe_word("rule", "rule of a finding", |r| {
            let rule = r.since().changes.rule.get(r.at);
            r.since().rules.get(usize::from(*rule)).map(String::as_str)
        })
        .shown("Rule", 28)
        .text("device_key", "key of the device, of one that is gone the last that it had", |r| r.device()[0])
        .shown("Device key", 26)
        .text("device_name", "name of the device", |r| r.device()[1])
        .shown("Device", 24)
        .text("serial", "serial number as its console writes it", |r| r.device()[2])
        .shown("Serial", 18)
        .console("console", "console of an object", |r| *r.since().changes.console.get(r.at))
        .shown("Console", 14)
        .optional()
        .text("object_id", "its id as the console writes it", |r| r.since().changes.object.get(r.at))
        .shown("Object", 36)
        .text("before", "severity of a finding, or key of a device, before", |r| r.since().changes.before.get(r.at))
        .shown("Before", 20)
        .text("after", "the same now", |r| r.since().changes.after.get(r.at))
        .shown("After", 20)
        .text("why", "why; begins with `rule-changed` where the rule or its thresholds are others", |r| {
            let since = r.since();
            since.reasons.get(*since.changes.why.get(r.at))
        })
        .shown("Why", 60)
        .prose()
}

pub(in crate::report) fn table(run: Run<'_>) -> Table<'_> {
    let line = move |at: usize| Some(Line { run, at });
    let meaning =
        "what became of findings, devices and objects since the baseline; findings that stay open are not listed";
    Table::new(("changes", meaning), columns(), run.outcome.since.changes.len(), line)
}
