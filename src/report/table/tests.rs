//! The page about the tables is made from the tables, so that it cannot lag behind.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Field, Place, Type, described};
use crate::console::{Console, Registry};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tables.md");

const HEAD: &str = "\
# The tables

Every table of a report is written down once, and CSV, JSON, Arrow and the workbook are written from there: a column of the same name
holds the same in all of them. `devices` is `devices.csv`, a table of `report.json`, `arrow/devices.arrow` and the sheet `Devices`.

| type | in CSV | in `report.json` | in Arrow |
|---|---|---|---|
| word, text | text | text | text, null for none |
| console | its slug | its slug | its slug; the workbook has its title |
| words | joined with `\\|` | joined with `\\|` | list |
| list | joined with `\\|` | array | list |
| number | digits | number, null for none | 64-bit integer |
| flag | `true`, `false` | boolean | boolean; the workbook has `yes` or nothing |
| time | `2026-11-20T08:00:00Z` | the same, empty text for none | timestamp in milliseconds, UTC |
| day | `2026-11-20` | the same, empty text for none | date |

A column that the CSV does not have is marked: the header of a CSV is fixed. In CSV, text that a spreadsheet would run as a formula has an
apostrophe in front.
";

/// Which consoles have columns of their own in `devices`, and when.
fn consoles() -> String {
    let list = |shown: bool| {
        let own = Registry::shipped().all().iter().filter(|console| console.is_always_shown() == shown);
        own.map(|console| format!("`{console}`")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "Consoles of which `devices.csv` always has columns, empty where no list was given: {}. Elsewhere a console has columns\n\
         only where a list of it was given; so everywhere has each that came later ({}) and\n\
         each that [you add](consoles.md): `<console>_id` and `<console>_last_seen`, after the others.\n",
        list(true),
        list(false)
    )
}

fn page() -> String {
    let mut page = format!("{HEAD}\n{}", consoles());
    for (name, fields) in described() {
        let _ = write!(page, "\n## {name}\n\n| column | type | meaning |\n|---|---|---|\n");
        for field in &fields {
            let _ = writeln!(page, "{}", line(field));
        }
    }
    page
}

fn line(field: &Field) -> String {
    let mut meaning = field.meaning.clone();
    if !field.words.is_empty() {
        let words: Vec<String> = field.words.iter().map(|word| format!("`{word}`")).collect();
        let _ = write!(meaning, ": {}", words.join(", "));
    }
    if field.place == Place::BeyondCsv {
        meaning.push_str(" (not in the CSV)");
    }
    format!("| `{}` | {} | {meaning} |", field.name, field.kind.as_str())
}

#[test]
fn the_page_is_that_of_the_tables() {
    let kept = std::fs::read_to_string(FILE).unwrap_or_default().replace("\r\n", "\n");
    assert!(kept == page(), "write it again with `cargo test --lib write_the_page -- --ignored`");
}

#[test]
#[ignore = "writes docs/tables.md"]
fn write_the_page() {
    std::fs::write(FILE, page()).unwrap();
}

/// Programs go by these headers: a column may only come at the end, and never go.
#[test]
fn the_headers_of_the_csv_files_are_kept() {
    let consoles = Registry::shipped().all().iter().filter(|c| c.is_always_shown()).map(|c| Console::column_prefix(*c));
    let per_console: Vec<String> = consoles.flat_map(|c| [format!("{c}_id"), format!("{c}_last_seen")]).collect();
    let devices = "device_key,name,serial,platform,manufacturer,model,ownership,join_type,primary_user,consoles,last_activity,last_activity_console,days_inactive,activity,identity,findings,highest_severity";
    let devices = format!("{devices},{}", per_console.join(","));
    let expected = [
        (
            "batches",
            "batch,suggestion_id,devices,steps,irreversible,wipes,retires_and_deletes,remove_from,after_grace_from,after_grace_until,digest,approved_by,approved_on",
        ),
        ("changes", "kind,state,rule,device_key,device_name,serial,console,object_id,before,after,why"),
        ("devices", devices.as_str()),
        (
            "findings",
            "finding_id,rule,severity,confidence,device_key,device_name,serial,platform,ownership,join_type,objects,evidence,suggestion_id,status",
        ),
        ("guide", "guide,step,console,action,condition,role,why"),
        (
            "ledger",
            "console,object_id,device_key,device_name,serial,step,suggestion_id,planned_on,claimed_on,claimed_by,state,settled_on,settled_by,note",
        ),
        ("notices", "code,severity,export,row,column,message"),
        (
            "packages",
            "suggestion_id,title,severity,devices,summary,reasons,cannot_be_undone,steps,irreversible,wipes,minutes,batches,remove_from,remove_until,status,assignee,devices_done,playbook,platform,ownership,join_type",
        ),
        (
            "plan",
            "suggestion_id,device_key,device_name,serial,step,action,console,object_id,role,irreversible,wipes,condition,why,phase,not_before,batch,guide",
        ),
        ("questions", "rule,severity,device_key,device_name,serial,platform,unknown,candidates,settled_by"),
        ("records", "console,export,row,native_id,name,serial,device_key,joined_by,tier,refused"),
        ("rules", "rule,outcome,reason,matched,unknown,passed,suppressed"),
    ];
    let header = |fields: &[Field]| {
        let names = fields.iter().filter(|field| field.place != Place::BeyondCsv).map(|field| field.name.clone());
        names.collect::<Vec<_>>().join(",")
    };
    let described = described();
    let found: Vec<(&str, String)> = described.iter().map(|(name, fields)| (*name, header(fields))).collect();
    assert_eq!(found, expected.map(|(name, header)| (name, header.to_string())));
}

#[test]
fn names_are_unique_and_everything_has_a_meaning() {
    for (table, fields) in described() {
        let names: BTreeSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names.len(), fields.len(), "{table}");
        let headings: BTreeSet<&str> = fields.iter().map(|field| field.heading.as_str()).collect();
        assert_eq!(headings.len(), fields.len(), "{table}: two columns with one heading");
        for field in fields {
            assert!(!field.meaning.is_empty(), "{table}: {}", field.name);
            assert!(field.words.is_empty() || field.kind == Type::Word, "{table}: {}", field.name);
        }
    }
}
