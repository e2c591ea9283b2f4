//! The tests inside the rule files: a rule over one made-up device, given by its columns or by its records.

mod device;

use polars::prelude::{AnyValue, Column, DataFrame, IdxCa, IntoColumn, NamedFrom, Series};

use super::describe::{Case, Expect};
use super::evaluate::{plans, severities};
use super::objects::objects_of;
use super::rule::{Derived, FLAGGED, Rule};
use crate::error::Problem;
use crate::language::{What, dtype, first_line, mask, quietly};
use crate::schema::{Kind, Severity};
use device::MadeUp;

pub(super) use device::{default_value, given_value};

/// Runs the tests of a rule; the problems are what failed.
///
/// A rule must show at least one match, one pass and one unknown. Where it chooses among severities, plans or objects, a test
/// must say what it chooses.
#[must_use]
pub fn run_cases(rule: &Rule) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |place: String, message: String| {
        problems.push(Problem { file: rule.path.clone(), place, message, help: String::new() });
    };
    let of_tests = || rule.place(&["tests"], "`tests`");
    for expect in [Expect::Match, Expect::Pass, Expect::Unknown] {
        if !rule.tests.iter().any(|t| t.expect == expect) {
            add(of_tests(), format!("no test expects `{}`", expect.as_str()));
        }
    }
    if !rule.severity_when.is_empty() && !rule.tests.iter().any(|t| t.severity.is_some()) {
        add(of_tests(), "no test says which severity a match has".into());
    }
    if !rule.plan_when.is_empty() && !rule.tests.iter().any(|t| t.plan.is_some()) {
        add(of_tests(), "no test says what a match asks for".into());
    }
    let chooses = rule.objects.iter().any(|objects| objects.condition.is_some());
    if chooses && !rule.tests.iter().any(|t| t.objects.is_some()) {
        add(of_tests(), "no test says which objects a match names".into());
    }
    for case in &rule.tests {
        let wrong = quietly(|| run(rule, case)).unwrap_or_else(|message| vec![message]);
        for message in wrong {
            add(rule.place(&["tests", &case.name], &format!("test `{}`", case.name)), message);
        }
    }
    problems
}

/// What a test shows to be otherwise than it expects.
fn run(rule: &Rule, case: &Case) -> Result<Vec<String>, String> {
    let made_up = if case.records.is_empty() { None } else { Some(MadeUp::new(rule.registry, &case.records)?) };
    let mut columns = Vec::new();
    for name in &rule.columns {
        columns.push(column(
            case,
            name,
            rule.registry.device_field(name).map_or(Kind::Text, |f| f.kind),
            made_up.as_ref(),
            |m| m.column(name),
        )?);
    }
    for own in &rule.derived {
        // Of one of many consoles that a test does not speak of there is no record.
        if own.each && made_up.is_none() && !case.given.contains_key(&own.name) {
            columns.push(without_records(own)?);
            continue;
        }
        columns.push(column(case, &own.name, own.made.kind(), made_up.as_ref(), |m| {
            m.devices.derived(&m.store, own.console, &own.name, &own.made)
        })?);
    }
    if !rule.after.is_empty() {
        columns.push(column(case, FLAGGED, Kind::Flag, None, |_| Err(String::new()))?);
    }
    let table = DataFrame::new(1, columns).map_err(|e| first_line(&e))?;
    let found = match mask(&table, &rule.when)?.get(0) {
        Some(true) => Expect::Match,
        Some(false) => Expect::Pass,
        None => Expect::Unknown,
    };
    if found != case.expect {
        return Ok(vec![format!("expected {}, found {}", case.expect.as_str(), found.as_str())]);
    }
    let mut wrong = Vec::new();
    if let Some(expected) = case.severity.as_deref().and_then(Severity::parse) {
        let found = severities(rule, &table)?;
        if found != [expected] {
            let found = found.first().map_or("none", |s| s.as_str());
            wrong.push(format!("expected severity {expected}, found {found}"));
        }
    }
    if let Some(expected) = case.plan {
        let found = plans(rule, &table)?;
        if found != [expected] {
            let found = found.first().map_or("none", |plan| plan.as_str());
            wrong.push(format!("expected the plan {}, found {found}", expected.as_str()));
        }
    }
    if let Some(expected) = &case.objects {
        let Some(made_up) = &made_up else { return Ok(vec!["`objects` needs `records`".into()]) };
        let found = objects_of(rule, &[0], &made_up.store, &made_up.devices)?;
        let mut found: Vec<String> = found.iter().flatten().map(|record| made_up.store.object(*record)).collect();
        let mut expected = expected.clone();
        found.sort();
        expected.sort();
        if found != expected {
            wrong.push(format!("expected the objects {}, found {}", listed(&expected), listed(&found)));
        }
    }
    Ok(wrong)
}

fn listed(objects: &[String]) -> String {
    if objects.is_empty() { "none".into() } else { objects.join(" ") }
}

/// What a column of its own says of a device without a record in the console.
fn without_records(own: &Derived) -> Result<Column, String> {
    let value = match own.made.what {
        What::Any(_) | What::All(_) | What::AllFilled(_) => AnyValue::Boolean(false),
        What::Count(_) | What::Rows => AnyValue::UInt32(0),
        _ => AnyValue::Null,
    };
    of_one(&own.name, value, own.made.kind())
}

/// A column of one value: as given, as the records have it, or what an empty device has.
fn column(
    case: &Case,
    name: &str,
    kind: Kind,
    made_up: Option<&MadeUp>,
    from_records: impl Fn(&MadeUp) -> Result<Column, String>,
) -> Result<Column, String> {
    let value = match (case.given.get(name), made_up) {
        (Some(given), _) => given_value(given, kind).ok_or_else(|| format!("`{name}` cannot hold the given value"))?,
        (None, Some(made_up)) => {
            let first = IdxCa::new("".into(), [0]);
            return from_records(made_up)?.take(&first).map_err(|e| first_line(&e));
        }
        (None, None) => default_value(name, kind),
    };
    of_one(name, value, kind)
}

fn of_one(name: &str, value: AnyValue<'_>, kind: Kind) -> Result<Column, String> {
    Series::from_any_values_and_dtype(name.into(), &[value], &dtype(kind), true)
        .map(IntoColumn::into_column)
        .map_err(|e| first_line(&e))
}
