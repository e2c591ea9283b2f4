//! What was not used and may be a part of a list that was: what that list lacks proves nothing then.

use super::{analyze, entra, intune, rules};
use crate::common::Report;

const LEFT: &str = "left-intune-still-in-entra";

/// Twenty PCs in Entra ID, of which Intune has those of the numbers.
fn tenant() -> String {
    entra(&(1..=20).map(|n| (n, true, "2026-02-20")).collect::<Vec<_>>())
}

fn held(numbers: std::ops::RangeInclusive<u32>) -> String {
    intune(&numbers.map(|n| (n, "2026-02-27", "Windows")).collect::<Vec<_>>())
}

/// Devices that are said to have left Intune.
fn left(report: &Report) -> usize {
    report.lines_where("findings.csv", "rule", LEFT).len()
}

fn settled(report: &Report) -> Vec<String> {
    let asked = report.lines_where("questions.csv", "rule", LEFT);
    asked.into_iter().map(|line| line["settled_by"].clone()).collect()
}

#[test]
fn a_pc_in_the_second_half_of_a_split_list_has_not_left() {
    let whole = held(1..=19);
    let (header, rows) = whole.split_once('\n').unwrap();
    let (first, second) = rows.split_at(rows.match_indices('\n').nth(16).unwrap().0 + 1);
    let files = [("a.csv", format!("{header}\n{first}")), ("b.csv", second.to_string()), ("entra.csv", tenant())];
    let (_place, report) = analyze(&files, &[]);
    assert_eq!(left(&report), 1, "only the twentieth is in neither half");
    assert_eq!(rules(&report, "e0000000-0000-4000-8000-000000000020"), [LEFT]);
    assert_eq!(settled(&report), ["an export of Intune with the rows of the table that was not used"; 2]);
}

#[test]
fn a_list_that_misses_a_column_may_be_a_part_of_another() {
    let without = |list: String| list.replace("Last check-in", "Zuletzt");
    let files = [("a.csv", held(1..=17)), ("b.csv", without(held(18..=19))), ("entra.csv", tenant())];
    let (_place, report) = analyze(&files, &[]);
    assert_eq!((left(&report), settled(&report).len()), (1, 2));
}

#[test]
fn a_part_that_cannot_be_read_may_hold_what_a_list_lacks() {
    for (part, doubted) in [
        ("DevicesWithInventory part 2.xlsx", true),
        ("intune-2.csv", true),
        ("devices part 2.zip", true),
        ("contracts.xlsx", false),
        ("Intune.pdf", false),
    ] {
        let torn = "PK\u{3}\u{4}torn".to_string();
        let files = [("devices part 1.csv", held(1..=17)), (part, torn), ("entra.csv", tenant())];
        let (_place, report) = analyze(&files, &[]);
        assert_eq!(left(&report) == 0, doubted, "{part}");
        let said = report.lines_where("notices.csv", "code", "incomplete-export");
        let wanted = format!("`{part}` could not be read and may hold more of it");
        assert_eq!(said.iter().any(|notice| notice["message"].starts_with(&wanted)), doubted, "{part}: {said:?}");
    }
    let files = [("devices.csv", held(1..=17)), ("intune.zip", "PK\u{3}\u{4}torn".into()), ("entra.csv", tenant())];
    let (_place, report) = analyze(&files, &["--expect", "intune=17"]);
    assert_eq!(left(&report), 3, "by the user's own count the list is whole");
}

/// A second list without its header shows the PC yesterday, whatever the first one says.
#[test]
fn a_list_without_its_header_may_show_a_device_later() {
    let first = intune(&[(1, "2025-06-01", "Windows"), (2, "2026-02-27", "Windows"), (3, "2026-02-27", "Windows")]);
    let later = intune(&[(1, "2026-02-28", "Windows")]);
    let headless = later.split_once('\n').unwrap().1.to_string();
    let stale = |files: &[(&str, String)]| {
        let (_place, report) = analyze(files, &[]);
        ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len())
    };
    assert_eq!(stale(&[("a.csv", first.clone())]), [1, 0]);
    assert_eq!(stale(&[("a.csv", first), ("b.csv", headless)]), [0, 1]);
}

/// Entra ID has a list of which no row could be used: what stands in the row is not for nothing.
#[test]
fn a_console_of_which_every_row_was_set_aside_may_have_seen_a_device() {
    let first = intune(&[(1, "2025-06-01", "Windows"), (2, "2026-02-27", "Windows"), (3, "2026-02-27", "Windows")]);
    let row = entra(&[(1, true, "2026-02-28")]).replace(",Microsoft Intune\n", "\n");
    let (_place, report) = analyze(&[("a.csv", first), ("entra.csv", row)], &[]);
    assert!(rules(&report, "LSTSER0001").iter().all(|rule| rule != "stale-everywhere"));
    assert_eq!(report.lines_where("questions.csv", "rule", "stale-everywhere").len(), 1);
}

/// Whatever product wrote it, a day beside the name of a device is a day on which somebody saw it. One day in every row is the
/// day of the table.
#[test]
fn a_table_of_another_product_may_show_a_device_later() {
    let first = intune(&[(1, "2025-06-01", "Windows"), (2, "2026-02-27", "Windows"), (3, "2026-02-27", "Windows")]);
    let other = |days: [&str; 3]| {
        let rows = (1..).zip(days).map(|(n, day)| format!("CORP\\LT-{n}$,Active,{day},corp.example,2027-01-31\n"));
        "Computer,Client,Last Active Time,Domain,Licence until\n".to_string() + &rows.collect::<String>()
    };
    let stale = |days: [&str; 3]| {
        let (_place, report) = analyze(&[("a.csv", first.clone()), ("clients.csv", other(days))], &[]);
        let settled = report.lines_where("questions.csv", "rule", "stale-everywhere");
        assert!(settled.iter().all(|line| line["settled_by"].contains("`clients.csv`")), "{settled:?}");
        [report.lines_where("findings.csv", "rule", "stale-everywhere").len(), settled.len()]
    };
    assert_eq!(stale(["26/02/2026 08:00", "27/02/2026 09:00", "27/02/2026 10:00"]), [0, 1]);
    assert_eq!(stale(["04/06/2025 08:00", "27/02/2026 09:00", "27/02/2026 10:00"]), [1, 0]);
    assert_eq!(stale(["2026-02-28", "2026-02-28", "2026-02-28"]), [0, 1], "each was active on that day");
    assert_eq!(stale(["1772200000", "1772200000", "1772200000"]), [0, 1], "seconds since 1970");
}

/// The day of a table is no day on which it saw a device.
#[test]
fn a_table_with_one_day_says_nothing_of_its_devices() {
    let first = intune(&[(1, "2025-06-01", "Windows"), (2, "2026-02-27", "Windows"), (3, "2026-02-27", "Windows")]);
    let rows = (1..=3).map(|n| format!("LT-{n},{n}20 EUR,2026-02-28\n"));
    let own = "Machine,Price,Printed\n".to_string() + &rows.collect::<String>();
    let (_place, report) = analyze(&[("a.csv", first), ("own.csv", own)], &[]);
    assert_eq!(report.lines_where("findings.csv", "rule", "stale-everywhere").len(), 1);
}

/// Columns that somebody chose without the last check-in: the list is not used, and its devices are in Intune all the same.
#[test]
fn the_only_list_of_a_console_may_show_a_device_later_though_it_is_not_used() {
    let chosen = |n: u32| {
        let list = format!(
            "Device ID,Device name,OS,Serial number,Azure AD Device ID,Primary user UPN\n\
             d0000000-0000-4000-8000-{n:012},LT-{n},Windows,LSTSER{n:04},e0000000-0000-4000-8000-{n:012},u{n}@contoso.example\n"
        );
        let signed = entra(&[(1, true, "2025-06-01"), (2, true, "2026-02-27"), (3, true, "2026-02-27")]);
        let (_place, report) = analyze(&[("chosen.csv", list), ("entra.csv", signed)], &[]);
        ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len())
    };
    assert_eq!(chosen(1), [0, 1]);
    assert_eq!(chosen(2), [1, 0], "another device");
}

/// A table that resembles the list of a console which holds no such devices, and one whose days can all be read.
#[test]
fn a_table_that_cannot_show_a_device_later_makes_no_question_of_it() {
    let stale = |header: &str, cells: &str| {
        let list = format!(
            "Device name,Serial number,Model,{header}\nLT-1,LSTSER0001,Latitude,{cells}\nLT-2,LSTSER0002,Latitude,{cells}\n"
        );
        let first = intune(&[(1, "2025-06-01", "Windows"), (2, "2026-02-27", "Windows"), (3, "2026-02-27", "Windows")]);
        let (_place, report) = analyze(&[("intune.csv", first), ("own.csv", list)], &[]);
        ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len())
    };
    assert_eq!(stale("Manufacturer", "Dell"), [1, 0]);
    assert_eq!(stale("OS version", "10.0.22631"), [1, 0]);
    assert_eq!(stale("Zuletzt", "vor 2 Tagen"), [0, 1], "a day that nobody can read");
    assert_eq!(stale("Last check in", "n/k"), [0, 1]);
    let directory = |day: &str| {
        let list = format!(
            "Name,Enabled,LastLogonDate,OperatingSystem\nLT-1,True,{day},Windows 11\nLT-2,True,2026-02-27,Windows 11\n"
        );
        let first = intune(&[(1, "2025-06-01", "Windows"), (2, "2026-02-27", "Windows"), (3, "2026-02-27", "Windows")]);
        let (_place, report) = analyze(&[("intune.csv", first), ("ad.csv", list)], &[]);
        ["findings.csv", "questions.csv"].map(|file| report.lines_where(file, "rule", "stale-everywhere").len())
    };
    assert_eq!(directory("2025-06-10"), [1, 0]);
    assert_eq!(directory("2026-02-20"), [0, 1]);
}

/// Who keeps a list of everything beside the exports need not take it away first.
#[test]
fn an_inventory_of_ones_own_shakes_nothing() {
    let row = |n: u32| format!("Room {n},LT-{n},LSTSER{n:04},e0000000-0000-4000-8000-{n:012},2019-04-01,799\n");
    let own = "Room,Machine,No,Registration,Bought,Price\n".to_string() + &(1..=20).map(row).collect::<String>();
    let (_place, report) = analyze(&[("a.csv", held(1..=17)), ("own.csv", own), ("entra.csv", tenant())], &[]);
    assert_eq!(left(&report), 3);
}

/// Below a title, with times told from today, with names that an old protocol cut, as lines of a log.
#[test]
fn a_table_that_is_written_in_another_way_may_show_a_device_later() {
    let first = intune(&[(1, "2025-06-01", "Windows"), (2, "2026-02-27", "Windows"), (3, "2026-02-27", "Windows")]);
    let stale = |name: &str, content: &str| {
        let (_place, report) = analyze(&[("a.csv", first.clone()), (name, content.to_string())], &[]);
        let settled = report.lines_where("questions.csv", "rule", "stale-everywhere");
        assert!(settled.iter().all(|line| line["settled_by"].contains(name)), "{settled:?}");
        [report.lines_where("findings.csv", "rule", "stale-everywhere").len(), settled.len()]
    };
    for content in [
        "Report of the backup\nGenerated: 2026-02-28\n\nComputer,Group,Last backup\nLT-1,PCs,2026-02-26 09:11\n",
        "# made by a script\nComputer,Last seen\nLT-1,2026-02-26\nLT-2,2026-02-27\n",
        "Computer,Last active\nLT-1,2 days ago\nLT-2,an hour ago\n",
        "Computer,Last seen (days ago)\nLT-1,2\nLT-2,0\nLT-3,1\n",
        "Computer,Last seen\nLT-1 (Windows),2026-02-26\nLT-2 (Windows),2026-02-27\n",
    ] {
        assert_eq!(stale("other.csv", content), [0, 1], "{content}");
    }
    assert_eq!(stale("log.txt", "Host LT-1 was seen on 2026-02-26 at 09:11\n"), [0, 1]);
    let page = "<html><table><tr><td>LT-2</td><td>27.02.2026</td></tr>\n<tr><td>LT-1</td>\n<td>26.02.2026</td></tr></table></html>";
    assert_eq!(stale("page.xls", page), [0, 1], "a page that is called a workbook");
    let xml =
        "<devices><device name=\"LT-2\" seen=\"2026-02-27\"/><device name=\"LT-1\" seen=\"2026-02-26\"/></devices>";
    assert_eq!(stale("devices.xml", xml), [0, 1]);
    assert_eq!(stale("devices.xml", &xml.replace("LT-1\" seen=\"2026", "LT-1\" seen=\"2025")), [1, 0], "a year ago");
    for content in [
        "# made by a script\nComputer,Last seen\nLT-1,2025-05-26\nLT-2,2026-02-27\n",
        "Computer,Last active\nLT-1,200 days ago\nLT-2,an hour ago\n",
        "Computer,Disks (days)\nLT-1,2\nLT-2,0\n",
    ] {
        assert_eq!(stale("other.csv", content), [1, 0], "{content}");
    }
}
