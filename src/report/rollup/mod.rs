//! Several tenants side by side: a page, a workbook and CSV files, from the outcomes of their reports.

mod grids;
mod model;
mod tenant;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::folder::Folder;
use super::place::{MANIFEST, Place, SUMS};
use super::{render, seal};
use crate::assets::Files;
use crate::error::{Error, Result};
use crate::run::Progress;

pub(in crate::report) use grids::{Cell, Grid};
pub use model::Rollup;
pub use tenant::Tenant;

/// The page of a rollup.
pub const PAGE: &str = "rollup.html";

/// Loads a report and counts.
///
/// # Errors
/// Those of loading an outcome.
pub fn tenant(report: &Path, label: Option<&str>) -> Result<Tenant> {
    let (outcome, asked) = crate::outcome::load(report)?;
    let whole = std::path::absolute(report).unwrap_or_else(|_| report.to_path_buf());
    let folder = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut tenant = Tenant::of(&outcome, &asked, label, &folder);
    if let Ok((seal, manifest)) = seal::manifest(report) {
        tenant.seal = seal;
        tenant.version = manifest.pointer("/program/version").and_then(Value::as_str).unwrap_or_default().to_string();
    }
    Ok(tenant)
}

/// Writes a rollup at a place that was taken for it.
///
/// # Errors
/// [`Error::Write`] when the system refuses; nothing is left behind then.
pub fn write_rollup(rollup: &Rollup, templates: &Files, place: Place, progress: &dyn Progress) -> Result<()> {
    let folder = Folder::begin(place, progress);
    let grids = grids::all(rollup);
    for grid in &grids {
        folder.file(grid.file, |out| out.write_all(&render::csv::grid(grid)))?;
    }
    let newest = rollup.tenants.iter().map(|own| own.as_of.as_str()).max().unwrap_or_default();
    let scratch = folder.scratch().to_path_buf();
    folder.file("rollup.xlsx", |out| render::xlsx::grids(&grids, newest, &scratch, out))?;
    let written: BTreeSet<String> = folder.written().into_iter().map(|own| own.file).collect();
    folder.text(PAGE, &render::html::plain(PAGE, templates, written, rollup)?)?;
    evidence(rollup, &folder)?;
    folder.finish()
}

/// The manifest: from which reports it is made, and the digest of every file.
fn evidence(rollup: &Rollup, folder: &Folder<'_>) -> Result<()> {
    let reports: Vec<Value> =
        rollup.tenants.iter().map(|own| json!({ "label": own.label, "as_of": own.as_of, "seal": own.seal })).collect();
    let outputs: Vec<Value> = folder
        .written()
        .iter()
        .map(|own| json!({ "file": own.file, "bytes": own.bytes, "sha256": own.sha256 }))
        .collect();
    let manifest = json!({
        "schema_version": 1,
        "program": { "name": rollup.program, "version": rollup.version },
        "kind": "rollup",
        "reports": reports,
        "outputs": outputs,
    });
    let text = serde_json::to_string_pretty(&manifest).map_err(|e| Error::Internal(e.to_string()))?;
    folder.text(MANIFEST, &format!("{text}\n"))?;
    let line = |own: &super::folder::Written| format!("{}  {}\n", own.sha256, own.file);
    let sums = folder.written().iter().map(line).collect::<Vec<_>>().concat();
    folder.text(SUMS, &sums)
}
