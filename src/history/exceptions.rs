//! Exceptions: findings that somebody has accepted for a time. One that has expired hides nothing and says so.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use regex::{Regex, RegexBuilder};

use super::file;
use super::ids::{BARE_NUMBER, as_compared, is_bare_number};
use crate::config::SettledBy;
use crate::disk;
use crate::error::{Error, Result};
use crate::notice::{Code, Notice};
use crate::rules::{Names, renamed};
use crate::time::{DAY, day};

/// A finding that is accepted, for one device or for several.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Line of the file, from 1.
    pub line: usize,
    /// Rule, or `*`.
    pub rule: String,
    /// What a device must be: selector and text, all of them.
    pub device: Vec<(Selector, String)>,
    /// Why the finding is accepted.
    pub reason: String,
    /// Who answers for the device.
    pub owner: String,
    /// Who accepted it.
    pub approved_by: String,
    /// Last day on which it counts, UTC milliseconds of its beginning.
    pub expires: i64,
    pub(super) patterns: Vec<(Selector, Regex)>,
}

crate::schema::words! {
    /// By what an exception names devices.
    Selector {
        /// Stable key.
        Key = "key",
        /// Serial number.
        Serial = "serial",
        /// Any id that a console gives it.
        Id = "id",
        /// Name, with `*` for any text.
        Name = "name",
        /// Primary user, with `*` for any text.
        User = "user",
        /// Organisational unit, with `*` for any text.
        OrgUnit = "org_unit",
        /// Autopilot group tag, with `*` for any text.
        Tag = "tag",
    }
}

crate::schema::words! {
    /// What became of an exception in a run.
    State {
        /// It hides findings.
        Active = "active",
        /// Its last day is over; it hides nothing.
        Expired = "expired",
        /// It would hide a finding, and there is none.
        Unused = "unused",
    }
}

/// What is known of a device for telling whether an exception means it.
#[derive(Clone, Debug, Default)]
pub struct Facts<'a> {
    /// Values by selector; a device may have several of one.
    pub values: Vec<(Selector, Cow<'a, str>)>,
}

/// All exceptions of a run.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// The file.
    pub source: SettledBy,
    /// In the order of the file.
    pub list: Vec<Exception>,
    /// Exceptions by an exact value that they ask for, lower case.
    by_value: HashMap<(Selector, String), Vec<usize>>,
    /// Those that ask for patterns only.
    by_pattern: Vec<usize>,
    /// Rules that the file names by an earlier id: that, and the one of today.
    renamed: Vec<(String, String)>,
}

impl Selector {
    /// Whether the text is compared as a whole; in the others `*` stands for any text.
    pub(super) const fn is_exact(self) -> bool {
        matches!(self, Self::Key | Self::Serial | Self::Id)
    }
}

impl Exception {
    pub(super) fn new(line: usize, rule: String, mut device: Vec<(Selector, String)>) -> Self {
        for (_, text) in device.iter_mut().filter(|(selector, _)| matches!(selector, Selector::Key | Selector::Id)) {
            *text = as_compared(text);
        }
        let pattern = |(selector, text): &(Selector, String)| {
            let parts: Vec<String> = text.split('*').map(regex::escape).collect();
            let pattern = RegexBuilder::new(&format!("^{}$", parts.join(".*"))).case_insensitive(true).build();
            Some((*selector, pattern.ok()?))
        };
        let patterns = device.iter().filter(|(selector, _)| !selector.is_exact()).filter_map(pattern).collect();
        Self {
            line,
            rule,
            device,
            reason: String::new(),
            owner: String::new(),
            approved_by: String::new(),
            expires: 0,
            patterns,
        }
    }

    /// Whether it still counts at a time.
    #[must_use]
    pub const fn counts_at(&self, millis: i64) -> bool {
        millis < self.expires.saturating_add(DAY)
    }

    /// The device as the file names it.
    #[must_use]
    pub fn device_text(&self) -> String {
        let parts: Vec<String> = self.device.iter().map(|(selector, text)| format!("{selector} {text}")).collect();
        parts.join(", ")
    }

    /// Whether another one may hide findings that this one hides: of one rule, and of no two devices.
    fn may_hide_what(&self, other: &Self) -> bool {
        let of_any = |own: &Self| own.rule == "*";
        let rules = self.rule == other.rule || of_any(self) || of_any(other);
        // A device has several ids, and one serial number, name and user.
        let is_other = |(own, text): &(Selector, String)| {
            let plain = !matches!(own, Selector::Key | Selector::Id) && !text.contains('*');
            let differs = |(its, other): &(Selector, String)| {
                its == own && !other.contains('*') && !other.eq_ignore_ascii_case(text)
            };
            plain && other.device.iter().any(differs)
        };
        rules && !self.device.iter().any(is_other)
    }

    /// Whether every selector fits a device.
    fn means(&self, facts: &Facts<'_>) -> bool {
        let exact = self.device.iter().filter(|(selector, _)| selector.is_exact()).all(|(selector, text)| {
            facts.values.iter().any(|(own, value)| own == selector && value.eq_ignore_ascii_case(text))
        });
        let fits = |(selector, pattern): &(Selector, Regex)| {
            facts.values.iter().any(|(own, value)| own == selector && pattern.is_match(value))
        };
        exact && self.patterns.iter().all(fits)
    }
}

impl Exceptions {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if it is not there, [`Error::Rules`] with every mistake in it. `rules` are the ids there are.
    pub fn read(path: &Path, rules: &Names<'_>) -> Result<Self> {
        let text = disk::settings(path, disk::SETTINGS_LIMIT)?;
        let name = path.display().to_string();
        let (list, renamed) = file::parse(&name, &text, rules).map_err(|problems| Error::Rules { problems })?;
        Ok(Self { source: SettledBy::at(path, text), renamed, ..Self::new(list) })
    }

    pub(super) fn new(list: Vec<Exception>) -> Self {
        let mut by_value: HashMap<(Selector, String), Vec<usize>> = HashMap::new();
        let mut by_pattern = Vec::new();
        for (at, exception) in list.iter().enumerate() {
            match exception.device.iter().find(|(selector, _)| selector.is_exact()) {
                Some((selector, text)) => {
                    by_value.entry((*selector, text.to_ascii_lowercase())).or_default().push(at);
                }
                None => by_pattern.push(at),
            }
        }
        Self { list, by_value, by_pattern, ..Self::default() }
    }

    /// The exception that hides a finding: the first of the file that counts and means the device.
    #[must_use]
    pub fn hides(&self, rule: &str, facts: &Facts<'_>, as_of: i64) -> Option<usize> {
        let named = facts.values.iter().filter(|(selector, _)| selector.is_exact()).flat_map(|(selector, value)| {
            self.by_value.get(&(*selector, value.to_ascii_lowercase())).into_iter().flatten()
        });
        let mut candidates: Vec<usize> = named.chain(&self.by_pattern).copied().collect();
        candidates.sort_unstable();
        candidates.into_iter().find(|at| {
            self.list.get(*at).is_some_and(|exception| {
                (exception.rule == "*" || exception.rule == rule)
                    && exception.counts_at(as_of)
                    && exception.means(facts)
            })
        })
    }

    /// Remarks on rules that the file names by an earlier id, each once.
    #[must_use]
    pub fn renamed(&self) -> Vec<Notice> {
        self.renamed.iter().map(|(old, id)| renamed(&self.source.file, old, id)).collect()
    }

    /// What became of each, given how many findings it hid.
    #[must_use]
    pub fn states(&self, hidden: &[u64], as_of: i64) -> Vec<State> {
        let one = |(at, exception): (usize, &Exception)| {
            if !exception.counts_at(as_of) {
                State::Expired
            } else if hidden.get(at).is_none_or(|count| *count == 0) {
                State::Unused
            } else {
                State::Active
            }
        };
        self.list.iter().enumerate().map(one).collect()
    }

    /// Remarks on those that have expired or hide nothing.
    #[must_use]
    pub fn notices(&self, states: &[State]) -> Vec<Notice> {
        let one = |(exception, state): (&Exception, &State)| {
            let about = format!(
                "the exception in line {} of `{}` ({} for {}, approved by {})",
                exception.line,
                self.source.file,
                exception.rule,
                exception.device_text(),
                exception.approved_by
            );
            match state {
                State::Active => None,
                State::Expired => {
                    let until = day(exception.expires);
                    // Findings of the rule that another one hides may be those that this one hid.
                    let covers = |(other, state): (&Exception, &State)| {
                        *state == State::Active && exception.may_hide_what(other)
                    };
                    let but = if self.list.iter().zip(states).any(covers) {
                        " where no other exception hides it"
                    } else {
                        ""
                    };
                    let message = format!("{about} ended on {until}: what it hid is shown again{but}");
                    Some(Notice::new(Code::ExceptionExpired, "", message))
                }
                State::Unused => {
                    let is_number =
                        |(selector, text): &(Selector, String)| *selector == Selector::Id && is_bare_number(text);
                    let why = if exception.device.iter().any(is_number) {
                        BARE_NUMBER
                    } else {
                        "no finding of its rule is of a device that it names"
                    };
                    Some(Notice::new(Code::ExceptionUnused, "", format!("{about} hides nothing: {why}")))
                }
            }
        };
        self.list.iter().zip(states).filter_map(one).collect()
    }
}
