//! The report: one model into HTML, XLSX, CSV, JSON, Arrow and the evidence manifest, as one folder that appears whole or
//! not at all.

mod commands;
mod edition;
mod evidence;
mod fleet;
mod folder;
mod model;
mod packages;
mod paper;
mod pictures;
mod place;
mod questions;
mod render;
mod roadmap;
mod rollup;
mod seal;
mod selection;
mod settled;
mod since;
mod start;
mod table;
mod view;
mod work;

#[cfg(test)]
mod tests_formats;
#[cfg(test)]
mod tests_schema;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::assets::Files;
use crate::error::{Error, Result};
use crate::ids::DeviceId;
use crate::outcome::{self, Asked, Outcome};
use crate::run::Progress;
use crate::schema::{WORKBOOK, words};

pub use edition::{Edition, SETTING as EDITION};
pub use model::Model;
#[cfg(unix)]
pub use place::watch;
pub use place::{Place, settle};
pub use rollup::{PAGE as ROLLUP, Rollup, Tenant, tenant, write_rollup};
pub use seal::{Verified, verify};
pub use since::{Counts, counts};

/// The machine-readable report.
const JSON: &str = "report.json";

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
        /// The folder `data`, from which a report is written again.
        Data = "data",
    }
}

impl Format {
    /// What is written when nobody says what.
    pub const DEFAULT: &'static [Self] = &[Self::Html, Self::Csv, Self::Xlsx, Self::Json, Self::Data];
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
    /// A copy to share, in which names stand for values.
    pub redacted: bool,
    /// What somebody adds to the page.
    pub edition: Option<Edition>,
}

impl Options {
    /// A report with this name on it, of these kinds of files; none for the usual ones.
    #[must_use]
    pub fn of(label: &str, formats: &[Format]) -> Self {
        Self {
            label: label.into(),
            formats: formats.to_vec(),
            settings: Vec::new(),
            commands: false,
            redacted: false,
            edition: None,
        }
    }

    /// What was asked of an earlier report.
    ///
    /// # Errors
    /// [`Error::Evidence`] for a kind of file that no report has.
    pub fn again(asked: Asked) -> Result<Self> {
        let format = |word: &String| Format::parse(word).ok_or_else(|| strange_format(word));
        let formats = asked.formats.iter().map(format).collect::<Result<_>>()?;
        let Asked { label, formats: _, commands, settings, redacted } = asked;
        Ok(Self { label, formats, settings, commands, redacted, edition: None })
    }

    fn asked(&self) -> Asked {
        Asked {
            label: self.label.clone(),
            formats: self.formats.iter().map(ToString::to_string).collect(),
            commands: self.commands,
            settings: self.settings.clone(),
            redacted: self.redacted,
        }
    }
}

fn strange_format(word: &str) -> Error {
    let help = format!("name the formats with `--format`: {}", Format::WORDS.join(", "));
    Error::Evidence { message: format!("the report asks for `{word}`, which is no format"), help }
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
    write_checked(outcome, templates, place, options, progress, &|_| Ok(()))
}

/// Writes the report folder, and puts it in its place only if `check` accepts what was written.
///
/// # Errors
/// Those of [`write()`] and of the check.
pub fn write_checked(
    outcome: &Outcome,
    templates: &Files,
    place: Place,
    options: &Options,
    progress: &dyn Progress,
    check: &dyn Fn(&Path) -> Result<()>,
) -> Result<Model> {
    let folder = folder::Folder::begin(place, progress);
    progress.step("Writing the report");
    let formats = if options.formats.is_empty() { Format::DEFAULT } else { &options.formats };
    let wants = |format: Format| formats.contains(&format);
    let index = view::Index::new(outcome);
    if formats.iter().any(|format| *format != Format::Data) || options.commands {
        index.prepare(outcome);
    }
    let run = view::Run { outcome, index: &index };
    let tables = || if wants(Format::Csv) { render::csv::write_all(run, &folder) } else { Ok(Vec::new()) };
    let workbook = |model: &Model, selection: &selection::Selection| match (
        wants(Format::Xlsx),
        options.formats.is_empty() || selection.complete,
    ) {
        (false, _) => Ok(Vec::new()),
        (true, true) => workbook(run, model, selection, &folder),
        (true, false) => workbook(run, model, &selection::Selection::whole(outcome, &index), &folder),
    };
    let asked = options.asked();
    let saved = || if wants(Format::Data) { save(outcome, &asked, &folder) } else { Ok(Vec::new()) };
    // The tables are lines of the run, and go out while what the page says of all of them is put together.
    let for_people = || {
        let selection = selection::Selection::for_people(outcome, &index);
        let model = Model::new(run, &options.label, settled::Settled::of(outcome, &options.settings));
        let workbook = workbook(&model, &selection);
        (selection, model, workbook)
    };
    let (tables, ((selection, mut model, workbook), saved)) = rayon::join(tables, || rayon::join(for_people, saved));
    let mut outputs = tables?;
    outputs.extend(workbook?);
    outputs.extend(saved?);
    if options.commands {
        outputs.extend(commands::write(outcome, &index, &folder)?);
    }
    if wants(Format::Arrow) {
        outputs.extend(render::arrow::write(run, &folder)?);
    }
    if let Some(edition) = &options.edition {
        outputs.extend(edition::tickets(edition, outcome, &model, &folder)?);
    }
    if wants(Format::Json) {
        let meaning = "everything in this folder for programs; its rows are devices";
        outputs.push(view::Output { file: JSON.into(), rows: outcome.devices.len(), meaning });
    }
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    model.outputs = outputs;
    if wants(Format::Json) {
        folder.file(JSON, |out| render::json::write(run, &model, out))?;
    }
    let edition = options.edition.as_ref().map(|edition| edition.page(&model));
    let page = || render::html::render(run, &model, &selection, templates, edition.as_ref());
    let page = wants(Format::Html).then(page).transpose()?;
    model.seal = evidence::write(outcome, &options.settings, page.as_deref(), &folder)?;
    check(&folder.root())?;
    folder.finish()?;
    Ok(model)
}

/// Writes the changes since the baseline of an outcome: as `changes.csv` has them, or as JSON.
///
/// # Errors
/// What the system says.
pub fn changes(outcome: &Outcome, json: bool, out: &mut (dyn std::io::Write + Send)) -> std::io::Result<()> {
    let index = view::Index::new(outcome);
    let table = table::changes(view::Run { outcome, index: &index });
    if !json {
        return render::csv::of_table(&table, out);
    }
    out.write_all(b"[")?;
    render::json::rows(&table, table.lines, out)?;
    out.write_all(b"]\n")
}

/// Writes `data/`.
fn save(outcome: &Outcome, asked: &Asked, folder: &folder::Folder) -> Result<Vec<view::Output>> {
    let files = outcome::files(outcome, asked);
    files.par_iter().try_for_each(|file| folder.file(&file.name, |out| file.write(out)))?;
    let meaning = "everything that is known at the end of the run: what `lastseen render` and `explain` read";
    Ok(vec![view::Output { file: format!("{}/", outcome::FOLDER), rows: files.len(), meaning }])
}

fn workbook(
    run: view::Run<'_>,
    model: &Model,
    selection: &selection::Selection,
    folder: &folder::Folder,
) -> Result<Vec<view::Output>> {
    let scratch = folder.scratch();
    folder.file(WORKBOOK, |out| render::xlsx::write(run, model, selection, scratch, out))?;
    let flagged: BTreeSet<DeviceId> = run.outcome.findings.device.iter().copied().collect();
    let rows = flagged.into_iter().filter(|device| selection.has(*device)).count();
    Ok(vec![view::Output {
        file: WORKBOOK.into(),
        rows,
        meaning: "tasks, steps, devices, records, rules and notices for a spreadsheet; its rows are tasks",
    }])
}

/// What to open when a report is done: its page, or the folder where there is none.
#[must_use]
pub fn page(out: &Path) -> PathBuf {
    let page = out.join(seal::PAGE);
    if page.is_file() { page } else { out.to_path_buf() }
}
