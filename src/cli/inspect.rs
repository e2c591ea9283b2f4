//! `lastseen inspect`: what each file is, what is known in it, what is damaged or missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::complain::clean;
use super::print::{self, BAD, BOLD, CAUTION, DIM};
use super::{input, progress};
use crate::error::{Result, exit};
use crate::formats::Written;
use crate::formats::dates::Order;
use crate::notice::{Code, Notice, many};
use crate::run::{self, Inspection, Source, Stranger};
use crate::schema::Severity;
use crate::time::rfc3339;

/// Say what each export is, what is known in it, and what is damaged or missing
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    input: input::Args,

    /// Print JSON
    #[arg(long, help_heading = "Output")]
    json: bool,

    /// List every column that is understood
    #[arg(long, short, help_heading = "Output")]
    verbose: bool,
}

/// More headers tell no more.
const MOST_REASONS: usize = 5;
/// Width of the titles.
const TITLES: usize = 11;
/// So many names of columns are shown in one line.
const SHOWN: usize = 200;

pub(super) fn run(args: &Args) -> Result<u8> {
    let progress = progress::for_terminal(args.json);
    let found = run::inspect(&args.input.options(), progress.as_ref())?;
    drop(progress);
    let text = if args.json { to_json(&found)? } else { to_text(&found, args.verbose) };
    print::out(&text)?;
    Ok(if found.sources.is_empty() { exit::NOTHING_USABLE } else { exit::DONE })
}

fn to_text(found: &Inspection, verbose: bool) -> String {
    let mut text = String::new();
    let mut notices: BTreeMap<&str, Vec<&Notice>> = BTreeMap::new();
    for notice in &found.notices {
        notices.entry(notice.export.as_str()).or_default().push(notice);
    }
    let mut known: Vec<(&str, Result<&Source, &Stranger>)> =
        found.sources.iter().map(|s| (s.export.as_str(), Ok(s))).collect();
    known.extend(found.strangers.iter().map(|s| (s.export.as_str(), Err(s))));
    known.sort_by_key(|(label, _)| *label);
    for (label, what) in known {
        let _ = writeln!(text, "{BOLD}{}{BOLD:#}", clean(label));
        match what {
            Ok(source) => about_source(&mut text, source, verbose),
            Err(stranger) => about_stranger(&mut text, stranger),
        }
        let about = notices.remove(label).unwrap_or_default();
        // What kind of stranger it is has been said.
        for notice in about.into_iter().filter(|n| what.is_ok() || n.code != Code::UnknownFormat) {
            about_notice(&mut text, notice);
        }
        text.push('\n');
    }
    // What is left speaks of files that are no tables, or of all exports together.
    for (label, about) in notices {
        let title = if label.is_empty() { "all exports".into() } else { clean(label) };
        let _ = writeln!(text, "{BOLD}{title}{BOLD:#}");
        for notice in about {
            about_notice(&mut text, notice);
        }
        text.push('\n');
    }
    let as_of = found.as_of.map_or_else(
        || "no export has a date of activity, so an analysis needs `--as-of`".into(),
        |millis| format!("an analysis would judge at {}, times without a zone read as UTC", rfc3339(millis)),
    );
    let exports = many(found.sources.len() as u64, "known export");
    let files = many(found.inputs.len() as u64, "file");
    let _ = writeln!(text, "{exports} in {files}; {as_of}");
    text
}

fn line(text: &mut String, title: &str, value: &str) {
    print::line(text, TITLES, title, value);
}

fn about_source(text: &mut String, s: &Source, verbose: bool) {
    line(text, "format", &format!("{} ({}), {}", s.format_title, s.format, s.container));
    let because = s.because.get(..MOST_REASONS.min(s.because.len())).unwrap_or_default();
    if s.treated {
        line(text, "because", "`--treat` says so");
    } else {
        line(text, "because", &format!("it has {}", ticked(because)));
    }
    if s.names > 0 {
        line(text, "rows", &format!("{} names for ids that other lists use; no devices", s.names));
        return;
    }
    let aside = s.rows - s.records;
    let newest =
        s.newest_signal.map_or_else(|| "no sign of activity".into(), |m| format!("newest activity {}", rfc3339(m)));
    line(text, "rows", &format!("{} read, {aside} set aside; {newest}", s.records));
    if s.older > 0 {
        let rows = many(s.older, "row");
        let stand = if s.older == 1 { "is" } else { "are" };
        line(text, "older list", &format!("{rows} of those set aside {stand} of an older list of the console"));
    }
    let count = |n: usize, what: &str| format!("{n} {what}");
    let columns = [
        count(s.understood.len(), "understood"),
        count(usize::try_from(s.ignored).unwrap_or(usize::MAX), "known and not needed"),
        count(s.unknown_columns.len(), "not known"),
        count(s.missing_columns.len(), "missing"),
    ];
    line(text, "columns", &columns.join(", "));
    if verbose {
        for (name, header) in &s.understood {
            line(text, "", &format!("{name} <- {header}"));
        }
    }
    for (header, written) in &s.dates {
        if *written != Written::Plain {
            line(text, "dates", &format!("`{header}`: {}", words(*written)));
        }
    }
    if let Some(reason) = &s.incomplete {
        line(text, "absence", &format!("proves nothing: {reason}"));
    }
}

fn words(written: Written) -> &'static str {
    match written {
        Written::Plain => "leave no choice of day and month",
        Written::Decided(Order::Dmy) => "day first, as cells of the column show",
        Written::Decided(Order::Mdy) => "month first, as cells of the column show",
        Written::Settled(Order::Dmy) => "day first, as `--date-order` says",
        Written::Settled(Order::Mdy) => "month first, as `--date-order` says",
        Written::Open => "day and month cannot be told apart; settle it with `--date-order dmy` or `mdy`",
    }
}

/// A copied format would make its devices those of another console.
const OWN_CONSOLE: &str = "a product that lastseen does not know needs a console of its own: docs/consoles.md";

fn about_stranger(text: &mut String, s: &Stranger) {
    line(text, "format", &format!("none that is known, {} with {} columns", s.container, s.header.len()));
    if let Some((product, list)) = &s.product {
        line(text, "looks like", &format!("{list}; lastseen does not read {product} yet"));
        line(text, "help", OWN_CONSOLE);
        return;
    }
    if let Some(refusal) = &s.refused {
        line(text, "resembles", &format!("{} ({})", refusal.title, refusal.format));
        line(text, "but", &clean(&refusal.reason));
        let again = format!("if it is such a list all the same, say so with `--treat FILE={}`", refusal.format);
        line(text, "help", &again);
        return;
    }
    let Some(like) = &s.like else {
        line(text, "header", &ticked(&s.header));
        line(text, "help", OWN_CONSOLE);
        return;
    };
    line(text, "nearest", &format!("{} ({}); {} of its headers are there", like.title, like.format, like.known.len()));
    for (header, similar) in &like.lacks {
        let hint =
            similar.as_ref().map_or_else(String::new, |s| format!("; `{s}` may be the same: add it as an alias"));
        line(text, "lacks", &format!("`{header}`{hint}"));
    }
    if !like.forbidden.is_empty() {
        line(text, "forbids", &ticked(&like.forbidden));
    }
    if !like.unknown.is_empty() {
        line(text, "not known", &ticked(&like.unknown));
    }
    line(
        text,
        "help",
        &format!(
            "if it is such a list, copy `formats/{}.yaml` into a folder of your own, add the aliases, give it as `--rules`",
            like.format
        ),
    );
    line(text, "", OWN_CONSOLE);
}

fn about_notice(text: &mut String, notice: &Notice) {
    let style = match notice.code.severity() {
        Severity::Critical | Severity::High => BAD,
        Severity::Medium => CAUTION,
        Severity::Low | Severity::Info => DIM,
    };
    let row = notice.row.map_or_else(String::new, |row| format!("row {row}: "));
    let column = if notice.column.is_empty() || notice.message.contains('`') {
        String::new()
    } else {
        format!("`{}`: ", clean(&notice.column))
    };
    let code = notice.code.as_str();
    let _ = writeln!(text, "  {style}{code}{style:#} {row}{column}{}", clean(&notice.message));
}

/// Names as people read them. The JSON has all.
fn ticked(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
}

fn to_json(found: &Inspection) -> Result<String> {
    let notice = |n: &Notice| {
        json!({
            "code": n.code.as_str(), "severity": n.code.severity().as_str(), "export": n.export, "row": n.row,
            "column": n.column, "message": n.message,
        })
    };
    let dates = |s: &Source| -> Vec<Value> {
        s.dates
            .iter()
            .map(|(header, written)| {
                let order = match written {
                    Written::Plain => "plain",
                    Written::Decided(Order::Dmy) | Written::Settled(Order::Dmy) => "dmy",
                    Written::Decided(Order::Mdy) | Written::Settled(Order::Mdy) => "mdy",
                    Written::Open => "ambiguous",
                };
                json!({ "header": header, "order": order, "means": words(*written) })
            })
            .collect()
    };
    let known = found.sources.iter().map(|s| {
        json!({
            "export": s.export, "format": s.format, "title": s.format_title, "console": s.console.as_str(),
            "container": s.container, "because": s.because, "treated": s.treated, "rows": s.rows, "records": s.records,
            "set_aside": s.rows - s.records, "older": s.older, "names": s.names, "newest_signal": s.newest_signal.map(rfc3339),
            "understood": s.understood.iter().map(|(name, header)| json!({ "column": name, "header": header })).collect::<Vec<_>>(),
            "not_needed": s.ignored, "unknown": s.unknown_columns, "secret": s.secret_columns,
            "missing": s.missing_columns.iter().map(|m| json!({ "column": m.column, "header": m.header, "cost": m.cost })).collect::<Vec<_>>(),
            "dates": dates(s), "incomplete": s.incomplete,
        })
    });
    let strangers = found.strangers.iter().map(|s| {
        let like = s.like.as_ref().map(|l| {
            json!({
                "format": l.format, "title": l.title, "known": l.known, "forbidden": l.forbidden, "unknown": l.unknown,
                "lacks": l.lacks.iter().map(|(h, s)| json!({ "header": h, "similar": s })).collect::<Vec<_>>(),
            })
        });
        let refused = s.refused.as_ref().map(|r| json!({ "format": r.format, "title": r.title, "reason": r.reason }));
        json!({
            "export": s.export, "format": null, "container": s.container, "header": s.header, "nearest": like,
            "product": s.product.as_ref().map(|(name, _)| name), "refused": refused,
        })
    });
    let files: Vec<Value> =
        found.inputs.iter().map(|i| json!({ "file": i.label, "bytes": i.bytes, "sha256": i.sha256 })).collect();
    let whole = json!({
        "schema_version": 1,
        "files": files,
        "exports": known.chain(strangers).collect::<Vec<_>>(),
        "notices": found.notices.iter().map(notice).collect::<Vec<_>>(),
        "as_of": found.as_of.map(rfc3339),
    });
    print::pretty(&whole)
}
