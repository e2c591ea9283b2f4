//! What a consultant adds to a report: words, order, findings set aside, a logo and a colour. It is shown as theirs, and changes no
//! figure.

mod colours;
mod file;
mod markdown;
mod tickets;

use std::collections::BTreeSet;

use serde::Serialize;

use super::model::Model;
use crate::assets::{self, Files};

pub use file::{Edition, SETTING};
pub(super) use tickets::write as tickets;

/// What the page shows of an edition.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Page {
    /// Who wrote it.
    author: String,
    /// Words of theirs before everything else, as HTML of ours.
    summary: String,
    /// Packages in their order, those that they named first.
    packages: Vec<Package>,
    /// Findings set aside.
    set_aside: Vec<Aside>,
    /// How many findings these are.
    findings: usize,
}

/// A package in the order of an edition.
#[derive(Debug, Serialize)]
struct Package {
    id: String,
    title: String,
    severity: &'static str,
    devices: usize,
    note: String,
    assignee: String,
    due: String,
    named: bool,
}

/// Findings set aside for one reason.
#[derive(Debug, Serialize)]
struct Aside {
    what: String,
    findings: usize,
    by: String,
    on: String,
    why: String,
}

impl Edition {
    /// The templates with its logo and its colours.
    #[must_use]
    pub fn dressed(&self, mut templates: Files) -> Files {
        if let Some(logo) = &self.logo {
            templates.insert(assets::LOGO.into(), logo.clone());
        }
        if !self.style.is_empty() {
            let own = templates.entry("brand.css".into()).or_default();
            own.push_str(&self.style);
        }
        templates
    }

    /// What the page shows.
    pub(super) fn page(&self, model: &Model) -> Page {
        let order = self.order(model);
        let package = |at: &usize| {
            let row = model.suggestions.get(*at)?;
            let own = self.packages.iter().find(|own| own.package == row.id);
            Some(Package {
                id: row.id.clone(),
                title: row.title.clone(),
                severity: row.severity,
                devices: row.devices,
                note: own.map(|own| markdown::html(&own.note)).unwrap_or_default(),
                assignee: own.map(|own| own.assignee.clone()).unwrap_or_default(),
                due: own.map(|own| own.due.clone()).unwrap_or_default(),
                named: own.is_some(),
            })
        };
        let aside = |own: &file::Aside| Aside {
            what: own.finding.clone(),
            findings: own.findings,
            by: own.by.clone(),
            on: own.on.clone(),
            why: own.why.clone(),
        };
        Page {
            author: self.author.clone(),
            summary: markdown::html(&self.summary),
            packages: order.iter().filter_map(package).collect(),
            set_aside: self.set_aside.iter().map(aside).collect(),
            findings: self.set_aside.iter().map(|own| own.findings).sum(),
        }
    }

    /// Packages by position: those that it names in its order, then the others in theirs.
    fn order(&self, model: &Model) -> Vec<usize> {
        let place = |id: &str| model.suggestions.iter().position(|row| row.id == id);
        let named: Vec<usize> = self.packages.iter().filter_map(|own| place(&own.package)).collect();
        let first: BTreeSet<usize> = named.iter().copied().collect();
        named.into_iter().chain((0..model.suggestions.len()).filter(|at| !first.contains(at))).collect()
    }
}
