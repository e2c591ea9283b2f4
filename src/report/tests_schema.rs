//! The published schema of `report.json` is made from the structures that are written, so that it cannot lag behind.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::model::Model;
use crate::console::Registry;
use crate::schema::DEVICES_CSV;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");

fn object(properties: &Map<String, Value>, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn typed(pairs: &[(&str, Value)]) -> Map<String, Value> {
    pairs.iter().map(|(name, kind)| ((*name).to_string(), kind.clone())).collect()
}

fn table(row: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "file": { "type": "string", "description": "The CSV file that has every row." },
            "total": { "type": "integer", "minimum": 0 },
            "complete": { "type": "boolean", "description": "Whether every row is here." },
            "rows": { "type": "array", "items": row },
        },
        "required": ["file", "total", "complete", "rows"],
    })
}

fn tables() -> Value {
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let flag = json!({ "type": "boolean" });
    let mut devices: Map<String, Value> = DEVICES_CSV.iter().map(|name| ((*name).to_string(), text.clone())).collect();
    devices.insert("days_inactive".into(), json!({ "type": ["integer", "null"] }));
    for console in Registry::shipped().all().iter().filter(|console| console.is_always_shown()) {
        for column in ["id", "last_seen"] {
            devices.insert(format!("{}_{column}", console.column_prefix()), text.clone());
        }
    }
    let findings = [
        "finding_id",
        "rule",
        "severity",
        "confidence",
        "device_key",
        "evidence",
        "suggestion_id",
        "status",
        "assignee",
        "note",
        "intent",
    ];
    let mut finding: Map<String, Value> = findings.iter().map(|name| ((*name).to_string(), maybe.clone())).collect();
    finding.insert("objects".into(), json!({ "type": "array", "items": text }));
    let step = typed(&[
        ("suggestion_id", text.clone()),
        ("device_key", text.clone()),
        ("step", text.clone()),
        ("action", text.clone()),
        ("console", maybe.clone()),
        ("object_id", text.clone()),
        ("role", text.clone()),
        ("irreversible", flag.clone()),
        ("wipes", flag),
        ("condition", text.clone()),
        ("why", text.clone()),
        ("phase", text.clone()),
        ("not_before", text),
        ("batch", json!({ "type": ["integer", "null"] })),
        ("frees", maybe.clone()),
    ]);
    let step_names: Vec<String> = step.keys().cloned().collect();
    let step_names: Vec<&str> = step_names.iter().map(String::as_str).collect();
    json!({
        "type": "object",
        "properties": {
            "devices": table(&object(&devices, DEVICES_CSV)),
            "findings": table(&object(&finding, &findings)),
            "plan": table(&object(&step, &step_names)),
        },
        "required": ["devices", "findings", "plan"],
    })
}

fn published() -> String {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<Model>().to_value();
    schema["title"] = "report.json of lastseen, schema version 1".into();
    schema["properties"]["tables"] = tables();
    schema["properties"]["schema_version"] = json!({ "const": 1 });
    if let Some(required) = schema["required"].as_array_mut() {
        required.push("tables".into());
    }
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

#[test]
fn the_published_schema_is_that_of_the_structures() {
    let kept = std::fs::read_to_string(FILE).unwrap_or_default().replace("\r\n", "\n");
    assert!(kept == published(), "write it again with `cargo test --lib write_the_schema -- --ignored`");
}

#[test]
#[ignore = "writes docs/report.schema.json"]
fn write_the_schema() {
    std::fs::write(FILE, published()).unwrap();
}
