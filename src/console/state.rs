//! States of objects in the few words that steps are chosen by, and how a console's columns say them.

use crate::schema::words;

words! {
    /// State of an object in its console, in the few words that decide which steps are possible. Playbooks write
    /// `state-` before them.
    State {
        /// Not said, or not understood.
        Unknown = "unknown": "its state is not known",
        /// Intune: managed.
        Managed = "managed": "its console manages it",
        /// Intune: retire, wipe or delete is pending or issued.
        Leaving = "leaving": "a retire, wipe or delete of it is pending or issued",
        /// Intune: a retire, wipe or delete failed.
        Failed = "failed": "a retire, wipe or delete of it failed",
        /// Entra ID, AD: enabled.
        Enabled = "enabled": "enabled",
        /// Entra ID, AD, Chrome: disabled.
        Disabled = "disabled": "disabled",
        /// Defender, Chrome: active.
        Active = "active": "active by the word of its console",
        /// Defender: the sensor is inactive.
        Inactive = "inactive": "inactive by the word of its console",
        /// Defender: seen, not onboarded.
        NotOnboarded = "not-onboarded": "seen by its console, and not onboarded",
        /// Apple: assigned to a management server.
        Assigned = "assigned": "assigned to a management server",
        /// Apple: assigned to none.
        Unassigned = "unassigned": "assigned to no management server",
        /// Apple: released from the organisation.
        Released = "released": "released from the organisation",
        /// Asset register: lost or stolen.
        Lost = "lost": "lost or stolen",
        /// Chrome: deprovisioned.
        Deprovisioned = "deprovisioned": "deprovisioned",
        /// Chrome: pre-provisioned.
        PreProvisioned = "pre-provisioned": "pre-provisioned",
        /// Google mobile: approved.
        Approved = "approved": "approved",
        /// Google mobile: blocked.
        Blocked = "blocked": "blocked",
        /// Google mobile: wiped, or a wipe is on its way.
        Wiped = "wiped": "wiped, or a wipe is on its way",
        /// Known, and none of the above.
        Other = "other": "in another state",
    }
}

impl State {
    /// Whether the console holds nothing more that could be taken away.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Released | Self::Deprovisioned | Self::Wiped | Self::NotOnboarded)
    }
}

/// The cells of one record.
pub trait Cells {
    /// Whether the lists have the column.
    fn has(&self, column: &str) -> bool;
    /// Whether a cell holds something.
    fn filled(&self, column: &str) -> bool;
    /// The word in a cell; of a flag `true` or `false`.
    fn word(&self, column: &str) -> Option<&str>;
}

/// What one column must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The record column.
    pub column: &'static str,
    /// What its cell must be.
    pub test: Test,
}

/// What a cell must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// It holds something.
    Filled,
    /// The lists have the column, and it holds nothing.
    Blank,
    /// It holds one of these words.
    Is(Vec<String>),
    /// It holds something else than these words.
    IsNot(Vec<String>),
}

impl Test {
    /// Whether a word, or the lack of one, is as it says; of a column that the lists have.
    #[must_use]
    pub fn accepts(&self, word: Option<&str>) -> bool {
        let among = |words: &[String]| word.map(|word| words.iter().any(|own| own == word));
        match self {
            Self::Filled => word.is_some(),
            Self::Blank => word.is_none(),
            Self::Is(words) => among(words) == Some(true),
            Self::IsNot(words) => among(words) == Some(false),
        }
    }
}

impl Clause {
    /// Whether it is so.
    #[must_use]
    pub fn holds(&self, cells: &dyn Cells) -> bool {
        match &self.test {
            // Times are no words.
            Test::Filled => cells.filled(self.column),
            Test::Blank => cells.has(self.column) && !cells.filled(self.column),
            words => words.accepts(cells.word(self.column)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// A column that the lists have and the record does not fill holds `None`.
    struct Row(BTreeMap<&'static str, Option<&'static str>>);

    impl Cells for Row {
        fn has(&self, column: &str) -> bool {
            self.0.contains_key(column)
        }
        fn filled(&self, column: &str) -> bool {
            self.word(column).is_some()
        }
        fn word(&self, column: &str) -> Option<&str> {
            self.0.get(column).copied().flatten()
        }
    }

    #[test]
    fn a_missing_column_is_not_a_blank_one() {
        let row = Row(BTreeMap::from([("server", None), ("state", Some("gone"))]));
        let holds = |column, test| Clause { column, test }.holds(&row);
        assert!(holds("server", Test::Blank) && !holds("released", Test::Blank));
        assert!(holds("state", Test::Filled) && !holds("server", Test::Filled));
        assert!(holds("state", Test::IsNot(vec!["here".into()])) && !holds("server", Test::IsNot(vec!["here".into()])));
        assert!(holds("state", Test::Is(vec!["here".into(), "gone".into()])));
    }
}
