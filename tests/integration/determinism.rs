//! Same inputs and options, same bytes; and the order of files and rows says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use sha2::{Digest, Sha256};

use crate::common::{Place, Report, Sheet, assert_same, files_below};
use crate::generator::{Options, Tenant};

const MIDDLE: Options = Options { devices: 900, seed: 11, zip_intune: true };

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[test]
fn runs_are_alike_to_the_byte_on_any_number_of_threads() {
    let (place, _) = Place::with_tenant(&MIDDLE);
    let everything = ["--format", "html,csv,xlsx,json,arrow,data"];
    let first = place.analyze_into("first", &everything, &[]);
    assert_same(&first.files(), &place.analyze_into("again", &everything, &[]).files());
    for threads in ["1", "2", "4"] {
        let environment = [("RAYON_NUM_THREADS", threads), ("POLARS_MAX_THREADS", threads)];
        assert_same(&first.files(), &place.analyze_into(&format!("on-{threads}"), &everything, &environment).files());
    }
}

/// Clock, zone, language, terminal: none of them shows.
#[test]
fn the_surroundings_do_not_show() {
    let (place, _) = Place::with_tenant(&MIDDLE);
    let first = place.analyze_into("first", &[], &[]);
    let environment = [
        ("TZ", "Pacific/Auckland"),
        ("LANG", "de_DE.UTF-8"),
        ("COLUMNS", "40"),
        ("NO_COLOR", "1"),
        ("HOME", "/nowhere"),
        ("USER", "somebody"),
    ];
    assert_same(&first.files(), &place.analyze_into("elsewhere", &[], &environment).files());
    let elsewhere = Place::new();
    for (name, content) in first_inputs(&place) {
        elsewhere.write(&format!("in/{name}"), content);
    }
    assert_same(&first.files(), &elsewhere.analyze_into("first", &[], &[]).files());
}

fn first_inputs(place: &Place) -> Vec<(String, Vec<u8>)> {
    files_below(&place.path("in")).into_iter().collect()
}

/// The same rows in another order; the numbers are of a small linear generator, so that the test is the same each time.
fn shuffled(content: &[u8], seed: u64) -> Vec<u8> {
    let mut sheet = Sheet::parse(content);
    let mut state = seed;
    for last in (1..sheet.rows.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap() % (last + 1);
        sheet.rows.swap(last, other);
    }
    sheet.bytes()
}

fn with_plain_intune(tenant_options: &Options) -> (Place, Tenant) {
    Place::with_tenant(&Options { zip_intune: false, ..*tenant_options })
}

#[test]
fn the_order_of_rows_and_files_says_nothing() {
    let (place, tenant) = with_plain_intune(&MIDDLE);
    let plain = place.analyze(&[]).conclusions();
    for seed in 1..=3 {
        let mixed = Place::new();
        for (number, (_, content)) in tenant.files.iter().enumerate() {
            let turned = (number + usize::try_from(seed).unwrap()) % tenant.files.len();
            mixed.write(&format!("in/{}/export-{turned}.csv", turned % 2), shuffled(content, seed));
        }
        let again = mixed.analyze(&[]).conclusions();
        let changed: Vec<_> = plain.records.iter().filter(|record| !again.records.contains(record)).collect();
        assert!(changed.is_empty(), "{} records differ, first {:?}", changed.len(), changed.first());
        let keys: BTreeSet<_> = plain.findings.keys().chain(again.findings.keys()).collect();
        for id in keys {
            assert_eq!(plain.findings.get(id), again.findings.get(id), "{id}");
        }
    }
}

/// A console may hand out its list in pieces.
#[test]
fn a_list_in_two_files_is_one_list() {
    let (place, tenant) = with_plain_intune(&MIDDLE);
    let plain = place.analyze(&[]).conclusions();
    let halves = Place::new();
    for (number, (_, content)) in tenant.files.iter().enumerate() {
        let mut sheet = Sheet::parse(content);
        let rest = sheet.rows.split_off(sheet.rows.len() / 2);
        halves.write(&format!("in/{number}-a.csv"), sheet.bytes());
        sheet.rows = rest;
        halves.write(&format!("in/{number}-b.csv"), sheet.bytes());
    }
    let again = halves.analyze(&[]).conclusions();
    let changed: Vec<_> = plain.records.iter().filter(|record| !again.records.contains(record)).collect();
    assert!(changed.is_empty(), "{} records differ, first {:?}", changed.len(), changed.first());
    assert_eq!(plain.findings, again.findings);
}

#[test]
fn naming_each_file_is_naming_their_folder() {
    let place = Place::with_sample();
    let of_folder = place.analyze(&[]);
    let files: Vec<String> = first_inputs(&place).into_iter().rev().map(|(name, _)| format!("in/{name}")).collect();
    let mut arguments = vec!["analyze"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["--quiet", "--out", "by-name"]);
    let run = place.run(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_same(&of_folder.files(), &files_below(&place.path("by-name")));
}

#[test]
fn digests_match_the_files() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let files = report.files();
    let sums = String::from_utf8(files["evidence/SHA256SUMS"].clone()).unwrap();
    let mut named = BTreeSet::new();
    for line in sums.lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        assert_eq!(digest, hex(&files[name]), "{name}");
        named.insert(name.to_owned());
    }
    let written: BTreeSet<String> = files.keys().filter(|name| *name != "evidence/SHA256SUMS").cloned().collect();
    assert_eq!(named, written, "every file but the list itself is listed");

    let manifest = report.manifest();
    for output in manifest["outputs"].as_array().unwrap() {
        let name = output["file"].as_str().unwrap();
        let content = if name == "report.html" { unsealed(&report) } else { files[name].clone() };
        assert_eq!(output["sha256"], hex(&content), "{name}");
        assert_eq!(output["bytes"], content.len(), "{name}");
    }
    for input in manifest["inputs"].as_array().unwrap() {
        let name = input["file"].as_str().unwrap();
        let content = fs::read(place.path("in").join(name)).unwrap();
        assert_eq!(input["sha256"], hex(&content), "{name}");
        assert_eq!(input["bytes"], content.len(), "{name}");
    }
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 6);
}

/// The page with zeros in the place of the seal, which is the digest of the manifest.
fn unsealed(report: &Report) -> Vec<u8> {
    let files = report.files();
    let page = String::from_utf8(files["report.html"].clone()).unwrap();
    let seal = hex(&files["evidence/manifest.json"]);
    assert_eq!(page.matches(&seal).count(), 1, "the page shows the seal once");
    page.replace(&seal, &"0".repeat(64)).into_bytes()
}

#[test]
fn control_totals_match_the_files() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let totals = report.manifest()["control_totals"].clone();
    for (total, file) in [
        ("lines_in_records_csv", "records.csv"),
        ("devices", "devices.csv"),
        ("findings", "findings.csv"),
        ("steps", "plan.csv"),
    ] {
        assert_eq!(totals[total], report.lines(file).len(), "{total}");
    }
    // The story's own count of rows.
    assert_eq!(totals["input_rows"], 324 + 354 + 88 + 187 + 87 + 31);
    let matched: usize = report.lines("rules.csv").iter().map(|line| line["matched"].parse::<usize>().unwrap()).sum();
    assert_eq!(totals["findings"], matched);
    let devices = report.lines("devices.csv").len();
    for line in report.lines("rules.csv").iter().filter(|line| line["outcome"] == "ran") {
        let all: usize = ["matched", "unknown", "passed", "suppressed"]
            .iter()
            .map(|column| line[*column].parse::<usize>().unwrap())
            .sum();
        assert_eq!(all, devices, "{}", line["rule"]);
    }
}

/// Each flagged device is in the list of one package, under which all its findings and steps are.
#[test]
fn lists_of_packages_match_the_findings() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let findings = report.lines("findings.csv");
    let mut listed = 0;
    for name in report.files().keys().filter(|name| name.starts_with("suggestions/")) {
        let id = name.trim_start_matches("suggestions/").trim_end_matches(".csv");
        let own = |line: &&crate::common::Line| line["suggestion_id"] == id;
        let expected: BTreeSet<&str> = findings.iter().filter(own).map(|line| line["device_key"].as_str()).collect();
        let lines = report.lines(name);
        let found: BTreeSet<&str> = lines.iter().map(|line| line["device_key"].as_str()).collect();
        assert_eq!(found, expected, "{name}");
        listed += lines.len();
    }
    let flagged: BTreeSet<&str> = findings.iter().map(|line| line["device_key"].as_str()).collect();
    assert_eq!(listed, flagged.len());
    let packages = report.lines("packages.csv");
    assert_eq!(packages.iter().map(|line| line["devices"].parse::<usize>().unwrap()).sum::<usize>(), listed);
    assert!(packages.len() <= 36, "{} packages", packages.len());
    let of: BTreeMap<&str, &str> =
        findings.iter().map(|line| (line["device_key"].as_str(), line["suggestion_id"].as_str())).collect();
    for step in report.lines("plan.csv") {
        assert_eq!(of[step["device_key"].as_str()], step["suggestion_id"], "{}", step["device_key"]);
    }
}
