//! Dates whose day and month cannot be told apart, that contradict each other, or that are none.

use insta::assert_snapshot;

use super::{inspect, intune, remarks, with_cells};
use crate::common::{Place, Report};

/// Intune's list with these check-ins.
fn check_ins(dates: &[&str]) -> Place {
    let cells: Vec<(usize, &str, &str)> = (1..).zip(dates).map(|(row, date)| (row, "Last check-in", *date)).collect();
    let place = Place::new();
    place.write("in/devices.csv", with_cells(&intune(dates.len()), &cells));
    place
}

fn last_activity(report: &Report) -> Vec<String> {
    let mut found: Vec<String> =
        report.lines("devices.csv").iter().map(|line| line["intune_last_seen"].clone()).collect();
    found.sort();
    found
}

#[test]
fn nothing_tells_day_and_month_apart() {
    let place = check_ins(&["05/06/2026 10:00", "07/08/2026 10:00", "01/02/2026 10:00", "11/11/2026 10:00"]);
    assert_snapshot!(remarks(&place, &[]), @"
    4 rows, 0 set aside
    ambiguous-dates, devices.csv, column Last check-in
      3 dates could be day first or month first and count as unknown; settle it with `--date-order dmy` or `mdy`
    ");
    assert!(inspect(&place).contains("`Last check-in`: day and month cannot be told apart"));
    let report = super::tables(&place, &["--force"]);
    assert_eq!(last_activity(&report), ["", "", "", "2026-11-11T10:00:00Z"]);
    assert!(report.lines_where("findings.csv", "rule", "stale-everywhere").is_empty());
}

#[test]
fn one_date_with_a_choice() {
    assert_snapshot!(remarks(&check_ins(&["05/06/2026 10:00", "2026-11-01 10:00"]), &[]), @"
    2 rows, 0 set aside
    ambiguous-dates, devices.csv, column Last check-in
      1 date could be day first or month first and counts as unknown; settle it with `--date-order dmy` or `mdy`
    ");
}

#[test]
fn the_command_line_settles_it() {
    let place = check_ins(&["05/06/2026 10:00", "07/08/2026 10:00"]);
    assert_eq!(remarks(&place, &["--date-order", "dmy"]), "2 rows, 0 set aside\n");
    let report = super::tables(&place, &["--force", "--date-order", "mdy"]);
    assert_eq!(last_activity(&report), ["2026-05-06T10:00:00Z", "2026-07-08T10:00:00Z"]);
}

#[test]
fn one_cell_decides_for_the_column() {
    let place = check_ins(&["05/06/2026 10:00", "25/08/2026 10:00"]);
    assert_eq!(remarks(&place, &[]), "2 rows, 0 set aside\n");
    // What the cells show counts, whatever the command line says.
    let report = super::tables(&place, &["--force", "--date-order", "mdy"]);
    assert_eq!(last_activity(&report), ["2026-06-05T10:00:00Z", "2026-08-25T10:00:00Z"]);
}

#[test]
fn another_column_gives_a_hint() {
    let mut list = String::from_utf8(with_cells(
        &intune(2),
        &[(1, "Last check-in", "05/06/2026 10:00"), (2, "Last check-in", "07/08/2026 10:00")],
    ))
    .unwrap();
    list = list.replacen("Primary user UPN", "Primary user UPN,Enrollment date", 1);
    list = list.replace("@contoso.example", "@contoso.example,25/08/2024 10:00");
    let place = Place::new();
    place.write("in/devices.csv", list);
    let said = inspect(&place);
    assert!(said.contains("`Enrollment date`: day first, as cells of the column show"), "{said}");
    assert!(said.contains("`--date-order dmy` or `mdy`; other columns of the file put the day first"), "{said}");
}

#[test]
fn day_first_and_month_first_in_one_column() {
    let place = check_ins(&["25/08/2026 10:00", "08/25/2026 10:00", "05/06/2026 10:00", "2026-11-01 10:00"]);
    assert_snapshot!(remarks(&place, &[]), @"
    4 rows, 0 set aside
    ambiguous-dates, devices.csv, column Last check-in
      some cells put the day first and others the month first; the 3 dates of these kinds count as unknown. The file was put together from two: export it again
    ");
    assert_snapshot!(remarks(&place, &["--force", "--date-order", "dmy"]), @"
    4 rows, 0 set aside
    ambiguous-dates, devices.csv, column Last check-in
      some cells put the day first and others the month first; the 3 dates of these kinds count as unknown. The file was put together from two: export it again
    ");
    let report = super::tables(&place, &["--force"]);
    assert!(report.lines_where("findings.csv", "rule", "stale-everywhere").is_empty());
}

#[test]
fn dates_that_are_none() {
    let place = check_ins(&[
        "yesterday",
        "2026-02-30 10:00:00.0000000",
        "2026-11-01 25:00:00.0000000",
        "99",
        "#REF!",
        "System.Object[]",
        "1.23E+15",
        "2026-11-01 10:00:00.0000000",
    ]);
    assert_snapshot!(remarks(&place, &[]), @"
    8 rows, 0 set aside
    unreadable-value, devices.csv, row 1, column Last check-in
      6 cells are no date and count as unknown
    unreadable-value, devices.csv, row 6, column Last check-in
      1 cell holds the name of a type in place of a list: PowerShell wrote no content; join the list with `-join '|'` before exporting
    ");
}

#[test]
fn dates_that_mean_never() {
    let never = [
        "",
        "Never",
        "N/A",
        "0001-01-01T00:00:00Z",
        "1601-01-01T00:00:00Z",
        "01/01/0001 00:00:00",
        "12/31/9999 23:59:59",
        "9999-12-31 23:59:59.0000000",
        "0",
        "2026-11-01 10:00:00.0000000",
    ];
    let place = check_ins(&never);
    let report = super::tables(&place, &[]);
    assert_snapshot!(super::said(&report), @"
    10 rows, 0 set aside
    sources-out-of-step, devices.csv
      its newest activity is of 2026-11-01, 19 days before the time of judgement: no list shows anything later
    ");
    assert!(report.lines_where("findings.csv", "rule", "stale-everywhere").is_empty());
}

#[test]
fn clock_that_runs_ahead() {
    // Among very few dates none stands apart.
    let mut dates: Vec<String> = (1..=24).map(|hour| format!("2026-11-18 {:02}:00:00.0000000", hour % 12)).collect();
    dates.push("2031-01-01 10:00:00.0000000".into());
    let dates: Vec<&str> = dates.iter().map(String::as_str).collect();
    let place = check_ins(&dates);
    let report = place.analyze(&[]);
    assert_eq!(report.manifest()["as_of"], "2026-11-18T11:00:00Z");
    assert_snapshot!(super::said(&report), @"
    25 rows, 0 set aside
    lone-date, devices.csv, row 25
      a sign of activity on 2031-01-01 is far after all others and does not move the as-of time
    ");
}

/// Such a date is named for what it is; it is neither old nor new, and no device is stale by it.
#[test]
fn dates_of_other_calendars() {
    for (dates, calendar) in [
        (["2569-06-05 08:00", "2569-11-12 08:00", "2568-01-05 08:00"], "Buddhist"),
        (["05/06/2569", "12/11/2569", "25/01/2568"], "Buddhist"),
        (["R8/5/1", "R7/12/31", "H31/4/30"], "Japanese era"),
        (["令和8年5月1日", "令和8年6月2日", "平成31年4月30日"], "Japanese era"),
        (["1405/02/31", "1405/01/15", "1404/12/29"], "Persian"),
        (["1447-09-12 08:00", "1447-10-01 08:00", "1446-01-30 08:00"], "Hijri"),
        (["15 Sivan 5786", "1 Tishrei 5786", "3 Adar 5785"], "Hebrew"),
    ] {
        let place = check_ins(&dates);
        let said = remarks(&place, &[]);
        let named = format!(
            "3 of 3 dates are of the {calendar} calendar and are not read; the column counts as unknown. Set the region"
        );
        assert!(said.contains(&named), "{said}");
        assert!(!said.contains("unreadable-value"), "{said}");
        let report = super::tables(&place, &["--force"]);
        assert_eq!(last_activity(&report), ["", "", ""]);
        assert!(report.lines_where("findings.csv", "rule", "stale-everywhere").is_empty());
    }
    let said = remarks(&check_ins(&["2569-06-05 08:00", "2026-11-01 08:00", "2026-11-02 08:00", "#REF!"]), &[]);
    assert!(
        said.contains("1 of 4 dates are of the Buddhist calendar and are not read; they count as unknown"),
        "{said}"
    );
    assert!(said.contains("2 cells are no date and count as unknown"), "{said}");
}
