//! `lastseen.toml`: thresholds, rules that are off, severities, markers.

use crate::common::Place;

#[test]
fn a_configuration_changes_what_it_names_and_says_so() {
    let place = Place::with_sample();
    let usual = place.analyze_into("usual", &[], &[]);
    place.write(
        "lastseen.toml",
        "[thresholds]\ninactive = 60\n[thresholds.ios]\ninactive = 300\n[rules.stale-in-intune]\nseverity = \"critical\"\n\
         [rules.certificate-expired]\noff = \"certificates are renewed by another team\"\n",
    );
    let own = place.analyze(&[]);
    let off = own.rule("certificate-expired");
    assert_eq!(off["outcome"], "did-not-run");
    assert_eq!(off["reason"], "switched off: certificates are renewed by another team");
    let critical = own.lines_where("findings.csv", "rule", "stale-in-intune");
    assert!(!critical.is_empty() && critical.iter().all(|line| line["severity"] == "critical"));
    let stale = |report: &crate::common::Report, platform: &str| {
        let lines = report.lines_where("devices.csv", "platform", platform);
        lines.into_iter().filter(|line| line["activity"] == "stale").count()
    };
    assert!(stale(&own, "windows") > stale(&usual, "windows"));
    assert!(stale(&own, "ios") < stale(&usual, "ios"));
    let values = own.manifest()["configuration"].clone();
    insta::assert_snapshot!("configuration", serde_json::to_string_pretty(&values).unwrap());
}

#[test]
fn the_command_line_wins_over_the_configuration() {
    let place = Place::with_sample();
    place.write("own.toml", "[thresholds]\ninactive = 60\n");
    let report = place.analyze(&["--config", "own.toml", "--threshold", "inactive=120"]);
    let values = report.manifest()["configuration"]["values"].clone();
    let inactive = values.as_array().unwrap().iter().find(|v| v["name"] == "threshold inactive").unwrap().clone();
    assert_eq!((inactive["value"].as_str(), inactive["source"].as_str()), (Some("120 days"), Some("command line")));
}

#[test]
fn marked_devices_need_no_owner() {
    let place = Place::with_sample();
    let rule = "\
id: teams
title: Teams
severity: low
when: teams_phone
objects:
  - {console: intune}
evidence: [model]
plan: review
why: Because.
summary: \"{devices}.\"
tests:
  - {name: a, given: {teams_phone: true}, expect: match}
  - {name: b, given: {teams_phone: false}, expect: pass}
  - {name: c, given: {teams_phone: null}, expect: unknown}
";
    place.write("my-rules/findings/own/teams.yaml", rule);
    place.write("lastseen.toml", "[markers.teams_phone]\nname = [\"CFS-IPH-0024*\"]\n");
    let report = place.analyze(&["--rules", "my-rules"]);
    let names: Vec<String> = report
        .lines_where("findings.csv", "rule", "teams")
        .into_iter()
        .map(|line| line["device_name"].clone())
        .collect();
    assert!(!names.is_empty() && names.iter().all(|name| name.starts_with("CFS-IPH-0024")), "{names:?}");
}

/// Desktops that are made anew every night may be judged by days; nothing else may.
#[test]
fn short_thresholds_are_for_marked_desktops() {
    let place = Place::with_sample();
    place.write("lastseen.toml", "[thresholds.vdi]\ninactive = 5\n[markers.vdi]\nname = [\"CFS-DT-*\"]\n");
    let report = place.analyze(&[]);
    let lines = report.lines("devices.csv");
    let young = |line: &&crate::common::Line| {
        line["days_inactive"].parse::<i64>().is_ok_and(|days| (6..90).contains(&days)) && line["activity"] == "stale"
    };
    let stale: Vec<&crate::common::Line> = lines.iter().filter(young).collect();
    assert!(!stale.is_empty() && stale.iter().all(|line| line["name"].starts_with("CFS-DT-")));
}

/// What people wrote for an earlier version goes on to work, and they are told.
#[test]
fn earlier_ids_of_rules_are_understood_with_a_notice() {
    let place = Place::with_sample();
    place.write(
        "lastseen.toml",
        "exceptions = \"accepted.yaml\"\n[rules.silent-sensor]\noff = \"another team\"\n[rules.owner-hoards]\nseverity = \"high\"\n",
    );
    place.write(
        "accepted.yaml",
        "- rule: silent-everywhere\n  device: {user: \"*@contoso.example\"}\n  reason: r\n  owner: o\n  approved_by: a\n  expires: 2027-01-31\n",
    );
    let report = place.analyze(&[]);
    assert_eq!(report.rule("sensor-inactive")["reason"], "switched off: another team");
    assert_ne!(report.rule("stale-everywhere")["suppressed"], "0");
    let said: Vec<String> =
        report.lines_where("notices.csv", "code", "renamed-rule").iter().map(|line| line["message"].clone()).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    `accepted.yaml` names the rule `silent-everywhere`, which is called `stale-everywhere` today; it is understood, and should be changed
    `lastseen.toml` names the rule `owner-hoards`, which is called `owner-over-quota` today; it is understood, and should be changed
    `lastseen.toml` names the rule `silent-sensor`, which is called `sensor-inactive` today; it is understood, and should be changed
    ");

    place.write("lastseen.toml", "[rules.silent-sensor]\noff = \"a\"\n[rules.sensor-inactive]\nseverity = \"low\"\n");
    let run = place.run(&["rules", "check"]);
    assert_eq!(run.code, 5);
    insta::assert_snapshot!(run.stderr, @"
    error: `lastseen.toml`, `[rules.silent-sensor]`: `sensor-inactive` and `silent-sensor` are the same rule
    help: keep `[rules.sensor-inactive]`
    ");
    assert!(place.run(&["rules", "show", "owner-hoards"]).stdout.starts_with("# More devices than the quota"));
}
