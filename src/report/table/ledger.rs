//! `ledger`: every step on an object that was ever planned in the chain of baselines, and what became of it.

use super::Table;
use super::column::Columns;
use crate::ids::{By, DeviceId, PastId};
use crate::outcome::{Ledger, LedgerLine, LedgerState, Past};
use crate::report::view::Run;
use crate::table::DeviceTable;

/// A step on an object.
pub(super) struct Line<'a> {
    run: Run<'a>,
    own: &'a LedgerLine,
}

impl<'a> Line<'a> {
    fn ledger(&self) -> &'a Ledger {
        &self.run.outcome.ledger
    }

    /// What is known of the device now, else what was last known of it.
    fn device(
        &self,
        now: impl Fn(&'a DeviceTable, DeviceId) -> &'a str,
        past: impl Fn(&'a Past) -> &'a By<PastId, String>,
    ) -> &'a str {
        let outcome = self.run.outcome;
        match self.own.device.some() {
            Some(device) => now(&outcome.devices, device),
            None => past(&outcome.since.past).get(self.own.past),
        }
    }
}

pub(super) fn columns<'a>() -> Columns<'a, Line<'a>> {
    Columns::new()
        .console("console", "console of the object", |r: &Line<'_>| Some(r.own.console))
        .shown("Console", 14)
        .text("object_id", "its id as the console writes it", |r| &r.own.object)
        .shown("Object", 36)
        .text("device_key", "key of the device, of one that is gone the last that it had", |r| {
            r.device(|own, at| own.key.get(at), |past| &past.key)
        })
        .shown("Device key", 26)
        .text("device_name", "name of the device", |r| r.device(|own, at| own.name.get(at), |past| &past.name))
        .shown("Device", 24)
        .text("serial", "serial number as its console writes it", |r| {
            r.device(|own, at| own.serial.get(at), |past| &past.serial_written)
        })
        .shown("Serial", 18)
        .word("step", "slug of the step", |r| r.ledger().text(r.own.step))
        .shown("Step", 26)
        .word("suggestion_id", "package that last asked for it", |r| r.ledger().text(r.own.package))
        .shown("Package", 34)
        .day("planned_on", "as-of of the first run that asked for it", |r| Some(r.own.planned_on))
        .shown("Planned on", 12)
        .day("claimed_on", "day on which it is said to have been done", |r| r.own.claimed_on)
        .shown("Claimed on", 12)
        .text("claimed_by", "who says so", |r| r.ledger().text(r.own.claimed_by))
        .shown("Claimed by", 18)
        .word("state", "what became of it", |r| r.own.state.as_str())
        .one_of(LedgerState::WORDS)
        .shown("State", 13)
        .day("settled_on", "day that the export that settled it reaches: its newest activity, else as-of", |r| {
            r.own.settled_on
        })
        .shown("Settled on", 12)
        .text("settled_by", "the exports that show it, each with its SHA-256", |r| r.ledger().text(r.own.settled_by))
        .shown("Settled by", 48)
        .prose()
        .text("note", "what else is to be said", |r| r.ledger().text(r.own.note))
        .shown("Note", 48)
        .prose()
}

pub(in crate::report) fn table(run: Run<'_>) -> Table<'_> {
    let lines = &run.outcome.ledger.lines;
    let line = move |at: usize| Some(Line { run, own: lines.get(at)? });
    let meaning = "every step on an object that was ever planned, and what became of it";
    Table::new(("ledger", meaning), columns(), lines.len(), line)
}
