//! Values of columns as text, for evidence and explanations.

use std::fmt::Write as _;

use polars::prelude::{Column, DataFrame, DataType, IdxCa};

use super::evaluate::EvalContext;
use super::rule::Rule;
use crate::coverage::Which;
use crate::language::first_line;
use crate::time::push_day;

/// The columns that evidence and severities read, for the devices for which the rule holds.
pub(super) fn shown(
    rule: &Rule,
    table: &DataFrame,
    (matched, index): (&[u32], &IdxCa),
    context: EvalContext<'_>,
) -> Result<DataFrame, String> {
    let EvalContext { store, links, devices, .. } = context;
    let column = |name: &String| match table.column(name) {
        Ok(column) => column.take(index).map_err(|e| first_line(&e)),
        Err(_) => devices.values_of(store, links, name, matched).map_err(|e| e.to_string()),
    };
    let columns = rule.shown.iter().map(column).collect::<Result<Vec<Column>, String>>()?;
    DataFrame::new(matched.len(), columns).map_err(|e| first_line(&e))
}

/// The values that evidence shows: identifiers as their consoles write them.
pub(super) fn as_written(
    rule: &Rule,
    mut own: DataFrame,
    matched: &[u32],
    context: EvalContext<'_>,
) -> Result<DataFrame, String> {
    if matched.is_empty() {
        return Ok(own);
    }
    for name in &rule.evidence {
        let written = context.devices.as_written(context.store, name, Which::These(matched));
        let Some(written) = written.map_err(|e| e.to_string())? else { continue };
        let Ok(compared) = own.column(name) else { continue };
        let shown = written.zip_with(&written.is_not_null(), compared).map_err(|e| first_line(&e))?;
        own.with_column(shown).map_err(|e| first_line(&e))?;
    }
    Ok(own)
}

/// `column=value; …` a row, empty values left out.
pub(super) fn evidence(rule: &Rule, own: &DataFrame) -> Vec<String> {
    let mut texts = vec![String::new(); own.height()];
    for name in &rule.evidence {
        let Ok(column) = own.column(name) else { continue };
        show(column, texts.iter_mut(), |text, value| {
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(name);
            text.push('=');
            value.push_to(text);
        });
    }
    texts
}

/// The values of a column as text.
pub(super) fn values(column: &Column) -> Vec<Option<String>> {
    let mut texts = vec![None; column.len()];
    show(column, texts.iter_mut(), |slot: &mut Option<String>, value| value.push_to(slot.insert(String::new())));
    texts
}

/// A value that is shown.
enum Shown<'a> {
    Text(&'a str),
    Flag(bool),
    Count(u32),
    Days(f64),
    Time(i64),
}

impl Shown<'_> {
    /// Days without their fraction, times as days of the calendar.
    fn push_to(&self, text: &mut String) {
        match self {
            Self::Text(own) => return text.push_str(own),
            Self::Time(millis) => return push_day(*millis, text),
            Self::Flag(flag) => write!(text, "{flag}"),
            Self::Count(count) => write!(text, "{count}"),
            Self::Days(days) => write!(text, "{}", days.floor()),
        }
        // Writing to a text cannot fail.
        .unwrap_or_default();
    }
}

/// Hands the values of a column on, each with its slot; those that are not known are passed over.
fn show<T>(column: &Column, slots: impl Iterator<Item = T>, put: impl FnMut(T, Shown<'_>)) {
    match column.dtype() {
        DataType::Float64 => {
            if let Ok(cells) = column.f64() {
                each(slots, cells.iter().map(|cell| cell.map(Shown::Days)), put);
            }
        }
        DataType::Datetime(..) => {
            if let Ok(cells) = column.datetime() {
                each(slots, cells.physical().iter().map(|cell| cell.map(Shown::Time)), put);
            }
        }
        DataType::Boolean => {
            if let Ok(cells) = column.bool() {
                each(slots, cells.iter().map(|cell| cell.map(Shown::Flag)), put);
            }
        }
        DataType::UInt32 => {
            if let Ok(cells) = column.u32() {
                each(slots, cells.iter().map(|cell| cell.map(Shown::Count)), put);
            }
        }
        _ => {
            if let Ok(cells) = column.str() {
                each(slots, cells.iter().map(|cell| cell.map(Shown::Text)), put);
            }
        }
    }
}

fn each<'a, T>(
    slots: impl Iterator<Item = T>,
    values: impl Iterator<Item = Option<Shown<'a>>>,
    mut put: impl FnMut(T, Shown<'a>),
) {
    for (slot, value) in slots.zip(values) {
        if let Some(value) = value {
            put(slot, value);
        }
    }
}
