//! The conductor: hands the data from stage to stage and collects what the report says of the run.

mod subjects;
mod tables;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use crate::assets::{self, Files};
use crate::error::{Error, Problem, Result};
use crate::formats::dates::Order;
use crate::formats::{self, Formats, Records};
use crate::identity::{self, AsOf, Devices, Threshold, Thresholds};
use crate::notice::{Code, Notice};
use crate::plan::{Parameters, Planned, Playbooks, Suggestions};
use crate::read::{self, Export, Input};
use crate::rules::{self, Availability, Findings, Rule, Tally};
use crate::schema::{Console, Platform, Severity};
use crate::table::{DeviceTable, RecordTable};

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
    /// A folder laid over the shipped rules.
    pub rules: Option<PathBuf>,
    /// Refuse inputs with remarks of medium severity and above.
    pub strict: bool,
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
    /// Canonical columns that it fills.
    pub understood: u64,
    /// Columns that the format knows and no stage needs.
    pub ignored: u64,
    /// Columns that the format does not know.
    pub unknown_columns: Vec<String>,
    /// Columns that the format expects and the file lacks.
    pub missing_columns: Vec<String>,
    /// Columns with secrets, never read.
    pub secret_columns: Vec<String>,
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
    /// Findings of one rule for one cohort, together.
    pub suggestions: Suggestions,
    /// The steps, device by device.
    pub steps: Vec<Planned>,
    /// What each step says.
    pub playbooks: Playbooks,
    /// Rules, formats, playbooks and word lists, for the manifest.
    pub files: Files,
}

impl Analysis {
    /// The severest finding, if there is one.
    #[must_use]
    pub fn highest(&self) -> Option<Severity> {
        self.findings.severity.iter().max().copied()
    }
}

/// The rules, formats and playbooks of a run.
struct Library {
    files: Files,
    formats: Formats,
    rules: Vec<Rule>,
    playbooks: Playbooks,
}

impl Library {
    fn load(options: &Options) -> Result<Self> {
        let files = assets::rules(options.rules.as_deref())?;
        let strangers: Vec<Problem> =
            files.keys().filter(|path| !assets::is_rule_file(path)).map(|p| stranger(p)).collect();
        if !strangers.is_empty() {
            return Err(Error::Rules { problems: strangers });
        }
        let parameters = Parameters {
            delete_days: options.thresholds.days(Threshold::Delete, Platform::Windows),
            inactive_days: options.thresholds.days(Threshold::Inactive, Platform::Windows),
        };
        let formats = Formats::load(&files);
        let rules = rules::load(&files);
        let playbooks = Playbooks::load(&assets::under(&files, "playbooks/"), &parameters).map_err(|problems| {
            problems
                .into_iter()
                .map(|p| Problem {
                    file: p.file,
                    place: p.line.map_or_else(String::new, |l| format!("line {l}")),
                    message: p.message,
                    help: p.help,
                })
                .collect::<Vec<_>>()
        });
        match (formats, rules, playbooks) {
            (Ok(formats), Ok(rules), Ok(playbooks)) => Ok(Self { files, formats, rules, playbooks }),
            (formats, rules, playbooks) => {
                let mut problems = formats.err().unwrap_or_default();
                problems.extend(rules.err().unwrap_or_default());
                problems.extend(playbooks.err().unwrap_or_default());
                Err(Error::Rules { problems })
            }
        }
    }
}

/// A file that nothing would read is a misspelt folder.
fn stranger(path: &str) -> Problem {
    Problem {
        file: path.to_string(),
        place: String::new(),
        message: "is in no folder that is read".into(),
        help: "rules are in `findings/`, formats in `formats/`, playbooks in `playbooks/`, words in `vocabulary.yaml`"
            .into(),
    }
}

/// What reading the inputs gave.
#[derive(Default)]
struct Gathered {
    inputs: Vec<InputFile>,
    sources: Vec<Source>,
    records: Vec<(String, Records)>,
    notices: Vec<Notice>,
}

/// Reads the exports, finds the devices, judges them and plans.
///
/// # Errors
/// See [`Error`]: inputs of which none can be used, rules that are invalid, `--strict`.
pub fn analyze(options: &Options, progress: &dyn Progress) -> Result<Analysis> {
    let library = Library::load(options)?;
    let inputs = read::discover(&options.exports)?;
    if inputs.is_empty() {
        return Err(nothing("no export was found: no CSV, TSV, TXT or ZIP file is there".into(), Vec::new()));
    }
    let Gathered { inputs, sources, records, mut notices } = gather(&inputs, &library, options, progress)?;
    if records.iter().all(|(_, r)| r.frame.height() == 0) {
        let message = if sources.is_empty() {
            match inputs.as_slice() {
                [one] => format!("`{}` is no known export", one.label),
                many => format!("none of the {} files is a known export", many.len()),
            }
        } else if records.iter().any(|(_, r)| !r.bad.is_empty()) {
            "every row of the exports was set aside".to_string()
        } else {
            "the exports have headers and no rows".to_string()
        };
        return Err(nothing(message, notices));
    }

    progress.step("Linking records into devices");
    let (shelves, mut links, found) = identity::identify(records, library.formats.vocabulary())?;
    notices.extend(found);
    let (as_of, found) = identity::as_of(&shelves, options.as_of);
    notices.extend(found);
    let as_of = as_of.ok_or_else(|| Error::NothingUsable {
        message: "no export has a sign of life, so there is no time to judge at".into(),
        help: "give the time with `--as-of`, or add an export of Intune, Entra ID, Defender or Google".into(),
        notices: notices.clone(),
    })?;
    notices.extend(out_of_step(&sources, as_of));
    let mut devices = Devices::new(&shelves, &links, as_of, options.thresholds.clone())?;

    progress.step("Judging devices");
    let (available, found) = Availability::new(&shelves, &devices);
    notices.extend(found);
    devices.mark_incomplete(&available.incomplete());
    refuse_if_strict(options, &notices)?;
    let (tallies, findings) = rules::judge(&library.rules, &shelves, &links, &devices, &available)?;

    progress.step("Planning steps");
    let device_table = tables::devices(&shelves, &mut links, &devices)?;
    notices.extend(name_collision(&device_table));
    let texts: Vec<&rules::Text> = library.rules.iter().map(|r| &r.text).collect();
    let suggestions = Suggestions::new(&texts, &findings, &device_table, &options.thresholds);
    let steps = subjects::plan(&shelves, &devices, &device_table, &library.rules, &findings, &library.playbooks);
    let record_table = tables::records(&shelves);
    notices.sort();
    notices.dedup();
    Ok(Analysis {
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
        suggestions,
        steps,
        playbooks: library.playbooks,
        files: library.files,
    })
}

fn nothing(message: String, notices: Vec<Notice>) -> Error {
    let help =
        "export the device lists as CSV (`Devices > All devices > Export` and its like) and give their folder".into();
    Error::NothingUsable { message, help, notices }
}

fn refuse_if_strict(options: &Options, notices: &[Notice]) -> Result<()> {
    let serious: Vec<Notice> = notices.iter().filter(|n| n.code.severity() >= Severity::Medium).cloned().collect();
    if options.strict && !serious.is_empty() { Err(Error::Strict { notices: serious }) } else { Ok(()) }
}

/// Reads one file after the other, the largest first, so that it is gone when the others come.
fn gather(inputs: &[Input], library: &Library, options: &Options, progress: &dyn Progress) -> Result<Gathered> {
    let mut by_size: Vec<&Input> = inputs.iter().collect();
    by_size.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.label.cmp(&b.label)));
    let mut all = Gathered::default();
    for input in by_size {
        progress.step(&format!("Reading {}", input.label));
        let opened = read::open(input)?;
        all.notices.extend(opened.notices);
        all.inputs.push(InputFile { label: input.label.clone(), bytes: input.bytes, sha256: opened.sha256 });
        for export in opened.exports {
            one_export(&export, library, options, &mut all)?;
        }
    }
    all.inputs.sort_by(|a, b| a.label.cmp(&b.label));
    all.sources.sort_by(|a, b| a.export.cmp(&b.export));
    all.records.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(all)
}

fn one_export(export: &Export, library: &Library, options: &Options, all: &mut Gathered) -> Result<()> {
    let label = export.label.clone();
    let Some(recognised) = library.formats.recognise(&export.header) else {
        let shown: Vec<String> = export.header.iter().take(6).map(|h| format!("`{}`", clipped(h))).collect();
        let message = format!("no known format has these columns: {}; the file was not used", shown.join(", "));
        all.notices.push(Notice::new(Code::UnknownFormat, label, message));
        return Ok(());
    };
    let settings = formats::Options { order: options.date_order, needed: Some(needed(&library.rules)) };
    let (records, notices) = formats::normalise(export, &recognised, &library.formats, &settings)?;
    all.notices.extend(notices);
    let count = records.frame.height() as u64;
    let rows = count + records.bad.len() as u64;
    if rows == 0 {
        let message = "the export has a header and no rows; it counts as not supplied".to_string();
        all.notices.push(Notice::new(Code::SourceTooSmall, &label, message));
    }
    let distinct: BTreeSet<usize> = recognised.columns.values().copied().collect();
    let unread = export.header.len() - distinct.len() - recognised.unknown.len() - recognised.secret.len();
    all.sources.push(Source {
        export: label.clone(),
        console: recognised.format.console,
        format: recognised.format.id.clone(),
        format_title: recognised.format.title.clone(),
        rows,
        records: count,
        newest_signal: tables::newest(&records.frame),
        understood: distinct.len() as u64,
        ignored: unread as u64,
        unknown_columns: recognised.unknown.clone(),
        missing_columns: recognised.missing.iter().map(|(c, _)| c.clone()).collect(),
        secret_columns: recognised.secret.clone(),
    });
    all.records.push((label, records));
    Ok(())
}

/// Record columns that a later stage reads: those of every run, and those of the rules.
fn needed(rules: &[Rule]) -> BTreeSet<&'static str> {
    let mut needed: BTreeSet<&'static str> = identity::NEEDED.iter().chain(subjects::NEEDED).copied().collect();
    needed.extend(rules.iter().flat_map(Rule::record_columns));
    needed
}

/// A header cell short enough for a message.
fn clipped(text: &str) -> String {
    const LENGTH: usize = 40;
    if text.chars().count() <= LENGTH { text.to_string() } else { text.chars().take(LENGTH).chain(['…']).collect() }
}

/// Names that several devices bear: where scripts that match by name take the wrong one.
fn name_collision(devices: &DeviceTable) -> Option<Notice> {
    const SHOWN: usize = 5;
    let mut bearers: HashMap<String, usize> = HashMap::new();
    for name in (0..devices.len()).map(|d| devices.name.get(d)).filter(|name| !name.is_empty()) {
        *bearers.entry(name.to_lowercase()).or_default() += 1;
    }
    bearers.retain(|_, count| *count > 1);
    let mut shared: Vec<(String, usize)> = bearers.into_iter().collect();
    shared.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let listed: Vec<String> = shared.iter().take(SHOWN).map(|(name, n)| format!("`{}` ({n})", clipped(name))).collect();
    let more = if shared.len() > SHOWN { " and others" } else { "" };
    (!shared.is_empty()).then(|| {
        let (names, bear) = if shared.len() == 1 { ("name", "is borne") } else { ("names", "are borne") };
        let message = format!(
            "{} {names} {bear} by several devices: {}{more}; nothing was joined by name",
            shared.len(),
            listed.join(", ")
        );
        Notice::new(Code::NameCollision, "", message)
    })
}

/// Exports whose newest signal is far behind the as-of time were made on another day than the rest.
fn out_of_step(sources: &[Source], as_of: AsOf) -> Vec<Notice> {
    const APART: i64 = 14 * identity::DAY;
    const FEWEST: u64 = 20;
    sources
        .iter()
        .filter_map(|source| {
            let newest = source.newest_signal?;
            (as_of.millis - newest > APART && source.records >= FEWEST).then(|| {
                let message = format!(
                    "its newest sign of life is of {}, {} days before the time of judgement: it was exported earlier than the rest, or its console is out of use",
                    identity::day(newest),
                    (as_of.millis - newest) / identity::DAY
                );
                Notice::new(Code::SourcesOutOfStep, &source.export, message)
            })
        })
        .collect()
}
