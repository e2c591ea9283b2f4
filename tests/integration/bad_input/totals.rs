//! Lists that stop early: round numbers of rows, the user's own count, lost zeros; and what `--strict` refuses.

use std::fmt::Write as _;

use insta::assert_snapshot;

use super::json::devices;
use super::{complaint, entra, intune, remarks, report, said, with_cells};
use crate::common::{Place, Sheet};
use crate::generator::{Options, tenant};

/// A CSV list of managed devices of Microsoft Graph.
fn managed(rows: usize) -> String {
    let header =
        "id,deviceName,serialNumber,azureADDeviceId,operatingSystem,managementState,complianceState,lastSyncDateTime\n";
    (1..=rows).fold(header.to_owned(), |text, number| {
        text + &format!(
            "{number:08x}-0000-4000-8000-00000000000a,PC-{number},5CG{number:05}AB,{number:08x}-0000-4000-8000-00000000000d,\
             Windows,managed,compliant,2026-11-15T08:00:00Z\n"
        )
    })
}

#[test]
fn list_of_exactly_one_page() {
    let place = Place::new();
    place.write("in/devices.csv", managed(1_000));
    assert_snapshot!(remarks(&place, &[]), @"
    1000 rows, 0 set aside
    incomplete-export, devices.csv
      it has exactly 1000 rows, the size of one page: further pages were probably not fetched (if the console shows 1000 devices too, say so with `--expect intune=1000`); nothing is concluded from what it lacks
    ");
    assert_eq!(remarks(&place, &["--force", "--expect", "intune=1000"]), "1000 rows, 0 set aside\n");
    place.write("in/devices.csv", managed(998));
    assert_eq!(remarks(&place, &["--force"]), "998 rows, 0 set aside\n");
}

/// Limits of tools that no format knows.
#[test]
fn lists_that_end_where_a_tool_stops() {
    let place = Place::new();
    place.write("in/devices.csv", managed(5_000));
    let said = remarks(&place, &[]);
    assert!(said.contains("incomplete-export, devices.csv\n  it has exactly 5000 rows"), "{said}");
    assert_eq!(remarks(&place, &["--force", "--expect", "intune=5000"]), "5000 rows, 0 set aside\n");
}

#[test]
fn numbers_that_are_not_met() {
    let place = Place::new();
    place.write("in/exportDevice.csv", entra(3));
    place.write("in/devices.csv", intune(1));
    assert_eq!(remarks(&place, &["--expect", "intune=1", "--expect", "entra=3"]), "4 rows, 0 set aside\n");
    assert_snapshot!(remarks(&place, &["--force", "--expect", "intune=5", "--expect", "entra=3"]), @"
    4 rows, 0 set aside
    control-total
      5 devices expected of Intune, and the exports have 1
    ");
    assert_snapshot!(remarks(&place, &["--force", "--expect", "intune=1", "--expect", "entra=1"]), @"
    4 rows, 0 set aside
    control-total
      1 device expected of Entra ID, and the exports have 3
    ");
    assert_snapshot!(remarks(&place, &["--force", "--expect", "abm=1"]), @"
    4 rows, 0 set aside
    control-total
      1 device expected of Apple Business Manager, and no export of it is there
    ");
    assert_snapshot!(remarks(&place, &["--force", "--expect", "intune=2"]), @"
    4 rows, 0 set aside
    control-total
      2 devices expected of Intune, and the exports have 1
    ");
}

/// Rows that were set aside are there all the same.
#[test]
fn bad_rows_count_as_expected() {
    let place = Place::new();
    place.write("in/exportDevice.csv", entra(3) + "PC-4,True\n");
    assert_snapshot!(remarks(&place, &["--expect", "entra=4"]), @"
    4 rows, 1 set aside
    bad-row, exportDevice.csv, row 4
      the row has 2 cells where the header has 8 and was set aside
    ");
}

#[test]
fn a_list_that_is_too_short_proves_no_absence() {
    let place = Place::new();
    for (name, content) in tenant(&Options { devices: 400, seed: 5, zip_intune: false }).files {
        place.write(&format!("in/{name}"), content);
    }
    let report = report(&place, &["--expect", "intune=5000"]);
    let stopped: Vec<String> = report
        .lines("rules.csv")
        .iter()
        .filter(|line| line["outcome"] == "did-not-run")
        .map(|line| format!("{}: {}", line["rule"], line["reason"]))
        .collect();
    assert_snapshot!(stopped.join("\n"), @"
    abm-assigned-not-enrolled: 5000 devices expected of Intune, and the exports have 324
    autopilot-ghost: 5000 devices expected of Intune, and the exports have 324
    autopilot-never-enrolled: 5000 devices expected of Intune, and the exports have 324
    defender-only: 5000 devices expected of Intune, and the exports have 324
    hybrid-without-ad: no Active Directory export was supplied
    left-intune-still-in-entra: 5000 devices expected of Intune, and the exports have 324
    no-recovery-key: no BitLocker key list export was supplied
    not-in-register: no Asset register export was supplied
    register-only: no Asset register export was supplied
    register-retired-but-active: no Asset register export was supplied
    unmanaged-in-entra: 5000 devices expected of Intune, and the exports have 324
    ");
}

#[test]
fn serials_that_lost_their_zeros() {
    let serials = ["007134567820", "012745678901", "112345678901", "212345678901", "312345678901"];
    let place = Place::new();
    let mut whole = String::from("Serial number,Manufacturer,Model,Group tag,Profile status\n");
    let mut list = Sheet::parse(intune(5).as_bytes());
    let (serial, maker) = (list.column("Serial number"), list.column("Manufacturer"));
    for (row, text) in list.rows.iter_mut().zip(serials) {
        writeln!(whole, "{text},Microsoft Corporation,Surface,Entra,Assigned").unwrap();
        row[serial] = text.trim_start_matches('0').to_owned();
        row[maker] = "Microsoft".to_owned();
    }
    place.write("in/autopilot.csv", whole);
    place.write("in/devices.csv", list.bytes());
    assert_snapshot!(remarks(&place, &[]), @"
    10 rows, 0 set aside
    damaged-identifier, devices.csv
      2 serials of Microsoft may have lost leading zeros: digits only, and shorter than the same maker's serials in the other exports; take the list as the console exports it, without opening it in a spreadsheet
    ");
}

#[test]
fn strict_refuses_what_is_serious() {
    let strict = |name: &str, content: Vec<u8>| {
        let place = Place::new();
        place.write(&format!("in/{name}"), content);
        complaint(&place, &["analyze", "in", "--strict", "--as-of", "2026-11-20"])
    };
    assert_snapshot!(strict("exportDevice.csv", (entra(3) + "PC-4,True\n").into_bytes()), @"
    exit 4
    error: `--strict` does not accept a notice about the input
      `exportDevice.csv`, row 4: the row has 2 cells where the header has 8 and was set aside
    help: mend the exports, or run without `--strict` to have the notices in the report
    ");
    let cells = [(1, "accountEnabled", "maybe"), (2, "deviceId", "lost"), (3, "deviceId", "lost")];
    assert_snapshot!(strict("exportDevice.csv", with_cells(&entra(3), &cells)), @"
    exit 4
    error: `--strict` does not accept 2 notices about the input
      `exportDevice.csv`, row 1, `accountEnabled`: 1 cell is neither true nor false and counts as unknown
      `exportDevice.csv`, row 2, `deviceId`: 2 cells are no GUID, so they are not used for matching
    help: mend the exports, or run without `--strict` to have the notices in the report
    ");
    assert_snapshot!(strict("devices.json", format!("[{}]", devices(1..=100)).into_bytes()), @"
    exit 4
    error: `--strict` does not accept a notice about the input
      `devices.json`: it has exactly 100 rows, the size of one page: further pages were probably not fetched (if the console shows 100 devices too, say so with `--expect entra=100`); nothing is concluded from what it lacks
    help: mend the exports, or run without `--strict` to have the notices in the report
    ");
    assert_snapshot!(strict("devices.csv", with_cells(&intune(3), &[(1, "Last check-in", "05/06/2026 10:00")])), @"
    exit 4
    error: `--strict` does not accept a notice about the input
      `devices.csv`, `Last check-in`: 1 date could be day first or month first and counts as unknown; settle it with `--date-order dmy` or `mdy`
    help: mend the exports, or run without `--strict` to have the notices in the report
    ");
}

#[test]
fn strict_accepts_what_is_not() {
    let windows = encoding_rs::WINDOWS_1252.encode(&entra(3).replace("PC-1", "Gerät 1")).0.into_owned();
    let placeholder = with_cells(&intune(3), &[(2, "Serial number", "Default string")]);
    let unknown = entra(3).replacen("objectId", "objectId,colour", 1).replace("0e\n", "0e,red\n").into_bytes();
    for (name, content, codes) in [
        ("exportDevice.csv", windows, "legacy-encoding"),
        ("devices.csv", placeholder, "placeholder-serial"),
        ("exportDevice.csv", unknown, "unknown-column"),
    ] {
        let place = Place::new();
        place.write(&format!("in/{name}"), content);
        let report = report(&place, &["--strict"]);
        let found: Vec<String> = report.lines("notices.csv").iter().map(|line| line["code"].clone()).collect();
        assert_eq!(found, [codes], "{}", said(&report));
    }
}

#[test]
fn strict_refuses_a_file_that_nobody_knows() {
    let place = Place::new();
    place.write("in/exportDevice.csv", entra(3));
    place.write("in/people.csv", "Name,Mail\nA,a@contoso.example\n");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--strict"]), @"
    exit 4
    error: `--strict` does not accept a notice about the input
      `people.csv`: no known format has these columns: `Name`, `Mail`; the file was not used
    help: mend the exports, or run without `--strict` to have the notices in the report
    ");
}
