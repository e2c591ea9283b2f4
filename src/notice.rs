//! Remarks about the input: coded, located, and made before any conclusion is drawn from it.

use serde::{Deserialize, Serialize};

use crate::schema::Severity;

/// Writes the code list once: variant, slug, severity.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $slug:literal, $severity:ident;)+) => {
        /// Kind of a remark. The slugs are part of the output contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The slug shown in `notices.csv`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $slug),+ }
            }

            /// The kind behind a slug, if there is one.
            #[must_use]
            pub fn parse(slug: &str) -> Option<Self> {
                match slug { $($slug => Some(Self::$variant),)+ _ => None }
            }

            /// How much such a remark matters.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }
        }
    };
}

codes! {
    /// A serial number that no manufacturer would give, or that too many records share.
    PlaceholderSerial = "placeholder-serial", Low;
    /// An identifier that is not one: scientific notation, wrong length, wrong characters.
    DamagedIdentifier = "damaged-identifier", Medium;
    /// Dates whose day and month cannot be told apart, or that cannot be read.
    AmbiguousDates = "ambiguous-dates", High;
    /// A file that is cut off or filtered.
    IncompleteExport = "incomplete-export", High;
    /// An export with too few rows beside what the others say.
    SourceTooSmall = "source-too-small", High;
    /// An export whose newest signal is far behind the others.
    SourcesOutOfStep = "sources-out-of-step", Medium;
    /// Identifiers that contradict each other; the link was refused.
    IdentityConflict = "identity-conflict", Medium;
    /// A name that several devices bear.
    NameCollision = "name-collision", Info;
    /// Rows of one export that are the same object.
    DuplicateRows = "duplicate-rows", Info;
    /// A row that could not be read and was set aside.
    BadRow = "bad-row", Medium;
    /// A file that no format describes.
    UnknownFormat = "unknown-format", Medium;
    /// A file that is read as what the user says that it is.
    Treated = "treated", Info;
    /// Columns that the format does not know.
    UnknownColumn = "unknown-column", Info;
    /// Columns that the format knows, the file lacks and a conclusion would need.
    MissingColumn = "missing-column", Low;
    /// A column with secrets, dropped in the reader.
    SecretColumn = "secret-column", High;
    /// User or device names that the tenant replaces by hashes in its reports.
    ConcealedNames = "concealed-names", Medium;
    /// A number of devices given with `--expect` that the exports do not have.
    ControlTotal = "control-total", High;
    /// Rows of a worksheet that a reader does not see; they are read like the others.
    HiddenRows = "hidden-rows", Low;
    /// Comments on cells of a worksheet, which are not read.
    CellComments = "cell-comments", Medium;
    /// Rows above a header, or text around a list, that are no part of it.
    LinesPassedOver = "lines-passed-over", Low;
    /// Cells of a worksheet that are merged: the value of the first counts for every row of the range.
    MergedCells = "merged-cells", Low;
    /// Most devices of a group became stale within a few days.
    WentDarkTogether = "went-dark-together", Medium;
    /// Text in an old encoding, or mangled by one: names with accents may be wrong.
    LegacyEncoding = "legacy-encoding", Low;
    /// A value that is not of the kind its column holds.
    UnreadableValue = "unreadable-value", Medium;
    /// A decision about a device that the exports do not have.
    DecisionUnused = "decision-unused", Low;
    /// It is not clear whether a decision is about a device, or whether it still holds; nothing is taken away until it is.
    DecisionInDoubt = "decision-in-doubt", High;
    /// What was declined until a day that is over.
    DecisionExpired = "decision-expired", Medium;
    /// What is declined, and nobody says by whom or until when.
    DecisionOpenEnded = "decision-open-ended", Low;
    /// A date far after all others, left out of the as-of time.
    LoneDate = "lone-date", Medium;
    /// An exception whose last day is over: what it hid is shown again.
    ExceptionExpired = "exception-expired", Medium;
    /// A rule that a configuration or an exception names by an earlier id.
    RenamedRule = "renamed-rule", Low;
    /// A configuration or exceptions among the exports, by which nothing was judged.
    SettingsUnused = "settings-unused", Medium;
    /// An entry of `provenance.yaml` that could not be used.
    ProvenanceUnused = "provenance-unused", Medium;
    /// An exception that hides nothing.
    ExceptionUnused = "exception-unused", Low;
    /// A plan so long that its lines name the line of the guide that has their texts.
    LongPlan = "long-plan", Info;
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let slug = String::deserialize(from)?;
        Self::parse(&slug).ok_or_else(|| serde::de::Error::custom("no kind of remark"))
    }
}

/// Things as people list them: `a, b and c`.
#[must_use]
pub fn listed(things: &[&str]) -> String {
    match things.split_last() {
        Some((last, [])) => (*last).to_string(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

/// A number and what it counts, for sentences: `1 device`, `2 devices`.
#[must_use]
pub fn many(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Notice {
    /// Kind of remark.
    pub code: Code,
    /// File, archive member or sheet; empty for a remark about all of them.
    pub export: String,
    /// Data row, from 1.
    pub row: Option<u64>,
    /// Column as written in the export.
    pub column: String,
    /// What was seen and what follows from it.
    pub message: String,
}

impl Notice {
    /// A remark about a whole export.
    pub fn new(code: Code, export: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, export: export.into(), row: None, column: String::new(), message: message.into() }
    }

    /// The same remark, pinned to a row.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// The same remark, pinned to a column.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = column.into();
        self
    }
}

/// Puts remarks in their order, each once.
pub fn in_order(notices: &mut Vec<Notice>) {
    notices.sort();
    notices.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let slugs: BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(slugs.len(), Code::ALL.len());
        assert!(slugs.iter().all(|s| s.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }
}
