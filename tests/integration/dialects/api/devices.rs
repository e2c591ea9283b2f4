//! Entra ID: `device` of Microsoft Graph, with its owners.

use serde_json::{Value, json};

use super::super::original::{List, Row};
use super::{Object, guid, maybe};

/// The application by which Entra ID knows Intune.
const INTUNE: &str = "0000000a-0000-0000-c000-000000000000";

/// The devices of the portal's list, row for row.
pub(in super::super) fn devices(list: &List) -> Vec<Object> {
    Object::each(list, device)
}

fn device(row: Row<'_>) -> Value {
    let trust = match row.text("joinType (trustType)") {
        "Azure AD joined" => "AzureAd",
        "Hybrid Azure AD joined" => "ServerAd",
        "Azure AD registered" => "Workplace",
        other => panic!("nobody translated the join type `{other}`"),
    };
    let intune = match row.text("mdmDisplayName") {
        "Microsoft Intune" => true,
        "" => false,
        other => panic!("nobody translated the MDM `{other}`"),
    };
    // The API has no word for `Pending`: such an object has no registration date.
    let registered = row.time("registrationTime").map(|at| at.iso());
    let owners: Vec<Value> = row
        .filled("userNames")
        .map(|name| {
            json!({
                "@odata.type": "#microsoft.graph.user",
                "id": guid(name),
                "displayName": row.text("registeredOwners"),
                "userPrincipalName": name,
            })
        })
        .into_iter()
        .collect();
    json!({
        "id": row.text("objectId"),
        "deletedDateTime": null,
        "accountEnabled": row.flag("accountEnabled"),
        "approximateLastSignInDateTime": maybe(row.time("approximateLastSignInDateTime").map(|at| at.iso())),
        "complianceExpirationDateTime": null,
        "createdDateTime": maybe(registered.clone()),
        "deviceCategory": null,
        "deviceId": row.text("deviceId"),
        "deviceMetadata": null,
        "deviceOwnership": null,
        "deviceVersion": 2,
        "displayName": row.text("displayName"),
        "domainName": null,
        "enrollmentProfileName": null,
        "enrollmentType": null,
        "externalSourceName": null,
        "isCompliant": row.flag("isCompliant"),
        "isManaged": row.flag("isManaged"),
        "isRooted": null,
        "managementType": maybe(intune.then_some("MDM")),
        "manufacturer": null,
        "mdmAppId": maybe(intune.then_some(INTUNE)),
        "model": maybe(row.filled("model")),
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": if trust == "ServerAd" { json!(true) } else { Value::Null },
        "operatingSystem": row.text("operatingSystem"),
        "operatingSystemVersion": row.text("operatingSystemVersion"),
        "physicalIds": [],
        "profileType": row.text("profileType"),
        "registrationDateTime": maybe(registered),
        "sourceType": null,
        "systemLabels": [],
        "trustType": trust,
        "extensionAttributes": {"extensionAttribute1": null, "extensionAttribute15": null},
        "alternativeSecurityIds": [{"type": 2, "identityProvider": null, "key": "WAA1ADAAOQA6ADwAUwBIAEEAMQA+AA=="}],
        "registeredOwners": owners,
    })
}
