//! Writes the exports of a made-up tenant of any size.
//!
//! ```text
//! cargo run --example tenant -- --devices 400 --seed 1 OUT_DIR
//! ```
//!
//! `--plain` writes the Intune export as a bare CSV file in place of the archive.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for developers")]

#[allow(clippy::indexing_slicing, clippy::string_slice, reason = "makes its own data and may fail loudly")]
#[path = "../tests/tenant/mod.rs"]
mod generator;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: tenant [--devices N] [--seed N] [--plain] OUT_DIR";

fn main() -> ExitCode {
    let (options, folder) = match arguments(std::env::args().skip(1)) {
        Ok(parsed) => parsed,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match write(&options, &folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write to `{}`: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<(generator::Options, PathBuf), String> {
    let mut options = generator::Options { devices: 400, seed: 1, zip_intune: true };
    let mut folder = None;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--devices" => options.devices = number(&word, words.next())?,
            "--seed" => options.seed = number(&word, words.next())?,
            "--plain" => options.zip_intune = false,
            _ if word.starts_with('-') => return Err(format!("unknown option `{word}`")),
            _ if folder.is_some() => return Err("more than one folder".to_owned()),
            _ => folder = Some(PathBuf::from(word)),
        }
    }
    folder.map(|folder| (options, folder)).ok_or_else(|| "no folder to write to".to_owned())
}

fn number<T: std::str::FromStr>(option: &str, word: Option<String>) -> Result<T, String> {
    let word = word.ok_or_else(|| format!("`{option}` needs a number"))?;
    word.parse().map_err(|_| format!("`{option} {word}` is not a number"))
}

fn write(options: &generator::Options, folder: &Path) -> std::io::Result<()> {
    let tenant = generator::tenant(options);
    std::fs::create_dir_all(folder)?;
    for (name, content) in &tenant.files {
        std::fs::write(folder.join(name), content)?;
    }
    let (devices, findings) = (tenant.truth.devices.len(), tenant.truth.findings.len());
    println!("{} files, {devices} devices, {findings} findings expected", tenant.files.len());
    Ok(())
}
