//! Decisions: for one device what becomes of it, how far its plan is, who does it, and a note.
//!
//! A decision that cannot be understood ends the run: passed over, it would let a device go that somebody wanted to keep.
//! One for a device that the exports do not have is a remark, since devices go once their plans are done.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::answers::Answers;
use super::declined::Declined;
use super::ids::as_compared;
use super::lines::Lines;
use super::packages::{self, Membership, PackageDecision};
use crate::error::Problem;
use crate::formats::values::{self, Cell};
use crate::ids::{By, ByDevice, DecisionId, DeviceId, PackageDecisionId};
use crate::notice::{Code, Notice};
use crate::schema::{Disposition, Status};
use crate::table::DeviceTable;

/// Columns of a decisions file. At least one of the first three is needed; a line with the third alone is about a package. The
/// last one finds no device, for names are borne by several; it must not speak against the serial number beside it.
pub const COLUMNS: [&str; 10] = [
    "device_key",
    "serial",
    "suggestion_id",
    "intent",
    "status",
    "assignee",
    "note",
    "decided_by",
    "until",
    "device_name",
];
/// Columns that say what is decided.
pub const DECIDING: [&str; 6] = ["intent", "status", "assignee", "note", "decided_by", "until"];

/// Place of the column that finds no device.
const NAME: usize = 9;

/// What was decided for one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Key of the device, or nothing.
    pub key: String,
    /// Serial number, as compared, or nothing.
    pub serial: String,
    /// What becomes of it, where that differs from the rest.
    pub purpose: Option<Disposition>,
    /// How far its plan is.
    pub status: Status,
    /// Who does it.
    pub assignee: String,
    /// Anything else.
    pub note: String,
    /// Who declined it, and until when.
    pub declined: Declined,
    /// Row in the file, from 1.
    pub row: u32,
}

/// All decisions, and the devices that they are about.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// The file, as reports name it; empty where none was given.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    pub(super) list: By<DecisionId, Decision>,
    /// Problems know where each decision stands.
    lines: Lines<10>,
    /// Line of each decision; none has that of one that is carried on.
    pub(super) line_of: By<DecisionId, usize>,
    /// By device: the decision about it, or none. Empty where nothing was decided.
    pub(super) of_device: ByDevice<DecisionId>,
    /// Decisions about packages.
    pub(super) packages: By<PackageDecisionId, PackageDecision>,
    /// The same of an earlier run.
    pub(super) carried_packages: Vec<PackageDecision>,
    /// By device: the decision about its package, or none. Empty where there is none.
    pub(super) of_package: ByDevice<PackageDecisionId>,
    /// Package of each device when the file was written: key, serial number, package.
    pub(super) written: Vec<[String; 3]>,
    members: Membership,
    /// Devices of which it is not clear whether a decision is about them, or holds still.
    waiting: BTreeSet<DeviceId>,
    /// What was written down of steps and batches.
    pub answers: Answers,
}

/// One entry of a YAML file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    device_key: String,
    #[serde(default)]
    serial: String,
    #[serde(default)]
    suggestion_id: String,
    #[serde(default)]
    intent: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    assignee: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    decided_by: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    device_name: String,
}

/// Reads a decisions file in YAML: a list of entries.
///
/// # Errors
/// What the YAML reader says.
pub fn in_yaml(file: &str, text: &str) -> Result<Lines<10>, Vec<Problem>> {
    let entries: Vec<Entry> = crate::yaml::from_str(text).map_err(|error| {
        let place = error.location().map_or_else(String::new, |l| format!("line {}", l.line()));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        let help = format!("write a list of entries with {}", COLUMNS.join(", "));
        vec![Problem { file: file.into(), place, message, help }]
    })?;
    let mut lines = Lines::of_file(file);
    for (row, entry) in (1..).zip(entries) {
        let Entry { device_key, serial, suggestion_id, intent, status, assignee, note, decided_by, until, device_name } =
            entry;
        let cells = [device_key, serial, suggestion_id, intent, status, assignee, note, decided_by, until, device_name];
        for (column, cell) in lines.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
        lines.row.push(row);
        lines.table.push(0);
    }
    Ok(lines)
}

impl Decision {
    /// Whether it says what becomes of the device. A line that only says who does it, or notes something, decides nothing.
    fn decides(&self) -> bool {
        self.status != Status::Open || self.purpose.is_some()
    }

    /// Both together, unless they say different things. A status that is still open says nothing.
    fn and(&self, other: &Self) -> Option<Self> {
        let text = |a: &String, b: &String| match (a.as_str(), b.as_str()) {
            ("", own) | (own, "") => Some(own.to_string()),
            (a, b) => (a == b).then(|| a.to_string()),
        };
        Some(Self {
            purpose: match (self.purpose, other.purpose) {
                (own, None) | (None, own) => own,
                (own, other) => Some(own).filter(|own| *own == other)?,
            },
            status: match (self.status, other.status) {
                (Status::Open, own) | (own, Status::Open) => own,
                (own, other) => Some(own).filter(|own| *own == other)?,
            },
            assignee: text(&self.assignee, &other.assignee)?,
            note: text(&self.note, &other.note)?,
            declined: self.declined.and(&other.declined)?,
            ..self.clone()
        })
    }
}

impl Decisions {
    /// Understands the lines of a file.
    ///
    /// # Errors
    /// Every word that is not known, and every line that names neither a device nor a package.
    pub fn new(file: &str, sha256: &str, lines: Lines<10>) -> Result<Self, Vec<Problem>> {
        let mut decisions = Self { file: file.into(), sha256: sha256.into(), ..Self::default() };
        let mut problems = Vec::new();
        for at in 0..lines.row.len() {
            if let Err(problem) = decisions.take(&lines, at) {
                problems.push(problem);
            }
        }
        decisions.lines = lines;
        if problems.is_empty() { Ok(decisions) } else { Err(problems) }
    }

    /// Takes in one line.
    fn take(&mut self, lines: &Lines<10>, at: usize) -> Result<(), Problem> {
        let [key, serial, package, intent, status, assignee, note, by] =
            [0, 1, 2, 3, 4, 5, 6, 7].map(|column| lines.cell(at, column));
        let row = lines.row.get(at).copied().unwrap_or_default();
        let key = &as_compared(key);
        let key = key.as_str();
        let of_device = !key.is_empty() || !serial.is_empty();
        if of_device && !package.is_empty() {
            self.written.push([key, serial, package].map(str::to_string));
        }
        let undecided = status.is_empty() || status == Status::Open.as_str();
        if undecided && [intent, assignee, note].iter().all(|cell| cell.is_empty()) {
            return Ok(());
        }
        let refuse = |column: Option<usize>, message: String, help: &str| Err(lines.problem(at, column, message, help));
        let purpose = lines.word(at, 3, (Disposition::parse, Disposition::WORDS), "intent")?;
        let status = lines.word(at, 4, (Status::parse, Status::WORDS), "status")?.unwrap_or(Status::Open);
        let declined = Declined { by: by.into(), until: lines.day(at, 8)? };
        if !of_device {
            if package.is_empty() {
                let help = "give its `device_key` or its `serial`";
                return refuse(None, "a decision names no device".into(), help);
            }
            if purpose.is_some() {
                return refuse(
                    Some(3),
                    "an intent is decided for a package".into(),
                    "decide it for each of its devices",
                );
            }
            return self.take_package(
                lines,
                at,
                PackageDecision {
                    id: package.into(),
                    status,
                    assignee: assignee.into(),
                    declined,
                    row,
                    devices: Vec::new(),
                },
            );
        }
        let serial = match values::serial(serial) {
            Cell::Value(serial) => serial.into_owned(),
            Cell::Nothing => String::new(),
            Cell::Placeholder | Cell::Unreadable => {
                let message = format!("`{serial}` is no serial number of one device");
                return refuse(Some(1), message, "give its `device_key`");
            }
        };
        let (key, assignee, note) = (key.into(), assignee.into(), note.into());
        self.list.push(Decision { key, serial, purpose, status, assignee, note, declined, row });
        self.line_of.push(at);
        Ok(())
    }

    /// Takes in a line about a package; two of one package must agree.
    fn take_package(&mut self, lines: &Lines<10>, at: usize, own: PackageDecision) -> Result<(), Problem> {
        match self.packages.iter().find(|known| known.id == own.id) {
            None => self.packages.push(own),
            Some(first) if (first.status, &first.assignee) == (own.status, &own.assignee) => {}
            Some(first) => {
                let message = format!("decides otherwise of `{}` than row {}", own.id, first.row);
                return Err(lines.problem(at, Some(2), message, "keep one decision for each package"));
            }
        }
        Ok(())
    }

    /// Gives what was decided for packages to their devices: `packages` are those of this run, by id.
    pub fn spread(&mut self, packages: &[(&str, &[DeviceId])], devices: u32) -> Vec<Notice> {
        let notices = packages::spread(&self.file, &mut self.packages, &self.members, packages);
        self.join_packages(devices);
        notices
    }

    /// Has a device wait: something was decided that may be about it, or may not hold any more.
    pub fn wait(&mut self, device: DeviceId) {
        self.waiting.insert(device);
    }

    /// The devices that wait, and of which nothing else was decided.
    #[must_use]
    pub fn waiting(&self) -> Vec<DeviceId> {
        self.waiting.iter().copied().filter(|device| self.waits(*device)).collect()
    }

    /// Whether nothing may be taken away from a device until somebody decides again.
    #[must_use]
    pub fn waits(&self, device: DeviceId) -> bool {
        self.waiting.contains(&device) && !self.of(device).is_some_and(Decision::decides)
    }

    /// Whether something was decided for packages.
    #[must_use]
    pub const fn speaks_of_packages(&self) -> bool {
        !self.packages.is_empty() || !self.carried_packages.is_empty()
    }

    /// How far a device is: what was decided for it, else for its package.
    #[must_use]
    pub fn status(&self, device: DeviceId) -> Status {
        let own = self.of(device).map(|own| own.status).filter(|status| *status != Status::Open);
        let of_package = || self.of_package.given(device).map(|at| self.packages.get(at).status);
        own.or_else(of_package).unwrap_or(Status::Open)
    }

    /// Finds the devices. One that the exports do not have is a remark.
    ///
    /// # Errors
    /// A serial number that several devices bear, a key and a serial number of two devices, a serial number of one device beside
    /// the name of another, a device that stands twice.
    pub fn find(&mut self, devices: &DeviceTable) -> Result<Vec<Notice>, Vec<Problem>> {
        self.members = self.membership(devices);
        if self.list.is_empty() {
            return Ok(Vec::new());
        }
        let by_serial = bearers(self.list.iter().map(|d| d.serial.as_str()), devices);
        let by_key = holders(self.list.iter().map(|d| d.key.as_str()), devices);
        let names = Bearers::new(self.line_of.iter().map(|line| self.lines.cell(*line, NAME)), devices);
        let named = |device| match devices.name.get(device) {
            "" => format!("`{}`", devices.key.get(device)),
            name => format!("`{name}`"),
        };
        let mut of_device = devices.key.beside(DecisionId::NONE);
        let mut settled: BTreeMap<DeviceId, Decision> = BTreeMap::new();
        let (mut notices, mut problems) = (Vec::new(), Vec::new());
        for ((at, decision), line) in self.list.numbered().zip(&self.line_of) {
            let mut refuse = |message: String, help: &str| {
                problems.push(self.lines.problem(*line, None, message, help));
            };
            let bearers = by_serial.get(decision.serial.as_str()).map_or(&[][..], Vec::as_slice);
            let by_key = by_key.get(decision.key.as_str()).copied().flatten();
            let device = match (by_key, bearers) {
                (Some(device), _)
                    if decision.serial.is_empty() || devices.serial.compared(device) == decision.serial =>
                {
                    device
                }
                (Some(_), _) => {
                    refuse(
                        format!("`{}` is not the serial number of `{}`", decision.serial, decision.key),
                        "leave one of them out",
                    );
                    continue;
                }
                (None, _) if !decision.key.is_empty() => {
                    notices.push(self.stranger(decision, &decision.key));
                    continue;
                }
                (None, [one]) => *one,
                (None, []) => {
                    notices.push(self.stranger(decision, &decision.serial));
                    continue;
                }
                (None, _) => {
                    refuse(
                        format!("several devices bear the serial number `{}`", decision.serial),
                        "give the `device_key`",
                    );
                    continue;
                }
            };
            let name = self.lines.cell(*line, NAME);
            if let Some(other) = names.another(name, device) {
                let by_serial = decision.key.is_empty();
                let (id, what) = if by_serial { (&decision.serial, "serial number") } else { (&decision.key, "key") };
                let of = named(device);
                refuse(
                    format!("`{id}` is the {what} of {of}, and `{name}` the name of {other}"),
                    "mend the one that is wrong",
                );
                continue;
            }
            match settled.get(&device) {
                None => {
                    *of_device.get_mut(device) = at;
                    settled.insert(device, decision.clone());
                }
                // A task sheet has a row for each finding of a device; what they say together must agree.
                Some(first) => {
                    if let Some(both) = first.and(decision) {
                        settled.insert(device, both);
                    } else {
                        let named = if decision.key.is_empty() { &decision.serial } else { &decision.key };
                        let message = format!("decides otherwise of `{named}` than row {}", first.row);
                        refuse(message, "keep one decision for each device");
                    }
                }
            }
        }
        for (device, decision) in settled {
            *self.list.get_mut(*of_device.get(device)) = decision;
        }
        self.of_device = of_device;
        if problems.is_empty() { Ok(notices) } else { Err(problems) }
    }

    /// Has devices wait of which nothing was decided but a note that by `keeps` asks to keep them.
    pub fn heed_notes(&mut self, keeps: &dyn Fn(&str) -> bool) -> Vec<Notice> {
        let own = self.of_device.numbered().filter(|(_, at)| **at != DecisionId::NONE);
        let own = own.map(|(device, at)| (device, self.list.get(*at)));
        let kept: Vec<(DeviceId, u32, String)> = own
            .filter(|(_, decision)| !decision.decides() && keeps(&decision.note))
            .map(|(device, decision)| (device, decision.row, decision.note.clone()))
            .collect();
        let heed = |(device, row, note): (DeviceId, u32, String)| {
            self.waiting.insert(device);
            let message = format!(
                "its note asks to keep the device (`{note}`) and its status is open: nothing is taken from it until a status or an \
                 intent says what becomes of it"
            );
            Notice::new(Code::DecisionInDoubt, self.file.clone(), message).at_row(row.into())
        };
        kept.into_iter().map(heed).collect()
    }

    /// The packages of the devices that the file names, as they were when it was written.
    fn membership(&self, devices: &DeviceTable) -> Membership {
        let by_key = holders(self.written.iter().map(|[key, ..]| key.as_str()), devices);
        let compared = |serial: &str| match values::serial(serial) {
            Cell::Value(serial) => serial.into_owned(),
            _ => String::new(),
        };
        let serials: Vec<String> = self.written.iter().map(|[_, serial, _]| compared(serial)).collect();
        let by_serial = bearers(serials.iter().map(String::as_str), devices);
        let device = |[key, ..]: &[String; 3], serial: &String| match by_key.get(key.as_str()).copied().flatten() {
            Some(device) => Some(device),
            None if !key.is_empty() => None,
            None => match by_serial.get(serial.as_str()).map(Vec::as_slice) {
                Some([one]) => Some(*one),
                _ => None,
            },
        };
        let lines = self.written.iter().zip(&serials);
        let of = lines.filter_map(|(line, serial)| Some((device(line, serial)?, line.last()?.clone()))).collect();
        Membership { of, is_said: !self.written.is_empty() }
    }

    /// Which devices were declared lost one by one: these are planned whether a rule flags them or not.
    #[must_use]
    pub fn declared_lost(&self, devices: &DeviceTable) -> ByDevice<bool> {
        let lost = |device| {
            self.of(device).is_some_and(|own| own.purpose == Some(Disposition::Lost))
                && self.status(device) != Status::Declined
        };
        if self.list.is_empty() { devices.key.beside(false) } else { devices.numbers().map(lost).collect() }
    }

    /// Remarks on intents that change nothing, since no finding is planned for the device: `planned` says which are.
    #[must_use]
    pub fn without_plan(&self, planned: impl Fn(DeviceId) -> bool) -> Vec<Notice> {
        let waits = |status| matches!(status, Status::Open | Status::InProgress);
        let one = |(device, at): (DeviceId, &DecisionId)| {
            let own = self.list.find(*at).filter(|_| !planned(device))?;
            let purpose = own.purpose.filter(|_| waits(self.status(device)))?;
            let named = if own.key.is_empty() { &own.serial } else { &own.key };
            let message = format!(
                "`{named}` has no open finding, so nothing is planned for it; the intent `{}` was not used",
                purpose.as_str()
            );
            Some(Notice::new(Code::DecisionUnused, self.file.clone(), message).at_row(own.row.into()))
        };
        self.of_device.numbered().filter_map(one).collect()
    }

    fn stranger(&self, decision: &Decision, named: &str) -> Notice {
        let message = format!("no device is `{named}`: it is gone, or its key has changed; the decision was not used");
        Notice::new(Code::DecisionUnused, self.file.clone(), message).at_row(decision.row.into())
    }

    /// The decisions, by device the one about it, and those about packages.
    #[must_use]
    pub fn into_lists(
        self,
    ) -> (By<DecisionId, Decision>, ByDevice<DecisionId>, By<PackageDecisionId, PackageDecision>) {
        (self.list, self.of_device, self.packages)
    }

    /// What was decided for a device.
    #[must_use]
    pub fn of(&self, device: DeviceId) -> Option<&Decision> {
        self.of_device.given(device).map(|at| self.list.get(at))
    }
}

/// The device of each key that is named, where there is one.
fn holders<'k>(keys: impl Iterator<Item = &'k str>, devices: &DeviceTable) -> BTreeMap<&'k str, Option<DeviceId>> {
    let mut holders: BTreeMap<&str, Option<DeviceId>> =
        keys.filter(|key| !key.is_empty()).map(|key| (key, None)).collect();
    for (device, key) in devices.key.numbered() {
        if let Some(slot) = holders.get_mut(key.as_str()) {
            *slot = Some(device);
        }
    }
    holders
}

/// The devices that bear each of the names that are given.
struct Bearers<'a> {
    devices: &'a DeviceTable,
    of: BTreeMap<String, Vec<DeviceId>>,
}

impl<'a> Bearers<'a> {
    fn new<'n>(names: impl Iterator<Item = &'n str>, devices: &'a DeviceTable) -> Self {
        let mut of: BTreeMap<String, Vec<DeviceId>> =
            names.filter(|name| !name.is_empty()).map(|name| (name.to_lowercase(), Vec::new())).collect();
        if !of.is_empty() {
            for device in devices.numbers() {
                if let Some(list) = of.get_mut(&devices.name.get(device).to_lowercase()) {
                    list.push(device);
                }
            }
        }
        Self { devices, of }
    }

    /// The key of a device that bears a name which this one does not. A name that nobody bears is an old one.
    fn another(&self, name: &str, device: DeviceId) -> Option<String> {
        let bearers = self.of.get(&name.to_lowercase())?;
        let other = bearers.iter().find(|_| !bearers.contains(&device))?;
        Some(format!("`{}`", self.devices.key.get(*other)))
    }
}

/// The devices that bear each of the serial numbers that are named.
fn bearers<'k>(serials: impl Iterator<Item = &'k str>, devices: &DeviceTable) -> BTreeMap<&'k str, Vec<DeviceId>> {
    let named = serials.filter(|serial| !serial.is_empty());
    let mut bearers: BTreeMap<&str, Vec<DeviceId>> = named.map(|serial| (serial, Vec::new())).collect();
    for device in devices.numbers() {
        if let Some(list) = bearers.get_mut(devices.serial.compared(device)) {
            list.push(device);
        }
    }
    bearers
}

#[cfg(test)]
mod tests;
