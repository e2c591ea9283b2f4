//! What to begin with: the first packages, and of each what to ask and what to do first.

use serde::Serialize;

use super::packages::{ActionRow, PackageRow};

/// Packages that people are shown to begin with.
const FIRST: usize = 3;

/// A package to begin with.
#[derive(Debug, Serialize)]
pub(super) struct StartRow {
    /// Its place among the packages, from 0.
    package: usize,
    /// What to ask before anything is done, that of the most devices first.
    asks: Vec<AskRow>,
    /// The step to begin with, by its place among the steps of the package.
    first: usize,
    /// Whether all that follows begins with a step that cannot be undone or that erases data. Such a step is never the first.
    held: bool,
    /// The number of an earlier line that begins with the same step.
    like: Option<usize>,
}

/// A question.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct AskRow {
    devices: usize,
    text: String,
}

/// The first packages.
pub(super) fn start(packages: &[PackageRow]) -> Vec<StartRow> {
    let mut rows: Vec<StartRow> = Vec::new();
    for (at, package) in packages.iter().take(FIRST).enumerate() {
        let Some(mut row) = row(at, package) else { continue };
        let begins = |row: &StartRow| packages.get(row.package).and_then(|own| own.actions.get(row.first));
        let same = |earlier: &StartRow| {
            begins(earlier)
                .zip(begins(&row))
                .is_some_and(|(a, b)| (&a.action, &a.condition) == (&b.action, &b.condition))
        };
        row.like = rows.iter().position(same).map(|place| place + 1);
        rows.push(row);
    }
    rows
}

fn row(package: usize, row: &PackageRow) -> Option<StartRow> {
    let opening = &row.actions.first()?.step;
    let is_work = |action: &ActionRow| action.step != *opening && !action.is_check();
    let work = row.actions.iter().position(is_work);
    let held = work.and_then(|at| row.actions.get(at)).is_some_and(ActionRow::is_final);
    // What cannot wait asks nothing before its first action.
    let asked = |action: &&ActionRow| work.is_some() && !row.urgent && action.step == *opening;
    let asks = row.actions.iter().filter(asked).filter(|action| !action.condition.is_empty());
    let mut asks: Vec<AskRow> = asks.map(|own| AskRow { devices: own.devices, text: own.condition.clone() }).collect();
    asks.sort_by_key(|ask| std::cmp::Reverse(ask.devices));
    Some(StartRow { package, asks, first: work.filter(|_| !held).unwrap_or(0), held, like: None })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::packages;
    use super::super::view::Index;
    use super::*;
    use crate::run::{self, Options, Silent};

    fn sample(name: &str) -> (Vec<PackageRow>, Vec<StartRow>) {
        let exports = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name)];
        let outcome = run::analyze(&Options { exports, ..Options::default() }, &Silent).unwrap();
        let packages = packages::rows(&outcome, &Index::new(&outcome));
        let rows = start(&packages);
        (packages, rows)
    }

    #[test]
    fn nothing_begins_with_what_cannot_be_undone() {
        for name in ["contoso", "school", "migration"] {
            let (packages, rows) = sample(name);
            assert!(!rows.is_empty(), "{name}");
            for row in rows {
                let first = &packages[row.package].actions[row.first];
                assert!(!first.is_final(), "{name}: {}", first.step);
            }
        }
    }

    #[test]
    fn the_question_about_a_group_comes_before_its_devices_are_touched() {
        let (packages, rows) = sample("school");
        let (first, row) = (&packages[rows[0].package], &rows[0]);
        assert_eq!((first.actions[row.first].step.as_str(), row.held), ("export-list", true));
        assert!(row.asks[0].text.contains("holidays"), "{:?}", row.asks[0]);
        let most = row.asks.iter().map(|ask| ask.devices).max().unwrap();
        assert_eq!(row.asks[0].devices, most, "what concerns most devices comes first");
    }

    #[test]
    fn a_step_that_begins_two_packages_is_told_once() {
        let (packages, rows) = sample("contoso");
        let (first, second) = (&packages[rows[0].package], &packages[rows[1].package]);
        assert_eq!(first.actions[rows[0].first].action, second.actions[rows[1].first].action);
        assert_eq!((rows[0].like, rows[1].like), (None, Some(1)));
    }
}
