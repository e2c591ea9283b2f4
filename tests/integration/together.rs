//! A group whose devices became stale within days: one notice, and a question before anything is removed.

use std::fmt::Write as _;

use crate::common::{Place, Report};

/// Chromebooks of a unit whose last sync is spread over some days from a first day of June on.
fn unit(text: &mut String, name: &str, count: usize, day: impl Fn(usize) -> String) {
    for _ in 0..count {
        let number = text.lines().count();
        let seen = day(number);
        writeln!(text, "a1b2c3d4-{number:04}-4000-8000-000000000001,5CDTOG{number:04},ACTIVE,{seen}T08:15:33Z,{name}")
            .unwrap();
    }
}

fn list() -> String {
    "deviceId,serialNumber,status,lastSync,orgUnitPath\n".to_owned()
}

fn analyzed(place: &Place, list: &str) -> Report {
    place.write("in/cros.csv", list);
    place.tables(&["--as-of", "2025-09-10"])
}

fn said(report: &Report) -> Vec<String> {
    let notices = report.lines_where("notices.csv", "code", "went-dark-together");
    notices.into_iter().map(|line| line["message"].clone()).collect()
}

fn june(number: usize) -> String {
    format!("2025-06-{:02}", 1 + number % 5)
}

#[test]
fn a_fleet_in_storage_is_one_event_and_the_plan_asks_first() {
    let (place, mut text) = (Place::new(), list());
    unit(&mut text, "/Students/Cart 1", 38, june);
    unit(&mut text, "/Staff", 3, |_| "2025-09-09".into());
    let report = analyzed(&place, &text);
    let messages = said(&report);
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].starts_with(
            "38 of 41 ChromeOS devices became stale within 5 days (last activity 2025-06-01 to 2025-06-05): holidays"
        ),
        "{messages:?}"
    );
    let plan = report.lines("plan.csv");
    let mut device = String::new();
    let mut asked = 0;
    for line in plan.iter().filter(|line| line["irreversible"] == "true") {
        if line["device_key"] != device {
            device.clone_from(&line["device_key"]);
            assert!(line["condition"].starts_with("Most devices of its group became stale"), "{line:?}");
            asked += 1;
        }
    }
    assert_eq!(asked, 38);
}

#[test]
fn a_unit_of_a_live_fleet_is_one_too() {
    let (place, mut text) = (Place::new(), list());
    unit(&mut text, "/Students/Cart 1", 12, june);
    unit(&mut text, "/Students/Cart 2", 12, june);
    unit(&mut text, "/Staff", 60, |_| "2025-09-09".into());
    let report = analyzed(&place, &text);
    let messages = said(&report);
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].starts_with("24 of 24 devices in `/Students` became stale within 5 days"), "{messages:?}");
}

#[test]
fn devices_that_went_one_by_one_are_no_event() {
    let (place, mut text) = (Place::new(), list());
    unit(&mut text, "/Students", 60, |number| format!("2025-{:02}-{:02}", 1 + number % 5, 1 + number % 27));
    unit(&mut text, "/Staff", 10, |_| "2025-09-09".into());
    let report = analyzed(&place, &text);
    assert!(said(&report).is_empty(), "{:?}", said(&report));
    assert!(report.lines("plan.csv").iter().all(|line| !line["condition"].contains("Most devices of its group")));
}

#[test]
fn strict_refuses_a_fleet_that_went_dark_together() {
    let (place, mut text) = (Place::new(), list());
    unit(&mut text, "/Students/Cart 1", 38, june);
    unit(&mut text, "/Staff", 3, |_| "2025-09-09".into());
    place.write("in/cros.csv", &text);
    let run = place.run(&["analyze", "in", "--out", "report", "--as-of", "2025-09-10", "--strict"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("became stale within 5 days"), "{}", run.stderr);
    assert!(!place.path("report").exists());
}

/// The years of a school are told as one event of the unit above them, not as three.
#[test]
fn a_unit_is_told_before_those_within_it() {
    let (place, mut text) = (Place::new(), list());
    for year in 7..=9 {
        unit(&mut text, &format!("/Students/Year {year}"), 16, june);
    }
    unit(&mut text, "/Students/Summer school", 4, |_| "2025-09-09".into());
    unit(&mut text, "/Staff", 20, |_| "2025-09-08".into());
    let messages = said(&analyzed(&place, &text));
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].starts_with("48 of 52 devices in `/Students` became stale within 5 days"), "{messages:?}");
}
