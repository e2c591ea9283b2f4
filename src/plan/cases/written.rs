//! A test of a playbook as it is written, and the made-up device that it describes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Expected, Test};
use crate::ids::{DeviceId, RecordId};
use crate::plan::checked_file::{CheckedFile, place};
use crate::plan::load::Definitions;
use crate::plan::{AndroidMode, Claim, Licence, Object, State, StepIntent, Subject};
use crate::schema::{Activity, Disposition, Identity, JoinType, Ownership, Platform};

/// One test: what a device is and where it stands, and what its plan must be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::plan) struct RawTest {
    /// The file that has it for a playbook of another one, by its place among the files.
    #[serde(skip)]
    pub origin: Option<usize>,
    /// What it shows.
    pub name: String,
    /// What the device is; what is not given is not known.
    #[serde(default)]
    given: Given,
    /// Where it stands.
    #[serde(default)]
    records: Vec<Record>,
    /// What findings ask for.
    findings: Vec<Finding>,
    /// The playbook that the device gets; without it, the one of the file.
    pub playbook: Option<String>,
    /// The whole plan, in its order: `step`, or `step:id` for a record with an id.
    steps: Option<Vec<String>>,
    /// Steps that are not planned.
    #[serde(default)]
    absent: Vec<String>,
    /// A part of the condition under which a step is planned.
    #[serde(default)]
    conditions: BTreeMap<String, String>,
    /// Every step that erases the device.
    wipes: Option<Vec<String>>,
    /// A part of what a step says: what to do, under which condition, why, by which role.
    #[serde(default)]
    texts: BTreeMap<String, String>,
}

/// What the device of a test is.
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Given {
    platform: Option<String>,
    ownership: Option<String>,
    join_type: Option<String>,
    identity: Option<String>,
    activity: Option<String>,
    mode: Option<String>,
    intent: Option<String>,
    shared: bool,
    teams: bool,
    flex: bool,
    server: bool,
    r#virtual: bool,
    cloud_pc: bool,
    session_host: bool,
    surface_hub: bool,
    hololens: bool,
    directory_service: bool,
    iot_edition: bool,
    kept: bool,
    /// The intent was decided for this very device.
    decided: bool,
    /// An earlier plan began to take it out of service.
    begun: bool,
    /// A complete AD list was read.
    ad_complete: bool,
    /// A complete Autopilot list was read, which would show its serial number.
    autopilot_complete: bool,
}

/// A record of the device of a test.
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Record {
    console: String,
    /// Needed only where a test tells records apart.
    id: Option<String>,
    state: Option<String>,
    /// Not the live record of its console.
    #[serde(default)]
    older: bool,
    join_type: Option<String>,
    licence: Option<String>,
    /// How Android is managed, as this record says.
    mode: Option<String>,
    #[serde(default)]
    ztdid: bool,
    #[serde(default)]
    connector: bool,
    #[serde(default)]
    without_actions: bool,
}

/// What a finding asks for, in the words of a rule file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    plan: String,
    /// The rule, where playbooks speak of it.
    rule: Option<String>,
    /// Ids of the records that it names.
    #[serde(default)]
    objects: Vec<String>,
}

/// A list of words, by what reads one and by its spellings.
type Words<T> = (fn(&str) -> Option<T>, &'static [&'static str]);

/// The word of a closed list; nothing where none is given or where it is misspelt, which is noted.
fn word<T>(kind: &str, given: Option<&String>, (parse, known): Words<T>, sheet: &mut CheckedFile) -> Option<T> {
    let given = given?;
    let word = parse(given);
    if word.is_none() {
        sheet.unknown(kind, given, known.iter().copied());
    }
    word
}

impl RawTest {
    /// The test, its words looked up; `book` is the playbook of the file.
    pub(in crate::plan) fn compile(&self, book: &str, steps: &Definitions, sheet: &mut CheckedFile) -> Test {
        let line = sheet.begin(&self.name);
        let ids: Vec<Option<String>> = self.records.iter().map(|record| record.id.clone()).collect();
        let subject = self.subject(&ids, sheet);
        let mut known = |shown: &String| {
            let (slug, id) = shown.split_once(':').map_or((shown.as_str(), None), |(slug, id)| (slug, Some(id)));
            steps.number(slug, sheet);
            if let Some(id) = id {
                record(id, &ids, sheet);
            }
        };
        let lists = [self.steps.as_ref(), Some(&self.absent), self.wipes.as_ref()];
        lists.into_iter().flatten().flatten().for_each(&mut known);
        self.conditions.keys().chain(self.texts.keys()).for_each(&mut known);
        if self.expects_nothing() {
            let help = "write `steps`, `absent`, `conditions`, `texts`, `wipes` or `playbook`";
            sheet.problem("name", format!("test `{}` expects nothing", self.name), help.into());
        }
        let own = place(line);
        let own = if own.is_empty() { own } else { own + ", " };
        let expected = Expected {
            book: self.playbook.clone().unwrap_or_else(|| book.to_owned()),
            steps: self.steps.clone(),
            absent: self.absent.clone(),
            conditions: self.conditions.iter().map(|(step, text)| (step.clone(), sheet.resolve(text))).collect(),
            wipes: self.wipes.clone(),
            texts: self.texts.iter().map(|(step, text)| (step.clone(), sheet.resolve(text))).collect(),
        };
        let place = format!("{own}test `{}`", self.name);
        Test { file: sheet.name().to_owned(), place, subject, ids, expected }
    }

    fn expects_nothing(&self) -> bool {
        let nothing = self.absent.is_empty() && self.conditions.is_empty();
        nothing && self.texts.is_empty() && self.steps.is_none() && self.wipes.is_none() && self.playbook.is_none()
    }

    fn subject(&self, ids: &[Option<String>], sheet: &mut CheckedFile) -> Subject {
        let given = &self.given;
        let ownership = word("owner", given.ownership.as_ref(), (Ownership::parse, Ownership::WORDS), sheet);
        let join_type = join_type(given.join_type.as_ref(), sheet);
        let identity = word("identity", given.identity.as_ref(), (Identity::parse, Identity::WORDS), sheet);
        let activity = word("activity", given.activity.as_ref(), (Activity::parse, Activity::WORDS), sheet);
        let mode = word("mode", given.mode.as_ref(), (AndroidMode::parse, AndroidMode::WORDS), sheet);
        let purpose = word("intent", given.intent.as_ref(), (Disposition::parse, Disposition::WORDS), sheet);
        Subject {
            device: DeviceId::new(0),
            platform: word("platform", given.platform.as_ref(), (Platform::parse, Platform::WORDS), sheet),
            ownership: ownership.unwrap_or(Ownership::Unknown),
            join_type,
            identity: identity.unwrap_or(Identity::Exact),
            activity: activity.unwrap_or(Activity::Unknown),
            mode: mode.unwrap_or(AndroidMode::Unknown),
            shared: given.shared,
            teams: given.teams,
            flex: given.flex,
            server: given.server,
            virtual_device: given.r#virtual,
            cloud_pc: given.cloud_pc,
            session_host: given.session_host,
            surface_hub: given.surface_hub,
            hololens: given.hololens,
            directory_service: given.directory_service,
            iot_edition: given.iot_edition,
            decided: given.decided,
            begun: given.begun,
            purpose: purpose.unwrap_or(Disposition::Dispose),
            kept: given.kept,
            ad_complete: given.ad_complete,
            autopilot_proven: given.autopilot_complete,
            objects: RecordId::new(0)
                .onwards()
                .zip(&self.records)
                .filter_map(|(record, given)| given.object(record, sheet))
                .collect(),
            claims: self.findings.iter().filter_map(|finding| finding.claim(ids, sheet)).collect(),
            about: self.findings.iter().fold(0, |bits, finding| bits | finding.about(sheet)),
        }
    }
}

fn join_type(given: Option<&String>, sheet: &mut CheckedFile) -> JoinType {
    word("join type", given, (JoinType::parse, JoinType::WORDS), sheet).unwrap_or(JoinType::Unknown)
}

/// The record that has an id.
fn record(id: &str, ids: &[Option<String>], sheet: &mut CheckedFile) -> Option<RecordId> {
    let at = ids.iter().position(|own| own.as_deref() == Some(id));
    if at.is_none() {
        sheet.unknown("record", id, ids.iter().flatten().map(String::as_str));
    }
    at.map(RecordId::at)
}

impl Record {
    fn object(&self, record: RecordId, sheet: &mut CheckedFile) -> Option<Object> {
        let state = word("state", self.state.as_ref(), (State::parse, State::WORDS), sheet);
        let mode = word("mode", self.mode.as_ref(), (AndroidMode::parse, AndroidMode::WORDS), sheet);
        let licence = word("licence", self.licence.as_ref(), (Licence::parse, Licence::WORDS), sheet);
        Some(Object {
            console: sheet.console(&self.console)?,
            record,
            live: !self.older,
            state: state.unwrap_or(State::Unknown),
            ztdid: self.ztdid,
            join: join_type(self.join_type.as_ref(), sheet),
            licence: licence.unwrap_or(Licence::Unknown),
            mode: mode.unwrap_or(AndroidMode::Unknown),
            connector: self.connector,
            without_actions: self.without_actions,
        })
    }
}

impl Finding {
    /// The bit of its rule; one that no playbook speaks of is a mistake, since it changes nothing.
    fn about(&self, sheet: &mut CheckedFile) -> u64 {
        let Some(rule) = &self.rule else { return 0 };
        sheet.about(rule).unwrap_or_else(|| {
            let message = format!("no condition speaks of the rule `{rule}`");
            sheet.problem(rule, message, "leave `rule` out, or write `about-` before its id in a condition".into());
            0
        })
    }

    fn claim(&self, ids: &[Option<String>], sheet: &mut CheckedFile) -> Option<Claim> {
        let intent = word("plan", Some(&self.plan), (StepIntent::parse, StepIntent::WORDS), sheet);
        let mut objects: Vec<RecordId> = self.objects.iter().filter_map(|id| record(id, ids, sheet)).collect();
        objects.sort_unstable();
        Some(Claim { intent: intent?, rule: 0, objects })
    }
}
