//! `lastseen fields`: the columns that a rule may use, and which consoles fill them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};
use serde::Serialize;

use super::print::{self, BOLD, DIM};
use crate::console::{Aggregate, Console, Registry};
use crate::error::{Error, Result, exit};
use crate::formats::Format;
use crate::notice::many;
use crate::rules::Condition;
use crate::run::Checked;
use crate::schema::{Field, Kind, RECORD, instead, nearest};

/// Print the columns that a rule may use, with type, meaning and the consoles that fill them.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Only columns whose name or meaning has this text
    #[arg(value_name = "TEXT")]
    search: Option<String>,

    /// Also columns that no format fills
    #[arg(long)]
    all: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,

    /// Folder with formats to add to the shipped ones or to put in their place
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    rules: Option<PathBuf>,
}

/// A column as it is printed.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    /// `device`: for `when`; `record`: for `records`, `objects` and formats; `condition`: shared by rules.
    table: &'static str,
    r#type: &'static str,
    meaning: String,
    words: &'static [&'static str],
    consoles: Vec<&'static str>,
    /// The console whose records give a column of the device table, if it is one console's.
    console: Option<&'static str>,
}

/// The table of conditions that rules share.
const CONDITION: &str = "condition";

impl Row {
    /// Whether its name or meaning has a text in small letters.
    fn has(&self, text: &str) -> bool {
        self.name.contains(text) || self.meaning.to_lowercase().contains(text)
    }
}

/// What to say where no column that is shown has a text.
fn none(text: &str, all: &[Row]) -> Error {
    let hidden = all.iter().filter(|row| row.has(&text.to_lowercase())).count();
    if hidden > 0 {
        let message = format!("no column that a format fills has `{text}` in its name or meaning");
        return Error::Usage { message, help: format!("`--all` shows {}", many(hidden as u64, "column")) };
    }
    let message = format!("no column has `{text}` in its name or meaning");
    let near = nearest(text, all.iter().map(|row| row.name.as_str()));
    Error::Usage { message, help: instead(near, || "`lastseen fields` prints all of them".into()) }
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let checked = Checked::with(args.rules.as_deref())?;
    let registry = checked.conditions.consoles();
    let mut all = rows(&filled(&checked.formats), registry);
    all.extend(checked.conditions.iter().map(shared));
    let searched = args.search.as_deref().map(str::to_lowercase);
    let found = |row: &&Row| searched.as_ref().is_none_or(|text| row.has(text));
    let is_shown = |row: &&Row| args.all || row.table == CONDITION || !row.consoles.is_empty();
    let rows: Vec<&Row> = all.iter().filter(is_shown).filter(found).collect();
    if let Some(text) = args.search.as_deref().filter(|_| rows.is_empty()) {
        return Err(none(text, &all));
    }
    let text = if args.json { print::pretty(&rows)? } else { table(&rows, registry.all().len()) };
    print::out(&text)?;
    Ok(exit::DONE)
}

/// A condition that rules name like a column.
fn shared(condition: &Condition) -> Row {
    Row {
        name: condition.name.clone(),
        table: CONDITION,
        r#type: Kind::Flag.as_str(),
        meaning: condition.meaning.clone(),
        words: &[],
        consoles: condition.console.map_or_else(Vec::new, |console| vec![console.as_str()]),
        console: None,
    }
}

/// Consoles of which a format fills each record column.
fn filled(formats: &[Format]) -> BTreeMap<&'static str, BTreeSet<Console>> {
    let mut filled: BTreeMap<&'static str, BTreeSet<Console>> = BTreeMap::new();
    for format in formats {
        let columns = format.sources().map(|(name, _)| name).chain(format.constants.keys().copied());
        for name in columns {
            filled.entry(name).or_default().insert(format.console);
        }
    }
    filled
}

fn rows(filled: &BTreeMap<&'static str, BTreeSet<Console>>, registry: &Registry) -> Vec<Row> {
    let by = |name: &str| filled.get(name).cloned().unwrap_or_default();
    let slugs = |consoles: BTreeSet<Console>| consoles.into_iter().map(Console::as_str).collect::<Vec<_>>();
    let row = |table, f: &Field, consoles, console| Row {
        name: f.name.to_string(),
        table,
        r#type: f.kind.as_str(),
        meaning: f.meaning.to_string(),
        words: match f.kind {
            Kind::Word(words) => words,
            _ => &[],
        },
        consoles,
        console,
    };
    // What is said of a device as a whole comes from every console that may say it.
    let device = registry.device().iter().map(|f| {
        let sources = registry.sources_of(f.name);
        let known = by(f.name);
        let all = || registry.all().iter().copied().collect::<BTreeSet<_>>();
        let consoles = sources.map_or_else(all, |s| s.iter().copied().filter(|c| known.contains(c)).collect());
        row("device", f, slugs(consoles), None)
    });
    let mut aggregates: Vec<&Aggregate> = registry.aggregates().iter().collect();
    aggregates.sort_by_key(|c| c.console);
    let aggregates = aggregates.into_iter().map(|c| {
        let is_there = c.made.record_columns().iter().all(|column| by(column).contains(&c.console));
        let consoles = if is_there { vec![c.console.as_str()] } else { Vec::new() };
        let field = Field { name: c.name, kind: c.kind(), meaning: c.meaning };
        row("device", &field, consoles, Some(c.console.as_str()))
    });
    let record = RECORD.iter().map(|f| row("record", f, slugs(by(f.name)), None));
    device.chain(aggregates).chain(record).collect()
}

fn table(rows: &[&Row], consoles: usize) -> String {
    let mut text = String::new();
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default() + 2;
    let mut part = String::new();
    for row in rows {
        let title = match (row.table, row.console) {
            ("record", _) => "one record, for `records`, `objects` and formats".to_string(),
            (CONDITION, _) => "conditions that rules share; with a console: of its records".to_string(),
            (_, Some(console)) => format!("the device, from its records in {console}"),
            _ => "the device as a whole".to_string(),
        };
        if title != part {
            let _ = writeln!(text, "{}{BOLD}{title}{BOLD:#}", if part.is_empty() { "" } else { "\n" });
            part = title;
        }
        let words = if row.words.is_empty() { String::new() } else { format!(" ({})", row.words.join(", ")) };
        let of = if row.console.is_some() || row.consoles.len() == consoles {
            String::new()
        } else {
            format!("  {DIM}{}{DIM:#}", row.consoles.join(" "))
        };
        let _ = writeln!(text, "{:<width$}{:<8}{}{words}{of}", row.name, row.r#type, row.meaning);
    }
    text
}
