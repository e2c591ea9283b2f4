//! The JSON Schema of a rule file, for editors that complete and check while one writes.

use serde_json::{Map, Value, json};

use super::lists::GROUPS;
use crate::console::Registry;
use crate::language::RECORD_EXTRAS;
use crate::schema::{RECORD, Severity};

const ON_DEVICE: &str =
    "SQL over one device's columns; true is a finding, null is unknown. `lastseen fields` lists the columns.";

/// The schema. Conditions are text to it: what they may read is in their description, and `lastseen rules check` looks.
#[must_use]
pub fn json_schema(registry: &Registry) -> Value {
    let slugs = registry.slugs();
    let severity = json!({"enum": Severity::WORDS});
    let consoles =
        json!({"type": "array", "items": {"enum": slugs}, "description": "consoles whose lists must be complete"});
    let need = json!({
        "type": "string",
        "pattern": format!("^({})(\\.[a-z0-9_]+)?$", slugs.join("|")),
        "description": "console, or console.column: must be loaded, and filled somewhere, or the rule does not run",
    });
    let by_circumstance = object(&[("when", text(ON_DEVICE)), ("severity", severity.clone())], &["when", "severity"]);
    let plan = json!({"enum": ["remove", "objects", "reconnect", "review"]});
    let plan_by_circumstance = object(&[("when", text(ON_DEVICE)), ("plan", plan.clone())], &["when", "plan"]);
    let properties = [
        ("id", json!({"type": "string", "pattern": "^[a-z0-9-]+$", "description": "name of the file"})),
        ("formerly", texts("ids that it had before; configurations and exceptions may still name it so")),
        ("title", text("names the problem")),
        ("severity", severity),
        ("severity_when", list(by_circumstance)),
        ("needs", list(need)),
        ("absence", consoles),
        ("after", texts("rules judged first; `flagged` says whether one of them holds")),
        ("records", own_columns(slugs)),
        ("when", text(ON_DEVICE)),
        ("objects", objects(slugs)),
        ("evidence", texts("columns whose values are shown with a finding")),
        ("plan", plan),
        ("plan_when", list(plan_by_circumstance)),
        (
            "phrase",
            text("stands behind a number of devices, as in: 12 stale in every console; {everywhere} is filled in"),
        ),
        (
            "spares",
            text(
                "why it may leave out a stale device, said of one that has no finding; several with `; ` between them, each behind the console that must hold the device, where there is one (`entra: ...`)",
            ),
        ),
        (
            "urgent",
            json!({"type": "boolean", "description": "whether packages of such devices come before all others"}),
        ),
        ("follows_from", texts("rules of which this is a consequence where one of them holds for the same device")),
        ("why", text("what is wrong and what it costs")),
        ("summary", text("one sentence; {devices}, {count}, {days}, {have}, {are}, {were} are filled in")),
        ("factors", texts("what helps to judge")),
        ("controls", texts("controls that it supports evidence for")),
        ("references", texts("pages of the vendors")),
        ("tests", tests(slugs)),
    ];
    let required = ["id", "title", "severity", "when", "objects", "evidence", "plan", "why", "summary", "tests"];
    let schema = object(&properties, &required);
    let schema = with(schema, "$schema", json!("https://json-schema.org/draft/2020-12/schema"));
    with(schema, "title", json!("lastseen rule"))
}

/// The schema of a condition that rules share.
#[must_use]
pub fn condition_schema(registry: &Registry) -> Value {
    let value = json!({"type": ["string", "number", "boolean", "null"]});
    let test = object(
        &[
            ("name", text("what it shows")),
            ("given", json!({"type": "object", "additionalProperties": value})),
            ("expect", json!({"enum": ["match", "pass", "unknown"]})),
        ],
        &["name", "expect"],
    );
    let schema = object(
        &[
            ("name", json!({"type": "string", "pattern": "^[a-z0-9_]+$", "description": "name of the file"})),
            ("meaning", text("what it says, in one sentence")),
            (
                "console",
                json!({"enum": registry.slugs(), "description": "whose records it is about; none: the device"}),
            ),
            ("when", text("SQL over one record's columns where there is a console, else over the device's")),
            ("tests", with(list(test), "minItems", json!(2))),
        ],
        &["name", "meaning", "when", "tests"],
    );
    let schema = with(schema, "$schema", json!("https://json-schema.org/draft/2020-12/schema"));
    with(schema, "title", json!("lastseen condition"))
}

/// A schema with one more key.
fn with(mut schema: Value, key: &str, value: Value) -> Value {
    if let Some(keys) = schema.as_object_mut() {
        keys.insert(key.to_string(), value);
    }
    schema
}

fn object(properties: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: Map<String, Value> = properties.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect();
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn text(description: &str) -> Value {
    json!({"type": "string", "minLength": 1, "description": description})
}

fn texts(description: &str) -> Value {
    json!({"type": "array", "items": {"type": "string"}, "description": description})
}

fn list(items: Value) -> Value {
    with(json!({"type": "array"}), "items", items)
}

fn on_record() -> Value {
    let extras: Vec<String> = RECORD_EXTRAS.iter().map(|(name, ..)| format!("`{name}`")).collect();
    text(&format!("SQL over one record's columns and {}; null is unknown", extras.join(", ")))
}

fn record_columns() -> Value {
    json!({"enum": RECORD.iter().map(|f| f.name).collect::<Vec<_>>()})
}

/// Columns of a rule's own.
fn own_columns(slugs: &[&str]) -> Value {
    const KINDS: [&str; 7] = ["any", "all", "count", "newest", "days", "live", "all_filled"];
    let own = object(
        &[
            ("console", json!({"enum": with_groups(slugs)})),
            ("where", on_record()),
            ("any", on_record()),
            ("all", on_record()),
            ("count", json!({"anyOf": [{"const": true}, on_record()]})),
            ("newest", record_columns()),
            ("days", record_columns()),
            ("live", record_columns()),
            ("all_filled", record_columns()),
        ],
        &["console"],
    );
    let one_of: Vec<Value> = KINDS.iter().map(|kind| json!({"required": [kind]})).collect();
    let own = with(own, "oneOf", json!(one_of));
    json!({"type": "object", "propertyNames": {"pattern": "^[a-z0-9_*]+$"}, "additionalProperties": own})
}

/// The consoles, and what stands for several of them.
fn with_groups<'s>(slugs: &[&'s str]) -> Vec<&'s str> {
    slugs.iter().copied().chain(GROUPS).collect()
}

fn objects(slugs: &[&str]) -> Value {
    let of = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let group = object(&[("column", record_columns()), ("of", of)], &["column", "of"]);
    let console = json!({"enum": with_groups(slugs).into_iter().chain(["all"]).collect::<Vec<_>>()});
    let objects = list(object(&[("console", console), ("where", on_record()), ("group", group)], &["console"]));
    with(objects, "minItems", json!(1))
}

fn tests(slugs: &[&str]) -> Value {
    let value = json!({"type": ["string", "number", "boolean", "null"]});
    let record = json!({
        "type": "object", "required": ["console"], "properties": {"console": {"enum": slugs}},
        "additionalProperties": value,
    });
    let tests = list(object(
        &[
            ("name", text("what it shows")),
            ("given", json!({"type": "object", "additionalProperties": value})),
            ("records", list(record)),
            ("expect", json!({"enum": ["match", "pass", "unknown"]})),
            ("severity", json!({"enum": Severity::WORDS})),
            ("plan", json!({"enum": ["remove", "objects", "reconnect", "review"]})),
            ("objects", texts("console:native_id of each object that a match names")),
        ],
        &["name", "expect"],
    ));
    with(tests, "minItems", json!(3))
}
