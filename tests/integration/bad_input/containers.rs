//! Files that are no export, and folders without any.

use insta::assert_snapshot;

use super::{ENTRA, about, complaint, entra, refusal, remarks};
use crate::common::Place;

#[test]
fn empty_folder() {
    let place = Place::new();
    std::fs::create_dir(place.path("in")).unwrap();
    assert_snapshot!(complaint(&place, &["analyze", "in"]), @"
    exit 3
    error: no export was found: no file is there with one of the endings csv, tsv, txt, tab, zip, json, jsonl, ndjson, xlsx, xlsm, xls, xlsb, ods, gz, 7z, xml, html, htm
    help: `lastseen checklist` says which exports to ask for and how each is made; `lastseen inspect` says what a file is
    ");
}

#[test]
fn folder_with_other_files_only() {
    let place = Place::new();
    for name in ["notes.docx", "logo.png", ".hidden.csv", "sub/readme.md", "devices.csv.bak"] {
        place.write(&format!("in/{name}"), ENTRA);
    }
    assert_snapshot!(refusal(&place), @"
    exit 3
    error: no export was found: no file is there with one of the endings csv, tsv, txt, tab, zip, json, jsonl, ndjson, xlsx, xlsm, xls, xlsb, ods, gz, 7z, xml, html, htm
      `devices.csv.bak`: its name goes on after the ending of an export, so it was passed over; name it by itself to have it read
    ");
}

#[test]
fn empty_file() {
    assert_snapshot!(about("devices.csv", ""), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: the file is empty
    ");
    assert_snapshot!(about("devices.json", ""), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the file is empty
    ");
    assert_snapshot!(about("devices.xlsx", ""), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: the file is empty
    ");
    assert_snapshot!(about("devices.zip", ""), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip`: the file is empty
    ");
}

#[test]
fn blank_file() {
    assert_snapshot!(about("devices.csv", " \r\n\t\r\n"), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: the file is blank
    ");
    assert_snapshot!(about("devices.csv", "\u{feff}"), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: the file is blank
    ");
    assert_snapshot!(about("devices.csv", "sep=;\r\n"), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: not a table: its first line is no header
    ");
}

#[test]
fn documents_and_archives_of_other_kinds() {
    for (start, expected) in [
        (b"%PDF-1.7\n1 0 obj\n".as_slice(), "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
        (b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", "a picture"),
        (b"\x1F\x8B\x08\0\0\0\0\0\0\x03", "a gzip archive"),
        (b"7z\xBC\xAF\x27\x1C\0\x04", "a 7-Zip archive"),
        (b"SQLite format 3\0", "a database"),
    ] {
        let said = about("devices.csv", start);
        assert_eq!(
            said,
            format!(
                "exit 3\nerror: `devices.csv` is no known export\n  \
                 `devices.csv`: {expected}, not a device list; export the list again as CSV\n"
            )
        );
    }
}

#[test]
fn binary_file_of_no_known_kind() {
    assert_snapshot!(about("devices.csv", b"\x01\x02\0\0binary\0\0"), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: a binary file, not a device list
    ");
}

/// The first sector of a compound file, and the names of the streams inside.
fn compound(streams: &[&str]) -> Vec<u8> {
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.resize(512, 0);
    for name in streams {
        bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.resize(bytes.len() + 64, 0);
    }
    bytes
}

#[test]
fn old_workbook() {
    assert_snapshot!(about("devices.csv", compound(&["Root Entry", "Workbook"])), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: this is an old Office file (.xls); save it as .xlsx or CSV
    ");
}

#[test]
fn workbook_with_a_password() {
    assert_snapshot!(about("devices.xlsx", compound(&["Root Entry", "EncryptionInfo", "EncryptedPackage"])), @"
    exit 3
    error: `devices.xlsx` is no known export
      `devices.xlsx`: the workbook is protected with a password or a label; save it without, as .xlsx or CSV
    ");
}

#[test]
fn web_page_in_place_of_a_table() {
    assert_snapshot!(about("devices.csv", "<!DOCTYPE html><html><body>Sign in</body></html>"), @"
    exit 3
    error: `devices.csv` is no known export
      `devices.csv`: a web page or XML, not a device list
    ");
}

#[test]
fn text_that_is_no_table() {
    assert_snapshot!(about("devices.txt", "Hello,\nplease find the list attached.\n"), @"
    exit 3
    error: `devices.txt` is no known export
      `devices.txt`: no known format has these columns: `Hello`; the file was not used
    ");
    assert_snapshot!(about("devices.txt", "PC-1\nPC-2\nPC-3\n"), @"
    exit 3
    error: `devices.txt` is no known export
      `devices.txt`: not a table: its first line is no header
    ");
}

#[test]
fn one_good_file_beside_bad_ones() {
    let place = Place::new();
    place.write("in/exportDevice.csv", entra(3));
    place.write("in/devices.csv", "%PDF-1.7\n");
    place.write("in/devices.json", "{\"value\": [{\"id\": \"1\",");
    place.write("in/empty.tsv", "");
    place.write("in/old.txt", compound(&["Workbook"]));
    assert_snapshot!(remarks(&place, &[]), @"
    3 rows, 0 set aside
    unknown-format, devices.csv
      a PDF document, not a device list; export the list again as CSV
    unknown-format, devices.json
      the JSON ends before the first whole device
    unknown-format, empty.tsv
      the file is empty
    unknown-format, old.txt
      this is an old Office file (.xls); save it as .xlsx or CSV
    ");
}

#[cfg(unix)]
mod locked {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// What is said when a file or folder is locked. The administrator of the machine reads everything; then there is
    /// nothing to test.
    fn about_locked(place: &Place, name: &str) -> Option<String> {
        let path = place.path(name);
        let (locked, open) = if path.is_dir() { (0o000, 0o755) } else { (0o000, 0o644) };
        set_permissions(&path, Permissions::from_mode(locked)).unwrap();
        let readable = if path.is_dir() { std::fs::read_dir(&path).is_ok() } else { std::fs::read(&path).is_ok() };
        let said = (!readable).then(|| place.run(&["analyze", "in"]).complaint());
        set_permissions(&path, Permissions::from_mode(open)).unwrap();
        said
    }

    #[test]
    fn folder_that_may_not_be_read() {
        let place = Place::new();
        place.write("in/devices.csv", ENTRA);
        let Some(said) = about_locked(&place, "in") else {
            eprintln!("passed over: this user may read every folder");
            return;
        };
        assert_snapshot!(said, @"
        exit 3
        error: `in` cannot be read
          caused by: Permission denied (os error 13)
        help: check the spelling and that you may read the file or folder
        ");
    }

    #[test]
    fn file_that_may_not_be_read() {
        let place = Place::new();
        place.write("in/devices.csv", entra(3));
        place.write("in/good.csv", entra(3));
        let Some(said) = about_locked(&place, "in/devices.csv") else {
            eprintln!("passed over: this user may read every file");
            return;
        };
        assert_snapshot!(said, @"
        exit 3
        error: `in/devices.csv` cannot be read
          caused by: Permission denied (os error 13)
        help: check the spelling and that you may read the file or folder
        ");
    }
}
