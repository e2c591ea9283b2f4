//! The export doctor: what is wrong with the exports themselves, found before any conclusion is drawn from them.
//!
//! The reader notes what it cannot read and the formats what a header lacks. Here stands what only shows when records are
//! looked at together: lists that stop at a page, totals that are not met, serials that lost their zeros, hidden names.

mod identifiers;
mod names;
mod totals;

use crate::error::Result;
use crate::formats::Records;
use crate::notice::Notice;
use crate::read::Paging;
use crate::schema::Console;

/// An export as the doctor sees it.
#[derive(Debug)]
pub struct Patient<'a> {
    /// Its name in reports.
    pub label: &'a str,
    /// Format id.
    pub format: &'a str,
    /// Numbers of rows at which a reader that does not follow pages stops.
    pub page_sizes: &'a [u64],
    /// What the file says of its own completeness.
    pub paging: &'a Paging,
    /// Data rows, bad ones included.
    pub rows: u64,
    /// Its records.
    pub records: &'a Records,
}

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

/// Examines all exports together.
///
/// # Errors
/// [`Error::Internal`](crate::error::Error::Internal) if the engine refuses a table.
pub fn examine(patients: &[Patient<'_>], expected: &[Expected]) -> Result<Diagnosis> {
    let mut found = Diagnosis::default();
    totals::examine(patients, expected, &mut found)?;
    identifiers::examine(patients, &mut found);
    names::examine(patients, &mut found);
    Ok(found)
}

/// `1 row`, `2 rows`.
fn many(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
