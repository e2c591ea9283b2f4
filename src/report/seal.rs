//! The seal of a report: the digest of its manifest. The page shows it, and is itself named in the manifest, by the digest
//! that it has with zeros in the place of the seal.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::place::Earlier;
use super::{JSON, ROLLUP};
use crate::disk::{self, is_absent};
use crate::error::{Error, Result};
use crate::outcome::{Manifest, OutputFile, RUN_FILE, Sealed};
use crate::read::{digest_of, hex};
use crate::schema::{MANIFEST, SUMS};

/// The file that shows the seal.
pub(super) const PAGE: &str = "report.html";
/// The list of findings, which every report with CSV files has and no console hands out.
const FINDINGS: &str = "findings.csv";
/// The seal of a page that is not sealed yet.
pub(super) const UNSEALED: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// What stands before the seal in the page. Nothing from an export can be it, since its signs are escaped there.
const BEFORE: &str = "id=\"seal\">";
/// The largest page that is looked at.
const LARGEST_PAGE: u64 = 2 << 30;
/// The largest list of sums.
const LARGEST_SUMS: u64 = 256 << 20;

/// The page with a seal in it. A page of other templates may show none.
pub(super) fn sealed<'a>(page: &'a str, seal: &str) -> Cow<'a, str> {
    let start = page.find(BEFORE).map(|at| at + BEFORE.len());
    let parts = start.and_then(|at| Some((page.get(..at)?, page.get(at..at + UNSEALED.len())?, at)));
    match parts {
        Some((before, own, at)) if own.bytes().all(|sign| sign.is_ascii_hexdigit()) => {
            let after = page.get(at + UNSEALED.len()..).unwrap_or_default();
            Cow::Owned([before, seal, after].concat())
        }
        _ => Cow::Borrowed(page),
    }
}

/// What became of a report since it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// The seal: SHA-256 of the manifest.
    pub seal: String,
    /// Files that the manifest names.
    pub files: usize,
    /// Files that are named and not there.
    pub missing: Vec<String>,
    /// Files that are not as they were written.
    pub changed: Vec<String>,
    /// Files and folders that are named nowhere.
    pub extra: Vec<String>,
    /// The seal of the report that this one was compared with, where there was one.
    pub baseline: Option<String>,
}

impl Verified {
    /// Whether everything is as it was written.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.extra.is_empty()
    }
}

/// Files that say of a folder that it is a report, or was one, though its manifest is gone.
const TELLING: &[&str] = &[SUMS, PAGE, ROLLUP, JSON, FINDINGS, RUN_FILE];

/// The manifest of a report.
fn manifest(report: &Path) -> Result<Sealed> {
    if let Some(sealed) = Manifest::read(report)? {
        return Ok(sealed);
    }
    // Whoever misspells a folder must not be told that somebody tampered with a report.
    if TELLING.iter().any(|name| std::fs::symlink_metadata(report.join(name)).is_ok()) {
        return Err(Error::damaged_report(&report.join(MANIFEST), "is missing"));
    }
    let shown = report.display();
    let message = match std::fs::metadata(report) {
        Ok(_) => format!("`{shown}` is no report"),
        Err(e) if is_absent(&e) => format!("`{shown}` does not exist"),
        Err(source) => return Err(Error::Unreadable { path: report.to_path_buf(), source }),
    };
    Err(Error::Usage { message, help: "name the folder of a report that `analyze` wrote".into() })
}

/// Compares every file of a report with what its manifest says.
///
/// # Errors
/// [`Error::Usage`] where no report is; [`Error::Evidence`] where its manifest is gone or damaged; [`Error::Unreadable`].
pub fn verify(report: &Path) -> Result<Verified> {
    let Sealed { manifest, seal } = manifest(report)?;
    let Some(earlier) = Earlier::find(report)? else {
        return Err(Error::damaged_report(&report.join(MANIFEST), "is a link, not a file of the report"));
    };
    let (mut missing, mut changed) = (BTreeSet::new(), BTreeSet::new());
    let mut sums: BTreeMap<String, String> = BTreeMap::from([(MANIFEST.to_string(), seal.clone())]);
    for OutputFile { file: name, sha256, .. } in &manifest.outputs {
        match own_digest(report, name) {
            Ok((own, raw)) => {
                if own != *sha256 {
                    changed.insert(name.clone());
                }
                sums.insert(name.clone(), raw);
            }
            Err(e) if is_absent(&e) => {
                missing.insert(name.clone());
            }
            Err(source) => return Err(Error::Unreadable { path: report.join(name), source }),
        }
    }
    match lines_of_sums(report) {
        Ok(Some(lines)) => {
            // A file that was changed or is missing is said once, by its own name.
            let differs = |name: &String| lines.get(name) != sums.get(name);
            let left = |name: &&String| !changed.contains(*name) && !missing.contains(*name);
            if sums.keys().chain(lines.keys()).filter(left).any(differs) {
                changed.insert(SUMS.to_string());
            }
        }
        Ok(None) => _ = changed.insert(SUMS.to_string()),
        Err(e) if is_absent(&e) => _ = missing.insert(SUMS.to_string()),
        Err(source) => return Err(Error::Unreadable { path: report.join(SUMS), source }),
    }
    Ok(Verified {
        seal,
        files: manifest.outputs.len(),
        missing: missing.into_iter().collect(),
        changed: changed.into_iter().collect(),
        extra: earlier.strangers,
        baseline: manifest.baseline().map(str::to_string),
    })
}

/// The digest of a file as the manifest counts it, and as it lies on disk.
fn own_digest(report: &Path, name: &str) -> io::Result<(String, String)> {
    let path = report.join(name);
    if !std::fs::symlink_metadata(&path)?.is_file() {
        return Ok((String::new(), String::new()));
    }
    let raw = digest_of(&path)?;
    if name != PAGE {
        return Ok((raw.clone(), raw));
    }
    let page = String::from_utf8(disk::read(&path, LARGEST_PAGE)?).unwrap_or_default();
    let (_, shown) = page.split_once(BEFORE).unwrap_or_default();
    let seal = shown.get(..UNSEALED.len()).unwrap_or_default();
    let of_manifest = digest_of(&report.join(MANIFEST))?;
    // A page that shows another seal is not as it was written, whatever else it says.
    let own = if shown.is_empty() || seal == of_manifest {
        hex(&Sha256::digest(sealed(&page, UNSEALED).as_bytes()))
    } else {
        String::new()
    };
    Ok((own, raw))
}

/// The lines of `SHA256SUMS`; nothing where a line is none.
fn lines_of_sums(report: &Path) -> io::Result<Option<BTreeMap<String, String>>> {
    let bytes = disk::read(&report.join(SUMS), LARGEST_SUMS)?;
    let Ok(text) = String::from_utf8(bytes) else { return Ok(None) };
    let line = |line: &str| line.split_once("  ").map(|(sum, name)| (name.to_string(), sum.to_string()));
    Ok(text.lines().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_sealed_and_unsealed() {
        let page = format!("<code id=\"seal\">{UNSEALED}</code> and {UNSEALED}");
        let seal = "ab".repeat(32);
        let with = sealed(&page, &seal).into_owned();
        assert_eq!(with, format!("<code id=\"seal\">{seal}</code> and {UNSEALED}"));
        assert_eq!(sealed(&with, UNSEALED), page);
        for odd in
            ["nothing", "id=\"seal\">", "id=\"seal\">&lt;b&gt;0000000000000000000000000000000000000000000000000000000"]
        {
            assert_eq!(sealed(odd, &seal), odd);
        }
    }
}
