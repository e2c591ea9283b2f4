//! A made-up company of any size, in the file formats that real consoles hand out, together with what is true about it.
//!
//! Tests compare the program's answers with [`Truth`]; benches take the same files by the hundred thousand. The module
//! needs nothing but the standard library, is included with `#[path]`, and gives the same bytes for the same options.
//!
//! How it works: `plan` says how many of which case, `cases` makes each from the parts in `maker` as a plain value
//! (`model`, `hardware`), `tenant` hands it to `write` for its rows and to `judge` for its expected findings. The judge
//! never reads what was written.
//!
//! `school` and `migration` are two small tenants of their own, told device by device; what must be found in them stands in
//! their stories (`sample-data/*/STORY.md`), which a test reads.

// Each binary that includes the module uses its own part of it.
#![allow(dead_code, unused_imports)]

mod cases;
mod hardware;
mod judge;
mod lists;
mod maker;
mod migration;
mod model;
mod plan;
mod random;
mod school;
mod tenant;
mod write;

pub(crate) use migration::migration;
pub(crate) use model::AS_OF;
pub(crate) use school::school;
pub(crate) use tenant::{healthy, tenant};
pub(crate) use write::zip_stored;

/// What kind of tenant to make.
pub(crate) struct Options {
    /// Physical devices, give or take a few that keep row counts from being round.
    pub devices: usize,
    /// Another seed, another tenant with the same cases.
    pub seed: u64,
    /// Whether the Intune export is the archive that the console gives, or the bare CSV file.
    pub zip_intune: bool,
}

/// The files of a tenant and what is true about it.
pub(crate) struct Tenant {
    /// Name and content, in the order Intune, Entra, Autopilot, Defender, Apple Business Manager, Chrome.
    pub files: Vec<(String, Vec<u8>)>,
    /// What the program must find out.
    pub truth: Truth,
}

/// What is true about a tenant, by the rules' default thresholds.
#[derive(Default)]
pub(crate) struct Truth {
    /// The CSV files behind [`Tenant::files`], in the same order; a member of an archive is `archive.zip!member.csv`.
    pub exports: Vec<String>,
    /// Every device as far as the files can prove it. Each row of each file belongs to exactly one.
    pub devices: Vec<TrueDevice>,
    /// Every finding that must come out. For [`Truth::RULES`] no other may, except those that are undecided.
    pub findings: Vec<TrueFinding>,
    /// Findings that may come out or stay unknown: they hang on a name alone, or on a column that no export has.
    pub undecided: Vec<TrueFinding>,
}

impl Truth {
    /// The rules that were judged: [`Truth::findings`] is complete for them, also for those without any. Two rules are
    /// missing, because their companion lists are: `hybrid-without-ad` and `no-recovery-key`.
    pub(crate) const RULES: &'static [&'static str] = &[
        "abm-assigned-not-enrolled",
        "abm-released-still-managed",
        "abm-unassigned",
        "action-stuck",
        "autopilot-ghost",
        "autopilot-never-enrolled",
        "certificate-expired",
        "chrome-deprovisioned-still-managed",
        "chrome-past-aue",
        "compliant-but-stale",
        "defender-only",
        "disabled-but-active",
        "disabled-past-grace",
        "dual-state",
        "duplicate-autopilot",
        "duplicate-defender",
        "duplicate-entra",
        "duplicate-intune",
        "hybrid-pending",
        "intune-without-entra",
        "left-intune-still-in-entra",
        "never-seen",
        "no-owner",
        "not-in-abm",
        "owner-over-quota",
        "ownership-mismatch",
        "stale-everywhere",
        "stale-in-intune",
        "sensor-inactive",
        "unencrypted-and-stale",
        "unmanaged-in-entra",
    ];
}

/// A record: its file's place in [`Truth::exports`], and its data row from 1.
pub(crate) type Place = (usize, usize);

/// One physical device.
pub(crate) struct TrueDevice {
    /// Its name, or its serial number where no console gives a name.
    pub label: String,
    /// The planted case, or `healthy-…`.
    pub case: &'static str,
    /// Its records, held together by exact or strong identifiers.
    pub records: Vec<Place>,
    /// Records of the same device that only a unique name joins. To join them or to leave them apart are both right.
    pub weak_records: Vec<Place>,
    /// The device that this one really is, although no file proves it. Joining the two would be a guess.
    pub really: Option<usize>,
}

/// A rule that holds for a device.
pub(crate) struct TrueFinding {
    /// The rule's id.
    pub rule: &'static str,
    /// Place in [`Truth::devices`].
    pub device: usize,
    /// `console:native_id`, sorted: the records that carry the condition. For `stale-everywhere` and `never-seen` these
    /// are all records of the device.
    pub objects: Vec<String>,
    /// The rule's text fixes the objects: exactly these. Otherwise a finding may name further records of the device.
    pub exact: bool,
}
