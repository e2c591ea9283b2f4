//! `lastseen fields`: the columns that a rule may use.

use std::fmt::Write as _;

use clap::Args as ClapArgs;

use super::print;
use crate::error::{Result, exit};
use crate::schema::{CARRIED, Field, Kind, device_fields};

/// Print the columns that a rule may use, with type and meaning.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let fields = device_fields();
    let text = if args.json { json(&fields)? } else { table(&fields) };
    print::out(&text);
    Ok(exit::DONE)
}

fn words(field: &Field) -> &'static [&'static str] {
    match field.kind {
        Kind::Word(words) => words,
        _ => &[],
    }
}

fn table(fields: &[Field]) -> String {
    let width = fields.iter().map(|f| f.name.len()).max().unwrap_or_default() + 2;
    let mut text = String::new();
    for field in fields {
        let listed = words(field);
        let listed = if listed.is_empty() { String::new() } else { format!(" ({})", listed.join(", ")) };
        let _ = writeln!(text, "{:<width$}{:<8}{}{listed}", field.name, field.kind.as_str(), field.meaning);
    }
    text
}

fn json(fields: &[Field]) -> Result<String> {
    let rows: Vec<serde_json::Value> = fields
        .iter()
        .map(|f| {
            let console = CARRIED.iter().find(|c| c.name == f.name).map(|c| c.console.as_str());
            serde_json::json!({
                "name": f.name, "type": f.kind.as_str(), "meaning": f.meaning, "words": words(f), "console": console,
            })
        })
        .collect();
    print::pretty(&rows)
}
