//! The parts that devices are put together from: times, records, links.

use super::hardware::{hardware, host_name};
use super::judge::OWN_SERVER;
use super::model::{AS_OF, Abm, Autopilot, DAY, Defender, Device, Entra, Hardware, Intune, Join, Kind, Registered};
use super::random::Random;
use super::tenant::Output;

const TAGS: &[&str] = &["Field", "Office", "Depot", ""];
const INTUNE: &str = "Microsoft Intune";

/// How long ago the newest signal lies.
#[derive(Clone, Copy)]
pub(super) enum Age {
    /// Within the last 12 days; other consoles follow within a week, so all are within 20.
    Fresh,
    /// 40 to 80 days: a holiday, not a case.
    Quiet,
    /// Older than the inactivity threshold, some beside and some beyond the one for deletion.
    Stale,
    Never,
}

/// Makes devices one after another and hands them on.
pub(super) struct Maker {
    pub(super) random: Random,
    /// Counts hardware, so that no serial number and no host name comes twice.
    pub(super) counter: u64,
    person: u64,
    /// The newest check-in, which lies exactly at as-of, is still to be made.
    pub(super) newest_due: bool,
    pub(super) out: Output,
}

impl Maker {
    pub(super) const fn new(random: Random, out: Output) -> Self {
        Self { random, counter: 0, person: 0, newest_due: true, out }
    }

    /// Writes the device and returns its number in the truth.
    pub(super) fn emit(&mut self, device: &Device) -> usize {
        self.out.add(device)
    }

    pub(super) fn device(&mut self, case: &'static str, kind: Kind) -> Device {
        self.counter += 1;
        // Some phones belong to the person of the device before.
        let shares_owner = matches!(kind, Kind::Iphone | Kind::AndroidManaged) && self.random.one_in(3);
        if !shares_owner {
            self.person += 1;
        }
        let has_owner = !matches!(kind, Kind::Server | Kind::AndroidDedicated | Kind::Thing);
        let name = host_name(kind, self.counter);
        let hardware = hardware(&mut self.random, kind, self.counter);
        unlisted(case, name, hardware, has_owner.then_some(self.person))
    }

    pub(super) fn windows(&mut self, case: &'static str) -> Device {
        let kind = if self.random.one_in(4) { Kind::Desktop } else { Kind::Laptop };
        self.device(case, kind)
    }

    /// A moment between so many days ago.
    pub(super) fn ago(&mut self, from: i64, to: i64) -> i64 {
        AS_OF - 120 - self.random.between(from * DAY, to * DAY)
    }

    pub(super) fn time(&mut self, age: Age) -> Option<i64> {
        match age {
            Age::Fresh => Some(self.ago(0, 12)),
            Age::Quiet => Some(self.ago(41, 70)),
            Age::Stale if self.random.one_in(4) => Some(self.ago(96, 116)),
            Age::Stale => Some(self.ago(125, 520)),
            Age::Never => None,
        }
    }

    /// Up to a week before: consoles never agree to the day.
    pub(super) fn soon_before(&mut self, time: Option<i64>) -> Option<i64> {
        time.map(|time| time - self.random.between(60, 7 * DAY))
    }

    pub(super) fn long_before(&mut self, time: Option<i64>) -> i64 {
        time.unwrap_or(AS_OF - 200 * DAY) - self.random.between(30 * DAY, 700 * DAY)
    }

    /// Certificates are renewed about once a year while a device checks in.
    pub(super) fn certificate(&mut self, seen: Option<i64>) -> Option<i64> {
        let seen = seen?;
        if AS_OF - seen < 90 * DAY {
            return Some(AS_OF + self.random.between(15 * DAY, 350 * DAY));
        }
        let end = seen + self.random.between(40 * DAY, 360 * DAY);
        Some(if (AS_OF - end).abs() < 3 * DAY { end + 6 * DAY } else { end })
    }

    /// Intune's record of the device, not yet linked to Entra.
    pub(super) fn intune(&mut self, device: &Device, seen: Option<i64>) -> Intune {
        let kind = device.hardware.kind;
        let stale = seen.is_none_or(|time| AS_OF - time > 90 * DAY);
        let compliance = match (stale, self.random.below(20)) {
            (true, 0..=3) => "Compliant",
            (true, _) | (false, 0) => "Noncompliant",
            (false, 1) => "InGracePeriod",
            _ => "Compliant",
        };
        Intune {
            id: self.random.guid(),
            name: device.name.clone(),
            serial: device.hardware.serial.clone(),
            enrolled: Some(self.long_before(seen)),
            seen,
            entra: None,
            compliance,
            managed_by: "Intune",
            personal: kind == Kind::AndroidPersonal,
            state: "Managed",
            supervised: kind.is_apple(),
            encrypted: Some(true),
            join: None,
            person: device.person,
            certificate: self.certificate(seen),
        }
    }

    pub(super) fn entra(&mut self, device: &Device, join: Join, seen: Option<i64>) -> Entra {
        Entra {
            object: self.random.guid(),
            id: self.random.guid(),
            name: device.name.clone(),
            enabled: true,
            join,
            mdm: INTUNE,
            registered: Registered::At(self.long_before(seen)),
            seen,
            // Hybrid records have no owner of their own.
            person: device.person.filter(|_| join != Join::Hybrid),
            labels: "",
        }
    }

    /// A record in Intune and the one in Entra that it points at.
    pub(super) fn enrol(&mut self, device: &mut Device, join: Join, intune: Option<i64>, entra: Option<i64>) {
        let mut managed = self.intune(device, intune);
        let known = self.entra(device, join, entra);
        managed.entra = Some(known.id);
        managed.join = Some(join);
        device.intune.push(managed);
        device.entra.push(known);
    }

    /// Enrolled, with the other console's activity within a week of Intune's.
    pub(super) fn enrol_at(&mut self, device: &mut Device, join: Join, seen: Option<i64>) {
        let other = self.soon_before(seen);
        self.enrol(device, join, seen, other);
    }

    /// A sensor that reports for the Entra record made last.
    pub(super) fn sensor(&mut self, device: &mut Device, seen: Option<i64>) {
        let Some(seen) = seen else { return };
        let first = self.long_before(Some(seen));
        let hybrid = device.entra.last().is_some_and(|record| record.join == Join::Hybrid);
        let mut name = device.name.to_lowercase();
        if hybrid {
            name.push_str(".corp.contoso.example");
        }
        device.defender.push(Defender {
            id: (self.random.guid(), (self.random.next() >> 32) as u32),
            name,
            entra: device.entra.last().map(|record| record.id),
            first,
            seen,
            onboarded: true,
        });
    }

    pub(super) fn autopilot(&mut self, device: &mut Device) {
        let serial = device.hardware.serial.clone();
        device.autopilot.push(Autopilot { serial, tag: self.random.pick(TAGS), status: "Assigned" });
    }

    pub(super) fn abm(&mut self, device: &mut Device, server: Option<&'static str>, added: i64) {
        let assigned = added + self.random.between(600, 3 * DAY);
        device.abm.push(Abm {
            raw_serial: device.hardware.serial.clone(),
            added,
            released: None,
            server: server.map(|name| (name, assigned)),
        });
    }

    /// Bought before it was enrolled.
    pub(super) fn bought(&mut self, device: &mut Device) {
        let enrolled = device.intune.iter().filter_map(|record| record.enrolled).min();
        let added = self.long_before(enrolled);
        self.abm(device, Some(OWN_SERVER), added);
    }

    /// The same hardware once more, for records that nothing in the files links to the first.
    pub(super) fn half_of(device: &Device, case: &'static str, really: usize) -> Device {
        let hardware =
            Hardware { serial: device.hardware.serial.clone(), imei: device.hardware.imei.clone(), ..device.hardware };
        Device { really: Some(really), ..unlisted(case, device.name.clone(), hardware, device.person) }
    }
}

/// A device that no console lists yet.
pub(super) fn unlisted(case: &'static str, name: String, hardware: Hardware, person: Option<u64>) -> Device {
    Device {
        case,
        name,
        hardware,
        person,
        intune: Vec::new(),
        entra: Vec::new(),
        autopilot: Vec::new(),
        defender: Vec::new(),
        abm: Vec::new(),
        chrome: Vec::new(),
        really: None,
    }
}
