//! A list is read as what it is: lists of other products, general inventories and lists whose cells contradict their
//! headers are none of the consoles', whatever their headers have in common with them.

use std::fmt::Write as _;

use lastseen::assets;
use lastseen::formats::{Formats, Unknown};
use lastseen::read::{self, Export};

use crate::common::Place;

fn formats() -> Formats {
    Formats::load(&assets::rules(None).unwrap()).unwrap()
}

fn tables(name: &str, text: &str) -> Vec<Export> {
    let place = Place::new();
    place.write(name, text);
    let opened = read::open(&read::discover(&[place.path(name)]).unwrap()[0]).unwrap();
    assert!(!opened.exports.is_empty(), "{text}: {:?}", opened.notices);
    opened.exports
}

/// The format that a text is read as.
fn format_of(formats: &Formats, text: &str) -> Option<String> {
    let name = if text.starts_with(['{', '[']) { "list.json" } else { "list.csv" };
    formats.recognise(&tables(name, text)[0]).map(|found| found.format.id.clone())
}

/// The product that a text is said to come from.
fn product_of(formats: &Formats, text: &str) -> String {
    let name = if text.starts_with(['{', '[']) { "list.json" } else { "list.csv" };
    match formats.examine(&tables(name, text)[0]) {
        Ok(found) => format!("read as {}", found.format.id),
        Err(Unknown { product, .. }) => product.map_or_else(String::new, |product| product.name.clone()),
    }
}

/// Lists of other products, with the product where its headers tell.
const PRODUCTS: &[(&str, &str)] = &[
    (
        "Jamf Pro's classic API",
        r#"{"mobile_devices":[{"id":1,"name":"iPad 1","device_name":"iPad 1","udid":"ab44","serial_number":"DMPZX0AAMF3M","wifi_mac_address":"10:65:BD:4E:50:5D","managed":true,"model_identifier":"iPad3,1"}]}"#,
    ),
    (
        "Workspace ONE",
        r#"{"Devices":[{"DeviceFriendlyName":"u1 Latitude","EnrollmentStatus":"Enrolled","EnrollmentUserUuid":"0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa","LastSeen":"2026-06-28T04:35:20.150","LocationGroupName":"Main","Ownership":"C","Platform":"WinRT","SerialNumber":"5CG0000ABC","Udid":"7D58","ComplianceStatus":"Compliant"}],"Page":0,"PageSize":500,"Total":1}"#,
    ),
    (
        "Mosyle",
        r#"{"status":"OK","response":[{"devices":[{"deviceudid":"0E1A","serial_number":"DMPZX0AAMF3M","device_name":"iPad 1","os":"ios","date_last_beat":"1767225600"}]}]}"#,
    ),
    (
        "SentinelOne",
        r#"{"data":[{"id":"1","uuid":"u","computerName":"PC-1","lastActiveDate":"2026-03-30T17:46:31Z","osName":"Windows 11","scanStatus":"finished","serialNumber":"5CG0000ABC","networkInterfaces":[{"inet":["10.0.0.2"]}]}]}"#,
    ),
    (
        "CrowdStrike",
        r#"{"resources":[{"device_id":"0f3c9d8e11114222","cid":"c","hostname":"pc-1","agent_version":"7.1","last_seen":"2026-03-30T17:46:31Z","serial_number":"5CG0000ABC","status":"normal","platform_name":"Windows"}]}"#,
    ),
    (
        "Lansweeper",
        "AssetID,AssetName,AssetTypename,Lastseen,Lasttried,Serialnumber\n7,PC-1,Windows,2026-03-30,2026-03-30,5CG0000ABC\n",
    ),
    (
        "osquery",
        r#"[{"hardware_serial":"C02ZK2ABMD6T","hardware_vendor":"Apple Inc.","cpu_brand":"Apple M2","computer_name":"mac-1"}]"#,
    ),
    ("Munki", "serial_number,machine_desc,console_user,timestamp\nC02ZK2ABMD6T,MacBook Air,ada,1767225600\n"),
    (
        "Configuration Manager",
        "Name,ResourceID,SMSID,SiteCode,LastActiveTime,DeviceOS\nPC-1,16777220,GUID:0F3C,P01,2026-03-30,Windows 11\n",
    ),
    (
        "Ivanti",
        r#"{"results":[{"common.uuid":"0f3c","common.last_connected_at":"2026-03-30T17:46:31Z","common.SerialNumber":"DMPZX0AAMF3M","common.platform":"iOS"}]}"#,
    ),
    (
        "Meraki Systems Manager",
        r#"[{"id":"1","name":"iPad 1","ssid":"x","wifiMac":"10:65:BD:4E:50:5D","osName":"iOS 17","systemModel":"iPad7,5","serialNumber":"DMPZX0AAMF3M"}]"#,
    ),
    (
        "Addigy",
        r#"[{"agentid":"0f3c","Serial Number":"C02ZK2ABMD6T","Device Name":"MAC-1","Last Online":"2026-03-30"}]"#,
    ),
    (
        "Hexnode",
        r#"{"count":1,"results":[{"id":3,"device_name":"iPad 1","enrolled_time":"2025-03-30T17:46:31Z","last_reported":"2026-03-30T17:46:31Z","serial_number":"DMPZX0AAMF3M","compliant":true,"os_name":"iOS"}]}"#,
    ),
    (
        "ManageEngine",
        "Computer Name,Domain Name,Operating System,Agent Last Contact Time,Remote Office,Serial Number\nPC-1,CONTOSO,Windows 11,2026-03-30,HQ,5CG0000ABC\n",
    ),
    (
        "NinjaOne",
        r#"[{"id":1,"systemName":"PC-1","nodeClass":"WINDOWS_WORKSTATION","lastContact":1767225600.1,"offline":false,"dnsName":"PC-1"}]"#,
    ),
    (
        "Datto RMM",
        r#"{"pageDetails":{"count":1},"devices":[{"id":1,"uid":"0f3c","siteId":7,"siteUid":"0f","hostname":"PC-1","intIpAddress":"10.0.0.2","operatingSystem":"Windows 11","lastSeen":1767225600000}]}"#,
    ),
    (
        "ServiceNow",
        r#"{"result":[{"sys_id":"0f3c","name":"PC-1","asset_tag":"P1001","serial_number":"5CG0000ABC","install_status":"In use","sys_updated_on":"2026-03-30 17:46:31"}]}"#,
    ),
    (
        "Chrome browser management",
        r#"{"kind":"admin#directory#browserdevices","browsers":[{"deviceId":"0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa","kind":"admin#directory#browserdevice","machineName":"PC-1","serialNumber":"5CG0000ABC","orgUnitPath":"/","status":"ACTIVE","lastSync":"2026-01-01T00:00:00Z","lastActivityTime":"2026-03-30T17:46:31Z","virtualDeviceId":"0089"}]}"#,
    ),
];

/// General tables, each with headers that some console has as well.
const GENERAL: &[&str] = &[
    // Autopilot.
    "Serial number,Model,Manufacturer,Profile status\n5CG0000ABC,EliteBook,HP,Deployed\n",
    "Serial number,Model,Manufacturer,Profile status,Purchase order\n5CG0000ABC,EliteBook,HP,Retired,PO-1\nDMPZX0AAMF3M,iPad,Apple,In use,PO-1\n",
    "Serial number,Model,Group tag,Profile status\nDMPZX0AAMF3M,iPad 9th gen,Pupils,Assigned\n",
    "Serial number,Platform,Group tag,Profile status\nDMPZX0AAMF3M,iPadOS,Pupils,Assigned\n",
    "Serial number,Model,Group tag,Profile status\n5CG0000ABC,EliteBook,Sales,Deployed\n5CG0000ABD,EliteBook,Sales,Disposed\n",
    // Chrome.
    "Serial Number,Status,Last Sync,Asset ID\n5CG0000ABC,Active,2026-03-30,P1001\n5CG0000ABD,In storage,2025-03-30,P1002\n",
    "Serial Number,Status,Last Sync,Asset ID,OU,Most Recent User\n5CG0000ABC,Active,2026-03-30,P1001,HQ,ada\n",
    "Device ID,Serial Number,Status,Last Sync,Asset ID\n1001,5CG0000ABC,Active,2026-03-30,P1001\n",
    "deviceId,serialNumber,status,lastSync\n1001,5CG0000ABC,online,2026-03-30T08:00:00Z\n",
    "deviceId,serialNumber,status,lastSync\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,5CG0000ABC,online,2026-03-30T08:00:00Z\n",
    "deviceId,serialNumber,status,lastSync,manufacturer\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,5CG0000ABC,ACTIVE,2026-03-30T08:00:00Z,HP\n",
    "Device ID,Serial number,Status,Last sync,Organizational unit,Platform\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,5CG0000ABC,Active,2026-03-30,HQ,Windows 11\n",
    "Serial,Status,Last synced,Organizational unit\n5CG0000ABC,Active,2026-03-30,HQ\n5CG0000ABD,Disabled,2026-03-30,HQ\n",
    "Serial,Status,Last synced,Organizational unit\n5CG0000ABC,In stock,2026-03-30,HQ\n5CG0000ABD,Lost,2026-03-30,HQ\n",
    // Google mobile and Cloud Identity.
    "Full Name,Email,Device Id,Model,Type,Status,Last Sync\nAda,ada@contoso.example,1001,EliteBook,Laptop,Active,2026-03-30\n",
    r#"[{"resourceId":"/subscriptions/1/machines/pc-1","status":"Connected","lastSync":"2026-03-30T08:00:00Z","serialNumber":"5CG0000ABC"}]"#,
    r#"[{"name":"PC-1","deviceType":"Laptop","createTime":"2026-03-30T08:00:00Z","serialNumber":"5CG0000ABC"}]"#,
    // Intune.
    "Device name,Last check-in,Ownership,Compliance,Serial number\nPC-1,2026-03-30,Corporate,Compliant,5CG0000ABC\n",
    "Device ID,Device name,Last check-in,Ownership,Compliance,Serial number\n1001,PC-1,2026-03-30,Corporate,Compliant,5CG0000ABC\n",
    "Device name,Last check-in,Managed by,OS,Serial number\nPC-1,2026-03-30,Ada Example,Windows,5CG0000ABC\n",
    "Device Name,Last Contact,OS Version,Serial Number\nPC-1,2026-03-30,10.0.22631,5CG0000ABC\n",
    "Device ID,Device Name,Last Contact,OS Version\n1001,PC-1,2026-03-30,10.0.22631\n",
    "Device Name,Last Contact,Owner Type,Serial Number,Model,MDM Status\nPC-1,2026-03-30,Company,5CG0000ABC,EliteBook,Enrolled\n",
    "Device name,Serial number,Last check-in,Management name,Platform\nPC-1,5CG0000ABC,2026-03-30,North,Windows\n",
    "Name,Serial number,Last sync date time,Compliance state,Owner type\nPC-1,5CG0000ABC,2026-03-30,In order,Branch\n",
    // Kandji, Entra ID, Defender.
    "Device ID,Display Name,Serial Number,Last Check-in,Owner,State\n1001,PC-1,5CG0000ABC,2026-03-30,ada,Active\n",
    "Device ID,Display Name,Serial Number,Last Check-in,Owner\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,PC-1,5CG0000ABC,2026-03-30,ada\n",
    "device_id,serial_number,last_check_in,platform\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,5CG0000ABC,2026-03-30,Windows\n",
    "ID,Device ID,Display Name,Trust Type,Last Seen\n7,1001,PC-1,High,2026-03-30\n",
    "Timestamp,Device ID,Device Name,Onboarding Status\n2026-03-30T08:00:00Z,1001,PC-1,Complete\n",
    // Apple, key lists, servers.
    "Serial Number,Product Family,Part Number,Status\nDMPZX0AAMF3M,iPad,MK2K3LL/A,In use\nDMPZX0AAMF3N,iPad,MK2K3LL/A,Stolen\n",
    "Serial Number,Product Family,Part Number,Status,Manufacturer\n5CG0000ABC,Notebook,X1,Assigned,HP\n",
    "Device ID,Device Name,lastBackupDateTime\n17,PC-1,2026-03-30T08:00:00Z\n",
    "Device ID,Volume Type,Created Date Time\n17,NTFS,2026-03-30T08:00:00Z\n",
    "id,serverName,type\n1,SRV-1,Windows\n",
    "DistinguishedName,OperatingSystem,Enabled\nRack 4,Windows,True\n",
];

#[test]
fn lists_of_other_products_are_called_by_their_name() {
    let formats = formats();
    let wrong: Vec<String> = PRODUCTS
        .iter()
        .map(|(product, text)| (product, product_of(&formats, text), text))
        .filter(|(product, found, _)| *product != found)
        .map(|(product, found, text)| format!("{product} -> {found:?}: {text}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn general_tables_are_no_lists_of_a_console() {
    let formats = formats();
    let read: Vec<String> =
        GENERAL.iter().filter_map(|text| Some(format!("{}: {text}", format_of(&formats, text)?))).collect();
    assert!(read.is_empty(), "{}", read.join("\n"));
}

/// The lists that look most like those above and are what they look like.
#[test]
fn lists_of_few_columns_are_read_where_only_their_console_writes_them() {
    let formats = formats();
    for (format, text) in [
        (
            "jamf/computers-api",
            r#"{"totalCount":1,"results":[{"id":"7","udid":"0E1A","general":{"name":"MAC-1","reportDate":"2026-04-16T16:00:00Z","lastContactTime":"2026-04-16T15:55:00Z"},"hardware":{"serialNumber":"C02ZK2ABMD6T","model":"MacBook Pro"}}]}"#,
        ),
        (
            "jamf-mobile/api",
            r#"{"results":[{"mobileDeviceId":"9","deviceType":"iPad","general":{"managed":true,"lastInventoryUpdateDate":"2026-04-16T15:20:00Z"},"hardware":{"serialNumber":"DMPZX0AAMF3M"}}]}"#,
        ),
        (
            "jamf/computers-csv",
            "Computer Name,Serial Number,Last Check-in,Last Inventory Update,Managed,Operating System,Jamf Pro Computer ID\nMAC-1,C02ZK2ABMD6T,2026-04-16,2026-04-16,Managed,macOS 14,12\n",
        ),
        (
            "workspace-one/csv",
            "Last Seen,Friendly Name,Organization Group,Enrollment Status,Compliance Status,Ownership,Serial Number\n2026-04-16,PC-1,Main,Enrolled,Compliant,Corporate,5CG0000ABC\n",
        ),
        (
            "kandji/api",
            r#"[{"device_id":"0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa","device_name":"MAC-1","last_check_in":"2026-03-30T17:46:31Z","model":"MacBook Air","os_version":"15.4","platform":"Mac","serial_number":"C02ZK2ABMD6T"}]"#,
        ),
        (
            "kandji/csv",
            "Device Name,Model,Serial Number,Platform,OS Version,Last Check-in,Blueprint,User\nMAC-1,MacBook Air,C02ZK2ABMD6T,Mac,15.4,2026-03-30,Standard,ada\n",
        ),
        (
            "fleet/hosts",
            r#"{"hosts":[{"id":1,"hostname":"mac-1","hardware_serial":"C02ZK2ABMD6T","osquery_version":"5.1","seen_time":"2026-03-30T17:46:31Z","platform":"darwin","status":"online"}]}"#,
        ),
        (
            "register/snipe-it",
            r#"{"total":1,"rows":[{"id":1,"name":"PC-1","asset_tag":"1001","serial":"5CG0000ABC","model":{"id":1,"name":"EliteBook"},"status_label":{"id":2,"name":"Ready to Deploy","status_meta":"deployed"},"manufacturer":{"name":"HP"}}]}"#,
        ),
        (
            "chrome/cros",
            "deviceId,serialNumber,status,lastSync\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,5CD0000ABC,ACTIVE,2026-03-30T08:00:00Z\n",
        ),
        ("chrome/cros", "deviceId,status,lastSync\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,DEPROVISIONED,Never\n"),
        (
            "chrome/cros",
            "deviceId,serialNumber,status,orgUnitPath\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,5CD0000ABC,ACTIVE,/Staff\n",
        ),
        (
            "chrome/cros",
            "Device ID,Serial number,Status,Last sync,Asset ID,Model\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,5CD0000ABC,ACTIVE,2026-03-30,CB-1,HP Chromebook 11 G8\n",
        ),
        (
            "chrome/community-sheet",
            "Serial Number,Status,Last Sync,Asset ID,Model\n5CD0000ABC,ACTIVE,2026-03-30,CB-1,Acer Chromebook C740\n",
        ),
        ("chrome/community-sheet", "Serial,Status,Last sync,AUE\n5CD0000ABC,Provisioned,2026-03-30,2029-06-01\n"),
        (
            "chrome/community-sheet",
            "Serial number,Status,Last sync,Organizational unit\n5CD0000ABC,Provisioned,2026-03-30,Staff\n",
        ),
        (
            "chrome/api",
            r#"{"kind":"admin#directory#chromeosdevice","deviceId":"d1","serialNumber":"5CD0000ABC","status":"ACTIVE"}"#,
        ),
        ("chrome/api", r#"{"chromeosdevices":[{"deviceId":"d1","serialNumber":"5CD0000ABC"}]}"#),
        (
            "google-mobile/api",
            r#"{"mobiledevices":[{"resourceId":"r1","serialNumber":"R58M00ABCDE","status":"APPROVED"}]}"#,
        ),
        ("autopilot/portal", "Serial number,Model,Group tag,Profile status\n5CG0000ABC,EliteBook,,Not assigned\n"),
        (
            "intune/devices-with-inventory",
            "Device name,Last check-in,Managed by,OS,Serial number\nPC-1,2026-03-30,Intune,Windows,5CG0000ABC\n",
        ),
        (
            "intune/devices-with-inventory",
            "Device ID,Device name,Last check-in,Ownership,Compliance\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,PC-1,2026-03-30,Corporate,Compliant\n",
        ),
        (
            "intune/devices-report",
            "DeviceId,DeviceName,LastContact,OSVersion\n0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa,PC-1,2026-03-30,10.0.22631\n",
        ),
        (
            "abm/dep",
            r#"{"devices":[{"serial_number":"DMPZX0AAMF3M","device_family":"iPad","profile_status":"empty","device_assigned_by":"a@contoso.example"}],"more_to_follow":false}"#,
        ),
        (
            "google-mobile/device-users",
            r#"{"deviceUsers":[{"name":"devices/x/deviceUsers/y","userEmail":"a@contoso.example","lastSyncTime":"2026-03-30T08:00:00Z"}]}"#,
        ),
    ] {
        assert_eq!(format_of(&formats, text).as_deref(), Some(format), "{text}");
    }
}

fn inspect(files: &[(&str, &str)], more: &[&str]) -> serde_json::Value {
    let place = Place::new();
    for (name, text) in files {
        place.write(&format!("in/{name}"), *text);
    }
    let run = place.run(&[&["inspect", "in", "--json"][..], more].concat());
    assert!(run.code == 0 || run.code == 3, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// Export, format and records of each table.
fn read_as(found: &serde_json::Value) -> Vec<(String, String, u64)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_string();
    let exports = found["exports"].as_array().unwrap().iter();
    exports.map(|e| (text(&e["export"]), text(&e["format"]), e["records"].as_u64().unwrap_or_default())).collect()
}

fn remarks(found: &serde_json::Value, code: &str) -> Vec<String> {
    let notices = found["notices"].as_array().unwrap().iter().filter(|n| n["code"] == code);
    notices.map(|n| n["message"].as_str().unwrap().to_string()).collect()
}

#[test]
fn the_help_names_the_product_and_proposes_no_alias() {
    let place = Place::new();
    let (_, jamf) = PRODUCTS[0];
    place.write("in/macs.json", jamf);
    place.write("in/stock.csv", GENERAL[4]);
    let run = place.run(&["inspect", "in"]);
    assert_eq!(run.code, 3);
    insta::assert_snapshot!(run.stdout);
}

/// What a list of a product that is read lacks says more than that it was not read.
#[test]
fn a_list_of_a_product_that_is_read_is_told_what_it_lacks() {
    let found = inspect(
        &[("hosts.csv", "hostname,hardware_serial,seen_time,osquery_version\nmac-1,C02X000001,2026-11-19,5.1\n")],
        &[],
    );
    let said = remarks(&found, "unknown-format");
    let wanted = "this looks like a Fleet host list without `id`, which such a list needs to be read (`fleet/hosts`); the file was not used";
    assert!(said.iter().any(|message| message.contains(wanted)), "{said:?}");
}

#[test]
fn a_batch_gives_its_lists_and_counts_what_failed() {
    let context = "https://graph.microsoft.com/v1.0/$metadata#";
    let entra = format!(
        r#"{{"@odata.context":"{context}devices","value":[{{"id":"aa0c2f1e-5a0b-4c57-9f51-2f0a7c3b9a10","deviceId":"8d0c2f1e-5a0b-4c57-9f51-2f0a7c3b9a10","displayName":"LT-1","trustType":"AzureAd","accountEnabled":true,"approximateLastSignInDateTime":"2026-03-01T08:00:00Z"}}]}}"#
    );
    let intune = format!(
        r#"{{"@odata.context":"{context}deviceManagement/managedDevices","value":[{{"id":"3b0e1c52-6f2f-4a0e-9d55-1f2f0c9b7a01","deviceName":"LT-1","serialNumber":"5CG0000ABC","managementState":"managed","lastSyncDateTime":"2026-03-01T08:00:00Z"}}]}}"#
    );
    let batch = format!(
        r#"{{"responses":[{{"id":"1","status":200,"body":{entra}}},{{"id":"2","status":200,"body":{intune}}},{{"id":"3","status":503,"body":{{"error":{{"code":"x"}}}}}}]}}"#
    );
    let found = inspect(&[("batch.json", &batch)], &[]);
    let expected = [
        ("batch.json!devices".to_string(), "entra/graph".to_string(), 1),
        ("batch.json!managedDevices".to_string(), "intune/graph".to_string(), 1),
    ];
    assert_eq!(read_as(&found), expected);
    let told = remarks(&found, "incomplete-export");
    assert!(told.iter().all(|message| message.contains("1 of 3 answers of the batch failed (503)")), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn envelopes_around_devices_are_taken_off() {
    let device = r#"{"serial_number":"DMPZX0AAMF3M","device_family":"iPad","profile_status":"assigned","device_assigned_by":"a@contoso.example"}"#;
    let other = device.replace("DMPZX0AAMF3M", "DMPZX0AAMF3N");
    for (text, records) in [
        (format!(r#"{{"DMPZX0AAMF3M":{device},"DMPZX0AAMF3N":{other}}}"#), 2),
        (format!(r#"{{"devices":{{"DMPZX0AAMF3M":{device}}}}}"#), 1),
        (format!(r#"{{"event":"assigned","timestamp":"2026-03-01T08:00:00Z","device":{device}}}"#), 1),
        (format!(r#"[{{"event":"a","device":{device}}},{{"event":"b","device":{other}}}]"#), 2),
        (format!(r#"{{"event":{{"device":{device}}}}}"#), 1),
        (format!(r#"{{"type":"device.assigned","data":{{"object":{device}}}}}"#), 1),
        (format!(r#"{{"records":[{device},{other}]}}"#), 2),
        (format!(r#"[{{"records":[{device}]}},{{"records":[{other}]}}]"#), 2),
    ] {
        let found = inspect(&[("list.json", &text)], &[]);
        assert_eq!(read_as(&found), [("list.json".to_string(), "abm/dep".to_string(), records)], "{text}");
    }
}

#[test]
fn what_is_included_is_told_or_read() {
    let server = r#"{"type":"mdmServers","id":"1F97349736CF4614A94F624E705841AD","attributes":{"serverName":"Intune","serverType":"MDM"}}"#;
    let device = r#"{"type":"orgDevices","id":"DMPZX0AAMF3M","attributes":{"serialNumber":"DMPZX0AAMF3M","productFamily":"iPad","status":"ASSIGNED","addedToOrgDateTime":"2024-01-01T00:00:00Z"}}"#;
    let found = inspect(&[("a.json", &format!(r#"{{"data":[{device}],"included":[{server}]}}"#))], &[]);
    assert_eq!(read_as(&found).iter().map(|e| e.1.as_str()).collect::<Vec<_>>(), ["abm/api", "abm/servers"]);
    let user = r#"{"type":"users","id":"1","attributes":{"name":"Ada"}}"#;
    let found = inspect(&[("a.json", &format!(r#"{{"data":[{device}],"included":[{user}]}}"#))], &[]);
    assert_eq!(read_as(&found).len(), 1);
    assert_eq!(remarks(&found, "unknown-column").len(), 1);
    assert!(remarks(&found, "unknown-format").is_empty());
}

#[test]
fn declared_totals_are_read_under_any_name() {
    let device = r#"{"serial_number":"DMPZX0AAMF3M","device_family":"iPad","profile_status":"assigned","device_assigned_by":"a@contoso.example"}"#;
    for total in [
        r#""total_count":5"#,
        r#""meta":{"pagination":{"total":5}}"#,
        r#""@odata.count":5"#,
        r#""more_to_follow":true"#,
    ] {
        let found = inspect(&[("list.json", &format!(r#"{{"devices":[{device}],{total}}}"#))], &[]);
        assert_eq!(remarks(&found, "incomplete-export").len(), 1, "{total}");
    }
}

const GENERIC: &str = "Serial,Condition,Seen\n5CD0000ABC,ok,2026-03-30T08:00:00Z\n";

#[test]
fn the_user_says_what_a_file_is() {
    let list = "Serial Number,Status,Last Sync,Asset ID\n5CD0000ABC,ACTIVE,2026-03-30T08:00:00Z,CB-1\n";
    for name in ["stock.csv", "in/stock.csv", "./in/stock.csv"] {
        let found = inspect(&[("stock.csv", list)], &["--treat", &format!("{name}=chrome/community-sheet")]);
        assert_eq!(read_as(&found), [("stock.csv".to_string(), "chrome/community-sheet".to_string(), 1)], "{name}");
        assert_eq!(found["exports"][0]["treated"], true);
        let told = remarks(&found, "treated");
        assert_eq!(told.len(), 1, "{found}");
        assert!(told[0].contains("`--treat` says"), "{told:?}");
    }
    let place = Place::new();
    place.write("in/stock.csv", list);
    let run = place.run(&["analyze", "in", "--out", "out", "--treat", "stock.csv=chrome/community-sheet"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let read = |name: &str| std::fs::read_to_string(place.path("out").join(name)).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&read("evidence/manifest.json")).unwrap();
    assert_eq!(manifest["settings"]["treat"], "stock.csv=chrome/community-sheet");
    assert_eq!(manifest["inputs"][0]["exports"][0]["treated"], true);
    assert!(read("report.html").contains("as the user says"));
}

#[test]
fn what_cannot_be_treated_so_is_an_error() {
    let place = Place::new();
    place.write("in/a/stock.csv", GENERIC);
    place.write("in/b/stock.csv", GENERIC);
    place
        .write("in/two.json", r#"{"macs":[{"serialNumber":"C02ZK2ABMD6T"}],"pads":[{"serialNumber":"DMPZX0AAMF3M"}]}"#);
    let mut said = String::new();
    for treat in [
        "a/stock.csv=chrome/cross",
        "a/stock.csv=nonsense",
        "stock.csv=chrome/cros",
        "stick.csv=chrome/cros",
        "two.json=chrome/cros",
        "two.json!tablets=chrome/cros",
        "a/stock.csv=intune/graph",
        "a/stock.csv",
    ] {
        let run = place.run(&["inspect", "in", "--treat", treat]);
        assert_eq!(run.code, 2, "{treat}: {}", run.stdout);
        writeln!(said, "--treat {treat}\n{}", run.stderr).unwrap();
    }
    insta::assert_snapshot!(said);
}

#[test]
fn a_member_and_a_sheet_can_be_meant() {
    let two = r#"{"macs":[{"serialNumber":"C02ZK2ABMD6T"}],"pads":[{"serialNumber":"DMPZX0AAMF3M"}]}"#;
    let found = inspect(&[("two.json", two)], &["--treat", "two.json!pads=abm/asbmutil"]);
    let formats: Vec<_> = read_as(&found).into_iter().map(|(export, format, _)| (export, format)).collect();
    let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
    assert_eq!(formats, [pair("two.json!pads", "abm/asbmutil"), pair("two.json!macs", "-")]);
}
