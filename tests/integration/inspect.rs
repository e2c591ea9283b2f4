//! What `inspect` and `checklist` say, and that the guide keeps up with the program.

use std::collections::BTreeSet;
use std::fs;

use insta::assert_snapshot;
use lastseen::console::{Registry, State};
use lastseen::error::exit;
use lastseen::formats::Formats;
use lastseen::notice::Code;
use lastseen::schema::RECORD;
use lastseen::{assets, checklist};

use crate::common::{Place, repository};

fn guide(page: &str) -> String {
    fs::read_to_string(repository("docs").join(page)).unwrap()
}

fn formats() -> BTreeSet<String> {
    let formats = Formats::load(&assets::rules(None).unwrap()).unwrap();
    formats.all().iter().map(|format| format.id.clone()).collect()
}

const INTUNE: &str = "Device ID,Device name,Last check-in,Azure AD Device ID,OS,Ownership,Compliance,Encrypted,Colour\n\
    3b0e1c52-6f2f-4a0e-9d55-1f2f0c9b7a01,LT-1,5/16/2026 8:00:00 AM,7f1b8c1e-90a4-4d53-8f0f-3a5d6f1e2b01,Windows,Corporate,Compliant,True,red\n\
    3b0e1c52-6f2f-4a0e-9d55-1f2f0c9b7a02,LT-2,5/3/2026 8:00:00 AM,not-a-guid,Windows,Corporate,Compliant,perhaps,\n";

#[test]
fn a_known_export() {
    let place = Place::new();
    place.write("in/intune.csv", INTUNE);
    let run = place.run(&["inspect", "in", "--verbose"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_snapshot!(run.stdout);
}

#[test]
fn an_export_that_resembles_a_format() {
    let place = Place::new();
    place.write(
        "in/list.csv",
        INTUNE.replace("Last check-in", "Last check in time").replace("Azure AD Device ID", "Entra"),
    );
    let run = place.run(&["inspect", "in"]);
    assert_eq!((run.code, run.stderr.as_str()), (3, ""));
    assert_snapshot!(run.stdout);
}

#[test]
fn inspection_as_json() {
    let place = Place::new();
    place.write("in/intune.csv", INTUNE);
    place.write("in/people.csv", "Name,Mail\nA,a@contoso.example\n");
    let run = place.run(&["inspect", "in", "--json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let found: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(found["schema_version"], 1);
    assert_eq!(found["exports"][0]["format"], "intune/devices-with-inventory");
    assert_eq!(found["exports"][0]["dates"][0]["order"], "mdy");
    assert_eq!(found["exports"][1]["format"], serde_json::Value::Null);
    assert_eq!(found["as_of"], "2026-05-16T08:00:00Z");
    let codes: BTreeSet<&str> =
        found["notices"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap()).collect();
    assert!(codes.contains("damaged-identifier") && codes.contains("unknown-format"), "{codes:?}");
}

#[test]
fn inspecting_the_sample_finds_nothing_unknown() {
    let run = Place::with_sample().run(&["inspect", "in"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.ends_with("6 known exports in 6 files; an analysis would judge at 2026-11-20T08:00:00Z, times without a zone read as UTC\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("unknown-format"), "{}", run.stdout);
}

#[test]
fn the_checklist_asks_for_every_console_and_gives_known_formats() {
    let wanted = checklist::load(&assets::rules(None).unwrap()).unwrap();
    let consoles: Vec<&str> = wanted.iter().map(|w| w.console.as_str()).collect();
    let all: BTreeSet<&str> = Registry::shipped().all().iter().map(|console| console.as_str()).collect();
    assert_eq!(consoles.iter().copied().collect::<BTreeSet<_>>(), all);
    let known = formats();
    for way in wanted.iter().flat_map(|w| &w.ways) {
        assert!(way.gives.iter().all(|id| known.contains(id)), "{way:?}");
        let command = way.command.as_deref().unwrap_or_default().to_lowercase();
        for secret in ["-properties *", "includepasswords", "recoverypassword", "hardwarehash", "bypasscode"] {
            assert!(!command.contains(secret), "{secret} in {command}");
        }
    }
}

#[test]
fn the_checklist_for_one_console() {
    let run = Place::new().run(&["checklist", "--short", "laps"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_snapshot!(run.stdout);
}

#[test]
fn the_checklist_as_json() {
    let run = Place::new().run(&["checklist", "--json", "intune"]);
    let found: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["console"], "intune");
}

/// The cells of the tables of a page, row by row.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    cells.map(|cells| cells.split(" | ").collect()).collect()
}

#[test]
fn the_readme_counts_the_rules_and_names_every_console() {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    for family in fs::read_dir(repository("rules/findings")).unwrap() {
        let family = family.unwrap().path();
        let rules = fs::read_dir(&family).unwrap().count().to_string();
        let anchor = format!("docs/rules/README.md#{}", family.file_name().unwrap().to_str().unwrap());
        let told: Vec<_> = rows(&readme).into_iter().filter(|row| row[0].contains(&anchor)).collect();
        assert_eq!(told.len(), 1, "{anchor}");
        assert_eq!(told[0][1], rules, "{anchor}");
    }
    let inputs = readme.split_once("## What goes in").unwrap().1.split_once("## What comes out").unwrap().0;
    for console in Registry::shipped().all() {
        let title = console.title().split(" (").next().unwrap();
        let told = rows(inputs).iter().any(|row| row[0].contains(title) || row.last().unwrap().contains(title));
        assert!(told, "`What goes in` lacks {title}");
    }
}

#[test]
fn the_guide_lists_every_state_and_exit_code() {
    let consoles = guide("consoles.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let states: Vec<&str> = State::WORDS.iter().copied().filter(|word| *word != State::Unknown.as_str()).collect();
    assert!(
        consoles.contains(&format!("`{}`", states.join(" "))),
        "docs/consoles.md lists other states than {states:?}"
    );
    let unattended = guide("guide/unattended.md");
    let codes: Vec<u8> = rows(&unattended).iter().filter_map(|row| row[0].parse().ok()).collect();
    let all = [
        exit::DONE,
        exit::INTERNAL,
        exit::USAGE,
        exit::NOTHING_USABLE,
        exit::STRICT,
        exit::RULES,
        exit::EVIDENCE,
        exit::FINDINGS,
    ];
    assert_eq!(codes, all);
}

#[test]
fn the_guide_names_every_format_column_and_code() {
    let (exports, reading, keys) = (guide("exports.md"), guide("reading.md"), guide("formats.md"));
    for id in formats() {
        assert!(exports.contains(&format!("`{id}`")), "docs/exports.md lacks `{id}`");
    }
    for code in Code::ALL {
        assert!(reading.contains(&format!("`{}`", code.as_str())), "docs/reading.md lacks `{}`", code.as_str());
    }
    let listed: Vec<String> =
        RECORD.iter().map(|f| format!("| `{}` | {} | {} |", f.name, f.kind.as_str(), f.meaning)).collect();
    assert!(keys.contains(&listed.join("\n")), "docs/formats.md lists other columns than\n{}", listed.join("\n"));
}
