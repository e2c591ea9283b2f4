//! Evidence that a list holds counts: whatever saw a device since the sign that a finding rests on, whatever says what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::common::{AROUND, Line, Place, Report, repository};
use crate::generator::Options;

const AS_OF: &str = "2026-11-20T08:00:00Z";

pub(super) fn id(kind: u8, number: usize) -> String {
    format!("{kind:02}000000-0000-4000-8000-{number:012}")
}

pub(super) fn judged(files: &[(&str, String)]) -> (Report, Place) {
    let place = Place::new();
    for (name, content) in files {
        place.write(&format!("in/{name}"), content);
    }
    let report = place.analyze(&["--as-of", AS_OF, "--format", "csv"]);
    check(&report);
    (report, place)
}

/// Rules by the name of the device.
fn found(report: &Report) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in report.lines("findings.csv") {
        found.entry(line["device_name"].clone()).or_default().insert(line["rule"].clone());
    }
    found
}

pub(super) fn has(report: &Report, device: &str, rule: &str) -> bool {
    found(report).get(device).is_some_and(|rules| rules.contains(rule))
}

pub(super) fn steps(report: &Report, device: &str) -> Vec<String> {
    report.lines_where("plan.csv", "device_name", device).iter().map(|line| line["step"].clone()).collect()
}

/// Whether a step takes nothing away: it gets ready, looks back, or gives something back.
fn is_around(step: &str) -> bool {
    AROUND.contains(&step) || ["re-enroll", "review-identity", ""].contains(&step) || looks_into(step)
}

/// Whether a step looks into a device and takes nothing from it. One that cannot be undone is none of these.
fn looks_into(step: &str) -> bool {
    static LOOKS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let text = std::fs::read_to_string(repository("rules/playbooks/steps-review.yaml")).unwrap();
        let defined = text.split("\ninsert:").next().unwrap();
        let steps = defined.split("\n  - step: ").skip(1).filter(|step| !step.contains("irreversible: true"));
        steps.map(|step| step.lines().next().unwrap().to_string()).collect()
    });
    assert!(LOOKS.len() > 15);
    LOOKS.contains(step)
}

/// Findings that name surplus records of a device that keeps another.
const SURPLUS: [&str; 5] =
    ["duplicate-entra", "dual-state", "duplicate-intune", "duplicate-defender", "duplicate-autopilot"];

/// Rules by which a device leaves service though it is used.
const LEAVES_IN_USE: [&str; 2] = ["chrome-past-aue", "defender-only"];

/// No step takes anything from a device that a console saw within the threshold, but what a finding calls surplus, unless a rule wants it
/// out of service all the same and the step says that it is in use.
fn check(report: &Report) {
    let active: BTreeSet<String> =
        report.lines_where("devices.csv", "activity", "active").iter().map(|line| line["device_key"].clone()).collect();
    let findings = report.lines("findings.csv");
    let surplus: BTreeSet<(String, String)> = findings
        .iter()
        .filter(|line| SURPLUS.contains(&line["rule"].as_str()))
        .flat_map(|line| line["objects"].split('|').map(|object| (line["device_key"].clone(), object.to_string())))
        .collect();
    let leaves: BTreeSet<&str> = findings
        .iter()
        .filter(|line| LEAVES_IN_USE.contains(&line["rule"].as_str()))
        .map(|line| line["device_key"].as_str())
        .collect();
    let says = |line: &Line| {
        leaves.contains(line["device_key"].as_str())
            && ["still", "in use"].iter().any(|word| line["condition"].contains(word))
    };
    for line in report.lines("plan.csv") {
        let object = (line["device_key"].clone(), format!("{}:{}", line["console"], line["object_id"]));
        let takes = !is_around(&line["step"]);
        assert!(
            !takes || !active.contains(&line["device_key"]) || surplus.contains(&object) || says(&line),
            "{} of a device in use says nothing of it: {line:?}",
            line["step"]
        );
    }
}

#[test]
fn no_plan_forgets_that_a_device_is_in_use() {
    for seed in [3, 77] {
        let (place, _) = Place::with_tenant(&Options { devices: 2_000, seed, zip_intune: false });
        check(&place.analyze(&["--format", "csv"]));
    }
}

const GAM: &str = "deviceId,serialNumber,status,lastSync,orgUnitPath,annotatedAssetId,model,autoUpdateExpiration";

#[test]
fn a_chromebook_that_is_used_is_not_stale_when_its_policy_sync_stopped() {
    let row =
        |n: usize| format!("{},5CDAG7000{n},ACTIVE,2026-02-20T08:15:33Z,/Students,CB-{n},HP,2029-06-01", id(7, n));
    let one_row = format!(
        "{GAM},activeTimeRanges.0.date,activeTimeRanges.0.activeTime,activeTimeRanges.1.date,activeTimeRanges.1.activeTime\n\
         {},2026-02-19,100,2026-11-18,200\n{},2026-02-19,100,2026-02-20,200\n",
        row(1),
        row(2)
    );
    let (report, _place) = judged(&[("cros.csv", one_row)]);
    assert!(!has(&report, "CB-1", "stale-everywhere") && has(&report, "CB-2", "stale-everywhere"));
    // One row a day: the newest counts, wherever it stands.
    let rows = format!(
        "{GAM},activeTimeRanges.date\n{0},2026-11-18\n{0},2026-02-19\n{1},2026-02-19\n{1},2026-02-20\n",
        row(1),
        row(2)
    );
    let (report, _place) = judged(&[("cros.csv", rows)]);
    assert!(!has(&report, "CB-1", "stale-everywhere") && has(&report, "CB-2", "stale-everywhere"));
    let json = |n: usize, day: &str| {
        format!(
            "{{\"deviceId\":\"{}\",\"etag\":\"x\",\"serialNumber\":\"5CDAG7000{n}\",\"status\":\"ACTIVE\",\"annotatedAssetId\":\"CB-{n}\",\
             \"lastSync\":\"2026-02-20T08:15:33Z\",\"activeTimeRanges\":[{{\"date\":\"{day}\",\"activeTime\":1}},\
             {{\"date\":\"2026-02-18\",\"activeTime\":1}}]}}",
            id(7, n)
        )
    };
    let page = format!("{{\"chromeosdevices\":[{},{}]}}", json(1, "2026-11-18"), json(2, "2026-02-19"));
    let (report, _place) = judged(&[("cros.json", page)]);
    assert!(!has(&report, "CB-1", "stale-everywhere") && has(&report, "CB-2", "stale-everywhere"));
}

#[test]
fn extended_updates_without_an_opt_in_end_before_they_begin() {
    let row = |n: usize, opted: &str| {
        format!(
            "{},5CDAG7000{n},ACTIVE,2026-11-18T08:15:33Z,/Students,CB-{n},HP,2029-06-01,true,2025-06-01T00:00:00Z,{opted}\n",
            id(7, n)
        )
    };
    let list = format!(
        "{GAM},extendedSupportEligible,extendedSupportStart,extendedSupportEnabled\n{}{}{}",
        row(1, "false"),
        row(2, "true"),
        row(3, "")
    );
    let (report, _place) = judged(&[("cros.csv", list)]);
    assert!(has(&report, "CB-1", "chrome-past-aue") && !has(&report, "CB-2", "chrome-past-aue"));
    assert_eq!(
        (report.rule("chrome-past-aue")["matched"].as_str(), report.rule("chrome-past-aue")["unknown"].as_str()),
        ("1", "1")
    );
}

const INTUNE: &str = "id,deviceName,serialNumber,azureADDeviceId,operatingSystem,managementState,managementAgent,isEncrypted,\
                      managedDeviceOwnerType,lastSyncDateTime,exchangeLastSuccessfulSyncDateTime\n";
const ENTRA: &str = "id,deviceId,displayName,accountEnabled,operatingSystem,trustType,mdmAppId,onPremisesSyncEnabled,domainName,\
                     approximateLastSignInDateTime\n";
const AD: &str = "Name,ObjectGUID,DNSHostName,Enabled,OperatingSystem,LastLogonDate,DistinguishedName\n";

fn managed(n: usize, name: &str, agent: &str, seen: &str, mail: &str) -> String {
    let agent_says = if agent == "msSense" { "False" } else { "True" };
    format!(
        "{},{name},5CG4120{n:03},{},Windows,managed,{agent},{agent_says},company,{seen}T08:00:00Z,{mail}\n",
        id(1, n),
        id(2, n)
    )
}

fn object(n: usize, name: &str, join: &str, domain: &str, seen: &str) -> String {
    let synced = if join == "ServerAd" { "True" } else { "" };
    format!("{},{},{name},True,Windows,{join},,{synced},{domain},{seen}T08:00:00Z\n", id(3, n), id(2, n))
}

fn computer(n: usize, name: &str, domain: &str, enabled: &str, seen: &str) -> String {
    let parts: Vec<String> = domain.split('.').map(|label| format!("DC={label}")).collect();
    format!(
        "{name},{},{name}.{domain},{enabled},Windows 11 Enterprise,{seen}T08:00:00Z,\"CN={name},OU=Clients,{}\"\n",
        id(2, n),
        parts.join(",")
    )
}

/// AD calls it stale and somebody disabled it there; Intune saw it yesterday.
#[test]
fn a_computer_that_ad_disables_while_it_is_used_is_looked_into() {
    let (report, _place) = judged(&[
        ("intune.csv", format!("{INTUNE}{}", managed(1, "PC-1", "mdm", "2026-11-19", ""))),
        ("entra.csv", format!("{ENTRA}{}", object(1, "PC-1", "ServerAd", "", "2026-11-15"))),
        ("ad.csv", format!("{AD}{}", computer(1, "PC-1", "corp.example", "False", "2025-10-01"))),
    ]);
    assert!(has(&report, "PC-1", "disabled-but-active"), "{:?}", found(&report));
    assert_eq!(steps(&report, "PC-1"), ["export-list", "ad-enable-computer", "verify-in-next-export"]);
}

/// The list of one domain says nothing of the computers of another, whoever shows the domain, or nobody.
#[test]
fn an_ad_list_proves_nothing_about_another_domain() {
    let own: Vec<String> =
        (1..=6).map(|n| object(n, &format!("PC-{n}"), "ServerAd", "corp.example", "2026-11-15")).collect();
    let ad: Vec<String> =
        (1..=6).map(|n| computer(n, &format!("PC-{n}"), "corp.example", "True", "2026-11-15")).collect();
    let ad = format!("{AD}{}", ad.concat());
    let lists = |others: &[String]| {
        [("entra.csv", format!("{ENTRA}{}{}", own.concat(), others.concat())), ("ad.csv", ad.clone())]
    };
    let rule = |report: &Report| report.rule("hybrid-without-ad");

    let others: Vec<String> =
        (11..=12).map(|n| object(n, &format!("PC-{n}"), "ServerAd", "other.example", "2026-11-15")).collect();
    let (report, _place) = judged(&lists(&others));
    assert_eq!((rule(&report)["matched"].as_str(), rule(&report)["unknown"].as_str()), ("0", "2"));

    let nobody_says: Vec<String> =
        (11..=12).map(|n| object(n, &format!("PC-{n}"), "ServerAd", "", "2026-11-15")).collect();
    let (report, _place) = judged(&lists(&nobody_says));
    assert_eq!((rule(&report)["matched"].as_str(), rule(&report)["unknown"].as_str()), ("0", "2"));

    let of_this_domain = [object(11, "PC-11", "ServerAd", "corp.example", "2026-01-15")];
    let (report, _place) = judged(&lists(&of_this_domain));
    assert_eq!((rule(&report)["matched"].as_str(), rule(&report)["unknown"].as_str()), ("1", "0"));
}

/// Defender's rows in Intune are no enrolment, and measure nothing.
#[test]
fn rows_of_defender_in_intune_are_no_enrolment() {
    let defender = "id,computerDnsName,lastSeen,healthStatus,onboardingStatus,aadDeviceId,osPlatform,managedBy\n";
    let machine = |n: usize, name: &str, seen: &str, health: &str| {
        format!(
            "{n:040},{name},{seen}T08:00:00Z,{health},Onboarded,{},WindowsServer2022,MicrosoftDefenderForEndpoint\n",
            id(2, n)
        )
    };
    let (report, _place) = judged(&[
        (
            "intune.csv",
            format!(
                "{INTUNE}{}{}",
                managed(1, "srv-1", "msSense", "2026-11-19", ""),
                managed(2, "srv-2", "msSense", "2026-03-20", "")
            ),
        ),
        (
            "entra.csv",
            format!("{ENTRA}{}{}", object(1, "srv-1", "", "", "2026-11-18"), object(2, "srv-2", "", "", "2026-03-20")),
        ),
        (
            "defender.csv",
            format!(
                "{defender}{}{}",
                machine(1, "srv-1", "2026-11-19", "Active"),
                machine(2, "srv-2", "2026-03-20", "Inactive")
            ),
        ),
    ]);
    assert!(!found(&report).contains_key("srv-1"), "{:?}", found(&report));
    assert!(has(&report, "srv-2", "stale-everywhere") && !has(&report, "srv-2", "unencrypted-and-stale"));
    let forbidden = ["intune-retire", "intune-wipe", "intune-delete", "re-enroll"];
    assert!(
        steps(&report, "srv-2").iter().all(|step| !forbidden.contains(&step.as_str())),
        "{:?}",
        steps(&report, "srv-2")
    );
}

/// Nobody enrols or resets a server, and a printer signs in nowhere.
#[test]
fn servers_and_printers_are_not_managed_like_laptops() {
    let header = "displayName,accountEnabled,operatingSystem,joinType (trustType),registeredOwners,userNames,mdmDisplayName,\
                  registrationTime,approximateLastSignInDateTime,deviceId,objectId,profileType,systemLabels,model\n";
    let row = |n: usize, name: &str, os: &str, seen: &str, kind: &str, labels: &str, model: &str| {
        format!(
            "{name},True,{os},Microsoft Entra joined,,,,2025-02-03T09:05:00Z,{seen},{},{},{kind},{labels},{model}\n",
            id(2, n),
            id(3, n)
        )
    };
    let seen = "2026-11-14T08:00:00Z";
    let list = [
        row(1, "SRV-1", "Windows Server", seen, "SecureVM", "AzureResource", "Virtual Machine"),
        row(2, "AVD-1", "Windows 11 Enterprise multi-session", seen, "SecureVM", "AzureResource", "Virtual Machine"),
        row(3, "PRN-1", "Printer", "2026-01-14T08:00:00Z", "Printer", "", ""),
        row(4, "LT-1", "Windows", seen, "RegisteredDevice", "", "HP EliteBook"),
        row(
            5,
            "CPC-1",
            "Windows",
            "2026-01-14T08:00:00Z",
            "RegisteredDevice",
            "",
            "Cloud PC Enterprise 2vCPU/8GB/128GB",
        ),
    ];
    let known = format!(
        "LT-9,True,Windows,Microsoft Entra joined,,,Microsoft Intune,2025-02-03T09:05:00Z,{seen},{},{},RegisteredDevice,,HP\n",
        id(2, 9),
        id(3, 9)
    );
    let managed = [managed(9, "LT-9", "mdm", "2026-11-19", ""), managed(5, "CPC-1", "mdm", "2026-01-14", "")].concat();
    let (report, _place) = judged(&[
        ("entra.csv", format!("{header}{}{known}", list.concat())),
        ("intune.csv", format!("{INTUNE}{managed}")),
    ]);
    let unmanaged: Vec<String> = report
        .lines_where("findings.csv", "rule", "unmanaged-in-entra")
        .iter()
        .map(|l| l["device_name"].clone())
        .collect();
    assert_eq!(unmanaged, ["LT-1"]);
    assert!(!has(&report, "PRN-1", "stale-everywhere"));
    assert!(has(&report, "CPC-1", "stale-everywhere"), "{:?}", found(&report));
    let steps = steps(&report, "CPC-1");
    assert!(steps.contains(&"cloud-pc-end".to_string()) && !steps.iter().any(|s| s.contains("wipe")), "{steps:?}");
}

/// Exchange sees a phone that Intune lost: it is in use, and its management is broken.
#[test]
fn mail_that_is_synchronised_shows_that_a_device_is_used() {
    let (report, _place) = judged(&[(
        "intune.csv",
        format!(
            "{INTUNE}{}{}",
            managed(1, "PH-1", "mdm", "2026-03-20", "2026-11-18T08:00:00Z"),
            managed(2, "PH-2", "mdm", "2026-03-20", "0001-01-01T00:00:00Z")
        ),
    )]);
    assert!(!has(&report, "PH-1", "stale-everywhere") && has(&report, "PH-1", "stale-in-intune"));
    assert!(has(&report, "PH-2", "stale-everywhere"));
}

/// One stray of eight does not make a server Intune's; Apple's parking server is none.
#[test]
fn an_apple_server_is_intunes_by_the_share_of_its_devices() {
    let apple = |serial: &str, server: &str| {
        format!("{serial},iPad,iPad (9th generation),2023-03-01T00:00:00Z,,{server},2023-03-02T10:00:00Z\n")
    };
    let mut list =
        "SERIAL_NO,PRODUCT_FAMILY,MODEL_NAME,DATE_ADDED_TO_ORGANIZATION,DATE_REMOVED_FROM_ORGANIZATION,MDM_SERVER,\
                    DATE_ASSIGNED_TO_MDM_SERVER\n"
            .to_string();
    for n in 1..=8 {
        list += &apple(&format!("C02AG2MAC{n:03}"), "Jamf Pro");
    }
    for n in 1..=4 {
        list += &apple(&format!("DMPAG2PAD{n:03}"), "Tablets");
    }
    list += &apple("DMPAG2PAD009", "Devices added by Apple Configurator 2");
    let row = |n: usize, serial: &str| {
        format!("{},D-{n},{serial},,iOS,managed,mdm,True,company,2026-11-19T08:00:00Z,\n", id(1, n))
    };
    let intune =
        [row(1, "C02AG2MAC001"), row(2, "DMPAG2PAD001"), row(3, "DMPAG2PAD002"), row(4, "DMPAG2PAD003")].concat();
    let (report, _place) = judged(&[("apple.csv", list), ("intune.csv", format!("{INTUNE}{intune}"))]);
    let of = |rule: &str| -> Vec<String> {
        report.lines_where("findings.csv", "rule", rule).iter().map(|line| line["serial"].clone()).collect()
    };
    assert_eq!(of("abm-assigned-not-enrolled"), ["DMPAG2PAD004"]);
    assert_eq!(of("abm-unassigned"), ["DMPAG2PAD009"]);
    assert_eq!(report.rule("abm-assigned-not-enrolled")["unknown"], "7");
}

/// A hybrid object that Graph lists without a registration time never registered; a list without such times cannot tell.
#[test]
fn graph_shows_which_hybrid_objects_never_registered() {
    let list = |first: &str, second: &str| {
        format!(
            "id,deviceId,displayName,accountEnabled,operatingSystem,trustType,registrationDateTime,approximateLastSignInDateTime\n\
             {},{},PC-1,True,Windows,ServerAd,{first},2026-11-15T08:00:00Z\n\
             {},{},PC-2,True,Windows,ServerAd,{second},2026-11-15T08:00:00Z\n",
            id(3, 1),
            id(2, 1),
            id(3, 2),
            id(2, 2)
        )
    };
    let (report, _place) = judged(&[("entra.csv", list("", "2024-01-01T08:00:00Z"))]);
    assert!(has(&report, "PC-1", "hybrid-pending") && !has(&report, "PC-2", "hybrid-pending"));
    let (report, _place) = judged(&[("entra.csv", list("", ""))]);
    assert_eq!(report.rule("hybrid-pending")["matched"], "0");
}

/// Two rows of one serial number in a list without ids are two identities; a list that was put together twice says nothing of
/// that, and the same row in two lists is one identity.
#[test]
fn the_portal_lists_an_identity_once() {
    let header =
        "Serial number,Manufacturer,Model,Group tag,Profile status,Purchase order,Userless Enrollment Status\n";
    let row = |number: usize| format!("5CDX{number:06},Dell Inc.,Latitude 5440,,Assigned,,Not Allowed\n");
    let rows = |numbers: &mut dyn Iterator<Item = usize>| format!("{header}{}", numbers.map(row).collect::<String>());
    let list = rows(&mut (1..=20).chain([3]));
    let found = |files: &[(&str, &str)]| {
        let place = Place::new();
        for (name, content) in files {
            place.write(&format!("in/{name}"), content);
        }
        let report = place.tables(&["--as-of", "2026-01-10"]);
        let of = |file: &str| -> Vec<String> {
            report.lines_where(file, "rule", "duplicate-autopilot").iter().map(|l| l["device_key"].clone()).collect()
        };
        (of("findings.csv"), of("questions.csv").len())
    };
    assert_eq!(found(&[("autopilot.csv", &list)]), (vec!["serial:5CDX000003".to_string()], 0));
    let once = rows(&mut (1..=20));
    assert_eq!(found(&[("autopilot.csv", &once), ("more/autopilot.csv", &once)]), (Vec::new(), 0), "two lists");
    assert_eq!(found(&[("autopilot.csv", &rows(&mut (1..=20).chain(1..=20)))]), (Vec::new(), 20), "put together twice");
}
