//! `lastseen checklist`: which exports to ask for, and how each is made without secrets.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};

use super::print::{self, BOLD, DIM};
use crate::assets;
use crate::checklist::{self, Need, Wanted};
use crate::console::Registry;
use crate::error::{Error, Result, exit};
use crate::{history, read};

/// Print which exports to ask for, how each is made without secrets, and what each adds
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Only these consoles
    #[arg(value_name = "CONSOLE")]
    consoles: Vec<String>,

    /// Leave out the commands
    #[arg(long)]
    short: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,

    /// Print the form that says where these exports come from: keep it, filled in, as `provenance.yaml` beside them
    #[arg(long, value_name = "EXPORTS", num_args = 1.., value_hint = ValueHint::AnyPath)]
    provenance: Vec<PathBuf>,

    /// Folder whose `checklist.yaml` is put in the place of the shipped one
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,
}

const WIDTH: usize = 100;

pub(super) fn run(args: &Args) -> Result<u8> {
    if !args.provenance.is_empty() {
        let labels: Vec<String> = read::discover(&args.provenance)?.into_iter().map(|input| input.label).collect();
        print::out(&history::form(&labels))?;
        return Ok(exit::DONE);
    }
    let files = assets::rules(args.rules.as_deref())?;
    let mut wanted = checklist::load(&files).map_err(|problems| Error::Rules { problems })?;
    let registry = Registry::load(&files).map_err(|problems| Error::Rules { problems })?;
    for slug in &args.consoles {
        registry.named(slug)?;
    }
    if !args.consoles.is_empty() {
        wanted.retain(|w| args.consoles.contains(&w.console));
    }
    let text = if args.json {
        print::pretty(&wanted)?
    } else {
        wanted.iter().map(|w| entry(w, args.short)).collect::<Vec<_>>().join("\n")
    };
    print::out(&text)?;
    Ok(exit::DONE)
}

fn entry(wanted: &Wanted, short: bool) -> String {
    let need = match wanted.need {
        Need::Core => "ask everybody",
        Need::IfUsed => "where it is in use",
        Need::Companion => "if they can",
    };
    let mut text = format!("{BOLD}{}{BOLD:#}  {DIM}{}, {need}{DIM:#}\n", wanted.title, wanted.console);
    line(&mut text, "adds", &wanted.adds);
    for way in &wanted.ways {
        let gives = way.gives.as_ref().map_or_else(String::new, |id| format!(" (gives {id})"));
        let path = way.path.as_deref().unwrap_or(if short { "by command" } else { "run" });
        line(&mut text, &way.by, &format!("{path}{gives}"));
        if let Some(command) = way.command.as_ref().filter(|_| !short) {
            // As it is, from the margin: people copy it.
            let _ = writeln!(text, "\n{}\n", command.trim_end());
        }
        if let Some(note) = &way.note {
            line(&mut text, "", note);
        }
    }
    line(&mut text, "rights", &wanted.rights);
    if let Some(never) = &wanted.never {
        line(&mut text, "never", never);
    }
    for (at, trap) in wanted.watch.iter().enumerate() {
        line(&mut text, if at == 0 { "watch" } else { "" }, &format!("- {trap}"));
    }
    line(&mut text, "source", &wanted.source);
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    let options =
        textwrap::Options::new(WIDTH - 13).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
    for (at, part) in textwrap::wrap(value.trim(), options).iter().enumerate() {
        let name = if at == 0 { name } else { "" };
        let _ = writeln!(text, "  {DIM}{name:<11}{DIM:#}{part}");
    }
}
