//! What the programs of `fuzz_targets/` share: a folder for what is read from disk, and the reader of a name.

pub mod seeds;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use lastseen::fuzzing::{Target, target};

/// A folder of this process: below `LASTSEEN_SCRATCH`, which fuzz/run makes and removes, or where temporary files go.
static SCRATCH: LazyLock<PathBuf> = LazyLock::new(|| {
    let above = std::env::var_os("LASTSEEN_SCRATCH").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = above.join(format!("lastseen-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for files");
    folder
});

/// The reader of a name, and the folder that it may write to.
pub fn begin(name: &str) -> (Target, &'static Path) {
    // The hook of libFuzzer ends the process at every panic, also at those of the engine that the program takes for an answer. One
    // that nobody catches ends it all the same.
    let _ = std::panic::take_hook();
    (target(name).expect("a target of that name"), &SCRATCH)
}

/// Reads what libFuzzer hands over, where fuzz/run links it.
///
/// # Safety
/// There are so many bytes at `bytes`.
pub unsafe fn read((target, scratch): &(Target, &'static Path), bytes: *const u8, size: usize) -> i32 {
    // Nothing may be at an address that is none.
    let bytes = if size == 0 { &[] } else { unsafe { std::slice::from_raw_parts(bytes, size) } };
    (target.run)(bytes, scratch);
    0
}

/// The program that feeds the reader of a name. A panic that nobody catches ends it.
#[cfg(not(feature = "libfuzzer-sys"))]
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn LLVMFuzzerTestOneInput(bytes: *const u8, size: usize) -> i32 {
            static READER: std::sync::LazyLock<(lastseen::fuzzing::Target, &'static std::path::Path)> =
                std::sync::LazyLock::new(|| $crate::begin($name));
            unsafe { $crate::read(&READER, bytes, size) }
        }
    };
}

/// The same for cargo-fuzz.
#[cfg(feature = "libfuzzer-sys")]
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        static READER: std::sync::LazyLock<(lastseen::fuzzing::Target, &'static std::path::Path)> =
            std::sync::LazyLock::new(|| $crate::begin($name));
        $crate::fuzz_target!(|bytes: &[u8]| {
            let (target, scratch) = &*READER;
            (target.run)(bytes, scratch);
        });
    };
}

#[cfg(feature = "libfuzzer-sys")]
pub use libfuzzer_sys::fuzz_target;
