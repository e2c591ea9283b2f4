//! Delimited tables: delimiters, lines around the table, rows that do not fit.

use std::fmt::Write as _;

use insta::assert_snapshot;

use super::{ENTRA, about, entra, entra_row, intune, refusal, remarks_on, with_cells};
use crate::common::{Place, Sheet};

#[test]
fn every_delimiter_and_line_end_is_read() {
    let list = entra(3);
    let sheet = Sheet::parse(list.as_bytes());
    let text = |delimiter| String::from_utf8(sheet.bytes_with(delimiter)).unwrap();
    for (dress, content) in [
        ("semicolons", text(b';')),
        ("tabs", text(b'\t')),
        ("bars", text(b'|')),
        ("separator line", format!("sep=;\r\n{}", text(b';'))),
        ("separator line that decides", format!("sep=|\r\n{}", text(b'|').replace("displayName", "\"displayName\""))),
        ("type line", format!("#TYPE Selected.System.Management.Automation.PSCustomObject\r\n{list}")),
        ("type and separator line", format!("sep=,\r\n#TYPE X\r\n{list}")),
        ("blank lines in front", format!("\r\n  \r\n{list}")),
        ("CRLF", list.replace('\n', "\r\n")),
        ("CR alone", list.replace('\n', "\r")),
        ("no line end at the end", list.trim_end().to_owned()),
        ("every cell in quotes", format!("\"{}\"\n", list.trim_end().replace(',', "\",\"").replace('\n', "\"\n\""))),
        ("names with quotes", list.replace("PC-1", "\"PC \"\"1\"\", spare\"")),
        ("names over two lines", list.replace("PC-1", "\"PC\n1\"")),
    ] {
        assert_eq!(remarks_on("exportDevice.csv", content), "3 rows, 0 set aside\n", "{dress}");
    }
}

#[test]
fn separator_line_that_lies() {
    assert_snapshot!(about("exportDevice.csv", format!("sep=;\r\n{}", entra(3))), @"
    exit 3
    error: `exportDevice.csv` is no known export
      `exportDevice.csv`: not a table: its first line is no header
    ");
}

#[test]
fn rows_with_too_few_and_too_many_cells() {
    let mut list = entra(6);
    list = list.replacen("PC-2,True", "PC-2", 1).replacen("PC-4,True", "PC-4,spare,True", 1);
    list = list.replacen("\nPC-6,", "\nPC-5\nPC-6,", 1);
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    7 rows, 3 set aside
    bad-row, exportDevice.csv, row 2
      the row has 7 cells where the header has 8 and was set aside
    bad-row, exportDevice.csv, row 4
      the row has 9 cells where the header has 8 and was set aside
    bad-row, exportDevice.csv, row 6
      the row has 1 cell where the header has 8 and was set aside
    ");
}

#[test]
fn blank_rows() {
    let list = entra(3).replacen("PC-2", "\n,,,,,,,\n   \nPC-2", 1) + "\n\n,,,,,,,\n";
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    6 rows, 3 set aside
    bad-row, exportDevice.csv, row 2
      the row is blank in every column that is read and was set aside
    bad-row, exportDevice.csv, row 3
      the row has 1 cell where the header has 8 and was set aside
    bad-row, exportDevice.csv, row 6
      the row is blank in every column that is read and was set aside
    ");
}

#[test]
fn more_bad_rows_than_are_named() {
    let more = |bad| {
        let list = (1..=bad).fold(entra(3), |text, number| text + &format!("PC-{number},True\n"));
        let said = remarks_on("exportDevice.csv", list);
        said.lines().find(|line| line.contains("more")).unwrap_or("no more").to_owned()
    };
    assert_snapshot!(more(20), @"no more");
    assert_snapshot!(more(21), @"  1 more row was set aside; `records.csv` lists each");
    assert_snapshot!(more(25), @"  5 more rows were set aside; `records.csv` lists each");
}

#[test]
fn every_row_bad() {
    let list = (1..=2).fold(ENTRA.to_owned(), |text, number| text + &format!("PC-{number},True\n"));
    assert_snapshot!(about("exportDevice.csv", list), @"
    exit 3
    error: every row of the exports was set aside
      `exportDevice.csv`, row 1: the row has 2 cells where the header has 8 and was set aside
      `exportDevice.csv`, row 2: the row has 2 cells where the header has 8 and was set aside
    ");
}

#[test]
fn last_row_cut() {
    let list = entra(3);
    assert_snapshot!(remarks_on("exportDevice.csv", &list[..list.len() - 60]), @"
    3 rows, 1 set aside
    incomplete-export, exportDevice.csv
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    bad-row, exportDevice.csv, row 3
      the row has 7 cells where the header has 8 and was set aside
    ");
    // In the last cell: nothing shows that it was longer, but the id is no GUID any more.
    assert_snapshot!(remarks_on("exportDevice.csv", &list[..list.len() - 9]), @"3 rows, 0 set aside");
}

#[test]
fn quote_that_is_never_closed() {
    assert_snapshot!(remarks_on("exportDevice.csv", entra(4).replace("PC-2", "\"PC-2")), @"
    4 rows, 1 set aside
    bad-row, exportDevice.csv, row 2
      the row has 1 cell where the header has 8 and was set aside
    ");
    assert_snapshot!(remarks_on("exportDevice.csv", entra(4).replace("PC-4", "\"PC-4")), @"
    4 rows, 1 set aside
    bad-row, exportDevice.csv, row 4
      the row has 1 cell where the header has 8 and was set aside
    ");
}

#[test]
fn quotes_inside_a_name() {
    assert_snapshot!(remarks_on("exportDevice.csv", entra(4).replace("PC-2", "PC 12\" spare")), @"4 rows, 0 set aside");
}

#[test]
fn two_files_pasted_together() {
    let list = entra(3) + ENTRA + &entra_row(4);
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    5 rows, 1 set aside
    bad-row, exportDevice.csv, row 4
      the row is the header again and was set aside
    ");
    let list = intune(2) + &intune(1);
    assert_snapshot!(remarks_on("devices.csv", list), @"
    4 rows, 1 set aside
    duplicate-rows
      1 object of Intune in 2 rows; it counts once
    bad-row, devices.csv, row 3
      the row is the header again and was set aside
    ");
}

#[test]
fn two_lists_in_one_file() {
    assert_snapshot!(remarks_on("exportDevice.csv", entra(2) + "\n" + &intune(2)), @"
    5 rows, 3 set aside
    bad-row, exportDevice.csv, row 3
      the row has 13 cells where the header has 8 and was set aside
    bad-row, exportDevice.csv, row 4
      the row has 13 cells where the header has 8 and was set aside
    bad-row, exportDevice.csv, row 5
      the row has 13 cells where the header has 8 and was set aside
    ");
}

#[test]
fn notes_below_the_list() {
    let list = entra(3) + "\nTotal: 3\nmade by,the help desk\n";
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    5 rows, 2 set aside
    bad-row, exportDevice.csv, row 4
      the row has 1 cell where the header has 8 and was set aside
    bad-row, exportDevice.csv, row 5
      the row has 2 cells where the header has 8 and was set aside
    ");
}

#[test]
fn title_above_the_header() {
    let list = "Devices of Contoso,,,,,,,\n".to_owned() + &entra(3);
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    3 rows, 0 set aside
    lines-passed-over, exportDevice.csv
      the header is in row 2; 1 row above it was passed over
    ");
}

#[test]
fn one_row_very_many_times() {
    let row = entra_row(1);
    let list = ENTRA.to_owned() + &row.repeat(1_100);
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    1100 rows, 0 set aside
    sources-out-of-step, exportDevice.csv
      its newest activity is of 2026-11-02, 18 days before the time of judgement: no list shows anything later
    duplicate-rows
      1 object of Entra ID in 1100 rows; it counts once
    ");
}

#[test]
fn very_many_columns_and_a_very_long_cell() {
    let mut header = String::from("a");
    for number in 0..5_000 {
        write!(header, ",c{number}").unwrap();
    }
    assert_snapshot!(about("wide.csv", header + "\n1\n"), @"
    exit 3
    error: `wide.csv` is no known export
      `wide.csv`: it has more than 4096 columns; no console writes so wide a table
    ");
    let list = with_cells(&entra(3), &[(2, "displayName", &"x".repeat(1 << 20))]);
    let said = remarks_on("exportDevice.csv", list);
    assert_snapshot!(said, @"3 rows, 0 set aside");
}

#[test]
fn the_same_list_twice() {
    let place = Place::new();
    place.write("in/a.csv", entra(3));
    place.write("in/b.csv", entra(3));
    assert_snapshot!(super::remarks(&place, &[]), @"
    6 rows, 0 set aside
    duplicate-rows
      3 objects of Entra ID in 6 rows; each counts once
    ");
    place.write("in/a.csv", "x");
    place.write("in/b.csv", "y,z\n");
    assert_snapshot!(refusal(&place), @"
    exit 3
    error: none of the 2 files is a known export
      `b.csv`: no known format has these columns: `y`, `z`; the file was not used
      `a.csv`: not a table: its first line is no header
    ");
}
