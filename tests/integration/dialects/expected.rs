//! What is true about a tenant against what its files say in each dialect: every expected finding is found or asked about.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::original::Console;
use super::written::{Spot, Written};
use crate::common::Report;
use crate::generator::{TrueDevice, Truth};

/// What became of the expected findings.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub found: usize,
    /// Not found, and there is a question about it.
    pub asked: usize,
    /// Neither.
    pub lost: Vec<String>,
    /// Found, and not true.
    pub wrong: Vec<String>,
}

impl Counts {
    pub(super) fn add(&mut self, other: Self) {
        self.found += other.found;
        self.asked += other.asked;
        self.lost.extend(other.lost);
        self.wrong.extend(other.wrong);
    }
}

/// Adds a list of Google: phones that no other console knows.
pub(super) fn add_other_phones(written: &mut Written) {
    let mut text =
        "name,deviceType,model,brand,userEmail,lastSyncTime,createTime,managementState,ownerType\n".to_owned();
    let models = [("SM-A546B", "samsung"), ("Pixel 6", "Google"), ("iPhone 12", "Apple"), ("SM-S901B", "samsung")];
    for n in 0..37 {
        let (model, brand) = models[n % models.len()];
        let system = if brand == "Apple" { "IOS" } else { "ANDROID" };
        let seen = format!("2026-11-1{}T08:00:00Z", n % 9);
        writeln!(
            text,
            "devices/g{n:04},{system},{model},{brand},zack.other{n}@contoso.example,{seen},2025-01-01T00:00:00Z,APPROVED,BYOD"
        )
        .unwrap();
    }
    written.add(Console::Chrome, "google.csv", text.into_bytes(), vec![Vec::new(); 37]);
}

/// Counts them.
pub(super) fn counts(report: &Report, written: &Written, truth: &Truth) -> Counts {
    let mut keys: BTreeMap<Spot, String> = BTreeMap::new();
    for line in report.lines("records.csv") {
        for spot in written.spots(&line["export"], line["row"].parse().unwrap()) {
            keys.insert(spot, line["device_key"].clone());
        }
    }
    let pairs = |file: &str| -> BTreeSet<(String, String)> {
        report.lines(file).into_iter().map(|line| (line["rule"].clone(), line["device_key"].clone())).collect()
    };
    let (findings, questions) = (pairs("findings.csv"), pairs("questions.csv"));
    let of = |device: &TrueDevice| -> BTreeSet<String> {
        let spots = device.records.iter().chain(&device.weak_records).map(|(list, row)| (Console::ALL[*list], *row));
        spots.filter_map(|spot| keys.get(&spot).cloned()).collect()
    };
    let mut counts = Counts::default();
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    for one in &truth.findings {
        let device = &truth.devices[one.device];
        let pairs: Vec<_> = of(device).into_iter().map(|key| (one.rule.to_owned(), key)).collect();
        known.extend(pairs.iter().cloned());
        if pairs.iter().any(|pair| findings.contains(pair)) {
            counts.found += 1;
        } else if pairs.iter().any(|pair| questions.contains(pair)) {
            counts.asked += 1;
        } else if !pairs.is_empty() {
            counts.lost.push(format!("{} of {} ({})", one.rule, device.label, device.case));
        }
    }
    for one in &truth.undecided {
        known.extend(of(&truth.devices[one.device]).into_iter().map(|key| (one.rule.to_owned(), key)));
    }
    let judged = |pair: &&(String, String)| Truth::RULES.contains(&pair.0.as_str()) && !known.contains(*pair);
    counts.wrong = findings.iter().filter(judged).map(|(rule, key)| format!("{rule} of {key}")).collect();
    counts
}
