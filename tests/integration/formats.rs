//! Real headers are recognised whatever their order, case and byte-order mark; those of other lists are not.

use std::fs;
use std::path::PathBuf;

use lastseen::assets;
use lastseen::formats::Formats;
use lastseen::read::{self, Export};

use crate::common::{Place, file_name, repository};

/// Folder of the fixtures, and the format that every header in it belongs to.
const EXPECTED: &[(&str, Option<&str>)] = &[
    ("abm", Some("abm/portal")),
    ("ade", Some("ade/script")),
    ("asbmutil", Some("abm/asbmutil")),
    ("autopilot", Some("autopilot/portal")),
    ("chrome", Some("chrome/cros")),
    ("chrome-sheet", Some("chrome/community-sheet")),
    ("defender", Some("defender/portal")),
    ("entra", Some("entra/download-devices")),
    ("google-mobile", Some("google-mobile/sheet")),
    ("intune", Some("intune/devices-with-inventory")),
    ("others", None),
];

fn formats() -> Formats {
    Formats::load(&assets::rules(None).unwrap()).unwrap()
}

fn headers(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(repository("tests/fixtures/headers").join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The table of a file that holds these bytes.
fn table(place: &Place, bytes: &[u8]) -> Export {
    place.write("header.csv", bytes);
    let inputs = read::discover(&[place.path("header.csv")]).unwrap();
    read::open(&inputs[0]).unwrap().exports.remove(0)
}

fn recognised(formats: &Formats, place: &Place, bytes: &[u8]) -> Option<String> {
    formats.recognise(&table(place, bytes)).map(|found| found.format.id.clone())
}

#[test]
fn every_folder_of_headers_is_expected() {
    let folders = headers("").iter().map(|path| file_name(path)).collect::<Vec<_>>();
    assert_eq!(folders, EXPECTED.iter().map(|(folder, _)| *folder).collect::<Vec<_>>());
    assert!(EXPECTED.iter().all(|(folder, _)| !headers(folder).is_empty()));
}

#[test]
fn headers_are_recognised_in_any_dress() {
    let (formats, place) = (formats(), Place::new());
    for (folder, expected) in EXPECTED {
        for path in headers(folder) {
            let plain = fs::read(&path).unwrap();
            let text = String::from_utf8(plain.clone()).unwrap();
            let text = text.trim_start_matches('\u{feff}').trim_end();
            let cells: Vec<&str> = text.split(',').collect();
            let half = cells.len() / 2;
            let turned = [&cells[half..], &cells[..half]].concat();
            let reversed: Vec<&str> = cells.iter().rev().copied().collect();
            let utf16: Vec<u8> = format!("\u{feff}{text}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
            let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
            let dresses = [
                ("as it is", plain),
                ("with a mark", format!("\u{feff}{text}\n").into_bytes()),
                ("in upper case", text.to_uppercase().into_bytes()),
                ("in lower case", text.to_lowercase().into_bytes()),
                ("turned", turned.join(",").into_bytes()),
                ("reversed", reversed.join(",").into_bytes()),
                ("quoted", quoted.join(",").into_bytes()),
                ("with semicolons", cells.join(";").into_bytes()),
                ("with tabs", cells.join("\t").into_bytes()),
                ("with a type line", format!("#TYPE Selected.Object\r\n{text}\r\n").into_bytes()),
                ("in UTF-16", utf16),
            ];
            for (dress, bytes) in dresses {
                assert_eq!(recognised(&formats, &place, &bytes).as_deref(), *expected, "{} {dress}", path.display());
            }
        }
    }
}

#[test]
fn every_column_of_a_known_header_is_known() {
    let (formats, place) = (formats(), Place::new());
    for (folder, _) in EXPECTED.iter().filter(|(_, expected)| expected.is_some()) {
        for path in headers(folder) {
            let table = table(&place, &fs::read(&path).unwrap());
            let found = formats.recognise(&table).unwrap();
            assert_eq!(found.unknown, Vec::<String>::new(), "{}", path.display());
            assert_eq!(found.secret, Vec::<usize>::new(), "{}", path.display());
        }
    }
}

/// One column too few, and the file is another one.
#[test]
fn headers_without_a_required_column_are_not_recognised() {
    let (formats, place) = (formats(), Place::new());
    for (file, lost) in [
        ("abm/portal-minimal.csv", "DATE_REMOVED_FROM_ORGANIZATION"),
        ("abm/portal-2023-13-columns.csv", "SERIAL_NO"),
        ("chrome-sheet/inventory-sheet.csv", "Status"),
        ("defender/portal-2026-32-columns-bom.csv", "Onboarding Status"),
        ("entra/download-devices-17-columns.csv", "approximateLastSignInDateTime"),
        ("intune/devices-with-inventory-53-columns.csv", "Last check-in"),
    ] {
        let text = fs::read_to_string(repository("tests/fixtures/headers").join(file)).unwrap();
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let cells: Vec<&str> = text.split(',').filter(|cell| *cell != lost).collect();
        assert_eq!(cells.len() + 1, text.split(',').count(), "{file} has no `{lost}`");
        assert_eq!(recognised(&formats, &place, cells.join(",").as_bytes()), None, "{file} without `{lost}`");
    }
}
