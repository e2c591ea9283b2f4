//! Bad input of every kind that the reader accepts: what the program says of it, how it ends, and what it leaves behind.

#![allow(clippy::string_slice, reason = "cuts texts where it knows them")]

mod archives;
mod cells;
mod command_line;
mod containers;
mod dates;
mod delimited;
mod encodings;
mod headers;
mod json;
mod json_elements;
mod json_pages;
mod layout;
mod own_rules;
mod secrets;
mod totals;
mod workbook;
mod workbook_cells;

use std::fmt::Write as _;

use crate::common::{Place, Report, Sheet, files_below};

/// The header of Entra's list.
const ENTRA: &str = "displayName,accountEnabled,operatingSystem,joinType (trustType),registrationTime,\
                     approximateLastSignInDateTime,deviceId,objectId\n";

/// A header of Intune's list that lacks nothing of weight.
const INTUNE: &str = "Device ID,Device name,Serial number,Azure AD Device ID,IMEI,OS,Manufacturer,Ownership,Device state,\
                      Compliance,Encrypted,Last check-in,Primary user UPN\n";

/// A row of Entra's list, a sound one of its own for each number.
fn entra_row(number: usize) -> String {
    let day = 1 + number % 18;
    format!(
        "PC-{number},True,Windows,Microsoft Entra joined,2024-01-15T08:00:00Z,2026-11-{day:02}T08:00:00Z,\
         {number:08x}-0000-4000-8000-00000000000d,{number:08x}-0000-4000-8000-00000000000e\n"
    )
}

/// A row of Intune's list, of the same devices.
fn intune_row(number: usize) -> String {
    let day = 1 + number % 18;
    format!(
        "{number:08x}-0000-4000-8000-00000000000a,PC-{number},5CG{number:05}AB,{number:08x}-0000-4000-8000-00000000000d,,\
         Windows,HP,Corporate,Managed,Compliant,True,2026-11-{day:02} 08:00:00.0000000,user{number}@contoso.example\n"
    )
}

fn entra(rows: usize) -> String {
    (1..=rows).fold(ENTRA.to_owned(), |text, number| text + &entra_row(number))
}

fn intune(rows: usize) -> String {
    (1..=rows).fold(INTUNE.to_owned(), |text, number| text + &intune_row(number))
}

/// A list with other cells: row from 1, column, text.
fn with_cells(list: &str, cells: &[(usize, &str, &str)]) -> Vec<u8> {
    let mut sheet = Sheet::parse(list.as_bytes());
    for (row, column, text) in cells {
        let at = sheet.column(column);
        (*text).clone_into(&mut sheet.rows[row - 1][at]);
    }
    sheet.bytes()
}

/// Runs what must fail, and sees to it that no file came, went or changed.
fn complaint(place: &Place, arguments: &[&str]) -> String {
    let before = files_below(&place.path(""));
    let run = place.run(arguments);
    assert_ne!(run.code, 0);
    assert_eq!(run.stdout, "");
    assert!(files_below(&place.path("")) == before, "a failure leaves something: {:?}", place.listing());
    run.stderr.lines().for_each(reads_well);
    run.complaint()
}

/// What is said of one input file of which nothing can be used, without the last line, which is always the same.
fn about(name: &str, content: impl AsRef<[u8]>) -> String {
    let place = Place::new();
    place.write(&format!("in/{name}"), content);
    refusal(&place)
}

/// The same of the folder `in`.
fn refusal(place: &Place) -> String {
    const HELP: &str = "help: `lastseen checklist` says which exports to ask for and how each is made; \
                        `lastseen inspect` says what a file is\n";
    let said = complaint(place, &["analyze", "in"]);
    inspect(place);
    said.strip_suffix(HELP).unwrap_or(&said).to_owned()
}

/// What `inspect` prints of the folder `in`. It must come to an end whatever lies there.
fn inspect(place: &Place) -> String {
    let run = place.run(&["inspect", "in"]);
    run.complaint();
    assert!([0, 3].contains(&run.code), "exit {}: {}", run.code, run.stderr);
    run.stdout
}

/// What is remarked on one input file with which the run goes on.
fn remarks_on(name: &str, content: impl AsRef<[u8]>) -> String {
    let place = Place::new();
    place.write(&format!("in/{name}"), content);
    remarks(&place, &[])
}

/// The same of the folder `in`: how many rows were used, then `notices.csv`.
fn remarks(place: &Place, more: &[&str]) -> String {
    said(&tables(place, more))
}

/// For tests that read no other file.
fn tables(place: &Place, more: &[&str]) -> Report {
    inspect(place);
    place.tables(&[&["--as-of", "2026-11-20"], more].concat())
}

fn report(place: &Place, more: &[&str]) -> Report {
    inspect(place);
    place.analyze(&[&["--as-of", "2026-11-20"], more].concat())
}

fn said(report: &Report) -> String {
    let totals = &report.manifest()["control_totals"];
    let rows = if totals["input_rows"] == 1 { "row" } else { "rows" };
    let mut text = format!("{} {rows}, {} set aside\n", totals["input_rows"], totals["rows_set_aside"]);
    for line in report.lines("notices.csv") {
        reads_well(&line["message"]);
        write!(text, "{}", line["code"]).unwrap();
        for (name, mark) in [("export", ""), ("row", "row "), ("column", "column ")] {
            if !line[name].is_empty() {
                write!(text, ", {mark}{}", line[name]).unwrap();
            }
        }
        writeln!(text, "\n  {}", line["message"]).unwrap();
    }
    text
}

/// Lower case at the beginning, but for abbreviations; singular after 1; nothing of the program's inside.
fn reads_well(message: &str) {
    let message = message.trim_start();
    let mut start = message.chars();
    let capital = start.next().is_some_and(char::is_uppercase) && start.next().is_some_and(char::is_lowercase);
    let clap = ["Usage:", "For more"].iter().any(|known| message.starts_with(known));
    assert!(!capital || clap, "begins with a capital letter: {message}");
    let words: Vec<&str> = message.split(|c: char| c.is_whitespace() || c == ',' || c == ';').collect();
    for pair in words.windows(2) {
        let several = pair[1].len() > 3 && pair[1].ends_with('s') && !pair[1].ends_with("ss");
        assert!(pair[0] != "1" || !(several || pair[1] == "are"), "`1 {}`: {message}", pair[1]);
    }
    for inside in ["panicked", "unwrap", "Some(", "None", "Err(", "Error(", "polars", "schema", "serde", "::"] {
        assert!(!message.contains(inside), "`{inside}`: {message}");
    }
}
