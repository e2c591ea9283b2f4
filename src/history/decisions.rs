//! Decisions: for one device what becomes of it, how far its plan is, who does it, and a note.
//!
//! A decision that cannot be understood ends the run: passed over, it would let a device go that somebody wanted to keep.
//! One for a device that the exports do not have is a remark, since devices go once their plans are done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::formats::values::{self, Cell};
use crate::identity::NONE;
use crate::notice::{Code, Notice};
use crate::schema::{Disposition, Status, nearest};
use crate::table::DeviceTable;

/// Columns of a decisions file. At least one of the first two is needed.
pub const COLUMNS: [&str; 6] = ["device_key", "serial", "intent", "status", "assignee", "note"];

/// A decisions file as text, column by column.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The cells, in the order of [`COLUMNS`]; blank where there is none.
    pub columns: [Vec<String>; 6],
    /// Row of each line, from 1.
    pub row: Vec<u32>,
}

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
    list: Vec<Decision>,
    /// By device: position in the list, or [`NONE`]. Empty where nothing was decided.
    of_device: Vec<u32>,
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
    intent: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    assignee: String,
    #[serde(default)]
    note: String,
}

/// Reads a decisions file in YAML: a list of entries.
///
/// # Errors
/// What the YAML reader says.
pub fn in_yaml(file: &str, text: &str) -> Result<Lines, Vec<Problem>> {
    let entries: Vec<Entry> = crate::yaml::from_str(text).map_err(|error| {
        let place = error.location().map_or_else(String::new, |l| format!("line {}", l.line()));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        let help = format!("write a list of entries with {}", COLUMNS.join(", "));
        vec![Problem { file: file.into(), place, message, help }]
    })?;
    let mut lines = Lines::default();
    for (row, entry) in (1..).zip(entries) {
        let cells = [entry.device_key, entry.serial, entry.intent, entry.status, entry.assignee, entry.note];
        for (column, cell) in lines.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
        lines.row.push(row);
    }
    Ok(lines)
}

impl Decision {
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
            ..self.clone()
        })
    }
}

impl Decisions {
    /// Understands the lines of a file.
    ///
    /// # Errors
    /// Every word that is not known, and every line that names no device.
    pub fn new(file: &str, sha256: &str, lines: &Lines) -> Result<Self, Vec<Problem>> {
        let mut list = Vec::with_capacity(lines.row.len());
        let mut problems = Vec::new();
        for (at, row) in lines.row.iter().enumerate() {
            let cell = |column: usize| lines.columns.get(column).and_then(|c| c.get(at)).map_or("", |c| c.trim());
            let mut refuse = |message: String, help: String| {
                problems.push(Problem { file: file.into(), place: format!("row {row}"), message, help });
            };
            let [key, serial, intent, status, assignee, note] = [0, 1, 2, 3, 4, 5].map(cell);
            let undecided = status.is_empty() || status == Status::Open.as_str();
            if undecided && [intent, assignee, note].iter().all(|c| c.is_empty()) {
                continue;
            }
            if key.is_empty() && serial.is_empty() {
                refuse("a decision names no device".into(), "give its `device_key` or its `serial`".into());
                continue;
            }
            let purpose = word(intent, Disposition::parse, Disposition::WORDS, "intent", &mut refuse);
            let status = word(status, Status::parse, Status::WORDS, "status", &mut refuse);
            let serial = match values::serial(serial) {
                Cell::Value(serial) => serial.into_owned(),
                Cell::Nothing => String::new(),
                Cell::Placeholder | Cell::Unreadable => {
                    refuse(format!("`{serial}` is no serial number of one device"), "give its `device_key`".into());
                    continue;
                }
            };
            list.push(Decision {
                key: key.into(),
                serial,
                purpose,
                status: status.unwrap_or(Status::Open),
                assignee: assignee.into(),
                note: note.into(),
                row: *row,
            });
        }
        let decisions = Self { file: file.into(), sha256: sha256.into(), list, of_device: Vec::new() };
        if problems.is_empty() { Ok(decisions) } else { Err(problems) }
    }

    /// Finds the devices. One that the exports do not have is a remark.
    ///
    /// # Errors
    /// A serial number that several devices bear, a key and a serial number of two devices, a device that stands twice.
    pub fn find(&mut self, devices: &DeviceTable) -> Result<Vec<Notice>, Vec<Problem>> {
        if self.list.is_empty() {
            return Ok(Vec::new());
        }
        let by_serial = self.bearers(devices);
        let by_key = self.holders(devices);
        let mut of_device = vec![NONE; devices.len()];
        let mut settled: BTreeMap<usize, Decision> = BTreeMap::new();
        let (mut notices, mut problems) = (Vec::new(), Vec::new());
        for (at, decision) in (0_u32..).zip(&self.list) {
            let mut refuse = |message: String, help: &str| {
                let place = format!("row {}", decision.row);
                problems.push(Problem { file: self.file.clone(), place, message, help: help.into() });
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
            let Some(slot) = of_device.get_mut(device) else { continue };
            match settled.get(&device) {
                None => {
                    *slot = at;
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
            let at = of_device.get(device).and_then(|at| self.list.get_mut(*at as usize));
            if let Some(slot) = at {
                *slot = decision;
            }
        }
        self.of_device = of_device;
        if problems.is_empty() { Ok(notices) } else { Err(problems) }
    }

    /// The device of each key that decisions name, where there is one.
    fn holders(&self, devices: &DeviceTable) -> BTreeMap<&str, Option<usize>> {
        let named = self.list.iter().filter(|d| !d.key.is_empty());
        let mut holders: BTreeMap<&str, Option<usize>> = named.map(|d| (d.key.as_str(), None)).collect();
        for (device, key) in devices.key.iter().enumerate() {
            if let Some(slot) = holders.get_mut(key.as_str()) {
                *slot = Some(device);
            }
        }
        holders
    }

    /// The devices that bear one of the serial numbers that decisions name.
    fn bearers(&self, devices: &DeviceTable) -> BTreeMap<&str, Vec<usize>> {
        let named = self.list.iter().filter(|d| !d.serial.is_empty());
        let mut bearers: BTreeMap<&str, Vec<usize>> = named.map(|d| (d.serial.as_str(), Vec::new())).collect();
        for device in 0..devices.len() {
            if let Some(list) = bearers.get_mut(devices.serial.compared(device)) {
                list.push(device);
            }
        }
        bearers
    }

    fn stranger(&self, decision: &Decision, named: &str) -> Notice {
        let message = format!("no device is `{named}`: it is gone, or its key has changed; the decision was not used");
        Notice::new(Code::DecisionUnused, self.file.clone(), message).at_row(decision.row.into())
    }

    /// The decisions, and by device the position of the one about it.
    #[must_use]
    pub fn into_lists(self) -> (Vec<Decision>, Vec<u32>) {
        (self.list, self.of_device)
    }

    /// What was decided for a device.
    #[must_use]
    pub fn of(&self, device: usize) -> Option<&Decision> {
        self.list.get(self.of_device.get(device).copied().filter(|at| *at != NONE)? as usize)
    }
}

/// A word of a closed list; a blank is none.
fn word<T>(
    text: &str,
    parse: fn(&str) -> Option<T>,
    known: &'static [&'static str],
    kind: &str,
    refuse: &mut impl FnMut(String, String),
) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    let found = parse(&text.to_lowercase());
    if found.is_none() {
        let help = match nearest(text, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of: {}", known.join(", ")),
        };
        refuse(format!("`{text}` is no {kind}"), help);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Decisions, Vec<Problem>> {
        in_yaml("d.yaml", text).and_then(|lines| Decisions::new("d.yaml", "", &lines))
    }

    fn devices() -> DeviceTable {
        let list = [("entra:1", "ABC1234"), ("serial:Y", "DUP9999"), ("entra:3", "DUP9999"), ("abm:X", "XYZ7777")];
        DeviceTable::of_keys(&list)
    }

    #[test]
    fn a_decision_finds_its_device_by_key_or_by_serial_number() {
        let mut d = read(
            "- {device_key: 'entra:1', intent: reuse, assignee: Ann}\n- {serial: ' xyz7777', status: Declined, note: kept}\n",
        )
        .unwrap();
        assert_eq!(d.find(&devices()).unwrap(), []);
        assert_eq!(d.of(0).map(|d| (d.purpose, d.status)), Some((Some(Disposition::Reuse), Status::Open)));
        assert_eq!(d.of(3).map(|d| (d.purpose, d.status)), Some((None, Status::Declined)));
        assert_eq!((d.of(1), d.of(99)), (None, None));
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        for (text, message, help) in [
            ("- {device_key: 'entra:1', intent: reuze}", "`reuze` is no intent", "did you mean `reuse`?"),
            ("- {serial: ABC1234, status: 17}", "`17` is no status", "use one of: open, in-progress"),
            ("- {serial: ABC1234, status: perhaps}", "`perhaps` is no status", "use one of: open, in-progress"),
            ("- {note: keep it}", "a decision names no device", "give its `device_key`"),
            ("- {serial: 4.57E+11, intent: reuse}", "is no serial number of one device", "give its `device_key`"),
            ("- {serial: ABC1234, intend: reuse}", "unknown field `intend`", "write a list"),
            ("intent: reuse", "invalid type", "write a list"),
        ] {
            let problems = read(text).unwrap_err();
            assert_eq!(problems.len(), 1, "{text}");
            assert!(problems[0].message.contains(message), "{text}: {}", problems[0].message);
            assert!(problems[0].help.starts_with(help), "{text}: {}", problems[0].help);
        }
    }

    #[test]
    fn a_device_has_one_decision() {
        for (text, message) in [
            ("- {serial: DUP9999, intent: reuse}", "several devices bear the serial number `DUP9999`"),
            ("- {device_key: 'entra:1', serial: XYZ7777, intent: reuse}", "is not the serial number of `entra:1`"),
            ("- {device_key: 'entra:1', intent: reuse}\n- {serial: ABC1234, intent: dispose}", "decides otherwise of"),
        ] {
            let problems = read(text).unwrap().find(&devices()).unwrap_err();
            assert_eq!(problems.len(), 1, "{text}");
            assert!(problems[0].message.contains(message), "{text}: {}", problems[0].message);
        }
    }

    #[test]
    fn a_device_that_is_gone_is_a_remark() {
        let mut d = read("- {device_key: 'entra:9', intent: reuse}\n- {serial: GONE1234, intent: reuse}\n").unwrap();
        let notices = d.find(&devices()).unwrap();
        assert_eq!(notices.len(), 2);
        assert!(notices.iter().all(|n| n.code == Code::DecisionUnused && n.export == "d.yaml"));
        assert_eq!((notices[0].row, notices[1].row), (Some(1), Some(2)));
    }

    #[test]
    fn a_line_that_decides_nothing_is_passed_over() {
        let d = read("- {device_key: 'entra:1'}\n- {}\n").unwrap();
        assert!(d.list.is_empty());
    }
}
