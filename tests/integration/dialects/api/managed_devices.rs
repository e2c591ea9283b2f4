//! Intune: `managedDevice` of Microsoft Graph, with the names of v1.0 and of beta.

use serde_json::{Value, json};

use super::super::original::{List, Row};
use super::{NO_DATE, NO_GUID, Object, camel, maybe};

/// The managed devices of the portal's list, row for row.
pub(in super::super) fn managed_devices(list: &List) -> Vec<Object> {
    Object::each(list, managed_device)
}

fn managed_device(row: Row<'_>) -> Value {
    let date = |column| row.time(column).map_or_else(|| NO_DATE.to_owned(), |at| at.iso());
    let megabytes = |column| row.text(column).parse::<u64>().unwrap() * 1_048_576;
    let system = System::of(&row);
    let owner = match row.text("Ownership") {
        "Corporate" => "company",
        other => &camel(other),
    };
    let agent = match row.text("Managed by") {
        "Intune" => "mdm",
        "Co-managed" => "configurationManagerClientMdm",
        "ConfigMgr" => "configurationManagerClient",
        "Jamf" => "jamf",
        "MDE" => "msSense",
        other => panic!("nobody translated the agent `{other}`"),
    };
    let join = match row.text("JoinType") {
        "Azure AD joined" => "azureADJoined",
        "Hybrid Azure AD joined" => "hybridAzureADJoined",
        "Azure AD registered" => "azureADRegistered",
        other => &camel(other),
    };
    let registered = row.text("Azure AD Device ID") != NO_GUID;
    let grace = row.time("Compliance grace period expiration");
    let mut members = json!({
        "id": row.text("Device ID"),
        "userId": row.text("UserId"),
        "deviceName": row.text("Device name"),
        "ownerType": owner,
        "managedDeviceOwnerType": owner,
        "managementState": camel(row.text("Device state")),
        "enrolledDateTime": date("Enrollment date"),
        "lastSyncDateTime": date("Last check-in"),
        "operatingSystem": system.name,
        "deviceType": system.device,
        "complianceState": camel(row.text("Compliance")),
        "jailBroken": row.text("Jailbroken"),
        "managementAgent": agent,
        "osVersion": row.text("OS version"),
        "easActivated": row.flag("EAS activated"),
        "easDeviceId": row.text("EAS activation ID"),
        "easActivationDateTime": NO_DATE,
        "aadRegistered": registered,
        "azureADRegistered": registered,
        "deviceEnrollmentType": system.enrollment,
        "activationLockBypassCode": null,
        "emailAddress": row.text("Primary user email address"),
        "azureActiveDirectoryDeviceId": row.text("Azure AD Device ID"),
        "azureADDeviceId": row.text("Azure AD Device ID"),
        "deviceRegistrationState": camel(row.text("Intune registered")),
        "deviceCategoryDisplayName": row.text("Category"),
        "isSupervised": row.flag("Supervised"),
        "exchangeLastSuccessfulSyncDateTime": date("Last EAS sync time"),
        "exchangeAccessState": "none",
        "exchangeAccessStateReason": "none",
        "isEncrypted": row.flag("Encrypted"),
        "userPrincipalName": row.text("Primary user UPN"),
        "model": row.text("Model"),
        "manufacturer": row.text("Manufacturer"),
        "imei": row.text("IMEI"),
        "complianceGracePeriodExpirationDateTime":
            grace.map_or_else(|| "9999-12-31T23:59:59.9999999Z".to_owned(), |at| at.iso()),
        "serialNumber": row.text("Serial number"),
    });
    let rest = json!({
        "phoneNumber": row.text("Phone number"),
        "androidSecurityPatchLevel": row.text("Security patch level"),
        "userDisplayName": row.text("Primary user display name"),
        "configurationManagerClientEnabledFeatures": null,
        "wiFiMacAddress": row.text("Wi-Fi MAC"),
        "subscriberCarrier": row.text("Subscriber carrier"),
        "meid": row.text("MEID"),
        "totalStorageSpaceInBytes": megabytes("Total storage"),
        "freeStorageSpaceInBytes": megabytes("Free storage"),
        "managedDeviceName": row.text("Management name"),
        "partnerReportedThreatState": "unknown",
        "requireUserEnrollmentApproval": null,
        "managementCertificateExpirationDate":
            maybe(row.time("Management certificate expiration date").map(|at| at.iso())),
        "iccid": "",
        "udid": "",
        "notes": null,
        "ethernetMacAddress": null,
        "physicalMemoryInBytes": 0,
        "skuFamily": row.text("SkuFamily"),
        "joinType": join,
        "processorArchitecture": row.text("ProcessorArchitecture").to_lowercase(),
        "usersLoggedOn": [],
        "deviceActionResults": [],
        "hardwareInformation": {"serialNumber": null, "totalStorageSpace": 0, "isSupervised": false, "imei": null},
    });
    members.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    members
}

/// What the portal's column `OS` becomes.
struct System {
    name: &'static str,
    device: &'static str,
    enrollment: &'static str,
}

impl System {
    /// How a device was enrolled is only said where the portal's row says it.
    fn of(row: &Row<'_>) -> Self {
        let system = |name, device, enrollment| Self { name, device, enrollment };
        let supervised = row.flag("Supervised") == Some(true);
        let apple = if supervised { "unknown" } else { "userEnrollment" };
        match row.text("OS") {
            "Windows" => {
                let enrollment = match (row.text("Managed by"), row.text("JoinType")) {
                    ("Co-managed", _) => "windowsCoManagement",
                    (_, "Azure AD joined") => "windowsAzureADJoin",
                    (_, "Hybrid Azure AD joined") => "windowsAutoEnrollment",
                    (_, "Azure AD registered") => "userEnrollment",
                    _ => "unknown",
                };
                system("Windows", "windowsRT", enrollment)
            }
            "iOS/iPadOS" if row.text("Model").starts_with("iPad") => system("iOS", "iPad", apple),
            "iOS/iPadOS" => system("iOS", "iPhone", apple),
            "macOS" => system("macOS", "macMDM", apple),
            "Android (Fully Managed)" => system("Android", "androidEnterprise", "androidEnterpriseFullyManaged"),
            "Android (Dedicated)" => system("Android", "androidEnterprise", "androidEnterpriseDedicatedDevice"),
            // The type of enrolment says nothing of the profile; the system does.
            "Android (Personally-Owned Work Profile)" => system("AndroidForWork", "androidForWork", "userEnrollment"),
            other => panic!("nobody translated the system `{other}`"),
        }
    }
}
