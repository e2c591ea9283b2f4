//! Consoles as data: what a system that lists devices is, read from `rules/consoles/*.yaml`.
//!
//! A [`Console`] is a number and the facts of its file. Stages ask it what they need to know (whether its dates are signs of
//! life, which of its columns are identifiers, what its states mean) and never which console it is. A [`Registry`] holds the
//! consoles of a run in their order: it is loaded with the rules and travels with them.

mod claims;
mod columns;
mod file;
mod identifier;
mod raw;
mod registry;
mod saved;
mod shipped;
mod state;
mod words;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::schema::Platform;

pub use claims::{Claim, Cover};
pub use columns::Aggregate;
pub use identifier::{Identifier, Kind};
pub use registry::{MERGED, MOST, Pointer, Registry};
pub use state::{Cells, Clause, State, Test};
pub use words::{DeviceWord, MOST_WORDS, Said};

/// A system that lists devices, or a companion list about devices that another system holds.
///
/// Two are the same if they have the same number, and they sort by it: numbers are handed out in the order of the registry.
#[derive(Clone, Copy)]
pub struct Console {
    number: u8,
    /// None for one that is named in code: it has the facts of the shipped file.
    facts: Option<&'static Facts>,
}

/// What the file of a console says.
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
#[derive(Debug)]
struct Facts {
    slug: &'static str,
    prefix: &'static str,
    title: &'static str,
    /// Platforms that it may hold, as bits.
    platforms: u16,
    makes_devices: bool,
    signals: bool,
    always_shown: bool,
    by_host_name: bool,
    /// Platforms whose machines give it their host name, as bits.
    machine_names: u16,
    enrolling_user: bool,
    directory: bool,
    accounts: bool,
    restorable: u32,
    certificate_days: Option<u32>,
    keeps: Vec<State>,
    joins: bool,
    /// Address of the page of one object, with `{id}`; empty where it has none.
    device_page: &'static str,
    file_names: Vec<String>,
    sign_ins: bool,
    owners: bool,
    provisions: bool,
    sensor: bool,
    merged: Vec<&'static str>,
    object_key: &'static str,
    identifiers: Vec<Identifier>,
    states: Vec<(State, Vec<Clause>)>,
    gone: Vec<Clause>,
    groups: Vec<Group>,
    connector: Option<words::Words>,
    manages: Vec<Clause>,
    licences: Vec<(&'static str, Vec<String>)>,
    facts: Vec<DeviceWord>,
    claims: Vec<Claim>,
    tenth_of: Vec<usize>,
    most_of: Option<Cover>,
}

/// A column by which devices of a console belong together: a server, an organisational unit, a tag.
#[derive(Debug)]
pub struct Group {
    /// The record column.
    pub column: &'static str,
    /// What the devices of such a group are called.
    pub of: &'static str,
    /// The more general come first.
    pub rank: u8,
    /// How units stand inside each other.
    pub path: Path,
    /// What the devices of a domain are called, where units are written as distinguished names.
    pub of_domain: &'static str,
}

/// How the name of a unit says which units it is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Path {
    /// It does not.
    #[default]
    Flat,
    /// `/School/Year 1`.
    Slashes,
    /// `OU=Lab,DC=corp,DC=example`.
    Distinguished,
}

impl Console {
    fn facts(self) -> &'static Facts {
        self.facts.unwrap_or_else(|| Registry::shipped().facts(self.number))
    }

    /// Position in the registry, for bit sets and arrays.
    #[must_use]
    pub const fn index(self) -> usize {
        self.number as usize
    }

    /// A set that has it alone.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self.number
    }

    /// The spelling used everywhere: output, rules, playbooks.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.facts().slug
    }

    /// The slug as part of a column name: `google-mobile` becomes `google_mobile`.
    #[must_use]
    pub fn column_prefix(self) -> &'static str {
        self.facts().prefix
    }

    /// The name that people know, for sentences.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.facts().title
    }

    /// Whether a record of this console alone makes a device. Key lists only describe devices that others hold.
    #[must_use]
    pub fn makes_devices(self) -> bool {
        self.facts().makes_devices
    }

    /// Whether it may hold devices of a platform at all.
    #[must_use]
    pub fn may_hold(self, platform: Platform) -> bool {
        self.facts().platforms & (1 << platform as u16) != 0
    }

    /// Whether its dates are signs of activity.
    #[must_use]
    pub fn gives_signals(self) -> bool {
        self.facts().signals
    }

    /// Whether reports have columns for it also where no list of it is there.
    #[must_use]
    pub fn is_always_shown(self) -> bool {
        self.facts().always_shown
    }

    /// The address of its page of an object, with `{id}` in the place of the id.
    #[must_use]
    pub fn device_page(self) -> Option<&'static str> {
        Some(self.facts().device_page).filter(|page| !page.is_empty())
    }

    /// Days that a management certificate of it is good for when it is made: at an enrolment, and again whenever the device renews it.
    #[must_use]
    pub fn certificate_days(self) -> Option<u32> {
        self.facts().certificate_days
    }

    /// States of a record that keep a device which it names, also where nothing joins the two.
    #[must_use]
    pub fn keeps(self) -> &'static [State] {
        &self.facts().keeps
    }

    /// How the names of its exports begin unless somebody changes them.
    #[must_use]
    pub fn file_names(self) -> &'static [String] {
        &self.facts().file_names
    }

    /// Whether its records may be known by a host name only.
    #[must_use]
    pub fn is_joined_by_host_name(self) -> bool {
        self.facts().by_host_name
    }

    /// Whether a machine of a platform gives it its host name itself, so that two names are two machines.
    #[must_use]
    pub fn takes_host_name(self, platform: Platform) -> bool {
        self.facts().machine_names & (1 << platform as u16) != 0
    }

    /// Whether its primary user is the person who enrolled the device, or whose account is on it.
    #[must_use]
    pub fn records_enrolling_user(self) -> bool {
        self.facts().enrolling_user
    }

    /// Whether it is a directory of computers: it knows hybrid joined devices by an id and all others by their names, and a
    /// list of it covers the domains that it holds computers of.
    #[must_use]
    pub fn is_directory(self) -> bool {
        self.facts().directory
    }

    /// Whether it lists a device once for each account on it.
    #[must_use]
    pub fn lists_accounts(self) -> bool {
        self.facts().accounts
    }

    /// Days for which a deleted object may be restored, and is in no list; none where a deletion is final.
    #[must_use]
    pub fn restorable_days(self) -> Option<u32> {
        Some(self.facts().restorable).filter(|days| *days > 0)
    }

    /// Whether its objects may be joined in several ways side by side on one machine.
    #[must_use]
    pub fn joins_side_by_side(self) -> bool {
        self.facts().joins
    }

    /// Whether its dates are sign-ins: an object that was used lately is somebody's way in, and never surplus.
    #[must_use]
    pub fn sees_sign_ins(self) -> bool {
        self.facts().sign_ins
    }

    /// Whether the devices of an owner are counted by its objects.
    #[must_use]
    pub fn counts_owners(self) -> bool {
        self.facts().owners
    }

    /// Whether a device that is in it enrols itself again, so that nobody may treat it as one that is not.
    #[must_use]
    pub fn provisions(self) -> bool {
        self.facts().provisions
    }

    /// Whether it only watches devices that others manage: to lose it is not to lose the device.
    #[must_use]
    pub fn is_sensor(self) -> bool {
        self.facts().sensor
    }

    /// Whether it is asked for a field of the merged view.
    #[must_use]
    pub fn is_asked(self, field: &str) -> bool {
        self.facts().merged.contains(&field)
    }

    /// How device keys name an object of it.
    #[must_use]
    pub fn object_key(self) -> &'static str {
        self.facts().object_key
    }

    /// Its columns that hold identifiers, in the order in which links are tried.
    #[must_use]
    pub fn identifiers(self) -> &'static [Identifier] {
        &self.facts().identifiers
    }

    /// Its columns that hold identifiers of a kind.
    pub fn columns_of(self, kind: Kind) -> impl Iterator<Item = &'static str> {
        self.identifiers().iter().filter(move |i| i.kind == kind).map(|i| i.column)
    }

    /// The state of an object: the first one whose clauses all hold.
    #[must_use]
    pub fn state(self, cells: &dyn Cells) -> State {
        let fits = |(_, clauses): &&(State, Vec<Clause>)| clauses.iter().all(|clause| clause.holds(cells));
        self.facts().states.iter().find(fits).map_or(State::Unknown, |(state, _)| *state)
    }

    /// What is true of a record that is out of service, so that any other record of the device comes first; nothing where no
    /// record is.
    #[must_use]
    pub fn gone(self) -> &'static [Clause] {
        &self.facts().gone
    }

    /// The column that tells rows which a connector wrote beside the device's own, and its words for them.
    #[must_use]
    pub fn connector(self) -> Option<(&'static str, &'static [String])> {
        self.facts().connector.as_ref().map(|(column, words)| (*column, words.as_slice()))
    }

    /// What a record says that is managed by this system; nothing where it manages no devices.
    #[must_use]
    pub fn manages(self) -> &'static [Clause] {
        &self.facts().manages
    }

    /// What becomes of a licence of that name.
    #[must_use]
    pub fn licence(self, word: &str) -> Option<&'static str> {
        let own = self.facts().licences.iter().find(|(_, words)| words.iter().any(|own| own == word));
        own.map(|(kind, _)| *kind)
    }

    /// Words of its own that playbooks may use of a device.
    #[must_use]
    pub fn device_words(self) -> &'static [DeviceWord] {
        &self.facts().facts
    }

    /// What other lists say that it holds.
    #[must_use]
    pub fn claims(self) -> &'static [Claim] {
        &self.facts().claims
    }

    /// Positions of the consoles beside which it must not be small.
    #[must_use]
    pub fn tenth_of(self) -> &'static [usize] {
        &self.facts().tenth_of
    }

    /// Devices most of which it must have before anything follows from those that it lacks.
    #[must_use]
    pub fn most_of(self) -> Option<&'static Cover> {
        self.facts().most_of.as_ref()
    }

    /// Columns by which its devices belong together.
    #[must_use]
    pub fn groups(self) -> &'static [Group] {
        &self.facts().groups
    }

    /// Record columns that its states are read from.
    pub fn state_columns(self) -> impl Iterator<Item = &'static str> {
        let facts = self.facts();
        facts.states.iter().flat_map(|(_, clauses)| clauses).chain(&facts.gone).map(|clause| clause.column)
    }
}

impl PartialEq for Console {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Console {}

impl PartialOrd for Console {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Console {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for Console {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl fmt::Display for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
