//! Compares a report with what is true about a generated tenant.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{Line, Report};
use crate::generator::{Place, TrueDevice, TrueFinding, Truth};

/// Everything in which a report and the truth differ, in words; empty if nothing does.
pub(crate) fn differences(report: &Report, truth: &Truth) -> Vec<String> {
    let records = report.lines("records.csv");
    let mut found = Vec::new();
    let keys = Keys::new(&records, truth);
    links(&keys, truth, &mut found);
    findings(report, &records, &keys, truth, &mut found);
    found
}

/// Which device of the report a record of the truth went to.
struct Keys {
    by_place: BTreeMap<Place, String>,
}

impl Keys {
    fn new(records: &[Line], truth: &Truth) -> Self {
        let export = |name: &str| truth.exports.iter().position(|export| export == name).unwrap();
        let place = |line: &Line| (export(&line["export"]), line["row"].parse().unwrap());
        let by_place = records.iter().map(|line| (place(line), line["device_key"].clone())).collect();
        Self { by_place }
    }

    fn of(&self, places: &[Place]) -> BTreeSet<&str> {
        places.iter().map(|place| self.by_place.get(place).map_or("", String::as_str)).collect()
    }

    /// Device keys, each with the true device whose records it holds.
    fn owners(&self, truth: &Truth) -> BTreeMap<&str, BTreeSet<usize>> {
        let mut owners: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (number, device) in truth.devices.iter().enumerate() {
            for key in self.of(&device.records).into_iter().chain(self.of(&device.weak_records)) {
                owners.entry(key).or_default().insert(number);
            }
        }
        owners
    }
}

fn named(number: usize, device: &TrueDevice) -> String {
    format!("device {number} `{}` ({})", device.label, device.case)
}

fn links(keys: &Keys, truth: &Truth, found: &mut Vec<String>) {
    let told: usize = truth.devices.iter().map(|device| device.records.len() + device.weak_records.len()).sum();
    if told != keys.by_place.len() {
        found.push(format!("records.csv has {} lines, the files have {told} rows", keys.by_place.len()));
    }
    for (number, device) in truth.devices.iter().enumerate() {
        let held = keys.of(&device.records);
        if held.len() > 1 {
            found.push(format!("{} is split into {held:?}", named(number, device)));
        }
        if held.contains("") || keys.of(&device.weak_records).contains("") {
            found.push(format!("{} has a record without device", named(number, device)));
        }
    }
    for (key, owners) in keys.owners(truth) {
        if owners.len() > 1 {
            let names: Vec<String> = owners.iter().map(|n| named(*n, &truth.devices[*n])).collect();
            found.push(format!("`{key}` holds several devices: {}", names.join(", ")));
        }
    }
}

fn findings(report: &Report, records: &[Line], keys: &Keys, truth: &Truth, found: &mut Vec<String>) {
    let judged: Vec<String> = report.lines("rules.csv").into_iter().map(|line| line["rule"].clone()).collect();
    let idle = |line: &&Line| line["outcome"] != "ran" && Truth::RULES.contains(&line["rule"].as_str());
    for line in report.lines("rules.csv").iter().filter(idle) {
        found.push(format!("`{}` {}: {}", line["rule"], line["outcome"], line["reason"]));
    }
    let owners = keys.owners(truth);
    let mut of_device: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in records {
        let object = format!("{}:{}", line["console"], line["native_id"]);
        of_device.entry(&line["device_key"]).or_default().insert(object);
    }
    let mut missing: BTreeMap<(&str, usize), &TrueFinding> = truth
        .findings
        .iter()
        .filter(|finding| judged.iter().any(|rule| rule == finding.rule))
        .map(|finding| ((finding.rule, finding.device), finding))
        .collect();
    let lines = report.lines("findings.csv");
    for line in &lines {
        let (rule, key) = (line["rule"].as_str(), line["device_key"].as_str());
        if !Truth::RULES.contains(&rule) {
            found.push(format!("nothing is known about rule `{rule}`"));
            continue;
        }
        let Some(number) = owners.get(key).and_then(|numbers| numbers.iter().next().copied()) else {
            found.push(format!("`{rule}` names `{key}`, which holds no record"));
            continue;
        };
        let who = named(number, &truth.devices[number]);
        let expected = missing.remove(&(rule, number));
        let open = || truth.undecided.iter().find(|finding| finding.rule == rule && finding.device == number);
        let Some(expected) = expected.or_else(open) else {
            found.push(format!("`{rule}` must not hold for {who}"));
            continue;
        };
        let objects: BTreeSet<String> = line["objects"].split('|').map(str::to_owned).collect();
        let wanted: BTreeSet<String> = expected.objects.iter().cloned().collect();
        let agreed = if expected.exact {
            objects == wanted
        } else {
            // What only a name joins may be left apart, and is then not named.
            let whole = truth.devices[number].weak_records.is_empty();
            (!whole || wanted.is_subset(&objects)) && of_device.get(key).is_some_and(|own| objects.is_subset(own))
        };
        if !agreed {
            found.push(format!("`{rule}` of {who} names {objects:?}, expected {wanted:?}"));
        }
    }
    for (rule, number) in missing.into_keys() {
        found.push(format!("`{rule}` is missing for {}", named(number, &truth.devices[number])));
    }
}
