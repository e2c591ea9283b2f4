//! What people write: formats, rules, playbooks, decisions, exceptions, configuration, provenance.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use super::{must, written};
use crate::assets::{self, Files};
use crate::config::Config;
use crate::console::Registry;
use crate::error::Problem;
use crate::formats::Format;
use crate::history::{self, Exceptions};
use crate::identity::Thresholds;
use crate::plan::{Parameters, Playbooks};
use crate::rules::{self, Conditions, Names, Rule};
use crate::run::decisions as asked;

/// What ships.
struct Shipped {
    files: Files,
    conditions: Conditions,
    rules: Vec<Rule>,
}

static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| {
    let files = must(assets::rules(None));
    let conditions = must(Conditions::load(&files));
    let rules = must(rules::load(&files, &conditions));
    Shipped { files, conditions, rules }
});

const PARAMETERS: Parameters = Parameters { delete_days: 120, inactive_days: 90, pending_days: 14 };

/// A mistake is told with the file that it is in, and in words.
fn told(problems: &[Problem]) {
    assert!(!problems.is_empty(), "something is wrong, and nobody says what");
    for problem in problems {
        assert!(!problem.message.is_empty(), "{problem:?}");
    }
}

/// What follows a key at the beginning of a line.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let found = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?.trim();
    let plain = |word: &str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (!found.is_empty() && plain(found)).then_some(found)
}

/// A file of `rules/formats/`.
pub(super) fn formats(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let id = text.lines().find_map(|line| line.strip_prefix("id:")).map_or("intune/any", str::trim);
    match Format::parse(&format!("formats/{id}.yaml"), &text, Registry::shipped()) {
        Ok(format) => {
            let header: Vec<String> = format.sources().map(|(name, _)| name.to_string()).collect();
            let _ = (format.because(&header), format.identifying(), format.width());
        }
        Err(problems) => told(&problems),
    }
}

/// A file of `rules/findings/`, with its own tests.
pub(super) fn rules(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let path = format!("findings/stale/{}.yaml", value_of(&text, "id").unwrap_or("any"));
    match rules::load(&Files::from([(path, text)]), &SHIPPED.conditions) {
        Ok(rules) => rules.iter().for_each(|rule| drop(rules::run_cases(rule))),
        Err(problems) => told(&problems),
    }
}

/// A file of `rules/conditions/`, with its own tests.
pub(super) fn conditions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let path = format!("conditions/{}.yaml", value_of(&text, "name").unwrap_or("any"));
    match Conditions::load(&Files::from([(path, text)])) {
        Ok(conditions) => conditions.iter().for_each(|one| drop(rules::run_condition_cases(one))),
        Err(problems) => told(&problems),
    }
}

/// A file of `rules/playbooks/` in the place of the shipped one of its name, or beside them.
pub(super) fn playbooks(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let path = format!("playbooks/{}.yaml", value_of(&text, "playbook").unwrap_or("any"));
    let mut files = assets::under(&SHIPPED.files, "playbooks/");
    files.retain(|(own, _)| *own != path);
    files.push((path.clone(), text));
    match Playbooks::load(&files, &PARAMETERS) {
        Ok(playbooks) => drop(playbooks.run_tests(&BTreeSet::from([path]))),
        Err(problems) => told(&problems),
    }
}

/// A decisions file: YAML where it begins like a list, else any table.
pub(super) fn decisions(bytes: &[u8], scratch: &Path) {
    let name = if bytes.starts_with(b"- ") || bytes.starts_with(b"#") { "decisions.yaml" } else { "decisions.csv" };
    let _ = asked::load(&written(scratch, name, bytes));
}

/// A log of executed commands.
pub(super) fn log(bytes: &[u8], scratch: &Path) {
    let _ = asked::log(&written(scratch, "lastseen-log.csv", bytes));
}

/// A file with exceptions.
pub(super) fn exceptions(bytes: &[u8], scratch: &Path) {
    let path = written(scratch, "exceptions.yaml", bytes);
    if let Ok(exceptions) = Exceptions::read(&path, &Names::new(&SHIPPED.rules)) {
        let states = exceptions.states(&vec![0; exceptions.list.len()], 0);
        let _ = (exceptions.renamed(), exceptions.notices(&states));
    }
}

/// `lastseen.toml`.
pub(super) fn configuration(bytes: &[u8], scratch: &Path) {
    if let Ok(config) = Config::read(&written(scratch, "lastseen.toml", bytes)) {
        config.apply(&mut Thresholds::default());
        let _ = config.all_markers(&SHIPPED.files);
    }
}

/// `provenance.yaml`.
pub(super) fn provenance(bytes: &[u8]) {
    match history::provenance("provenance.yaml", &String::from_utf8_lossy(bytes)) {
        Ok(list) => {
            let names: Vec<String> = list.iter().map(|one| one.file.clone()).collect();
            // The form with these names is one that can be read.
            if let Err(problems) = history::provenance("provenance.yaml", &history::form(&names)) {
                panic!("{problems:?}");
            }
        }
        Err(problems) => told(&problems),
    }
}
