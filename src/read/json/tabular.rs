//! Tables in JSON whose rows are arrays of cells: answers of Log Analytics, Sentinel and Azure Data Explorer.
//!
//! They are written again as one object a row, so that everything else reads them like any other list.

use serde_json::{Map, Value};

/// What the answer was written into.
pub(super) struct Rewritten {
    /// The tables as JSON: an object with one array of objects a table.
    pub text: String,
    /// The answer says that it is not whole, as part of a sentence.
    pub lacks: Option<String>,
}

/// Writes the tables of an answer as lists of objects; `None` for a text that is no such answer.
pub(super) fn rewrite(text: &str) -> Option<Rewritten> {
    if !seems(text) {
        return None;
    }
    let answer: Value = serde_json::from_str(text).ok()?;
    let tables: Vec<&Value> = match &answer {
        Value::Object(members) => member(members, &["tables"])?.as_array()?.iter().collect(),
        // Frames of Data Explorer: some hold tables.
        Value::Array(frames) => frames.iter().filter(|frame| frame.get("Rows").is_some()).collect(),
        _ => return None,
    };
    let tables: Vec<(String, Vec<Value>)> = tables.into_iter().map(table_rows).collect::<Option<_>>()?;
    // Tables beside the answer itself tell of the query.
    let primary = tables.iter().position(|(name, _)| name == "PrimaryResult").unwrap_or_default();
    let rows = tables.into_iter().nth(primary)?.1;
    let lacks = answer.get("error").map(|_| "the answer says that it is only a part".to_owned());
    Some(Rewritten { text: serde_json::json!({ "tables": rows }).to_string(), lacks })
}

/// Looks at the beginning only; every JSON file comes by here.
fn seems(text: &str) -> bool {
    const NEAR: usize = 16_384;
    let start = text.get(..text.floor_char_boundary(NEAR)).unwrap_or(text);
    let lower = start.to_ascii_lowercase();
    let has = |name: &str| lower.contains(name);
    (has("\"tables\"") || has("\"frametype\"")) && has("\"columns\"")
}

fn member<'a>(members: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    members.iter().find(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name))).map(|(_, value)| value)
}

/// The name of a table and its rows as objects.
fn table_rows(table: &Value) -> Option<(String, Vec<Value>)> {
    let members = table.as_object()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let columns = member(members, &["columns"])?.as_array()?;
    let names: Vec<String> = columns
        .iter()
        .map(|column| text(member(column.as_object()?, &["name", "columnname"])?))
        .collect::<Option<_>>()?;
    let name = member(members, &["name", "tablename"]).and_then(text).unwrap_or_default();
    let rows = member(members, &["rows"])?.as_array()?;
    let row = |row: &Value| {
        let cells = row.as_array()?;
        let filled = names.iter().cloned().zip(cells.iter().cloned());
        (cells.len() == names.len()).then(|| Value::Object(filled.collect()))
    };
    // A row of another length stays as it is, and is set aside like any element that is no object.
    Some((name, rows.iter().map(|cells| row(cells).unwrap_or_else(|| cells.clone())).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> Option<(Value, bool)> {
        let found = rewrite(text)?;
        Some((serde_json::from_str(&found.text).unwrap(), found.lacks.is_some()))
    }

    #[test]
    fn tables_become_lists_of_objects() {
        let rows = serde_json::json!({ "tables": [{ "A": "1", "B": null }, { "A": "2", "B": 3 }] });
        for text in [
            r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"A","type":"string"},{"name":"B"}],"rows":[["1",null],["2",3]]}]}"#,
            r#"{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"A"},{"ColumnName":"B"}],"Rows":[["1",null],["2",3]]}]}"#,
            r#"[{"FrameType":"DataSetHeader"},{"FrameType":"DataTable","TableName":"PrimaryResult","Columns":[{"ColumnName":"A"},{"ColumnName":"B"}],"Rows":[["1",null],["2",3]]},
               {"FrameType":"DataTable","TableName":"Stats","Columns":[{"ColumnName":"X"}],"Rows":[["1"]]}]"#,
        ] {
            assert_eq!(rewritten(text), Some((rows.clone(), false)), "{text}");
        }
        let part =
            r#"{"tables":[{"name":"T","columns":[{"name":"A"}],"rows":[["1"]]}],"error":{"code":"PartialError"}}"#;
        assert_eq!(rewritten(part), Some((serde_json::json!({ "tables": [{ "A": "1" }] }), true)));
    }

    #[test]
    fn other_json_is_left_alone() {
        for text in [r#"{"tables":[{"id":1}]}"#, r#"{"value":[{"columns":[],"rows":[]}]}"#, "[]", "nothing"] {
            assert_eq!(rewritten(text), None, "{text}");
        }
    }
}
