//! `lastseen redact`: a copy of a report that may leave the house.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args as ClapArgs, ValueHint};

use super::complain::clean;
use super::print::{BOLD, DIM};
use super::{print, progress};
use crate::assets;
use crate::error::{Error, Result, exit};
use crate::outcome;
use crate::redact::{self, Copied, Key};
use crate::report::{self, Place};

/// Write a copy of a report that may be shared: every name, user, serial number and id replaced, and searched for in every byte
#[derive(Debug, ClapArgs)]
#[command(group(ArgGroup::new("secret").required(true).args(["key", "new_key"])))]
pub(super) struct Args {
    /// Folder of a report that has `data/`
    #[arg(value_name = "REPORT", value_hint = ValueHint::DirPath)]
    report: PathBuf,

    /// Folder to write the copy to
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,

    /// File with the key, as `--new-key` made it: the same key gives the same names in the next copy
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    key: Option<PathBuf>,

    /// Make a key, write it to this file, and use it. The file has a format of its own: no other file will do
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    new_key: Option<PathBuf>,

    /// Write which name stands for which value to this file, outside the copy: it is not to be shared
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    map: Option<PathBuf>,

    /// Replace an earlier copy in that folder
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
    for file in args.key.iter().chain(&args.new_key).chain(&args.map) {
        is_outside(file, &args.out)?;
        is_outside(file, &args.report)?;
    }
    if let Some(map) = args.map.as_ref().filter(|map| map.exists()) {
        let message = format!("`{}` exists already", map.display());
        return Err(Error::Usage { message, help: "name another file with `--map`".into() });
    }
    let (outcome, asked) = outcome::load(&args.report)?;
    let place = Place::take(&args.out, args.force, std::slice::from_ref(&args.report), &mut print::note)?;
    let key = match (&args.key, &args.new_key) {
        (Some(path), _) => Key::read(path)?,
        (None, Some(path)) => Key::make(path)?,
        (None, None) => return Err(Error::Internal("no key was asked for".into())),
    };
    let progress = progress::for_terminal(args.quiet);
    progress.step("Replacing names");
    let copied = redact::copy(outcome, asked, key)?;
    let options = report::Options::again(copied.asked.clone())?;
    let templates = assets::templates(None)?;
    let search = copied.search();
    let clean_of_values = |folder: &Path| {
        progress.step("Searching the copy");
        match search.folder(folder).map_err(|source| Error::Write { path: args.out.clone(), source })? {
            None => Ok(()),
            Some(found) => Err(leak(&found)),
        }
    };
    let model =
        report::write_checked(&copied.outcome, &templates, place, &options, progress.as_ref(), &clean_of_values)?;
    if let Some(map) = &args.map {
        redact::write_map(map, &copied.names)?;
    }
    drop(progress);
    if !args.quiet {
        print::out(&summary(&copied, &model.seal, &args.out))?;
    }
    Ok(exit::DONE)
}

fn summary(copied: &Copied, seal: &str, out: &Path) -> String {
    let counts: Vec<String> = copied.names.counts().map(|(kind, count)| format!("{count} {kind}")).collect();
    format!(
        "{DIM}replaced {}; none of them was found in the copy\nnotes and reasons of people and commands are left out; dates, makers, \
         models and numbers are kept\nseal {seal}{DIM:#}\n{BOLD}{}{BOLD:#}\n",
        counts.join(", "),
        clean(&report::page(out).display().to_string())
    )
}

/// A value that is still there is said to whoever has the report anyway.
fn leak(found: &redact::Found) -> Error {
    Error::Evidence {
        message: format!(
            "`{}` still stands in `{}` of the copy, so nothing was written",
            clean(&found.value),
            found.file
        ),
        help: "report this with the name of the file and the column; rules and consoles of your own may name it".into(),
    }
}

/// Refuses a file inside a folder that others get or that is replaced.
fn is_outside(file: &Path, folder: &Path) -> Result<()> {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| whole(path));
    let above = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if whole(file).starts_with(whole(folder)) || real(above).starts_with(real(folder)) {
        let message = format!("`{}` is inside `{}`", file.display(), folder.display());
        return Err(Error::Usage { message, help: "keep keys and maps apart from reports and copies".into() });
    }
    Ok(())
}
