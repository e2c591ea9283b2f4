//! What the program is made of: every crate is listed with its licence, and every licence is one that the policy accepts.
//!
//! `licences/collect` writes the list for all systems, which needs the crates of all of them; here it is held to the lock file, and
//! to what is built for this system.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::common::{Place, repository};
use crate::offline::NETWORK;

/// Name and version.
type Crate = (String, String);

fn read(name: &str) -> String {
    fs::read_to_string(repository(name)).unwrap()
}

/// The crates of the list, with their licences.
fn listed() -> BTreeMap<Crate, Vec<String>> {
    let text = read("licences/third-party.txt");
    let list = text.split("\n====").next().unwrap();
    let entry = |line: &str| {
        let (of, licences) = line.split_once(": ")?;
        let (name, version) = of.split_once(' ')?;
        version.starts_with(|sign: char| sign.is_ascii_digit()).then(|| {
            let licences = licences.split(" AND ").map(str::to_owned).collect();
            ((name.to_owned(), version.to_owned()), licences)
        })
    };
    let found: BTreeMap<_, _> = list.lines().filter_map(entry).collect();
    assert!(found.len() > 100, "{} crates are listed", found.len());
    found
}

/// What cargo says.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(repository("."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_crate_of_the_lock_file_is_built_in_and_listed_or_not_built_in() {
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let text = |of: &toml::Value, key: &str| of.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let locked: BTreeSet<Crate> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one.get("source").is_some())
        .map(|one| (text(one, "name").unwrap(), text(one, "version").unwrap()))
        .collect();
    let not_built = read("licences/not-built.txt");
    let not_built = not_built.lines().filter(|line| !line.starts_with('#'));
    let not_built: BTreeSet<Crate> =
        not_built.map(|line| line.split_once(' ').unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let listed: BTreeSet<Crate> = listed().into_keys().collect();
    assert_eq!(listed.intersection(&not_built).count(), 0);
    let accounted: BTreeSet<Crate> = listed.union(&not_built).cloned().collect();
    let new: Vec<_> = locked.difference(&accounted).collect();
    let gone: Vec<_> = accounted.difference(&locked).collect();
    assert!(new.is_empty() && gone.is_empty(), "run licences/collect: new are {new:?}, gone are {gone:?}");
}

#[test]
fn what_is_built_for_this_system_is_listed_under_a_licence_that_its_manifest_names() {
    let tree = cargo(&["tree", "-e", "normal,no-proc-macro", "--prefix", "none"]);
    let part = |line: &str| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    };
    let built: BTreeSet<Crate> = tree.lines().filter_map(part).filter(|(name, _)| name != "lastseen").collect();
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--filter-platform", &host()])).unwrap();
    let listed = listed();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let own = (package["name"].as_str().unwrap().to_owned(), package["version"].as_str().unwrap().to_owned());
        if !built.contains(&own) {
            continue;
        }
        seen += 1;
        let licences =
            listed.get(&own).unwrap_or_else(|| panic!("run licences/collect: {own:?} is built in, and not listed"));
        let expression = package["license"].as_str().unwrap();
        let words: BTreeSet<&str> = expression.split([' ', '/', '(', ')']).collect();
        for licence in licences {
            assert!(
                words.contains(licence.as_str()),
                "{own:?} is listed under {licence}, and its manifest says {expression}"
            );
        }
        // What must be kept together is kept together.
        assert!(!expression.contains(" AND ") || licences.len() > 1, "{own:?}: {expression}");
    }
    assert_eq!(seen, built.len());
}

/// The system that the tests were built for.
fn host() -> String {
    let rustc = Command::new("rustc").arg("-vV").current_dir(repository(".")).output().unwrap();
    let said = String::from_utf8(rustc.stdout).unwrap();
    said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

#[test]
fn every_licence_is_accepted_and_nothing_that_is_listed_reaches_a_network() {
    let policy: toml::Table = read("deny.toml").parse().unwrap();
    let accepted: BTreeSet<&str> =
        policy["licenses"]["allow"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for ((name, version), licences) in listed() {
        for licence in licences {
            assert!(accepted.contains(licence.as_str()), "{name} {version}: {licence}");
        }
        assert!(!NETWORK.contains(&name.as_str()), "{name} reaches a network");
    }
}

#[test]
fn the_text_of_every_licence_is_there() {
    let text = read("licences/third-party.txt");
    let headings: Vec<&str> =
        text.lines().zip(text.lines().skip(1)).filter(|(a, _)| a.starts_with("====")).map(|(_, b)| b).collect();
    for ((name, version), licences) in listed() {
        for licence in licences {
            let own = format!("{name} {version}");
            let heads = |line: &&&str| {
                line.split_once(": ")
                    .is_some_and(|(of, users)| of == licence && users.split(", ").any(|user| user == own))
            };
            assert!(headings.iter().find(heads).is_some(), "{own}: no text of {licence}");
        }
    }
    assert!(text.contains("GNU LESSER GENERAL PUBLIC LICENSE"), "the static program has the C library in it");
}

#[test]
fn the_program_prints_the_list() {
    for name in ["licenses", "licences"] {
        let run = Place::new().run(&[name]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert!(run.stdout == read("licences/third-party.txt"), "the program prints another list");
    }
}
