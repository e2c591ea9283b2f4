//! The rules that ship and those that people write: what they say of whole tenants, and every way to get one wrong.

#![allow(clippy::format_push_string, reason = "a few lines of text")]

mod companions;
mod exceptions;
mod gaps;
mod mistakes;
mod pages;
mod platforms;
mod seen;
mod settings;
mod stays;
mod verbs;

use std::collections::BTreeMap;

use crate::common::{Line, Place, Report};

/// Rules with findings of more than info, and their number.
fn beyond_info(report: &Report) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in report.lines("findings.csv").into_iter().filter(|line| line["severity"] != "info") {
        *found.entry(line["rule"].clone()).or_default() += 1;
    }
    found
}

/// A place with a rule of one's own.
fn with_rule(text: &str) -> Place {
    let place = Place::with_sample();
    place.write("my-rules/findings/own/mine.yaml", text);
    place
}

fn named<'a>(lines: &'a [Line], column: &str, value: &str) -> Vec<&'a Line> {
    lines.iter().filter(|line| line[column] == value).collect()
}

/// The smallest rule that is whole.
const MINE: &str = "\
id: mine
title: Mine
severity: low
when: intune_count > 1
objects:
  - {console: intune}
evidence: [intune_count]
plan: review
why: Because.
summary: \"{devices} {are} mine.\"
tests:
  - {name: two, given: {intune_count: 2}, expect: match}
  - {name: one, given: {intune_count: 1}, expect: pass}
  - {name: open, given: {intune_count: null}, expect: unknown}
";
