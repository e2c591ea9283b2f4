//! Stops by signal: what a run has put beside its place is removed before the process ends.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::beside;

/// What is to be removed when the process is stopped.
#[derive(Clone, Debug)]
#[cfg_attr(not(unix), expect(dead_code, reason = "nothing answers signals there"))]
pub(super) struct Held {
    pub work: PathBuf,
    pub lock: PathBuf,
    /// Folders above the place that were made for it, the innermost first; they go if they are empty.
    pub made: Vec<PathBuf>,
}

static HELD: Mutex<Vec<Held>> = Mutex::new(Vec::new());

/// While this is kept, a signal waits.
#[derive(Debug)]
pub(super) struct Hold(MutexGuard<'static, Vec<Held>>);

pub(super) fn hold() -> Hold {
    Hold(HELD.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Hold {
    pub(super) fn add(&mut self, held: Held) {
        self.0.push(held);
    }

    pub(super) fn forget(&mut self, work: &std::path::Path) {
        self.0.retain(|held| held.work != work);
    }
}

/// Waits for a clean-up that is under way, so that the process does not end in the middle of it.
pub fn settle() {
    drop(hold());
}

#[cfg(unix)]
fn remove(held: &Held) {
    beside::remove(&held.work);
    if std::fs::symlink_metadata(&held.lock).is_ok_and(|meta| meta.len() == 0) {
        let _ = std::fs::remove_file(&held.lock);
    }
    remove_empty(&held.made);
}

/// Removes folders that nothing is in.
pub(super) fn remove_empty(folders: &[PathBuf]) {
    for folder in folders {
        let _ = std::fs::remove_dir(folder);
    }
}

/// Sees to it that what is beside a place is removed when a signal asks the process to end; then `end` ends it.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn watch(end: fn(i32)) -> std::io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    // A file that may not grow is an error to tell, no reason to die.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let mut wanted = vec![SIGINT, SIGTERM];
    // Under `nohup` the end of the terminal is no reason to stop.
    wanted.extend((!is_ignored(SIGHUP)).then_some(SIGHUP));
    let mut signals = Signals::new(wanted)?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            stop(signal, end);
        }
    })?;
    Ok(())
}

/// Cleans up and ends the process. What another thread does to a place waits until then.
#[cfg(unix)]
fn stop(signal: i32, end: fn(i32)) {
    const PATIENCE: u32 = 200;
    let held = hold();
    for _ in 0..PATIENCE {
        held.0.iter().for_each(remove);
        // Other threads may have made a file meanwhile; they find no folder now.
        if held.0.iter().all(|h| !h.work.exists()) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    end(signal);
    drop(held);
}

/// Whether the one who started us wants a signal to be ignored. Only Linux tells without further ado.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    u32::try_from(signal - 1).ok().and_then(|bit| mask.checked_shr(bit)).is_some_and(|bits| bits & 1 == 1)
}
