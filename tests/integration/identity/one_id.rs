//! One id under several records of a console: a machine that was set up again, or a cloned image.

use super::build::{AD, AUTOPILOT, BITLOCKER, DEFENDER, ENTRA, INTUNE, LAPS};
use super::found::find;

/// A machine of Defender under the Entra id `e1`.
fn machine(number: usize, name: &str, made: &str, seen: &str) -> String {
    format!("id=m{number}; name={name}; entra=e1; made={made}T08:00:00Z; seen={seen}T08:00:00Z")
}

/// Twelve machines of one image, half of them seen on one day.
fn image() -> Vec<String> {
    (1..=12)
        .map(|n| {
            let seen = if n <= 6 { "2026-11-19" } else { "2026-06-01" };
            machine(n, &format!("vdi-{n:02}"), &format!("2026-01-{n:02}"), seen)
        })
        .collect()
}

#[test]
fn machines_of_a_cloned_image_are_not_one_device() {
    let found = find(&[
        DEFENDER.rows(&image()),
        INTUNE.rows(&[
            "id=i1; name=vdi-01; serial=VMW0001; entra=e1; made=2025-12-01 08:00:00; seen=2026-01-02 08:00:00",
        ]),
        ENTRA.rows(&["object=o1; entra=e1; name=vdi-01; join=ServerAd; seen=2026-01-02T08:00:00Z"]),
        AD.rows(&["guid=e1; name=vdi-01"]),
        BITLOCKER.rows(&["id=k1; entra=e1"]),
        LAPS.rows(&["entra=e1; name=vdi-01"]),
    ]);
    let devices = found.devices();
    assert_eq!(devices.len(), 13, "{devices:?}");
    assert!(
        devices.contains(&"ad:1 bitlocker:1 entra:1 intune:1 laps:1".to_owned()),
        "keys and computer stay: {devices:?}"
    );
    assert_eq!(
        found.notices("identity-conflict"),
        [
            "entra-id `65000001-12ab-4cde-8f01-234567890065` is in 12 records of Defender for Endpoint, 12 of them in use at the same time under \
          different names: copies of one machine; it joins none of them to each other or to a device"
        ]
    );
    // The object belongs to eleven others as well, and none of them can be told from it.
    for row in ["entra:1", "defender:1", "defender:12"] {
        assert_eq!(found.identity(row), "conflict", "{row}");
        assert!(found.steps(row).iter().all(|step| step == "review-identity"), "{row}");
        assert!(found.findings(row).iter().all(|finding| finding.ends_with(" low")), "{:?}", found.findings(row));
    }
    assert_eq!(found.held("defender:3"), "");
}

/// Onboarded anew, under the old name or a new one: the older record is an older record.
#[test]
fn a_machine_that_was_onboarded_again_is_one_device() {
    for name in ["pc-1", "pc-1.corp.contoso.example", "pc-new"] {
        let found = find(&[
            DEFENDER.rows(&[
                machine(1, "PC-1", "2024-01-01", "2026-03-01"),
                machine(2, name, "2026-03-01", "2026-08-10"),
                machine(3, name, "2026-08-10", "2026-11-19"),
            ]),
            ENTRA.rows(&["object=o1; entra=e1; name=PC-1; join=ServerAd"]),
        ]);
        assert_eq!(found.devices(), ["defender:1 defender:2 defender:3 entra:1"], "{name}");
        assert_eq!(found.identity("defender:1"), "exact", "{name}");
    }
}

/// Each has a serial number of its own, and reports beside the others: only the id is shared.
#[test]
fn computers_with_one_id_and_serial_numbers_of_their_own() {
    let row = |n: usize| {
        format!(
            "id=i{n}; name=PC-{n}; serial=5CG000{n}AB; entra=e1; made=2025-01-01 08:00:00; seen=2026-11-1{n} 08:00:00"
        )
    };
    let found = find(&[
        INTUNE.rows(&[row(1), row(2), row(3)]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
        AUTOPILOT.rows(&["id=a2; serial=5CG0002AB"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1 intune:2", "entra:1", "intune:1", "intune:3"]);
    assert_eq!(found.key("intune:2"), "serial:5CG0002AB");
    assert_eq!(found.identity("intune:1"), "single");
    assert_eq!(found.identity("entra:1"), "conflict");
}

/// Two objects of one PC by the hardware id that Entra stamps on both.
#[test]
fn a_hardware_id_joins_objects_of_one_machine() {
    let object = |n: usize, name: &str, made: &str, seen: &str| {
        format!(
            "object=o{n}; entra=e{n}; name={name}; join=ServerAd; hwid=6825830000000021; made={made}T08:00:00Z; seen={seen}T08:00:00Z"
        )
    };
    let intune = || INTUNE.rows(&["id=i2; name=LT-NEW; serial=7GH21X3; entra=e2; seen=2026-11-19 08:00:00"]);
    let found = find(&[
        ENTRA.rows(&[
            object(1, "LT-OLD", "2024-01-01", "2025-06-01"),
            object(2, "LT-NEW", "2025-06-01", "2026-11-15"),
            "object=o3; entra=e3; name=LT-3; join=ServerAd; hwid=6825830000000033".to_owned(),
        ]),
        intune(),
        AD.rows(&["guid=e1; name=LT-OLD", "guid=e2; name=LT-NEW"]),
    ]);
    assert_eq!(found.devices(), ["ad:1 ad:2 entra:1 entra:2 intune:1", "entra:3"]);
    assert_eq!(found.held("entra:1"), "object-guid|hardware-id exact");
    assert_eq!(found.identity("entra:1"), "strong");
    assert!(found.findings("entra:1").iter().all(|finding| !finding.starts_with("left-intune")));

    // Both in use: one PC that reports now as the one and now as the other, or two. A person looks.
    let found = find(&[
        ENTRA.rows(&[object(1, "LT-OLD", "2024-01-01", "2026-11-10"), object(2, "LT-NEW", "2024-01-01", "2026-11-15")]),
        intune(),
    ]);
    assert_eq!(found.devices(), ["entra:1 entra:2 intune:1"]);
    assert_eq!(found.identity("entra:1"), "conflict");
    assert!(
        found.notices("identity-conflict")[0].starts_with("hardware-id `6825830000000021` is in 2 records of Entra ID")
    );
    assert!(found.steps("entra:1").iter().all(|step| step == "review-identity"));

    // What Autopilot knows of it settles that.
    let found = find(&[
        ENTRA.rows(&[object(1, "LT-OLD", "2024-01-01", "2026-11-10"), object(2, "LT-NEW", "2024-01-01", "2026-11-15")]),
        intune(),
        AUTOPILOT.rows(&["id=a1; serial=7GH21X3; entra=e1"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1 entra:1 entra:2 intune:1"]);
    assert_ne!(found.identity("entra:1"), "conflict");
}

/// Machines of one image have one hardware id, and serial numbers or nothing to tell them by.
#[test]
fn a_hardware_id_of_many_machines_joins_nothing() {
    let object = |n: usize| {
        format!(
            "object=o{n}; entra=e{n}; name=VDI-{n}; hwid=6825830000000021; made=2025-01-01T08:00:00Z; seen=2026-11-1{n}T08:00:00Z"
        )
    };
    let found = find(&[ENTRA.rows(&(1..=4).map(object).collect::<Vec<_>>())]);
    assert_eq!(found.devices(), ["entra:1", "entra:2", "entra:3", "entra:4"]);
    assert!(found.notices("identity-conflict")[0].contains("copies of one machine; it is not used for matching"));
    assert_eq!(found.identity("entra:1"), "single");
}

/// Two serial numbers are two machines, whatever the hardware id says; nobody doubts the serial numbers for it.
#[test]
fn serial_numbers_say_more_than_a_hardware_id() {
    let found = find(&[
        ENTRA.rows(&[
            "object=o1; entra=e1; name=PC-1; hwid=6825830000000021; seen=2025-01-01T08:00:00Z",
            "object=o2; entra=e2; name=PC-2; hwid=6825830000000021; seen=2026-11-01T08:00:00Z",
        ]),
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e1", "id=i2; name=PC-2; serial=5CG0002AB; entra=e2"]),
    ]);
    assert_eq!(found.devices(), ["entra:1 intune:1", "entra:2 intune:2"]);
    assert_eq!(found.identity("entra:1"), "exact");
    assert!(found.refused("entra:2").contains("hardware-id") || found.refused("entra:1").contains("hardware-id"));
}

/// What stands in the place of a hardware id and is none.
#[test]
fn a_blank_hardware_id_joins_nothing() {
    for value in ["0000000000000000", "0", "77"] {
        let object =
            |n: usize| format!("object=o{n}; entra=e{n}; name=PC-{n}; hwid={value}; seen=202{n}-01-01T08:00:00Z");
        let found = find(&[ENTRA.rows(&[object(4), object(5)])]);
        assert_eq!(found.devices(), ["entra:1", "entra:2"], "{value}");
    }
}
