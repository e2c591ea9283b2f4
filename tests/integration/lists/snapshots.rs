//! Several lists in one file: a diagnostic log, a sheet that every run appends to.

use super::{analyze, refused, remarks, rules, steps};

/// A line of Intune's diagnostic log.
fn logged(batch: u32, time: &str, number: u32, seen: &str) -> String {
    format!(
        r#"{{"time":"{time}T03:00:00.0Z","tenantId":"a0000000-0000-4000-8000-000000000001","category":"Devices","operationName":"Devices","resultType":"Success","properties":{{"DeviceId":"d0000000-0000-4000-8000-{number:012}","DeviceName":"LT-{number}","SerialNumber":"LSTSER{number:04}","ReferenceId":"e0000000-0000-4000-8000-{number:012}","OS":"Windows","LastContact":"{seen} 08:00:00.0","CreatedDate":"2023-01-05 09:00:00.0","Ownership":"Corporate","ManagedBy":"Intune","CompliantState":"Compliant","BatchId":"b0000000-0000-4000-8000-{batch:012}"}}}}"#
    ) + "\n"
}

/// The line that says how many devices a batch has.
fn total(batch: u32, time: &str, count: u32) -> String {
    format!(
        r#"{{"time":"{time}T03:00:01.0Z","tenantId":"a0000000-0000-4000-8000-000000000001","category":"Devices","operationName":"Devices","resultType":"Success","properties":{{"Stats":{{"RecordCount":{count}}},"BatchId":"b0000000-0000-4000-8000-{batch:012}"}}}}"#
    ) + "\n"
}

fn log(newest_count: u32) -> String {
    [
        logged(1, "2023-03-01", 1, "2023-02-28"),
        logged(1, "2023-03-01", 2, "2023-02-27"),
        total(1, "2023-03-01", 2),
        logged(2, "2026-02-28", 1, "2026-02-27"),
        logged(2, "2026-02-28", 3, "2026-02-26"),
        total(2, "2026-02-28", newest_count),
    ]
    .concat()
}

#[test]
fn of_a_diagnostic_log_the_newest_batch_counts() {
    let (_place, report) = analyze(&[("log.json", log(2))], &[]);
    assert_eq!(steps(&report), []);
    assert_eq!(report.lines("devices.csv").len(), 2);
    let total = "set aside: the row gives the number of rows of its list and is no device";
    assert_eq!(
        refused(&report, "log.json"),
        [
            "set aside: older list; the newer one shows the object",
            "set aside: older list; the newer one no longer has the object",
            total,
            "",
            "",
            total
        ]
    );
    assert_eq!(report.lines_where("notices.csv", "code", "incomplete-export").len(), 0);
}

#[test]
fn a_batch_with_fewer_rows_than_it_declares_is_incomplete() {
    let (_place, report) = analyze(&[("log.json", log(5))], &[]);
    let said = report.lines_where("notices.csv", "code", "incomplete-export");
    assert!(said[0]["message"].contains("its newest list declares 5 devices and has 2"), "{said:?}");
    assert!(refused(&report, "log.json")[1].ends_with("nothing tells whether the console still has the object"));
}

const HEADER: &str = "Report date,deviceId,serialNumber,status,lastSync,orgUnitPath,annotatedAssetId\n";

fn run(date: &str, rows: &[(u32, &str, &str)]) -> String {
    let row = |(number, state, seen): &(u32, &str, &str)| {
        format!(
            "{date},c0000000-0000-4000-8000-{number:012},5CDLST{number:04},{state},{seen}T08:00:00Z,/Pupils,CB-{number}\n"
        )
    };
    rows.iter().map(row).collect()
}

#[test]
fn a_file_that_every_run_appends_to_is_several_lists() {
    let october =
        run("2025-10-01", &[(1, "ACTIVE", "2025-06-30"), (2, "ACTIVE", "2025-06-10"), (3, "ACTIVE", "2025-05-01")]);
    let february = run("2026-02-28", &[(1, "ACTIVE", "2025-06-30"), (2, "DEPROVISIONED", "2025-06-10")]);
    for again in ["", HEADER] {
        for rows in [[&october, &february], [&february, &october]] {
            let (_place, report) = analyze(&[("all.csv", format!("{HEADER}{}{again}{}", rows[0], rows[1]))], &[]);
            assert_eq!(report.lines("devices.csv").len(), 2);
            assert_eq!(rules(&report, "5CDLST0002"), Vec::<String>::new());
            assert_eq!(rules(&report, "5CDLST0003"), Vec::<String>::new());
            assert!(remarks(&report)[0].contains("1 object differs (state)"), "{:?}", remarks(&report));
        }
    }
}

#[test]
fn without_a_date_column_the_newest_row_of_an_object_counts() {
    let old = super::cros(&[(1, "ACTIVE", "2025-09-30"), (2, "ACTIVE", "2025-06-10"), (3, "ACTIVE", "2025-06-10")]);
    let new = super::cros(&[(1, "DISABLED", "2026-02-27"), (2, "DEPROVISIONED", "2025-06-10")]);
    let rows = |list: &str| list.split_once('\n').unwrap().1.to_owned();
    for text in [old.clone() + &rows(&new), new.clone() + &rows(&old), old.clone() + &new] {
        let (_place, report) = analyze(&[("all.csv", text)], &[]);
        assert_eq!(steps(&report), [], "what differs is not known, and what is not in every run may be gone");
        assert_eq!(report.lines("devices.csv").len(), 3);
    }
}
