//! What somebody keeps: a register that names a device without being joined to it, stock, accounts that are no computers.

use super::*;

const REGISTER: &str = "Asset Tag,Name,Serial Number,Asset Status,User\n";

fn registered(rows: &str) -> Judged {
    let place = tenant(
        [(1, "PC-STALE", "2026-03-01"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
    );
    place.write("in/register.csv", format!("{REGISTER}A-2,PC-2,PF000002,In use,\nA-3,PC-3,PF000003,In use,\n{rows}"));
    judged(place)
}

/// Holding back needs no proof of which machine a row is.
#[test]
fn a_row_of_the_register_that_is_not_joined_keeps_what_it_names() {
    for row in ["A-1,PC-STALE,,Legal hold,\n", "A-1,pc-stale.corp.example,,Stolen,\n", "A-1,PC-STALE,,In repair,\n"] {
        is_held(&registered(row), "PC-STALE", "Asset register names it in a row that keeps it");
    }
    for row in ["A-1,PC-STALE,,Disposed,\n", "A-1,PC-STALE,,In use,\n", "A-1,PC-OTHER,,Stolen,\n"] {
        let findings = registered(row).lines_where("findings.csv", "device_name", "PC-STALE");
        assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{row} {findings:?}");
    }
}

/// The labels that a register is installed with, and the usual words of other languages.
#[test]
fn what_the_words_of_registers_mean() {
    for (word, asked) in [
        ("Lost/Stolen", Some("settle-lost")),
        ("Missing", Some("settle-lost")),
        ("Verloren gegangen", Some("settle-lost")),
        ("Volé", Some("settle-lost")),
        ("Out for Repair", Some("settle-spare")),
        ("En réparation", Some("settle-spare")),
        ("waits for a battery", Some("settle-spare")),
        ("Broken - Not Fixable", None),
        ("E-Waste", None),
        ("Ausgemustert", None),
        ("Mis au rebut", None),
        ("Im Einsatz", None),
    ] {
        let planned = steps(&registered(&format!("A-1,PC-STALE,PF000001,{word},\n")), "PC-STALE");
        let settled: Vec<&String> = planned.iter().filter(|step| step.starts_with("settle-")).collect();
        assert_eq!(settled, asked.iter().collect::<Vec<_>>(), "{word} {planned:?}");
        assert_eq!(planned.contains(&"intune-delete".to_string()), asked.is_none(), "{word} {planned:?}");
    }
}

#[test]
fn two_rows_of_the_register_that_disagree_keep_the_device() {
    let both = "A-1,PC-STALE,PF000001,Disposed,\nA-9,PC-STALE,PF000001,Lost,\n";
    is_held(&registered(both), "PC-STALE", "or says two things of it");
}

/// The serial number of one device and the name of another: somebody mistook a line.
#[test]
fn a_decision_for_two_devices_is_refused() {
    let pairs = [(1, "PC-1", "2026-03-01"), (2, "PC-2", "2026-11-19")];
    let place = tenant(pairs.into_iter().map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)));
    let decided = |line: &str| {
        place.write("decided.csv", format!("device_name,serial,intent\n{line}\n"));
        place.run(&[
            "analyze",
            "in",
            "--quiet",
            "--force",
            "--format",
            "csv",
            "--out",
            "out",
            "--decisions",
            "decided.csv",
        ])
    };
    let run = decided("PC-1,PF000002,lost");
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert!(run.stderr.contains("`PF000002` is the serial number of `PC-2`, and `PC-1` the name of"), "{}", run.stderr);
    for line in ["PC-2,PF000002,lost", "pc-2,PF000002,lost", "OLD-NAME,PF000002,lost", ",PF000002,lost"] {
        assert_eq!(decided(line).code, 0, "{line}");
    }
}

/// A device that was set up in advance has no user and was heard of on the day it was set up.
#[test]
fn stock_that_was_set_up_in_advance_is_not_surely_stale() {
    let place = Place::new();
    let header = INTUNE.trim_end().to_string() + ",userPrincipalName\n";
    let row = |n: usize, enrolled: &str, seen: &str, user: &str| {
        format!(
            "{},PC-{n},PF{n:06},{},Windows,LENOVO,managed,compliant,{enrolled}T08:00:00Z,{seen}T09:00:00Z,{user}\n",
            guid(1, n),
            guid(2, n)
        )
    };
    let rows = [
        row(1, "2026-06-01", "2026-06-01", ""),
        row(2, "2025-06-01", "2026-06-01", ""),
        row(3, "2026-06-01", "2026-06-01", "ann@contoso.example"),
        row(4, "2026-01-01", "2026-11-19", "bob@contoso.example"),
    ];
    place.write("in/intune.csv", header + &rows.concat());
    let serials: Vec<String> = (1..5).map(|n| format!("PF{n:06},LENOVO,M,,Assigned\n")).collect();
    let header = "Serial number,Manufacturer,Model,Group tag,Profile status\n".to_string();
    place.write("in/autopilot.csv", header + &serials.concat());
    let report = place.tables(&[]);
    is_held(&report, "PC-1", "whether the device is stock");
    for name in ["PC-2", "PC-3"] {
        let findings = report.lines_where("findings.csv", "device_name", name);
        assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{name} {findings:?}");
    }
}

/// The name of a cluster, an appliance, a service: AD keeps no system of them, and nobody wipes them.
#[test]
fn accounts_that_are_no_computers_are_settled() {
    let place = Place::new();
    let row = |name: &str, unit: &str, os: &str, seen: &str| {
        format!("\"CN={name},{unit},DC=corp,DC=example\",True,{seen},{name},{os}\n")
    };
    let rows = [
        row("PC-1", "OU=PCs", "Windows 11 Enterprise", "2026-11-19"),
        row("PC-OLD", "OU=PCs", "Windows 10 Enterprise", "2025-11-19"),
        row("DAG1", "OU=PCs", "", "2025-11-19"),
        row("MSA-1", "CN=Managed Service Accounts", "Windows", "2025-11-19"),
        row("ESX1", "OU=PCs", "VMware ESXi", "2025-11-19"),
    ];
    place.write(
        "in/ad.csv",
        "DistinguishedName,Enabled,LastLogonDate,Name,OperatingSystem\n".to_string() + &rows.concat(),
    );
    let report = place.tables(&["--as-of", "2026-11-20T08:00:00Z"]);
    for name in ["DAG1", "MSA-1", "ESX1"] {
        let steps = steps(&report, name);
        assert!(steps.contains(&"settle-directory-account".to_string()), "{name} {steps:?}");
        assert!(!steps.iter().any(|step| step.starts_with("ad-")), "{name} {steps:?}");
    }
    assert!(steps(&report, "PC-OLD").contains(&"ad-delete-computer".to_string()), "{:?}", steps(&report, "PC-OLD"));
}

/// A list of what is kept, of whatever making, beside the exports.
#[test]
fn a_table_that_keeps_a_device_is_heard() {
    let held = |name: &str, content: &str| {
        let place = tenant(
            [(1, "PC-STALE", "2026-03-01"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18")]
                .into_iter()
                .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
        );
        place.write(&format!("in/{name}"), content);
        judged(place)
    };
    for (name, content) in [
        ("legal-hold.csv", "Device name,Custodian\nPC-STALE,ann@contoso.example\nPC-77,bob@contoso.example\n"),
        ("matters.csv", "Serial,State\nPF000001,legal hold\nPF000077,ok\n"),
        ("police.csv", "Serial,Reported stolen\nPF000001,2026-02-20\nPF000077,\n"),
    ] {
        is_held(
            &held(name, content),
            "PC-STALE",
            &format!("`{name}`, which was not used, names it among what is lost or kept"),
        );
    }
    let other = held("matters.csv", "Serial,State\nPF000001,ok\nPF000077,legal hold\n");
    let findings = other.lines_where("findings.csv", "device_name", "PC-STALE");
    assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{findings:?}");
}

/// Whatever a rule asks for, nothing is taken away from what somebody keeps.
#[test]
fn what_is_kept_is_looked_into_whatever_was_found() {
    let place = Place::new();
    let chrome = |notes: &str| {
        format!(
            "deviceId,serialNumber,status,lastSync,orgUnitPath,model,autoUpdateExpiration,notes\n\
             {},CB000001,ACTIVE,2026-11-19T08:00:00Z,/,M,2024-06-01T00:00:00Z,{notes}\n",
            guid(1, 1)
        )
    };
    let steps = |notes: &str| {
        place.write("in/chrome.csv", chrome(notes));
        let report = place.tables(&["--force"]);
        report.lines("plan.csv").into_iter().map(|line| line["step"].clone()).collect::<Vec<_>>()
    };
    assert!(steps("").contains(&"chrome-deprovision".to_string()), "{:?}", steps(""));
    assert_eq!(steps("legal hold"), ["export-list", "review-finding", "verify-in-next-export"]);
}

/// A list that was there last time and is missing now saw the device since.
#[test]
fn what_an_earlier_report_saw_later_is_not_surely_stale() {
    let place = tenant(
        [(1, "PC-STALE", "2026-03-01"), (2, "PC-2", "2026-10-01")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
    );
    let defender = |seen: &str| {
        format!(
            "id,computerDnsName,osPlatform,healthStatus,onboardingStatus,lastSeen,aadDeviceId\n\
             {},pc-stale,Windows11,Active,Onboarded,{seen}T08:00:00Z,{}\n",
            guid(9, 1),
            guid(2, 1)
        )
    };
    place.write("in/defender.csv", defender("2026-10-01"));
    place.analyze_into("before", &["--as-of", "2026-10-02T08:00:00Z"], &[]);
    std::fs::remove_file(place.path("in/defender.csv")).unwrap();
    let after = |place: &Place, more: &[&str]| {
        place.tables_into("after", &[&["--force", "--as-of", "2026-11-05T08:00:00Z"], more].concat())
    };
    is_held(
        &after(&place, &["--baseline", "before"]),
        "PC-STALE",
        "an earlier report saw it later than these lists do",
    );
    let alone = after(&place, &[]);
    let findings = alone.lines_where("findings.csv", "device_name", "PC-STALE");
    assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{findings:?}");
}

/// Seen in the network by others, although it does not report itself.
#[test]
fn a_device_that_defender_only_discovered_is_not_surely_stale() {
    let place = tenant(
        [(1, "PC-STALE", "2026-03-01"), (2, "PC-2", "2026-11-19")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
    );
    place.write(
        "in/defender.csv",
        format!(
            "id,computerDnsName,osPlatform,healthStatus,onboardingStatus,lastSeen,aadDeviceId\n\
             {},pc-stale,Windows11,Inactive,CanBeOnboarded,2026-11-18T08:00:00Z,{}\n",
            guid(9, 1),
            guid(2, 1)
        ),
    );
    is_held(
        &place.tables(&[]),
        "PC-STALE",
        "in Defender for Endpoint a day that is no sign of activity is later than the last one",
    );
}

/// Runs one after another over one tenant, in which only what `write` adds differs; each takes the one before as its baseline.
fn one_after_another(writes: &[&dyn Fn(&Place)]) -> Judged {
    let place = Place::new();
    let pairs = || {
        [(1, "PC-STALE", "2026-03-01"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18")]
            .into_iter()
            .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen))
    };
    let mut report = None;
    for (at, write) in writes.iter().enumerate() {
        std::fs::remove_dir_all(place.path("in")).ok();
        let (mut intune, mut entra) = (INTUNE.to_string(), ENTRA.to_string());
        for (own, object) in pairs() {
            intune += &own;
            entra += &object;
        }
        place.write("in/intune.csv", intune);
        place.write("in/entra.csv", entra);
        write(&place);
        let (out, before) = (format!("out{at}"), format!("out{}", at.saturating_sub(1)));
        let baseline = ["--baseline", before.as_str()];
        let more = if at > 0 { baseline.as_slice() } else { &[] };
        let own = ["--format", "csv,data", "--as-of", "2026-11-20T08:00:00Z"];
        report = Some(place.analyze_into(&out, &[&own, more].concat(), &[]));
    }
    Judged { report: report.unwrap(), place }
}

/// A list that is not given again takes nothing back, also not after several runs; one that is given again does.
#[test]
fn what_an_earlier_report_had_as_kept_stays_kept() {
    let nothing = |_: &Place| {};
    let register = |row: &str| {
        let row = row.to_string();
        move |place: &Place| place.write("in/register.csv", format!("{REGISTER}A-2,PC-2,PF000002,In use,\n{row}"))
    };
    let held = register("A-1,PC-STALE,PF000001,Legal hold,\n");
    let note = |cell: &str| {
        let cell = cell.to_string();
        move |place: &Place| {
            add_column(place, "Notes", |row| if row == 0 { cell.as_str() } else { "" });
        }
    };
    let noted = note("legal hold");
    let listed = |place: &Place| place.write("in/legal-hold.csv", "Device name,Custodian\nPC-STALE,Ann\nPC-9,Bob\n");
    let other = |place: &Place| place.write("in/legal-hold.csv", "Device name,Custodian\nPC-8,Ann\nPC-9,Bob\n");
    let why = "an earlier report had it as lost or kept, by";
    is_held(&one_after_another(&[&held, &nothing]), "PC-STALE", &format!("{why} the list of Asset register"));
    is_held(&one_after_another(&[&held, &nothing, &nothing]), "PC-STALE", why);
    is_held(&one_after_another(&[&noted, &nothing]), "PC-STALE", &format!("{why} `Notes` of the list of Intune"));
    is_held(&one_after_another(&[&listed, &nothing]), "PC-STALE", &format!("{why} `legal-hold.csv`"));
    // A list without the device takes nothing back, be it a register.
    is_held(&one_after_another(&[&held, &register("")]), "PC-STALE", why);
    let free = register("A-1,PC-STALE,PF000001,In use,\n");
    for run in [one_after_another(&[&held, &free]), one_after_another(&[&noted, &note("")])] {
        let findings = run.lines_where("findings.csv", "device_name", "PC-STALE");
        assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{:?}", asked(&run, "PC-STALE"));
    }
    let run = one_after_another(&[&listed, &other]);
    let findings = run.lines_where("findings.csv", "device_name", "PC-STALE");
    assert!(findings.iter().any(|line| line["rule"] == "stale-everywhere"), "{:?}", asked(&run, "PC-STALE"));
}

/// Somebody must look at what is kept, and nobody asks its user to switch it on.
#[test]
fn nobody_is_asked_to_switch_on_what_is_kept() {
    let held = registered("A-1,PC-STALE,,Stolen,\n");
    let steps = steps(&held, "PC-STALE");
    assert!(!steps.iter().any(|step| step.contains("check-in")), "{steps:?}");
}

/// Two runs, the first with decisions; the second one has the lists that are given and takes the first as its baseline.
fn after_deciding(decided: &str, then: &[(usize, &str, &str, &str)], now: &[(usize, &str, &str, &str)]) -> Judged {
    let place = Place::new();
    let write = |rows: &[(usize, &str, &str, &str)]| {
        let (mut intune, mut entra) = (INTUNE.to_string(), ENTRA.to_string());
        for (n, name, serial, seen) in rows {
            let (own, object) = pair(*n, name, serial, seen);
            intune += &own;
            entra += &object;
        }
        place.write("in/intune.csv", intune);
        place.write("in/entra.csv", entra);
    };
    place.write("decided.yaml", decided);
    write(then);
    let own = ["--format", "csv,data", "--as-of", "2026-10-20T08:00:00Z", "--decisions", "decided.yaml"];
    place.analyze_into("before", &own, &[]);
    write(now);
    let own = ["--format", "csv,data", "--as-of", "2026-11-20T08:00:00Z", "--baseline", "before"];
    let report = place.analyze_into("after", &own, &[]);
    Judged { report, place }
}

/// Who declared a device lost did not know that it would be seen again, by its finder or by its next user.
#[test]
fn what_was_declared_lost_and_seen_since_is_decided_again() {
    let lost = "- {serial: PF000001, intent: lost, assignee: Ann}\n";
    let rows = |seen: &'static str| [(1, "PC-1", "PF000001", seen), (2, "PC-2", "PF000002", "2026-11-19")];
    let seen = after_deciding(lost, &rows("2026-10-01"), &rows("2026-11-18"));
    assert_eq!(steps(&seen, "PC-1"), Vec::<String>::new());
    assert!(said(&seen, "decision-in-doubt", "declared lost, and seen since"));
    let still = after_deciding(lost, &rows("2026-10-01"), &rows("2026-10-01"));
    assert!(steps(&still, "PC-1").contains(&"close-user-access".to_string()), "{:?}", steps(&still, "PC-1"));
}

/// A board was changed, or somebody mistyped: the objects are those of the device that was to stay.
#[test]
fn a_device_that_may_be_the_declined_one_waits() {
    let declined = "- {serial: PF000001, status: declined, decided_by: Legal, until: 2027-12-31}\n";
    let rows = |serial: &'static str| [(1, "PC-1", serial, "2026-03-01"), (2, "PC-2", "PF000002", "2026-11-19")];
    let report = after_deciding(declined, &rows("PF000001"), &rows("PF000009"));
    let steps = steps(&report, "PC-1");
    assert!(!steps.iter().any(|step| step.contains("wipe") || step.contains("delete")), "{steps:?}");
    assert!(said(&report, "decision-in-doubt", "it is not clear which device of this run it is"));
    // Nobody has decided anything by the next run, either.
    let own = ["--format", "csv,data", "--as-of", "2026-12-20T08:00:00Z", "--baseline", "after"];
    is_held(&report.place.analyze_into("later", &own, &[]), "PC-1", "an earlier run had it wait for a decision");
}

/// What somebody writes into the note of our own sheet keeps a device as what stands in a register does, until a status says otherwise.
#[test]
fn a_note_that_asks_to_keep_a_device_holds_it_until_a_status_says_otherwise() {
    let deletes = |line: &str| {
        let place = tenant(
            [(1, "LAP-01", "2026-05-01"), (2, "PC-2", "2026-11-19"), (3, "PC-3", "2026-11-18")]
                .into_iter()
                .map(|(n, name, seen)| pair(n, name, &format!("PF{n:06}"), seen)),
        );
        place.write("decisions.csv", format!("serial,status,note\nPF000001,{line}\n"));
        let report = place.tables(&["--decisions", "decisions.csv"]);
        let is_said = said(&report, "decision-in-doubt", "its note asks to keep the device");
        (steps(&report, "LAP-01").contains(&"intune-delete".to_string()), is_said)
    };
    assert_eq!(deletes("open,DO NOT WIPE - on parental leave"), (false, true));
    assert_eq!(deletes(",\"keep, legal hold\""), (false, true));
    assert_eq!(deletes("open,waiting for the courier"), (true, false));
    assert_eq!(deletes("in-progress,was on legal hold until May"), (true, false));
}
