//! Errors as people read them: the most specific thing first, the cause chain, then what to do.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use crate::error::{Error, Problem};
use crate::notice::{Code, Notice};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

/// Prints an error to standard error.
pub fn complain(error: &Error) {
    let mut text = format!("{ERROR}error:{ERROR:#} {}\n", clean(&error.to_string()));
    let mut cause = error.source();
    while let Some(e) = cause {
        let _ = writeln!(text, "  caused by: {}", clean(&e.to_string()));
        cause = e.source();
    }
    match error {
        Error::NothingUsable { notices, .. } | Error::Strict { notices } => {
            for one in notices {
                notice(&mut text, one);
            }
        }
        Error::Rules { problems } if problems.len() > 1 => {
            for one in problems {
                problem(&mut text, one);
            }
        }
        Error::Rules { problems } => {
            for help in problems.iter().map(|p| p.help.as_str()).filter(|h| !h.is_empty()) {
                let _ = writeln!(text, "{HELP}help:{HELP:#} {}", clean(help));
            }
        }
        _ => {}
    }
    if let Some(help) = error.help() {
        let _ = writeln!(text, "{HELP}help:{HELP:#} {help}");
    }
    let _ = anstream::stderr().write_all(text.as_bytes());
}

fn notice(text: &mut String, notice: &Notice) {
    let mut place = Vec::new();
    if !notice.export.is_empty() {
        place.push(format!("`{}`", clean(&notice.export)));
    }
    place.extend(notice.row.map(|row| format!("row {row}")));
    // A remark about the header names the columns itself.
    let named = matches!(notice.code, Code::UnknownColumn | Code::MissingColumn)
        || notice.message.contains(&format!("`{}`", notice.column));
    if !notice.column.is_empty() && !named {
        place.push(format!("`{}`", clean(&notice.column)));
    }
    let place = if place.is_empty() { String::new() } else { place.join(", ") + ": " };
    let _ = writeln!(text, "  {place}{}", clean(&notice.message));
}

fn problem(text: &mut String, problem: &Problem) {
    let place = if problem.place.is_empty() { String::new() } else { format!(", {}", problem.place) };
    let _ = writeln!(text, "  `{}`{place}: {}", problem.file, clean(&problem.message));
    if !problem.help.is_empty() {
        let _ = writeln!(text, "    {HELP}help:{HELP:#} {}", clean(&problem.help));
    }
}

/// Names come from outside; a terminal obeys control characters.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
