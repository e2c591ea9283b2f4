//! Commands for those who want them: a file for each step of each batch, and a list of what is left to do by hand.
//!
//! Nothing here is run by this program. A file holds ids and texts of playbooks, never a name or any other text of an
//! export; it does nothing unless told to, and refuses when its ids are not those that it was written with.

mod command_file;
#[cfg(test)]
mod permissions;
mod powershell;
mod quote;
mod shell;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::folder::Folder;
use super::render::csv;
use super::view::{self, Index, Output};
use crate::console::Console;
use crate::error::Result;
use crate::ids::{BatchId, DeviceId, ExportId, StepId};
use crate::outcome::Outcome;
use crate::plan::{Command, Entry, Phase, Planned, Tool};
use crate::schema::Status;
use crate::time::{DAY, day, rfc3339};

use command_file::CommandFile;

const README: &str = include_str!("readme.txt");

/// Columns of the list of files.
const INDEX: &[&str] =
    &["file", "suggestion_id", "batch", "phase", "step", "objects", "not_before", "irreversible", "wipes"];

/// Columns of the list of what no file does.
const BY_HAND: &[&str] =
    &["suggestion_id", "batch", "phase", "step", "console", "object_id", "device_key", "not_before", "reason"];

/// A file of commands, as the list of files shows it.
struct Listed<'a> {
    file: String,
    package: &'a str,
    batch: BatchId,
    entry: &'a Entry,
    objects: usize,
    not_before: String,
}

/// A step that no file does.
struct ByHand<'a> {
    package: &'a str,
    batch: BatchId,
    entry: &'a Entry,
    step: StepId,
    reason: &'static str,
}

/// Writes `commands/`.
pub(super) fn write(outcome: &Outcome, index: &Index, folder: &Folder) -> Result<Vec<Output>> {
    let mut listed = Vec::new();
    let mut by_hand = Vec::new();
    for (number, package) in outcome.packages.list.numbered() {
        let batches = outcome.schedule.batches.numbered().filter(|(_, batch)| batch.package == number);
        let order: Vec<&Entry> =
            index.work(outcome, number).entries(outcome).into_iter().map(|(entry, _)| entry).collect();
        for (batch, members) in batches {
            let approved = outcome.decisions.approved(index.digest(outcome, batch));
            let approval = approved
                .map_or_else(|| "not approved".to_string(), |approved| format!("approved on {}", day(approved.on)));
            let group = Group { approval: &approval, outcome, package: &package.id, batch, order: &order };
            let steps = group.steps(index, &members.devices);
            group.write(&steps, folder, &mut listed, &mut by_hand)?;
        }
    }
    folder.text("commands/README.txt", README)?;
    Ok(vec![list(&listed, folder)?, left(outcome, &by_hand, folder)?])
}

/// One batch of one package.
struct Group<'a, 'o> {
    outcome: &'a Outcome,
    package: &'a str,
    batch: BatchId,
    /// What is known of its approval. No name is said: a file of commands holds no text that somebody typed.
    approval: &'o str,
    order: &'o [&'a Entry],
}

/// Steps, by the place of their entry in the order of the package.
type Ordered = BTreeMap<usize, Vec<StepId>>;

impl<'a> Group<'a, '_> {
    /// The steps of the devices. What somebody says is done is left out.
    fn steps(&self, index: &Index, devices: &[DeviceId]) -> Ordered {
        let mut ordered = Ordered::new();
        for device in devices {
            if view::status(self.outcome, *device) == Status::Done {
                continue;
            }
            for (at, step) in index.numbered_plan(self.outcome, *device) {
                if self.outcome.decisions.done(at).is_some() {
                    continue;
                }
                let entry = self.outcome.entry(step);
                if let Some(place) = self.order.iter().position(|known| *known == entry) {
                    ordered.entry(place).or_default().push(at);
                }
            }
        }
        ordered
    }

    fn write(
        &self,
        steps: &Ordered,
        folder: &Folder,
        listed: &mut Vec<Listed<'a>>,
        by_hand: &mut Vec<ByHand<'a>>,
    ) -> Result<()> {
        for (place, own) in steps {
            let Some(entry) = self.order.get(*place).copied() else { continue };
            // The list, the check and the talk with people have no object in a console.
            if entry.console.is_none() {
                continue;
            }
            let mut leave = |step: StepId, reason: &'static str| {
                by_hand.push(ByHand { package: self.package, batch: self.batch, entry, step, reason });
            };
            let Some(command) = &entry.command else {
                for step in own {
                    leave(*step, "there is no command for this step");
                }
                continue;
            };
            let (mut ids, mut times, mut known, mut latest) = (Vec::new(), Vec::new(), BTreeSet::new(), i64::MIN);
            for at in own {
                match id(self.outcome, self.outcome.steps.get(*at), command) {
                    Some(id) if known.insert(id.clone()) => {
                        ids.push(id);
                        times.push(self.seen(*at));
                        latest = latest.max(self.outcome.schedule.earliest(*at));
                    }
                    Some(_) => {}
                    None => leave(*at, "the exports do not have an id that a command could use"),
                }
            }
            if ids.is_empty() {
                continue;
            }
            let not_before = day(latest);
            let sheet = CommandFile {
                package: self.package,
                batch: self.batch.ordinal(),
                approval: self.approval,
                entry,
                command,
                ids: &ids,
                seen: &times,
                not_before: &not_before,
            };
            let (text, ending) = script(&sheet);
            let file = format!(
                "commands/{}/{}-{}.{:02}-{}.batch-{:03}.{ending}",
                self.package,
                entry.phase as u8 + 1,
                entry.phase,
                place + 1,
                entry.slug,
                self.batch.ordinal(),
            );
            folder.text(&file, &text)?;
            let objects = ids.len();
            listed.push(Listed { file, package: self.package, batch: self.batch, entry, objects, not_before });
        }
        Ok(())
    }
}

impl Group<'_, '_> {
    /// When the object of a step was last seen in its own export, and a day; where the export does not say, when it last saw
    /// anything. A newer list of another console says nothing about this one.
    fn seen(&self, step: StepId) -> String {
        let outcome = self.outcome;
        let record = outcome.steps.get(step).object.map(|record| outcome.records.locate(record));
        let of_export = |number: ExportId| {
            let (label, console) = outcome.records.exports.get(number);
            outcome.sources.iter().find(|own| own.export == *label && own.console == *console)?.newest_signal
        };
        let own = record.and_then(|(columns, line)| {
            columns.last_seen.get(line).or_else(|| of_export(*columns.export.get(line))).map(|seen| seen + DAY)
        });
        rfc3339(own.unwrap_or(outcome.as_of.millis))
    }
}

/// The script for a tool, and the ending of its file.
fn script(sheet: &CommandFile) -> (String, &'static str) {
    match sheet.command.tool {
        Tool::Graph | Tool::Ad | Tool::Defender => (powershell::script(sheet), "ps1"),
        Tool::Gam => (shell::script(sheet), "sh"),
    }
}

/// The id of the object of a step, if a command may use it.
fn id(outcome: &Outcome, step: &Planned, command: &Command) -> Option<String> {
    if let Some(record) = step.object {
        let (columns, line) = outcome.records.locate(record);
        // Lists without ids of their own show the serial number in their place; that names no object.
        let (id, serial) = (columns.native_id.compared(line), columns.serial.compared(line));
        if id.is_empty() || id.eq_ignore_ascii_case(serial) {
            return None;
        }
        // A spelling that the command does not take, as a GUID in braces, goes in as it is compared.
        let written = Some(columns.native_id.get(line)).filter(|id| command.id.fits(id));
        return written.or(Some(id).filter(|id| command.id.fits(id))).map(str::to_string);
    }
    Some(outcome.object_of(step).into_owned()).filter(|id| command.id.fits(id))
}

fn list(listed: &[Listed], folder: &Folder) -> Result<Output> {
    let header: Vec<String> = INDEX.iter().map(ToString::to_string).collect();
    folder.file("commands/index.csv", |out| {
        csv::write(out, &header, listed.len(), |at, line| {
            let Some(one) = listed.get(at) else { return };
            line.text(&one.file);
            line.text(one.package);
            line.maybe(Some(one.batch.ordinal().into()));
            line.word(one.entry.phase.as_str());
            line.text(&one.entry.slug);
            line.maybe(i64::try_from(one.objects).ok());
            line.word(&one.not_before);
            line.flag(one.entry.irreversible);
            line.flag(one.entry.wipes);
        })
    })?;
    Ok(Output { file: "commands/index.csv".into(), rows: listed.len(), meaning: "files of commands" })
}

fn left(outcome: &Outcome, by_hand: &[ByHand], folder: &Folder) -> Result<Output> {
    let header: Vec<String> = BY_HAND.iter().map(ToString::to_string).collect();
    folder.file("commands/by-hand.csv", |out| {
        csv::write(out, &header, by_hand.len(), |at, line| {
            let Some(one) = by_hand.get(at) else { return };
            let step = outcome.steps.get(one.step);
            line.text(one.package);
            line.maybe(Some(one.batch.ordinal().into()));
            line.word(one.entry.phase.as_str());
            line.text(&one.entry.slug);
            line.word(one.entry.console.map_or("", Console::as_str));
            line.text(&outcome.object_of(step));
            line.text(outcome.devices.key.get(step.device));
            line.word(&day(outcome.schedule.earliest(one.step)));
            line.word(one.reason);
        })
    })?;
    let meaning = "steps that no file of commands does";
    Ok(Output { file: "commands/by-hand.csv".into(), rows: by_hand.len(), meaning })
}

/// Phases are numbered in file names so that they sort as they are done.
const _: () = assert!(Phase::Prepare as u8 == 0 && Phase::Verify as u8 == 3);
