//! What is true about a tenant against what its files say in each dialect: every expected finding is found or asked about.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Not found, and the rule did not run.
    pub idle: usize,
    /// Neither.
    pub lost: Vec<String>,
    /// Found, and not true.
    pub wrong: Vec<String>,
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
    let idle: BTreeSet<String> =
        report.lines("rules.csv").into_iter().filter(|l| l["outcome"] != "ran").map(|l| l["rule"].clone()).collect();
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
        } else if idle.contains(one.rule) {
            counts.idle += 1;
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
