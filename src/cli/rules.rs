//! `lastseen rules`: read, check and test the rules that ship and those of your own.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum, ValueHint};

use super::judgement;
use super::print::{self, BAD, BOLD, DIM};
use crate::console::Registry;
use crate::error::{Error, Problem, Result, exit};
use crate::notice::many;
use crate::rules::{self, Condition, Named, Rule};
use crate::run::{self, Checked};
use crate::schema::{instead, nearest};

/// List, show, check and test the rules.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the rules, with severity and what follows from a finding
    List(List),
    /// Print one rule: when it holds, what it needs, what follows, what its tests show
    Show(Show),
    /// Check rules, formats, playbooks and configuration, and say everything that is wrong
    Check(Check),
    /// Run the tests inside the rule files
    Test(Test),
    /// Print the JSON Schema of a rule file, or of a condition that rules share, for editors
    Schema(Schema),
}

#[derive(Debug, ClapArgs)]
struct Schema {
    /// Which kind of file
    #[arg(value_name = "KIND", value_enum, default_value_t = Kind::Rule)]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A rule
    Rule,
    /// A condition that rules share
    Condition,
}

#[derive(Debug, ClapArgs)]
struct List {
    /// Folder with rules to add to the shipped ones or to put in their place
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, ClapArgs)]
struct Show {
    /// Id of the rule, or name of a condition that rules share
    #[arg(value_name = "RULE")]
    id: String,

    /// Folder with rules to add to the shipped ones or to put in their place
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
struct Check {
    /// Folder with rules to add to the shipped ones or to put in their place
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,

    #[command(flatten)]
    judgement: judgement::Args,
}

#[derive(Debug, ClapArgs)]
struct Test {
    /// Folder with rules to add to the shipped ones or to put in their place
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    match &args.verb {
        Verb::List(args) => list(&Checked::with(args.rules.as_deref())?.rules, args.json),
        Verb::Show(args) => show(&Checked::with(args.rules.as_deref())?, &args.id),
        Verb::Check(args) => check(args),
        Verb::Test(args) => test(&Checked::with(args.rules.as_deref())?),
        Verb::Schema(args) => {
            let schema = match args.kind {
                Kind::Rule => rules::json_schema(Registry::shipped()),
                Kind::Condition => rules::condition_schema(Registry::shipped()),
            };
            print::out(&print::pretty(&schema)?)?;
            Ok(exit::DONE)
        }
    }
}

fn list(rules: &[Rule], json: bool) -> Result<u8> {
    if json {
        let rows: Vec<serde_json::Value> = rules.iter().map(as_json).collect();
        print::out(&print::pretty(&rows)?)?;
        return Ok(exit::DONE);
    }
    let width = rules.iter().map(|rule| rule.text.id.len()).max().unwrap_or_default() + 2;
    let mut text = format!("{DIM}{:<width$}{:<10}{:<11}title{DIM:#}\n", "rule", "severity", "plan");
    let mut family = "";
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    sorted.sort_by(|a, b| (&a.text.family, &a.text.id).cmp(&(&b.text.family, &b.text.id)));
    for rule in sorted {
        let own = &rule.text;
        if own.family != family {
            family = &own.family;
            let _ = writeln!(text, "\n{BOLD}{family}{BOLD:#}");
        }
        let _ = writeln!(text, "{:<width$}{:<10}{:<11}{}", own.id, own.severity, own.plan.as_str(), own.title);
    }
    print::out(&text)?;
    Ok(exit::DONE)
}

fn as_json(rule: &Rule) -> serde_json::Value {
    let (needs, absence) = rule.demands();
    serde_json::json!({
        "id": rule.text.id, "family": rule.text.family, "title": rule.text.title, "severity": rule.text.severity.as_str(),
        "plan": rule.text.plan.as_str(), "when": rule.condition(), "needs": needs, "absence": absence,
        "why": rule.text.why, "controls": rule.text.controls, "references": rule.text.references,
        "tests": rule.cases().len(), "file": rule.path,
    })
}

fn show(all: &Checked, id: &str) -> Result<u8> {
    if let Some(condition) = all.conditions.get(id) {
        print::out(&shared(condition, &all.rules))?;
        return Ok(exit::DONE);
    }
    let current = match rules::Names::new(&all.rules).find(id) {
        Named::Current(id) | Named::Earlier(id) => Some(id),
        Named::Nothing(_) => None,
    };
    let Some(rule) = all.rules.iter().find(|rule| Some(rule.text.id.as_str()) == current) else {
        let names = all.conditions.iter().map(|condition| condition.name.as_str());
        let near = nearest(id, all.rules.iter().map(|rule| rule.text.id.as_str()).chain(names));
        let help = instead(near, || "`lastseen rules list` lists them".into());
        return Err(Error::Usage { message: format!("`{id}` is no rule"), help });
    };
    print::out(&rules::page(rule))?;
    Ok(exit::DONE)
}

/// A condition that rules share, and the rules that name it.
fn shared(condition: &Condition, rules: &[Rule]) -> String {
    let of = condition.console.map_or_else(|| "a device".to_string(), |c| format!("a record of {}", c.title()));
    let users: Vec<String> =
        rules.iter().filter(|rule| rule.names(&condition.name)).map(|rule| format!("`{}`", rule.text.id)).collect();
    let users = if users.is_empty() { "no rule".to_string() } else { users.join(", ") };
    format!(
        "# {}\n\nA condition on {of}.\n\n{}\n\n    {}\n\nNamed by {users}.\n",
        condition.name, condition.meaning, condition.text
    )
}

fn check(args: &Check) -> Result<u8> {
    let mut options = run::Options { rules: args.rules.clone(), ..run::Options::default() };
    // What is checked is named in the answer.
    args.judgement.apply(&mut options, true)?;
    let checked = run::check(&options)?;
    let tests = tested(&checked)?;
    let mut text = format!(
        "{}, {} and {} are sound, and {} pass\n",
        many(checked.rules.len() as u64, "rule"),
        many(checked.formats.len() as u64, "format"),
        many(checked.playbooks.books().count() as u64, "playbook"),
        many(tests, "test")
    );
    if !options.config.source.file.is_empty() {
        let _ = writeln!(text, "`{}` is sound", options.config.source.file);
    }
    if let Some(path) = &options.exceptions {
        let _ = writeln!(text, "`{}` is sound: {}", path.display(), many(checked.exceptions as u64, "exception"));
    }
    for notice in &checked.notices {
        let _ = writeln!(text, "{}", notice.message);
    }
    print::out(&text)?;
    Ok(exit::DONE)
}

fn test(all: &Checked) -> Result<u8> {
    let rules = all.rules.as_slice();
    let mut text = String::new();
    let mut problems: Vec<Problem> = all.conditions.iter().flat_map(rules::run_condition_cases).collect();
    let width = rules.iter().map(|rule| rule.text.id.len()).max().unwrap_or_default() + 2;
    for rule in rules {
        let found = rules::run_cases(rule);
        let count = |word: &str| rule.cases().iter().filter(|(_, expect)| *expect == word).count();
        let (matches, passes, unknown) = (count("match"), count("pass"), count("unknown"));
        let (style, word) = if found.is_empty() { (DIM, "ok") } else { (BAD, "FAILED") };
        let _ = writeln!(
            text,
            "{:<width$}{matches:>3} match {passes:>3} pass {unknown:>3} unknown  {style}{word}{style:#}",
            rule.text.id
        );
        problems.extend(found);
    }
    let total: usize = rules.iter().map(|rule| rule.cases().len()).sum();
    let _ = writeln!(text, "\n{} in {}", many(total as u64, "test"), many(rules.len() as u64, "rule"));
    print::out(&text)?;
    if problems.is_empty() { Ok(exit::DONE) } else { Err(Error::Rules { problems }) }
}

/// Number of tests, if all pass.
fn tested(all: &Checked) -> Result<u64> {
    let mut problems: Vec<Problem> = all.rules.iter().flat_map(rules::run_cases).collect();
    problems.extend(all.conditions.iter().flat_map(rules::run_condition_cases));
    let tests: u64 = all.rules.iter().map(|rule| rule.cases().len() as u64).sum();
    let (of_playbooks, wrong) = all.playbook_tests();
    problems.extend(wrong);
    if problems.is_empty() { Ok(tests + of_playbooks) } else { Err(Error::Rules { problems }) }
}
