//! From the text of a rule to something that can be evaluated, and every way in which a text is refused.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, Expr, IntoColumn, IntoLazy, Series, TimeUnit};
use polars::sql::sql_expr;

use super::describe::{Case, Group, Raw, RawObjects, Text};
use crate::error::Problem;
use crate::schema::{CARRIED, Console, Kind, RECORD, Severity, device_fields, nearest, record_field};

/// A rule that can be evaluated.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its file.
    pub path: String,
    /// What it says to people.
    pub text: Text,
    /// Consoles, and columns of them, without which it does not run.
    pub(super) needs: Vec<(Console, Option<&'static str>)>,
    /// Consoles from whose silence it concludes something.
    pub(super) absence: Vec<Console>,
    pub(super) when: Expr,
    pub(super) severity_when: Vec<(Expr, Severity)>,
    pub(super) objects: Vec<Objects>,
    pub(super) evidence: Vec<&'static str>,
    /// Columns of the device table that its evidence and its severities read.
    pub(super) shown: Vec<&'static str>,
    /// Those, and what its condition reads.
    pub(super) columns: Vec<&'static str>,
    /// Columns of the device table that decide whether it holds.
    pub(super) decides: Vec<&'static str>,
    pub(super) tests: Vec<Case>,
}

/// Which records a finding concerns.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    /// `None`: every console.
    pub console: Option<Console>,
    pub condition: Option<Expr>,
    pub group: Option<Group>,
}

impl Rule {
    /// Record columns that the rule reads, through the device table or directly.
    pub fn record_columns(&self) -> Vec<&'static str> {
        let carried = CARRIED.iter().filter(|c| self.columns.contains(&c.name)).filter_map(|c| c.from.record_column());
        let needs = self.needs.iter().filter_map(|(_, column)| *column);
        let mut columns: Vec<&'static str> = carried.chain(needs).collect();
        for objects in &self.objects {
            let roots = objects.condition.iter().flat_map(|c| c.clone().meta().root_names());
            columns.extend(roots.filter_map(|root| record_field(&root)).map(|f| f.name));
            columns.extend(objects.group.iter().filter_map(|g| record_field(&g.column)).map(|f| f.name));
        }
        if self.columns.contains(&"android_mode") {
            columns.push("mode");
        }
        columns
    }
}

/// Functions that look at more than one row, and words that begin another query.
const REFUSED_WORDS: &[&str] = &[
    "select",
    "from",
    "over",
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "first",
    "last",
    "median",
    "stddev",
    "variance",
    "quantile_cont",
    "quantile_disc",
    "array_agg",
    "row_number",
    "rank",
    "dense_rank",
    "lag",
    "lead",
    "read_csv",
    "read_json",
    "read_parquet",
    "read_ipc",
    "current_date",
    "current_timestamp",
    "now",
];

struct Compiler<'a> {
    path: &'a str,
    problems: Vec<Problem>,
}

pub(super) fn compile(path: &str, raw: Raw) -> Result<Rule, Vec<Problem>> {
    let mut c = Compiler { path, problems: Vec::new() };
    let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml").trim_end_matches(".yml");
    if raw.id != stem {
        c.add("id", format!("`{}` does not match the file name", raw.id), format!("write `{stem}`"));
    }
    let severity = c.severity("severity", &raw.severity);
    let fields = device_fields();
    let names: Vec<&'static str> = fields.iter().map(|f| f.name).collect();
    let empty = device_frame_without_rows();
    let when = c.condition("when", &raw.when, &empty);
    let mut severity_when = Vec::new();
    for one in &raw.severity_when {
        if let (Some(expr), Some(severity)) =
            (c.condition("severity_when", &one.when, &empty), c.severity("severity_when", &one.severity))
        {
            severity_when.push((expr, severity));
        }
    }
    let needs = raw.needs.iter().filter_map(|need| c.need(need)).collect();
    let absence = raw.absence.iter().filter_map(|name| c.console("absence", name)).collect();
    let objects = raw.objects.iter().filter_map(|o| c.objects(o)).collect();
    let mut evidence = Vec::new();
    for name in &raw.evidence {
        match names.iter().find(|n| *n == name) {
            Some(known) => evidence.push(*known),
            None => c.unknown_column("evidence", name, &names),
        }
    }
    for case in &raw.tests {
        for name in case.given.keys().filter(|name| !names.contains(&name.as_str())) {
            c.unknown_column(&format!("test `{}`", case.name), name, &names);
        }
    }
    let (Some(when), Some(severity), true) = (when, severity, c.problems.is_empty()) else { return Err(c.problems) };
    let read_by = |expr: &Expr| -> Vec<&'static str> {
        let roots = expr.clone().meta().root_names();
        names.iter().copied().filter(|n| roots.iter().any(|r| r.as_str() == *n)).collect()
    };
    let sorted = |mut columns: Vec<&'static str>| {
        columns.sort_unstable();
        columns.dedup();
        columns
    };
    let shown = sorted(severity_when.iter().flat_map(|(e, _)| read_by(e)).chain(evidence.iter().copied()).collect());
    let decides = sorted(read_by(&when));
    let columns = sorted(shown.iter().copied().chain(decides.iter().copied()).collect());
    Ok(Rule {
        path: path.to_string(),
        text: Text {
            id: raw.id,
            title: raw.title,
            why: one_line(&raw.why),
            summary: one_line(&raw.summary),
            factors: raw.factors.iter().map(|f| one_line(f)).collect(),
            controls: raw.controls,
            references: raw.references,
            severity,
            plan: raw.plan,
        },
        needs,
        absence,
        when,
        severity_when,
        objects,
        evidence,
        shown,
        columns,
        decides,
        tests: raw.tests,
    })
}

/// YAML folds long text with line ends that no sentence wants.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Compiler<'_> {
    fn add(&mut self, place: &str, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem {
            file: self.path.into(),
            place: place.into(),
            message: message.into(),
            help: help.into(),
        });
    }

    fn unknown_column(&mut self, place: &str, name: &str, names: &[&'static str]) {
        let help = nearest(name, names.iter().copied())
            .map_or_else(|| "`lastseen fields` lists them".to_string(), |n| format!("the nearest column is `{n}`"));
        self.add(place, format!("`{name}` is no column of the device table"), help);
    }

    fn severity(&mut self, place: &str, word: &str) -> Option<Severity> {
        let severity = Severity::parse(word);
        if severity.is_none() {
            self.add(place, format!("`{word}` is no severity"), Severity::WORDS.join(", "));
        }
        severity
    }

    fn console(&mut self, place: &str, name: &str) -> Option<Console> {
        let console = Console::parse(name);
        if console.is_none() {
            self.add(place, format!("`{name}` is no console"), Console::WORDS.join(", "));
        }
        console
    }

    fn need(&mut self, text: &str) -> Option<(Console, Option<&'static str>)> {
        let (console, column) = text.split_once('.').map_or((text, None), |(c, f)| (c, Some(f)));
        let console = self.console("needs", console)?;
        let Some(column) = column else { return Some((console, None)) };
        let field = record_field(column);
        if field.is_none() {
            let help = nearest(column, RECORD.iter().map(|f| f.name))
                .map_or_else(String::new, |n| format!("the nearest column is `{n}`"));
            self.add("needs", format!("`{column}` is no record column"), help);
        }
        field.map(|f| (console, Some(f.name)))
    }

    fn objects(&mut self, raw: &RawObjects) -> Option<Objects> {
        let console = if raw.console == "all" { None } else { Some(self.console("objects", &raw.console)?) };
        if let Some(group) = &raw.group
            && record_field(&group.column).is_none()
        {
            self.add("objects", format!("`{}` is no record column", group.column), "");
        }
        let condition = match &raw.condition {
            None => None,
            Some(text) => Some(self.condition("objects", text, &record_frame_without_rows())?),
        };
        Some(Objects { console, condition, group: raw.group.clone() })
    }

    /// Parses a condition, refuses what it may not be, and runs it over a table without rows.
    fn condition(&mut self, place: &str, text: &str, table: &DataFrame) -> Option<Expr> {
        if let Some(word) = refused_word(text) {
            let help = "a condition speaks of one device at a time; `lastseen fields` lists what it may use";
            self.add(place, format!("`{word}` is not allowed in a condition"), help);
            return None;
        }
        let columns: Vec<String> = table.get_column_names().iter().map(ToString::to_string).collect();
        // The engine panics on some texts; that is an error of the text.
        let parsed = quietly(|| sql_expr(text).map_err(|e| first_line(&e)));
        let expr = match parsed {
            Ok(expr) => expr,
            Err(message) => {
                self.add(place, format!("cannot be read as a condition: {message}"), "");
                return None;
            }
        };
        let roots = expr.clone().meta().root_names();
        for root in &roots {
            if !columns.iter().any(|c| c == root.as_str()) {
                let help = if text.contains(&format!("\"{root}\"")) {
                    format!("text stands in single quotes: '{root}'")
                } else {
                    nearest(root, columns.iter().map(String::as_str)).map_or_else(
                        || "`lastseen fields` lists them".into(),
                        |n| format!("the nearest column is `{n}`"),
                    )
                };
                self.add(place, format!("`{root}` is no column"), help);
                return None;
            }
        }
        if roots.is_empty() {
            self.add(place, "looks at no column, so it says the same of every device", "");
            return None;
        }
        let dry = quietly(|| {
            let out =
                table.clone().lazy().select([expr.clone().alias("result")]).collect().map_err(|e| first_line(&e))?;
            let dtype = out.column("result").map_err(|e| first_line(&e))?.dtype().clone();
            if dtype == DataType::Boolean {
                Ok(())
            } else {
                Err(format!("gives {}, not true or false", kind_of(&dtype)))
            }
        });
        match dry {
            Ok(()) => Some(expr),
            Err(message) => {
                self.add(place, format!("cannot be evaluated: {message}"), "");
                None
            }
        }
    }
}

/// Steps of the engine that are under way; while there are any, a panic is an answer and nothing to print.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Runs a step of the engine; a panic becomes an error.
pub(super) fn quietly<T>(step: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if UNDER_WAY.load(Ordering::Relaxed) == 0 {
                usual(panic);
            }
        }));
    });
    UNDER_WAY.fetch_add(1, Ordering::Relaxed);
    let outcome = catch_unwind(AssertUnwindSafe(step));
    UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    // What the engine says when it gives up speaks of its own code, not of the rule.
    outcome.unwrap_or_else(|_| Err("the engine gave up on it; look at the texts of `INTERVAL` and `DATE`".into()))
}

/// The engine's messages go on with plans and cell values, which nobody outside should see.
pub(super) fn first_line(e: &polars::prelude::PolarsError) -> String {
    e.to_string().lines().next().unwrap_or_default().to_string()
}

fn refused_word(text: &str) -> Option<&'static str> {
    let mut outside = String::new();
    for (at, part) in text.split('\'').enumerate() {
        outside.push_str(if at % 2 == 0 { part } else { " " });
    }
    let lower = outside.to_lowercase();
    let mut words = lower.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.find_map(|word| REFUSED_WORDS.iter().copied().find(|refused| *refused == word))
}

fn dtype(kind: Kind) -> DataType {
    match kind {
        Kind::Flag => DataType::Boolean,
        Kind::Time => DataType::Datetime(TimeUnit::Milliseconds, None),
        Kind::Count => DataType::UInt32,
        Kind::Days => DataType::Float64,
        _ => DataType::String,
    }
}

fn without_rows(columns: impl Iterator<Item = (&'static str, DataType)>) -> DataFrame {
    let columns: Vec<Column> =
        columns.map(|(name, dtype)| Series::new_empty(name.into(), &dtype).into_column()).collect();
    DataFrame::new(0, columns).unwrap_or_default()
}

/// The device table without devices.
pub(super) fn device_frame_without_rows() -> DataFrame {
    without_rows(device_fields().iter().map(|f| (f.name, dtype(f.kind))))
}

/// A console's records, with what `objects` conditions may use beside them.
fn record_frame_without_rows() -> DataFrame {
    let own = RECORD.iter().map(|f| (f.name, if f.kind == Kind::Time { DataType::Int64 } else { dtype(f.kind) }));
    let extra = [("live", DataType::Boolean), ("group_live", DataType::Boolean), ("group_count", DataType::UInt32)];
    without_rows(own.chain(extra))
}

/// What a condition gives, in plain words.
fn kind_of(dtype: &DataType) -> &'static str {
    match dtype {
        DataType::String => "text",
        d if d.is_primitive_numeric() => "a number",
        d if d.is_temporal() => "a time",
        _ => "something else",
    }
}

/// The type of a device column, for making one by hand.
pub(super) fn device_dtype(name: &str) -> Option<DataType> {
    device_fields().iter().find(|f| f.name == name).map(|f| dtype(f.kind))
}

/// Truth of a condition a row.
pub(super) fn mask(table: &DataFrame, condition: &Expr) -> Result<BooleanChunked, String> {
    let out = table.clone().lazy().select([condition.clone().alias("result")]).collect().map_err(|e| first_line(&e))?;
    let mask = out.column("result").and_then(|c| c.bool()).map_err(|e| first_line(&e))?.clone();
    if mask.len() == table.height() {
        Ok(mask)
    } else {
        Err("the condition does not speak of one device at a time".into())
    }
}
