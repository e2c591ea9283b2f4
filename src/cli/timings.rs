//! How long each step of a run takes, on how much of the processor and in how much memory: `--timings`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::complain::clean;
use super::print::DIM;
use crate::run::{Progress, Unit};

/// Hands on what it hears, and keeps when it was.
pub(super) struct Timings {
    to: Box<dyn Progress>,
    marks: Mutex<Vec<Mark>>,
}

/// The beginning of a step.
#[derive(Debug)]
struct Mark {
    step: String,
    at: Instant,
    used: Option<Used>,
}

/// What the process has used since it started. Only Linux tells without unsafe code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Used {
    /// Time on processors, all threads together.
    cpu: Duration,
    /// Bytes of memory in use.
    memory: u64,
    /// The most so far.
    peak: u64,
}

impl Timings {
    /// Beside another that is told.
    pub(super) fn beside(to: Box<dyn Progress>) -> Self {
        let own = Self { to, marks: Mutex::default() };
        own.mark("Starting");
        own
    }

    fn mark(&self, step: &str) {
        let mark = Mark { step: step.into(), at: Instant::now(), used: Used::now() };
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).push(mark);
    }

    /// Ends the last step and writes the table to standard error.
    pub(super) fn print(self) {
        self.mark("");
        // What is shown on the way leaves the terminal first.
        drop(self.to);
        let marks = self.marks.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Nobody may listen; then there is nobody to tell.
        let _ = anstream::stderr().write_all(table(&marks).as_bytes());
    }
}

impl Progress for Timings {
    fn step(&self, what: &str) {
        self.mark(what);
        self.to.step(what);
    }

    fn done(&self, done: u64, of: Option<u64>, unit: Unit) {
        self.to.done(done, of, unit);
    }
}

/// A line a step, then the whole. The last mark is the end.
fn table(marks: &[Mark]) -> String {
    let names: Vec<String> = marks.iter().map(|mark| clean(&mark.step)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = format!("{DIM}{:<width$}{:>10}{:>10}{:>12}{:>12}{DIM:#}\n", "step", "wall", "cpu", "memory", "peak");
    for (pair, name) in marks.windows(2).zip(&names) {
        if let [from, to] = pair {
            line(&mut text, width, name, from, to);
        }
    }
    if let [first, .., last] = marks {
        line(&mut text, width, "whole run", first, last);
    }
    text
}

fn line(text: &mut String, width: usize, name: &str, from: &Mark, to: &Mark) {
    let wall = seconds(to.at.saturating_duration_since(from.at));
    let cpu = from.used.zip(to.used).map(|(from, to)| seconds(to.cpu.saturating_sub(from.cpu)));
    let memory = |of: fn(Used) -> u64| to.used.map(|used| format!("{} MB", of(used) / 1_000_000));
    let [cpu, used, peak] = [cpu, memory(|used| used.memory), memory(|used| used.peak)];
    let [cpu, used, peak] = [cpu, used, peak].map(|cell| cell.unwrap_or_else(|| "-".into()));
    let _ = writeln!(text, "{name:<width$}{wall:>10}{cpu:>10}{used:>12}{peak:>12}");
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

impl Used {
    fn now() -> Option<Self> {
        Self::parsed(
            &std::fs::read_to_string("/proc/self/stat").ok()?,
            &std::fs::read_to_string("/proc/self/status").ok()?,
        )
    }

    /// From what the system says: processor time in hundredths of a second, memory in units of 1,024 bytes.
    fn parsed(stat: &str, status: &str) -> Option<Self> {
        // The name of the program stands in brackets and may hold anything.
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        let cpu = Duration::from_millis((ticks()? + ticks()?) * 10);
        let kilobytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_ascii_whitespace().next()?.parse::<u64>().ok()
        };
        Some(Self { cpu, memory: kilobytes("VmRSS:")? * 1_024, peak: kilobytes("VmHWM:")? * 1_024 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "7 (last) (seen) R 1 7 7 0 -1 4194304 2000 0 0 0 150 50 0 0 20 0 3 0 1 9 9 9";
    const STATUS: &str = "Name:\tlastseen\nVmHWM:\t  2000000 kB\nVmRSS:\t  1000000 kB\n";

    #[test]
    fn what_the_system_says() {
        let used = Used::parsed(STAT, STATUS).unwrap();
        assert_eq!(used, Used { cpu: Duration::from_secs(2), memory: 1_024_000_000, peak: 2_048_000_000 });
        assert_eq!(Used::parsed("7 (x) R", STATUS), None);
        assert_eq!(Used::parsed(STAT, ""), None);
    }

    #[test]
    fn a_line_a_step() {
        let start = Instant::now();
        let mark =
            |step: &str, seconds: u64, used| Mark { step: step.into(), at: start + Duration::from_secs(seconds), used };
        let used = Used::parsed(STAT, STATUS);
        let later = used.map(|used| Used { cpu: used.cpu * 2, ..used });
        let marks = [mark("Starting", 0, used), mark("Reading a\u{1b}.csv", 1, used), mark("", 4, later)];
        let text = anstream::adapter::strip_str(&table(&marks)).to_string();
        insta::assert_snapshot!(text, @r"
        step                wall       cpu      memory        peak
        Starting          1.00 s    0.00 s     1024 MB     2048 MB
        Reading a�.csv    3.00 s    2.00 s     1024 MB     2048 MB
        whole run         4.00 s    2.00 s     1024 MB     2048 MB
        ");
        let silent = [mark("Starting", 0, None), mark("", 1, None)];
        assert!(table(&silent).contains('-'));
    }
}
