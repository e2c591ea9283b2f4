//! A saved outcome, loaded. The folder may come from anybody, so everything is looked at before it is believed.

use std::collections::BTreeMap;
use std::path::Path;

use super::read::{Damage, Table};
use super::run::{Head, Run};
use super::{Asked, FOLDER, RUN, RUN_FILE, VERSION, since, tables, trust};
use crate::assets;
use crate::console::{Console, Registry, State};
use crate::disk::{self, is_absent};
use crate::error::{Error, Result};
use crate::frame::list_of;
use crate::history::{Decision, Declined, by_device};
use crate::identity::AsOf;
use crate::ids::{By, ByDevice, DecisionId, DeviceId, EntryId, ExceptionId, ExportId, Number, RecordId, StepId};
use crate::outcome::{Decided, Hidden, Links, Manifest, Outcome, Sealed};
use crate::plan::{Packages, Planned, Schedule};
use crate::read::digest_of;
use crate::rules::{Findings, QuestionTexts, Questions};
use crate::schema::{
    Activity, Confidence, Disposition, Identity, JoinType, MANIFEST, Ownership, Platform, Severity, Status,
};
use crate::table::{ConsoleColumns, DeviceTable, Identifiers, Lines, OlderColumns, RecordColumns, RecordTable, Texts};

/// The largest `run.json`: notices, rules and steps, none of which there are millions of.
const LARGEST_RUN: u64 = 1 << 30;

/// The seal of a report: the digest of its manifest. Empty where it has none.
///
/// # Errors
/// As [`Manifest::read`].
pub fn seal_of(report: &Path) -> Result<String> {
    Ok(Manifest::read(report)?.map(|sealed| sealed.seal).unwrap_or_default())
}

/// Whether a folder is a report. Without `data/` it cannot be loaded, and [`load`] says so.
#[must_use]
pub fn is_report(folder: &Path) -> bool {
    [RUN_FILE, MANIFEST].iter().any(|name| folder.join(name).is_file())
}

/// Loads the outcome of a report, and how the report was asked for.
///
/// # Errors
/// [`Error::Usage`] where there is none, or a newer program wrote it; [`Error::Evidence`] where a file is missing, was changed
/// or makes no sense.
pub fn load(report: &Path) -> Result<(Outcome, Asked)> {
    let path = report.join(RUN_FILE);
    match std::fs::metadata(&path) {
        Err(e) if !is_absent(&e) => return Err(Error::Unreadable { path, source: e }),
        Ok(meta) if meta.is_file() => {}
        _ => {
            let message = format!("`{}` holds no `{RUN_FILE}`, so it cannot be loaded", report.display());
            let help = "name the folder of a report that `analyze` wrote with the format `data`".into();
            return Err(Error::Usage { message, help });
        }
    }
    let folder = Loading { report, sealed: Manifest::read(report)? };
    folder.is_unchanged(RUN)?;
    let bytes = disk::read(&path, LARGEST_RUN).map_err(|source| Error::Unreadable { path, source })?;
    let head: Head =
        serde_json::from_slice(&bytes).map_err(|e| folder.damaged(RUN, &format!("cannot be understood: {e}")))?;
    if head.version > VERSION {
        let message =
            format!("`{}` was written by lastseen {}, which is newer than this one", report.display(), head.program);
        let help = format!("use that version; this one reads `{FOLDER}/` up to version {VERSION}");
        return Err(Error::Usage { message, help });
    }
    let registry = registry(&head).map_err(|damage| folder.damaged(RUN, &damage))?;
    let run: Run = registry
        .reading(|| serde_json::from_slice(&bytes))
        .map_err(|e| folder.damaged(RUN, &format!("cannot be understood: {e}")))?;
    drop(bytes);
    trust::check(&run).map_err(|damage| folder.damaged(RUN, &damage))?;
    let asked = run.asked.clone();
    folder.outcome(run, head, registry).map(|outcome| (outcome, asked))
}

/// The consoles of the run.
fn registry(head: &Head) -> Result<&'static Registry, Damage> {
    if head.console_files.is_empty() {
        return Ok(Registry::shipped());
    }
    let mut files = assets::rules(None).map_err(|e| e.to_string())?;
    files.extend(
        head.console_files
            .iter()
            .filter(|(path, _)| path.starts_with("consoles/"))
            .map(|(p, t)| (p.clone(), t.clone())),
    );
    Registry::load(&files).map_err(|_| "has consoles that this version does not understand".to_string())
}

/// A report that is loaded.
struct Loading<'a> {
    report: &'a Path,
    /// Nothing where the report has no manifest: then there is nothing to compare its files with.
    sealed: Option<Sealed>,
}

impl Loading<'_> {
    fn damaged(&self, file: &str, damage: &str) -> Error {
        Error::damaged_report(&self.report.join(FOLDER).join(file), damage)
    }

    /// Refuses a file that is not the one that the manifest names.
    fn is_unchanged(&self, file: &str) -> Result<()> {
        let Some(sealed) = &self.sealed else { return Ok(()) };
        let path = self.report.join(FOLDER).join(file);
        let digest = match digest_of(&path) {
            Ok(digest) => digest,
            Err(e) if is_absent(&e) => return Err(self.damaged(file, "is missing")),
            Err(source) => return Err(Error::Unreadable { path, source }),
        };
        match sealed.manifest.sha256_of(&format!("{FOLDER}/{file}")) {
            Some(sum) if sum == digest => Ok(()),
            Some(_) => Err(self.damaged(file, "was changed since the report was written")),
            None => Err(self.damaged(file, &format!("is not named in `{MANIFEST}`"))),
        }
    }

    fn outcome(&self, run: Run, head: Head, registry: &'static Registry) -> Result<Outcome> {
        let table = |name: &str| {
            let file = format!("{name}.arrow");
            let lines = run.lines.get(name).copied();
            let lines = lines.ok_or_else(|| self.damaged(RUN, &format!("does not say how long `{name}` is")))?;
            self.is_unchanged(&file)?;
            let table =
                Table::open(&self.report.join(FOLDER).join(&file), lines).map_err(|d| self.damaged(&file, &d))?;
            Ok::<_, Error>(Named { table, file, loading: self })
        };
        let records: Vec<Named<'_>> =
            run.records.iter().map(|held| table(&tables::records_of(held.console.as_str()))).collect::<Result<_>>()?;
        let devices = table("devices")?;
        let limits = Limits {
            devices: run.lines.get("devices").copied().unwrap_or_default(),
            records: run.records.iter().filter_map(|h| run.lines.get(&tables::records_of(h.console.as_str()))).sum(),
            exports: run.exports.len(),
        };
        let device_table = devices.make(|table| of_devices(table, &run, &limits, registry))?;
        let mut links = Links::default();
        let mut columns = Vec::with_capacity(records.len());
        for (named, held) in records.into_iter().zip(&run.records) {
            if RecordId::new(held.offset).index() != links.device.len() {
                return Err(self.damaged(RUN, "has records with numbers that mean nothing"));
            }
            columns.push(
                named.make(|table| of_records(table, held.console, RecordId::new(held.offset), &limits, &mut links))?,
            );
        }
        links.refused = table("refused")?.make(|table| refused(table, &limits))?;
        let (set_aside, older) = table("asides")?.make(|table| asides(table, &limits))?;
        let record_table = RecordTable { consoles: columns, exports: run.exports, set_aside, older };
        let (findings, hidden) =
            table("findings")?.make(|table| findings(table, &limits, run.rules.len(), run.exceptions.len()))?;
        // An earlier version asked nothing.
        let questions = if run.lines.contains_key("questions") {
            table("questions")?.make(|table| questions(table, &limits, run.rules.len()))?
        } else {
            Questions::default()
        };
        let (steps, days) = table("steps")?.make(|table| steps(table, &limits, run.entries.len()))?;
        let members =
            table("members")?.make(|table| groups(table, ["package", "device"], &run.packages, limits.devices))?;
        let of_batches =
            table("batches")?.make(|table| groups(table, ["batch", "device"], &run.batches, limits.devices))?;
        let (list, of_device) = table("decisions")?.make(|table| decisions(table, &limits, &device_table))?;
        let mut packs = run.packages;
        for (own, found) in packs.iter_mut().zip(members) {
            own.devices = found;
        }
        let package_of = list_of(packs.iter().map(|own| own.devices.as_slice()), device_table.key.count());
        let packages = Packages { list: packs, of_device: package_of };
        let mut batches = run.batches;
        batches.iter_mut().zip(of_batches).for_each(|(batch, own)| batch.devices = own);
        let batch_of = list_of(batches.iter().map(|batch| batch.devices.as_slice()), device_table.key.count());
        let schedule = Schedule { batches, of_device: batch_of, days };
        let count = device_table.key.count();
        let counts = since::Counts { devices: limits.devices, lines: &run.lines, registry };
        let (since, ledger) =
            since::loaded(run.since, &counts, &mut |name, read| table(name)?.make(|table| read(table)))?;
        Ok(Outcome {
            inputs: run.inputs,
            sources: run.sources,
            notices: run.notices,
            as_of: AsOf { millis: run.as_of, given: run.as_of_given, otherwise: None },
            thresholds: run.thresholds.thresholds(),
            devices: device_table,
            records: record_table,
            links,
            rules: run.rules,
            marks: run.marks,
            tallies: run.tallies,
            findings,
            questions,
            hidden: Hidden { exceptions: run.exceptions, ..hidden },
            settings: run.settings,
            settled_by: run.settled_by,
            packages,
            decisions: Decided {
                file: run.decisions.file,
                sha256: run.decisions.sha256,
                list,
                of_device,
                of_package: by_device(&run.decided_packages, count),
                packages: run.decided_packages,
                done: run.done,
                approved: run.approved,
                waiting: Vec::new(),
            },
            purpose: run.intent,
            steps,
            entries: trust::entries(run.entries),
            schedule,
            rule_files: run.rule_files,
            console_files: head.console_files,
            provenance: run.provenance,
            since,
            ledger,
            kept: run.kept,
            begun: run.begun,
        })
    }
}

/// A table and where it was read from.
struct Named<'a> {
    table: Table,
    file: String,
    loading: &'a Loading<'a>,
}

impl Named<'_> {
    fn make<T>(&self, make: impl FnOnce(&Table) -> Result<T, Damage>) -> Result<T> {
        make(&self.table).map_err(|damage| self.loading.damaged(&self.file, &damage))
    }
}

/// How many there are of what numbers name.
struct Limits {
    devices: usize,
    records: usize,
    exports: usize,
}

fn identifiers<N>(table: &Table, name: &str) -> Result<Identifiers<N>, Damage> {
    Ok(Identifiers::new(table.texts(name)?, table.maybe_texts(&format!("{name}_written"))?))
}

fn of_devices(table: &Table, run: &Run, limits: &Limits, registry: &'static Registry) -> Result<DeviceTable, Damage> {
    // Sets of consoles are bits, by the numbers that the program gave which wrote them.
    let bits: Vec<u32> = run.consoles.iter().map(|slug| registry.parse(slug).map_or(0, Console::bit)).collect();
    let consoles =
        |saved: u32| (0_u32..).zip(&bits).filter(|(at, _)| saved >> at & 1 == 1).fold(0, |all, (_, bit)| all | bit);
    let place = |slug: &str| registry.parse(slug).and_then(|console| u8::try_from(console.index()).ok());
    let by_console = |held: &super::run::Held| {
        let prefix = held.console.column_prefix();
        Ok(ConsoleColumns {
            console: held.console,
            live: By::of(table.numbered(&format!("{prefix}_live"), limits.records, true)?),
            last_seen: table.times(&format!("{prefix}_last_seen"))?,
        })
    };
    let last_console = table.words("last_activity_console", place)?;
    Ok(DeviceTable {
        key: By::of(table.strings("device_key")?),
        name: table.texts("name")?,
        serial: identifiers(table, "serial")?,
        platform: By::of(table.each_word("platform", Platform::parse)?),
        manufacturer: table.texts("manufacturer")?,
        model: table.texts("model")?,
        ownership: By::of(table.each_word("ownership", Ownership::parse)?),
        join_type: By::of(table.each_word("join_type", JoinType::parse)?),
        primary_user: table.texts("primary_user")?,
        consoles: table.numbers("consoles")?.into_iter().map(consoles).collect(),
        entra_device_id: identifiers(table, "entra_device_id")?,
        last_activity: table.times("last_activity")?,
        last_console: last_console.into_iter().map(|number| number.unwrap_or(u8::MAX)).collect(),
        activity: By::of(table.each_word("activity", Activity::parse)?),
        identity: By::of(table.each_word("identity", Identity::parse)?),
        by_console: run.records.iter().map(by_console).collect::<Result<_, Damage>>()?,
        registry,
        as_of: run.as_of,
    })
}

fn of_records(
    table: &Table,
    console: Console,
    first: RecordId,
    limits: &Limits,
    links: &mut Links,
) -> Result<RecordColumns, Damage> {
    links.device.extend(table.numbered::<DeviceId>("device", limits.devices, true)?);
    let held_by = table.below("held_by", usize::from(u16::MAX) + 1, false)?;
    links.held_by.extend(held_by.into_iter().map(|bits| u16::try_from(bits).unwrap_or_default()));
    Ok(RecordColumns {
        console,
        first,
        export: By::of(table.numbered("export", limits.exports, false)?),
        row: By::of(table.each_number("row")?),
        native_id: identifiers(table, "native_id")?,
        name: table.texts("name")?,
        serial: identifiers(table, "serial")?,
        last_seen: table.times("last_seen")?,
        enrolled: table.times("enrolled")?,
        // An earlier version kept none.
        state: if table.has("state") { By::of(table.each_word("state", State::parse)?) } else { By::default() },
    })
}

fn refused(table: &Table, limits: &Limits) -> Result<BTreeMap<RecordId, Vec<String>>, Damage> {
    let mut refused: BTreeMap<RecordId, Vec<String>> = BTreeMap::new();
    let records: Vec<RecordId> = table.numbered("record", limits.records, false)?;
    for (record, reason) in records.into_iter().zip(table.strings("reason")?) {
        refused.entry(record).or_default().push(reason);
    }
    Ok(refused)
}

/// Rows that could not be read, and those that a newer list speaks for.
type Asides = (Vec<(ExportId, u32, String)>, Vec<OlderColumns>);

fn asides(table: &Table, limits: &Limits) -> Result<Asides, Damage> {
    let exports: Vec<ExportId> = table.numbered("export", limits.exports, false)?;
    let rows = table.each_number("row")?;
    let read = table.flags("read")?;
    let unread = read.iter().take_while(|read| !**read).count();
    if read.iter().skip(unread).any(|read| !read) {
        return Err("has its rows in another order than lastseen writes".into());
    }
    let reason = table.texts("reason")?;
    let [id, name, serial] = ["native_id", "name", "serial"].map(|column| table.texts(column));
    let (id, name, serial) = (id?, name?, serial?);
    let own = exports.iter().zip(&rows).enumerate().take(unread);
    let set_aside = own.map(|(at, (export, row))| (*export, *row, reason.get(at).to_string())).collect();
    let mut older = Vec::new();
    let mut start = unread;
    for list in exports.get(unread..).unwrap_or_default().chunk_by(|a, b| a == b) {
        let from = |texts: &Texts| Texts::of(Part { texts: texts.clone(), start, lines: list.len() });
        let Some(export) = list.first() else { continue };
        older.push(OlderColumns {
            export: *export,
            row: rows.get(start..start + list.len()).unwrap_or_default().to_vec(),
            native_id: from(&id),
            name: from(&name),
            serial: from(&serial),
            reason: from(&reason),
        });
        start += list.len();
    }
    Ok((set_aside, older))
}

/// A part of a column of text.
#[derive(Debug)]
struct Part {
    texts: Texts,
    start: usize,
    lines: usize,
}

impl Lines for Part {
    fn line(&self, at: usize) -> Option<&str> {
        (at < self.lines).then(|| self.texts.get(self.start + at))
    }

    fn lines(&self) -> usize {
        self.lines
    }
}

fn findings(table: &Table, limits: &Limits, rules: usize, exceptions: usize) -> Result<(Findings, Hidden), Damage> {
    let (mut open, mut hidden) = (Findings::default(), Hidden::default());
    let rule = table.below("rule", rules.min(usize::from(u16::MAX)), false)?;
    let device = table.numbered("device", limits.devices, false)?;
    let severity = table.each_word("severity", Severity::parse)?;
    let confidence = table.each_word("confidence", Confidence::parse)?;
    let (weak, evidence) = (table.flags("weak")?, table.strings("evidence")?);
    let exception: Vec<ExceptionId> = table.numbered("exception", exceptions, true)?;
    let words = severity.into_iter().zip(confidence).zip(weak);
    let rest = evidence.into_iter().zip(table.lists("objects", limits.records)?).zip(exception);
    for (((rule, device), ((severity, confidence), weak)), ((evidence, objects), exception)) in
        rule.into_iter().zip(device).zip(words).zip(rest)
    {
        let to = if exception.is_some() { &mut hidden.findings } else { &mut open };
        to.push(u16::try_from(rule).unwrap_or(u16::MAX), device, severity, confidence, weak, evidence, objects);
        hidden.by.extend(exception.some());
    }
    Ok((open, hidden))
}

fn questions(table: &Table, limits: &Limits, rules: usize) -> Result<Questions, Damage> {
    let mut questions = Questions::default();
    let rule = table.below("rule", rules.min(usize::from(u16::MAX)), false)?;
    let device = table.numbered("device", limits.devices, false)?;
    let texts = table.strings("unknown")?.into_iter().zip(table.strings("settled_by")?);
    let rows = rule.into_iter().zip(device).zip(texts).zip(table.strings("candidates")?);
    for (((rule, device), (unknown, settled_by)), candidates) in rows {
        let text = questions.number(QuestionTexts { unknown, settled_by });
        questions.push(u16::try_from(rule).unwrap_or(u16::MAX), device, text, candidates);
    }
    Ok(questions)
}

/// The steps, device by device.
type Steps = By<StepId, Planned>;

fn steps(table: &Table, limits: &Limits, entries: usize) -> Result<(Steps, By<StepId, i32>), Damage> {
    let device = table.numbered("device", limits.devices, false)?;
    let entry: Vec<EntryId> = table.numbered("entry", entries, false)?;
    let object: Vec<RecordId> = table.numbered("object", limits.records, true)?;
    let one = |((device, entry), object): (_, RecordId)| Planned { device, entry, object: object.some() };
    Ok((device.into_iter().zip(entry).zip(object).map(one).collect(), By::of(table.days("not_before")?)))
}

/// Lists of devices, each below a limit.
fn groups<L: Number>(
    table: &Table,
    [list, member]: [&str; 2],
    lists: &By<L, impl Sized>,
    members: usize,
) -> Result<By<L, Vec<DeviceId>>, Damage> {
    let mut all = lists.beside(Vec::new());
    let of = table.numbered(list, lists.len(), false)?;
    for (list, member) in of.into_iter().zip(table.numbered(member, members, false)?) {
        all.get_mut(list).push(member);
    }
    Ok(all)
}

/// The decisions, and by device the one about it.
type Decisions = (By<DecisionId, Decision>, ByDevice<DecisionId>);

fn decisions(table: &Table, limits: &Limits, devices: &DeviceTable) -> Result<Decisions, Damage> {
    let device: Vec<DeviceId> = table.numbered("device", limits.devices, true)?;
    let (key, serial) = (table.strings("device_key")?, table.strings("serial")?);
    let (purpose, status) = (table.words("intent", Disposition::parse)?, table.each_word("status", Status::parse)?);
    let (assignee, note) = (table.strings("assignee")?, table.strings("note")?);
    let row = table.numbers("row")?;
    let mut declined = vec![Declined::default(); row.len()];
    // Earlier reports do not say it.
    if table.has("decided_by") {
        let until = table.times("until")?;
        for ((at, slot), by) in declined.iter_mut().enumerate().zip(table.strings("decided_by")?) {
            *slot = Declined { by, until: until.get(at) };
        }
    }
    let words = purpose.into_iter().zip(status);
    let texts = assignee.into_iter().zip(note).zip(row.into_iter().zip(declined));
    let list: By<DecisionId, Decision> = key
        .into_iter()
        .zip(serial)
        .zip(words)
        .zip(texts)
        .map(|(((key, serial), (purpose, status)), ((assignee, note), (row, declined)))| Decision {
            key,
            serial,
            purpose,
            status,
            assignee,
            note,
            declined,
            row,
        })
        .collect();
    let mut of_device = if list.is_empty() { ByDevice::default() } else { devices.key.beside(DecisionId::NONE) };
    for (at, device) in list.numbers().zip(device) {
        if let Some(slot) = of_device.slot(device) {
            *slot = at;
        }
    }
    Ok((list, of_device))
}
