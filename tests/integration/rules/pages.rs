//! What is generated from the rules and stands in the repository: the pages of `docs/rules/`, their places in the book, the JSON
//! Schema.
//!
//! `LASTSEEN_WRITE_DOCS=1 cargo test` writes them anew.

use std::fs;

use lastseen::console::Registry;
use lastseen::rules;
use lastseen::run::{self, Options};

use crate::common::repository;

fn compare(name: &str, made: &str) {
    let path = repository(name);
    if std::env::var_os("LASTSEEN_WRITE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "`{name}` is not what the rules say; write it anew with LASTSEEN_WRITE_DOCS=1");
}

#[test]
fn every_rule_has_its_page() {
    let shipped = run::check(&Options::default()).unwrap().rules;
    let mut index = String::from(
        "# The rules that ship\n\nOne page a rule, made from its file in `rules/findings/`. How to write one of your own is in \
         [Rules](../rules.md).\n",
    );
    let mut sorted: Vec<_> = shipped.iter().collect();
    sorted.sort_by(|a, b| (&a.text.family, &a.text.id).cmp(&(&b.text.family, &b.text.id)));
    let mut family = "";
    for rule in sorted {
        let text = &rule.text;
        if text.family != family {
            family = &text.family;
            index += &format!("\n## {family}\n\n| rule | severity | problem |\n|---|---|---|\n");
        }
        index += &format!("| [`{0}`]({0}.md) | {1} | {2} |\n", text.id, text.severity, text.title);
        compare(&format!("docs/rules/{}.md", text.id), &rules::page(rule));
    }
    compare("docs/rules/README.md", &index);
    compare(CONTENTS, &contents(shipped.iter().map(|rule| rule.text.id.as_str())));
    let pages = fs::read_dir(repository("docs/rules")).unwrap().count();
    assert_eq!(pages, shipped.len() + 1, "a page of a rule that is gone");
}

const CONTENTS: &str = "docs/SUMMARY.md";

/// The contents of the book with the pages of the rules below their list.
fn contents<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let kept = fs::read_to_string(repository(CONTENTS)).unwrap();
    let lines = kept.split_inclusive('\n').filter(|line| !line.starts_with("  - ["));
    let rules: Vec<String> = ids.map(|id| format!("  - [{id}](rules/{id}.md)\n")).collect();
    let rules = rules.concat();
    lines
        .map(|line| if line.contains("](rules/README.md)") { format!("{line}{rules}") } else { line.to_owned() })
        .collect()
}

#[test]
fn the_schema_is_the_one_that_ships() {
    compare(
        "docs/rule.schema.json",
        &(serde_json::to_string_pretty(&rules::json_schema(Registry::shipped())).unwrap() + "\n"),
    );
    let condition = serde_json::to_string_pretty(&rules::condition_schema(Registry::shipped())).unwrap() + "\n";
    compare("docs/condition.schema.json", &condition);
}
