//! No stage names a console in code: what is true of one console is a fact of its file. Where code names one all the same,
//! it is listed here with the reason, and with how often, so that it does not grow back.

use lastseen::console::Registry;

use crate::common::{files_below, has_ending, repository};

/// Sources that name a console, how often, and why that cannot be data.
const NAMED: &[(&str, usize, &str)] = &[
    ("console/registry.rs", 11, "the numbers of the shipped consoles stand in outputs and are never given to another"),
    ("console/shipped.rs", 11, "names for tests"),
    (
        "language/condition.rs",
        1,
        "Entra ID's stamp of activity is too coarse for short thresholds; a guard against a mistake in rules",
    ),
    ("outcome/data/load.rs", 1, "the same column of the device table, in a saved run"),
    ("outcome/data/since.rs", 2, "the same column of the device table, in a saved run"),
    ("outcome/data/tables.rs", 1, "the same column of the device table, in a saved run"),
    ("plan/entry.rs", 2, "the tools that run commands; two are called like a console"),
    ("rules/cases/device.rs", 3, "columns of a made-up device that are false where it has no records"),
    ("run/tables.rs", 3, "a computer that no directory lists is known by the Entra device id of its hybrid device"),
];

/// The code of a source without comments and without tests.
fn code(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    shipped.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("//")).collect()
}

/// Texts in double quotes of a line.
fn texts(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// Whether a text is the name of a console, or a column of the device table that begins with one.
fn names(text: &str, registry: &Registry) -> bool {
    let word = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
    word && (registry.parse(text).is_some() || registry.aggregate_column(text).is_some())
        // A record column is no console's: `intune_id` is the id that any console may name.
        && lastseen::schema::record_field(text).is_none()
}

fn named_in(code: &str, registry: &Registry) -> usize {
    let types = code.matches("Console::").count() - code.matches("Console::parse").count();
    let of_type = |line: &str| {
        line.match_indices("Console::")
            .filter(|(at, word)| line.split_at(at + word.len()).1.starts_with(|c: char| c.is_ascii_uppercase()))
            .count()
    };
    let constants = code.matches(": Self = Self::shipped(").count();
    let by_type: usize = if types == 0 { 0 } else { code.lines().map(of_type).sum() };
    let by_text = code.lines().flat_map(texts).filter(|text| names(text, registry)).count();
    by_type + by_text + constants
}

#[test]
fn no_stage_names_a_console() {
    let registry = Registry::shipped();
    let mut found = Vec::new();
    for (name, content) in files_below(&repository("src")) {
        let file = name.rsplit('/').next().unwrap_or_default();
        if !has_ending(&name, "rs") || file == "tests.rs" || file.starts_with("tests_") {
            continue;
        }
        let times = named_in(&code(&String::from_utf8(content).unwrap()), registry);
        if times > 0 {
            found.push((name, times));
        }
    }
    let expected: Vec<(String, usize)> = NAMED.iter().map(|(name, times, _)| ((*name).to_string(), *times)).collect();
    assert_eq!(found, expected, "make it a fact of the console's file; docs/consoles.md lists them");
}

#[test]
fn the_look_sees_what_it_looks_for() {
    let registry = Registry::shipped();
    for (code, times) in [
        ("if console == Console::Intune {}", 1),
        ("match slug { \"entra\" => 1, \"google-mobile\" => 2 }", 2),
        ("device.column(\"intune_days\")", 1),
        ("console_records.text(\"entra_id\")", 0),
        ("Console::title(\"a sentence about intune\")", 0),
    ] {
        assert_eq!(named_in(code, registry), times, "{code}");
    }
}
