//! Google Admin: `chromeosdevice` of the Admin SDK.

use serde_json::{Value, json};

use super::super::original::{List, Row};
use super::{Object, maybe};

/// The ChromeOS devices of the portal's list, row for row.
pub(in super::super) fn chrome_devices(list: &List) -> Vec<Object> {
    Object::each(list, device)
}

fn device(row: Row<'_>) -> Value {
    let user = row.filled("annotatedUser");
    let recent: Vec<Value> =
        user.map(|email| json!({"type": "USER_TYPE_MANAGED", "email": email})).into_iter().collect();
    json!({
        "kind": "admin#directory#chromeosdevice",
        "etag": "\"JrFzXYr4/8d0\"",
        "deviceId": row.text("deviceId"),
        "serialNumber": row.text("serialNumber"),
        "status": row.text("status"),
        "lastSync": maybe(row.time("lastSync").map(|at| at.iso_millis())),
        "annotatedUser": user.unwrap_or_default(),
        "annotatedAssetId": row.text("annotatedAssetId"),
        "model": row.text("model"),
        "osVersion": row.text("osVersion"),
        "macAddress": row.text("macAddress"),
        "bootMode": "Verified",
        "orgUnitPath": row.text("orgUnitPath"),
        "recentUsers": recent,
        "activeTimeRanges": [],
        "autoUpdateExpiration": maybe(row.time("autoUpdateExpiration").map(|at| at.epoch_millis())),
    })
}
