//! Tells an envelope around rows from a row.

use super::keyed::is_map;
use super::scan::{Items, Members, Scanner, Value};

/// More other members than this, and an object with a list under an unknown name is a row.
const MAX_ENVELOPE_MEMBERS: usize = 8;
/// An object with more lists than this is a row; one with more rows than this is a list of them.
const MAX_LISTS: usize = 16;
/// Wrappers are followed to this depth.
pub(super) const MAX_WRAPPERS: usize = 6;

/// Members that hold the rows, in lower case.
const ROW_MEMBERS: [&str; 10] = [
    "value",
    "values",
    "data",
    "results",
    "items",
    "devices",
    "machines",
    "chromeosdevices",
    "mobiledevices",
    "deviceusers",
];
/// Members that may hold one row or a further envelope as an object.
const ROW_OBJECTS: [&str; 2] = ["value", "data"];
/// Members that tell about the answer, not about devices, in lower case.
const METADATA: [&str; 24] = [
    "schema",
    "links",
    "_links",
    "meta",
    "metadata",
    "included",
    "errors",
    "warnings",
    "messages",
    "stats",
    "paging",
    "pagination",
    "kind",
    "resourcekind",
    "etag",
    "nextpagetoken",
    "nextlink",
    "next",
    "previous",
    "count",
    "total",
    "totalcount",
    "jsonapi",
    "$schema",
];
/// Scalars that only a device or another thing has, not an envelope; letters and digits in lower case.
const IDENTITIES: [&str; 30] = [
    "id",
    "deviceid",
    "serialnumber",
    "serial",
    "resourceid",
    "name",
    "devicename",
    "displayname",
    "computername",
    "computerdnsname",
    "dnsname",
    "hostname",
    "machineid",
    "machinename",
    "azureaddeviceid",
    "azureactivedirectorydeviceid",
    "aaddeviceid",
    "entradeviceid",
    "manageddeviceid",
    "intunedeviceid",
    "objectid",
    "udid",
    "imei",
    "meid",
    "hardwareid",
    "deviceserialnumber",
    "userprincipalname",
    "upn",
    "macaddress",
    "wifimacaddress",
];
/// The identities that only a device has.
const DEVICE_IDENTITIES: [&str; 14] = [
    "deviceid",
    "serialnumber",
    "serial",
    "resourceid",
    "devicename",
    "computername",
    "computerdnsname",
    "hostname",
    "machineid",
    "azureaddeviceid",
    "azureactivedirectorydeviceid",
    "manageddeviceid",
    "udid",
    "imei",
];

/// What an object is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A row.
    Row,
    /// An envelope without rows.
    Empty,
    /// An envelope; the members with the rows, by index, and the names of their lists.
    Lists(Vec<(usize, String)>),
    /// Each member is a row, by index, and its name is the row's key.
    Map(Vec<usize>),
    /// A wrapper around a member, by index; whether there is a list inside it.
    Inner(usize, bool),
    /// The error answer of a web service.
    ErrorAnswer,
}

/// Whether a scalar of this name identifies a thing.
pub(super) fn is_identity(key: &str) -> bool {
    is_among(key, &IDENTITIES)
}

fn is_device_identity(key: &str) -> bool {
    is_among(key, &DEVICE_IDENTITIES)
}

fn is_among(key: &str, names: &[&str]) -> bool {
    let letters = || key.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    key.len() <= 40 && names.iter().any(|name| letters().eq(name.bytes()))
}

fn is_metadata(key: &str) -> bool {
    let odata = key.starts_with('@') || key.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("odata."));
    odata || METADATA.iter().any(|name| key.eq_ignore_ascii_case(name))
}

fn is_row_member(key: &str) -> bool {
    ROW_MEMBERS.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// How readily an object passes for an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Any list makes one.
    Any,
    /// In an array, which more often holds rows: a list under an unknown name must be one of devices.
    Devices,
    /// Rows came before: only the well-known names make one.
    Known,
}

/// Classifies an object by its members.
pub(super) fn classify(scan: Scanner<'_>, members: &Members<'_>, trust: Trust, depth: usize) -> Class {
    if members.identity || depth >= MAX_WRAPPERS {
        return Class::Row;
    }
    if let Some(body) = body_of_answer(members) {
        return Class::Inner(body, true);
    }
    let whole = members.end.is_ok();
    let strict = trust == Trust::Known;
    let sorted = Sorted::new(scan, members);
    let name = |index: usize| members.list.get(index).map(|member| member.key.to_string()).unwrap_or_default();
    if !sorted.known.is_empty() {
        let mut lists = sorted.known;
        let starts_whole = |&index: &usize| starts_with(scan, members, index, is_identity);
        lists.extend(sorted.unknown.into_iter().filter(starts_whole));
        return Class::Lists(named(lists, name));
    }
    let max_plain = if strict { 0 } else { MAX_ENVELOPE_MEMBERS };
    let is_row_object = |&&index: &&usize| ROW_OBJECTS.iter().any(|known| name(index).eq_ignore_ascii_case(known));
    if let Some(&index) = sorted.objects.iter().find(is_row_object)
        && sorted.plain <= max_plain
    {
        return Class::Inner(index, leads_to_list(scan, members, index, depth));
    }
    if sorted.null_rows && sorted.plain <= max_plain {
        return Class::Empty;
    }
    if !sorted.unknown.is_empty() {
        let others = sorted.plain + sorted.empty + sorted.objects.len();
        let devices = |&index: &usize| starts_with(scan, members, index, is_device_identity);
        // A cut object may be a row whose identity never came.
        let doubtful = !whole || trust == Trust::Devices;
        let many = others > MAX_ENVELOPE_MEMBERS || sorted.unknown.len() > MAX_LISTS;
        if strict || many || (doubtful && !sorted.unknown.iter().any(devices)) {
            return Class::Row;
        }
        let mut lists = sorted.unknown;
        if lists.len() > 1 {
            let rows = |&index: &usize| starts_with(scan, members, index, is_identity);
            lists.extend(sorted.objects.into_iter().filter(rows));
        }
        return Class::Lists(named(lists, name));
    }
    if whole && !strict && sorted.plain == 0 && is_map(scan, members, &sorted.objects, depth) {
        return Class::Map(sorted.objects);
    }
    if let Some(index) = event_of(scan, members, &sorted)
        && !strict
    {
        return Class::Inner(index, false);
    }
    match sorted.objects.as_slice() {
        [] if sorted.plain == 0 => Class::Empty,
        [] => Class::Row,
        _ if strict => Class::Row,
        &[only] => {
            if name(only).eq_ignore_ascii_case("error") {
                return Class::ErrorAnswer;
            }
            let list = leads_to_list(scan, members, only, depth);
            let row = trust == Trust::Any || starts_with(scan, members, only, is_identity);
            let follow = sorted.plain <= MAX_ENVELOPE_MEMBERS && (list || (whole && row && sorted.plain == 0));
            if follow { Class::Inner(only, list) } else { Class::Row }
        }
        several => {
            let rows = several.iter().all(|&index| starts_with(scan, members, index, is_identity));
            if whole && rows && sorted.plain == 0 { Class::Lists(named(sorted.objects, name)) } else { Class::Row }
        }
    }
}

/// The body of an answer that a flow kept with its status and headers.
fn body_of_answer(members: &Members<'_>) -> Option<usize> {
    const ANSWER: [&str; 4] = ["statuscode", "status", "headers", "body"];
    let is = |at: &usize, name: &str| members.list.get(*at).is_some_and(|member| member.key.eq_ignore_ascii_case(name));
    let all = || 0..members.list.len();
    let is_answer = all().all(|at| ANSWER.iter().any(|name| is(&at, name)));
    let has_status = all().any(|at| is(&at, "statusCode") || is(&at, "status"));
    let body = all().find(|at| is(at, "body")).filter(|_| is_answer && has_status)?;
    members.list.get(body).filter(|member| matches!(member.value, Value::Object)).map(|_| body)
}

/// Members of an event that hold the device that it is about, in lower case.
const SUBJECTS: [&str; 5] = ["device", "object", "manageddevice", "computer", "mobiledevice"];

/// The device that an event is about: an object of a telling name that has an identity, in an object that has none.
fn event_of(scan: Scanner<'_>, members: &Members<'_>, sorted: &Sorted) -> Option<usize> {
    let is_subject = |&&index: &&usize| {
        let named = members.list.get(index).is_some_and(|member| is_among(&member.key, &SUBJECTS));
        named && starts_with(scan, members, index, is_device_identity)
    };
    let mut subjects = sorted.objects.iter().filter(is_subject);
    let only = subjects.next().copied()?;
    // Several objects and nothing that tells of an event are several things, each a row.
    let event = sorted.plain > 0 || sorted.objects.len() == 1;
    (event && subjects.next().is_none() && sorted.plain <= MAX_ENVELOPE_MEMBERS).then_some(only)
}

/// Gives several lists their names. A single one has none, and a great many are the rows of one list, by key.
fn named(mut lists: Vec<usize>, name: impl Fn(usize) -> String) -> Vec<(usize, String)> {
    lists.sort_unstable();
    let nameless = lists.len() == 1 || lists.len() > MAX_LISTS;
    let of = |index| if nameless { String::new() } else { name(index) };
    lists.into_iter().map(|index| (index, of(index))).collect()
}

/// Whether the object in a member is an envelope or a wrapper around one.
fn leads_to_list(scan: Scanner<'_>, members: &Members<'_>, index: usize, depth: usize) -> bool {
    members.list.get(index).is_some_and(|member| {
        let inner = scan.members(member.start, is_identity);
        matches!(classify(scan, &inner, Trust::Any, depth + 1), Class::Lists(_) | Class::Map(_) | Class::Inner(_, true))
    })
}

/// Whether the first object in a member has a scalar with such a name.
fn starts_with(scan: Scanner<'_>, members: &Members<'_>, index: usize, is_identity: fn(&str) -> bool) -> bool {
    let Some(member) = members.list.get(index) else { return false };
    let start = match &member.value {
        Value::Array(items) => items.elements.first().map(|element| element.0),
        Value::Object => Some(member.start),
        Value::Null | Value::Scalar => None,
    };
    start.is_some_and(|start| has_identity(scan, start, is_identity, 2))
}

/// Looks also into `attributes` and other single objects, `depth` levels down.
fn has_identity(scan: Scanner<'_>, start: usize, is_identity: fn(&str) -> bool, depth: usize) -> bool {
    let members = scan.members(start, is_identity);
    let inside = || {
        let mut objects = members.list.iter().filter(|member| matches!(member.value, Value::Object));
        depth > 0 && objects.any(|member| has_identity(scan, member.start, is_identity, depth - 1))
    };
    members.identity || inside()
}

/// The members of an object, by what they may be.
#[derive(Default)]
struct Sorted {
    /// Arrays of rows under a well-known name.
    known: Vec<usize>,
    /// Other arrays of objects.
    unknown: Vec<usize>,
    objects: Vec<usize>,
    /// How many empty arrays there are under other names.
    empty: usize,
    /// How many scalars and arrays of scalars there are that may be a cell.
    plain: usize,
    /// A well-known name holds null.
    null_rows: bool,
}

impl Sorted {
    fn new(scan: Scanner<'_>, members: &Members<'_>) -> Self {
        let mut sorted = Self::default();
        for (index, member) in members.list.iter().enumerate() {
            if is_metadata(&member.key) {
                continue;
            }
            let known = is_row_member(&member.key);
            match &member.value {
                Value::Array(items) if has_objects(scan, items) => {
                    if known { &mut sorted.known } else { &mut sorted.unknown }.push(index);
                }
                Value::Array(items) if items.others.is_empty() => {
                    if known {
                        sorted.known.push(index);
                    } else {
                        sorted.empty += 1;
                    }
                }
                Value::Object => sorted.objects.push(index),
                Value::Null if known => sorted.null_rows = true,
                Value::Array(_) | Value::Null | Value::Scalar => sorted.plain += 1,
            }
        }
        sorted
    }
}

fn has_objects(scan: Scanner<'_>, items: &Items) -> bool {
    !items.elements.is_empty() || items.tail.is_some_and(|tail| scan.byte(tail) == Some(b'{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_and_rows_are_told_apart() {
        let one = |index| Class::Lists(vec![(index, String::new())]);
        let two = |a: &str, b: &str| Class::Lists(vec![(0, a.to_owned()), (1, b.to_owned())]);
        let cases = [
            (r#"{"id":"1","value":[{"a":1}]}"#, Class::Row),
            (r#"{"Device ID":"1","devices":[{"a":1}]}"#, Class::Row),
            (r#"{"@odata.count":1,"VALUE":[{"a":1}]}"#, one(1)),
            (r#"{"value":[]}"#, one(0)),
            (r#"{"value":null}"#, Class::Empty),
            (r#"{"kind":"k","etag":"e"}"#, Class::Empty),
            (r#"{"list":[],"etag":"e"}"#, Class::Empty),
            (r"{}", Class::Empty),
            (r#"{"value":["a"]}"#, Class::Row),
            (r#"{"os":"x","list":[{"a":1}]}"#, one(1)),
            (r#"{"os":"x","list":[{"a":1}"#, Class::Row),
            (r#"{"os":"x","list":[{"deviceId":1}"#, one(1)),
            (r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"list":[{"a":1}]}"#, Class::Row),
            (r#"{"a":[{"id":1}],"b":[{"id":1}]}"#, two("a", "b")),
            (r#"{"a":{"id":1},"b":{"id":1}}"#, two("a", "b")),
            (r#"{"a":{"id":1},"b":{"x":1}}"#, Class::Row),
            (r#"{"devices":[],"b":[{"id":1}]}"#, two("devices", "b")),
            (r#"{"value":[{"id":1}],"notes":[{"code":1}]}"#, one(0)),
            (r#"{"a":{"x":1}}"#, Class::Inner(0, false)),
            (r#"{"os":"x","a":{"x":1}}"#, Class::Row),
            (r#"{"os":"x","a":{"value":[]}}"#, Class::Inner(1, true)),
            (r#"{"data":{"id":1},"links":{"self":"x"}}"#, Class::Inner(0, false)),
            (r#"{"error":{"code":"x","message":"y"}}"#, Class::ErrorAnswer),
            (r#"{"C02ZK1ABMD6T":{"os":"x"},"F2LXK0AAN72J":{"os":"y","b":1}}"#, Class::Map(vec![0, 1])),
            (r#"{"1001":{"serial":"x"},"1002":{"error":1}}"#, Class::Row),
            (r#"{"1001":{"serial":"x"}}"#, Class::Map(vec![0])),
            (r#"{"page1":{"value":[]},"page2":{"value":[]}}"#, Class::Row),
            (r#"{"statusCode":200,"headers":{"Date":"x"},"body":{"value":[{"id":1}]}}"#, Class::Inner(2, true)),
            (r#"{"statusCode":200,"headers":{"Date":"x"},"body":{"value":[]},"os":"x"}"#, Class::Row),
            (r#"{"headers":{"a":"x"},"body":{"b":"y"}}"#, Class::Row),
            (r#"{"action":"changed","device":{"serialNumber":1}}"#, Class::Inner(1, false)),
            (r#"{"action":"changed","device":{"colour":1}}"#, Class::Row),
            (r#"{"device":{"deviceId":1},"identity":{"serialNumber":1}}"#, two("device", "identity")),
        ];
        for (text, expected) in cases {
            let scan = Scanner { text };
            assert_eq!(classify(scan, &scan.members(0, is_identity), Trust::Any, 0), expected, "{text}");
        }
    }

    #[test]
    fn after_rows_only_known_names_make_an_envelope() {
        for (text, row) in
            [(r#"{"os":"x","list":[{"a":1}]}"#, true), (r#"{"a":{"x":1}}"#, true), (r#"{"value":[]}"#, false)]
        {
            let scan = Scanner { text };
            let class = classify(scan, &scan.members(0, is_identity), Trust::Known, 0);
            assert_eq!(class == Class::Row, row, "{text}");
        }
    }
}
