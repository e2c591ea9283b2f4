//! Devices to findings: rules in YAML, their conditions in SQL over the device table, three-valued.
//!
//! A rule is compiled in stages (parse, refuse what a condition may not be, dry run on a table without rows) before any
//! data is looked at, and each is evaluated on its own: a failing rule is that rule's outcome and nobody else's. A
//! device for which the condition is null is counted as unknown; it is neither a match nor a pass.

mod absence;
mod asked;
mod cases;
mod compile;
mod conditions;
mod describe;
mod evaluate;
mod findings;
mod follows;
mod json_schema;
mod lists;
mod names;
mod objects;
mod outdated;
mod page;
mod questions;
mod rule;
mod show;
mod whereabouts;

use crate::assets::{Files, under};
use crate::error::Problem;
use crate::schema::{instead, nearest};

pub use asked::{Asked, of_rule};
pub use cases::run_cases;
pub use conditions::{Condition, Conditions, run_condition_cases};
pub use describe::{RuleAction, Text};
pub use evaluate::{EvalContext, Judgement, RuleStory, explain, judge};
pub use findings::{Findings, Tally};
pub use follows::Causes;
pub use json_schema::{condition_schema, json_schema};
pub use names::{Named, Names, renamed};
pub use page::page;
pub use questions::{Answer, Questions, Texts as QuestionTexts};
pub use rule::Rule;
pub use whereabouts::{Elsewhere, elsewhere};

/// Reads, checks and compiles every rule. `conditions` are those that rules share.
///
/// # Errors
/// Every problem in every file.
pub fn load(files: &Files, conditions: &Conditions) -> Result<Vec<Rule>, Vec<Problem>> {
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in under(files, "findings/") {
        let written = lists::write_out(&path, &text, conditions.consoles());
        let compiled = written.and_then(|text| {
            describe::parse(&path, &text).and_then(|raw| compile::compile(&path, &text, raw, conditions))
        });
        match compiled {
            Ok(rule) => rules.push(rule),
            Err(found) => problems.extend(found),
        }
    }
    // Ids that differ in case only would be one file where case does not count.
    rules.sort_by_cached_key(|rule| (rule.text.id.to_ascii_lowercase(), rule.text.id.clone()));
    for pair in rules.windows(2) {
        if let [a, b] = pair
            && a.text.id.eq_ignore_ascii_case(&b.text.id)
        {
            problems.push(Problem {
                file: b.path.clone(),
                place: "id".into(),
                message: format!("`{}` is also the id of `{}`", b.text.id, a.path),
                help: "give one of them another id and file name".into(),
            });
        }
    }
    rules.sort_by(|a, b| a.text.id.cmp(&b.text.id));
    problems.extend(Names::new(&rules).problems(&rules));
    let ids: Vec<String> = under(files, "findings/").iter().map(|(path, _)| compile::stem(path).to_string()).collect();
    problems.extend(rules.iter().flat_map(|rule| after(rule, &rules, &ids)));
    problems.extend(follows::problems(&rules, &ids));
    if problems.is_empty() { Ok(rules) } else { Err(problems) }
}

/// What is wrong with the rules that a rule comes after.
fn after(rule: &Rule, rules: &[Rule], ids: &[String]) -> Vec<Problem> {
    let problem = |message: String, help: String| Problem {
        file: rule.path.clone(),
        place: rule.place(&["after"], "`after`"),
        message,
        help,
    };
    let one = |name: &String| match rules.iter().find(|other| other.text.id == *name) {
        // One that has mistakes of its own is there all the same.
        None if ids.contains(name) => None,
        None => {
            let near = match Names::new(rules).find(name) {
                Named::Earlier(id) => Some(id),
                _ => nearest(name, ids.iter().map(String::as_str)),
            };
            let help = instead(near, || "`lastseen rules list` lists them".into());
            Some(problem(format!("`{name}` is no rule"), help))
        }
        Some(other) if !other.after.is_empty() => {
            let help = "a rule may only come after rules that come after none".into();
            Some(problem(format!("`{name}` itself comes after others"), help))
        }
        Some(_) => None,
    };
    rule.after.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Vec<Rule> {
        let files = crate::assets::rules(None).unwrap();
        let conditions = conditions(&files);
        load(&files, &conditions).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    fn conditions(files: &Files) -> Conditions {
        Conditions::load(files).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    #[test]
    fn every_shared_condition_passes_its_own_tests() {
        let conditions = conditions(&crate::assets::rules(None).unwrap());
        let problems: Vec<_> = conditions.iter().flat_map(run_condition_cases).collect();
        assert!(problems.is_empty(), "{problems:#?}");
    }

    #[test]
    fn every_shipped_rule_passes_its_own_tests() {
        let problems: Vec<_> = shipped().iter().flat_map(run_cases).collect();
        assert!(problems.is_empty(), "{problems:#?}");
    }

    #[test]
    fn every_shipped_rule_names_controls_and_references() {
        for rule in shipped() {
            assert!(!rule.text.controls.is_empty() && !rule.text.references.is_empty(), "{}", rule.text.id);
        }
    }
}
