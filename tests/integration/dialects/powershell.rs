//! CSV as `… | Export-Csv` writes what a module or an API gave: every cell quoted, dates of an American computer.

use serde_json::Value;

use super::api::{self, Object, apple, google};
use super::moment::Moment;
use super::original::{Console, List, Original};
use super::written::Written;

/// How a file begins and how its letters are written.
#[derive(Clone, Copy)]
enum Coat {
    Plain,
    /// UTF-8 with a mark in front.
    Marked,
    /// UTF-16, low byte first, with a mark in front.
    Wide,
}

/// A table of quoted cells.
struct Quoted {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The name of the .NET type on the first line, as Windows `PowerShell` puts it there.
    kind: Option<&'static str>,
}

impl Quoted {
    fn bytes(&self, coat: Coat) -> Vec<u8> {
        let line = |cells: &Vec<String>| {
            let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            quoted.join(",") + "\r\n"
        };
        let kind = self.kind.map(|kind| format!("#TYPE {kind}\r\n"));
        let text: String = kind.into_iter().chain(std::iter::once(&self.header).chain(&self.rows).map(line)).collect();
        match coat {
            Coat::Plain => text.into_bytes(),
            Coat::Marked => [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat(),
            Coat::Wide => [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        }
    }
}

/// Every console's list.
pub(super) fn write(original: &Original) -> Written {
    let mut written = Written::default();
    for console in Console::ALL {
        written.merge(write_one(original.list(console)));
    }
    written
}

/// The list of one console.
pub(super) fn write_one(list: &List) -> Written {
    let mut written = Written::default();
    let mut one = |file: &str, objects: &[Object], table: Quoted, coat: Coat| {
        written.add(list.console, file, table.bytes(coat), api::origins(objects));
    };
    match list.console {
        Console::Intune => {
            let objects = api::managed_devices(list);
            let kind = "Microsoft.Graph.PowerShell.Models.MicrosoftGraphManagedDevice";
            one("MgManagedDevices.csv", &objects, sdk(&objects, Some(kind)), Coat::Wide);
        }
        Console::Entra => {
            let objects = api::devices(list);
            one("MgDevices.csv", &objects, sdk(&objects, None), Coat::Marked);
        }
        Console::Autopilot => {
            let objects = api::autopilot_identities(list);
            let kind = "Microsoft.Graph.PowerShell.Models.MicrosoftGraphWindowsAutopilotDeviceIdentity";
            one("MgAutopilot.csv", &objects, sdk(&objects, Some(kind)), Coat::Plain);
        }
        // What `Invoke-RestMethod` gives keeps the names of the API, and its dates stay text.
        Console::Defender => {
            let objects = api::machines(list);
            one("Machines.csv", &objects, plain(&objects), Coat::Plain);
        }
        Console::Abm => return apple_lists(list),
        Console::Chrome => return print_cros(list),
    }
    written
}

/// Objects of the Graph module: names with a capital, dates of the computer, lists as the name of their type.
fn sdk(objects: &[Object], kind: Option<&'static str>) -> Quoted {
    table(objects, kind, capital, |value| match value {
        Value::String(text) if is_date(text) => Moment::parse(text).map_or_else(|| text.clone(), |at| at.american()),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            "Microsoft.Graph.PowerShell.Models.IMicrosoftGraphDirectoryObject[]".to_owned()
        }
        Value::Array(_) => "System.String[]".to_owned(),
        Value::Object(_) => "Microsoft.Graph.PowerShell.Models.MicrosoftGraphHardwareInformation".to_owned(),
        other => scalar(other),
    })
}

/// Objects of an API as they are.
fn plain(objects: &[Object]) -> Quoted {
    table(objects, Some("System.Management.Automation.PSCustomObject"), str::to_owned, |value| match value {
        Value::Array(_) => "System.Object[]".to_owned(),
        Value::Object(_) => "@{vmId=; cloudProvider=}".to_owned(),
        other => scalar(other),
    })
}

fn table(
    objects: &[Object],
    kind: Option<&'static str>,
    name: impl Fn(&str) -> String,
    cell: impl Fn(&Value) -> String,
) -> Quoted {
    let first = objects[0].members.as_object().unwrap();
    let mut names: Vec<(String, &String)> = first.keys().map(|key| (name(key), key)).collect();
    names.sort();
    let row = |object: &Object| names.iter().map(|(_, key)| cell(&object.members[key.as_str()])).collect();
    Quoted {
        rows: objects.iter().map(row).collect(),
        header: names.iter().map(|(name, _)| name.clone()).collect(),
        kind,
    }
}

/// How .NET writes a single value.
fn scalar(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_date(text: &str) -> bool {
    text.len() >= 20 && text.as_bytes()[10] == b'T' && text.ends_with('Z')
}

/// `azureADDeviceId` becomes `AzureAdDeviceId`, `osVersion` becomes `OSVersion`.
fn capital(name: &str) -> String {
    let name = name.replace("azureAD", "azureAd");
    if let Some(rest) = name.strip_prefix("os") {
        return format!("OS{rest}");
    }
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// CSV of a script over Apple's API: devices with their attributes by the alphabet, and the server of each device.
/// The script asks for every device by its serial number, so released ones are there too.
fn apple_lists(list: &List) -> Written {
    let mut written = Written::default();
    let objects = apple::all_devices(list);
    let mut names: Vec<&String> =
        objects.iter().flat_map(|object| object.members["attributes"].as_object().unwrap().keys()).collect();
    names.sort();
    names.dedup();
    let row = |object: &Object| {
        let cells = names.iter().map(|name| match &object.members["attributes"][name.as_str()] {
            Value::Array(items) => items.iter().map(scalar).collect::<Vec<_>>().join(","),
            other => scalar(other),
        });
        [scalar(&object.members["id"]), "orgDevices".to_owned()].into_iter().chain(cells).collect()
    };
    let header =
        ["id", "type"].into_iter().map(str::to_owned).chain(names.iter().map(|name| (*name).clone())).collect();
    let devices = Quoted { header, rows: objects.iter().map(row).collect(), kind: None };
    written.add(list.console, "OrgDevices.csv", devices.bytes(Coat::Marked), api::origins(&objects));

    let mut rows = Vec::new();
    let mut origins = Vec::new();
    for (name, devices) in apple::servers(list) {
        for (serial, origin) in devices {
            rows.push(vec![serial, apple::server_id(&name), "mdmServers".to_owned(), name.clone(), "MDM".to_owned()]);
            origins.push(origin);
        }
    }
    let header = ["inputSerial", "mdmServerId", "type", "serverName", "serverType"].map(str::to_owned).to_vec();
    let servers = Quoted { header, rows, kind: None };
    written.add(list.console, "DeviceServers.csv", servers.bytes(Coat::Marked), origins);
    written
}

/// `gam print cros` with a list of users: one row a user, so that some devices stand on several rows.
fn print_cros(list: &List) -> Written {
    let objects = google::chrome_devices(list);
    let names = [
        "deviceId",
        "serialNumber",
        "status",
        "lastSync",
        "orgUnitPath",
        "annotatedAssetId",
        "annotatedUser",
        "model",
        "osVersion",
    ];
    let header =
        names.into_iter().chain(["autoUpdateExpiration", "macAddress", "recentUsers.email", "recentUsers.type"]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).unwrap();
    let mut origins = Vec::new();
    for (object, row) in objects.iter().zip(list.rows()) {
        let mut emails: Vec<String> = row.filled("annotatedUser").map(str::to_owned).into_iter().collect();
        if object.origin[0].is_multiple_of(3) && !emails.is_empty() {
            emails.push("somebody.else@contoso.example".to_owned());
        }
        if emails.is_empty() {
            emails.push(String::new());
        }
        for email in emails {
            let mut cells: Vec<String> = names.iter().map(|name| scalar(&object.members[*name])).collect();
            // The tool writes times to the second, and the end of updates as a day.
            cells[3] =
                row.time("lastSync").map(|at| at.at.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default();
            let kind = if email.is_empty() { "" } else { "USER_TYPE_MANAGED" };
            cells.extend([
                row.text("autoUpdateExpiration").to_owned(),
                row.text("macAddress").to_owned(),
                email,
                kind.to_owned(),
            ]);
            writer.write_record(&cells).unwrap();
            origins.push(object.origin.clone());
        }
    }
    let mut written = Written::default();
    written.add(list.console, "cros.csv", writer.into_inner().unwrap(), origins);
    written
}

#[test]
fn cells_are_as_powershell_writes_them() {
    let original = Original::new(1);
    let written = write(&original);
    let file = |name: &str| &written.files.iter().find(|(file, _)| file == name).unwrap().1;
    let intune: Vec<u16> =
        file("MgManagedDevices.csv").chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let intune = String::from_utf16(&intune).unwrap();
    let mut lines = intune.trim_start_matches('\u{feff}').lines();
    assert_eq!(lines.next(), Some("#TYPE Microsoft.Graph.PowerShell.Models.MicrosoftGraphManagedDevice"));
    let header = lines.next().unwrap();
    for name in ["\"AzureAdDeviceId\"", "\"OSVersion\"", "\"LastSyncDateTime\"", "\"ManagedDeviceOwnerType\""] {
        assert!(header.contains(name), "{name} in {header}");
    }
    assert!(intune.contains("\"1/1/0001 12:00:00 AM\"") && intune.contains("\"12/31/9999 11:59:59 PM\""));
    assert!(intune.contains("\"11/20/2026 8:00:00 AM\""), "the newest check-in");
    let entra = file("MgDevices.csv");
    assert!(entra.starts_with(b"\xef\xbb\xbf\"AccountEnabled\","));
    let cros = &written.parts.iter().find(|part| part.console == Console::Chrome).unwrap().origins;
    assert!(cros.len() > original.list(Console::Chrome).sheet.rows.len(), "some devices stand on several rows");
}
