//! `findings`: every rule that holds for a device, also where an exception hides it.

use super::Table;
use super::column::Columns;
use super::device::OfDevice;
use crate::identity::NONE;
use crate::report::view::{self, Run};
use crate::rules::Findings;
use crate::schema::{Confidence, Severity, Status};

/// A finding among those that count or those that an exception hides.
pub(super) struct Line<'a> {
    run: Run<'a>,
    findings: &'a Findings,
    at: usize,
    excepted: bool,
}

impl<'a> Line<'a> {
    fn find(run: Run<'a>, at: usize) -> Self {
        let open = &run.outcome.findings;
        match at.checked_sub(open.len()) {
            None => Self::open(run, at),
            Some(at) => Self { run, findings: &run.outcome.hidden.findings, at, excepted: true },
        }
    }

    /// One that counts.
    pub(super) const fn open(run: Run<'a>, at: usize) -> Self {
        Self { run, findings: &run.outcome.findings, at, excepted: false }
    }

    /// Its number among those that count.
    pub(super) fn number(&self) -> Option<usize> {
        (!self.excepted).then_some(self.at)
    }

    fn status(&self) -> &'static str {
        if self.excepted { EXCEPTED } else { self.run.status(self.device()).as_str() }
    }
}

impl OfDevice for Line<'_> {
    fn run(&self) -> Run<'_> {
        self.run
    }

    fn device(&self) -> usize {
        self.findings.device.get(self.at).copied().unwrap_or(NONE) as usize
    }
}

/// Status of a finding that an exception hides.
const EXCEPTED: &str = "excepted";

/// What a status may be.
const STATUSES: &[&str] =
    &[Status::Open.as_str(), Status::InProgress.as_str(), Status::Done.as_str(), Status::Declined.as_str(), EXCEPTED];

impl<'a> Columns<'a, Line<'a>> {
    pub(super) fn finding_id(self) -> Self {
        self.made("finding_id", "stable id of rule and device", |r| {
            view::finding_id(r.run.outcome, r.findings, r.at).into()
        })
        .shown("Finding", 40)
    }

    pub(super) fn severity(self) -> Self {
        self.word("severity", "how much it matters", |r| r.findings.severity.get(r.at).map_or("", |s| s.as_str()))
            .one_of(Severity::WORDS)
            .shown("Severity", 10)
    }

    pub(super) fn confidence(self) -> Self {
        self.word("confidence", "how much it may be relied on", |r| {
            r.findings.confidence.get(r.at).map_or("", |c| c.as_str())
        })
        .one_of(Confidence::WORDS)
        .shown("Confidence", 11)
    }

    pub(super) fn objects(self) -> Self {
        self.list("objects", "objects concerned, `console:native_id`", |r| {
            r.run.outcome.records.objects(r.findings.objects(r.at))
        })
        .shown("Objects", 30)
    }

    pub(super) fn evidence(self) -> Self {
        self.text("evidence", "the values that made the rule hold", |r| {
            r.findings.evidence.get(r.at).map_or("", String::as_str)
        })
        .shown("Evidence", 48)
    }

    pub(super) fn suggestion_id(self) -> Self {
        self.maybe_word("suggestion_id", "suggestion that answers it", |r| {
            Some(r.run.outcome.suggestions.of(r.number()?)?.id.as_str())
        })
        .shown("Suggestion", 34)
    }

    pub(super) fn status(self) -> Self {
        self.word("status", "`open`, `excepted`, or what was decided", |r| r.status())
            .one_of(STATUSES)
            .shown("Status", 12)
    }

    /// Name of the problem.
    pub(super) fn problem(self) -> Self {
        self.text("title", "name of the problem", |r| {
            let rule = r.findings.rule.get(r.at).and_then(|rule| r.run.outcome.rules.get(usize::from(*rule)));
            rule.map_or("", |rule| rule.title.as_str())
        })
        .shown("Problem", 38)
        .prose()
    }
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .finding_id()
        .word("rule", "rule that holds", |r: &Line<'_>| view::rule_of(r.run.outcome, r.findings, r.at))
        .severity()
        .confidence()
        .device_key()
        .device_name("device_name")
        .serial()
        .platform()
        .ownership()
        .join_type()
        .objects()
        .evidence()
        .suggestion_id()
        .status()
        .assignee()
        .beyond_csv()
        .note()
        .beyond_csv()
        .intent()
        .beyond_csv()
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let lines = run.outcome.findings.len() + run.outcome.hidden.findings.len();
    Table::new(("findings", "every finding"), columns(), lines, move |at| Some(Line::find(run, at)))
}
