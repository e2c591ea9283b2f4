//! Columns of a frame by name and kind; nothing where the frame has none of that kind.

use polars::prelude::{BooleanChunked, DataFrame, Int64Chunked, StringChunked, UInt32Chunked};

/// A column of text.
pub(crate) fn text<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a StringChunked> {
    frame.column(name).ok()?.str().ok()
}

/// A column of times in UTC milliseconds.
pub(crate) fn times<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a Int64Chunked> {
    frame.column(name).ok()?.i64().ok()
}

/// A column of flags.
pub(crate) fn flags<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a BooleanChunked> {
    frame.column(name).ok()?.bool().ok()
}

/// A column of whole numbers, as `row` and `export` are.
pub(crate) fn numbers<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a UInt32Chunked> {
    frame.column(name).ok()?.u32().ok()
}

/// Whether the frame has a column with something in it.
pub(crate) fn is_filled(frame: &DataFrame, name: &str) -> bool {
    frame.column(name).is_ok_and(|column| column.null_count() < column.len())
}
