//! The end of an analysis, and the only thing that anything later sees: plain tables, no engine type and no way to plan.
//!
//! Reports are written from it, also again later: it is saved to `data/` and loaded by the verbs that work on a report.

mod approval;
mod data;
mod explain;
mod kept;
mod ledger;
mod manifest;
mod provenance;
mod settled;
mod since;
mod source;
mod unflagged;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::assets::Files;
use crate::config::Setting;
use crate::console::Console;
use crate::history::Provenance;
use crate::identity::{AsOf, Thresholds};
use crate::ids::{By, ByRecord, DeviceId, EntryId, RecordId, StepId};
use crate::notice::Notice;
use crate::plan::{Entry, Packages, Phase, Planned, Schedule};
use crate::rules::{Findings, Questions, Tally, Text};
use crate::schema::{Disposition, JoinType, Severity};
use crate::table::{DeviceTable, RecordTable};
use crate::time::{DAY, day};

pub use data::{Asked, FOLDER, File, RUN_FILE, files, is_report, load, seal_of};
pub use explain::{
    Candidate, Explained, Explanation, Field, Holds, MOST_CANDIDATES, Question, Step, Verdict, candidate, explain,
    steps, unflagged, verdict,
};
pub use kept::Kept;
pub use ledger::{Ledger, LedgerLine, LedgerState};
pub use manifest::{
    Configuration, Contents, ControlTotals, ExportRow, InputRow, Manifest, OutputFile, ReportContents, RollupContents,
    RollupKind, Sealed, SealedReport, ThresholdRow,
};
pub use provenance::{ProvenanceRow, provenance};
pub use settled::{Accepted, Decided, Hidden};
pub use since::{
    Change, ChangeKind, ChangeState, Changes, ListStates, Past, PastFindings, Point, Remembered, RuleMark, RuleStates,
    Since,
};
pub use source::{Digested, InputFile, Source};
pub use unflagged::Unflagged;

/// Steps of the longest plan whose lines repeat what their steps say; the lines of a longer one name the guide's.
pub const LONGEST_WITH_TEXTS: usize = 100_000;

/// Everything that is known at the end of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// The exports in them.
    pub sources: Vec<Source>,
    /// Remarks about the input, in their order.
    pub notices: Vec<Notice>,
    /// The time at which everything is judged.
    pub as_of: AsOf,
    /// The thresholds in force.
    pub thresholds: Thresholds,
    /// The devices.
    pub devices: DeviceTable,
    /// The records.
    pub records: RecordTable,
    /// Which record belongs to which device, and why.
    pub links: Links,
    /// What the rules say to people, by id.
    pub rules: Vec<Text>,
    /// What decides each rule.
    pub marks: Vec<RuleMark>,
    /// What became of each rule.
    pub tallies: Vec<Tally>,
    /// The findings.
    pub findings: Findings,
    /// What could not be decided.
    pub questions: Questions,
    /// Findings that an exception hides; nothing is planned on them.
    pub hidden: Hidden,
    /// The values in force.
    pub settings: Vec<Setting>,
    /// The files of the configuration and of the exceptions, those that there are.
    pub settled_by: Vec<Digested>,
    /// The flagged devices, those together that are dealt with in the same way.
    pub packages: Packages,
    /// What people decided.
    pub decisions: Decided,
    /// What becomes of devices for which nothing else was decided.
    pub purpose: Disposition,
    /// The steps, device by device.
    pub steps: By<StepId, Planned>,
    /// What each step says.
    pub entries: By<EntryId, Entry>,
    /// Batches, and the earliest day of every step.
    pub schedule: Schedule,
    /// Rules, formats, playbooks and word lists, for the manifest.
    pub rule_files: Vec<Digested>,
    /// The files of consoles that are not as they ship: what a saved run needs to know them again.
    pub console_files: Files,
    /// Where the exports come from, as somebody wrote it down.
    pub provenance: Vec<Provenance>,
    /// What became of earlier runs.
    pub since: Since,
    /// What was asked for in this run and in earlier ones, and what became of it.
    pub ledger: Ledger,
    /// What is lost or kept, in this run and, where its lists do not speak of it any more, in earlier ones.
    pub kept: Vec<Kept>,
    /// Devices whose removal was begun by an earlier plan, which this one goes on with; sorted.
    pub begun: Vec<DeviceId>,
}

/// Which record belongs to which device, and why.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Device of each record; [`DeviceId::NONE`] for a key-list record whose device nobody else knows.
    pub device: ByRecord<DeviceId>,
    /// Kinds of identifier by which the record is held to other records of its device, as bits.
    pub held_by: ByRecord<u16>,
    /// Refused links of a record.
    pub refused: BTreeMap<RecordId, Vec<String>>,
}

impl Outcome {
    /// What a step says.
    #[must_use]
    pub fn entry(&self, step: &Planned) -> &Entry {
        self.entries.get(step.entry)
    }

    /// The id of the object that a step acts on. A computer that no AD list shows is known by its objectGUID, which a
    /// hybrid device has as its Entra device id.
    #[must_use]
    pub fn object_of(&self, step: &Planned) -> Cow<'_, str> {
        if let Some(record) = step.object {
            return self.records.id_of(record);
        }
        let hybrid = *self.devices.join_type.get(step.device) == JoinType::Hybrid;
        let computer = hybrid && self.entry(step).console.is_some_and(Console::is_directory);
        Cow::Borrowed(if computer { self.devices.entra_device_id.get(step.device) } else { "" })
    }

    /// What must be true before a step: the day from which it may be done, where it waits for one, and
    /// what no file can tell.
    #[must_use]
    pub fn condition_of(&self, step: StepId) -> Cow<'_, str> {
        let entry = self.entry(self.steps.get(step));
        if entry.phase != Phase::AfterGrace && !self.waits(step, entry) {
            return Cow::Borrowed(&entry.condition);
        }
        let day = day(self.schedule.earliest(step));
        format!("Not before {day}. {}", entry.condition).trim_end().to_string().into()
    }

    /// Whether a removal is due later than the others of its batch, since it waits for one of them.
    fn waits(&self, step: StepId, entry: &Entry) -> bool {
        let batch = self.schedule.batch_of(self.steps.get(step).device).map_or(1, |(_, batch)| batch.day);
        let begins = self.as_of.millis.div_euclid(DAY) + i64::from(batch) - 1;
        entry.phase == Phase::Remove && self.schedule.earliest(step) > begins * DAY
    }

    /// What becomes of a device that leaves service.
    #[must_use]
    pub fn purpose_of(&self, device: DeviceId) -> Disposition {
        self.decisions.of(device).and_then(|d| d.purpose).unwrap_or(self.purpose)
    }

    /// The severest finding, if there is one.
    #[must_use]
    pub fn highest(&self) -> Option<Severity> {
        self.findings.severity.iter().max().copied()
    }
}
