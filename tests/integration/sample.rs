//! The sample tenant and generated ones: every link and every finding against what is true about them.

use std::collections::BTreeMap;

use crate::common::{Line, Place, Report, files_below, further_seeds, sample};
use crate::generator::{Options, tenant};
use crate::truth::differences;

const SAMPLE: Options = Options { devices: 400, seed: 1, zip_intune: true };

#[test]
fn the_sample_is_what_the_generator_writes() {
    let mut kept = files_below(&sample());
    assert!(kept.remove("STORY.md").is_some());
    let made: BTreeMap<String, Vec<u8>> = tenant(&SAMPLE).files.into_iter().collect();
    assert_eq!(kept.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (name, content) in made {
        assert!(kept[&name] == content, "`{name}` differs; write the sample again as its story says");
    }
}

#[test]
fn the_sample_is_judged_as_its_truth_says() {
    let place = Place::with_sample();
    assert_eq!(differences(&place.analyze(&[]), &tenant(&SAMPLE).truth), Vec::<String>::new());
}

#[test]
fn other_tenants_are_judged_as_their_truth_says() {
    let mut found = Vec::new();
    for (devices, seed) in [(60, 3), (1_500, 7), (6_000, 9)] {
        let (place, tenant) = Place::with_tenant(&Options { devices, seed, zip_intune: false });
        let differences = differences(&place.tables(&[]), &tenant.truth);
        found.extend(differences.into_iter().map(|one| format!("{devices} devices, seed {seed}: {one}")));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Tenants that the other tests never see.
#[test]
#[ignore = "takes minutes; for changes to recognition, matching or rules"]
fn further_tenants_are_judged_as_their_truth_says() {
    let mut found = Vec::new();
    for seed in further_seeds() {
        let (place, tenant) = Place::with_tenant(&Options { devices: 1_200, seed, zip_intune: false });
        let differences = differences(&place.tables(&[]), &tenant.truth);
        found.extend(differences.into_iter().map(|one| format!("seed {seed}: {one}")));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The steps for a device in their order: slug, object, and what is grave about it.
fn steps(report: &Report, name: &str) -> Vec<String> {
    let lines = report.lines("plan.csv").into_iter().filter(|line| line["device_name"] == name);
    lines
        .map(|line| {
            let mut step = line["step"].clone();
            if !line["console"].is_empty() {
                step = format!("{step} {}:{}", line["console"], line["object_id"]);
            }
            for flag in ["irreversible", "wipes"] {
                if line[flag] == "true" {
                    step = format!("{step} {flag}");
                }
            }
            step
        })
        .collect()
}

/// The safe orders, written by hand for devices that the story names.
#[test]
#[allow(clippy::too_many_lines, reason = "a table of plans")]
fn steps_of_devices_from_the_story() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let expected: &[(&str, &[&str])] = &[
        // Stale, joined, its certificate expired: keys first, access closed, what is on it seen to, disabled before it is deleted.
        (
            "CFS-LT-00035",
            &[
                "export-list",
                "back-up-bitlocker-key entra:448d8edd-2875-485a-a718-94b1b5034fb7",
                "back-up-laps entra:448d8edd-2875-485a-a718-94b1b5034fb7",
                "defender-exclude defender:de2062ae421d40168efcdc55dc6a36642d2fb3dc",
                "entra-disable entra:448d8edd-2875-485a-a718-94b1b5034fb7",
                "data-erased irreversible",
                "intune-delete intune:d9c4a9e2-a36e-4686-90ab-06416a03afe7 irreversible",
                "entra-delete entra:448d8edd-2875-485a-a718-94b1b5034fb7 irreversible",
                "verify-in-next-export",
            ],
        ),
        // In Autopilot: its Entra record goes by itself and is not touched.
        (
            "CFS-DT-00029",
            &[
                "export-list",
                "back-up-bitlocker-key entra:f4cba09f-e280-4b8f-b7b4-f2967d860ffc",
                "back-up-laps entra:f4cba09f-e280-4b8f-b7b4-f2967d860ffc",
                "data-erased irreversible",
                "intune-delete intune:43262bad-a0bf-4f59-810a-5be4c260fe2a irreversible",
                "autopilot-unassign-user autopilot:CZC41ZL4LW",
                "autopilot-delete autopilot:CZC41ZL4LW irreversible",
                "verify-in-next-export",
            ],
        ),
        // Hybrid and not encrypted: the incident first, AD leads, and the records stay.
        (
            "CFS-LT-00074",
            &[
                "export-list",
                "report-incident",
                "close-user-access",
                "ad-disable-computer ad:abb6aee9-6669-46f7-8ae5-e7d385fb8711",
                "intune-locate intune:a676237e-fcad-45a5-9da8-d03c8cb76e6b",
                "intune-wipe intune:a676237e-fcad-45a5-9da8-d03c8cb76e6b irreversible wipes",
                "verify-in-next-export",
            ],
        ),
        // An iPhone from Apple's list: the release comes after everything that needs the device to be ours.
        (
            "CFS-IPH-00247",
            &[
                "export-list",
                "back-up-activation-lock-code intune:798c569e-fda8-4505-9834-f65f6544f540",
                "entra-disable entra:fd3e2ff0-c3bf-4d46-af7b-724027b452d9",
                "data-erased irreversible",
                "activation-lock-off abm:R2QH4SWZR7",
                "intune-delete intune:798c569e-fda8-4505-9834-f65f6544f540 irreversible",
                "abm-unassign abm:R2QH4SWZR7",
                "abm-release abm:R2QH4SWZR7 irreversible",
                "verify-in-next-export",
            ],
        ),
        // Deleting corporate Android erases it.
        (
            "CFS-AND-00002",
            &[
                "export-list",
                "intune-delete intune:3e785370-0641-4d1e-a963-6a12d56eb4d8 irreversible wipes",
                "entra-disable entra:c6f50d19-2f0b-4ae5-9ac7-fb7627c15178",
                "verify-in-next-export",
            ],
        ),
        // Nothing erases a private phone.
        (
            "CFS-BYOD-00053",
            &[
                "export-list",
                "entra-disable entra:0216cb76-b5a1-4bc8-9dbd-083629ca524c",
                "intune-delete intune:23398d6b-7343-4e84-91c5-0f0c8ea1b6a2 irreversible",
                "verify-in-next-export",
            ],
        ),
        // The Chromebook YX0TJBJM: deprovisioned before it is reset, else it enrols itself again.
        (
            "CFS-CB-00017",
            &[
                "export-list",
                "chrome-deprovision chrome:0920390d-6e0f-425b-a7e6-04eed3d422dc irreversible wipes",
                "data-erased irreversible",
                "verify-in-next-export",
            ],
        ),
        // First registered, now joined: only what the first enrolment left goes.
        (
            "CFS-LT-00121",
            &[
                "export-list",
                "back-up-bitlocker-key entra:aa097bf4-31b7-4cce-9553-c8e766f5a52b",
                "defender-exclude defender:6f673e4ce02846169403997bab1879a632777de2",
                "intune-delete intune:c960effa-fe32-4ab5-8759-8267ca235193 irreversible",
                "entra-disable entra:aa097bf4-31b7-4cce-9553-c8e766f5a52b",
                "entra-delete entra:aa097bf4-31b7-4cce-9553-c8e766f5a52b irreversible",
                "verify-in-next-export",
            ],
        ),
        // Seen by Entra and Defender: nothing is removed.
        (
            "CFS-LT-00019",
            &[
                "export-list",
                "back-up-bitlocker-key entra:3a62209c-3fcf-4186-8231-74f8a22e843f",
                "back-up-laps entra:3a62209c-3fcf-4186-8231-74f8a22e843f",
                "re-enroll",
                "verify-in-next-export",
            ],
        ),
        // Two makers, one serial number: nobody knows which is which, so nothing is planned.
        ("CFS-LT-00383", &[]),
        ("CFS-LT-00384", &[]),
    ];
    for (name, expected) in expected {
        assert_eq!(steps(&report, name), *expected, "{name}");
    }
}

#[test]
fn nothing_erases_what_is_personal() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let personal: Vec<String> = report
        .lines_where("devices.csv", "ownership", "personal")
        .iter()
        .map(|line| line["device_key"].clone())
        .collect();
    assert!(personal.len() > 10);
    for line in report.lines_where("plan.csv", "wipes", "true") {
        assert!(!personal.contains(&line["device_key"]), "{} of {}", line["step"], line["device_name"]);
    }
}

/// Of a device that was set up again only the old records may be touched, and something must be done about them.
#[test]
fn surplus_records_alone_are_touched() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let findings = report.lines("findings.csv");
    for finding in findings.iter().filter(|finding| finding["rule"] == "duplicate-entra") {
        let same = findings.iter().filter(|other| other["device_key"] == finding["device_key"]);
        let surplus = same.filter(|other| other["rule"].starts_with("duplicate-") || other["rule"] == "dual-state");
        let named: Vec<&str> = surplus.flat_map(|other| other["objects"].split('|')).collect();
        let plan = report.lines_where("plan.csv", "device_key", &finding["device_key"]);
        for step in plan.iter().filter(|step| !step["object_id"].is_empty()) {
            let object = format!("{}:{}", step["console"], step["object_id"]);
            assert!(named.contains(&object.as_str()), "{} {object} of {}", step["step"], finding["device_name"]);
        }
    }
}

/// Device, rules that must be said of it, rules that must not; as far as the rules are there.
const STORY: &[(&str, &[&str], &[&str])] = &[
    ("CFS-LT-00035", &["stale-everywhere"], &["stale-in-intune"]),
    ("CFS-DT-00029", &["stale-everywhere"], &[]),
    ("CFS-LT-00074", &["stale-everywhere"], &[]),
    ("CFS-IPH-00247", &["stale-everywhere"], &["abm-released-still-managed"]),
    ("CFS-MAC-00277", &["stale-everywhere"], &[]),
    ("CFS-AND-00002", &["stale-everywhere"], &[]),
    ("CFS-BYOD-00053", &["stale-everywhere"], &[]),
    ("YX0TJBJM", &["stale-everywhere"], &[]),
    ("CFS-DT-00171", &[], &["stale-everywhere"]),
    ("CFS-IPD-00012", &["abm-released-still-managed"], &["stale-everywhere"]),
    ("CFS-LT-00040", &[], &["stale-everywhere", "action-stuck"]),
    ("CFS-DT-00039", &[], &["stale-everywhere", "stale-in-intune"]),
    ("CFS-DT-00099", &[], &["stale-everywhere"]),
    ("CFS-LT-00019", &["stale-in-intune"], &["stale-everywhere"]),
    ("CFS-LT-00056", &[], &["stale-in-intune", "compliant-but-stale", "stale-everywhere"]),
    ("CFS-LT-00114", &["sensor-inactive"], &["stale-everywhere"]),
    ("CFS-LT-00058", &["compliant-but-stale", "stale-everywhere"], &["stale-in-intune"]),
    ("CFS-DT-00106", &["stale-everywhere"], &["compliant-but-stale"]),
    ("CFS-LT-00009", &["left-intune-still-in-entra", "stale-everywhere"], &[]),
    ("CFS-DT-00072", &["left-intune-still-in-entra"], &["stale-everywhere"]),
    ("154HSL3", &[], &["autopilot-ghost", "stale-everywhere"]),
    ("VWKFF9XNX2", &["abm-assigned-not-enrolled"], &["stale-everywhere"]),
    ("5CG411CZ89", &[], &["autopilot-ghost"]),
    ("023400003127", &[], &["stale-everywhere", "never-seen", "autopilot-ghost"]),
    ("DESKTOP-JR4CQ3", &["unmanaged-in-entra"], &["left-intune-still-in-entra"]),
    ("CFS-IPD-00148", &["intune-without-entra"], &[]),
    ("CFS-LT-00096", &["defender-only"], &[]),
    ("CFS-SRV-00127", &[], &["defender-only"]),
    ("CFS-NET-00076", &[], &["defender-only", "stale-everywhere", "never-seen"]),
    ("CFS-IPH-00101", &["abm-released-still-managed"], &["stale-everywhere"]),
    ("CFS-IPH-00044", &[], &["abm-released-still-managed"]),
    ("MSRB2PFRH7", &[], &["abm-released-still-managed", "abm-unassigned", "abm-assigned-not-enrolled"]),
    ("DMPF1L9QMF3H", &["abm-assigned-not-enrolled"], &[]),
    ("DMPWNVT1MF3K", &[], &["abm-assigned-not-enrolled"]),
    ("C02367DGMD6D", &[], &["abm-assigned-not-enrolled"]),
    ("C0297WP5MD6H", &["abm-unassigned"], &[]),
    ("CFS-LT-00014", &["duplicate-entra", "duplicate-intune", "duplicate-defender"], &["stale-everywhere"]),
    ("CFS-LT-00121", &["duplicate-entra", "duplicate-intune", "duplicate-defender"], &["dual-state"]),
    ("CFS-LT-00023", &["duplicate-intune", "duplicate-defender"], &["duplicate-entra"]),
    ("CFS-LT-00163", &["dual-state", "duplicate-intune", "duplicate-defender"], &["duplicate-entra"]),
    ("CFS-LT-00022", &["duplicate-defender"], &[]),
    ("CFS-LT-00326", &["disabled-but-active"], &["stale-everywhere"]),
    ("CFS-LT-00066", &["action-stuck"], &[]),
    ("CFS-DT-00077", &["hybrid-pending"], &["stale-everywhere"]),
    ("CFS-IPH-00192", &["ownership-mismatch"], &[]),
    ("5CD13826N6", &["chrome-past-aue"], &["stale-everywhere"]),
    ("YX0M27MF", &[], &["chrome-past-aue", "stale-everywhere"]),
    ("5CD009V535", &[], &["chrome-past-aue", "stale-everywhere"]),
    ("CFS-LT-00383", &[], &["duplicate-intune", "duplicate-entra"]),
    ("CFS-LT-00384", &[], &["duplicate-intune", "duplicate-entra"]),
    ("CFS-VM-00320", &[], &["duplicate-intune", "duplicate-entra"]),
    ("CFS-IPD-00052", &[], &["not-in-abm"]),
    ("CFS-LT-00010", &[], &["defender-only", "stale-everywhere"]),
];

#[test]
fn the_story_is_told_as_it_is_written() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let shipped: Vec<String> = report.lines("rules.csv").iter().map(|line| line["rule"].clone()).collect();
    let devices = report.lines("devices.csv");
    for (label, must, must_not) in STORY {
        // A serial number may be the name of another console's record, so a label can mean two devices.
        let mut said: Vec<&str> = Vec::new();
        let mut found = 0;
        let named = |line: &&Line| line["name"].eq_ignore_ascii_case(label) || line["serial"] == *label;
        for line in devices.iter().filter(named) {
            said.extend(line["findings"].split('|'));
            found += 1;
        }
        assert!(found > 0, "no device `{label}`");
        for rule in must.iter().filter(|rule| shipped.iter().any(|id| id == *rule)) {
            assert!(said.contains(rule), "`{rule}` must hold for {label}, found {said:?}");
        }
        for rule in *must_not {
            assert!(!said.contains(rule), "`{rule}` must not hold for {label}");
        }
    }
}

#[test]
fn severities_follow_what_the_device_is() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    for (rule, name, severity) in [
        ("stale-everywhere", "CFS-AND-00002", "high"),
        ("stale-everywhere", "CFS-BYOD-00053", "medium"),
        ("left-intune-still-in-entra", "CFS-LT-00009", "high"),
        ("left-intune-still-in-entra", "CFS-DT-00072", "medium"),
    ] {
        let lines = report.lines_where("findings.csv", "rule", rule);
        let line = lines.iter().find(|line| line["device_name"] == name).unwrap();
        assert_eq!(line["severity"], severity, "{rule} of {name}");
    }
}

/// An active Defender row of the same unique name, without any identifier, stands beside each of them.
#[test]
fn a_name_that_could_decide_lowers_the_confidence() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    for name in ["CFS-LT-00089", "CFS-LT-00181"] {
        // What one console says of its own certificate does not hang on who else has seen the device.
        let lines = report.lines_where("findings.csv", "device_name", name);
        for line in lines.iter().filter(|line| line["rule"] != "certificate-expired") {
            assert_ne!(line["confidence"], "high", "`{}` of {name}", line["rule"]);
        }
    }
}

#[test]
fn serials_that_identify_nothing_are_remarked() {
    let place = Place::with_sample();
    let notices = place.analyze(&[]).lines("notices.csv");
    let said = |code: &str, text: &str| notices.iter().any(|n| n["code"] == code && n["message"].contains(text));
    assert!(said("placeholder-serial", "8 serials are placeholders"));
    assert!(said("placeholder-serial", "4 serials are placeholders"));
    assert!(said(
        "identity-conflict",
        "is in 6 records of Intune, 6 of them in use at the same time under different names"
    ));
    assert!(said("identity-conflict", "`240000383` is used by several manufacturers"));
    assert!(said("duplicate-rows", "Apple Business Manager"));
}
