//! The tests inside the rule files.

use polars::prelude::{AnyValue, Column, DataFrame, DataType, IntoColumn, Series, TimeUnit};

use super::compile::{Rule, device_dtype, first_line, mask, quietly};
use super::describe::{Case, Expect};
use crate::error::Problem;
use crate::formats::dates::{Stamp, stamp};
use crate::identity::{Threshold, Thresholds};
use crate::schema::{Platform, device_fields};

/// As-of time of every test, unless it gives another.
const AS_OF: &str = "2026-01-01";

/// Runs the tests of a rule; the problems are what failed.
///
/// A rule must show at least one match, one pass and one unknown.
#[must_use]
pub fn run_cases(rule: &Rule) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |place: String, message: String| {
        problems.push(Problem { file: rule.path.clone(), place, message, help: String::new() });
    };
    for (expect, name) in [(Expect::Match, "match"), (Expect::Pass, "pass"), (Expect::Unknown, "unknown")] {
        if !rule.tests.iter().any(|t| t.expect == expect) {
            add("tests".into(), format!("no test expects `{name}`"));
        }
    }
    for case in &rule.tests {
        let place = format!("test `{}`", case.name);
        match quietly(|| table(case).and_then(|t| mask(&t, &rule.when))) {
            Ok(found) => {
                let found = match found.get(0) {
                    Some(true) => Expect::Match,
                    Some(false) => Expect::Pass,
                    None => Expect::Unknown,
                };
                if found != case.expect {
                    add(place, format!("expected {:?}, found {found:?}", case.expect).to_lowercase());
                }
            }
            Err(message) => add(place, message),
        }
    }
    problems
}

/// A device table of one device.
fn table(case: &Case) -> Result<DataFrame, String> {
    let columns = device_fields().iter().map(|f| column(case, f.name)).collect::<Result<Vec<_>, _>>()?;
    DataFrame::new(1, columns).map_err(|e| first_line(&e))
}

fn column(case: &Case, name: &'static str) -> Result<Column, String> {
    let dtype = device_dtype(name).unwrap_or(DataType::String);
    let value = match case.given.get(name) {
        Some(given) => given_value(given, &dtype).ok_or_else(|| format!("`{name}` cannot hold the given value"))?,
        None => default_value(name, &dtype),
    };
    Series::from_any_values_and_dtype(name.into(), &[value], &dtype, true)
        .map(IntoColumn::into_column)
        .map_err(|e| first_line(&e))
}

fn given_value(given: &yaml_serde::Value, dtype: &DataType) -> Option<AnyValue<'static>> {
    if given.is_null() {
        return Some(AnyValue::Null);
    }
    match dtype {
        DataType::Boolean => given.as_bool().map(AnyValue::Boolean),
        DataType::UInt32 => given.as_u64().and_then(|n| u32::try_from(n).ok()).map(AnyValue::UInt32),
        DataType::Float64 => given.as_f64().map(AnyValue::Float64),
        DataType::Datetime(..) => given.as_str().and_then(time),
        _ => given.as_str().map(|text| AnyValue::StringOwned(text.into())),
    }
}

fn time(text: &str) -> Option<AnyValue<'static>> {
    match stamp(text) {
        Stamp::At(millis) => Some(AnyValue::Datetime(millis, TimeUnit::Milliseconds, None)),
        _ => None,
    }
}

/// What an empty device has: no records, default thresholds, words that say "not known".
fn default_value(name: &str, dtype: &DataType) -> AnyValue<'static> {
    let thresholds = Thresholds::default();
    if let Some(threshold) = name.strip_suffix("_days").and_then(Threshold::parse) {
        return AnyValue::UInt32(thresholds.days(threshold, Platform::Windows));
    }
    match (name, dtype) {
        ("as_of", _) => time(AS_OF).unwrap_or(AnyValue::Null),
        ("linkable", _) => AnyValue::Boolean(true),
        ("ownership" | "join_type" | "activity", _) => AnyValue::StringOwned("unknown".into()),
        (_, DataType::UInt32) => AnyValue::UInt32(0),
        ("entra_any_enabled" | "entra_in_intune" | "abm_all_released", _) => AnyValue::Boolean(false),
        _ => AnyValue::Null,
    }
}
