//! `verify`: every file that is not as it was written is named, and the seal stands for all of them.

use std::fs;

use insta::assert_snapshot;

use crate::common::{Place, Run};

/// A small report: the sample, in every format.
fn place() -> Place {
    let place = Place::with_sample();
    place.analyze(&["--format", "html,csv,json,data"]);
    place
}

fn verified(place: &Place, more: &[&str]) -> Run {
    place.run(&[&["verify", "out"], more].concat())
}

/// The lines that name a file.
fn named(run: &Run) -> Vec<String> {
    let kinds = ["missing", "changed", "extra"];
    run.stdout.lines().filter(|line| kinds.iter().any(|kind| line.starts_with(kind))).map(str::to_owned).collect()
}

fn seal(run: &Run) -> String {
    let line = run.stdout.lines().find(|line| line.starts_with("seal ")).unwrap();
    line.trim_start_matches("seal ").to_owned()
}

#[test]
fn a_report_as_it_was_written() {
    let place = place();
    let run = verified(&place, &[]);
    assert_eq!((run.code, run.stderr.as_str(), named(&run).len()), (0, "", 0));
    let shown = seal(&run);
    let page = fs::read_to_string(place.path("out/report.html")).unwrap();
    assert_eq!(page.matches(&shown).count(), 1, "the page shows the seal");
    let (kept, other) = (verified(&place, &["--seal", &shown, "--quiet"]), "ab".repeat(32));
    assert_eq!((kept.code, kept.stdout.as_str()), (0, ""));
    let run = verified(&place, &["--seal", &other]);
    assert_eq!(run.code, 6);
    assert!(run.stdout.contains("another seal"), "{}", run.stdout);
    // A run says its seal at the end.
    let said = place.run(&["analyze", "in", "--out", "again", "--format", "html,csv,json,data"]).stdout;
    assert!(said.contains(&format!("seal {shown}")), "{said}");
}

#[test]
fn every_kind_of_change_is_named() {
    let place = place();
    fs::remove_file(place.path("out/devices.csv")).unwrap();
    let findings = fs::read_to_string(place.path("out/findings.csv")).unwrap();
    place.write("out/findings.csv", findings.replace("high", "info"));
    place.write("out/notes.txt", "ours");
    place.write("out/more/list.csv", "a,b");
    let page = fs::read_to_string(place.path("out/report.html")).unwrap();
    place.write("out/report.html", page.replacen("Device record report", "Another report", 1));
    let run = verified(&place, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (6, ""));
    assert_snapshot!(named(&run).join("\n"), @"
    missing devices.csv
    changed findings.csv
    changed report.html
    extra   more/
    extra   notes.txt
    ");
}

/// Whoever changes a file and its digest changes the manifest, and with it the seal that the page shows.
#[test]
fn a_manifest_that_was_changed_along_with_a_file() {
    let place = place();
    let before = seal(&verified(&place, &[]));
    let (path, text) = (place.path("out/evidence/manifest.json"), "[]");
    let manifest = fs::read_to_string(&path).unwrap();
    place.write("out/evidence/manifest.json", manifest.replacen("\"settings\": {}", "\"settings\": {\"a\": \"b\"}", 1));
    let run = verified(&place, &[]);
    assert_ne!(seal(&run), before);
    assert_eq!((run.code, named(&run)), (6, vec!["changed evidence/SHA256SUMS".into(), "changed report.html".into()]));
    place.write("out/evidence/manifest.json", text);
    let run = verified(&place, &[]);
    assert_eq!(run.code, 6);
    fs::remove_file(&path).unwrap();
    let run = verified(&place, &[]);
    assert_eq!(
        run.complaint(),
        "exit 6\nerror: `out/evidence/manifest.json` is missing\nhelp: take the report from where it was kept, or analyse the exports again\n"
    );
}

/// Exit code 6 sends somebody to find out who changed a report: a misspelt folder must not.
#[test]
fn what_is_no_report_is_no_report_that_was_changed() {
    let place = Place::with_sample();
    place.write("file", "");
    for (name, said) in
        [("typo", "`typo` does not exist"), ("in", "`in` is no report"), ("file", "`file` is no report")]
    {
        let run = place.run(&["verify", name]);
        let help = "help: name the folder of a report that `analyze` wrote\n";
        assert_eq!(run.complaint(), format!("exit 2\nerror: {said}\n{help}"));
    }
    // Of each kind of report, what is left says that it was one.
    for format in ["html", "csv", "json", "data"] {
        place.analyze_into(format, &["--format", format], &[]);
        fs::remove_dir_all(place.path(&format!("{format}/evidence"))).unwrap();
        let run = place.run(&["verify", format]);
        assert_eq!(run.code, 6, "{format}: {}", run.stderr);
    }
}

#[test]
fn the_digests_for_other_tools() {
    let place = place();
    let sums = fs::read_to_string(place.path("out/evidence/SHA256SUMS")).unwrap();
    place.write("out/evidence/SHA256SUMS", sums.replacen('a', "b", 1));
    assert_eq!(named(&verified(&place, &[])), ["changed evidence/SHA256SUMS"]);
    fs::remove_file(place.path("out/evidence/SHA256SUMS")).unwrap();
    assert_eq!(named(&verified(&place, &[])), ["missing evidence/SHA256SUMS"]);
}
