//! CSV that would be read again and again, and tables wider or thinner than any console writes.

use super::{entra, inspected, refused, row, within};
use crate::common::Place;

#[test]
fn stray_quotes_in_every_line_are_read_in_one_go() {
    for line in
        ["x\",\"y\n", "a,\"b\n", "\"\n", "a,\"b\"c\"\n", "\"\"\"\n", "a,'{\"b\n", "\",\n", "x\",\"y\r", "a,\"b,\n\n"]
    {
        let text = entra(std::iter::empty()) + &line.repeat(20_000);
        let cost = inspected("entra.csv", text);
        assert!(cost.time.as_secs() < 40, "{line:?}: {:?}", cost.time);
    }
}

#[test]
fn rows_behind_many_stray_quotes_are_still_read() {
    let rows = (0..3_000).map(|number| if number % 3 == 0 { "x\",\"y".into() } else { row(number, "PC") });
    let place = Place::new();
    place.write("in/entra.csv", entra(rows));
    let report = place.analyze(&[]);
    let totals = &report.manifest()["control_totals"];
    assert_eq!((&totals["input_rows"], &totals["rows_set_aside"]), (&3_000.into(), &1_000.into()));
}

#[test]
fn no_table_is_wider_than_consoles_write() {
    refused("a.csv", "a,".repeat(3_000_000), "it has more than 4096 columns; no console writes so wide a table");
    refused("a.csv", "a,".repeat(3_000_000) + "\n" + &"a,".repeat(3_000_000), "more than 4096 columns");
    refused("a.csv", format!("a,\"{}\n1,2\n", "x".repeat(3_000_000)), "its first line is no header");
    let place = Place::new();
    place.write("in/entra.csv", entra([row(1, "A"), ",".repeat(5_000_000), row(2, "B")].into_iter()));
    let cost = within(&place, &["analyze", "in", "--out", "out"]);
    assert_eq!(cost.code, 0, "{}", cost.said);
}

#[test]
fn rows_without_text_are_no_list() {
    let text = entra(std::iter::repeat_n(",,,,,,,".to_owned(), 700_000));
    refused("entra.csv", text, "rows with less than 16 bytes each; at most 300000 such rows are read");
}
