//! Which part may name what. The rules are those of the design; each breach says where it is.

use std::fs;

use crate::common::{files_below, has_ending, repository};

/// The sources below `src`: name, and the text without comments and without tests.
fn sources() -> Vec<(String, String)> {
    files_below(&repository("src"))
        .into_iter()
        .filter(|(name, _)| has_ending(name, "rs") && !is_test(name))
        .map(|(name, content)| (name, code(&String::from_utf8(content).unwrap())))
        .collect()
}

fn is_test(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|file| file == "tests.rs" || file.starts_with("tests_"))
}

fn code(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    shipped.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("//")).collect()
}

/// Fails where a file or folder below `src` is gone: a guard that watches nothing would pass for ever.
#[track_caller]
fn must_exist(places: &[&str]) {
    for place in places {
        assert!(repository("src").join(place).exists(), "src/{place} is gone; say here where it went");
    }
}

/// Sources outside the given places that have one of the words.
#[track_caller]
fn breaches(allowed: &[&str], words: &[&str]) -> Vec<String> {
    must_exist(allowed);
    let mut found = Vec::new();
    for (name, code) in sources() {
        if allowed.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        for (number, line) in code.lines().enumerate() {
            for word in words.iter().filter(|word| names(line, word)) {
                found.push(format!("src/{name}: `{word}` in code line {}: {}", number + 1, line.trim()));
            }
        }
    }
    found
}

/// Whether a line has a word that is not the end of a longer one.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(at, _)| !line.split_at(at).0.ends_with(|before: char| before.is_alphanumeric() || before == '_'))
}

const NONE: &[String] = &[];

#[test]
fn there_is_something_to_look_at() {
    let names: Vec<String> = sources().into_iter().map(|(name, _)| name).collect();
    for expected in ["lib.rs", "main.rs", "run.rs", "cli/mod.rs", "report/mod.rs", "identity/mod.rs", "table.rs"] {
        assert!(names.iter().any(|name| name == expected), "{expected}");
    }
    assert!(names.len() > 50);
}

#[test]
fn the_engine_stays_behind_the_tables() {
    let allowed =
        ["read/", "formats/", "frame/", "language/", "doctor/", "identity/", "coverage/", "rules/", "run/", "run.rs"];
    assert_eq!(breaches(&allowed, &["polars", "polars_arrow", "polars_io"]), NONE);
}

#[test]
fn only_the_command_line_prints() {
    let words = ["println!", "eprintln!", "print!", "eprint!", "stdout()", "stderr()", "dbg!"];
    assert_eq!(breaches(&["cli/", "main.rs"], &words), NONE);
}

#[test]
fn only_the_command_line_reads_the_environment() {
    let words = ["std::env", "env::var", "env::args", "current_dir", "option_env!"];
    assert_eq!(breaches(&["cli/", "main.rs"], &words), NONE);
}

#[test]
fn nobody_reads_the_clock() {
    assert_eq!(breaches(&[], &["SystemTime", "UNIX_EPOCH", "Utc::now", "Local::now", "Local"]), NONE);
    assert_eq!(breaches(&["cli/"], &["Instant"]), NONE);
}

#[test]
fn nobody_opens_a_connection_or_starts_a_program() {
    assert_eq!(
        breaches(&[], &["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "process::Command", "Command::new"]),
        NONE
    );
}

#[test]
fn only_the_command_line_ends_the_process() {
    assert_eq!(breaches(&["cli/", "main.rs"], &["process::exit", "process::abort", "ExitCode"]), NONE);
}

/// The modules that a source names.
fn named_modules(code: &str) -> Vec<String> {
    let part = |rest: &str| rest.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect();
    let direct = code.split("crate::").skip(1).map(part).filter(|module: &String| !module.is_empty());
    // `use crate::{a, b::c}`
    let lists = code.split("crate::{").skip(1).filter_map(|rest| rest.split_once("};"));
    direct.chain(lists.flat_map(|(list, _)| list.split(',').map(|one| part(one.trim())))).collect()
}

#[test]
fn what_everybody_uses_uses_nobody() {
    let bottom = ["notice.rs", "error.rs", "ids.rs", "time.rs", "prose.rs", "schema/"];
    must_exist(&bottom);
    let module = |place: &str| place.trim_end_matches(".rs").trim_end_matches('/').to_owned();
    let known = bottom.map(module);
    for (name, code) in sources() {
        let Some(place) = bottom.iter().find(|place| name.starts_with(*place)) else { continue };
        for module in named_modules(&code) {
            assert!(known.contains(&module), "src/{name} uses `crate::{module}`");
        }
        assert!(place.ends_with('/') || !code.contains("super::"), "src/{name}");
        assert!(!code.contains("super::super::"), "src/{name}");
    }
}

/// Data goes one way: no stage names one that comes after it.
#[test]
fn no_stage_names_a_later_one() {
    let stages = [
        "read", "formats", "doctor", "identity", "coverage", "rules", "history", "plan", "outcome", "compare",
        "report", "cli",
    ];
    must_exist(&stages);
    let mut found = Vec::new();
    for (name, code) in sources() {
        let Some(own) = stages.iter().position(|stage| name.starts_with(&format!("{stage}/"))) else { continue };
        for later in &stages[own + 1..] {
            if named_modules(&code).iter().any(|module| module == later) {
                found.push(format!("src/{name} uses `crate::{later}`"));
            }
        }
    }
    assert_eq!(found, NONE);
}

/// Whoever spells the name of the manifest by itself is about to read it by itself, with an idea of its own of a damaged one.
#[test]
fn files_of_a_report_that_several_stages_know_are_spelled_once() {
    let names = ["evidence/manifest.json", "evidence/SHA256SUMS", "workbook.xlsx", "data/run.json"];
    assert_eq!(breaches(&["schema/file_names.rs", "outcome/data/mod.rs"], &names), NONE);
}

#[test]
fn every_file_of_tests_is_run() {
    let main = fs::read_to_string(repository("tests/integration/main.rs")).unwrap();
    for name in files_below(&repository("tests/integration")).into_keys() {
        let module = name.trim_end_matches("/mod.rs").trim_end_matches(".rs");
        if has_ending(&name, "rs") && !module.contains('/') && module != "main" {
            assert!(main.contains(&format!("\nmod {module};\n")), "tests/integration/{name} is in no list of modules");
        }
    }
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    let vague = ["utils", "util", "helpers", "helper", "common", "misc", "prelude"];
    for (name, _) in sources() {
        for part in name.trim_end_matches(".rs").split('/') {
            assert!(!vague.contains(&part), "src/{name}");
        }
    }
}

#[test]
fn every_dependency_says_why() {
    let text = fs::read_to_string(repository("Cargo.toml")).unwrap();
    let (mut section, mut before, mut open, mut seen) = (String::new(), "", false, 0);
    for line in text.lines() {
        if line.starts_with('[') {
            section = line.to_owned();
        } else if section.ends_with("dependencies]") && !open && !line.starts_with('#') && line.contains('=') {
            assert!(before.starts_with("# "), "{line} has no comment above it");
            seen += 1;
        }
        // A list of features may go over several lines.
        open = (open || line.ends_with('[')) && !line.starts_with(']') && section.ends_with("dependencies]");
        before = line;
    }
    assert!(seen > 15, "{seen} dependencies were looked at");
}
