//! The published schema of `report.json` is made from the structures that are written, so that it cannot lag behind.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::model::Model;
use super::table::{Field, Place, Type, WITH_BASELINE, described};
use crate::console::Registry;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");

fn cell(field: &Field) -> Value {
    let name = match field.kind {
        Type::Flag => "boolean",
        Type::Number => "integer",
        Type::List => "array",
        _ => "string",
    };
    // A moment that is not known is an empty text.
    let nullable = field.optional && !matches!(field.kind, Type::Time | Type::Day);
    let mut cell = json!({ "description": field.meaning });
    cell["type"] = if nullable { json!([name, "null"]) } else { json!(name) };
    if field.kind == Type::List {
        cell["items"] = json!({ "type": "string" });
    }
    cell
}

fn table(name: &str, fields: &[Field]) -> Value {
    let fields: Vec<&Field> = fields.iter().filter(|field| field.place != Place::CsvOnly).collect();
    let columns: Map<String, Value> = fields.iter().map(|field| (field.name.clone(), cell(field))).collect();
    // Columns of consoles are there for those of which a list was given.
    let per_console = |name: &str| {
        Registry::shipped()
            .all()
            .iter()
            .any(|c| name.strip_prefix(c.column_prefix()).is_some_and(|end| end == "_id" || end == "_last_seen"))
    };
    let required: Vec<&str> = fields
        .iter()
        .map(|field| field.name.as_str())
        .filter(|column| name != "devices" || !per_console(column))
        .collect();
    let mut row =
        json!({ "type": "object", "properties": columns, "required": required, "additionalProperties": false });
    if name == "devices" {
        // Any console may be added, and has its columns where a list of it is loaded.
        let text = json!({ "type": "string", "description": "Of a console of which a list is loaded." });
        row["patternProperties"] = json!({ "^[a-z][a-z0-9_]*_(id|last_seen)$": text });
    }
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
    let tables = described();
    let names: Vec<&str> = tables.iter().map(|(name, _)| *name).filter(|name| !WITH_BASELINE.contains(name)).collect();
    let properties: Map<String, Value> =
        tables.iter().map(|(name, fields)| ((*name).to_string(), table(name, fields))).collect();
    json!({ "type": "object", "properties": properties, "required": names })
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
