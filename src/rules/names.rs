//! Ids by which people name rules: those of today, and those that rules had before.

use super::Rule;
use crate::error::Problem;
use crate::notice::{Code, Notice};
use crate::schema::nearest;

/// The ids of the rules at hand.
#[derive(Clone, Debug, Default)]
pub struct Names<'a> {
    current: Vec<&'a str>,
    /// An earlier id, and the one of today.
    earlier: Vec<(&'a str, &'a str)>,
}

/// What a text means as the id of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<'a> {
    /// The id of a rule.
    Current(&'a str),
    /// The id that a rule had before; it is called so today.
    Earlier(&'a str),
    /// No rule; the nearest id, if one is near.
    Nothing(Option<&'a str>),
}

impl<'a> Names<'a> {
    /// The names of some rules.
    #[must_use]
    pub fn new(rules: &'a [Rule]) -> Self {
        let earlier = |rule: &'a Rule| rule.text.formerly.iter().map(|old| (old.as_str(), rule.text.id.as_str()));
        Self {
            current: rules.iter().map(|rule| rule.text.id.as_str()).collect(),
            earlier: rules.iter().flat_map(earlier).collect(),
        }
    }

    /// Names of today alone.
    #[cfg(test)]
    pub(crate) fn of(current: &[&'a str], earlier: &[(&'a str, &'a str)]) -> Self {
        Self { current: current.to_vec(), earlier: earlier.to_vec() }
    }

    /// What a text means.
    #[must_use]
    pub fn find(&self, text: &str) -> Named<'a> {
        if let Some(id) = self.current.iter().find(|id| **id == text) {
            return Named::Current(id);
        }
        match self.earlier.iter().find(|(old, _)| *old == text) {
            Some((_, id)) => Named::Earlier(id),
            None => Named::Nothing(nearest(text, self.current.iter().copied())),
        }
    }

    /// Earlier ids that are in use as well: a rule of one's own in the place of a shipped one that is called otherwise today
    /// would stand beside it instead.
    pub(super) fn problems(&self, rules: &[Rule]) -> Vec<Problem> {
        let taken = |(old, id): &(&str, &str)| {
            let rule = rules.iter().find(|rule| rule.text.id == *old)?;
            Some(Problem {
                file: rule.path.clone(),
                place: "id".into(),
                message: format!("`{old}` is the earlier id of `{id}`"),
                help: format!("call it `{id}` to put it in the place of that rule, or give it another id"),
            })
        };
        self.earlier.iter().filter_map(taken).collect()
    }
}

/// That a file names a rule by its earlier id.
#[must_use]
pub fn renamed(file: &str, old: &str, id: &str) -> Notice {
    let message = format!(
        "`{file}` names the rule `{old}`, which is called `{id}` today; it is understood, and should be changed"
    );
    Notice::new(Code::RenamedRule, "", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_by_its_id_and_by_an_earlier_one() {
        let names = Names::of(&["stale-everywhere", "no-owner"], &[("silent-everywhere", "stale-everywhere")]);
        assert_eq!(names.find("no-owner"), Named::Current("no-owner"));
        assert_eq!(names.find("silent-everywhere"), Named::Earlier("stale-everywhere"));
        assert_eq!(names.find("stale-everywere"), Named::Nothing(Some("stale-everywhere")));
        assert_eq!(names.find("x"), Named::Nothing(None));
    }
}
