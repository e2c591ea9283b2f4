//! The commands that a run hands out: what they hold, what they leave out, and what they do in a shell.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::common::{Place, Report, Sheet, has_ending, sample};
use crate::generator::Options;

const HOSTILE: &str =
    "'; touch owned; '$(touch owned)`touch owned`\"; touch owned\r\n\ntouch owned\n# ‘’ \u{202e}%TEMP%";

/// Every file of commands, by name.
fn commands(report: &Report) -> BTreeMap<String, String> {
    let files = report.files().into_iter().filter(|(name, _)| name.starts_with("commands/"));
    files.map(|(name, content)| (name, String::from_utf8(content).unwrap())).collect()
}

fn scripts(report: &Report) -> BTreeMap<String, String> {
    commands(report).into_iter().filter(|(name, _)| has_ending(name, "ps1") || has_ending(name, "sh")).collect()
}

/// The ids of a script: the lines that hold nothing but one quoted word.
fn ids(script: &str) -> Vec<String> {
    let word = |line: &str| {
        let inner = line.trim().trim_end_matches(" \\").strip_prefix('\'')?.strip_suffix('\'')?;
        let plain = inner.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        assert!(plain, "{line}");
        Some(inner.to_owned())
    };
    script.lines().filter_map(word).collect()
}

#[test]
fn no_commands_unless_asked_for() {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    assert_eq!(commands(&report), BTreeMap::new());
}

#[test]
fn every_step_stands_in_one_file_or_in_the_list_of_what_is_left() {
    let place = Place::with_sample();
    let report = place.analyze(&["--commands"]);
    let plan = report.lines("plan.csv");
    let mut due: BTreeSet<(String, String)> = plan
        .iter()
        .filter(|step| !step["console"].is_empty())
        .map(|step| (step["step"].clone(), step["object_id"].clone()))
        .collect();
    for file in report.lines("commands/index.csv") {
        let script = fs::read_to_string(report.root.join(&file["file"])).unwrap();
        let ids = ids(&script);
        assert_eq!(ids.len().to_string(), file["objects"], "{}", file["file"]);
        assert!(ids.len() <= 100);
        for id in ids {
            assert!(due.remove(&(file["step"].clone(), id.clone())), "{} {id} stands twice", file["step"]);
        }
    }
    for step in report.lines("commands/by-hand.csv") {
        assert!(!step["reason"].is_empty());
        due.remove(&(step["step"].clone(), step["object_id"].clone()));
    }
    assert_eq!(due, BTreeSet::new());

    let manifest = report.manifest().to_string();
    assert!(scripts(&report).keys().all(|name| manifest.contains(name.as_str())));
    assert_eq!(manifest.matches("commands/by-hand.csv").count(), 1);
}

#[test]
fn files_of_a_suggestion_sort_as_its_steps_are_done() {
    let place = Place::with_sample();
    let report = place.analyze(&["--commands"]);
    let plans: Vec<Vec<(String, String)>> = {
        let mut by_device: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for step in report.lines("plan.csv") {
            by_device
                .entry(step["device_key"].clone())
                .or_default()
                .push((step["step"].clone(), step["object_id"].clone()));
        }
        by_device.into_values().collect()
    };
    let mut order: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (place, (_, script)) in scripts(&report).iter().enumerate() {
        let slug = script.lines().find_map(|l| l.strip_prefix("# ")).unwrap().split(' ').next().unwrap().to_owned();
        for id in ids(script) {
            order.insert((slug.clone(), id), place);
        }
    }
    for plan in plans {
        let places: Vec<usize> = plan.iter().filter_map(|step| order.get(step)).copied().collect();
        assert!(places.is_sorted(), "{plan:?}");
    }
}

/// Columns of people: names and notes.
const TEXTS: [&str; 20] = [
    "Device name",
    "Management name",
    "Category",
    "Primary user UPN",
    "Primary user email address",
    "Primary user display name",
    "displayName",
    "registeredOwners",
    "userNames",
    "Group tag",
    "Purchase order",
    "Device Name",
    "Domain",
    "Tags",
    "COLOR",
    "ORDER_NUMBER",
    "PURCHASE_SOURCE",
    "orgUnitPath",
    "annotatedAssetId",
    "annotatedUser",
];

/// The sample's tenant with something behind every name and note.
fn with_names(behind: &str) -> Place {
    let (place, _) = Place::with_tenant(&Options { devices: 400, seed: 1, zip_intune: false });
    let mut changed = 0;
    for entry in fs::read_dir(place.path("in")).unwrap() {
        let path = entry.unwrap().path();
        let mut sheet = Sheet::parse(&fs::read(&path).unwrap());
        for name in TEXTS {
            let Some(column) = sheet.header.iter().position(|cell| cell == name) else { continue };
            for row in sheet.rows.iter_mut().filter(|row| row.get(column).is_some_and(|cell| !cell.is_empty())) {
                row[column] = format!("{}{behind}", row[column]);
                changed += 1;
            }
        }
        fs::write(path, sheet.bytes()).unwrap();
    }
    assert!(changed > 3_000, "{changed}");
    place
}

/// A host name may tell records apart, so what stands behind the honest ones makes them none, too.
#[test]
fn names_and_notes_change_no_byte() {
    let plain = with_names(" (a note)");
    let honest = commands(&plain.analyze(&["--commands", "--label", "x"]));
    assert!(honest.len() > 20);
    let hostile = with_names(HOSTILE);
    let told = commands(&hostile.analyze(&["--commands", "--label", "x"]));
    assert_eq!(honest.keys().collect::<Vec<_>>(), told.keys().collect::<Vec<_>>());
    for (name, content) in honest {
        assert!(told[&name] == content, "{name}");
    }
}

/// A folder with a `gam` that only writes down how it was called, and the day on which it is.
fn stage() -> Place {
    let place = Place::new();
    let gam = "case \"$1 $2\" in 'info customer') echo 'Primary Domain: contoso.example'; exit ;; esac\n\
               printf '%s ' \"$@\" >> calls; echo >> calls";
    for (name, body) in [("gam", gam), ("date", "echo 20991231")] {
        place.write(&format!("bin/{name}"), format!("#!/bin/sh\n{body}\n"));
        fs::set_permissions(place.path(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).unwrap();
    }
    place
}

fn shell(stage: &Place, script: &Path, options: &[&str]) -> (Vec<String>, bool) {
    let _ = fs::remove_file(stage.path("calls"));
    let search = format!("{}:/usr/bin:/bin", stage.path("bin").display());
    let mut run = Command::new("/bin/sh");
    let output =
        run.arg(script).args(options).current_dir(stage.path("")).env_clear().env("PATH", search).output().unwrap();
    assert!(!stage.path("owned").exists());
    let calls = fs::read_to_string(stage.path("calls")).unwrap_or_default();
    (calls.lines().map(|l| l.trim().to_owned()).collect(), output.status.success())
}

#[test]
fn gam_is_called_once_for_each_chromebook_and_only_when_told() {
    let place = Place::with_sample();
    let report = place.analyze(&["--commands"]);
    let stage = stage();
    let files: Vec<_> =
        report.lines("commands/index.csv").into_iter().filter(|f| has_ending(&f["file"], "sh")).collect();
    assert!(files.iter().any(|f| f["step"] == "chrome-deprovision"));
    for file in files {
        let path = report.root.join(&file["file"]);
        let parsed = Command::new("/bin/sh").arg("-n").arg(&path).status().unwrap();
        assert!(parsed.success());
        assert_eq!(shell(&stage, &path, &[]), (vec![], true));
        assert_eq!(shell(&stage, &path, &["--execute"]), (vec![], false));
        // The step erases by hand; the command only deprovisions.
        let options: &[&str] = &["--execute", "--condition-met", "--domain=contoso.example"];
        let (calls, content) = shell(&stage, &path, options);
        assert!(content);
        // What the log says is done is not done again.
        assert_eq!(shell(&stage, &path, options), (vec![], true));
        fs::remove_file(stage.path("lastseen-log.csv")).unwrap();
        let expected: Vec<String> = ids(&fs::read_to_string(&path).unwrap())
            .iter()
            .map(|id| match file["step"].as_str() {
                "chrome-deprovision" => {
                    format!("update cros {id} action deprovision_retiring_device acknowledge_device_touch_requirement")
                }
                other => panic!("{other}"),
            })
            .collect();
        assert_eq!(calls, expected);
    }
}

#[test]
fn an_id_of_another_shape_is_left_to_people() {
    let place = Place::with_sample();
    let bytes = fs::read(sample().join("chromeos.csv")).unwrap();
    let mut sheet = Sheet::parse(&bytes);
    let id = sheet.column("deviceId");
    let victim = sheet.rows.iter().position(|row| row.contains(&"CFS-CB-00017".to_owned())).unwrap();
    sheet.rows[victim][id] = "x'; touch owned; '$(touch owned)".into();
    place.write("in/chromeos.csv", sheet.bytes());
    let report = place.analyze(&["--commands"]);
    assert!(scripts(&report).values().all(|script| !script.contains("owned")));
    // It is no id, so the device is known by its serial number, and no command is made of either.
    let serial = sheet.rows[victim][sheet.column("serialNumber")].clone();
    let left = report.lines_where("commands/by-hand.csv", "object_id", &serial);
    assert_eq!(left.iter().map(|l| l["step"].as_str()).collect::<Vec<_>>(), ["chrome-deprovision"]);
    // The portal's Autopilot list has serial numbers and no ids.
    let autopilot = report.lines_where("commands/by-hand.csv", "step", "autopilot-delete");
    assert!(!autopilot.is_empty() && autopilot.iter().all(|l| l["reason"].contains("do not have an id")));
}

#[test]
fn batches_keep_to_the_limits() {
    let (place, _) = Place::with_tenant(&Options { devices: 9_000, seed: 5, zip_intune: false });
    let report = place.analyze(&["--commands"]);
    let batches = report.lines("batches.csv");
    let number = |line: &crate::common::Line, column: &str| line[column].parse::<u32>().unwrap();
    assert!(batches.len() > 15 && batches.iter().all(|b| number(b, "devices") <= 100));
    let first_day: BTreeMap<&str, &str> =
        batches.iter().map(|b| (b["batch"].as_str(), b["remove_from"].as_str())).collect();
    let mut by_day: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let plan = report.lines("plan.csv");
    for line in &plan {
        *by_day.entry((first_day[line["batch"].as_str()], line["step"].as_str())).or_default() += 1;
    }
    // Each step has the limit for itself.
    for (step, limit) in [("intune-wipe", 500), ("intune-retire", 1_000), ("intune-delete", 1_000)] {
        let days: Vec<u32> = by_day.iter().filter(|((_, own), _)| *own == step).map(|(_, n)| *n).collect();
        assert!(!days.is_empty() && days.iter().all(|n| *n <= limit), "{step}: {days:?}");
    }
    let devices: u32 = batches.iter().map(|b| number(b, "devices")).sum();
    let planned: BTreeSet<&String> = plan.iter().map(|step| &step["device_key"]).collect();
    assert_eq!(devices as usize, planned.len(), "each device with a plan is in one batch");
    for script in scripts(&report).values() {
        assert!(ids(script).len() <= 100);
    }
}

/// An Intune list of the first of November, and a list of AD of the nineteenth with two domain controllers, the account of
/// single sign-on, and two servers.
fn directory() -> Place {
    let place = Place::new();
    place.write(
        "in/devices.csv",
        "Device ID,Device name,Serial number,OS,Ownership,Managed by,Last check-in,Compliance,Device state,Primary user UPN\n\
         1f0c9d8e-0000-4222-8333-000000000001,PC-1,5CG41100AA,Windows,Corporate,Intune,2026-06-01T08:00:00Z,Compliant,Managed,ann@example.org\n\
         1f0c9d8e-0000-4222-8333-000000000002,PC-2,5CG41100AB,Windows,Corporate,Intune,2026-11-01T08:00:00Z,Compliant,Managed,ben@example.org\n",
    );
    let head = "Name,DNSHostName,Enabled,OperatingSystem,LastLogonDate,DistinguishedName,ObjectGUID,SamAccountName,PrimaryGroupID";
    let line = |(at, (name, unit, system, seen, group)): (usize, (&str, &str, &str, &str, &str))| {
        format!(
            "\n{name},{name}.example.org,True,{system},{seen}T08:00:00Z,\"CN={name},{unit},DC=example,DC=org\",\
             7a1c9d8e-0000-4222-8333-00000000000{at},{name}$,{group}"
        )
    };
    let server = "Windows Server 2022 Standard";
    let lines = [
        ("DC-1", "OU=Domain Controllers", server, "2026-01-10", "516"),
        ("RODC-1", "OU=Branch", server, "2026-01-10", "521"),
        ("AZUREADSSOACC", "CN=Computers", "", "2026-01-10", "515"),
        ("SRV-1", "OU=Servers", server, "2026-01-10", "515"),
        ("SRV-2", "OU=Servers", server, "2026-11-19", "515"),
    ];
    let lines: Vec<String> = lines.into_iter().enumerate().map(line).collect();
    place.write("in/computers.csv", format!("{head}{}\n", lines.concat()));
    place
}

#[test]
fn a_file_compares_each_object_with_its_own_export_and_waits_for_the_wipe() {
    let place = directory();
    let report = place.analyze(&["--as-of", "2026-11-20", "--commands"]);
    let scripts = scripts(&report);
    let script = |step: &str| scripts.iter().find(|(name, _)| name.contains(step)).map(|(_, text)| text).unwrap();
    for step in ["intune-wipe", "intune-delete"] {
        let text = script(step);
        assert!(text.contains("[datetimeoffset] '2026-06-02T08:00:00Z'"), "{step}");
        assert!(text.contains("$Now.LastSyncDateTime -le $Seen") && text.contains("$TenantId -ne"), "{step}");
    }
    assert!(script("intune-delete").contains("-notin 'wipePending', 'wipeIssued'"));
    assert!(script("ad-disable-computer").contains("[string] $Domain"));
    let index = report.lines("commands/index.csv");
    let day = |step: &str| index.iter().find(|line| line["step"] == step).unwrap()["not_before"].clone();
    assert_eq!((day("intune-wipe"), day("intune-delete")), ("2026-11-20".into(), "2026-12-04".into()));
    let delete = &report.lines_where("plan.csv", "step", "intune-delete")[0];
    assert!(delete["condition"].starts_with("Not before 2026-12-04."), "{delete:?}");
}

#[test]
fn a_domain_controller_and_the_account_of_a_service_get_no_command() {
    let place = directory();
    let report = place.analyze(&["--as-of", "2026-11-20", "--commands"]);
    let planned = |name: &str| -> Vec<String> {
        report.lines_where("plan.csv", "device_name", name).into_iter().map(|line| line["step"].clone()).collect()
    };
    assert!(planned("SRV-1").contains(&"ad-disable-computer".to_string()));
    for name in ["DC-1", "RODC-1"] {
        assert_eq!(planned(name), ["export-list", "settle-directory-account", "verify-in-next-export"], "{name}");
    }
    assert!(!planned("AZUREADSSOACC").iter().any(|step| step.starts_with("ad-")));
}
