//! `evidence/manifest.json`: what went into a report, what judged it and what came out, each with its digest.
//!
//! Whoever writes or reads it does so here, so that a damaged one is the same to all: a manifest that cannot be read or
//! understood is an error, never an empty one, since nothing would be compared with it then.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Digested, ProvenanceRow};
use crate::config::Setting;
use crate::disk;
use crate::error::{Error, Result};
use crate::read::hex;
use crate::schema::MANIFEST;

/// The largest manifest: it names files, of which there are thousands at most.
const LARGEST: u64 = 256 << 20;

/// The manifest of a report or of a rollup.
///
/// Only what the program itself goes by is read back. A later version may say more of how it judged, and its reports can
/// still be verified.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The shape of the file.
    pub schema_version: u32,
    /// What wrote it.
    pub program: Program,
    /// What the outputs were made from.
    #[serde(flatten)]
    pub contents: Contents,
    /// Every file that was written, but for the manifest itself and the sums, which are made from it.
    pub outputs: Vec<OutputFile>,
}

/// The program that wrote a manifest.
#[derive(Debug, Serialize, Deserialize)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A file of a report and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Path inside the report.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// What the outputs were made from.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Contents {
    /// Reports of several tenants.
    Rollup(RollupContents),
    /// The exports of one tenant.
    Report(Box<ReportContents>),
}

/// What a rollup was made from.
#[derive(Debug, Serialize, Deserialize)]
pub struct RollupContents {
    /// Tells it from a report.
    pub kind: RollupKind,
    /// The reports of the tenants.
    pub reports: Vec<SealedReport>,
}

/// The word that a rollup has and a report lacks.
#[derive(Debug, Serialize, Deserialize)]
pub enum RollupKind {
    /// Several tenants side by side.
    #[serde(rename = "rollup")]
    Rollup,
}

/// Another report, by its seal.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedReport {
    /// Name of the tenant.
    pub label: String,
    /// The time at which it judged, RFC 3339.
    pub as_of: String,
    /// Digest of its manifest.
    pub seal: String,
}

/// What a report was made from.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ReportContents {
    /// The time at which devices are judged, RFC 3339.
    #[serde(skip_deserializing)]
    pub as_of: String,
    /// Whether that time was given; else it is that of the newest activity.
    #[serde(skip_deserializing)]
    pub as_of_given: bool,
    /// Options that change the result.
    #[serde(skip_deserializing)]
    pub settings: Map<String, Value>,
    /// Thresholds in force.
    #[serde(skip_deserializing)]
    pub thresholds: Vec<ThresholdRow>,
    /// Files of settings, and every value in force.
    #[serde(skip_deserializing)]
    pub configuration: Configuration,
    /// The file in which people decided.
    #[serde(skip_deserializing)]
    pub decisions: Option<Digested>,
    /// The report that it was compared with.
    #[serde(default)]
    pub baseline: Option<SealedReport>,
    /// Where the exports come from.
    #[serde(skip_deserializing)]
    pub provenance: Vec<ProvenanceRow>,
    /// The files that were read.
    #[serde(skip_deserializing)]
    pub inputs: Vec<InputRow>,
    /// Numbers that have to agree with those of the files.
    #[serde(skip_deserializing)]
    pub control_totals: ControlTotals,
    /// Rules, formats, playbooks and consoles.
    #[serde(skip_deserializing)]
    pub rules: Vec<Digested>,
    /// A digest of what each rule means, by its id.
    #[serde(skip_deserializing)]
    pub rule_digests: Map<String, Value>,
}

/// A threshold in force.
#[derive(Debug, Serialize)]
pub struct ThresholdRow {
    /// Its name.
    pub name: &'static str,
    /// The platform, or `all`.
    pub platform: &'static str,
    /// Days.
    pub days: u32,
}

/// What somebody configured.
#[derive(Debug, Default, Serialize)]
pub struct Configuration {
    /// The files.
    pub files: Vec<Digested>,
    /// Every value that can be configured, with the one in force.
    pub values: Vec<Setting>,
}

/// A file that was read.
#[derive(Debug, Serialize)]
pub struct InputRow {
    /// Its name in reports.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file as it lies on disk.
    pub sha256: String,
    /// The lists in it.
    pub exports: Vec<ExportRow>,
}

/// A list that was read.
#[derive(Debug, Serialize)]
pub struct ExportRow {
    /// Its name in reports.
    pub export: String,
    /// The console whose objects it lists.
    pub console: &'static str,
    /// Format id.
    pub format: String,
    /// The user said what it is.
    pub treated: bool,
    /// Data rows.
    pub rows: u64,
    /// Rows that became records.
    pub records: u64,
    /// The others.
    pub set_aside: u64,
}

/// Numbers by which files are held against each other.
#[derive(Debug, Default, Serialize)]
pub struct ControlTotals {
    /// Rows of all inputs.
    pub input_rows: u64,
    /// Records that belong to a device.
    pub records_in_devices: usize,
    /// Records that belong to none.
    pub records_without_device: usize,
    /// Rows that became no record.
    pub rows_set_aside: usize,
    /// Lines of `records.csv`.
    pub lines_in_records_csv: usize,
    /// Devices.
    pub devices: usize,
    /// Findings.
    pub findings: usize,
    /// Findings that exceptions hide.
    pub findings_excepted: usize,
    /// Steps of the plan.
    pub steps: usize,
}

/// A manifest that was read, and its seal.
#[derive(Debug)]
pub struct Sealed {
    /// What it says.
    pub manifest: Manifest,
    /// Its digest: which report it is.
    pub seal: String,
}

impl Manifest {
    /// A manifest of this program.
    #[must_use]
    pub fn new(contents: Contents, outputs: Vec<OutputFile>) -> Self {
        let (name, version) = (env!("CARGO_PKG_NAME").into(), env!("CARGO_PKG_VERSION").into());
        Self { schema_version: 1, program: Program { name, version }, contents, outputs }
    }

    /// The manifest of a report; nothing where the folder has none.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Evidence`] where it is no manifest of this program, or names files outside the report.
    pub fn read(report: &Path) -> Result<Option<Sealed>> {
        let path = report.join(MANIFEST);
        let bytes = match disk::read(&path, LARGEST) {
            Ok(bytes) => bytes,
            Err(e) if disk::is_absent(&e) => return Ok(None),
            Err(source) => return Err(Error::Unreadable { path, source }),
        };
        let damaged = |why: &str| Error::damaged_report(&path, why);
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|_| damaged("cannot be understood"))?;
        if manifest.program.name != env!("CARGO_PKG_NAME") {
            return Err(damaged("is not the manifest of a report"));
        }
        if let Some(odd) = manifest.outputs.iter().find(|output| !is_inside(&output.file)) {
            return Err(damaged(&format!("names `{}`, which is no file of the report", odd.file)));
        }
        Ok(Some(Sealed { manifest, seal: hex(&Sha256::digest(&bytes)) }))
    }

    /// The text of the file.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(text + "\n")
    }

    /// The digest that a file had when the report was written; nothing for a file that is not named.
    #[must_use]
    pub fn sha256_of(&self, file: &str) -> Option<&str> {
        self.outputs.iter().find(|output| output.file == file).map(|output| output.sha256.as_str())
    }

    /// The seal of the report that this one was compared with.
    #[must_use]
    pub fn baseline(&self) -> Option<&str> {
        match &self.contents {
            Contents::Report(report) => report.baseline.as_ref().map(|baseline| baseline.seal.as_str()),
            Contents::Rollup(_) => None,
        }
    }
}

/// Whether a name is that of a file inside the report.
fn is_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Sealed>> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("evidence")).unwrap();
        std::fs::write(dir.path().join(MANIFEST), text).unwrap();
        Manifest::read(dir.path())
    }

    fn file(name: &str) -> OutputFile {
        OutputFile { file: name.into(), bytes: 1, sha256: "ab".repeat(32) }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let point = || SealedReport { label: "Contoso".into(), as_of: "2026-11-20".into(), seal: "cd".repeat(32) };
        let report = ReportContents { baseline: Some(point()), ..ReportContents::default() };
        let text = Manifest::new(Contents::Report(Box::new(report)), vec![file("devices.csv")]).text().unwrap();
        let Sealed { manifest, seal } = read(&text).unwrap().unwrap();
        assert_eq!(seal, hex(&Sha256::digest(text.as_bytes())));
        assert_eq!(manifest.baseline(), Some("cd".repeat(32).as_str()));
        assert_eq!(manifest.sha256_of("devices.csv"), Some("ab".repeat(32).as_str()));
        assert_eq!(manifest.sha256_of("other.csv"), None);

        let rollup = Contents::Rollup(RollupContents { kind: RollupKind::Rollup, reports: vec![point()] });
        let text = Manifest::new(rollup, vec![file("rollup.html")]).text().unwrap();
        let Sealed { manifest, .. } = read(&text).unwrap().unwrap();
        assert!(matches!(manifest.contents, Contents::Rollup(_)) && manifest.baseline().is_none());
        assert_eq!(manifest.outputs, [file("rollup.html")]);
    }

    #[test]
    fn a_later_version_may_say_more() {
        let text = Manifest::new(Contents::Report(Box::default()), vec![file("a.csv")]).text().unwrap();
        let more = text.replacen("\"as_of\": \"\"", "\"as_of\": {\"day\": 1}, \"mood\": \"good\"", 1);
        assert_ne!(more, text);
        assert_eq!(read(&more).unwrap().unwrap().manifest.outputs, [file("a.csv")]);
    }

    /// A damaged manifest that counted as an empty one would call every file of its report a stranger, or compare none.
    #[test]
    fn a_damaged_manifest_is_never_an_empty_one() {
        let whole = Manifest::new(Contents::Report(Box::default()), vec![file("a.csv")]).text().unwrap();
        let other = whole.replacen("lastseen", "other", 1);
        let outside = whole.replacen("a.csv", "../a.csv", 1);
        for (text, why) in [
            ("", "cannot be understood"),
            ("[]", "cannot be understood"),
            ("{}", "cannot be understood"),
            (whole.get(..whole.len() / 2).unwrap(), "cannot be understood"),
            (&other, "is not the manifest of a report"),
            (&outside, "names `../a.csv`, which is no file of the report"),
        ] {
            let error = read(text).unwrap_err();
            assert!(matches!(error, Error::Evidence { .. }) && error.to_string().ends_with(why), "{text}: {error}");
        }
        let dir = tempfile::tempdir().unwrap();
        assert!(Manifest::read(dir.path()).unwrap().is_none());
        assert!(Manifest::read(&dir.path().join("nowhere")).unwrap().is_none());
        std::fs::create_dir_all(dir.path().join(MANIFEST)).unwrap();
        assert!(matches!(Manifest::read(dir.path()), Err(Error::Unreadable { .. })));
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        assert!(is_inside("data/run.json"));
        for odd in ["", "/etc/passwd", "../x", "a/../../x"] {
            assert!(!is_inside(odd), "{odd}");
        }
    }
}
