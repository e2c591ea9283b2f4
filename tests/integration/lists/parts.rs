//! Lists that together make the whole: pages, platforms, sites.

use super::{analyze, cros, entra, intune, refused, remarks, rules};

#[test]
fn lists_of_platforms_and_sites_are_parts() {
    let windows = intune(&[(1, "2026-02-27", "Windows"), (2, "2026-02-26", "Windows")]);
    let phones = intune(&[(3, "2025-06-01", "iOS/iPadOS"), (4, "2025-06-02", "iOS/iPadOS")]);
    let (_place, report) = analyze(&[("windows.csv", windows), ("ios.csv", phones)], &[]);
    assert_eq!(report.lines("devices.csv").len(), 4);
    // Each list is as old as it is: nobody knows whether the phones were seen since theirs was made.
    assert!(!rules(&report, "LSTSER0003").contains(&"stale-everywhere".to_string()));
    let asked = report
        .lines("questions.csv")
        .into_iter()
        .find(|l| l["serial"] == "LSTSER0003" && l["rule"] == "stale-everywhere");
    assert_eq!(asked.unwrap()["unknown"], "whether Intune has seen the device since its list was made");
    assert_eq!(remarks(&report), Vec::<String>::new());
}

#[test]
fn a_newer_list_of_one_platform_does_not_make_the_others_gone() {
    let old: Vec<(u32, &str, &str)> =
        (1..=20).map(|n| (n, "2026-01-20", if n > 12 { "Windows" } else { "iOS/iPadOS" })).collect();
    let new: Vec<(u32, &str, &str)> = (1..=12).map(|n| (n, "2026-02-26", "iOS/iPadOS")).collect();
    let signed: Vec<(u32, bool, &str)> = (13..=20).map(|n| (n, true, "2026-02-20")).collect();
    let files = [("old.csv", intune(&old)), ("ios.csv", intune(&new)), ("entra.csv", entra(&signed))];
    let (_place, report) = analyze(&files, &[]);
    assert!(report.lines("findings.csv").iter().all(|line| line["rule"] != "left-intune-still-in-entra"));
    // Of a platform that the newer list leaves out the older one is the newest.
    let held =
        report.lines("records.csv").into_iter().filter(|l| l["export"] == "old.csv" && !l["device_key"].is_empty());
    assert_eq!(held.count(), 8);
}

/// A list by a filter that nobody sees: it holds half of what the older one has, and the other half was in use.
#[test]
fn a_newer_list_that_lacks_many_in_use_does_not_make_them_gone() {
    let old: Vec<(u32, &str, &str)> = (1..=40).map(|n| (n, "2026-02-10", "Windows")).collect();
    let signed: Vec<(u32, bool, &str)> = (1..=40).map(|n| (n, true, "2026-02-20")).collect();
    let gone = |has: u32, more: &[&str]| {
        let new: Vec<(u32, &str, &str)> = (1..=has).map(|n| (n, "2026-02-26", "Windows")).collect();
        let files = [("old.csv", intune(&old)), ("new.csv", intune(&new)), ("entra.csv", entra(&signed))];
        let (_place, report) = analyze(&files, more);
        report.lines("findings.csv").iter().filter(|line| line["rule"] == "left-intune-still-in-entra").count()
    };
    assert_eq!(gone(22, &[]), 0);
    assert_eq!(gone(33, &[]), 0);
    assert_eq!(gone(36, &[]), 4, "so many leave within two weeks");
    assert_eq!(gone(22, &["--expect", "intune=22"]), 18, "it is whole");
}

#[test]
fn of_a_fleet_that_was_mostly_replaced_the_old_devices_are_neither_gone_nor_planned() {
    let old: Vec<(u32, &str, &str)> = (1..=20).map(|n| (n, "ACTIVE", "2025-06-10")).collect();
    let mut new: Vec<(u32, &str, &str)> = (21..=38).map(|n| (n, "ACTIVE", "2026-02-25")).collect();
    new.extend([(1, "ACTIVE", "2026-02-27"), (2, "ACTIVE", "2026-02-27")]);
    let (_place, report) = analyze(&[("old.csv", cros(&old)), ("new.csv", cros(&new))], &[]);
    assert_eq!(report.lines("devices.csv").len(), 20);
    assert_eq!(report.lines("plan.csv").len(), 0);
    assert!(refused(&report, "old.csv")[5].ends_with("nothing tells whether the console still has the object"));
    assert!(remarks(&report)[0].contains("of 18 objects that are only in an older list nothing tells"));
}

#[test]
fn a_device_that_moved_between_two_sites_counts_once_and_both_lists_stay() {
    const DAYS: [&str; 10] = [
        "2025-10-01",
        "2025-10-01",
        "2025-09-01",
        "2025-08-01",
        "2025-07-01",
        "2025-06-01",
        "2025-05-01",
        "2025-04-01",
        "2025-03-01",
        "2025-02-01",
    ];
    let here: Vec<(u32, &str, &str)> = (1..=10).zip(DAYS).map(|(n, day)| (n, "ACTIVE", day)).collect();
    let mut there: Vec<(u32, &str, &str)> = (11..=20).map(|n| (n, "ACTIVE", "2026-02-27")).collect();
    there.push((1, "DISABLED", "2026-02-27"));
    let mut here = here;
    here[4].2 = "2026-02-26";
    let (_place, report) = analyze(&[("here.csv", cros(&here)), ("there.csv", cros(&there))], &[]);
    assert_eq!(report.lines("devices.csv").len(), 20);
    assert!(rules(&report, "5CDLST0002").contains(&"stale-everywhere".to_string()));
    assert!(!rules(&report, "5CDLST0001").contains(&"stale-everywhere".to_string()));
}

/// Lines of the width of the list are none of its devices, and do not stand for one that it lacks.
#[test]
fn a_line_below_the_list_is_no_device_that_may_be_any() {
    let signed: Vec<(u32, bool, &str)> = (1..=20).map(|n| (n, true, "2026-02-20")).collect();
    let held: Vec<(u32, &str, &str)> = (1..=17).map(|n| (n, "2026-02-27", "Windows")).collect();
    let left = |line: &str| {
        let columns = intune(&[]).split(',').count();
        let padded = format!("{line}{}\n", ",".repeat(columns - line.split(',').count()));
        let files = [("intune.csv", intune(&held) + &padded), ("entra.csv", entra(&signed))];
        let (_place, report) = analyze(&files, &[]);
        let devices = report.lines("devices.csv").len();
        (devices, report.lines_where("findings.csv", "rule", "left-intune-still-in-entra").len())
    };
    for line in ["Total,17", ",Total: 17", "17", "Exported by Ann on 2026-02-28", ",Confidential - internal use only"] {
        assert_eq!(left(line), (20, 3), "{line}");
    }
    // What may be a device that was cut off is one, and may be each of those that lack.
    assert_eq!(left("d0000000-0000-4000-8000-000000000018").1, 0);
    assert_eq!(left("d0000000-0000,LT-18").1, 0);
    // What a line names is not for nothing, whatever it is.
    assert_eq!(left("Not exported: LT-18").1, 3);
    assert_eq!(left("Not exported:,LT-18").1, 2);
}
