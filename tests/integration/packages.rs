//! Work packages, and what people write down of them in the workbook: it is all read back, or named by sheet and cell.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use calamine::{Reader, Xlsx};

use crate::common::{Place, Report};

/// The workbook of a report as text, sheet by sheet.
#[derive(Clone)]
struct Book(Vec<(String, Vec<Vec<String>>)>);

impl Book {
    fn of(report: &Report) -> Self {
        let bytes = fs::read(report.root.join("workbook.xlsx")).unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let names = ["Tasks", "Packages", "Steps", "Batches"];
        let rows = |range: calamine::Range<calamine::Data>| {
            range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
        };
        Self(names.iter().map(|name| ((*name).to_string(), rows(book.worksheet_range(name).unwrap()))).collect())
    }

    fn sheet(&mut self, name: &str) -> &mut Vec<Vec<String>> {
        self.0.iter_mut().find(|(own, _)| own == name).map(|(_, rows)| rows).unwrap()
    }

    /// Writes into the row of which one column holds something, and gives the number of the row in the sheet.
    fn fill(&mut self, sheet: &str, (column, value): (&str, &str), cells: &[(&str, &str)]) -> usize {
        let rows = self.sheet(sheet);
        let heads = rows[0].clone();
        let place =
            |name: &str| heads.iter().position(|head| head == name).unwrap_or_else(|| panic!("{sheet}: {name}"));
        let at = (1..rows.len()).find(|at| rows[*at][place(column)] == value).unwrap();
        for (name, text) in cells {
            rows[at][place(name)] = (*text).to_string();
        }
        at + 1
    }

    fn cell(&mut self, sheet: &str, (column, value): (&str, &str), wanted: &str) -> String {
        let rows = self.sheet(sheet);
        let heads = rows[0].clone();
        let place = |name: &str| heads.iter().position(|head| head == name).unwrap();
        rows.iter().find(|row| row[place(column)] == value).unwrap()[place(wanted)].clone()
    }

    fn write(&self, place: &Place, name: &str) {
        let mut book = rust_xlsxwriter::Workbook::new();
        for (name, rows) in &self.0 {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (at, row) in (0..).zip(rows) {
                for (column, cell) in (0..).zip(row) {
                    sheet.write_string(at, column, cell).unwrap();
                }
            }
        }
        place.write(name, book.save_to_buffer().unwrap());
    }
}

const PACKAGE: &str = "windows-joined.windows.corporate.joined";

fn statuses(report: &Report, package: &str) -> BTreeMap<String, String> {
    let lines = report.lines_where("findings.csv", "suggestion_id", package);
    lines.into_iter().map(|line| (line["device_key"].clone(), line["status"].clone())).collect()
}

#[test]
fn the_workbook_is_read_back_whole() {
    let place = Place::with_sample();
    let first = place.analyze_into("first", &[], &[]);
    let mut book = Book::of(&first);
    let members: Vec<String> = statuses(&first, PACKAGE).into_keys().collect();
    assert!(members.len() > 2);
    book.fill("Packages", ("Package", PACKAGE), &[("Status", "in-progress"), ("Assignee", "Ann")]);
    book.fill("Tasks", ("Device key", &members[0]), &[("Status", "done"), ("Assignee", "Ben")]);
    let object = book.cell("Steps", ("Device key", &members[1]), "Object");
    let step = book.cell("Steps", ("Device key", &members[1]), "Step");
    book.fill("Steps", ("Device key", &members[1]), &[("Done on", "2026-11-21"), ("Done by", "Cy")]);
    let digest = book.cell("Batches", ("Package", PACKAGE), "Digest");
    book.fill("Batches", ("Package", PACKAGE), &[("Approved on", "2026-11-22"), ("Approved by", "Dee")]);
    book.write(&place, "filled.xlsx");

    let second = place.analyze_into("second", &["--decisions", "filled.xlsx", "--commands"], &[]);
    let found = statuses(&second, PACKAGE);
    assert_eq!(found[&members[0]], "done", "the device's own line counts");
    assert!(members[1..].iter().all(|key| found[key] == "in-progress"), "{found:?}");
    let package = &second.lines_where("packages.csv", "suggestion_id", PACKAGE)[0];
    assert_eq!((package["status"].as_str(), package["assignee"].as_str()), ("in-progress", "Ann"));
    assert_eq!(package["devices_done"], "1");
    let batch = &second.lines_where("batches.csv", "digest", &digest)[0];
    assert_eq!((batch["approved_by"].as_str(), batch["approved_on"].as_str()), ("Dee", "2026-11-22"));
    let json: serde_json::Value = serde_json::from_slice(&fs::read(second.root.join("report.json")).unwrap()).unwrap();
    let rows = json["tables"]["plan"]["rows"].as_array().unwrap();
    let done: Vec<_> = rows.iter().filter(|row| row["done_by"] == "Cy").collect();
    assert_eq!(done.len(), 1);
    assert_eq!((&done[0]["step"], &done[0]["object_id"]), (&step.into(), &object.into()));
    assert_eq!(done[0]["done_on"], "2026-11-21");
    // What is approved is work for now.
    let road = &json["roadmap"];
    let own = road["packages"].as_array().unwrap().iter().find(|own| own["id"] == PACKAGE).unwrap();
    let planned = |phase: &[&str]| {
        let lines = second.lines_where("plan.csv", "suggestion_id", PACKAGE);
        lines.iter().filter(|line| phase.contains(&line["phase"].as_str())).count()
    };
    assert_eq!(own["stages"][0]["steps"], planned(&["prepare", "remove"]));
    assert_eq!(own["stages"][1]["steps"], 0);
    assert!(planned(&["remove"]) > 0 && road["stages"][1]["work"]["steps"].as_u64() > Some(0));
    // Commands say whether they are approved, and by no text that somebody typed.
    for (name, content) in
        second.files().into_iter().filter(|(name, _)| name.starts_with("commands/") && name.matches('/').count() == 2)
    {
        let text = String::from_utf8(content).unwrap();
        assert_eq!(text.contains(", approved on 2026-11-22"), name.contains(PACKAGE), "{name}");
        assert!(!text.contains("Dee"), "{name}");
    }
    assert!(second.lines_where("notices.csv", "code", "decision-unused").is_empty());
    // Nothing was decided of anything else, and what comes back once comes back again.
    assert!(statuses(&second, "reconnect.windows.corporate.joined").values().all(|status| status == "open"));
    let third = place.analyze_into("third", &["--decisions", "second/workbook.xlsx"], &[]);
    for file in ["findings.csv", "packages.csv", "batches.csv", "plan.csv"] {
        assert_eq!(third.files()[file], second.files()[file], "{file}");
    }
    // A package that is changed afterwards changes its devices: their lines do not repeat what it said.
    let mut book = Book::of(&second);
    book.fill("Packages", ("Package", PACKAGE), &[("Status", "declined")]);
    book.write(&place, "changed.xlsx");
    let fourth = place.analyze_into("fourth", &["--decisions", "changed.xlsx"], &[]);
    let found = statuses(&fourth, PACKAGE);
    assert_eq!((found[&members[0]].as_str(), found[&members[1]].as_str()), ("done", "declined"));
    let kept = fourth.lines_where("plan.csv", "device_key", &members[1]);
    assert!(kept.iter().all(|line| line["console"].is_empty()), "what is declined is left alone");
}

/// Somebody fills in the workbook in the folder of a report: the next run with that baseline reads it, and the one after it
/// carries it on.
#[test]
fn what_was_filled_in_lasts_from_run_to_run() {
    let place = Place::with_sample();
    let first = place.analyze_into("first", &[], &[]);
    let mut book = Book::of(&first);
    let members: Vec<String> = statuses(&first, PACKAGE).into_keys().collect();
    book.fill("Packages", ("Package", PACKAGE), &[("Status", "in-progress"), ("Assignee", "Ann")]);
    book.fill(
        "Tasks",
        ("Device key", &members[0]),
        &[("Status", "declined"), ("Decided by", "Ben"), ("Until", "2027-03-31"), ("Note", "loan pool")],
    );
    let plan = first.lines_where("plan.csv", "device_key", &members[1]);
    let object = plan.iter().map(|line| line["object_id"].as_str()).find(|object| !object.is_empty()).unwrap();
    book.fill("Steps", ("Object", object), &[("Done on", "2026-11-21"), ("Done by", "Cy")]);
    book.write(&place, "first/workbook.xlsx");

    let second = place.analyze_into("second", &["--baseline", "first"], &[]);
    let digest = second.lines_where("batches.csv", "suggestion_id", PACKAGE)[0]["digest"].clone();
    let mut book = Book::of(&second);
    book.fill("Batches", ("Digest", &digest), &[("Approved on", "2026-11-22"), ("Approved by", "Dee")]);
    book.write(&place, "second/workbook.xlsx");
    let third = place.analyze_into("third", &["--baseline", "second"], &[]);
    let fourth = place.analyze_into("fourth", &["--baseline", "third"], &[]);
    for report in [&second, &third, &fourth] {
        let found = statuses(report, PACKAGE);
        assert_eq!(found[&members[0]], "declined");
        assert!(members[1..].iter().all(|key| found[key] == "in-progress"), "{found:?}");
        let package = &report.lines_where("packages.csv", "suggestion_id", PACKAGE)[0];
        assert_eq!((package["status"].as_str(), package["assignee"].as_str()), ("in-progress", "Ann"));
        let ledger = report.lines_where("ledger.csv", "claimed_by", "Cy");
        assert_eq!(ledger.len(), 1, "{ledger:?}");
        assert!(report.lines_where("notices.csv", "code", "decision-open-ended").is_empty());
    }
    for report in [&third, &fourth] {
        let batch = &report.lines_where("batches.csv", "digest", &digest)[0];
        assert_eq!((batch["approved_by"].as_str(), batch["approved_on"].as_str()), ("Dee", "2026-11-22"));
    }
    // After its last day the device is planned again, and that is said.
    let fifth = place.analyze_into("fifth", &["--baseline", "fourth", "--as-of", "2027-04-02"], &[]);
    let expired = fifth.lines_where("notices.csv", "code", "decision-expired");
    assert!(expired[0]["message"].contains("by Ben until 2027-03-31"), "{expired:?}");
}

/// An approval holds for its objects and steps, and for nothing else.
#[test]
fn an_approval_of_something_else_is_said_and_not_taken() {
    let place = Place::with_sample();
    let first = place.analyze_into("first", &[], &[]);
    let mut book = Book::of(&first);
    book.fill("Batches", ("Package", PACKAGE), &[("Approved on", "2026-11-22"), ("Approved by", "Dee")]);
    book.write(&place, "filled.xlsx");
    let report = place.analyze_into("repair", &["--decisions", "filled.xlsx", "--intent", "repair"], &[]);
    assert!(report.lines("batches.csv").iter().all(|line| line["approved_by"].is_empty()));
    let notices = report.lines_where("notices.csv", "code", "decision-unused");
    assert_eq!(notices.len(), 1);
    assert!(notices[0]["message"].contains("the approval was not used"), "{}", notices[0]["message"]);
}

/// Sheet, the row by what one of its columns holds, what is written there, and what is said of it.
type Case<'a> = (&'a str, (&'a str, &'a str), &'a [(&'a str, &'a str)], &'a str);

#[test]
fn what_contradicts_itself_is_named_by_sheet_and_cell() {
    let place = Place::with_sample();
    let first = place.analyze_into("first", &[], &[]);
    let plain = Book::of(&first);
    let key = statuses(&first, PACKAGE).into_keys().next().unwrap();
    let cases: [Case<'_>; 6] = [
        ("Packages", ("Package", PACKAGE), &[("Status", "finished")], "`finished` is no status"),
        ("Tasks", ("Device key", &key), &[("Status", "begun")], "`begun` is no status"),
        ("Steps", ("Device key", &key), &[("Done by", "Cy")], "`done by` has no `done on`"),
        ("Steps", ("Device key", &key), &[("Done on", "last week"), ("Done by", "Cy")], "`last week` is no day"),
        ("Batches", ("Package", PACKAGE), &[("Approved on", "2026-11-22")], "`approved on` has no `approved by`"),
        (
            "Batches",
            ("Package", PACKAGE),
            &[("Approved on", "2026-11-22"), ("Approved by", "Dee"), ("Digest", "seen")],
            "an approval has no digest of a batch",
        ),
    ];
    for (sheet, row, cells, message) in cases {
        let mut book = plain.clone();
        let number = book.fill(sheet, row, cells);
        book.write(&place, "wrong.xlsx");
        let said = place.run(&["analyze", "in", "--decisions", "wrong.xlsx"]).complaint();
        assert!(said.contains("exit 5") && said.contains(message), "{said}");
        assert!(said.contains(&format!("wrong.xlsx!{sheet}")), "{said}");
        let cell = said.split("cell ").nth(1).unwrap_or_else(|| panic!("{said}"));
        let digits: String =
            cell.chars().skip_while(char::is_ascii_uppercase).take_while(char::is_ascii_digit).collect();
        assert_eq!(digits, number.to_string(), "{said}");
    }
}

/// A list of packages alone is for the packages as they are now.
#[test]
fn packages_can_be_decided_without_a_workbook() {
    let place = Place::with_sample();
    place.write(
        "packages.csv",
        format!("suggestion_id,status,assignee\n{PACKAGE},in-progress,Ann\ngone.windows.corporate.joined,done,\n"),
    );
    let report = place.analyze(&["--decisions", "packages.csv"]);
    let found = statuses(&report, PACKAGE);
    assert!(!found.is_empty() && found.values().all(|status| status == "in-progress"));
    let notices = report.lines_where("notices.csv", "code", "decision-unused");
    assert_eq!((notices.len(), notices[0]["row"].as_str()), (1, "2"));
}
