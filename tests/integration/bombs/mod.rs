//! Small files that want to become large ones, endless files, texts that forge: each is refused with the limit that it
//! breaks, or done within time and memory.
//!
//! The tests are small enough for a debug build. `table_of_bombs` makes the same at full size for a release build:
//! `LASTSEEN_BIN=target/release/lastseen cargo test --test integration -- --ignored table_of_bombs` writes its figures to
//! `target/bombs.md`.

mod delimited;
mod devices;
mod json;
#[cfg(unix)]
mod pipes;
mod rules;
mod table;
mod terminal;
mod workbook;
mod zip;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::Place;

/// A run of which it is known what it cost.
pub(super) struct Cost {
    pub code: i32,
    pub said: String,
    pub time: Duration,
    /// The most memory that it held, in MB; 0 where the system does not tell.
    pub peak: u64,
}

fn program() -> PathBuf {
    std::env::var_os("LASTSEEN_BIN").map_or_else(|| env!("CARGO_BIN_EXE_lastseen").into(), PathBuf::from)
}

/// Runs the program in a place, and ends it if it goes on for more than `limit`.
pub(super) fn cost(place: &Place, arguments: &[&str], limit: Duration) -> Cost {
    let (out, err) = (place.path("stdout.txt"), place.path("stderr.txt"));
    let file = |path| Stdio::from(std::fs::File::create(path).unwrap());
    let start = Instant::now();
    let mut child = Command::new(program())
        .args(arguments)
        .current_dir(place.path(""))
        .env_clear()
        .stdin(Stdio::null())
        .stdout(file(&out))
        .stderr(file(&err))
        .spawn()
        .unwrap();
    let mut peak = 0;
    let code = loop {
        peak = peak.max(held(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code().unwrap_or(-1);
        }
        if start.elapsed() > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            break -2;
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    let text = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    Cost { code, said: text(&out) + &text(&err), time: start.elapsed(), peak }
}

/// The most memory that a process has held so far, in MB.
fn held(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().map_or(0, |kb: u64| kb / 1024)
}

/// Looks at one file and must come to an end soon, in little memory.
pub(super) fn inspected(name: &str, content: impl AsRef<[u8]>) -> Cost {
    let place = Place::new();
    place.write(&format!("in/{name}"), content);
    within(&place, &["inspect", "in"])
}

/// A run that must come to an end soon, in little memory.
pub(super) fn within(place: &Place, arguments: &[&str]) -> Cost {
    let cost = cost(place, arguments, Duration::from_mins(1));
    assert_ne!(cost.code, -2, "it goes on for ever: {arguments:?}");
    assert!(cost.peak < 1_000, "{} MB", cost.peak);
    assert!(!cost.said.contains("panicked") && !cost.said.contains("overflow"), "{}", cost.said);
    cost
}

/// The same, and it must be refused with these words.
pub(super) fn refused(name: &str, content: impl AsRef<[u8]>, words: &str) {
    let cost = inspected(name, content);
    assert!(cost.said.contains(words), "{}", cost.said);
    assert_eq!(cost.code, 3, "{}", cost.said);
}

/// The header and rows of Entra's list.
pub(super) fn entra(rows: impl Iterator<Item = String>) -> String {
    let header = "displayName,accountEnabled,operatingSystem,joinType (trustType),registrationTime,\
                  approximateLastSignInDateTime,deviceId,objectId\n";
    rows.fold(header.to_owned(), |text, row| text + &row + "\n")
}

/// A row of it.
pub(super) fn row(number: usize, name: &str) -> String {
    format!(
        "{name},True,Windows,Microsoft Entra joined,2024-01-15T08:00:00Z,2026-11-12T08:00:00Z,\
         {number:08x}-0000-4000-8000-00000000000d,{number:08x}-0000-4000-8000-00000000000e"
    )
}
