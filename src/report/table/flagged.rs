//! Columns that put the findings of one device together: its line in the list of a package and among the tasks.

use super::column::Columns;
use super::device::OfDevice;
use crate::ids::{DeviceId, FindingId, RecordId};
use crate::report::view::Run;
use crate::report::work;
use crate::schema::{Confidence, Severity, Status};
use crate::table::MOST_OBJECTS;

/// A flagged device.
pub(super) struct Line<'a> {
    run: Run<'a>,
    device: DeviceId,
}

impl<'a> Line<'a> {
    pub(super) const fn new(run: Run<'a>, device: DeviceId) -> Self {
        Self { run, device }
    }

    /// Its findings.
    fn findings(&self) -> impl Iterator<Item = FindingId> {
        self.run.index.findings(self.device).iter().copied()
    }

    /// Objects that its findings concern, each once, in the order of records.
    fn concerned(&self) -> Vec<RecordId> {
        let findings = &self.run.outcome.findings;
        let mut objects: Vec<RecordId> =
            self.findings().flat_map(|finding| findings.objects(finding)).copied().collect();
        objects.sort_unstable();
        objects.dedup();
        objects.truncate(MOST_OBJECTS);
        objects
    }

    /// The evidence of each finding behind the name of its rule.
    fn shown(&self) -> Vec<String> {
        let outcome = self.run.outcome;
        let one = |(finding, rule): (FindingId, &str)| {
            let evidence = outcome.findings.evidence.get(finding);
            format!("{rule}: {evidence}")
        };
        self.findings().zip(self.run.index.rules(outcome, self.device())).map(one).collect()
    }
}

impl OfDevice for Line<'_> {
    fn run(&self) -> Run<'_> {
        self.run
    }

    fn device(&self) -> DeviceId {
        self.device
    }
}

impl<'a> Columns<'a, Line<'a>> {
    pub(super) fn severity(self) -> Self {
        self.word("severity", "the severest of its findings", |r| {
            r.run.index.highest(r.run.outcome, r.device()).map_or("", Severity::as_str)
        })
        .one_of(Severity::WORDS)
        .shown("Severity", 10)
    }

    pub(super) fn confidence(self) -> Self {
        self.word("confidence", "how much its findings may be relied on: the least of them", |r| {
            let findings = &r.run.outcome.findings;
            let least = r.findings().map(|finding| findings.confidence.get(finding)).min();
            least.map_or("", |confidence| confidence.as_str())
        })
        .one_of(Confidence::WORDS)
        .shown("Confidence", 11)
    }

    pub(super) fn rules(self) -> Self {
        self.words("findings", "rules that hold for it", |r| r.run.index.rules(r.run.outcome, r.device()))
            .shown("Findings", 34)
    }

    /// Names of the problems.
    pub(super) fn problems(self) -> Self {
        self.list("problems", "names of its problems", |r| {
            let outcome = r.run.outcome;
            let rules = r.run.index.holding(outcome, r.device()).into_iter();
            rules.filter_map(|rule| Some(outcome.rules.get(usize::from(rule))?.title.clone())).collect()
        })
        .shown("Findings", 38)
        .prose()
    }

    pub(super) fn objects(self) -> Self {
        self.list("objects", "objects that its findings concern, `console:native_id`", |r| {
            r.run.outcome.records.objects(&r.concerned())
        })
        .shown("Objects", 30)
    }

    pub(super) fn evidence(self) -> Self {
        self.list("evidence", "the values that made each rule hold", Line::shown).shown("Evidence", 48)
    }

    pub(super) fn status(self) -> Self {
        self.word("status", "what was decided; `open` where nothing was", |r| r.run.status(r.device()).as_str())
            .one_of(Status::WORDS)
            .shown("Status", 12)
    }

    pub(super) fn remove_from(self) -> Self {
        self.day("remove_from", "day of its removals", |r| {
            let (_, batch) = r.run.outcome.schedule.batch_of(r.device())?;
            Some(work::removal_day(r.run.outcome, batch.day))
        })
    }
}
