//! What the verbs print alike: colours, lines with a title, JSON.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::complain::{clean, forges, screened};
use crate::error::{Error, Result};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const CAUTION: Style = AnsiColor::Yellow.on_default();

/// Whether standard output was closed when the program started. What is written to it then seems to arrive.
pub(super) static CLOSED: AtomicBool = AtomicBool::new(false);

/// Prints an answer.
pub(super) fn out(text: &str) -> Result<()> {
    let mut to = anstream::stdout().lock();
    printed(to.write_all(screened(text).as_bytes()).and_then(|()| to.flush()))
}

/// An answer that gets lost is an error. A reader that has gone away (`| head`) has what it wanted.
pub(super) fn printed(outcome: io::Result<()>) -> Result<()> {
    let closed = || io::Error::new(io::ErrorKind::NotConnected, "it was closed before the program started");
    match outcome.and_then(|()| if CLOSED.load(Ordering::Relaxed) { Err(closed()) } else { Ok(()) }) {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(Error::Output { source }),
        _ => Ok(()),
    }
}

/// Something that a person should know and a program should not read.
pub(super) fn note(text: &str) {
    // Nobody may listen; then there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{CAUTION}note:{CAUTION:#} {}", clean(text));
}

/// A title and what stands beside it. What comes from an export is cleaned: a terminal obeys control characters.
pub(super) fn line(text: &mut String, width: usize, title: &str, value: &str) {
    // A long name, such as that of a console of one's own, is not glued to what follows.
    let gap = if title.chars().count() < width { "" } else { " " };
    let _ = writeln!(text, "  {DIM}{title:<width$}{DIM:#}{gap}{}", clean(value));
}

/// JSON for programs, that people can read too. What a terminal would obey is written as an escape.
pub(super) fn pretty(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::Internal(e.to_string()))?;
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if (c.is_control() && c != '\n') || forges(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Ok(out + "\n")
}
