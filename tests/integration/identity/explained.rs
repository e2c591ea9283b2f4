//! `lastseen explain` from outside: every way to name a device, and what is told of it.

use insta::assert_snapshot;
use serde_json::Value;

use super::build::{AUTOPILOT, BITLOCKER, DEFENDER, ENTRA, INTUNE, OLD_DEFENDER, id};
use super::found;
use crate::common::{Place, Run};

/// A device with an exact, a strong and a weak link; two of one name, to one of which a link is refused.
fn office() -> Place {
    found::place(&[
        INTUNE.rows(&[
            "id=i1; name=PC-1; serial=5CG0001AB; maker=HP; entra=e1; imei=490154203237518",
            "id=i2; name=TWIN; serial=5CG0002AB; maker=HP; entra=e2",
            "id=i3; name=twin; serial=5CG0003AB; maker=HP; entra=e3",
        ]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1", "object=o2; entra=e2; name=TWIN"]),
        AUTOPILOT.rows(&[
            "id=a1; serial=5CG0001AB; maker=HP",
            "id=a3; serial=5CG0003AB; maker=HP",
            "id=a9; serial=5CG0009AB; maker=HP; intune=i3",
        ]),
        OLD_DEFENDER.rows(&["id=m1; name=pc-1.corp.example"]),
        BITLOCKER.rows(&["id=k1; entra=e1", "id=k9; entra=e9"]),
    ])
}

fn explain(place: &Place, device: &str, more: &[&str]) -> Run {
    place.run(&[&["explain", device, "in", "--as-of", "2026-11-20"], more].concat())
}

fn json(place: &Place, device: &str) -> (i32, Value) {
    let run = explain(place, device, &["--json"]);
    (run.code, serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", run.stdout, run.stderr)))
}

#[test]
fn a_device_is_found_by_all_that_names_it() {
    let place = office();
    for name in [
        "serial:5CG0002AB",
        "SERIAL:5cg0002ab",
        "5CG0002AB",
        " 5cg 0002 ab ",
        &id("i2"),
        &id("e2").to_uppercase(),
        &format!("{{{}}}", id("e2")),
        &id("o2"),
        "intune.csv:2",
        "entra.csv:2",
        &format!("intune:{}", id("i2")),
        &format!("entra:{}", id("o2").to_uppercase()),
        &format!("entra:{}", id("e2")),
        "intune:5CG0002AB",
        "intune:intune.csv:2",
    ] {
        let (code, told) = json(&place, name);
        assert_eq!(code, 0, "{name}");
        assert_eq!(told["device"]["device_key"], "serial:5CG0002AB", "{name}");
    }
    for name in
        ["pc-1", "PC-1.corp.example", &id("m1"), "490154203237518", "49015420323751", "autopilot.csv:1", &id("k1")]
    {
        let (code, told) = json(&place, name);
        assert_eq!(code, 0, "{name}");
        assert_eq!(told["device"]["device_key"], "serial:5CG0001AB", "{name}");
    }
}

/// Every object of every finding, as `findings.csv` prints it, leads to the device that the finding is about.
#[test]
fn what_findings_print_is_understood() {
    let place = office();
    let report = place.analyze(&["--as-of", "2026-11-20"]);
    let mut objects = 0;
    for finding in report.lines("findings.csv") {
        for object in finding["objects"].split('|').filter(|object| !object.is_empty()) {
            let (code, told) = json(&place, object);
            assert_eq!(
                (code, told["device"]["device_key"].as_str()),
                (0, Some(finding["device_key"].as_str())),
                "{object}"
            );
            objects += 1;
        }
    }
    assert!(objects > 0);
    let run = explain(&place, "entra:5CG0002AB", &[]);
    assert_eq!(run.code, 2, "Entra ID knows no serial number: {}", run.stdout);
}

#[test]
fn a_name_of_two_lists_both_and_ends_as_misuse() {
    let place = office();
    let run = explain(&place, "TWIN", &[]);
    assert_eq!(run.code, 2);
    assert_snapshot!(run.stdout, @"
    `TWIN` names 2 devices; take one of their keys:

      serial:5CG0002AB  TWIN, windows, intune|entra, last seen 2026-01-10
      intune:69000003-12ab-4cde-8f01-234567890069  twin, windows, intune|autopilot, last seen 2026-01-10
    ");
    let (code, told) = json(&place, "TWIN");
    assert_eq!(code, 2);
    let keys: Vec<&str> =
        told["candidates"].as_array().unwrap().iter().map(|c| c["device_key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["serial:5CG0002AB", &format!("intune:{}", id("i3"))]);
    for key in keys {
        assert_eq!(explain(&place, key, &[]).code, 0);
    }
}

#[test]
fn what_names_nothing_is_misuse_with_help() {
    let place = office();
    for name in ["PC-77", "intune.csv:77", "nowhere.csv:1", "", " ", ":", "\u{1b}[31m", "serial:"] {
        for more in [&[][..], &["--json"][..]] {
            let run = explain(&place, name, more);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{name:?}");
            assert!(run.stderr.contains("help:"), "{name:?}: {}", run.stderr);
            assert!(!run.complaint().contains('\u{1b}'), "{name:?}");
        }
    }
    assert_snapshot!(explain(&place, "PC-77", &[]).complaint(), @"
    exit 2
    error: no device has `PC-77` as key, name, serial number or id, and no row is called so
    help: take a `device_key` of `devices.csv`, or a row of `records.csv` as `file:row`
    ");
}

/// A key that belongs to no device has nothing to explain.
#[test]
fn a_row_without_device_is_none() {
    let place = office();
    assert_eq!(explain(&place, "bitlocker.csv:2", &[]).code, 2);
    assert_eq!(explain(&place, &id("e9"), &[]).code, 2);
}

#[test]
fn the_proof_of_a_device_is_told() {
    let run = explain(&office(), "PC-1", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told = run.stdout.split("\nRules\n").next().unwrap();
    assert_snapshot!(told, @"
    PC-1  serial:5CG0001AB
      is            windows, ownership corporate, join type joined
      identity      strong: a hardware number holds some of its records
      activity      stale: last seen 2026-01-10, 314 days before 2026-11-20; stale after 90 days

    Records
      [1] intune    PC-1, 5CG0001AB, 69000001-12ab-4cde-8f01-234567890069; seen 2026-01-10T08:00:00Z
                    intune.csv:1
                    exact link by entra-id `65000001-12ab-4cde-8f01-234567890065` with [2], [5]
                    strong link by serial `5CG0001AB` with [3]
      [2] entra     PC-1, 6f000001-12ab-4cde-8f01-23456789006f; seen 2026-01-09T08:00:00Z
                    entra.csv:1
                    exact link by entra-id `65000001-12ab-4cde-8f01-234567890065` with [1], [5]
      [3] autopilot 5CG0001AB, 61000001-12ab-4cde-8f01-234567890061; no sign of activity
                    autopilot.csv:1
                    strong link by serial `5CG0001AB` with [1]
      [4] defender  pc-1.corp.example, 6d000001-12ab-4cde-8f01-23456789006d; seen 2026-01-08T08:00:00Z
                    defender.csv:1
                    weak link by name `pc-1.corp.example` with [1], [2], [3], [5]
      [5] bitlocker 6b000001-12ab-4cde-8f01-23456789006b; no sign of activity
                    bitlocker.csv:1
                    exact link by entra-id `65000001-12ab-4cde-8f01-234567890065` with [1], [2]

    Merged view
      name          PC-1, from intune; defender says `pc-1.corp.example`
      serial        5CG0001AB, from intune
      platform      windows, from intune
      manufacturer  HP, from intune
      ownership     corporate, from intune
      join_type     joined, from entra
    ");
}

#[test]
fn the_refused_side_is_told_too() {
    let run = explain(&office(), "5CG0009AB", &[]);
    let told = run.stdout.split("\nMerged view\n").next().unwrap();
    assert_snapshot!(told, @"
    (no name)  autopilot:61000009-12ab-4cde-8f01-234567890061
      is            windows, ownership corporate, join type unknown
      identity      conflict: its identifiers, or two lists of one console, contradict each other, or copies may share them; manual review is needed
      activity      unknown: no activity is known

    Records
      [1] autopilot 5CG0009AB, 61000009-12ab-4cde-8f01-234567890061; no sign of activity
                    autopilot.csv:3
                    refused: intune-id `69000003-12ab-4cde-8f01-234567890069`: serial `5CG0009AB` here, `5CG0003AB` at intune:69000003-12ab-4cde-8f01-234567890069
    ");
}

#[test]
fn json_holds_what_the_text_says() {
    let place = office();
    let (_, told) = json(&place, "PC-1");
    assert_eq!(told["schema_version"], 1);
    assert_eq!(told["identity"], "strong");
    let records = told["records"].as_array().unwrap();
    assert_eq!(records.len(), 5);
    let of = |console: &str| records.iter().find(|r| r["console"] == console).unwrap();
    assert_eq!(of("defender")["joined_by"][0]["tier"], "weak");
    assert_eq!(of("autopilot")["joined_by"][0]["with"][0], "intune.csv:1");
    assert_eq!(of("entra")["joined_by"][0]["value"], id("e1"));
    for rule in told["rules"].as_array().unwrap() {
        let outcome = rule["outcome"].as_str().unwrap();
        assert!(["match", "pass", "unknown", "did-not-run"].contains(&outcome), "{rule}");
        assert_eq!(rule["confidence"].is_null(), outcome != "match", "{rule}");
    }
}

/// Its steps are those of the plan, its findings those of the list, for every device of a small tenant.
#[test]
fn explaining_agrees_with_the_report() {
    let place = office();
    place.write("in/new.csv", DEFENDER.rows(&["id=m7; name=twin; entra=e2"]).content);
    let report = place.analyze(&["--as-of", "2026-11-20"]);
    let devices = report.lines("devices.csv");
    assert_eq!(devices.len(), 4);
    for device in devices {
        let key = &device["device_key"];
        let (code, told) = json(&place, key);
        assert_eq!(code, 0, "{key}");
        for field in ["identity", "activity", "ownership", "join_type"] {
            assert_eq!(told[field].as_str().unwrap(), device[field], "{field} of {key}");
        }
        let matched = told["rules"].as_array().unwrap().iter().filter(|rule| rule["outcome"] == "match");
        let mut matched: Vec<&str> = matched.map(|rule| rule["rule"].as_str().unwrap()).collect();
        matched.sort_unstable();
        let mut listed: Vec<&str> = device["findings"].split('|').filter(|rule| !rule.is_empty()).collect();
        listed.sort_unstable();
        assert_eq!(matched, listed, "{key}");
        let steps = report.lines_where("plan.csv", "device_key", key);
        let texts: Vec<&str> = steps.iter().map(|step| step["action"].as_str()).collect();
        let told: Vec<&str> =
            told["steps"].as_array().unwrap().iter().map(|step| step["action"].as_str().unwrap()).collect();
        assert_eq!(told, texts, "{key}");
    }
}
