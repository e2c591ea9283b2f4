//! `questions`: every rule that could not be decided for a device.

use super::Table;
use super::column::Columns;
use super::device::OfDevice;
use crate::ids::{DeviceId, QuestionId};
use crate::report::view::Run;
use crate::rules::{QuestionTexts, Text};
use crate::schema::Severity;

/// A question.
pub(super) struct Line<'a> {
    run: Run<'a>,
    at: QuestionId,
}

impl<'a> Line<'a> {
    fn rule(&self) -> Option<&'a Text> {
        let outcome = self.run.outcome;
        outcome.rules.get(usize::from(*outcome.questions.rule.get(self.at)))
    }

    fn texts(&self) -> &'a QuestionTexts {
        self.run.outcome.questions.texts(self.at)
    }
}

impl OfDevice for Line<'_> {
    fn run(&self) -> Run<'_> {
        self.run
    }

    fn device(&self) -> DeviceId {
        *self.run.outcome.questions.device.get(self.at)
    }
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .word("rule", "rule that could not be decided", |r: &Line<'_>| r.rule().map_or("", |rule| &rule.id))
        .shown("Rule", 30)
        .word("severity", "how much it would matter, unless a condition says otherwise", |r| {
            r.rule().map_or("", |rule| rule.severity.as_str())
        })
        .one_of(Severity::WORDS)
        .shown("Severity", 10)
        .device_key()
        .device_name("device_name")
        .serial()
        .platform()
        .text("unknown", "what is not known", |r| &r.texts().unknown)
        .shown("Not known", 48)
        .prose()
        .list("candidates", "records that may be the device, `console:native_id`, with what they have in common", |r| {
            let all = r.run.outcome.questions.candidates.get(r.at);
            all.split('|').filter(|one| !one.is_empty()).map(str::to_string).collect()
        })
        .shown("Candidates", 44)
        .text("settled_by", "the export, the column or the page that would decide", |r| &r.texts().settled_by)
        .shown("Settled by", 48)
        .prose()
}

pub(super) fn table(run: Run<'_>) -> Table<'_> {
    let line = move |at: usize| Some(Line { run, at: QuestionId::at(at) });
    let meaning = "every rule that could not be decided for a device, and what would settle it";
    Table::new(("questions", meaning), columns(), run.outcome.questions.len(), line)
}
