//! Archives that unpack to more than they should.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{entra, inspected, refused, row, within};
use crate::common::Place;

/// An archive with these members, packed.
pub(super) fn packed(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in members {
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// An archive whose members are all the same bytes.
pub(super) fn overlapping(content: &[u8], members: u16) -> Vec<u8> {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    deflated.write_all(content).unwrap();
    let body = deflated.finish().unwrap();
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let sizes = |bytes: &mut Vec<u8>| {
        bytes.extend(crc.sum().to_le_bytes());
        bytes.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
        bytes.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        bytes.extend(8_u16.to_le_bytes());
        bytes.extend(0_u16.to_le_bytes());
    };
    let mut bytes = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\x21\0".to_vec();
    sizes(&mut bytes);
    bytes.extend(b"0000.csv");
    bytes.extend(&body);
    let start = u32::try_from(bytes.len()).unwrap();
    for number in 0..members {
        bytes.extend(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\x21\0");
        sizes(&mut bytes);
        bytes.extend([0; 14]);
        bytes.extend(format!("{number:04}.csv").bytes());
    }
    let size = u32::try_from(bytes.len()).unwrap() - start;
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(members.to_le_bytes());
    bytes.extend(members.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// A list that packs some fifty times.
pub(super) fn repetitive(size: usize) -> Vec<u8> {
    let rows = (0..).flat_map(|number| std::iter::repeat_n(row(number, "PC"), 8));
    entra(rows.take(size / 156)).into_bytes()
}

/// No list, and it packs a thousandfold; so small a member is unpacked all the same.
pub(super) fn filler() -> Vec<u8> {
    [b"%PDF".to_vec(), vec![b' '; 1_000_000]].concat()
}

#[test]
fn members_that_are_the_same_bytes() {
    let bytes = overlapping(&repetitive(1 << 20), 500);
    assert!(bytes.len() < 100_000);
    refused("devices.zip", bytes, "the archive is damaged: its members overlap");
}

#[test]
fn archives_in_an_archive_share_one_limit() {
    let inner = packed(&[("a.csv".into(), filler())]);
    let members: Vec<(String, Vec<u8>)> = (0..120).map(|number| (format!("{number}.zip"), inner.clone())).collect();
    let bytes = packed(&members);
    let most = 64 + 100 * bytes.len() / (1 << 20);
    assert!(most < 110, "{}", bytes.len());
    refused("devices.zip", bytes, &format!("it unpacks to more than {most} MB (100 times its size and 64 MB)"));
}

#[test]
fn members_of_all_archives_are_counted_together() {
    let small: Vec<(String, Vec<u8>)> = (0..600).map(|number| (format!("{number}.csv"), b"a,b\n".to_vec())).collect();
    let inner = packed(&small);
    let bytes = packed(&[("a.zip".into(), inner.clone()), ("b.zip".into(), inner)]);
    refused("devices.zip", bytes, "members in all its archives; at most 1000 are read");
}

#[test]
#[ignore = "unpacks some 500 MB, for a release build"]
fn many_archives_share_the_budget_of_the_run() {
    let place = Place::new();
    let members: Vec<(String, Vec<u8>)> = (0..60).map(|number| (format!("{number}.csv"), filler())).collect();
    let bytes = packed(&members);
    place.write("in/0.zip", &bytes);
    place.write("in/entra.csv", entra((0..3).map(|number| row(number, "PC"))));
    let cost = within(&place, &["inspect", "in"]);
    assert_eq!(cost.code, 0, "one of them is within its own limits: {}", cost.said);
    (1..8).for_each(|number| place.write(&format!("in/{number}.zip"), &bytes));
    let cost = within(&place, &["inspect", "in"]);
    assert_eq!(cost.code, 3, "{}", cost.said);
    assert!(cost.said.contains("the inputs together unpack to 256 MB more than 100 times their size"), "{}", cost.said);
}

#[test]
fn a_bomb_beside_good_exports_costs_only_itself() {
    let place = Place::new();
    place.write("in/bomb.zip", overlapping(&repetitive(1 << 20), 100));
    place.write("in/entra.csv", entra((0..3).map(|number| row(number, "PC"))));
    let cost = within(&place, &["analyze", "in", "--out", "out"]);
    assert_eq!(cost.code, 0, "{}", cost.said);
}

#[test]
fn a_long_stretch_of_zeros_is_no_list() {
    let place = Place::new();
    place.write("in/entra.csv", entra((0..100).map(|number| row(number, "PC"))));
    let file = std::fs::OpenOptions::new().write(true).open(place.path("in/entra.csv")).unwrap();
    file.set_len(30 << 20).unwrap();
    let cost = within(&place, &["inspect", "in"]);
    assert!(cost.said.contains("long stretches of it are zero bytes"), "{}", cost.said);
    assert!(inspected("a.csv", [b"a,b\n".as_slice(), &[0; 5_000]].concat()).said.contains("binary file"));
}
