//! Lists of which nothing tells which is the newer one: what differs is not known, until the user says it.

use super::{analyze, cros, refused, remarks, rules, steps};
use crate::common::Place;

fn active() -> String {
    cros(&[(1, "ACTIVE", "2026-02-27"), (2, "ACTIVE", "2025-06-10")])
}

fn dealt_with() -> String {
    cros(&[(1, "ACTIVE", "2026-02-27"), (2, "DEPROVISIONED", "2025-06-10")])
}

#[test]
fn what_differs_is_not_known_and_not_planned() {
    for (a, b) in [("a.csv", "b.csv"), ("b.csv", "a.csv")] {
        let (_place, report) = analyze(&[(a, active()), (b, dealt_with())], &[]);
        assert_eq!(rules(&report, "5CDLST0002"), Vec::<String>::new());
        assert_eq!(steps(&report), []);
        assert_eq!(report.lines("devices.csv").len(), 2);
        let said = remarks(&report);
        assert!(said[0].contains("1 object differs from one list to another (state)"), "{said:?}");
        assert!(said[0].contains("--newest FILE"), "{said:?}");
    }
}

#[test]
fn the_user_says_which_is_the_newest() {
    let files = [("a.csv", active()), ("b.csv", dealt_with())];
    let (_place, report) = analyze(&files, &["--newest", "b.csv"]);
    assert_eq!(rules(&report, "5CDLST0002"), Vec::<String>::new());
    assert_eq!(refused(&report, "b.csv"), ["", ""]);
    let (_place, report) = analyze(&files, &["--newest", "in/a.csv"]);
    assert!(rules(&report, "5CDLST0002").contains(&"stale-everywhere".to_string()));
    assert!(!steps(&report).is_empty());
}

#[test]
fn a_name_that_names_nothing_is_an_error_of_the_command_line() {
    let place = Place::new();
    place.write("in/a.csv", active());
    for verb in [&["analyze", "in"][..], &["inspect", "in"], &["explain", "CB-1", "in"]] {
        let run = place.run(&[verb, &["--newest", "b.csv"]].concat());
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("`--newest b.csv` names none of the lists"), "{}", run.stderr);
    }
}

#[test]
fn the_same_list_twice_says_nothing_new() {
    let (_place, twice) = analyze(&[("a.csv", active()), ("b.csv", active())], &[]);
    let (_place, once) = analyze(&[("a.csv", active())], &[]);
    for file in ["findings.csv", "plan.csv", "devices.csv"] {
        assert_eq!(twice.files()[file], once.files()[file], "{file}");
    }
    assert_eq!(remarks(&twice), Vec::<String>::new());
}
