//! Single cells: dates and identifiers. A text of several lines is one cell a line.

use std::borrow::Cow;

use crate::formats::dates::{Order, Stamp, calendar_of, decide, stamp, stamp_in};
use crate::formats::values::{self, Cell};
use crate::time;

/// A moment is within the years that a date may have, under either order of day and month; what was read and is written again
/// is the same moment.
pub(super) fn dates(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let stamps: Vec<Stamp> = text.lines().map(stamp).collect();
    for (cell, found) in text.lines().zip(&stamps) {
        let _ = calendar_of(cell);
        if let Stamp::At(millis) = *found {
            again(millis);
        }
        for order in [Order::Dmy, Order::Mdy] {
            for epoch_1904 in [false, true] {
                match stamp_in(cell, epoch_1904).resolve(Some(order)) {
                    Stamp::At(millis) => again(millis),
                    Stamp::Either(..) => panic!("an order was given, and `{cell}` still has two readings"),
                    Stamp::Unknown | Stamp::Unreadable => {}
                }
            }
        }
    }
    let order = decide(stamps.iter().copied()).unwrap_or_default();
    for found in stamps {
        let _ = found.resolve(order);
    }
}

fn again(millis: i64) {
    let written = time::rfc3339(millis);
    match stamp(&written) {
        // What is written has whole seconds.
        Stamp::At(read) => assert_eq!(read.div_euclid(1_000), millis.div_euclid(1_000), "{written}"),
        other => panic!("`{written}` is read as {other:?}"),
    }
}

/// What was made of an identifier is made of itself again: else two records of one device would not meet.
pub(super) fn identifiers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for cell in text.split(['\n', '\r']) {
        for (kind, read) in KINDS {
            let Cell::Value(value) = read(cell) else { continue };
            assert!(!value.is_empty(), "{kind}: nothing is an identifier");
            assert!(!value.chars().any(values::is_invisible), "{kind}: `{value:?}` has a sign that nobody sees");
            match read(&value) {
                Cell::Value(again) => assert_eq!(again, value, "{kind} of {cell:?}"),
                other => panic!("{kind}: {cell:?} is {value:?}, which is {other:?}"),
            }
        }
        if let Some(guid) = values::parse_guid(cell) {
            assert_eq!(values::parse_guid(&values::format_guid(guid)), Some(guid), "{cell:?}");
        }
        let key = values::radio_key(cell);
        assert_eq!(values::radio_key(key), key, "{cell:?}");
        let _ = (values::flag(cell), values::text(cell), values::squeeze(cell), values::shown(cell));
        let _ = (values::looks_secret(cell), values::looks_secret_in_id(cell), values::looks_concealed(cell));
        let _ = (values::looks_double_encoded(cell), values::is_software_id(cell), values::luhn(cell));
    }
}

/// How a cell of a kind is read.
type Reader = fn(&str) -> Cell<Cow<'_, str>>;

const KINDS: &[(&str, Reader)] = &[
    ("serial", values::serial),
    ("GUID", values::guid),
    ("IMEI", values::imei),
    ("id", values::native_id),
    ("domain", values::domain),
];
