//! What no file can allow. Steps and playbooks are data, and those of one's own are tested against one's own consoles alone; so the
//! promises that matter most are kept here, whatever a file says.

use super::subject::{StepIntent, Subject};
use crate::plan::Entry;
use crate::schema::{Identity, Ownership};

/// Whether a step is never planned for a device: one that erases what is a person's, one that takes something away from a device of
/// which nobody is sure, and one that does so in a console where findings only want a look.
pub(super) fn forbids(subject: &Subject, entry: &Entry, removes: bool) -> bool {
    let takes = entry.wipes || entry.irreversible || removes;
    let is_unsure = matches!(subject.identity, Identity::Weak | Identity::Conflict);
    let is_only_looked_at = ![StepIntent::Remove, StepIntent::Objects, StepIntent::Reconnect]
        .into_iter()
        .any(|intent| subject.asks(intent));
    takes && (is_unsure || is_only_looked_at && entry.console.is_some())
        || entry.wipes && subject.ownership == Ownership::Personal
}
