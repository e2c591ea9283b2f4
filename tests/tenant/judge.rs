//! The findings that must come out, told from the model and not from the files.
//!
//! Only what these six exports can decide is here. A rule whose answer is "unknown" for a device has no entry.

use super::model::{AS_OF, Autopilot, Defender, Device, Entra, Intune, Join, Kind, Registered, older_than};
use super::write::{guid_text, sensor_text};

const INACTIVE: i64 = 90;
const DELETE: i64 = 120;
const SENSOR: i64 = 30;
const STOCK: i64 = 180;

/// The server in Apple Business Manager whose devices are in Intune.
pub(super) const OWN_SERVER: &str = "Contoso Intune";

/// A rule that holds for a device, with the objects that it speaks of.
#[derive(PartialEq, Eq)]
pub(super) struct Verdict {
    pub rule: &'static str,
    pub objects: Vec<String>,
    /// The text of the rules fixes these objects, so nothing else may be named.
    pub exact: bool,
}

fn intune_object(record: &Intune) -> String {
    format!("intune:{}", guid_text(record.id))
}

fn entra_object(record: &Entra) -> String {
    format!("entra:{}", guid_text(record.object))
}

fn defender_object(record: &Defender) -> String {
    format!("defender:{}", sensor_text(record.id))
}

fn autopilot_object(record: &Autopilot) -> String {
    format!("autopilot:{}", record.serial.trim().to_uppercase())
}

fn abm_objects(device: &Device) -> Vec<String> {
    device.abm.iter().map(|record| format!("abm:{}", record.raw_serial.trim().to_uppercase())).collect()
}

fn chrome_objects(device: &Device) -> Vec<String> {
    device.chrome.iter().map(|record| format!("chrome:{}", guid_text(record.id))).collect()
}

fn sorted(mut objects: Vec<String>) -> Vec<String> {
    objects.sort();
    objects.dedup();
    objects
}

/// What is known about one device before the rules are asked.
struct Case<'a> {
    device: &'a Device,
    /// Defender rows that count: those without an Entra id only when asked for.
    sensors: Vec<&'a Defender>,
    newest: Option<&'a Intune>,
    last_signal: Option<i64>,
    verdicts: Vec<Verdict>,
}

impl Case<'_> {
    fn holds(&mut self, rule: &'static str, objects: Vec<String>) {
        self.verdicts.push(Verdict { rule, objects: sorted(objects), exact: false });
    }

    fn holds_exactly(&mut self, rule: &'static str, objects: Vec<String>) {
        if !objects.is_empty() {
            self.verdicts.push(Verdict { rule, objects: sorted(objects), exact: true });
        }
    }

    fn silent_for(&self, days: i64) -> bool {
        self.last_signal.is_some_and(|time| older_than(time, days))
    }

    fn active(&self) -> bool {
        self.last_signal.is_some_and(|time| !older_than(time, INACTIVE))
    }

    fn all_objects(&self) -> Vec<String> {
        let device = self.device;
        let mut objects: Vec<String> = device.intune.iter().map(intune_object).collect();
        objects.extend(device.entra.iter().map(entra_object));
        objects.extend(device.autopilot.iter().map(autopilot_object));
        objects.extend(self.sensors.iter().map(|record| defender_object(record)));
        objects.extend(abm_objects(device));
        objects.extend(chrome_objects(device));
        objects
    }

    fn all_entra_disabled(&self) -> bool {
        !self.device.entra.is_empty() && self.device.entra.iter().all(|record| !record.enabled)
    }

    fn all_released(&self) -> bool {
        !self.device.abm.is_empty() && self.device.abm.iter().all(|record| record.released.is_some())
    }

    fn dealt_with(&self) -> bool {
        self.all_entra_disabled()
            || self.all_released()
            || self.device.chrome.iter().any(|record| matches!(record.status, "DEPROVISIONED" | "DISABLED"))
            || self.device.intune.iter().any(Intune::is_leaving)
    }
}

/// Everything that holds for the device. `with_weak` counts Defender rows that only their name joins.
pub(super) fn judge(device: &Device, with_weak: bool) -> Vec<Verdict> {
    let sensors: Vec<&Defender> =
        device.defender.iter().filter(|record| with_weak || record.entra.is_some() || is_alone(device)).collect();
    let last_signal = device
        .intune
        .iter()
        .filter_map(|record| record.seen)
        .chain(device.entra.iter().filter_map(|record| record.seen))
        .chain(sensors.iter().filter(|record| record.onboarded).map(|record| record.seen))
        .chain(device.chrome.iter().filter_map(|record| record.seen))
        .max();
    let newest = device.newest_intune();
    let mut case = Case { device, sensors, newest, last_signal, verdicts: Vec::new() };
    stale(&mut case);
    intune_state(&mut case);
    left_behind(&mut case);
    apple_and_google(&mut case);
    duplicates(&mut case);
    contradictions(&mut case);
    case.verdicts
}

/// A device that only Defender lists.
const fn is_alone(device: &Device) -> bool {
    device.intune.is_empty() && device.entra.is_empty()
}

/// Rules whose answer depends on what no file of the tenant says, so that match and unknown are both right.
pub(super) fn open_questions(device: &Device) -> &'static [&'static str] {
    // A Windows device without serial number may still be registered with Autopilot, whose list has nothing else.
    let windows_without_serial = device.hardware.kind.is_windows() && device.intune.is_empty();
    let joined = device.entra.iter().any(|record| record.join == Join::Joined);
    if windows_without_serial && joined { &["disabled-past-grace"] } else { &[] }
}

fn stale(case: &mut Case) {
    let device = case.device;
    if case.silent_for(INACTIVE) && !case.dealt_with() {
        case.holds("stale-everywhere", case.all_objects());
    }
    let newest_sensor = case.sensors.iter().filter(|record| record.onboarded).max_by_key(|record| record.seen).copied();
    if let Some(sensor) = newest_sensor {
        let mut others =
            device.intune.iter().map(|record| record.seen).chain(device.entra.iter().map(|record| record.seen));
        let seen_recently = others.any(|seen| seen.is_some_and(|time| !older_than(time, SENSOR)));
        if older_than(sensor.seen, SENSOR) && seen_recently {
            case.holds("sensor-inactive", vec![defender_object(sensor)]);
        }
    }
    let hybrid = device.entra.iter().any(|record| record.join == Join::Hybrid);
    if case.all_entra_disabled() && case.silent_for(DELETE) && device.autopilot.is_empty() && !hybrid {
        case.holds("disabled-past-grace", device.entra.iter().map(entra_object).collect());
    }
    let on_record = !device.intune.is_empty() || !device.entra.is_empty() || !case.sensors.is_empty();
    let since = device
        .intune
        .iter()
        .filter_map(|record| record.enrolled)
        .chain(device.entra.iter().filter_map(|record| match record.registered {
            Registered::At(time) => Some(time),
            _ => None,
        }))
        .chain(case.sensors.iter().map(|record| record.first))
        .min();
    if on_record && case.last_signal.is_none() && since.is_some_and(|time| older_than(time, STOCK)) {
        case.holds("never-seen", case.all_objects());
    }
}

/// Rules on the state that Intune's newest record gives.
fn intune_state(case: &mut Case) {
    let device = case.device;
    let Some(newest) = case.newest else { return };
    let object = || vec![intune_object(newest)];
    if newest.certificate.is_some_and(|time| time < AS_OF) {
        case.holds("certificate-expired", object());
    }
    if newest.encrypted == Some(false) && !newest.personal && case.silent_for(INACTIVE) {
        case.holds("unencrypted-and-stale", object());
    }
    if newest.is_connector() {
        return;
    }
    let in_entra = newest.entra.is_some_and(|id| device.entra.iter().any(|record| record.id == id));
    if !in_entra {
        case.holds("intune-without-entra", object());
    }
    if !newest.seen.is_some_and(|time| older_than(time, INACTIVE)) {
        return;
    }
    if newest.managed_by != "Co-managed" && case.active() {
        case.holds("stale-in-intune", object());
    }
    if newest.compliance == "Compliant" {
        case.holds("compliant-but-stale", object());
    }
}

fn left_behind(case: &mut Case) {
    let device = case.device;
    let managed: Vec<String> = device.entra.iter().filter(|record| record.says_intune()).map(entra_object).collect();
    if device.intune.is_empty() && !managed.is_empty() {
        case.holds("left-intune-still-in-entra", managed);
    }
    let unmanaged = |record: &&Entra| record.enabled && record.mdm.is_empty() && record.join != Join::Hybrid;
    let unmanaged: Vec<String> = device.entra.iter().filter(unmanaged).map(entra_object).collect();
    if device.intune.is_empty() && !unmanaged.is_empty() && case.active() {
        case.holds("unmanaged-in-entra", unmanaged);
    }
    let client = device.hardware.kind != Kind::Server;
    // Without an Entra id in the row, the file cannot tell.
    let told = case.sensors.iter().any(|record| record.onboarded && record.entra.is_some());
    if is_alone(device) && client && told {
        case.holds("defender-only", case.sensors.iter().map(|record| defender_object(record)).collect());
    }
}

fn apple_and_google(case: &mut Case) {
    let device = case.device;
    let current = device.abm.iter().filter(|record| record.released.is_none());
    for record in current {
        let (rule, since) = match record.server {
            None => ("abm-unassigned", record.added),
            // No device of another server is in Intune, so that server is another system's: unknown.
            Some((OWN_SERVER, assigned)) if device.intune.is_empty() => ("abm-assigned-not-enrolled", assigned),
            Some(_) => continue,
        };
        if older_than(since, STOCK) {
            case.holds(rule, abm_objects(device));
        }
    }
    if let (true, Some(newest)) = (case.all_released(), case.newest) {
        let mut objects = abm_objects(device);
        objects.push(intune_object(newest));
        case.holds("abm-released-still-managed", objects);
    }
    let expired = device.chrome.iter().any(|record| record.status == "ACTIVE" && record.expiry < AS_OF);
    if expired {
        case.holds("chrome-past-aue", chrome_objects(device));
    }
}

fn duplicates(case: &mut Case) {
    let device = case.device;
    let pointed = case.newest.and_then(|record| record.entra);
    let live = device
        .entra
        .iter()
        .find(|record| Some(record.id) == pointed)
        .or_else(|| device.entra.iter().max_by_key(|record| record.seen));
    let count = |join: Join| device.entra.iter().filter(|record| record.join == join).count();
    let (joined, hybrid, registered) = (count(Join::Joined), count(Join::Hybrid), count(Join::Registered));
    let repeated = joined > 1 || hybrid > 1 || registered > 1 || (joined > 0 && registered > 0);
    if let (true, Some(live)) = (repeated, live) {
        let others = device.entra.iter().filter(|record| record.object != live.object);
        case.holds_exactly("duplicate-entra", others.map(entra_object).collect());
    }
    if hybrid > 0 && registered > 0 {
        let loose = device.entra.iter().filter(|record| record.join == Join::Registered && Some(record.id) != pointed);
        case.holds_exactly("dual-state", loose.map(entra_object).collect());
    }
    if let (true, Some(newest)) = (device.intune.len() > 1, case.newest) {
        let older = device.intune.iter().filter(|record| record.id != newest.id);
        case.holds_exactly("duplicate-intune", older.map(intune_object).collect());
    }
    if let Some(newest) = case.sensors.iter().max_by_key(|record| record.seen).copied() {
        let older = case.sensors.iter().filter(|record| record.id != newest.id && record.is_inactive());
        let older = older.map(|record| defender_object(record)).collect();
        case.holds_exactly("duplicate-defender", older);
    }
}

fn contradictions(case: &mut Case) {
    let device = case.device;
    let pointed = case.newest.and_then(|newest| device.entra.iter().find(|record| Some(record.id) == newest.entra));
    let disabled = pointed.map_or_else(|| case.all_entra_disabled(), |record| !record.enabled);
    let mut elsewhere = device
        .intune
        .iter()
        .filter_map(|record| record.seen)
        .chain(case.sensors.iter().filter(|record| record.onboarded).map(|record| record.seen));
    if disabled && elsewhere.any(|time| !older_than(time, INACTIVE)) {
        let judged = device.entra.iter().filter(|record| pointed.is_none_or(|live| live.object == record.object));
        case.holds("disabled-but-active", judged.map(entra_object).collect());
    }
    let failed = device.intune.iter().filter(|record| matches!(record.state, "RetireFailed" | "WipeFailed"));
    let failed: Vec<String> = failed.map(intune_object).collect();
    if !failed.is_empty() {
        case.holds("action-stuck", failed);
    }
    let pending = device
        .entra
        .iter()
        .filter(|record| record.join == Join::Hybrid && record.registered == Registered::Pending)
        .map(entra_object)
        .collect::<Vec<_>>();
    if !pending.is_empty() {
        case.holds("hybrid-pending", pending);
    }
    let owned = device.abm.iter().any(|record| record.released.is_none()) || !device.autopilot.is_empty();
    if let Some(newest) = case.newest.filter(|record| owned && record.personal) {
        case.holds("ownership-mismatch", vec![intune_object(newest)]);
    }
}
