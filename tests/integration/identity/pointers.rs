//! Objects that name other objects: links that lead nowhere, merged machines, keys of devices.

use super::build::{AUTOPILOT, BITLOCKER, ENTRA, Export, INTUNE, LAPS, id};
use super::found::find;

#[test]
fn a_link_to_an_object_that_is_gone_is_a_fact_and_joins_nothing() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e1"]),
        AUTOPILOT.rows(&["id=a1; serial=5CG0009AB; intune=i9; state=enrolled"]),
    ]);
    assert_eq!(found.devices(), ["autopilot:1", "intune:1"]);
    assert_eq!(found.held("autopilot:1"), "");
    let told = found.place.run(&["explain", "serial:5CG0009AB", "in"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let line = format!("names Intune `{}`, which is in none of the files", id("i9"));
    assert!(told.stdout.contains(&line), "{}", told.stdout);
    let known = found.place.run(&["explain", "serial:5CG0001AB", "in"]);
    assert!(!known.stdout.contains("in none of the files"), "{}", known.stdout);
}

/// Without Intune's list nothing is known to be gone.
#[test]
fn a_link_into_a_console_that_was_not_supplied_is_no_remark() {
    let found = find(&[
        AUTOPILOT.rows(&["id=a1; serial=5CG0009AB; intune=i9"]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
    ]);
    let told = found.place.run(&["explain", "serial:5CG0009AB", "in"]);
    assert!(!told.stdout.contains("in none of the files"), "{}", told.stdout);
}

/// Answer of the machines API: id, name, Entra id, and the machine that took its place.
fn machines(rows: &[(&str, &str, &str, &str)]) -> Export {
    let one = |(machine, name, entra, merged): &(&str, &str, &str, &str)| {
        serde_json::json!({
            "id": machine, "computerDnsName": name, "osPlatform": "Windows11", "onboardingStatus": "Onboarded",
            "healthStatus": "Inactive", "firstSeen": "2024-01-08T08:00:00Z", "lastSeen": "2026-01-08T08:00:00Z",
            "aadDeviceId": (!entra.is_empty()).then(|| id(entra)),
            "mergedIntoMachineId": (!merged.is_empty()).then_some(merged),
        })
    };
    let answer = serde_json::json!({ "value": rows.iter().map(one).collect::<Vec<_>>() });
    Export { name: "defender.json".into(), content: answer.to_string().into_bytes(), rows: rows.len() }
}

const OLD: &str = "1f86c3a1f05b4b7e9d6c5a4b3c2d1e0f9a8b7c01";
const MIDDLE: &str = "1f86c3a1f05b4b7e9d6c5a4b3c2d1e0f9a8b7c02";
const NEW: &str = "1f86c3a1f05b4b7e9d6c5a4b3c2d1e0f9a8b7c03";

#[test]
fn merged_machines_follow_the_one_that_took_their_place() {
    let found = find(&[
        machines(&[(OLD, "pc-a", "", MIDDLE), (MIDDLE, "pc-b", "", NEW), (NEW, "pc-c", "e1", "")]),
        INTUNE.rows(&["id=i1; name=PC-C; serial=5CG0001AB; entra=e1"]),
    ]);
    assert_eq!(found.devices(), ["defender:1 defender:2 defender:3 intune:1"]);
    assert_eq!(found.held("defender:1"), "merged-into exact");
    assert_eq!(found.held("defender:3"), "entra-id|merged-into exact");
    assert_eq!(found.identity("intune:1"), "exact");
}

#[test]
fn a_machine_merged_into_one_that_is_gone_stands_alone() {
    let found = find(&[
        machines(&[(OLD, "pc-a", "e9", NEW), (MIDDLE, "pc-b", "e1", "")]),
        INTUNE.rows(&["id=i1; name=PC-B; entra=e1"]),
    ]);
    assert_eq!(found.devices(), ["defender:1", "defender:2 intune:1"]);
}

#[test]
fn keys_and_passwords_belong_to_devices_and_make_none() {
    let found = find(&[
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
        BITLOCKER.rows(&["id=k1; entra=e1", "id=k2; entra=e1; volume=fixedDataVolume", "id=k3; entra=e9"]),
        LAPS.rows(&["entra=e1; name=PC-1", "entra=e9; name=PC-9"]),
    ]);
    assert_eq!(found.devices(), ["bitlocker:1 bitlocker:2 entra:1 laps:1", "no device: bitlocker:3 laps:2"]);
    assert_eq!(found.held("bitlocker:2"), "entra-id exact");
    assert_eq!(found.key("bitlocker:3"), "");
    assert_eq!(found.cell("entra:1", "consoles"), "entra|bitlocker|laps");
}

/// Two key lists that agree on an id still know no device.
#[test]
fn keys_do_not_join_each_other_into_a_device() {
    let found = find(&[
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
        BITLOCKER.rows(&["id=k1; entra=e9", "id=k2; entra=e9"]),
        LAPS.rows(&["entra=e9; name=PC-1"]),
    ]);
    assert_eq!(found.devices(), ["entra:1", "no device: bitlocker:1 bitlocker:2 laps:1"]);
    let told = found.place.run(&["explain", &id("k1"), "in"]);
    assert_eq!(told.code, 2, "{}", told.stdout);
}

/// The object id of one device may be spelt like the device id of another: only device ids are links.
#[test]
fn the_object_id_of_entra_joins_nothing() {
    let found = find(&[
        ENTRA.rows(&["object=e1; entra=e2; name=PC-2"]),
        INTUNE.rows(&["id=i1; name=PC-1; entra=e1"]),
        BITLOCKER.rows(&["id=k1; entra=e1"]),
    ]);
    assert_eq!(found.devices(), ["bitlocker:1 intune:1", "entra:1"]);
}
