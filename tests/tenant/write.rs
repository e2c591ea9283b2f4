//! Rows in the layouts that the consoles hand out, and the archive around one of them.

use super::hardware::{person_name, person_upn};
use super::model::{
    AS_OF, Abm, Autopilot, Chrome, DAY, Defender, Device, Entra, Hardware, Intune, Join, Kind, Registered,
};
use super::random::mix;

pub(super) const INTUNE_HEADER: &str = "Device ID,Device name,Enrollment date,Last check-in,Azure AD Device ID,OS version,Azure AD registered,EAS activation ID,Serial number,Manufacturer,Model,EAS activated,IMEI,Last EAS sync time,EAS reason,EAS status,Compliance grace period expiration,Security patch level,Wi-Fi MAC,MEID,Subscriber carrier,Total storage,Free storage,Management name,Category,UserId,Primary user UPN,Primary user email address,Primary user display name,WiFiIPv4Address,WiFiSubnetID,Compliance,Managed by,Ownership,Device state,Intune registered,Supervised,Encrypted,OS,SkuFamily,JoinType,Phone number,Jailbroken,ICCID,EthernetMAC,CellularTechnology,ProcessorArchitecture,EID,SystemManagementBIOSVersion,TPMManufacturerId,TPMManufacturerVersion,ProductName,Management certificate expiration date";
pub(super) const ENTRA_HEADER: &str = "displayName,accountEnabled,operatingSystem,operatingSystemVersion,joinType (trustType),registeredOwners,userNames,mdmDisplayName,isCompliant,registrationTime,approximateLastSignInDateTime,deviceId,isManaged,objectId,profileType,systemLabels,model";
pub(super) const AUTOPILOT_HEADER: &str =
    "Serial number,Manufacturer,Model,Group tag,Profile status,Purchase order,Userless Enrollment Status";
pub(super) const DEFENDER_HEADER: &str = "Device ID,Device Name,Device Category,Device Type,Device Subtype,Discovery sources,Domain,AAD Device Id,First Seen,Last device update,OS Platform,OS Distribution,OS Version,OS Build,Windows 10 Version,Tags,Group,Is AAD Joined,Device IPs,Device MACs,Risk Level,Exposure Level,Health Status,Onboarding Status,Device Role,Cloud Platforms,Is Internet Facing,Enrollment Status Code,Managed By,Enrollment Status,Vendor,Model";
pub(super) const ABM_HEADER: &str = "SERIAL_NO,DEVICE_ID,PRODUCT_FAMILY,MODEL_NAME,PART_NUMBER,DEVICE_CAPACITY,COLOR,PURCHASE_SOURCE,ORDER_NUMBER,DATE_ADDED_TO_ORGANIZATION,DATE_REMOVED_FROM_ORGANIZATION,MDM_SERVER,DATE_ASSIGNED_TO_MDM_SERVER,IMEI,IMEI2,MEID,WIFI_MAC_ADDRESS,BLUETOOTH_MAC_ADDRESS,ETHERNET_MAC_ADDRESS_1,ETHERNET_MAC_ADDRESS_2";
pub(super) const CHROME_HEADER: &str = "deviceId,serialNumber,status,lastSync,orgUnitPath,annotatedAssetId,annotatedUser,model,osVersion,autoUpdateExpiration,macAddress";

const BOM: &[u8] = b"\xef\xbb\xbf";
const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";
const NEVER: &str = "0001-01-01 00:00:00.0000000";

/// One CSV file that grows by rows.
pub(super) struct Table {
    pub body: Vec<u8>,
    pub rows: usize,
    end_of_line: &'static [u8],
    quote_all: bool,
    row_started: bool,
    /// Where the people of the tenant have their accounts.
    pub domain: &'static str,
}

impl Table {
    pub(super) fn new(header: &str, bom: bool, crlf: bool, quote_all: bool) -> Self {
        let end_of_line: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        let mut body = Vec::new();
        if bom {
            body.extend_from_slice(BOM);
        }
        body.extend_from_slice(header.as_bytes());
        body.extend_from_slice(end_of_line);
        Self { body, rows: 0, end_of_line, quote_all, row_started: false, domain: "contoso.example" }
    }

    fn separate(&mut self) {
        if self.row_started {
            self.body.push(b',');
        }
        self.row_started = true;
    }

    /// A cell that a device's user or an administrator chose: quoted where CSV needs it.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        let special = |byte: u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
        if self.quote_all || text.bytes().any(special) {
            self.body.push(b'"');
            for byte in text.bytes() {
                if byte == b'"' {
                    self.body.push(b'"');
                }
                self.body.push(byte);
            }
            self.body.push(b'"');
        } else {
            self.body.extend_from_slice(text.as_bytes());
        }
        self
    }

    pub(super) fn empty(&mut self, cells: usize) -> &mut Self {
        for _ in 0..cells {
            self.text("");
        }
        self
    }

    pub(super) fn flag(&mut self, value: bool) -> &mut Self {
        self.text(if value { "True" } else { "False" })
    }

    pub(super) fn maybe_flag(&mut self, value: Option<bool>) -> &mut Self {
        match value {
            Some(value) => self.flag(value),
            None => self.empty(1),
        }
    }

    pub(super) fn number(&mut self, value: u64) -> &mut Self {
        self.text(&value.to_string())
    }

    pub(super) fn guid(&mut self, value: Option<u128>) -> &mut Self {
        self.separate();
        match value {
            Some(value) => push_guid(&mut self.body, value),
            None => self.body.extend_from_slice(ZERO_GUID.as_bytes()),
        }
        self
    }

    pub(super) fn stamp(&mut self, time: i64, shape: Shape) -> &mut Self {
        self.separate();
        push_stamp(&mut self.body, time, shape);
        self
    }

    pub(super) fn maybe_stamp(&mut self, time: Option<i64>, shape: Shape) -> &mut Self {
        match time {
            Some(time) => self.stamp(time, shape),
            None => self.empty(1),
        }
    }

    /// Ends the row and returns its number, from 1.
    pub(super) fn end(&mut self) -> usize {
        self.body.extend_from_slice(self.end_of_line);
        self.row_started = false;
        self.rows += 1;
        self.rows
    }
}

/// How a file writes a date.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// `2026-11-20 08:00:00.0000000`, as Intune does.
    Intune,
    /// `2026-11-20T08:00:00Z`.
    Iso,
    /// `2026-11-20T08:00:00.0000000Z`, as Defender does.
    IsoLong,
    /// `2026-11-20`.
    Day,
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
pub(super) const fn civil(days: i64) -> (i64, i64, i64) {
    // Count from 0000-03-01, so that the leap day is the last day of a year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as i64;
    (year, month, day)
}

fn push_digits(out: &mut Vec<u8>, value: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = value / 10_i64.pow(place) % 10;
        out.push(b'0' + u8::try_from(digit).unwrap_or(0));
    }
}

fn push_stamp(out: &mut Vec<u8>, time: i64, shape: Shape) {
    let (year, month, day) = civil(time.div_euclid(DAY));
    push_digits(out, year, 4);
    out.push(b'-');
    push_digits(out, month, 2);
    out.push(b'-');
    push_digits(out, day, 2);
    let (separator, fraction, zone) = match shape {
        Shape::Day => return,
        Shape::Intune => (b' ', true, false),
        Shape::Iso => (b'T', false, true),
        Shape::IsoLong => (b'T', true, true),
    };
    out.push(separator);
    let second = time.rem_euclid(DAY);
    push_digits(out, second / 3_600, 2);
    out.push(b':');
    push_digits(out, second / 60 % 60, 2);
    out.push(b':');
    push_digits(out, second % 60, 2);
    if fraction {
        // The newest signal is exact; the others carry the fraction that real files have.
        let ticks = if time == AS_OF { 0 } else { mix(time.unsigned_abs()) % 10_000_000 };
        out.push(b'.');
        push_digits(out, ticks.cast_signed(), 7);
    }
    if zone {
        out.push(b'Z');
    }
}

/// A moment as a file writes it.
pub(super) fn stamp_text(time: i64, shape: Shape) -> String {
    let mut out = Vec::with_capacity(28);
    push_stamp(&mut out, time, shape);
    as_text(&out)
}

fn push_hex(out: &mut Vec<u8>, value: u128, digits: u32) {
    for place in (0..digits).rev() {
        let nibble = (value >> (place * 4)) & 0xf;
        out.push(b"0123456789abcdef"[usize::try_from(nibble).unwrap_or(0)]);
    }
}

fn push_guid(out: &mut Vec<u8>, value: u128) {
    push_hex(out, value >> 96, 8);
    out.push(b'-');
    push_hex(out, value >> 80, 4);
    out.push(b'-');
    push_hex(out, value >> 64, 4);
    out.push(b'-');
    push_hex(out, value >> 48, 4);
    out.push(b'-');
    push_hex(out, value, 12);
}

fn as_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A GUID as every file writes it.
pub(super) fn guid_text(value: u128) -> String {
    let mut out = Vec::with_capacity(36);
    push_guid(&mut out, value);
    as_text(&out)
}

/// Defender's 40 digits.
pub(super) fn sensor_text(id: (u128, u32)) -> String {
    let mut out = Vec::with_capacity(40);
    push_hex(&mut out, id.0, 32);
    push_hex(&mut out, u128::from(id.1), 8);
    as_text(&out)
}

fn mac_text(mac: u64) -> String {
    let mut out = Vec::with_capacity(12);
    push_hex(&mut out, u128::from(mac), 12);
    as_text(&out)
}

const fn join_text(join: Join) -> &'static str {
    match join {
        Join::Joined => "Azure AD joined",
        Join::Hybrid => "Hybrid Azure AD joined",
        Join::Registered => "Azure AD registered",
    }
}

pub(super) fn full_name(person: u64) -> String {
    let (first, last) = person_name(person);
    format!("{first} {last}")
}

/// A stable identifier for a person, in the shape of a GUID.
fn person_guid(person: u64) -> u128 {
    (u128::from(mix(person)) << 64 | u128::from(mix(person ^ 0xabcd))) & !(0xf_u128 << 76) | (0x4_u128 << 76)
}

pub(super) fn intune_row(table: &mut Table, record: &Intune, hardware: &Hardware) -> usize {
    let kind = hardware.kind;
    let upper_mac = mac_text(hardware.mac).to_uppercase();
    let (os, label) = match kind {
        Kind::Iphone | Kind::Ipad => ("iOS/iPadOS", "IPhone"),
        Kind::Mac => ("macOS", "MacMDM"),
        Kind::AndroidManaged => ("Android (Fully Managed)", "AndroidEnterprise"),
        Kind::AndroidDedicated => ("Android (Dedicated)", "AndroidEnterprise"),
        Kind::AndroidPersonal => ("Android (Personally-Owned Work Profile)", "AndroidForWork"),
        _ => ("Windows", "Windows"),
    };
    let (total, free) = match kind {
        Kind::Iphone | Kind::Ipad => (128_000, 20_000),
        _ if kind.is_android() => (64_000, 9_000),
        _ => (486_300, 150_000),
    };
    let upn = record.person.map(|person| person_upn(person, table.domain)).unwrap_or_default();
    let windows = kind.is_windows();
    table.guid(Some(record.id)).text(&record.name);
    table.maybe_stamp(record.enrolled, Shape::Intune).maybe_stamp(record.seen, Shape::Intune);
    table.guid(record.entra).text(hardware.os_version).flag(record.entra.is_some()).empty(1);
    table.text(&record.serial).text(hardware.maker).text(hardware.model).flag(false).text(&hardware.imei);
    table.text(NEVER).empty(2);
    if record.compliance == "InGracePeriod" {
        table.stamp(AS_OF + 5 * DAY, Shape::Intune);
    } else {
        table.text("9999-12-31 23:59:59.9999999");
    }
    table.text(if kind.is_android() { "2026-10-05" } else { "" }).text(&upper_mac).empty(2);
    table.number(total).number(free + hardware.mac % 40_000);
    table.separate();
    push_hex(&mut table.body, record.id >> 96, 8);
    table.body.push(b'_');
    table.body.extend_from_slice(label.as_bytes());
    if let Some(enrolled) = record.enrolled {
        table.body.push(b'_');
        push_stamp(&mut table.body, enrolled, Shape::Day);
    }
    table.empty(1);
    match record.person {
        Some(person) => table.guid(Some(person_guid(person))),
        None => table.empty(1),
    };
    table.text(&upn).text(&upn).text(&record.person.map(full_name).unwrap_or_default()).empty(2);
    table.text(record.compliance).text(record.managed_by);
    table.text(if record.personal { "Personal" } else { "Corporate" }).text(record.state).text("Registered");
    table.flag(record.supervised).maybe_flag(record.encrypted).text(os);
    table.text(if windows { "Enterprise" } else { "" });
    table.text(record.join.map_or("Unknown", join_text)).empty(1);
    table.text(if windows { "Unknown" } else { "False" }).empty(1);
    table.text(if windows { &upper_mac } else { "" }).text(if hardware.imei.is_empty() { "" } else { "GSM" });
    table.text(match kind {
        Kind::Mac => "ARM64",
        _ if windows => "X64",
        _ => "Unknown",
    });
    table.empty(2).text(if windows { "INTC" } else { "" }).text(if windows { "600.18.54.0" } else { "" });
    table.text(hardware.model).maybe_stamp(record.certificate, Shape::Intune);
    table.end()
}

pub(super) fn entra_row(table: &mut Table, record: &Entra, hardware: &Hardware, compliant: Option<bool>) -> usize {
    let os = match hardware.kind {
        Kind::Server => "Windows Server",
        Kind::Iphone => "IPhone",
        Kind::Ipad => "IPad",
        Kind::Mac => "MacMDM",
        Kind::AndroidManaged | Kind::AndroidDedicated => "AndroidEnterprise",
        Kind::AndroidPersonal => "AndroidForWork",
        _ => "Windows",
    };
    table.text(&record.name).flag(record.enabled).text(os).text(hardware.os_version).text(join_text(record.join));
    table.text(&record.person.map(full_name).unwrap_or_default());
    let upn = record.person.map(|person| person_upn(person, table.domain)).unwrap_or_default();
    table.text(&upn).text(record.mdm).maybe_flag(compliant);
    match record.registered {
        Registered::At(time) => table.stamp(time, Shape::Iso),
        Registered::Pending => table.text("Pending"),
        Registered::Blank => table.empty(1),
    };
    table.maybe_stamp(record.seen, Shape::Iso).guid(Some(record.id)).maybe_flag(compliant.map(|_| true));
    table.guid(Some(record.object)).text("RegisteredDevice").text(record.labels).text(hardware.model);
    table.end()
}

pub(super) fn autopilot_row(table: &mut Table, record: &Autopilot, hardware: &Hardware) -> usize {
    table.text(&record.serial).text(hardware.maker).text(hardware.model).text(record.tag).text(record.status);
    table.empty(1).text("Not Allowed");
    table.end()
}

pub(super) fn defender_row(table: &mut Table, record: &Defender, hardware: &Hardware, join: Option<Join>) -> usize {
    let windows = hardware.kind.is_windows();
    let (platform, version, build) = match hardware.os_version {
        "10.0.20348.3807" => ("WindowsServer2022", "21H2", "20348"),
        "10.0.17763.7434" => ("WindowsServer2019", "1809", "17763"),
        "10.0.19045.5965" => ("Windows10", "22H2", "19045"),
        "10.0.22631.5472" => ("Windows11", "23H2", "22631"),
        _ if windows => ("Windows11", "24H2", "26100"),
        _ if hardware.kind == Kind::Mac => ("macOS", "15.6", ""),
        _ => ("Other", "", ""),
    };
    let (category, device_type) = match hardware.kind {
        Kind::Thing => ("IoT", "Printer"),
        Kind::Server => ("Endpoint", "Server"),
        _ => ("Endpoint", "Workstation"),
    };
    let inactive = record.is_inactive();
    table.separate();
    push_hex(&mut table.body, record.id.0, 32);
    push_hex(&mut table.body, u128::from(record.id.1), 8);
    table.text(&record.name).text(category).text(device_type).empty(1).text("MDE");
    table.text(if join == Some(Join::Hybrid) { "corp.contoso.example" } else { "" });
    match record.entra {
        Some(id) => table.guid(Some(id)),
        None => table.empty(1),
    };
    table.stamp(record.first, Shape::IsoLong).stamp(record.seen, Shape::IsoLong);
    table.text(platform).text(platform).text(version).text(build).text(if windows { version } else { "" });
    table.empty(1).text("UnassignedGroup").flag(record.entra.is_some());
    table.text(&format!("10.{}.{}.{}", hardware.mac >> 16 & 63, hardware.mac >> 8 & 255, hardware.mac & 255));
    table.text(&mac_text(hardware.mac).to_uppercase()).text("No known risks");
    table.text(if inactive { "No data available" } else { "Low" });
    if record.onboarded {
        table.text(if inactive { "Inactive" } else { "Active" }).text("Onboarded");
    } else {
        table.empty(1).text("Unsupported");
    }
    table.empty(2).flag(false).empty(1).text(if record.onboarded { "Intune" } else { "Unknown" }).empty(1);
    table.text(if hardware.maker == "LENOVO" { "Lenovo" } else { hardware.maker }).text(hardware.model);
    table.end()
}

pub(super) fn abm_row(table: &mut Table, record: &Abm, hardware: &Hardware) -> usize {
    let (family, part, capacity, color) = match hardware.kind {
        Kind::Iphone => ("iPhone", "MPVN3LL/A", "128GB", "MIDNIGHT"),
        Kind::Ipad => ("iPad", "MK2K3LL/A", "64GB", "SPACE GRAY"),
        _ => ("Mac", "MPHE3LL/A", "512GB", "SPACE GRAY"),
    };
    table.text(&record.raw_serial).empty(1).text(family).text(hardware.model).text(part).text(capacity).text(color);
    table.text("Reseller (1D4B2F0)").text(&format!("PO{:08}", record.added / DAY)).stamp(record.added, Shape::Iso);
    table.maybe_stamp(record.released, Shape::Iso);
    table.text(record.server.map_or("", |(name, _)| name));
    table.maybe_stamp(record.server.map(|(_, assigned)| assigned), Shape::Iso);
    table.text(&hardware.imei).empty(2).text(&mac_text(hardware.mac)).empty(3);
    table.end()
}

pub(super) fn chrome_row(table: &mut Table, record: &Chrome, device: &Device) -> usize {
    table.guid(Some(record.id)).text(&device.hardware.serial).text(record.status);
    table.maybe_stamp(record.seen, Shape::Iso).text(record.unit).text(&device.name);
    let upn = record.person.map(|person| person_upn(person, table.domain)).unwrap_or_default();
    table.text(&upn).text(device.hardware.model).text(device.hardware.os_version).stamp(record.expiry, Shape::Day);
    table.text(&mac_text(device.hardware.mac));
    table.end()
}

/// An archive with one stored member. The time stamp is the earliest that the format knows, so that bytes repeat.
pub(crate) fn zip_stored(name: &str, bytes: &[u8]) -> Vec<u8> {
    const EARLIEST_DAY: u16 = 0x0021;
    let checksum = crc32(bytes).to_le_bytes();
    // Files beyond four gigabytes would need the 64-bit form; no generated tenant comes near.
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let name_size = u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes();
    let mut common = Vec::new();
    // Version 2.0; names are UTF-8; no compression.
    for field in [20_u16, 0x0800, 0, 0, EARLIEST_DAY] {
        common.extend_from_slice(&field.to_le_bytes());
    }
    common.extend_from_slice(&checksum);
    common.extend_from_slice(&size);
    common.extend_from_slice(&size);
    common.extend_from_slice(&name_size);
    common.extend_from_slice(&0_u16.to_le_bytes());

    let mut out = Vec::with_capacity(bytes.len() + 256);
    out.extend_from_slice(b"PK\x03\x04");
    out.extend_from_slice(&common);
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(bytes);
    let directory = u32::try_from(out.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(b"PK\x01\x02");
    out.extend_from_slice(&20_u16.to_le_bytes());
    out.extend_from_slice(&common);
    // No comment, disk 0, no attributes, member at offset 0.
    out.extend_from_slice(&[0; 14]);
    out.extend_from_slice(name.as_bytes());
    let directory_size = u32::try_from(out.len()).unwrap_or(u32::MAX) - directory;
    out.extend_from_slice(b"PK\x05\x06");
    for field in [0_u16, 0, 1, 1] {
        out.extend_from_slice(&field.to_le_bytes());
    }
    out.extend_from_slice(&directory_size.to_le_bytes());
    out.extend_from_slice(&directory.to_le_bytes());
    out.extend_from_slice(&0_u16.to_le_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0_u32; 256];
    for (value, slot) in (0_u32..).zip(&mut table) {
        *slot = (0..8).fold(value, |rest, _| if rest & 1 == 1 { 0xedb8_8320 ^ (rest >> 1) } else { rest >> 1 });
    }
    !bytes.iter().fold(!0_u32, |rest, &byte| table[usize::from(rest.to_le_bytes()[0] ^ byte)] ^ (rest >> 8))
}
