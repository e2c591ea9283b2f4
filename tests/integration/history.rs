//! Runs that remember: a tenant over a year, compared and carried on from report to report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::common::{Place, Report};

const INTUNE: &str = "Device ID,Device name,Enrollment date,Last check-in,Azure AD Device ID,OS version,Azure AD registered,EAS activation ID,Serial number,Manufacturer,Model,EAS activated,IMEI,Last EAS sync time,EAS reason,EAS status,Compliance grace period expiration,Security patch level,Wi-Fi MAC,MEID,Subscriber carrier,Total storage,Free storage,Management name,Category,UserId,Primary user UPN,Primary user email address,Primary user display name,WiFiIPv4Address,WiFiSubnetID,Compliance,Managed by,Ownership,Device state,Intune registered,Supervised,Encrypted,OS,SkuFamily,JoinType,Phone number,Jailbroken,ICCID,EthernetMAC,CellularTechnology,ProcessorArchitecture,EID,SystemManagementBIOSVersion,TPMManufacturerId,TPMManufacturerVersion,ProductName,Management certificate expiration date";
const ENTRA: &str = "displayName,accountEnabled,operatingSystem,operatingSystemVersion,joinType (trustType),registeredOwners,userNames,mdmDisplayName,isCompliant,registrationTime,approximateLastSignInDateTime,deviceId,isManaged,objectId,profileType,systemLabels,model";
const AUTOPILOT: &str =
    "Serial number,Manufacturer,Model,Group tag,Profile status,Purchase order,Userless Enrollment Status";

/// A computer as the consoles show it.
#[allow(clippy::struct_excessive_bools, reason = "which lists have it")]
#[derive(Clone)]
struct Pc {
    number: usize,
    /// Last day on which it was in use.
    last: &'static str,
    intune: bool,
    entra: bool,
    enabled: bool,
    autopilot: bool,
}

impl Pc {
    fn guid(&self, kind: usize) -> String {
        format!("{kind}f3c9d8e-1111-4222-8333-{:012x}", self.number + 1)
    }

    fn serial(&self) -> String {
        format!("5CDX{:06}", self.number + 1)
    }

    fn name(&self) -> String {
        format!("PC-{:02}", self.number + 1)
    }

    fn in_intune(&self) -> String {
        let cells: BTreeMap<&str, String> = BTreeMap::from([
            ("Device ID", self.guid(1)),
            ("Device name", self.name()),
            ("Enrollment date", "2024-02-03 09:11:00".into()),
            ("Last check-in", format!("{} 20:00:00", self.last)),
            ("Azure AD Device ID", self.guid(2)),
            ("OS version", "10.0.22631.4602".into()),
            ("Serial number", self.serial()),
            ("Manufacturer", "Dell Inc.".into()),
            ("Model", "Latitude 5440".into()),
            ("Primary user UPN", format!("u{}@contoso.example", self.number)),
            ("Compliance", "Compliant".into()),
            ("Managed by", "Intune".into()),
            ("Ownership", "Corporate".into()),
            ("Device state", "Managed".into()),
            ("Encrypted", "True".into()),
            ("OS", "Windows".into()),
            ("JoinType", "Azure AD joined".into()),
            ("Management certificate expiration date", "2029-08-25 12:56:44".into()),
        ]);
        row(INTUNE, &cells)
    }

    fn in_entra(&self) -> String {
        let cells: BTreeMap<&str, String> = BTreeMap::from([
            ("displayName", self.name()),
            ("accountEnabled", if self.enabled { "True" } else { "False" }.into()),
            ("operatingSystem", "Windows".into()),
            ("operatingSystemVersion", "10.0.22631.4602".into()),
            ("joinType (trustType)", "Azure AD joined".into()),
            ("userNames", format!("u{}@contoso.example", self.number)),
            ("mdmDisplayName", "Microsoft Intune".into()),
            ("isCompliant", "True".into()),
            ("registrationTime", "2024-02-03T09:11:00Z".into()),
            ("approximateLastSignInDateTime", format!("{}T20:00:00Z", self.last)),
            ("deviceId", self.guid(2)),
            ("isManaged", "True".into()),
            ("objectId", self.guid(3)),
            ("profileType", "RegisteredDevice".into()),
            ("model", "Latitude 5440".into()),
        ]);
        row(ENTRA, &cells)
    }
}

fn row(header: &str, cells: &BTreeMap<&str, String>) -> String {
    header.split(',').map(|name| cells.get(name).map_or("", String::as_str)).collect::<Vec<_>>().join(",")
}

/// Computers of which the first few have not been in use for long.
fn fleet(count: usize, stale: usize, recent: &'static str) -> Vec<Pc> {
    let pc = |number| Pc {
        number,
        last: if number < stale { "2025-08-01" } else { recent },
        intune: true,
        entra: true,
        enabled: true,
        autopilot: true,
    };
    (0..count).map(pc).collect()
}

/// Writes the lists of a fleet into a folder.
fn export(place: &Place, folder: &str, fleet: &[Pc], autopilot: bool) {
    let list = |header: &str, of: &dyn Fn(&Pc) -> Option<String>| {
        let mut text = format!("{header}\n");
        for line in fleet.iter().filter_map(of) {
            let _ = writeln!(text, "{line}");
        }
        text
    };
    place.write(&format!("{folder}/intune.csv"), list(INTUNE, &|pc| pc.intune.then(|| pc.in_intune())));
    place.write(&format!("{folder}/entra.csv"), list(ENTRA, &|pc| pc.entra.then(|| pc.in_entra())));
    if autopilot {
        let line =
            |pc: &Pc| pc.autopilot.then(|| format!("{},Dell Inc.,Latitude 5440,,Assigned,,Not Allowed", pc.serial()));
        place.write(&format!("{folder}/autopilot.csv"), list(AUTOPILOT, &line));
    }
}

fn analyze(place: &Place, folder: &str, as_of: &str, more: &[&str]) -> Report {
    let out = format!("{folder}-report");
    let usual = ["analyze", folder, "--quiet", "--out", &out, "--as-of", as_of, "--label", "Contoso"];
    let run = place.run(&[&usual, more].concat());
    assert_eq!(run.code, 0, "{}{}", run.stderr, run.stdout);
    Report { root: place.path(&out) }
}

fn states(report: &Report) -> BTreeMap<(String, String), usize> {
    let mut states = BTreeMap::new();
    for line in report.lines("changes.csv") {
        *states.entry((line["kind"].clone(), line["state"].clone())).or_default() += 1;
    }
    states
}

fn count(report: &Report, kind: &str, state: &str) -> usize {
    states(report).get(&(kind.to_owned(), state.to_owned())).copied().unwrap_or_default()
}

/// The states of the findings of every rule add up to those of both runs.
fn assert_partition(before: &Report, after: &Report) {
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(after.root.join("report.json")).unwrap()).unwrap();
    let number = |row: &serde_json::Value, name: &str| row[name].as_u64().unwrap();
    let mut sums = [0; 2];
    for row in json["since"]["rules"].as_array().unwrap() {
        let now = number(row, "new") + number(row, "open") + number(row, "reopened");
        assert_eq!(now, number(row, "now"), "{row}");
        sums[0] += number(row, "before");
        sums[1] += number(row, "now");
    }
    let lines = |report: &Report| report.lines("findings.csv").len() as u64;
    assert_eq!(sums, [lines(before), lines(after)]);
}

#[test]
fn the_same_exports_twice_are_no_change() {
    let place = Place::new();
    export(&place, "in", &fleet(12, 3, "2026-01-08"), true);
    let first = analyze(&place, "in", "2026-01-10", &[]);
    assert!(!first.root.join("changes.csv").exists(), "without a baseline there is nothing to say");
    std::fs::rename(&first.root, place.path("first")).unwrap();
    let second = analyze(&place, "in", "2026-01-10", &["--baseline", "first"]);
    assert_eq!(states(&second), BTreeMap::new());
    assert_partition(&Report { root: place.path("first") }, &second);
    std::fs::rename(&second.root, place.path("second")).unwrap();
    // A chain changes nothing of that, and every step that was planned is in the ledger.
    let third = analyze(&place, "in", "2026-01-10", &["--baseline", "second"]);
    assert_eq!(states(&third), BTreeMap::new());
    let ledger = third.lines("ledger.csv");
    assert!(!ledger.is_empty() && ledger.iter().all(|line| line["state"] == "planned"), "{ledger:?}");
    // The chain can be verified.
    let verified = place.run(&["verify", "in-report", "--baseline", "second", "--baseline", "first"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    let verified = place.run(&["verify", "in-report", "--baseline", "first"]);
    assert_eq!(verified.code, 6, "{}", verified.stdout);
    let same = place.run(&["compare", "second", "in-report"]);
    assert!(same.stdout.contains("nothing changed"), "{}", same.stdout);
    // What was remembered is saved and loaded: a report is written again to the byte.
    let again = place.run(&["render", "in-report", "--out", "again", "--quiet"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    crate::common::assert_same(&third.files(), &Report { root: place.path("again") }.files());
}

#[test]
fn a_list_that_was_cut_resolves_nothing() {
    let place = Place::new();
    let whole = fleet(30, 9, "2026-01-08");
    export(&place, "first", &whole, false);
    let first = analyze(&place, "first", "2026-01-10", &[]);
    // The first eighteen of thirty, in both lists; and the last eighteen.
    for (name, part) in [("head", &whole[..18]), ("tail", &whole[12..])] {
        export(&place, name, part, false);
        let report = analyze(&place, name, "2026-02-10", &["--baseline", "first-report"]);
        for (kind, state) in [("finding", "resolved"), ("device", "gone"), ("object", "gone")] {
            assert_eq!(count(&report, kind, state), 0, "{name}: {kind} {state}");
        }
        assert!(report.lines("ledger.csv").iter().all(|line| line["state"] == "planned"), "{name}");
        assert_partition(&first, &report);
    }
    // Cut in the same way again it is no more whole than it was.
    export(&place, "again", &whole[12..], false);
    let again = analyze(&place, "again", "2026-02-20", &["--baseline", "tail-report"]);
    for (kind, state) in [("finding", "resolved"), ("device", "gone"), ("object", "gone")] {
        assert_eq!(count(&again, kind, state), 0, "again: {kind} {state}");
    }
    // What is whole again tells what became of it, also where the runs between could not.
    let mut left = whole.clone();
    left.remove(0);
    export(&place, "third", &left, false);
    let third = analyze(&place, "third", "2026-03-10", &["--baseline", "again-report"]);
    let gone = third.lines_where("changes.csv", "kind", "device");
    let gone: Vec<&str> = gone.iter().filter(|l| l["state"] == "gone").map(|l| l["device_name"].as_str()).collect();
    assert_eq!(gone, ["PC-01"]);
    assert!(third.lines_where("changes.csv", "device_name", "PC-01").iter().any(|l| l["state"] == "resolved"));
    let stale = third.lines_where("changes.csv", "rule", "stale-everywhere");
    assert!(stale.iter().all(|line| line["state"] != "new"), "what could not be assessed goes on: {stale:?}");
    // A shorter list is whole where the console's own page shows as many.
    export(&place, "short", &whole[12..], false);
    let stated = ["--baseline", "first-report", "--expect", "intune=18", "--expect", "entra=18"];
    let short = analyze(&place, "short", "2026-02-10", &stated);
    assert_eq!(count(&short, "device", "gone"), 12);
}

#[test]
fn a_console_that_comes_or_goes_and_other_orders_change_no_device() {
    let place = Place::new();
    let whole = fleet(20, 4, "2026-01-08");
    export(&place, "first", &whole, false);
    let first = analyze(&place, "first", "2026-01-10", &[]);
    let mut turned = whole.clone();
    turned.reverse();
    export(&place, "second", &turned, true);
    let second = analyze(&place, "second", "2026-01-10", &["--baseline", "first-report"]);
    assert_eq!((count(&second, "device", "appeared"), count(&second, "device", "gone")), (0, 0));
    assert_eq!(count(&second, "finding", "resolved"), 0);
    assert_partition(&first, &second);
    // Without Intune and Autopilot; keys and serial numbers are others.
    export(&place, "third", &turned, false);
    std::fs::remove_file(place.path("third/intune.csv")).unwrap();
    let third = analyze(&place, "third", "2026-01-10", &["--baseline", "second-report"]);
    assert_eq!((count(&third, "device", "appeared"), count(&third, "device", "gone")), (0, 0));
    assert_eq!(count(&third, "finding", "resolved"), 0, "{:?}", third.lines("changes.csv"));
    // The order of rows and files changes no byte of what became of it.
    export(&place, "fourth", &whole, true);
    let fourth = analyze(&place, "fourth", "2026-01-10", &["--baseline", "first-report"]);
    assert_eq!(fourth.files()["changes.csv"], second.files()["changes.csv"]);
    assert_eq!(
        fourth.lines("ledger.csv").iter().map(|line| line["object_id"].clone()).collect::<BTreeSet<_>>(),
        second.lines("ledger.csv").iter().map(|line| line["object_id"].clone()).collect::<BTreeSet<_>>()
    );
}

/// Two machines that have changed places are neither of them.
#[test]
fn a_serial_number_that_moved_carries_nothing() {
    let place = Place::new();
    let whole = fleet(12, 3, "2026-01-08");
    export(&place, "first", &whole, false);
    analyze(&place, "first", "2026-01-10", &[]);
    export(&place, "second", &whole, false);
    let list = std::fs::read_to_string(place.path("second/intune.csv")).unwrap();
    let list = list.replace("5CDX000001", "X").replace("5CDX000008", "5CDX000001").replace(",X,", ",5CDX000008,");
    place.write("second/intune.csv", list);
    let second = analyze(&place, "second", "2026-02-10", &["--baseline", "first-report"]);
    let changed = second.lines_where("changes.csv", "state", "identity-changed");
    assert!(!changed.is_empty(), "{:?}", second.lines("changes.csv"));
    let resolved = second.lines_where("changes.csv", "state", "resolved");
    assert!(resolved.iter().all(|line| !["PC-01", "PC-08"].contains(&line["device_name"].as_str())), "{resolved:?}");
}

/// The ledger as a person reads it.
fn told(report: &Report) -> String {
    let mut text = String::new();
    for line in report.lines("ledger.csv") {
        let by = line["settled_by"].split(" (sha256").next().unwrap_or_default().to_owned();
        let claimed = match line["claimed_on"].as_str() {
            "" => String::new(),
            on => format!(", claimed {on} by {}", line["claimed_by"]),
        };
        let settled = match line["settled_on"].as_str() {
            "" => String::new(),
            on => format!(", {on} by {by}"),
        };
        let note = if line["note"].is_empty() { String::new() } else { format!(" ({})", line["note"]) };
        let _ = writeln!(
            text,
            "{} {}: {} since {}{claimed}{settled}{note}",
            line["device_name"], line["step"], line["state"], line["planned_on"]
        );
    }
    text
}

/// Claims of steps on a device, as a file of decisions.
fn claims(report: &Report, names: &[&str], on: &str, by: &str) -> String {
    let mut text = String::from("device_key,step,object_id,done_on,done_by\n");
    let plan = report.lines("plan.csv");
    for line in
        plan.iter().filter(|line| names.contains(&line["device_name"].as_str()) && !line["object_id"].is_empty())
    {
        let _ = writeln!(text, "{},{},{},{on},{by}", line["device_key"], line["step"], line["object_id"]);
    }
    text
}

/// Of a date with its day and month exchanged, or a year too far, nobody is to make evidence.
#[test]
fn a_step_that_is_said_to_be_done_long_after_the_exports_is_not_believed() {
    let place = Place::new();
    export(&place, "january", &fleet(12, 3, "2026-01-08"), false);
    let january = analyze(&place, "january", "2026-01-10", &[]);
    for (on, claimed) in [("2026-01-20", true), ("2027-01-20", false)] {
        place.write("done.csv", claims(&january, &["PC-01"], on, "Ann"));
        export(&place, on, &fleet(12, 3, "2026-01-08"), false);
        let more = ["--decisions", "done.csv", "--baseline", "january-report"];
        let report = analyze(&place, on, "2026-01-10", &more);
        let notices = report.lines_where("notices.csv", "code", "decision-in-doubt");
        assert_eq!(notices.is_empty(), claimed, "{notices:?}");
        assert!(notices.iter().all(|line| line["message"].contains("said to be done on 2027-01-20")), "{notices:?}");
        assert_eq!(report.lines_where("ledger.csv", "state", "claimed").is_empty(), !claimed);
    }
}

#[test]
fn a_life_of_five_runs() {
    let place = Place::new();
    // January: three of twelve are stale.
    let mut pcs = fleet(12, 3, "2026-01-08");
    export(&place, "january", &pcs, false);
    let january = analyze(&place, "january", "2026-01-10", &[]);
    assert_eq!(january.lines_where("findings.csv", "rule", "stale-everywhere").len(), 3);

    // March: all of PC-01 and PC-02 is said to be done; PC-01 is gone from Intune and disabled, PC-02 is as it was.
    place.write("march.csv", claims(&january, &["PC-01", "PC-02"], "2026-02-01", "Ann"));
    (pcs[0].intune, pcs[0].enabled) = (false, false);
    pcs.iter_mut().skip(3).for_each(|pc| pc.last = "2026-03-08");
    export(&place, "march", &pcs, false);
    let march = analyze(&place, "march", "2026-03-10", &["--baseline", "january-report", "--decisions", "march.csv"]);
    assert_partition(&january, &march);
    let contradicted = march.lines_where("ledger.csv", "state", "contradicted");
    // What is there as it was contradicts; a record that is disabled and not deleted does, too.
    let told_otherwise =
        |name: &str, step: &str| contradicted.iter().any(|l| l["device_name"] == name && l["step"] == step);
    assert!(told_otherwise("PC-02", "intune-delete") && told_otherwise("PC-02", "entra-disable"), "{contradicted:?}");
    assert!(told_otherwise("PC-01", "entra-delete") && !told_otherwise("PC-01", "intune-delete"), "{contradicted:?}");
    let resolved = march.lines_where("changes.csv", "state", "resolved");
    assert!(resolved.iter().any(|l| l["device_name"] == "PC-01" && l["rule"] == "stale-everywhere"), "{resolved:?}");

    // June: PC-01 is gone altogether, PC-02 is disabled; PC-03 is in use again.
    pcs[0].entra = false;
    (pcs[1].intune, pcs[1].enabled) = (false, false);
    pcs.iter_mut().skip(2).for_each(|pc| pc.last = "2026-06-08");
    export(&place, "june", &pcs, false);
    let june = analyze(&place, "june", "2026-06-10", &["--baseline", "march-report"]);
    assert_partition(&march, &june);
    let stale = june.lines_where("changes.csv", "rule", "stale-everywhere");
    let resolved = |name: &str| stale.iter().any(|l| l["device_name"] == name && l["state"] == "resolved");
    assert!(resolved("PC-02") && resolved("PC-03"), "{stale:?}");

    // October: PC-01 is back in Entra ID; the threshold is another; lists of Autopilot are there for the first time; PC-03 is
    // stale again.
    (pcs[0].entra, pcs[0].enabled) = (true, true);
    pcs.iter_mut().skip(3).for_each(|pc| pc.last = "2026-10-08");
    export(&place, "october", &pcs, true);
    let more = ["--baseline", "june-report", "--threshold", "inactive=60"];
    let october = analyze(&place, "october", "2026-10-10", &more);
    assert_partition(&june, &october);
    let stale = october.lines_where("changes.csv", "rule", "stale-everywhere");
    let state = |name: &str| stale.iter().find(|l| l["device_name"] == name).map(|l| l["state"].clone());
    assert_eq!((state("PC-01").as_deref(), state("PC-03").as_deref()), (Some("reopened"), Some("reopened")));
    assert!(stale.iter().all(|line| line["why"].starts_with("rule-changed")), "{stale:?}");

    // January: PC-02 and PC-03 are gone from every list.
    pcs[1].entra = false;
    (pcs[2].intune, pcs[2].entra) = (false, false);
    pcs.iter_mut().take(3).for_each(|pc| pc.autopilot = false);
    pcs.iter_mut().skip(3).for_each(|pc| pc.last = "2027-01-08");
    export(&place, "next", &pcs, true);
    let next = analyze(&place, "next", "2027-01-10", &["--baseline", "october-report", "--threshold", "inactive=60"]);
    assert_partition(&october, &next);
    assert_snapshot!(told(&next));

    // No line of the ledger is ever lost.
    let keys = |report: &Report| -> BTreeSet<[String; 3]> {
        let lines = report.lines("ledger.csv");
        lines.iter().map(|l| ["console", "object_id", "step"].map(|column| l[column].clone())).collect()
    };
    let chain = [&march, &june, &october, &next].map(keys);
    assert!(chain.windows(2).all(|two| two[0].is_subset(&two[1])));
    // The page tells of all five, and the figures of October are set apart.
    let page = std::fs::read_to_string(next.root.join("report.html")).unwrap();
    assert!(page.contains("Since 2026-10-10") && page.contains("rules or thresholds are others"));
}

/// What was decided in the first run holds in the second, where the device has another key.
#[test]
fn the_log_of_commands_is_a_claim() {
    let place = Place::new();
    let mut pcs = fleet(12, 3, "2026-01-08");
    export(&place, "january", &pcs, false);
    let january = analyze(&place, "january", "2026-01-10", &[]);
    let plan = january.lines("plan.csv");
    let object = |name: &str, step: &str| {
        let line = plan.iter().find(|line| line["device_name"] == name && line["step"] == step);
        line.map(|line| (line["console"].clone(), line["object_id"].to_uppercase())).unwrap()
    };
    let mut log = String::from("console,object_id,step,state,claimed_on,claimed_by,note\n");
    for (name, step, state) in [
        ("PC-01", "entra-disable", "claimed"),
        ("PC-02", "entra-disable", "failed"),
        ("PC-02", "entra-disable", "claimed"),
        ("PC-03", "entra-disable", "approval-requested"),
    ] {
        let (console, object) = object(name, step);
        let _ = writeln!(log, "{console},{object},{step},{state},2026-02-01T08:00:00Z,ann@contoso.example,");
    }
    let _ = writeln!(log, "entra,00000000-1111-4222-8333-444444444444,entra-disable,claimed,2026-02-01T08:00:00Z,ann,");
    place.write("lastseen-log.csv", &log);

    // The same lists: the plan shows what is said to be done.
    export(&place, "again", &pcs, false);
    let again = analyze(&place, "again", "2026-01-10", &["--log", "lastseen-log.csv"]);
    let json = std::fs::read(again.root.join("report.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let rows = json["tables"]["plan"]["rows"].as_array().unwrap();
    let text = |row: &serde_json::Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let done: BTreeSet<(String, String)> = rows
        .iter()
        .filter(|row| row["done_by"] == "ann@contoso.example")
        .map(|row| (text(row, "device_name"), text(row, "step")))
        .collect();
    let said = |names: &[&str]| names.iter().map(|name| (name.to_string(), "entra-disable".to_string())).collect();
    assert_eq!(done, said(&["PC-01", "PC-02"]));
    let unused = again.lines_where("notices.csv", "code", "decision-unused");
    let [unused] = &unused[..] else { panic!("{unused:?}") };
    assert_eq!((unused["export"].as_str(), unused["row"].as_str()), ("lastseen-log.csv", "5"));

    // A later run: the ledger holds the claims against what the lists show.
    pcs[0].enabled = false;
    pcs.iter_mut().skip(3).for_each(|pc| pc.last = "2026-03-08");
    export(&place, "march", &pcs, false);
    let march = analyze(&place, "march", "2026-03-10", &["--baseline", "january-report", "--log", "lastseen-log.csv"]);
    let ledger = march.lines_where("ledger.csv", "step", "entra-disable");
    let state = |name: &str| {
        let line = ledger.iter().find(|line| line["device_name"] == name).unwrap();
        (line["state"].clone(), line["claimed_by"].clone())
    };
    assert_eq!(state("PC-01"), ("confirmed".into(), "ann@contoso.example".into()));
    assert_eq!(state("PC-02"), ("contradicted".into(), "ann@contoso.example".into()));
    assert_eq!(state("PC-03").1, "");

    let run = place.run(&["analyze", "march", "--quiet", "--out", "x", "--log", "january/intune.csv"]);
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert!(run.stderr.contains("is no log of executed commands"), "{}", run.stderr);
}

#[test]
fn a_decision_lasts_when_the_key_changes() {
    let place = Place::new();
    let mut pcs = fleet(12, 3, "2026-01-08");
    export(&place, "first", &pcs, false);
    let first = analyze(&place, "first", "2026-01-10", &[]);
    let key = |report: &Report, name: &str| report.lines_where("devices.csv", "name", name)[0]["device_key"].clone();
    let (kept, gone) = (key(&first, "PC-01"), key(&first, "PC-03"));
    // One by its key, one by an id of Entra ID, one by the key of a device that is gone later.
    let object = format!("entra:{}", pcs[1].guid(3).to_uppercase());
    let decisions = format!(
        "device_key,intent,status,assignee,note\n{kept},,declined,Ann,stays as a spare\n{object},reuse,in-progress,Ben,\n{gone},,in-progress,Cy,\n"
    );
    place.write("decisions.csv", decisions);
    let second = analyze(&place, "first", "2026-01-10", &["--decisions", "decisions.csv", "--force"]);
    let status =
        |report: &Report, name: &str| report.lines_where("findings.csv", "device_name", name)[0]["status"].clone();
    assert_eq!((status(&second, "PC-01").as_str(), status(&second, "PC-02").as_str()), ("declined", "in-progress"));

    (pcs[0].intune, pcs[1].intune) = (false, false);
    (pcs[2].intune, pcs[2].entra) = (false, false);
    export(&place, "third", &pcs, false);
    let expect = ["--expect", "intune=9", "--expect", "entra=11"];
    let third = analyze(&place, "third", "2026-02-10", &[&["--baseline", "first-report"], &expect[..]].concat());
    assert_ne!(key(&third, "PC-01"), kept, "another console knows it best");
    assert_eq!((status(&third, "PC-01").as_str(), status(&third, "PC-02").as_str()), ("declined", "in-progress"));
    let plan = third.lines_where("plan.csv", "device_name", "PC-01");
    assert!(plan.iter().all(|line| line["console"].is_empty()), "what is declined is left alone: {plan:?}");
    let notices = third.lines_where("notices.csv", "code", "decision-unused");
    assert!(notices.iter().any(|n| n["message"].contains(&gone) && n["message"].contains("closed")), "{notices:?}");
    // A file that names the devices as the earlier report did is understood, and counts before what is carried on.
    place.write("again.csv", format!("device_key,status,note\n{kept},in-progress,now it goes\n"));
    let more = [&["--baseline", "first-report", "--decisions", "again.csv", "--force"], &expect[..]].concat();
    let again = analyze(&place, "third", "2026-02-10", &more);
    assert_eq!((status(&again, "PC-01").as_str(), status(&again, "PC-02").as_str()), ("in-progress", "in-progress"));
}

/// A device of which it is not clear which it is gets no decision of another.
#[test]
fn a_decision_is_carried_to_no_other_device() {
    let place = Place::new();
    let pcs = fleet(12, 3, "2026-01-08");
    export(&place, "first", &pcs, false);
    place.write("decisions.yaml", format!("- {{serial: {}, status: declined, note: stays}}\n", pcs[0].serial()));
    analyze(&place, "first", "2026-01-10", &["--decisions", "decisions.yaml"]);
    // PC-01 and PC-08 have changed their serial numbers: whose the decision is, nobody can tell.
    export(&place, "second", &pcs, false);
    let list = std::fs::read_to_string(place.path("second/intune.csv")).unwrap();
    let list = list.replace("5CDX000001", "X").replace("5CDX000008", "5CDX000001").replace(",X,", ",5CDX000008,");
    place.write("second/intune.csv", list);
    let second = analyze(&place, "second", "2026-02-10", &["--baseline", "first-report"]);
    let declined = second.lines_where("findings.csv", "status", "declined");
    assert!(declined.is_empty(), "{declined:?}");
    let notices = second.lines_where("notices.csv", "code", "decision-in-doubt");
    assert!(notices.iter().any(|n| n["message"].contains("not clear")), "{notices:?}");
}

#[test]
fn where_the_exports_come_from_is_stated_or_listed_as_not_stated() {
    let place = Place::new();
    export(&place, "in", &fleet(12, 3, "2026-01-08"), false);
    let form = place.run(&["checklist", "--provenance", "in"]);
    assert_eq!(form.code, 0, "{}", form.stderr);
    assert!(form.stdout.contains("\"entra.csv\"") && form.stdout.contains("\"intune.csv\""), "{}", form.stdout);
    let filled =
        form.stdout.replacen("exported_by: \"\"", "exported_by: Ann", 1).replacen("count_shown:", "count_shown: 14", 1);
    place.write("in/provenance.yaml", filled);
    let report = analyze(&place, "in", "2026-01-10", &["--prepared-by", "Ann", "--reviewed-by", "Ben"]);
    let manifest = report.manifest();
    let entra = &manifest["provenance"][0];
    assert_eq!((&entra["file"], &entra["exported_by"]), (&"entra.csv".into(), &"Ann".into()));
    assert_eq!((entra["rows"].as_i64(), entra["difference"].as_i64()), (Some(12), Some(-2)));
    assert_eq!(entra["not_stated"].as_array().unwrap().len(), 5, "{entra}");
    assert_eq!(manifest["provenance"][1]["not_stated"].as_array().unwrap().len(), 7);
    assert_eq!(manifest["settings"]["reviewed_by"], "Ben");
    let page = std::fs::read_to_string(report.root.join("report.html")).unwrap();
    assert!(page.contains("Prepared by") && page.contains("exported_at, source, role, scope, filter"));
    // A form that is still empty changes nothing of what is found.
    place.write("in/provenance.yaml", "exports:\n  - {file: a.csv, nonsense: 1}\n");
    let run = place.run(&["analyze", "in", "--out", "x"]);
    assert_eq!(run.code, 5, "{}", run.stderr);
}

/// Why the rule that looks for devices that left Intune did not run; empty where it did.
fn left_intune(report: &Report) -> String {
    let line = report.rule("left-intune-still-in-entra");
    if line["outcome"] == "ran" { String::new() } else { line["reason"].clone() }
}

#[test]
fn what_is_stated_of_a_list_decides_what_it_proves() {
    let place = Place::new();
    let mut pcs = fleet(40, 3, "2026-01-08");
    pcs[9].intune = false;
    export(&place, "in", &pcs, false);
    let stated = |text: &str| {
        place.write("in/provenance.yaml", format!("exports:\n  - {{file: intune.csv, {text}}}\n"));
        analyze(&place, "in", "2026-01-10", &["--force"])
    };
    let found = |report: &Report| !report.lines_where("findings.csv", "rule", "left-intune-still-in-entra").is_empty();
    let whole = stated("filter: none, count_shown: 39");
    assert!(left_intune(&whole).is_empty() && found(&whole), "{}", left_intune(&whole));
    let filtered = stated("filter: 'Ownership = Corporate', count_shown: 39");
    assert!(left_intune(&filtered).contains("provenance.yaml says that it was filtered: Ownership = Corporate"));
    assert!(!found(&filtered));
    let short = stated("count_shown: 45");
    assert!(left_intune(&short).contains("45 devices expected of Intune, and the exports have 39"));
    assert!(!found(&short));
}

/// Lines of a ledger by what never changes of them.
fn steps_of(report: &Report) -> BTreeSet<[String; 3]> {
    // Without a baseline there is no ledger yet.
    let lines = if report.root.join("ledger.csv").exists() { report.lines("ledger.csv") } else { Vec::new() };
    lines.into_iter().map(|line| ["console", "object_id", "step"].map(|column| line[column].clone())).collect()
}

/// Whatever happens between runs: the states add up, the ledger loses nothing, and a run compared with itself says nothing.
#[test]
fn over_any_runs_the_states_add_up_and_the_ledger_loses_nothing() {
    for seed in 1..=4_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut chance = |one_in: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.is_multiple_of(one_in)
        };
        let place = Place::new();
        let mut pcs = fleet(14, 5, "2026-01-08");
        let mut earlier: Option<Report> = None;
        for (run, (day, recent)) in
            [("2026-01-10", "2026-01-08"), ("2026-03-10", "2026-03-08"), ("2026-06-10", "2026-06-08")]
                .into_iter()
                .enumerate()
        {
            for pc in &mut pcs {
                pc.last = if chance(3) { pc.last } else { recent };
                pc.intune &= !chance(6);
                pc.entra &= !chance(8);
                pc.enabled ^= chance(8);
                pc.autopilot ^= chance(8);
                if chance(9) {
                    (pc.intune, pc.entra) = (true, true);
                }
            }
            let folder = format!("run{run}");
            let listed: Vec<Pc> = pcs.iter().filter(|_| !chance(12)).cloned().collect();
            export(&place, &folder, &listed, !chance(3));
            let Some(before) = earlier.take() else {
                let first = analyze(&place, &folder, day, &[]);
                let name = first.root.file_name().unwrap().to_str().unwrap();
                let same = place.run(&["compare", name, name]);
                assert!(same.stdout.contains("nothing changed"), "seed {seed}: {}", same.stdout);
                earlier = Some(first);
                continue;
            };
            let baseline = before.root.file_name().unwrap().to_str().unwrap().to_string();
            let after = analyze(&place, &folder, day, &["--baseline", &baseline]);
            assert_partition(&before, &after);
            let (then, now) = (steps_of(&before), steps_of(&after));
            assert!(then.is_subset(&now), "seed {seed}, run {run}: {:?}", then.difference(&now));
            let planned: BTreeSet<[String; 3]> = after
                .lines("plan.csv")
                .into_iter()
                .filter(|line| !line["object_id"].is_empty() && !line["console"].is_empty())
                .map(|line| ["console", "object_id", "step"].map(|column| line[column].clone()))
                .collect();
            assert!(planned.is_subset(&now), "seed {seed}, run {run}: {:?}", planned.difference(&now));
            let name = after.root.file_name().unwrap().to_str().unwrap();
            let same = place.run(&["compare", name, name, "--csv"]);
            assert_eq!(same.stdout.lines().count(), 1, "seed {seed}, run {run}: {}", same.stdout);
            earlier = Some(after);
        }
    }
}

/// The steps of a device in the plan of a report.
fn plan_of(report: &Report, name: &str) -> Vec<String> {
    let lines = report.lines("plan.csv").into_iter().filter(|line| line["device_name"] == name);
    lines.map(|line| line["step"].clone()).collect()
}

#[test]
fn a_removal_that_was_begun_goes_on_until_the_device_is_seen_again() {
    let place = Place::new();
    let mut pcs = fleet(14, 1, "2026-11-18");
    let gone = &mut pcs[0];
    gone.autopilot = false;
    export(&place, "november", &pcs, true);
    let first = analyze(&place, "november", "2026-11-20T08:00:00Z", &[]);
    assert!(plan_of(&first, "PC-01").contains(&"entra-delete".to_string()), "{:?}", plan_of(&first, "PC-01"));
    // Its access is closed, and nothing else was done.
    pcs[0].enabled = false;
    pcs[1..].iter_mut().for_each(|pc| pc.last = "2026-12-03");
    export(&place, "december", &pcs, true);
    let begun = analyze(&place, "december", "2026-12-04T08:00:00Z", &["--baseline", "november-report"]);
    let resolved = begun.lines("changes.csv").into_iter().filter(|line| line["state"] == "resolved");
    assert!(resolved.map(|line| line["rule"].clone()).any(|rule| rule == "stale-everywhere"));
    let plan = plan_of(&begun, "PC-01");
    for step in ["intune-delete", "entra-delete"] {
        assert!(plan.contains(&step.to_string()), "{step}: {plan:?}");
    }
    assert!(!plan.contains(&"re-enroll".to_string()), "{plan:?}");
    // The grace period is the one that began with the first plan.
    let first_day = |report: &Report| {
        let mut lines = report.lines("plan.csv").into_iter();
        lines.find(|line| line["device_name"] == "PC-01" && line["step"] == "entra-delete").unwrap()["not_before"]
            .clone()
    };
    assert_eq!(first_day(&begun), first_day(&first));
    assert!(first_day(&begun).as_str() > "2026-12-04", "{}", first_day(&begun));
    let asked = begun.lines("plan.csv").into_iter().filter(|line| line["device_name"] == "PC-01");
    assert!(
        asked.filter(|line| line["condition"].contains("An earlier plan began to take it out of service")).count() > 0
    );
    // Nothing more was done by the next run: it goes on all the same.
    pcs[1..].iter_mut().for_each(|pc| pc.last = "2026-12-10");
    export(&place, "later", &pcs, true);
    let later = analyze(&place, "later", "2026-12-11T08:00:00Z", &["--baseline", "december-report"]);
    assert!(plan_of(&later, "PC-01").contains(&"entra-delete".to_string()), "{:?}", plan_of(&later, "PC-01"));
    assert!(first_day(&later) >= first_day(&first), "{}", first_day(&later));
    // Without the earlier report nobody knows of it, and with it nothing is taken from what was seen again.
    let alone = analyze(&place, "december", "2026-12-04T08:00:00Z", &["--force"]);
    assert!(!plan_of(&alone, "PC-01").contains(&"autopilot-delete".to_string()));
    pcs[0].last = "2026-12-10";
    export(&place, "seen", &pcs, true);
    let seen = analyze(&place, "seen", "2026-12-11T08:00:00Z", &["--baseline", "later-report"]);
    for step in ["data-erased", "intune-wipe", "intune-delete", "entra-delete"] {
        assert!(!plan_of(&seen, "PC-01").contains(&step.to_string()), "{step}: {:?}", plan_of(&seen, "PC-01"));
    }
}

/// The plan of an Autopilot device leaves Entra ID alone. Whoever closes its access all the same has begun to take it out.
#[test]
fn a_removal_goes_on_where_somebody_closed_access_that_the_plan_leaves_open() {
    let place = Place::new();
    let mut pcs = fleet(14, 1, "2026-11-18");
    export(&place, "november", &pcs, true);
    let first = analyze(&place, "november", "2026-11-20T08:00:00Z", &[]);
    let plan = plan_of(&first, "PC-01");
    assert!(plan.contains(&"autopilot-delete".to_string()), "{plan:?}");
    assert!(!plan.iter().any(|step| step.starts_with("entra-")), "{plan:?}");
    pcs[0].enabled = false;
    pcs[1..].iter_mut().for_each(|pc| pc.last = "2026-12-03");
    export(&place, "december", &pcs, true);
    let begun = analyze(&place, "december", "2026-12-04T08:00:00Z", &["--baseline", "november-report"]);
    assert!(plan_of(&begun, "PC-01").contains(&"autopilot-delete".to_string()), "{:?}", plan_of(&begun, "PC-01"));
    assert!(begun.lines("ledger.csv").iter().all(|line| line["state"] != "withdrawn"));
}

/// Whoever enables a device again has a reason, and the dates of its sign-ins are late by up to two weeks.
#[test]
fn what_was_closed_and_is_open_again_waits_for_a_decision() {
    let place = Place::new();
    let mut pcs = fleet(14, 1, "2026-11-18");
    pcs[0].autopilot = false;
    export(&place, "november", &pcs, true);
    analyze(&place, "november", "2026-11-20T08:00:00Z", &[]);
    pcs[0].enabled = false;
    pcs[1..].iter_mut().for_each(|pc| pc.last = "2026-12-03");
    export(&place, "december", &pcs, true);
    analyze(&place, "december", "2026-12-04T08:00:00Z", &["--baseline", "november-report"]);
    pcs[0].enabled = true;
    pcs[1..].iter_mut().for_each(|pc| pc.last = "2026-12-29");
    export(&place, "january", &pcs, true);
    let baseline = ["--baseline", "december-report"];
    let opened = analyze(&place, "january", "2026-12-30T08:00:00Z", &baseline);
    let stale = opened.lines_where("findings.csv", "device_name", "PC-01");
    assert!(stale.iter().any(|line| line["rule"] == "stale-everywhere"), "{stale:?}");
    for step in ["entra-disable", "data-erased", "intune-wipe", "intune-delete", "entra-delete"] {
        assert!(!plan_of(&opened, "PC-01").contains(&step.to_string()), "{step}: {:?}", plan_of(&opened, "PC-01"));
    }
    let notices = opened.lines_where("notices.csv", "code", "decision-in-doubt");
    assert!(notices.iter().any(|line| line["message"].contains("in Entra ID is enabled again")), "{notices:?}");
    // It does not wait once somebody has decided.
    place.write("go.yaml", format!("- {{serial: {}, intent: dispose}}\n", pcs[0].serial()));
    let decided = [&baseline[..], &["--decisions", "go.yaml", "--force"]].concat();
    let decided = analyze(&place, "january", "2026-12-30T08:00:00Z", &decided);
    assert!(plan_of(&decided, "PC-01").contains(&"entra-delete".to_string()), "{:?}", plan_of(&decided, "PC-01"));
    assert_eq!(decided.lines_where("notices.csv", "code", "decision-in-doubt"), []);
}

/// No plan closed it: the lists of the two runs alone show that somebody opened it.
#[test]
fn what_an_earlier_list_had_as_disabled_and_is_enabled_waits_for_a_decision() {
    let place = Place::new();
    let mut pcs = fleet(14, 2, "2026-11-18");
    pcs[0].enabled = false;
    export(&place, "november", &pcs, true);
    let before = analyze(&place, "november", "2026-11-20T08:00:00Z", &[]);
    assert!(!plan_of(&before, "PC-01").contains(&"entra-disable".to_string()), "{:?}", plan_of(&before, "PC-01"));
    pcs[0].enabled = true;
    pcs[2..].iter_mut().for_each(|pc| pc.last = "2026-12-03");
    export(&place, "december", &pcs, true);
    let opened = analyze(&place, "december", "2026-12-04T08:00:00Z", &["--baseline", "november-report"]);
    let takes =
        |name: &str| plan_of(&opened, name).iter().any(|step| step.ends_with("-wipe") || step.ends_with("-delete"));
    assert!(!takes("PC-01") && takes("PC-02"), "{:?}", plan_of(&opened, "PC-01"));
    let notices = opened.lines_where("notices.csv", "code", "decision-in-doubt");
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0]["message"].contains("was disabled in the baseline and is enabled now"), "{notices:?}");
}

#[test]
fn what_was_one_device_and_came_apart_is_looked_at() {
    let place = Place::new();
    let mut pcs = fleet(14, 1, "2026-11-18");
    export(&place, "november", &pcs, true);
    analyze(&place, "november", "2026-11-20T08:00:00Z", &[]);
    // The Intune record went, as planned; nothing joins its Autopilot row and its Entra record any more.
    pcs[0].intune = false;
    pcs[1..].iter_mut().for_each(|pc| pc.last = "2026-12-03");
    export(&place, "december", &pcs, true);
    let apart = analyze(&place, "december", "2026-12-04T08:00:00Z", &["--baseline", "november-report"]);
    let plan = plan_of(&apart, "PC-01");
    for step in ["entra-disable", "data-erased", "entra-delete", "autopilot-delete"] {
        assert!(!plan.contains(&step.to_string()), "{step}: {plan:?}");
    }
    let questions = apart.lines("questions.csv").into_iter().filter(|line| line["device_name"] == "PC-01");
    let said: Vec<String> = questions.map(|line| line["unknown"].clone()).collect();
    assert!(said.iter().any(|said| said.contains("the baseline had it in one device with another")), "{said:?}");
}

/// A machine that was set up anew has new ids and a new name; only the baseline knows of which serial number the old ones are.
#[test]
fn what_a_machine_that_was_set_up_anew_leaves_behind_is_looked_at() {
    let place = Place::new();
    let mut pcs = fleet(14, 1, "2026-11-18");
    for pc in &mut pcs {
        pc.autopilot = false;
    }
    export(&place, "november", &pcs, false);
    analyze(&place, "november", "2026-11-20T08:00:00Z", &[]);
    // The old Entra record is disabled, as planned; the machine checks in under new ids.
    pcs[0].enabled = false;
    pcs[1..].iter_mut().for_each(|pc| pc.last = "2026-12-03");
    export(&place, "december", &pcs, false);
    let intune = std::fs::read_to_string(place.path("december/intune.csv")).unwrap();
    let again = |line: &str| {
        let line = line.replace("2025-08-01", "2026-12-03").replace("PC-01", "NEW-01");
        line.replace(&pcs[0].guid(1), &pcs[13].guid(8)).replace(&pcs[0].guid(2), &pcs[13].guid(9)) + "\n"
    };
    let lines = intune.lines().map(|line| if line.contains("PC-01") { again(line) } else { format!("{line}\n") });
    place.write("december/intune.csv", lines.collect::<String>());
    let anew = analyze(&place, "december", "2026-12-04T08:00:00Z", &["--baseline", "november-report"]);
    let plan = plan_of(&anew, "PC-01");
    for step in ["data-erased", "entra-delete", "intune-wipe"] {
        assert!(!plan.contains(&step.to_string()), "{step}: {plan:?}");
    }
    assert!(anew.lines("devices.csv").iter().any(|line| line["name"] == "NEW-01" && line["activity"] == "active"));
}

#[test]
fn a_list_that_shrank_too_much_proves_no_absence() {
    let place = Place::new();
    let mut pcs = fleet(30, 0, "2026-11-18");
    export(&place, "november", &pcs, true);
    analyze(&place, "november", "2026-11-20T08:00:00Z", &[]);
    // A sixth of the Intune list is missing a day later, and nobody planned that.
    pcs[..5].iter_mut().for_each(|pc| pc.intune = false);
    export(&place, "cut", &pcs, true);
    let alone = analyze(&place, "cut", "2026-11-21T08:00:00Z", &[]);
    assert_eq!(left_intune(&alone), "");
    let cut = analyze(&place, "cut", "2026-11-21T08:00:00Z", &["--baseline", "november-report", "--force"]);
    assert!(left_intune(&cut).contains("5 of the 30 objects of the earlier list"), "{}", left_intune(&cut));
    let notices: Vec<String> = cut.lines("notices.csv").into_iter().map(|line| line["message"].clone()).collect();
    assert!(
        notices.iter().any(|said| said.starts_with("beside the baseline the Intune list is not whole")),
        "{notices:?}"
    );
}
