//! The road map as a list: what of each package may be done when.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::{Column, Holds, Looks, PAPER, Plan, ROOM, fill};
use crate::report::model::Model;
use crate::report::roadmap::{PackageStages, StageWork};

/// Name of the sheet.
pub(super) const NAME: &str = "Road map";

/// Headings with their widths. What holds text comes with `true`.
const COLUMNS: [(&str, f64, bool); 13] = [
    ("When", 24.0, true),
    ("From", 12.0, true),
    ("Until", 12.0, true),
    ("Title", 40.0, true),
    ("Platform", 11.0, true),
    ("Severity", 10.0, true),
    ("Package", 38.0, true),
    ("Devices", 9.0, false),
    ("Steps", 9.0, false),
    ("Cannot be undone", 10.0, false),
    ("Erases data", 9.0, false),
    ("Minutes", 9.0, false),
    ("Devices of the package", 10.0, false),
];

/// A stage, a package and its work in the stage.
pub(super) type Line<'a> = (&'a str, &'a PackageStages, &'a StageWork);

/// The work of every package, stage by stage.
pub(super) fn lines(model: &Model) -> Vec<Line<'_>> {
    let packages = &model.roadmap.packages;
    let of_stage = |(at, title): (usize, &'static str)| {
        let own = packages.iter().filter_map(move |package| Some((title, package, package.stages.get(at)?)));
        own.filter(|(_, _, work)| work.steps > 0)
    };
    model.roadmap.stages.iter().map(|stage| stage.title).enumerate().flat_map(of_stage).collect()
}

/// The sheet.
pub(super) fn sheets(looks: &Looks, lines: &[Line<'_>]) -> Result<Vec<Worksheet>, XlsxError> {
    let column = |(name, width, text): &(&str, f64, bool)| Column {
        name: (*name).to_string(),
        width: *width,
        holds: if *text { Holds::Text } else { Holds::Number },
    };
    let columns: Vec<Column> = COLUMNS.iter().map(column).collect();
    let plan =
        Plan { name: NAME, columns: &columns, lines: lines.len(), fixed: 1, choices: &[], room: ROOM, paper: PAPER };
    fill(
        looks,
        &plan,
        || Ok(Worksheet::new()),
        |at, cells| {
            let Some((when, package, work)) = lines.get(at) else { return };
            for text in
                [*when, &work.from, &work.until, &package.title, package.platform, package.severity, &package.id]
            {
                cells.text(text);
            }
            let count = |number: usize| i64::try_from(number).ok();
            // None is an empty cell: the eye finds the exceptions.
            let some = |number: usize| count(number).filter(|number| *number > 0);
            cells.number(count(work.devices));
            cells.number(count(work.steps));
            cells.number(some(work.irreversible));
            cells.number(some(work.wipes));
            cells.number(i64::try_from(work.minutes).ok());
            cells.number(count(package.devices));
        },
    )
}
