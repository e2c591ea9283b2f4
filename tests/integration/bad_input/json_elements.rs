//! JSON in which one element, one line or one bracket is broken: what is kept, and what is said of the rest.

use insta::assert_snapshot;

use super::json::{device, devices};
use super::{about, remarks_on};

#[test]
fn bad_element_in_the_middle() {
    let with = |bad: &str| remarks_on("devices.json", format!("[{},{bad},{}]", device(1), device(3)));
    assert_snapshot!(with("null"), @"
    3 rows, 1 set aside
    bad-row, devices.json, row 2
      the row is null instead of an object and was set aside
    ");
    assert_snapshot!(with("[1]"), @"
    3 rows, 1 set aside
    bad-row, devices.json, row 2
      the row is an array instead of an object and was set aside
    ");
    assert_snapshot!(with("\"PC-2\""), @"
    3 rows, 1 set aside
    bad-row, devices.json, row 2
      the row is a text instead of an object and was set aside
    ");
    assert_snapshot!(with("{}"), @"
    3 rows, 1 set aside
    bad-row, devices.json, row 2
      the row is blank in every column that is read and was set aside
    ");
    assert_snapshot!(with(&device(2).replace("true", "yes")), @"
    3 rows, 1 set aside
    bad-row, devices.json, row 2
      the row is broken JSON at its byte 134 and was set aside
    ");
    assert_snapshot!(with(&device(2).replace("PC-2", "PC-\u{1}2")), @"
    3 rows, 1 set aside
    bad-row, devices.json, row 2
      the row is broken JSON at its byte 114 and was set aside
    ");
    assert_snapshot!(with(&device(2).replace("\"PC-2\"", "\"PC-2")), @"
    2 rows, 1 set aside
    incomplete-export, devices.json
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    bad-row, devices.json, row 2
      the row breaks off and was set aside
    ");
}

#[test]
fn lines_with_a_broken_one() {
    let (a, b, c) = (device(1), device(2), device(3));
    assert_snapshot!(remarks_on("devices.json", format!("{a}\n{}\n{c}\n", b.replace("true", "maybe"))), @"
    3 rows, 1 set aside
    bad-row, devices.json, row 2
      the row is broken JSON at its byte 134 and was set aside
    ");
    assert_snapshot!(remarks_on("devices.json", format!("{a}\n{}\n{c}\n", &b[..60])), @"
    3 rows, 1 set aside
    bad-row, devices.json, row 2
      the row breaks off and was set aside
    ");
    assert_snapshot!(remarks_on("devices.json", format!("{a}\n\n\n{b}\nnull\n{c}")), @"
    4 rows, 1 set aside
    bad-row, devices.json, row 3
      the row is null instead of an object and was set aside
    ");
    assert_snapshot!(remarks_on("devices.json", format!("{a}\n{}", &b[..60])), @"
    2 rows, 1 set aside
    incomplete-export, devices.json
      it is one object, not a list of all; nothing is concluded from what it lacks
    incomplete-export, devices.json
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    bad-row, devices.json, row 2
      the row breaks off and was set aside
    ");
}

#[test]
fn brackets_without_end() {
    assert_snapshot!(about("devices.json", "[".repeat(10_000)), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON ends in the middle of a device
    ");
    assert_snapshot!(about("devices.json", "{\"a\":".repeat(10_000)), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON ends in the middle of a device
    ");
    assert_snapshot!(about("devices.json", "[".repeat(10_000) + &"]".repeat(10_000)), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON list holds no objects
    ");
    let deep = device(2).replace("[]", &("[".repeat(10_000) + &"]".repeat(10_000)));
    assert_snapshot!(remarks_on("devices.json", format!("[{},{deep}]", device(1))), @"2 rows, 0 set aside");
}

#[test]
fn members_twice_and_members_missing() {
    let twice = device(2).replace("\"trustType\"", "\"displayName\":\"PC-9\",\"trustType\"");
    let short = r#"{"id":"00000003-0000-4000-8000-00000000000e"}"#;
    assert_snapshot!(remarks_on("devices.json", format!("[{},{twice},{short}]", device(1))), @"3 rows, 0 set aside");
}

#[test]
fn something_behind_the_list() {
    let text = format!("[{}]", devices(1..=3));
    assert_snapshot!(remarks_on("devices.json", format!("{text}\nPS C:\\> exit\n")), @"
    3 rows, 0 set aside
    lines-passed-over, devices.json
      1 line of the file is no JSON and is passed over; the JSON begins in line 1
    ");
    assert_snapshot!(remarks_on("devices.json", format!("{text}]")), @"
    3 rows, 0 set aside
    lines-passed-over, devices.json
      1 line of the file is no JSON and is passed over; the JSON begins in line 1
    ");
    let long = format!("[{}]", devices(1..=40));
    assert_snapshot!(remarks_on("devices.json", long + "\0\0\0\0"), @"40 rows, 0 set aside");
}
