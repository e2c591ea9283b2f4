//! Encodings: those that are read, those that are guessed, those that are broken.

use encoding_rs::WINDOWS_1252;
use insta::assert_snapshot;

use super::{about, entra, remarks_on, with_cells};

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn utf16_in_every_dress_is_read() {
    let list = entra(3).replace("PC-1", "Gerät 1");
    let marked = format!("\u{feff}{list}");
    for (dress, bytes) in [
        ("little endian with a mark", utf16(&marked, u16::to_le_bytes)),
        ("big endian with a mark", utf16(&marked, u16::to_be_bytes)),
        ("little endian", utf16(&list, u16::to_le_bytes)),
        ("big endian", utf16(&list, u16::to_be_bytes)),
        ("UTF-8 with a mark", marked.into_bytes()),
    ] {
        assert_eq!(remarks_on("exportDevice.csv", bytes), "3 rows, 0 set aside\n", "{dress}");
    }
}

#[test]
fn utf16_that_ends_in_the_middle_of_a_sign() {
    let bytes = utf16(&format!("\u{feff}{}", entra(3)), u16::to_le_bytes);
    assert_snapshot!(about("exportDevice.csv", &bytes[..bytes.len() - 1]), @"
    exit 3
    error: `exportDevice.csv` is no known export
      `exportDevice.csv`: UTF-16 text that is damaged or cut off
    ");
    // A picture is two halves; the second is missing.
    let bytes = utf16(&entra(3).replace("PC-3", "😀"), u16::to_be_bytes);
    let half = bytes.windows(2).position(|unit| unit == [0xD8, 0x3D]).unwrap() + 2;
    assert_snapshot!(about("exportDevice.csv", &bytes[..half]), @"
    exit 3
    error: `exportDevice.csv` is no known export
      `exportDevice.csv`: UTF-16 text that is damaged or cut off
    ");
}

#[test]
fn utf16_that_ends_between_two_signs() {
    let list = entra(3);
    let bytes = utf16(&format!("\u{feff}{}", &list[..list.len() - 40]), u16::to_le_bytes);
    assert_snapshot!(remarks_on("exportDevice.csv", bytes), @"
    3 rows, 1 set aside
    incomplete-export, exportDevice.csv
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    bad-row, exportDevice.csv, row 3
      the row has 7 cells where the header has 8 and was set aside
    ");
}

#[test]
fn windows_1252() {
    let text = entra(3).replace("PC-1", "Gerät 1");
    assert_snapshot!(remarks_on("exportDevice.csv", WINDOWS_1252.encode(&text).0), @"
    3 rows, 0 set aside
    legacy-encoding, exportDevice.csv
      the file is not UTF-8; it was read as Windows-1252, so check names with accents
    ");
}

#[test]
fn one_bad_byte_in_utf8() {
    let mut bytes = entra(3).replace("PC-1", "Gerät 1").replace("PC-2", "PC-*").into_bytes();
    for byte in bytes.iter_mut().filter(|byte| **byte == b'*') {
        *byte = 0xFF;
    }
    assert_snapshot!(remarks_on("exportDevice.csv", bytes), @"
    3 rows, 0 set aside
    legacy-encoding, exportDevice.csv
      1 device name is mangled: UTF-8 that was read as Windows-1252 and saved again; it is shown as written and matches no other export
    legacy-encoding, exportDevice.csv
      the file is not UTF-8; it was read as Windows-1252, so check names with accents
    ");
}

#[test]
fn utf8_saved_again_as_windows_1252() {
    // The mark at the beginning of the file gives it away.
    let list = format!("ï»¿{}", entra(3).replace("PC-1", "GerÃ¤t 1"));
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    3 rows, 0 set aside
    legacy-encoding, exportDevice.csv
      1 device name is mangled: UTF-8 that was read as Windows-1252 and saved again; it is shown as written and matches no other export
    legacy-encoding, exportDevice.csv
      the file was UTF-8, was read as Windows-1252 and saved again: names with accents are mangled; take the list as the console exports it
    ");
    // Without it, the names do.
    let list = with_cells(&entra(3), &[(1, "displayName", "GerÃ¤t 1"), (3, "displayName", "BÃ¼ro")]);
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    3 rows, 0 set aside
    legacy-encoding, exportDevice.csv
      2 device names are mangled: UTF-8 that was read as Windows-1252 and saved again; they are shown as written and match no other export
    ");
    let list = with_cells(&entra(3), &[(2, "displayName", "GerÃ¤t 1")]);
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"
    3 rows, 0 set aside
    legacy-encoding, exportDevice.csv
      1 device name is mangled: UTF-8 that was read as Windows-1252 and saved again; it is shown as written and matches no other export
    ");
}

#[test]
fn zero_bytes() {
    let list = entra(3);
    assert_snapshot!(about("exportDevice.csv", list.replace("PC-2", "PC\0")), @"
    exit 3
    error: `exportDevice.csv` is no known export
      `exportDevice.csv`: a binary file, not a device list
    ");
    // Far from the beginning, where a disk failed: one cell, and a block of zeros at the end.
    let long = entra(60);
    assert_snapshot!(remarks_on("exportDevice.csv", long.replace("PC-50,", "PC\x0050,")), @"60 rows, 0 set aside");
    assert_snapshot!(remarks_on("exportDevice.csv", long + &"\0".repeat(200)), @"
    61 rows, 1 set aside
    incomplete-export, exportDevice.csv
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    bad-row, exportDevice.csv, row 61
      the row has 1 cell where the header has 8 and was set aside
    ");
}

#[test]
fn replacement_signs_and_marks_inside() {
    let list = entra(3).replace("PC-1", "Ger\u{fffd}t 1").replace("PC-2", "\u{feff}PC-2");
    assert_snapshot!(remarks_on("exportDevice.csv", list), @"3 rows, 0 set aside");
}
