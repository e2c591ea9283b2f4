//! The report: one model into HTML, XLSX, CSV, JSON, Arrow and the evidence manifest, as one folder that appears whole or
//! not at all.

mod commands;
mod evidence;
mod folder;
mod model;
mod pictures;
mod place;
mod render;
mod selection;
mod settled;
mod table;
mod view;
mod work;

#[cfg(test)]
mod tests_formats;
#[cfg(test)]
mod tests_schema;

use std::path::{Path, PathBuf};

use crate::analysis::Progress;
use crate::assets::Files;
use crate::error::Result;
use crate::outcome::Outcome;
use crate::schema::words;

pub use model::Model;
#[cfg(unix)]
pub use place::watch;
pub use place::{Place, settle};

words! {
    /// A kind of file that a report may hold. The evidence is always written.
    Format {
        /// `report.html`.
        Html = "html",
        /// The CSV files.
        Csv = "csv",
        /// `workbook.xlsx`.
        Xlsx = "xlsx",
        /// `report.json`.
        Json = "json",
        /// The folder `arrow`.
        Arrow = "arrow",
    }
}

impl Format {
    /// What is written when nobody says what.
    pub const DEFAULT: &'static [Self] = &[Self::Html, Self::Csv, Self::Xlsx, Self::Json];
}

/// What is asked of the report.
#[derive(Clone, Debug)]
pub struct Options {
    /// A name for the tenant on the report; by default that of the folder with the exports.
    pub label: String,
    /// What to write; nothing for [`Format::DEFAULT`]. A workbook that is asked for by name holds every line, however many.
    pub formats: Vec<Format>,
    /// The settings of the run as the manifest shows them: name and value.
    pub settings: Vec<(String, String)>,
    /// Write commands for the steps, too.
    pub commands: bool,
}

/// Writes the report folder at a place that was taken for it.
///
/// # Errors
/// [`crate::error::Error::Usage`] when something came to the place meanwhile, [`crate::error::Error::Write`] when the
/// system refuses; nothing is left behind in either case.
pub fn write(
    outcome: &Outcome,
    templates: &Files,
    place: Place,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Model> {
    let folder = folder::Folder::begin(place);
    progress.step("Writing the report");
    let asked = if options.formats.is_empty() { Format::DEFAULT } else { &options.formats };
    let wants = |format: Format| asked.contains(&format);
    let index = view::Index::new(outcome);
    let run = view::Run { outcome, index: &index };
    let selection = selection::Selection::for_people(outcome, &index);
    let mut model = Model::new(outcome, &index, &options.label, settled::Settled::of(outcome, &options.settings));

    let tables = || if wants(Format::Csv) { render::csv::write_all(run, &folder) } else { Ok(Vec::new()) };
    let workbook = || match (wants(Format::Xlsx), options.formats.is_empty() || selection.complete) {
        (false, _) => Ok(Vec::new()),
        (true, true) => workbook(run, &model, &selection, &folder),
        (true, false) => workbook(run, &model, &selection::Selection::whole(outcome, &index), &folder),
    };
    let (tables, workbook) = rayon::join(tables, workbook);
    let mut outputs = tables?;
    outputs.extend(workbook?);
    if options.commands {
        outputs.extend(commands::write(outcome, &index, &folder)?);
    }
    if wants(Format::Arrow) {
        outputs.extend(render::arrow::write(run, &folder)?);
    }
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    model.outputs = outputs;
    if wants(Format::Json) {
        folder.file("report.json", |out| render::json::write(run, &model, out))?;
    }
    if wants(Format::Html) {
        folder.text("report.html", &render::html::render(run, &model, &selection, templates)?)?;
    }
    evidence::write(outcome, &options.settings, &folder)?;
    folder.finish()?;
    Ok(model)
}

fn workbook(
    run: view::Run<'_>,
    model: &Model,
    selection: &selection::Selection,
    folder: &folder::Folder,
) -> Result<Vec<view::Output>> {
    let scratch = folder.scratch();
    folder.file("workbook.xlsx", |out| render::xlsx::write(run, model, selection, scratch, out))?;
    let rows = run.outcome.findings.device.iter().filter(|d| selection.has(**d)).count();
    Ok(vec![view::Output {
        file: "workbook.xlsx".into(),
        rows,
        meaning: "tasks, steps, devices, records, rules and notices for a spreadsheet; its rows are tasks",
    }])
}

/// What to open when a report is done: its page, or the folder where there is none.
#[must_use]
pub fn page(out: &Path) -> PathBuf {
    let page = out.join("report.html");
    if page.is_file() { page } else { out.to_path_buf() }
}
