//! A device with very many records: what is said about it stays short, and says so.

use std::fmt::Write as _;
use std::io::Read as _;

use base64::Engine as _;
use flate2::read::DeflateDecoder;
use serde_json::Value;

use super::within;
use crate::common::{Place, Report};

/// So many Defender records under one Entra id.
pub(super) fn crowd(records: usize) -> Place {
    let mut text = String::from(
        "Device ID,Device Name,AAD Device Id,Last device update,OS Platform,Health Status,Onboarding Status\n",
    );
    for number in 0..records {
        let (day, second) = (1 + number / 86_400 % 28, number % 86_400);
        let time = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
        let id = "0000abcd-0000-4000-8000-00000000000d";
        let row = format!("{number:040x},PC-1,{id},2026-01-{day:02}T{time}Z,Windows11,Inactive,Onboarded");
        writeln!(text, "{row}").unwrap();
    }
    let place = Place::new();
    place.write("in/defender.csv", text);
    let entra = "displayName,accountEnabled,operatingSystem,joinType (trustType),registrationTime,\
                 approximateLastSignInDateTime,deviceId,objectId\n\
                 PC-1,True,Windows,Microsoft Entra joined,2024-01-15T08:00:00Z,2026-01-09T08:00:00Z,\
                 0000abcd-0000-4000-8000-00000000000d,0000abcd-0000-4000-8000-00000000000e\n";
    place.write("in/entra.csv", entra);
    place
}

/// The parts of the page that the drawer reads.
fn details(report: &Report) -> Vec<Value> {
    let page = String::from_utf8(std::fs::read(report.root.join("report.html")).unwrap()).unwrap();
    let chunks = page.split("class=\"detail\">").skip(1);
    chunks
        .map(|chunk| {
            let text = chunk.split('<').next().unwrap().trim();
            let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
            let mut json = String::new();
            DeflateDecoder::new(bytes.as_slice()).read_to_string(&mut json).unwrap();
            serde_json::from_str(&json).unwrap()
        })
        .collect()
}

#[test]
fn what_is_said_about_one_device_has_a_limit_that_it_states() {
    let place = crowd(1_500);
    let report = place.analyze(&["--as-of", "2026-11-20"]);
    let records = report.lines("records.csv");
    let key = &records[0]["device_key"];
    let own = records.iter().filter(|line| line["device_key"] == *key).count();
    assert!(own >= 1_500, "{own} records under {key}");
    for line in report.lines("findings.csv") {
        assert!(line["objects"].len() < 32_767 && line["objects"].matches('|').count() <= 500, "{}", line["rule"]);
    }
    let told = within(&place, &["explain", key, "in", "--as-of", "2026-11-20"]).said;
    assert!(told.len() < 1_000_000, "{} bytes", told.len());
    assert!(told.contains(&format!("of {own}; records.csv has all")), "{}", told.get(told.len() - 2_000..).unwrap());
    assert!(told.contains("more"));
    let json = place.run(&["explain", key, "in", "--as-of", "2026-11-20", "--json"]).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["records_total"], own);
    assert!(json["records"].as_array().unwrap().len() <= 210);
    assert!(json["steps"].as_array().unwrap().len() <= 200);
    let details = details(&report);
    assert!(!details.is_empty());
    for chunk in details {
        for (what, most) in [("records", 200), ("steps", 200)] {
            for kind in chunk[what]["kinds"].as_array().unwrap() {
                assert!(kind[1].as_array().unwrap().len() <= most, "{what} in the drawer");
            }
        }
    }
}
