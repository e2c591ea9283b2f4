//! `report.json`: the model, and the rows of devices, findings and plan.

use std::io::{self, Write};

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::model::Model;
use super::tables::{self, Index};
use crate::analysis::Analysis;
use crate::identity::{day, rfc3339};
use crate::schema::{Console, DEVICES_CSV, Severity};

/// Rows of a table that `report.json` holds; beyond, it names the CSV file that has them all.
const IN_JSON: usize = 100_000;

/// `report.json`: the model, and the rows of devices, findings and plan, one a line.
pub(super) fn write(analysis: &Analysis, index: &Index, model: &Model, out: &mut (dyn Write + Send)) -> io::Result<()> {
    /// Rows that are made at a time.
    const BATCH: usize = 16_384;
    let text = serde_json::to_string_pretty(model)?;
    // The rows go inside the model's own object.
    let open = text.trim_end().strip_suffix('}').unwrap_or(&text).trim_end();
    write!(out, "{open},\n  \"tables\": {{")?;
    let tables: [(&str, &str, usize, Row<'_>); 3] = [
        ("devices", "devices.csv", analysis.devices.len(), &|at| device_row(analysis, index, at)),
        ("findings", "findings.csv", tables::all_findings(analysis), &|at| finding_row(analysis, at)),
        ("plan", "plan.csv", analysis.steps.len(), &|at| step_row(analysis, index, at)),
    ];
    for (number, (name, file, total, row)) in tables.into_iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let complete = total <= IN_JSON;
        write!(
            out,
            "{comma}\n    \"{name}\": {{\"file\": \"{file}\", \"total\": {total}, \"complete\": {complete}, \"rows\": ["
        )?;
        let shown = total.min(IN_JSON);
        for start in (0..shown).step_by(BATCH) {
            let end = (start + BATCH).min(shown);
            let rows: Vec<String> = (start..end).into_par_iter().map(|at| row(at).to_string()).collect();
            for (at, row) in (start..).zip(rows) {
                write!(out, "{}\n{row}", if at == 0 { "" } else { "," })?;
            }
        }
        write!(out, "]}}")?;
    }
    out.write_all(b"\n  }\n}\n")
}

/// Makes a row of a table.
type Row<'a> = &'a (dyn Fn(usize) -> Value + Sync);

fn device_row(analysis: &Analysis, index: &Index, at: usize) -> Value {
    let values = device_values(analysis, index, at);
    let mut row: Map<String, Value> = DEVICES_CSV.iter().map(ToString::to_string).zip(values).collect();
    for columns in &analysis.devices.by_console {
        let prefix = columns.console.column_prefix();
        row.insert(format!("{prefix}_id"), columns.id.get(at).into());
        let seen = columns.last_seen.get(at).map_or_else(String::new, rfc3339);
        row.insert(format!("{prefix}_last_seen"), seen.into());
    }
    Value::Object(row)
}

fn finding_row(analysis: &Analysis, at: usize) -> Value {
    let open = analysis.findings.len();
    let excepted = at >= open;
    let (f, at) = if excepted { (&analysis.hidden.findings, at - open) } else { (&analysis.findings, at) };
    let suggestion = analysis.suggestions.of(at).filter(|_| !excepted);
    let device = f.device.get(at).copied().unwrap_or_default() as usize;
    json!({
        "finding_id": tables::finding_id(analysis, f, at),
        "rule": tables::rule_of(analysis, f, at),
        "severity": f.severity.get(at).map(|s| s.as_str()),
        "confidence": f.confidence.get(at).map(|c| c.as_str()),
        "device_key": analysis.devices.key.get(device),
        "objects": analysis.records.objects(f.objects(at)),
        "evidence": f.evidence.get(at),
        "suggestion_id": suggestion.map(|s| s.id.as_str()),
        "status": if excepted { "excepted" } else { tables::status(analysis, device).as_str() },
        "assignee": analysis.decisions.of(device).map(|d| d.assignee.as_str()),
        "note": analysis.decisions.of(device).map(|d| d.note.as_str()),
        "intent": analysis.purpose_of(device).as_str(),
    })
}

fn step_row(analysis: &Analysis, index: &Index, at: usize) -> Value {
    let Some((step, entry)) = analysis.steps.get(at).and_then(|s| Some((s, tables::entry(analysis, s)?))) else {
        return Value::Null;
    };
    let device = step.device as usize;
    json!({
        "suggestion_id": index.suggestions(analysis, device),
        "device_key": analysis.devices.key.get(device),
        "step": entry.slug,
        "action": entry.action,
        "console": entry.console.map(Console::as_str),
        "object_id": analysis.object_of(step),
        "role": entry.role,
        "irreversible": entry.irreversible,
        "wipes": entry.wipes,
        "condition": analysis.condition_of(at),
        "why": entry.why,
        "phase": entry.phase.as_str(),
        "not_before": day(analysis.schedule.earliest(at)),
        "batch": analysis.schedule.batch_of(device).map(|(number, _)| number),
        "frees": entry.frees,
    })
}

fn device_values(analysis: &Analysis, index: &Index, at: usize) -> Vec<Value> {
    let d = &analysis.devices;
    let word = |word: Option<&'static str>| Value::from(word.unwrap_or_default());
    vec![
        d.key.get(at).map_or("", String::as_str).into(),
        d.name.get(at).into(),
        d.serial.get(at).into(),
        word(d.platform.get(at).map(|p| p.as_str())),
        d.manufacturer.get(at).into(),
        d.model.get(at).into(),
        word(d.ownership.get(at).map(|o| o.as_str())),
        word(d.join_type.get(at).map(|j| j.as_str())),
        d.primary_user.get(at).into(),
        tables::consoles(analysis, at).into(),
        d.last_activity.get(at).map_or_else(String::new, rfc3339).into(),
        d.last_console.get(at).into(),
        d.days_inactive(at).map_or(Value::Null, Value::from),
        word(d.activity.get(at).map(|a| a.as_str())),
        word(d.identity.get(at).map(|i| i.as_str())),
        index.rules(analysis, at).into(),
        word(index.highest(analysis, at).map(Severity::as_str)),
    ]
}
