//! `lastseen render`: the files of a report again.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};

use super::analyze::format;
use super::complain::clean;
use super::print::{BOLD, DIM};
use super::{print, progress};
use crate::assets;
use crate::error::{Result, exit};
use crate::outcome;
use crate::report::{self, Edition, Format, Place};

/// Write the files of a report again, with other templates or formats
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Folder of a report that has `data/`
    #[arg(value_name = "REPORT", value_hint = ValueHint::DirPath)]
    report: PathBuf,

    /// Folder to write to [default: the report's own, which needs --force]
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,

    /// Replace an earlier report in that folder
    #[arg(long)]
    force: bool,

    /// Files to write: html, csv, xlsx, json, arrow, data [default: those that were asked for when the report was made]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = format)]
    format: Vec<Format>,

    /// Folder with templates to put in the place of the shipped ones
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    templates: Option<PathBuf>,

    /// File with what you add: your summary and notes, the order of packages, findings set aside, a logo and a colour; `tickets.csv` is
    /// written as well
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    edition: Option<PathBuf>,

    /// Say nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let out = args.out.as_ref().unwrap_or(&args.report);
    #[cfg(unix)]
    report::watch(|signal| signal_hook::low_level::exit(128 + signal))
        .map_err(|e| crate::error::Error::Internal(format!("signals cannot be watched: {e}")))?;
    // A report that is written in the place of itself is read before.
    let (outcome, asked) = outcome::load(&args.report)?;
    let edition = args.edition.as_deref().map(|path| Edition::read(path, &outcome)).transpose()?;
    let elsewhere = args.out.as_ref().map(|_| args.report.clone());
    let reads: Vec<PathBuf> = elsewhere.into_iter().chain(args.templates.clone()).chain(args.edition.clone()).collect();
    let place = Place::take(out, args.force, &reads, &mut print::note)?;
    let progress = progress::for_terminal(args.quiet);
    let mut templates = assets::templates(args.templates.as_deref())?;
    let mut options = report::Options::again(asked)?;
    // What an earlier edition added is not in `data/`.
    options.settings.retain(|(name, _)| name != report::EDITION);
    if let Some(edition) = edition {
        templates = edition.dressed(templates);
        options.settings.push(edition.setting());
        options.edition = Some(edition);
    }
    if !args.format.is_empty() {
        options.formats.clone_from(&args.format);
    }
    let model = report::write(&outcome, &templates, place, &options, progress.as_ref())?;
    drop(progress);
    if !args.quiet {
        print::out(&std::format!(
            "{DIM}seal {}{DIM:#}\n{BOLD}{}{BOLD:#}\n",
            model.seal,
            clean(&report::page(out).display().to_string())
        ))?;
    }
    Ok(exit::DONE)
}
