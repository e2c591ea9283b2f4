//! `lastseen init`: the files that a person may fill in, with what each key means, where they count.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueHint};

use super::complain::clean;
use super::judgement::is_here;
use super::print::{self, DIM};
use crate::config::{EXCEPTIONS, FILE};
use crate::error::{Error, Result, exit};
use crate::history::{self, PROVENANCE};
use crate::read;

/// Write `lastseen.toml` and `exceptions.yaml` here and `provenance.yaml` beside the exports, all with comments; what is there is kept
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Folder with exports, which `provenance.yaml` in it then names
    #[arg(value_name = "EXPORTS", value_hint = ValueHint::DirPath)]
    exports: Option<PathBuf>,
}

const CONFIGURATION: &str = include_str!("init/lastseen.toml");
const ACCEPTED: &str = include_str!("init/exceptions.yaml");

pub(super) fn run(args: &Args) -> Result<u8> {
    let exports = args.exports.as_deref().map(of_folder).transpose()?;
    let mut said = String::new();
    write(&mut said, Path::new(FILE), CONFIGURATION)?;
    write(&mut said, Path::new(EXCEPTIONS), ACCEPTED)?;
    let named = match &exports {
        Some((folder, files)) => {
            if files.is_empty() {
                let _ =
                    writeln!(said, "{DIM}{} holds no exports yet: no {PROVENANCE} was written{DIM:#}", shown(folder));
            } else {
                write(&mut said, &folder.join(PROVENANCE), &history::form(files))?;
            }
            shown(folder)
        }
        None => "EXPORTS".into(),
    };
    let _ = writeln!(said, "\nnext: fill in what you need, then `lastseen rules check` and `lastseen analyze {named}`");
    print::out(&said)?;
    Ok(exit::DONE)
}

/// A folder with exports, and their names. Settings in it would never count, so that it must not be the current one.
fn of_folder(folder: &Path) -> Result<(PathBuf, Vec<String>)> {
    if folder.is_file() {
        return Err(Error::Usage {
            message: format!("`{}` is a file", folder.display()),
            help: "name the folder that holds the exports".into(),
        });
    }
    let inputs = read::discover(&[folder.to_path_buf()])?;
    if is_here(folder) {
        return Err(Error::Usage {
            message: format!("`{FILE}` does not count in a folder that is read for exports, and this is one"),
            help: "run `lastseen init EXPORTS` in the folder above, with the name of this one".into(),
        });
    }
    Ok((folder.to_path_buf(), inputs.into_iter().map(|input| input.label).collect()))
}

/// A folder, as it is written into a command.
fn shown(folder: &Path) -> String {
    let text = clean(&folder.display().to_string());
    if text.contains(char::is_whitespace) { format!("\"{text}\"") } else { text }
}

/// Writes a file unless it is there, and says so.
fn write(said: &mut String, path: &Path, content: &str) -> Result<()> {
    let written = write_new(path, content).map_err(|source| Error::Write { path: path.to_path_buf(), source })?;
    let path = clean(&path.display().to_string());
    let _ = if written { writeln!(said, "{path}") } else { writeln!(said, "{DIM}{path} is there and was kept{DIM:#}") };
    Ok(())
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
        // What is written beside it is named, so that what is filled in there counts.
        let only: toml::Table = CONFIGURATION.parse().unwrap();
        assert_eq!(only.keys().collect::<Vec<_>>(), ["exceptions"]);
        assert_eq!(only["exceptions"].as_str(), Some(EXCEPTIONS));
        let all: toml::Table = in_force(CONFIGURATION).parse().unwrap();
        assert_eq!(all.keys().collect::<Vec<_>>(), ["exceptions", "markers", "rules", "thresholds"]);
        assert_eq!(crate::yaml::from_str::<Vec<String>>(ACCEPTED).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_folder_with_a_blank_in_its_name_can_be_copied_from_the_screen() {
        assert_eq!((shown(Path::new("in")), shown(Path::new("the exports"))), ("in".into(), "\"the exports\"".into()));
    }
}
