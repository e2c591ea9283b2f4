//! What may be believed of a `run.json` that anybody may have written.
//!
//! Ids become names of files and words of tables that are written as they are; commands become scripts. Both are looked at
//! here. Everything else is text that the renderers treat like any other text of an export.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::read::{Damage, is_date};
use super::run::Run;
use crate::assets::{self, Files};
use crate::console::MOST as MOST_CONSOLES;
use crate::ids::{By, EntryId};
use crate::plan::{Entry, Package, Parameters, Playbooks};
use crate::schema::no_file_name;

/// No list has so many rows, and no sum of such counts is too large for a number.
const MOST: u64 = 1 << 40;

/// Refuses what no program of ours writes.
pub(super) fn check(run: &Run) -> Result<(), Damage> {
    run.since.check()?;
    let ids = run.rules.iter().map(|rule| &rule.id).chain(run.entries.iter().map(|entry| &entry.slug));
    let mut ids = ids.chain(run.packages.iter().map(|package| &package.playbook));
    if let Some(damage) = ids.find_map(|id| no_file_name(id)) {
        return Err(format!("has an id that is none: {damage}"));
    }
    if !are_named_by_their_kinds(run) {
        return Err("has a package with an id that cannot name a file".into());
    }
    // Sets of consoles are bits of a number.
    if run.consoles.len() > MOST_CONSOLES {
        return Err("has more consoles than there can be".into());
    }
    if run.tallies.len() != run.rules.len() {
        return Err("does not say what became of each rule".into());
    }
    let rules = run
        .packages
        .iter()
        .flat_map(|p| &p.reasons)
        .flat_map(|r| std::iter::once(r.rule).chain(r.of_them.iter().map(|(rule, _)| *rule)));
    let numbered = rules.map(usize::from).all(|rule| rule < run.rules.len())
        && run.batches.iter().all(|b| b.package.index() < run.packages.len())
        && run.sources.iter().all(|s| s.input < run.inputs.len());
    let of_devices = run.decided_packages.iter().flat_map(|decision| &decision.devices).chain(&run.begun);
    let counted = |table: &str| run.lines.get(table).copied().unwrap_or_default();
    let numbered = numbered
        && of_devices.copied().all(|device| device.index() < counted("devices"))
        && run.done.iter().all(|claimed| claimed.step.index() < counted("steps"))
        && run.done.is_sorted_by_key(|claimed| claimed.step)
        && run.begun.is_sorted();
    let signed = run.done.iter().map(|claimed| claimed.on).chain(run.approved.iter().map(|approved| approved.on));
    let times = run.sources.iter().filter_map(|s| s.newest_signal).chain(run.exceptions.iter().map(|e| e.expires));
    if !numbered || !times.chain(signed).chain([run.as_of]).all(is_date) {
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

/// Whether each package has the id that its playbook and its devices give it, which names a file since the playbook's name
/// does, and no two have one.
fn are_named_by_their_kinds(run: &Run) -> bool {
    let mut ids = BTreeSet::new();
    run.packages.iter().all(|p| {
        let id = Package::id_of(&p.playbook, p.platform, p.ownership, p.join_type);
        id == p.id && ids.insert(&p.id)
    })
}

/// The steps, with those commands alone that this program has itself, under the guards that it has for them: a folder that
/// somebody sends must not decide what a script does, nor what it asks for first.
pub(super) fn entries(mut entries: By<EntryId, Entry>) -> By<EntryId, Entry> {
    static SHIPPED: LazyLock<By<EntryId, Entry>> = LazyLock::new(shipped);
    for entry in &mut entries {
        if !SHIPPED.iter().any(|own| own.command == entry.command && guards(own) == guards(entry)) {
            entry.command = None;
        }
        entry.sources.retain(|source| source.page.starts_with("https://"));
    }
    entries
}

/// What a script asks before it does anything, by what its step is. Texts have settings in them, and differ.
fn guards(entry: &Entry) -> impl PartialEq + '_ {
    let final_of = (entry.irreversible, entry.wipes, entry.silence, entry.condition.is_empty());
    (&entry.slug, entry.console, entry.phase, final_of)
}

/// The steps of the program itself.
fn shipped() -> By<EntryId, Entry> {
    let parameters = Parameters { delete_days: 0, inactive_days: 0, pending_days: 0 };
    let load = |files: &Files| Playbooks::load(&assets::under(files, "playbooks/"), &parameters);
    assets::shipped("playbooks", load).into_entries()
}
