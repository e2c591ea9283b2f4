//! A rule as a page for people, in Markdown: what `lastseen rules show` prints and `docs/rules/` holds.

use std::fmt::Write as _;

use super::describe::{Case, Expect, RuleAction};
use super::rule::{Objects, Rule};
use crate::console::Console;
use crate::language::What;
use crate::prose::wrapped;

/// The page of a rule.
#[must_use]
pub fn page(rule: &Rule) -> String {
    let text = &rule.text;
    let mut page = format!("# {}\n\n", text.title);
    let _ = writeln!(page, "`{}` · {} · severity {}\n", text.id, text.family, severities(rule));
    let _ = writeln!(page, "{}\n", wrapped(&text.why, ""));
    let _ = writeln!(page, "## When it holds\n");
    let _ = writeln!(page, "{}", indented(&rule.condition));
    own_columns(&mut page, rule);
    needs(&mut page, rule);
    let _ = writeln!(page, "## What a finding names\n");
    for objects in &rule.objects {
        let _ = writeln!(page, "- {}", object(objects));
    }
    let shown: Vec<String> = rule.evidence.iter().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(page, "\n{}\n", wrapped(&format!("Its evidence shows {}.", shown.join(", ")), ""));
    let _ = writeln!(page, "## What follows\n\n{}\n", wrapped(intent(text.plan), ""));
    for (_, plan) in &rule.plan_when {
        let said = format!("By circumstance (`plan_when`) something else is asked: {}", intent(*plan));
        let _ = writeln!(page, "{}\n", wrapped(&said, ""));
    }
    follows(&mut page, &text.follows_from);
    for factor in &text.factors {
        let _ = writeln!(page, "{}", wrapped(factor, "- "));
    }
    if !text.factors.is_empty() {
        page.push('\n');
    }
    tests(&mut page, &rule.tests);
    if text.controls.is_empty() && text.references.is_empty() {
        return page;
    }
    let _ = writeln!(page, "## Controls and references\n");
    if !text.controls.is_empty() {
        let _ = writeln!(page, "{}\n", wrapped(&format!("Supports evidence for {}.", text.controls.join(", ")), ""));
    }
    for reference in &text.references {
        let _ = writeln!(page, "- <{reference}>");
    }
    page
}

/// Of which other findings one is a consequence.
fn follows(page: &mut String, rules: &[String]) {
    let names: Vec<String> = rules.iter().map(|name| format!("`{name}`")).collect();
    let said = match names.as_slice() {
        [] => return,
        [one] => format!("Where {one} holds for the same device, it is a consequence of that and is counted with it."),
        _ => format!(
            "Where one of {} holds for the same device, it is a consequence of that and is counted with it.",
            names.join(", ")
        ),
    };
    let _ = writeln!(page, "{}\n", wrapped(&said, ""));
}

fn severities(rule: &Rule) -> String {
    let mut words = vec![rule.text.severity.to_string()];
    words.extend(rule.severity_when.iter().map(|(_, severity)| severity.to_string()));
    words.dedup();
    let conditions = if rule.severity_when.is_empty() { "" } else { ", by circumstance" };
    format!("{}{conditions}", words.join(" or "))
}

fn indented(condition: &str) -> String {
    let lines: Vec<String> = condition.lines().map(|line| format!("    {line}\n")).collect();
    lines.concat()
}

fn own_columns(page: &mut String, rule: &Rule) {
    if rule.derived.is_empty() && rule.after.is_empty() && rule.named.is_empty() {
        return;
    }
    let _ = writeln!(page, "where\n");
    for (name, meaning) in &rule.named {
        let _ = writeln!(page, "{}", wrapped(&format!("`{name}` (shared): {meaning}"), "- "));
    }
    for own in &rule.derived {
        let console = own.console.title();
        let of = own.made.filter.as_ref().map_or_else(String::new, |filter| format!(" with `{}`", filter.text()));
        let said = own.made.text();
        let meaning = match own.made.what {
            What::Any(_) => format!("one of the {console} records{of} has `{said}`"),
            What::All(_) => format!("every one of the {console} records{of} has `{said}`, and there is one"),
            What::Count(None) => format!("number of {console} records{of}"),
            What::Count(Some(_)) => format!("number of {console} records{of} that have `{said}`"),
            What::Newest(_) => format!("newest `{said}` of the {console} records{of}"),
            What::Days(_) => format!("days since the newest `{said}` of the {console} records{of}"),
            What::Live(_) => format!("`{said}` of the live {console} record"),
            What::LiveAge(_) => format!("days since `{said}` of the live {console} record"),
            What::AllFilled(_) => {
                format!("every one of the {console} records has a value in `{said}`, and there is one")
            }
            What::Listed(_) => {
                format!("the console whose object `{said}` of the live {console} record names lists that id")
            }
            What::Held(..) => {
                format!("most devices with the same `{said}` in {console} are in another console")
            }
            What::Rows => format!("the most rows that one list of {console} has of an object of the device"),
            What::Supplied => format!("a list of {console} is there"),
            What::Absent => format!("{console} does not have the device"),
        };
        let _ = writeln!(page, "{}", wrapped(&format!("`{}`: {meaning}", own.name), "- "));
    }
    if !rule.after.is_empty() {
        let names: Vec<String> = rule.after.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "{}", wrapped(&format!("`flagged`: one of {} holds", names.join(", ")), "- "));
    }
    page.push('\n');
}

fn needs(page: &mut String, rule: &Rule) {
    let (needs, absence) = rule.demands();
    if needs.is_empty() && absence.is_empty() {
        return;
    }
    let mut said = Vec::new();
    if !needs.is_empty() {
        said.push(format!("It runs where these are loaded: {}.", needs.join(", ")));
    }
    if !absence.is_empty() {
        said.push(format!(
            "It concludes from what is missing, so the list of {} must be complete.",
            absence.join(", ")
        ));
    }
    let _ = writeln!(page, "{}\n", wrapped(&said.join(" "), ""));
}

fn object(objects: &Objects) -> String {
    let console = objects.console.map_or("every console", Console::title);
    match &objects.text {
        None => format!("every record of the device in {console}"),
        Some(text) => format!("records in {console} with `{text}`"),
    }
}

const fn intent(intent: RuleAction) -> &'static str {
    match intent {
        RuleAction::Remove => "The device is to leave service: the plan has the steps for it, in their safe order.",
        RuleAction::Objects => "Only the objects that the finding names are to go; the device stays.",
        RuleAction::Reconnect => "The device is to be managed again; nothing is removed.",
        RuleAction::Review => "A person has to look; nothing is removed.",
    }
}

/// The tests say what the rule is sure of, better than prose.
fn tests(page: &mut String, tests: &[Case]) {
    let _ = writeln!(page, "## Shown by its tests\n");
    for (expect, title) in
        [(Expect::Match, "holds"), (Expect::Pass, "does not hold"), (Expect::Unknown, "cannot be known")]
    {
        let own: Vec<&Case> = tests.iter().filter(|case| case.expect == expect).collect();
        if !own.is_empty() {
            let _ = writeln!(page, "It {title}:\n");
            for case in own {
                let _ = writeln!(page, "{}", wrapped(&case.name, "- "));
            }
            page.push('\n');
        }
    }
}
