//! Some lines of a table, in their order and each once.

use polars::prelude::{Column, IdxCa};

use super::internal;
use crate::error::Result;

/// Some lines of a table, in their order and each once.
#[derive(Clone, Copy, Debug)]
pub enum Lines<'a> {
    /// One after the other: so many from the first.
    Run(usize, usize),
    /// With others between them.
    Each(&'a [u32]),
}

impl<'a> Lines<'a> {
    /// Lines that rise. Most are one after the other, and columns of such lines cost no look at each.
    #[must_use]
    pub fn of(lines: &'a [u32]) -> Self {
        match (lines.first(), lines.last()) {
            (Some(first), Some(last)) if (last - first) as usize + 1 == lines.len() => {
                Self::Run(*first as usize, lines.len())
            }
            _ => Self::Each(lines),
        }
    }

    /// The same lines of a column of the engine.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for a line that is not there.
    pub fn take(self, column: &Column) -> Result<Column> {
        match self {
            Self::Run(start, len) if start + len <= column.len() => Ok(slice(column, start, len)),
            Self::Run(..) => Err(internal("lines that are not there")),
            Self::Each(lines) => column.take(&index(lines)).map_err(internal),
        }
    }
}

/// Lines as the engine counts them.
pub(super) fn index(lines: &[u32]) -> IdxCa {
    IdxCa::from_vec("".into(), lines.to_vec())
}

fn slice(column: &Column, start: usize, len: usize) -> Column {
    // A column in memory is far from having as many lines as the engine can count backwards.
    column.slice(i64::try_from(start).unwrap_or(i64::MAX), len)
}

#[cfg(test)]
mod tests {
    use polars::prelude::{BooleanChunked, Int64Chunked};
    use proptest::prelude::*;

    use super::super::{Strings, Values};
    use super::*;

    proptest! {
        #[test]
        fn some_lines_of_a_column_are_those_of_all_of_it(
            rows in proptest::collection::vec((proptest::option::of("[ab]{1,2}"), any::<Option<bool>>(), any::<Option<i64>>()), 1..12),
            keep in proptest::collection::vec(any::<bool>(), 12),
            run in any::<bool>(),
        ) {
            let all = 0..u32::try_from(rows.len()).unwrap();
            let lines: Vec<u32> = if run { all.skip(1).collect() } else { all.filter(|at| keep[*at as usize]).collect() };
            prop_assert!(!run || lines.is_empty() || matches!(Lines::of(&lines), Lines::Run(1, _)));
            let text = |cell: &(Option<String>, Option<bool>, Option<i64>)| cell.0.clone();
            let words: Strings = rows.iter().map(|row| row.0.as_deref()).collect();
            let texts: Vec<String> = (0..rows.len()).map(|at| format!("{at}{:?}", text(&rows[at]))).collect();
            let columns: [Values; 4] = [
                words.into(),
                texts.iter().zip(&rows).map(|(own, row)| row.0.as_ref().map(|_| own.as_str())).collect::<Strings>().into(),
                rows.iter().map(|row| row.1).collect::<BooleanChunked>().into(),
                rows.iter().map(|row| row.2).collect::<Int64Chunked>().into(),
            ];
            for values in columns {
                let some = values.column_of("a", Lines::of(&lines)).unwrap();
                prop_assert!(some.equals_missing(&values.take(&index(&lines)).unwrap().column("a")));
                let filled = some.is_not_null();
                for (at, line) in lines.iter().enumerate() {
                    prop_assert_eq!(filled.get(at), Some(values.has(*line as usize)));
                }
                prop_assert!(!values.has(rows.len()));
            }
        }
    }

    #[test]
    fn a_line_that_is_not_there_is_an_error() {
        let times: Values = [Some(1_i64), None].into_iter().collect::<Int64Chunked>().into();
        assert!(times.column_of("a", Lines::Run(1, 2)).is_err());
        assert!(times.column_of("a", Lines::Each(&[0, 2])).is_err());
    }
}
