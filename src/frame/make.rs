//! Columns of the device table out of values in the order of devices.

use polars::prelude::{
    BooleanChunked, ChunkedArray, Column, Float64Type, Int64Type, IntoColumn, IntoSeries, NewChunkedArray,
    PolarsNumericType, StringChunked, TimeUnit, UInt32Type,
};
use polars_arrow::array::{BooleanArray, PrimitiveArray};
use polars_arrow::bitmap::{Bitmap, MutableBitmap};
use polars_arrow::datatypes::ArrowDataType;

use crate::time::Millis;

/// Flags.
pub(crate) fn flags(name: &str, values: impl Iterator<Item = Option<bool>>) -> Column {
    truths(name, values).into_column()
}

/// The same as the engine's own column of flags.
pub(crate) fn truths(name: &str, values: impl Iterator<Item = Option<bool>>) -> BooleanChunked {
    let room = values.size_hint().0;
    let (mut yes, mut known) = (MutableBitmap::with_capacity(room), MutableBitmap::with_capacity(room));
    for value in values {
        yes.push(value == Some(true));
        known.push(value.is_some());
    }
    let array = BooleanArray::new(ArrowDataType::Boolean, yes.freeze(), unless_all(known));
    BooleanChunked::with_chunk(name.into(), array)
}

/// Numbers, or none: the engine's own builder takes several times as long for a million.
pub(crate) fn numbers<T: PolarsNumericType>(
    name: &str,
    values: impl Iterator<Item = Option<T::Native>>,
) -> ChunkedArray<T> {
    let room = values.size_hint().0;
    let (mut numbers, mut known) = (Vec::with_capacity(room), MutableBitmap::with_capacity(room));
    for value in values {
        numbers.push(value.unwrap_or_default());
        known.push(value.is_some());
    }
    ChunkedArray::with_chunk(name.into(), PrimitiveArray::from_vec(numbers).with_validity(unless_all(known)))
}

/// What says which values are known, where not all are.
fn unless_all(known: MutableBitmap) -> Option<Bitmap> {
    (known.unset_bits() > 0).then(|| known.freeze())
}

/// Whole numbers.
pub(crate) fn counts(name: &str, values: impl Iterator<Item = Option<u32>>) -> Column {
    numbers::<UInt32Type>(name, values).into_column()
}

/// Texts.
pub(crate) fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}

/// Times.
pub(crate) fn times(name: &str, values: impl Iterator<Item = Option<Millis>>) -> Column {
    let millis = numbers::<Int64Type>(name, values.map(|time| time.map(Millis::number)));
    millis.into_datetime(TimeUnit::Milliseconds, None).into_series().into_column()
}

/// Whole days from each time to another; negative for one on a later day.
pub(crate) fn ages(name: &str, as_of: Millis, values: impl Iterator<Item = Option<Millis>>) -> Column {
    #[expect(clippy::cast_precision_loss, reason = "days of a few thousand years fit")]
    let days = values.map(|time| time.map(|time| as_of.days_since(time) as f64));
    numbers::<Float64Type>(name, days).into_column()
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::{DataType, Int64Chunked};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn columns_are_those_of_the_engine(
            truth in proptest::collection::vec(any::<Option<bool>>(), 0..40),
            number in proptest::collection::vec(any::<Option<i64>>(), 0..40),
        ) {
            let own = flags("a", truth.iter().copied());
            prop_assert!(own.equals_missing(&BooleanChunked::from_iter_options("a".into(), truth.iter().copied()).into_column()));
            prop_assert_eq!(own.null_count(), truth.iter().filter(|one| one.is_none()).count());
            let own = numbers::<Int64Type>("a", number.iter().copied()).into_column();
            prop_assert!(own.equals_missing(&Int64Chunked::from_iter_options("a".into(), number.iter().copied()).into_column()));
            prop_assert_eq!(own.null_count(), number.iter().filter(|one| one.is_none()).count());
        }
    }

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
