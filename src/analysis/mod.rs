//! The conductor: hands the data from stage to stage and collects what the report says of the run.

mod close;
mod decisions;
mod explain;
mod gather;
mod hidden;
mod holds;
mod inspect;
mod newest;
mod remarks;
mod rule_set;
mod subjects;
mod tables;
mod together;
mod treat;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::config::{Config, Setting};
use crate::coverage::{Coverage, Devices};
use crate::error::{Error, Result};
use crate::formats::Records;
use crate::formats::dates::Order;
use crate::history::Exceptions;
use crate::identity::{self, Members, RecordStore, Thresholds};
use crate::notice::{Code, Notice};
use crate::outcome::Outcome;
use crate::plan::{self, Schedule, Suggestions};
use crate::rules::{self, EvalContext, Rule};
use crate::schema::{Disposition, Severity};

use gather::Gathered;
use rule_set::RuleSet;

pub use crate::outcome::{InputFile, Source};
pub use explain::explain;
pub use inspect::{Inspection, Stranger, inspect};
pub use rule_set::{Checked, check};
pub use treat::Treat;

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files and folders with exports.
    pub exports: Vec<PathBuf>,
    /// The time at which everything is judged, UTC milliseconds; else the newest signal.
    pub as_of: Option<i64>,
    /// Order of day and month in columns that do not decide it.
    pub date_order: Option<Order>,
    /// Days after which something is late.
    pub thresholds: Thresholds,
    /// What the configuration settles beside them.
    pub config: Config,
    /// The values in force, for the report.
    pub settings: Vec<Setting>,
    /// The file with accepted findings.
    pub exceptions: Option<PathBuf>,
    /// A folder laid over the shipped rules.
    pub rules: Option<PathBuf>,
    /// Refuse inputs with remarks of medium severity and above.
    pub strict: bool,
    /// Numbers of devices that the consoles' own pages show.
    pub expected: Vec<(String, u64)>,
    /// Lists that are the newest of their console, where their own dates cannot tell.
    pub newest: Vec<String>,
    /// What the user says that files are.
    pub treat: Vec<Treat>,
    /// What becomes of devices that leave service.
    pub purpose: Disposition,
    /// What people decided for single devices.
    pub decisions: Option<PathBuf>,
}

/// Who is told how far the run is.
pub trait Progress {
    /// A new step begins.
    fn step(&self, what: &str);
}

/// Reads the exports, finds the devices, judges them and plans.
///
/// # Errors
/// See [`Error`]: inputs of which none can be used, rules that are invalid, `--strict`.
pub fn analyze(options: &Options, progress: &dyn Progress) -> Result<Outcome> {
    conclude(options, false, progress).map(|(outcome, _)| outcome)
}

/// What stays behind the tables of an [`Outcome`].
struct Inner {
    store: RecordStore,
    /// Whole where it is kept; else without what the outcome has.
    links: identity::Links,
    devices: Devices,
    rules: Vec<Rule>,
}

/// Everything up to the outcome. What stays behind it is whole only where somebody wants to `keep` it: the large columns are
/// moved otherwise.
fn conclude(options: &Options, keep: bool, progress: &dyn Progress) -> Result<(Outcome, Inner)> {
    let mut rule_set = RuleSet::load(options)?;
    let mut decisions = options.decisions.as_deref().map(decisions::load).transpose()?.unwrap_or_default();
    let Gathered { inputs, sources, records, mut notices, proven, .. } =
        gather::gather(options, &rule_set.formats, Some(needed(&rule_set)), progress)?;
    notices.append(&mut rule_set.notices);
    if let Some(message) = why_nothing(&inputs, &sources, &records) {
        return Err(nothing(message, notices));
    }

    progress.step("Linking records into devices");
    let (store, mut links, found) = identity::identify(records, &proven, rule_set.formats.vocabulary())?;
    notices.extend(found);
    let (as_of, found) = identity::as_of(&store, options.as_of);
    notices.extend(found);
    let as_of = as_of.ok_or_else(|| Error::NothingUsable {
        message: "no export has a sign of life, so there is no time to judge at".into(),
        help: "give the time with `--as-of`, or add an export of Intune, Entra ID, Defender or Google".into(),
        notices: notices.clone(),
    })?;
    notices.extend(remarks::out_of_step(&sources, as_of));
    let members = Members::new(&store, &links, as_of, options.thresholds.clone(), &rule_set.markers)?;
    let (moved, found) = remarks::names_disagree(&store, &members);
    notices.extend(found);
    let (nameless, found) = remarks::nameless(&store, &members);
    notices.extend(found);

    progress.step("Judging devices");
    let (coverage, found) = Coverage::new(&store, &links, &members)?;
    notices.extend(found);
    let devices = Devices::new(members, coverage, &links, moved.into_iter().chain(nameless));
    refuse_if_strict(options, &notices)?;
    let context = EvalContext { store: &store, links: &links, devices: &devices };
    let (mut tallies, findings) = rules::judge(&rule_set.rules, context)?;
    let (findings, hidden, found) = hidden::hide(rule_set.exceptions, &rule_set.rules, &mut tallies, findings, context);
    notices.extend(found);

    progress.step("Planning steps");
    let device_table = tables::devices(&store, &mut links, &devices)?;
    notices.extend(remarks::name_collision(&device_table));
    notices.extend(decisions.find(&device_table).map_err(decisions::refused)?);
    let texts: Vec<&rules::Text> = rule_set.rules.iter().map(|r| &r.text).collect();
    let suggestions = Suggestions::new(&texts, &findings, &device_table, &options.thresholds);
    let orders = subjects::Orders {
        playbooks: &rule_set.playbooks,
        conditions: &rule_set.conditions,
        purpose: options.purpose,
        decisions: &decisions,
    };
    let context = EvalContext { store: &store, links: &links, devices: &devices };
    let mut steps = subjects::plan(context, &device_table, &rule_set.rules, &findings, orders)?;
    let (together, found) = together::find(&store, &devices, &device_table, &rule_set.rules, &findings);
    // Only a judged fleet shows it; what else `--strict` refuses is known before.
    refuse_if_strict(options, &found)?;
    notices.extend(found);
    rule_set.playbooks.complete(Code::WentDarkTogether.as_str(), &mut steps, &together);
    let schedule = Schedule::new(&plan::Basis {
        steps: &steps,
        entries: rule_set.playbooks.entries(),
        suggestions: &suggestions,
        device_of_finding: &findings.device,
        devices: &device_table,
        thresholds: &options.thresholds,
    });
    let record_table = tables::records(&store);
    notices.extend(remarks::long_plan(steps.len()));
    notices.sort();
    notices.dedup();
    let Exceptions { source: exceptions_file, .. } = &hidden.exceptions;
    let outcome = Outcome {
        inputs,
        sources,
        notices,
        as_of,
        thresholds: options.thresholds.clone(),
        devices: device_table,
        records: record_table,
        settled_by: close::settled_by(&[&options.config.source, exceptions_file]),
        links: close::links(&mut links, keep),
        rules: rule_set.rules.iter().map(|rule| rule.text.clone()).collect(),
        tallies,
        findings,
        hidden: close::hidden(hidden),
        settings: options.settings.clone(),
        suggestions,
        decisions: close::decisions(decisions),
        purpose: options.purpose,
        steps,
        entries: rule_set.playbooks.into_entries(),
        schedule: close::schedule(schedule),
        rule_files: close::rule_files(&rule_set.files),
        console_files: close::console_files(&rule_set.files),
    };
    Ok((outcome, Inner { store, links, devices, rules: rule_set.rules }))
}

/// Why there is no record at all; nothing where there is one.
fn why_nothing(inputs: &[InputFile], sources: &[Source], records: &[(String, Records)]) -> Option<String> {
    if records.iter().any(|(_, r)| r.frame.height() > 0) {
        return None;
    }
    Some(if sources.is_empty() {
        match inputs {
            [one] => format!("`{}` is no known export", one.label),
            many => format!("none of the {} files is a known export", many.len()),
        }
    } else if records.iter().any(|(_, r)| !r.bad.is_empty()) {
        "every row of the exports was set aside".into()
    } else if records.is_empty() {
        "the exports name no devices".into()
    } else {
        "the exports have headers and no rows".into()
    })
}

fn nothing(message: String, notices: Vec<Notice>) -> Error {
    let help = "`lastseen checklist` says which exports to ask for and how each is made; `lastseen inspect` says what a file is".into();
    Error::NothingUsable { message, help, notices }
}

fn refuse_if_strict(options: &Options, notices: &[Notice]) -> Result<()> {
    let serious: Vec<Notice> = notices.iter().filter(|n| n.code.severity() >= Severity::Medium).cloned().collect();
    if options.strict && !serious.is_empty() { Err(Error::Strict { notices: serious }) } else { Ok(()) }
}

/// Record columns that a later stage reads: those of every run, and those of the rules.
fn needed(rule_set: &RuleSet) -> BTreeSet<&'static str> {
    let mut needed: BTreeSet<&'static str> = identity::NEEDED.iter().chain(subjects::NEEDED).copied().collect();
    needed.extend(rule_set.rules.iter().flat_map(Rule::record_columns));
    needed.extend(rule_set.markers.columns());
    needed.extend(rule_set.formats.consoles().all().iter().flat_map(|console| console.state_columns()));
    needed.extend(holds::needed(&rule_set.conditions));
    if !rule_set.exceptions.list.is_empty() {
        needed.extend(hidden::NEEDED);
    }
    needed
}
