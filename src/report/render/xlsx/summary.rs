//! The first sheet, which says what the others hold, and the last, which offers names.

use rust_xlsxwriter::{Chart, ChartType, Format, Url, Worksheet, XlsxError};

use super::lists::{PEOPLE, STATUSES};
use super::sheet::{GRAVE, Looks, printable};
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

    /// A number of devices, and its share of all.
    fn share(&mut self, name: &str, part: usize, whole: usize) -> Result<(), XlsxError> {
        self.numbers(name, &[part as u64])?;
        if whole > 0 {
            #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
            let share = part as f64 / whole as f64;
            self.sheet.write_number_with_format(self.line - 1, 2, share, &Format::new().set_num_format("0.0 %"))?;
        }
        Ok(())
    }

    /// A line that leads to a sheet.
    fn link(&mut self, text: &str, sheet: &str) -> Result<(), XlsxError> {
        let to = Url::new(format!("internal:'{sheet}'!A1")).set_text(printable(text));
        self.sheet.write_url(self.line, 0, to)?;
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
    state(&mut page, model)?;
    start(&mut page, model, lists)?;
    tables(&mut page, model)?;
    rules(&mut page, model)?;
    totals(&mut page, model)?;
    page.heading("Sheets")?;
    for (name, lines) in lists {
        page.link(name, name)?;
        page.line -= 1;
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        page.sheet.write_number_with_format(page.line, 1, *lines as f64, &page.looks.number)?;
        page.line += 1;
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
    page.sheet.set_print_area(0, 0, page.line, LAST)?;
    page.sheet.set_footer("&L&A&R&P / &N");
    Ok(page.sheet)
}

/// The last column that is printed: where the charts end.
const LAST: u16 = 14;
/// Rows of the sheet that a chart takes.
const CHART: u32 = 13;

/// Where a chart stands: beside the numbers that it shows.
fn insert(page: &mut Page<'_>, chart: &Chart, row: u32) -> Result<(), XlsxError> {
    page.sheet.insert_chart(row, 6, chart)?;
    Ok(())
}

/// The state of the fleet, with a chart of it.
fn state(page: &mut Page<'_>, model: &Model) -> Result<(), XlsxError> {
    let t = &model.totals;
    page.heading("State of the fleet")?;
    page.heads(&["State", "Devices", "Share"])?;
    let first = page.line;
    for state in &model.fleet.states {
        page.share(state.title, state.devices, t.devices)?;
        let own = page.line - 1;
        page.sheet.merge_range(own, 3, own, 5, &printable(&state.about), &page.looks.prose)?;
        page.sheet.set_row_height(own, 30)?;
    }
    page.numbers("All devices", &[t.devices as u64])?;
    page.fact("Flagged", &model.fleet.flagged)?;
    for grade in &model.fleet.grades {
        page.numbers(grade.severity, &[grade.devices as u64])?;
        page.sheet.write_string_with_format(page.line - 1, 0, grade.severity, &grave(grade.severity))?;
    }
    for own in &model.fleet.unflagged {
        page.fact(&format!("Stale, not flagged: {}", own.devices), &own.why)?;
    }
    if !model.fleet.unsure().is_empty() {
        page.fact(&format!("Uncertain identity: {}", t.review_devices), model.fleet.unsure())?;
    }
    let mut chart = Chart::new(ChartType::Bar);
    chart.add_series().set_name("Devices").set_categories(("Summary", first, 0, first + 3, 0)).set_values((
        "Summary",
        first,
        1,
        first + 3,
        1,
    ));
    chart.title().set_name("State of the fleet");
    chart.y_axis().set_reverse();
    chart.legend().set_hidden();
    chart.set_width(520).set_height(175);
    insert(page, &chart, first.saturating_sub(2))
}

/// The gravest packages, with a way to their sheet.
fn start(page: &mut Page<'_>, model: &Model, lists: &[(&str, usize)]) -> Result<(), XlsxError> {
    if model.suggestions.is_empty() {
        return Ok(());
    }
    page.heading("Start here")?;
    page.heads(&["Work package", "Devices", "Severity"])?;
    for package in model.suggestions.iter().take(5) {
        if lists.iter().any(|(name, _)| *name == "Packages") {
            page.link(&package.title, "Packages")?;
            page.line -= 1;
        } else {
            page.sheet.write_string(page.line, 0, printable(&package.title))?;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        page.sheet.write_number_with_format(page.line, 1, package.devices as f64, &page.looks.number)?;
        let severity = package.severity.to_string();
        page.sheet.write_string_with_format(page.line, 2, &severity, &grave(&severity))?;
        page.sheet.merge_range(page.line, 3, page.line, LAST, &printable(&package.summary), &page.looks.prose)?;
        page.sheet.set_row_height(page.line, 30)?;
        page.line += 1;
    }
    Ok(())
}

/// How a severity is written: the grave ones in their colours.
fn grave(severity: &str) -> Format {
    match GRAVE.iter().find(|(word, _)| *word == severity) {
        Some((_, colour)) => Format::new().set_bold().set_font_color(*colour),
        None => Format::new(),
    }
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
        ("Of these, stale", t.stale_flagged as u64),
        ("Of these, misaligned", t.misaligned as u64),
        ("Findings", t.findings as u64),
        ("Work packages", t.suggestions as u64),
        ("Devices with a plan", t.planned_devices as u64),
        ("Steps", t.steps as u64),
        ("Minutes of work by hand, roughly", t.minutes),
        ("Of these, to export again and compare, once for all packages", model.roadmap.checking()),
        ("Working days needed", t.working_days),
        ("Links refused", t.refused_links as u64),
        ("Devices of uncertain identity", t.review_devices as u64),
    ] {
        page.numbers(name, &[value])?;
    }
    Ok(())
}

fn tables(page: &mut Page<'_>, model: &Model) -> Result<(), XlsxError> {
    page.heading("Activity by platform")?;
    page.heads(&["Platform", "Devices", "Active", "Stale", "Unknown"])?;
    let first = page.line;
    for row in &model.activity {
        page.numbers(row.platform, &[row.devices, row.active, row.stale, row.unknown].map(|n| n as u64))?;
    }
    let last = page.line.saturating_sub(1).max(first);
    if !model.activity.is_empty() {
        let mut chart = Chart::new(ChartType::BarStacked);
        for (column, colour) in [(2, "#2F7F77"), (3, "#B4552D"), (4, "#8B9492")] {
            chart
                .add_series()
                .set_name(("Summary", first - 1, column))
                .set_categories(("Summary", first, 0, last, 0))
                .set_values(("Summary", first, column, last, column))
                .set_format(rust_xlsxwriter::ChartSolidFill::new().set_color(colour));
        }
        chart.title().set_name("Activity by platform");
        chart.y_axis().set_reverse();
        chart.set_width(520).set_height(260);
        let row = first.max(CHART + 4);
        insert(page, &chart, row)?;
    }
    page.heading("Findings by severity")?;
    for row in &model.severities {
        page.numbers(row.severity, &[row.findings as u64])?;
        page.sheet.write_string_with_format(page.line - 1, 0, row.severity, &grave(row.severity))?;
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
    page.heading("Rules that did not run, and so were not assessed")?;
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
