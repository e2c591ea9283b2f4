//! `findings`: every rule that holds for a device, also where an exception hides it.

use super::Table;
use super::column::Columns;
use super::device::OfDevice;
use crate::ids::{DeviceId, FindingId};
use crate::report::view::{self, Run};
use crate::rules::Findings;
use crate::schema::{Confidence, Severity, Status};

/// A finding among those that count or those that an exception hides.
pub(super) struct Line<'a> {
    run: Run<'a>,
    findings: &'a Findings,
    at: FindingId,
    excepted: bool,
}

impl<'a> Line<'a> {
    fn find(run: Run<'a>, at: usize) -> Self {
        let open = &run.outcome.findings;
        match at.checked_sub(open.len()) {
            None => Self::open(run, FindingId::at(at)),
            Some(at) => Self { run, findings: &run.outcome.hidden.findings, at: FindingId::at(at), excepted: true },
        }
    }

    /// One that counts.
    pub(super) const fn open(run: Run<'a>, at: FindingId) -> Self {
        Self { run, findings: &run.outcome.findings, at, excepted: false }
    }

    fn status(&self) -> &'static str {
        if self.excepted { EXCEPTED } else { self.run.status(self.device()).as_str() }
    }
}

impl OfDevice for Line<'_> {
    fn run(&self) -> Run<'_> {
        self.run
    }

    fn device(&self) -> DeviceId {
        *self.findings.device.get(self.at)
    }
}

/// Status of a finding that an exception hides.
const EXCEPTED: &str = "excepted";

/// What a status may be.
const STATUSES: &[&str] =
    &[Status::Open.as_str(), Status::InProgress.as_str(), Status::Done.as_str(), Status::Declined.as_str(), EXCEPTED];

impl<'a> Columns<'a, Line<'a>> {
    fn finding_id(self) -> Self {
        self.made("finding_id", "stable id of rule and device", |r| {
            view::finding_id(r.run.outcome, r.findings, r.at).into()
        })
        .shown("Finding", 40)
    }

    pub(super) fn severity(self) -> Self {
        self.word("severity", "how much it matters", |r| r.findings.severity.get(r.at).as_str())
            .one_of(Severity::WORDS)
            .shown("Severity", 10)
    }

    pub(super) fn confidence(self) -> Self {
        self.word("confidence", "how much it may be relied on", |r| r.findings.confidence.get(r.at).as_str())
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
        self.text("evidence", "the values that made the rule hold", |r| r.findings.evidence.get(r.at))
            .shown("Evidence", 48)
    }

    fn suggestion_id(self) -> Self {
        self.maybe_word("suggestion_id", "package of the device; nothing where an exception hides the finding", |r| {
            let package = r.run.outcome.packages.of(r.device()).filter(|_| !r.excepted)?;
            Some(package.id.as_str())
        })
        .shown("Package", 34)
    }

    fn follows_from(self) -> Self {
        self.maybe_word(
            "follows_from",
            "rule of which it is a consequence, since that holds for the device as well",
            |r| {
                let rule = Some(*r.findings.rule.get(r.at)).filter(|_| !r.excepted)?;
                let cause = r.run.index.cause(rule, &r.run.index.holding(r.run.outcome, r.device()))?;
                Some(r.run.outcome.rules.get(usize::from(cause))?.id.as_str())
            },
        )
        .shown("Follows from", 24)
    }

    pub(super) fn status(self) -> Self {
        self.word("status", "`open`, `excepted`, or what was decided", |r| r.status())
            .one_of(STATUSES)
            .shown("Status", 12)
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
        .follows_from()
        .beyond_csv()
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let lines = run.outcome.findings.len() + run.outcome.hidden.findings.len();
    Table::new(("findings", "every finding"), columns(), lines, move |at| Some(Line::find(run, at)))
}
