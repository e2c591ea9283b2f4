//! Findings that are consequences of others: an expired certificate of a device that is stale in every console.

use std::collections::HashMap;

use super::describe::Text;
use super::rule::Rule;
use super::{Named, Names};
use crate::error::Problem;
use crate::schema::{instead, nearest};

/// Rules of which others are consequences, by position.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    of: Vec<Vec<u16>>,
}

impl Causes {
    /// What the rules say of each other. A rule that is not there is no cause.
    #[must_use]
    pub fn new<'a>(rules: impl Iterator<Item = &'a Text> + Clone) -> Self {
        let by_id: HashMap<&str, u16> = rules.clone().map(|text| text.id.as_str()).zip(0..).collect();
        let own = |text: &Text| text.follows_from.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
        Self { of: rules.map(own).collect() }
    }

    /// Of which of the rules that hold for a device one of them is a consequence.
    #[must_use]
    pub fn cause(&self, rule: u16, holding: &[u16]) -> Option<u16> {
        self.of.get(usize::from(rule))?.iter().find(|cause| **cause != rule && holding.contains(cause)).copied()
    }

    /// The rule at the root: that of which the cause itself is no consequence.
    #[must_use]
    pub fn root(&self, rule: u16, holding: &[u16]) -> u16 {
        let mut root = rule;
        // A saved run may say anything; what goes round and round has no root and ends somewhere.
        for _ in holding {
            match self.cause(root, holding) {
                Some(cause) => root = cause,
                None => break,
            }
        }
        root
    }
}

/// What is wrong with the rules that rules follow from: `ids` are all that there are, those with mistakes among them.
pub(super) fn problems(rules: &[Rule], ids: &[String]) -> Vec<Problem> {
    rules.iter().flat_map(|rule| strangers(rule, rules, ids).into_iter().chain(circle(rule, rules))).collect()
}

fn problem(rule: &Rule, message: String, help: String) -> Problem {
    let place = rule.place(&["follows_from"], "`follows_from`");
    Problem { file: rule.path.clone(), place, message, help }
}

fn strangers(rule: &Rule, rules: &[Rule], ids: &[String]) -> Vec<Problem> {
    let unknown = rule.text.follows_from.iter().filter(|name| !ids.contains(name));
    let one = |name: &String| {
        let near = match Names::new(rules).find(name) {
            Named::Earlier(id) => Some(id),
            _ => nearest(name, ids.iter().map(String::as_str)),
        };
        let help = instead(near, || "`lastseen rules list` lists them".into());
        problem(rule, format!("`{name}` is no rule"), help)
    };
    unknown.map(one).collect()
}

/// A rule that follows from itself, by whatever way.
fn circle(rule: &Rule, rules: &[Rule]) -> Option<Problem> {
    let mut seen: Vec<&str> = Vec::new();
    let mut next: Vec<&str> = rule.text.follows_from.iter().map(String::as_str).collect();
    while let Some(name) = next.pop() {
        if name == rule.text.id {
            let help = "of two rules at most one is a consequence of the other".to_string();
            return Some(problem(rule, format!("`{name}` is a consequence of itself"), help));
        }
        if !seen.contains(&name) {
            seen.push(name);
            let cause = rules.iter().find(|rule| rule.text.id == name);
            next.extend(cause.into_iter().flat_map(|rule| &rule.text.follows_from).map(String::as_str));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::{self, Files};
    use crate::rules::{Conditions, load};

    fn texts(rules: &[(&str, &[&str])]) -> Vec<Text> {
        let files = assets::rules(None).unwrap();
        let conditions = Conditions::load(&files).unwrap();
        let shipped = load(&files, &conditions).unwrap();
        let one = |(id, causes): &(&str, &[&str])| Text {
            id: (*id).into(),
            follows_from: causes.iter().map(|cause| (*cause).to_string()).collect(),
            ..shipped[0].text.clone()
        };
        rules.iter().map(one).collect()
    }

    #[test]
    fn a_consequence_is_counted_with_what_holds_for_the_same_device() {
        let texts =
            texts(&[("stale", &[]), ("expired", &["stale"]), ("compliant", &["stale", "expired"]), ("keys", &[])]);
        let causes = Causes::new(texts.iter());
        assert_eq!(causes.cause(2, &[1, 2]), Some(1), "the cause that holds here");
        assert_eq!(causes.root(2, &[1, 2]), 1);
        assert_eq!(causes.root(2, &[0, 1, 2]), 0);
        assert_eq!(causes.root(1, &[1, 3]), 1, "nothing that it follows from holds");
        assert_eq!(causes.root(3, &[0, 3]), 3);
    }

    #[test]
    fn what_goes_round_in_a_saved_run_ends() {
        let causes = Causes::new(texts(&[("a", &["b"]), ("b", &["a"]), ("c", &["c"])]).iter());
        assert!([0, 1].contains(&causes.root(0, &[0, 1])));
        assert_eq!(causes.root(2, &[2]), 2);
    }

    #[test]
    fn a_rule_follows_from_rules_that_there_are_and_never_from_itself() {
        let change = |files: &mut Files, id: &str, from: &str, to: &str| {
            let path = files.keys().find(|path| path.ends_with(&format!("/{id}.yaml"))).unwrap().clone();
            let text = files[&path].replace(from, to);
            files.insert(path, text);
        };
        let mut files = assets::rules(None).unwrap();
        change(
            &mut files,
            "compliant-but-stale",
            "follows_from: [stale-everywhere,",
            "follows_from: [stale-everywere,",
        );
        change(&mut files, "stale-everywhere", "plan: remove", "follows_from: [owner-over-quota]\nplan: remove");
        let conditions = Conditions::load(&files).unwrap();
        let problems = load(&files, &conditions).unwrap_err();
        let said: Vec<String> = problems.iter().map(|p| format!("{}: {} ({})", p.place, p.message, p.help)).collect();
        assert!(
            said.iter()
                .any(|s| s.contains("`follows_from`: `stale-everywere` is no rule") && s.contains("stale-everywhere`")),
            "{said:#?}"
        );
        assert!(said.iter().any(|s| s.contains("`stale-everywhere` is a consequence of itself")), "{said:#?}");
    }
}
