//! `packages`: what is to be done, for which devices, why, and how far it is.

use super::Table;
use super::column::Columns;
use crate::history::Declined;
use crate::ids::PackageId;
use crate::plan::Package;
use crate::report::view::{self, Progress, Run};
use crate::report::work::{self, FinalRow, Work};
use crate::rules::Text;
use crate::schema::{JoinType, Ownership, Platform, Severity, Status};

/// A package.
pub(super) struct Line<'a> {
    run: Run<'a>,
    package: &'a Package,
    work: &'a Work,
    progress: Progress<'a>,
    /// Its batches: how many, the first and the last day of removals.
    batches: (usize, Option<(i64, i64)>),
}

impl<'a> Line<'a> {
    fn find(run: Run<'a>, number: PackageId) -> Self {
        let outcome = run.outcome;
        let package = outcome.packages.list.get(number);
        let own = || outcome.schedule.batches.iter().filter(|batch| batch.package == number);
        let days = || own().map(|batch| work::removal_day(outcome, batch.day));
        let batches = (own().count(), days().min().zip(days().max()));
        let progress = view::progress(outcome, package);
        Self { run, package, work: run.index.work(outcome, number), progress, batches }
    }

    /// Who declined it, and until when.
    fn declined(&self) -> Option<&'a Declined> {
        let decided = &self.run.outcome.decisions.packages;
        decided.iter().find(|own| own.id == self.package.id).map(|own| &own.declined)
    }

    fn reasons(&self) -> Vec<String> {
        let texts: Vec<&Text> = self.run.outcome.rules.iter().collect();
        self.package.reasons.iter().map(|reason| reason.in_words(&texts, &self.package.everywhere)).collect()
    }

    fn finals(&self) -> Vec<String> {
        work::finals(&self.work.entries(self.run.outcome)).iter().map(FinalRow::in_words).collect()
    }
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .word("suggestion_id", "id of the package: playbook, platform, ownership, join type", |r: &Line<'_>| {
            r.package.id.as_str()
        })
        .shown("Package", 34)
        .text("title", "what is to be done", |r| &r.package.title)
        .shown("Title", 34)
        .prose()
        .word("severity", "the severest of its findings", |r| r.package.severity.as_str())
        .one_of(Severity::WORDS)
        .shown("Severity", 10)
        .count("devices", "devices; each flagged device is in one package", |r| r.package.devices.len() as u64)
        .text("summary", "which devices, and why", |r| &r.package.summary)
        .shown("Summary", 60)
        .prose()
        .list(
            "reasons",
            "findings with the number of devices, the gravest first; consequences are counted with their cause",
            Line::reasons,
        )
        .shown("Reasons", 60)
        .prose()
        .list("cannot_be_undone", "steps that cannot be undone, and on how many objects", Line::finals)
        .shown("Which cannot be undone", 34)
        .prose()
        .count("steps", "steps of its plans", |r| r.work.lines(r.run.outcome, |_| true) as u64)
        .shown("Steps", 7)
        .count("irreversible", "of these, steps that cannot be undone", |r| {
            r.work.lines(r.run.outcome, |entry| entry.irreversible) as u64
        })
        .shown("Cannot be undone", 10)
        .count("wipes", "of these, steps that erase a device", |r| {
            r.work.lines(r.run.outcome, |entry| entry.wipes) as u64
        })
        .shown("Erases data", 10)
        .count(
            "minutes",
            "minutes of work by hand, roughly; exporting again and comparing, once for all packages, comes on top",
            |r| r.work.minutes(r.run.outcome),
        )
        .count("batches", "batches, as in `batches`", |r| r.batches.0 as u64)
        .day("remove_from", "first day of its removals", |r| r.batches.1.map(|(first, _)| first))
        .shown("Carry out from", 12)
        .day("remove_until", "last day of its removals", |r| r.batches.1.map(|(_, last)| last))
        .shown("Carry out until", 12)
        .word("status", "how far it is; a device of another status has its own in `findings`", |r| {
            r.progress.status.as_str()
        })
        .one_of(Status::WORDS)
        .shown("Status", 12)
        .text("assignee", "who does it; empty where nobody was named, or several were", |r| r.progress.assignee)
        .shown("Assignee", 18)
        .maybe_text("decided_by", "who declined it", |r| Some(r.declined()?.by.as_str()))
        .shown("Decided by", 16)
        .beyond_csv()
        .day("until", "last day on which it is declined", |r| r.declined()?.until)
        .shown("Until", 11)
        .beyond_csv()
        .count("devices_done", "devices whose plan is said to be done", |r| r.progress.done as u64)
        .word("playbook", "playbook that its plans follow", |r| &r.package.playbook)
        .shown("Playbook", 20)
        .word("platform", "operating system family", |r| r.package.platform.as_str())
        .one_of(Platform::WORDS)
        .word("ownership", "who owns the hardware", |r| r.package.ownership.as_str())
        .one_of(Ownership::WORDS)
        .word("join_type", "how its devices are joined to Entra ID", |r| r.package.join_type.as_str())
        .one_of(JoinType::WORDS)
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let about = ("packages", "work packages: what is to be done, why, and how far it is");
    Table::new(about, columns(), run.outcome.packages.list.len(), move |at| Some(Line::find(run, PackageId::at(at))))
}
