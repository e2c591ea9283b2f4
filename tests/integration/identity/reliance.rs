//! What rests on a weak link is shown with low confidence and never planned on; the rest is untouched by it.

use super::build::{AD_WITHOUT_GUID, ENTRA, INTUNE, OLD_DEFENDER};
use super::found::find;

/// Confidence of a rule's finding about a device.
fn confidence(findings: &[String], rule: &str) -> String {
    let own: Vec<&String> = findings.iter().filter(|finding| finding.starts_with(&format!("{rule} "))).collect();
    assert_eq!(own.len(), 1, "{rule} of {findings:?}");
    own[0].rsplit_once(' ').unwrap().1.to_owned()
}

const STALE: &str = "id=i1; name=PC-1; serial=5CG0001AB; entra=e1; compliance=Compliant";

#[test]
fn a_silent_sensor_of_the_same_name_takes_nothing_from_what_exact_ids_tell() {
    let plain = find(&[INTUNE.rows(&[STALE]), ENTRA.rows(&["object=o1; entra=e1; name=PC-1"])]);
    assert_eq!(confidence(&plain.findings("intune:1"), "stale-everywhere"), "high");
    assert!(plain.steps("intune:1").contains(&"intune-delete".to_owned()), "{:?}", plain.steps("intune:1"));

    let found = find(&[
        INTUNE.rows(&[STALE]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
        OLD_DEFENDER.rows(&["id=m1; name=PC-1"]),
    ]);
    assert_eq!(found.held("defender:1"), "name weak");
    // All other rows of the sensor bear other names, as if it had none of this one.
    assert_eq!(confidence(&found.findings("intune:1"), "stale-everywhere"), "medium");
    let steps = found.steps("intune:1");
    assert!(steps.contains(&"intune-delete".to_owned()), "{steps:?}");
    assert!(!steps.iter().any(|step| step.contains("defender")), "the row may be another machine's: {steps:?}");
}

#[test]
fn a_sign_of_life_of_a_named_sensor_is_not_planned_on() {
    let found = find(&[
        INTUNE.rows(&[STALE]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
        OLD_DEFENDER.rows(&["id=m1; name=PC-1; seen=2026-11-18T08:00:00.0000000Z; health=Active"]),
    ]);
    assert_eq!(found.cell("intune:1", "activity"), "active", "it may be alive, so nobody calls it stale");
    let findings = found.findings("intune:1");
    assert!(!findings.iter().any(|finding| finding.starts_with("stale-everywhere")), "{findings:?}");
    assert_eq!(confidence(&findings, "stale-in-intune"), "low");
    assert_eq!(confidence(&findings, "compliant-but-stale"), "high", "it does not ask the sensor");
    assert!(!found.steps("intune:1").contains(&"re-enroll".to_owned()), "{:?}", found.steps("intune:1"));
}

/// A duplicate in Entra ID is one whatever a computer of the same name does.
#[test]
fn findings_that_do_not_rest_on_it_keep_confidence_and_plan() {
    let intune = [
        "id=i1; name=PC-1-OLD; serial=5CG0001AB; entra=e1; seen=2025-01-10 08:00:00",
        "id=i2; name=PC-1; serial=5CG0001AB; entra=e2; seen=2026-11-18 08:00:00",
    ];
    let entra = [
        "object=o1; entra=e1; name=PC-1-OLD; join=AzureAd; seen=2025-01-10T08:00:00Z",
        "object=o2; entra=e2; name=PC-1; join=AzureAd; seen=2026-11-18T08:00:00Z",
    ];
    let plain = find(&[INTUNE.rows(&intune), ENTRA.rows(&entra)]);
    let found = find(&[INTUNE.rows(&intune), ENTRA.rows(&entra), OLD_DEFENDER.rows(&["id=m1; name=PC-1"])]);
    assert_eq!(found.held("defender:1"), "name weak");
    assert_eq!(confidence(&plain.findings("intune:2"), "duplicate-entra"), "medium");
    assert_eq!(confidence(&found.findings("intune:2"), "duplicate-entra"), "medium");
    assert!(plain.steps("intune:2").contains(&"entra-disable".to_owned()), "{:?}", plain.steps("intune:2"));
    assert_eq!(found.steps("intune:2"), plain.steps("intune:2"));
}

#[test]
fn a_weak_device_is_looked_at_and_nothing_more() {
    let found = find(&[
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1; join=ServerAd"]),
        AD_WITHOUT_GUID.rows(&["dn=CN=PC-1,DC=corp; name=PC-1"]),
    ]);
    assert_eq!(found.devices(), ["ad:1 entra:1"]);
    assert_eq!(found.identity("entra:1"), "weak");
    assert_eq!(confidence(&found.findings("entra:1"), "stale-everywhere"), "low");
    assert_eq!(found.steps("entra:1"), ["review-identity"]);
}
