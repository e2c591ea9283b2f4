//! What a rule concludes from the days since a console last saw a device, where the console's list was made before the others:
//! the device may have been seen since, so the rule holds only if it would hold then as well.

use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, IdxCa, NamedFrom, Series};

use super::evaluate::EvalContext;
use super::rule::Rule;
use crate::console::Console;
use crate::frame::make;
use crate::identity::SIGNS;
use crate::ids::DeviceId;
use crate::language::{What, first_line, mask as truth};

/// A device that a rule would hold for if old lists were of today: its line, and the consoles of these lists as bits.
pub(super) type Since = (u32, u32);

/// The mask of a rule with nothing where it rests on an old list, and the lines where it does.
pub(super) fn without_outdated(
    rule: &Rule,
    table: &DataFrame,
    mask: BooleanChunked,
    context: EvalContext<'_>,
) -> Result<(BooleanChunked, Vec<Since>), String> {
    let columns = columns(rule, context);
    let lines: Vec<u32> =
        (0_u32..).zip(mask.iter()).filter(|(_, holds)| *holds == Some(true)).map(|(at, _)| at).collect();
    if columns.is_empty() || lines.is_empty() {
        return Ok((mask, Vec::new()));
    }
    let matched = table.take(&IdxCa::from_vec("".into(), lines.clone())).map_err(|e| first_line(&e))?;
    let mut rests = vec![0_u32; lines.len()];
    for (name, console) in &columns {
        let holds = seen_today(rule, &matched, (&lines, context), &[(name, *console)])?;
        for (rests, holds) in rests.iter_mut().zip(holds.iter()) {
            *rests |= if holds == Some(true) { 0 } else { console.bit() };
        }
    }
    // One of two columns may do, so that neither alone decides.
    let all = columns.iter().fold(0, |bits, (_, console)| bits | console.bit());
    for (rests, holds) in rests.iter_mut().zip(seen_today(rule, &matched, (&lines, context), &columns)?.iter()) {
        if *rests == 0 && holds != Some(true) {
            *rests = all;
        }
    }
    let since: Vec<Since> = lines.into_iter().zip(rests).filter(|(_, rests)| *rests != 0).collect();
    let mut holds: Vec<Option<bool>> = mask.iter().collect();
    for (line, _) in &since {
        if let Some(slot) = holds.get_mut(*line as usize) {
            *slot = None;
        }
    }
    Ok((make::truths(mask.name(), holds.into_iter()), since))
}

/// Columns that decide a rule and count the days since a console of an old list saw the device.
fn columns<'a>(rule: &'a Rule, context: EvalContext<'_>) -> Vec<(&'a str, Console)> {
    let made = |name: &str| match rule.derived.iter().find(|own| own.name == name) {
        Some(own) => Some((&own.made.what, own.console)),
        None => rule.registry.aggregate_column(name).map(|column| (&column.made.what, column.console)),
    };
    let counts = |name: &'a String| {
        let (What::Days(field) | What::LiveAge(field), console) = made(name)? else { return None };
        let old = SIGNS.contains(field) && context.devices.coverage().is_outdated(console);
        old.then_some((name.as_str(), console))
    };
    rule.decides.iter().filter_map(counts).collect()
}

/// What a rule says where consoles have seen each device today that they have seen at all, and not in a list of today.
fn seen_today(
    rule: &Rule,
    table: &DataFrame,
    (lines, context): (&[u32], EvalContext<'_>),
    columns: &[(&str, Console)],
) -> Result<BooleanChunked, String> {
    let coverage = context.devices.coverage();
    let mut tried = table.clone();
    for (name, console) in columns {
        let own =
            table.column(name).map_err(|e| first_line(&e))?.cast(&DataType::Float64).map_err(|e| first_line(&e))?;
        let own = own.f64().map_err(|e| first_line(&e))?;
        let one = |(line, days): (&u32, Option<f64>)| {
            days.map(|days| if coverage.is_outdated_for(DeviceId::new(*line), *console) { 0.0 } else { days })
        };
        let today: Vec<Option<f64>> = lines.iter().zip(own.iter()).map(one).collect();
        tried.with_column(Column::from(Series::new((*name).into(), today))).map_err(|e| first_line(&e))?;
    }
    truth(&tried, &rule.when)
}
