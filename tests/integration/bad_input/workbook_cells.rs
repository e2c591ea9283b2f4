//! What spreadsheets make of identifiers and dates: numbers, rounded numbers, dates, errors.

use insta::assert_snapshot;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Worksheet};

use super::workbook::{book, put, repacked};
use super::{entra, intune, remarks_on, report};
use crate::common::{Line, Place, Sheet};

/// Intune's list as a workbook, after a change to cells of its sheet. The columns are given by name.
fn changed(rows: usize, change: impl FnOnce(&mut Worksheet, &dyn Fn(&str) -> u16)) -> Vec<u8> {
    let list = intune(rows);
    let table = Sheet::parse(list.as_bytes());
    let column = |name: &str| u16::try_from(table.column(name)).unwrap();
    book(|sheet| {
        put(sheet, &list, 0);
        change(sheet, &column);
    })
}

/// The devices that come out of one workbook.
fn devices(bytes: Vec<u8>) -> Vec<Line> {
    let place = Place::new();
    place.write("in/devices.xlsx", bytes);
    report(&place, &[]).lines("devices.csv")
}

fn all<'a>(devices: &'a [Line], column: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = devices.iter().map(|device| device[column].as_str()).collect();
    found.sort_unstable();
    found
}

#[test]
fn serials_as_numbers() {
    let one = changed(3, |sheet, column| {
        sheet.write(2, column("Serial number"), 4_711_815).unwrap();
    });
    assert_snapshot!(remarks_on("devices.xlsx", one), @"
    3 rows, 0 set aside
    damaged-identifier, devices.xlsx!Devices, row 2, column Serial number
      1 cell is a number and not text: leading zeros may be lost, so it is not used for matching; take the list as the console exports it
    ");
    let all_numbers = changed(3, |sheet, column| {
        (1..=3).for_each(|row| {
            sheet.write(row, column("Serial number"), 4_711_815 + row).unwrap();
        });
    });
    assert_snapshot!(remarks_on("devices.xlsx", all_numbers.clone()), @"
    3 rows, 0 set aside
    damaged-identifier, devices.xlsx!Devices, row 1, column Serial number
      3 cells are numbers and not text: leading zeros may be lost, so they are not used for matching; take the list as the console exports it
    ");
    assert_eq!(all(&devices(all_numbers), "serial"), ["", "", ""], "they are not used");
}

/// A Surface whose zeros were lost must not become the Surface that has such a number, not even weakly.
#[test]
fn a_serial_as_a_number_joins_no_other_device() {
    let intune = changed(3, |sheet, column| {
        sheet.write(1, column("Serial number"), 12_345_678_901_f64).unwrap();
        sheet.write(2, column("Serial number"), 98_765_432_101_f64).unwrap();
    });
    let place = Place::new();
    place.write("in/devices.xlsx", intune);
    let autopilot = "Serial number,Manufacturer,Model,Group tag,Profile status,Purchase order,Userless Enrollment Status\n\
                     12345678901,Microsoft,Surface,,Assigned,,Unknown\n\
                     098765432101,Microsoft,Surface,,Assigned,,Unknown\n";
    place.write("in/autopilot.csv", autopilot);
    let report = report(&place, &[]);
    assert_eq!(report.lines("devices.csv").len(), 5);
    let weak = report.lines("records.csv").into_iter().filter(|line| line["tier"] == "weak").count();
    assert_eq!(weak, 0, "lost zeros are no reason to believe it either");
    let kept: Vec<String> = report.lines("records.csv").iter().map(|line| line["serial"].clone()).collect();
    assert!(kept.contains(&"98765432101".to_owned()), "the report shows what stands there: {kept:?}");
}

#[test]
fn serials_beyond_the_digits_of_a_spreadsheet() {
    let bytes = changed(3, |sheet, column| {
        sheet.write(1, column("Serial number"), 1_234_567_890_123_456_789_f64).unwrap();
        sheet.write(2, column("Serial number"), "1.23457E+18").unwrap();
    });
    assert_snapshot!(remarks_on("devices.xlsx", bytes), @"
    3 rows, 0 set aside
    damaged-identifier, devices.xlsx!Devices, row 1, column Serial number
      2 values are in scientific notation: a spreadsheet rounded them, so they are not used for matching; export again without opening the file in between
    ");
}

#[test]
fn serials_as_dates() {
    let bytes = changed(4, |sheet, column| {
        let day = ExcelDateTime::parse_from_str("2026-03-05").unwrap();
        sheet.write_with_format(1, column("Serial number"), &day, &Format::new().set_num_format("d-mmm")).unwrap();
        sheet.write(2, column("Serial number"), "05-Mar-26").unwrap();
    });
    assert_snapshot!(remarks_on("devices.xlsx", bytes), @"
    4 rows, 0 set aside
    damaged-identifier, devices.xlsx!Devices, row 1, column Serial number
      2 values are dates: a spreadsheet took them for such, so they are not used for matching; export again without opening the file in between
    ");
}

#[test]
fn imeis_as_numbers() {
    let bytes = changed(5, |sheet, column| {
        // Fifteen digits are kept, more are not.
        sheet.write(1, column("IMEI"), 356_938_035_643_809_f64).unwrap();
        sheet.write(2, column("IMEI"), 3_569_380_356_438_090_f64).unwrap();
        sheet.write(3, column("IMEI"), "3.56938E+14").unwrap();
        sheet.write(4, column("IMEI"), 356_938_000_000_000_f64).unwrap();
        sheet.write(5, column("IMEI"), "356938035643809").unwrap();
    });
    assert_snapshot!(remarks_on("devices.xlsx", bytes), @"
    5 rows, 0 set aside
    damaged-identifier, devices.xlsx!Devices, row 2, column IMEI
      2 values are in scientific notation: a spreadsheet rounded them, so they are not used for matching; export again without opening the file in between
    damaged-identifier, devices.xlsx!Devices, row 4, column IMEI
      1 cell is no IMEI or MEID, so it is not used for matching
    identity-conflict, devices.xlsx!Devices, row 1
      a link was refused: imei `356938035643809`: serial `5CG00001AB` here, `5CG00005AB` at intune:00000005-0000-4000-8000-00000000000a
    identity-conflict, devices.xlsx!Devices, row 5
      a link was refused: imei `356938035643809`: serial `5CG00005AB` here, `5CG00001AB` at intune:00000001-0000-4000-8000-00000000000a
    ");
}

#[test]
fn errors_of_formulas() {
    let bytes = changed(3, |sheet, column| {
        let lost = Formula::new("=VLOOKUP(1,A:A,1)").set_result("#N/A");
        for name in ["Serial number", "Azure AD Device ID", "Last check-in", "Encrypted", "Compliance", "Device name"] {
            sheet.write(2, column(name), &lost).unwrap();
        }
        sheet.write(3, column("Device name"), "#REF!").unwrap();
        sheet.write(3, column("Ownership"), "########").unwrap();
    });
    assert_snapshot!(remarks_on("devices.xlsx", bytes), @"
    3 rows, 0 set aside
    damaged-identifier, devices.xlsx!Devices, row 2, column Azure AD Device ID
      1 cell is no GUID, so it is not used for matching
    damaged-identifier, devices.xlsx!Devices, row 2, column Serial number
      1 cell is no serial number, so it is not used for matching
    unreadable-value, devices.xlsx!Devices, row 2, column Compliance
      1 cell is no word and counts as unknown
    unreadable-value, devices.xlsx!Devices, row 2, column Device name
      2 cells are no text and count as unknown
    unreadable-value, devices.xlsx!Devices, row 2, column Encrypted
      1 cell is neither true nor false and counts as unknown
    unreadable-value, devices.xlsx!Devices, row 2, column Last check-in
      1 cell is no date and counts as unknown
    unreadable-value, devices.xlsx!Devices, row 3, column Ownership
      1 cell is no word and counts as unknown
    ");
}

#[test]
fn dates_as_dates_and_as_numbers() {
    let with =
        |change: &dyn Fn(&mut Worksheet, u16)| changed(3, |sheet, column| change(sheet, column("Last check-in")));
    let moment = ExcelDateTime::parse_from_str("2026-11-05T12:30:00").unwrap();
    let format = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    let bytes = with(&|sheet, at| {
        (1..=3).for_each(|row| {
            sheet.write_with_format(row, at, &moment, &format).unwrap();
        });
    });
    assert_eq!(remarks_on("devices.xlsx", bytes.clone()), "3 rows, 0 set aside\n");
    assert_eq!(all(&devices(bytes), "last_activity"), ["2026-11-05T12:30:00Z"; 3]);
    // The same as bare numbers, whose format was lost.
    let bytes = with(&|sheet, at| {
        (1..=3).for_each(|row| {
            sheet.write(row, at, 46_331.520_833_333_336).unwrap();
        });
    });
    assert_eq!(remarks_on("devices.xlsx", bytes.clone()), "3 rows, 0 set aside\n");
    assert_eq!(all(&devices(bytes), "last_activity"), ["2026-11-05T12:30:00Z"; 3]);
    // A number that is no day of our time.
    let bytes = with(&|sheet, at| {
        sheet.write(2, at, 17).unwrap();
    });
    assert_snapshot!(remarks_on("devices.xlsx", bytes), @"
    3 rows, 0 set aside
    unreadable-value, devices.xlsx!Devices, row 2, column Last check-in
      1 cell is no date and counts as unknown
    ");
}

#[test]
fn days_that_count_from_1904() {
    let moment = ExcelDateTime::parse_from_str("2026-11-05T12:30:00").unwrap();
    let bytes = changed(2, |sheet, column| {
        let (at, format) = (column("Last check-in"), Format::new().set_num_format("yyyy-mm-dd hh:mm"));
        sheet.write_with_format(1, at, &moment, &format).unwrap();
        sheet.write(2, at, 44_869.25).unwrap();
    });
    let later = |text: String| text.replacen("<workbookPr ", "<workbookPr date1904=\"1\" ", 1);
    let bytes = repacked(&bytes, "xl/workbook.xml", later);
    let devices = devices(bytes);
    // The same numbers mean other days: four years and a day later.
    assert_eq!(all(&devices, "last_activity"), ["2026-11-05T06:00:00Z", "2030-11-06T12:30:00Z"]);
}

#[test]
fn flags_as_logical_values_and_numbers() {
    let bytes = book(|sheet| {
        put(sheet, &entra(4), 0);
        sheet.write(1, 1, true).unwrap();
        sheet.write(2, 1, false).unwrap();
        sheet.write(3, 1, 1).unwrap();
        sheet.write(4, 1, 7).unwrap();
    });
    assert_snapshot!(remarks_on("devices.xlsx", bytes), @"
    4 rows, 0 set aside
    unreadable-value, devices.xlsx!Devices, row 4, column accountEnabled
      1 cell is neither true nor false and counts as unknown
    ");
}
