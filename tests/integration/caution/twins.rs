//! Devices whose names, serial numbers or objects speak of another one: it may be the same machine, enrolled again or seen by another list.

use super::*;

const DEFENDER: &str =
    "id,computerDnsName,osPlatform,aadDeviceId,firstSeen,lastSeen,healthStatus,onboardingStatus,vendor,model\n";

fn stale_and_others() -> Place {
    tenant(
        [(1, "LAP-01", "2026-05-01"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18"), (4, "PC-4", "2026-11-18")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
    )
}

/// A sensor makes a new row whenever it is onboarded again; the old one keeps the id of the machine.
#[test]
fn a_new_row_of_the_sensor_speaks_for_the_machine_that_the_old_one_is_of() {
    let place = stale_and_others();
    let rows = [
        format!("d1,lap-01,Windows11,{},2025-01-01T08:00:00Z,2026-05-01T08:00:00Z,Inactive,Onboarded,,\n", guid(2, 1)),
        "d9,lap-01.corp.example,Windows11,,2025-06-01T08:00:00Z,2026-11-19T08:00:00Z,Active,Onboarded,,\n".to_string(),
        format!("d2,pc-2,Windows11,{},2025-01-01T08:00:00Z,2026-11-19T08:00:00Z,Active,Onboarded,,\n", guid(2, 2)),
    ];
    place.write("in/machines.csv", DEFENDER.to_string() + &rows.concat());
    let report = judged(place);
    is_held(&report, "LAP-01", "another one in use bears its name");
    let of_new = steps(&report, "lap-01.corp.example");
    assert!(!of_new.iter().any(|step| step.contains("offboard")), "{of_new:?}");
}

/// One that was joined again, whatever else is older than that, and also where nothing says when.
#[test]
fn a_device_in_use_of_the_same_name_may_be_the_same() {
    for made in ["2026-05-03T08:00:00Z", "2024-05-03T08:00:00Z", ""] {
        let place = stale_and_others();
        let entra = std::fs::read_to_string(place.path("in/entra.csv")).unwrap();
        let header = entra.lines().next().unwrap().to_string() + ",registrationDateTime\n";
        let rows = entra.lines().skip(1).fold(String::new(), |all, line| all + line + ",2024-01-01T08:00:00Z\n");
        let again =
            format!("{},{},LAP-01,True,Windows,AzureAd,,,2026-11-19T08:00:00Z,{made}\n", guid(3, 9), guid(2, 9));
        place.write("in/entra.csv", header + &rows + &again);
        is_held(&judged(place), "LAP-01", "another one in use bears its name");
    }
}

/// Of what nothing tells when it was used even less is known, and one that another lives on under its name is not enrolled again.
#[test]
fn an_earlier_record_of_a_machine_in_use_is_looked_at() {
    for seen in ["", "2026-05-03T08:00:00Z"] {
        let place = stale_and_others();
        let entra = std::fs::read_to_string(place.path("in/entra.csv")).unwrap();
        let own = format!(
            "{},{},PC-2,True,Windows,AzureAd,0000000a-0000-0000-c000-000000000000,,{seen}\n",
            guid(3, 9),
            guid(2, 9)
        );
        place.write("in/entra.csv", entra + &own);
        let report = judged(place);
        let of_old: Vec<String> = report
            .lines("plan.csv")
            .into_iter()
            .filter(|line| line["object_id"] == guid(3, 9) || line["device_key"].contains(&guid(2, 9)))
            .map(|line| line["step"].clone())
            .collect();
        for step in ["entra-disable", "data-erased", "entra-delete", "re-enroll"] {
            assert!(!of_old.contains(&step.to_string()), "{seen}: {of_old:?}");
        }
    }
}

/// Another maker's machine that took a name over is another machine.
#[test]
fn hardware_that_differs_tells_two_of_one_name_apart() {
    let place = stale_and_others();
    let intune = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
    // No serial number tells them apart, and the one is a Lenovo.
    let other =
        format!("{},LAP-01,,,Windows,HP,managed,compliant,2026-06-01T08:00:00Z,2026-11-19T08:00:00Z\n", guid(1, 9));
    place.write("in/intune.csv", intune + &other);
    let report = judged(place);
    assert!(steps(&report, "LAP-01").contains(&"entra-delete".to_string()), "{:?}", steps(&report, "LAP-01"));
}

/// A maker that is not listed may be called otherwise elsewhere: it tells nothing apart.
#[test]
fn a_maker_that_nobody_knows_tells_nothing_apart() {
    for maker in ["Acme Computing", "Northwind"] {
        let place = stale_and_others();
        let intune = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
        let other = format!(
            "{},LAP-01,,,Windows,{maker},managed,compliant,2026-06-01T08:00:00Z,2026-11-19T08:00:00Z\n",
            guid(1, 9)
        );
        place.write("in/intune.csv", intune + &other);
        is_held(&judged(place), "LAP-01", "another one in use bears its name");
    }
}

/// The registration of a computer makes an object that bears its serial number until somebody sets it up.
#[test]
fn an_object_that_bears_a_serial_number_is_not_surely_stale() {
    for name in ["PF000002", "CT-PF000002"] {
        let place = stale_and_others();
        let entra = std::fs::read_to_string(place.path("in/entra.csv")).unwrap();
        let own = format!("{},{},{name},True,Windows,AzureAd,,,2026-03-19T08:00:00Z\n", guid(3, 9), guid(2, 9));
        place.write("in/entra.csv", entra + &own);
        is_held(&judged(place), name, "its name is the serial number of another one");
    }
}

/// Of three copies of one serial number one is in use: nobody knows whether the others are other machines.
#[test]
fn copies_of_a_serial_number_in_use_are_asked() {
    let place = tenant(
        [(1, "A-1", "2026-05-01"), (2, "A-2", "2026-04-01"), (3, "A-3", "2026-11-19"), (4, "PC-4", "2026-11-18")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, if n < 4 { "PF000001" } else { "PF000004" }, seen)),
    );
    let report = judged(place);
    for name in ["A-1", "A-2"] {
        let steps = steps(&report, name);
        assert!(!steps.iter().any(|step| step.contains("delete") || step.contains("wipe")), "{name} {steps:?}");
    }
}

/// A clock that was reset.
#[test]
fn a_day_long_before_the_enrolment_is_no_sign() {
    let place = stale_and_others();
    let intune = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
    let entra = std::fs::read_to_string(place.path("in/entra.csv")).unwrap();
    place.write("in/intune.csv", intune.replace("2026-05-01T08", "2001-01-01T08"));
    place.write("in/entra.csv", entra.replace("2026-05-01T08", "2001-01-01T08"));
    is_held(&judged(place), "LAP-01", "the date cannot be right");
}

/// What is managed by a product whose list is not here.
#[test]
fn a_device_of_another_management_server_is_not_surely_stale() {
    let abm = |server: &str, assigned: &str| {
        let place = Place::new();
        let rows = [(1, "IPAD-1", "2026-05-01"), (2, "IPAD-2", "2026-11-19"), (3, "IPAD-3", "2026-11-18")].map(
            |(n, name, seen)| {
                format!(
                    "{},{name},DMPX{n:08},,iOS,Apple,managed,compliant,2024-01-01T08:00:00Z,{seen}T08:00:00Z\n",
                    guid(1, n)
                )
            },
        );
        place.write("in/intune.csv", INTUNE.to_string() + &rows.concat());
        let row = |n: usize, server: &str, assigned: &str| {
            format!("DMPX{n:08},iPad,iPad Pro,2023-01-01,{server},{assigned},\n")
        };
        let header = "SERIAL_NO,PRODUCT_FAMILY,MODEL_NAME,DATE_ADDED_TO_ORGANIZATION,MDM_SERVER,DATE_ASSIGNED_TO_MDM_SERVER,DATE_REMOVED_FROM_ORGANIZATION\n";
        let rows = row(1, server, assigned)
            + &row(2, "Intune", "2024-01-01")
            + &row(3, "Intune", "2024-01-01")
            + &row(4, "Kandji", "2026-01-01");
        place.write("in/abm.csv", header.to_string() + &rows);
        judged(place)
    };
    for assigned in ["2026-03-01", "2026-05-05", ""] {
        is_held(&abm("Kandji", assigned), "IPAD-1", "a server of which no device is in use by these lists");
    }
    let report = abm("Intune", "2024-01-01");
    let findings = report.lines_where("findings.csv", "device_name", "IPAD-1");
    assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{:?}", asked(&report, "IPAD-1"));
}

/// Two servers of one product number their devices alike.
#[test]
fn devices_of_two_servers_are_not_one() {
    let place = Place::new();
    let list = |from: usize, seen: &str| {
        let rows = (1..=6).map(|n| {
            format!("{n},MAC-{},C02X{:06},MacBook Pro,{seen}T08:00:00Z,{seen}T08:00:00Z,Managed\n", from + n, from + n)
        });
        "JSS Computer ID,Computer Name,Serial Number,Model,Last Check-in,Last Inventory Update,Managed\n".to_string()
            + &rows.collect::<String>()
    };
    place.write("in/jamf-edu.csv", list(0, "2026-05-01"));
    place.write("in/jamf-corp.csv", list(100, "2026-11-19"));
    let report = judged(place);
    let names: Vec<String> = report.lines("devices.csv").into_iter().map(|line| line["name"].clone()).collect();
    assert_eq!(names.len(), 12, "{names:?}");
    let notices = report.lines("notices.csv");
    assert!(notices.iter().any(|line| line["message"].contains("of several servers")), "{notices:?}");
}

/// A list without a row is no proof that the console has none.
#[test]
fn an_empty_list_tells_nothing() {
    let place = stale_and_others();
    place.write("in/intune.csv", INTUNE);
    is_held(&judged(place), "LAP-01", "");
}

/// Entra lists of two tenants in one folder, and the Intune list of one of them.
#[test]
fn a_list_of_another_tenant_takes_nothing_away() {
    let place = stale_and_others();
    let rows: String = (11..=16)
        .map(|n| {
            let seen = if n > 13 { "2026-11-19" } else { "2026-03-01" };
            pair(n, &format!("FB-{n}"), "", seen).1
        })
        .collect();
    place.write("in/entra-fabrikam.csv", ENTRA.to_string() + &rows);
    let report = judged(place);
    assert!(said(&report, "source-too-small", "it may be of another tenant"));
    for name in ["FB-11", "FB-15"] {
        let findings = report.lines_where("findings.csv", "device_name", name);
        assert!(!findings.iter().any(|line| line["rule"].contains("intune")), "{name} {findings:?}");
        assert!(!steps(&report, name).iter().any(|step| step.contains("delete")), "{name}");
    }
}

/// Every Mac has a serial number: a placeholder beside another one's says that it could not be read.
#[test]
fn a_placeholder_in_the_place_of_a_serial_number_of_a_mac_tells_nothing_apart() {
    let place = Place::new();
    let jamf = "Computer Name,Serial Number,Jamf Pro Computer ID,Last Check-in,Managed,Model,Username\n";
    let row = |n: usize, seen: &str| {
        format!("MAC-{n},C02X{n:06},{n},{seen}T08:00:00Z,Managed,MacBook Pro,u{n}@contoso.example\n")
    };
    let rows: String = (2..6).map(|n| row(n, "2026-11-19")).collect();
    place.write("in/jamf.csv", jamf.to_string() + &row(1, "2026-05-01") + &rows);
    let header = INTUNE.trim_end().to_string() + ",model,userPrincipalName\n";
    let own = format!(
        "{},Ann-Mac,Default string,,macOS,Apple,managed,compliant,2024-01-01T08:00:00Z,2026-11-19T08:00:00Z,MacBook Pro,u1@contoso.example\n",
        guid(1, 1)
    );
    place.write("in/intune.csv", header + &own);
    is_held(&judged(place), "MAC-1", "Intune");
}

/// Intune calls an Android phone by its user, and the day and time of its enrolment: no part of that is a host name.
#[test]
fn a_phone_is_not_the_one_of_another_with_the_same_first_name() {
    let report = |other: &str| {
        let place = Place::new();
        let row = |n: usize, name: &str, seen: &str| {
            format!("{},{name},,,Android,samsung,managed,compliant,2024-01-01T08:00:00Z,{seen}T08:00:00Z\n", guid(1, n))
        };
        let rows = [
            row(1, "anna.keller_AndroidForWork_12/24/2024_8:00 AM", "2026-05-01"),
            row(2, other, "2026-11-19"),
            row(3, "ben.castro_AndroidForWork_1/2/2025_8:00 AM", "2026-11-19"),
        ];
        place.write("in/intune.csv", INTUNE.to_string() + &rows.concat());
        judged(place)
    };
    for other in [
        "anna.weber_AndroidForWork_5/5/2025_8:00 AM",
        "anna.keller_AndroidForWork_5/5/2025_8:00 AM",
        "anna",
        "anna.weber",
    ] {
        let report = report(other);
        let found = report.lines_where("findings.csv", "rule", "stale-everywhere");
        assert_eq!(found.len(), 1, "{other}: {:?}", report.lines("questions.csv"));
    }
    let same = report("Anna.Keller_AndroidForWork_12/24/2024_8:00 AM");
    is_held(&same, "anna.keller_AndroidForWork_12/24/2024_8:00 AM", "another one in use bears its name");
}

/// A long name that people gave is not cut as that of a host is, and one that the network made of it is still the same.
#[test]
fn a_mac_of_which_the_network_made_the_name_may_be_the_same() {
    let report = |name: &str| {
        let place = Place::new();
        let row = |n: usize, name: &str, seen: &str| {
            format!("{},{name},,,macOS,Apple,managed,compliant,2024-01-01T08:00:00Z,{seen}T08:00:00Z\n", guid(1, n))
        };
        let rows =
            [row(1, "Ann's MacBook Pro 14", "2026-05-01"), row(2, name, "2026-11-19"), row(3, "x", "2026-11-19")];
        place.write("in/intune.csv", INTUNE.to_string() + &rows.concat());
        judged(place)
    };
    for name in ["Anns-MacBook-Pro-14.local", "Ann’s MacBook Pro 14", "anns-macbook-pro-14"] {
        is_held(&report(name), "Ann's MacBook Pro 14", "another one in use bears its name");
    }
    let other = report("Ann's MacBook Pro 16");
    assert_eq!(other.lines_where("findings.csv", "rule", "stale-everywhere").len(), 1);
}

/// A server of which only its name says which computer it is, beside a computer that only the directory knows.
#[test]
fn what_a_computer_holds_by_its_name_is_not_held_against_one_of_another_name() {
    let report = |row: &str| {
        let place = tenant((1..=6).map(|n| pair(n, &format!("PC-{n}"), &format!("PF{n:06}"), "2026-11-18")));
        let computer = |n: usize, name: &str, system: &str, seen: &str| {
            format!(
                "\"CN={name},OU=Clients,DC=corp,DC=example\",{name}.corp.example,True,{seen},{name},{},{system},{seen},2020-01-01\n",
                guid(9, n)
            )
        };
        let header = "DistinguishedName,DNSHostName,Enabled,LastLogonDate,Name,ObjectGUID,OperatingSystem,PasswordLastSet,whenCreated\n";
        let rows = [
            computer(1, "OLD-1", "Windows 10 Pro", "2025-10-01"),
            computer(2, "SRV-1", "Windows Server 2022", "2026-11-18"),
        ];
        place.write("in/ad.csv", header.to_string() + &rows.concat());
        let first =
            format!("d1,pc-1,Windows11,{},2025-01-01T08:00:00Z,2026-11-19T08:00:00Z,Active,Onboarded,,\n", guid(2, 1));
        let own = format!("d9,{row},WindowsServer2022,,2025-01-01T08:00:00Z,2026-11-19T08:00:00Z,Active,Onboarded,,\n");
        place.write("in/machines.csv", DEFENDER.to_string() + &first + &own);
        judged(place)
    };
    let found = report("srv-1.corp.example");
    let lines = found.lines_where("findings.csv", "device_name", "OLD-1");
    assert!(lines.iter().any(|line| line["rule"] == "stale-everywhere" && line["confidence"] == "medium"), "{lines:?}");
    assert!(steps(&found, "OLD-1").contains(&"ad-disable-computer".to_string()), "{:?}", steps(&found, "OLD-1"));
    // The sensor saw a machine of its name yesterday.
    let own = steps(&report("old-1.corp.example"), "OLD-1");
    assert!(!own.iter().any(|step| step.contains("disable") || step.contains("delete")), "{own:?}");
    // Nobody holds the row, so that its name alone tells it apart.
    let alone = steps(&report("srv-7.corp.example"), "OLD-1");
    assert!(!alone.iter().any(|step| step.contains("disable") || step.contains("delete")), "{alone:?}");
}

/// The user of a device in Workspace ONE is the one who enrolled it, so that a phone of somebody else is another phone.
#[test]
fn the_enrolment_user_tells_two_phones_apart() {
    let judged_with = |user: &str| {
        let place = Place::new();
        let mut phones =
            "Device ID,Friendly Name,Last Seen,Enrollment Status,Organization Group,Serial Number,Platform,Model,\
                          Email Address,Enrollment Date\n"
                .to_string();
        let mut objects = "id,deviceId,displayName,accountEnabled,operatingSystem,trustType,model,registeredOwners,\
                           approximateLastSignInDateTime\n"
            .to_string();
        for (n, user, seen) in [
            (1, user, "2026-03-01"),
            (2, "ben@contoso.example", "2026-11-19"),
            (3, "cleo@contoso.example", "2026-11-18"),
        ] {
            let phone = "Enrolled,HQ,F2LC257W2TK";
            writeln!(phones, "500{n},Phone {n},{seen} 08:00,{phone}{n},Apple iOS,iPhone 15,{user},2025-01-01 08:00")
                .unwrap();
            if n > 1 {
                let (object, device) = (guid(3, n), guid(2, n));
                writeln!(objects, "{object},{device},iPhone,True,iOS,Workplace,iPhone 15,{user},{seen}T08:00:00Z")
                    .unwrap();
            }
        }
        place.write("in/phones.csv", phones);
        place.write("in/entra.csv", objects);
        judged(place)
    };
    let findings = judged_with("ann@contoso.example").lines_where("findings.csv", "device_name", "Phone 1");
    assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{findings:?}");
    for user in ["ben@contoso.example", ""] {
        is_held(&judged_with(user), "Phone 1", "whether a record in Entra ID that is in use is the device");
    }
}

/// Two PCs, one user each, one of them silent; and rows of Entra ID that no other list knows.
fn with_newcomer(of_entra: &str) -> Judged {
    judged(lists_with(of_entra))
}

fn lists_with(of_entra: &str) -> Place {
    let place = Place::new();
    let intune = "Device ID,Device name,Enrollment date,Last check-in,Azure AD Device ID,Serial number,Manufacturer,Model,Primary user UPN,Ownership,OS\n";
    let entra = "displayName,accountEnabled,operatingSystem,joinType (trustType),userNames,registrationTime,approximateLastSignInDateTime,deviceId,objectId,model\n";
    let (mut own, mut objects) = (intune.to_string(), entra.to_string());
    for (n, seen) in (1..).zip(["2026-07-23", "2026-11-19", "2026-11-18", "2026-11-18"]) {
        let (device, object, user) = (guid(2, n), guid(3, n), format!("user.{n}@contoso.example"));
        writeln!(
            own,
            "{},LAP-0{n},2025-07-08 08:00:00,{seen} 08:00:00,{device},5CG00000{n},HP,HP EliteBook 840 G9,{user},Corporate,Windows",
            guid(1, n)
        )
        .unwrap();
        writeln!(
            objects,
            "LAP-0{n},True,Windows,Azure AD joined,{user},2025-07-08T08:00:00Z,{seen}T08:00:00Z,{device},{object},HP EliteBook 840 G9"
        )
        .unwrap();
    }
    place.write("in/intune.csv", own);
    place.write("in/entra.csv", objects + of_entra);
    place
}

fn newcomer(user: usize, model: &str, came: &str, seen: &str) -> String {
    let (device, object) = (guid(2, 9), guid(3, 9));
    let seen = if seen.is_empty() { String::new() } else { format!("{seen}T08:00:00Z") };
    format!(
        "CID-NB-01,True,Windows,Azure AD joined,user.{user}@contoso.example,{came},{seen},{device},{object},{model}\n"
    )
}

/// One that was wiped and set up without its management keeps its user and its model, and comes back after it was last seen.
#[test]
fn a_machine_of_the_same_user_that_came_afterwards_may_be_the_same() {
    const MODEL: &str = "HP EliteBook 840 G9";
    const WHY: &str = "another one of its user came later";
    for (model, came) in
        [(MODEL, "2026-07-25T08:00:00Z"), (MODEL, "2026-10-25T08:00:00Z"), (MODEL, ""), ("", "2026-10-25T08:00:00Z")]
    {
        let report = with_newcomer(&newcomer(1, model, came, "2026-11-18"));
        is_held(&report, "LAP-01", WHY);
        let asked = report.lines_where("questions.csv", "device_name", "LAP-01");
        let same = if model.is_empty() { "(same user)" } else { "(same model, same user)" };
        let candidate = format!("entra:{} {same}", guid(3, 9));
        assert!(asked.iter().any(|question| question["candidates"] == candidate), "{asked:?}");
    }
    // Nor does a blank stamp say that it is not in use, or somebody who has deleted what it was in Entra ID.
    is_held(&with_newcomer(&newcomer(1, MODEL, "2026-10-25T08:00:00Z", "")), "LAP-01", WHY);
    let place = lists_with(&newcomer(1, MODEL, "2026-10-25T08:00:00Z", "2026-11-18"));
    let objects = std::fs::read_to_string(place.path("in/entra.csv")).unwrap();
    let left = objects.lines().filter(|line| !line.starts_with("LAP-01"));
    place.write("in/entra.csv", left.fold(String::new(), |all, line| all + line + "\n"));
    is_held(&judged(place), "LAP-01", WHY);
    // Whoever has got another machine has that one in the place of the old, and a private one beside it.
    let place = lists_with(&newcomer(1, MODEL, "2026-10-25T08:00:00Z", "2026-11-18"));
    let intune = std::fs::read_to_string(place.path("in/intune.csv")).unwrap();
    let successor = format!(
        "{},LAP-09,2026-08-01 08:00:00,2026-11-19 08:00:00,{},5CG000009,HP,{MODEL},user.1@contoso.example,Corporate,Windows\n",
        guid(1, 7),
        guid(2, 7)
    );
    place.write("in/intune.csv", intune + &successor);
    let report = judged(place);
    assert!(steps(&report, "LAP-01").contains(&"intune-delete".to_string()), "{:?}", asked(&report, "LAP-01"));
    let registered = newcomer(1, "", "2026-10-25T08:00:00Z", "2026-11-18").replace("AD joined", "AD registered");
    for (other, why) in [
        (registered, "a private one that its user registered"),
        (newcomer(2, MODEL, "2026-07-25T08:00:00Z", "2026-11-18"), "of somebody else"),
        (newcomer(1, "ThinkPad T14 Gen 3", "2026-07-25T08:00:00Z", "2026-11-18"), "of another model"),
        (newcomer(1, MODEL, "2026-05-25T08:00:00Z", "2026-11-18"), "it was there beside it"),
        (newcomer(1, MODEL, "2026-07-25T08:00:00Z", "2026-07-26"), "it is silent too"),
    ] {
        let report = with_newcomer(&other);
        assert!(
            steps(&report, "LAP-01").contains(&"intune-delete".to_string()),
            "{why}: {:?}",
            asked(&report, "LAP-01")
        );
    }
}
