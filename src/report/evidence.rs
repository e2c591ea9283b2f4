//! The manifest: what went in, what judged it, what came out, each with its digest.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::folder::{Folder, Written};
use super::place::{MANIFEST, SUMS};
use super::seal;
use crate::error::{Error, Result};
use crate::outcome::{Digested, Outcome};
use crate::read::hex;
use crate::schema::Platform;
use crate::time::rfc3339;

/// Writes `evidence/manifest.json` and `evidence/SHA256SUMS`, and the page, which shows the seal: the digest of the manifest.
pub(super) fn write(
    outcome: &Outcome,
    settings: &[(String, String)],
    page: Option<&str>,
    folder: &Folder,
) -> Result<String> {
    let inputs: Vec<Value> = outcome
        .inputs
        .iter()
        .enumerate()
        .map(|(number, i)| {
            let exports: Vec<Value> = outcome
                .sources
                .iter()
                .filter(|s| s.input == number)
                .map(|s| {
                    json!({
                        "export": s.export, "console": s.console.as_str(), "format": s.format, "treated": s.treated,
                        "rows": s.rows, "records": s.records, "set_aside": s.rows - s.records,
                    })
                })
                .collect();
            json!({ "file": i.label, "bytes": i.bytes, "sha256": i.sha256, "exports": exports })
        })
        .collect();
    let mut written = folder.written();
    written.extend(page.map(unsealed));
    written.sort_by(|a, b| a.file.cmp(&b.file));
    let outputs: Vec<Value> =
        written.iter().map(|w| json!({ "file": w.file, "bytes": w.bytes, "sha256": w.sha256 })).collect();
    let settings: serde_json::Map<String, Value> =
        settings.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let thresholds: Vec<Value> = outcome
        .thresholds
        .effective()
        .into_iter()
        .map(|(name, platform, days)| {
            json!({ "name": name.as_str(), "platform": platform.map_or("all", Platform::as_str), "days": days })
        })
        .collect();
    let digested = |one: &Digested| json!({ "file": one.file, "sha256": one.sha256 });
    let rules: Vec<Value> = outcome.rule_files.iter().map(digested).collect();
    let files: Vec<Value> = outcome.settled_by.iter().map(digested).collect();
    let decided = &outcome.decisions;
    let decisions =
        if decided.file.is_empty() { Value::Null } else { json!({ "file": decided.file, "sha256": decided.sha256 }) };
    let baseline = outcome.since.baseline().map_or(
        Value::Null,
        |point| json!({ "label": point.label, "as_of": rfc3339(point.as_of), "seal": point.seal }),
    );
    let marks: serde_json::Map<String, Value> = outcome
        .rules
        .iter()
        .zip(&outcome.marks)
        .map(|(rule, mark)| (rule.id.clone(), mark.digest.as_str().into()))
        .collect();
    let in_devices = outcome.links.device.iter().filter(|d| d.is_some()).count();
    let manifest = json!({
        "schema_version": 1,
        "program": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "as_of": rfc3339(outcome.as_of.millis),
        "as_of_given": outcome.as_of.given,
        "settings": settings,
        "thresholds": thresholds,
        "configuration": { "files": files, "values": outcome.settings },
        "decisions": decisions,
        "baseline": baseline,
        "provenance": super::provenance::provenance(outcome),
        "inputs": inputs,
        "control_totals": {
            "input_rows": outcome.sources.iter().map(|s| s.rows).sum::<u64>(),
            "records_in_devices": in_devices,
            "records_without_device": outcome.links.device.len() - in_devices,
            "rows_set_aside": outcome.records.asides(),
            "lines_in_records_csv": outcome.links.device.len() + outcome.records.asides(),
            "devices": outcome.devices.len(),
            "findings": outcome.findings.len(),
            "findings_excepted": outcome.hidden.findings.len(),
            "steps": outcome.steps.len(),
        },
        "rules": rules,
        "rule_digests": marks,
        "outputs": outputs,
    });
    let mut text = serde_json::to_string_pretty(&manifest).map_err(|e| Error::Internal(e.to_string()))?;
    text.push('\n');
    folder.text(MANIFEST, &text)?;
    let seal = hex(&Sha256::digest(text.as_bytes()));
    if let Some(page) = page {
        folder.text(seal::PAGE, &seal::sealed(page, &seal))?;
    }
    let mut sums = String::new();
    for w in folder.written() {
        let _ = writeln!(sums, "{}  {}", w.sha256, w.file);
    }
    folder.text(SUMS, &sums)?;
    Ok(seal)
}

/// The page as the manifest names it: with zeros in the place of the seal.
fn unsealed(page: &str) -> Written {
    let sha256 = hex(&Sha256::digest(page.as_bytes()));
    Written { file: seal::PAGE.into(), bytes: page.len() as u64, sha256 }
}
