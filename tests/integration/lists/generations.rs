//! Two or more whole lists of one console at different times: the newest counts.

use super::{analyze, cros, entra, intune, refused, remarks, rules, steps};

const SHOWN: &str = "set aside: older list; the newer one shows the object";
const GONE: &str = "set aside: older list; the newer one no longer has the object";

fn october() -> String {
    cros(&[
        (1, "ACTIVE", "2025-09-30"),
        (2, "ACTIVE", "2025-06-10"),
        (3, "ACTIVE", "2025-09-29"),
        (4, "ACTIVE", "2025-05-01"),
    ])
}

fn february() -> String {
    cros(&[(1, "ACTIVE", "2026-02-27"), (2, "DEPROVISIONED", "2025-06-10"), (3, "ACTIVE", "2026-02-26")])
}

#[test]
fn a_chromebook_that_today_is_deprovisioned_is_dealt_with_whatever_the_files_are_called() {
    for (old, new) in [("a.csv", "b.csv"), ("b.csv", "a.csv"), ("z/old.csv", "a/new.csv")] {
        let (_place, report) = analyze(&[(old, october()), (new, february())], &[]);
        assert_eq!(rules(&report, "5CDLST0002"), Vec::<String>::new());
        assert_eq!(rules(&report, "5CDLST0004"), Vec::<String>::new(), "only last term's list has it");
        assert_eq!(steps(&report), []);
        assert_eq!(report.lines("devices.csv").len(), 3);
        assert_eq!(refused(&report, old), [SHOWN, SHOWN, SHOWN, GONE]);
        assert_eq!(refused(&report, new), ["", "", ""]);
        let said = remarks(&report);
        assert_eq!(said.len(), 1);
        let wanted = "2 lists of Google Admin (ChromeOS), newest activity 2025-09-30 and 2026-02-27: 1 object differs (state) and \
                      1 object stands only in an older list, the newer list counts";
        assert!(said[0].starts_with(wanted), "{}", said[0]);
    }
}

#[test]
fn of_three_lists_the_newest_counts() {
    let december = cros(&[(1, "ACTIVE", "2025-12-20"), (2, "DISABLED", "2025-06-10"), (3, "ACTIVE", "2025-12-20")]);
    let files = [("m.csv", october()), ("a.csv", february()), ("z.csv", december)];
    let (_place, report) = analyze(&files, &[]);
    assert_eq!(refused(&report, "a.csv"), ["", "", ""]);
    assert!(refused(&report, "m.csv").iter().chain(&refused(&report, "z.csv")).all(|r| !r.is_empty()));
    assert_eq!(steps(&report), []);
    assert!(remarks(&report)[0].contains("newest activity 2025-09-30, 2025-12-20 and 2026-02-27"));
}

#[test]
fn a_device_that_intune_no_longer_has_is_not_planned_there() {
    let old = intune(&[(1, "2026-01-20", "Windows"), (2, "2025-08-01", "Windows"), (3, "2026-01-19", "Windows")]);
    let new = intune(&[(1, "2026-02-27", "Windows"), (3, "2026-02-26", "Windows")]);
    let (_place, report) = analyze(&[("old.csv", old), ("new.csv", new.clone())], &[]);
    let (_place, alone) = analyze(&[("new.csv", new)], &[]);
    assert_eq!(report.files()["findings.csv"], alone.files()["findings.csv"]);
    assert_eq!(report.files()["devices.csv"], alone.files()["devices.csv"]);
    assert_eq!(refused(&report, "old.csv"), [SHOWN, GONE, SHOWN]);
}

#[test]
fn entra_disabled_since_the_older_list_is_disabled() {
    let old = entra(&[(1, true, "2025-11-01"), (2, true, "2025-12-15"), (3, true, "2025-12-16")]);
    let new = entra(&[(1, false, "2025-11-01"), (2, true, "2026-02-20"), (3, true, "2026-02-21")]);
    let (_place, report) = analyze(&[("a.csv", old), ("b.csv", new)], &[]);
    assert!(!rules(&report, "e0000000-0000-4000-8000-000000000001").contains(&"stale-everywhere".to_string()));
    assert!(remarks(&report)[0].contains("1 object differs (enabled)"), "{:?}", remarks(&report));
}

#[test]
fn a_sign_of_life_in_an_older_list_keeps_a_device_from_being_stale() {
    let old = intune(&[(1, "2026-02-01", "Windows"), (2, "2026-02-01", "Windows"), (3, "2026-02-01", "Windows")]);
    let new = intune(&[(1, "2026-02-27", "Windows"), (3, "2026-02-26", "Windows")]);
    let signed = entra(&[(1, true, "2026-02-20"), (2, true, "2025-06-01"), (3, true, "2026-02-20")]);
    let stale = |files: &[(&str, String)]| {
        rules(&analyze(files, &[]).1, "000000000002").contains(&"stale-everywhere".to_string())
    };
    assert!(stale(&[("new.csv", new.clone()), ("entra.csv", signed.clone())]));
    assert!(!stale(&[("old.csv", old), ("new.csv", new), ("entra.csv", signed)]), "Intune saw it four weeks ago");
}

const ABM: &str = "SERIAL_NO,PRODUCT_FAMILY,MODEL_NAME,DATE_ADDED_TO_ORGANIZATION,DATE_REMOVED_FROM_ORGANIZATION,MDM_SERVER,\
                   DATE_ASSIGNED_TO_MDM_SERVER\n";

#[test]
fn an_ipad_released_since_is_released() {
    let old = format!(
        "{ABM}DMPLST00001,iPad,iPad,2020-10-01T00:00:00Z,,Intune,2020-10-02T00:00:00Z\n\
         DMPLST00002,iPad,iPad,2023-09-01T00:00:00Z,,Intune,2023-09-01T10:00:00Z\n"
    );
    let new = format!(
        "{ABM}DMPLST00001,iPad,iPad,2020-10-01T00:00:00Z,2025-12-15T12:00:11Z,,\n\
         DMPLST00002,iPad,iPad,2023-09-01T00:00:00Z,,Intune,2023-09-01T10:00:00Z\n"
    );
    for (a, b) in [("1.csv", "2.csv"), ("2.csv", "1.csv")] {
        let held = intune(&[(9, "2026-02-27", "Windows")]);
        let (_place, report) = analyze(&[(a, old.clone()), (b, new.clone()), ("intune.csv", held)], &[]);
        assert_eq!(rules(&report, "DMPLST00001"), Vec::<String>::new());
        assert_eq!(refused(&report, a), [SHOWN, SHOWN]);
        assert!(
            remarks(&report)[0].contains("1 object differs (assigned, released, server)"),
            "{:?}",
            remarks(&report)
        );
    }
}

/// A list of selected columns, made a day later, has no serial number: the one of the full list still tells which iPad it is.
#[test]
fn what_the_newest_list_has_no_column_for_an_older_one_tells() {
    let ipads = [(1, "2026-02-20", "iOS/iPadOS"), (2, "2025-03-01", "iOS/iPadOS"), (3, "2026-02-20", "iOS/iPadOS")];
    let full = intune(&ipads).replace("Dell Inc.", "Apple");
    let chosen = "Device ID,Device name,Last check-in,OS,Compliance\n\
                  d0000000-0000-4000-8000-000000000001,LT-1,2026-02-27 08:00:00,iOS/iPadOS,Compliant\n\
                  d0000000-0000-4000-8000-000000000002,LT-2,2025-03-01 08:00:00,iOS/iPadOS,Compliant\n\
                  d0000000-0000-4000-8000-000000000003,LT-3,2026-02-26 08:00:00,iOS/iPadOS,Compliant\n\
                  d0000000-0000-4000-8000-000000000004,LT-4,2026-02-27 08:00:00,iOS/iPadOS,Compliant\n";
    let row = |n: u32| format!("LSTSER000{n},iPad,iPad,2020-10-01T00:00:00Z,,Intune,2020-10-02T00:00:00Z\n");
    let abm = ABM.to_string() + &(1..=3).map(row).collect::<String>();
    let (_place, report) = analyze(&[("full.csv", full), ("chosen.csv", chosen.into()), ("abm.csv", abm)], &[]);
    assert_eq!(refused(&report, "full.csv"), [SHOWN, SHOWN, SHOWN]);
    let devices = report.lines("devices.csv");
    let (lent, new): (Vec<_>, Vec<_>) = devices.iter().partition(|device| device["device_key"].contains("LSTSER000"));
    assert_eq!((lent.len(), new.len()), (3, 1), "each iPad is one device, and the new one has no serial number");
    // Of the new one the list has no Entra id, which does not say that it has none.
    assert!(
        report.lines_where("findings.csv", "rule", "intune-without-entra").iter().all(|f| f["device_name"] != "LT-4")
    );
    let said = report.lines("notices.csv").into_iter().map(|n| n["message"].clone()).collect::<Vec<_>>();
    let lent = "of 3 objects an older list tells what the newest has no column for (Entra device id, join type, \
                manufacturer, serial number)";
    assert!(said.iter().any(|message| message.contains(lent)), "{said:?}");
}

/// A board may have been exchanged since, or a registration made anew.
#[test]
fn a_list_that_is_weeks_older_lends_nothing() {
    let old = intune(&[(1, "2026-01-20", "Windows"), (2, "2026-01-20", "Windows"), (3, "2026-01-19", "Windows")]);
    let chosen = "Device ID,Device name,Last check-in,OS,Compliance\n\
                  d0000000-0000-4000-8000-000000000001,LT-1,2026-02-27 08:00:00,Windows,Compliant\n\
                  d0000000-0000-4000-8000-000000000002,LT-2,2026-02-27 08:00:00,Windows,Compliant\n\
                  d0000000-0000-4000-8000-000000000003,LT-3,2026-02-26 08:00:00,Windows,Compliant\n";
    let (_place, report) = analyze(&[("old.csv", old), ("chosen.csv", chosen.into())], &[]);
    assert!(report.lines("devices.csv").iter().all(|device| device["serial"].is_empty()));
}

#[test]
fn from_a_newer_list_that_is_cut_nothing_is_gone() {
    let held: Vec<u32> = (1..=9).collect();
    let old: Vec<(u32, &str, &str)> = held.iter().map(|n| (*n, "2026-01-20", "Windows")).collect();
    let new: Vec<(u32, &str, &str)> = held.iter().take(6).map(|n| (*n, "2026-02-26", "Windows")).collect();
    let signed: Vec<(u32, bool, &str)> = held.iter().map(|n| (*n, true, "2026-02-20")).collect();
    let mut cut = intune(&new);
    cut.truncate(cut.len() - 20);
    let (_place, report) = analyze(&[("old.csv", intune(&old)), ("new.csv", cut), ("entra.csv", entra(&signed))], &[]);
    assert!(report.lines("findings.csv").iter().all(|line| line["rule"] != "left-intune-still-in-entra"));
    assert_eq!(
        refused(&report, "old.csv")[8],
        "set aside: older list; nothing tells whether the console still has the object"
    );
    assert!(report.lines_where("notices.csv", "code", "incomplete-export").len() == 1);
}

/// However few devices a list has, one that ends before most of them were seen elsewhere shows nobody as silent.
#[test]
fn a_small_list_of_months_ago_makes_nobody_silent() {
    let old = intune(&[(1, "2025-11-10", "Windows"), (2, "2025-11-11", "Windows"), (3, "2025-11-12", "Windows")]);
    let of_today = |seen: [&str; 3]| entra(&[(1, true, seen[0]), (2, true, seen[1]), (3, true, seen[2])]);
    let silent = |seen| {
        let (_place, report) = analyze(&[("intune.csv", old.clone()), ("entra.csv", of_today(seen))], &[]);
        report.lines_where("findings.csv", "rule", "stale-in-intune").len()
    };
    assert_eq!(silent(["2026-02-27", "2026-02-26", "2026-02-27"]), 0);
    assert_eq!(
        silent(["2026-02-27", "2025-11-09", "2025-11-09"]),
        1,
        "a list of today may show one that is in use as silent"
    );
}
