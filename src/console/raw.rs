//! The YAML file of a console, word for word.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::claims::{RawClaim, RawCover};
use super::words::RawWord as RawFact;
use crate::language::{Count, Words};

#[allow(clippy::struct_excessive_bools, reason = "keys of a file, each by itself")]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    /// Slug.
    pub console: String,
    pub title: String,
    /// Place among the consoles; those that are added come after the shipped ones.
    pub order: u32,
    /// Platforms that it may hold; none means all.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// `false`: its rows only describe devices that others hold.
    #[serde(default = "yes")]
    pub makes_devices: bool,
    /// Its dates are signs of activity.
    #[serde(default)]
    pub signals: bool,
    /// Reports have columns for it also without a list of it.
    #[serde(default)]
    pub always_shown: bool,
    /// Its records may be joined by a host name, where nothing else joins them.
    #[serde(default)]
    pub by_host_name: bool,
    /// Platforms whose machines give it their host name themselves.
    #[serde(default)]
    pub machine_names: Vec<String>,
    /// Its `primary_user` is the person who enrolled the device, or whose account is on it.
    #[serde(default)]
    pub enrolling_user: bool,
    /// A directory of computers.
    #[serde(default)]
    pub directory: bool,
    /// Days that a management certificate is good for when it is made.
    pub certificate_days: Option<u32>,
    /// States of a record that keep a device which it names, also where nothing joins the two.
    #[serde(default)]
    pub keeps: Vec<String>,
    /// Lists a device once for each account on it.
    #[serde(default)]
    pub accounts: bool,
    /// Days for which a deleted object may be restored.
    #[serde(default)]
    pub restorable: u32,
    /// Objects that are joined in different ways may live side by side on one machine.
    #[serde(default)]
    pub joins: bool,
    /// Its dates are sign-ins of people.
    #[serde(default)]
    pub sign_ins: bool,
    /// How many devices an owner has is counted by its objects.
    #[serde(default)]
    pub owners: bool,
    /// A device that is in it enrols itself again.
    #[serde(default)]
    pub provisions: bool,
    /// It watches devices that others manage.
    #[serde(default)]
    pub sensor: bool,
    /// Address of the page of one object, with `{id}` in the place of its id.
    pub device_page: Option<String>,
    /// How the names of its exports begin by default.
    #[serde(default)]
    pub file_names: Vec<String>,
    /// How device keys name an object of it, where not by the slug.
    pub object_key: Option<String>,
    #[serde(default)]
    pub identifiers: Vec<RawIdentifier>,
    /// Field of the merged view → rank; the lowest is asked first.
    #[serde(default)]
    pub precedence: BTreeMap<String, u32>,
    /// States of its objects; the first whose columns all say so.
    #[serde(default)]
    pub states: Vec<RawState>,
    /// What a record says that is out of service: columns, or the name of a state.
    #[serde(default)]
    pub gone: RawGone,
    /// What a row says that a connector wrote beside the device's own.
    #[serde(default)]
    pub connector: RawClauses,
    /// What a record says that is managed by this system, where it manages devices.
    #[serde(default)]
    pub manages: RawClauses,
    /// What becomes of a licence, by the words of its `license`.
    #[serde(default)]
    pub licences: BTreeMap<String, Vec<String>>,
    /// Words of its own that playbooks may use of a device.
    #[serde(default)]
    pub facts: Vec<RawFact>,
    /// What other lists say that it holds.
    #[serde(default)]
    pub claims: Vec<RawClaim>,
    /// Consoles of a tenth of whose rows it has at least as many.
    #[serde(default)]
    pub tenth_of: Vec<String>,
    /// Devices of which it says something only if it has most of them.
    pub most_of: Option<RawCover>,
    #[serde(default)]
    pub groups: Vec<RawGroup>,
    /// Columns of the device table under a name or with a meaning of their own.
    #[serde(default)]
    pub columns: Vec<RawColumn>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIdentifier {
    pub column: String,
    pub names: String,
    /// The console whose object it names.
    pub of: Option<String>,
    #[serde(default)]
    pub hybrid: bool,
    /// The record that it names is the live one of its console.
    #[serde(default)]
    pub live: bool,
    #[serde(default)]
    pub sometimes: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawState {
    pub state: String,
    pub when: RawClauses,
}

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "one of the console's states, or columns with what they say: `gone: released` or `gone: {state: [retired, sold]}`"
)]
pub(super) enum RawGone {
    State(String),
    Clauses(RawClauses),
}

impl Default for RawGone {
    fn default() -> Self {
        Self::Clauses(BTreeMap::new())
    }
}

/// Columns, and what each must say.
pub(super) type RawClauses = BTreeMap<String, RawTest>;

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "`true`, `false`, `filled`, `blank`, a word, a list of words, or `not` with a list of words"
)]
pub(super) enum RawTest {
    Flag(bool),
    /// `filled`, `blank`, or a word.
    Word(String),
    Words(Vec<String>),
    Not(RawNot),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNot {
    pub not: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGroup {
    pub column: String,
    pub of: String,
    pub rank: u8,
    pub path: Option<String>,
    #[serde(default)]
    pub of_domain: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumn {
    /// Name after the console's own: `id` is `intune_id`.
    pub name: String,
    pub meaning: String,
    #[serde(rename = "where")]
    pub filter: Option<String>,
    pub live: Option<String>,
    pub any: Option<String>,
    pub all: Option<String>,
    pub count: Option<Count>,
    pub newest: Option<String>,
    pub days: Option<String>,
    pub all_filled: Option<String>,
    /// The console whose objects the column names lists the id.
    pub listed: Option<String>,
    pub held: Option<RawHeld>,
    /// The most rows that one list has of an object.
    #[serde(default)]
    pub rows: bool,
}

impl RawColumn {
    /// What it says; `held` is its own, with the console by its number.
    pub(super) fn words<'a>(&'a self, held: Option<(&'a str, usize)>) -> Words<'a> {
        Words {
            filter: self.filter.as_deref(),
            live: self.live.as_deref(),
            any: self.any.as_deref(),
            all: self.all.as_deref(),
            count: self.count.as_ref(),
            newest: self.newest.as_deref(),
            days: self.days.as_deref(),
            all_filled: self.all_filled.as_deref(),
            listed: self.listed.as_deref(),
            held,
            rows: self.rows,
        }
    }
}

/// Most devices with the same word in a column are in a console.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHeld {
    pub column: String,
    pub by: String,
}

const fn yes() -> bool {
    true
}
