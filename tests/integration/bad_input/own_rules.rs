//! Rules, formats and templates of the user's own that are wrong.

use insta::assert_snapshot;

use super::complaint;
use crate::common::Place;

/// What is said of a rule, given as changes to one that is right.
fn about_rule(changes: &[(&str, &str)]) -> String {
    let mut text = String::from(
        "id: probe\n\
         title: Probe\n\
         severity: low\n\
         when: intune_count > 0 AND intune_days > inactive_days\n\
         objects:\n  - {console: intune}\n\
         evidence: [intune_days]\n\
         plan: review\n\
         why: To see.\n\
         summary: \"{devices} {are} seen.\"\n\
         tests: []\n",
    );
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let place = Place::with_sample();
    place.write("mine/findings/own/probe.yaml", text);
    if changes.is_empty() {
        let report = place.analyze(&["--rules", "mine"]);
        return report.rule("probe")["outcome"].clone();
    }
    complaint(&place, &["analyze", "in", "--rules", "mine"])
}

const WHEN: &str = "intune_count > 0 AND intune_days > inactive_days";

#[test]
fn rule_that_is_right() {
    assert_eq!(about_rule(&[]), "ran");
}

#[test]
fn rule_with_an_unknown_column() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_dys > 3")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 4, `when`: `intune_dys` is no column
    help: the nearest column is `intune_days`
    ");
    assert_snapshot!(about_rule(&[("[intune_days]", "[intune_day]")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 7, `evidence`: `intune_day` is no column of the device table
    help: the nearest column is `intune_days`
    ");
    // A condition may stand where a column does in `when`, and has no value to show or to be given.
    assert_snapshot!(about_rule(&[("[intune_days]", "[in_use]")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 7, `evidence`: `in_use` is a shared condition, and no column that has a value
    help: give the columns that it reads: `lastseen rules show in_use` names them
    ");
}

#[test]
fn rule_with_text_in_double_quotes() {
    assert_snapshot!(about_rule(&[(WHEN, "'intune_compliance = \"compliant\"'")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 4, `when`: `compliant` is no column
    help: text stands in single quotes: 'compliant'
    ");
}

#[test]
fn rule_over_more_than_one_device() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_days > AVG(intune_days)")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 4, `when`: `avg` is not allowed in a condition
    help: a condition speaks of one device at a time; `lastseen fields` lists what it may read
    ");
    assert_snapshot!(about_rule(&[(WHEN, "intune_days > (SELECT 3)")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 4, `when`: `select` is not allowed in a condition
    help: a condition speaks of one device at a time; `lastseen fields` lists what it may read
    ");
}

#[test]
fn rule_without_a_column() {
    assert_snapshot!(about_rule(&[(WHEN, "1 = 1")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 4, `when`: looks at no column, so it says the same of every device
    help: let it read a column; `lastseen fields` lists them
    ");
}

#[test]
fn rule_that_gives_no_yes_or_no() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_days + 1")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 4, `when`: cannot be evaluated: gives a number, not true or false
    help: `intune_days` is a number of days
    ");
}

#[test]
fn rule_with_bad_syntax() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_days >> ) 3")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 4, `when`: cannot be read as a condition: unable to parse 'intune_days >> ) 3' as Expr
    ");
}

/// The engine panics on this text. People must hear what is wrong with it, and nothing of the engine's inside.
#[test]
fn rule_with_a_bad_interval() {
    let said = about_rule(&[(WHEN, "intune_last_seen < as_of - INTERVAL 'ninety days'")]);
    let first = "exit 5\nerror: `findings/own/probe.yaml`, line 4, `when`: cannot be read as a condition: ";
    assert!(said.starts_with(first), "{said}");
    assert!(!said.contains("unwrap") && !said.contains(".rs:"), "{said}");
}

#[test]
fn rule_with_a_bad_key() {
    assert_snapshot!(about_rule(&[("severity:", "sverity:")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 3: `sverity` is no key here
    help: the nearest key is `severity`
    ");
    assert_snapshot!(about_rule(&[("plan: review", "plan: destroy")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 8: `destroy` is no word that may stand here
    help: use one of `remove`, `objects`, `reconnect`, `review`
    ");
    assert_snapshot!(about_rule(&[("severity: low", "severity: mild")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 3, `severity`: `mild` is no severity
    help: use one of info, low, medium, high, critical
    ");
    assert_snapshot!(about_rule(&[("console: intune", "console: intun")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 5, `objects`: `intun` is no console
    help: use one of intune, entra, autopilot, defender, abm, ade, chrome, google-mobile, ad, bitlocker, laps, jamf, jamf-mobile, workspace-one, kandji, fleet, register
    ");
    assert_snapshot!(about_rule(&[("id: probe", "id: prob")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 1, `id`: `prob` does not match the file name
    help: write `probe`
    ");
}

#[test]
fn rule_that_is_no_yaml() {
    assert_snapshot!(about_rule(&[("title: Probe", "title: [Probe")]), @"
    exit 5
    error: `findings/own/probe.yaml`, line 2: cannot be read as YAML of a rule: title: invalid type: sequence, expected a string
    ");
}

#[test]
fn several_problems_at_once() {
    assert_snapshot!(about_rule(&[(WHEN, "intune_dys > 3"), ("severity: low", "severity: mild")]), @"
    exit 5
    error: 2 problems in `findings/own/probe.yaml`
      `findings/own/probe.yaml`, line 3, `severity`: `mild` is no severity
        help: use one of info, low, medium, high, critical
      `findings/own/probe.yaml`, line 4, `when`: `intune_dys` is no column
        help: the nearest column is `intune_days`
    ");
}

#[test]
fn folder_of_rules_that_is_not_there() {
    assert_snapshot!(complaint(&Place::with_sample(), &["analyze", "in", "--rules", "mine"]), @"
    exit 2
    error: `mine` is no folder
    help: name the folder that holds your own files
    ");
}

#[test]
fn format_that_is_wrong() {
    let place = Place::with_sample();
    place.write(
        "mine/formats/intune/own.yaml",
        "id: intune/own\nconsole: intune\ntitle: Own\nsource: here\nmatch: {required: [Id]}\ncolumns: {serail: Serial}\n",
    );
    assert_snapshot!(complaint(&place, &["analyze", "in", "--rules", "mine"]), @"
    exit 5
    error: 2 problems in `formats/intune/own.yaml`
      `formats/intune/own.yaml`, serail: `serail` is no canonical column
        help: the nearest column is `serial`
      `formats/intune/own.yaml`, columns: the format fills no column
        help: name at least `native_id`
    ");
}

#[test]
fn format_whose_evidence_is_wrong() {
    let place = Place::with_sample();
    let text = "id: intune/own\nconsole: intune\ntitle: Own\nsource: here\nplatforms: [windws]\n\
        match: {required: [Id], words: {sate: [x]}, ids: {native_id: '('}, telling: {Model: '['}}\n\
        or: [{required: []}]\ncolumns: {native_id: Id}\n";
    place.write("mine/formats/intune/own.yaml", text);
    place.write("mine/products.yaml", "products: [{product: X, list: an X list, headers: [[serial]]}]\n");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--rules", "mine"]));
}

#[test]
fn template_that_is_broken() {
    let place = Place::with_sample();
    place.write("mine/report.html", "<html>{% if %}</html>");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--templates", "mine"]), @"
    exit 5
    error: `report.html`, line 1: unexpected end of block
    ");
    place.write("mine/report.html", "<html>{{ nobody.knows.this }}</html>");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--templates", "mine"]), @"
    exit 5
    error: `report.html`, line 1: `nobody` is undefined
    ");
}
