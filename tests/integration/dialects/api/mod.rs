//! JSON as the consoles' APIs give it.

pub(super) mod apple;
mod devices;
pub(super) mod google;
mod machines;
mod managed_devices;

use lastseen::formats::values::format_guid;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::original::{Console, List, Original};
use super::written::Written;

pub(super) use devices::devices;
pub(super) use machines::{autopilot_identities, machines};
pub(super) use managed_devices::managed_devices;

/// The id that APIs give where there is none.
const NO_GUID: &str = "00000000-0000-0000-0000-000000000000";
/// The date that APIs give where there is none.
const NO_DATE: &str = "0001-01-01T00:00:00Z";
/// So many devices has a page of Intune here; the last page has fewer.
const PAGE: usize = 110;

/// One object of an API, and the portal's rows, from 1, that it stands for.
pub(super) struct Object {
    pub members: Value,
    pub origin: Vec<usize>,
}

impl Object {
    /// One object a row.
    fn each<'a>(list: &'a List, members: impl Fn(super::original::Row<'a>) -> Value) -> Vec<Self> {
        (1..).zip(list.rows()).map(|(row, cells)| Self { members: members(cells), origin: vec![row] }).collect()
    }
}

pub(super) fn origins(objects: &[Object]) -> Vec<Vec<usize>> {
    objects.iter().map(|object| object.origin.clone()).collect()
}

pub(super) fn members(objects: &[Object]) -> Vec<Value> {
    objects.iter().map(|object| object.members.clone()).collect()
}

pub(super) fn bytes(document: &Value) -> Vec<u8> {
    serde_json::to_vec(document).unwrap()
}

/// An id as Intune would invent it, which depends on nothing but the text.
pub(super) fn guid(text: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text)[..16]);
    format_guid(u128::from_be_bytes(bytes))
}

/// A word whose first letter is small: `WipePending` as the APIs spell it.
fn camel(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The text, or null.
fn maybe(text: Option<impl Into<String>>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.into()))
}

/// Every console's list.
pub(super) fn write(original: &Original) -> Written {
    let mut written = Written::default();
    for console in Console::ALL {
        written.merge(write_one(original.list(console)));
    }
    written
}

/// Every console's list, and nothing that a list leaves out.
pub(super) fn write_lists(original: &Original) -> Written {
    let mut written = Written::default();
    for console in Console::ALL.into_iter().filter(|console| *console != Console::Abm) {
        written.merge(write_one(original.list(console)));
    }
    written.merge(apple::listed(original.list(Console::Abm)));
    written
}

/// The list of one console. Intune's comes in several pages, each in a file of its own.
pub(super) fn write_one(list: &List) -> Written {
    let graph = "https://graph.microsoft.com/beta/$metadata#";
    let one = |file: &str, objects: &[Object], document: &Value| {
        let mut written = Written::default();
        written.add(list.console, file, bytes(document), origins(objects));
        written
    };
    match list.console {
        Console::Intune => pages(list, &managed_devices(list)),
        Console::Entra => {
            let objects = devices(list);
            let context = format!("{graph}devices(registeredOwners())");
            one("devices.json", &objects, &json!({"@odata.context": context, "value": members(&objects)}))
        }
        Console::Autopilot => {
            let objects = autopilot_identities(list);
            let context = format!("{graph}deviceManagement/windowsAutopilotDeviceIdentities");
            let document =
                json!({"@odata.context": context, "@odata.count": objects.len(), "value": members(&objects)});
            one("windowsAutopilotDeviceIdentities.json", &objects, &document)
        }
        Console::Defender => {
            let objects = machines(list);
            let context = "https://api.security.microsoft.com/api/$metadata#Machines";
            one("machines.json", &objects, &json!({"@odata.context": context, "value": members(&objects)}))
        }
        Console::Abm => {
            let mut written = apple::listed(list);
            written.merge(apple::released(list));
            written
        }
        Console::Chrome => {
            let objects = google::chrome_devices(list);
            let document = json!({
                "kind": "admin#directory#chromeosdevices",
                "etag": "\"JrFzXYr4\"",
                "chromeosdevices": members(&objects),
            });
            one("chromeosdevices.json", &objects, &document)
        }
    }
}

/// Intune's list in as many files as it takes; each but the last names the next page.
fn pages(list: &List, objects: &[Object]) -> Written {
    let address = "https://graph.microsoft.com/beta/deviceManagement/managedDevices";
    let mut written = Written::default();
    let chunks: Vec<&[Object]> = objects.chunks(PAGE).collect();
    for (at, page) in chunks.iter().enumerate() {
        let mut document = json!({
            "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/managedDevices",
            "@odata.count": page.len(),
        });
        if at + 1 < chunks.len() {
            document["@odata.nextLink"] = json!(format!("{address}?$skiptoken=page-{}", at + 2));
        }
        document["value"] = Value::Array(members(page));
        written.add(list.console, &format!("managedDevices_{}.json", at + 1), bytes(&document), origins(page));
    }
    written
}

#[test]
fn every_object_is_there_and_knows_its_row() {
    let original = Original::new(1);
    let written = write(&original);
    for list in original.lists() {
        let parts = written.parts.iter().filter(|part| part.console == list.console);
        let mut rows: Vec<usize> = parts.flat_map(|part| part.origins.concat()).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows, (1..=list.sheet.rows.len()).collect::<Vec<_>>(), "{:?}", list.console);
    }
    let intune: Vec<Value> = written
        .files
        .iter()
        .filter(|(name, _)| name.starts_with("managedDevices"))
        .map(|(_, bytes)| serde_json::from_slice(bytes).unwrap())
        .collect();
    assert!(intune.len() > 1, "several pages");
    let next = intune.iter().filter(|page| page.get("@odata.nextLink").is_some()).count();
    assert_eq!(next, intune.len() - 1, "each page but the last names the next");
    let row = original.list(Console::Intune).rows().next().unwrap();
    let first = &intune[0]["value"][0];
    assert_eq!(first["id"], row.text("Device ID"));
    assert_eq!(first["azureADDeviceId"], row.text("Azure AD Device ID"));
    assert_eq!(first["isSupervised"], row.flag("Supervised").unwrap());
}
