//! `lastseen compare`: what is new, open, resolved, reopened or not assessed between two reports.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};

use super::analyze::since_lines;
use super::complain::clean;
use super::print::{self, BOLD, CAUTION, DIM};
use crate::compare::{self, Lists, Side, Told};
use crate::console::{Console, State};
use crate::error::{Result, exit};
use crate::outcome;
use crate::report;
use crate::time::day;

/// Say what is new, open, resolved, reopened or not assessed between two reports
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Folder of the earlier report
    #[arg(value_name = "OLD", value_hint = ValueHint::DirPath)]
    old: PathBuf,

    /// Folder of the later report
    #[arg(value_name = "NEW", value_hint = ValueHint::DirPath)]
    new: PathBuf,

    /// Print every change as CSV, with the columns of `changes.csv`
    #[arg(long, conflicts_with = "json")]
    csv: bool,

    /// Print every change as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let (old, asked) = outcome::load(&args.old)?;
    let (mut new, again) = outcome::load(&args.new)?;
    let told = Told { seal: outcome::seal_of(&args.old)?, label: asked.label, ..Told::default() };
    let side = Side::of(&new);
    let lists = Lists::new(&old, side.listed(), &new.sources, &proven(&again.settings, &new));
    let matched = compare::matched(&old, side);
    // Reports hold no states of objects; only the ledger would read them, and it is made by `analyze`.
    let (since, _) = compare::since(&old, &new, (&matched, &lists), &told, &|_| State::Unknown);
    new.since = since;
    if args.csv || args.json {
        let mut bytes = Vec::new();
        report::changes(&new, args.json, &mut bytes).map_err(|e| crate::error::Error::Internal(e.to_string()))?;
        print::out(&String::from_utf8_lossy(&bytes))?;
    } else {
        print::printed(summary(&old, &new))?;
    }
    Ok(exit::DONE)
}

/// Consoles whose number of devices was given, and given right.
fn proven(settings: &[(String, String)], new: &outcome::Outcome) -> Vec<Console> {
    let given = settings.iter().filter(|(name, _)| name == "expect").flat_map(|(_, value)| value.split(' '));
    let whole = |console: &Console| {
        let own = || new.sources.iter().filter(|source| source.console.as_str() == console.as_str());
        own().next().is_some() && own().all(|source| source.incomplete.is_none())
    };
    let named = given.filter_map(|one| one.split_once('=')).filter_map(|(slug, _)| new.devices.registry.parse(slug));
    named.filter(whole).collect()
}

fn summary(old: &outcome::Outcome, new: &outcome::Outcome) -> std::io::Result<()> {
    let mut to = anstream::stdout().lock();
    let counts = report::counts(new);
    since_lines(&mut to, &day(old.as_of.millis), &counts)?;
    for list in new.since.lists.iter().filter(|list| !list.not_whole.is_empty()) {
        let console = new.devices.registry.parse(&list.console).map(|console| console.title().to_string());
        let console = console.unwrap_or_else(|| list.console.clone());
        writeln!(to, "{CAUTION}incomplete{CAUTION:#} list of {console}: {}", clean(&list.not_whole))?;
    }
    writeln!(to)?;
    let rules =
        || new.since.by_rule.iter().filter(|rule| rule.new + rule.resolved + rule.reopened + rule.not_assessed > 0);
    let width = rules().map(|rule| rule.rule.len()).max().unwrap_or_default().max("rule".len());
    let head = ["before", "new", "reopened", "open", "resolved", "not assessed", "now"];
    write!(to, "{DIM}{:<width$}", "rule")?;
    head.iter().try_for_each(|word| write!(to, "{word:>13}"))?;
    writeln!(to, "{DIM:#}")?;
    for rule in rules() {
        write!(to, "{:<width$}", clean(&rule.rule))?;
        let counts = [rule.before, rule.new, rule.reopened, rule.open, rule.resolved, rule.not_assessed, rule.now];
        counts.iter().try_for_each(|count| write!(to, "{count:>13}"))?;
        writeln!(to, "{}", if rule.rule_changed { "  rule changed" } else { "" })?;
    }
    let nothing = new.since.changes.is_empty();
    writeln!(to)?;
    writeln!(to, "{BOLD}{}{BOLD:#}", if nothing { "nothing changed" } else { "`--csv` prints every change" })?;
    to.flush()
}
