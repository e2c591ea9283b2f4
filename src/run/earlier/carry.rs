//! What people decided in the run before: found again by the devices of that run, and carried on.
//!
//! A decision is carried only to a device that is surely the same. Where that is not clear it is kept, used for nothing, and
//! somebody is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::decisions;
use crate::compare::{Fate, Matched, Numbers};
use crate::coverage::Devices;
use crate::disk::is_absent;
use crate::error::{Error, Result};
use crate::history::{BARE_NUMBER, Decision, Decisions, Naming, PackageDecision, is_bare_number};
use crate::identity::RecordStore;
use crate::ids::{DeviceId, EarlierId, StepId};
use crate::notice::{Code, Notice, many};
use crate::outcome::{LedgerState, Manifest, Outcome};
use crate::read::digest_of;
use crate::run::named::ids_of;
use crate::schema::{Disposition, MANIFEST, Status, WORKBOOK};
use crate::table::DeviceTable;

/// Devices that a notice names.
const NAMED: usize = 10;

/// What somebody wrote into the workbook of the earlier report since it was written.
///
/// # Errors
/// A workbook that is there and cannot be read: passed over, what was decided in it would be lost without a word.
pub(super) fn filled_in(report: &Path, notices: &mut Vec<Notice>) -> Result<Option<Decisions>> {
    let book = report.join(WORKBOOK);
    let now = match digest_of(&book) {
        Ok(now) => now,
        Err(e) if is_absent(&e) => return Ok(None),
        Err(source) => return Err(Error::Unreadable { path: book, source }),
    };
    let sealed = Manifest::read(report)?;
    match sealed.as_ref().map(|sealed| sealed.manifest.sha256_of(WORKBOOK)) {
        Some(Some(written)) if written == now => Ok(None),
        Some(Some(_)) => decisions::load(&book).map(Some),
        unnamed => {
            let why = if unnamed.is_some() { "does not name it" } else { "is missing" };
            let message = format!(
                "`{MANIFEST}` of the baseline {why}, so that nobody knows whether somebody filled in its `{WORKBOOK}`; nothing in \
                 that was used, and `--decisions` with its path makes it count"
            );
            notices.push(Notice::new(Code::DecisionInDoubt, "", message));
            Ok(None)
        }
    }
}

/// The devices of both runs, for finding what decisions name.
pub(in crate::run) struct Carrying<'a> {
    pub old: &'a Outcome,
    pub matched: &'a Matched,
    pub devices: &'a DeviceTable,
}

impl Carrying<'_> {
    /// Lets the file name the devices of this run where it names those of the earlier one.
    pub(in crate::run) fn rename(&self, decisions: &mut Decisions) -> Vec<Notice> {
        if decisions.names_nothing() {
            return Vec::new();
        }
        let old = &self.old.devices;
        let named: BTreeSet<String> = decisions.names().map(str::to_string).collect();
        let place = |devices: &DeviceTable| -> BTreeMap<String, DeviceId> {
            let own = devices.key.numbered().filter(|(_, key)| named.contains(*key));
            own.map(|(at, key)| (key.clone(), at)).collect()
        };
        let (then, now) = (place(old), place(self.devices));
        let past = self.remembered();
        let mut doubtful = Vec::new();
        let notices = decisions.rename(&self.devices.key, &mut |key| {
            let before = then.get(key).map(|device| Numbers::of_run(*device));
            let before = before.or_else(|| past.get(key).filter(|_| !now.contains_key(key)).copied());
            let Some(before) = before else { return Naming::AsItIs };
            let same = now.get(key).copied();
            match self.matched.fate(before) {
                Fate::Same(device) if same.is_none_or(|same| same == device) => Naming::Device(device),
                Fate::Same(_) => Naming::Unused("another device of this run has the key that it had".into()),
                Fate::Unclear => {
                    doubtful.extend(self.matched.now(before));
                    Naming::Unused("it is not clear which device of this run it is".into())
                }
                Fate::Absent => Naming::Unused("it is in no list of this run".into()),
            }
        });
        for device in doubtful {
            decisions.wait(device);
        }
        notices
    }

    /// Carries on what the earlier run had for devices of which nothing is decided now.
    pub(in crate::run) fn carry(&self, decisions: &mut Decisions) -> Vec<Notice> {
        let (old, count) = (&self.old.decisions, self.devices.key.count());
        let mut device_of = old.list.beside(DeviceId::NONE);
        for (device, at) in old.of_device.numbered() {
            if let Some(slot) = device_of.slot(*at) {
                *slot = device;
            }
        }
        let past = self.remembered();
        let (mut unclear, mut closed, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for (decision, device) in old.list.iter().zip(device_of) {
            let before = match device.some() {
                Some(device) => Some(Numbers::of_run(device)),
                None => past.get(decision.key.as_str()).copied(),
            };
            let key = self.old.devices.key.find(device).unwrap_or(&decision.key);
            let kept = Decision { key: key.clone(), ..carried(decision) };
            match before.map(|before| self.matched.fate(before)) {
                // Whoever declared it lost did not know that it would be seen again.
                Some(Fate::Same(now)) if decision.purpose == Some(Disposition::Lost) && self.was_seen(now) => {
                    if decisions.of(now).is_none() {
                        seen.push(self.devices.key.get(now).clone());
                        decisions.wait(now);
                    }
                    decisions.carry(None, kept, count);
                }
                Some(Fate::Same(now)) => {
                    let key = self.devices.key.get(now).clone();
                    decisions.carry(Some(now), Decision { key, serial: String::new(), ..kept }, count);
                }
                Some(Fate::Unclear) => {
                    unclear.push(kept.key.clone());
                    if kept.status == Status::Declined || kept.purpose.is_some() {
                        before.into_iter().flat_map(|old| self.matched.now(old)).for_each(|now| decisions.wait(now));
                    }
                    decisions.carry(None, kept, count);
                }
                Some(Fate::Absent) => {
                    if device.is_some() {
                        closed.push(kept.key.clone());
                    }
                    decisions.carry(None, kept, count);
                }
                None => decisions.carry(None, kept, count),
            }
        }
        for package in &old.packages {
            let devices =
                package.devices.iter().filter_map(|device| match self.matched.fate(Numbers::of_run(*device)) {
                    Fate::Same(now) => Some(now),
                    Fate::Unclear | Fate::Absent => None,
                });
            let mut devices: Vec<DeviceId> = devices.collect();
            devices.sort_unstable();
            decisions.carry_package(PackageDecision {
                status: go_on(package.status),
                devices,
                row: 0,
                ..package.clone()
            });
        }
        let mut notices = Vec::new();
        notices.extend(said(
            Code::DecisionInDoubt,
            &unclear,
            "it is not clear which device of this run it is; the decision is kept, and nothing is taken away from what it may be: decide again",
        ));
        notices.extend(said(
            Code::DecisionInDoubt,
            &seen,
            "declared lost, and seen since; nothing is done by that until somebody decides again, lost or found",
        ));
        notices.extend(Self::closed(&closed));
        notices
    }

    /// The devices that the earlier run remembers, by their keys.
    fn remembered(&self) -> BTreeMap<&str, EarlierId> {
        let past = self.old.since.past.key.numbered();
        past.map(|(at, key)| (key.as_str(), self.matched.earlier.remembered(at))).collect()
    }

    /// Whether a device was seen after the earlier run judged.
    fn was_seen(&self, device: DeviceId) -> bool {
        self.devices.last_activity.get(device).is_some_and(|seen| seen > self.old.as_of.millis)
    }

    /// Decisions about devices that are not there any more: what the earlier run knew of their steps.
    fn closed(closed: &[String]) -> Option<Notice> {
        said(
            Code::DecisionUnused,
            closed,
            "no list of this run has it; the decision is closed, and ledger.csv says what became of its steps",
        )
    }
}

/// One remark about several devices.
fn said(code: Code, keys: &[String], what: &str) -> Option<Notice> {
    let shown: Vec<String> = keys.iter().take(NAMED).map(|key| format!("`{key}`")).collect();
    let more = if keys.len() > NAMED { format!(" and {} more", keys.len() - NAMED) } else { String::new() };
    let message =
        format!("{} of the baseline ({}{more}): {what}", many(keys.len() as u64, "decision"), shown.join(", "));
    (!keys.is_empty()).then(|| Notice::new(code, "", message))
}

/// A decision that goes on: that a device is done was said of the steps of the earlier run.
fn carried(decision: &Decision) -> Decision {
    Decision { status: go_on(decision.status), row: 0, ..decision.clone() }
}

const fn go_on(status: Status) -> Status {
    match status {
        Status::Done => Status::InProgress,
        other => other,
    }
}

/// What decisions name in the place of a device's key: an object, an Entra device id or a serial number, by what is written:
/// `console:id`, or the id alone. A key of another run may be one of these today.
pub(in crate::run) fn by_object(
    decisions: &mut Decisions,
    table: &DeviceTable,
    (store, devices): (&RecordStore, &Devices),
) -> Vec<Notice> {
    let keys: BTreeSet<&str> = table.key.iter().map(String::as_str).filter(|_| !decisions.names_nothing()).collect();
    // By the id, with or without what stands before it.
    let mut wanted: BTreeMap<String, Vec<(String, BTreeSet<DeviceId>)>> = BTreeMap::new();
    for name in decisions.names().filter(|name| !keys.contains(name)) {
        let name = name.to_lowercase();
        let alone = Some(name.as_str()).filter(|name| !is_bare_number(name));
        for id in alone.into_iter().chain(name.split_once(':').map(|(_, id)| id)) {
            wanted.entry(id.to_owned()).or_default().push((name.clone(), BTreeSet::new()));
        }
    }
    let asks = !wanted.is_empty();
    for (at, records) in store.by_console.iter().enumerate().filter(|_| asks) {
        for (line, device) in devices.device_of(at).iter().enumerate().filter(|(_, device)| device.is_some()) {
            for (kind, id) in ids_of(records, line) {
                let id = id.to_lowercase();
                let named = |(name, found): &mut (String, BTreeSet<DeviceId>)| {
                    if *name == id || name.strip_suffix(id.as_str()).and_then(|own| own.strip_suffix(':')) == Some(kind)
                    {
                        found.insert(*device);
                    }
                };
                wanted.get_mut(&id).into_iter().flatten().for_each(named);
            }
        }
    }
    let mut found: BTreeMap<String, BTreeSet<DeviceId>> = BTreeMap::new();
    for (name, devices) in wanted.into_values().flatten() {
        found.entry(name).or_default().extend(devices);
    }
    let mut doubtful = Vec::new();
    let notices = decisions.rename(&table.key, &mut |key| match found.get(&key.to_lowercase()) {
        Some(found) if found.len() == 1 => found.first().map_or(Naming::AsItIs, |device| Naming::Device(*device)),
        Some(found) if !found.is_empty() => {
            doubtful.extend(found.iter().copied());
            Naming::Unused("several devices have such an id, and nothing is taken from any of them".into())
        }
        _ if is_bare_number(key) && !keys.contains(key) => Naming::Unused(BARE_NUMBER.into()),
        _ => Naming::AsItIs,
    });
    for device in doubtful {
        decisions.wait(device);
    }
    notices
}

/// Approvals of the earlier run hold for the same objects and steps; what was said to be done and is not shown otherwise is
/// said still.
pub(super) fn answers(old: &Outcome, new: &mut Outcome) {
    if !old.decisions.approved.is_empty() {
        let digests: BTreeSet<String> = new.batch_digests().into_iter().collect();
        let known: BTreeSet<String> = new.decisions.approved.iter().map(|own| own.digest.clone()).collect();
        let own = old.decisions.approved.iter();
        let hold = own.filter(|one| digests.contains(&one.digest) && !known.contains(&one.digest)).cloned();
        new.decisions.approved.extend(hold);
    }
    let claimed: BTreeMap<(String, String, String), (i64, String)> = new
        .ledger
        .lines
        .iter()
        .filter(|line| line.state == LedgerState::Claimed)
        .filter_map(|line| {
            let key = (line.console.as_str().into(), line.object.clone(), new.ledger.text(line.step).into());
            Some((key, (line.claimed_on?, new.ledger.text(line.claimed_by).to_string())))
        })
        .collect();
    if claimed.is_empty() {
        return;
    }
    let said: BTreeSet<StepId> = new.decisions.done.iter().map(|own| own.step).collect();
    let mut more = Vec::new();
    for (at, step) in new.steps.numbered().filter(|(at, _)| !said.contains(at)) {
        let entry = new.entry(step);
        let Some(console) = entry.console else { continue };
        let key = (console.as_str().to_string(), new.object_of(step).into_owned(), entry.slug.clone());
        if let Some((on, by)) = claimed.get(&key) {
            more.push(crate::history::Claimed { step: at, on: *on, by: by.clone() });
        }
    }
    new.decisions.done.extend(more);
    new.decisions.done.sort_by_key(|claimed| claimed.step);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::outcome::{Contents, OutputFile};

    fn report(named: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let output =
            |(file, sha256): &(&str, &str)| OutputFile { file: (*file).into(), bytes: 1, sha256: (*sha256).into() };
        let manifest = Manifest::new(Contents::Report(Box::default()), named.iter().map(output).collect());
        fs::create_dir(dir.path().join("evidence")).unwrap();
        fs::write(dir.path().join(MANIFEST), manifest.text().unwrap()).unwrap();
        dir
    }

    #[test]
    fn a_workbook_of_which_nothing_is_known_is_never_passed_over_in_silence() {
        let dir = report(&[(WORKBOOK, "ab")]);
        let look = |notices: &mut Vec<Notice>| filled_in(dir.path(), notices);
        let mut notices = Vec::new();
        assert!(look(&mut notices).unwrap().is_none(), "there is none");
        fs::create_dir(dir.path().join(WORKBOOK)).unwrap();
        assert!(matches!(look(&mut notices), Err(Error::Unreadable { path, .. }) if path.ends_with(WORKBOOK)));
        fs::remove_dir(dir.path().join(WORKBOOK)).unwrap();

        fs::write(dir.path().join(WORKBOOK), "filled in").unwrap();
        assert!(matches!(look(&mut notices), Err(Error::Rules { .. })), "it was changed, so it is read");
        let now = digest_of(&dir.path().join(WORKBOOK)).unwrap();
        let same = report(&[(WORKBOOK, &now)]);
        fs::write(same.path().join(WORKBOOK), "filled in").unwrap();
        assert!(filled_in(same.path(), &mut notices).unwrap().is_none() && notices.is_empty());

        fs::remove_file(dir.path().join(MANIFEST)).unwrap();
        assert!(look(&mut notices).unwrap().is_none());
        let unnamed = report(&[("devices.csv", "ab")]);
        fs::write(unnamed.path().join(WORKBOOK), "filled in").unwrap();
        assert!(filled_in(unnamed.path(), &mut notices).unwrap().is_none());
        assert_eq!(notices.iter().map(|notice| notice.code).collect::<Vec<_>>(), [Code::DecisionInDoubt; 2]);
        assert!(notices[0].message.contains("is missing") && notices[1].message.contains("does not name it"));

        fs::write(unnamed.path().join(MANIFEST), "{").unwrap();
        assert!(matches!(filled_in(unnamed.path(), &mut notices), Err(Error::Evidence { .. })));
    }
}
