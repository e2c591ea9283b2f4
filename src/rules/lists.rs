//! What a rule takes from the files of consoles.
//!
//! Lists of words: `state IN {intune.leaving}` is every word by which Intune says that a device is leaving, and
//! `{chrome.deprovisioned|disabled}` those of two states. And the same for each console of a kind: `{sum manages: *_count}`
//! adds up a column of every system that manages devices, so that a console that is added is part of it.

use std::borrow::Cow;

use crate::console::{Clause, Console, Registry, Test};
use crate::error::Problem;
use crate::schema::nearest;

/// The text of a file with every list written out, in the place of its name. Lines stay where they are.
pub(super) fn write_out<'t>(path: &str, text: &'t str, registry: &Registry) -> Result<Cow<'t, str>, Vec<Problem>> {
    let (mut out, mut rest) = (String::new(), text);
    let mut problems = Vec::new();
    while let Some((before, name, after)) = next(rest) {
        out.push_str(before);
        match words(name, registry) {
            Ok(words) => out.push_str(&words),
            Err((message, help)) => {
                problems.push(Problem { file: path.into(), place: format!("`{{{name}}}`"), message, help });
            }
        }
        rest = after;
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if out.is_empty() { Ok(Cow::Borrowed(text)) } else { Ok(Cow::Owned(out + rest)) }
}

/// What stands before the next name of a list, the name, and what comes after it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('{').find_map(|(at, _)| {
        let (before, open) = text.split_at(at);
        let (name, after) = open.strip_prefix('{')?.split_once('}')?;
        (is_list(name) || each(name).is_some()).then_some((before, name, after))
    })
}

fn is_list(name: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '|');
    name.contains('.') && name.chars().all(is_sign)
}

/// How the columns of several consoles are taken together.
#[derive(Clone, Copy)]
enum Together {
    Sum,
    Any,
    All,
    /// At least two of them.
    Two,
}

/// How, of which consoles, and what is written of each.
fn each(name: &str) -> Option<(Together, &str, &str)> {
    let (head, template) = name.split_once(':')?;
    let (word, group) = head.split_once(' ')?;
    let together = match word {
        "sum" => Together::Sum,
        "any" => Together::Any,
        "all" => Together::All,
        "two" => Together::Two,
        _ => return None,
    };
    template.contains('*').then_some((together, group.trim(), template.trim()))
}

/// Names of kinds of consoles.
pub(super) const GROUPS: [&str; 2] = ["manages", "signals"];

/// Consoles of a kind: those that manage devices, those whose dates are signs of activity.
pub(super) fn group(name: &str, registry: &Registry) -> Option<Vec<Console>> {
    let is_in: fn(&Console) -> bool = match name {
        "manages" => |console| !console.manages().is_empty(),
        "signals" => |console| console.gives_signals(),
        _ => return None,
    };
    Some(registry.all().iter().copied().filter(is_in).collect())
}

/// What stands in the place of a name.
fn words(name: &str, registry: &Registry) -> Result<String, (String, String)> {
    match each(name) {
        Some((together, kind, template)) => of_each(together, kind, template, registry),
        None => list(name, registry),
    }
}

fn of_each(together: Together, kind: &str, template: &str, registry: &Registry) -> Result<String, (String, String)> {
    let consoles = group(kind, registry)
        .ok_or_else(|| (format!("`{kind}` is no kind of console"), "use manages or signals".to_owned()))?;
    let parts: Vec<String> = consoles.iter().map(|c| template.replace('*', c.column_prefix())).collect();
    let joined = |word: &str| format!("({})", parts.join(word));
    let counted = |yes: &str, no: &str, not: &str| {
        let one = |part: &String| format!("CASE WHEN {not}({part}) THEN {yes} ELSE {no} END");
        parts.iter().map(one).collect::<Vec<_>>().join(" + ")
    };
    Ok(match together {
        Together::Sum => joined(" + "),
        Together::Any => joined(" OR "),
        Together::All => format!("(({}))", parts.join(") AND (")),
        // Two for sure; else it is not known where two may be.
        Together::Two => {
            format!("({} >= 2 OR NULLIF({} >= 2, TRUE))", counted("1", "0", ""), counted("0", "1", "NOT "))
        }
    })
}

/// The words of a list as a condition writes them.
fn list(name: &str, registry: &Registry) -> Result<String, (String, String)> {
    let (slug, lists) = name.split_once('.').unwrap_or((name, ""));
    let console = registry.parse(slug).ok_or_else(|| {
        let near = nearest(slug, registry.slugs().iter().copied());
        let help = near.map_or_else(String::new, |near| format!("the nearest is `{near}`"));
        (format!("`{slug}` is no console"), help)
    })?;
    let mut all = Vec::new();
    for list in lists.split('|') {
        all.extend(console.list(list).ok_or_else(|| unknown(console, list))?);
    }
    Ok(bracketed(all.into_iter()))
}

fn bracketed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    // A word with a quote in it would end the text that it stands in.
    let quoted: Vec<String> = words.map(|word| format!("'{}'", word.replace('\'', "''"))).collect();
    format!("({})", quoted.join(", "))
}

fn unknown(console: Console, list: &str) -> (String, String) {
    let message = format!("the file of `{console}` has no list `{list}`");
    (message, "name `connector`, or a state that it says by the words of one column".into())
}

/// What a record says that is managed by its console, as a condition over records.
pub(super) fn managed(console: Console) -> String {
    let one = |clause: &Clause| {
        let column = clause.column;
        match &clause.test {
            Test::Filled => format!("{column} IS NOT NULL"),
            Test::Blank => format!("{column} IS NULL"),
            Test::Is(words) => format!("{column} IN {}", bracketed(words.iter().map(String::as_str))),
            // A list that does not say is taken at its word.
            Test::IsNot(words) => {
                format!("coalesce({column}, '') NOT IN {}", bracketed(words.iter().map(String::as_str)))
            }
        }
    };
    console.manages().iter().map(one).collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        match write_out("a.yaml", text, Registry::shipped()) {
            Ok(text) => text.into_owned(),
            Err(problems) => problems[0].message.clone(),
        }
    }

    #[test]
    fn a_list_is_written_out_where_its_name_stands() {
        assert_eq!(written("state IN {chrome.deprovisioned|disabled} x"), "state IN ('deprovisioned', 'disabled') x");
        assert_eq!(written("{intune.connector}"), "('configmgr', 'jamf', 'mde', 'chromeos', 'eas')");
    }

    #[test]
    fn other_braces_stay() {
        for text in ["{devices} {are} gone", "{name: x, any: a.b = 1}", "no brace", "{", "{a.b", "x {console: jamf} y"]
        {
            assert_eq!(written(text), text);
        }
    }

    #[test]
    fn the_same_is_written_for_each_console_of_a_kind() {
        let sum = written("{sum manages: *_count} > 0");
        assert!(sum.starts_with("(intune_count + chrome_count + jamf_count + "), "{sum}");
        assert!(!written("{any manages: *_absent}").contains("entra"), "a directory manages nothing");
        assert!(written("{all signals: NOT *_x OR y}").starts_with("((NOT intune_x OR y) AND (NOT entra_x OR y)"));
        let two = written("{two manages: live_in_*}");
        assert!(two.starts_with("(CASE WHEN (live_in_intune) THEN 1 ELSE 0 END + "), "{two}");
        assert_eq!(written("{sum manage: *_count}"), "`manage` is no kind of console");
    }

    #[test]
    fn a_list_that_is_not_there_is_refused() {
        assert_eq!(written("{chrom.active}"), "`chrom` is no console");
        assert_eq!(written("{chrome.gone}"), "the file of `chrome` has no list `gone`");
        assert_eq!(written("{intune.managed}"), "the file of `intune` has no list `managed`", "filled is no list");
    }
}
