//! A console that is missing, empty, cut or a tenth of its size: no rule concludes anything from what it lacks.

use std::collections::BTreeSet;

use lastseen::console::Console;
use lastseen::run;

use crate::common::{Place, Sheet};
use crate::generator::{Options, Tenant, tenant};

const OPTIONS: Options = Options { devices: 600, seed: 21, zip_intune: false };

/// Rules that conclude something from what a console lacks.
fn by_absence(console: Console) -> Vec<String> {
    let shipped = run::check(&run::Options::default()).unwrap().rules;
    let concludes = |rule: &&lastseen::rules::Rule| rule.demands().1.iter().any(|name| name == console.title());
    shipped.iter().filter(concludes).map(|rule| rule.text.id.clone()).collect()
}

/// Every rule that concludes from the console's gaps is stale and says why, whatever is left of its file.
fn assert_silent(whole: &Tenant, console: Console, content: Option<&[u8]>, what: &str) {
    let place = Place::new();
    for (at, (name, own)) in whole.files.iter().enumerate() {
        match (at == file_of(console), content) {
            (true, None) => {}
            (true, Some(content)) => place.write(&format!("in/{name}"), content),
            (false, _) => place.write(&format!("in/{name}"), own),
        }
    }
    let report = place.tables(&[]);
    let matched: BTreeSet<String> = report.lines("findings.csv").into_iter().map(|line| line["rule"].clone()).collect();
    for rule in by_absence(console) {
        let line = report.rule(&rule);
        assert!(!matched.contains(&rule), "{console} {what}: `{rule}` concluded from a gap");
        assert_eq!(line["outcome"], "did-not-run", "{console} {what}: {rule}");
        assert!(!line["reason"].is_empty(), "{console} {what}: {rule}");
    }
}

fn file_of(console: Console) -> usize {
    match console.as_str() {
        "intune" => 0,
        "entra" => 1,
        "autopilot" => 2,
        "defender" => 3,
        "abm" => 4,
        _ => 5,
    }
}

#[test]
fn nothing_is_concluded_from_what_a_console_lacks() {
    let whole = tenant(&OPTIONS);
    for console in [Console::Intune, Console::Entra, Console::Abm] {
        assert!(!by_absence(console).is_empty(), "{console}");
        let sheet = || Sheet::parse(&whole.files[file_of(console)].1);
        let kept = |rows: usize| {
            let mut sheet = sheet();
            sheet.rows.truncate(rows);
            sheet.bytes()
        };
        assert_silent(&whole, console, None, "missing");
        assert_silent(&whole, console, Some(&kept(0)), "empty");
        // Nothing says how many devices Apple's list ought to hold, so a part of it cannot be told from a small one.
        if console != Console::Abm {
            assert_silent(&whole, console, Some(&kept(sheet().rows.len() / 10)), "of a tenth");
        }
        let bytes = sheet().bytes();
        assert_silent(&whole, console, Some(&bytes[..bytes.len() - 30]), "cut");
    }
}
