//! The library panics where one of its temporary files cannot grow. Here that is what it is: an error of the system.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use rust_xlsxwriter::XlsxError;

/// Where its panics come from.
const LIBRARY: &str = "rust_xlsxwriter";

/// Runs what writes a workbook; a panic of the library becomes an error, and prints nothing.
pub(super) fn guarded<T>(write: impl FnOnce() -> Result<T, XlsxError>) -> io::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|place| place.file().contains(LIBRARY)) {
                usual(panic);
            }
        }));
    });
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(Ok(written)) => Ok(written),
        Ok(Err(XlsxError::IoError(e))) => Err(e),
        Ok(Err(other)) => Err(io::Error::other(other.to_string())),
        Err(panic) => Err(cause(panic.as_ref())),
    }
}

/// The system's error, of which a panic only has the text: `… Os { code: 28, kind: StorageFull, … }`.
fn cause(panic: &(dyn Any + Send)) -> io::Error {
    let text = panic.downcast_ref::<String>().map_or("", String::as_str);
    let code = text.split_once("code: ").map(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next());
    match code.flatten().and_then(|digits| digits.parse().ok()) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::other("the workbook could not be finished"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_error_behind_it() {
        let full = io::Error::from_raw_os_error(28);
        let failed: io::Result<()> = guarded(|| panic!("Couldn't write to xml file: {full:?}"));
        assert_eq!(failed.unwrap_err().raw_os_error(), Some(28));
        let failed: io::Result<()> = guarded(|| panic!("of another kind"));
        assert_eq!(failed.unwrap_err().raw_os_error(), None);
    }
}
