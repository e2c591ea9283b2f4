//! What is saved is loaded; what was damaged is refused, and nothing ends the program.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::config::Setting;
use crate::console::Registry;
use crate::identity::{AsOf, Thresholds};
use crate::ids::{BatchId, By, ByDevice, DeviceId, PackageId};
use crate::outcome::{Decided, Hidden, Links};
use crate::plan::{Packages, Schedule};
use crate::rules::{Findings, Questions};
use crate::run::{self, Silent};
use crate::schema::{Activity, Disposition, Identity, JoinType, Ownership, Platform};
use crate::table::{DeviceTable, Identifiers, RecordTable, Texts};

fn sample() -> Outcome {
    let exports = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/contoso")];
    run::analyze(&run::Options { exports, ..run::Options::default() }, &Silent).unwrap()
}

fn asked() -> Asked {
    Asked { label: "x".into(), settings: vec![("threshold".into(), "inactive=60".into())], ..Asked::default() }
}

/// The files by name.
fn saved(outcome: &Outcome) -> Vec<(String, Vec<u8>)> {
    let asked = asked();
    let one = |file: &File<'_>| {
        let mut bytes = Vec::new();
        file.write(&mut bytes).unwrap();
        (file.name.clone(), bytes)
    };
    files(outcome, &asked).iter().map(one).collect()
}

fn written(files: &[(String, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(FOLDER)).unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn what_is_saved_is_loaded() {
    let outcome = sample();
    let files = saved(&outcome);
    let (loaded, again) = load(written(&files).path()).unwrap();
    assert_eq!(again, asked());
    assert_eq!(loaded.links, outcome.links);
    assert_eq!(loaded.schedule, outcome.schedule);
    assert_eq!(loaded.findings, outcome.findings);
    assert_eq!(loaded.packages, outcome.packages);
    assert_eq!(loaded.steps, outcome.steps);
    assert_eq!(loaded.entries, outcome.entries);
    assert_eq!(loaded.thresholds, outcome.thresholds);
    assert_eq!(loaded.tallies, outcome.tallies);
    assert_eq!(loaded.rules, outcome.rules);
    assert_eq!(loaded.notices, outcome.notices);
    assert_eq!(loaded.devices.key, outcome.devices.key);
    assert_eq!(loaded.devices.consoles, outcome.devices.consoles);
    let texts = |outcome: &Outcome| -> Vec<String> {
        let devices = &outcome.devices;
        devices
            .numbers()
            .map(|at| [devices.name.get(at), devices.serial.get(at), devices.entra_device_id.get(at)].join(" "))
            .collect()
    };
    assert_eq!(texts(&loaded), texts(&outcome));
    let ids = |outcome: &Outcome| -> Vec<String> {
        outcome.links.device.numbered().map(|(record, _)| outcome.records.id_of(record).into_owned()).collect()
    };
    assert_eq!(ids(&loaded), ids(&outcome));
    assert!(saved(&loaded) == files, "saved again it is another");
}

#[test]
fn damage_is_an_error_and_never_the_end() {
    let files = saved(&sample());
    let folder = written(&files);
    let mut refused = 0;
    for (name, bytes) in &files {
        let path = folder.path().join(name);
        let places =
            (0..5).map(|part| part * bytes.len() / 5).chain((bytes.len().saturating_sub(300)..bytes.len()).step_by(31));
        for at in places {
            let mut changed = bytes.clone();
            if at % 2 == 0 {
                changed.truncate(at);
            } else {
                changed[at] ^= 0xFF;
            }
            fs::write(&path, changed).unwrap();
            refused += usize::from(load(folder.path()).is_err());
        }
        fs::write(&path, bytes).unwrap();
    }
    assert!(refused > 60, "{refused}");
    assert!(load(folder.path()).is_ok());
}

/// A line whose texts and numbers are anything.
type Line = (String, String, Option<i64>, Option<i64>, u32, usize);

fn made_up(lines: &[Line]) -> Outcome {
    let column = |get: fn(&Line) -> String| Texts::of(lines.iter().map(get).collect::<Vec<String>>());
    let key: ByDevice<String> = (0..lines.len()).map(|at| format!("serial:{at}")).collect();
    let guid = |at: u32| format!("0f3c9d8e-1111-4222-8333-{at:012x}");
    let devices = DeviceTable {
        name: column(|l| l.0.clone()),
        serial: Identifiers::new(column(|l| l.1.clone()), column(|l| l.0.clone())),
        platform: lines.iter().map(|l| Platform::ALL[l.5 % Platform::ALL.len()]).collect(),
        manufacturer: column(|l| l.1.clone()),
        model: Texts::default(),
        ownership: key.beside(Ownership::Personal),
        join_type: key.beside(JoinType::Hybrid),
        primary_user: column(|l| l.1.clone() + &l.0),
        consoles: lines.iter().map(|l| l.4 & 0x7FF).collect(),
        entra_device_id: Identifiers::new(
            Texts::of(lines.iter().map(|l| if l.5 % 3 == 0 { String::new() } else { guid(l.4) }).collect::<Vec<_>>()),
            Texts::default(),
        ),
        last_activity: lines.iter().map(|l| l.2).collect(),
        last_console: lines.iter().map(|l| if l.5 % 2 == 0 { u8::MAX } else { 3 }).collect(),
        activity: key.beside(Activity::Stale),
        identity: key.beside(Identity::Weak),
        by_console: Vec::new(),
        registry: Registry::shipped(),
        as_of: 1_795_161_600_000,
        key,
    };
    Outcome {
        inputs: Vec::new(),
        sources: Vec::new(),
        notices: Vec::new(),
        as_of: AsOf { millis: devices.as_of, given: true, otherwise: None },
        thresholds: Thresholds::default(),
        records: RecordTable { consoles: Vec::new(), exports: By::default(), set_aside: Vec::new(), older: Vec::new() },
        links: Links::default(),
        rules: Vec::new(),
        marks: Vec::new(),
        tallies: Vec::new(),
        findings: Findings::default(),
        questions: Questions::default(),
        hidden: Hidden::default(),
        settings: vec![Setting { name: "a".into(), value: "b".into(), source: "c".into() }],
        settled_by: Vec::new(),
        packages: Packages { list: By::default(), of_device: devices.key.beside(PackageId::NONE) },
        decisions: Decided::default(),
        purpose: Disposition::Repair,
        steps: By::default(),
        entries: By::default(),
        schedule: Schedule { of_device: devices.key.beside(BatchId::NONE), ..Schedule::default() },
        rule_files: Vec::new(),
        console_files: crate::assets::Files::new(),
        provenance: Vec::new(),
        since: crate::outcome::Since::default(),
        ledger: crate::outcome::Ledger::default(),
        kept: Vec::new(),
        begun: Vec::new(),
        devices,
    }
}

fn moment() -> impl Strategy<Value = Option<i64>> {
    prop::option::of(-60_000_000_000_000_i64..400_000_000_000_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_texts_and_times_come_back(
        lines in prop::collection::vec((any::<String>(), "[a-f0-9-]{0,40}", moment(), moment(), any::<u32>(), 0_usize..20), 0..40)
    ) {
        let outcome = made_up(&lines);
        let files = saved(&outcome);
        let (loaded, _) = load(written(&files).path()).unwrap();
        let (a, b) = (&outcome.devices, &loaded.devices);
        for at in DeviceId::all(a.key.count()) {
            prop_assert_eq!(a.name.get(at), b.name.get(at));
            prop_assert_eq!(a.serial.compared(at), b.serial.compared(at));
            prop_assert_eq!(a.serial.as_written(at), b.serial.as_written(at));
            prop_assert_eq!(a.entra_device_id.get(at), b.entra_device_id.get(at));
            prop_assert_eq!(a.primary_user.get(at), b.primary_user.get(at));
            prop_assert_eq!(a.last_activity.get(at), b.last_activity.get(at));
            prop_assert_eq!(a.last_console(at), b.last_console(at));
        }
        prop_assert_eq!(&a.platform, &b.platform);
        prop_assert_eq!(&a.consoles, &b.consoles);
        prop_assert!(saved(&loaded) == files);
    }
}
