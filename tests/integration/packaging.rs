//! What packages say is what `Cargo.toml` says. That they can be built and installed, `tests/packages/run` shows.

use std::collections::BTreeSet;
use std::fs;

use crate::common::{files_below, repository};

fn read(name: &str) -> String {
    fs::read_to_string(repository(name)).unwrap()
}

fn parsed(name: &str) -> toml::Table {
    read(name).parse().unwrap()
}

/// A text of `[package]`.
fn package(key: &str) -> String {
    parsed("Cargo.toml")["package"][key].as_str().unwrap().to_owned()
}

/// The manifests for package managers of others, by their path.
fn manifests() -> Vec<(String, String)> {
    let all = files_below(&repository("packaging")).into_iter().filter(|(name, _)| name.contains('/'));
    all.map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect()
}

/// The systems that are built for release.
fn released() -> BTreeSet<String> {
    let workflow = read(".github/workflows/release.yml");
    let target = |line: &str| Some(line.split_once("target: ")?.1.trim_end_matches([' ', '}']).to_owned());
    workflow.lines().filter(|line| line.contains("{ runner:")).filter_map(target).collect()
}

#[test]
fn the_wheel_has_the_name_and_takes_the_version_of_the_program() {
    let wheel = parsed("pyproject.toml");
    let project = &wheel["project"];
    assert_eq!(project["name"].as_str(), Some(package("name").as_str()));
    assert_eq!(project["license"].as_str(), Some(package("license").as_str()));
    let taken: Vec<&str> = project["dynamic"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert!(taken.contains(&"version") && taken.contains(&"description"), "{taken:?}");
    assert_eq!(wheel["tool"]["maturin"]["bindings"].as_str(), Some("bin"));
    for file in project["license-files"].as_array().unwrap() {
        let file = file.as_str().unwrap();
        assert!(repository(file).is_file(), "{file}");
    }
}

#[test]
fn the_debian_package_has_the_program_its_pages_and_its_licences() {
    let cargo = parsed("Cargo.toml");
    let deb = &cargo["package"]["metadata"]["deb"];
    let assets: Vec<(&str, &str)> = deb["assets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asset| (asset[0].as_str().unwrap(), asset[1].as_str().unwrap()))
        .collect();
    for (from, to) in &assets {
        let folder = from.rsplit_once('/').map_or(".", |(folder, _)| folder);
        assert!(from.starts_with("target/release/") || repository(folder).is_dir(), "{from}");
        assert!(!to.starts_with('/'), "{to}");
    }
    for place in ["usr/bin/", "usr/share/man/man1/", "usr/share/bash-completion/completions/lastseen"] {
        assert!(assets.iter().any(|(_, to)| to == &place), "nothing goes to {place}");
    }
    assert!(assets.iter().any(|(from, _)| *from == "licences/third-party.txt"));
}

#[test]
fn manifests_name_archives_that_are_released_and_no_version_of_their_own() {
    let released = released();
    assert_eq!(released.len(), 5, "{released:?}");
    let (version, description) = (package("version"), package("description"));
    let mut named = BTreeSet::new();
    for (name, text) in manifests() {
        assert!(text.contains("@VERSION@") && !text.contains(&version), "{name}");
        let said = text.lines().filter(|line| line.contains("Find stale")).count();
        let short = description.split(", and plan").next().unwrap();
        assert_eq!(said, text.lines().filter(|line| line.contains(short)).count(), "{name} describes another program");
        for part in text.split("lastseen-@VERSION@-").skip(1) {
            let file = part.split(['"', '@', '\n', '\\', '\'']).next().unwrap();
            named.insert(file.trim_end_matches(".tar.gz").trim_end_matches(".zip").to_owned());
        }
    }
    assert_eq!(named, released, "the archives of the manifests are not those of the release");
    let script = read("packaging/manifests");
    for (name, _) in manifests() {
        assert!(script.contains(&format!("\"{name}\"")), "packaging/manifests does not fill in {name}");
    }
}

#[test]
fn licences_are_collected_for_the_systems_that_are_released() {
    let script = read("licences/collect");
    let list = script.split_once("TARGETS = [").unwrap().1.split_once(']').unwrap().0;
    let targets: BTreeSet<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert_eq!(targets, released());
    // Dependencies are judged for the same systems, and perhaps for more.
    let policy = parsed("deny.toml");
    let judged: Vec<&str> =
        policy["graph"]["targets"].as_array().unwrap().iter().map(|target| target.as_str().unwrap()).collect();
    for target in released() {
        assert!(judged.contains(&target.as_str()), "deny.toml does not look at {target}");
    }
}

#[test]
fn the_compiler_of_the_tests_is_the_oldest_that_is_promised() {
    let toolchain = parsed("rust-toolchain.toml");
    let pinned = toolchain["toolchain"]["channel"].as_str().unwrap().to_owned();
    assert!(pinned.starts_with(&package("rust-version")), "the tests use {pinned}");
}

#[test]
fn workflows_pin_what_they_use_and_may_do_nothing_by_default() {
    for (name, bytes) in files_below(&repository(".github/workflows")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("\npermissions: {}\n"), "{name}");
        for line in text.lines().filter(|line| line.contains("uses: ")) {
            let (_, pin) = line.split_once('@').unwrap();
            let commit = pin.split(' ').next().unwrap();
            let whole = commit.len() == 40 && commit.bytes().all(|sign| sign.is_ascii_hexdigit());
            assert!(whole && pin.contains(" # v"), "{name}: {line}");
        }
        // A tool without a version is another one tomorrow.
        for line in text.lines().filter(|line| line.contains("cargo install") || line.contains("pipx run")) {
            assert!(line.contains('@') || line.contains("=="), "{name}: {line}");
        }
    }
}
