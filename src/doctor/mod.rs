//! The data quality: what is wrong with the exports themselves, found before any conclusion is drawn from them.
//!
//! The reader notes what it cannot read and the formats what a header lacks. Here stands what only shows when records are
//! looked at together: lists that stop at a page, totals that are not met, serials that lost their zeros, hidden names.

mod identifiers;
mod lists;
mod names;
mod numbered;
mod pages;
mod totals;

use crate::console::Console;
use crate::error::Result;
use crate::formats::Records;
use crate::notice::Notice;

pub use lists::{Settled, conclude, settle};

/// A number of devices that a console's own page shows.
pub type Expected = (Console, u64);

/// What the doctor found.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// Remarks, unsorted.
    pub notices: Vec<Notice>,
    /// Exports, by place, from whose gaps nothing may be concluded, and why.
    pub incomplete: Vec<(usize, String)>,
    /// Exports, by place, that do not name every object by their nature, and why.
    pub partial: Vec<(usize, String)>,
    /// Consoles whose lists have as many devices as the user said: they are complete whatever else looks odd.
    pub proven: Vec<Console>,
}

/// Examines all exports together; each comes with its name in reports.
///
/// # Errors
/// [`Error::Internal`](crate::error::Error::Internal) if the engine refuses a table.
pub fn examine(exports: &[(String, Records)], expected: &[Expected]) -> Result<Diagnosis> {
    let mut found = Diagnosis::default();
    totals::examine(exports, expected, &mut found);
    identifiers::examine(exports, &mut found);
    names::examine(exports, &mut found);
    Ok(found)
}
