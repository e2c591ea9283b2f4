//! `lastseen rules`: list, show, check, test, schema.

use super::{MINE, with_rule};
use crate::common::Place;

#[test]
fn the_shipped_rules_are_listed_checked_and_tested() {
    let place = Place::new();
    let list = place.run(&["rules", "list"]);
    insta::assert_snapshot!("rules_list", list.stdout);
    let test = place.run(&["rules", "test"]);
    assert_eq!(test.code, 0, "{}", test.stderr);
    assert!(!test.stdout.contains("FAILED"));
    let check = place.run(&["rules", "check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    assert!(check.stdout.starts_with("37 rules, "), "{}", check.stdout);
}

#[test]
fn one_rule_is_shown() {
    insta::assert_snapshot!("rules_show", Place::new().run(&["rules", "show", "compliant-but-stale"]).stdout);
    insta::assert_snapshot!(Place::new().run(&["rules", "show", "compliant-but-silnt"]).complaint(), @r"
    exit 2
    error: `compliant-but-silnt` is no rule
    help: the nearest is `compliant-but-stale`
    ");
}

#[test]
fn a_rule_of_ones_own_is_added_and_judged() {
    let place = with_rule(MINE);
    let check = place.run(&["rules", "check", "my-rules"]);
    assert!(check.stdout.starts_with("38 rules, "), "{}{}", check.stdout, check.stderr);
    let report = place.analyze(&["--rules", "my-rules"]);
    let rule = report.rule("mine");
    assert_eq!(rule["outcome"], "ran");
    assert_eq!(report.lines_where("findings.csv", "rule", "mine").len().to_string(), rule["matched"]);
    assert_ne!(rule["matched"], "0");
}

/// A file with the path of a shipped rule takes its place.
#[test]
fn a_shipped_rule_can_be_replaced() {
    let place = Place::with_sample();
    let own = MINE.replace("id: mine", "id: no-owner").replace("Mine", "Ours");
    place.write("my-rules/findings/contradictions/no-owner.yaml", own);
    let list = place.run(&["rules", "list", "--rules", "my-rules"]).stdout;
    assert!(list.contains("Ours") && !list.contains("In use without an owner"));
    // The same id under another path would be two rules of one name.
    let twice = with_rule(&MINE.replace("id: mine", "id: no-owner"));
    assert_eq!(twice.run(&["rules", "check", "my-rules"]).code, 5);
}

#[test]
fn a_failing_test_of_a_rule_is_named() {
    let place = with_rule(&MINE.replace("intune_count: 1}, expect: pass", "intune_count: 3}, expect: pass"));
    let run = place.run(&["rules", "test", "my-rules"]);
    assert!(run.stdout.lines().any(|line| line.starts_with("mine ") && line.ends_with("FAILED")), "{}", run.stdout);
    insta::assert_snapshot!(run.complaint(), @"
    exit 5
    error: `findings/own/mine.yaml`, line 13, test `one`: expected pass, found match
    ");
}

#[test]
fn every_record_test_runs_the_engine() {
    let own = MINE.replace(
        "tests:\n",
        "tests:\n  - name: from records\n    records:\n      - {console: intune, native_id: i1, last_seen: 2025-12-01}\n      \
         - {console: intune, native_id: i2, last_seen: 2025-11-01}\n    expect: match\n    objects: [intune:i1]\n",
    );
    insta::assert_snapshot!(with_rule(&own).run(&["rules", "test", "my-rules"]).complaint(), @"
    exit 5
    error: `findings/own/mine.yaml`, line 12, test `from records`: expected the objects intune:i1, found intune:i1 intune:i2
    ");
}
