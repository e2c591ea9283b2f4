//! What holds for any tenant and any bytes.

use std::collections::BTreeMap;

use lastseen::analysis::{self, Analysis, Progress};
use lastseen::assets;
use lastseen::formats::{self, Formats};
use lastseen::read;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::common::{Place, Sheet};
use crate::generator::{Options, tenant};

struct Silent;

impl Progress for Silent {
    fn step(&self, _: &str) {}
}

fn analyze(place: &Place) -> Analysis {
    let options = analysis::Options { exports: vec![place.path("in")], ..analysis::Options::default() };
    analysis::analyze(&options, &Silent).unwrap()
}

/// Each object with the keys of the devices that its rows went to, and each finding: rule, device, objects.
type Conclusions = (BTreeMap<String, Vec<String>>, Vec<(String, String, Vec<String>)>);

fn conclusions(analysis: &Analysis) -> Conclusions {
    let key = |device: u32| analysis.devices.key.get(device as usize).map_or("", String::as_str);
    let mut devices: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (record, device) in (0_u32..).zip(&analysis.links.device) {
        // A row without any identifier has none but its place for a key.
        let key = if key(*device).starts_with("row:") { "row:" } else { key(*device) };
        devices.entry(analysis.records.objects(&[record]).remove(0)).or_default().push(key.to_owned());
    }
    for keys in devices.values_mut() {
        keys.sort();
    }
    let found = &analysis.findings;
    let mut findings: Vec<_> = (0..found.len())
        .map(|at| {
            let mut objects = analysis.records.objects(found.objects(at));
            objects.sort();
            (analysis.rules[usize::from(found.rule[at])].text.id.clone(), key(found.device[at]).to_owned(), objects)
        })
        .collect();
    findings.sort();
    (devices, findings)
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
                assert!(records.frame.height() + records.bad.len() <= bytes.len());
            }
        }
    }
}

fn formats() -> Formats {
    Formats::load(&assets::rules(None).unwrap()).unwrap()
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
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        survive(&formats(), &bytes);
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
