//! Links in what people read lead somewhere: to a file of the repository, and to a heading in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::common::{files_below, has_ending, repository};

/// The README and what stands beside it, the guide and the stories of the samples, by their path in the repository.
pub(crate) fn pages() -> BTreeMap<String, String> {
    let below = |folder: &str| {
        let found = files_below(&repository(folder)).into_iter().filter(|(name, _)| has_ending(name, "md"));
        found.map(|(name, text)| (format!("{folder}/{name}"), String::from_utf8(text).unwrap())).collect::<Vec<_>>()
    };
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
    let top = top.map(|name| (name.into(), fs::read_to_string(repository(name)).unwrap()));
    top.into_iter().chain(below("docs")).chain(below("sample-data")).collect()
}

/// The lines of a page outside its code blocks.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// What the links of a page point at.
pub(crate) fn links(page: &str) -> Vec<&str> {
    prose(page)
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .collect()
}

/// The names that headings can be linked by: small letters, hyphens for blanks, no other signs; a number for a repeated one.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut known = BTreeMap::new();
    let headings = prose(page).filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let text = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            let name: String = text.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
            let before: &mut usize = known.entry(name.clone()).or_default();
            *before += 1;
            if *before == 1 { name } else { format!("{name}-{}", *before - 1) }
        })
        .collect()
}

/// The path that a link on a page names, from the top of the repository.
pub(crate) fn resolved(page: &str, path: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let (mut broken, mut seen) = (Vec::new(), 0);
    for (name, text) in &pages {
        for link in links(text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            seen += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { name.clone() } else { resolved(name, path) };
            if !repository(&target).exists() {
                broken.push(format!("{name}: `{link}` names no file"));
            } else if !anchor.is_empty() && !pages.get(&target).is_some_and(|text| anchors(text).contains(anchor)) {
                broken.push(format!("{name}: `{link}` names no heading"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
    assert!(seen > 40, "{seen} links were looked at");
}

#[test]
fn every_page_of_the_guide_is_reached_from_its_start() {
    let pages = pages();
    let mut reached = BTreeSet::from(["README.md".to_owned()]);
    let mut next = vec!["README.md".to_owned()];
    while let Some(name) = next.pop() {
        for link in links(&pages[&name]) {
            let target = resolved(&name, link.split('#').next().unwrap());
            if pages.contains_key(&target) && reached.insert(target.clone()) {
                next.push(target);
            }
        }
    }
    let lost: Vec<&String> =
        pages.keys().filter(|name| name.starts_with("docs/") && !reached.contains(*name)).collect();
    assert_eq!(lost, Vec::<&String>::new());
}

/// The contents of the guide as a book.
const CONTENTS: &str = "docs/SUMMARY.md";

#[test]
fn the_book_has_every_page_once() {
    let pages = pages();
    let mut listed: Vec<String> = links(&pages[CONTENTS]).into_iter().map(|link| resolved(CONTENTS, link)).collect();
    listed.sort();
    let written: Vec<&String> = pages.keys().filter(|name| name.starts_with("docs/") && *name != CONTENTS).collect();
    assert_eq!(listed.iter().collect::<Vec<_>>(), written, "{CONTENTS} lists the pages below docs/");
}

/// What is beside the book is not there for somebody who reads it as pages on a stick.
#[test]
fn a_page_of_the_book_leads_to_others_of_it() {
    let mut found = Vec::new();
    for (name, text) in pages().iter().filter(|(name, _)| name.starts_with("docs/")) {
        let beside = links(text).into_iter().filter(|link| !link.contains("://") && !link.starts_with('#'));
        let beside = beside.filter(|link| !resolved(name, link).starts_with("docs/"));
        found.extend(beside.map(|link| format!("{name}: `{link}`, name it as code")));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn headings_are_named_as_readers_of_markdown_name_them() {
    let page = "# Left behind\n## `a`: Why, then?\n```\n# no heading\n```\n## Left behind\n";
    assert_eq!(anchors(page), BTreeSet::from(["left-behind", "a-why-then", "left-behind-1"].map(String::from)));
    assert_eq!(links("[a](b.md#c), [d](e)\n```\n[no](link)\n```\n"), ["b.md#c", "e"]);
    assert_eq!(resolved("docs/rules/README.md", "../plans.md"), "docs/plans.md");
}
