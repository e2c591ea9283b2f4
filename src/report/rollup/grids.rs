//! The lists of a rollup, for CSV and the workbook: each cell once.

use super::model::{Rollup, RuleCell, Share};

/// A list.
pub(in crate::report) struct Grid {
    /// Name of its file.
    pub file: &'static str,
    /// Name of its sheet.
    pub sheet: &'static str,
    /// Names of its columns, with widths.
    pub columns: Vec<(String, f64)>,
    /// Its lines.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) enum Cell {
    /// Text.
    Text(String),
    /// A count.
    Number(u64),
    /// Tenths.
    Tenths(u64),
    /// Nothing.
    Nothing,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

fn maybe(number: Option<u64>) -> Cell {
    number.map_or(Cell::Nothing, Cell::Number)
}

fn tenths(number: Option<u64>) -> Cell {
    number.map_or(Cell::Nothing, Cell::Tenths)
}

/// All lists.
pub(super) fn all(rollup: &Rollup) -> Vec<Grid> {
    vec![figures(rollup), matrix(rollup), rules(rollup), trend(rollup), remarks(rollup)]
}

fn columns(names: &[(&str, f64)]) -> Vec<(String, f64)> {
    names.iter().map(|(name, width)| ((*name).to_string(), *width)).collect()
}

fn figures(rollup: &Rollup) -> Grid {
    let mut rows = Vec::new();
    for figure in &rollup.figures {
        for (tenant, share) in rollup.tenants.iter().zip(&figure.cells) {
            let Share { count, of, tenths: per } = *share;
            let what = if of.is_some() { figure.of } else { "" };
            let who = [Cell::from(tenant.label.as_str()), tenant.as_of.as_str().into(), figure.name.into()];
            rows.push(who.into_iter().chain([Cell::Number(count), maybe(of), what.into(), tenths(per)]).collect());
        }
    }
    let names = [
        ("tenant", 30.0),
        ("as_of", 21.0),
        ("figure", 34.0),
        ("count", 10.0),
        ("of", 10.0),
        ("counted", 14.0),
        ("per_100", 10.0),
    ];
    Grid { file: "figures.csv", sheet: "Figures", columns: columns(&names), rows }
}

/// One line a rule, one column a tenant: what people look at first.
fn matrix(rollup: &Rollup) -> Grid {
    let mut names = columns(&[("rule", 30.0), ("title", 40.0), ("severity", 10.0)]);
    names.extend(rollup.tenants.iter().map(|own| (own.label.clone(), 22.0)));
    names.push(("all that ran it".to_string(), 22.0));
    let row = |line: &super::model::RuleLine| {
        let about = [line.rule.as_str(), line.title.as_str(), line.severity].map(Cell::from);
        let total = match line.total {
            Some(total) => in_words(total),
            None if line.differs => "no total: not the same rule".to_string(),
            None => String::new(),
        };
        let cells = line.cells.iter().map(|cell| Cell::Text(said(cell)));
        about.into_iter().chain(cells).chain([Cell::Text(total)]).collect()
    };
    Grid { file: "matrix.csv", sheet: "Rules by tenant", columns: names, rows: rollup.rules.iter().map(row).collect() }
}

fn in_words(share: Share) -> String {
    match (share.of, share.tenths) {
        (Some(of), Some(tenths)) => format!("{} of {of} ({}.{} per 100)", share.count, tenths / 10, tenths % 10),
        _ => share.count.to_string(),
    }
}

fn said(cell: &RuleCell) -> String {
    let version = if cell.version.is_empty() { String::new() } else { format!("; version {}", cell.version) };
    match (cell.outcome, cell.findings) {
        (_, Some(share)) if cell.undecided > 0 => format!("{}; {} undecided{version}", in_words(share), cell.undecided),
        (_, Some(share)) => format!("{}{version}", in_words(share)),
        ("did-not-run", None) => "did not run".to_string(),
        _ => "not in the report".to_string(),
    }
}

fn rules(rollup: &Rollup) -> Grid {
    let mut rows = Vec::new();
    for line in &rollup.rules {
        for (tenant, cell) in rollup.tenants.iter().zip(&line.cells) {
            let share = cell.findings;
            let who = [line.rule.as_str(), line.title.as_str(), line.severity, tenant.label.as_str(), cell.outcome];
            let figures = [
                maybe(share.map(|share| share.count)),
                share.map_or(Cell::Nothing, |_| Cell::Number(cell.undecided)),
                maybe(share.and_then(|share| share.of)),
                tenths(share.and_then(|share| share.tenths)),
            ];
            let rest = [cell.version.as_str(), cell.reason.as_str()].map(Cell::from);
            rows.push(who.map(Cell::from).into_iter().chain(figures).chain(rest).collect());
        }
    }
    let names = [
        ("rule", 30.0),
        ("title", 40.0),
        ("severity", 10.0),
        ("tenant", 30.0),
        ("outcome", 14.0),
        ("findings", 10.0),
        ("undecided", 10.0),
        ("devices", 10.0),
        ("per_100", 10.0),
        ("version", 9.0),
        ("reason", 60.0),
    ];
    Grid { file: "rules.csv", sheet: "Rules", columns: columns(&names), rows }
}

fn trend(rollup: &Rollup) -> Grid {
    let mut rows = Vec::new();
    for tenant in &rollup.tenants {
        for point in &tenant.trend {
            let stale = Share::new(point.stale, point.devices);
            let [critical, high] = [0, 1].map(|at| point.findings.get(at).copied().unwrap_or_default());
            let grave = Share::new(critical + high, point.devices);
            rows.push(vec![
                tenant.label.as_str().into(),
                point.as_of.as_str().into(),
                Cell::Number(point.devices),
                Cell::Number(stale.count),
                tenths(stale.tenths),
                Cell::Number(grave.count),
                tenths(grave.tenths),
                point.differs.as_str().into(),
            ]);
        }
    }
    let names = [
        ("tenant", 30.0),
        ("as_of", 21.0),
        ("devices", 10.0),
        ("stale", 10.0),
        ("stale_per_100", 14.0),
        ("critical_and_high", 16.0),
        ("critical_and_high_per_100", 24.0),
        ("not_compared", 52.0),
    ];
    Grid { file: "trend.csv", sheet: "Trend", columns: columns(&names), rows }
}

/// What keeps figures from being compared.
fn remarks(rollup: &Rollup) -> Grid {
    let of = |kind: &'static str, texts: &[String]| -> Vec<Vec<Cell>> {
        texts.iter().map(|text| vec![kind.into(), text.as_str().into()]).collect()
    };
    let rows = [of("same-tenant", &rollup.same), of("differs", &rollup.differences)].concat();
    Grid {
        file: "differences.csv",
        sheet: "Differences",
        columns: columns(&[("kind", 14.0), ("difference", 110.0)]),
        rows,
    }
}
