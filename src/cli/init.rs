//! `lastseen init`: the files that a person may fill in, with what each key means.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueHint};

use super::complain::clean;
use super::print::{self, DIM};
use crate::error::{Error, Result, exit};
use crate::history::{self, PROVENANCE};
use crate::read;

/// Write a commented `lastseen.toml`, `exceptions.yaml` and `provenance.yaml`; what is there is kept
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Folder for the files; exports in it are named in `provenance.yaml`
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
}

const CONFIGURATION: &str = include_str!("init/lastseen.toml");
const EXCEPTIONS: &str = include_str!("init/exceptions.yaml");

pub(super) fn run(args: &Args) -> Result<u8> {
    fs::create_dir_all(&args.folder).map_err(|source| Error::Write { path: args.folder.clone(), source })?;
    let exports = read::discover(std::slice::from_ref(&args.folder)).unwrap_or_default();
    let exports: Vec<String> = exports.into_iter().map(|input| input.label).collect();
    let provenance = history::form(&exports);
    let files = [("lastseen.toml", CONFIGURATION), ("exceptions.yaml", EXCEPTIONS), (PROVENANCE, &provenance)];
    let mut said = String::new();
    for (name, content) in files {
        let path = args.folder.join(name);
        let written = write_new(&path, content).map_err(|source| Error::Write { path: path.clone(), source })?;
        let path = clean(&path.display().to_string());
        let _ =
            if written { writeln!(said, "{path}") } else { writeln!(said, "{DIM}{path} is there and was kept{DIM:#}") };
    }
    print::out(&said)?;
    Ok(exit::DONE)
}

/// Writes a file unless it is there, and says whether it did.
fn write_new(path: &Path, content: &str) -> io::Result<bool> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(content.as_bytes()).map(|()| true),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without the sign that keeps an example from counting.
    fn in_force(text: &str) -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(example) if !example.starts_with(' ') => example.to_string(),
            _ => line.to_string(),
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_examples_are_sound_and_do_nothing_until_somebody_wants_them() {
        let nothing: toml::Table = CONFIGURATION.parse().unwrap();
        assert!(nothing.is_empty());
        let all: toml::Table = in_force(CONFIGURATION).parse().unwrap();
        assert_eq!(all.keys().collect::<Vec<_>>(), ["exceptions", "markers", "rules", "thresholds"]);
        assert_eq!(crate::yaml::from_str::<Vec<String>>(EXCEPTIONS).unwrap(), Vec::<String>::new());
    }
}
