//! Columns of a frame by name and kind; nothing where the frame has none of that kind.

use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, Int64Chunked, StringChunked, UInt32Chunked};

/// A column of text.
pub(crate) fn text<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a StringChunked> {
    of_type(frame, name, &DataType::String)?.str().ok()
}

/// A column of times in UTC milliseconds.
pub(crate) fn times<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a Int64Chunked> {
    of_type(frame, name, &DataType::Int64)?.i64().ok()
}

/// A column of flags.
pub(crate) fn flags<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a BooleanChunked> {
    of_type(frame, name, &DataType::Boolean)?.bool().ok()
}

/// A column of whole numbers, as `row` and `export` are.
pub(crate) fn numbers<'a>(frame: &'a DataFrame, name: &str) -> Option<&'a UInt32Chunked> {
    of_type(frame, name, &DataType::UInt32)?.u32().ok()
}

/// A column of a type. It is asked for by the million, and the engine's answer for a column that is not there, or of another type,
/// is a sentence.
fn of_type<'a>(frame: &'a DataFrame, name: &str, wanted: &DataType) -> Option<&'a Column> {
    let column = frame.columns().get(frame.get_column_index(name)?)?;
    (column.dtype() == wanted).then_some(column)
}

/// Whether the frame has a column with something in it.
pub(crate) fn is_filled(frame: &DataFrame, name: &str) -> bool {
    frame.column(name).is_ok_and(|column| column.null_count() < column.len())
}
