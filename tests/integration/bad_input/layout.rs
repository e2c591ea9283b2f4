//! Tables that do not begin where a file begins: titles, group headings and progress lines; cells that are merged; files
//! that programs keep beside the files of people.

use rust_xlsxwriter::{Format, Worksheet};

use super::json::devices;
use super::workbook::{book, put};
use super::{about, entra, intune, remarks, remarks_on, report};
use crate::common::Place;

/// The rows that were read, without the remark about rows that were passed over.
fn read(name: &str, content: impl AsRef<[u8]>, row: &str) {
    let said = remarks_on(name, content);
    assert!(said.starts_with("3 rows, 0 set aside\nlines-passed-over"), "{name}: {said}");
    assert!(said.contains(row), "{name}: {said}");
}

#[test]
fn a_header_below_titles_and_group_headings() {
    let list = entra(3);
    for (above, row) in [
        ("Devices of Contoso\n", "the header is in row 2; 1 row above it was passed over"),
        (",,,,,,,\n", "row 2"),
        ("Devices of Contoso,,,,,,,\n\n , \n", "row 4"),
        ("Device,,,,Activity,,Ids,\n", "row 2"),
        ("\"Exported by ann, for audit\";today\n", "row 2"),
        ("Getting all devices\nGot 2 devices\nGot 3 devices\n", "row 4"),
    ] {
        read("exportDevice.csv", format!("{above}{list}"), row);
    }
    let sheet = |fill: fn(&mut Worksheet)| {
        book(|sheet| {
            fill(sheet);
            put(sheet, &entra(3), 2);
        })
    };
    for bytes in [
        sheet(|sheet| _ = sheet.write(0, 0, "Devices of Contoso").unwrap()),
        sheet(|sheet| _ = sheet.write(0, 0, "Device").unwrap().write(0, 4, "Activity").unwrap()),
        sheet(|sheet| _ = sheet.merge_range(0, 0, 1, 3, "Device", &Format::new()).unwrap().write(1, 5, "x").unwrap()),
    ] {
        read("devices.xlsx", bytes, "the header is in row 3");
    }
}

#[test]
fn rows_count_from_the_header() {
    let text = format!("Device,,,Activity,,,,\n{}PC-4,True\n", entra(3));
    let said = remarks_on("exportDevice.csv", text);
    assert!(said.contains("bad-row, exportDevice.csv, row 4\n"), "{said}");
}

#[test]
fn a_heading_that_is_merged_over_two_rows() {
    let list = entra(3);
    let bytes = book(|sheet| {
        put(sheet, &list, 1);
        sheet.write(0, 4, "Activity").unwrap();
        sheet.merge_range(0, 0, 1, 0, "displayName", &Format::new()).unwrap();
    });
    read("devices.xlsx", bytes, "the header is in row 2");
}

#[test]
fn two_rows_that_are_headers_are_named_and_nothing_is_guessed() {
    let said = about("exportDevice.csv", format!("Device,Activity\n{}{}", entra(1), entra(1)));
    assert!(said.contains("rows 2, 4 each look like a header: keep one table in a file"), "{said}");
}

#[test]
fn a_row_that_is_nearly_a_header_is_named() {
    let text =
        entra(2).replace("objectId", "object").replace("deviceId", "device").replace("joinType (trustType)", "trust");
    let said = about("exportDevice.csv", format!("Device,Activity\n{text}"));
    assert!(said.contains("row 2 looks like a header"), "{said}");
}

#[test]
fn lines_around_json() {
    let list = devices(1..=3);
    for (text, line) in [
        (format!("Page 1: found 3 devices\nDone: 3 devices\n[{list}]\n"), "line 3"),
        (format!("```json\n[{list}]\n```\n"), "line 2"),
        (format!("[{list}]\nDone.\n"), "line 1"),
        (format!("[INFO] go\nWARNING: old module\n{}\n", list.replace(",\n", "\n")), "line 3"),
        (format!("PS C:\\> Get-MgDevice -All | ConvertTo-Json\r\n\r\n[\r\n{list}\r\n]\r\nPS C:\\>\r\n"), "line 3"),
    ] {
        for name in ["devices.json", "devices.txt"] {
            read(name, &text, line);
        }
    }
    let said = about("devices.json", "Page 1\n{\"error\":{\"code\":\"Forbidden\",\"message\":\"no\"}}\n");
    assert!(said.contains("(the JSON begins in line 2)"), "{said}");
}

#[test]
fn merged_cells_count_for_every_row() {
    let list = "deviceId,serialNumber,status,lastSync,orgUnitPath\n\
                a1b2c3d4-0001-4000-8000-000000000001,5CDLAY0001,ACTIVE,2026-11-18T08:00:00Z,/Lab\n\
                a1b2c3d4-0001-4000-8000-000000000002,5CDLAY0002,DEPROVISIONED,2026-03-01T08:00:00Z,/Lab\n\
                a1b2c3d4-0001-4000-8000-000000000003,5CDLAY0003,,2026-03-02T08:00:00Z,/Lab\n\
                a1b2c3d4-0001-4000-8000-000000000004,5CDLAY0004,,2026-03-03T08:00:00Z,/Lab\n";
    let place = Place::new();
    let bytes = book(|sheet| {
        put(sheet, list, 0);
        sheet.merge_range(2, 2, 4, 2, "DEPROVISIONED", &Format::new()).unwrap();
    });
    place.write("in/cros.xlsx", bytes);
    let report = report(&place, &[]);
    assert!(report.lines("findings.csv").iter().all(|line| line["rule"] != "stale-everywhere"));
    let notices = report.lines("notices.csv");
    let merged = notices.iter().find(|line| line["code"] == "merged-cells").unwrap();
    assert!(merged["message"].starts_with("1 range of merged cells over several rows"), "{}", merged["message"]);
}

#[test]
fn rows_below_merged_cells_are_the_same_device() {
    let list = "deviceId,serialNumber,status,lastSync,recentUsers.email\n\
                a1b2c3d4-0001-4000-8000-000000000001,5CDLAY0001,ACTIVE,2026-11-18T08:00:00Z,ann@contoso.example\n\
                ,,,,bob@contoso.example\n\
                ,,,,cy@contoso.example\n\
                a1b2c3d4-0001-4000-8000-000000000002,5CDLAY0002,ACTIVE,2026-11-18T08:00:00Z,dee@contoso.example\n";
    let bytes = book(|sheet| {
        put(sheet, list, 0);
        for (column, text) in (0..).zip(list.lines().nth(1).unwrap().split(',').take(4)) {
            sheet.merge_range(1, column, 3, column, text, &Format::new()).unwrap();
        }
    });
    let place = Place::new();
    place.write("in/cros.xlsx", bytes);
    assert_eq!(report(&place, &[]).lines("devices.csv").len(), 2);
}

#[test]
fn rows_without_any_identifier_are_remarked_and_never_planned() {
    let list = "deviceId,serialNumber,status,lastSync,recentUsers.email\n\
                a1b2c3d4-0001-4000-8000-000000000001,5CDLAY0001,ACTIVE,2026-11-18T08:00:00Z,ann@contoso.example\n\
                ,,ACTIVE,2026-03-01T08:00:00Z,bob@contoso.example\n\
                ,,ACTIVE,2026-03-02T08:00:00Z,cy@contoso.example\n";
    let place = Place::new();
    place.write("in/cros.csv", list);
    let report = report(&place, &[]);
    let notices = report.lines_where("notices.csv", "code", "bad-row");
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0]["row"], "2");
    assert!(notices[0]["message"].starts_with("2 rows have neither id nor serial number nor name"), "{notices:?}");
    let steps = ["review-identity", "export-list", "verify-in-next-export"];
    assert!(report.lines("plan.csv").iter().all(|line| steps.contains(&line["step"].as_str())));
}

#[test]
fn a_range_over_a_million_rows_and_one_over_columns() {
    let place = Place::new();
    let bytes = book(|sheet| {
        put(sheet, &intune(3), 0);
        sheet.merge_range(4, 0, 1_048_575, 1, "", &Format::new()).unwrap();
        sheet.merge_range(2, 6, 2, 7, "HP", &Format::new()).unwrap();
    });
    place.write("in/devices.xlsx", bytes);
    let said = remarks(&place, &[]);
    assert!(said.starts_with("3 rows, 0 set aside\n") && said.contains("over several columns"), "{said}");
}

#[test]
fn what_programs_keep_beside_a_list_is_no_input() {
    let place = Place::new();
    place.write("in/exportDevice.csv", entra(3));
    for name in ["~$devices.xlsx", "._exportDevice.csv", ".~lock.devices.xlsx#", "Thumbs.db", "desktop.ini"] {
        place.write(&format!("in/{name}"), "\u{3}ann");
    }
    assert_eq!(remarks(&place, &["--strict"]), "3 rows, 0 set aside\n");
    let run = place.run(&["analyze", "in/~$devices.xlsx"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is the owner file that Office keeps beside an open file"), "{}", run.stderr);
}

#[test]
fn archives_may_hold_them_too() {
    let list = entra(3);
    let bytes = super::archives::packed(&[
        ("exportDevice.csv", list.as_bytes()),
        ("~$devices.xlsx", b"\x03ann"),
        ("a/.DS_Store", b"\0\0\0\x01Bud1"),
    ]);
    assert_eq!(remarks_on("lists.zip", bytes), "3 rows, 0 set aside\n");
}
