//! Columns of the device table out of values in the order of devices.

use polars::prelude::{
    BooleanChunked, Column, Float64Chunked, Int64Chunked, IntoColumn, IntoSeries, NewChunkedArray, StringChunked,
    TimeUnit, UInt32Chunked,
};

use crate::time::Millis;

/// Flags.
pub(crate) fn flags(name: &str, values: impl Iterator<Item = Option<bool>>) -> Column {
    BooleanChunked::from_iter_options(name.into(), values).into_column()
}

/// Whole numbers.
pub(crate) fn counts(name: &str, values: impl Iterator<Item = Option<u32>>) -> Column {
    UInt32Chunked::from_iter_options(name.into(), values).into_column()
}

/// Texts.
pub(crate) fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}

/// Times.
pub(crate) fn times(name: &str, values: impl Iterator<Item = Option<Millis>>) -> Column {
    let millis = Int64Chunked::from_iter_options(name.into(), values.map(|time| time.map(Millis::number)));
    millis.into_datetime(TimeUnit::Milliseconds, None).into_series().into_column()
}

/// Whole days from each time to another; negative for one on a later day.
pub(crate) fn ages(name: &str, as_of: Millis, values: impl Iterator<Item = Option<Millis>>) -> Column {
    #[expect(clippy::cast_precision_loss, reason = "days of a few thousand years fit")]
    let days = values.map(|time| time.map(|time| as_of.days_since(time) as f64));
    Float64Chunked::from_iter_options(name.into(), days).into_column()
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::DataType;

    #[test]
    fn times_and_ages_are_of_their_types() {
        let known = || [Some(Millis::new(crate::time::DAY)), None].into_iter();
        let times = times("t", known());
        assert_eq!(times.dtype(), &DataType::Datetime(TimeUnit::Milliseconds, None));
        assert_eq!((times.len(), times.null_count(), times.name().as_str()), (2, 1, "t"));
        let ages = ages("a", Millis::new(0), known());
        assert_eq!(ages.f64().unwrap().iter().collect::<Vec<_>>(), [Some(-1.0), None]);
    }
}
