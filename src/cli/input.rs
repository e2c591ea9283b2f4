//! Options that say what is read and how; the verbs that read exports share them.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};

use crate::formats::dates::{Order, Stamp, stamp};
use crate::run::{self, Treat};

#[derive(Debug, ClapArgs)]
#[group(skip)]
pub(super) struct Args {
    /// Files and folders with console exports: CSV, XLSX, JSON, or ZIP archives of them
    #[arg(required = true, value_name = "EXPORTS", value_hint = ValueHint::AnyPath)]
    pub exports: Vec<PathBuf>,

    /// Number of devices that a console's own page shows: `intune=4812`; a list with fewer proves no absence
    #[arg(long, value_name = "CONSOLE=N", value_parser = expected, help_heading = "Input")]
    pub expect: Vec<(String, u64)>,

    /// Order of day and month in columns that do not decide it
    #[arg(long, value_name = "ORDER", value_parser = ["dmy", "mdy"], help_heading = "Input")]
    pub date_order: Option<String>,

    /// List that is the newest of its console, where dates in the lists cannot tell; as `inspect` names it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath, help_heading = "Input")]
    pub newest: Vec<String>,
    /// Read a file as this format, whatever it looks like: `list.csv=chrome/cros`; in an archive or a workbook
    /// `book.xlsx!Sheet=…`
    #[arg(long, value_name = "FILE=FORMAT", value_parser = treat, help_heading = "Input")]
    pub treat: Vec<Treat>,

    /// Judge at this time, `YYYY-MM-DD` or RFC 3339 in UTC [default: the newest activity in the exports]
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Judgement")]
    pub as_of: Option<i64>,

    /// Folder with formats, rules and playbooks to add to the shipped ones or to put in their place
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Judgement")]
    pub rules: Option<PathBuf>,
}

impl Args {
    /// The settings of a run; thresholds and strictness are the caller's.
    pub(super) fn options(&self) -> run::Options {
        run::Options {
            exports: self.exports.clone(),
            as_of: self.as_of,
            date_order: self.date_order.as_deref().and_then(Order::parse),
            rules: self.rules.clone(),
            expected: self.expect.clone(),
            newest: self.newest.clone(),
            treat: self.treat.clone(),
            ..run::Options::default()
        }
    }
}

impl Args {
    /// Whether something is given that changes what is read or how.
    pub(super) const fn judges(&self) -> bool {
        !self.expect.is_empty()
            || self.date_order.is_some()
            || !self.newest.is_empty()
            || !self.treat.is_empty()
            || self.as_of.is_some()
            || self.rules.is_some()
    }
}

fn time(text: &str) -> Result<i64, String> {
    match stamp(text) {
        Stamp::At(millis) if text.get(4..5) == Some("-") => Ok(millis),
        _ => Err("write it as `2026-11-20` or `2026-11-20T08:00:00Z`".into()),
    }
}

fn treat(text: &str) -> Result<Treat, String> {
    match text.rsplit_once('=') {
        Some((file, format)) if !file.is_empty() && !format.is_empty() => {
            Ok(Treat { file: file.to_string(), format: format.to_string() })
        }
        _ => Err("write it as `list.csv=chrome/cros`".into()),
    }
}

fn expected(text: &str) -> Result<(String, u64), String> {
    let (console, count) = text.split_once('=').ok_or("write it as `intune=4812`")?;
    let count = count.parse().map_err(|_| format!("`{count}` is no number of devices"))?;
    Ok((console.to_string(), count))
}
