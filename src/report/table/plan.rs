//! `plan`: every step, package by package and device by device, in the order in which the steps are to be done; and `guide`: each text of a step
//! once.

use std::borrow::Cow;

use super::column::Columns;
use super::device::OfDevice;
use super::{Shared, Table};
use crate::ids::{DeviceId, EntryId, StepId};
use crate::outcome::LONGEST_WITH_TEXTS;
use crate::plan::{Entry, Phase, Planned};
use crate::report::view::Run;

/// A step.
pub(super) struct Line<'a> {
    run: Run<'a>,
    at: StepId,
    step: &'a Planned,
    entry: &'a Entry,
    /// A long plan points to the guide: the same sentence two million times is no information.
    brief: bool,
}

impl<'a> Line<'a> {
    fn find(run: Run<'a>, at: StepId, brief: bool) -> Self {
        let step = run.outcome.steps.get(at);
        Self { run, at, step, entry: run.outcome.entry(step), brief }
    }

    fn unless_brief(&self, text: &'a str) -> &'a str {
        if self.brief { "" } else { text }
    }

    fn condition(&self) -> Cow<'a, str> {
        if self.brief { Cow::Borrowed("") } else { self.run.outcome.condition_of(self.at) }
    }
}

impl OfDevice for Line<'_> {
    fn run(&self) -> Run<'_> {
        self.run
    }

    fn device(&self) -> DeviceId {
        self.step.device
    }
}

/// A line that is about what a step says.
pub(super) trait OfEntry {
    fn entry(&self) -> &Entry;

    /// Its line in the guide.
    fn guide(&self) -> u32;
}

impl OfEntry for Line<'_> {
    fn entry(&self) -> &Entry {
        self.entry
    }

    fn guide(&self) -> u32 {
        self.step.entry.ordinal()
    }
}

impl<'a, R: OfEntry + 'a> Columns<'a, R> {
    fn guide(self, meaning: &str) -> Self {
        self.count("guide", meaning, |r| r.guide().into()).shown("Guide", 7)
    }

    fn step(self) -> Self {
        self.text("step", "slug of the step", |r| &r.entry().slug).shown("Step", 24)
    }

    fn at_console(self) -> Self {
        self.console("console", "where to do it", |r| r.entry().console).optional().shown("Console", 24)
    }

    fn role(self) -> Self {
        self.text("role", "least role that may do it", |r| &r.entry().role).shown("Role", 32).prose()
    }

    fn irreversible(self) -> Self {
        self.flag("irreversible", "cannot be undone", |r| r.entry().irreversible).shown("Cannot be undone", 10)
    }

    fn wipes(self) -> Self {
        self.flag("wipes", "erases the device", |r| r.entry().wipes).shown("Erases data", 8)
    }
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::<'a, Line<'a>>::new()
        .package()
        .device_key()
        .device_name("device_name")
        .serial()
        .step()
        .text("action", "what to do; empty in a long plan, see `guide`", |r| r.unless_brief(&r.entry.action))
        .shown("Action", 52)
        .prose()
        .at_console()
        .made("object_id", "the one object it is done to", |r| r.run.outcome.object_of(r.step))
        .shown("Object", 38)
        .role()
        .irreversible()
        .wipes()
        .made("condition", "what must be true first and cannot be known from files; empty in a long plan", |r| {
            r.condition()
        })
        .shown("Condition", 52)
        .prose()
        .text("why", "why the step is there, and what to beware of; empty in a long plan", |r| {
            r.unless_brief(&r.entry.why)
        })
        .shown("Why", 60)
        .prose()
        .word("phase", "part of the plan", |r| r.entry.phase.as_str())
        .one_of(Phase::WORDS)
        .shown("Phase", 12)
        .day("not_before", "the first day on which it may be done", |r| Some(r.run.outcome.schedule.earliest(r.at)))
        .shown("Not before", 12)
        .batch()
        .guide("number of the line of `guide` that has its texts")
        .count("position", "its place in the plan of the device, from 1", |r| {
            let first = r.run.index.first_step(r.device()).unwrap_or(r.at);
            u64::from(r.at.ordinal() - first.number())
        })
        .shown("No.", 5)
        .beyond_csv()
        .text("frees", "what it frees", |r| &r.entry.frees)
        .beyond_csv()
        .day("done_on", "day on which somebody says that it was done", |r| Some(r.run.outcome.decisions.done(r.at)?.on))
        .shown("Done on", 12)
        .beyond_csv()
        .maybe_text("done_by", "who says so", |r| Some(r.run.outcome.decisions.done(r.at)?.by.as_str()))
        .shown("Done by", 18)
        .beyond_csv()
}

/// Cells of a step that only say which device it is about.
const OF_DEVICE: usize = 4;

/// Every step: the packages in the order in which to begin with them, and in each the plans of its devices. A plan that nobody reads
/// from its beginning stays in the order of the devices, in which everything that is known of them lies.
pub(in crate::report) fn order(run: Run<'_>) -> Vec<StepId> {
    let outcome = run.outcome;
    let mut steps: Vec<StepId> = outcome.steps.numbers().collect();
    if steps.len() > LONGEST_WITH_TEXTS {
        return steps;
    }
    // A device without a package comes last: the number that stands for none is the greatest.
    steps.sort_by_key(|at| *outcome.packages.of_device.get(outcome.steps.get(*at).device));
    steps
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let order = order(run);
    let lines = order.len();
    let brief = lines > LONGEST_WITH_TEXTS;
    let shared = Shared { columns: OF_DEVICE, thing: Box::new(|line: &Line<'_>| line.step.device.number()) };
    let about = ("plan", "every step, package by package and device by device, in order");
    Table::sharing(about, columns(), lines, move |at| Some(Line::find(run, *order.get(at)?, brief)), Some(shared))
}

/// What a step says.
pub(super) struct Guide<'a> {
    entry: &'a Entry,
    number: EntryId,
}

impl OfEntry for Guide<'_> {
    fn entry(&self) -> &Entry {
        self.entry
    }

    fn guide(&self) -> u32 {
        self.number.ordinal()
    }
}

pub(super) fn guide_columns<'a>() -> Columns<'a, Guide<'a>> {
    Columns::new()
        .guide("number of the line, as the plan names it")
        .step()
        .at_console()
        .text("action", "what to do", |r: &Guide<'_>| &r.entry.action)
        .shown("Action", 52)
        .prose()
        .text("condition", "what must be true first and cannot be known from files", |r| &r.entry.condition)
        .shown("Condition", 52)
        .prose()
        .role()
        .text("why", "why the step is there, and what to beware of", |r| &r.entry.why)
        .shown("Why", 60)
        .prose()
        .irreversible()
        .beyond_csv()
        .wipes()
        .beyond_csv()
}

pub(super) fn guide(run: Run<'_>) -> Table<'_> {
    let mut used: Vec<EntryId> = run.outcome.steps.iter().map(|step| step.entry).collect();
    used.sort_unstable();
    used.dedup();
    let entries = &run.outcome.entries;
    let lines = used.len();
    let line = move |at: usize| {
        let number = *used.get(at)?;
        Some(Guide { entry: entries.get(number), number })
    };
    Table::new(("guide", "what each step asks for, once"), guide_columns(), lines, line)
}
