//! What a run is asked to do, and who is told how far it is.

use std::path::PathBuf;

use super::Treat;
use crate::config::{Config, Setting};
use crate::formats::dates::Order;
use crate::identity::Thresholds;
use crate::schema::Disposition;

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files and folders with exports.
    pub exports: Vec<PathBuf>,
    /// The time at which everything is judged, UTC milliseconds; else the newest signal.
    pub as_of: Option<i64>,
    /// Order of day and month in columns that do not decide it.
    pub date_order: Option<Order>,
    /// Days after which something is late.
    pub thresholds: Thresholds,
    /// What the configuration settles beside them.
    pub config: Config,
    /// The values in force, for the report.
    pub settings: Vec<Setting>,
    /// The file with accepted findings.
    pub exceptions: Option<PathBuf>,
    /// A folder laid over the shipped rules.
    pub rules: Option<PathBuf>,
    /// Refuse inputs with remarks of medium severity and above.
    pub strict: bool,
    /// Numbers of devices that the consoles' own pages show.
    pub expected: Vec<(String, u64)>,
    /// Lists that are the newest of their console, where their own dates cannot tell.
    pub newest: Vec<String>,
    /// What the user says that files are.
    pub treat: Vec<Treat>,
    /// What becomes of devices that leave service.
    pub purpose: Disposition,
    /// What people decided for single devices.
    pub decisions: Option<PathBuf>,
    /// Logs that files of commands wrote: what they say is done counts as said.
    pub logs: Vec<PathBuf>,
    /// The earlier report that this run is compared with and carries on from.
    pub baseline: Option<PathBuf>,
}

/// What a run counts while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of the inputs.
    Bytes,
    /// Rules, each over all devices.
    Rules,
    /// Files of the report.
    Files,
}

/// Who is told how far the run is. Several threads may tell.
pub trait Progress: Sync {
    /// A new step begins.
    fn step(&self, what: &str);

    /// So much of it is done; of how much, where that is known.
    fn done(&self, _done: u64, _of: Option<u64>, _unit: Unit) {}
}

/// Nobody is told.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _what: &str) {}
}
