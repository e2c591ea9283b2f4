//! The sheets with one line a thing. Each shows columns of a table, in the order in which people read them.

use std::cmp::Reverse;

use rust_xlsxwriter::{DataValidation, Formula, Worksheet, XlsxError};

use super::sheet::{Choices, Column, Looks, PAPER, Plan, fill};
use crate::ids::DeviceId;
use crate::report::selection::Selection;
use crate::report::table::{self, Place, Table};
use crate::report::view::Run;
use crate::schema::{Disposition, Status};

/// Answers that the task sheet offers; the first is that of a task nobody has touched.
pub(super) const STATUSES: &[&str] = Status::WORDS;
/// Lines of the sheet with names of people.
pub(super) const PEOPLE: u32 = 200;

/// Columns of the tasks, those first that people fill in and need on paper.
const TASKS: &[&str] = &[
    "status",
    "assignee",
    "note",
    "severity",
    "device_name",
    "serial",
    "platform",
    "problems",
    "last_activity",
    "days_inactive",
    "intent",
    "decided_by",
    "until",
    "primary_user",
    REST,
    "device_key",
];

/// Stands for every column of the table that is not named.
const REST: &str = "…";

/// Sheets in their order: name, table, columns, and how many of these stay in view. The first columns are also those that
/// are printed: as many as fit a sheet of paper.
const SHEETS: &[(&str, &str, &[&str], u16)] = &[
    (
        "Packages",
        "packages",
        &[
            "suggestion_id",
            "title",
            "severity",
            "devices",
            "summary",
            "status",
            "assignee",
            "decided_by",
            "until",
            REST,
        ],
        1,
    ),
    (
        "Steps",
        "plan",
        &[
            "device_name",
            "position",
            "console",
            "action",
            "object_id",
            "irreversible",
            "wipes",
            "not_before",
            "done_on",
            "done_by",
            "serial",
            "step",
            "batch",
            "guide",
            "suggestion_id",
            "device_key",
        ],
        1,
    ),
    ("Guide", "guide", &["guide", "console", "action", "condition", "role", "irreversible", "wipes", "step", "why"], 1),
    ("Batches", "batches", &["batch", "approved_by", "approved_on", REST], 1),
    (
        "Devices",
        "devices",
        &[
            "name",
            "serial",
            "platform",
            "highest_severity",
            "findings",
            "last_activity",
            "days_inactive",
            "activity",
            "primary_user",
            "model",
            "ownership",
            "join_type",
            "manufacturer",
            "consoles",
            "last_activity_console",
            "identity",
            REST,
            "device_key",
        ],
        1,
    ),
    (
        "Changes",
        "changes",
        &["kind", "state", "rule", "device_name", "console", "object_id", "why", REST, "device_key"],
        2,
    ),
    (
        "Ledger",
        "ledger",
        &["state", "step", "console", "object_id", "device_name", "serial", "planned_on", REST, "device_key"],
        2,
    ),
    (
        "Questions",
        "questions",
        &["device_name", "rule", "severity", "unknown", "settled_by", "candidates", REST, "device_key"],
        1,
    ),
    (
        "Records",
        "records",
        &[
            "console",
            "export",
            "row",
            "name",
            "serial",
            "native_id",
            "last_seen",
            "enrolled",
            "joined_by",
            "tier",
            "refused",
            "device_key",
        ],
        1,
    ),
    (
        "Rules",
        "rules",
        &["rule", "title", "severity", "outcome", "reason", "matched", "unknown", "passed", "why", "controls"],
        1,
    ),
    ("Notices", "notices", &["severity", "message", "export", "row", "column", "code"], 0),
];

/// One list: its table, and which columns and lines of it are shown.
pub(super) struct List<'a> {
    pub name: &'static str,
    table: Table<'a>,
    columns: Vec<usize>,
    /// Numbers of the lines; nothing for all.
    chosen: Option<Vec<usize>>,
    fixed: u16,
    choices: Vec<Choices>,
}

impl List<'_> {
    /// Number of lines.
    pub(super) fn lines(&self) -> usize {
        self.chosen.as_ref().map_or(self.table.lines, Vec::len)
    }

    /// Sheets that the list needs.
    pub(super) fn sheets(&self, room: usize) -> usize {
        self.lines().div_ceil(room).max(1)
    }

    /// Fills the sheets; `room` is what one has room for.
    pub(super) fn fill(&self, looks: &Looks, room: usize, blank: Vec<Worksheet>) -> Result<Vec<Worksheet>, XlsxError> {
        let fields = self.columns.iter().filter_map(|at| self.table.fields.get(*at));
        let columns: Vec<Column> = fields.map(Column::of).collect();
        let plan = Plan {
            name: self.name,
            columns: &columns,
            lines: self.lines(),
            fixed: self.fixed,
            choices: &self.choices,
            room,
            paper: PAPER,
        };
        let mut blank = blank.into_iter();
        fill(
            looks,
            &plan,
            || Ok(blank.next().unwrap_or_default()),
            |at, cells| {
                let chosen = self.chosen.as_ref().map_or(Some(at), |lines| lines.get(at).copied());
                if let Some(line) = chosen {
                    self.table.line(line, &self.columns, cells);
                }
            },
        )
    }
}

/// Every list, in the order of the sheets.
pub(super) fn all<'a>(run: Run<'a>, selection: &Selection) -> Result<Vec<List<'a>>, XlsxError> {
    let mut tables = table::all(run);
    let mut lists = vec![tasks(run, selection)?];
    for (name, of, columns, fixed) in SHEETS {
        let Some(at) = tables.iter().position(|table| table.name == *of) else { continue };
        let table = tables.swap_remove(at);
        let chosen = lines(run, selection, of);
        let columns = order(&table, columns);
        lists.push(List { name, table, columns, chosen, fixed: *fixed, choices: Vec::new() });
    }
    Ok(lists)
}

/// Numbers of the named columns. Columns of consoles of which no list was given are left out.
fn order(table: &Table<'_>, names: &[&str]) -> Vec<usize> {
    let named = |field: &table::Field| names.contains(&field.name.as_str());
    let rest = || -> Vec<usize> {
        let others = (0..).zip(&table.fields).filter(|(_, field)| !named(field) && field.place != Place::CsvOnly);
        others.map(|(at, _)| at).collect()
    };
    names
        .iter()
        .flat_map(|name| if *name == REST { rest() } else { table.column(name).into_iter().collect() })
        .collect()
}

/// Which lines of a table the selection shows; nothing for all.
fn lines(run: Run<'_>, selection: &Selection, table: &str) -> Option<Vec<usize>> {
    let numbers = |devices: &mut dyn Iterator<Item = DeviceId>| {
        devices.enumerate().filter(|(_, device)| selection.has(*device)).map(|(at, _)| at).collect()
    };
    match table {
        "devices" => Some(selection.devices.iter().map(|device| device.index()).collect()),
        _ if selection.complete => None,
        "plan" => Some(numbers(&mut table::plan_order(run).into_iter().map(|at| run.outcome.steps.get(at).device))),
        "changes" => Some(numbers(&mut run.outcome.since.changes.device.iter().copied())),
        "ledger" => Some(numbers(&mut run.outcome.ledger.lines.iter().map(|line| line.device))),
        // Rows that belong to no device are in a whole list only.
        "records" => Some(numbers(&mut run.outcome.links.device.iter().copied())),
        _ => None,
    }
}

/// One task a flagged device, the gravest first.
fn tasks<'a>(run: Run<'a>, selection: &Selection) -> Result<List<'a>, XlsxError> {
    let flagged = |device: &DeviceId| !run.index.findings(*device).is_empty();
    let mut devices: Vec<DeviceId> = selection.devices.iter().copied().filter(flagged).collect();
    let place = |device| *run.outcome.packages.of_device.get(device);
    devices.sort_by_key(|device| (Reverse(run.index.highest(run.outcome, *device)), place(*device), *device));
    let table = table::tasks(run, devices);
    let columns = order(&table, TASKS);
    let choices = answers(&table, &columns)?;
    Ok(List { name: "Tasks", table, columns, chosen: None, fixed: 1, choices })
}

/// What the task sheet offers to choose from.
fn answers(table: &Table<'_>, columns: &[usize]) -> Result<Vec<Choices>, XlsxError> {
    let status = DataValidation::new()
        .allow_list_strings(STATUSES)?
        .set_error_title("Status")?
        .set_error_message("Choose one of the list.")?;
    let intent = DataValidation::new().allow_list_strings(Disposition::WORDS)?.ignore_blank(true);
    let people = DataValidation::new()
        .allow_list_formula(Formula::new(format!("=People!$A$2:$A${}", PEOPLE + 1)))
        .ignore_blank(true)
        .show_error_message(false);
    let offered = [("status", status), ("assignee", people), ("intent", intent)];
    let place = |at: usize| columns.iter().position(|own| *own == at);
    let column = |name: &str| table.column(name).and_then(place).and_then(|at| u16::try_from(at).ok());
    Ok(offered.into_iter().filter_map(|(name, rule)| Some(Choices { column: column(name)?, rule })).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A misspelt column would be left out without a word.
    #[test]
    fn sheets_name_columns_that_exist() {
        let tables = table::described();
        for (sheet, of, columns, _) in SHEETS {
            let (_, fields) = tables.iter().find(|(name, _)| name == of).unwrap_or_else(|| panic!("{sheet}"));
            for column in columns.iter().filter(|name| **name != REST) {
                assert!(fields.iter().any(|field| field.name == *column), "{sheet}: {column}");
            }
        }
        // Findings are shown as tasks.
        assert_eq!(SHEETS.len() + 1, tables.len(), "a table that no sheet shows");
    }
}
