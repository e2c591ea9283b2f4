//! Tenants over every console: nothing is said of a healthy one, and what the companion lists alone can show is found.

use std::collections::BTreeMap;

use super::beyond_info;
use crate::common::{Place, Sheet};
use crate::generator::{Options, Tenant, healthy};

/// Lists of AD computers, recovery keys, local administrator passwords and Apple enrolments that fit a tenant.
fn companions(tenant: &Tenant) -> Vec<(&'static str, String)> {
    let entra = Sheet::parse(&tenant.files[1].1);
    let at = |name: &str| entra.column(name);
    let (id, name, join, os, seen) = (
        at("deviceId"),
        at("displayName"),
        at("joinType (trustType)"),
        at("operatingSystem"),
        at("approximateLastSignInDateTime"),
    );
    let mut ad = String::from("Name,ObjectGUID,Enabled,OperatingSystem,LastLogonDate,DistinguishedName\n");
    let mut keys = String::from("id,createdDateTime,deviceId,volumeType\n");
    let mut laps = String::from("id,deviceName,lastBackupDateTime,refreshDateTime\n");
    for (number, row) in entra.rows.iter().enumerate() {
        if row[join] == "Hybrid Azure AD joined" || row[join] == "Microsoft Entra hybrid joined" {
            let (name, id, seen) = (&row[name], &row[id], &row[seen]);
            ad += &format!(
                "{name},{id},True,{},{seen},\"CN={name},OU=Clients,DC=corp,DC=contoso,DC=example\"\n",
                row[os]
            );
        }
        if row[os].starts_with("Windows") {
            let (id, name) = (&row[id], &row[name]);
            keys +=
                &format!("{number:08x}-0000-4000-8000-000000000001,2026-01-05T08:00:00Z,{id},operatingSystemVolume\n");
            laps += &format!("{id},{name},2026-11-01T08:00:00Z,2026-12-01T08:00:00Z\n");
        }
    }
    let apple = Sheet::parse(&tenant.files[4].1);
    let (serial, family) = (apple.column("SERIAL_NO"), apple.column("PRODUCT_FAMILY"));
    let entries: Vec<String> = apple
        .rows
        .iter()
        .enumerate()
        .map(|(number, row)| {
            format!(
                "{{\"id\":\"{number:08x}-0000-4000-8000-000000000002\",\"serialNumber\":\"{}\",\"platform\":\"{}\",\
                 \"enrollmentState\":\"enrolled\",\"discoverySource\":\"deviceEnrollmentProgram\",\"isDeleted\":false}}",
                row[serial].trim(),
                if row[family] == "Mac" { "macOS" } else { "iOS" }
            )
        })
        .collect();
    vec![
        ("ad.csv", ad),
        ("keys.csv", keys),
        ("laps.csv", laps),
        ("ade.json", format!("{{\"value\":[{}]}}", entries.join(","))),
    ]
}

fn place(tenant: &Tenant, more: &[(&str, String)]) -> Place {
    let place = Place::new();
    for (name, content) in &tenant.files {
        place.write(&format!("in/{name}"), content);
    }
    for (name, content) in more {
        place.write(&format!("in/{name}"), content);
    }
    place
}

const OPTIONS: Options = Options { devices: 1_000, seed: 11, zip_intune: false };

#[test]
fn nothing_is_said_of_a_thousand_healthy_devices_over_all_consoles() {
    let tenant = healthy(&OPTIONS);
    let place = place(&tenant, &companions(&tenant));
    let report = place.tables(&[]);
    assert_eq!(beyond_info(&report), BTreeMap::new());
    let consoles: Vec<String> = report.lines("records.csv").into_iter().map(|line| line["console"].clone()).collect();
    for console in ["intune", "entra", "autopilot", "defender", "abm", "ade", "chrome", "ad", "bitlocker", "laps"] {
        assert!(consoles.iter().any(|own| own == console), "{console}");
    }
    let idle: Vec<String> = report
        .lines("rules.csv")
        .into_iter()
        .filter(|line| line["outcome"] != "ran")
        .map(|line| format!("{}: {}", line["rule"], line["reason"]))
        .collect();
    let register = ["not-in-register", "register-only", "register-retired-but-active"];
    assert_eq!(idle, register.map(|rule| format!("{rule}: no Asset register export was supplied")));
}

/// The two rules that need companion lists find what those lists show, and nothing else.
#[test]
fn what_only_companion_lists_show_is_found() {
    let tenant = healthy(&OPTIONS);
    let mut lists = companions(&tenant);
    let cut = |text: &mut String, from: usize| {
        let line = text.lines().nth(from).unwrap().to_owned();
        *text = text.replace(&format!("{line}\n"), "");
        line
    };
    // A computer is gone, another is disabled.
    let gone = cut(&mut lists[0].1, 3);
    let disabled = lists[0].1.lines().nth(5).unwrap().to_owned();
    lists[0].1 = lists[0].1.replace(&disabled, &disabled.replace(",True,", ",False,"));
    let place = place(&tenant, &lists);
    let report = place.tables(&[]);
    // The one that is disabled is in use all the same.
    assert_eq!(
        beyond_info(&report),
        BTreeMap::from([("disabled-but-active".to_owned(), 1), ("hybrid-without-ad".to_owned(), 2)])
    );
    let hybrid = report.lines_where("findings.csv", "rule", "hybrid-without-ad");
    let mut found: Vec<String> = hybrid.into_iter().map(|line| line["device_name"].clone()).collect();
    found.sort();
    let mut expected = [gone, disabled].map(|line| line.split(',').next().unwrap().to_owned());
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_key_list_that_covers_few_devices_proves_nothing() {
    let tenant = healthy(&OPTIONS);
    let mut lists = companions(&tenant);
    let few: Vec<&str> = lists[1].1.lines().take(40).collect();
    lists[1].1 = few.join("\n");
    let place = place(&tenant, &lists);
    let report = place.tables(&[]);
    let rule = report.rule("no-recovery-key");
    assert_eq!(rule["outcome"], "did-not-run");
    assert!(rule["reason"].contains("does not cover most of them"), "{}", rule["reason"]);
}

#[test]
fn a_directory_list_of_one_unit_proves_nothing() {
    let tenant = healthy(&OPTIONS);
    let mut lists = companions(&tenant);
    let few: Vec<&str> = lists[0].1.lines().take(20).collect();
    lists[0].1 = few.join("\n");
    let place = place(&tenant, &lists);
    let report = place.tables(&[]);
    assert_eq!(report.rule("hybrid-without-ad")["outcome"], "did-not-run");
}
