//! Answers in pages: what is there, what is missing, and what absence proves.

use insta::assert_snapshot;

use super::json::{device, devices};
use super::{inspect, remarks, remarks_on};
use crate::common::Place;

/// A page with these members of the envelope.
fn page(numbers: std::ops::RangeInclusive<usize>, around: &str) -> String {
    format!(
        r#"{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#devices",{around}"value":[{}]}}"#,
        devices(numbers)
    )
}

const NEXT: &str = r#""@odata.nextLink":"https://graph.microsoft.com/v1.0/devices?$skiptoken=x","#;

fn pages(pages: &[(&str, String)]) -> String {
    let place = Place::new();
    for (name, text) in pages {
        place.write(&format!("in/{name}"), text);
    }
    remarks(&place, &[])
}

#[test]
fn page_that_names_a_further_one() {
    assert_snapshot!(remarks_on("devices.json", page(1..=3, NEXT)), @"
    3 rows, 0 set aside
    incomplete-export, devices.json
      it holds 3 rows and names a further page, which is in none of the files; nothing is concluded from what it lacks
    ");
    assert_snapshot!(remarks_on("devices.json", page(1..=1, NEXT)), @"
    1 row, 0 set aside
    incomplete-export, devices.json
      it holds 1 row and names a further page, which is in none of the files; nothing is concluded from what it lacks
    ");
}

#[test]
fn chain_of_pages() {
    // Complete: the last one names no further page.
    assert_eq!(
        pages(&[("devices-1.json", page(1..=3, NEXT)), ("devices-2.json", page(4..=5, ""))]),
        "5 rows, 0 set aside\n"
    );
    // The last page is missing.
    assert_snapshot!(pages(&[("devices-1.json", page(1..=3, NEXT)), ("devices-2.json", page(4..=5, NEXT))]), @"
    5 rows, 0 set aside
    incomplete-export, devices-2.json
      it holds 2 rows and names a further page, which is in none of the files; nothing is concluded from what it lacks
    ");
    // One in the middle, or the first.
    assert_snapshot!(
        pages(&[
            ("devices-1.json", page(1..=3, NEXT)),
            ("devices-2.json", page(4..=6, NEXT)),
            ("devices-4.json", page(10..=11, "")),
        ]),
        @"
    8 rows, 0 set aside
    incomplete-export, devices-2.json
      it holds 3 rows and names a further page, which is in none of the files; nothing is concluded from what it lacks
    "
    );
    assert_snapshot!(pages(&[("devices-2.json", page(4..=6, NEXT)), ("devices-3.json", page(7..=8, ""))]), @"
    5 rows, 0 set aside
    incomplete-export, devices-2.json
      the names of its files are numbered, and no file has the number 1; nothing is concluded from what it lacks
    ");
    // What ends may be the answer to another question: the names do not say that it is the next page.
    // Nor do those by which a browser tells files of one name apart.
    assert!(
        pages(&[("response.json", page(1..=3, NEXT)), ("response (1).json", page(4..=5, ""))])
            .contains("names a further page")
    );
    assert_snapshot!(pages(&[("second.json", page(1..=3, NEXT)), ("first.json", page(4..=5, ""))]), @"
    5 rows, 0 set aside
    incomplete-export, second.json
      it holds 3 rows and names a further page, which is in none of the files; nothing is concluded from what it lacks
    ");
    assert_snapshot!(pages(&[("devices_page_1.json", page(1..=3, NEXT)), ("iphones.json", page(4..=5, ""))]), @"
    5 rows, 0 set aside
    incomplete-export, devices_page_1.json
      it holds 3 rows and names a further page, which is in none of the files; nothing is concluded from what it lacks
    ");
    // Two answers are no chain, though their names differ in digits only: they have objects in common, or two ends.
    assert_snapshot!(pages(&[("devices-1.json", page(1..=3, NEXT)), ("devices-2.json", page(2..=3, ""))]), @"
    5 rows, 0 set aside
    incomplete-export, devices-1.json
      it holds 3 rows and names a further page, which is in none of the files; nothing is concluded from what it lacks
    duplicate-rows
      2 objects of Entra ID in 4 rows; each counts once
    ");
}

/// Whoever splits a list numbers its parts.
#[test]
fn a_part_that_is_missing() {
    let part = |numbers: std::ops::RangeInclusive<usize>| format!("[{}]", devices(numbers));
    let complete =
        [("all 1 of 3.json", part(1..=3)), ("all 2 of 3.json", part(4..=6)), ("all 3 of 3.json", part(7..=9))];
    assert_eq!(pages(&complete), "9 rows, 0 set aside\n");
    let lacking = [complete[0].clone(), complete[2].clone()];
    assert_snapshot!(pages(&lacking), @"
    6 rows, 0 set aside
    incomplete-export, all 1 of 3.json
      the names of its files are numbered, and no file has the number 2; nothing is concluded from what it lacks
    ");
    assert_snapshot!(pages(&[("page 1.json", part(1..=3)), ("page 2.json", part(4..=6)), ("page 4.json", part(7..=9))]), @"
    9 rows, 0 set aside
    incomplete-export, page 2.json
      the names of its files are numbered, and no file has the number 3; nothing is concluded from what it lacks
    ");
    // Lists of several days are no parts: they have objects in common. Nor are those that nobody numbered as such.
    let days = [("list 1.json", part(1..=3)), ("list 2.json", part(1..=4)), ("list 5.json", part(1..=5))];
    assert!(!pages(&days).contains("numbered"));
    assert_eq!(pages(&[("site 1.json", part(1..=3)), ("site 3.json", part(4..=6))]), "6 rows, 0 set aside\n");
}

#[test]
fn pages_in_one_file() {
    assert_eq!(remarks_on("devices.json", page(1..=3, NEXT) + "\n" + &page(4..=5, "")), "5 rows, 0 set aside\n");
    assert_snapshot!(remarks_on("devices.json", page(1..=3, "") + "\n" + &page(4..=5, NEXT)), @"
    5 rows, 0 set aside
    incomplete-export, devices.json
      it holds 5 rows and names a further page, which is in none of the files; nothing is concluded from what it lacks
    ");
}

#[test]
fn fewer_objects_than_declared() {
    assert_eq!(remarks_on("devices.json", page(1..=3, r#""@odata.count":3,"#)), "3 rows, 0 set aside\n");
    assert_snapshot!(remarks_on("devices.json", page(1..=3, r#""@odata.count":120,"#)), @"
    3 rows, 0 set aside
    incomplete-export, devices.json
      it declares 120 objects and has 3; nothing is concluded from what it lacks
    ");
    assert_snapshot!(remarks_on("devices.json", page(1..=1, r#""@odata.count":2,"#)), @"
    1 row, 0 set aside
    incomplete-export, devices.json
      it declares 2 objects and has 1; nothing is concluded from what it lacks
    ");
    assert_eq!(remarks_on("devices.json", page(1..=3, r#""@odata.count":2,"#)), "3 rows, 0 set aside\n");
    assert_eq!(remarks_on("devices.json", page(1..=3, r#""@odata.count":"many","#)), "3 rows, 0 set aside\n");
}

#[test]
fn one_object_is_no_list_of_all() {
    let place = Place::new();
    place.write("in/device.json", device(1));
    assert_snapshot!(remarks(&place, &[]), @"
    1 row, 0 set aside
    incomplete-export, device.json
      it is one object, not a list of all; nothing is concluded from what it lacks
    ");
    assert!(inspect(&place).contains("one object, not a list of all"));
}

#[test]
fn list_of_exactly_one_page() {
    // As an answer of the API it would name a further page, so a hundred is a hundred.
    assert_eq!(remarks_on("devices.json", page(1..=100, "")), "100 rows, 0 set aside\n");
    // As a bare list nothing tells.
    let list = format!("[{}]", devices(1..=100));
    assert_snapshot!(remarks_on("devices.json", list), @"
    100 rows, 0 set aside
    incomplete-export, devices.json
      it has exactly 100 rows, the size of one page: further pages were probably not fetched (if the console shows 100 devices too, say so with `--expect entra=100`); nothing is concluded from what it lacks
    ");
    let place = Place::new();
    place.write("in/devices.json", format!("[{}]", devices(1..=100)));
    assert_eq!(remarks(&place, &["--expect", "entra=100"]), "100 rows, 0 set aside\n");
    assert_snapshot!(remarks(&place, &["--expect", "entra=101", "--force"]), @"
    100 rows, 0 set aside
    incomplete-export, devices.json
      it has exactly 100 rows, the size of one page: further pages were probably not fetched (if the console shows 100 devices too, say so with `--expect entra=100`); nothing is concluded from what it lacks
    control-total
      101 devices expected of Entra ID, and the exports have 100
    ");
}
