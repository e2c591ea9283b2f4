//! What is not known, and what the program says would settle it.

use std::collections::BTreeSet;

use crate::common::{Line, Place};
use crate::identity::build::{AUTOPILOT, AUTOPILOT_PORTAL, ENTRA, INTUNE};

const ASKED_FOR: &str = "Windows Autopilot, device identities of Microsoft Graph";

/// A tenant of which an Autopilot list is the last one: five machines in use, and one that nothing but Autopilot knows.
fn with_autopilot(name: &str, list: Vec<u8>) -> Place {
    let place = Place::new();
    let number = |at: usize| format!("{at:03}");
    let intune = |at: usize| {
        let n = number(at);
        format!("id=i{n}; name=PC-{n}; serial=5CG1234{n}; entra=e{n}; maker=HP; seen=2026-09-0{at}T08:00:00Z")
    };
    let entra = |at: usize| {
        let n = number(at);
        format!("object=o{n}; entra=e{n}; name=PC-{n}; seen=2026-09-0{at}T08:00:00Z")
    };
    let rows = |one: &dyn Fn(usize) -> String| (1..6).map(one).collect::<Vec<String>>();
    for export in [INTUNE.rows(&rows(&intune)), ENTRA.rows(&rows(&entra))] {
        place.write(&format!("in/{}", export.name), export.content);
    }
    place.write(&format!("in/{name}"), list);
    place
}

fn questions(place: &Place) -> Vec<Line> {
    place.tables(&[]).lines("questions.csv")
}

fn asking_for<'a>(questions: &'a [Line], export: &str) -> BTreeSet<(&'a str, &'a str)> {
    let asks = questions.iter().filter(|line| line["settled_by"].contains(export));
    asks.map(|line| (line["rule"].as_str(), line["device_key"].as_str())).collect()
}

/// The portal's list has serial numbers alone. Its questions name the list that has the rest, and with that they are gone.
#[test]
fn the_export_that_is_asked_for_settles_the_question() {
    let portal = |at: usize| format!("serial=5CG1234{at:03}; maker=HP; model=EliteBook 840 G9");
    let api = |at: usize| {
        let (entra, intune) = if at < 6 { (format!("e{at:03}"), format!("i{at:03}")) } else { Default::default() };
        format!("id=a{at:03}; serial=5CG1234{at:03}; maker=HP; entra={entra}; intune={intune}")
    };
    let list = AUTOPILOT_PORTAL.rows(&(1..7).map(portal).collect::<Vec<_>>());
    let before = questions(&with_autopilot(&list.name, list.content));
    let asked = asking_for(&before, ASKED_FOR);
    assert!(!asked.is_empty(), "{before:?}");

    let list = AUTOPILOT.rows(&(1..7).map(api).collect::<Vec<_>>());
    let place = with_autopilot(&list.name, list.content);
    let after = questions(&place);
    assert_eq!(asking_for(&after, ASKED_FOR), BTreeSet::new(), "before: {asked:?}");
}

/// The terminal and the report say the same of what is not known.
#[test]
fn the_summary_says_what_to_ask_for_next() {
    let portal = |at: usize| format!("serial=5CG1234{at:03}; maker=HP; model=EliteBook 840 G9");
    let list = AUTOPILOT_PORTAL.rows(&(1..7).map(portal).collect::<Vec<_>>());
    let place = with_autopilot(&list.name, list.content);
    let run = place.run(&["analyze", "in", "--out", "out"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines = run.stdout.lines().skip_while(|line| *line != "not known").take_while(|line| !line.is_empty());
    let said = lines.collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(said);
}
