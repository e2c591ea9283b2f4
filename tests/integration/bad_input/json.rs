//! JSON: cut, broken, deep, of the wrong shape; and secrets inside.

use insta::assert_snapshot;

use super::{about, complaint, inspect, refusal, remarks, remarks_on, report, said};
use crate::common::Place;

/// A device of Microsoft Graph, of Entra ID.
pub(super) fn device(number: usize) -> String {
    let day = 1 + number % 18;
    format!(
        r#"{{"id":"{number:08x}-0000-4000-8000-00000000000e","deviceId":"{number:08x}-0000-4000-8000-00000000000d","displayName":"PC-{number}","accountEnabled":true,"trustType":"AzureAd","operatingSystem":"Windows","physicalIds":[],"approximateLastSignInDateTime":"2026-11-{day:02}T08:00:00Z"}}"#
    )
}

pub(super) fn devices(numbers: std::ops::RangeInclusive<usize>) -> String {
    numbers.map(device).collect::<Vec<_>>().join(",\n")
}

/// A managed device of Microsoft Graph, of Intune, with more members.
fn managed(number: usize, more: &str) -> String {
    format!(
        r#"{{"id":"{number:08x}-0000-4000-8000-00000000000a","deviceName":"PC-{number}","serialNumber":"5CG{number:05}AB","azureADDeviceId":"{number:08x}-0000-4000-8000-00000000000d","operatingSystem":"Windows","managementState":"managed","complianceState":"compliant","lastSyncDateTime":"2026-11-05T08:00:00Z"{more}}}"#
    )
}

#[test]
fn every_shape_is_read() {
    let list = devices(1..=3);
    for (shape, text) in [
        ("list", format!("[{list}]")),
        ("list of one", format!("[{}]", device(1))),
        ("page", format!(r#"{{"@odata.context":"x","value":[{list}]}}"#)),
        ("lines", list.replace(",\n", "\n")),
        ("list with a mark", format!("\u{feff}[{list}]")),
        ("pages one behind the other", format!(r#"{{"value":[{}]}}{{"value":[{}]}}"#, device(1), device(2))),
        ("pages in a list", format!(r#"[{{"value":[{}]}},{{"value":[{}]}}]"#, device(1), device(2))),
    ] {
        let said = remarks_on("devices.json", text);
        assert_eq!(said.lines().skip(1).collect::<String>(), "", "{shape}");
    }
}

#[test]
fn list_that_is_cut() {
    let text = format!("[{}]", devices(1..=3));
    assert_snapshot!(remarks_on("devices.json", &text[..text.len() - 50]), @"
    3 rows, 1 set aside
    incomplete-export, devices.json
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    bad-row, devices.json, row 3
      the row breaks off and was set aside
    ");
    assert_snapshot!(remarks_on("devices.json", &text[..text.len() - 1]), @"
    3 rows, 0 set aside
    incomplete-export, devices.json
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    ");
    assert_snapshot!(about("devices.json", &text[..100]), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON ends in the middle of a device
    ");
    assert_snapshot!(about("devices.json", "["), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON ends in the middle of a device
    ");
    assert_snapshot!(about("devices.json", "{\"value\": ["), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON ends before the first whole device
    ");
}

#[test]
fn page_that_is_cut() {
    let text = format!(r#"{{"@odata.context":"x","value":[{}],"@odata.nextLink":"y"}}"#, devices(1..=3));
    assert_snapshot!(remarks_on("devices.json", &text[..text.len() - 100]), @"
    3 rows, 1 set aside
    incomplete-export, devices.json
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    bad-row, devices.json, row 3
      the row breaks off and was set aside
    ");
    assert_snapshot!(remarks_on("devices.json", &text[..text.len() - 8]), @"
    3 rows, 0 set aside
    incomplete-export, devices.json
      the file ends in the middle of a row: it was cut off, so nothing is concluded from what it lacks
    ");
}

#[test]
fn list_without_anything() {
    assert_snapshot!(about("devices.json", "[]"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: a JSON list without a single element; it counts as not supplied
    ");
    assert_snapshot!(about("devices.json", "{\"value\": []}"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: a JSON list without a single element; it counts as not supplied
    ");
    assert_snapshot!(about("devices.json", "{}"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: a JSON list without a single element; it counts as not supplied
    ");
}

#[test]
fn no_json_at_all() {
    assert_snapshot!(about("devices.json", "{ this is not JSON }"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: no column has a name; the file was not used
    ");
    assert_snapshot!(about("devices.json", "[displayName],[deviceId]\nPC-1,1\n"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON is broken at byte 26
    ");
    assert_snapshot!(about("devices.json", "<html>"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: a web page or XML, not a device list
    ");
    assert_snapshot!(about("devices.json", "null"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: not a table: its first line is no header
    ");
    assert_snapshot!(about("devices.json", "\"devices\""), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: not a table: its first line is no header
    ");
}

#[test]
fn error_answer() {
    let text = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}"#;
    assert_snapshot!(about("devices.json", text), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON is the error answer of a web service
    ");
}

#[test]
fn list_without_objects() {
    assert_snapshot!(about("devices.json", "[1, 2, 3]"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON list holds no objects
    ");
    assert_snapshot!(about("devices.json", "[\"PC-1\", null, true]"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON list holds no objects
    ");
    assert_snapshot!(about("devices.json", "[[1, 2], [3]]"), @"
    exit 3
    error: `devices.json` is no known export
      `devices.json`: the JSON list holds no objects
    ");
}

#[test]
fn objects_of_another_kind() {
    assert_snapshot!(about("people.json", r#"{"value":[{"userName":"a","mail":"a@contoso.example"}]}"#), @"
    exit 3
    error: `people.json` is no known export
      `people.json`: no known format has these columns: `userName`, `mail`; the file was not used
    ");
}

#[test]
fn secrets_in_members() {
    let secret = "483920-117263-559182-004417-620931";
    let place = Place::new();
    let list: Vec<String> = (1..=3)
        .map(|number| managed(number, &format!(r#","activationLockBypassCode":"{secret}","notes":"x""#)))
        .chain([managed(4, r#","activationLockBypassCode":null"#)])
        .collect();
    place.write("in/devices.json", format!("[{}]", list.join(",")));
    let report = report(&place, &[]);
    assert_snapshot!(said(&report), @"
    4 rows, 0 set aside
    secret-column, devices.json, column activationLockBypassCode
      `activationLockBypassCode` holds secrets in 3 cells; the column was not read. Delete this file when the analysis is done
    ");
    assert!(!inspect(&place).contains(secret));
    for (name, content) in report.files() {
        assert!(!content.windows(secret.len()).any(|window| window == secret.as_bytes()), "{name}");
    }
    // Members without a value are no secrets.
    let list =
        managed(1, r#","activationLockBypassCode":null"#) + "," + &managed(2, r#","activationLockBypassCode":"""#);
    place.write("in/devices.json", format!("[{list}]"));
    assert_snapshot!(remarks(&place, &["--force"]), @"
    2 rows, 0 set aside
    unknown-column, devices.json, column activationLockBypassCode
      `activationLockBypassCode` is a column for secrets; it is blank and was not read
    ");
}

#[test]
fn json_among_others_that_is_broken() {
    let place = Place::new();
    place.write("in/a.json", "[1]");
    place.write("in/b.json", "{}");
    assert_snapshot!(refusal(&place), @"
    exit 3
    error: none of the 2 files is a known export
      `a.json`: the JSON list holds no objects
      `b.json`: a JSON list without a single element; it counts as not supplied
    ");
    place.write("in/c.json", format!("[{}]", devices(1..=3)));
    assert_snapshot!(complaint(&place, &["analyze", "in", "--strict"]), @"
    exit 4
    error: `--strict` does not accept 2 notices about the input
      `a.json`: the JSON list holds no objects
      `b.json`: a JSON list without a single element; it counts as not supplied
    help: mend the exports, or run without `--strict` to have the notices in the report
    ");
}
