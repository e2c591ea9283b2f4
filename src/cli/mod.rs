//! The command line: one file a verb. Only this folder prints and reads the environment.

mod analyze;
mod checklist;
mod compare;
mod complain;
mod completions;
mod explain;
mod fields;
mod init;
mod input;
mod inspect;
mod judgement;
mod licenses;
mod man;
mod plan;
mod playbooks;
mod print;
mod progress;
mod redact;
mod render;
mod rollup;
mod rules;
mod timings;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::{Parser, Subcommand};

use crate::error::Error;

pub use complain::complain;

/// Find stale and misaligned device records across console exports, offline, and plan how each leaves service.
#[derive(Debug, Parser)]
#[command(name = "lastseen", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Analyze(analyze::Args),
    Inspect(inspect::Args),
    Explain(explain::Args),
    Compare(compare::Args),
    Render(render::Args),
    Redact(redact::Args),
    Rollup(rollup::Args),
    Verify(verify::Args),
    Rules(rules::Args),
    Playbooks(playbooks::Args),
    Checklist(checklist::Args),
    Fields(fields::Args),
    Init(init::Args),
    Completions(completions::Args),
    Man(man::Args),
    // Under the American spelling, as in the field that Cargo and GitHub show; the British one does as well.
    #[command(alias = "licences")]
    Licenses(licenses::Args),
}

/// Parses the command line and does what it asks. `closed` says that standard output was closed from the start.
#[must_use]
pub fn run(closed: bool) -> ExitCode {
    print::CLOSED.store(closed, Ordering::Relaxed);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let stderr = e.use_stderr();
            // Help and version are answers, not errors; clap knows which stream each belongs to.
            let shown = print::printed(cleanly(e).print().and_then(|()| std::io::stdout().flush()));
            return match shown {
                _ if stderr => ExitCode::from(crate::error::exit::USAGE),
                Ok(()) => ExitCode::from(crate::error::exit::DONE),
                Err(error) => failed(&error),
            };
        }
    };
    let outcome = match cli.verb {
        Verb::Analyze(args) => analyze::run(&args),
        Verb::Inspect(args) => inspect::run(&args),
        Verb::Explain(args) => explain::run(&args),
        Verb::Compare(args) => compare::run(&args),
        Verb::Render(args) => render::run(&args),
        Verb::Redact(args) => redact::run(&args),
        Verb::Rollup(args) => rollup::run(&args),
        Verb::Verify(args) => verify::run(&args),
        Verb::Rules(args) => rules::run(&args),
        Verb::Playbooks(args) => playbooks::run(&args),
        Verb::Checklist(args) => checklist::run(&args),
        Verb::Fields(args) => fields::run(&args),
        Verb::Init(args) => init::run(&args),
        Verb::Completions(args) => completions::run(&args),
        Verb::Man(args) => man::run(&args),
        Verb::Licenses(args) => licenses::run(&args),
    };
    let code = match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => failed(&error),
    };
    crate::report::settle();
    code
}

fn failed(error: &Error) -> ExitCode {
    complain(error);
    ExitCode::from(error.exit_code())
}

/// An error names arguments as they were given, and a shell puts names of files there: it is made again from arguments
/// that a terminal does not obey.
fn cleanly(error: clap::Error) -> clap::Error {
    let given: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let cleaned: Vec<String> = given.iter().map(|argument| complain::clean(argument)).collect();
    if cleaned == given {
        return error;
    }
    Cli::try_parse_from(cleaned).err().unwrap_or_else(|| {
        clap::Error::raw(clap::error::ErrorKind::InvalidValue, "an argument has signs that no terminal can show\n")
    })
}
