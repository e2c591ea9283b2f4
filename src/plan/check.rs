//! Orders and commands that would be unsafe, refused when they are loaded.

use crate::plan::checked_file::CheckedFile;
use crate::plan::file::Place;
use crate::plan::{Command, Phase, Tool};

/// What the check has to know of one step of a playbook.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop<'a> {
    pub slug: &'a str,
    pub place: Place,
    pub phase: Phase,
    pub irreversible: bool,
    /// The step that has to stand before it.
    pub after: Option<&'a str>,
    /// The file that puts it into the playbook, where that is another one.
    pub origin: Option<usize>,
}

/// Notes where the order of a playbook does not keep to the places of its steps.
pub(super) fn order(book: &str, stops: &[Stop], sheet: &mut CheckedFile, lenders: &mut [CheckedFile]) {
    if let [one] = stops
        && one.place == Place::Alone
    {
        return;
    }
    // Whoever puts a step into a playbook of others answers for its place.
    let mut refuse = |slug: &str, message: String| {
        let origin = stops.iter().find(|stop| stop.slug == slug).and_then(|stop| stop.origin);
        match origin.and_then(|at| lenders.get_mut(at)) {
            Some(lender) => lender.problem(slug, message, String::new()),
            None => sheet.problem(slug, message, String::new()),
        }
    };

    if stops.first().is_none_or(|s| s.place != Place::First) {
        refuse(book, format!("playbook `{book}` does not start with the step that keeps the list"));
    }
    if stops.last().is_none_or(|s| s.place != Place::Last) {
        refuse(book, format!("playbook `{book}` does not end with the step that verifies"));
    }
    for (at, stop) in stops.iter().enumerate() {
        let (before, later) = (stops.get(..at).unwrap_or_default(), stops.get(at + 1..).unwrap_or_default());
        let slug = stop.slug;
        match stop.place {
            Place::Alone => refuse(slug, format!("`{slug}` must be the only step of its playbook")),
            Place::Early if before.iter().any(|s| s.irreversible) => {
                refuse(slug, format!("`{slug}` stands after a step that cannot be undone"));
            }
            Place::Final if later.iter().any(|s| s.irreversible && s.slug != slug) => {
                refuse(
                    slug,
                    format!("a step that cannot be undone stands after `{slug}`, which must be the last of them"),
                );
            }
            _ => {
                if let Some(earlier) = before.iter().rfind(|s| s.phase > stop.phase && s.place != Place::Final) {
                    let (own, other) = (stop.phase, earlier.phase);
                    refuse(slug, format!("`{slug}` ({own}) stands after `{}` ({other})", earlier.slug));
                }
            }
        }
        if let Some(first) = stop.after
            && !before.iter().any(|s| s.slug == first)
        {
            refuse(slug, format!("`{slug}` has no `{first}` before it"));
        }
    }
}

/// Notes what keeps a command from being handed out: it must act on the one id, and do nothing unless it is told to.
pub(super) fn command(command: &Command, sheet: &mut CheckedFile) {
    let mut refuse = |message: &str, help: &str| sheet.problem("command", message.to_owned(), help.to_owned());
    let count = |text: &str, mark: &str| text.matches(mark).count();
    if count(&command.run, "{id}") == 0 {
        refuse("a command has no `{id}`", "write `{id}` where the id of the object belongs");
    }
    if (count(&command.run, "{choice}") == 1) == command.choices.is_empty() {
        refuse("`{choice}` and `choices` of a command belong together", "");
    }
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if !command.choices.iter().all(|c| plain(c)) {
        refuse("`choices` of a command has more than words", "use letters, digits, `-` and `_`");
    }
    if command.tool == Tool::Gam {
        let words = command.run.replace("{id}", "id").replace("{choice}", "choice");
        if !words.starts_with("gam ") || !words.split(' ').all(plain) {
            refuse("a GAM command has more than words", "start with `gam` and use letters, digits, `-` and `_`");
        }
        if !command.check.is_empty() || !command.module.is_empty() {
            refuse("a GAM command has a `check` or a `module`", "leave it out");
        }
    } else if !command.run.contains("$Dry") {
        let help = "pass `-WhatIf:$Dry`, or act under `if (-not $Dry)`";
        refuse("a PowerShell command does not ask whether it is a dry run", help);
    }
}
