//! Rules and settings that would overflow the stack, fill the memory or take for ever.

use std::fmt::Write as _;

use super::{entra, row, within};
use crate::common::Place;

const RULE: &str = "id: mine\ntitle: Mine\nseverity: low\nwhen: WHEN\nobjects: [{console: all}]\nevidence: [name]\n\
                    plan: review\nwhy: Because.\nsummary: \"{devices} {are} mine.\"\ntests: []\n";

fn checked(rule: &str) -> (i32, String) {
    let place = Place::new();
    place.write("in/entra.csv", entra((0..3).map(|number| row(number, "PC"))));
    place.write("rules/findings/own/mine.yaml", rule);
    let cost = within(&place, &["analyze", "in", "--rules", "rules", "--out", "out"]);
    (cost.code, cost.said)
}

fn condition(text: &str) -> String {
    let (code, said) = checked(&RULE.replace("WHEN", &format!("'{}'", text.replace('\'', "''"))));
    assert_eq!(code, 5, "{said}");
    said
}

#[test]
fn conditions_have_a_length_a_depth_and_a_list_of_functions() {
    for (text, words) in [
        (vec!["intune_count > 1"; 5_000].join(" OR "), "is longer than 8000 characters"),
        (vec!["a"; 300].join(" OR "), "has more than 250 operators, functions and cases"),
        ("NOT ".repeat(300) + "a", "has more than 250 operators"),
        ("- ".repeat(300) + "1 = intune_count", "has more than 250 operators"),
        ("(".repeat(40) + "a" + &")".repeat(40), "more than 32 brackets inside each other"),
        (format!("name = '{}'", "x".repeat(1_001)), "a text of more than 1000 characters"),
        ("lpad(name, 2000000000) = 'x'".into(), "`lpad` is no function that a condition may call"),
        ("name = 'x' OR rpad (name, 2000000000) = 'x'".into(), "`rpad` is no function"),
        ("repeat(name, 2000000000) = 'x'".into(), "`repeat` is no function"),
        ("replace(replace(name, 'a', 'aaaa'), 'a', 'aaaa') = 'x'".into(), "`replace` is no function"),
        ("name = 'x' --'\n OR lpad(name, 2000000000) = 'x'".into(), "has a comment or a sign that no condition needs"),
        ("name /*'*/ = lpad(name, 2000000000) /*'*/".into(), "has a comment or a sign"),
        ("name = E'\\'' OR lpad(name, 2000000000) = 'x'".into(), "puts a letter right before a text"),
        ("\"'\" = lpad(name, 2000000000) OR name = \"'\"".into(), "`lpad` is no function"),
        ("`name` = 'x'".into(), "has a comment or a sign"),
    ] {
        let said = condition(&text);
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_condition_at_the_limits_is_judged() {
    let text = vec!["name = 'a'"; 120].join(" OR ");
    let tests = "tests:\n  - {name: a, given: {name: a}, expect: match}\n  - {name: b, given: {name: b}, expect: pass}\n  \
                 - {name: c, given: {name: null}, expect: unknown}\n";
    let rule = RULE.replace("tests: []\n", tests);
    let (code, said) = checked(&rule.replace("WHEN", &format!("\"{text}\"")));
    assert_eq!(code, 0, "{said}");
}

#[test]
fn nested_yaml_is_refused_wherever_it_stands() {
    let deep = format!("a: {}", "[".repeat(200_000));
    let (code, said) = checked(&deep);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("nested deeper than 32 levels"), "{said}");
    let mut laughs = String::from("a0: &a0 [x, x]\n");
    for level in 1..30 {
        writeln!(laughs, "a{level}: &a{level} [*a{0}, *a{0}]", level - 1).unwrap();
    }
    let place = Place::new();
    place.write("in/entra.csv", entra((0..3).map(|number| row(number, "PC"))));
    place.write("deep.yaml", &deep);
    place.write("laughs.yaml", &laughs);
    place.write("deep.toml", format!("a = {}", "[".repeat(200_000)));
    for folder in ["formats/own", "playbooks", "findings/own"] {
        place.write(&format!("deep/{folder}/mine.yaml"), &deep);
        place.write(&format!("laughs/{folder}/mine.yaml"), &laughs);
    }
    for arguments in [
        ["analyze", "in", "--exceptions", "deep.yaml"],
        ["analyze", "in", "--decisions", "deep.yaml"],
        ["analyze", "in", "--config", "deep.toml"],
        ["analyze", "in", "--rules", "deep"],
        ["analyze", "in", "--exceptions", "laughs.yaml"],
        ["analyze", "in", "--decisions", "laughs.yaml"],
        ["analyze", "in", "--rules", "laughs"],
    ] {
        let cost = within(&place, &arguments);
        assert_eq!(cost.code, 5, "{arguments:?}: {}", cost.said);
        assert!(cost.time.as_secs() < 20, "{arguments:?}: {:?}", cost.time);
    }
}

#[cfg(unix)]
#[test]
fn folders_that_lead_into_each_other_are_walked_once() {
    let place = Place::new();
    place.write("in/entra.csv", entra((0..3).map(|number| row(number, "PC"))));
    for name in ["a", "b", "c"] {
        std::fs::create_dir_all(place.path("rules/x")).unwrap();
        std::os::unix::fs::symlink(place.path("rules/x"), place.path(&format!("rules/x/{name}"))).unwrap();
    }
    let cost = within(&place, &["analyze", "in", "--rules", "rules", "--out", "out"]);
    assert_eq!(cost.code, 0, "{}", cost.said);
}
