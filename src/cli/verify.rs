//! `lastseen verify`: whether a report is as it was written.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};

use super::complain::clean;
use super::print::{self, BAD, BOLD, CAUTION, DIM};
use crate::error::{Result, exit};
use crate::notice::many;
use crate::report::{self, Verified};

/// Check that a report is as it was written: every file that is missing, changed or too many, by name
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Folder of a report
    #[arg(value_name = "REPORT", value_hint = ValueHint::DirPath)]
    report: PathBuf,

    /// The seal that was printed when the report was made
    #[arg(long, value_name = "SEAL", value_parser = seal)]
    seal: Option<String>,

    /// The report that it was compared with: whether it is still the same
    #[arg(long, value_name = "REPORT", value_hint = ValueHint::DirPath)]
    baseline: Vec<PathBuf>,

    /// Print nothing if everything is as it was written
    #[arg(long, short)]
    quiet: bool,
}

fn seal(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    let is_one = text.len() == 64 && text.bytes().all(|sign| sign.is_ascii_hexdigit());
    if is_one { Ok(text) } else { Err("a seal has 64 hexadecimal digits".into()) }
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let found = report::verify(&args.report)?;
    let mut whole = found.is_whole();
    let mut text = said(&found, "");
    if let Some(given) = args.seal.as_ref().filter(|given| **given != found.seal) {
        whole = false;
        let _ = writeln!(text, "{BAD}another seal{BAD:#}  the report is sealed with {}, not with {given}", found.seal);
    }
    let mut expected = found.baseline;
    for older in &args.baseline {
        let baseline = report::verify(older)?;
        let name = clean(&older.display().to_string());
        text.push_str(&said(&baseline, &format!("{name}/")));
        whole &= baseline.is_whole();
        if expected.as_deref() != Some(&baseline.seal) {
            whole = false;
            let _ = writeln!(text, "{BAD}another baseline{BAD:#}  {name} is not the report that was compared with");
        }
        expected = baseline.baseline;
    }
    if !whole || !args.quiet {
        let files = many(found.files as u64, "file");
        let outcome = if whole { format!("{files} as written") } else { "not as written".into() };
        let _ = writeln!(text, "{DIM}seal {}{DIM:#}", found.seal);
        if let Some(left) = expected {
            let _ = writeln!(text, "{DIM}baseline {left}, not looked at{DIM:#}");
        }
        let beside = if args.baseline.is_empty() { "" } else { ", with its baselines" };
        let report = clean(&args.report.display().to_string());
        let _ = writeln!(text, "{BOLD}{report}{beside}: {outcome}{BOLD:#}");
        print::out(&text)?;
    }
    Ok(if whole { exit::DONE } else { exit::EVIDENCE })
}

/// The files, one a line. `of`: the folder of a baseline.
fn said(found: &Verified, of: &str) -> String {
    let mut text = String::new();
    let kinds = [("missing", BAD, &found.missing), ("changed", BAD, &found.changed), ("extra", CAUTION, &found.extra)];
    for (kind, style, names) in kinds {
        for name in names {
            let _ = writeln!(text, "{style}{kind:<8}{style:#}{of}{}", clean(name));
        }
    }
    text
}
