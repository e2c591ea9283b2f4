//! A list that was filtered by platform proves nothing of that platform, and everything of the others.

use std::fmt::Write as _;

use crate::common::{Place, Report};

const INTUNE: &str = "id,deviceName,serialNumber,azureADDeviceId,operatingSystem,manufacturer,managementState,complianceState,\
                      enrolledDateTime,lastSyncDateTime\n";
const ENTRA: &str = "id,deviceId,displayName,accountEnabled,operatingSystem,trustType,mdmAppId,physicalIds,\
                     approximateLastSignInDateTime\n";

fn guid(kind: u8, number: usize) -> String {
    format!("{kind:02}000000-0000-4000-8000-{number:012}")
}

/// Thirty machines, every third one a Mac; Intune lists those for which `listed` holds.
fn tenant(listed: impl Fn(usize, &str) -> bool) -> (Place, Report) {
    tenant_with(|n| n % 3 == 0, listed)
}

fn tenant_with(is_mac: impl Fn(usize) -> bool, listed: impl Fn(usize, &str) -> bool) -> (Place, Report) {
    let (mut intune, mut entra) = (INTUNE.to_string(), ENTRA.to_string());
    for n in 0..30 {
        let platform = if is_mac(n) { "MacMDM" } else { "Windows" };
        let (own, device, object) = (guid(1, n), guid(2, n), guid(3, n));
        if listed(n, platform) {
            let system = if platform == "Windows" { "Windows" } else { "macOS" };
            writeln!(
                intune,
                "{own},M-{n},S1Z{n:05},{device},{system},,managed,compliant,2024-01-01T08:00:00Z,2026-11-19T08:00:00Z"
            )
            .unwrap();
        }
        writeln!(
            entra,
            "{object},{device},M-{n},True,{platform},AzureAd,0000000a-0000-0000-c000-000000000000,[HWID]:h:{n},\
             2026-11-19T08:00:00Z"
        )
        .unwrap();
    }
    let place = Place::new();
    place.write("in/intune.csv", intune);
    place.write("in/entra.csv", entra);
    let report = place.tables(&[]);
    (place, report)
}

#[test]
fn a_list_without_macs_proves_nothing_of_macs_alone() {
    // Two machines with Windows are missing, and every Mac.
    let (_place, report) = tenant(|n, platform| platform == "Windows" && n != 1 && n != 4);
    let rule = report.rule("left-intune-still-in-entra");
    assert_eq!((rule["outcome"].as_str(), rule["matched"].as_str(), rule["unknown"].as_str()), ("ran", "2", "10"));
    assert!(
        rule["reason"].starts_with("ran, except for macOS: the Intune export holds none of 10 "),
        "{}",
        rule["reason"]
    );
    let mut found: Vec<String> = report.lines("findings.csv").iter().map(|line| line["device_name"].clone()).collect();
    found.dedup();
    assert_eq!(found, ["M-1", "M-4"]);
    let questions = report.lines_where("questions.csv", "rule", "left-intune-still-in-entra");
    assert_eq!(questions.len(), 10);
    for question in questions {
        assert_eq!(question["platform"], "macos");
        assert_eq!(question["unknown"], "whether Intune has a record of the device");
        assert_eq!(question["settled_by"], "a complete export of Intune");
        assert_eq!(question["candidates"], "");
    }
}

#[test]
fn a_list_that_lacks_devices_of_every_platform_proves_nothing() {
    let (_place, report) = tenant(|n, _| n % 2 == 0);
    assert_eq!(report.rule("left-intune-still-in-entra")["outcome"], "did-not-run");
}

#[test]
fn a_whole_list_proves_the_absence_of_each() {
    let (_place, report) = tenant(|n, _| n != 1 && n != 3);
    let rule = report.rule("left-intune-still-in-entra");
    assert_eq!((rule["matched"].as_str(), rule["reason"].as_str()), ("2", ""));
}

/// Whether the only Mac has left Intune or the list was made of the PCs, nobody knows.
#[test]
fn a_list_without_a_mac_proves_nothing_of_the_only_one() {
    let (_place, report) = tenant_with(|n| n == 3, |n, platform| platform == "Windows" && n != 1);
    let rule = report.rule("left-intune-still-in-entra");
    assert_eq!((rule["matched"].as_str(), rule["unknown"].as_str()), ("1", "1"));
    let reason = "ran, except for macOS: the Intune export holds no device of platform macos, although there is 1 of the live devices \
                  that Entra ID says Intune manages; it may be filtered by platform";
    assert_eq!(rule["reason"], reason);
    let (_place, report) = tenant_with(|n| n == 3 || n == 6, |n, _| n != 3);
    assert_eq!(report.rule("left-intune-still-in-entra")["matched"], "1", "the list has another Mac");
}
