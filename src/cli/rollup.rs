//! `lastseen rollup`: several tenants side by side.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueHint};

use super::complain::clean;
use super::print::{BOLD, CAUTION, DIM};
use super::{print, progress};
use crate::assets;
use crate::error::{Error, Result, exit};
use crate::report::{self, Place, Rollup};

/// Put the reports of several tenants side by side: figures per 100 devices, rules by tenant, and what was not judged alike
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Folders of reports that have `data/`, or `LABEL=FOLDER` [default label: that of the report]
    #[arg(value_name = "REPORT", required = true, value_hint = ValueHint::DirPath)]
    reports: Vec<String>,

    /// Folder to write to
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,

    /// Replace an earlier rollup in that folder
    #[arg(long)]
    force: bool,

    /// Say nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    #[cfg(unix)]
    report::watch(|signal| signal_hook::low_level::exit(128 + signal))
        .map_err(|e| Error::Internal(format!("signals cannot be watched: {e}")))?;
    let named: Vec<(Option<&str>, &Path)> = args.reports.iter().map(|text| named(text)).collect();
    let reads: Vec<PathBuf> = named.iter().map(|(_, folder)| folder.to_path_buf()).collect();
    let place = Place::take(&args.out, args.force, &reads, &mut print::note)?;
    let progress = progress::for_terminal(args.quiet);
    progress.step("Counting");
    let tenants = named.iter().map(|(label, folder)| report::tenant(folder, *label)).collect::<Result<_>>()?;
    let rollup = Rollup::new(tenants);
    report::write_rollup(&rollup, &assets::templates(None)?, place, progress.as_ref())?;
    drop(progress);
    if !args.quiet {
        print::out(&summary(&rollup, &args.out))?;
    }
    Ok(exit::DONE)
}

/// A label before `=`, unless a folder is called so.
fn named(text: &str) -> (Option<&str>, &Path) {
    match text.split_once('=') {
        Some((label, folder)) if !label.trim().is_empty() && !Path::new(text).is_dir() => {
            (Some(label.trim()), Path::new(folder))
        }
        _ => (None, Path::new(text)),
    }
}

fn summary(rollup: &Rollup, out: &Path) -> String {
    let mut text = String::new();
    let width = rollup.tenants.iter().map(|own| own.label.chars().count()).max().unwrap_or_default().min(40);
    for tenant in &rollup.tenants {
        let share = |count: u64| {
            let tenths = (count * 1_000 + tenant.devices / 2).checked_div(tenant.devices).unwrap_or_default();
            format!("{count} ({}.{} per 100)", tenths / 10, tenths % 10)
        };
        let figures = format!(
            "{} devices, {} stale, {} with a finding, as of {}",
            tenant.devices,
            share(tenant.stale),
            share(tenant.flagged),
            tenant.as_of.get(..10).unwrap_or_default()
        );
        print::line(&mut text, width + 2, &clean(&tenant.label), &figures);
    }
    for same in &rollup.same {
        let _ = writeln!(text, "{CAUTION}{}{CAUTION:#}", clean(same));
    }
    for differs in &rollup.differences {
        let _ = writeln!(text, "{DIM}{}{DIM:#}", clean(differs));
    }
    let page = out.join(report::ROLLUP);
    let _ = writeln!(text, "{BOLD}{}{BOLD:#}", clean(&page.display().to_string()));
    text
}
