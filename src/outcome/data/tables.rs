//! The large tables, column by column, as they are saved.

use std::collections::BTreeMap;

use super::frame::Frame;
use crate::identity::NONE;
use crate::ids::RecordId;
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
pub(super) fn some(number: Option<&u32>) -> Option<u32> {
    number.copied().filter(|number| *number != NONE)
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
    let mut frame = Frame::new("devices", devices.len())
        .text("device_key", |at| devices.key.get(at).map_or("", String::as_str))
        .text("name", |at| devices.name.get(at))
        .text("serial", |at| serial.get(at))
        .maybe_text("serial_written", serial_written)
        .word("platform", Platform::WORDS, |at| devices.platform.get(at).map(|word| *word as usize))
        .shared("manufacturer", |at| devices.manufacturer.get(at))
        .shared("model", |at| devices.model.get(at))
        .word("ownership", Ownership::WORDS, |at| devices.ownership.get(at).map(|word| *word as usize))
        .word("join_type", JoinType::WORDS, |at| devices.join_type.get(at).map(|word| *word as usize))
        .text("primary_user", |at| devices.primary_user.get(at))
        .number("consoles", |at| devices.consoles.get(at).copied())
        .text("entra_device_id", |at| entra.get(at))
        .maybe_text("entra_device_id_written", entra_written)
        .time("last_activity", |at| devices.last_activity.get(at))
        .word("last_activity_console", devices.registry.slugs(), move |at| {
            devices.last_console.get(at).map(|number| usize::from(*number)).filter(|number| *number < consoles)
        })
        .word("activity", Activity::WORDS, |at| devices.activity.get(at).map(|word| *word as usize))
        .word("identity", Identity::WORDS, |at| devices.identity.get(at).map(|word| *word as usize));
    for of_console in &devices.by_console {
        let prefix = of_console.console.column_prefix();
        frame = frame
            .number(format!("{prefix}_live"), |at| {
                of_console.live.get(at).filter(|live| live.is_some()).map(|live| live.number())
            })
            .time(format!("{prefix}_last_seen"), |at| of_console.last_seen.get(at));
    }
    frame
}

fn records<'a>(outcome: &'a Outcome, columns: &'a RecordColumns) -> Frame<'a> {
    let (id, id_written) = columns.native_id.columns();
    let (serial, serial_written) = columns.serial.columns();
    let (links, first) = (&outcome.links, columns.first);
    Frame::new(records_of(columns.console.as_str()), columns.row.len())
        .number("export", |at| columns.export.get(at).copied())
        .number("row", |at| columns.row.get(at).copied())
        .text("native_id", |at| id.get(at))
        .maybe_text("native_id_written", id_written)
        .text("name", |at| columns.name.get(at))
        .text("serial", |at| serial.get(at))
        .maybe_text("serial_written", serial_written)
        .time("last_seen", |at| columns.last_seen.get(at))
        .time("enrolled", |at| columns.enrolled.get(at))
        .number("device", move |at| some(Some(&links.device.get(first.after(at)).number())))
        .number("held_by", move |at| Some(u32::from(*links.held_by.get(first.after(at)))))
}

/// Rows that are no records: those that could not be read first.
fn asides(outcome: &Outcome) -> Frame<'_> {
    let records = &outcome.records;
    let unread = records.set_aside.len();
    let older: Vec<(u32, usize)> = records.older.iter().map(|older| (older.export, older.row.len())).collect();
    let numbers: Vec<(usize, usize)> =
        (0..).zip(&older).flat_map(|(list, (_, lines))| (0..*lines).map(move |line| (list, line))).collect();
    let numbers = std::sync::Arc::new(numbers);
    let lines = unread + numbers.len();
    // The list of a row, and its line there.
    let place = move |at: usize| {
        let (list, line) = *numbers.get(at.checked_sub(unread)?)?;
        Some((records.older.get(list)?, line))
    };
    let (row, export) = (place.clone(), place.clone());
    let (id, name, serial, reason) = (place.clone(), place.clone(), place.clone(), place.clone());
    Frame::new("asides", lines)
        .number("export", move |at| match records.set_aside.get(at) {
            Some((export, _, _)) => Some(*export),
            None => export(at).map(|(older, _)| older.export),
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
    Frame::new("refused", lines)
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
    let of = move |at: usize| if at < count { (open, at) } else { (hidden, at - count) };
    let exceptions = &outcome.hidden.by;
    let exception = move |at: usize| exceptions.get(at.checked_sub(count)?).and_then(|by| u32::try_from(*by).ok());
    Frame::new("findings", count + hidden.len())
        .number("rule", move |at| of(at).0.rule.get(of(at).1).copied().map(u32::from))
        .number("device", move |at| of(at).0.device.get(of(at).1).copied())
        .word("severity", Severity::WORDS, move |at| of(at).0.severity.get(of(at).1).map(|word| *word as usize))
        .word("confidence", Confidence::WORDS, move |at| of(at).0.confidence.get(of(at).1).map(|word| *word as usize))
        .flag("weak", move |at| of(at).0.weak.get(of(at).1) == Some(&true))
        .text("evidence", move |at| of(at).0.evidence.get(of(at).1).map_or("", String::as_str))
        .list("objects", move |at| of(at).0.objects(of(at).1))
        .number("exception", exception)
}

fn questions(outcome: &Outcome) -> Frame<'_> {
    let questions = &outcome.questions;
    let texts = |at: usize| questions.texts(at);
    Frame::new("questions", questions.len())
        .number("rule", |at| questions.rule.get(at).copied().map(u32::from))
        .number("device", |at| questions.device.get(at).copied())
        .shared("unknown", move |at| texts(at).map_or("", |texts| &texts.unknown))
        .shared("settled_by", move |at| texts(at).map_or("", |texts| &texts.settled_by))
        .text("candidates", |at| questions.candidates.get(at).map_or("", String::as_str))
}

fn steps(outcome: &Outcome) -> Frame<'_> {
    let (steps, days) = (&outcome.steps, &outcome.schedule.days);
    Frame::new("steps", steps.len())
        .number("device", |at| steps.get(at).map(|step| step.device))
        .number("entry", |at| steps.get(at).map(|step| step.entry))
        .number("object", |at| steps.get(at)?.object.map(RecordId::number))
        .day("not_before", |at| days.get(at).copied().unwrap_or_default())
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
fn groups<'a>(name: &str, list: &str, member: &str, lists: &[&[u32]]) -> Frame<'a> {
    let of: Vec<u32> = (0_u32..).zip(lists).flat_map(|(at, own)| std::iter::repeat_n(at, own.len())).collect();
    let members: Vec<u32> = lists.concat();
    Frame::new(name, members.len())
        .number(list, move |at| of.get(at).copied())
        .number(member, move |at| members.get(at).copied())
}

fn decisions(outcome: &Outcome) -> Frame<'_> {
    let decided = &outcome.decisions;
    let mut device = vec![NONE; decided.list.len()];
    for (number, at) in (0_u32..).zip(&decided.of_device) {
        if let Some(slot) = device.get_mut(*at as usize) {
            *slot = number;
        }
    }
    let get = |at: usize| decided.list.get(at);
    Frame::new("decisions", decided.list.len())
        .number("device", move |at| some(device.get(at)))
        .text("device_key", move |at| get(at).map_or("", |d| &d.key))
        .text("serial", move |at| get(at).map_or("", |d| &d.serial))
        .word("intent", Disposition::WORDS, move |at| get(at)?.purpose.map(|word| word as usize))
        .word("status", Status::WORDS, move |at| get(at).map(|d| d.status as usize))
        .text("assignee", move |at| get(at).map_or("", |d| &d.assignee))
        .text("note", move |at| get(at).map_or("", |d| &d.note))
        .text("decided_by", move |at| get(at).map_or("", |d| &d.declined.by))
        .time("until", move |at| get(at)?.declined.until)
        .number("row", move |at| get(at).map(|d| d.row))
}
