//! The large tables, column by column, as they are saved.

use std::collections::BTreeMap;

use super::frame::Frame;
use crate::console::State;
use crate::ids::{DeviceId, FindingId, Number, QuestionId, RecordId, StepId};
use crate::outcome::Outcome;
use crate::schema::{Activity, Confidence, Disposition, Identity, JoinType, Ownership, Platform, Severity, Status};
use crate::table::RecordColumns;

/// Every table.
pub(super) fn all(outcome: &Outcome) -> Vec<Frame<'_>> {
    let records = outcome.records.consoles.iter().map(|columns| records(outcome, columns));
    let mut all = vec![devices(outcome), findings(outcome), questions(outcome), steps(outcome)];
    all.extend(records);
    all.extend([asides(outcome), refused(outcome), members(outcome), batches(outcome), decisions(outcome)]);
    all
}

/// A number, unless it stands for none.
pub(super) fn some(number: &impl Number) -> Option<u32> {
    number.some().map(Number::number)
}

/// Name of the file with the records of a console.
pub(super) fn records_of(slug: &str) -> String {
    format!("records-{slug}")
}

fn devices(outcome: &Outcome) -> Frame<'_> {
    let devices = &outcome.devices;
    let (serial, serial_written) = devices.serial.columns();
    let (entra, entra_written) = devices.entra_device_id.columns();
    let consoles = devices.registry.all().len();
    let mut frame = Frame::<DeviceId>::new("devices", devices.len())
        .text("device_key", |at| devices.key.get(at))
        .text("name", |at| devices.name.get(at))
        .text("serial", |at| serial.get(at))
        .maybe_text("serial_written", serial_written)
        .word("platform", Platform::WORDS, |at| Some(devices.platform.get(at).position()))
        .shared("manufacturer", |at| devices.manufacturer.get(at))
        .shared("model", |at| devices.model.get(at))
        .word("ownership", Ownership::WORDS, |at| Some(devices.ownership.get(at).position()))
        .word("join_type", JoinType::WORDS, |at| Some(devices.join_type.get(at).position()))
        .text("primary_user", |at| devices.primary_user.get(at))
        .number("consoles", |at| Some(*devices.consoles.get(at)))
        .text("entra_device_id", |at| entra.get(at))
        .maybe_text("entra_device_id_written", entra_written)
        .time("last_activity", |at| devices.last_activity.get(at))
        .word("last_activity_console", devices.registry.slugs(), move |at| {
            Some(usize::from(*devices.last_console.get(at))).filter(|number| *number < consoles)
        })
        .word("activity", Activity::WORDS, |at| Some(devices.activity.get(at).position()))
        .word("identity", Identity::WORDS, |at| Some(devices.identity.get(at).position()));
    for of_console in &devices.by_console {
        let prefix = of_console.console.column_prefix();
        frame = frame
            .number(format!("{prefix}_live"), |at| some(of_console.live.get(at)))
            .time(format!("{prefix}_last_seen"), |at| of_console.last_seen.get(at));
    }
    frame.plain()
}

fn records<'a>(outcome: &'a Outcome, columns: &'a RecordColumns) -> Frame<'a> {
    let (id, id_written) = columns.native_id.columns();
    let (serial, serial_written) = columns.serial.columns();
    let (links, first) = (&outcome.links, columns.first);
    Frame::<usize>::new(records_of(columns.console.as_str()), columns.row.len())
        .number("export", |at| some(columns.export.get(at)))
        .number("row", |at| Some(*columns.row.get(at)))
        .text("native_id", |at| id.get(at))
        .maybe_text("native_id_written", id_written)
        .text("name", |at| columns.name.get(at))
        .text("serial", |at| serial.get(at))
        .maybe_text("serial_written", serial_written)
        .time("last_seen", |at| columns.last_seen.get(at))
        .time("enrolled", |at| columns.enrolled.get(at))
        .word("state", State::WORDS, |at| Some(columns.state_at(at).position()))
        .number("device", move |at| some(links.device.get(first.after(at))))
        .number("held_by", move |at| Some(u32::from(*links.held_by.get(first.after(at)))))
}

/// Rows that are no records: those that could not be read first.
fn asides(outcome: &Outcome) -> Frame<'_> {
    let records = &outcome.records;
    let unread = records.set_aside.len();
    let older = records.older.iter().enumerate();
    let numbers: Vec<(usize, usize)> =
        older.flat_map(|(list, older)| (0..older.row.len()).map(move |line| (list, line))).collect();
    let numbers = std::sync::Arc::new(numbers);
    let lines = unread + numbers.len();
    // The list of a row, and its line there.
    let place = move |at: usize| {
        let (list, line) = *numbers.get(at.checked_sub(unread)?)?;
        Some((records.older.get(list)?, line))
    };
    let (row, export) = (place.clone(), place.clone());
    let (id, name, serial, reason) = (place.clone(), place.clone(), place.clone(), place.clone());
    Frame::<usize>::new("asides", lines)
        .number("export", move |at| match records.set_aside.get(at) {
            Some((export, _, _)) => some(export),
            None => export(at).and_then(|(older, _)| some(&older.export)),
        })
        .number("row", move |at| match records.set_aside.get(at) {
            Some((_, row, _)) => Some(*row),
            None => row(at).and_then(|(older, line)| older.row.get(line).copied()),
        })
        .flag("read", move |at| at >= unread)
        .text("native_id", move |at| id(at).map_or("", |(older, line)| older.native_id.get(line)))
        .text("name", move |at| name(at).map_or("", |(older, line)| older.name.get(line)))
        .text("serial", move |at| serial(at).map_or("", |(older, line)| older.serial.get(line)))
        .shared("reason", move |at| match records.set_aside.get(at) {
            Some((_, _, reason)) => reason,
            None => reason(at).map_or("", |(older, line)| older.reason.get(line)),
        })
}

/// Refused links, each by itself.
fn refused(outcome: &Outcome) -> Frame<'_> {
    let refused: Vec<(RecordId, &str)> = pairs(&outcome.links.refused);
    let lines = refused.len();
    let refused = std::sync::Arc::new(refused);
    let record = std::sync::Arc::clone(&refused);
    Frame::<usize>::new("refused", lines)
        .number("record", move |at| record.get(at).map(|(record, _)| record.number()))
        .shared("reason", move |at| refused.get(at).map_or("", |(_, reason)| *reason))
}

fn pairs(refused: &BTreeMap<RecordId, Vec<String>>) -> Vec<(RecordId, &str)> {
    refused.iter().flat_map(|(record, reasons)| reasons.iter().map(|reason| (*record, reason.as_str()))).collect()
}

/// The findings that count, then those that an exception hides.
fn findings(outcome: &Outcome) -> Frame<'_> {
    let (open, hidden) = (&outcome.findings, &outcome.hidden.findings);
    let count = open.len();
    let of = move |at: usize| match at.checked_sub(count) {
        None => (open, FindingId::at(at)),
        Some(at) => (hidden, FindingId::at(at)),
    };
    let exceptions = &outcome.hidden.by;
    let exception = move |at: usize| some(exceptions.get(FindingId::at(at.checked_sub(count)?)));
    Frame::<usize>::new("findings", count + hidden.len())
        .number("rule", move |at| Some(u32::from(*of(at).0.rule.get(of(at).1))))
        .number("device", move |at| some(of(at).0.device.get(of(at).1)))
        .word("severity", Severity::WORDS, move |at| Some(of(at).0.severity.get(of(at).1).position()))
        .word("confidence", Confidence::WORDS, move |at| Some(of(at).0.confidence.get(of(at).1).position()))
        .flag("weak", move |at| *of(at).0.weak.get(of(at).1))
        .text("evidence", move |at| of(at).0.evidence.get(of(at).1))
        .list("objects", move |at| of(at).0.objects(of(at).1))
        .number("exception", exception)
}

fn questions(outcome: &Outcome) -> Frame<'_> {
    let questions = &outcome.questions;
    Frame::<QuestionId>::new("questions", questions.len())
        .number("rule", |at| Some(u32::from(*questions.rule.get(at))))
        .number("device", |at| some(questions.device.get(at)))
        .shared("unknown", |at| &questions.texts(at).unknown)
        .shared("settled_by", |at| &questions.texts(at).settled_by)
        .text("candidates", |at| questions.candidates.get(at))
        .plain()
}

fn steps(outcome: &Outcome) -> Frame<'_> {
    let (steps, days) = (&outcome.steps, &outcome.schedule.days);
    Frame::<StepId>::new("steps", steps.len())
        .number("device", |at| some(&steps.get(at).device))
        .number("entry", |at| some(&steps.get(at).entry))
        .number("object", |at| steps.get(at).object.map(RecordId::number))
        .day("not_before", |at| *days.get(at))
        .plain()
}

/// Which devices are in which package.
fn members(outcome: &Outcome) -> Frame<'_> {
    let lists = outcome.packages.list.iter().map(|package| package.devices.as_slice());
    groups("members", "package", "device", &lists.collect::<Vec<_>>())
}

/// Which devices are in which batch.
fn batches(outcome: &Outcome) -> Frame<'_> {
    let lists = outcome.schedule.batches.iter().map(|batch| batch.devices.as_slice());
    groups("batches", "batch", "device", &lists.collect::<Vec<_>>())
}

/// Lists of numbers: one line a member, with the number of its list.
fn groups<'a>(name: &str, list: &str, member: &str, lists: &[&[DeviceId]]) -> Frame<'a> {
    let of: Vec<u32> = (0_u32..).zip(lists).flat_map(|(at, own)| std::iter::repeat_n(at, own.len())).collect();
    let members: Vec<DeviceId> = lists.concat();
    Frame::<usize>::new(name, members.len())
        .number(list, move |at| of.get(at).copied())
        .number(member, move |at| members.get(at).and_then(some))
}

fn decisions(outcome: &Outcome) -> Frame<'_> {
    let decided = &outcome.decisions;
    let mut device = decided.list.beside(DeviceId::NONE);
    for (number, at) in decided.of_device.numbered() {
        if let Some(slot) = device.slot(*at) {
            *slot = number;
        }
    }
    let list = &decided.list;
    Frame::new("decisions", list.len())
        .number("device", move |at| some(device.get(at)))
        .text("device_key", |at| &list.get(at).key)
        .text("serial", |at| &list.get(at).serial)
        .word("intent", Disposition::WORDS, |at| list.get(at).purpose.map(Disposition::position))
        .word("status", Status::WORDS, |at| Some(list.get(at).status.position()))
        .text("assignee", |at| &list.get(at).assignee)
        .text("note", |at| &list.get(at).note)
        .text("decided_by", |at| &list.get(at).declined.by)
        .time("until", |at| list.get(at).declined.until)
        .number("row", |at| Some(list.get(at).row))
        .plain()
}
