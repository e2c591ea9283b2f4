//! Order and names of files, sheets and rows change nothing; an older list never adds a removal.

use proptest::prelude::*;

use super::{analyze, cros, intune};
use crate::common::Report;

/// Findings that ask for a removal, and steps: by rule or step, and device.
fn removals(report: &Report) -> Vec<(String, String)> {
    let steps = super::steps(report).into_iter().map(|(device, step)| (step, device));
    let found = report.lines("findings.csv").into_iter().map(|line| (line["rule"].clone(), line["device_key"].clone()));
    let mut all: Vec<(String, String)> = steps.chain(found).collect();
    all.sort();
    all
}

const STATES: [&str; 3] = ["ACTIVE", "DISABLED", "DEPROVISIONED"];

/// A Chromebook in two lists: in which it stands, its state and last sync in each.
type Two = (bool, bool, usize, usize, u32, u32);

fn chromebooks() -> impl Strategy<Value = Vec<Two>> {
    prop::collection::vec((any::<bool>(), any::<bool>(), 0_usize..3, 0_usize..3, 1_u32..28, 0_u32..28), 3..16)
}

fn day(month: &str, day: u32) -> String {
    format!("{month}-{day:02}")
}

/// Both lists: the older of last year's spring to autumn, the newer of this winter.
/// Rows by number: console and content.
type Rows = Vec<(u32, &'static str, String)>;

fn lists(all: &[Two]) -> (Rows, Rows) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for (number, (in_old, in_new, before, now, then, later)) in (1..).zip(all) {
        let then = day("2025-06", *then);
        if *in_old {
            old.push((number, STATES[*before], then.clone()));
        }
        if *in_new {
            // A device that was not used since shows the old date again.
            let seen = if *later == 0 && *in_old { then } else { day("2026-02", (*later).max(1)) };
            new.push((number, STATES[*now], seen));
        }
    }
    // Two devices are in use all the time.
    for number in [900, 901] {
        old.push((number, "ACTIVE", day("2025-10", 1)));
        new.push((number, "ACTIVE", day("2026-02", 27)));
    }
    (old, new)
}

fn text(rows: &[(u32, &'static str, String)]) -> String {
    cros(&rows.iter().map(|(number, state, seen)| (*number, *state, seen.as_str())).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_older_list_never_adds_a_removal(all in chromebooks()) {
        let (old, new) = lists(&all);
        let (_place, alone) = analyze(&[("m.csv", text(&new))], &[]);
        let alone = removals(&alone);
        for name in ["a.csv", "z.csv"] {
            let (_place, both) = analyze(&[("m.csv", text(&new)), (name, text(&old))], &[]);
            for removal in removals(&both) {
                prop_assert!(alone.contains(&removal), "{removal:?} with {name}");
            }
        }
    }

    #[test]
    fn names_and_order_of_lists_and_rows_change_nothing(all in chromebooks(), turn in 0_usize..16) {
        let (mut old, mut new) = lists(&all);
        let files = |old: &str, new: &str| [(old.to_owned(), 0), (new.to_owned(), 1)];
        let mut first: Option<Vec<Vec<u8>>> = None;
        for (turned, names) in [(false, files("a.csv", "b.csv")), (true, files("b.csv", "a.csv")), (true, files("x/1.csv", "c.csv"))] {
            if turned {
                let by = turn % old.len();
                old.rotate_left(by);
                new.reverse();
            }
            let lists = [text(&old), text(&new)];
            let given: Vec<(&str, String)> = names.iter().map(|(name, at)| (name.as_str(), lists[*at].clone())).collect();
            let (_place, report) = analyze(&given, &[]);
            let mut files = report.files();
            let said: Vec<Vec<u8>> =
                ["findings.csv", "devices.csv", "plan.csv", "packages.csv"].iter().filter_map(|f| files.remove(*f)).collect();
            match &first {
                None => first = Some(said),
                Some(first) => prop_assert!(*first == said),
            }
        }
    }
}

#[test]
fn an_older_list_of_intune_adds_no_removal() {
    let new: Vec<(u32, &str, &str)> =
        (1..=12).map(|n| (n, if n < 4 { "2025-06-01" } else { "2026-02-20" }, "Windows")).collect();
    let old: Vec<(u32, &str, &str)> = (1..=15).map(|n| (n, "2025-05-01", "Windows")).collect();
    let (_place, alone) = analyze(&[("new.csv", intune(&new))], &[]);
    let (_place, both) = analyze(&[("new.csv", intune(&new)), ("old.csv", intune(&old))], &[]);
    assert_eq!(removals(&both), removals(&alone));
}
