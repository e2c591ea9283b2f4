//! The files of a report say the same: page, workbook, CSV, JSON and Arrow; and each can be asked for or left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;

use arrow_array::{Array, BooleanArray, ListArray, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_ipc::reader::FileReader;
use calamine::{Data, DataType, Range, Reader, Xlsx};
use serde_json::Value;

use crate::common::{Place, Report, has_ending, repository};

fn json(report: &Report) -> Value {
    serde_json::from_slice(&fs::read(report.root.join("report.json")).unwrap()).unwrap()
}

fn workbook(report: &Report) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(fs::read(report.root.join("workbook.xlsx")).unwrap())).unwrap()
}

/// Lines of a sheet by heading.
fn lines(sheet: &Range<Data>) -> Vec<BTreeMap<String, Data>> {
    let heads: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    sheet.rows().skip(1).map(|row| heads.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

fn count(totals: &Value, name: &str) -> usize {
    usize::try_from(totals[name].as_u64().unwrap()).unwrap()
}

#[test]
fn json_csv_and_workbook_have_the_same_totals() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let model = json(&report);
    let totals = &model["totals"];
    let mut book = workbook(&report);
    for (csv, sheet, total) in [
        ("devices.csv", "Devices", "devices"),
        ("packages.csv", "Packages", "suggestions"),
        ("plan.csv", "Steps", "steps"),
    ] {
        let expected = count(totals, total);
        assert!(expected > 0);
        assert_eq!(report.lines(csv).len(), expected, "{csv}");
        assert_eq!(book.worksheet_range(sheet).unwrap().height() - 1, expected, "{sheet}");
    }
    let rows = count(totals, "records") + count(totals, "rows_set_aside");
    assert_eq!(report.lines("records.csv").len(), rows);
    assert_eq!(book.worksheet_range("Records").unwrap().height() - 1, rows);
    assert_eq!(book.worksheet_range("Rules").unwrap().height() - 1, report.lines("rules.csv").len());
    assert_eq!(book.worksheet_range("Notices").unwrap().height() - 1, report.lines("notices.csv").len());
    let stale = report.lines_where("devices.csv", "activity", "stale").len();
    assert_eq!(count(totals, "stale"), stale);
    let flagged = report.lines("devices.csv").iter().filter(|line| !line["findings"].is_empty()).count();
    assert_eq!(count(totals, "flagged"), flagged);
    for (name, table) in model["tables"].as_object().unwrap() {
        assert_eq!(table["rows"].as_array().unwrap().len(), count(table, "total"), "{name}");
    }
    // One task a flagged device.
    assert_eq!(book.worksheet_range("Tasks").unwrap().height() - 1, flagged);
    // The summary sheet shows the same numbers.
    let summary = book.worksheet_range("Summary").unwrap();
    let shown = |title: &str| summary.rows().find(|row| row[0] == *title).unwrap()[1].as_f64().unwrap().to_string();
    for (title, total) in [("Devices", "devices"), ("Findings", "findings"), ("Steps", "steps"), ("Rows read", "rows")]
    {
        assert_eq!(shown(title), totals[total].to_string(), "{title}");
    }
}

#[test]
fn the_workbook_keeps_ids_as_text_and_dates_as_dates() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let mut book = workbook(&report);
    let csv: BTreeMap<String, _> =
        report.lines("devices.csv").into_iter().map(|line| (line["device_key"].clone(), line)).collect();
    let devices = lines(&book.worksheet_range("Devices").unwrap());
    let mut dated = 0;
    for device in &devices {
        let Data::String(key) = &device["Device key"] else { panic!("a key that is no text") };
        let line = &csv[key];
        assert!(matches!(&device["Serial"], Data::String(_) | Data::Empty), "a serial number that is no text");
        let serial = if let Data::String(text) = &device["Serial"] { text.as_str() } else { "" };
        assert_eq!(serial, line["serial"]);
        match &device["Last activity"] {
            Data::DateTime(moment) => {
                let moment = moment.as_datetime().unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string();
                assert_eq!(moment, line["last_activity"], "{key}");
                dated += 1;
            }
            Data::Empty => assert_eq!(line["last_activity"], ""),
            other => panic!("{other:?} is no date"),
        }
    }
    assert!(dated > 100);
    let tasks = lines(&book.worksheet_range("Tasks").unwrap());
    let packages: BTreeMap<String, String> = report
        .lines("findings.csv")
        .into_iter()
        .map(|line| (line["device_key"].clone(), line["suggestion_id"].clone()))
        .collect();
    assert_eq!(tasks.len(), packages.len(), "a task a device");
    for task in &tasks {
        assert_eq!(task["Status"], *"open");
        assert_eq!(packages[&task["Device key"].to_string()], task["Package"].to_string());
    }
}

/// The road map of the workbook is that of `report.json`, and both have every step of the plans once.
#[test]
fn every_step_has_a_place_on_the_road_map() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let model = json(&report);
    let road = lines(&workbook(&report).worksheet_range("Road map").unwrap());
    let sum = |column: &str| -> i64 { road.iter().filter_map(|line| line[column].as_i64()).sum() };
    let sum = |column: &str| usize::try_from(sum(column)).unwrap();
    let plan = report.lines("plan.csv");
    assert_eq!(sum("Steps"), plan.len());
    assert_eq!(sum("Cannot be undone"), plan.iter().filter(|line| line["irreversible"] == "true").count());
    assert_eq!(sum("Erases data"), plan.iter().filter(|line| line["wipes"] == "true").count());
    let stages = model["roadmap"]["stages"].as_array().unwrap();
    assert_eq!(stages.iter().map(|stage| count(&stage["work"], "steps")).sum::<usize>(), plan.len());
    for (stage, phase) in
        [("now", "prepare"), ("after-approval", "remove"), ("after-grace", "after-grace"), ("verify", "verify")]
    {
        let own = stages.iter().find(|own| own["stage"] == stage).unwrap();
        let steps: Vec<_> = plan.iter().filter(|line| line["phase"] == phase).collect();
        assert_eq!(count(&own["work"], "steps"), steps.len(), "{stage}");
        let devices: BTreeSet<&str> = steps.iter().map(|line| line["device_key"].as_str()).collect();
        assert_eq!(count(&own["work"], "devices"), devices.len(), "{stage}");
        let mut days: Vec<&str> = steps.iter().map(|line| line["not_before"].as_str()).collect();
        days.sort_unstable();
        assert_eq!([&own["work"]["from"], &own["work"]["until"]], [days[0], days[days.len() - 1]], "{stage}");
    }
}

fn part(report: &Report, name: &str) -> String {
    let bytes = fs::read(report.root.join("workbook.xlsx")).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut text).unwrap();
    text
}

/// Paper has the columns that people work with; what is not printed is said.
#[test]
fn sheets_print_what_can_be_read() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let book = part(&report, "xl/workbook.xml");
    let tasks = report.lines("devices.csv").iter().filter(|line| !line["findings"].is_empty()).count();
    assert!(book.contains(&format!("Tasks!$A$1:$K${}", tasks + 1)), "{book}");
    let heads: Vec<String> = workbook(&report).worksheet_range("Tasks").unwrap().rows().next().unwrap()[..11]
        .iter()
        .map(ToString::to_string)
        .collect();
    let expected = "Status|Assignee|Note|Severity|Device|Serial|Platform|Findings|Last activity|Days inactive|Intent";
    assert_eq!(heads.join("|"), expected);
    let sheet = part(&report, "xl/worksheets/sheet3.xml");
    assert!(sheet.contains("The first 11 of 27 columns"), "the footer says nothing");
    assert!(sheet.contains("fitToHeight=\"0\"") && sheet.contains("orientation=\"landscape\""));
}

/// What a reader of cells does not see: drop-downs, filter, frozen header.
#[test]
fn the_task_sheet_offers_answers() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let text = part(&report, "xl/worksheets/sheet3.xml");
    let tasks = report.lines("devices.csv").iter().filter(|line| !line["findings"].is_empty()).count();
    assert!(text.contains("open,in-progress,done,declined"), "no drop-down of statuses");
    assert!(text.contains("People!$A$2:$A$201"), "no drop-down of people");
    assert!(text.contains(&format!("sqref=\"A2:A{}\"", tasks + 1)), "the drop-down does not cover the tasks");
    assert!(text.contains("<autoFilter ref=\"A1:"), "no filter");
    assert!(text.contains("state=\"frozen\""), "no frozen header");
    assert!(!text.contains("<f>"), "a cell with a formula");
}

#[test]
fn a_hostile_name_is_text_in_every_file() {
    let place = Place::with_sample();
    let name = "=HYPERLINK(\"http://192.0.2.1\",\"x\")";
    let sample = fs::read_to_string(place.path("in/exportDevice_2026-11-20.csv")).unwrap();
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    place.write("in/exportDevice_2026-11-20.csv", sample.replace("CFS-LT-00035", &quoted));
    let intune_gone: Vec<String> = place.listing().into_iter().filter(|n| has_ending(n, "zip")).collect();
    for file in intune_gone {
        fs::remove_file(place.path(&file)).unwrap();
    }
    fs::remove_file(place.path("in/devices.csv")).unwrap();
    let report = place.analyze(&["--format", "csv,xlsx"]);
    let mut book = workbook(&report);
    let devices = lines(&book.worksheet_range("Devices").unwrap());
    assert!(devices.iter().any(|d| d["Device"] == *name), "the workbook has the text as it was");
    assert!(
        report.lines("devices.csv").iter().any(|line| line["name"] == format!("'{name}")),
        "the CSV has it guarded"
    );
    assert!(book.worksheet_formula("Devices").unwrap().is_empty(), "a formula in the workbook");
}

#[test]
fn report_json_follows_its_published_schema() {
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(repository("docs/report.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let model = json(&report);
    let errors: Vec<String> = validator.iter_errors(&model).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut broken = model;
    broken["totals"]["devices"] = "many".into();
    assert!(!validator.is_valid(&broken), "the schema accepts anything");
}

fn arrow(report: &Report, name: &str) -> Vec<RecordBatch> {
    let file = fs::File::open(report.root.join(name)).unwrap();
    FileReader::try_new(file, None).unwrap().map(Result::unwrap).collect()
}

fn column<'a, A: 'static>(batch: &'a RecordBatch, name: &str) -> &'a A {
    batch.column_by_name(name).unwrap().as_any().downcast_ref().unwrap()
}

#[test]
fn arrow_holds_what_csv_holds_with_types() {
    let place = Place::with_sample();
    let report = place.analyze(&["--format", "csv,arrow"]);
    let devices = report.lines("devices.csv");
    let batch = &arrow(&report, "arrow/devices.arrow")[0];
    assert_eq!(batch.num_rows(), devices.len());
    let (keys, seen) =
        (column::<StringArray>(batch, "device_key"), column::<TimestampMillisecondArray>(batch, "last_activity"));
    let consoles = column::<ListArray>(batch, "consoles");
    for (at, line) in devices.iter().enumerate() {
        assert_eq!(keys.value(at), line["device_key"]);
        assert_eq!(seen.is_null(at), line["last_activity"].is_empty());
        assert_eq!(consoles.value(at).len(), line["consoles"].split('|').filter(|c| !c.is_empty()).count());
    }
    let plan = &arrow(&report, "arrow/plan.arrow")[0];
    let finals = column::<BooleanArray>(plan, "irreversible").iter().filter(|f| *f == Some(true)).count();
    assert_eq!(finals, report.lines_where("plan.csv", "irreversible", "true").len());
    let count = |name| arrow(&report, name).iter().map(RecordBatch::num_rows).sum::<usize>();
    assert_eq!(count("arrow/findings.arrow"), report.lines("findings.csv").len());
    assert_eq!(count("arrow/records.arrow"), report.lines("records.csv").len());
}

#[test]
fn only_what_is_asked_for_is_written_and_the_manifest_knows_it() {
    let place = Place::with_sample();
    let names = |out: &str, format: &str| -> Vec<String> {
        let report = place.analyze_into(out, &["--format", format], &[]);
        let manifest = report.manifest();
        let listed: Vec<String> =
            manifest["outputs"].as_array().unwrap().iter().map(|o| o["file"].as_str().unwrap().to_owned()).collect();
        let mut there: Vec<String> = report.files().into_keys().filter(|n| !n.starts_with("evidence/")).collect();
        there.sort();
        assert_eq!(listed, there);
        there
    };
    assert_eq!(names("a", "json"), ["report.json"]);
    assert_eq!(names("b", "html,xlsx"), ["report.html", "workbook.xlsx"]);
    assert_eq!(names("c", "arrow").len(), 10);
    let page = fs::read_to_string(place.path("b/report.html")).unwrap();
    assert!(!page.contains("href=\"./devices.csv\""), "a link to a file that was not written");
    let run = place.run(&["analyze", "in", "--out", "d", "--format", "pdf"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("use one or more of: html, csv, xlsx, json, arrow"), "{}", run.stderr);
}

#[test]
fn a_consultant_may_bring_a_logo_colours_and_a_cover() {
    let place = Place::with_sample();
    place.write("look/brand.css", ":root { --accent: #663399; }\n");
    place.write("look/parts/cover.html", "<p class=\"tone\">Made for {{ m.label }} by Somebody Ltd.</p>\n");
    place.write("look/logo.png", [0x89, b'P', b'N', b'G']);
    let report = place.analyze(&["--format", "html", "--templates", "look", "--label", "A & B"]);
    let page = fs::read_to_string(report.root.join("report.html")).unwrap();
    assert!(page.contains("--accent: #663399"));
    assert!(page.contains("Made for A &amp; B by Somebody Ltd."));
    assert!(page.contains("src=\"data:image/png;base64,iVBORw==\""), "no logo");
    assert!(page.contains("; img-src data:; "), "the policy would not show the logo");
    let plain = place.analyze_into("plain", &["--format", "html"], &[]);
    assert!(!fs::read_to_string(plain.root.join("report.html")).unwrap().contains("img-src"));
}
