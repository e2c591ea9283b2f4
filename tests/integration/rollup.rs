//! `rollup`: tenants side by side, and what keeps them from being compared.

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;

use crate::common::{Place, Report};

/// A tenant of Intune alone with so many devices, of which so many were not seen for long.
fn list(prefix: &str, devices: usize, stale: usize) -> String {
    let mut text = String::from(
        "Device ID,Device name,Enrollment date,Last check-in,OS version,Serial number,Manufacturer,Model,Compliance,Managed by,Ownership,Device state,OS,Primary user UPN\n",
    );
    for at in 0..devices {
        let seen = if at < stale { "2025-02-03" } else { "2026-11-19" };
        let _ = writeln!(
            text,
            "{prefix}-0000-4000-8000-{at:012x},{prefix}-{at},2024-02-03 09:11:00,{seen} 20:00:00,10.0.22631.4602,5C{prefix}{at:03},Dell Inc.,Latitude 5440,Compliant,Intune,Corporate,Managed,Windows,u{at}@{prefix}.example"
        );
    }
    text
}

/// Three reports: the second judged by other thresholds, the third with a formula for a name and a baseline.
fn place() -> Place {
    let place = Place::new();
    for (name, text) in
        [("one", list("1a2b3c4d", 40, 9)), ("two", list("5e6f7a8b", 12, 3)), ("three", list("9c0d1e2f", 7, 0))]
    {
        place.write(&format!("{name}/intune.csv"), text);
    }
    let analyze = |folder: &str, out: &str, more: &[&str]| {
        let run = place.run(&[&["analyze", folder, "--quiet", "--out", out, "--format", "data,csv"], more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
    };
    analyze("one", "reports/one", &["--label", "Nordwerk"]);
    analyze("two", "reports/two", &["--label", "Südwerk", "--threshold", "inactive=60"]);
    analyze("three", "reports/earlier", &["--label", "=cmd<b>"]);
    analyze("three", "reports/three", &["--label", "=cmd<b>", "--baseline", "reports/earlier"]);
    place
}

#[test]
fn three_tenants_side_by_side() {
    let place = place();
    let run = place.run(&["rollup", "reports/one", "reports/two", "reports/three", "--out", "side"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_snapshot!(run.stdout);
    let report = Report { root: place.path("side") };
    assert_snapshot!("differences", fs::read_to_string(place.path("side/differences.csv")).unwrap());
    assert_snapshot!("figures", fs::read_to_string(place.path("side/figures.csv")).unwrap());
    let stale = report.lines_where("rules.csv", "rule", "stale-everywhere");
    assert_eq!(stale.len(), 3);
    let page = fs::read_to_string(place.path("side/rollup.html")).unwrap();
    assert!(page.contains("=cmd&lt;b&gt;") && !page.contains("=cmd<b>"), "labels are text");
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("src="), "nothing is loaded");
    assert!(page.contains("<h2 id=\"trend-title\">Trend</h2>"));
    assert!(fs::read_to_string(place.path("side/matrix.csv")).unwrap().contains("'=cmd<b>"), "no formula");
    assert_eq!(report.lines("trend.csv").len(), 2);
    assert_eq!(place.run(&["verify", "side"]).code, 0);
    // Neither order nor place matter.
    let again = place.run(&["rollup", "reports/three", "reports/two", "reports/one", "--out", "again", "--quiet"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""));
    assert_eq!(report.files(), Report { root: place.path("again") }.files());
    let force = place.run(&["rollup", "reports/one", "--out", "side", "--quiet"]);
    assert_eq!(force.code, 2, "an earlier rollup stays");
    let force = place.run(&["rollup", "reports/one", "--out", "side", "--quiet", "--force"]);
    assert_eq!((force.code, force.stderr.as_str()), (0, ""));
}

#[test]
fn two_reports_of_one_tenant_and_labels_of_ones_own() {
    let place = place();
    let run = place.run(&["rollup", "Then=reports/earlier", "Now=reports/three", "--out", "side"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("these are two reports of one tenant"), "{}", run.stdout);
    assert!(run.stdout.contains("Now ") && run.stdout.contains("Then "), "{}", run.stdout);
    let run = place.run(&["rollup", "reports/nowhere", "--out", "other"]);
    assert_eq!(run.code, 2);
    assert!(!place.path("other").exists());
}

#[test]
fn copies_to_share_go_side_by_side() {
    let place = place();
    for (name, key) in [("one", "--new-key"), ("two", "--key")] {
        let run = place.run(&[
            "redact",
            &format!("reports/{name}"),
            "--out",
            &format!("copies/{name}"),
            key,
            "key",
            "--quiet",
        ]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    }
    let run = place.run(&["rollup", "copies/one", "copies/two", "--out", "side", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for (name, bytes) in (Report { root: place.path("side") }).files() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("Nordwerk") && !text.contains("Südwerk"), "{name}");
    }
    assert!(fs::read_to_string(place.path("side/differences.csv")).unwrap().contains("Copies with replaced names"));
}
