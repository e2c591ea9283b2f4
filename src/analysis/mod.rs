//! The conductor: hands the data from stage to stage and collects what the report says of the run.

mod decisions;
mod explain;
mod gather;
mod hidden;
mod holds;
mod inspect;
mod library;
mod newest;
mod remarks;
mod subjects;
mod tables;
mod together;
mod treat;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::assets::Files;
use crate::config::{Config, Setting, SettledBy};
use crate::error::{Error, Result};
use crate::formats::dates::Order;
use crate::formats::{Missing, Written};
use crate::history::Decisions;
use crate::identity::{self, AsOf, Devices, Shelves, Thresholds};
use crate::notice::{Code, Notice};
use crate::plan::{self, Phase, Planned, Playbooks, Schedule, Suggestions};
use crate::rules::{self, Availability, Findings, Ground, Rule, Tally};
use crate::schema::{Console, JoinType, Purpose, Severity};
use crate::table::{DeviceTable, RecordTable};

use gather::Gathered;
use library::Library;

pub use explain::{Candidate, Explained, Explanation, Step, Verdict, explain};
pub use hidden::Hidden;
pub use inspect::{Inspection, Stranger, inspect};
pub use library::{Checked, check};
pub use treat::Treat;

/// Steps of the longest plan whose lines repeat what their steps say; the lines of a longer one name the guide's.
pub const LONGEST_WITH_TEXTS: usize = 100_000;

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
    pub purpose: Purpose,
    /// What people decided for single devices.
    pub decisions: Option<PathBuf>,
}

/// Who is told how far the run is.
pub trait Progress {
    /// A new step begins.
    fn step(&self, what: &str);
}

/// An input file and what was made of it.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// Its name in reports.
    pub label: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file as it lies on disk.
    pub sha256: String,
}

/// An export and what was made of it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name in reports; a member of an archive is `archive!member`.
    pub export: String,
    /// Number of the input that it came from, from 0. Labels are for people.
    pub input: usize,
    /// The console whose objects it lists.
    pub console: Console,
    /// Format id.
    pub format: String,
    /// Format name for people.
    pub format_title: String,
    /// Data rows, bad ones included.
    pub rows: u64,
    /// Rows that became records.
    pub records: u64,
    /// Newest sign of life, UTC milliseconds.
    pub newest_signal: Option<i64>,
    /// Rows that a newer list of the console speaks for.
    pub older: u64,
    /// Rows of a list that gives names to ids and describes no device.
    pub names: u64,
    /// What kind of file it is, e.g. `CSV with ;`.
    pub container: String,
    /// The user said what it is; it was not recognised.
    pub treated: bool,
    /// Headers by which the format was recognised.
    pub because: Vec<String>,
    /// Canonical columns that it fills, each with its header.
    pub understood: Vec<(String, String)>,
    /// Columns that the format knows and no stage needs.
    pub ignored: u64,
    /// Columns that the format does not know.
    pub unknown_columns: Vec<String>,
    /// Columns that the format expects and the file lacks.
    pub missing_columns: Vec<Missing>,
    /// Columns with secrets, never read.
    pub secret_columns: Vec<String>,
    /// How dates are written, by header.
    pub dates: Vec<(String, Written)>,
    /// Why nothing may be concluded from what it lacks.
    pub incomplete: Option<String>,
}

/// Everything that is known at the end of a run, in plain columns.
#[derive(Debug)]
pub struct Analysis {
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// The exports in them.
    pub sources: Vec<Source>,
    /// Remarks about the input, in their order.
    pub notices: Vec<Notice>,
    /// The time at which everything is judged.
    pub as_of: AsOf,
    /// The thresholds in force.
    pub thresholds: Thresholds,
    /// The devices.
    pub devices: DeviceTable,
    /// The records.
    pub records: RecordTable,
    /// Which record belongs to which device, and why.
    pub links: identity::Links,
    /// The rules, by id.
    pub rules: Vec<Rule>,
    /// What became of each rule.
    pub tallies: Vec<Tally>,
    /// The findings.
    pub findings: Findings,
    /// Findings that an exception hides; nothing is planned on them.
    pub hidden: Hidden,
    /// The values in force.
    pub settings: Vec<Setting>,
    /// The configuration's file.
    pub config: SettledBy,
    /// Findings of one rule for one cohort, together.
    pub suggestions: Suggestions,
    /// What people decided.
    pub decisions: Decisions,
    /// What becomes of devices for which nothing else was decided.
    pub purpose: Purpose,
    /// The steps, device by device.
    pub steps: Vec<Planned>,
    /// What each step says.
    pub playbooks: Playbooks,
    /// Batches, and the earliest day of every step.
    pub schedule: Schedule,
    /// Rules, formats, playbooks and word lists, for the manifest.
    pub files: Files,
}

impl Analysis {
    /// The id of the object that a step acts on. A computer that no AD list shows is known by its objectGUID, which a
    /// hybrid device has as its Entra device id.
    #[must_use]
    pub fn object_of(&self, step: &Planned) -> String {
        if let Some(record) = step.object {
            return self.records.id_of(record);
        }
        let device = step.device as usize;
        let console = self.playbooks.entries().get(step.entry as usize).and_then(|entry| entry.console);
        let hybrid = self.devices.join_type.get(device) == Some(&JoinType::Hybrid);
        let computer = hybrid && console.is_some_and(Console::is_directory);
        if computer { self.devices.entra_device_id.get(device).to_string() } else { String::new() }
    }

    /// What must be true before a step, by its position: the day from which it may be done, where it waits for one, and
    /// what no file can tell.
    #[must_use]
    pub fn condition_of(&self, step: usize) -> Cow<'_, str> {
        let entry = self.steps.get(step).and_then(|s| self.playbooks.entries().get(s.entry as usize));
        match entry {
            Some(entry) if entry.phase == Phase::AfterGrace => {
                let day = identity::day(self.schedule.earliest(step));
                format!("Not before {day}. {}", entry.condition).trim_end().to_string().into()
            }
            Some(entry) => Cow::Borrowed(&entry.condition),
            None => Cow::Borrowed(""),
        }
    }

    /// What becomes of a device that leaves service.
    #[must_use]
    pub fn purpose_of(&self, device: usize) -> Purpose {
        self.decisions.of(device).and_then(|d| d.purpose).unwrap_or(self.purpose)
    }

    /// The severest finding, if there is one.
    #[must_use]
    pub fn highest(&self) -> Option<Severity> {
        self.findings.severity.iter().max().copied()
    }
}

/// Reads the exports, finds the devices, judges them and plans.
///
/// # Errors
/// See [`Error`]: inputs of which none can be used, rules that are invalid, `--strict`.
pub fn analyze(options: &Options, progress: &dyn Progress) -> Result<Analysis> {
    conclude(options, progress).map(|(analysis, _)| analysis)
}

/// What stays behind the tables of an [`Analysis`].
struct Inner {
    shelves: Shelves,
    devices: Devices,
    available: Availability,
}

fn conclude(options: &Options, progress: &dyn Progress) -> Result<(Analysis, Inner)> {
    let mut library = Library::load(options)?;
    let mut decisions = options.decisions.as_deref().map(decisions::load).transpose()?.unwrap_or_default();
    let Gathered { inputs, sources, records, mut notices, proven, .. } =
        gather::gather(options, &library.formats, Some(needed(&library)), progress)?;
    notices.append(&mut library.notices);
    if records.iter().all(|(_, r)| r.frame.height() == 0) {
        let message = if sources.is_empty() {
            match inputs.as_slice() {
                [one] => format!("`{}` is no known export", one.label),
                many => format!("none of the {} files is a known export", many.len()),
            }
        } else if records.iter().any(|(_, r)| !r.bad.is_empty()) {
            "every row of the exports was set aside".to_string()
        } else if records.is_empty() {
            "the exports name no devices".to_string()
        } else {
            "the exports have headers and no rows".to_string()
        };
        return Err(nothing(message, notices));
    }

    progress.step("Linking records into devices");
    let (shelves, mut links, found) = identity::identify(records, &proven, library.formats.vocabulary())?;
    notices.extend(found);
    let (as_of, found) = identity::as_of(&shelves, options.as_of);
    notices.extend(found);
    let as_of = as_of.ok_or_else(|| Error::NothingUsable {
        message: "no export has a sign of life, so there is no time to judge at".into(),
        help: "give the time with `--as-of`, or add an export of Intune, Entra ID, Defender or Google".into(),
        notices: notices.clone(),
    })?;
    notices.extend(remarks::out_of_step(&sources, as_of));
    let mut devices = Devices::new(&shelves, &links, as_of, options.thresholds.clone(), &library.markers)?;

    let (moved, found) = remarks::names_disagree(&shelves, &devices);
    devices.doubt(&moved);
    notices.extend(found);
    let (nameless, found) = remarks::nameless(&shelves, &devices);
    devices.doubt(&nameless);
    notices.extend(found);

    progress.step("Judging devices");
    let (available, found) = Availability::new(&shelves, &devices);
    notices.extend(found);
    devices.mark_incomplete(&available.incomplete(), &available.unproven());
    refuse_if_strict(options, &notices)?;
    let ground = Ground { shelves: &shelves, links: &links, devices: &devices, available: &available };
    let (mut tallies, findings) = rules::judge(&library.rules, ground)?;
    let (findings, hidden, found) = hidden::hide(library.exceptions, &library.rules, &mut tallies, findings, ground);
    notices.extend(found);

    progress.step("Planning steps");
    let device_table = tables::devices(&shelves, &mut links, &devices)?;
    notices.extend(remarks::name_collision(&device_table));
    notices.extend(decisions.find(&device_table).map_err(decisions::refused)?);
    let texts: Vec<&rules::Text> = library.rules.iter().map(|r| &r.text).collect();
    let suggestions = Suggestions::new(&texts, &findings, &device_table, &options.thresholds);
    let orders = subjects::Orders {
        playbooks: &library.playbooks,
        conditions: &library.conditions,
        purpose: options.purpose,
        decisions: &decisions,
    };
    let ground = Ground { shelves: &shelves, links: &links, devices: &devices, available: &available };
    let mut steps = subjects::plan(ground, &device_table, &library.rules, &findings, orders)?;
    let (together, found) = together::find(&shelves, &devices, &device_table, &library.rules, &findings);
    notices.extend(found);
    library.playbooks.ask(Code::WentDarkTogether.as_str(), &mut steps, &together);
    let schedule = Schedule::new(&plan::Basis {
        steps: &steps,
        entries: library.playbooks.entries(),
        suggestions: &suggestions,
        device_of_finding: &findings.device,
        devices: &device_table,
        thresholds: &options.thresholds,
    });
    let record_table = tables::records(&shelves);
    notices.extend(remarks::long_plan(steps.len()));
    notices.sort();
    notices.dedup();
    let analysis = Analysis {
        inputs,
        sources,
        notices,
        as_of,
        thresholds: options.thresholds.clone(),
        devices: device_table,
        records: record_table,
        links,
        rules: library.rules,
        tallies,
        findings,
        hidden,
        settings: options.settings.clone(),
        config: options.config.source.clone(),
        suggestions,
        decisions,
        purpose: options.purpose,
        steps,
        playbooks: library.playbooks,
        schedule,
        files: library.files,
    };
    Ok((analysis, Inner { shelves, devices, available }))
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
fn needed(library: &Library) -> BTreeSet<&'static str> {
    let mut needed: BTreeSet<&'static str> = identity::NEEDED.iter().chain(subjects::NEEDED).copied().collect();
    needed.extend(library.rules.iter().flat_map(Rule::record_columns));
    needed.extend(library.markers.columns());
    needed.extend(library.formats.consoles().all().iter().flat_map(|console| console.state_columns()));
    needed.extend(holds::needed(&library.conditions));
    if !library.exceptions.list.is_empty() {
        needed.extend(hidden::NEEDED);
    }
    needed
}
