//! Parse, call, exit code.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(unix)]
    let closed = closed::output();
    #[cfg(not(unix))]
    let closed = false;
    lastseen::cli::run(closed)
}

/// Whether standard output was closed when the program started (`>&-`).
///
/// The runtime opens `/dev/null` in its place before `main`, so that nobody could tell any more that an answer gets lost.
#[cfg(unix)]
mod closed {
    use std::os::fd::AsFd;
    use std::sync::atomic::{AtomicBool, Ordering};

    static CLOSED: AtomicBool = AtomicBool::new(false);

    ctor::declarative::ctor! {
        #[ctor(unsafe)]
        fn look() {
            let closed = std::io::stdout().as_fd().try_clone_to_owned().is_err();
            CLOSED.store(closed, Ordering::Relaxed);
        }
    }

    pub(super) fn output() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }
}
