//! What may be believed of a `run.json` that anybody may have written.
//!
//! Ids become names of files and words of tables that are written as they are; commands become scripts. Both are looked at
//! here. Everything else is text that the renderers treat like any other text of an export.

use std::path::Path;
use std::sync::LazyLock;

use super::load::is_time;
use super::read::Damage;
use super::run::Run;
use crate::assets;
use crate::plan::{Command, Entry, Parameters, Playbooks};
use crate::schema::no_file_name;

/// No list has so many rows, and no sum of such counts is too large for a number.
const MOST: u64 = 1 << 40;

/// Refuses what no program of ours writes.
pub(super) fn check(run: &Run) -> Result<(), Damage> {
    let mut ids = run.rules.iter().map(|rule| &rule.id).chain(run.entries.iter().map(|entry| &entry.slug));
    if let Some(damage) = ids.find_map(|id| no_file_name(id)) {
        return Err(format!("has an id that is none: {damage}"));
    }
    if !run.suggestions.iter().all(|suggestion| suggestion.id.split('.').all(is_word)) {
        return Err("has a suggestion with an id that cannot name a file".into());
    }
    if run.tallies.len() != run.rules.len() {
        return Err("does not say what became of each rule".into());
    }
    let numbered = run.suggestions.iter().all(|s| usize::from(s.rule) < run.rules.len())
        && run.batches.iter().all(|b| (b.suggestion as usize) < run.suggestions.len())
        && run.sources.iter().all(|s| s.input < run.inputs.len());
    let times = run.sources.iter().filter_map(|s| s.newest_signal).chain(run.exceptions.iter().map(|e| e.expires));
    if !numbered || !times.chain([run.as_of]).all(is_time) {
        return Err("has numbers that mean nothing".into());
    }
    let counts = run.sources.iter().flat_map(|s| [s.rows, s.records, s.older, s.names]);
    let counts = counts.chain(run.tallies.iter().flat_map(|t| [t.matched, t.unknown, t.passed, t.suppressed]));
    let sums = run.sources.iter().all(|s| s.records <= s.rows);
    if !sums || !counts.chain(run.inputs.iter().map(|i| i.bytes)).all(|count| count < MOST) {
        return Err("has counts that no list can have".into());
    }
    Ok(())
}

/// Letters, digits, `-` and `_`, and not too many: nothing that a path or a spreadsheet would obey.
fn is_word(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !text.is_empty() && text.len() <= 200 && text.chars().all(fits) && !text.starts_with('-')
}

/// The steps, with those commands alone that this program has itself: a folder that somebody sends must not decide what a
/// script does.
pub(super) fn entries(mut entries: Vec<Entry>) -> Vec<Entry> {
    static SHIPPED: LazyLock<Vec<Command>> = LazyLock::new(shipped);
    for entry in &mut entries {
        entry.command.take_if(|command| !SHIPPED.contains(command));
        entry.sources.retain(|source| source.page.starts_with("https://"));
    }
    entries
}

/// The commands of the program itself.
fn shipped() -> Vec<Command> {
    let files = assets::rules(None::<&Path>).unwrap_or_default();
    let parameters = Parameters { delete_days: 0, inactive_days: 0, pending_days: 0 };
    let playbooks = Playbooks::load(&assets::under(&files, "playbooks/"), &parameters);
    playbooks.map(Playbooks::into_entries).unwrap_or_default().into_iter().filter_map(|entry| entry.command).collect()
}
