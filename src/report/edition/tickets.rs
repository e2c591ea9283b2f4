//! `tickets.csv`: a ticket for each package, in columns that Jira's importer and a load of `ServiceNow` map by their names.

use super::Edition;
use super::file::Own;
use crate::error::Result;
use crate::ids::{EntryId, PackageId};
use crate::outcome::Outcome;
use crate::plan::{Package, introduced};
use crate::report::folder::Folder;
use crate::report::model::Model;
use crate::report::render::csv;
use crate::report::rollup::{Cell, Grid};
use crate::report::view::Output;
use crate::schema::Severity;
use crate::time::day;

/// Columns: names without signs, since importers stumble over them.
const COLUMNS: [&str; 12] = [
    "Summary",
    "Issue Type",
    "Priority",
    "Labels",
    "Assignee",
    "Due Date",
    "Description",
    "External ID",
    "Short description",
    "Impact",
    "Urgency",
    "Devices",
];
/// Steps that a description names.
const MOST_STEPS: usize = 40;

/// Writes the tickets in the order of the edition.
pub(in crate::report) fn write(
    edition: &Edition,
    outcome: &Outcome,
    model: &Model,
    folder: &Folder<'_>,
) -> Result<Vec<Output>> {
    let order = edition.order(model);
    let own = |id: &str| edition.packages.iter().find(|own| own.package == id);
    let packages: Vec<&Package> = order.iter().map(|at| outcome.packages.list.get(PackageId::at(*at))).collect();
    let rows: Vec<Vec<Cell>> = packages.iter().map(|package| ticket(package, own(&package.id), outcome)).collect();
    let columns = COLUMNS.iter().map(|name| ((*name).to_string(), 20.0)).collect();
    let rows_written = rows.len();
    let grid = Grid { file: "tickets.csv", sheet: "Tickets", columns, rows };
    folder.file(grid.file, |out| out.write_all(&csv::grid(&grid)))?;
    let meaning = "a ticket for each package, for Jira or ServiceNow";
    Ok(vec![Output { file: grid.file.to_string(), rows: rows_written, meaning }])
}

fn ticket(package: &Package, own: Option<&Own>, outcome: &Outcome) -> Vec<Cell> {
    let devices = package.devices.len();
    let summary = format!("{}: {devices} {}", package.title, if devices == 1 { "device" } else { "devices" });
    let (priority, impact, urgency) = ranks(package.severity);
    let labels = format!("lastseen {} {}", package.playbook, package.platform);
    // A device and its package may both have somebody; the edition speaks last.
    let decided = outcome.decisions.packages.iter().find(|decided| decided.id == package.id);
    let assignee = own.map(|own| own.assignee.as_str()).filter(|name| !name.is_empty());
    let assignee = assignee.or_else(|| decided.map(|decided| decided.assignee.as_str())).unwrap_or_default();
    let due = own.map_or("", |own| own.due.as_str());
    let text = description(package, own, outcome);
    let texts: [&str; 9] = [&summary, "Task", priority, &labels, assignee, due, &text, &package.id, &summary];
    let mut cells: Vec<Cell> = texts.into_iter().map(Cell::from).collect();
    cells.extend([Cell::Number(impact), Cell::Number(urgency), Cell::Number(devices as u64)]);
    cells
}

/// Jira's priority, and `ServiceNow`'s impact and urgency from 1, high, to 3, low.
const fn ranks(severity: Severity) -> (&'static str, u64, u64) {
    match severity {
        Severity::Critical => ("Highest", 1, 1),
        Severity::High => ("High", 2, 1),
        Severity::Medium => ("Medium", 2, 2),
        Severity::Low => ("Low", 3, 2),
        Severity::Info => ("Lowest", 3, 3),
    }
}

/// The package in plain text: why, what the consultant wrote, the steps in order, where the devices are listed.
fn description(package: &Package, own: Option<&Own>, outcome: &Outcome) -> String {
    let mut lines = vec![package.summary.clone(), package.about.clone()];
    if let Some(note) = own.map(|own| own.note.trim()).filter(|note| !note.is_empty()) {
        lines.extend([String::new(), "Note of the consultant:".to_string(), note.to_string()]);
    }
    let mut entries: Vec<EntryId> = Vec::new();
    let devices = &package.devices;
    for step in outcome.steps.iter().filter(|step| devices.binary_search(&step.device).is_ok()) {
        if !entries.contains(&step.entry) && entries.len() <= MOST_STEPS {
            entries.push(step.entry);
        }
    }
    if !entries.is_empty() {
        lines.extend([String::new(), "Steps, in order; plan.csv says which apply to which device:".to_string()]);
    }
    let known = entries.iter().take(MOST_STEPS).map(|entry| outcome.entries.get(*entry));
    for (number, entry) in (1..).zip(known) {
        let console = entry.console.map_or_else(String::new, |console| format!("{}: ", console.title()));
        let last = if entry.irreversible { " (cannot be undone)" } else { "" };
        let erases = if entry.wipes { " (erases the device)" } else { "" };
        lines.push(format!("{number}. {console}{}{last}{erases}", entry.action));
        if !entry.condition.is_empty() {
            let (word, said) = introduced(&entry.condition);
            lines.push(format!("   {word}: {said}"));
        }
    }
    if entries.len() > MOST_STEPS {
        lines.push("More steps are in plan.csv.".to_string());
    }
    let as_of = day(outcome.as_of.millis);
    lines.extend([String::new(), format!("Devices: suggestions/{}.csv. As of {as_of}.", package.id)]);
    lines.join("\n")
}
