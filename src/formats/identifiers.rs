//! The cells of a column of identifiers: what is compared, what is shown, and what is none.

use std::borrow::Cow;

use super::Formats;
use super::cast::{Cast, Caster};
use super::tally::{Fault, Tally};
use super::values::{self, Cell};
use crate::frame::Column;
use crate::frame::strings::Builder;
use crate::schema::Field;

/// What an identifier's cell is.
enum Judged<'a> {
    Value(Cow<'a, str>),
    Nothing,
    Fault(Fault),
    /// No identifier; what it looks like tells the fault.
    Unreadable,
}

impl<'a> Judged<'a> {
    fn of(cell: Cell<Cow<'a, str>>) -> Self {
        match cell {
            Cell::Value(value) => Self::Value(value),
            Cell::Nothing => Self::Nothing,
            Cell::Placeholder => Self::Fault(Fault::Placeholder),
            Cell::Unreadable => Self::Unreadable,
        }
    }
}

impl Caster<'_> {
    pub(super) fn guids(&self) -> Cast {
        self.identifiers(|cell, _| Judged::of(values::guid(cell)))
    }

    pub(super) fn radios(&self) -> Cast {
        self.identifiers(|cell, is_number| match values::imei(cell) {
            Cell::Value(value) if is_number && !values::is_whole_number(&value) => Judged::Fault(Fault::Number),
            other => Judged::of(other),
        })
    }

    pub(super) fn ids(&self) -> Cast {
        self.identifiers(|cell, _| match values::native_id(cell) {
            Cell::Value(value) if values::parse_guid(&value).is_none() && values::looks_secret_in_id(cell) => {
                Judged::Fault(Fault::Secret)
            }
            other => Judged::of(other),
        })
    }

    pub(super) fn serials(&self, formats: &Formats, software: bool) -> Cast {
        let placeholder = |text: &str| formats.vocabulary().is_placeholder(text);
        self.identifiers(|cell, is_number| match values::serial(cell) {
            Cell::Value(value) if placeholder(&value) => Judged::Fault(Fault::Placeholder),
            Cell::Value(value) if software && values::is_software_id(&value) => Judged::Fault(Fault::Software),
            // Whoever wrote a number lost the zeros in front of it, if there were any.
            Cell::Value(_) if is_number => Judged::Fault(Fault::Number),
            Cell::Value(value) if values::looks_secret(cell) || values::looks_secret(&value) => {
                Judged::Fault(Fault::Secret)
            }
            Cell::Unreadable => {
                let packed = values::compact(cell);
                let foreign = values::is_foreign(&packed) || values::is_foreign(&values::shown(cell));
                if !foreign && placeholder(&packed) { Judged::Fault(Fault::Placeholder) } else { Judged::Unreadable }
            }
            other => Judged::of(other),
        })
    }

    /// Identifiers as they are compared, and beside them the text of those that the console writes in another way and of
    /// those that are none.
    fn identifiers<'c>(&'c self, judge: impl Fn(&'c str, bool) -> Judged<'c>) -> Cast {
        let mut tally = Tally::default();
        let mut out = Builder::new(self.cells.len());
        let mut written = AsWritten::new(self.field, self.cells.len());
        for (at, (cell, row)) in self.cells.iter().zip(self.row).enumerate() {
            let Some(cell) = cell else {
                out.push(None);
                continue;
            };
            match judge(cell, self.numbers.binary_search(row).is_ok()) {
                Judged::Value(value) => {
                    if *value != *cell {
                        written.differing(at, cell, &value);
                    }
                    out.push(Some(value.as_ref()));
                    continue;
                }
                Judged::Nothing => {}
                Judged::Fault(Fault::Secret) => tally.count(Fault::Secret, *row),
                Judged::Fault(_) | Judged::Unreadable if values::looks_secret(cell) => {
                    tally.count(Fault::Secret, *row);
                }
                Judged::Fault(fault) => {
                    tally.count(fault, *row);
                    written.put(at, &values::shown(cell));
                }
                Judged::Unreadable => {
                    tally.unreadable(self.field, *row, cell);
                    written.put(at, &values::shown(cell));
                }
            }
            out.push(None);
        }
        let mut columns = vec![self.column(out.finish())];
        columns.extend(written.finish());
        Cast { columns, tally, written: None, swapped: 0 }
    }
}

/// Whether a column of text holds ids that programs give.
pub(super) fn is_id(field: &Field) -> bool {
    matches!(field.name, "native_id" | "merged_into" | "hardware_id")
}

/// The column that keeps an identifier as its console writes it, where that differs from how it is compared.
pub(super) fn written_name(field: &str) -> String {
    format!("{field}_written")
}

/// The column that says where a cell holds something that could not be read.
pub(super) fn unread_name(field: &str) -> String {
    format!("{field}_unread")
}

/// Texts as written. As long as none differs there is no column, so that clean lists cost nothing.
struct AsWritten {
    name: String,
    height: usize,
    filled: usize,
    texts: Option<Builder>,
}

impl AsWritten {
    /// Of what is no identifier as much is kept as a person needs to find it.
    const LONGEST: usize = 128;

    fn new(field: &Field, height: usize) -> Self {
        Self { name: written_name(field.name), height, filled: 0, texts: None }
    }

    fn put(&mut self, at: usize, text: &str) {
        let texts = self.texts.get_or_insert_with(|| Builder::new(self.height));
        for _ in self.filled..at {
            texts.push(None);
        }
        match text.char_indices().nth(Self::LONGEST) {
            Some((end, _)) => texts.push(Some(&format!("{}…", text.get(..end).unwrap_or_default()))),
            None => texts.push(Some(text)),
        }
        self.filled = at + 1;
    }

    /// Keeps the text of a value, unless blanks around it, invisible signs or an encoding make the difference.
    fn differing(&mut self, at: usize, cell: &str, value: &str) {
        let shown = values::shown(cell);
        if *shown != *value && !values::is_binary_guid(&shown) {
            self.put(at, &shown);
        }
    }

    fn finish(self) -> Option<Column> {
        let mut texts = self.texts?;
        for _ in self.filled..self.height {
            texts.push(None);
        }
        Some(Column::new(self.name, texts.finish()))
    }
}
