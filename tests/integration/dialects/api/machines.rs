//! Defender: `machine` of its API. Windows Autopilot: identities of Microsoft Graph.

use serde_json::{Value, json};

use super::super::original::{List, Row};
use super::{NO_DATE, NO_GUID, Object, guid, maybe};

/// The machines of the portal's list, row for row.
pub(in super::super) fn machines(list: &List) -> Vec<Object> {
    Object::each(list, machine)
}

fn machine(row: Row<'_>) -> Value {
    let squeezed = |column| row.text(column).split(' ').map(capital).collect::<String>();
    let exposure = match row.text("Exposure Level") {
        "No data available" => "None",
        other => other,
    };
    let date = |column| maybe(row.time(column).map(|at| at.iso()));
    json!({
        "id": row.text("Device ID"),
        "mergedIntoMachineId": null,
        "isPotentialDuplication": false,
        "isExcluded": false,
        "exclusionReason": null,
        "computerDnsName": row.text("Device Name"),
        "firstSeen": date("First Seen"),
        "lastSeen": date("Last device update"),
        "osPlatform": row.text("OS Platform"),
        "osVersion": null,
        "osProcessor": "x64",
        "version": row.text("OS Version"),
        "lastIpAddress": row.text("Device IPs"),
        "lastExternalIpAddress": "203.0.113.7",
        "agentVersion": "10.8790.26100.4202",
        "osBuild": row.text("OS Build").parse::<u32>().ok(),
        // Machines that were merely discovered have no sensor.
        "healthStatus": if row.text("Health Status").is_empty() { "Unknown".into() } else { squeezed("Health Status") },
        "deviceValue": "Normal",
        "rbacGroupId": 0,
        "rbacGroupName": null,
        "riskScore": if row.text("Risk Level") == "No known risks" { "None" } else { row.text("Risk Level") },
        "exposureLevel": exposure,
        "isAadJoined": row.flag("Is AAD Joined"),
        "aadDeviceId": maybe(row.filled("AAD Device Id")),
        "machineTags": [],
        "onboardingStatus": squeezed("Onboarding Status"),
        "osArchitecture": "64-bit",
        "managedBy": row.text("Managed By"),
        "managedByStatus": "Unknown",
        "ipAddresses": [{
            "ipAddress": row.text("Device IPs"),
            "macAddress": row.text("Device MACs"),
            "type": "Ethernet",
            "operationalStatus": "Up",
        }],
        "vmMetadata": null,
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The Autopilot identities of the portal's list, row for row. The portal's row has no id, no state, no dates and no links,
/// so the id is invented and the rest is what the API gives where there is nothing.
pub(in super::super) fn autopilot_identities(list: &List) -> Vec<Object> {
    let mut objects = Object::each(list, identity);
    for object in &mut objects {
        let number = object.origin[0];
        object.members["id"] = json!(guid(&format!("autopilot {number} {}", object.members["serialNumber"])));
    }
    objects
}

fn identity(row: Row<'_>) -> Value {
    let assignment = match row.text("Profile status") {
        "Assigned" => "assignedUnkownSyncState",
        "Not assigned" => "notAssigned",
        other => panic!("nobody translated the profile status `{other}`"),
    };
    json!({
        "id": null,
        "deploymentProfileAssignmentStatus": assignment,
        "deploymentProfileAssignmentDetailedStatus": "none",
        "deploymentProfileAssignedDateTime": NO_DATE,
        "groupTag": row.text("Group tag"),
        "purchaseOrderIdentifier": row.text("Purchase order"),
        "serialNumber": row.text("Serial number"),
        "productKey": "",
        "manufacturer": row.text("Manufacturer"),
        "model": row.text("Model"),
        "enrollmentState": "unknown",
        "lastContactedDateTime": NO_DATE,
        "addressableUserName": "",
        "userPrincipalName": "",
        "resourceName": "",
        "skuNumber": "",
        "systemFamily": "",
        "azureActiveDirectoryDeviceId": NO_GUID,
        "azureAdDeviceId": NO_GUID,
        "managedDeviceId": NO_GUID,
        "displayName": "",
        "deviceAccountUpn": "",
        "deviceAccountPassword": null,
        "deviceFriendlyName": null,
        "remediationState": "unknown",
        "remediationStateLastModifiedDateTime": NO_DATE,
        "userlessEnrollmentStatus": "blocked",
    })
}
