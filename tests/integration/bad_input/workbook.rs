//! Workbooks: which sheets are read, where the header stands, what is hidden, what is broken.

use std::io::Write as _;

use insta::assert_snapshot;
use rust_xlsxwriter::{FilterCondition, Workbook, Worksheet};

use super::archives::packed;
use super::{about, entra, inspect, intune, refusal, remarks, remarks_on};
use crate::common::{Place, Sheet};

/// Writes a list as text cells, its header in this row from 0.
pub(super) fn put(sheet: &mut Worksheet, list: &str, top: u32) {
    let table = Sheet::parse(list.as_bytes());
    for (row, cells) in (top..).zip(std::iter::once(&table.header).chain(&table.rows)) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write(row, column, cell.as_str()).unwrap();
        }
    }
}

/// A workbook with one sheet, `Devices`.
pub(super) fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("Devices").unwrap());
    book.save_to_buffer().unwrap()
}

#[test]
fn every_sheet_is_read_and_empty_ones_are_passed_over() {
    let mut book = Workbook::new();
    put(book.add_worksheet().set_name("Entra").unwrap(), &entra(3), 0);
    book.add_worksheet().set_name("Empty").unwrap();
    put(book.add_worksheet().set_name("Intune").unwrap(), &intune(3), 0);
    assert_eq!(remarks_on("devices.xlsx", book.save_to_buffer().unwrap()), "6 rows, 0 set aside\n");
}

#[test]
fn rows_above_the_header() {
    let place = Place::new();
    let bytes = book(|sheet| {
        sheet.write(0, 0, "Devices of Contoso").unwrap();
        sheet.write(1, 0, "as of today").unwrap();
        put(sheet, &entra(3), 3);
    });
    place.write("in/devices.xlsx", bytes);
    assert_snapshot!(remarks(&place, &[]), @"
    3 rows, 0 set aside
    lines-passed-over, devices.xlsx!Devices
      the header is in row 4; 2 rows above it were passed over
    ");
    assert!(inspect(&place).contains("worksheet, header in row 4"));
    let two = book(|sheet| {
        sheet.write(0, 0, "Devices of Contoso").unwrap();
        sheet.write(0, 1, "as of today").unwrap();
        put(sheet, &entra(3), 1);
    });
    assert_snapshot!(remarks_on("devices.xlsx", two), @"
    3 rows, 0 set aside
    lines-passed-over, devices.xlsx!Devices
      the header is in row 2; 1 row above it was passed over
    ");
}

#[test]
fn columns_left_of_the_table_and_rows_left_out() {
    let bytes = book(|sheet| {
        let table = Sheet::parse(entra(4).as_bytes());
        for (row, cells) in [0, 1, 2, 5, 9].into_iter().zip(std::iter::once(&table.header).chain(&table.rows)) {
            for (column, cell) in (2..).zip(cells) {
                sheet.write(row, column, cell.as_str()).unwrap();
            }
        }
    });
    assert_snapshot!(remarks_on("devices.xlsx", bytes), @"
    4 rows, 0 set aside
    unknown-column, devices.xlsx!Devices
      2 columns have no name and were not read
    ");
}

#[test]
fn hidden_rows_and_filters() {
    let hidden = |rows: std::ops::RangeInclusive<u32>| {
        book(|sheet| {
            put(sheet, &entra(5), 0);
            rows.for_each(|row| {
                sheet.set_row_hidden(row).unwrap();
            });
        })
    };
    assert_snapshot!(remarks_on("devices.xlsx", hidden(2..=2)), @"
    5 rows, 0 set aside
    hidden-rows, devices.xlsx!Devices
      1 of 5 rows is hidden; it is read like the others, so the numbers here are higher than what the sheet shows
    ");
    assert_snapshot!(remarks_on("devices.xlsx", hidden(2..=4)), @"
    5 rows, 0 set aside
    hidden-rows, devices.xlsx!Devices
      3 of 5 rows are hidden; they are read like the others, so the numbers here are higher than what the sheet shows
    ");
    let filtered = book(|sheet| {
        put(sheet, &entra(5), 0);
        sheet.autofilter(0, 0, 5, 7).unwrap();
        sheet.filter_column(0, &FilterCondition::new().add_list_filter("PC-3")).unwrap();
    });
    assert_snapshot!(remarks_on("devices.xlsx", filtered), @"
    5 rows, 0 set aside
    hidden-rows, devices.xlsx!Devices
      4 of 5 rows are hidden by a filter; they are read like the others, so the numbers here are higher than what the sheet shows
    ");
}

#[test]
fn hidden_sheet() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Cover").unwrap().write(0, 0, "See the hidden sheet").unwrap();
    put(book.add_worksheet().set_name("Old").unwrap().set_hidden(true), &entra(3), 0);
    let place = Place::new();
    place.write("in/devices.xlsx", book.save_to_buffer().unwrap());
    assert_snapshot!(remarks(&place, &[]), @"
    3 rows, 0 set aside
    unknown-format, devices.xlsx!Cover
      no known format has these columns: `See the hidden sheet`; the file was not used
    hidden-rows, devices.xlsx!Old
      the sheet is hidden; it is read like the others, so check that it belongs to this audit
    ");
    assert!(inspect(&place).contains("hidden worksheet"));
}

#[test]
fn sheet_that_is_no_export_beside_one_that_is() {
    let mut book = Workbook::new();
    put(book.add_worksheet().set_name("Devices").unwrap(), &entra(3), 0);
    put(book.add_worksheet().set_name("People").unwrap(), "Name,Mail\nA,a@contoso.example\n", 0);
    put(book.add_worksheet().set_name("Pivot").unwrap(), "Platform,Count\nWindows,3\n", 0);
    assert_snapshot!(remarks_on("devices.xlsx", book.save_to_buffer().unwrap()), @"
    3 rows, 0 set aside
    unknown-format, devices.xlsx!People
      no known format has these columns: `Name`, `Mail`; the file was not used
    unknown-format, devices.xlsx!Pivot
      no known format has these columns: `Platform`, `Count`; the file was not used
    ");
}

#[test]
fn workbook_without_anything() {
    let mut empty = Workbook::new();
    empty.add_worksheet();
    empty.add_worksheet();
    assert_snapshot!(about("devices.xlsx", empty.save_to_buffer().unwrap()), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: a workbook whose sheets are empty
    ");
    assert_snapshot!(about("devices.xlsx", book(|sheet| put(sheet, super::ENTRA, 0))), @"
    exit 3
    error: the exports have headers and no rows
      `devices.xlsx!Devices`: the export has a header and no rows; it counts as not supplied
    ");
    let chart = [("[Content_Types].xml", b"<Types/>".as_slice())];
    assert_snapshot!(about("devices.xlsx", packed(&chart)), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: this zip archive holds no workbook; save it as .xlsx or CSV
    ");
}

/// Packs a workbook anew after a change to one of its parts.
pub(super) fn repacked(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    use std::io::Read as _;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        parts.push((name.clone(), if name == part { change(text) } else { text }));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    packed(&parts)
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn workbook_that_is_broken() {
    let sound = book(|sheet| put(sheet, &entra(5), 0));
    assert_snapshot!(about("devices.xlsx", &sound[..sound.len() / 2]), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: the workbook is damaged or cut off
    ");
    let cut = |text: String| text[..text.len() / 2].to_owned();
    assert_snapshot!(about("devices.xlsx", repacked(&sound, SHEET, cut)), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx!Devices`: the sheet cannot be read: a part of it is broken or cut off (syntax error: tag not closed: `>` not found before end of input)
    ");
    assert_snapshot!(about("devices.xlsx", repacked(&sound, "xl/workbook.xml", cut)), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: the workbook is damaged: a part of it is broken or cut off (syntax error: tag not closed: `>` not found before end of input)
    ");
    assert_snapshot!(about("devices.xlsx", repacked(&sound, "xl/sharedStrings.xml", cut)), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: the workbook is damaged or cut off (unexpected end of xml, expecting '</t>')
    ");
    let gone = |_| String::new();
    assert_snapshot!(about("devices.xlsx", repacked(&sound, "_rels/.rels", gone)), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: the workbook is damaged: it does not say where the sheets are
    ");
}

#[test]
fn sheet_that_is_broken_beside_one_that_is_not() {
    let mut book = Workbook::new();
    put(book.add_worksheet().set_name("Torn").unwrap(), &intune(3), 0);
    put(book.add_worksheet().set_name("Sound").unwrap(), &entra(3), 0);
    let bytes = book.save_to_buffer().unwrap();
    let torn = repacked(&bytes, SHEET, |text| text[..text.len() / 2].to_owned());
    assert_snapshot!(remarks_on("devices.xlsx", torn), @"
    3 rows, 0 set aside
    incomplete-export, devices.xlsx!Torn
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    source-too-small, devices.xlsx!Torn
      the export has a header and no rows; it counts as not supplied
    ");
}

#[test]
fn cells_that_are_broken() {
    let sound = book(|sheet| put(sheet, &entra(5), 0));
    let wild = |text: String| text.replacen("<c r=\"A3\" t=\"s\"><v>", "<c r=\"A3\" t=\"s\"><v>9999", 1);
    assert_snapshot!(remarks_on("devices.xlsx", repacked(&sound, SHEET, wild)), @"
    5 rows, 0 set aside
    unreadable-value, devices.xlsx!Devices
      1 cell of the sheet is damaged and counts as blank
    ");
    let more = |text: String| {
        ["A3", "A4"].iter().fold(text, |text, cell| {
            text.replacen(&format!("<c r=\"{cell}\" t=\"s\"><v>"), &format!("<c r=\"{cell}\" t=\"s\"><v>9999"), 1)
        })
    };
    assert_snapshot!(remarks_on("devices.xlsx", repacked(&sound, SHEET, more)), @"
    5 rows, 0 set aside
    unreadable-value, devices.xlsx!Devices
      2 cells of the sheet are damaged and count as blank
    ");
}

#[test]
fn workbook_that_unpacks_without_end() {
    let sound = book(|sheet| put(sheet, &entra(5), 0));
    let bomb = |text: String| text.replacen("<sheetData>", &format!("<sheetData>{}", " ".repeat(8 << 20)), 1);
    assert_snapshot!(about("devices.xlsx", repacked(&sound, SHEET, bomb)), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: the workbook is refused: xl/worksheets/sheet1.xml unpacks to far more than it should
    ");
}

#[test]
fn documents_in_the_dress_of_a_workbook() {
    let ods: [(&str, &[u8]); 2] =
        [("content.xml", b"<office:document-content/>"), ("META-INF/manifest.xml", b"<manifest:manifest/>")];
    let mut text = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    text.start_file("mimetype", options).unwrap();
    text.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    for (name, content) in ods {
        text.start_file(name, options).unwrap();
        text.write_all(content).unwrap();
    }
    assert_snapshot!(about("devices.ods.csv", text.finish().unwrap().into_inner()), @"
    exit 3
    error: `devices.ods.csv` is no known export
      `devices.ods.csv`: this is an OpenDocument (.ods) file; save it as .xlsx or CSV
    ");
    let binary: [(&str, &[u8]); 3] =
        [("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b"<Relationships/>"), ("xl/workbook.bin", b"\x83\x01")];
    assert_snapshot!(about("devices.xlsx", packed(&binary)), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: this is an .xlsb workbook; save it as .xlsx or CSV
    ");
    let place = Place::new();
    place.write("in/devices.xlsx", entra(3));
    assert_eq!(remarks(&place, &[]), "3 rows, 0 set aside\n", "a table is read whatever its ending");
    place.write("in/devices.xlsx", "%PDF-1.7");
    assert_snapshot!(refusal(&place), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: a PDF document, not a device list; export the list again as CSV
    ");
}
