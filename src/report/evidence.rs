//! What is written last: the manifest, which names what went in, what judged it and what came out, and the sums of all files.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::folder::Folder;
use super::seal;
use crate::error::Result;
use crate::outcome::{
    Configuration, Contents, ControlTotals, Digested, ExportRow, InputFile, InputRow, Manifest, Outcome, OutputFile,
    ReportContents, SealedReport, ThresholdRow, provenance,
};
use crate::read::hex;
use crate::schema::{MANIFEST, Platform, SUMS};
use crate::time::rfc3339;

/// Writes `evidence/manifest.json` and `evidence/SHA256SUMS`, and the page, which shows the seal: the digest of the manifest.
pub(super) fn write(
    outcome: &Outcome,
    settings: &[(String, String)],
    page: Option<&str>,
    folder: &Folder,
) -> Result<String> {
    let mut outputs = folder.written();
    outputs.extend(page.map(unsealed));
    outputs.sort_by(|a, b| a.file.cmp(&b.file));
    let contents = Contents::Report(Box::new(contents(outcome, settings)));
    let text = Manifest::new(contents, outputs).text()?;
    folder.text(MANIFEST, &text)?;
    let seal = hex(&Sha256::digest(text.as_bytes()));
    if let Some(page) = page {
        folder.text(seal::PAGE, &seal::sealed(page, &seal))?;
    }
    sums(folder)?;
    Ok(seal)
}

/// Writes the digests of all files, as the usual tools read them.
pub(super) fn sums(folder: &Folder) -> Result<()> {
    let mut sums = String::new();
    for w in folder.written() {
        let _ = writeln!(sums, "{}  {}", w.sha256, w.file);
    }
    folder.text(SUMS, &sums)
}

/// What the report was made from.
fn contents(outcome: &Outcome, settings: &[(String, String)]) -> ReportContents {
    let threshold = |(name, platform, days): (crate::identity::Threshold, Option<Platform>, u32)| ThresholdRow {
        name: name.as_str(),
        platform: platform.map_or("all", Platform::as_str),
        days,
    };
    let decided = &outcome.decisions;
    let decisions = Digested { file: decided.file.clone(), sha256: decided.sha256.clone() };
    let baseline = outcome.since.baseline().map(|point| SealedReport {
        label: point.label.clone(),
        as_of: rfc3339(point.as_of),
        seal: point.seal.clone(),
    });
    let text = |text: &str| Value::from(text);
    let marks = outcome.rules.iter().zip(&outcome.marks);
    ReportContents {
        as_of: rfc3339(outcome.as_of.millis),
        as_of_given: outcome.as_of.given,
        settings: settings.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        thresholds: outcome.thresholds.effective().into_iter().map(threshold).collect(),
        configuration: Configuration { files: outcome.settled_by.clone(), values: outcome.settings.clone() },
        decisions: Some(decisions).filter(|decisions| !decisions.file.is_empty()),
        baseline,
        provenance: provenance(outcome),
        inputs: (0..).zip(&outcome.inputs).map(|(number, input)| of_input(outcome, number, input)).collect(),
        control_totals: totals(outcome),
        rules: outcome.rule_files.clone(),
        rule_digests: marks.map(|(rule, mark)| (rule.id.clone(), text(&mark.digest))).collect::<Map<_, _>>(),
    }
}

fn of_input(outcome: &Outcome, number: usize, input: &InputFile) -> InputRow {
    let own = outcome.sources.iter().filter(|source| source.input == number);
    let exports = own.map(|source| ExportRow {
        export: source.export.clone(),
        console: source.console.as_str(),
        format: source.format.clone(),
        treated: source.treated,
        rows: source.rows,
        records: source.records,
        set_aside: source.rows - source.records,
    });
    InputRow { file: input.label.clone(), bytes: input.bytes, sha256: input.sha256.clone(), exports: exports.collect() }
}

fn totals(outcome: &Outcome) -> ControlTotals {
    let records = outcome.links.device.len();
    let in_devices = outcome.links.device.iter().filter(|d| d.is_some()).count();
    let set_aside = outcome.records.asides();
    ControlTotals {
        input_rows: outcome.sources.iter().map(|s| s.rows).sum(),
        records_in_devices: in_devices,
        records_without_device: records - in_devices,
        rows_set_aside: set_aside,
        lines_in_records_csv: records + set_aside,
        devices: outcome.devices.len(),
        findings: outcome.findings.len(),
        findings_excepted: outcome.hidden.findings.len(),
        steps: outcome.steps.len(),
    }
}

/// The page as the manifest names it: with zeros in the place of the seal.
fn unsealed(page: &str) -> OutputFile {
    let sha256 = hex(&Sha256::digest(page.as_bytes()));
    OutputFile { file: seal::PAGE.into(), bytes: page.len() as u64, sha256 }
}
