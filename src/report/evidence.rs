//! The manifest: what went in, what judged it, what came out, each with its digest.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::folder::Folder;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::identity::{NONE, rfc3339};
use crate::read::hex;
use crate::schema::Platform;

/// Writes `evidence/manifest.json` and `evidence/SHA256SUMS`.
pub(super) fn write(analysis: &Analysis, settings: &[(String, String)], folder: &Folder) -> Result<()> {
    let inputs: Vec<Value> = analysis
        .inputs
        .iter()
        .enumerate()
        .map(|(number, i)| {
            let exports: Vec<Value> = analysis
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
    let rules: Vec<Value> = analysis
        .files
        .iter()
        .map(|(path, text)| json!({ "file": path, "sha256": hex(&Sha256::digest(text.as_bytes())) }))
        .collect();
    let written = folder.written();
    let outputs: Vec<Value> =
        written.iter().map(|w| json!({ "file": w.file, "bytes": w.bytes, "sha256": w.sha256 })).collect();
    let settings: serde_json::Map<String, Value> =
        settings.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let thresholds: Vec<Value> = analysis
        .thresholds
        .effective()
        .into_iter()
        .map(|(name, platform, days)| {
            json!({ "name": name.as_str(), "platform": platform.map_or("all", Platform::as_str), "days": days })
        })
        .collect();
    let settled = [&analysis.config, &analysis.hidden.exceptions.source];
    let files: Vec<Value> = settled
        .into_iter()
        .filter(|source| !source.file.is_empty())
        .map(|source| json!({ "file": source.file, "sha256": hex(&Sha256::digest(source.text.as_bytes())) }))
        .collect();
    let decided = &analysis.decisions;
    let decisions =
        if decided.file.is_empty() { Value::Null } else { json!({ "file": decided.file, "sha256": decided.sha256 }) };
    let in_devices = analysis.links.device.iter().filter(|d| **d != NONE).count();
    let manifest = json!({
        "schema_version": 1,
        "program": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "as_of": rfc3339(analysis.as_of.millis),
        "as_of_given": analysis.as_of.given,
        "settings": settings,
        "thresholds": thresholds,
        "configuration": { "files": files, "values": analysis.settings },
        "decisions": decisions,
        "inputs": inputs,
        "control_totals": {
            "input_rows": analysis.sources.iter().map(|s| s.rows).sum::<u64>(),
            "records_in_devices": in_devices,
            "records_without_device": analysis.links.device.len() - in_devices,
            "rows_set_aside": analysis.records.asides(),
            "lines_in_records_csv": analysis.links.device.len() + analysis.records.asides(),
            "devices": analysis.devices.len(),
            "findings": analysis.findings.len(),
            "findings_excepted": analysis.hidden.findings.len(),
            "steps": analysis.steps.len(),
        },
        "rules": rules,
        "outputs": outputs,
    });
    let mut text = serde_json::to_string_pretty(&manifest).map_err(|e| Error::Internal(e.to_string()))?;
    text.push('\n');
    folder.text("evidence/manifest.json", &text)?;
    let mut sums = String::new();
    for w in folder.written() {
        let _ = writeln!(sums, "{}  {}", w.sha256, w.file);
    }
    folder.text("evidence/SHA256SUMS", &sums)
}
