//! The small sample tenants: what their stories tell, against what the program finds. The stories are read as they are written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::common::{Place, Report, files_below, repository};
use crate::generator::{migration, school};

/// Files of a tenant, by name.
type Files = Vec<(String, Vec<u8>)>;

/// Makes the files of a tenant.
type Make = fn() -> Files;

const SAMPLES: [(&str, Make); 2] = [("school", school), ("migration", migration)];

#[test]
fn the_samples_are_what_the_generator_writes() {
    for (sample, make) in SAMPLES {
        let mut kept = files_below(&repository(&format!("sample-data/{sample}")));
        assert!(kept.remove("STORY.md").is_some(), "{sample}");
        let made: BTreeMap<String, Vec<u8>> = make().into_iter().collect();
        assert_eq!(kept.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
        for (name, content) in made {
            assert!(kept[&name] == content, "`{sample}/{name}` differs; write the sample again as its story says");
        }
    }
}

#[test]
fn the_stories_are_told_as_they_are_written() {
    for (sample, make) in SAMPLES {
        let story = fs::read_to_string(repository(&format!("sample-data/{sample}/STORY.md"))).unwrap();
        let place = Place::new();
        let files = make();
        for (name, content) in &files {
            place.write(&format!("in/{name}"), content);
            assert!(story.contains(&format!("`{name}`")), "the story of {sample} does not speak of {name}");
        }
        let report = place.tables(&[]);
        findings(sample, &story, &report);
        questions(sample, &story, &report);
        notices(sample, &story, &report);
    }
}

/// Devices have the findings that the story says, and no others.
fn findings(sample: &str, story: &str, report: &Report) {
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut denied: Vec<(String, String)> = Vec::new();
    for [devices, _, must, must_not] in table(story, "devices") {
        for device in names(&devices) {
            told.entry(device.clone()).or_default().extend(quoted(&must));
            denied.extend(quoted(&must_not).into_iter().map(|rule| (device.clone(), rule)));
        }
    }
    assert!(told.len() > 40, "the story of {sample} speaks of {} devices", told.len());
    let known: BTreeSet<String> = report.lines("rules.csv").iter().map(|line| line["rule"].clone()).collect();
    for rule in told.values().flatten().chain(denied.iter().map(|(_, rule)| rule)) {
        assert!(known.contains(rule), "the story of {sample} names `{rule}`, which is no rule");
    }
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in report.lines("devices.csv") {
        let name = if line["name"].is_empty() { &line["serial"] } else { &line["name"] };
        let rules = line["findings"].split('|').filter(|rule| !rule.is_empty()).map(str::to_owned);
        found.entry(name.clone()).or_default().extend(rules);
    }
    let mut wrong = Vec::new();
    for (device, rules) in &told {
        match found.get(device) {
            None => wrong.push(format!("{device} is no device of the report")),
            Some(own) if own != rules => wrong.push(format!("{device}: told {rules:?}, found {own:?}")),
            Some(_) => {}
        }
    }
    for (device, rules) in found.iter().filter(|(device, rules)| !rules.is_empty() && !told.contains_key(*device)) {
        wrong.push(format!("{device} is not told of, found {rules:?}"));
    }
    for (device, rule) in denied {
        assert!(!told[&device].contains(&rule), "the story of {sample} says both of `{rule}` for {device}");
    }
    assert!(wrong.is_empty(), "{sample}: {wrong:#?}");
}

/// Questions are those of the story, and no others.
fn questions(sample: &str, story: &str, report: &Report) {
    let rows = table(story, "question");
    let told = rows.iter().flat_map(|[rule, devices, ..]| {
        names(devices).into_iter().flat_map(|device| quoted(rule).into_iter().map(move |rule| (rule, device.clone())))
    });
    let lines = report.lines("questions.csv");
    let found = lines.iter().map(|line| (line["rule"].clone(), line["device_name"].clone()));
    assert_eq!(found.collect::<BTreeSet<_>>(), told.collect(), "{sample}");
}

/// Notices are those of the story, each with what it must say.
fn notices(sample: &str, story: &str, report: &Report) {
    let lines = report.lines("notices.csv");
    let found: BTreeSet<&str> = lines.iter().map(|line| line["code"].as_str()).collect();
    let told = table(story, "notice");
    let codes: BTreeSet<String> = told.iter().flat_map(|[code, ..]| quoted(code)).collect();
    assert_eq!(found, codes.iter().map(String::as_str).collect(), "{sample}: {lines:#?}");
    for [code, says, ..] in told {
        for text in quoted(&says) {
            let said = |line: &&crate::common::Line| code.contains(&line["code"]) && line["message"].contains(&text);
            assert!(lines.iter().any(|line| said(&line)), "{sample}: no notice {code} says `{text}`: {lines:#?}");
        }
    }
}

/// The rows of the tables whose first heading is such, with four cells each.
fn table(story: &str, heading: &str) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in story.lines() {
        let Some(row) = line.strip_prefix('|') else {
            inside = false;
            continue;
        };
        let mut cells = row.trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned());
        let cells = std::array::from_fn(|_| cells.next().unwrap_or_default());
        let [first, ..]: &[String; 4] = &cells;
        if first == heading {
            inside = true;
        } else if inside && !first.starts_with('-') {
            rows.push(cells);
        }
    }
    rows
}

/// What stands in back-quotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Names in back-quotes; of two with `to` between them also all that lie between.
fn names(cell: &str) -> Vec<String> {
    let parts: Vec<&str> = cell.split('`').collect();
    let mut all: Vec<String> = Vec::new();
    for (at, name) in parts.iter().enumerate().skip(1).step_by(2) {
        if parts[at - 1].trim() != "to" {
            all.push((*name).to_owned());
            continue;
        }
        let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (stem, last) = name.split_at(name.len() - digits);
        let first: usize = all.last().unwrap().strip_prefix(stem).unwrap().parse().unwrap();
        let last: usize = last.parse().unwrap();
        assert!(first < last, "{cell}");
        all.extend((first + 1..=last).map(|number| format!("{stem}{number:0digits$}")));
    }
    all
}
