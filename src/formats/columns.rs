//! Columns of a frame by name and kind; nothing where the frame has none of that kind.

use polars::prelude::{BooleanChunked, DataFrame, Int64Chunked, StringChunked};

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
