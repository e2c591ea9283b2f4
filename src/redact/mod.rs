//! A copy of a report that may leave the house: made from the outcome, with a keyed name in the place of every value that says who,
//! which device or where, and searched for each of them when it is written.
//!
//! Every structure of the outcome is taken apart field by field, so that a field that is added does not compile until somebody
//! said here what becomes of it. Tables are copied first; they tell which values there are. Sentences come after: what is a value
//! in them is found by those, and by not being a word of the program.

mod corpus;
mod judged;
mod key;
mod map;
mod matcher;
mod names;
mod order;
mod search;
mod since;
mod small;
mod tables;
mod text;
mod ways;

use std::collections::{BTreeSet, HashMap};

use crate::assets;
use crate::error::Result;
use crate::ids::DeviceId;
use crate::outcome::{Asked, Digested, Outcome};
use crate::table;

use corpus::Corpus;
use matcher::Matcher;
use names::Kind;
use tables::Tables;
use text::Texts;

pub use key::Key;
pub use map::write as write_map;
pub use names::Names;
pub use search::{Found, Search};

/// A copy, and what was replaced in it.
pub struct Copied {
    /// What the copy is written from.
    pub outcome: Outcome,
    /// How.
    pub asked: Asked,
    /// The values that were replaced.
    pub names: Names,
    corpus: Corpus,
}

impl Copied {
    /// What looks for the values in the files of the copy.
    #[must_use]
    pub fn search(&self) -> Search<'_> {
        let mut own: Vec<&str> = self.corpus.texts().collect();
        let matcher = Matcher::new(&self.names, &own, |kind, _| kind != Kind::Value);
        // A value that no table has may also be what a model is called, which stays.
        let kept = kept(&self.outcome);
        own.extend(kept.iter().map(String::as_str));
        let others = Matcher::new(&self.names, &own, |kind, _| kind == Kind::Value);
        Search::new(&self.names, [matcher, others])
    }
}

/// Makes a copy.
///
/// # Errors
/// What the program itself may refuse of its own texts.
#[allow(
    clippy::too_many_lines,
    reason = "each field of an outcome is named once, so that a new one must be decided about"
)]
pub fn copy(outcome: Outcome, asked: Asked, key: Key) -> Result<Copied> {
    let before = outcome.batch_digests();
    let shipped: BTreeSet<String> = assets::rules(None)?.into_keys().collect();
    let kept = kept(&outcome);
    let Outcome {
        inputs,
        sources,
        notices,
        as_of,
        thresholds,
        devices,
        records,
        links,
        rules,
        marks,
        tallies,
        findings,
        questions,
        hidden,
        settings,
        settled_by,
        packages,
        decisions,
        purpose,
        steps,
        entries,
        schedule,
        rule_files,
        console_files,
        provenance,
        since,
        ledger,
        // Only a later run asks for it, and none takes a copy for its baseline.
        kept: _,
        begun: _,
    } = outcome;
    let mut names = Names::new(key);
    let registry = devices.registry;
    let count = devices.key.count();

    // What tables are made of.
    let asked = small::asked(asked, &mut names);
    for source in &sources {
        small::learn(source, &mut names);
    }
    let inputs = inputs.into_iter().map(|own| small::input(own, &mut names)).collect();
    let provenance = provenance.into_iter().map(|own| small::provenance(own, &mut names)).collect();
    let settings = settings.into_iter().map(|own| small::setting(own, &mut names)).collect();
    let mut file = |own: Digested| {
        // A console is called after its file in every table.
        let stays = shipped.contains(&own.file) || console_files.contains_key(&own.file);
        small::digested(own, stays, &mut names)
    };
    let rule_files = rule_files.into_iter().map(&mut file).collect();
    let settled_by = settled_by.into_iter().map(|own| small::digested(own, false, &mut names)).collect();
    let Tables { devices, records, links, places } = tables::copy(devices, records, links, &mut names);
    let (steps, moved) = judged::steps(&steps, &places);
    let decisions = judged::decisions(decisions, &places, &moved, count, &mut names);
    since::learn(&since, &ledger, &mut names);
    let mut since = since;
    let earlier = since::earlier(std::mem::take(&mut since.past), &mut names);

    // What sentences say.
    let mut corpus = Corpus::new()?;
    let own: Vec<&str> = corpus.texts().collect();
    let matcher = Matcher::new(&names, &own, |_, _| true);
    for text in &kept {
        corpus.learn(text);
    }
    // What consoles are called stays, whoever wrote their files; and so do the files themselves, by which the copy is loaded.
    for console in registry.all() {
        corpus.learn(console.as_str());
        corpus.learn(console.title());
    }
    for text in console_files.values() {
        corpus.learn(text);
    }
    let mut texts = Texts::new(names, matcher, corpus, registry);
    let (findings, _) = judged::findings(&findings, &places, &mut texts);
    let questions = judged::questions(&questions, &places, &mut texts);
    let hidden = judged::hidden(hidden, &places, &mut texts);
    let packages = judged::packages(packages, &places, count, &mut texts);
    let (since, past) = since::since(since, earlier, &places, &mut texts);
    let ledger = since::ledger(ledger, &places, &past, &mut texts);
    let sources = sources.into_iter().map(|own| small::source(own, &mut texts)).collect();
    let mut notices: Vec<_> = notices.into_iter().map(|own| small::notice(own, &mut texts)).collect();
    crate::notice::in_order(&mut notices);
    let mut outcome = Outcome {
        inputs,
        sources,
        notices,
        as_of,
        thresholds,
        devices: with_values(devices, &texts),
        records: with_reasons(records, &mut texts),
        links,
        rules: rules.into_iter().map(|own| small::rule(own, &texts)).collect(),
        marks,
        tallies: tallies.iter().map(|own| small::tally(own, &mut texts)).collect(),
        findings,
        questions,
        hidden,
        settings,
        settled_by,
        packages,
        decisions,
        purpose,
        steps,
        entries: entries.into_iter().map(|own| small::entry(own, &texts)).collect(),
        schedule: judged::schedule(schedule, &places, &moved, count),
        rule_files,
        console_files,
        provenance,
        since,
        ledger,
        kept: Vec::new(),
        begun: Vec::new(),
    };
    for reason in outcome.links.refused.values_mut().flatten() {
        *reason = texts.sentence(reason);
    }
    let now = outcome.batch_digests();
    judged::approvals(&mut outcome.decisions.approved, &before, &now, &texts.names);
    let Texts { names, corpus, .. } = texts;
    Ok(Copied { outcome, asked, names, corpus })
}

/// Makers and models, each once: they stay, but for values of other columns in them.
fn kept(outcome: &Outcome) -> BTreeSet<String> {
    let devices = &outcome.devices;
    let all = devices.numbers().flat_map(|at| [devices.manufacturer.get(at), devices.model.get(at)]);
    all.map(str::to_string).collect()
}

fn with_values(devices: table::DeviceTable, texts: &Texts) -> table::DeviceTable {
    let known = |own: &table::Texts<DeviceId>| {
        let mut done: HashMap<String, String> = HashMap::new();
        let mut one = |text: &str| done.entry(text.to_string()).or_insert_with(|| texts.known(text)).clone();
        table::Texts::of(devices.numbers().map(|at| one(own.get(at))).collect::<Vec<_>>())
    };
    let (manufacturer, model) = (known(&devices.manufacturer), known(&devices.model));
    table::DeviceTable { manufacturer, model, ..devices }
}

/// Why rows are no records.
fn with_reasons(records: table::RecordTable, texts: &mut Texts) -> table::RecordTable {
    let table::RecordTable { consoles, exports, set_aside, older } = records;
    let set_aside = set_aside.into_iter().map(|(export, row, why)| (export, row, texts.sentence(&why))).collect();
    let older = older.into_iter().map(|own| {
        let reasons: Vec<String> = (0..own.row.len()).map(|at| texts.sentence(own.reason.get(at))).collect();
        table::OlderColumns { reason: table::Texts::of(reasons), ..own }
    });
    table::RecordTable { consoles, exports, set_aside, older: older.collect() }
}
