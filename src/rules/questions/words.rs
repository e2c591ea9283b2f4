//! What is not known and what would settle it, in words.

use std::collections::BTreeMap;

use super::answers::{self, Answers, an_export};
use crate::console::Console;
use crate::coverage::{Doubt, Hint};
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
    /// When it was last active: a column of the device, and the consoles that hold it and tell such dates, as bits.
    Activity(usize, u32),
    /// What a console saw of it after its list was made.
    Since(Console),
    /// Whether it is in use, although what says so is no sign of activity.
    Hinted(Hint),
    /// Whether every date of it was read.
    Dates,
    /// Which of the records that a console has of it, or which of their columns, is right: they do not fit together.
    Records(Console),
}

impl Open {
    /// What is not known, where it is no column of records.
    fn unknown(self, rule: &Rule, answers: Answers<'_>) -> Option<String> {
        Some(match self {
            Self::Column(at) | Self::Activity(at, _) => of_column(rule, at)?.0,
            Self::Record(console, ..) | Self::Unseen(console) if answers.is_unheard_of(console) => {
                "whether another product manages the device".into()
            }
            Self::Record(console, ..) => format!("whether {} has a record of the device", console.title()),
            Self::Sign(console, _) => format!("whether a record in {} that is in use is the device", console.title()),
            Self::Unseen(console) => format!("whether {} has seen the device", console.title()),
            Self::Since(console) => format!("whether {} has seen the device since its list was made", console.title()),
            Self::Hinted(Hint::Kept(console)) => {
                let title = console.title();
                format!("whether the device may go: {title} names it in a row that keeps it, or says two things of it")
            }
            Self::Hinted(Hint::Listed(table)) => format!(
                "whether the device may go: {}, which was not used, names it among what is lost or kept",
                answers.table(table)
            ),
            Self::Hinted(Hint::Stock(console)) => format!(
                "whether the device is stock: it is registered in {}, was enrolled without a user and not heard of since",
                console.title()
            ),
            Self::Hinted(Hint::Remark(console, place)) => format!(
                "whether the device may go: what is written beside it in {} says that it is lost or kept ({})",
                console.title(),
                answers.place(place)
            ),
            Self::Hinted(Hint::Before(place)) if answers.is_of_decisions(place) => {
                "whether the device may go: an earlier run had it wait for a decision, and nothing is decided of it"
                    .into()
            }
            Self::Hinted(Hint::Before(place)) => format!(
                "whether the device may go: an earlier report had it as lost or kept, by {}, which does not speak of it now",
                answers.list_of(place)
            ),
            Self::Hinted(hint) => {
                let why = match hint {
                    Hint::Date => {
                        "its password, a key, its certificate, an enrolment or an assignment is newer than its last activity"
                    }
                    Hint::Noticed(console) => &format!(
                        "in {} a day that is no sign of activity is later than the last one{}",
                        console.title(),
                        answers.noticed(console)
                    ),
                    Hint::NoDate => "one of its records has no date at all",
                    Hint::Successor => "another one in use bears its name, and may be the same machine",
                    Hint::SetUpAgain => "another one of its user came later, and may be the same machine, set up anew",
                    Hint::Impossible(console) => &format!(
                        "{} saw it more than a year before its record there was made, so that the date cannot be right",
                        console.title()
                    ),
                    Hint::Elsewhere(console) => &format!(
                        "{} assigns it to a server of which no device is in use by these lists; another product may manage it",
                        console.title()
                    ),
                    Hint::Parted => {
                        "the baseline had it in one device with another that is still listed, and what joined the two is gone"
                    }
                    Hint::Copy => "one in use bears an identifier that several devices bear, this one among them",
                    Hint::NamedBySerial => {
                        "its name is the serial number of another one, which is in use or registered to be enrolled"
                    }
                    Hint::Earlier => "an earlier report saw it later than these lists do",
                    Hint::Unused(table) => &format!(
                        "{}, which was not used, names it beside a day later than its last activity",
                        answers.table(table)
                    ),
                    Hint::Clock => {
                        "by the time of most devices it is; the time of judgement rests on a few dates months after all others"
                    }
                    Hint::Kept(_) | Hint::Remark(..) | Hint::Stock(_) | Hint::Listed(_) | Hint::Before(_) => "",
                };
                format!("whether the device is in use: {why}")
            }
            Self::Dates => "whether the device was seen later than its lists say".into(),
            Self::Records(console) => format!("how what its records in {} say fits together", console.title()),
        })
    }

    /// What would settle it.
    fn settled_by(self, rule: &Rule, answers: Answers<'_>) -> Option<String> {
        Some(match self {
            Self::Column(at) => of_column(rule, at)?.1,
            Self::Record(console, ..) | Self::Unseen(console) if answers.is_unheard_of(console) => {
                "an export of any other product that manages such devices".into()
            }
            Self::Record(console, ..) | Self::Unseen(console) if !answers.supplied(console) => an_export(console),
            Self::Record(console, Doubt::Older, _) | Self::Since(console) => {
                format!(
                    "{} made today (if this one was, say so as its `exported_at` in `provenance.yaml`)",
                    an_export(console)
                )
            }
            Self::Record(console, Doubt::List, _) | Self::Unseen(console) => {
                format!("a complete export of {}", console.title())
            }
            Self::Record(console, Doubt::Domain, _) => {
                format!("{} that covers the domain of the device", an_export(console))
            }
            Self::Record(console, Doubt::Damage, _) => {
                format!("{} with the damaged row that names the device", an_export(console))
            }
            Self::Record(console, Doubt::Unused, _) => {
                format!("{} with the rows of the table that was not used", an_export(console))
            }
            Self::Record(console, Doubt::Candidates, kind) | Self::Sign(console, kind) => {
                answers.candidates(console, kind)
            }
            Self::Activity(_, consoles) => {
                let held = rule.registry.all().iter().filter(|console| console.bit() & consoles != 0);
                answers::together(held.map(|console| answers.columns(*console, &["last_seen"])))
            }
            Self::Hinted(Hint::Unused(table)) => format!(
                "a look at the device, and at {table} (leave the file out if its days are not the device's)",
                table = answers.table(table)
            ),
            Self::Hinted(Hint::Earlier) => "the lists that showed it then, made today; or a look at the device".into(),
            Self::Hinted(Hint::Listed(table)) => {
                format!(
                    "a look at {table} (leave the file out if it keeps none of its devices)",
                    table = answers.table(table)
                )
            }
            Self::Hinted(Hint::Elsewhere(console)) => {
                format!(
                    "a list of what manages the devices of its server in {}; or a look at the device",
                    console.title()
                )
            }
            Self::Hinted(Hint::Clock) => "the day on which the exports were made, with `--as-of`".into(),
            Self::Hinted(Hint::Stock(_)) => "a look at the shelf, or a user who has the device".into(),
            Self::Hinted(Hint::Kept(console)) => {
                format!("a look at its rows in {}, where a serial number would join them", console.title())
            }
            Self::Hinted(Hint::Remark(console, _)) => {
                format!("a look at what is written beside it in {}, and whoever wrote it", console.title())
            }
            Self::Hinted(Hint::Before(place)) => {
                format!("{}, made today; or what was decided for the device since", answers.list_of(place))
            }
            Self::Hinted(Hint::Successor | Hint::SetUpAgain) => {
                "a look at the device and at the other one: the serial number of each".into()
            }
            Self::Hinted(_) => {
                "a look at the device; for a computer in a domain, the last logon that every domain controller keeps"
                    .into()
            }
            Self::Dates => "exports whose dates can be read".into(),
            Self::Records(console) => format!("a look at its records in {}", console.title()),
        })
    }
}

/// What is open, in words.
pub(super) fn unknown(rule: &Rule, open: &[Open], answers: Answers<'_>) -> String {
    let own = open.iter().filter_map(|open| open.unknown(rule, answers));
    let columns = columns(rule, open).into_iter();
    answers::together(
        own.chain(columns.map(|(console, names)| format!("{}: {}", console.title(), answers::words(&names)))),
    )
}

/// What would settle it.
pub(super) fn settled_by(rule: &Rule, open: &[Open], answers: Answers<'_>) -> String {
    let own = open.iter().filter_map(|open| open.settled_by(rule, answers));
    let columns = columns(rule, open).into_iter().map(|(console, names)| answers.columns(console, &names));
    answers::together(own.chain(columns))
}

/// Record columns of consoles that are open, by console.
fn columns(rule: &Rule, open: &[Open]) -> BTreeMap<Console, Vec<&'static str>> {
    let mut all: BTreeMap<Console, Vec<&'static str>> = BTreeMap::new();
    let read = open.iter().filter_map(|open| match open {
        Open::Column(at) => of_records(rule, *at),
        _ => None,
    });
    for (console, made) in read {
        let names = all.entry(console).or_default();
        for name in made.record_columns() {
            if !names.contains(&name) {
                names.push(name);
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
