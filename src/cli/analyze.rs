//! `lastseen analyze`: the main job.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::Style;
use clap::{Args as ClapArgs, ValueHint};

use super::complain::clean;
use super::print::{BAD, BOLD, CAUTION, DIM};
use super::timings::Timings;
use super::{input, judgement, plan, print, progress};
use crate::assets;
use crate::error::{Result, exit};
use crate::notice::{Code, many};
use crate::outcome::Outcome;
use crate::read;
use crate::report::{self, Format, Model, Place};
use crate::run;
use crate::schema::{Disposition, Severity};

/// Link the exports into devices, flag the stale and misaligned ones, and write the report.
#[allow(clippy::struct_excessive_bools, reason = "switches of the command line")]
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    input: input::Args,

    /// Folder to write the report to
    #[arg(long, short, value_name = "DIR", default_value = "lastseen-report", help_heading = "Output")]
    out: PathBuf,

    /// Replace an earlier report in that folder
    #[arg(long, help_heading = "Output")]
    force: bool,

    /// Name of the tenant on the report [default: the name of the folder with the exports]
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    label: Option<String>,

    /// Who prepared the report
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    prepared_by: Option<String>,

    /// Who reviewed it
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    reviewed_by: Option<String>,

    /// When it was made: the clock is never read
    #[arg(long, value_name = "TIME", help_heading = "Output")]
    run_at: Option<String>,

    /// Exit with code 10 when a finding has at least this severity
    #[arg(long, value_name = "SEVERITY", value_parser = severity, help_heading = "Output")]
    fail_on: Option<Severity>,

    #[command(flatten)]
    judgement: judgement::Args,

    #[command(flatten)]
    plan: plan::Args,

    /// Earlier report to compare with and to carry on from: what is new, resolved or open, and what was done
    #[arg(long, value_name = "REPORT", value_hint = ValueHint::DirPath, help_heading = "Input")]
    baseline: Option<PathBuf>,

    /// Also write commands for the steps: PowerShell and GAM, dry unless told otherwise
    #[arg(long, help_heading = "Plan")]
    commands: bool,

    /// Refuse exports with notices of medium severity or above
    #[arg(long, help_heading = "Input")]
    strict: bool,

    /// Folder with templates to put in the place of the shipped ones
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Output")]
    templates: Option<PathBuf>,

    /// Files to write: html, csv, xlsx, json, arrow, data; a workbook that is asked for holds every line, however many
    /// [default: html,csv,xlsx,json,data]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = format, help_heading = "Output")]
    format: Vec<Format>,

    /// Say nothing but errors
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,

    /// Open the page once the report is written
    #[arg(long, help_heading = "Output")]
    open: bool,

    /// Print how long each step took, on how much of the processor and in how much memory
    #[arg(long, help_heading = "Output")]
    timings: bool,
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::parse(text).ok_or_else(|| format!("use one of: {}", Severity::WORDS.join(", ")))
}

pub(super) fn format(text: &str) -> Result<Format, String> {
    Format::parse(text).ok_or_else(|| format!("use one or more of: {}", Format::WORDS.join(", ")))
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let baseline = args.baseline.clone();
    let mut options = run::Options { strict: args.strict, baseline, ..args.plan.apply(args.input.options()) };
    args.judgement.apply(&mut options, args.quiet)?;
    #[cfg(unix)]
    report::watch(|signal| signal_hook::low_level::exit(128 + signal))
        .map_err(|e| crate::error::Error::Internal(format!("signals cannot be watched: {e}")))?;
    let place = Place::take(&args.out, args.force, &reads(args, &options)?, &mut print::note)?;
    let progress = Timings::beside(progress::for_terminal(args.quiet));
    let templates = assets::templates(args.templates.as_deref())?;
    let outcome = run::analyze(&options, &progress)?;
    let report_options = report::Options {
        label: args.label.clone().unwrap_or_else(|| label(&args.input.exports)),
        formats: args.format.clone(),
        settings: settings(args),
        commands: args.commands,
        redacted: false,
        edition: None,
    };
    let model = report::write(&outcome, &templates, place, &report_options, &progress)?;
    if args.timings {
        progress.print();
    } else {
        drop(progress);
    }
    if !args.quiet {
        print::printed(summary(&outcome, &model, &args.out))?;
    }
    if args.open {
        show(&report::page(&args.out));
    }
    let failed = args.fail_on.is_some_and(|limit| outcome.highest().is_some_and(|highest| highest >= limit));
    Ok(if failed { exit::FINDINGS } else { exit::DONE })
}

/// Opens the page. Where nothing can show it the report is there all the same.
fn show(page: &Path) {
    if !page.is_file() {
        print::note("there is no page to open, since `--format` leaves out `html`");
    } else if open::that_detached(page).is_err() {
        // How a starter of programs ended says nothing to a reader.
        print::note(&format!("nothing on this system opens pages; open `{}` in a browser", page.display()));
    }
}

/// Every file and folder that the run reads.
fn reads(args: &Args, options: &run::Options) -> Result<Vec<PathBuf>> {
    let mut all = args.input.exports.clone();
    all.extend(read::discover(&args.input.exports)?.into_iter().map(|input| input.path));
    all.extend(args.judgement.files());
    let more = [&options.exceptions, &options.decisions, &options.rules, &options.baseline, &args.templates];
    all.extend(more.into_iter().flatten().chain(&options.logs).cloned());
    all.sort();
    all.dedup();
    Ok(all)
}

/// The folder that holds the exports names the tenant best; of several the first by name, in whatever order they are given.
fn label(exports: &[PathBuf]) -> String {
    let name = |export: &PathBuf| {
        let folder = if export.is_dir() { Some(export.as_path()) } else { export.parent() };
        folder.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned())
    };
    exports.iter().filter_map(name).min().unwrap_or_default()
}

/// Settings that change the result, for the manifest.
fn settings(args: &Args) -> Vec<(String, String)> {
    let mut settings = Vec::new();
    let mut add = |name: &str, value: String| settings.push((name.to_string(), value));
    if !args.judgement.given().is_empty() {
        add("threshold", args.judgement.given());
    }
    if let Some(order) = &args.input.date_order {
        add("date_order", order.clone());
    }
    let mut expected: Vec<String> =
        args.input.expect.iter().map(|(console, count)| format!("{console}={count}")).collect();
    expected.sort();
    if !expected.is_empty() {
        add("expect", expected.join(" "));
    }
    if !args.input.newest.is_empty() {
        add("newest", args.input.newest.join(" "));
    }
    let treated: Vec<String> = args.input.treat.iter().map(|t| format!("{}={}", t.file, t.format)).collect();
    if !treated.is_empty() {
        add("treat", treated.join(" "));
    }
    if args.plan.intent != Disposition::default() {
        add("intent", args.plan.intent.to_string());
    }
    if args.commands {
        add("commands", "true".into());
    }
    if args.judgement.allow_short_thresholds {
        add("allow_short_thresholds", "true".into());
    }
    let people = [("prepared_by", &args.prepared_by), ("reviewed_by", &args.reviewed_by), ("run_at", &args.run_at)];
    for (name, value) in people {
        if let Some(value) = value {
            add(name, value.clone());
        }
    }
    settings
}

fn colour(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => BAD,
        Severity::Medium => CAUTION,
        Severity::Low | Severity::Info => Style::new(),
    }
}

/// What a person reads when the run is done.
fn summary(outcome: &Outcome, model: &Model, out: &Path) -> std::io::Result<()> {
    let mut to = anstream::stdout().lock();
    let totals = &model.totals;
    writeln!(
        to,
        "{BOLD}{}{BOLD:#} from {} of {}, judged at {} ({})",
        many(totals.devices as u64, "device"),
        many(totals.rows, "row"),
        many(model.sources.len() as u64, "export"),
        model.as_of,
        model.as_of_source
    )?;
    writeln!(to)?;
    writeln!(to, "{DIM}{:<12}{:>9}{:>9}{:>9}{:>9}{DIM:#}", "platform", "devices", "active", "stale", "unknown")?;
    for row in &model.activity {
        writeln!(to, "{:<12}{:>9}{:>9}{:>9}{:>9}", row.platform, row.devices, row.active, row.stale, row.unknown)?;
    }
    if !model.stale_means.is_empty() {
        writeln!(to, "{}", clean(&model.stale_means))?;
    }
    writeln!(to)?;
    rules(&mut to, outcome, model)?;
    writeln!(to)?;
    let serious = outcome.notices.iter().filter(|n| n.code.severity() >= Severity::Medium).count();
    if !outcome.notices.is_empty() {
        writeln!(
            to,
            "{} about the exports, {serious} of medium severity or above",
            many(outcome.notices.len() as u64, "notice")
        )?;
    }
    fleet(&mut to, model)?;
    let (steps, plans) = (many(totals.steps as u64, "step"), many(totals.planned_devices as u64, "plan"));
    let packages = many(totals.suggestions as u64, "work package");
    writeln!(to, "{steps} in {plans}, {packages}")?;
    if let Some(since) = &model.since {
        let (counts, ledger) = (&since.counts, &since.ledger);
        writeln!(to)?;
        since_lines(&mut to, since.as_of.get(..10).unwrap_or_default(), counts)?;
        writeln!(
            to,
            "ledger: {} planned, {} claimed, {} confirmed, {} contradicted, {} returned, {} withdrawn",
            ledger.planned, ledger.claimed, ledger.confirmed, ledger.contradicted, ledger.returned, ledger.withdrawn
        )?;
    }
    writeln!(to)?;
    let ask_first: Vec<_> = outcome.notices.iter().filter(|n| n.code == Code::WentDarkTogether).collect();
    if !model.suggestions.is_empty() {
        writeln!(to, "{DIM}start here{DIM:#}")?;
        for notice in ask_first.iter().take(MOST_ASKED_FIRST) {
            writeln!(to, "{CAUTION}first{CAUTION:#} {}", clean(&notice.message))?;
        }
        let more = ask_first.len().saturating_sub(MOST_ASKED_FIRST);
        if more > 0 {
            writeln!(to, "{more} more of this kind: `{}` in notices.csv", Code::WentDarkTogether.as_str())?;
        }
    }
    for (number, package) in (1..).zip(model.suggestions.iter().take(3)) {
        writeln!(to, "{number}. {}: {}", clean(&package.title), clean(&package.summary))?;
    }
    if !model.suggestions.is_empty() {
        writeln!(to)?;
    }
    asks(&mut to, model)?;
    writeln!(to, "{DIM}seal {}{DIM:#}", model.seal)?;
    writeln!(to, "{BOLD}{}{BOLD:#}", clean(&report::page(out).display().to_string()))?;
    to.flush()
}

/// How many devices are flagged, how gravely, and what is said of those that the sums leave over.
fn fleet(to: &mut dyn Write, model: &Model) -> std::io::Result<()> {
    let fleet = &model.fleet;
    let grades: Vec<String> = fleet.grades.iter().map(|own| format!("{} {}", own.devices, own.severity)).collect();
    let grades = if grades.is_empty() { String::new() } else { format!("; {}", grades.join(", ")) };
    writeln!(to, "{BOLD}{}{BOLD:#}{grades}", clean(&fleet.flagged))?;
    let unflagged = model.totals.stale - model.totals.stale_flagged;
    if unflagged > 0 {
        let (devices, have) = (many(unflagged as u64, "stale device"), if unflagged == 1 { "has" } else { "have" });
        writeln!(to, "{devices} {have} no finding: the page and `lastseen explain` say why")?;
    }
    let unsure = model.totals.review_devices;
    if unsure > 0 {
        let devices = many(unsure as u64, "device");
        writeln!(to, "{devices} of uncertain identity (`identity` in devices.csv). {}", clean(model.fleet.unsure()))?;
    }
    Ok(())
}

/// What became of an earlier run.
pub(super) fn since_lines(to: &mut dyn Write, day: &str, counts: &report::Counts) -> std::io::Result<()> {
    writeln!(
        to,
        "since {day}: findings {} new, {} reopened, {} open, {} resolved, {} not assessed",
        counts.new, counts.reopened, counts.open, counts.resolved, counts.not_assessed
    )?;
    writeln!(
        to,
        "devices {} appeared, {} gone, {} with another identity",
        counts.devices_appeared, counts.devices_gone, counts.identity_changed
    )?;
    if counts.rules_changed > 0 {
        let rules = many(counts.rules_changed as u64, "rule");
        writeln!(to, "{CAUTION}{rules} changed since: their figures are not compared with those before{CAUTION:#}")?;
    }
    Ok(())
}

/// Rules that the terminal lists: the whole summary fits on a screen.
const SHOWN_RULES: usize = 12;
/// Groups that became stale together that are named before the packages.
const MOST_ASKED_FIRST: usize = 3;

/// The rules that hold somewhere, the gravest first, and how many say nothing.
fn rules(to: &mut dyn Write, outcome: &Outcome, model: &Model) -> std::io::Result<()> {
    let mut held: Vec<_> = model
        .rules
        .iter()
        .filter(|row| row.matched > 0)
        .filter_map(|row| highest_of(outcome, &row.rule).map(|severity| (severity, row)))
        .collect();
    held.sort_by_key(|(severity, row)| (Reverse(*severity), Reverse(row.matched), row.rule.as_str()));
    let width = held.iter().map(|(_, row)| row.rule.len()).max().unwrap_or(0).max("rule".len());
    writeln!(to, "{DIM}{:<9}{:<width$}{:>9}{:>9}{DIM:#}", "severity", "rule", "matched", "unknown")?;
    for (severity, row) in held.iter().take(SHOWN_RULES) {
        let style = colour(*severity);
        writeln!(to, "{style}{severity:<9}{style:#}{:<width$}{:>9}{:>9}", row.rule, row.matched, row.unknown)?;
    }
    let more = held.get(SHOWN_RULES..).unwrap_or_default();
    if !more.is_empty() {
        let findings = many(more.iter().map(|(_, row)| row.matched).sum(), "finding");
        writeln!(to, "{DIM}{} matched: {findings}, see rules.csv{DIM:#}", many(more.len() as u64, "more rule"))?;
    }
    let idle: Vec<_> = model.rules.iter().filter(|row| row.outcome != "ran").collect();
    let (open, quiet): (Vec<_>, Vec<_>) =
        model.rules.iter().filter(|row| row.outcome == "ran" && row.matched == 0).partition(|row| row.unknown > 0);
    let such = if held.is_empty() { "rule" } else { "other rule" };
    if !open.is_empty() {
        let (rules, are) = (many(open.len() as u64, such), if open.len() == 1 { "is" } else { "are" });
        let devices = open.iter().map(|row| row.unknown).max().unwrap_or_default();
        let up_to = if open.len() == 1 { "" } else { "up to " };
        let devices = many(devices, "device");
        writeln!(to, "{CAUTION}{rules} matched nothing and {are} unknown for {up_to}{devices}{CAUTION:#}")?;
    }
    if !quiet.is_empty() {
        writeln!(to, "{DIM}{} matched nothing{DIM:#}", many(quiet.len() as u64, such))?;
    }
    // Rules that lack the same export are one line.
    let mut by_reason: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for row in idle {
        by_reason.entry((row.outcome, row.reason.as_str())).or_default().push(&row.rule);
    }
    for ((outcome, reason), rules) in by_reason {
        let outcome = outcome.replace('-', " ");
        writeln!(to, "{CAUTION}{outcome}{CAUTION:#} {}: {}", clean(&rules.join(", ")), clean(reason))?;
    }
    Ok(())
}

/// What to ask for next: what would settle most of what is not known.
fn asks(to: &mut dyn Write, model: &Model) -> std::io::Result<()> {
    let (total, devices, asks) = model.not_known();
    if total == 0 {
        return Ok(());
    }
    let (total, devices) = (many(total as u64, "question"), many(devices as u64, "device"));
    writeln!(to, "{DIM}not known{DIM:#}")?;
    writeln!(to, "{total} on {devices}, see questions.csv; `lastseen checklist` tells how these lists are exported")?;
    for (number, ask) in (1..).zip(asks.into_iter().take(3)) {
        writeln!(to, "{number}. {}", clean(ask))?;
    }
    writeln!(to)
}

fn highest_of(outcome: &Outcome, rule: &str) -> Option<Severity> {
    let at = outcome.rules.iter().position(|r| r.id == rule)?;
    let findings = &outcome.findings;
    findings.rule.iter().zip(&findings.severity).filter(|(r, _)| usize::from(**r) == at).map(|(_, s)| *s).max()
}
