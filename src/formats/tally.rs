//! What was seen while casting the cells of one column, and the remarks that follow from it.

use super::identifiers::is_id;
use super::values;
use crate::notice::{Code, Notice};
use crate::schema::{Field, Kind};

/// The way out of what a spreadsheet did.
const AGAIN: &str = "; export again without opening the file in between";

/// What may be wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not of the column's kind.
    Unreadable,
    /// A long number in scientific notation.
    Scientific,
    /// A date where an identifier should be.
    Date,
    /// The name of a type where a list should be.
    TypeName,
    /// A serial number that no manufacturer gives.
    Placeholder,
    /// A serial number that software made up.
    Software,
    /// A number where an identifier should be: leading zeros may be lost.
    Number,
    /// Free text that has the shape of a recovery key.
    Secret,
    /// Two columns of one name say different things.
    Contradiction,
}

const FAULTS: [Fault; 9] = [
    Fault::Placeholder,
    Fault::Software,
    Fault::Number,
    Fault::Scientific,
    Fault::Date,
    Fault::TypeName,
    Fault::Unreadable,
    Fault::Contradiction,
    Fault::Secret,
];

/// Remarks gathered while casting one column: of each fault the number of cells and the first row.
#[derive(Debug, Default)]
pub(super) struct Tally {
    seen: [(u64, Option<u32>); FAULTS.len()],
    remark: Option<(Code, String)>,
    /// Rows whose cell holds something that could not be read.
    unread: Vec<u32>,
}

impl Tally {
    /// Counts a cell.
    pub(super) fn count(&mut self, fault: Fault, row: u32) {
        if let Some((count, first)) = self.seen.get_mut(fault as usize) {
            *count += 1;
            first.get_or_insert(row);
        }
        if !matches!(fault, Fault::Placeholder | Fault::Software) {
            self.unread.push(row);
        }
    }

    /// Notes a row whose cell could not be read, where the column as a whole is remarked.
    pub(super) fn unread_row(&mut self, row: u32) {
        self.unread.push(row);
    }

    /// Rows whose cell holds something that could not be read.
    pub(super) fn unread(&self) -> &[u32] {
        &self.unread
    }

    /// A cell that is not of the column's kind; how it is damaged tells what happened to the file.
    pub(super) fn unreadable(&mut self, field: &Field, row: u32, cell: &str) {
        let bare = values::bare(cell);
        let fault = if values::is_type_name(bare) {
            Fault::TypeName
        } else if is_identifier(field) && values::is_scientific(bare) {
            Fault::Scientific
        } else if is_identifier(field) && values::is_date_like(bare) {
            Fault::Date
        } else if is_identifier(field) && values::is_number_like(bare) {
            Fault::Number
        } else {
            Fault::Unreadable
        };
        self.count(fault, row);
    }

    /// A remark about the column as a whole.
    pub(super) fn remark(&mut self, code: Code, message: String) {
        self.remark = Some((code, message));
    }

    /// Takes over what was seen in an earlier pass over the same cells.
    pub(super) fn add(&mut self, other: Self) {
        for (own, other) in self.seen.iter_mut().zip(other.seen) {
            own.0 += other.0;
            own.1 = [own.1, other.1].into_iter().flatten().min();
        }
        self.remark = self.remark.take().or(other.remark);
        self.unread.extend(other.unread);
    }

    /// The remarks, for a column as its file names it.
    pub(super) fn notices(self, export: &str, header: &str, field: &Field) -> Vec<Notice> {
        let mut notices = Vec::new();
        for fault in FAULTS {
            let Some((count @ 1.., first)) = self.seen.get(fault as usize).copied() else { continue };
            let (code, message) = fault.message(count, field);
            let mut notice = Notice::new(code, export, message).in_column(header);
            notice.row = first.map(u64::from);
            notices.push(notice);
        }
        if let Some((code, message)) = self.remark {
            notices.push(Notice::new(code, export, message).in_column(header));
        }
        notices
    }
}

/// Whether a column holds ids of devices or objects.
pub(super) fn is_identifier(field: &Field) -> bool {
    matches!(field.kind, Kind::Guid | Kind::Serial | Kind::Imei) || is_id(field)
}

impl Fault {
    fn message(self, count: u64, field: &Field) -> (Code, String) {
        let no_kind = if is_id(field) { "no id" } else { field.kind.denied() };
        let damaged = if is_identifier(field) { Code::DamagedIdentifier } else { Code::UnreadableValue };
        let (code, one, several, rest): (Code, String, String, &str) = match self {
            Self::Placeholder => (
                Code::PlaceholderSerial,
                "serial is a placeholder and is not".into(),
                "serials are placeholders and are not".into(),
                " used for matching",
            ),
            Self::Software => (
                Code::PlaceholderSerial,
                "serial is an id that software made up, as on personal devices; it is not".into(),
                "serials are ids that software made up, as on personal devices; they are not".into(),
                " used for matching",
            ),
            Self::Number => (
                Code::DamagedIdentifier,
                "cell is a number and not text: leading zeros may be lost, so it is not".into(),
                "cells are numbers and not text: leading zeros may be lost, so they are not".into(),
                " used for matching; take the list as the console exports it",
            ),
            Self::Scientific => (
                Code::DamagedIdentifier,
                "value is in scientific notation: a spreadsheet rounded it, so it is not used for matching".into(),
                "values are in scientific notation: a spreadsheet rounded them, so they are not used for matching"
                    .into(),
                AGAIN,
            ),
            Self::Date => (
                Code::DamagedIdentifier,
                "value is a date: a spreadsheet took it for one, so it is not used for matching".into(),
                "values are dates: a spreadsheet took them for such, so they are not used for matching".into(),
                AGAIN,
            ),
            Self::TypeName => (
                damaged,
                "cell holds".into(),
                "cells hold".into(),
                " the name of a type in place of a list: PowerShell wrote no content; join the list with `-join '|'` before \
                 exporting",
            ),
            Self::Unreadable if is_identifier(field) => (
                damaged,
                format!("cell is {no_kind}, so it is not"),
                format!("cells are {no_kind}, so they are not"),
                " used for matching",
            ),
            Self::Unreadable => (
                damaged,
                format!("cell is {no_kind} and counts"),
                format!("cells are {no_kind} and count"),
                " as unknown",
            ),
            Self::Contradiction => (
                Code::UnreadableValue,
                "row has different values in two columns of this name; it counts".into(),
                "rows have different values in two columns of this name; they count".into(),
                " as unknown",
            ),
            Self::Secret => (
                Code::SecretColumn,
                "cell has the shape of a recovery key, a token or a hardware hash; it was".into(),
                "cells have the shape of a recovery key, a token or a hardware hash; they were".into(),
                " dropped. Delete this file when the analysis is done",
            ),
        };
        (code, format!("{count} {}{rest}", if count == 1 { one } else { several }))
    }
}
