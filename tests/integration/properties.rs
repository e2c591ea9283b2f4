//! What holds for any tenant and any bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use lastseen::assets;
use lastseen::formats::{self, Formats};
use lastseen::identity::{self, Links, RecordStore};
use lastseen::ids::{DeviceId, RecordId};
use lastseen::outcome::Outcome;
use lastseen::read;
use lastseen::run::{self, Silent};
use lastseen::schema;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::common::{Place, Sheet};
use crate::generator::{Options, tenant};
use crate::identity::build::{ABM, AUTOPILOT, AUTOPILOT_PORTAL, DEFENDER, ENTRA, INTUNE, Layout};

fn analyze(place: &Place) -> Outcome {
    let options = run::Options { exports: vec![place.path("in")], ..run::Options::default() };
    run::analyze(&options, &Silent).unwrap()
}

/// Each object with the keys of the devices that its rows went to, and each finding: rule, device, objects.
type Conclusions = (BTreeMap<String, Vec<String>>, Vec<(String, String, Vec<String>)>);

fn conclusions(outcome: &Outcome) -> Conclusions {
    let key = |device| outcome.devices.key.find(device).map_or("", String::as_str);
    let mut devices: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (record, device) in outcome.links.device.numbered() {
        devices.entry(outcome.records.objects(&[record]).remove(0)).or_default().push(key(*device).to_owned());
    }
    for keys in devices.values_mut() {
        keys.sort();
    }
    let found = &outcome.findings;
    let mut findings: Vec<_> = found
        .rule
        .numbers()
        .map(|at| {
            let mut objects = outcome.records.objects(found.objects(at));
            objects.sort();
            (outcome.rules[usize::from(*found.rule.get(at))].id.clone(), key(*found.device.get(at)).to_owned(), objects)
        })
        .collect();
    findings.sort();
    (devices, findings)
}

/// The key of the device of each object.
fn keys(outcome: &Outcome) -> BTreeMap<String, Vec<String>> {
    conclusions(outcome).0
}

/// Only what reading and linking give: a tangle takes many tries to be told from another.
fn identify(place: &Place) -> (RecordStore, Links) {
    static FORMATS: LazyLock<Formats> = LazyLock::new(formats);
    let mut records = Vec::new();
    for input in read::discover(&[place.path("in")]).unwrap() {
        for export in read::open(&input).unwrap().exports {
            let recognised = FORMATS.recognise(&export).unwrap();
            let options = formats::Options::default();
            let normalised = formats::normalise(&export, &recognised, &FORMATS, &options).unwrap();
            records.push((export.label.clone(), normalised.records));
        }
    }
    let (records, links, _) = identity::identify(records, &[], FORMATS.vocabulary()).unwrap();
    (records, links)
}

/// What the row of a record says, apart from where it stands.
fn content(records: &RecordStore, record: RecordId) -> String {
    let (console_records, line) = records.locate(record).unwrap();
    let cell = |column: &str| console_records.text(column).and_then(|c| c.get(line)).unwrap_or_default().to_owned();
    let cells = ["native_id", "serial", "entra_id", "intune_id", "ztdid", "manufacturer", "platform", "join_type"];
    format!("{} {}", console_records.console, cells.map(cell).join(","))
}

/// The rows of each device, with a row more than once where it stands in the files more than once.
fn clusters((records, links): &(RecordStore, Links)) -> Vec<Vec<String>> {
    let mut clusters: BTreeMap<DeviceId, Vec<String>> = BTreeMap::new();
    for (record, device) in links.device.numbered() {
        clusters.entry(*device).or_default().push(content(records, record));
    }
    let mut clusters: Vec<Vec<String>> = clusters.into_values().collect();
    for objects in &mut clusters {
        objects.sort();
    }
    clusters.sort();
    clusters
}

/// Another company's files: other names, serial numbers and radios; its ids are others by themselves.
fn stranger(file: &(String, Vec<u8>)) -> Vec<u8> {
    let mut sheet = Sheet::parse(&file.1);
    for at in 0..sheet.header.len() {
        for cell in sheet.rows.iter_mut().filter_map(|row| row.get_mut(at)) {
            match sheet.header[at].as_str() {
                "IMEI" | "IMEI2" | "MEID" => cell.clear(),
                "Serial number" | "SERIAL_NO" | "serialNumber" if cell.bytes().any(|b| b.is_ascii_digit()) => {
                    *cell = format!("Q{}", cell.trim());
                }
                _ => *cell = cell.replace("CFS-", "XYZ-").replace("cfs-", "xyz-"),
            }
        }
    }
    sheet.bytes()
}

/// A row of a tenant in which everything points at everything: console, object, and what it names, each one of a few.
type Tangle = (usize, u8, u8, u8, u8, u8);

fn tangle() -> impl Strategy<Value = Vec<Tangle>> {
    prop::collection::vec((0_usize..5, 0_u8..12, 0_u8..6, 0_u8..6, 0_u8..3, 0_u8..4), 1..24)
}

const TANGLED: [&Layout; 5] = [&INTUNE, &ENTRA, &AUTOPILOT, &DEFENDER, &ABM];

fn row(&(console, object, serial, entra, maker, other): &Tangle) -> String {
    let serial = ["", "5CG0001AB", "S5CG0001AB", "001934567", "1934567", "F2LXK0AAN72J"][usize::from(serial)];
    let entra = if entra == 0 { String::new() } else { format!("e{entra}") };
    let maker = ["", "HP", "Dell Inc."][usize::from(maker)];
    let os = ["Windows", "Windows", "iOS", ""][usize::from(other)];
    let join = ["AzureAd", "ServerAd", "Workplace", ""][usize::from(other)];
    match console {
        0 => format!("id=i{object}; name=PC-{object}; serial={serial}; entra={entra}; maker={maker}; os={os}"),
        1 => format!("object=o{object}; entra={entra}; name=PC-{object}; join={join}; ztdid=a{other}"),
        2 => format!("id=a{object}; serial={serial}; entra={entra}; maker={maker}; intune=i{other}"),
        3 => format!("id=m{object}; name=PC-{other}; entra={entra}"),
        // Without a serial number it would be known by its place alone.
        _ if serial.is_empty() => format!("serial=F2LXK0AAN{object:03}; family=iPhone"),
        _ => format!("serial={serial}; family=iPhone"),
    }
}

/// Files of a tangle; rows may go into two files of a console.
fn write(rows: &[Tangle], names: [&str; 2], second: impl Fn(usize) -> bool) -> Place {
    let place = Place::new();
    for (console, layout) in TANGLED.iter().enumerate() {
        for (number, name) in names.iter().enumerate() {
            let own =
                rows.iter().enumerate().filter(|(at, row)| row.0 == console && usize::from(second(*at)) == number);
            let own: Vec<String> = own.map(|(_, tangle)| row(tangle)).collect();
            if !own.is_empty() {
                let export = layout.rows(&own);
                place.write(&format!("in/{name}{}", export.name), export.content);
            }
        }
    }
    // Something that is seen, so that there is a time to judge at.
    place.write("in/seen.csv", INTUNE.rows(&["id=i999; name=SEEN"]).content);
    place
}

/// Two rows of one object that differ in nothing but the join type: which of them speaks is not a matter of their places.
#[test]
fn rows_of_one_object_that_differ_in_one_column_do_not_depend_on_order() {
    let rows: [Tangle; 2] = [(1, 6, 0, 4, 0, 1), (1, 6, 0, 4, 0, 0)];
    let turned: [Tangle; 2] = [rows[1], rows[0]];
    let plain = identify(&write(&rows, ["", "x"], |_| false));
    let mixed = identify(&write(&turned, ["z-", "a-"], |_| false));
    assert_eq!(clusters(&plain), clusters(&mixed));
    let mixed = identify(&write(&turned, ["z-", "a-"], |at| at == 0));
    let plain = identify(&write(&rows, ["", "x"], |at| at == 1));
    assert_eq!(clusters(&plain), clusters(&mixed));
}

/// Of an object's rows in a set that gives its key away only some have a serial number: which of them names it is not a matter
/// of their places.
#[test]
fn the_second_key_of_an_object_does_not_depend_on_order() {
    let rows: [Tangle; 3] = [(0, 4, 0, 0, 1, 0), (0, 4, 5, 5, 2, 2), (0, 4, 0, 2, 0, 2)];
    let keys = |order: [usize; 3]| -> BTreeSet<String> {
        let turned = order.map(|at| rows[at]);
        identify(&write(&turned, ["", "x"], |_| false)).1.key.into_iter().collect()
    };
    let first = keys([0, 1, 2]);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(keys(order), first, "{order:?}");
    }
}

/// A record with a life: console, name, user, identifier, month of its making or none, months in use.
type Lived = (usize, u8, u8, u8, Option<u8>, u8);

fn lives() -> impl Strategy<Value = Vec<Lived>> {
    let made = prop::option::weighted(0.7, 0_u8..10);
    prop::collection::vec((0_usize..3, 0_u8..3, 0_u8..3, 0_u8..2, made, 0_u8..6), 1..16)
}

/// Records of few machines that were enrolled again and again, or copied.
fn lived(number: usize, &(console, name, user, shared, made, months): &Lived) -> String {
    let first = made.unwrap_or(3);
    let date = |months: u8| format!("{}-{:02}-10", 2025 + u32::from(months / 12), months % 12 + 1);
    let (from, to) =
        (made.map_or_else(String::new, |months| format!("{}T08:00:00Z", date(months))), date(first + months));
    let common = format!("name=PC-{name}; made={from}; seen={to}T08:00:00Z");
    match console {
        0 => format!("id=i{number}; serial=5CG000{shared}AB; entra=e{shared}; user=u{user}@contoso.example; {common}"),
        1 => format!("object=o{number}; entra=e{number}; hwid=682583000000002{shared}; {common}"),
        _ => format!("id=m{number}; entra=e{shared}; {common}"),
    }
}

/// Files of such records, in the order that is given.
fn write_lives(rows: &[(usize, Lived)], name: &str) -> Place {
    let place = Place::new();
    for (console, layout) in [&INTUNE, &ENTRA, &DEFENDER].into_iter().enumerate() {
        let own = rows.iter().filter(|(_, life)| life.0 == console);
        let own: Vec<String> = own.map(|(number, life)| lived(*number, life)).collect();
        if !own.is_empty() {
            let export = layout.rows(&own);
            place.write(&format!("in/{name}{}", export.name), export.content);
        }
    }
    place
}

/// Devices by their rows, and whether a person must look at each.
fn doubts((records, links): &(RecordStore, Links)) -> BTreeSet<(Vec<String>, bool)> {
    let mut devices: BTreeMap<DeviceId, Vec<String>> = BTreeMap::new();
    for (record, device) in links.device.numbered() {
        devices.entry(*device).or_default().push(records.object(record));
    }
    let doubt = |device: DeviceId| links.conflict[device.index()];
    devices
        .into_iter()
        .map(|(device, mut rows)| {
            rows.sort();
            (rows, doubt(device))
        })
        .collect()
}

fn shuffle(sheet: &mut Sheet, places: &[Index]) {
    for (at, place) in (1..sheet.rows.len()).rev().zip(places.iter().cycle()) {
        sheet.rows.swap(at, place.index(at + 1));
    }
}

/// Reads bytes as an export, as far as they let themselves be read.
fn survive(formats: &Formats, bytes: &[u8]) {
    let place = Place::new();
    place.write("export.csv", bytes);
    for input in read::discover(&[place.path("export.csv")]).unwrap() {
        for export in read::open(&input).unwrap().exports {
            if let Some(recognised) = formats.recognise(&export) {
                let options = formats::Options::default();
                let records = formats::normalise(&export, &recognised, formats, &options).unwrap().records;
                assert!(records.table.height() + records.bad.len() <= bytes.len());
            }
        }
    }
}

fn formats() -> Formats {
    Formats::load(&assets::rules(None).unwrap()).unwrap()
}

/// The objects of each device, and the rules that each finding or question is of.
#[derive(Default)]
struct Judged {
    devices: BTreeSet<Vec<String>>,
    /// Number of rows of each object.
    rows: BTreeMap<String, usize>,
    findings: BTreeSet<(String, Vec<String>)>,
    questions: BTreeSet<(String, Vec<String>)>,
    /// Rules that did not run.
    idle: BTreeSet<String>,
}

fn judged(place: &Place) -> Judged {
    // The day is given, so that a new row does not move it.
    let options =
        run::Options { exports: vec![place.path("in")], as_of: Some(1_790_000_000_000), ..run::Options::default() };
    let outcome = run::analyze(&options, &Silent).unwrap();
    let mut objects = vec![Vec::new(); outcome.devices.len()];
    for (record, device) in outcome.links.device.numbered() {
        if let Some(list) = objects.get_mut(device.index()) {
            list.extend(outcome.records.objects(&[record]));
        }
    }
    let mut rows = BTreeMap::new();
    for list in &mut objects {
        list.sort();
        for object in &*list {
            *rows.entry(object.clone()).or_default() += 1;
        }
    }
    let rule = |number: u16| outcome.rules[usize::from(number)].id.clone();
    let named = |rules: &[u16], devices: &[DeviceId]| -> BTreeSet<(String, Vec<String>)> {
        rules.iter().zip(devices).map(|(number, device)| (rule(*number), objects[device.index()].clone())).collect()
    };
    let idle = outcome.rules.iter().zip(&outcome.tallies).filter(|(_, tally)| tally.outcome != schema::Outcome::Ran);
    Judged {
        findings: named(outcome.findings.rule.as_slice(), outcome.findings.device.as_slice()),
        questions: named(outcome.questions.rule.as_slice(), outcome.questions.device.as_slice()),
        idle: idle.map(|(rule, _)| rule.id.clone()).collect(),
        devices: objects.into_iter().collect(),
        rows,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn identity_does_not_depend_on_order(
        seed in 0_u64..1_000_000,
        devices in 40_usize..=80,
        places in prop::collection::vec(any::<Index>(), 100..200),
    ) {
        let tenant = tenant(&Options { devices, seed, zip_intune: false });
        let (plain, mixed) = (Place::new(), Place::new());
        for (number, (name, content)) in tenant.files.iter().enumerate() {
            plain.write(&format!("in/{name}"), content);
            let mut sheet = Sheet::parse(content);
            shuffle(&mut sheet, &places);
            mixed.write(&format!("in/{}.csv", 9 - number), sheet.bytes());
        }
        prop_assert_eq!(conclusions(&analyze(&plain)), conclusions(&analyze(&mixed)));
    }

    #[test]
    fn what_another_company_has_changes_nothing(seed in 0_u64..1_000_000, devices in 40_usize..=80) {
        let own = tenant(&Options { devices, seed, zip_intune: false });
        let other = tenant(&Options { devices: 60, seed: seed + 1_000_000, zip_intune: false });
        let (alone, both) = (Place::new(), Place::new());
        for (name, content) in &own.files {
            alone.write(&format!("in/{name}"), content);
            both.write(&format!("in/{name}"), content);
        }
        for file in &other.files {
            both.write(&format!("in/other-{}", file.0), stranger(file));
        }
        let (alone, both) = (keys(&analyze(&alone)), keys(&analyze(&both)));
        for (object, key) in alone {
            // A serial number that is no serial number may be the only id of a row.
            // Nor is one that the other company happens to have as well: then it is used for matching in neither.
            let shared = key.iter().filter_map(|key| key.strip_prefix("serial:")).any(|serial| {
                other.files.iter().any(|(_, content)| memchr::memmem::find(content, serial.as_bytes()).is_some())
            });
            if object.bytes().any(|b| b.is_ascii_digit()) && !shared {
                prop_assert_eq!(both.get(&object), Some(&key), "{}", object);
            }
        }
    }

    #[test]
    fn a_list_in_two_files_is_one_list(seed in 0_u64..1_000_000, file in 0_usize..6, cut in any::<Index>()) {
        let tenant = tenant(&Options { devices: 60, seed, zip_intune: false });
        let (whole, halves) = (Place::new(), Place::new());
        for (number, (name, content)) in tenant.files.iter().enumerate() {
            whole.write(&format!("in/{name}"), content);
            let mut sheet = Sheet::parse(content);
            if number == file {
                let rest = sheet.rows.split_off(cut.index(sheet.rows.len() + 1));
                halves.write(&format!("in/0-{name}"), sheet.bytes());
                sheet.rows = rest;
            }
            halves.write(&format!("in/{name}"), sheet.bytes());
        }
        prop_assert_eq!(keys(&analyze(&whole)), keys(&analyze(&halves)));
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        survive(&formats(), &bytes);
    }

    /// What begins like an archive, JSON, UTF-16 or an old Office file is handed to another reader.
    #[test]
    fn any_bytes_behind_a_telling_beginning_are_survived(
        beginning in prop::sample::select(vec![
            &b"PK\x03\x04"[..], b"PK\x05\x06", b"{\"value\":[", b"[{", b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf\x11\xe0",
            b"PK\x03\x04[Content_Types].xml", b"#TYPE a\n", b"deviceId,JSON\n1,\"{",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..1_000),
    ) {
        survive(&formats(), &[beginning, &bytes].concat());
    }

    #[test]
    fn any_signs_of_tables_are_survived(text in "[a,;\t\"\r\n= \u{feff}é0-9-]{0,400}") {
        survive(&formats(), text.as_bytes());
    }

    /// A known header, then cells of any kind, right and wrong numbers of them.
    #[test]
    fn any_cells_under_a_known_header_are_survived(
        file in 0_usize..6,
        rows in prop::collection::vec(prop::collection::vec("\\PC{0,30}|[0-9:./T Z+-]{0,30}", 0..60), 0..12),
    ) {
        let tenant = tenant(&Options { devices: 3, seed: 1, zip_intune: false });
        let mut sheet = Sheet::parse(&tenant.files[file].1);
        sheet.rows.extend(rows);
        survive(&formats(), &sheet.bytes());
    }

    /// A sound file in which some bytes are others.
    #[test]
    fn flipped_bytes_are_survived(
        file in 0_usize..6,
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 1..40),
        zip_intune in any::<bool>(),
    ) {
        let tenant = tenant(&Options { devices: 12, seed: 2, zip_intune });
        let mut bytes = tenant.files[file].1.clone();
        for (place, byte) in flips {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        survive(&formats(), &bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Contradictions at every turn: the result is one, whatever lies where.
    #[test]
    fn a_tangle_does_not_depend_on_order(rows in tangle(), places in prop::collection::vec(any::<Index>(), 24)) {
        // Which rows are in a file together may say something, as two lists of one console; their order and names do not.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        for (at, place) in (1..order.len()).rev().zip(&places) {
            order.swap(at, place.index(at + 1));
        }
        let mixed: Vec<_> = order.iter().map(|at| rows[*at]).collect();
        let plain = identify(&write(&rows, ["", "x"], |at| at % 3 == 0));
        let mixed = identify(&write(&mixed, ["z-", "a-"], |at| order[at].is_multiple_of(3)));
        prop_assert_eq!(clusters(&plain), clusters(&mixed));
        let keys = |links: &Links| links.key.iter().cloned().collect::<BTreeSet<String>>();
        prop_assert_eq!(keys(&plain.1), keys(&mixed.1));
    }

    /// Rows that share a placeholder, or have no identifier at all, are known by what they say.
    #[test]
    fn keys_of_rows_without_an_identifier_do_not_move(
        rows in prop::collection::vec((0_usize..4, 0_usize..3, 0_usize..3, 0_usize..3), 1..24),
        places in prop::collection::vec(any::<Index>(), 24),
        cut in any::<Index>(),
    ) {
        let text = |&(serial, maker, model, tag): &(usize, usize, usize, usize)| {
            let serial = ["Default string", "", "#ERROR!", "0"][serial];
            let maker = ["HP", "Dell", ""][maker];
            format!("serial={serial}; maker={maker}; model={model}; tag={tag}")
        };
        let keys = |rows: &[String], names: [&str; 2], cut: usize| {
            let place = Place::new();
            for (name, rows) in names.iter().zip([&rows[..cut], &rows[cut..]]).filter(|(_, rows)| !rows.is_empty()) {
                let export = AUTOPILOT_PORTAL.rows(rows);
                place.write(&format!("in/{name}{}", export.name), export.content);
            }
            let (records, links) = identify(&place);
            let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (record, device) in links.device.numbered() {
                let (console_records, line) = records.locate(record).unwrap();
                let cell = |column: &str| console_records.text(column).and_then(|c| c.get(line)).unwrap_or_default().to_owned();
                let said = ["serial_written", "manufacturer", "model", "group_tag"].map(cell).join("|");
                keys.entry(said).or_default().push(links.key[device.index()].clone());
            }
            for own in keys.values_mut() {
                own.sort();
            }
            keys
        };
        let rows: Vec<String> = rows.iter().map(text).collect();
        let mut mixed = rows.clone();
        for (at, place) in (1..mixed.len()).rev().zip(&places) {
            mixed.swap(at, place.index(at + 1));
        }
        let plain = keys(&rows, ["", "x"], rows.len());
        prop_assert_eq!(&plain, &keys(&mixed, ["z-", "a-"], cut.index(mixed.len() + 1)));
        let all: BTreeSet<&String> = plain.values().flatten().collect();
        prop_assert_eq!(all.len(), rows.len(), "each key once: {:?}", plain);
    }

    /// Enrolments and copies: what they are does not hang on where they stand.
    #[test]
    fn lives_do_not_depend_on_order(rows in lives(), places in prop::collection::vec(any::<Index>(), 16)) {
        let rows: Vec<(usize, Lived)> = rows.into_iter().enumerate().map(|(at, life)| (at + 1, life)).collect();
        let mut mixed = rows.clone();
        for (at, place) in (1..mixed.len()).rev().zip(&places) {
            mixed.swap(at, place.index(at + 1));
        }
        let (plain, mixed) = (identify(&write_lives(&rows, "")), identify(&write_lives(&mixed, "z-")));
        prop_assert_eq!(doubts(&plain), doubts(&mixed));
    }

    /// Of one machine the earlier enrolments never keep it from being one device, and never bring it into doubt.
    #[test]
    fn enrolments_that_follow_one_another_are_one_device(
        lives in prop::collection::vec((0_u8..3, 1_u8..4, 0_u8..4), 2..12),
        console in prop::sample::select(vec![0_usize, 2]),
    ) {
        let mut month = 0_u8;
        let mut rows = Vec::new();
        for (number, (name, months, pause)) in lives.into_iter().enumerate() {
            rows.push((number + 1, (console, name, 0, 0, Some(month), months)));
            month += months + pause;
        }
        let found = identify(&write_lives(&rows, ""));
        prop_assert_eq!(found.1.devices, 1);
        prop_assert_eq!(found.1.conflict, vec![false]);
    }

    #[test]
    fn no_device_of_a_tangle_contradicts_itself(rows in tangle()) {
        let (records, links) = identify(&write(&rows, ["", "x"], |_| false));
        let mut said: BTreeMap<DeviceId, BTreeSet<String>> = BTreeMap::new();
        for (record, device) in links.device.numbered() {
            let (console_records, line) = records.locate(record).unwrap();
            let sure = links.guarded.binary_search(&record).is_err() && !links.weak.get(record);
            if let Some(serial) = console_records.text("serial").and_then(|c| c.get(line)).filter(|_| sure) {
                said.entry(*device).or_default().insert(serial.to_owned());
            }
        }
        for (device, values) in &said {
            prop_assert!(values.len() == 1, "{}: {:?}", links.key[device.index()], values);
        }
        let keys: BTreeSet<&String> = links.key.iter().collect();
        prop_assert_eq!(keys.len(), links.key.len(), "each key once: {:?}", links.key);
    }
}

proptest! {
    // Each case is two whole runs.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// What one more record settles is a question about a device, never a device that nobody asked about.
    #[test]
    fn a_record_more_makes_no_finding_about_another_device(rows in tangle(), more in tangle()) {
        let (extra, mut all) = (more[0], rows.clone());
        all.push(extra);
        let before = judged(&write(&rows, ["", "x"], |_| false));
        let after = judged(&write(&all, ["", "x"], |_| false));
        for (rule, device) in &after.findings {
            // Devices that the record is of, or that it holds together or keeps apart, are others than before.
            let own = device.iter().any(|object| before.rows.get(object) != after.rows.get(object));
            let known = before.devices.contains(device) && !own;
            // So are those of an owner or a name that it has as well.
            let counted = rule == "owner-over-quota";
            let was = (rule.clone(), device.clone());
            let asked = before.questions.contains(&was) || before.findings.contains(&was) || before.idle.contains(rule);
            prop_assert!(!known || counted || asked, "{}: {:?} by {:?}", rule, device, row(&extra));
        }
    }
}

/// Rows of one object in two lists that say the same, and one that says less.
#[test]
fn equal_rows_of_one_object_in_two_lists_do_not_depend_on_order() {
    let mut rows: Vec<Tangle> = vec![(0, 0, 0, 0, 0, 0); 8];
    rows.extend([(1, 0, 0, 0, 0, 3), (1, 0, 0, 5, 0, 2), (1, 0, 0, 5, 0, 2)]);
    let plain = identify(&write(&rows, ["", "x"], |at| at % 3 == 0));
    for turn in 1..rows.len() {
        let order: Vec<usize> = (0..rows.len()).map(|at| (at + turn) % rows.len()).collect();
        let turned: Vec<Tangle> = order.iter().map(|at| rows[*at]).collect();
        for names in [["z-", "a-"], ["a-", "z-"]] {
            let mixed = identify(&write(&turned, names, |at| order[at].is_multiple_of(3)));
            assert_eq!(clusters(&plain), clusters(&mixed), "{turn} {names:?}");
        }
    }
}
