//! Links in generated tenants, pair by pair against the truth.

use std::collections::BTreeMap;

use crate::common::Place;
use crate::generator::{Options, Truth};

/// Pairs of records that the program joined and that belong together, joined in all, and that the identifiers allow.
#[derive(Debug, Default, PartialEq, Eq)]
struct Pairs {
    right: u64,
    joined: u64,
    allowed: u64,
}

fn pairs(records: &[(String, usize)]) -> u64 {
    let mut groups: BTreeMap<(&str, usize), u64> = BTreeMap::new();
    for (key, owner) in records {
        *groups.entry((key, *owner)).or_default() += 1;
    }
    groups.values().map(|n| n * (n - 1) / 2).sum()
}

fn measure(devices: usize, seed: u64) -> Pairs {
    let (place, tenant) = Place::with_tenant(&Options { devices, seed, zip_intune: false });
    let report = place.tables(&[]);
    let Truth { exports, devices, .. } = tenant.truth;
    let mut owners = BTreeMap::new();
    for (number, device) in devices.iter().enumerate() {
        owners.extend(device.records.iter().map(|place| (*place, (number, false))));
        owners.extend(device.weak_records.iter().map(|place| (*place, (number, true))));
    }
    let mut all = Vec::new();
    let mut strong = Vec::new();
    for line in report.lines("records.csv") {
        let export = exports.iter().position(|export| *export == line["export"]).unwrap();
        let (owner, weak) = owners[&(export, line["row"].parse().unwrap())];
        all.push((line["device_key"].clone(), owner));
        if !weak {
            strong.push((line["device_key"].clone(), owner));
        }
    }
    let forget = |records: &[(String, usize)], key: bool| -> Vec<(String, usize)> {
        records.iter().map(|(k, o)| if key { (String::new(), *o) } else { (k.clone(), 0) }).collect()
    };
    // Weak records may go either way, so they count for precision and not for recall.
    assert_eq!(pairs(&strong), pairs(&forget(&strong, true)), "seed {seed}: every pair that an identifier allows");
    Pairs { right: pairs(&all), joined: pairs(&forget(&all, false)), allowed: pairs(&forget(&strong, true)) }
}

#[test]
fn links_are_right_and_complete() {
    let mut total = Pairs::default();
    for (devices, seed) in [(400, 1), (400, 21), (400, 22), (3_000, 23), (3_000, 24)] {
        let found = measure(devices, seed);
        assert_eq!(found.right, found.joined, "{devices} devices, seed {seed}: no two devices are made one");
        total.right += found.right;
        total.joined += found.joined;
        total.allowed += found.allowed;
    }
    assert!(total.allowed > 10_000, "{total:?}");
}
