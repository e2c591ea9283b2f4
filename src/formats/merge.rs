//! One canonical column out of several columns of a file.

use polars::prelude::{Int64Chunked, NewChunkedArray};

use super::cast::Cast;
use super::identifiers::{unread_name, written_name};
use super::tally::Fault;
use crate::error::Result;
use crate::frame::{Column, Values, internal};

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
            let Some(slot) = merged.columns.iter_mut().find(|own| own.name == column.name) else {
                merged.columns.push(column);
                continue;
            };
            slot.values = match (&slot.values, &column.values) {
                (Values::Time(a), Values::Time(b)) => {
                    Int64Chunked::from_iter_options("".into(), a.iter().zip(b.iter()).map(|(a, b)| a.max(b))).into()
                }
                (Values::Flag(a), Values::Flag(b)) => (a | b).into(),
                _ => return Err(internal("no times")),
            };
        }
    }
    Ok(merged)
}

fn merge_two(merged: &mut Cast, next: Cast, repeated: bool, row: &[u32]) -> Result<()> {
    merged.tally.add(next.tally);
    merged.written = merged.written.or(next.written);
    merged.swapped |= next.swapped;
    let (Some(Column { name, values: own }), Some(Column { values: other, .. })) =
        (merged.columns.first().cloned(), next.columns.first().cloned())
    else {
        return Ok(());
    };
    let filled = own.is_not_null();
    let mut joined = own.or_else(&filled, &other)?;
    let mut differ = None;
    if repeated {
        let found = own.not_equal(&other)?;
        for (differ, row) in found.iter().zip(row) {
            if differ == Some(true) {
                merged.tally.count(Fault::Contradiction, *row);
            }
        }
        joined = own.nothing_like().or_else(&found, &joined)?;
        differ = Some(found);
    }
    let companions = |cast: &[Column]| cast.iter().skip(1).map(|own| own.name.clone()).collect::<Vec<_>>();
    let mut names = companions(&merged.columns);
    names.extend(companions(&next.columns));
    names.sort_unstable();
    names.dedup();
    let mut columns = vec![Column::new(name.clone(), joined)];
    for companion in names {
        let find = |cast: &[Column]| cast.iter().find(|own| own.name == companion).map(|own| own.values.clone());
        let (first, second) = (find(&merged.columns), find(&next.columns));
        let Some(like) = first.as_ref().or(second.as_ref()) else { continue };
        let (first, second) = (
            first.clone().unwrap_or_else(|| like.nothing_like()),
            second.clone().unwrap_or_else(|| like.nothing_like()),
        );
        let mask = if companion == written_name(&name) {
            // What is written belongs to the value that counts; where there is none, the first text stays.
            &filled | &(&other.is_null() & &first.is_not_null())
        } else {
            first.is_not_null()
        };
        let mut chosen = first.or_else(&mask, &second)?;
        if companion == written_name(&name)
            && let Some(differ) = &differ
        {
            chosen = chosen.nothing_like().or_else(differ, &chosen)?;
        }
        // Neither of two days that differ is known; the device may have been seen on the later one.
        if companion == unread_name(&name)
            && let (Some(differ), Some(unread)) = (&differ, chosen.flags())
        {
            chosen = (unread | differ).into();
        }
        columns.push(Column::new(companion, chosen));
    }
    merged.columns = columns;
    Ok(())
}
