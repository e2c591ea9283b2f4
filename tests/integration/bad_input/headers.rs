//! Headers: doubled, blank, alone, unknown, in another language.

use insta::assert_snapshot;

use super::{ENTRA, INTUNE, about, complaint, entra, inspect, intune, remarks, remarks_on};
use crate::common::{Place, Sheet};

#[test]
fn header_without_rows() {
    assert_snapshot!(about("exportDevice.csv", ENTRA), @"
    exit 3
    error: the exports have headers and no rows
      `exportDevice.csv`: the export has a header and no rows; it counts as not supplied
    ");
    assert_snapshot!(about("exportDevice.csv", ENTRA.trim_end()), @"
    exit 3
    error: the exports have headers and no rows
      `exportDevice.csv`: the export has a header and no rows; it counts as not supplied
    ");
    let place = Place::new();
    place.write("in/exportDevice.csv", entra(3));
    place.write("in/devices.csv", INTUNE);
    assert_snapshot!(remarks(&place, &[]), @"
    3 rows, 0 set aside
    source-too-small, devices.csv
      the export has a header and no rows; it counts as not supplied
    ");
}

#[test]
fn rows_without_any_date() {
    let row = "PC-1,True,Windows,AzureAd,,,8f14e45f-ceea-467f-a8d1-2f0b5cfd1a01,8f14e45f-ceea-467f-a8d1-2f0b5cfd1a02\n";
    let place = Place::new();
    place.write("in/exportDevice.csv", ENTRA.to_owned() + row);
    assert_snapshot!(complaint(&place, &["analyze", "in"]), @"
    exit 3
    error: no export has a date of activity, so there is no time to judge at
    help: give the time with `--as-of`, or add an export that says when its console saw the devices
    ");
}

#[test]
fn unknown_table() {
    assert_snapshot!(about("people.csv", "Name,Mail,Department\nA,a@contoso.example,Sales\n"), @"
    exit 3
    error: `people.csv` is no known export
      `people.csv`: no known format has these columns: `Name`, `Mail`, `Department`; the file was not used
    ");
}

#[test]
fn unknown_table_with_hostile_header() {
    assert_snapshot!(about("people.csv", "\x1b[2JName,<script>,=1+1\na,b,c\n"), @"
    exit 3
    error: `people.csv` is no known export
      `people.csv`: no known format has these columns: `�[2JName`, `<script>`, `=1+1`; the file was not used
    ");
}

#[test]
fn unknown_table_with_very_long_headers() {
    let header = ["x".repeat(500), "y".repeat(500)].join(",");
    assert_snapshot!(about("people.csv", header + "\n1,2\n"), @"
    exit 3
    error: `people.csv` is no known export
      `people.csv`: no known format has these columns: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`, `yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…`; the file was not used
    ");
}

#[test]
fn table_that_resembles_a_known_one() {
    let place = Place::new();
    let list = entra(3).replacen("approximateLastSignInDateTime", "approxLastSignInDateTime", 1);
    place.write("in/exportDevice.csv", list);
    assert_snapshot!(complaint(&place, &["analyze", "in"]), @"
    exit 3
    error: `exportDevice.csv` is no known export
      `exportDevice.csv`: no known format has these columns: `displayName`, `accountEnabled`, `operatingSystem`, `joinType (trustType)`, `registrationTime`, `approxLastSignInDateTime`; the file was not used; it looks most like Entra ID, download devices (`entra/download-devices`)
    help: `lastseen checklist` says which exports to ask for and how each is made; `lastseen inspect` says what a file is
    ");
    let said = inspect(&place);
    assert!(said.contains("`approxLastSignInDateTime` may be the same"), "{said}");
}

#[test]
fn header_in_german() {
    let header = "Gerätename;Verwaltet von;Besitzer;Kompatibilität;Betriebssystem;Letzter Check-In\n";
    let place = Place::new();
    place.write("in/geraete.csv", header.to_owned() + "PC-1;Intune;Unternehmen;Konform;Windows;20.11.2026 08:00\n");
    assert_snapshot!(complaint(&place, &["analyze", "in"]), @"
    exit 3
    error: `geraete.csv` is no known export
      `geraete.csv`: no known format has these columns: `Gerätename`, `Verwaltet von`, `Besitzer`, `Kompatibilität`, `Betriebssystem`, `Letzter Check-In`; the file was not used; the header is not in English: set the language of the console to English and export again
    help: `lastseen checklist` says which exports to ask for and how each is made; `lastseen inspect` says what a file is
    ");
}

/// A list with one more column.
fn with_column(list: &str, header: &str, cells: impl Fn(usize, &[String]) -> String) -> Vec<u8> {
    let mut sheet = Sheet::parse(list.as_bytes());
    sheet.header.push(header.to_owned());
    for (number, row) in sheet.rows.iter_mut().enumerate() {
        let cell = cells(number, row);
        row.push(cell);
    }
    sheet.bytes()
}

#[test]
fn column_twice_with_equal_cells() {
    let at = Sheet::parse(entra(1).as_bytes()).column("deviceId");
    let list = with_column(&entra(3), "deviceId", |_, row| row[at].clone());
    assert_eq!(remarks_on("exportDevice.csv", list), "3 rows, 0 set aside\n");
    // Another spelling of the same value, and cells that are filled in one of the two only, contradict nothing.
    let list = with_column(&entra(3), "DeviceID", |number, row| match number {
        0 => format!("{{{}}}", row[at].to_uppercase()),
        1 => String::new(),
        _ => row[at].clone(),
    });
    assert_eq!(remarks_on("exportDevice.csv", list), "3 rows, 0 set aside\n");
}

#[test]
fn column_twice_with_cells_that_contradict() {
    let list = with_column(&entra(3), "deviceId", |_, _| "99999999-0000-4000-8000-00000000000d".into());
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    3 rows, 0 set aside
    unreadable-value, exportDevice.csv, row 1, column deviceId
      3 rows have different values in two columns of this name; they count as unknown
    ");
    let list =
        with_column(&intune(3), "Serial number", |number, _| if number == 1 { "OTHER1".into() } else { String::new() });
    assert_snapshot!(remarks_on("devices.csv", list), @"
    3 rows, 1 set aside
    bad-row, devices.csv, row 2
      the row says two things in the columns `Serial number` and was set aside
    ");
    let list = with_column(&intune(3), "Last check-in", |number, row| {
        if number == 1 { "2020-01-01 08:00:00.0000000".into() } else { row[11].clone() }
    });
    assert_snapshot!(remarks_on("devices.csv", list), @"
    3 rows, 0 set aside
    unreadable-value, devices.csv, row 2, column Last check-in
      1 row has different values in two columns of this name; it counts as unknown
    ");
    let list = with_column(&entra(3), "accountEnabled", |number, _| if number == 1 { "False" } else { "True" }.into());
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    3 rows, 1 set aside
    bad-row, exportDevice.csv, row 2
      the row says two things in the columns `accountEnabled` and was set aside
    ");
}

#[test]
fn columns_without_a_name() {
    let list = with_column(&entra(3), "", |number, _| format!("note {number}"));
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    3 rows, 0 set aside
    unknown-column, exportDevice.csv
      1 column has no name and was not read
    ");
    let list = entra(3).lines().enumerate().fold(String::new(), |text, (at, line)| text + &format!("{at},{line},,\n"));
    assert_snapshot!(remarks_on("exportDevice.csv", list.replacen('0', "", 1)), @"
    3 rows, 0 set aside
    unknown-column, exportDevice.csv
      3 columns have no name and were not read
    ");
}

#[test]
fn columns_that_nobody_knows_and_columns_that_are_missing() {
    let mut sheet = Sheet::parse(&with_column(&intune(3), "Favourite Colour", |_, _| "green".into()));
    for name in ["Serial number", "Azure AD Device ID", "OS"] {
        let at = sheet.column(name);
        sheet.header.remove(at);
        for row in &mut sheet.rows {
            row.remove(at);
        }
    }
    assert_snapshot!(remarks_on("devices.csv", sheet.bytes()), @"
    3 rows, 0 set aside
    unknown-column, devices.csv, column Favourite Colour
      not known to format `intune/devices-with-inventory` and not read: `Favourite Colour`
    missing-column, devices.csv, column entra_id
      `Azure AD Device ID` is missing: rows join Entra ID, Defender and the key lists only by the Entra device id
    missing-column, devices.csv, column platform
      `OS` is missing: nothing tells which steps a device needs
    missing-column, devices.csv, column serial
      `Serial number` is missing: rows join Autopilot, Apple and Google only by serial number, so no rule that needs those links runs
    ");
}
