//! What people read is said in the words of their field; these are not.

use crate::common::{files_below, has_ending, repository};

/// Metaphors and words of nobody's, with what to say instead.
const NOT: &[(&str, &str)] = &[
    ("sign of life", "activity"),
    ("signs of life", "activity"),
    ("person's look", "manual review"),
    ("person\u{2019}s look", "manual review"),
    ("person must look", "manual review"),
    ("export doctor", "data quality"),
    ("joins nothing", "is not used for matching"),
    ("out of sight", "stale"),
    ("silent everywhere", "stale in every console"),
    ("days that the removals take", "working days needed"),
    ("remarks about the exports", "notices about the exports"),
    ("remark about the input", "notice about the input"),
    ("and managed by nobody", "but unmanaged"),
    ("compliant on paper", "compliant but stale"),
    ("silent in intune", "stale in Intune"),
    ("comes before deleting, because", "unlike deletion, it can be undone"),
    ("then wait; it goes", "ages out"),
    ("what no file can tell", "what must be checked outside the exports"),
    ("has to see to it", "must be checked"),
    ("cut export proves nothing", "nothing is concluded from a missing or incomplete export"),
    ("host name joins only", "host names are used for matching only where"),
    ("of this suggestion", "of this work package"),
];

/// Folders of what people read, and how comments begin there.
const READ: &[(&str, &[&str])] =
    &[("rules", &["#"]), ("templates", &["//", "{#"]), ("docs", &[]), ("src", &["//", "///", "//!"])];

#[test]
fn the_worst_words_are_kept_out() {
    let mut found = Vec::new();
    let mut texts: Vec<(String, Vec<u8>, &[&str])> =
        vec![("README.md".into(), std::fs::read(repository("README.md")).unwrap(), &[])];
    for (folder, comments) in READ {
        for (name, content) in files_below(&repository(folder)) {
            if ["yaml", "html", "js", "md", "rs", "txt"].iter().any(|ending| has_ending(&name, ending)) {
                texts.push((format!("{folder}/{name}"), content, *comments));
            }
        }
    }
    assert!(texts.len() > 300, "{} files", texts.len());
    for (name, content, comments) in texts {
        let content = String::from_utf8(content).unwrap().to_lowercase();
        for (number, line) in (1..).zip(content.lines()) {
            let line = line.trim();
            if comments.iter().any(|sign| line.starts_with(sign)) {
                continue;
            }
            let wrong = NOT.iter().filter(|(word, _)| line.contains(word));
            found.extend(wrong.map(|(word, say)| format!("{name}:{number}: `{word}`, say `{say}`")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
