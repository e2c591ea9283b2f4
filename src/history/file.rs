//! The file with exceptions: a YAML list, checked word by word.

use serde::Deserialize;
use yaml_serde::Value;

use super::exceptions::{Exception, Selector};
use crate::error::Problem;
use crate::formats::dates::{Stamp, stamp};
use crate::rules::{Named, Names};
use crate::schema::{instead, nearest};
use crate::time::DAY;

const KEYS: &[&str] = &["rule", "device", "reason", "owner", "approved_by", "expires"];

/// The longest text by which a device is named.
const LONGEST: usize = 500;
/// Exceptions that name devices by patterns alone; each is tried on every finding.
const MOST_PATTERNS: usize = 1_000;

type Entry = std::collections::BTreeMap<String, Value>;

/// Exceptions, and the rules that they name by an earlier id: that, and the one of today.
type Parsed = (Vec<Exception>, Vec<(String, String)>);

/// Reads the exceptions; `rules` are the ids there are.
pub(super) fn parse(file: &str, text: &str, rules: &Names<'_>) -> Result<Parsed, Vec<Problem>> {
    let lines: Vec<usize> =
        (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("- ")).map(|(number, _)| number).collect();
    let entries: Option<Vec<Entry>> = match crate::yaml::from_str(text) {
        Ok(entries) => entries,
        Err(e) => {
            let place = e.location().map_or_else(String::new, |at| format!("line {}", at.line()));
            let said = e.to_string();
            let message = if said.contains("more than") || said.contains("nested deeper") {
                said
            } else {
                "is no list of exceptions".to_string()
            };
            let help = "begin each with `- rule: …`; docs/configuration.md shows one".to_string();
            return Err(vec![Problem { file: file.into(), place, message, help }]);
        }
    };
    let mut list = Vec::new();
    let (mut problems, mut renamed) = (Vec::new(), Vec::new());
    for (at, entry) in entries.unwrap_or_default().into_iter().enumerate() {
        let line = lines.get(at).copied().unwrap_or(0);
        let mut reader = Reader { file, place: format!("line {line}"), problems: &mut problems, renamed: &mut renamed };
        list.extend(reader.exception(line, &entry, rules));
    }
    let patterns = list.iter().filter(|e: &&Exception| e.device.iter().all(|(selector, _)| !selector.is_exact()));
    if patterns.count() > MOST_PATTERNS {
        let message = format!("more than {MOST_PATTERNS} exceptions name devices by name, user, org_unit or tag alone");
        let help = "name devices by key, serial or id, or switch the rule off".to_string();
        problems.push(Problem { file: file.into(), place: String::new(), message, help });
    }
    renamed.sort();
    renamed.dedup();
    if problems.is_empty() { Ok((list, renamed)) } else { Err(problems) }
}

struct Reader<'a> {
    file: &'a str,
    place: String,
    problems: &'a mut Vec<Problem>,
    renamed: &'a mut Vec<(String, String)>,
}

impl Reader<'_> {
    fn add(&mut self, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem {
            file: self.file.into(),
            place: self.place.clone(),
            message: message.into(),
            help: help.into(),
        });
    }

    /// The text of a key that must be there.
    fn text(&mut self, entry: &Entry, key: &str) -> Option<String> {
        let text = entry.get(key).and_then(text_of).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let help = match key {
                "expires" => "an exception has a last day: `expires: 2027-03-31`",
                "approved_by" => "say who accepted it; an auditor will ask",
                "owner" => "say who answers for the device",
                "reason" => "say why the finding is accepted",
                _ => "name a rule, or `\"*\"` for all",
            };
            self.add(format!("has no `{key}`"), help);
        }
        text.map(|text| text.trim().to_string())
    }

    fn exception(&mut self, line: usize, entry: &Entry, rules: &Names<'_>) -> Option<Exception> {
        for key in entry.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let near = nearest(key, KEYS.iter().copied());
            let help = instead(near, || format!("use {}", KEYS.join(", ")));
            self.add(format!("`{key}` is no key of an exception"), help);
        }
        let rule = self.text(entry, "rule").map(|rule| self.rule(rule, rules));
        let device = self.device(entry.get("device"));
        let texts = ["reason", "owner", "approved_by", "expires"].map(|key| self.text(entry, key));
        let [reason, owner, approved_by, expires] = texts;
        let expires = expires.and_then(|text| self.day(&text));
        Some(Exception {
            reason: reason?,
            owner: owner?,
            approved_by: approved_by?,
            expires: expires?,
            ..Exception::new(line, rule?, device?)
        })
    }

    /// The rule by its id of today.
    fn rule(&mut self, rule: String, rules: &Names<'_>) -> String {
        if rule == "*" {
            return rule;
        }
        match rules.find(&rule) {
            Named::Current(_) => {}
            Named::Earlier(id) => {
                self.renamed.push((rule, id.to_string()));
                return id.to_string();
            }
            Named::Nothing(near) => {
                let help = instead(near, || "`lastseen rules list` lists them".into());
                self.add(format!("`{rule}` is no rule"), help);
            }
        }
        rule
    }

    fn device(&mut self, value: Option<&Value>) -> Option<Vec<(Selector, String)>> {
        let entry: Option<Entry> = value.and_then(|value| Entry::deserialize(value.clone()).ok());
        let Some(entry) = entry.filter(|entry| !entry.is_empty()) else {
            let help = format!("write `device: {{serial: …}}`; one or more of {}", Selector::WORDS.join(", "));
            self.add("does not say which device it is for", help);
            return None;
        };
        let mut found = Vec::new();
        for (name, value) in &entry {
            let Some(selector) = Selector::parse(name) else {
                let near = nearest(name, Selector::WORDS.iter().copied());
                let help = instead(near, || format!("use {}", Selector::WORDS.join(", ")));
                self.add(format!("`{name}` names no device"), help);
                continue;
            };
            match text_of(value).map(|text| text.trim().to_string()) {
                // Everything at once is no exception but a rule that is switched off.
                Some(text) if text.is_empty() || text.chars().all(|c| c == '*') => {
                    self.add(
                        format!("`{name}: {text}` means every device"),
                        "switch the rule off in lastseen.toml instead",
                    );
                }
                Some(text) if selector.is_exact() && text.contains('*') => {
                    self.add(
                        format!("`{name}: {text}`: `*` stands for nothing here"),
                        "only name, user, org_unit and tag take `*`",
                    );
                }
                Some(text) if text.chars().count() > LONGEST => {
                    self.add(format!("`{name}` has more than {LONGEST} characters"), "no device has so long a one");
                }
                Some(text) => found.push((selector, text)),
                None => self.add(format!("`{name}` is no text"), "put it in quotes"),
            }
        }
        (!found.is_empty()).then_some(found)
    }

    fn day(&mut self, text: &str) -> Option<i64> {
        match stamp(text) {
            Stamp::At(millis) if text.get(4..5) == Some("-") => Some(millis.div_euclid(DAY) * DAY),
            _ => {
                self.add(format!("`{text}` is no day"), "write it as `2027-03-31`");
                None
            }
        }
    }
}

/// Text as YAML may have read it: a serial number of digits only is a number to it.
fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_string).or_else(|| value.as_u64().map(|n| n.to_string()))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::{Exceptions, Facts, State};
    use super::*;

    fn one(text: &str) -> Exceptions {
        let names = Names::of(&["no-owner", "stale-everywhere"], &[("silent-everywhere", "stale-everywhere")]);
        Exceptions::new(parse("exceptions.yaml", text, &names).unwrap().0)
    }

    #[test]
    fn an_exception_hides_what_it_names_until_its_last_day_is_over() {
        let text = "- rule: no-owner\n  device: {serial: 5cg1, name: LAB-*}\n  reason: lab\n  owner: a\n  approved_by: b\n  expires: 2026-03-31\n";
        let exceptions = one(text);
        let facts = |serial, name| Facts {
            values: vec![(Selector::Serial, Cow::Borrowed(serial)), (Selector::Name, Cow::Borrowed(name))],
        };
        let last = exceptions.list[0].expires;
        assert_eq!(exceptions.hides("no-owner", &facts("5CG1", "lab-7"), last + DAY - 1), Some(0));
        assert_eq!(exceptions.hides("no-owner", &facts("5CG1", "lab-7"), last + DAY), None, "expired");
        assert_eq!(exceptions.hides("no-owner", &facts("5CG1", "PC-7"), last), None, "another name");
        assert_eq!(exceptions.hides("no-owner", &facts("5CG2", "LAB-7"), last), None, "another serial");
        assert_eq!(exceptions.hides("stale-everywhere", &facts("5CG1", "LAB-7"), last), None, "another rule");
        assert_eq!(exceptions.states(&[1], last), [State::Active]);
        assert_eq!(exceptions.states(&[0], last), [State::Unused]);
        assert_eq!(exceptions.states(&[0], last + DAY), [State::Expired]);
    }

    #[test]
    fn every_mistake_is_said_with_its_line() {
        let text = "- rule: no-ownr\n  device: {serial: 1}\n  reason: x\n  owner: y\n  approved_by: z\n  expires: 2026-03-31\n\
                    - rule: \"*\"\n  device: {name: \"*\"}\n  reason: x\n  owner: y\n  approved_by: z\n  expires: soon\n\
                    - rule: no-owner\n  devise: {serial: 1}\n  reason: x\n\
                    - rule: no-owner\n  device: {serail: 1}\n  reason: x\n  owner: y\n  approved_by: z\n  expires: 31.03.2026\n";
        let problems = parse("exceptions.yaml", text, &Names::of(&["no-owner"], &[])).unwrap_err();
        let lines: Vec<String> = problems.iter().map(|p| format!("{}: {} | {}", p.place, p.message, p.help)).collect();
        insta::assert_snapshot!(lines.join("\n"));
        let problems = parse("exceptions.yaml", "rule: no-owner\n", &Names::of(&["no-owner"], &[])).unwrap_err();
        assert_eq!(problems[0].message, "is no list of exceptions");
    }

    #[test]
    fn an_empty_file_has_no_exceptions() {
        assert!(parse("exceptions.yaml", "# none yet\n", &Names::default()).unwrap().0.is_empty());
    }
}
