//! Several tenants side by side: a page, a workbook and CSV files, from the outcomes of their reports.

mod grids;
mod model;
mod tenant;

use std::collections::BTreeSet;
use std::path::Path;

use super::folder::Folder;
use super::place::Place;
use super::{evidence, render};
use crate::assets::Files;
use crate::error::Result;
use crate::outcome::{Contents, Manifest, RollupContents, RollupKind, SealedReport};
use crate::run::Progress;
use crate::schema::MANIFEST;

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
    if let Some(sealed) = Manifest::read(report)? {
        tenant.seal = sealed.seal;
        tenant.version = sealed.manifest.program.version;
    }
    Ok(tenant)
}

/// Writes a rollup at a place that was taken for it.
///
/// # Errors
/// [`Error::Write`](crate::error::Error::Write) when the system refuses; nothing is left behind then.
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
    folder.text(MANIFEST, &manifest(rollup, &folder).text()?)?;
    evidence::sums(&folder)?;
    folder.finish()
}

/// The manifest: from which reports it is made, and the digest of every file.
fn manifest(rollup: &Rollup, folder: &Folder<'_>) -> Manifest {
    let report =
        |own: &Tenant| SealedReport { label: own.label.clone(), as_of: own.as_of.clone(), seal: own.seal.clone() };
    let reports = rollup.tenants.iter().map(report).collect();
    Manifest::new(Contents::Rollup(RollupContents { kind: RollupKind::Rollup, reports }), folder.written())
}
