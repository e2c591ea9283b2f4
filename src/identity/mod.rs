//! Records to devices: which rows are the same physical thing, and the proof.
//!
//! Links are made by identifiers only, in tiers: ids that one console writes about another's object are exact, hardware
//! numbers are strong. First every link is taken; then each group of records whose members contradict each other (two
//! serial numbers, two manufacturers, two platforms) is taken apart and linked again with care, and what is refused is
//! kept with its reason. Nothing depends on the order of files or rows.

mod activity;
mod appended;
mod conflicts;
mod contents;
mod contested;
mod device_key;
mod groups;
mod guards;
mod handles;
mod keys;
mod links;
mod live;
mod lives;
mod markers;
mod members;
mod names;
mod record_store;
mod repeats;
mod several_rows;
mod speakers;
pub mod story;
mod weak;
mod weak_evidence;

use crate::console::Console;
use crate::error::Result;
use crate::formats::{Records, Vocabulary};
use crate::notice::Notice;

pub use activity::{AsOf, Threshold, Thresholds, as_of};
pub(crate) use handles::Handles;
pub use keys::Kind as KeyKind;
pub(crate) use keys::number;
pub use links::Links;
pub use markers::{Marker, Markers};
pub use members::Members;
pub(crate) use members::SIGNS;
pub(crate) use names::{host_name, is_server, short_name};
pub use record_store::{ConsoleRecords, Gaps, RecordStore, written};

/// Record columns that linking, the device table and every report read.
pub const NEEDED: &[&str] = &[
    "native_id",
    "name",
    "serial",
    "entra_id",
    "intune_id",
    "ztdid",
    "hardware_id",
    "merged_into",
    "imei",
    "imei2",
    "meid",
    "platform",
    "os",
    "org_unit",
    "manufacturer",
    "model",
    "ownership",
    "join_type",
    "primary_user",
    "managed_by",
    "last_seen",
    "mail_synced",
    "password_set",
    "certificate_expires",
    "backed_up",
    "contacted",
    "assigned",
    "domain",
    "synced",
    "enrolled",
    "released",
    "state",
    "group_tag",
    "snapshot",
    "listed",
    "declared",
];

/// Joins the records of all exports into devices.
///
/// `exports` holds the label of each export with its records, in the order of the labels; `proven` the consoles whose
/// exports are complete by the user's own count.
///
/// # Errors
/// [`crate::error::Error::Internal`] if the engine refuses a step.
pub fn identify(
    exports: Vec<(String, Records)>,
    proven: &[Console],
    vocabulary: &Vocabulary,
) -> Result<(RecordStore, Links, Vec<Notice>)> {
    let mut store = RecordStore::new(vocabulary.consoles(), exports, proven)?;
    let (mut links, mut notices) = links::link(&store, vocabulary);
    repeats::complete(&mut store, &links)?;
    notices.extend(contested::settle(&mut store, &mut links)?);
    Ok((store, links, notices))
}
