//! What several records of one console say of a device together: newest time, numbers, whether one or all say so.

use polars::prelude::{BooleanChunked, Column, IntoColumn, NewChunkedArray, UInt32Chunked};

use super::shelves::Shelf;
use crate::error::Result;
use crate::frame::internal;

/// The records of a console, and the device of each.
pub(super) type Held<'a> = Option<(&'a Shelf, &'a [u32])>;

/// Newest time of each device.
pub(super) fn newest(shelf: Held<'_>, field: &str, count: usize) -> Vec<Option<i64>> {
    let mut out = vec![None; count];
    let Some((shelf, device_of)) = shelf else { return out };
    let Some(times) = shelf.times(field) else { return out };
    for (device, time) in device_of.iter().zip(times.iter()) {
        if let Some(slot) = out.get_mut(*device as usize) {
            *slot = time.max(*slot);
        }
    }
    out
}

/// Number of records for which a test holds; unknown where a record leaves it open.
pub(super) fn counts(name: &str, shelf: Held<'_>, count: usize, test: impl Fn(usize) -> Option<bool>) -> Column {
    let mut out = vec![Some(0_u32); count];
    if let Some((_, device_of)) = shelf {
        for (line, device) in device_of.iter().enumerate() {
            if let Some(slot) = out.get_mut(*device as usize) {
                *slot = slot.zip(test(line)).map(|(n, holds)| n + u32::from(holds));
            }
        }
    }
    UInt32Chunked::from_iter_options(name.into(), out.into_iter()).into_column()
}

/// Whether a test holds for a record; unknown where none does and one leaves it open. False without records.
pub(super) fn any(name: &str, shelf: Held<'_>, count: usize, test: impl Fn(usize) -> Option<bool>) -> Column {
    let mut out = vec![Some(false); count];
    if let Some((_, device_of)) = shelf {
        for (line, device) in device_of.iter().enumerate() {
            if let Some(slot) = out.get_mut(*device as usize) {
                *slot = match (*slot, test(line)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (None, _) | (_, None) => None,
                    _ => Some(false),
                };
            }
        }
    }
    BooleanChunked::from_iter_options(name.into(), out.into_iter()).into_column()
}

/// Whether every record of a device has a value; false without records.
pub(super) fn all_filled(name: &str, some_empty: &Column, counts: &Column) -> Result<Column> {
    let some_empty = some_empty.bool().map_err(internal)?;
    let counts = counts.u32().map_err(internal)?;
    let filled = some_empty
        .iter()
        .zip(counts.iter())
        .map(|(empty, n)| if n == Some(0) { Some(false) } else { empty.map(|e| !e) });
    Ok(BooleanChunked::from_iter_options(name.into(), filled).into_column())
}
