//! Exceptions: what they hide, that it stays countable, and what is said of those that are over or of no use.

use super::named;
use crate::common::Place;

const FILE: &str = "\
- rule: stale-in-intune
  device: {name: \"*\", serial: SERIAL}
  reason: on a ship until spring
  owner: fleet@contoso.example
  approved_by: ciso@contoso.example
  expires: 2026-12-31
- rule: \"*\"
  device: {serial: NOBODY1}
  reason: test bench
  owner: lab@contoso.example
  approved_by: ciso@contoso.example
  expires: 2027-01-31
- rule: stale-in-intune
  device: {serial: OTHER}
  reason: was accepted for the summer
  owner: fleet@contoso.example
  approved_by: ciso@contoso.example
  expires: 2026-09-30
";

#[test]
fn an_exception_hides_a_finding_and_everything_says_so() {
    let place = Place::with_sample();
    let plain = place.analyze_into("plain", &[], &[]);
    let stale = plain.lines_where("findings.csv", "rule", "stale-in-intune");
    let (first, second) = (&stale[0], &stale[1]);
    let file = FILE.replace("{name: \"*\", serial: SERIAL}", &format!("{{serial: {}}}", first["serial"]));
    place.write("exceptions.yaml", file.replace("OTHER", &second["serial"]));

    let report = place.analyze(&["--exceptions", "exceptions.yaml"]);
    let lines = report.lines("findings.csv");
    let hidden = named(&lines, "status", "excepted");
    assert_eq!(hidden.len(), 1);
    assert_eq!(
        (hidden[0]["finding_id"].as_str(), hidden[0]["suggestion_id"].as_str()),
        (first["finding_id"].as_str(), "")
    );
    // Everything else is as it was, also what the expired one hid.
    assert_eq!(lines.len(), plain.lines("findings.csv").len());
    let rule = report.rule("stale-in-intune");
    assert_eq!((rule["matched"].clone(), rule["suppressed"].as_str()), (stale.len().to_string(), "1"));
    // Its device is counted among the reasons of no package any more.
    let counted = |report: &crate::common::Report| -> u32 {
        let reasons: Vec<String> = report.lines("packages.csv").iter().map(|line| line["reasons"].clone()).collect();
        let counts = reasons.iter().flat_map(|own| own.split('|')).filter(|own| own.contains(" stale in Intune and "));
        counts.filter_map(|own| own.split(' ').next()?.parse::<u32>().ok()).sum()
    };
    assert_eq!(counted(&report) + 1, counted(&plain));
    let notices = report.lines("notices.csv");
    let said: Vec<String> = notices
        .iter()
        .filter(|line| line["code"].starts_with("exception-"))
        .map(|line| format!("{} {}", line["code"], line["message"].replace(&second["serial"], "[SERIAL]")))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @"
    exception-expired the exception in line 13 of `exceptions.yaml` (stale-in-intune for serial [SERIAL], approved by ciso@contoso.example) ended on 2026-09-30: what it hid is shown again
    exception-unused the exception in line 7 of `exceptions.yaml` (* for serial NOBODY1, approved by ciso@contoso.example) hides nothing: no finding of its rule is of a device that it names
    ");

    let bare = place.analyze_into("bare", &["--no-exceptions"], &[]);
    assert_eq!(bare.conclusions(), plain.conclusions());
}

/// As reports, consoles and PowerShell write them.
#[test]
fn an_exception_finds_its_device_by_an_id_however_it_is_written() {
    let place = Place::with_sample();
    let plain = place.analyze_into("plain", &[], &[]);
    let stale = plain.lines_where("findings.csv", "rule", "stale-in-intune");
    let objects = stale[0]["objects"].clone();
    let object = objects.split('|').find(|object| object.starts_with("intune:")).unwrap();
    let id = object.trim_start_matches("intune:");
    for (at, written) in [object.to_string(), format!("{{{}}}", id.to_uppercase())].iter().enumerate() {
        let file = FILE.replace("{name: \"*\", serial: SERIAL}", &format!("{{id: '{written}'}}"));
        place.write("exceptions.yaml", file);
        let report = place.analyze_into(&format!("own{at}"), &["--exceptions", "exceptions.yaml"], &[]);
        assert_eq!(named(&report.lines("findings.csv"), "status", "excepted").len(), 1, "{written}");
    }
}

#[test]
fn the_configuration_names_the_exceptions_beside_it() {
    let place = Place::with_sample();
    place.write("settings/lastseen.toml", "exceptions = \"accepted.yaml\"\n");
    place.write("settings/accepted.yaml", FILE.replace("name: \"*\", ", ""));
    let report = place.analyze(&["--config", "settings/lastseen.toml"]);
    assert!(report.lines("notices.csv").iter().any(|line| line["code"] == "exception-unused"));
    let files = report.manifest()["configuration"]["files"].clone();
    assert_eq!(files.as_array().unwrap().len(), 2, "{files}");
}

/// One that is over beside one that hides the same.
#[test]
fn what_another_exception_hides_is_not_shown_again() {
    let place = Place::with_sample();
    let plain = place.analyze_into("plain", &[], &[]);
    let serial = plain.lines_where("findings.csv", "rule", "stale-in-intune")[0]["serial"].clone();
    let one = |serial: &str, until: &str| {
        format!(
            "- {{rule: stale-in-intune, device: {{serial: {serial}}}, reason: a, owner: o, approved_by: b, expires: {until}}}\n"
        )
    };
    let said = |other: &str| {
        place.write("exceptions.yaml", one(&serial, "2026-09-30") + &one(other, "2027-01-31"));
        let notices = place.analyze_into(other, &["--exceptions", "exceptions.yaml"], &[]).lines("notices.csv");
        notices.into_iter().find(|line| line["code"] == "exception-expired").unwrap()["message"].clone()
    };
    assert!(said(&serial).ends_with("what it hid is shown again where no other exception hides it"));
    assert!(said("OTHER").ends_with("what it hid is shown again"));
}
