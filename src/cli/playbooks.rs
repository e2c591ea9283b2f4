//! `lastseen playbooks`: read, check and test the playbooks that ship and those of your own.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueHint};

use super::print::{self, BAD, BOLD, DIM};
use crate::console::Registry;
use crate::error::{Error, Problem, Result, exit};
use crate::notice::many;
use crate::plan::{Fact, Playbooks, Row, Tested, device_facts, object_facts};
use crate::run::Checked;
use crate::schema::{instead, nearest};

/// List, show, check and test the playbooks: the steps for each kind of device, in their order.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the playbooks in their order of precedence
    List(List),
    /// Print one playbook or one step: where it applies, in which order, what keeps it safe
    Show(Show),
    /// Check playbooks and steps, run their tests, and say everything that is wrong
    Check(Check),
    /// Run the tests inside the playbooks
    Test(Check),
    /// Print the facts that conditions may name, with their meaning
    Facts(Facts),
}

#[derive(Debug, ClapArgs)]
struct List {
    /// Folder with playbooks to add to the shipped ones or to put in their place
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, ClapArgs)]
struct Show {
    /// Name of the playbook or of the step
    #[arg(value_name = "NAME")]
    name: String,

    /// Folder with playbooks to add to the shipped ones or to put in their place
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
struct Check {
    /// Folder with playbooks to add to the shipped ones or to put in their place
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
struct Facts {
    /// Folder with consoles to add to the shipped ones or to put in their place
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    match &args.verb {
        Verb::List(args) => list(&Checked::with(args.rules.as_deref())?.playbooks, args.json),
        Verb::Show(args) => show(&Checked::with(args.rules.as_deref())?.playbooks, &args.name),
        Verb::Check(args) => check(&Checked::with(args.rules.as_deref())?),
        Verb::Test(args) => test(&Checked::with(args.rules.as_deref())?),
        Verb::Facts(args) => facts(args),
    }
}

fn list(playbooks: &Playbooks, json: bool) -> Result<u8> {
    let rows: Vec<Row> = playbooks.rows().collect();
    if json {
        print::out(&print::pretty(&rows.iter().map(as_json).collect::<Vec<_>>())?)?;
        return Ok(exit::DONE);
    }
    let width = rows.iter().map(|row| row.playbook.len()).max().unwrap_or_default() + 2;
    let mut text = format!("{DIM}{:<width$}{:>5}{:>7}  about{DIM:#}\n", "playbook", "steps", "tests");
    for row in &rows {
        let _ = writeln!(text, "{:<width$}{:>5}{:>7}  {}", row.playbook, row.steps.len(), row.tests, row.about);
    }
    print::out(&text)?;
    Ok(exit::DONE)
}

fn as_json(row: &Row) -> serde_json::Value {
    let [all, any, none] = row.applies;
    serde_json::json!({
        "playbook": row.playbook, "about": row.about, "order": row.order,
        "applies": { "all": all, "any": any, "none": none },
        "steps": row.steps, "tests": row.tests, "file": row.file,
    })
}

fn show(playbooks: &Playbooks, name: &str) -> Result<u8> {
    let Some(page) = playbooks.page(name) else {
        let near = nearest(name, playbooks.names());
        let help = instead(near, || "`lastseen playbooks list` lists them".into());
        return Err(Error::Usage { message: format!("`{name}` is no playbook and no step"), help });
    };
    print::out(&page)?;
    Ok(exit::DONE)
}

fn check(all: &Checked) -> Result<u8> {
    let (tests, problems) = all.playbook_tests();
    if !problems.is_empty() {
        return Err(Error::Rules { problems });
    }
    let playbooks = &all.playbooks;
    let (books, steps) = (playbooks.books().count() as u64, playbooks.defined() as u64);
    let sound = format!(
        "{} and {} are sound, and {} pass\n",
        many(books, "playbook"),
        many(steps, "step"),
        many(tests, "test")
    );
    print::out(&sound)?;
    Ok(exit::DONE)
}

fn test(all: &Checked) -> Result<u8> {
    let tested = all.playbooks.run_tests(&all.own);
    let width = tested.iter().map(|one| one.playbook.len()).max().unwrap_or_default() + 2;
    let (mut text, total) = (String::new(), tested.iter().map(|one| one.tests as u64).sum());
    for one in &tested {
        let (style, word) = if one.problems.is_empty() { (DIM, "ok") } else { (BAD, "FAILED") };
        let shown = format!("{:>3} tests {:>3} of {:>2} steps", one.tests, one.steps - one.unseen.len(), one.steps);
        let _ = writeln!(text, "{:<width$}{shown}  {style}{word}{style:#}{DIM}{}{DIM:#}", one.playbook, aside(one));
    }
    let _ = writeln!(text, "\n{} in {}", many(total, "test"), many(tested.len() as u64, "playbook"));
    print::out(&text)?;
    let problems: Vec<Problem> = tested.into_iter().flat_map(|one| one.problems).collect();
    if problems.is_empty() { Ok(exit::DONE) } else { Err(Error::Rules { problems }) }
}

/// What its tests do not show, and why.
fn aside(tested: &Tested) -> String {
    if !tested.taken.is_empty() {
        let taken: Vec<&str> = tested.taken.iter().copied().collect();
        return format!("  some not run, since their devices are for {}", taken.join(" "));
    }
    if tested.unseen.is_empty() { String::new() } else { format!("  in no test: {}", tested.unseen.join(" ")) }
}

fn facts(args: &Facts) -> Result<u8> {
    let files = crate::assets::rules(args.rules.as_deref())?;
    let registry = Registry::load(&files).map_err(|problems| Error::Rules { problems })?;
    let own = registry.device_words().map(|own| Fact { word: own.word.into(), meaning: own.meaning.into() });
    let device: Vec<Fact> = device_facts().iter().cloned().chain(own).collect();
    if args.json {
        let row =
            |table: &str, fact: &Fact| serde_json::json!({ "fact": fact.word, "of": table, "meaning": fact.meaning });
        let tables = [("device", device.as_slice()), ("object", object_facts())];
        let rows: Vec<_> = tables.iter().flat_map(|(table, facts)| facts.iter().map(|f| row(table, f))).collect();
        print::out(&print::pretty(&rows)?)?;
        return Ok(exit::DONE);
    }
    let tables = [("the device", device.as_slice()), ("the object that a step acts on", object_facts())];
    let width = tables.iter().flat_map(|(_, facts)| facts.iter()).map(|f| f.word.len()).max().unwrap_or_default() + 2;
    let mut text = String::new();
    for (title, facts) in tables {
        let _ = writeln!(text, "{}{BOLD}{title}{BOLD:#}", if text.is_empty() { "" } else { "\n" });
        for fact in facts {
            let _ = writeln!(text, "{:<width$}{}", fact.word, fact.meaning);
        }
    }
    let _ = writeln!(text, "\n{BOLD}its findings{BOLD:#}");
    let _ = writeln!(text, "{:<width$}a finding of that rule is among those of the device", "about-RULE");
    print::out(&text)?;
    Ok(exit::DONE)
}
