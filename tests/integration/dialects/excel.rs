//! The portal's files after somebody opened and saved them in a spreadsheet program: workbooks with real dates and flags,
//! and CSV of a German computer.

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::cells::in_code_page;
use super::moment::Moment;
use super::original::{Console, List, Original};
use super::written::{Part, Written};

/// Columns of whole numbers; everything else that looks like a number is text.
const NUMBERS: &[&str] = &["Total storage", "Free storage", "OS Build"];

/// What a spreadsheet program takes a cell for.
enum Cell<'a> {
    Blank,
    Text(&'a str),
    Flag(bool),
    Number(f64),
    Date(Moment),
}

fn cell<'a>(column: &str, text: &'a str) -> Cell<'a> {
    // The words of Intune's column for rooted devices are words there, since it has a third one.
    let flag = |value| if column == "Jailbroken" { Cell::Text(text) } else { Cell::Flag(value) };
    let number = || text.parse().ok().filter(|_| NUMBERS.contains(&column));
    // The year 1 is beyond the calendar of workbooks and stays text.
    let date = || Moment::parse(text).filter(|_| !text.starts_with("0001"));
    match text {
        "" => Cell::Blank,
        "True" => flag(true),
        "False" => flag(false),
        _ => number().map(Cell::Number).or_else(|| date().map(Cell::Date)).unwrap_or(Cell::Text(text)),
    }
}

/// Every console's list.
pub(super) fn write(original: &Original) -> Written {
    let mut written = Written::default();
    for console in [Console::Intune, Console::Entra, Console::Defender, Console::Abm] {
        written.merge(write_one(original.list(console)));
    }
    written.merge(workbook("Devices.xlsx", &[original.list(Console::Autopilot), original.list(Console::Chrome)]));
    written
}

/// The list of one console.
pub(super) fn write_one(list: &List) -> Written {
    let stem = list.file.trim_end_matches(".csv");
    match list.console {
        Console::Entra | Console::Defender => german(list, &list.file),
        _ => workbook(&format!("{stem}.xlsx"), &[list]),
    }
}

/// A workbook with a sheet for each list. One with several has an empty sheet between them, as new workbooks do.
fn workbook(file: &str, lists: &[&List]) -> Written {
    let mut book = Workbook::new();
    let mut written = Written::default();
    for list in lists {
        let sheet = fill(book.add_worksheet(), list);
        let mut name = sheet.name();
        if lists.len() > 1 {
            name = format!("{:?}", list.console);
            sheet.set_name(&name).unwrap();
            book.add_worksheet();
        }
        let origins = (1..=list.sheet.rows.len()).map(|row| vec![row]).collect();
        written.parts.push(Part { console: list.console, export: format!("{file}!{name}"), origins });
    }
    written.files.push((file.to_owned(), book.save_to_buffer().unwrap()));
    written
}

fn fill<'a>(sheet: &'a mut Worksheet, list: &List) -> &'a mut Worksheet {
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (at, name) in (0..).zip(&list.sheet.header) {
        sheet.write_string(0, at, name).unwrap();
    }
    for (row, cells) in (1..).zip(&list.sheet.rows) {
        for ((at, name), text) in (0..).zip(&list.sheet.header).zip(cells) {
            let written = match cell(name, text) {
                Cell::Blank => continue,
                Cell::Text(text) => sheet.write_string(row, at, text),
                Cell::Flag(value) => sheet.write_boolean(row, at, value),
                Cell::Number(value) => sheet.write_number(row, at, value),
                Cell::Date(moment_of) => {
                    let format = if text.len() == 10 { &day } else { &moment };
                    sheet.write_number_with_format(row, at, moment_of.serial_number(), format)
                }
            };
            written.unwrap();
        }
    }
    sheet
}

/// CSV as a German spreadsheet program saves it: semicolons, the day first, Windows-1252.
fn german(list: &List, file: &str) -> Written {
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(&list.sheet.header).unwrap();
    for cells in &list.sheet.rows {
        let cells = list.sheet.header.iter().zip(cells).map(|(name, text)| match cell(name, text) {
            Cell::Flag(true) => "WAHR".to_owned(),
            Cell::Flag(false) => "FALSCH".to_owned(),
            Cell::Date(moment) => moment.german(),
            _ => text.clone(),
        });
        writer.write_record(cells).unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let mut written = Written::default();
    let text = in_code_page(&text);
    written.add_whole(list, file, encoding_rs::WINDOWS_1252.encode(&text).0.into_owned());
    written
}

#[test]
fn cells_are_what_a_spreadsheet_program_takes_them_for() {
    assert!(matches!(cell("Encrypted", "True"), Cell::Flag(true)));
    assert!(matches!(cell("Jailbroken", "False"), Cell::Text("False")));
    assert!(matches!(cell("Serial number", "023400000123"), Cell::Text("023400000123")));
    assert!(matches!(cell("Total storage", "128000"), Cell::Number(_)));
    assert!(matches!(cell("Last check-in", "2026-11-20 08:00:00.0000000"), Cell::Date(_)));
    assert!(matches!(cell("Last EAS sync time", "0001-01-01 00:00:00.0000000"), Cell::Text(_)));
    assert!(matches!(cell("registrationTime", "Pending"), Cell::Text("Pending")));
    let original = Original::new(1);
    let written = write(&original);
    let file = |name: &str| &written.files.iter().find(|(file, _)| file == name).unwrap().1;
    assert!(file("Devices.xlsx").starts_with(b"PK"));
    let entra = encoding_rs::WINDOWS_1252.decode(file("exportDevice_2026-11-20.csv")).0;
    assert!(entra.starts_with("displayName;accountEnabled;") && entra.contains(";WAHR;"));
}
