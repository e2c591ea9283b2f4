//! Small exports made by hand: a console's columns with a sound value each, and rows that say what is different.

use crate::common::Sheet;

/// Columns of an export: what rows call it, the header, the value where a row says nothing.
pub(crate) struct Layout {
    pub file: &'static str,
    columns: &'static [(&'static str, &'static str, &'static str)],
}

/// Everything below is stale at the time of judgement, so that a device in doubt would get steps if it could.
pub(crate) const INTUNE: Layout = Layout {
    file: "intune",
    columns: &[
        ("id", "Device ID", ""),
        ("name", "Device name", ""),
        ("serial", "Serial number", ""),
        ("entra", "Azure AD Device ID", ""),
        ("imei", "IMEI", ""),
        ("meid", "MEID", ""),
        ("os", "OS", "Windows"),
        ("maker", "Manufacturer", ""),
        ("join", "JoinType", ""),
        ("owner", "Ownership", "Corporate"),
        ("state", "Device state", "Managed"),
        ("compliance", "Compliance", "Noncompliant"),
        ("seen", "Last check-in", "2026-01-10 08:00:00.0000000"),
        ("made", "Enrollment date", ""),
        ("user", "Primary user UPN", ""),
        ("agent", "Managed by", ""),
    ],
};

pub(crate) const ENTRA: Layout = Layout {
    file: "entra",
    columns: &[
        ("object", "id", ""),
        ("entra", "deviceId", ""),
        ("name", "displayName", ""),
        ("os", "operatingSystem", "Windows"),
        ("join", "trustType", "AzureAd"),
        ("ztdid", "physicalIds", ""),
        ("enabled", "accountEnabled", "True"),
        ("mdm", "mdmAppId", ""),
        ("seen", "approximateLastSignInDateTime", "2026-01-09T08:00:00Z"),
        ("made", "registrationDateTime", ""),
    ],
};

pub(crate) const AUTOPILOT: Layout = Layout {
    file: "autopilot",
    columns: &[
        ("id", "id", ""),
        ("serial", "serialNumber", ""),
        ("maker", "manufacturer", ""),
        ("tag", "groupTag", ""),
        ("state", "enrollmentState", "enrolled"),
        ("entra", "azureActiveDirectoryDeviceId", ""),
        ("intune", "managedDeviceId", ""),
    ],
};

/// The portal's list: known by serial numbers alone.
pub(crate) const AUTOPILOT_PORTAL: Layout = Layout {
    file: "autopilot",
    columns: &[
        ("serial", "Serial number", ""),
        ("maker", "Manufacturer", ""),
        ("model", "Model", ""),
        ("tag", "Group tag", ""),
        ("status", "Profile status", "Assigned"),
    ],
};

pub(crate) const DEFENDER: Layout = Layout {
    file: "defender",
    columns: &[
        ("id", "Device ID", ""),
        ("name", "Device Name", ""),
        ("entra", "AAD Device Id", ""),
        ("seen", "Last device update", "2026-01-08T08:00:00.0000000Z"),
        ("os", "OS Platform", "Windows11"),
        ("health", "Health Status", "Inactive"),
        ("onboarding", "Onboarding Status", "Onboarded"),
        ("made", "First Seen", ""),
    ],
};

/// The portal's 23 columns of before: no Entra id, no maker.
pub(crate) const OLD_DEFENDER: Layout = Layout {
    file: "defender",
    columns: &[
        ("id", "Device ID", ""),
        ("name", "Device Name", ""),
        ("domain", "Domain", ""),
        ("first", "First Seen", "2024-01-08T08:00:00.0000000Z"),
        ("seen", "Last device update", "2026-01-08T08:00:00.0000000Z"),
        ("os", "OS Platform", "Windows11"),
        ("version", "OS Version", ""),
        ("build", "OS Build", ""),
        ("windows", "Windows 10 Version", ""),
        ("tags", "Tags", ""),
        ("group", "Group", ""),
        ("aad", "Is AAD Joined", "True"),
        ("ips", "Device IPs", ""),
        ("risk", "Risk Level", ""),
        ("exposure", "Exposure Level", ""),
        ("health", "Health Status", "Inactive"),
        ("onboarding", "Onboarding Status", "Onboarded"),
        ("role", "Device Role", ""),
        ("cloud", "Cloud Platforms", ""),
        ("managed", "Managed By", ""),
        ("av", "Antivirus status", "Not-Supported"),
        ("category", "Device Category", ""),
        ("type", "Device Type", ""),
    ],
};

pub(crate) const AD: Layout = Layout {
    file: "ad",
    columns: &[
        ("guid", "ObjectGUID", ""),
        ("name", "Name", ""),
        ("os", "OperatingSystem", "Windows 11 Enterprise"),
        ("enabled", "Enabled", "True"),
        ("seen", "LastLogonDate", "2026-01-07 08:00:00"),
    ],
};

/// Get-ADComputer without the objectGUID: known by its place in the directory.
pub(crate) const AD_WITHOUT_GUID: Layout = Layout {
    file: "ad",
    columns: &[
        ("dn", "DistinguishedName", ""),
        ("name", "Name", ""),
        ("os", "OperatingSystem", "Windows 11 Enterprise"),
        ("enabled", "Enabled", "True"),
        ("seen", "LastLogonDate", "2026-01-07 08:00:00"),
    ],
};

pub(crate) const CSVDE: Layout = Layout {
    file: "ad",
    columns: &[
        ("dn", "DN", ""),
        ("name", "name", ""),
        ("binary", "objectGUID", ""),
        ("os", "operatingSystem", "Windows 11 Enterprise"),
        ("flags", "userAccountControl", "4096"),
        ("created", "whenCreated", "20240302071409.0Z"),
    ],
};

pub(crate) const ABM: Layout = Layout {
    file: "abm",
    columns: &[
        ("serial", "SERIAL_NO", ""),
        ("family", "PRODUCT_FAMILY", "iPhone"),
        ("added", "DATE_ADDED_TO_ORGANIZATION", "2024-01-07T08:00:00Z"),
        ("released", "DATE_REMOVED_FROM_ORGANIZATION", ""),
        ("server", "MDM_SERVER", "Intune"),
        ("imei", "IMEI", ""),
        ("imei2", "IMEI2", ""),
        ("meid", "MEID", ""),
    ],
};

pub(crate) const GOOGLE: Layout = Layout {
    file: "google",
    columns: &[
        ("id", "resourceId", ""),
        ("serial", "serialNumber", ""),
        ("imei", "imei", ""),
        ("os", "type", "ANDROID"),
        ("status", "status", "APPROVED"),
        ("seen", "lastSync", "2026-01-06T08:00:00.000Z"),
        ("email", "email", "ada@contoso.example"),
    ],
};

pub(crate) const CHROME: Layout = Layout {
    file: "chrome",
    columns: &[
        ("id", "deviceId", ""),
        ("serial", "serialNumber", ""),
        ("status", "status", "ACTIVE"),
        ("seen", "lastSync", "2026-01-06T08:00:00.000Z"),
        ("unit", "orgUnitPath", "/"),
        ("asset", "annotatedAssetId", ""),
    ],
};

pub(crate) const BITLOCKER: Layout = Layout {
    file: "bitlocker",
    columns: &[
        ("id", "id", ""),
        ("entra", "deviceId", ""),
        ("volume", "volumeType", "operatingSystemVolume"),
        ("made", "createdDateTime", "2025-01-05T08:00:00Z"),
    ],
};

pub(crate) const LAPS: Layout = Layout {
    file: "laps",
    columns: &[
        ("entra", "deviceId", ""),
        ("name", "deviceName", ""),
        ("backup", "lastBackupDateTime", "2025-01-05T08:00:00Z"),
    ],
};

/// One export: its layout, a name of its own where a console has two, its rows.
pub(crate) struct Export {
    pub name: String,
    pub content: Vec<u8>,
    pub rows: usize,
}

impl Layout {
    /// Rows as `column=value; column=value`. Ids may be short, as in `entra=e7`: see [`id`].
    pub(crate) fn rows<T: AsRef<str>>(&self, rows: &[T]) -> Export {
        self.named(self.file, rows)
    }

    pub(crate) fn named<T: AsRef<str>>(&self, name: &str, rows: &[T]) -> Export {
        let header = self.columns.iter().map(|(_, header, _)| (*header).to_owned()).collect();
        let sheet = Sheet { header, rows: rows.iter().map(|row| self.row(row.as_ref())).collect() };
        Export { name: format!("{name}.csv"), content: sheet.bytes(), rows: rows.len() }
    }

    fn row(&self, text: &str) -> Vec<String> {
        let mut cells: Vec<String> = self.columns.iter().map(|(_, _, value)| (*value).to_owned()).collect();
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) = part.split_once('=').unwrap();
            let name = name.trim_start();
            // Beside the stamp of Autopilot, in the same list.
            if name == "hwid" {
                let at = self.columns.iter().position(|(known, ..)| *known == "ztdid").unwrap();
                cells[at] = format!("[HWID]:h:{value}|{}", cells[at]);
                continue;
            }
            let at = self.columns.iter().position(|(known, ..)| *known == name);
            let at = at.unwrap_or_else(|| panic!("{} has no column `{name}`", self.file));
            cells[at] = match name {
                "id" | "object" | "entra" | "intune" | "guid" => id(value),
                "ztdid" if !value.is_empty() => format!("{}[ZTDID]:{}", cells[at], id(value)),
                "binary" if !value.is_empty() => binary(&id(value)),
                _ => value.to_owned(),
            };
        }
        cells
    }
}

/// A GUID for a letter and a number; other text as it is.
pub(crate) fn id(short: &str) -> String {
    let mut signs = short.chars();
    match (signs.next(), signs.as_str().parse::<u32>()) {
        (Some(letter @ 'a'..='z'), Ok(number)) => {
            let letter = u32::from(letter);
            format!("{letter:02x}{number:06x}-12ab-4cde-8f01-23456789{letter:04x}")
        }
        _ => short.to_owned(),
    }
}

/// How csvde writes a GUID: the bytes as they lie in memory.
fn binary(guid: &str) -> String {
    let hex: String = guid.chars().filter(|sign| *sign != '-').collect();
    let bytes: Vec<String> = hex.as_bytes().chunks(2).map(|two| String::from_utf8(two.to_vec()).unwrap()).collect();
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    format!("X'{}'", order.map(|at: usize| bytes[at].clone()).concat())
}
