//! `lastseen completions`: what a shell offers while somebody types.

use clap::{Args as ClapArgs, CommandFactory};
use clap_complete::Shell;

use super::{Cli, print};
use crate::error::{Result, exit};

/// Print the completions for a shell: bash, elvish, fish, powershell or zsh
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lastseen", &mut text);
    print::out(&String::from_utf8_lossy(&text))?;
    Ok(exit::DONE)
}
