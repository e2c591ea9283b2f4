//! The table of bombs at full size, with what each costs.

use std::fmt::Write as _;
use std::time::Duration;

use super::devices::crowd;
use super::workbook::{shared_bomb, workbook};
use super::zip::{filler, overlapping, packed, repetitive};
use super::{cost, entra, row};
use crate::common::{Place, repository};

/// A bomb: what it is, the file, its content.
type Bomb = (&'static str, &'static str, Vec<u8>);

fn archives() -> Vec<Bomb> {
    let inner = packed(&[("a.csv".into(), filler())]);
    let nested: Vec<(String, Vec<u8>)> = (0..900).map(|number| (format!("{number}.zip"), inner.clone())).collect();
    let wide: Vec<(String, Vec<u8>)> =
        (0..900).map(|number| (format!("{number}.csv"), different(4_000, 2).into_bytes())).collect();
    vec![
        ("zip, 1,000 members that are the same 10 MB", "a.zip", overlapping(&repetitive(10 << 20), 1_000)),
        ("zip, 900 archives of 1 MB in an archive", "a.zip", packed(&nested)),
        ("zip, 900 lists of 4,000 different columns", "a.zip", packed(&wide)),
        ("zip, one member of 1 GB of one letter", "a.zip", packed(&[("a.csv".into(), vec![b'a'; 1 << 30])])),
        ("zip, a list that packs fifty times, 60 MB", "a.zip", packed(&[("a.csv".into(), repetitive(60 << 20))])),
    ]
}

fn workbooks() -> Vec<Bomb> {
    let rows = "<row><c><v>1</v></c><c><v>2</v></c></row>";
    vec![
        ("xlsx, a text of 30,000 characters in 70,000 cells", "a.xlsx", shared_bomb(70_000)),
        ("xlsx, 50 sheets that are one part", "a.xlsx", workbook(&[0; 50], &[rows.repeat(50_000)], &[])),
        ("xlsx, 10 million rows of two digits", "a.xlsx", workbook(&[0], &[rows.repeat(10_000_000)], &[])),
    ]
}

fn texts() -> Vec<Bomb> {
    let list = |line: &str, lines: usize| (entra(std::iter::empty()) + &line.repeat(lines)).into_bytes();
    vec![
        ("csv, 1 million lines `x\",\"y`", "entra.csv", list("x\",\"y\n", 1_000_000)),
        ("csv, 1 million quotes that are never closed", "entra.csv", list("a,\"b\n", 1_000_000)),
        ("csv, 150 million cells in its header", "a.csv", "a,".repeat(150_000_000).into_bytes()),
        ("csv, 150 million cells in rows of 4,000", "a.csv", ("a,".repeat(4_000) + "\n").repeat(37_500).into_bytes()),
        ("csv, 1,000 rows of 4,000 different cells", "a.csv", different(4_000, 1_000).into_bytes()),
        ("csv, a name that ends in `loc` 300,000 times", "a.csv", (format!("a{},b\n", "loc".repeat(300_000))).into()),
        ("csv, 75 million rows of two cells", "a.csv", "a,\n".repeat(75_000_000).into_bytes()),
        ("csv, 10 million rows without text", "entra.csv", list(",,,,,,,\n", 10_000_000)),
        ("csv, a line of 300 MB", "entra.csv", list(&"x".repeat(300 << 20), 1)),
        ("json, 50 million brackets", "a.json", vec![b'['; 50 << 20]),
        (
            "json, 10 million elements without members",
            "a.json",
            ("[".to_owned() + &"{},".repeat(10_000_000) + "{}]").into(),
        ),
        ("json, a million keys", "a.json", keys(1_000_000).into_bytes()),
        ("json, a broken line before 20 million blank ones", "a.json", blank_lines(20_000_000).into_bytes()),
        ("json, 500,000 broken lines", "a.json", format!("{{\"id\":1}}\n{}", "{\"id\":\"2\n".repeat(500_000)).into()),
    ]
}

/// Rows of cells that all differ.
fn different(cells: usize, rows: usize) -> String {
    let row = |row: usize| (0..cells).map(|cell| format!("c{}", row * cells + cell)).collect::<Vec<_>>().join(",");
    (0..rows).map(row).collect::<Vec<_>>().join("\n")
}

fn keys(count: usize) -> String {
    let rows: Vec<String> = (0..count).map(|key| format!("{{\"k{key}\":1}}")).collect();
    format!("[{}]", rows.join(","))
}

fn blank_lines(count: usize) -> String {
    format!("{{\"id\":\"1\"}}\n{{\"id\":\"2\n{}{{\"id\":\"3\"}}\n", "\n".repeat(count))
}

/// What is given beside a sound list.
fn settings() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let deep = format!("a: {}", "[".repeat(900_000));
    let rule = |when: &str| format!("id: mine\nwhen: \"{when}\"\n");
    vec![
        ("yaml, 900,000 brackets as exceptions", "deep.yaml", deep.clone(), "--exceptions"),
        ("yaml, 900,000 brackets as decisions", "deep.yaml", deep.clone(), "--decisions"),
        ("yaml, 900,000 brackets as a rule", "rules/findings/own/mine.yaml", deep, "--rules"),
        ("toml, 1 million brackets", "deep.toml", format!("a = {}", "[".repeat(1_000_000)), "--config"),
        ("rule, 5,000 OR", "rules/findings/own/mine.yaml", rule(&vec!["a = 1"; 5_000].join(" OR ")), "--rules"),
        ("rule, lpad", "rules/findings/own/mine.yaml", rule("lpad(name, 2000000000) = 'x'"), "--rules"),
    ]
}

#[test]
#[ignore = "at full size, for a release build"]
fn table_of_bombs() {
    let mut table = String::from("| bomb | file | verb | exit | time | peak |\n|---|---|---|---|---|---|\n");
    let mut add = |what: &str, size: u64, place: &Place, arguments: &[&str]| {
        let cost = cost(place, arguments, Duration::from_mins(2));
        let (seconds, kb) = (cost.time.as_secs_f64(), size / 1024);
        writeln!(table, "| {what} | {kb} kB | {} | {} | {seconds:.1} s | {} MB |", arguments[0], cost.code, cost.peak)
            .unwrap();
    };
    for (what, name, content) in archives().into_iter().chain(workbooks()).chain(texts()) {
        let place = Place::new();
        place.write(&format!("in/{name}"), &content);
        add(what, content.len() as u64, &place, &["inspect", "in"]);
        add(what, content.len() as u64, &place, &["analyze", "in", "--as-of", "2026-11-20", "--out", "out"]);
    }
    for (what, name, content, option) in settings() {
        let place = Place::new();
        place.write("in/entra.csv", entra((0..3).map(|number| row(number, "PC"))));
        place.write(name, &content);
        let given = if option == "--rules" { "rules" } else { name };
        add(what, content.len() as u64, &place, &["analyze", "in", option, given, "--out", "out"]);
    }
    for records in [10_000, 100_000] {
        let place = crowd(records);
        let size = std::fs::metadata(place.path("in/defender.csv")).unwrap().len();
        let what = format!("cluster, {records} records under one Entra id");
        add(&what, size, &place, &["analyze", "in", "--as-of", "2026-11-20", "--out", "out"]);
        add(&what, size, &place, &["explain", "PC-1", "in", "--as-of", "2026-11-20"]);
    }
    std::fs::create_dir_all(repository("target")).unwrap();
    std::fs::write(repository("target/bombs.md"), &table).unwrap();
    for line in table.lines().skip(2) {
        let cell = |at| line.split(" | ").nth(at).unwrap_or_default();
        let (time, peak) = (cell(4).trim_end_matches(" s"), cell(5).trim_end_matches(" |").trim_end_matches(" MB"));
        assert!(time.parse::<f64>().unwrap() < 10.0 && peak.parse::<u64>().unwrap() < 1_000, "{line}\n\n{table}");
    }
}
