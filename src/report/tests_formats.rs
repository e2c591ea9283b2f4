//! Every table in every format: the same columns, the same cells.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::FileReader;
use arrow_schema::DataType;
use base64::Engine;
use calamine::{Data, Reader, Xlsx};
use serde_json::Value as Json;

use super::render::csv::neutral;
use super::table::{self, Place, Plain, Table, Type};
use super::view::{Index, Run};
use super::{Format, Options, write};
use crate::assets;
use crate::console::Registry;
use crate::outcome::Outcome;
use crate::run::{self, Silent};
use crate::time::{DAY, day, rfc3339};

fn analyze() -> Outcome {
    let exports = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/contoso")];
    run::analyze(&run::Options { exports, ..run::Options::default() }, &Silent).unwrap()
}

fn written(outcome: &Outcome, folder: &Path) -> PathBuf {
    let out = folder.join("report");
    let place = super::Place::take(&out, false, &[], &mut |_| ()).unwrap();
    let formats = Format::ALL.to_vec();
    let options =
        Options { label: "x".into(), formats, settings: Vec::new(), commands: false, redacted: false, edition: None };
    write(outcome, &assets::templates(None).unwrap(), place, &options, &Silent).unwrap();
    out
}

/// A cell as every format must show it, once the way in which the format writes it is undone.
fn shown(plain: Plain, kind: Type) -> String {
    match (plain, kind) {
        (Plain::Nothing, _) => String::new(),
        (Plain::Number(moment), Type::Time) => rfc3339(moment),
        (Plain::Number(moment), Type::Day) => day(moment),
        (Plain::Number(flag), Type::Flag) => (flag == 1).to_string(),
        (Plain::Number(number), _) => number.to_string(),
        (Plain::Text(text), _) => text,
    }
}

/// The cells of a table by column.
type Cells = BTreeMap<String, Vec<String>>;

fn expected(table: &Table<'_>, has: impl Fn(Place) -> bool) -> Cells {
    let column = |name: &str, kind| table.cells(name, 0..table.lines).into_iter().map(|c| shown(c, kind)).collect();
    let fields = table.fields.iter().filter(|field| has(field.place));
    fields.map(|field| (field.name.clone(), column(&field.name, field.kind))).collect()
}

fn assert_same(what: &str, found: &Cells, expected: &Cells) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    for (name, cells) in expected {
        assert_eq!(&found[name], cells, "{what}, column {name}");
    }
}

fn in_csv(report: &Path, table: &Table<'_>) -> Cells {
    let mut reader = csv::Reader::from_path(report.join(format!("{}.csv", table.name))).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(ToString::to_string).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |at: usize| rows.iter().map(|row| row[at].to_string()).collect();
    header.into_iter().enumerate().map(|(at, name)| (name, column(at))).collect()
}

/// What a CSV shows of a cell: as it is, but for what a spreadsheet would run.
fn guarded(cells: Cells, table: &Table<'_>) -> Cells {
    let kind = |name: &str| table.fields.iter().find(|field| field.name == name).unwrap().kind;
    let one = |(name, cells): (String, Vec<String>)| {
        let text = matches!(kind(&name), Type::Text | Type::List);
        let cells = cells.into_iter().map(|c| if text { neutral(&c).into_owned() } else { c }).collect();
        (name, cells)
    };
    cells.into_iter().map(one).collect()
}

fn in_json(model: &Json, table: &Table<'_>) -> Cells {
    let rows = model["tables"][table.name]["rows"].as_array().unwrap();
    let mut cells = Cells::new();
    for (name, cell) in rows.iter().flat_map(|row| row.as_object().unwrap()) {
        let text = match cell {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            Json::Array(texts) => texts.iter().map(|t| t.as_str().unwrap()).collect::<Vec<_>>().join("|"),
            other => other.to_string(),
        };
        cells.entry(name.clone()).or_default().push(text);
    }
    cells
}

fn in_arrow(report: &Path, table: &Table<'_>) -> Cells {
    let file = fs::File::open(report.join(format!("arrow/{}.arrow", table.name))).unwrap();
    let mut cells = Cells::new();
    for batch in FileReader::try_new(file, None).unwrap().map(Result::unwrap) {
        for (at, field) in batch.schema().fields().iter().enumerate() {
            assert!(!field.metadata()["meaning"].is_empty());
            let column = cells.entry(field.name().clone()).or_default();
            column.extend((0..batch.num_rows()).map(|row| arrow_cell(&batch, at, row)));
        }
    }
    cells
}

fn arrow_cell(batch: &RecordBatch, column: usize, row: usize) -> String {
    let array = batch.column(column);
    if array.is_null(row) {
        return String::new();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Timestamp(..) => rfc3339(array.as_primitive::<TimestampMillisecondType>().value(row)),
        DataType::Date32 => day(i64::from(array.as_primitive::<Date32Type>().value(row)) * DAY),
        DataType::List(_) => {
            let list = array.as_list::<i32>().value(row);
            let texts: Vec<&str> = list.as_string::<i32>().iter().map(Option::unwrap).collect();
            texts.join("|")
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_table_is_the_same_in_every_format() {
    let outcome = analyze();
    let folder = tempfile::tempdir().unwrap();
    let report = written(&outcome, folder.path());
    let index = Index::new(&outcome);
    let run = Run { outcome: &outcome, index: &index };
    let model: Json = serde_json::from_slice(&fs::read(report.join("report.json")).unwrap()).unwrap();
    let tables = table::all(run);
    assert_eq!(model["tables"].as_object().unwrap().len(), tables.len());
    for table in &tables {
        assert!(table.lines > 0, "{} is empty, and shows nothing", table.name);
        let typed = expected(table, |place| place != Place::CsvOnly);
        let csv = guarded(expected(table, |place| place != Place::BeyondCsv), table);
        assert_same(&format!("{}.csv", table.name), &in_csv(&report, table), &csv);
        assert_same(&format!("{} of report.json", table.name), &in_json(&model, table), &typed);
        assert_same(&format!("{}.arrow", table.name), &in_arrow(&report, table), &typed);
    }
    sheets(&report, &tables);
    page(&report, &tables);
}

/// Every cell of every sheet is that of the column with its heading; lines are told apart by all their cells.
fn sheets(report: &Path, tables: &[Table<'_>]) {
    let bytes = fs::read(report.join("workbook.xlsx")).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let names = [
        ("Steps", "plan"),
        ("Guide", "guide"),
        ("Batches", "batches"),
        ("Devices", "devices"),
        ("Records", "records"),
        ("Rules", "rules"),
        ("Notices", "notices"),
    ];
    for (sheet, name) in names {
        let table = tables.iter().find(|table| table.name == name).unwrap();
        let range = book.worksheet_range(sheet).unwrap();
        let mut rows = range.rows();
        let headings: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
        let mut found: Vec<Vec<String>> = rows.map(|row| row.iter().map(sheet_cell).collect()).collect();
        let column = |heading: &String| {
            let field =
                table.fields.iter().find(|field| field.heading == *heading).unwrap_or_else(|| panic!("{heading}"));
            let cells = table.cells(&field.name, 0..table.lines).into_iter();
            cells.map(|cell| as_in_sheet(shown(cell, field.kind), field.kind)).collect::<Vec<String>>()
        };
        let columns: Vec<Vec<String>> = headings.iter().map(column).collect();
        let mut expected: Vec<Vec<String>> =
            (0..table.lines).map(|line| columns.iter().map(|column| column[line].clone()).collect()).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{sheet}");
    }
}

fn sheet_cell(cell: &Data) -> String {
    match cell {
        Data::DateTime(moment) => moment.as_datetime().unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        other => other.to_string(),
    }
}

/// What a sheet shows of a cell: titles of consoles, `yes`, moments.
fn as_in_sheet(text: String, kind: Type) -> String {
    match kind {
        Type::Console => Registry::shipped().parse(&text).map_or(text, |console| console.title().to_string()),
        Type::Flag => if text == "true" { "yes" } else { "" }.to_string(),
        Type::Day if !text.is_empty() => format!("{text}T00:00:00Z"),
        _ => text,
    }
}

/// The list of devices in the page, inflated.
fn list(report: &Path) -> Json {
    let page = fs::read_to_string(report.join("report.html")).unwrap();
    let (_, rest) = page.split_once("id=\"list\"").unwrap();
    let text = rest.split_once('>').unwrap().1.split_once('<').unwrap().0;
    let packed = base64::engine::general_purpose::STANDARD.decode(text.trim()).unwrap();
    let mut json = String::new();
    flate2::read::DeflateDecoder::new(packed.as_slice()).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

fn page(report: &Path, tables: &[Table<'_>]) {
    let list = list(report);
    // A column is one text, or a list where a text holds the sign between them.
    let column = |packed: &Json| -> Vec<String> {
        match packed.as_str() {
            Some(joined) => joined.split('|').map(String::from).collect(),
            None => packed.as_array().unwrap().iter().map(|own| own.as_str().unwrap().to_string()).collect(),
        }
    };
    let [keys, serials, names] = ["key", "serial", "name"].map(|name| column(&list[name]));
    // A key that is the serial number with its word is not written again.
    let key = |at: usize| if keys[at].is_empty() { format!("serial:{}", serials[at]) } else { keys[at].clone() };
    let devices = tables.iter().find(|table| table.name == "devices").unwrap();
    let place = |own: &str| (0..keys.len()).position(|at| key(at) == own).unwrap();
    let order: Vec<usize> =
        devices.cells("device_key", 0..devices.lines).into_iter().map(|key| place(&key.text())).collect();
    let word = |name: &str, at: usize| {
        let number = usize::try_from(list[name][at].as_i64().unwrap()).ok();
        number.map_or("", |number| list["words"][name][number].as_str().unwrap()).to_string()
    };
    let shared = |name: &str, at: usize| {
        let number = list[name]["of"].as_array().map_or(at, |of| usize::try_from(of[at].as_u64().unwrap()).unwrap());
        column(&list[name]["texts"])[number].clone()
    };
    for (own, texts) in [("name", &names), ("serial", &serials)] {
        assert_eq!(column_of(devices, own), order.iter().map(|at| texts[*at].clone()).collect::<Vec<_>>(), "{own}");
    }
    for (own, column) in [("user", "primary_user"), ("manufacturer", "manufacturer"), ("model", "model")] {
        assert_eq!(column_of(devices, column), order.iter().map(|at| shared(own, *at)).collect::<Vec<_>>(), "{own}");
    }
    let words = ["platform", "ownership", "join_type", "activity", "identity"].map(|name| (name, name));
    for (own, column) in words.into_iter().chain([("severity", "highest_severity")]) {
        assert_eq!(column_of(devices, column), order.iter().map(|at| word(own, *at)).collect::<Vec<_>>(), "{own}");
    }
    let days: Vec<Option<i64>> = order.iter().map(|at| list["days"][*at].as_i64()).collect();
    let expected = devices.cells("days_inactive", 0..devices.lines);
    assert_eq!(days, expected.iter().map(Plain::number).collect::<Vec<_>>());
}

fn column_of(table: &Table<'_>, name: &str) -> Vec<String> {
    table.cells(name, 0..table.lines).into_iter().map(Plain::text).collect()
}
