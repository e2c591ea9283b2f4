//! `data/`: a report is written again from it, to the byte, and whatever else is in the folder does not count.

use std::fs;

use crate::common::{Place, Report, assert_same, files_below};
use crate::generator::Options;

const EVERYTHING: [&str; 3] = ["--format", "html,csv,xlsx,json,arrow,data", "--commands"];

/// Writes a report again from its `data/` alone, into `again`, and compares every byte.
#[track_caller]
fn is_written_again(place: &Place, report: &Report) {
    for (name, content) in report.files().into_iter().filter(|(name, _)| name.starts_with("data/")) {
        place.write(&format!("only/{name}"), content);
    }
    let run = place.run(&["render", "only", "--out", "again", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str(), run.stdout.as_str()), (0, "", ""));
    assert_same(&report.files(), &files_below(&place.path("again")));
}

const EXCEPTIONS: &str = "\
- rule: \"*\"
  device: {name: CFS-LT-*}
  reason: a lab
  owner: Ann
  approved_by: Bob
  expires: 2027-03-31
- rule: stale-everywhere
  device: {serial: NOBODY1}
  reason: none
  owner: Ann
  approved_by: Bob
  expires: 2020-03-31
";

#[test]
fn the_sample_with_everything_that_people_settle() {
    let place = Place::with_sample();
    let first = place.analyze_into("first", &["--format", "csv"], &[]);
    let key = first.lines("findings.csv").remove(0).remove("device_key").unwrap();
    let decisions = format!("device_key,intent,status,assignee,note\n{key},reuse,in-progress,Zoé,\"a, \"\"b\"\"\"\n");
    place.write("decisions.csv", decisions);
    place.write("exceptions.yaml", EXCEPTIONS);
    place.write("own.toml", "[thresholds]\ninactive = 80\nvdi = { inactive = 30 }\n");
    let settled = ["--exceptions", "exceptions.yaml", "--decisions", "decisions.csv", "--config", "own.toml"];
    let more = ["--threshold", "delete.ios=200", "--expect", "intune=1", "--label", "A & <B>"];
    let report = place.analyze(&[&EVERYTHING[..], &settled, &more].concat());
    assert!(
        report.lines("findings.csv").iter().any(|line| line["status"] == "excepted"),
        "no exception hides anything"
    );
    is_written_again(&place, &report);
}

#[test]
fn a_tenant_of_its_own() {
    let (place, _) = Place::with_tenant(&Options { devices: 400, seed: 5, zip_intune: true });
    let report = place.analyze(&EVERYTHING);
    is_written_again(&place, &report);
}

#[test]
fn what_an_export_may_do_to_a_text() {
    let place = Place::with_sample();
    let list = fs::read_to_string(place.path("in/exportDevice_2026-11-20.csv")).unwrap();
    let names =
        [("CFS-LT-00035", "\"=HYPERLINK(\"\"u\"\",\"\"x\"\")\""), ("CFS-LT-00004", "</script><b>\u{202e}\u{1F600}")];
    let list = names.iter().fold(list, |list, (old, new)| list.replace(old, new));
    place.write("in/exportDevice_2026-11-20.csv", format!("{list}broken,\"row\n"));
    // A second, older list of a console: some of its rows are no records.
    let older: String = list.split_inclusive('\n').take(20).collect();
    place.write("in/older/exportDevice_2026-10-01.csv", older);
    is_written_again(&place, &place.analyze(&EVERYTHING));
}

#[test]
fn consoles_and_rules_of_ones_own() {
    let place = crate::consoles::place();
    let report = place.analyze(&[&EVERYTHING[..], &["--rules", "mine", "--as-of", "2026-03-05"]].concat());
    is_written_again(&place, &report);
}

#[test]
fn other_formats_and_templates_are_what_analyze_would_have_written() {
    let place = Place::with_sample();
    place.write("look/brand.css", ":root { --accent: #663399; }\n");
    place.analyze(&[]);
    for more in [&["--format", "csv"][..], &["--format", "html,arrow"], &["--templates", "look"]] {
        let name = format!("analyzed{}", more.concat());
        let analyzed = place.analyze_into(&name, more, &[]);
        let again = format!("rendered{}", more.concat());
        let run = place.run(&[&["render", "out", "--out", &again], more].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert_same(&analyzed.files(), &files_below(&place.path(&again)));
    }
}

#[test]
fn a_report_takes_its_own_place_only_when_told_so() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let before = report.files();
    let run = place.run(&["render", "out"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("holds a report already") && run.stderr.contains("--force"), "{}", run.stderr);
    let run = place.run(&["render", "out", "--force", "--format", "csv,data"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let now = report.files();
    assert!(!now.contains_key("report.html") && now["devices.csv"] == before["devices.csv"]);
    // What somebody filled in is not written over.
    let filled = place.analyze_into("filled", &[], &[]);
    place.write("filled/workbook.xlsx", "filled in");
    let run = place.run(&["render", "filled", "--force"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("was changed since it was written"), "{}", run.stderr);
    assert_eq!(fs::read(filled.root.join("workbook.xlsx")).unwrap(), b"filled in");
}

/// Runs `render` and gives what it complains of.
fn complaint(place: &Place, report: &str) -> String {
    place.run(&["render", report, "--out", "new"]).complaint()
}

#[test]
fn a_folder_that_was_changed_is_refused_by_the_name_of_the_file() {
    let place = Place::with_sample();
    let report = place.analyze(&["--format", "data"]);
    place.write("bare/devices.csv", "device_key\n");
    let bare = complaint(&place, "bare");
    assert!(bare.starts_with("exit 2") && bare.contains("`bare` holds no `data/run.json`"), "{bare}");
    for (name, content) in report.files().into_iter().filter(|(name, _)| name.starts_with("data/")) {
        let path = report.root.join(&name);
        let mut changed = content.clone();
        *changed.last_mut().unwrap() ^= 1;
        fs::write(&path, changed).unwrap();
        let said = complaint(&place, "out");
        assert!(said.starts_with("exit 6") && said.contains(&format!("`out/{name}` was changed")), "{said}");
        fs::remove_file(&path).unwrap();
        let said = complaint(&place, "out");
        assert!(said.contains("is missing") || said.contains("holds no"), "{said}");
        fs::write(&path, content).unwrap();
    }
    fs::remove_dir_all(report.root.join("evidence")).unwrap();
    let run = fs::read_to_string(report.root.join("data/run.json")).unwrap();
    let newer =
        run.replacen("\"version\": 1", "\"version\": 99", 1).replacen("\"program\": \"", "\"program\": \"9.", 1);
    place.write("out/data/run.json", newer);
    let said = complaint(&place, "out");
    assert!(said.starts_with("exit 2") && said.contains("was written by lastseen 9."), "{said}");
    fs::write(report.root.join("data/run.json"), &run).unwrap();
    fs::remove_file(report.root.join("data/devices.arrow")).unwrap();
    let said = complaint(&place, "out");
    assert!(said.starts_with("exit 6") && said.contains("`out/data/devices.arrow` is missing"), "{said}");
    assert!(!place.path("new").exists(), "something was written");
}

/// Whose digests cannot be read, of that nothing is believed; and no other file is blamed.
#[test]
fn a_damaged_manifest_is_named_by_whatever_reads_a_report() {
    let place = Place::with_sample();
    let report = place.analyze(&["--format", "data"]);
    let whole = fs::read_to_string(report.root.join("evidence/manifest.json")).unwrap();
    place.write("out/evidence/manifest.json", whole.get(..200).unwrap());
    let expected = "exit 6\nerror: `out/evidence/manifest.json` cannot be understood\nhelp: take the report from where it was kept, \
                    or analyse the exports again\n";
    for arguments in [
        &["render", "out", "--out", "new"][..],
        &["explain", "CFS-LT-00035", "out"],
        &["verify", "out"],
        &["compare", "out", "out"],
        &["rollup", "out", "--out", "new"],
        &["analyze", "in", "--out", "new", "--baseline", "out"],
    ] {
        assert_eq!(place.run(arguments).complaint(), expected, "{arguments:?}");
    }
    refused_as_no_report(&place);
}

/// What the manifest is of cannot be told, so nothing is replaced.
fn refused_as_no_report(place: &Place) {
    let run = place.run(&["analyze", "in", "--out", "out", "--force"]);
    assert!(run.code == 2 && run.stderr.contains("`out` exists and is no report"), "{}", run.stderr);
}

#[test]
fn a_report_that_explain_cannot_load_is_not_taken_for_exports() {
    let place = Place::with_sample();
    place.analyze(&["--format", "csv"]);
    let said = place.run(&["explain", "CFS-LT-00035", "out"]).complaint();
    assert!(said.starts_with("exit 2\nerror: `out` holds no `data/run.json`"), "{said}");
    let said = place.run(&["inspect", "out"]).complaint();
    assert!(said.starts_with("exit 3\nerror: no export was found: `out` is a report"), "{said}");
}

/// A report says which ids it keeps, so that nobody takes a device for gone that was looked for by another.
#[test]
fn an_id_that_a_report_does_not_keep_is_not_denied() {
    let place = Place::with_sample();
    place.analyze(&["--format", "data"]);
    let of_exports = place.run(&["explain", "350042841975483", "in"]);
    assert!(of_exports.code == 0 && of_exports.stdout.starts_with("CFS-AND-00011"), "{}", of_exports.stderr);
    let said = place.run(&["explain", "350042841975483", "out"]).complaint();
    assert!(said.contains("id in its console or Entra device id") && said.contains("keeps no IMEI"), "{said}");
}

/// A folder that somebody sends must not choose where files go, nor what a script does.
#[test]
fn a_folder_from_somebody_else_decides_neither_paths_nor_commands() {
    let place = Place::with_sample();
    let report = place.analyze(&["--format", "data", "--commands"]);
    fs::remove_dir_all(report.root.join("evidence")).unwrap();
    let run: serde_json::Value = serde_json::from_slice(&fs::read(report.root.join("data/run.json")).unwrap()).unwrap();
    for bad in ["../../x", "a/b", "..", "=1+1", "a,b"] {
        let mut changed = run.clone();
        changed["packages"][0]["id"] = bad.into();
        place.write("out/data/run.json", changed.to_string());
        let said = complaint(&place, "out");
        assert!(said.starts_with("exit 6") && said.contains("cannot name a file"), "{bad}: {said}");
        // Nor is an id believed that the playbook's name makes into one.
        let rest = run["packages"][0]["id"].as_str().unwrap().split_once('.').unwrap().1;
        changed["packages"][0]["playbook"] = bad.into();
        changed["packages"][0]["id"] = format!("{bad}.{rest}").into();
        place.write("out/data/run.json", changed.to_string());
        let said = complaint(&place, "out");
        assert!(said.starts_with("exit 6") && said.contains("has an id that is none"), "{bad}: {said}");
    }
    let mut changed = run;
    for entry in changed["entries"].as_array_mut().unwrap() {
        if entry["command"].is_object() {
            entry["command"]["run"] = "rm -rf {id}".into();
        }
    }
    place.write("out/data/run.json", changed.to_string());
    let said = complaint(&place, "out");
    assert_eq!(said, "exit 0\n");
    for (name, content) in files_below(&place.path("new")) {
        let text = String::from_utf8_lossy(&content);
        assert!(!name.starts_with("commands/") || !text.contains("rm -rf"), "{name}");
    }
}

/// A command that the program ships is handed out under the guards that it ships, or not at all.
#[test]
fn a_folder_from_somebody_else_takes_no_guard_from_a_command() {
    let place = Place::with_sample();
    let report = place.analyze(&["--format", "data", "--commands"]);
    fs::remove_dir_all(report.root.join("evidence")).unwrap();
    let run: serde_json::Value = serde_json::from_slice(&fs::read(report.root.join("data/run.json")).unwrap()).unwrap();
    let scripts = |changed: &serde_json::Value| -> Vec<String> {
        place.write("out/data/run.json", changed.to_string());
        assert_eq!(complaint(&place, "out"), "exit 0\n");
        let files = files_below(&place.path("new")).into_iter().filter(|(name, _)| name.starts_with("commands/"));
        fs::remove_dir_all(place.path("new")).unwrap();
        files.map(|(_, content)| String::from_utf8(content).unwrap()).collect()
    };
    let erasing = |entry: &serde_json::Value| entry["command"].is_object() && entry["wipes"] == true;
    let command = "Clear-MgDeviceManagementManagedDevice";
    assert!(scripts(&run).iter().any(|script| script.contains(command)), "{command}");

    let mut changed = run.clone();
    for entry in changed["entries"].as_array_mut().unwrap().iter_mut().filter(|entry| erasing(entry)) {
        (entry["wipes"], entry["irreversible"], entry["condition"]) = (false.into(), false.into(), "".into());
    }
    assert!(scripts(&changed).iter().all(|script| !script.contains(command)), "{command}");

    let mut many = run;
    many["consoles"] = vec!["intune"; 40].into();
    place.write("out/data/run.json", many.to_string());
    let said = complaint(&place, "out");
    assert!(said.starts_with("exit 6") && said.contains("more consoles than there can be"), "{said}");
}

#[test]
fn a_device_is_explained_from_a_report() {
    let place = Place::with_sample();
    let report = place.analyze(&["--format", "csv,data"]);
    let plan = report.lines("plan.csv").remove(0);
    let (key, serial) = (plan["device_key"].as_str(), plan["serial"].as_str());
    let run = place.run(&["explain", key, "out"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let rule = report.lines_where("findings.csv", "device_key", key).remove(0);
    for said in [key, serial, "Records", "Merged view", &format!("holds         {}", rule["rule"]), &plan["action"]] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    let json: serde_json::Value = serde_json::from_str(&place.run(&["explain", key, "out", "--json"]).stdout).unwrap();
    let own = report.lines_where("records.csv", "device_key", key);
    assert_eq!(json["records"].as_array().unwrap().len(), own.len());
    assert_eq!(json["steps_total"], report.lines_where("plan.csv", "device_key", key).len());
    // By a row of an export, as from the exports.
    let row = format!("{}:{}", own[0]["export"], own[0]["row"]);
    let by_row: serde_json::Value =
        serde_json::from_str(&place.run(&["explain", &row, "out", "--json"]).stdout).unwrap();
    assert_eq!(by_row["device"]["device_key"], key);
    let run = place.run(&["explain", key, "out", "--threshold", "inactive=60"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`out` is a report, which was judged when it was made"), "{}", run.stderr);
    let run = place.run(&["explain", "nobody-there", "out"]);
    assert_eq!(run.code, 2);
}
