//! Values of columns as text, for evidence and explanations.

use polars::prelude::{Column, DataFrame, DataType};

use super::rule::Rule;
use crate::identity::day;

/// `column=value; …` a row, empty values left out.
pub(super) fn evidence(rule: &Rule, own: &DataFrame) -> Vec<String> {
    let mut texts = vec![String::new(); own.height()];
    for name in &rule.evidence {
        let Ok(column) = own.column(name) else { continue };
        for (text, value) in texts.iter_mut().zip(values(column)) {
            let Some(value) = value else { continue };
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(name);
            text.push('=');
            text.push_str(&value);
        }
    }
    texts
}

/// The values of a column: days without their fraction, times as days of the calendar.
pub(super) fn values(column: &Column) -> Box<dyn Iterator<Item = Option<String>> + '_> {
    match column.dtype() {
        DataType::Float64 => match column.f64() {
            Ok(cells) => Box::new(cells.iter().map(|v| v.map(|days| format!("{}", days.floor())))),
            Err(_) => Box::new(std::iter::empty()),
        },
        DataType::Datetime(..) => match column.datetime() {
            Ok(cells) => Box::new(cells.physical().iter().map(|v| v.map(day)).collect::<Vec<_>>().into_iter()),
            Err(_) => Box::new(std::iter::empty()),
        },
        DataType::Boolean => match column.bool() {
            Ok(cells) => Box::new(cells.iter().map(|v| v.map(|b| b.to_string()))),
            Err(_) => Box::new(std::iter::empty()),
        },
        DataType::UInt32 => match column.u32() {
            Ok(cells) => Box::new(cells.iter().map(|v| v.map(|n| n.to_string()))),
            Err(_) => Box::new(std::iter::empty()),
        },
        _ => match column.str() {
            Ok(cells) => Box::new(cells.iter().map(|v| v.map(ToString::to_string))),
            Err(_) => Box::new(std::iter::empty()),
        },
    }
}
