//! How one device of each case is made.

use super::hardware::vmware_serial;
use super::judge::OWN_SERVER;
use super::maker::{Age, Maker};
use super::model::{AS_OF, Abm, Chrome, DAY, Device, Join, Kind, Registered};

const PLACEHOLDERS: &[&str] = &["Default string", "To be filled by O.E.M.", "System Serial Number"];
const UNITS: &[&str] = &["/Depots/North", "/Depots/South", "/Training", "/Front desk"];

/// Every group of healthy devices has a few quiet ones.
pub(super) const fn is_quiet(number: usize) -> bool {
    number % 9 == 2
}

impl Maker {
    pub(super) fn healthy_time(&mut self, number: usize) -> Option<i64> {
        self.time(if is_quiet(number) { Age::Quiet } else { Age::Fresh })
    }

    pub(super) fn healthy_windows(&mut self, case: &'static str, number: usize, join: Join) {
        let mut device = self.windows(case);
        let mut seen = self.healthy_time(number);
        // The first of them checks in exactly at as-of.
        if self.newest_due {
            self.newest_due = false;
            seen = Some(AS_OF);
        }
        self.enrol_at(&mut device, join, seen);
        // Three of four joined machines came through Autopilot; hybrid ones did not.
        if join == Join::Joined && number % 4 != 3 {
            self.autopilot(&mut device);
        }
        if number % 8 != 7 {
            let other = self.soon_before(seen);
            self.sensor(&mut device, other);
        }
        self.emit(&device);
    }

    pub(super) fn healthy_registered(&mut self, case: &'static str, number: usize) {
        let mut device = self.device(case, Kind::Laptop);
        let seen = self.healthy_time(number);
        self.enrol_at(&mut device, Join::Registered, seen);
        for record in &mut device.intune {
            record.personal = true;
        }
        self.emit(&device);
    }

    pub(super) fn healthy_server(&mut self, case: &'static str, number: usize) {
        let mut device = self.device(case, Kind::Server);
        let seen = self.healthy_time(number);
        let mut record = self.entra(&device, Join::Hybrid, seen);
        record.mdm = "";
        device.entra.push(record);
        let other = self.soon_before(seen);
        self.sensor(&mut device, other);
        self.emit(&device);
    }

    pub(super) fn healthy_apple(&mut self, case: &'static str, number: usize, kind: Kind) {
        let mut device = self.device(case, kind);
        let seen = self.healthy_time(number);
        self.enrol_at(&mut device, Join::Registered, seen);
        self.bought(&mut device);
        if kind == Kind::Mac && number.is_multiple_of(2) {
            let other = self.soon_before(seen);
            self.sensor(&mut device, other);
        }
        self.emit(&device);
    }

    pub(super) fn healthy_android(&mut self, case: &'static str, number: usize, kind: Kind) {
        let mut device = self.device(case, kind);
        let seen = self.healthy_time(number);
        // The record of a kiosk is made by the service: nobody signs in, so no activity is known.
        let activity = if kind == Kind::AndroidDedicated { None } else { self.soon_before(seen) };
        self.enrol(&mut device, Join::Registered, seen, activity);
        self.emit(&device);
    }

    pub(super) fn chromebook(&mut self, case: &'static str, status: &'static str, age: Age, past: bool) {
        let mut device = self.device(case, Kind::Chromebook);
        let seen = self.time(age);
        let days = if past { self.random.between(-900, -20) } else { self.random.between(200, 2_500) };
        let expiry = (AS_OF / DAY + days) * DAY;
        let id = self.random.guid();
        let unit = self.random.pick(UNITS);
        let person = device.person.filter(|_| unit != "/Training");
        device.chrome.push(Chrome { id, status, seen, expiry, unit, person });
        self.emit(&device);
    }

    // Stale devices and those that only look so.

    pub(super) fn silent_windows(&mut self, case: &'static str, join: Join, autopilot: bool) {
        let mut device = self.windows(case);
        let seen = self.time(Age::Stale);
        self.enrol_at(&mut device, join, seen);
        if self.random.one_in(4) {
            for record in &mut device.intune {
                record.encrypted = Some(false);
            }
        }
        if autopilot {
            self.autopilot(&mut device);
        }
        if self.random.one_in(2) {
            let other = self.soon_before(seen);
            self.sensor(&mut device, other);
        }
        self.emit(&device);
    }

    pub(super) fn silent_apple(&mut self, case: &'static str, kind: Kind) {
        let mut device = self.device(case, kind);
        let seen = self.time(Age::Stale);
        self.enrol_at(&mut device, Join::Registered, seen);
        self.bought(&mut device);
        self.emit(&device);
    }

    pub(super) fn silent_android(&mut self, case: &'static str, kind: Kind) {
        let mut device = self.device(case, kind);
        let seen = self.time(Age::Stale);
        self.enrol_at(&mut device, Join::Registered, seen);
        self.emit(&device);
    }

    pub(super) fn silent_but_disabled(&mut self, case: &'static str, number: usize) {
        let join = if number % 3 == 2 { Join::Hybrid } else { Join::Joined };
        let mut device = self.windows(case);
        let seen = self.time(Age::Stale);
        self.enrol_at(&mut device, join, seen);
        if number % 4 == 1 {
            self.autopilot(&mut device);
        }
        for record in &mut device.entra {
            record.enabled = false;
        }
        self.emit(&device);
    }

    pub(super) fn silent_but_released(&mut self, case: &'static str, _: usize) {
        let mut device = self.device(case, Kind::Ipad);
        let seen = self.time(Age::Stale);
        self.enrol_at(&mut device, Join::Registered, seen);
        self.bought(&mut device);
        self.release(&mut device);
        self.emit(&device);
    }

    pub(super) fn silent_but_retiring(&mut self, case: &'static str, number: usize) {
        let kind = if number.is_multiple_of(2) { Kind::Laptop } else { Kind::AndroidManaged };
        let mut device = self.device(case, kind);
        let seen = self.time(Age::Stale);
        let join = if kind == Kind::Laptop { Join::Joined } else { Join::Registered };
        self.enrol_at(&mut device, join, seen);
        for record in &mut device.intune {
            record.state = if number % 3 == 1 { "WipePending" } else { "RetirePending" };
        }
        self.emit(&device);
    }

    /// Entra and Defender lost sight of it long ago, Intune did not.
    pub(super) fn seen_by_one_console(&mut self, case: &'static str, _: usize) {
        let mut device = self.windows(case);
        let seen = Some(self.ago(42, 80));
        let others = Some(self.ago(100, 300));
        self.enrol(&mut device, Join::Joined, seen, others);
        let sensor = self.soon_before(others);
        self.sensor(&mut device, sensor);
        self.emit(&device);
    }

    /// No console knows a date: neither old nor new.
    pub(super) fn no_signal(&mut self, case: &'static str, number: usize) {
        let mut device = self.windows(case);
        let old = number.is_multiple_of(2);
        let made = if old { self.ago(220, 700) } else { self.ago(20, 150) };
        if number % 4 < 2 {
            let mut record = self.entra(&device, Join::Registered, None);
            record.mdm = "";
            device.entra.push(record);
        } else {
            self.enrol(&mut device, Join::Joined, None, None);
        }
        for record in &mut device.intune {
            record.enrolled = Some(made);
            record.compliance = "Unknown";
            record.encrypted = None;
        }
        for record in &mut device.entra {
            record.registered = Registered::At(made);
        }
        self.emit(&device);
    }

    // Autopilot.

    /// Bought, registered, on a shelf. Registration makes an Entra record that carries the serial as its name.
    pub(super) fn autopilot_stock(&mut self, case: &'static str, number: usize) {
        let mut device = self.device(case, Kind::Laptop);
        self.autopilot(&mut device);
        for record in &mut device.autopilot {
            record.status = if number % 3 == 2 { "Not assigned" } else { "Assigned" };
        }
        let stock = self.emit(&device);
        if number.is_multiple_of(2) {
            let mut shadow = Self::half_of(&device, "autopilot-stock-entra", stock);
            shadow.name.clone_from(&device.hardware.serial);
            shadow.person = None;
            let mut record = self.entra(&shadow, Join::Joined, None);
            record.mdm = "";
            record.enabled = false;
            record.registered = Registered::Blank;
            shadow.entra.push(record);
            self.emit(&shadow);
        }
    }

    pub(super) fn autopilot_only(&mut self, case: &'static str) {
        let mut device = self.windows(case);
        self.autopilot(&mut device);
        self.emit(&device);
    }

    // Management that broke or is not there.

    pub(super) fn stale_in_intune(&mut self, case: &'static str, number: usize) {
        let stopped = self.time(Age::Stale);
        let seen = self.time(Age::Fresh);
        let mut device = match number % 3 {
            0 | 1 => self.windows(case),
            _ => self.device(case, Kind::Iphone),
        };
        match number % 3 {
            // Entra and Defender both see it.
            0 => {
                self.enrol(&mut device, Join::Joined, stopped, seen);
                let other = self.soon_before(seen);
                self.sensor(&mut device, other);
            }
            // Only the sensor does.
            1 => {
                let before = self.soon_before(stopped);
                self.enrol(&mut device, Join::Hybrid, stopped, before);
                self.sensor(&mut device, seen);
            }
            _ => {
                self.enrol(&mut device, Join::Registered, stopped, seen);
                self.bought(&mut device);
            }
        }
        self.emit(&device);
    }

    /// Rows of Configuration Manager, Jamf and Defender, and co-managed ones: Intune's date says little about them.
    pub(super) fn not_its_own_check_in(&mut self, case: &'static str, number: usize) {
        let stopped = self.time(Age::Stale);
        let seen = self.time(Age::Fresh);
        let (kind, join, agent, compliance) = match number % 5 {
            0 => (Kind::Laptop, Join::Hybrid, "ConfigMgr", "Compliant"),
            1 => (Kind::Mac, Join::Registered, "Jamf", "Compliant"),
            2 => (Kind::Desktop, Join::Hybrid, "MDE", "Compliant"),
            _ => (Kind::Laptop, Join::Hybrid, "Co-managed", "Noncompliant"),
        };
        let mut device = self.device(case, kind);
        self.enrol(&mut device, join, stopped, seen);
        let other = self.soon_before(seen);
        self.sensor(&mut device, other);
        for record in &mut device.intune {
            record.managed_by = agent;
            record.compliance = compliance;
            record.certificate = None;
            record.supervised = false;
        }
        self.emit(&device);
    }

    /// Entra still says that Intune manages it; Intune has no such record.
    pub(super) fn left_intune(&mut self, case: &'static str, number: usize, enabled: bool) {
        let age = if number.is_multiple_of(2) { Age::Stale } else { Age::Fresh };
        let mut seen = self.time(age);
        if number == 1 {
            // Active, but not this month.
            seen = self.time(Age::Quiet);
        }
        let apple = number % 6 == 4;
        let mut device = if apple { self.device(case, Kind::Iphone) } else { self.windows(case) };
        let join = match number % 6 {
            4 => Join::Registered,
            5 => Join::Hybrid,
            _ => Join::Joined,
        };
        let mut record = self.entra(&device, join, seen);
        record.enabled = enabled;
        device.entra.push(record);
        // Disabled machines have no sensor left: that one would contradict the record.
        if enabled && number % 3 == 2 && !apple {
            let other = self.soon_before(seen);
            self.sensor(&mut device, other);
        }
        let index = self.emit(&device);
        // What stays behind elsewhere: an Autopilot identity or a row in Apple's list, known by a serial alone.
        if apple {
            let mut rest = Self::half_of(&device, "left-behind-in-abm", index);
            let added = self.ago(700, 1_200);
            self.abm(&mut rest, Some(OWN_SERVER), added);
            self.emit(&rest);
        } else if enabled && join == Join::Joined && number < 3 {
            let mut rest = Self::half_of(&device, "left-behind-in-autopilot", index);
            self.autopilot(&mut rest);
            self.emit(&rest);
        }
    }

    // Apple Business Manager.

    pub(super) fn release(&mut self, device: &mut Device) {
        let when = self.ago(30, 200);
        for record in &mut device.abm {
            record.released = Some(when.max(record.added + 5 * DAY));
            record.server = None;
        }
    }

    pub(super) fn released(&mut self, case: &'static str, number: usize, and_current: bool) {
        let kind = [Kind::Iphone, Kind::Ipad, Kind::Mac][number % 3];
        let mut device = self.device(case, kind);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Registered, seen);
        self.bought(&mut device);
        self.release(&mut device);
        if and_current {
            // Sold and bought back, or released by mistake and added again.
            let again = self.ago(3, 20);
            self.abm(&mut device, Some(OWN_SERVER), again);
        }
        self.emit(&device);
    }

    pub(super) fn released_gone(&mut self, case: &'static str, _: usize) {
        let mut device = self.device(case, Kind::Iphone);
        let added = self.ago(900, 1_400);
        self.abm(&mut device, None, added);
        self.release(&mut device);
        self.emit(&device);
    }

    pub(super) fn abm_stock(&mut self, case: &'static str, server: Option<&'static str>, from: i64, to: i64) {
        let mut device = self.device(case, if server == Some(OWN_SERVER) { Kind::Ipad } else { Kind::Mac });
        let added = self.ago(from, to);
        self.abm(&mut device, server, added);
        self.emit(&device);
    }

    /// Rows as people and resellers type them.
    pub(super) fn odd_abm(&mut self, case: &'static str, number: usize, padded: bool) {
        let mut device = self.device(case, if number.is_multiple_of(2) { Kind::Ipad } else { Kind::Mac });
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Registered, seen);
        self.bought(&mut device);
        if padded {
            for record in &mut device.abm {
                record.raw_serial = match number % 3 {
                    0 => format!("  {} ", record.raw_serial),
                    1 => record.raw_serial.to_lowercase(),
                    _ => format!(" {}", record.raw_serial.to_lowercase()),
                };
            }
        } else if let Some(record) = device.abm.first() {
            let again = Abm { raw_serial: record.raw_serial.clone(), ..*record };
            device.abm.push(again);
        }
        self.emit(&device);
    }

    // Several records of one device.

    /// Set up again: an old pair of records and a new one, held together by the serial number.
    pub(super) fn twice(&mut self, case: &'static str, before: Join, now: Join) {
        let mut device = self.device(case, Kind::Laptop);
        let stopped = self.ago(150, 400);
        let old = Some(stopped);
        self.enrol_at(&mut device, before, old);
        let sensor = self.soon_before(old);
        self.sensor(&mut device, sensor);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, now, seen);
        let sensor = self.soon_before(seen);
        self.sensor(&mut device, sensor);
        if now == Join::Joined {
            self.autopilot(&mut device);
        }
        let again = stopped + 20 * DAY;
        if let Some(record) = device.intune.last_mut() {
            record.enrolled = Some(again);
        }
        if let Some(record) = device.entra.last_mut() {
            record.registered = Registered::At(again);
        }
        if let Some(record) = device.defender.last_mut() {
            record.first = again;
        }
        self.emit(&device);
    }

    /// Renamed or onboarded again: Defender starts a new record and keeps the old one.
    pub(super) fn two_sensors(&mut self, case: &'static str, _: usize) {
        let mut device = self.windows(case);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Joined, seen);
        let old = Some(self.ago(60, 170));
        self.sensor(&mut device, old);
        let new = self.soon_before(seen);
        self.sensor(&mut device, new);
        self.emit(&device);
    }

    // Contradictions.

    pub(super) fn silent_with_compliance(&mut self, case: &'static str, number: usize, compliance: &'static str) {
        let mut device = self.windows(case);
        let stopped = self.time(Age::Stale);
        // Half of them are seen elsewhere.
        let elsewhere = if number.is_multiple_of(2) { self.soon_before(stopped) } else { self.time(Age::Fresh) };
        self.enrol(&mut device, Join::Joined, stopped, elsewhere);
        for record in &mut device.intune {
            record.compliance = compliance;
        }
        self.emit(&device);
    }

    pub(super) fn hybrid_pending(&mut self, case: &'static str, number: usize) {
        let mut device = self.windows(case);
        if number.is_multiple_of(2) {
            // Synchronised from AD, and nobody ever signed in.
            let mut record = self.entra(&device, Join::Hybrid, None);
            record.mdm = "";
            device.entra.push(record);
        } else {
            let seen = self.time(Age::Fresh);
            self.enrol(&mut device, Join::Hybrid, seen, None);
        }
        for record in &mut device.entra {
            record.registered = Registered::Pending;
        }
        self.emit(&device);
    }

    pub(super) fn sensor_inactive(&mut self, case: &'static str, _: usize) {
        let mut device = self.windows(case);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Joined, seen);
        let sensor = Some(self.ago(45, 170));
        self.sensor(&mut device, sensor);
        self.autopilot(&mut device);
        self.emit(&device);
    }

    pub(super) fn disabled_but_active(&mut self, case: &'static str, _: usize) {
        let mut device = self.windows(case);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Joined, seen);
        let sensor = self.soon_before(seen);
        self.sensor(&mut device, sensor);
        for record in &mut device.entra {
            record.enabled = false;
        }
        self.emit(&device);
    }

    pub(super) fn wipe_failed(&mut self, case: &'static str, number: usize) {
        let mut device = self.device(case, Kind::Laptop);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Joined, seen);
        for record in &mut device.intune {
            record.state = if number.is_multiple_of(2) { "WipeFailed" } else { "RetireFailed" };
        }
        self.emit(&device);
    }

    pub(super) fn ownership_mismatch(&mut self, case: &'static str, number: usize) {
        let kind = if number % 3 == 2 { Kind::Laptop } else { Kind::Iphone };
        let mut device = self.device(case, kind);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Registered, seen);
        if kind == Kind::Laptop {
            self.autopilot(&mut device);
        } else {
            self.bought(&mut device);
        }
        for record in &mut device.intune {
            record.personal = true;
            record.supervised = false;
        }
        self.emit(&device);
    }

    /// A personal computer with a work account and nothing else.
    pub(super) fn unmanaged(&mut self, case: &'static str, _: usize) {
        let mut device = self.device(case, Kind::Laptop);
        let seen = self.time(Age::Fresh);
        let mut record = self.entra(&device, Join::Registered, seen);
        record.mdm = "";
        record.name = format!("DESKTOP-{}", &device.hardware.serial[1..]);
        device.name.clone_from(&record.name);
        device.entra.push(record);
        self.emit(&device);
    }

    /// Every third one is a server, which is expected to stand in Defender alone.
    pub(super) fn defender_only(&mut self, case: &'static str, number: usize) {
        let server = number % 3 == 1;
        let mut device = self.device(case, if server { Kind::Server } else { Kind::Laptop });
        let seen = self.time(Age::Fresh);
        self.sensor(&mut device, seen);
        if !server {
            let unknown = self.random.guid();
            for record in &mut device.defender {
                record.entra = Some(unknown);
            }
        }
        self.emit(&device);
    }

    /// Seen on the network, not onboarded: no sign of activity of its own.
    pub(super) fn discovered(&mut self, case: &'static str, _: usize) {
        let mut device = self.device(case, Kind::Thing);
        let seen = self.time(Age::Fresh);
        self.sensor(&mut device, seen);
        let first = self.ago(20, 90);
        for record in &mut device.defender {
            record.onboarded = false;
            record.first = first;
        }
        self.emit(&device);
    }

    // Identity.

    /// Boards that never got a serial number. Every second one also stands in Autopilot, where nothing can join it.
    pub(super) fn placeholder_serial(&mut self, case: &'static str, number: usize) {
        let mut device = self.device(case, Kind::Desktop);
        PLACEHOLDERS[number % PLACEHOLDERS.len()].clone_into(&mut device.hardware.serial);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Joined, seen);
        let index = self.emit(&device);
        if number.is_multiple_of(2) {
            let mut rest = Self::half_of(&device, "placeholder-serial-autopilot", index);
            self.autopilot(&mut rest);
            self.emit(&rest);
        }
    }

    /// Many devices of one name. Some laptops have a Defender row that nothing but this name could join.
    pub(super) fn same_name(&mut self, case: &'static str, number: usize) {
        let phone = number % 8 > 4;
        let mut device = self.device(case, if phone { Kind::Iphone } else { Kind::Laptop });
        if phone { "iPhone" } else { "LAPTOP" }.clone_into(&mut device.name);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, if phone { Join::Registered } else { Join::Joined }, seen);
        if phone {
            for record in &mut device.intune {
                record.personal = true;
                record.supervised = false;
            }
        }
        let index = self.emit(&device);
        // Never on the first ones: in a small tenant the name would be unique.
        if !phone && number % 8 > 1 {
            let mut stray = Self::half_of(&device, "same-name-sensor", index);
            let other = self.soon_before(seen);
            self.sensor(&mut stray, other);
            self.emit(&stray);
        }
    }

    /// Two makers, one serial: two devices.
    pub(super) fn two_makers(&mut self, case: &'static str, _: usize) {
        let mut shared = String::new();
        for (maker, model) in [("Dell Inc.", "Latitude 5440"), ("LENOVO", "ThinkPad T14 Gen 4")] {
            let mut device = self.device(case, Kind::Laptop);
            device.hardware.maker = maker;
            device.hardware.model = model;
            if shared.is_empty() {
                shared = format!("2{:08}", 40_000_000 + self.counter);
            }
            device.hardware.serial.clone_from(&shared);
            let seen = self.time(Age::Fresh);
            self.enrol_at(&mut device, Join::Joined, seen);
            self.emit(&device);
        }
    }

    /// Six virtual machines from one image, with the serial number of the image.
    pub(super) fn clones(&mut self, case: &'static str, _: usize) {
        let shared = vmware_serial(self.counter.wrapping_add(1 << 40));
        for _ in 0..6 {
            let mut device = self.device(case, Kind::Virtual);
            device.hardware.serial.clone_from(&shared);
            let seen = self.time(Age::Fresh);
            self.enrol_at(&mut device, Join::Joined, seen);
            self.emit(&device);
        }
    }

    /// The sensor reports, but its row says nothing about Entra.
    pub(super) fn sensor_without_id(&mut self, case: &'static str, _: usize) {
        let mut device = self.windows(case);
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Joined, seen);
        let other = self.soon_before(seen);
        self.sensor(&mut device, other);
        for record in &mut device.defender {
            record.entra = None;
        }
        self.emit(&device);
    }

    /// As before, but Intune and Entra are stale: whether it is depends on a row that only its name joins.
    pub(super) fn silent_with_stray_sensor(&mut self, case: &'static str, _: usize) {
        let mut device = self.windows(case);
        let stopped = self.time(Age::Stale);
        self.enrol_at(&mut device, Join::Joined, stopped);
        let seen = self.time(Age::Fresh);
        self.sensor(&mut device, seen);
        for record in &mut device.defender {
            record.entra = None;
        }
        self.emit(&device);
    }

    /// Intune has no Entra id, or one that no Entra record has.
    pub(super) fn no_entra_id(&mut self, case: &'static str, number: usize) {
        let mut device = self.device(case, if number.is_multiple_of(2) { Kind::Ipad } else { Kind::Laptop });
        let seen = self.time(Age::Fresh);
        let mut record = self.intune(&device, seen);
        if !number.is_multiple_of(2) {
            record.entra = Some(self.random.guid());
            record.join = Some(Join::Joined);
        }
        device.intune.push(record);
        if number.is_multiple_of(2) {
            self.bought(&mut device);
        }
        self.emit(&device);
    }

    /// Names that a user may choose and that must stay text everywhere.
    pub(super) fn hostile_name(&mut self, case: &'static str, number: usize) {
        let mut device = self.device(case, Kind::Laptop);
        device.name = match number % 9 {
            0 => r#"=HYPERLINK("http://x","y")"#.to_owned(),
            1 => "<script>alert(1)</script>".to_owned(),
            2 => r#""; DROP TABLE devices; --"#.to_owned(),
            3 => "Depot 4, shelf B".to_owned(),
            4 => "front\ndesk".to_owned(),
            5 => "\u{1f69a} van tablet".to_owned(),
            6 => format!("CFS-{}", "LONG".repeat(60)),
            7 => "@SUM(1+1)*cmd|' /C calc'!A0".to_owned(),
            _ => r"..\..\..\evil".to_owned(),
        };
        if number >= 9 {
            device.name.push_str(&number.to_string());
        }
        let seen = self.time(Age::Fresh);
        self.enrol_at(&mut device, Join::Joined, seen);
        self.autopilot(&mut device);
        let other = self.soon_before(seen);
        self.sensor(&mut device, other);
        self.emit(&device);
    }
}
