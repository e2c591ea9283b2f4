//! What people decided for single devices, and what becomes of all others.

use insta::assert_snapshot;

use crate::common::{Place, Report};

fn slugs(report: &Report, name: &str) -> Vec<String> {
    report.lines_where("plan.csv", "device_name", name).into_iter().map(|line| line["step"].clone()).collect()
}

#[test]
fn an_intent_for_all_changes_the_steps_of_all() {
    let place = Place::with_sample();
    for (intent, autopilot, released, deprovisioned) in [
        ("dispose", true, true, true),
        ("reuse", false, false, false),
        ("repair", false, false, true),
        ("replace", true, false, true),
        ("lost", false, false, false),
    ] {
        let has = |name: &str, slug: &str| planned_once(&place, intent, name).iter().any(|s| s == slug);
        assert_eq!(has("CFS-DT-00029", "autopilot-delete"), autopilot, "{intent}");
        assert_eq!(has("CFS-IPH-00247", "abm-release"), released, "{intent}");
        assert_eq!(has("CFS-CB-00017", "chrome-deprovision"), deprovisioned, "{intent}");
    }
}

fn key_of(report: &Report, name: &str) -> String {
    report.lines_where("devices.csv", "name", name)[0]["device_key"].clone()
}

#[test]
fn a_decision_holds_for_its_device_alone() {
    let place = Place::with_sample();
    let before = place.analyze_into("before", &[], &[]);
    let (phone, computer) = (key_of(&before, "CFS-IPH-00247"), key_of(&before, "CFS-DT-00029"));
    // As a spreadsheet of another country saves it, with a column of its own.
    place.write(
        "decisions.csv",
        format!(
            "\u{feff}device_key;name;intent;status;assignee;note\r\n{phone};the phone;reuse;in-progress;Ann;\"=next; week\"\r\n\
             {computer};;;declined;Ben;spare\r\nserial:GONE1;;dispose;;;\r\n"
        ),
    );
    let report = place.analyze(&["--decisions", "decisions.csv", "--commands"]);
    assert!(slugs(&report, "CFS-IPH-00247").contains(&"re-enroll".to_owned()));
    assert!(!slugs(&report, "CFS-IPH-00247").contains(&"abm-release".to_owned()));
    assert_eq!(slugs(&report, "CFS-DT-00029"), ["export-list", "verify-in-next-export"]);
    assert_eq!(slugs(&report, "CFS-LT-00074"), slugs(&before, "CFS-LT-00074"));

    let status = |name: &str| report.lines_where("findings.csv", "device_name", name)[0]["status"].clone();
    assert_eq!(
        (status("CFS-IPH-00247"), status("CFS-DT-00029"), status("CFS-LT-00074")),
        ("in-progress".into(), "declined".into(), "open".into())
    );
    let list = report.lines_where("suggestions/apple.ios.corporate.registered.csv", "device_key", &phone);
    let shown = ["intent", "status", "assignee", "note"].map(|column| list[0][column].as_str());
    assert_eq!(shown, ["reuse", "in-progress", "Ann", "'=next; week"]);

    let notice = report.lines_where("notices.csv", "code", "decision-unused");
    assert_eq!((notice.len(), notice[0]["row"].as_str()), (1, "3"));
    let manifest = report.manifest();
    assert_eq!(manifest["decisions"]["file"], "decisions.csv");
    assert_eq!(manifest["decisions"]["sha256"].as_str().unwrap().len(), 64);
}

/// People copy the id that their console shows, and a key may be one of an earlier run, in which fewer lists were given.
#[test]
fn a_decision_and_an_exception_find_a_device_by_any_id_that_a_console_shows() {
    let place = Place::with_sample();
    let before = place.analyze_into("before", &[], &[]);
    let device = before.lines_where("devices.csv", "name", "CFS-DT-00029")[0].clone();
    let (key, serial) = (&device["device_key"], &device["serial"]);
    assert!(key.starts_with("serial:"), "{device:?}");
    // The id that Intune, Autopilot and Entra ID show of one device; the last one has one more of its own, that of the object.
    let id = "35846b5c-3660-4dc4-93b9-9e45062804e3";
    let names =
        [id.to_owned(), format!("{{{}}}", id.to_uppercase()), format!("entra:{id}"), format!("serial:{serial}")];
    for (at, named) in names.iter().enumerate() {
        let run = |what: &str, text: String, status: &str| {
            let file = format!("{what}.yaml");
            place.write(&file, text);
            let report =
                place.analyze_into(&format!("{what}-{at}"), &["--format", "csv", &format!("--{what}"), &file], &[]);
            for finding in report.lines_where("findings.csv", "device_name", "CFS-DT-00029") {
                assert_eq!(finding["status"], status, "{named}");
            }
            for code in ["decision-unused", "exception-unused"] {
                assert_eq!(report.lines_where("notices.csv", "code", code), [], "{named}");
            }
        };
        run("decisions", format!("- {{device_key: '{named}', status: declined}}\n"), "declined");
        let accepted = "reason: kept, owner: Ann, approved_by: Ben, expires: 2027-01-01";
        run("exceptions", format!("- {{rule: '*', device: {{id: '{named}'}}, {accepted}}}\n"), "excepted");
    }
}

#[test]
fn what_is_said_to_be_done_gets_no_command() {
    let place = Place::with_sample();
    place.write("decisions.yaml", "- {serial: YX0TJBJM, status: done}\n");
    let report = place.analyze(&["--decisions", "decisions.yaml", "--commands"]);
    let plan = report.lines_where("plan.csv", "serial", "YX0TJBJM");
    let id = plan.iter().find(|s| s["step"] == "chrome-deprovision").unwrap()["object_id"].clone();
    let told = report.files().into_iter().filter(|(name, _)| name.starts_with("commands/"));
    assert!(told.map(|(_, content)| String::from_utf8(content).unwrap()).all(|text| !text.contains(&id)));
}

#[test]
fn explain_shows_the_plan_of_the_decision() {
    let place = Place::with_sample();
    place.write("decisions.yaml", "- {serial: YX0TJBJM, intent: reuse}\n");
    let run = place.run(&["explain", "YX0TJBJM", "in", "--decisions", "decisions.yaml"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("it enrols again by itself") && !run.stdout.contains("Deprovision"), "{}", run.stdout);
}

#[test]
fn what_cannot_be_understood_ends_the_run() {
    let place = Place::with_sample();
    place.write("words.csv", "device_key,intent,status\nserial:A,reus,open\nserial:B,reuse,finished\n,reuse,\n");
    place.write("column.csv", "device_key,intnet,status\nserial:A,reuse,open\n");
    place.write(
        "twice.yaml",
        "- {serial: YX0TJBJM, intent: reuse}\n- {device_key: 'serial:YX0TJBJM', intent: dispose}\n",
    );
    place.write("other.csv", "name,age\nx,1\n");
    let complaint = |file: &str| place.run(&["analyze", "in", "--decisions", file]).complaint();
    assert_snapshot!(complaint("words.csv"));
    assert_snapshot!(complaint("column.csv"));
    assert_snapshot!(complaint("twice.yaml"));
    assert_snapshot!(complaint("other.csv"));
    assert_snapshot!(complaint("missing.csv"));
    assert_snapshot!(place.run(&["analyze", "in", "--intent", "sell"]).complaint());
    assert!(!place.path("lastseen-report").exists());
    // Rows of devices that do not say of which would decide for all devices of their package.
    place.write("nameless.csv", "device_name,suggestion_id,status\nPC-1,x,declined\n");
    let said = complaint("nameless.csv");
    assert!(said.contains("its rows are of devices, and it has neither `device_key` nor `serial`"), "{said}");
}

/// Nobody named the file: the message has to say which report it is of.
#[test]
fn a_workbook_of_the_baseline_that_cannot_be_understood_is_named_with_its_folder() {
    let place = Place::with_sample();
    place.analyze_into("before", &["--format", "data,xlsx"], &[]);
    place.write("before/workbook.xlsx", "no workbook");
    let said = place.run(&["analyze", "in", "--baseline", "before"]).complaint();
    assert_snapshot!(said);
}

/// Without the manifest nobody knows whether the workbook was filled in. That is said, and gravely.
#[test]
fn a_workbook_of_a_baseline_without_a_manifest_is_in_doubt() {
    let place = Place::with_sample();
    place.analyze_into("before", &["--format", "data,xlsx"], &[]);
    std::fs::remove_dir_all(place.path("before/evidence")).unwrap();
    let report = place.analyze_into("now", &["--baseline", "before"], &[]);
    let notices = report.lines_where("notices.csv", "code", "decision-in-doubt");
    let [only] = &notices[..] else { panic!("{notices:?}") };
    assert!(only["severity"] == "high" && only["message"].contains("is missing"), "{only:?}");
    let run = place.run(&["analyze", "in", "--out", "strict", "--baseline", "before", "--strict"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
}

fn planned_once(place: &Place, intent: &str, name: &str) -> Vec<String> {
    if !place.path(intent).exists() {
        place.analyze_into(intent, &["--intent", intent], &[]);
    }
    slugs(&Report { root: place.path(intent) }, name)
}

/// The task sheet is the decisions file of the next run: as it is written it decides nothing, and what is written into it
/// comes back in the next one.
#[test]
fn the_task_sheet_is_a_decisions_file() {
    let place = Place::with_sample();
    let first = place.analyze_into("first", &[], &[]);
    let again = place.analyze_into("again", &["--decisions", "first/workbook.xlsx"], &[]);
    assert_eq!(again.conclusions(), first.conclusions());
    assert_eq!(again.files()["plan.csv"], first.files()["plan.csv"]);

    let key = first.lines_where("findings.csv", "device_name", "CFS-DT-00029")[0]["device_key"].clone();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("Tasks").unwrap();
    let rows = [
        ["Status", "Assignee", "Note", "Intent", "Severity", "Device", "Device key"],
        ["declined", "", "", "", "high", "CFS-DT-00029", &key],
        // Somebody may copy a line to write more.
        ["open", "Kim", "stays as a spare", "", "medium", "CFS-DT-00029", &key],
    ];
    for (at, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(at, column, cell).unwrap();
        }
    }
    place.write("tasks.xlsx", book.save_to_buffer().unwrap());
    let report = place.analyze_into("decided", &["--decisions", "tasks.xlsx"], &[]);
    let lines = report.lines_where("findings.csv", "device_key", &key);
    assert!(!lines.is_empty() && lines.iter().all(|line| line["status"] == "declined"));
    assert!(report.lines_where("plan.csv", "device_key", &key).iter().all(|line| line["irreversible"] == "false"));
}

/// A phone that checked in on the day of the list, and a laptop that did so the day before.
const IN_USE: &str = "\
Device ID,Device name,Serial number,OS,Ownership,Managed by,Last check-in,Compliance,Device state,Primary user UPN
1f0c9d8e-0000-4222-8333-000000000001,PHONE-1,F17XA1B2C3,iOS,Corporate,Intune,2026-11-19T08:00:00Z,Compliant,Managed,ann@example.org
1f0c9d8e-0000-4222-8333-000000000002,LAPTOP-1,5CG41100AB,Windows,Corporate,Intune,2026-11-18T08:00:00Z,Compliant,Managed,ben@example.org
";

#[test]
fn what_somebody_declares_lost_has_a_plan_though_no_rule_flags_it() {
    let place = Place::new();
    place.write("in/devices.csv", IN_USE);
    place.write("decisions.csv", "serial,intent\nF17XA1B2C3,lost\n5CG41100AB,dispose\n");
    let report = place.analyze(&["--as-of", "2026-11-20", "--decisions", "decisions.csv", "--commands"]);
    assert!(report.lines_where("findings.csv", "device_name", "PHONE-1").is_empty());
    let steps = slugs(&report, "PHONE-1");
    assert!(steps.contains(&"intune-remote-lock".to_string()), "{steps:?}");
    let plan = report.lines_where("plan.csv", "device_name", "PHONE-1");
    assert!(plan.iter().all(|line| !line["condition"].contains("still in use")), "nobody asks whether it leaves");
    assert!(plan.iter().all(|line| line["suggestion_id"].starts_with("lost.ios.corporate.")));
    let package = &report.lines("packages.csv")[0];
    assert!(package.values().any(|cell| cell.contains("lost by decision")), "{package:?}");
    // An intent that changes nothing is said, and removes nothing.
    assert!(slugs(&report, "LAPTOP-1").is_empty());
    let unused = report.lines_where("notices.csv", "code", "decision-unused");
    let [only] = &unused[..] else { panic!("{unused:?}") };
    assert!(only["message"].contains("5CG41100AB") && only["message"].contains("`dispose`"), "{only:?}");
}
