//! Several lists of one console: last term's beside today's, a sheet a month, snapshots in one file.

mod generations;
mod parts;
mod snapshots;
mod undecided;
mod unused;
mod variants;

use crate::common::{Place, Report};

const AS_OF: [&str; 2] = ["--as-of", "2026-03-01"];

const CROS: &str = "deviceId,serialNumber,status,lastSync,orgUnitPath,annotatedAssetId\n";

/// A list of Chromebooks: number, state, last sync.
fn cros(rows: &[(u32, &str, &str)]) -> String {
    let row = |(number, state, seen): &(u32, &str, &str)| {
        format!("c0000000-0000-4000-8000-{number:012},5CDLST{number:04},{state},{seen}T08:00:00Z,/Pupils,CB-{number}\n")
    };
    CROS.to_owned() + &rows.iter().map(row).collect::<String>()
}

const INTUNE: &str = "Device ID,Device name,Enrollment date,Last check-in,Azure AD Device ID,Serial number,Manufacturer,\
                      Compliance,Managed by,Ownership,Device state,OS,JoinType,Primary user UPN\n";

/// A list of Intune: number, last check-in, operating system.
fn intune(rows: &[(u32, &str, &str)]) -> String {
    let row = |(number, seen, os): &(u32, &str, &str)| {
        format!(
            "d0000000-0000-4000-8000-{number:012},LT-{number},2024-01-05 09:00:00,{seen} 08:00:00,e0000000-0000-4000-8000-{number:012},\
             LSTSER{number:04},Dell Inc.,Compliant,Intune,Corporate,Managed,{os},Azure AD joined,u{number}@contoso.example\n"
        )
    };
    INTUNE.to_owned() + &rows.iter().map(row).collect::<String>()
}

const ENTRA: &str = "displayName,deviceId,accountEnabled,operatingSystem,approximateLastSignInDateTime,registrationTime,isManaged,\
                     joinType (trustType),objectId,mdmDisplayName\n";

/// A list of Entra ID: number, enabled, last sign-in.
fn entra(rows: &[(u32, bool, &str)]) -> String {
    let row = |(number, enabled, seen): &(u32, bool, &str)| {
        format!(
            "LT-{number},e0000000-0000-4000-8000-{number:012},{enabled},Windows,{seen}T08:00:00Z,2024-01-05T09:00:00Z,true,\
             Microsoft Entra joined,f0000000-0000-4000-8000-{number:012},Microsoft Intune\n"
        )
    };
    ENTRA.to_owned() + &rows.iter().map(row).collect::<String>()
}

/// Analyses lists in files of the given names.
fn analyze(files: &[(&str, String)], more: &[&str]) -> (Place, Report) {
    let place = Place::new();
    for (name, content) in files {
        place.write(&format!("in/{name}"), content);
    }
    let report = place.tables(&[&AS_OF[..], more].concat());
    (place, report)
}

/// Rules that hold for a device, by a part of its key.
fn rules(report: &Report, device: &str) -> Vec<String> {
    let lines = report.lines("findings.csv").into_iter();
    let mut found: Vec<String> =
        lines.filter(|line| line["device_key"].contains(device)).map(|line| line["rule"].clone()).collect();
    found.sort();
    found
}

/// Messages of the remark about lists that are out of step.
fn remarks(report: &Report) -> Vec<String> {
    report.lines_where("notices.csv", "code", "sources-out-of-step").into_iter().map(|n| n["message"].clone()).collect()
}

/// Why the rows of a file are no records, one a row, blank for a record.
fn refused(report: &Report, export: &str) -> Vec<String> {
    let mut lines = report.lines_where("records.csv", "export", export);
    lines.sort_by_key(|line| line["row"].parse::<u32>().unwrap());
    lines.into_iter().map(|line| line["refused"].clone()).collect()
}

/// Steps that do something: device and step. To look at a device is none.
fn steps(report: &Report) -> Vec<(String, String)> {
    let lines = report.lines("plan.csv").into_iter().filter(|line| line["step"] != "review-identity");
    lines.map(|line| (line["device_key"].clone(), line["step"].clone())).collect()
}
