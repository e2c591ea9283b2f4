use std::sync::LazyLock;

use super::super::{Options, normalise};
use super::*;
use crate::read::FOOTER;

static FORMATS: LazyLock<Formats> = LazyLock::new(|| Formats::load(&crate::assets::rules(None).unwrap()).unwrap());

const INTUNE: &str = "Device ID,Device name,Last check-in,Primary user UPN,OS,Serial number,Ownership,Compliance\n";
const REGISTER: &str = "Asset Tag,Asset Name,Serial Number,Asset Status,Category\n";
const AUTOPILOT: &str = "Serial number,Manufacturer,Model,Group tag,Profile status\n";
const KANDJI: &str = "Device name,Serial number,Platform,Last check-in,Blueprint name,Device ID\n";

fn guid(number: usize) -> String {
    format!("a0000000-0000-4000-8000-{number:012}")
}

fn intune(rows: usize) -> String {
    let row = |n: usize| {
        format!("{},PC-{n},2026-11-01,ann@contoso.example,Windows,5CD0000{n:03},Corporate,Compliant\n", guid(n))
    };
    INTUNE.to_string() + &(1..=rows).map(row).collect::<String>()
}

fn register(rows: usize) -> String {
    let row = |n: usize| format!("CFS-{n:04},PC {n},5CD0000{n:03},Deployed,Laptop\n");
    REGISTER.to_string() + &(1..=rows).map(row).collect::<String>()
}

fn autopilot(rows: usize) -> String {
    let row = |n: usize| format!("5CD0000{n:03},HP,EliteBook 840,Office,Assigned\n");
    AUTOPILOT.to_string() + &(1..=rows).map(row).collect::<String>()
}

fn kandji(rows: usize) -> String {
    let row = |n: usize| format!("Mac {n},C02XX{n:05},Mac,2026-11-01,Standard,{}\n", guid(n));
    KANDJI.to_string() + &(1..=rows).map(row).collect::<String>()
}

/// What is set aside of a list as lines below it.
fn below(list: &str) -> Vec<String> {
    let export = Export::delimited("list.csv", list.to_string()).unwrap();
    let recognised = FORMATS.examine(&export).unwrap();
    let made = normalise(&export, &recognised, &FORMATS, &Options::default()).unwrap();
    made.records.bad.into_iter().filter(|bad| bad.reason == FOOTER).map(|bad| bad.text).collect()
}

#[test]
fn a_line_below_the_list_is_no_record() {
    for line in [
        "Total,30,,,,,,",
        "Summe,30,,,,,,",
        "Nombre,31,,,,,,",
        "Grand Total:,30,,,,,,7",
        "Total,,,,,,,30",
        ",Total: 30,,,,,,",
        "Total: 30,,,,,,,",
        "30 devices,,,,,,,",
        "30,,,,,,,",
        "31,,,,,,,",
        "Exported by Ann on 2026-11-20,,,,,,,",
        "Exported by,Ann,,,,,,",
        "Applied filters: none,,,,,,,",
        "Confidential - internal use only,,,,,,,",
        ",Confidential - internal use only,,,,,,",
        "Confidential,,,,,,,",
    ] {
        let text: Vec<&str> = line.split(',').filter(|cell| !cell.is_empty()).collect();
        assert_eq!(below(&format!("{}{line}\n", intune(30))), [text.join(",")], "{line}");
    }
    let several = "Total,30,,,,,,\n,,,,,,,\nExported by Ann,,,,,,,\nConfidential,,,,,,,\n";
    assert_eq!(below(&(intune(30) + several)).len(), 3);
    assert_eq!(below(&(autopilot(8) + "Total,8,,,\n")).len(), 1);
    assert_eq!(below(&(autopilot(8) + "8 devices,,,,\n")).len(), 1);
    assert_eq!(below(&(register(8) + "Total,8,,,\n")).len(), 1);
    assert_eq!(below(&(kandji(8) + "Exported by Ann,,,,,\n")).len(), 1);
}

/// A sparse record, one that was cut off, and one of a list that people write stay records.
#[test]
fn what_may_be_a_record_stays_one() {
    for line in [
        format!("{},,,,,,,", guid(99)),
        format!("{},PC-99,,,,,,", guid(99)),
        format!("{},Ann's PC,,,,,,", guid(99)),
        ",,,,Windows,5CD9999999,,".into(),
        "a0000000-0000,,,,,,,".into(),
        // The beginning of an id.
        "2345,,,,,,,".into(),
        "face,,,,,,,".into(),
        ",PC-99,,,,,,".into(),
        ",Reception,,,,,,".into(),
        ",Ann's PC,,,Windows,,,".into(),
        "N/A,PC-99,,,,,,".into(),
        "Total,30,2026-11-01,ann@contoso.example,Windows,5CD9999999,Corporate,Compliant".into(),
    ] {
        assert_eq!(below(&format!("{}{line}\n", intune(30))), [""; 0], "{line}");
    }
    for line in ["5CD9999999,,,,", "1234567,,,,", "Default string,,,,", "SYSTEM,,,,", "5CD9999999,HP,,,"] {
        assert_eq!(below(&format!("{}{line}\n", autopilot(8))), [""; 0], "{line}");
    }
    for line in ["CFS-0099,,,,", "8,,,,", "Beamer room 3,,,,", ",Spare laptop of Ann,,,", "9,Spare laptop,,,"] {
        assert_eq!(below(&format!("{}{line}\n", register(8))), [""; 0], "{line}");
    }
    for line in ["Ann's Mac,C02XX99999,,,,", "Reception,,,,,", ",C02XX99999,,,,"] {
        assert_eq!(below(&format!("{}{line}\n", kandji(8))), [""; 0], "{line}");
    }
}

#[test]
fn a_line_among_the_records_ends_nothing() {
    let rows = intune(30);
    let (above, rest) = rows.split_at(rows.match_indices('\n').nth(10).unwrap().0 + 1);
    assert_eq!(below(&format!("{above}Total,30,,,,,,\n{rest}")), [""; 0]);
}

/// Of a list of which every record is sparse nothing is known that a record must have.
#[test]
fn where_records_have_nothing_in_common_every_line_is_one() {
    let rows = "CFS-1,,,,\n,PC 2,,,\n,,5CD0000003,,\nOld laptop of Ann,,,,\n";
    assert_eq!(below(&(REGISTER.to_string() + rows)), [""; 0]);
    assert_eq!(below(&(INTUNE.to_string() + "Exported by Ann,,,,,,,\n")), [""; 0]);
}
