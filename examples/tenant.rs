//! Writes the exports of a made-up tenant of any size.
//!
//! ```text
//! cargo run --example tenant -- --devices 400 --seed 1 OUT_DIR
//! ```
//!
//! `--plain` writes the Intune export as a bare CSV file in place of the archive. `--sample school` and `--sample migration`
//! write the small tenants of `sample-data`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for developers")]

#[allow(clippy::indexing_slicing, clippy::string_slice, reason = "makes its own data and may fail loudly")]
#[path = "../tests/tenant/mod.rs"]
mod generator;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str =
    "usage: tenant [--devices N] [--seed N] [--plain] OUT_DIR, or tenant --sample school|migration OUT_DIR";

/// What to write.
enum Wanted {
    /// A tenant of any size.
    Generated(generator::Options),
    /// One that is told device by device: its name and its files.
    Told(String, Files),
}

/// Names and contents.
type Files = Vec<(String, Vec<u8>)>;

fn main() -> ExitCode {
    let (wanted, folder) = match arguments(std::env::args().skip(1)) {
        Ok(parsed) => parsed,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match write(wanted, &folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write to `{}`: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<(Wanted, PathBuf), String> {
    let mut options = generator::Options { devices: 400, seed: 1, zip_intune: true };
    let mut told = None;
    let mut folder = None;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--devices" => options.devices = number(&word, words.next())?,
            "--seed" => options.seed = number(&word, words.next())?,
            "--plain" => options.zip_intune = false,
            "--sample" => told = Some(sample(words.next().unwrap_or_default())?),
            _ if word.starts_with('-') => return Err(format!("unknown option `{word}`")),
            _ if folder.is_some() => return Err("more than one folder".to_owned()),
            _ => folder = Some(PathBuf::from(word)),
        }
    }
    let wanted = told.unwrap_or(Wanted::Generated(options));
    folder.map(|folder| (wanted, folder)).ok_or_else(|| "no folder to write to".to_owned())
}

fn sample(name: String) -> Result<Wanted, String> {
    let files = match name.as_str() {
        "school" => generator::school(),
        "migration" => generator::migration(),
        _ => return Err(format!("no sample is called `{name}`")),
    };
    Ok(Wanted::Told(name, files))
}

fn number<T: std::str::FromStr>(option: &str, word: Option<String>) -> Result<T, String> {
    let word = word.ok_or_else(|| format!("`{option}` needs a number"))?;
    word.parse().map_err(|_| format!("`{option} {word}` is not a number"))
}

fn write(wanted: Wanted, folder: &Path) -> std::io::Result<()> {
    let (files, said) = match wanted {
        Wanted::Told(name, files) => (files, format!("as the story of `{name}` tells")),
        Wanted::Generated(options) => {
            let tenant = generator::tenant(&options);
            let (devices, findings) = (tenant.truth.devices.len(), tenant.truth.findings.len());
            (tenant.files, format!("{devices} devices, {findings} findings expected"))
        }
    };
    std::fs::create_dir_all(folder)?;
    for (name, content) in &files {
        std::fs::write(folder.join(name), content)?;
    }
    println!("{} files, {said}", files.len());
    Ok(())
}
