//! The tests inside the files of conditions.

use polars::prelude::{AnyValue, Column, DataFrame, IntoColumn, Series};

use super::{Case, Condition};
use crate::error::Problem;
use crate::language::roots;
use crate::language::{dtype, first_line, mask, quietly};
use crate::rules::cases::{default_value, given_value};
use crate::rules::describe::Expect;
use crate::schema::{Kind, record_field};

/// Runs the tests of a condition; the problems are what failed. One must show where it holds, and one where it does not.
#[must_use]
pub fn run_condition_cases(condition: &Condition) -> Vec<Problem> {
    let problem =
        |place: String, message: String| Problem { file: condition.path.clone(), place, message, help: String::new() };
    let mut problems = Vec::new();
    for expect in [Expect::Match, Expect::Pass] {
        if !condition.tests.iter().any(|test| test.expect == expect) {
            problems.push(problem("`tests`".into(), format!("no test expects `{}`", expect.as_str())));
        }
    }
    for case in &condition.tests {
        let place = format!("test `{}`", case.name);
        match quietly(|| run(condition, case)) {
            Ok(found) if found == case.expect => {}
            Ok(found) => {
                problems.push(problem(place, format!("expected {}, found {}", case.expect.as_str(), found.as_str())));
            }
            Err(message) => problems.push(problem(place, message)),
        }
    }
    problems
}

fn run(condition: &Condition, case: &Case) -> Result<Expect, String> {
    let kind = |name: &str| {
        let field =
            if condition.console.is_some() { record_field(name) } else { condition.registry.device_field(name) };
        field.map_or(Kind::Count, |f| f.kind)
    };
    let mut columns: Vec<Column> = Vec::new();
    for name in roots(condition.expr()) {
        let kind = kind(&name);
        let value = match case.given.get(&name) {
            Some(given) => given_value(given, kind).ok_or_else(|| format!("`{name}` cannot hold the given value"))?,
            None if condition.console.is_some() && record_field(&name).is_some() => AnyValue::Null,
            None => default_value(&name, kind),
        };
        let column = Series::from_any_values_and_dtype(name.as_str().into(), &[value], &dtype(kind), true);
        columns.push(column.map_err(|e| first_line(&e))?.into_column());
    }
    let table = DataFrame::new(1, columns).map_err(|e| first_line(&e))?;
    Ok(match mask(&table, condition.expr())?.get(0) {
        Some(true) => Expect::Match,
        Some(false) => Expect::Pass,
        None => Expect::Unknown,
    })
}
