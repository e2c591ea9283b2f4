//! What packages say is what `Cargo.toml` says. That they can be built and installed, `tests/packages/run` shows.

use std::collections::BTreeSet;
use std::fs;

use crate::common::{files_below, repository};
use crate::links::{links, pages, resolved};

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

/// A list in a script: what stands between quotes behind its name.
fn list(script: &str, name: &str) -> Vec<String> {
    let text = script.split_once(&format!("\n{name} = [")).unwrap().1.split_once(']').unwrap().0;
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What the archive holds of the repository and what the Debian package does, by the path in the repository, where a page keeps
/// its place beside the others.
fn packed() -> [(&'static str, BTreeSet<String>); 2] {
    let below = |folder: &str| -> Vec<String> {
        files_below(&repository(folder)).into_keys().map(|name| format!("{folder}/{name}")).collect()
    };
    let script = read("packaging/archive");
    let mut archive: BTreeSet<String> = list(&script, "FOLDERS").iter().flat_map(|folder| below(folder)).collect();
    archive.extend(list(&script, "DOCUMENTS").into_iter().filter(|name| !name.contains('/')));
    let cargo = parsed("Cargo.toml");
    let mut deb = BTreeSet::new();
    for asset in cargo["package"]["metadata"]["deb"]["assets"].as_array().unwrap() {
        let (from, to) = (asset[0].as_str().unwrap(), asset[1].as_str().unwrap());
        let Some(place) = to.strip_prefix("usr/share/doc/lastseen/") else { continue };
        match from.rsplit_once("/*") {
            Some((folder, ending)) => {
                assert_eq!(place, format!("{folder}/"), "pages link to it where it is in the repository");
                let depth = folder.matches('/').count() + 1;
                let beside = |name: &String| name.ends_with(ending) && name.matches('/').count() == depth;
                let found: Vec<String> = below(folder).into_iter().filter(beside).collect();
                assert!(!found.is_empty(), "{from} is no file");
                deb.extend(found);
            }
            None => drop(deb.insert(from.to_owned())),
        }
    }
    [("the archive", archive), ("the Debian package", deb)]
}

/// Whoever has nothing but the package reads the guide there, and does the first audit with what lies beside it.
#[test]
fn what_a_packed_page_links_to_is_packed() {
    let pages = pages();
    for (package, files) in packed() {
        let mut lost = Vec::new();
        for (name, text) in pages.iter().filter(|(name, _)| files.contains(*name)) {
            let beside = |link: &&str| !link.contains("://") && !link.starts_with("mailto:") && !link.starts_with('#');
            for link in links(text).into_iter().filter(beside) {
                let target = resolved(name, link.split('#').next().unwrap());
                if !files.contains(&target) {
                    lost.push(format!("{name}: `{link}`"));
                }
            }
        }
        assert_eq!(lost, Vec::<String>::new(), "{package} does not hold what its pages link to");
        for file in files_below(&repository("sample-data")).into_keys() {
            assert!(files.contains(&format!("sample-data/{file}")), "{package} lacks sample-data/{file}");
        }
        assert!(files.contains("README.md") && files.contains("docs/guide/first-audit.md"), "{package}");
    }
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

/// An action that is named by a tag is another one tomorrow.
fn assert_pinned(name: &str, text: &str) {
    for line in text.lines().filter(|line| line.contains("uses: ")) {
        let (_, pin) = line.split_once('@').unwrap();
        let commit = pin.split(' ').next().unwrap();
        let whole = commit.len() == 40 && commit.bytes().all(|sign| sign.is_ascii_hexdigit());
        assert!(whole && pin.contains(" # v"), "{name}: {line}");
    }
}

/// What is fuzzed has a lock file of its own, which a new dependency of the program leaves behind.
#[test]
fn what_is_fuzzed_is_locked_with_what_the_program_is_made_of() {
    let locked = |file: &str| -> Vec<String> {
        let text = read(file);
        let own = text.split_once("name = \"lastseen\"\n").unwrap().1.split_once("dependencies = [").unwrap().1;
        let names = own.split_once(']').unwrap().0.split('"').skip(1).step_by(2);
        names.map(|name| name.split(' ').next().unwrap().to_owned()).collect()
    };
    let manifest = read("Cargo.toml");
    let made_of = manifest.split_once("\n[dependencies]\n").unwrap().1.split_once("\n[dev-dependencies]").unwrap().0;
    let fuzzed = locked("fuzz/Cargo.lock");
    let own: Vec<String> =
        locked("Cargo.lock").into_iter().filter(|name| made_of.contains(&format!("\n{name} = "))).collect();
    assert!(own.len() > 20, "{own:?}");
    let missing: Vec<&String> = own.iter().filter(|name| !fuzzed.contains(name)).collect();
    assert!(missing.is_empty(), "fuzz/Cargo.lock lacks {missing:?}: cargo update --workspace in fuzz/");
}

/// A branch is protected by the name of one job. It must wait for all others, and fail where one did not succeed.
#[test]
fn the_last_check_waits_for_every_other() {
    let text = read(".github/workflows/ci.yml");
    let jobs = text.split_once("\njobs:\n").unwrap().1;
    let named = |line: &str| Some(line.strip_prefix("  ")?.strip_suffix(':')?.to_owned());
    let all: Vec<String> = jobs.lines().filter_map(named).filter(|name| !name.starts_with([' ', '#'])).collect();
    let (last, others) = all.split_last().unwrap();
    assert_eq!(last, "gate");
    let needs = jobs.rsplit_once("needs: [").unwrap().1.split_once(']').unwrap().0;
    assert_eq!(needs.split(", ").collect::<Vec<_>>(), others);
}

#[test]
fn workflows_pin_what_they_use_and_may_do_nothing_by_default() {
    // What readers copy is no worse than what is used here.
    assert_pinned("docs/guide/unattended.md", &read("docs/guide/unattended.md"));
    for (name, bytes) in files_below(&repository(".github/workflows")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("\npermissions: {}\n"), "{name}");
        assert_pinned(&name, &text);
        // A tool without a version is another one tomorrow.
        for line in text.lines().filter(|line| line.contains("cargo install") || line.contains("pipx run")) {
            assert!(line.contains('@') || line.contains("=="), "{name}: {line}");
        }
    }
}
