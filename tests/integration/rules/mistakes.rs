//! Every way to get a rule, a configuration or an exception wrong, and what is said about it.

use super::{MINE, with_rule};
use crate::common::Place;

/// Text of [`MINE`] that is replaced, and by what.
const RULES: &[(&str, &str, &str)] = &[
    ("misspelt-column", "when: intune_count > 1", "when: intune_cuont > 1"),
    ("unknown-column", "when: intune_count > 1", "when: zzz > 1"),
    ("double-quotes", "when: intune_count > 1", "when: platform = \"windows\""),
    ("subquery", "when: intune_count > 1", "when: intune_count > (SELECT 1)"),
    ("aggregate", "when: intune_count > 1", "when: max(intune_count) > 1"),
    ("window", "when: intune_count > 1", "when: intune_count OVER (PARTITION BY platform) > 1"),
    ("alias", "when: intune_count > 1", "when: intune_count > 1 AS many"),
    ("constant", "when: intune_count > 1", "when: 1 = 1"),
    ("clock", "when: intune_count > 1", "when: intune_last_seen < now()"),
    ("no-condition", "when: intune_count > 1", "when: intune_count + 1"),
    ("text-with-number", "when: intune_count > 1", "when: platform > 1"),
    ("flag-with-text", "when: intune_count > 1", "when: intune_encrypted = 'yes'"),
    ("bad-pattern", "when: intune_count > 1", "when: \"regexp_like(name, '(')\""),
    ("bad-interval", "when: intune_count > 1", "when: intune_last_seen < as_of - INTERVAL 'soon'"),
    ("bad-syntax", "when: intune_count > 1", "when: intune_count >"),
    ("two-conditions", "when: intune_count > 1", "when: intune_count > 1; platform = 'ios'"),
    ("short-threshold", "when: intune_count > 1", "when: days_inactive > 7"),
    ("short-threshold-turned", "when: intune_count > 1", "when: 14 <= entra_days"),
    ("no-such-key", "severity: low", "sevrity: low"),
    ("no-such-severity", "severity: low", "severity: urgent"),
    ("no-such-plan", "plan: review", "plan: delete"),
    ("no-such-console", "- {console: intune}", "- {console: intun}"),
    ("no-objects", "objects:\n  - {console: intune}", "objects: []"),
    ("object-condition", "- {console: intune}", "- {console: intune, where: live = 'yes'}"),
    ("object-column", "- {console: intune}", "- {console: intune, where: intune_count > 1}"),
    ("needs", "when:", "needs: [intun, intune.seriel]\nwhen:"),
    ("absence", "when:", "absence: [entraid]\nwhen:"),
    ("evidence", "[intune_count]", "[intune_cont]"),
    ("summary", "{are} mine", "{is} mine"),
    ("another-id", "id: mine", "id: yours"),
    ("missing-key", "why: Because.\n", ""),
    ("empty-title", "title: Mine", "title: \"\""),
    ("after-nothing", "when:", "after: [stale-everywere]\nwhen:"),
    ("after-itself", "when:", "after: [mine]\nwhen:"),
    ("after-after", "when:", "after: [no-recovery-key]\nwhen:"),
    ("flagged-without-after", "when: intune_count > 1", "when: flagged AND intune_count > 1"),
    ("own-column-taken", "when:", "records:\n  platform: {console: intune, any: live}\nwhen:"),
    ("own-column-name", "when:", "records:\n  My Column: {console: intune, any: live}\nwhen:"),
    ("own-column-says-nothing", "when:", "records:\n  own: {console: intune}\nwhen:"),
    ("own-column-says-two-things", "when:", "records:\n  own: {console: intune, any: live, count: live}\nwhen:"),
    ("own-column-no-time", "when:", "records:\n  own: {console: intune, days: serial}\nwhen:"),
    ("own-column-device", "when:", "records:\n  own: {console: intune, any: activity = 'stale'}\nwhen:"),
    ("test-column", "given: {intune_count: 2}", "given: {intune_conut: 2}"),
    ("test-word", "expect: match", "expect: matches"),
    ("test-value", "given: {intune_count: 2}", "given: {intune_count: many}"),
    ("test-missing", "  - {name: open, given: {intune_count: null}, expect: unknown}\n", ""),
    ("test-record-console", "{name: one, given: {intune_count: 1}", "{name: one, records: [{console: intun}]"),
    (
        "test-record-column",
        "{name: one, given: {intune_count: 1}",
        "{name: one, records: [{console: intune, serail: A}]",
    ),
    ("misspelt-condition", "when: intune_count > 1", "when: connector_rwo AND intune_count > 1"),
    ("condition-of-another-console", "- {console: intune}", "- {console: entra, where: connector_row}"),
    ("condition-of-a-device", "- {console: intune}", "- {console: intune, where: dealt_with}"),
    ("own-column-is-a-condition", "when:", "records:\n  sensor: {console: intune, any: live}\nwhen:"),
    ("no-yaml", "title: Mine", "title: [Mine"),
    (
        "several",
        "when: intune_count > 1\nobjects:\n  - {console: intune}\nevidence: [intune_count]",
        "when: intune_cuont > 1\nobjects:\n  - {console: intun}\nevidence: [x]",
    ),
];

#[test]
fn every_mistake_in_a_rule_is_named_with_its_place_and_the_nearest_right_word() {
    let mut said = String::new();
    for (name, from, to) in RULES {
        assert!(MINE.contains(from), "{name}");
        let place = with_rule(&MINE.replacen(from, to, 1));
        let mut run = place.run(&["rules", "check", "my-rules"]);
        assert!(run.stdout.is_empty(), "{name}: {}", run.stdout);
        assert_eq!(run.code, 5, "{name}: {}", run.stderr);
        run.stderr = run.stderr.replace("findings/own/mine.yaml", "[RULE]");
        said += &format!("{name}\n{}\n", run.complaint().trim_start_matches("exit 5\n"));
    }
    insta::assert_snapshot!("mistakes_in_rules", said);
}

#[test]
fn all_mistakes_of_all_files_are_said_at_once() {
    let place = with_rule(&MINE.replace("severity: low", "severity: urgent"));
    place.write("my-rules/findings/own/second.yaml", MINE.replace("intune_count > 1", "intune_count"));
    place.write("my-rules/formats/own/third.yaml", "id: own/third\n");
    place.write("my-rules/findigs/fourth.yaml", MINE);
    insta::assert_snapshot!("mistakes_of_many_files", place.run(&["rules", "check", "my-rules"]).complaint());
    std::fs::remove_dir_all(place.path("my-rules/findigs")).unwrap();
    insta::assert_snapshot!("mistakes_of_three_files", place.run(&["rules", "check", "my-rules"]).complaint());
}

#[test]
fn mistakes_in_the_configuration_are_named() {
    let cases = [
        ("unknown rule", "[rules.no-ownr]\noff = \"x\"\n"),
        ("no reason", "[rules.no-owner]\noff = \"\"\n"),
        ("severity", "[rules.no-owner]\nseverity = \"urgent\"\n"),
        ("short", "[thresholds]\ninactive = 14\n"),
        ("no number", "[thresholds]\ninactive = \"90 days\"\n"),
        ("platform", "[thresholds.window]\ninactive = 60\n"),
        ("section", "[treshold]\ninactive = 60\n"),
        ("marker", "[markers.kiosc]\nname = [\"K*\"]\n"),
        ("marker column", "[markers.shared]\nnmae = [\"K*\"]\n"),
        ("marker time", "[markers.shared]\nlast_seen = [\"K*\"]\n"),
        ("no toml", "[thresholds\n"),
        ("exceptions file", "exceptions = \"gone.yaml\"\n"),
    ];
    let mut said = String::new();
    for (name, text) in cases {
        let place = Place::with_sample();
        place.write("lastseen.toml", text);
        said += &format!("{name}\n{}\n", place.run(&["rules", "check"]).complaint());
    }
    said += &format!("no file\n{}\n", Place::new().run(&["rules", "check", "--config", "none.toml"]).complaint());
    insta::assert_snapshot!("mistakes_in_the_configuration", said);
}

#[test]
fn mistakes_in_exceptions_are_named() {
    let place = Place::with_sample();
    place.write(
        "exceptions.yaml",
        "- rule: no-ownr\n  device: {serial: A}\n  reason: x\n  owner: y\n  approved_by: z\n  expires: soon\n\
         - rule: no-owner\n  device: {serail: A}\n  reason: x\n  owner: y\n  approved_by: z\n  expires: 2027-01-01\n\
         - rule: no-owner\n  device: {name: \"*\"}\n  until: 2027-01-01\n",
    );
    let run = place.run(&["analyze", "in", "--exceptions", "exceptions.yaml", "--out", "out"]);
    insta::assert_snapshot!("mistakes_in_exceptions", run.complaint());
}
