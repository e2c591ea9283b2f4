//! The report: one model into HTML, CSV, JSON, commands and the evidence manifest, as one folder that appears whole or not at all.

mod commands;
mod csv;
mod evidence;
mod folder;
mod html;
mod json;
mod model;
mod tables;
mod work;

use std::path::{Path, PathBuf};

use crate::analysis::{Analysis, Progress};
use crate::assets::Files;
use crate::error::Result;

pub use folder::check_target;
pub use model::Model;

/// What is asked of the report.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder to write.
    pub out: PathBuf,
    /// Replace an earlier report.
    pub force: bool,
    /// A name for the tenant on the report; by default that of the folder with the exports.
    pub label: String,
    /// The settings of the run as the manifest shows them: name and value.
    pub settings: Vec<(String, String)>,
    /// Write commands for the steps, too.
    pub commands: bool,
}

/// Writes the report folder.
///
/// # Errors
/// [`crate::error::Error::Usage`] when the folder exists and may not be replaced, [`crate::error::Error::Write`] when
/// the system refuses; nothing is left behind in either case.
pub fn write(analysis: &Analysis, templates: &Files, options: &Options, progress: &dyn Progress) -> Result<Model> {
    let folder = folder::Folder::begin(&options.out, options.force)?;
    progress.step("Writing the report");
    let index = tables::Index::new(analysis);
    let mut written = tables::write_all(analysis, &index, &folder)?;
    if options.commands {
        written.extend(commands::write(analysis, &index, &folder)?);
    }
    let model = Model::new(analysis, &index, &options.label, written);
    folder.file("report.json", |out| json::write(analysis, &index, &model, out))?;
    folder.text("report.html", &html::render(analysis, &index, &model, templates)?)?;
    evidence::write(analysis, &options.settings, &folder)?;
    folder.finish()?;
    Ok(model)
}

/// Where the page of a report is.
#[must_use]
pub fn page(out: &Path) -> PathBuf {
    out.join("report.html")
}
