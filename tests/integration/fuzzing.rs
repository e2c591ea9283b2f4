//! What fuzzing begins with and what it found, read again: no reader ends, and what must always hold does.

use std::collections::BTreeSet;
use std::fs;

use lastseen::fuzzing::{self, TARGETS, target};

use crate::common::{files_below, repository};

#[allow(unreachable_pub, reason = "fuzz/ publishes it")]
#[path = "../../fuzz/src/seeds.rs"]
mod seeds;

/// Reads every input of a target.
#[track_caller]
fn replayed(name: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let inputs = seeds::seeds(&repository("."), scratch.path()).remove(name).unwrap();
    assert!(!inputs.is_empty(), "`{name}` begins with nothing");
    let target = target(name).unwrap();
    for input in inputs {
        (target.run)(&input, scratch.path());
    }
}

macro_rules! replayed {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            replayed(stringify!($name));
        })*

        const REPLAYED: &[&str] = &[$(stringify!($name)),*];
    };
}

replayed!(
    conditions,
    configuration,
    csv,
    dates,
    decisions,
    exceptions,
    formats,
    identifiers,
    json,
    log,
    outcome,
    playbooks,
    provenance,
    rules,
    xlsx,
    zip
);

#[test]
fn every_target_is_replayed_and_has_its_program() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, REPLAYED);
    let manifest: toml::Table = fs::read_to_string(repository("fuzz/Cargo.toml")).unwrap().parse().unwrap();
    let bins = manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str().unwrap());
    let programs: Vec<&str> = bins.filter(|name| *name != "seed").collect();
    assert_eq!(programs, names);
    for name in &names {
        let program = fs::read_to_string(repository(&format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("target!(\"{name}\")")), "{name}");
    }
    // An input in a folder that is misspelt is replayed by nobody.
    let known: BTreeSet<&str> = names.iter().copied().collect();
    let folders = ["seeds", "found", "dictionaries"].map(|folder| repository("fuzz").join(folder));
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for file in files_below(folder).into_keys() {
            let name = file.split(['/', '.']).next().unwrap();
            assert!(known.contains(name), "{}/{file} is of no target", folder.display());
        }
    }
}

/// Else no target would get beyond the first look at a file.
#[test]
fn the_report_that_bytes_are_put_into_is_a_sound_one() {
    let scratch = tempfile::tempdir().unwrap();
    let names = fuzzing::file_names(scratch.path());
    assert!(names.contains(&"run.json".to_owned()) && names.contains(&"devices.arrow".to_owned()), "{names:?}");
    let (outcome, _) = lastseen::outcome::load(&scratch.path().join("sound")).unwrap();
    assert_eq!(outcome.devices.len(), 3);
    assert!(!outcome.findings.rule.is_empty() && !outcome.steps.is_empty() && !outcome.questions.rule.is_empty());
    (target("outcome").unwrap().run)(&fuzzing::seeds(scratch.path())[0], scratch.path());
    assert!(scratch.path().join("again/report.html").is_file(), "what was loaded was not written");
}

/// The engine is built once for the program and for fuzzing only where both ask for the same.
#[test]
fn fuzzing_builds_the_engine_of_the_program() {
    let lock = |name: &str| {
        let lock: toml::Table = fs::read_to_string(repository(name)).unwrap().parse().unwrap();
        let packages = lock["package"].as_array().unwrap().clone();
        let one = |package: &toml::Value| ["name", "version"].map(|key| package[key].as_str().unwrap()).join(" ");
        packages.iter().map(one).collect::<BTreeSet<String>>()
    };
    let (program, fuzz) = (lock("Cargo.lock"), lock("fuzz/Cargo.lock"));
    let tools = ["lastseen-fuzz", "libfuzzer-sys", "arbitrary"];
    let other: Vec<&String> = fuzz
        .difference(&program)
        .filter(|one| !tools.iter().any(|tool| one.starts_with(&format!("{tool} "))))
        .collect();
    assert!(other.is_empty(), "other versions than in Cargo.lock: {other:?}");
    let manifest = |name: &str| fs::read_to_string(repository(name)).unwrap().parse::<toml::Table>().unwrap();
    let (program, fuzz) = (manifest("Cargo.toml"), manifest("fuzz/Cargo.toml"));
    let (ours, theirs) = (&program["profile"]["release"], &fuzz["profile"]["release"]);
    for key in ["strip", "panic"] {
        assert_eq!(ours[key], theirs[key], "{key}");
    }
    for (name, own) in ours["package"].as_table().unwrap() {
        assert_eq!(Some(own), theirs["package"].get(name), "{name}");
    }
}
