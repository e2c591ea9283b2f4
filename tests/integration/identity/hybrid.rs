//! One machine that Entra ID knows several times: set up again, hybrid with Autopilot, hybrid and registered.

use super::build::{AD, AUTOPILOT, CSVDE, DEFENDER, ENTRA, INTUNE, id};
use super::found::find;

#[test]
fn a_machine_that_was_set_up_again_is_one_device() {
    let found = find(&[
        INTUNE.rows(&[
            "id=i1; name=PC-OLD; serial=5CG0001AB; maker=HP; entra=e1; seen=2025-01-10 08:00:00",
            "id=i2; name=PC-NEW; serial=5CG0001AB; maker=HP; entra=e2; seen=2026-11-18 08:00:00",
        ]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-OLD", "object=o2; entra=e2; name=PC-NEW"]),
        DEFENDER.rows(&["id=m1; name=pc-old; entra=e1", "id=m2; name=pc-new; entra=e2"]),
    ]);
    assert_eq!(found.devices(), ["defender:1 defender:2 entra:1 entra:2 intune:1 intune:2"]);
    assert_eq!(found.held("intune:1"), "entra-id|serial exact");
    assert_eq!(found.held("defender:2"), "entra-id exact");
    assert_eq!(found.key("entra:1"), "serial:5CG0001AB");
    assert_eq!(found.identity("entra:1"), "strong", "a hardware number holds the two halves together");
    assert_eq!(found.cell("entra:1", "name"), "PC-NEW");
}

/// Autopilot registers an object of its own beside the one that the domain join makes.
#[test]
fn the_two_objects_of_a_hybrid_autopilot_device_are_one_device() {
    let exports = || {
        vec![
            ENTRA.rows(&[
                "object=o1; entra=e1; name=PC-1; join=AzureAd; ztdid=a1",
                "object=o2; entra=e2; name=PC-1; join=ServerAd",
            ]),
            INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e2"]),
            AUTOPILOT.rows(&["id=a1; serial=5CG0001AB; entra=e1; intune=i1"]),
        ]
    };
    let mut with_ad = exports();
    with_ad.push(AD.rows(&["guid=e2; name=PC-1"]));
    let mut with_csvde = exports();
    with_csvde.push(CSVDE.rows(&["dn=CN=PC-1,DC=corp; name=PC-1; binary=e2"]));
    for exports in [with_ad, with_csvde] {
        let found = find(&exports);
        assert_eq!(found.devices(), ["ad:1 autopilot:1 entra:1 entra:2 intune:1"]);
        assert_eq!(found.held("entra:1"), "entra-id|autopilot-id exact");
        assert_eq!(found.held("ad:1"), "object-guid exact");
        assert_eq!(found.held("autopilot:1"), "entra-id|intune-id|autopilot-id|serial exact");
        assert_eq!(found.identity("intune:1"), "exact");
        let findings = found.findings("intune:1");
        assert!(
            !findings.iter().any(|finding| finding.starts_with("duplicate")),
            "the pair is as it should be: {findings:?}"
        );
    }
}

#[test]
fn each_link_of_the_pair_holds_alone() {
    for (stamp, entra, intune) in [("a1", "", "i1"), ("", "e1", "i1"), ("a1", "e1", "")] {
        let found = find(&[
            ENTRA.rows(&[
                format!("object=o1; entra=e1; name=PC-1; join=AzureAd; ztdid={stamp}"),
                "object=o2; entra=e2; name=PC-1; join=ServerAd".to_owned(),
            ]),
            INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e2"]),
            AUTOPILOT.rows(&[format!("id=a1; serial=5cg 0001 ab; entra={entra}; intune={intune}")]),
        ]);
        assert_eq!(found.devices(), ["autopilot:1 entra:1 entra:2 intune:1"], "{stamp} {entra} {intune}");
    }
}

/// Only a hybrid device has the objectGUID as its id; an equal one elsewhere is somebody's trick.
#[test]
fn a_computer_does_not_join_an_object_that_is_not_hybrid() {
    for join in ["AzureAd", "Workplace", ""] {
        let found = find(&[
            ENTRA.rows(&[format!("object=o1; entra=e1; name=PC-1; join={join}")]),
            AD.rows(&["guid=e1; name=SRV-9"]),
        ]);
        assert_eq!(found.devices(), ["ad:1", "entra:1"], "{join}");
        assert_eq!(found.held("ad:1"), "", "{join}");
        assert_eq!(found.key("entra:1"), format!("entra:{}", id("e1")), "{join}");
    }
}

/// Its place in a file is no key: the next run must find it again.
#[test]
fn a_computer_with_the_id_of_another_device_keeps_a_key_of_its_own() {
    let found =
        find(&[ENTRA.rows(&["object=o1; entra=e1; name=PC-1; join=AzureAd"]), AD.rows(&["guid=e1; name=SRV-9"])]);
    assert_eq!(found.key("ad:1"), format!("ad:{}", id("e1")));
}

const DUAL: [&str; 2] =
    ["object=o1; entra=e1; name=PC-1; join=ServerAd", "object=o2; entra=e2; name=PC-1; join=Workplace"];

/// Hybrid and registered of one machine: only what Intune's records prove.
#[test]
fn the_registered_object_of_a_hybrid_machine() {
    let both = "id=i1; name=PC-1; serial=5CG0001AB; entra=e1";
    let cases: [(&[&str], &[&str]); 4] = [
        (&[], &["entra:1", "entra:2"]),
        (&[both], &["entra:1 intune:1", "entra:2"]),
        (&["id=i2; name=PC-1; serial=5CG0001AB; entra=e2"], &["entra:1", "entra:2 intune:1"]),
        (&[both, "id=i2; name=PC-1; serial=5CG0001AB; entra=e2"], &["entra:1 entra:2 intune:1 intune:2"]),
    ];
    for (intune, expected) in cases {
        let mut exports = vec![ENTRA.rows(&DUAL), AD.rows(&["guid=e1; name=PC-1"])];
        if !intune.is_empty() {
            exports.push(INTUNE.rows(intune));
        }
        let found = find(&exports);
        let expected: Vec<String> = expected
            .iter()
            .map(|device| if device.contains("entra:1") { format!("ad:1 {device}") } else { (*device).to_owned() })
            .collect();
        let mut expected = expected;
        expected.sort();
        assert_eq!(found.devices(), expected);
        assert_eq!(found.held("ad:1"), "object-guid exact");
    }
}
