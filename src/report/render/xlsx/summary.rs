//! The first sheet, which says what the others hold, and the last, which offers names.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::lists::{PEOPLE, STATUSES};
use super::sheet::{Looks, printable};
use crate::report::model::Model;
use crate::report::selection::Selection;

/// The summary while it is written, line by line.
struct Page<'a> {
    sheet: Worksheet,
    looks: &'a Looks,
    line: u32,
}

impl Page<'_> {
    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.line += 1;
        self.sheet.write_string_with_format(self.line, 0, text, &self.looks.bold)?;
        self.line += 1;
        Ok(())
    }

    fn fact(&mut self, name: &str, value: &str) -> Result<(), XlsxError> {
        self.sheet.write_string(self.line, 0, printable(name))?;
        self.sheet.write_string(self.line, 1, printable(value))?;
        self.line += 1;
        Ok(())
    }

    fn numbers(&mut self, name: &str, values: &[u64]) -> Result<(), XlsxError> {
        self.sheet.write_string(self.line, 0, printable(name))?;
        for (at, value) in (1_u16..).zip(values) {
            #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
            self.sheet.write_number_with_format(self.line, at, *value as f64, &self.looks.number)?;
        }
        self.line += 1;
        Ok(())
    }

    fn heads(&mut self, names: &[&str]) -> Result<(), XlsxError> {
        for (at, name) in (0_u16..).zip(names) {
            self.sheet.write_string_with_format(self.line, at, *name, &self.looks.head)?;
        }
        self.line += 1;
        Ok(())
    }
}

/// The numbers of the run, and how the workbook is to be used.
pub(super) fn sheet(
    looks: &Looks,
    model: &Model,
    selection: &Selection,
    lists: &[(&str, usize)],
) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("Summary")?;
    for (at, width) in (0_u16..).zip([44.0, 24.0, 14.0, 14.0, 14.0, 22.0]) {
        sheet.set_column_width(at, width)?;
    }
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    let title = if model.label.is_empty() { "Device records" } else { model.label.as_str() };
    sheet.write_string_with_format(0, 0, printable(title), &looks.title)?;
    let mut page = Page { sheet, looks, line: 1 };
    page.fact("As of", &format!("{} ({})", model.as_of, model.as_of_source))?;
    page.fact("Written by", concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))?;
    totals(&mut page, model)?;
    tables(&mut page, model)?;
    rules(&mut page, model)?;
    page.heading("Sheets")?;
    for (name, lines) in lists {
        page.numbers(name, &[*lines as u64])?;
    }
    let scope = if selection.complete {
        "Every device is in this workbook."
    } else {
        "Only flagged devices are in this workbook, the severest first, with their records, tasks and steps. The CSV files hold everything."
    };
    page.fact("", scope)?;
    page.heading("How to use the tasks")?;
    page.fact("Status", &format!("one of: {}", STATUSES.join(", ")))?;
    page.fact("Assignee", "a name of the sheet People, or any other text")?;
    page.fact("Note", "any text")?;
    page.fact(
        "Device key",
        "the last column names the device; leave it as it is, since it carries your answers to the next run",
    )?;
    Ok(page.sheet)
}

fn totals(page: &mut Page<'_>, model: &Model) -> Result<(), XlsxError> {
    let t = &model.totals;
    page.heading("Counts")?;
    for (name, value) in [
        ("Rows read", t.rows),
        ("Records", t.records),
        ("Devices", t.devices as u64),
        ("Active devices", t.active as u64),
        ("Stale devices", t.stale as u64),
        ("Devices of unknown activity", t.unknown as u64),
        ("Flagged devices", t.flagged as u64),
        ("Findings", t.findings as u64),
        ("Work packages", t.suggestions as u64),
        ("Devices with a plan", t.planned_devices as u64),
        ("Steps", t.steps as u64),
        ("Links refused", t.refused_links as u64),
        ("Devices that need a person's look", t.review_devices as u64),
    ] {
        page.numbers(name, &[value])?;
    }
    Ok(())
}

fn tables(page: &mut Page<'_>, model: &Model) -> Result<(), XlsxError> {
    page.heading("Activity by platform")?;
    page.heads(&["Platform", "Devices", "Active", "Stale", "Unknown"])?;
    for row in &model.activity {
        page.numbers(row.platform, &[row.devices, row.active, row.stale, row.unknown].map(|n| n as u64))?;
    }
    page.heading("Findings by severity")?;
    for row in &model.severities {
        page.numbers(row.severity, &[row.findings as u64])?;
    }
    page.heading("Exports")?;
    page.heads(&["Export", "Rows"])?;
    for source in &model.sources {
        page.numbers(&source.export, &[source.rows])?;
    }
    Ok(())
}

fn rules(page: &mut Page<'_>, model: &Model) -> Result<(), XlsxError> {
    let idle: Vec<_> = model.rules.iter().filter(|r| r.outcome != "ran").collect();
    if idle.is_empty() {
        return Ok(());
    }
    page.heading("Rules that did not run, and so say nothing")?;
    for rule in idle {
        page.fact(&rule.title, &rule.reason)?;
    }
    Ok(())
}

/// Names for the drop-down of the task sheet.
pub(super) fn people(looks: &Looks) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("People")?;
    sheet.set_column_width(0, 32)?;
    sheet.set_column_width(1, 60)?;
    sheet.set_column_format(0, &looks.text)?;
    sheet.write_string_with_format(0, 0, "Name", &looks.head)?;
    sheet.write_string(0, 1, format!("The first {PEOPLE} names in column A are offered as assignees."))?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(sheet)
}
