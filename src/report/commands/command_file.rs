//! One file of commands before it is written: one step, one batch, a list of ids.

use sha2::{Digest, Sha256};

use super::quote;
use crate::plan::{Command, Entry, Phase};
use crate::read::hex;

/// What a file of commands is made from. Of all this only the ids come from exports, and those have passed the check of
/// their shape.
pub(super) struct CommandFile<'a> {
    /// Package whose devices these are.
    pub package: &'a str,
    /// Number of the batch.
    pub batch: u32,
    /// What is known of its approval.
    pub approval: &'a str,
    /// The step.
    pub entry: &'a Entry,
    /// Its command.
    pub command: &'a Command,
    /// The ids, each once, in the order of devices.
    pub ids: &'a [String],
    /// When each of them was last seen in its own export, RFC 3339, and a day: many lists name the day alone.
    pub seen: &'a [String],
    /// Earliest day for all of the ids, `YYYY-MM-DD`.
    pub not_before: &'a str,
}

/// What to know where a second administrator has to approve.
const APPROVAL: &str = "403 ApprovalRequired: Multi Admin Approval is on. The request is kept in the log; another administrator \
    approves it under Tenant administration > Multi Admin Approval. Run the file again within 3 days: it sends the code that was \
    approved. An object takes one request at a time.";

impl CommandFile<'_> {
    /// Whether somebody must say that the condition is met: it takes something away, and no file tells. That a device is in use is
    /// said there too.
    pub(super) const fn asks_for_condition(&self) -> bool {
        let takes = self.entry.irreversible || matches!(self.entry.phase, Phase::Remove | Phase::AfterGrace);
        takes && !self.entry.condition.is_empty()
    }

    /// Whether the commands themselves erase devices.
    pub(super) const fn erases(&self) -> bool {
        self.entry.wipes && !self.command.keeps_data
    }

    /// Whether the command asks when the object was last seen in its export.
    pub(super) fn asks_when_seen(&self) -> bool {
        self.command.check.contains("$Seen")
    }

    /// The permissions of a list with commas.
    pub(super) fn permissions(list: &str) -> Vec<&str> {
        list.split(',').map(str::trim).filter(|permission| !permission.is_empty()).collect()
    }

    /// SHA-256 of the ids, one a line.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for id in self.ids {
            hash.update(id.as_bytes());
            hash.update(b"\n");
        }
        hex(&hash.finalize())
    }

    /// What the file is and what to know before it is run, as comments.
    pub(super) fn head(&self, run: &str) -> String {
        let entry = self.entry;
        let mut lines = vec![
            format!("{} for {} ids. Nothing is done unless {run} is given.", entry.slug, self.ids.len()),
            String::new(),
            format!("package     {}, batch {}, {}", self.package, self.batch, self.approval),
            format!("phase       {}, not before {}", entry.phase.title(), self.not_before),
            format!("by hand     {}", entry.action),
        ];
        let mut add = |name: &str, text: &str| {
            if !text.is_empty() {
                lines.push(format!("{name:<11} {text}"));
            }
        };
        add("condition", &entry.condition);
        add("why", &entry.why);
        add("role", &entry.role);
        add("a person", &self.command.scope);
        add("application", &self.command.application);
        add("", &self.command.limit);
        if self.command.approval {
            add("approval", APPROVAL);
        }
        for source in &entry.sources {
            add("source", &format!("{} (read {})", source.page, source.read));
        }
        add(
            "beware",
            match (self.erases(), entry.irreversible) {
                (true, _) => "ERASES the devices, and cannot be undone",
                (_, true) if entry.wipes => {
                    "cannot be undone; the command does not erase, so reset the devices afterwards"
                }
                (_, true) => "cannot be undone",
                _ => "",
            },
        );
        lines.iter().map(|line| format!("# {}", quote::comment(line)).trim_end().to_string() + "\n").collect()
    }
}
