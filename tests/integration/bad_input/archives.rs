//! Zip archives: broken, locked, overfull, nested, with names that attack.

use std::io::{Cursor, Write as _};

use insta::assert_snapshot;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{ENTRA, about, complaint, entra, refusal, remarks, remarks_on};
use crate::common::Place;
use crate::generator::zip_stored;

/// An archive with these members, packed.
pub(super) fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in members {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn archive_that_is_broken() {
    let whole = zip_stored("devices.csv", ENTRA.as_bytes());
    assert_snapshot!(about("devices.zip", &whole[..whole.len() / 2]), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip`: the archive is damaged or cut off
    ");
}

#[test]
fn archive_with_a_broken_member() {
    let mut bytes = packed(&[("bad.csv", entra(50).as_bytes()), ("good.csv", entra(3).as_bytes())]);
    for byte in &mut bytes[80..90] {
        *byte ^= 0xFF;
    }
    assert_snapshot!(remarks_on("devices.zip", bytes), @"
    3 rows, 0 set aside
    unknown-format, devices.zip!bad.csv
      the member is damaged and cannot be unpacked (corrupt deflate stream)
    ");
}

#[test]
fn archive_with_nothing_inside() {
    assert_snapshot!(about("devices.zip", packed(&[])), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip`: an archive without files
    ");
    assert_snapshot!(about("devices.zip", packed(&[("folder/", b"")])), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip`: an archive without files
    ");
}

#[test]
fn archive_with_a_password() {
    let mut bytes = zip_stored("devices.csv", ENTRA.as_bytes());
    // The lowest bit of the flags says "encrypted", in the entry and in the directory.
    for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = bytes.windows(4).position(|window| window == mark).unwrap();
        bytes[at + flags] |= 1;
    }
    assert_snapshot!(about("devices.zip", bytes), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip!devices.csv`: the member cannot be unpacked: it is encrypted or uses an unknown method
    ");
}

#[test]
fn archive_that_unpacks_without_end() {
    assert_snapshot!(about("devices.zip", packed(&[("devices.csv", &vec![b'a'; 8 << 20])])), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip!devices.csv`: the member unpacks to far more than it should (1 MB) and was not read
    ");
}

#[test]
fn archive_with_too_many_members() {
    let names: Vec<String> = (0..=1_000).map(|number| format!("{number}.csv")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"a,b\n".as_slice())).collect();
    assert_snapshot!(about("devices.zip", packed(&members)), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip`: the archive has 1001 members; at most 1000 are read
    ");
}

#[test]
fn archive_in_an_archive() {
    let list = packed(&[("exportDevice.csv", entra(3).as_bytes())]);
    let once = packed(&[("monday.zip", &list)]);
    assert_snapshot!(remarks_on("devices.zip", &once), @"3 rows, 0 set aside");
    let twice = packed(&[("week.zip", &once)]);
    assert_snapshot!(about("devices.zip", twice), @"
    exit 3
    error: `devices.zip` is no known export
      `devices.zip!week.zip!monday.zip`: an archive within an archive within an archive; unpack it first
    ");
}

#[test]
fn names_inside_an_archive_are_labels_only() {
    let place = Place::new();
    let list = entra(3);
    let members = ["../../evil.csv", "/tmp/evil.csv", "C:\\evil.csv", "a/\u{1b}[2Jevil.csv"];
    let members: Vec<(&str, &[u8])> = members.iter().map(|name| (*name, list.as_bytes())).collect();
    place.write("in/devices.zip", packed(&members));
    assert_snapshot!(remarks(&place, &[]), @"
    12 rows, 0 set aside
    duplicate-rows
      3 objects of Entra ID in 12 rows; each counts once
    ");
    let evil: Vec<String> = place.listing().into_iter().filter(|name| name.contains("evil")).collect();
    assert_eq!(evil, Vec::<String>::new());
    let exports: Vec<String> = super::report(&place, &["--force"])
        .lines("records.csv")
        .into_iter()
        .map(|line| line["export"].clone())
        .collect();
    assert!(exports.iter().any(|export| export == "devices.zip!../../evil.csv"), "{exports:?}");
}

#[test]
fn archive_with_a_good_and_a_bad_member() {
    let good = entra(3);
    let bytes = packed(&[
        ("a/exportDevice.csv", good.as_bytes()),
        ("b/notes.pdf", b"%PDF-1.7\n"),
        ("__MACOSX/a/._exportDevice.csv", b"\0\x05\x16\x07"),
        ("c/people.csv", b"Name,Mail\nA,a@contoso.example\n"),
    ]);
    assert_snapshot!(remarks_on("devices.zip", bytes), @"
    3 rows, 0 set aside
    unknown-format, devices.zip!b/notes.pdf
      a PDF document, not a device list; export the list again as CSV
    unknown-format, devices.zip!c/people.csv
      no known format has these columns: `Name`, `Mail`; the file was not used
    ");
}

#[test]
fn archive_with_two_members_of_one_name() {
    // Two names of equal length, so that one can be written over the other.
    let (a, b) = (entra(3), entra(5));
    let mut bytes = packed(&[("devices-a.csv", a.as_bytes()), ("devices-b.csv", b.as_bytes())]);
    let places: Vec<usize> =
        bytes.windows(13).enumerate().filter(|(_, name)| *name == b"devices-b.csv").map(|(at, _)| at).collect();
    for at in places {
        bytes[at + 8] = b'a';
    }
    assert_snapshot!(remarks_on("devices.zip", bytes), @"
    8 rows, 3 set aside
    duplicate-rows
      2 lists of Entra ID, newest activity 2026-11-04 and 2026-11-06: 3 rows of an older one are in the newer one too and count once
    ");
}

#[test]
fn only_bad_members() {
    let place = Place::new();
    place.write(
        "in/a.zip",
        packed(&[("notes.pdf", b"%PDF-1.7\n"), ("people.csv", b"Name,Mail\nA,a@contoso.example\n")]),
    );
    place.write("in/b.zip", packed(&[("page.html", b"<html></html>")]));
    assert_snapshot!(refusal(&place), @"
    exit 3
    error: none of the 2 files is a known export
      `a.zip!notes.pdf`: a PDF document, not a device list; export the list again as CSV
      `a.zip!people.csv`: no known format has these columns: `Name`, `Mail`; the file was not used
      `b.zip!page.html`: a web page or XML, not a device list
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in/a.zip", "--strict"]), @"
    exit 3
    error: `a.zip` is no known export
      `a.zip!notes.pdf`: a PDF document, not a device list; export the list again as CSV
      `a.zip!people.csv`: no known format has these columns: `Name`, `Mail`; the file was not used
    help: `lastseen checklist` says which exports to ask for and how each is made; `lastseen inspect` says what a file is
    ");
}
