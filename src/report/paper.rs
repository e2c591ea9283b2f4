//! The steps of a package on paper, where the whole report is printed: what is done, where, for how many devices and when. What
//! each asks for is in the workbook, and on paper where one package is printed alone.

use std::collections::BTreeMap;

use serde::Serialize;

use super::packages::{ActionRow, PackageRow};
use crate::plan::brief;

/// A step, in all the ways in which the package has it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct PaperStep {
    /// What is done, in a few words.
    what: String,
    console_title: &'static str,
    devices: usize,
    irreversible: bool,
    wipes: bool,
    /// The first and the last day from which it may be done, where it waits for one; else empty.
    from: String,
    until: String,
}

/// The steps of each package, by its id.
pub(super) fn steps(packages: &[PackageRow]) -> BTreeMap<&str, Vec<PaperStep>> {
    let ways = |package: &PackageRow| package.actions.chunk_by(|a, b| a.step == b.step).filter_map(step).collect();
    packages.iter().map(|package| (package.id.as_str(), ways(package))).collect()
}

/// The ways of one step that follow one another: each is for other devices.
fn step(ways: &[ActionRow]) -> Option<PaperStep> {
    let first = ways.first()?;
    let day = |of: fn(&ActionRow) -> &String, last: bool| {
        let days = ways.iter().filter(|own| own.waits()).map(of);
        if last { days.max() } else { days.min() }.cloned().unwrap_or_default()
    };
    Some(PaperStep {
        what: brief(&first.action).to_string(),
        console_title: first.console_title,
        devices: ways.iter().map(|own| own.devices).sum(),
        irreversible: ways.iter().any(|own| own.irreversible),
        wipes: ways.iter().any(|own| own.wipes),
        from: day(|own| &own.from, false),
        until: day(|own| &own.until, true),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::packages;
    use super::super::view::Index;
    use super::*;
    use crate::run::{self, Options, Silent};

    #[test]
    fn a_step_is_told_once_with_all_its_devices() {
        let exports = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/contoso")];
        let outcome = run::analyze(&Options { exports, ..Options::default() }, &Silent).unwrap();
        let packages = packages::rows(&outcome, &Index::new(&outcome));
        let told = steps(&packages);
        for package in &packages {
            let steps = &told[package.id.as_str()];
            let mut names: Vec<&str> = package.actions.iter().map(|own| own.step.as_str()).collect();
            names.dedup();
            assert_eq!(steps.len(), names.len(), "{}", package.id);
            for step in steps {
                assert!(step.devices <= package.devices, "{}: {step:?}", package.id);
                assert!(!step.what.contains(" > "), "the way to it is not what is done: {step:?}");
            }
        }
    }
}
