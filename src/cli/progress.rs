//! Progress on standard error, for runs that a person waits for.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::complain::clean;
use crate::run::{Progress, Silent, Unit};

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
    Box::new(Spinner { bar, step: Mutex::default() })
}

struct Spinner {
    bar: ProgressBar,
    step: Mutex<String>,
}

impl Progress for Spinner {
    fn step(&self, what: &str) {
        let step = clean(what);
        self.bar.set_message(step.clone());
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = step;
    }

    fn done(&self, done: u64, of: Option<u64>, unit: Unit) {
        let step = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        self.bar.set_message(format!("{step}: {}", amount(done, of, unit)));
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// `3 of 5 rules`.
fn amount(done: u64, of: Option<u64>, unit: Unit) -> String {
    let (scale, unit) = match unit {
        Unit::Bytes => (1_000_000, "MB"),
        Unit::Rules => (1, "rules"),
        Unit::Files => (1, "files"),
    };
    let of = of.map_or_else(String::new, |of| format!(" of {}", of / scale));
    format!("{}{of} {unit}", done / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_is_done() {
        assert_eq!(amount(1_500_000, Some(20_000_000), Unit::Bytes), "1 of 20 MB");
        assert_eq!(amount(3, Some(5), Unit::Rules), "3 of 5 rules");
        assert_eq!(amount(7, None, Unit::Files), "7 files");
    }
}
