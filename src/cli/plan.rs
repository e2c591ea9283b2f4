//! Options that say what becomes of devices; the verbs that plan share them.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};

use crate::run;
use crate::schema::Disposition;

#[derive(Debug, ClapArgs)]
#[group(skip)]
pub(super) struct Args {
    /// What becomes of devices that leave service: dispose, reuse, repair, replace or lost
    #[arg(long, value_name = "INTENT", default_value = "dispose", value_parser = purpose, help_heading = "Plan")]
    pub intent: Disposition,

    /// What was decided for single devices: intent, status, assignee, note; CSV, XLSX or YAML
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Plan")]
    pub decisions: Option<PathBuf>,

    /// The log that files of commands wrote, `lastseen-log.csv`: what it says is done counts as said; may be repeated
    #[arg(long = "log", value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Plan")]
    pub logs: Vec<PathBuf>,
}

impl Args {
    /// The settings of a run with these.
    pub(super) fn apply(&self, options: run::Options) -> run::Options {
        let (decisions, logs) = (self.decisions.clone(), self.logs.clone());
        run::Options { purpose: self.intent, decisions, logs, ..options }
    }
}

impl Args {
    /// Whether something is given that changes what is planned.
    pub(super) fn judges(&self) -> bool {
        self.intent != Disposition::default() || self.decisions.is_some() || !self.logs.is_empty()
    }
}

fn purpose(text: &str) -> Result<Disposition, String> {
    Disposition::parse(text).ok_or_else(|| format!("use one of: {}", Disposition::WORDS.join(", ")))
}
