//! Apple Business Manager: devices, management servers, and which devices are assigned to which server.
//!
//! The list of devices leaves released ones out; only the answer for one device still tells of its release. Servers are
//! named by id; the name stands in the list of servers, the assignment in a list of serial numbers for each server.

use std::collections::BTreeMap;

use lastseen::read::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::original::{Console, List, Row};
use super::super::written::Written;
use super::{Object, bytes, members, origins};

const HOST: &str = "https://api-business.apple.com/v1";

/// One device of Apple's, with all rows that the portal has of its serial number.
pub(in super::super) struct Owned<'a> {
    /// The row that is true today: the one that is not released, else the last.
    pub row: Row<'a>,
    pub origin: Vec<usize>,
    pub released: bool,
}

/// The portal's rows by serial number, in the order of the first row of each.
pub(in super::super) fn owned(list: &List) -> Vec<Owned<'_>> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut all: Vec<Owned<'_>> = Vec::new();
    for (number, row) in (1..).zip(list.rows()) {
        let released = row.filled("DATE_REMOVED_FROM_ORGANIZATION").is_some();
        let serial = row.text("SERIAL_NO").trim().to_uppercase();
        let at = *places.entry(serial).or_insert(all.len());
        match all.get_mut(at) {
            None => all.push(Owned { row, origin: vec![number], released }),
            Some(known) => {
                known.origin.push(number);
                if known.released {
                    known.row = row;
                    known.released = released;
                }
            }
        }
    }
    all
}

/// An id as Apple gives it: 32 hexadecimal digits.
pub(in super::super) fn server_id(name: &str) -> String {
    hex(&Sha256::digest(name)[..16]).to_uppercase()
}

/// The devices that the list holds, as it gives them.
pub(in super::super) fn org_devices(list: &List) -> Vec<Object> {
    let current = owned(list).into_iter().filter(|device| !device.released);
    current.map(|device| Object { members: org_device(&device), origin: device.origin }).collect()
}

/// Every device, released or not, as the answers for single devices give them.
pub(in super::super) fn all_devices(list: &List) -> Vec<Object> {
    owned(list).into_iter().map(|device| Object { members: org_device(&device), origin: device.origin }).collect()
}

fn org_device(device: &Owned<'_>) -> Value {
    let row = device.row;
    let serial = row.text("SERIAL_NO");
    let date = |column| row.time(column).map(|at| at.iso_millis());
    let numbers = |column| Value::Array(row.filled(column).map(|text| json!(text)).into_iter().collect());
    let added = date("DATE_ADDED_TO_ORGANIZATION");
    let (kind, id) = row.text("PURCHASE_SOURCE").split_once(" (").unwrap();
    let mut attributes = json!({
        "serialNumber": serial,
        "addedToOrgDateTime": added,
        "releasedFromOrgDateTime": date("DATE_REMOVED_FROM_ORGANIZATION"),
        "updatedDateTime": date("DATE_ASSIGNED_TO_MDM_SERVER").or(added),
        "deviceModel": row.text("MODEL_NAME"),
        "productFamily": row.text("PRODUCT_FAMILY"),
        "productType": "",
        "deviceCapacity": row.text("DEVICE_CAPACITY"),
        "partNumber": row.text("PART_NUMBER"),
        "orderNumber": row.text("ORDER_NUMBER"),
        "color": row.text("COLOR"),
        "status": if row.filled("MDM_SERVER").is_some() { "ASSIGNED" } else { "UNASSIGNED" },
        "orderDateTime": null,
        "imei": numbers("IMEI"),
        "meid": numbers("MEID"),
        "eid": "",
        "wifiMacAddress": numbers("WIFI_MAC_ADDRESS"),
        "purchaseSourceUid": id.trim_end_matches(')'),
        "purchaseSourceType": kind.to_uppercase(),
    });
    if device.released {
        attributes.as_object_mut().unwrap().shift_remove("serialNumber");
    }
    let links = format!("{HOST}/orgDevices/{serial}");
    json!({
        "type": "orgDevices",
        "id": serial,
        "attributes": attributes,
        "relationships": {"assignedServer": {"links": {
            "self": format!("{links}/relationships/assignedServer"),
            "related": format!("{links}/assignedServer"),
        }}},
        "links": {"self": links},
    })
}

/// The names of the servers, each with the serial numbers and rows of its devices.
pub(in super::super) fn servers(list: &List) -> BTreeMap<String, Vec<(String, Vec<usize>)>> {
    let mut servers: BTreeMap<String, Vec<(String, Vec<usize>)>> = BTreeMap::new();
    for device in owned(list).into_iter().filter(|device| !device.released) {
        if let Some(server) = device.row.filled("MDM_SERVER") {
            let serial = device.row.text("SERIAL_NO").to_owned();
            servers.entry(server.to_owned()).or_default().push((serial, device.origin));
        }
    }
    servers
}

/// The three lists that an administrator saves: devices, servers, the devices of each server.
pub(in super::super) fn listed(list: &List) -> Written {
    let mut written = Written::default();
    let objects = org_devices(list);
    let document = json!({
        "data": members(&objects),
        "links": {"self": format!("{HOST}/orgDevices?limit=1000")},
        "meta": {"paging": {"limit": 1000}},
    });
    written.add(Console::Abm, "orgDevices.json", bytes(&document), origins(&objects));
    let servers = servers(list);
    let described = servers.iter().map(|(name, devices)| {
        json!({
            "type": "mdmServers",
            "id": server_id(name),
            "attributes": {
                "serverName": name,
                "serverType": "MDM",
                "createdDateTime": "2021-03-04T10:00:00.000Z",
                "updatedDateTime": "2026-01-04T10:00:00.000Z",
                "deviceCount": devices.len(),
            },
            "relationships": {"devices": {"links": {"self": format!("{HOST}/mdmServers/{}/relationships/devices", server_id(name))}}},
        })
    });
    let described = Value::Array(described.collect());
    let document =
        json!({"data": described, "links": {"self": format!("{HOST}/mdmServers")}, "meta": {"paging": {"limit": 100}}});
    written.files.push(("mdmServers.json".into(), bytes(&document)));
    for (name, devices) in &servers {
        let id = server_id(name);
        let linked: Vec<Value> =
            devices.iter().map(|(serial, _)| json!({"type": "orgDevices", "id": serial})).collect();
        let document = json!({
            "data": linked,
            "links": {"self": format!("{HOST}/mdmServers/{id}/relationships/devices?limit=1000")},
            "meta": {"paging": {"limit": 1000}},
        });
        let rows = devices.iter().map(|(_, origin)| origin.clone()).collect();
        written.add(Console::Abm, &format!("mdmServers_{id}_devices.json"), bytes(&document), rows);
    }
    written
}

/// The answers for single devices that the list leaves out since they were released.
pub(in super::super) fn released(list: &List) -> Written {
    let mut written = Written::default();
    for device in owned(list).into_iter().filter(|device| device.released) {
        let members = org_device(&device);
        let serial = device.row.text("SERIAL_NO").trim();
        let document = json!({"data": members, "links": {"self": format!("{HOST}/orgDevices/{serial}")}});
        written.add(Console::Abm, &format!("orgDevices_{serial}.json"), bytes(&document), vec![device.origin]);
    }
    written
}
