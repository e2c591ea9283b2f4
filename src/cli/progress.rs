//! Progress on standard error, for runs that a person waits for.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::run::{Progress, Silent};

/// A spinner on a terminal; nothing where nobody looks.
pub(super) fn for_terminal(quiet: bool) -> Box<dyn Progress> {
    if quiet || !std::io::stderr().is_terminal() {
        return Box::new(Silent);
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}") {
        bar.set_style(style);
    }
    // What is done within a second needs no progress: the first frame comes late.
    bar.enable_steady_tick(Duration::from_millis(120));
    Box::new(Spinner(bar))
}

struct Spinner(ProgressBar);

impl Progress for Spinner {
    fn step(&self, what: &str) {
        self.0.set_message(super::complain::clean(what));
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
