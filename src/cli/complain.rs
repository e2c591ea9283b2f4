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
        let _ = writeln!(text, "{HELP}help:{HELP:#} {}", clean(help));
    }
    let _ = anstream::stderr().write_all(screened(&text).as_bytes());
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
    let place = if problem.place.is_empty() { String::new() } else { format!(", {}", clean(&problem.place)) };
    let _ = writeln!(text, "  `{}`{place}: {}", clean(&problem.file), clean(&problem.message));
    if !problem.help.is_empty() {
        let _ = writeln!(text, "    {HELP}help:{HELP:#} {}", clean(&problem.help));
    }
}

/// A text that came from outside, as a part of a line: what ends the line, moves the cursor, turns the direction of
/// writing or is not seen would forge what stands around it.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || forges(c) { '\u{fffd}' } else { c }).collect()
}

/// Line ends and directions of writing that are no control characters.
pub(super) const fn forges(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Everything that is printed goes through here: of what a terminal obeys only line ends, tabs and our colours are left,
/// should a text from outside have been forgotten on the way.
pub(super) fn screened(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}'
            && let Some(colour) = colour(rest.as_str())
        {
            out.push(c);
            out.push_str(colour);
            rest = rest.as_str().get(colour.len()..).unwrap_or_default().chars();
        } else if (c.is_control() && c != '\n' && c != '\t') || forges(c) {
            out.push('\u{fffd}');
        } else {
            out.push(c);
        }
    }
    out
}

/// The rest of a sequence that sets colours: `[`, digits and semicolons, `m`.
fn colour(after_escape: &str) -> Option<&str> {
    let inside = after_escape.strip_prefix('[')?;
    let length = inside.find(|c: char| !matches!(c, '0'..='9' | ';'))?;
    inside.get(length..)?.starts_with('m').then(|| after_escape.get(..length + 2))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_stays_in_its_place() {
        let hostile = "a\nb\r\u{1b}[2Jc\u{202e}d\u{2066}e\u{200f}f\u{9b}g\u{2028}h\ti\u{85}";
        let cleaned = clean(hostile);
        assert_eq!(cleaned.chars().filter(|c| *c == '\u{fffd}').count(), 10);
        assert!(!cleaned.chars().any(|c| c.is_control() || forges(c)));
        assert_eq!(clean("Gerät – ä €"), "Gerät – ä €");
    }

    #[test]
    fn only_colours_lines_and_tabs_reach_the_screen() {
        assert_eq!(screened("\u{1b}[1;31mred\u{1b}[0m\n\tx"), "\u{1b}[1;31mred\u{1b}[0m\n\tx");
        assert_eq!(screened("\u{1b}[2Jx\u{1b}]0;t\u{7}\u{202e}y"), "\u{fffd}[2Jx\u{fffd}]0;t\u{fffd}\u{fffd}y");
        assert_eq!(screened("\u{1b}[1"), "\u{fffd}[1");
    }
}
