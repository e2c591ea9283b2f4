//! `lastseen playbooks`: list, show, check, test, facts.

use crate::common::{Place, Run};

/// A playbook for one kind of device, with a test.
const MINE: &str = "\
playbook: kiosks
about: Kiosks of the shops. They are only ever disabled.
order: 25
applies: { all: [windows, shared], none: [review] }
steps:
  - step: export-list
  - step: entra-disable
  - step: verify-in-next-export
tests:
  - name: a stale kiosk is disabled
    given: { platform: windows, join-type: joined, activity: stale, shared: true }
    records: [{ console: entra, state: enabled, join-type: joined }]
    findings: [{ plan: remove }]
    steps: [export-list, entra-disable, verify-in-next-export]
    wipes: []
";

fn with_playbook(text: &str) -> Place {
    let place = Place::new();
    place.write("mine/playbooks/kiosks.yaml", text);
    place
}

fn run(text: &str, arguments: &[&str]) -> Run {
    with_playbook(text).run(arguments)
}

#[test]
fn the_shipped_playbooks_are_listed_checked_and_tested() {
    let place = Place::new();
    insta::assert_snapshot!("playbooks_list", place.run(&["playbooks", "list"]).stdout);
    let test = place.run(&["playbooks", "test"]);
    assert_eq!((test.code, test.stderr.as_str()), (0, ""));
    assert!(!test.stdout.contains("FAILED") && !test.stdout.contains("in no test"), "{}", test.stdout);
    let check = place.run(&["playbooks", "check"]);
    assert_eq!((check.code, check.stderr.as_str()), (0, ""));
    assert!(check.stdout.starts_with("32 playbooks and 95 steps are sound, and "), "{}", check.stdout);
}

#[test]
fn the_list_is_there_as_json() {
    let list = Place::new().run(&["playbooks", "list", "--json"]).stdout;
    let rows: serde_json::Value = serde_json::from_str(&list).unwrap();
    let rows = rows.as_array().unwrap();
    let of = |name: &str| rows.iter().find(|row| row["playbook"] == name).unwrap();
    let ghost = of("autopilot-ghost");
    assert_eq!(ghost["applies"]["all"], serde_json::json!(["objects", "goes-autopilot"]));
    assert_eq!(ghost["applies"]["none"], serde_json::json!(["in-intune", "entra-leaves"]));
    assert_eq!((&ghost["steps"][0], &ghost["file"]), (&"export-list".into(), &"playbooks/autopilot-ghost.yaml".into()));
    assert!(rows.iter().all(|row| row["tests"].as_u64() > Some(2)));
    let orders: Vec<u64> = rows.iter().map(|row| row["order"].as_u64().unwrap()).collect();
    assert!(orders.is_sorted(), "{orders:?}");
}

#[test]
fn one_playbook_or_one_step_is_shown() {
    let place = Place::new();
    insta::assert_snapshot!("playbooks_show_playbook", place.run(&["playbooks", "show", "autopilot-ghost"]).stdout);
    insta::assert_snapshot!("playbooks_show_step", place.run(&["playbooks", "show", "entra-delete"]).stdout);
    insta::assert_snapshot!(place.run(&["playbooks", "show", "entra-delet"]).complaint(), @r"
    exit 2
    error: `entra-delet` is no playbook and no step
    help: the nearest is `entra-delete`
    ");
}

#[test]
fn the_facts_are_those_that_conditions_may_name() {
    let place = Place::new();
    let text = place.run(&["playbooks", "facts"]).stdout;
    let facts: serde_json::Value = serde_json::from_str(&place.run(&["playbooks", "facts", "--json"]).stdout).unwrap();
    let facts = facts.as_array().unwrap();
    for fact in facts {
        let (word, meaning) = (fact["fact"].as_str().unwrap(), fact["meaning"].as_str().unwrap());
        assert!(text.lines().any(|line| line.starts_with(&format!("{word} ")) && line.ends_with(meaning)), "{word}");
    }
    // Loading takes each of them.
    let words: Vec<&str> = facts.iter().map(|fact| fact["fact"].as_str().unwrap()).collect();
    let when = format!("  - step: entra-disable\n    when: {{ any: [{}] }}\n", words.join(", "));
    let own = MINE.replace("  - step: entra-disable\n", &when);
    assert_eq!(run(&own, &["playbooks", "check", "mine"]).complaint(), "exit 0\n");
}

#[test]
fn a_playbook_of_ones_own_is_listed_and_tested() {
    let place = with_playbook(MINE);
    let test = place.run(&["playbooks", "test", "mine"]);
    assert_eq!((test.code, test.stderr.as_str()), (0, ""));
    let line = test.stdout.lines().find(|line| line.starts_with("kiosks ")).unwrap();
    assert!(line.ends_with("1 tests   3 of  3 steps  ok"), "{line}");
    // It takes devices that the tests of others are about.
    let other = test.stdout.lines().find(|line| line.starts_with("windows-joined ")).unwrap();
    assert!(other.ends_with("ok  some not run, since their devices are for kiosks"), "{other}");
    assert!(place.run(&["playbooks", "check", "mine"]).stdout.starts_with("33 playbooks"));
    assert!(
        place.run(&["playbooks", "show", "kiosks", "--rules", "mine"]).stdout.contains("a stale kiosk is disabled")
    );
    assert!(place.run(&["rules", "check", "mine"]).stdout.contains("33 playbooks"));
}

#[test]
fn mistakes_are_named_with_line_and_nearest_word() {
    let mistakes = [
        ("all: [windows, shared]", "all: [windows, sharde]"),
        ("console: entra", "console: entraa"),
        ("steps: [export-list, entra-disable", "steps: [export-list, entra-dissable"),
        ("  - step: entra-disable", "  - step: entra-disble"),
        ("platform: windows", "platform: window"),
        ("shared: true", "shard: true"),
        ("plan: remove", "plan: removed"),
        ("wipes: []", "absent: [entra-delet]"),
    ];
    let said = mistakes.map(|(right, wrong)| {
        let place = with_playbook(&MINE.replace(right, wrong));
        format!("{wrong}\n{}\n", place.run(&["playbooks", "check", "mine"]).complaint())
    });
    let said = said.concat();
    insta::assert_snapshot!("playbooks_mistakes", said);
}

#[test]
fn a_test_that_fails_is_named_wherever_playbooks_are_checked() {
    let wrong = MINE.replace("steps: [export-list, entra-disable, v", "steps: [export-list, v");
    let test = run(&wrong, &["playbooks", "test", "mine"]);
    assert!(test.stdout.lines().any(|line| line.starts_with("kiosks ") && line.contains("FAILED")), "{}", test.stdout);
    insta::assert_snapshot!(test.complaint(), @r"
    exit 5
    error: `playbooks/kiosks.yaml`, line 10, test `a stale kiosk is disabled`: expected the steps export-list verify-in-next-export, found export-list entra-disable verify-in-next-export
    help: not expected: entra-disable
    ");
    for verb in ["playbooks", "rules"] {
        assert_eq!(run(&wrong, &[verb, "check", "mine"]).complaint(), test.complaint());
    }
    // A report can be made with it all the same; it is not the playbook that is unsound.
    let place = with_playbook(&wrong);
    place.write("in/entra.csv", "displayName,deviceId,objectId,accountEnabled,operatingSystem\n");
    assert_ne!(place.run(&["analyze", "in", "--rules", "mine"]).code, 5);
}
