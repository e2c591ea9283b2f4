//! What is not known and what would settle it, in words.

use std::collections::BTreeMap;

use crate::console::Console;
use crate::coverage::Doubt;
use crate::identity::KeyKind;
use crate::language::Derived;
use crate::rules::rule::{FLAGGED, Rule};

/// What one column of a rule leaves open for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Open {
    /// A column, by its place among those that decide the rule.
    Column(usize),
    /// Whether a console has a record of the device, why not, and the identifier by which it would be known there.
    Record(Console, Doubt, Option<KeyKind>),
    /// Whether a record of a console, of those in use, is the device.
    Sign(Console, Option<KeyKind>),
    /// What a console of which objects are missing saw of it.
    Unseen(Console),
    /// Whether every date of it was read.
    Dates,
}

impl Open {
    /// What is not known, where it is no column of records.
    fn unknown(self, rule: &Rule) -> Option<String> {
        Some(match self {
            Self::Column(at) => of_column(rule, at)?.0,
            Self::Record(console, ..) => format!("whether {} has a record of the device", console.title()),
            Self::Sign(console, _) => format!("whether a record in {} that is in use is the device", console.title()),
            Self::Unseen(console) => format!("whether {} has seen the device", console.title()),
            Self::Dates => "whether the device was seen later than its lists say".into(),
        })
    }

    /// What would settle it.
    fn settled_by(self, rule: &Rule, supplied: impl Fn(Console) -> bool) -> Option<String> {
        Some(match self {
            Self::Column(at) => of_column(rule, at)?.1,
            Self::Record(console, ..) | Self::Unseen(console) if !supplied(console) => an_export(console),
            Self::Record(console, Doubt::List, _) | Self::Unseen(console) => {
                format!("a complete export of {}", console.title())
            }
            Self::Record(console, Doubt::Domain, _) => {
                format!("{} that covers the domain of the device", an_export(console))
            }
            Self::Record(console, Doubt::Damage, _) => {
                format!("{} with the damaged row that names the device", an_export(console))
            }
            Self::Record(console, Doubt::Candidates, kind) | Self::Sign(console, kind) => candidates(console, kind),
            Self::Dates => "exports whose dates can be read".into(),
        })
    }
}

fn an_export(console: Console) -> String {
    format!("an export of {}", console.title())
}

/// What tells which of the candidates is the device.
fn candidates(console: Console, kind: Option<KeyKind>) -> String {
    let title = console.title();
    match kind {
        Some(KeyKind::Serial) => format!("an export of {title} with the serial number of every record"),
        Some(KeyKind::EntraId) => format!("an export of {title} with the Entra device id of every record"),
        Some(KeyKind::ComputerId) => format!("an export of {title} with the objectGUID of every computer"),
        _ => format!("a look at the candidates in {title}"),
    }
}

/// What is open, in words.
pub(super) fn unknown(rule: &Rule, open: &[Open]) -> String {
    let own = open.iter().filter_map(|open| open.unknown(rule));
    let columns = columns(rule, open).into_iter();
    joined(own.chain(columns.map(|(console, words)| format!("{}: {}", console.title(), words.join(", ")))))
}

/// What would settle it; `supplied`: whether there is a list of a console.
pub(super) fn settled_by(rule: &Rule, open: &[Open], supplied: impl Fn(Console) -> bool) -> String {
    let own = open.iter().filter_map(|open| open.settled_by(rule, &supplied));
    let columns = columns(rule, open).into_iter().map(|(console, words)| {
        let export = an_export(console);
        if supplied(console) { format!("{export} with {}", words.join(", ")) } else { export }
    });
    joined(own.chain(columns))
}

/// Record columns of consoles that are open, by console.
fn columns(rule: &Rule, open: &[Open]) -> BTreeMap<Console, Vec<String>> {
    let mut all: BTreeMap<Console, Vec<String>> = BTreeMap::new();
    let read = open.iter().filter_map(|open| match open {
        Open::Column(at) => of_records(rule, *at),
        _ => None,
    });
    for (console, made) in read {
        let words = all.entry(console).or_default();
        for word in made.record_columns().into_iter().map(|name| name.replace('_', " ")) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    all
}

/// The console of a column that is made of records, and how.
pub(super) fn of_records(rule: &Rule, at: usize) -> Option<(Console, &Derived)> {
    let name = rule.decides.get(at)?;
    let own = rule.derived.iter().find(|derived| derived.name == *name).map(|own| (own.console, &own.made));
    own.or_else(|| rule.registry.aggregate_column(name).map(|column| (column.console, &column.made)))
}

/// What a column of the device says, and what would fill it.
fn of_column(rule: &Rule, at: usize) -> Option<(String, String)> {
    let name = rule.decides.get(at)?;
    if name == FLAGGED {
        let unknown = "whether another finding asks for its records to go";
        return Some((unknown.into(), "what settles that finding".into()));
    }
    if of_records(rule, at).is_some() {
        return None;
    }
    let (unknown, settled_by) = of_device(name);
    Some((unknown.map_or_else(|| name.replace('_', " "), str::to_string), settled_by.to_string()))
}

/// Texts in their order, each once.
fn joined(texts: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all.join("; ")
}

/// What no console says of a device.
fn of_device(name: &str) -> (Option<&'static str>, &'static str) {
    let (unknown, settled_by) = match name {
        "ownership" => ("who owns the device", "an export that says who owns it"),
        "platform" => ("what the device runs", "an export with its operating system"),
        "join_type" => ("how the device is joined to Entra ID", "an Entra ID export with its join type"),
        "server_os" => ("whether it runs a server operating system", "an export with the name of its operating system"),
        "activity" | "last_activity" | "days_inactive" => {
            ("when the device was last active", "an export with the date of its last activity")
        }
        "signals_known" => {
            ("whether its lists say when it was last active", "exports with the date of its last activity")
        }
        "record_days" => ("when its record was made", "an export with the date of its enrolment"),
        "owner_devices" | "owner_stale" => ("how many devices its owner has", "an Entra ID export with owners"),
        _ => return (None, "an export that says so"),
    };
    (Some(unknown), settled_by)
}
