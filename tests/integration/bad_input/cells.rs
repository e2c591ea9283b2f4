//! Cells that are not of the kind that their column holds: no date, id or flag becomes unknown without being counted.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use lastseen::assets;
use lastseen::formats::{self, Format, Formats};
use lastseen::notice::Notice;
use lastseen::read::{self, Export};
use lastseen::schema::{Kind, RECORD};

use super::{entra, intune, remarks_on, with_cells};
use crate::common::{Place, Sheet, files_below, repository};

/// Cells that say that there is no value: unknown, and nothing to remark.
const NOTHING: [&str; 3] = ["", " ", "$null"];
/// Cells that are damaged whatever the column holds.
const DAMAGED: [&str; 5] = ["#REF!", "########", "#NAME?", "System.String[]", "Microsoft.Graph.PowerShell.Models.X"];
/// Cells that are a value of some kinds.
const ODD: [&str; 14] = [
    "lost",
    "3.56E+14",
    "1,23457E+18",
    "05-Mar-26",
    "2026-13-45",
    "31/31/2026",
    "12345",
    "7f1b8c1e-90a4",
    "7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01",
    "maybe",
    "ja",
    "🙂",
    "a\u{1}b",
    "Aÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ",
];

fn all_formats() -> Formats {
    Formats::load(&assets::rules(None).unwrap()).unwrap()
}

fn table(place: &Place, sheet: &Sheet) -> Export {
    place.write("list.csv", sheet.bytes());
    read::open(&read::discover(&[place.path("list.csv")]).unwrap()[0]).unwrap().exports.remove(0)
}

/// Every table among the fixtures as plain cells.
fn fixtures() -> Vec<(String, Sheet)> {
    let root = repository("tests/fixtures/exports");
    let mut found = Vec::new();
    for name in files_below(&root).into_keys() {
        for export in read::open(&read::discover(&[root.join(&name)]).unwrap()[0]).unwrap().exports {
            let columns: Vec<usize> = (0..export.header.len()).collect();
            let rows = export.read(&columns, true);
            let cell = |column: usize, row: usize| rows.columns[column].get(row).unwrap_or_default().to_owned();
            let cells = (0..rows.row.len()).map(|row| columns.iter().map(|column| cell(*column, row)).collect());
            found.push((name.clone(), Sheet { header: export.header.clone(), rows: cells.collect() }));
        }
    }
    found
}

/// The cells that the notices of a column count.
fn counted(notices: &[Notice], header: &str) -> usize {
    let of = |notice: &&Notice| notice.column == header;
    notices.iter().filter(of).filter_map(|notice| notice.message.split(' ').next()?.parse::<usize>().ok()).sum()
}

/// The canonical columns of a format that one header feeds, the header being the first choice of each.
fn fed_by(found: &formats::Recognised<'_>, at: usize) -> Vec<&'static str> {
    found.columns.iter().filter(|(_, positions)| positions.contains(&at)).map(|(name, _)| *name).collect()
}

fn kind(field: &str) -> Kind {
    RECORD.iter().find(|known| known.name == field).unwrap().kind
}

fn is_whole(format: &Format, field: &str) -> bool {
    let excepted = format.blank_unless.iter().any(|(column, _, _)| *column == field);
    !excepted && format.sources().any(|(name, source)| name == field && source.part.is_whole())
}

/// A row of a known list, one of whose columns gets other cells.
struct Probe<'a> {
    formats: &'a Formats,
    place: &'a Place,
    format: &'a str,
    header: &'a [String],
    row: &'a [String],
    at: usize,
    field: &'a str,
}

impl Probe<'_> {
    /// How many of these cells become unknown, and how many the notices count. Nothing if the list then looks like
    /// another one.
    fn unknown_and_told(&self, cells: &[&str]) -> Option<(usize, usize)> {
        let with = |cell: &&str| {
            let mut row = self.row.to_vec();
            (*cell).clone_into(&mut row[self.at]);
            row
        };
        let rows = std::iter::once(self.row.to_vec()).chain(cells.iter().map(with)).collect();
        let export = table(self.place, &Sheet { header: self.header.to_vec(), rows });
        let found = self.formats.recognise(&export).filter(|found| found.format.id == self.format)?;
        let done = formats::normalise(&export, &found, self.formats, &formats::Options::default()).unwrap();
        let column = done.records.table.frame().unwrap().column(self.field).unwrap().tail(Some(cells.len()));
        Some((column.null_count(), counted(&done.notices, &self.header[self.at])))
    }
}

#[test]
fn what_becomes_unknown_is_counted_in_every_column_of_every_format() {
    let (formats, place) = (all_formats(), Place::new());
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, sheet) in fixtures() {
        let plain = table(&place, &sheet);
        let Some(found) = formats.recognise(&plain).filter(|found| found.format.lookup.is_none()) else { continue };
        for (at, header) in sheet.header.iter().enumerate() {
            let [field] = fed_by(&found, at)[..] else { continue };
            let alone = found.columns[field].len() == 1 && is_whole(found.format, field);
            if !alone || !seen.insert((found.format.id.clone(), field)) {
                continue;
            }
            let (format, row) = (found.format.id.as_str(), &sheet.rows[0]);
            let probe = Probe { formats: &formats, place: &place, format, header: &sheet.header, row, at, field };
            let Some((nothing, told_before)) = probe.unknown_and_told(&NOTHING) else { continue };
            let typed = matches!(kind(field), Kind::Guid | Kind::Serial | Kind::Imei | Kind::Flag | Kind::Time);
            for cell in DAMAGED.iter().chain(ODD.iter().filter(|_| typed)) {
                let Some((unknown, told)) = probe.unknown_and_told(&[&NOTHING[..], &[cell, cell]].concat()) else {
                    continue;
                };
                let (unknown, told) = (unknown - nothing, told - told_before);
                if unknown != told {
                    wrong.push(format!("{name}: {field} <- `{header}`: {cell:?}: {unknown} unknown, {told} told"));
                }
            }
        }
    }
    assert!(seen.len() > 200, "{}", seen.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), seen.len(), wrong.join("\n"));
}

#[test]
fn what_becomes_unknown_is_counted_from_outside() {
    let list = with_cells(
        &intune(9),
        &[
            (2, "Azure AD Device ID", "lost"),
            (3, "Azure AD Device ID", "7f1b8c1e-90a4"),
            (4, "Azure AD Device ID", "00000000-0000-0000-0000-000000000000"),
            (2, "Serial number", "#N/A"),
            (3, "Serial number", "To be filled by O.E.M."),
            (4, "Serial number", "05-Mar-26"),
            (5, "Serial number", "4.71182E+15"),
            (2, "IMEI", "35693803564380"),
            (3, "IMEI", "12345"),
            (4, "IMEI", "3.56938E+14"),
            (5, "IMEI", "not available"),
            (2, "Last check-in", "soon"),
            (3, "Last check-in", "2026-13-45"),
            (4, "Last check-in", "Never"),
            (5, "Last check-in", "9999-12-31T00:00:00Z"),
            (2, "Compliance", "#REF!"),
            (3, "Compliance", "System.Object[]"),
            (4, "Compliance", "Brilliant"),
            (2, "Device name", "########"),
            (3, "Device name", "$null"),
            (2, "Device ID", "#VALUE!"),
            (3, "Primary user UPN", "System.String[]"),
        ],
    );
    assert_snapshot!(remarks_on("devices.csv", &list), @"
    9 rows, 0 set aside
    placeholder-serial, devices.csv, row 3, column Serial number
      1 serial is a placeholder and is not used for matching
    damaged-identifier, devices.csv, row 2, column Azure AD Device ID
      2 cells are no GUID, so they are not used for matching
    damaged-identifier, devices.csv, row 2, column Device ID
      1 cell is no id, so it is not used for matching
    damaged-identifier, devices.csv, row 2, column Serial number
      1 cell is no serial number, so it is not used for matching
    damaged-identifier, devices.csv, row 3, column IMEI
      2 cells are no IMEI or MEID, so they are not used for matching
    damaged-identifier, devices.csv, row 4, column IMEI
      1 value is in scientific notation: a spreadsheet rounded it, so it is not used for matching; export again without opening the file in between
    damaged-identifier, devices.csv, row 4, column Serial number
      1 value is a date: a spreadsheet took it for one, so it is not used for matching; export again without opening the file in between
    damaged-identifier, devices.csv, row 5, column Serial number
      1 value is in scientific notation: a spreadsheet rounded it, so it is not used for matching; export again without opening the file in between
    unreadable-value, devices.csv, row 2, column Compliance
      1 cell is no word and counts as unknown
    unreadable-value, devices.csv, row 2, column Device name
      1 cell is no text and counts as unknown
    unreadable-value, devices.csv, row 2, column Last check-in
      2 cells are no date and count as unknown
    unreadable-value, devices.csv, row 3, column Compliance
      1 cell holds the name of a type in place of a list: PowerShell wrote no content; join the list with `-join '|'` before exporting
    unreadable-value, devices.csv, row 3, column Primary user UPN
      1 cell holds the name of a type in place of a list: PowerShell wrote no content; join the list with `-join '|'` before exporting
    ");
    let list = with_cells(
        &entra(5),
        &[
            (1, "accountEnabled", "maybe"),
            (2, "accountEnabled", "#N/A"),
            (3, "accountEnabled", "WAHR"),
            (4, "accountEnabled", "7"),
            (1, "joinType (trustType)", "#REF!"),
            (2, "joinType (trustType)", "Wedded"),
            (1, "registrationTime", "soon"),
            (2, "registrationTime", "Pending"),
            (3, "registrationTime", "#VALUE!"),
            (1, "operatingSystem", "########"),
        ],
    );
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    5 rows, 0 set aside
    unreadable-value, exportDevice.csv, row 1, column accountEnabled
      3 cells are neither true nor false and count as unknown
    unreadable-value, exportDevice.csv, row 1, column joinType (trustType)
      1 cell is no word and counts as unknown
    unreadable-value, exportDevice.csv, row 1, column operatingSystem
      1 cell is no text and counts as unknown
    unreadable-value, exportDevice.csv, row 1, column operatingSystem
      1 cell is no word and counts as unknown
    unreadable-value, exportDevice.csv, row 1, column registrationTime
      2 cells are no date and count as unknown
    ");
}

#[test]
fn one_cell_is_told_in_the_singular() {
    for (column, cell) in [
        ("Azure AD Device ID", "lost"),
        ("Serial number", "#N/A"),
        ("Serial number", "Default string"),
        ("Serial number", "05-Mar-26"),
        ("Serial number", "4.7E+15"),
        ("IMEI", "12345"),
        ("Last check-in", "soon"),
        ("Last check-in", "05/06/2026 10:00"),
        ("Compliance", "System.Object[]"),
        ("Device name", "#REF!"),
    ] {
        let said = remarks_on("devices.csv", with_cells(&intune(6), &[(4, column, cell)]));
        assert_eq!(said.lines().count(), 3, "{said}");
        assert!(said.contains(&format!("column {column}\n  1 ")), "{said}");
    }
}

#[test]
fn words_of_another_language() {
    let words = ["Konform", "Nicht konform", "Konform", "Konform", "Konform", "Nicht konform"];
    let cells: Vec<(usize, &str, &str)> = (1..).zip(words).map(|(row, word)| (row, "Compliance", word)).collect();
    assert_snapshot!(remarks_on("devices.csv", with_cells(&intune(6), &cells)), @"
    6 rows, 0 set aside
    unreadable-value, devices.csv, column Compliance
      6 of 6 cells have words that are not known, such as `Konform`; rules that look for a word pass them over. If the console speaks another language, set it to English and export again
    ");
    // A few strange words are no language.
    assert_eq!(remarks_on("devices.csv", with_cells(&intune(6), &cells[..2])), "6 rows, 0 set aside\n");
}

#[test]
fn wrappers_of_spreadsheets_are_taken_off() {
    let list = with_cells(
        &intune(3),
        &[
            (1, "Serial number", "=\"5CG00001AB\""),
            (2, "Serial number", "'5CG00002AB"),
            (3, "Azure AD Device ID", "{00000003-0000-4000-8000-00000000000D}"),
            (1, "Compliance", " compliant "),
        ],
    );
    assert_eq!(remarks_on("devices.csv", list), "3 rows, 0 set aside\n");
}
