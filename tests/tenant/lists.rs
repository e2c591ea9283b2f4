//! The lists of a small tenant that is told device by device: what each console says of a device, in its own layout.

use super::hardware::{hardware, person_name, person_upn};
use super::maker::unlisted;
use super::model::{Abm, Autopilot, Chrome, DAY, Device, Entra, Hardware, Intune, Join, Kind, Registered};
use super::random::Random;
use super::write::{
    ABM_HEADER, AUTOPILOT_HEADER, CHROME_HEADER, ENTRA_HEADER, INTUNE_HEADER, Shape, Table, abm_row, autopilot_row,
    chrome_row, civil, entra_row, full_name, guid_text, intune_row, stamp_text,
};

const AD_HEADER: &str = "\"DistinguishedName\",\"DNSHostName\",\"Enabled\",\"LastLogonDate\",\"Name\",\"ObjectClass\",\"ObjectGUID\",\"OperatingSystem\",\"OperatingSystemVersion\",\"PasswordLastSet\",\"SamAccountName\",\"SID\"";
const JAMF_HEADER: &str = "Computer Name,Asset Tag,Serial Number,UDID,Jamf Pro Computer ID,Last Check-in,Last Inventory Update,Last Enrollment,Managed,Supervised,Model,Operating System,Operating System Version,Username,Full Name,Email Address,MDM Profile Expiration Date,FileVault 2 Status";
const JAMF_MOBILE_HEADER: &str = "Display Name,Serial Number,Jamf Pro Mobile Device ID,Last Inventory Update,Last Enrollment,Managed,Supervised,Model,OS Version,Username,Email Address,IMEI,UDID";

/// A device as the story knows it.
pub(super) struct Thing {
    pub name: String,
    pub hardware: Hardware,
    /// Who uses it; nobody for one that many share.
    pub person: Option<u64>,
}

/// The lists, and the chance that fills what the story leaves open.
pub(super) struct Lists {
    /// Seconds; the newest moment in the lists.
    pub as_of: i64,
    pub domain: &'static str,
    pub random: Random,
    counter: u64,
    /// Pages of Graph's answer, written at the end.
    graph: Vec<String>,
    pub intune: Table,
    pub entra: Table,
    pub autopilot: Table,
    pub abm: Table,
    pub chrome: Table,
    pub ad: Table,
    pub jamf: Table,
    pub jamf_mobile: Table,
}

impl Lists {
    /// `first` keeps the serial numbers of one tenant apart from those of another.
    pub(super) fn new(as_of: i64, domain: &'static str, seed: u64, first: u64) -> Self {
        let table = |header, bom, crlf, quoted| {
            let mut table = Table::new(header, bom, crlf, quoted);
            table.domain = domain;
            table
        };
        Self {
            as_of,
            domain,
            random: Random::new(seed),
            counter: first,
            graph: Vec::new(),
            intune: table(INTUNE_HEADER, true, true, false),
            entra: table(ENTRA_HEADER, false, true, false),
            autopilot: table(AUTOPILOT_HEADER, false, true, true),
            abm: table(ABM_HEADER, false, false, false),
            chrome: table(CHROME_HEADER, false, false, false),
            ad: table(AD_HEADER, true, true, true),
            jamf: table(JAMF_HEADER, false, false, false),
            jamf_mobile: table(JAMF_MOBILE_HEADER, false, false, false),
        }
    }

    /// New hardware with a name; `person` uses it.
    pub(super) fn thing(&mut self, name: &str, kind: Kind, person: Option<u64>) -> Thing {
        self.counter += 1;
        Thing { name: name.to_owned(), hardware: hardware(&mut self.random, kind, self.counter), person }
    }

    /// The same hardware under another name, as a new installation gives it.
    pub(super) fn renamed(thing: &Thing, name: &str) -> Thing {
        let hardware =
            Hardware { serial: thing.hardware.serial.clone(), imei: thing.hardware.imei.clone(), ..thing.hardware };
        Thing { name: name.to_owned(), hardware, person: thing.person }
    }

    /// A moment in working hours so many days ago.
    pub(super) fn ago(&mut self, days: i64) -> i64 {
        self.as_of - days * DAY - self.random.between(600, 7 * 3_600)
    }

    /// A moment between so many days ago.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let days = self.random.between(from, to);
        self.ago(days)
    }

    /// Intune's record in the portal's export, not yet linked to Entra.
    pub(super) fn intune(&mut self, thing: &Thing, seen: i64, entra: Option<u128>, join: Join) -> Intune {
        let enrolled = seen - self.random.between(30, 500) * DAY;
        Intune {
            id: self.random.guid(),
            name: thing.name.clone(),
            serial: thing.hardware.serial.clone(),
            enrolled: Some(enrolled),
            seen: Some(seen),
            entra,
            compliance: if self.as_of - seen > 30 * DAY { "Noncompliant" } else { "Compliant" },
            managed_by: "Intune",
            personal: false,
            state: "Managed",
            supervised: thing.hardware.kind.is_apple(),
            encrypted: Some(true),
            join: Some(join),
            person: thing.person,
            // Renewed about once a year while the device checks in.
            certificate: Some(seen + self.random.between(100, 300) * DAY),
        }
    }

    pub(super) fn add_intune(&mut self, record: &Intune, hardware: &Hardware) {
        intune_row(&mut self.intune, record, hardware);
    }

    /// The same record as Graph gives it, with the kind of enrolment.
    pub(super) fn add_graph(&mut self, record: &Intune, hardware: &Hardware, enrollment: &str) {
        let stamp = |time: Option<i64>| time.map_or_else(String::new, |time| stamp_text(time, Shape::Iso));
        let (os, make) = match hardware.kind {
            Kind::Iphone | Kind::Ipad => ("iOS", "Apple"),
            Kind::Mac => ("macOS", "Apple"),
            _ => ("Windows", hardware.maker),
        };
        let entra = record.entra.map_or_else(|| guid_text(0), guid_text);
        let user = record.person.map(|person| person_upn(person, self.domain)).unwrap_or_default();
        self.graph.push(format!(
            "{{\"id\":\"{}\",\"deviceName\":\"{}\",\"managedDeviceOwnerType\":\"company\",\"enrolledDateTime\":\"{}\",\"lastSyncDateTime\":\"{}\",\
             \"operatingSystem\":\"{os}\",\"complianceState\":\"{}\",\"managementAgent\":\"mdm\",\"osVersion\":\"{}\",\"azureADRegistered\":true,\
             \"deviceEnrollmentType\":\"{enrollment}\",\"azureADDeviceId\":\"{entra}\",\"deviceRegistrationState\":\"registered\",\
             \"isSupervised\":{},\"isEncrypted\":true,\"userPrincipalName\":\"{user}\",\"model\":\"{}\",\"manufacturer\":\"{make}\",\
             \"serialNumber\":\"{}\",\"managementState\":\"managed\",\"managementCertificateExpirationDate\":\"{}\",\"deviceActionResults\":[]}}",
            guid_text(record.id),
            record.name,
            stamp(record.enrolled),
            stamp(record.seen),
            record.compliance.to_lowercase(),
            hardware.os_version,
            record.supervised,
            hardware.model,
            record.serial,
            stamp(record.certificate),
        ));
    }

    /// Graph's answer as one page.
    pub(super) fn graph(&self) -> Vec<u8> {
        let rows = self.graph.join(",\n");
        format!(
            "{{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices\",\"@odata.count\":{},\"value\":[\n{rows}\n]}}\n",
            self.graph.len()
        )
        .into_bytes()
    }

    /// Entra's record, last used at a moment; `id` is the device id.
    pub(super) fn entra(&mut self, thing: &Thing, id: u128, join: Join, seen: Option<i64>) -> Entra {
        let registered = seen.unwrap_or(self.as_of - 100 * DAY) - self.random.between(30, 500) * DAY;
        Entra {
            object: self.random.guid(),
            id,
            name: thing.name.clone(),
            enabled: true,
            join,
            mdm: "Microsoft Intune",
            registered: Registered::At(registered),
            seen,
            person: thing.person.filter(|_| join != Join::Hybrid),
            labels: "",
        }
    }

    pub(super) fn add_entra(&mut self, record: &Entra, hardware: &Hardware) {
        entra_row(&mut self.entra, record, hardware, (record.mdm == "Microsoft Intune").then_some(true));
    }

    /// A record in Intune and the one in Entra that it points at, both used at about the same time.
    pub(super) fn enrol(&mut self, thing: &Thing, join: Join, seen: i64) {
        let id = self.random.guid();
        let intune = self.intune(thing, seen, Some(id), join);
        let entra = self.entra(thing, id, join, Some(seen - 3_000));
        self.add_intune(&intune, &thing.hardware);
        self.add_entra(&entra, &thing.hardware);
    }

    pub(super) fn autopilot(&mut self, thing: &Thing, tag: &'static str) {
        let record = Autopilot { serial: thing.hardware.serial.clone(), tag, status: "Assigned" };
        autopilot_row(&mut self.autopilot, &record, &thing.hardware);
    }

    /// Apple's row: added so many days ago, on a server, released so many days ago.
    pub(super) fn abm(&mut self, hardware: &Hardware, added: i64, server: Option<&'static str>, released: Option<i64>) {
        let added = self.ago(added);
        let record = Abm {
            raw_serial: hardware.serial.clone(),
            added,
            released: released.map(|days| self.ago(days)),
            server: server.map(|name| (name, added + 2 * DAY)),
        };
        abm_row(&mut self.abm, &record, hardware);
    }

    /// Google's row.
    pub(super) fn chrome(
        &mut self,
        thing: &Thing,
        status: &'static str,
        seen: Option<i64>,
        expiry: i64,
        unit: &'static str,
    ) {
        let record = Chrome { id: self.random.guid(), status, seen, expiry, unit, person: thing.person };
        let hardware = Hardware { serial: thing.hardware.serial.clone(), imei: String::new(), ..thing.hardware };
        let device = unlisted("", thing.name.clone(), hardware, thing.person);
        chrome_row(&mut self.chrome, &record, &device);
    }

    /// A computer of the domain, as `Get-ADComputer` writes it under American settings.
    pub(super) fn ad(&mut self, name: &str, id: u128, enabled: bool, seen: Option<i64>, unit: &str, os: &str) {
        let rid = 1_100 + self.ad.rows;
        let base = format!(",DC={}", self.domain.replace('.', ",DC="));
        let changed = seen.map(|seen| seen - self.random.between(1, 25) * DAY);
        let ad = &mut self.ad;
        ad.text(&format!("CN={name},{unit},DC=corp{base}")).text(&format!("{name}.corp.{}", self.domain));
        ad.flag(enabled).text(&seen.map(american).unwrap_or_default()).text(name).text("computer");
        ad.text(&guid_text(id)).text(os).text("10.0 (22631)").text(&changed.map(american).unwrap_or_default());
        ad.text(&format!("{name}$")).text(&format!("S-1-5-21-71-82-93-{rid}"));
        ad.end();
    }

    /// A computer in Jamf Pro.
    pub(super) fn jamf(&mut self, thing: &Thing, managed: bool, seen: i64) {
        let number = self.jamf.rows + 1;
        let enrolled = seen - 300 * DAY;
        let row = &mut self.jamf;
        row.text(&thing.name).text(&format!("A-{number:04}")).text(&thing.hardware.serial);
        row.text(&guid_text(self.random.guid()).to_uppercase()).number(number as u64);
        row.text(&plain(seen)).text(&plain(seen - 9_000)).text(&plain(enrolled));
        row.text(if managed { "Managed" } else { "Unmanaged" }).text(if managed { "Yes" } else { "No" });
        row.text(thing.hardware.model).text("macOS").text(thing.hardware.os_version);
        let person = thing.person.map(|person| (person_name(person).0.to_lowercase(), full_name(person), person));
        match person {
            Some((user, name, person)) => row.text(&user).text(&name).text(&person_upn(person, self.domain)),
            None => row.empty(3),
        };
        row.text(&plain(seen + 400 * DAY)).text("Encrypted");
        row.end();
    }

    /// A phone or tablet in Jamf Pro.
    pub(super) fn jamf_mobile(&mut self, thing: &Thing, managed: bool, seen: i64) {
        let number = self.jamf_mobile.rows + 1;
        let row = &mut self.jamf_mobile;
        row.text(&thing.name).text(&thing.hardware.serial).number(number as u64);
        row.text(&plain(seen)).text(&plain(seen - 300 * DAY));
        row.text(if managed { "Managed" } else { "Unmanaged" }).text(if managed { "Yes" } else { "No" });
        row.text(thing.hardware.model).text(thing.hardware.os_version);
        match thing.person {
            Some(person) => row.text(&person_name(person).0.to_lowercase()).text(&person_upn(person, self.domain)),
            None => row.empty(2),
        };
        row.text(&thing.hardware.imei).text(&format!("00008120-{:016X}", thing.hardware.mac));
        row.end();
    }
}

/// `2026-03-03 09:15:00`, as Jamf Pro exports it.
fn plain(time: i64) -> String {
    stamp_text(time, Shape::Iso).replace('T', " ").replace('Z', "")
}

/// `3/2/2026 7:14:09 AM`.
fn american(time: i64) -> String {
    let (year, month, day) = civil(time.div_euclid(DAY));
    let second = time.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    format!("{month}/{day}/{year} {hour}:{minute:02}:{second:02} {half}")
}
