//! The conductor: hands the data from stage to stage and collects what the report says of the run.

mod close;
mod earlier;
mod explain;
mod gather;
mod hidden;
mod inspect;
mod named;
mod needed;
mod options;
mod plans;
mod refuse;
mod remarks;
mod rule_set;
mod tables;

use crate::coverage::{Coverage, Devices};
use crate::error::Result;
use crate::identity::{self, Members};
use crate::ids::By;
use crate::outcome::{Ledger, Outcome, Since};
use crate::rules::{self, EvalContext};

use earlier::Baseline;
use explain::Inner;
use gather::Gathered;
use rule_set::RuleSet;

pub use crate::outcome::{InputFile, Source};
pub(crate) use earlier::decisions;
pub use explain::explain;
pub use gather::Treat;
pub use inspect::{Inspection, Stranger, inspect};
pub use options::{Options, Progress, Silent, Unit};
pub use rule_set::{Checked, check};

/// Reads the exports, finds the devices, judges them and plans.
///
/// # Errors
/// See [`Error`](crate::error::Error): inputs of which none can be used, rules that are invalid, `--strict`.
pub fn analyze(options: &Options, progress: &dyn Progress) -> Result<Outcome> {
    conclude(options, false, progress).map(|(outcome, _)| outcome)
}

/// Everything up to the outcome. What stays behind it is whole only where somebody wants to `keep` it: the large columns are
/// moved otherwise.
fn conclude(options: &Options, keep: bool, progress: &dyn Progress) -> Result<(Outcome, Inner)> {
    let mut rule_set = RuleSet::load(options)?;
    let mut earlier = Baseline::load(options)?;
    let mut decisions = decisions(options, &mut rule_set.notices)?;
    let Gathered { inputs, sources, records, unused, mut notices, proven, provenance, .. } =
        gather::gather(options, &rule_set.formats, Some(needed::needed(&rule_set)), progress)?;
    notices.append(&mut rule_set.notices);
    refuse::if_nothing(&inputs, &sources, &records, &notices)?;

    progress.step("Linking records into devices");
    let (store, mut links, found) = identity::identify(records, &proven, rule_set.formats.vocabulary())?;
    notices.extend(found);
    let as_of = refuse::without_a_time(identity::as_of(&store, options.as_of), &sources, &mut notices)?;
    let members = Members::new(&store, &links, as_of, options.thresholds.clone(), &rule_set.markers)?;
    let (doubtful, found) = remarks::doubtful(&store, &members);
    notices.extend(found);
    progress.step("Weighing what the lists prove");
    let record_table = tables::records(&store);
    let beside = earlier::beside(earlier.as_mut(), unused, (&store, &links, &record_table), (&sources, &proven));
    let (coverage, found) = Coverage::new(&store, &links, &members, &beside, rule_set.formats.vocabulary());
    notices.extend(found);
    let devices = Devices::new(members, coverage, &links, doubtful);
    refuse::if_strict(options, &notices)?;

    progress.step("Judging devices");
    let context = EvalContext { store: &store, links: &links, devices: &devices, formats: &rule_set.formats };
    let rules::Judgement { mut tallies, findings, asked, questions, by_exclusion } =
        rules::judge(&rule_set.rules, context, &|done, of| progress.done(done, Some(of), Unit::Rules))?;
    let (findings, hidden, found) = hidden::hide(rule_set.exceptions, &rule_set.rules, &mut tallies, findings, context);
    notices.extend(found);

    progress.step("Planning steps");
    let device_table = tables::devices(&store, &mut links, &devices)?;
    let earlier = earlier.map(|earlier| earlier.beside(&device_table, &record_table, &links.device)).transpose()?;
    notices.extend(remarks::name_collision(&device_table));
    let context = EvalContext { store: &store, links: &links, devices: &devices, formats: &rule_set.formats };
    let from = plans::From {
        context,
        table: &device_table,
        records: &record_table,
        carrying: earlier.as_ref().map(|earlier| earlier.carrying(&device_table)),
        rules: &rule_set.rules,
        findings: &findings,
        asked: &asked,
        playbooks: &rule_set.playbooks,
        conditions: &rule_set.conditions,
        purpose: options.purpose,
    };
    let mut packed = plans::pack(&from, &mut decisions, &mut notices)?;
    let (together, found) =
        remarks::together::find(&store, &devices, &device_table, &rule_set.rules, (&findings, &asked));
    // Only a judged fleet shows it; what else `--strict` refuses is known before.
    refuse::if_strict(options, &found)?;
    notices.extend(found);
    packed.ask(&mut rule_set.playbooks, (&together, &by_exclusion), devices.registry);
    notices.extend(remarks::long_plan(packed.steps.len()));
    let plans::Packed { packages, steps, begun, .. } = packed;
    let steps = By::of(steps);
    let answers = std::mem::take(&mut decisions.answers);
    let waits = |step: &_, entry: &_| earlier.as_ref()?.first_day(&record_table, step, entry);
    let mut outcome = Outcome {
        schedule: close::schedule((&packages, &steps), &rule_set.playbooks, &device_table, &options.thresholds, &waits),
        decisions: close::decisions(decisions, device_table.key.count()),
        inputs,
        sources,
        notices,
        as_of,
        thresholds: options.thresholds.clone(),
        devices: device_table,
        records: record_table,
        settled_by: close::settled_by(&[&options.config.source, &hidden.exceptions.source]),
        rules: rule_set.rules.iter().map(|rule| rule.text.clone()).collect(),
        links: close::links(&mut links, keep),
        marks: close::marks(&rule_set.rules, &rule_set.files, &options.thresholds),
        tallies,
        findings,
        questions,
        hidden: close::hidden(hidden),
        settings: options.settings.clone(),
        packages,
        purpose: options.purpose,
        steps,
        entries: rule_set.playbooks.into_entries(),
        rule_files: close::rule_files(&rule_set.files),
        console_files: close::console_files(&rule_set.files),
        provenance,
        since: Since::default(),
        ledger: Ledger::default(),
        kept: Vec::new(),
        begun: close::marked(&begun),
    };
    earlier::compare(earlier, &mut outcome, (&store, &devices), &answers, progress);
    crate::notice::in_order(&mut outcome.notices);
    Ok((outcome, Inner { store, links, devices, rules: rule_set.rules, formats: rule_set.formats }))
}
