//! One canonical column out of several columns of a file.

use polars::prelude::{ChunkCompareEq, Column, Int64Chunked, IntoColumn, NewChunkedArray};

use super::cast::Cast;
use super::identifiers::written_name;
use super::tally::Fault;
use crate::error::Result;
use crate::frame::internal;

/// One column out of several that hold the same: the first filled cell counts. `repeated` says of each neighbouring pair
/// whether the two bear one name; then cells that differ are unknown, since nobody can say which is right.
pub(super) fn merge(casts: Vec<Cast>, repeated: &[bool], row: &[u32]) -> Result<Cast> {
    let mut casts = casts.into_iter();
    let mut merged = casts.next().ok_or_else(|| internal("a column without a source"))?;
    for (next, repeated) in casts.zip(repeated) {
        merge_two(&mut merged, next, *repeated, row)?;
    }
    Ok(merged)
}

/// The newest of several times. One that could not be read may be the newest.
pub(super) fn newest(casts: Vec<Cast>) -> Result<Cast> {
    let mut casts = casts.into_iter();
    let mut merged = casts.next().ok_or_else(|| internal("a column without a source"))?;
    for next in casts {
        merged.tally.add(next.tally);
        merged.written = merged.written.or(next.written);
        merged.swapped |= next.swapped;
        for column in next.columns {
            let Some(slot) = merged.columns.iter_mut().find(|c| c.name() == column.name()) else {
                merged.columns.push(column);
                continue;
            };
            let name = slot.name().clone();
            *slot = if let (Ok(a), Ok(b)) = (slot.i64(), column.i64()) {
                Int64Chunked::from_iter_options(name, a.iter().zip(b.iter()).map(|(a, b)| a.max(b))).into_column()
            } else {
                let (a, b) = (slot.bool().map_err(internal)?, column.bool().map_err(internal)?);
                (a | b).with_name(name).into_column()
            };
        }
    }
    Ok(merged)
}

fn merge_two(merged: &mut Cast, next: Cast, repeated: bool, row: &[u32]) -> Result<()> {
    merged.tally.add(next.tally);
    merged.written = merged.written.or(next.written);
    merged.swapped |= next.swapped;
    let (Some(own), Some(other)) = (merged.columns.first().cloned(), next.columns.first().cloned()) else {
        return Ok(());
    };
    let filled = own.is_not_null();
    let mut joined = own.zip_with(&filled, &other).map_err(internal)?;
    let mut differ = None;
    if repeated {
        let found = own.as_materialized_series().not_equal(other.as_materialized_series()).map_err(internal)?;
        for (differ, row) in found.iter().zip(row) {
            if differ == Some(true) {
                merged.tally.count(Fault::Contradiction, *row);
            }
        }
        joined = nothing_like(&own).zip_with(&found, &joined).map_err(internal)?;
        differ = Some(found);
    }
    let name = own.name().clone();
    let companions = |cast: &[Column]| cast.iter().skip(1).map(|c| c.name().clone()).collect::<Vec<_>>();
    let mut names = companions(&merged.columns);
    names.extend(companions(&next.columns));
    names.sort_unstable();
    names.dedup();
    let mut columns = vec![joined];
    for companion in names {
        let find = |cast: &[Column]| cast.iter().find(|c| *c.name() == companion).cloned();
        let (first, second) = (find(&merged.columns), find(&next.columns));
        let Some(like) = first.as_ref().or(second.as_ref()) else { continue };
        let (first, second) =
            (first.clone().unwrap_or_else(|| nothing_like(like)), second.clone().unwrap_or_else(|| nothing_like(like)));
        let mask = if companion == *written_name(&name) {
            // What is written belongs to the value that counts; where there is none, the first text stays.
            &filled | &(&other.is_null() & &first.is_not_null())
        } else {
            first.is_not_null()
        };
        let mut chosen = first.zip_with(&mask, &second).map_err(internal)?;
        if companion == *written_name(&name)
            && let Some(differ) = &differ
        {
            chosen = nothing_like(&chosen).zip_with(differ, &chosen).map_err(internal)?;
        }
        columns.push(chosen);
    }
    merged.columns = columns;
    Ok(())
}

fn nothing_like(column: &Column) -> Column {
    Column::full_null(column.name().clone(), column.len(), column.dtype())
}
