//! `lastseen man`: the manual pages, from the same tree as `--help`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory, ValueHint};

use super::{Cli, print};
use crate::error::{Error, Result, exit};

/// Print the manual page, or write one for each command into a folder
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Folder for the pages: `lastseen.1`, `lastseen-analyze.1` and so on
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let command = Cli::command();
    if let Some(folder) = &args.out {
        let unwritable = |source| Error::Write { path: folder.clone(), source };
        std::fs::create_dir_all(folder).map_err(unwritable)?;
        clap_mangen::generate_to(command, folder).map_err(unwritable)?;
        return Ok(exit::DONE);
    }
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut text);
    rendered.map_err(|e| Error::Internal(e.to_string()))?;
    print::out(&String::from_utf8_lossy(&text))?;
    Ok(exit::DONE)
}
