//! Names that would forge what stands around them on a terminal.

use super::{entra, row, within};
use crate::common::Place;

/// A line end, an escape, a C1 control, directions of writing, a line separator, a carriage return.
const HOSTILE: &str = "A\nerror: forged\r\u{1b}[2J\u{9b}31m\u{202e}B\u{2066}C\u{200f}\u{2028}\u{85}D";

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

#[test]
fn names_stay_in_their_place() {
    let place = Place::new();
    place.write("in/entra.csv", entra([row(1, &format!("\"{HOSTILE}\"")), row(2, "B")].into_iter()));
    place.write("in/x.csv", format!("\"{HOSTILE}\",b\n1,2\n"));
    for arguments in [
        &["inspect", "in", "--verbose"][..],
        &["inspect", "in", "--json"],
        &["explain", "entra.csv:1", "in"],
        &["explain", "entra.csv:1", "in", "--json"],
        &["explain", HOSTILE, "in"],
        &["analyze", "in", "--out", "out"],
        &["analyze", "in", "--config", HOSTILE],
        &["analyze", HOSTILE],
        &["inspect", "in", &format!("--{HOSTILE}")],
        &[HOSTILE],
        &["rules", "show", HOSTILE],
    ] {
        let said = within(&place, arguments).said;
        assert!(is_clean(&said), "{arguments:?}: {said:?}");
        assert!(!said.lines().any(|line| line.starts_with("error: forged")), "{arguments:?}: {said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_of_files_stay_in_their_place() {
    let place = Place::new();
    let name = HOSTILE.replace('/', "");
    place.write(&format!("in/{name}.csv"), entra([row(1, "A")].into_iter()));
    place.write(&format!("in/{name}2.csv"), "%PDF-1.7");
    place.write(&format!("rules/formats/{name}.yaml"), "id: [");
    let file = format!("in/{name}2.csv");
    for arguments in [
        &["inspect", "in"][..],
        &["analyze", "in", "--out", "out"],
        &["inspect", &file],
        &["analyze", "in", "--rules", "rules"],
        &["rules", "check", "--rules", "rules"],
        &["explain", "A", "in"],
    ] {
        let said = within(&place, arguments).said;
        assert!(is_clean(&said), "{arguments:?}: {said:?}");
        assert!(!said.lines().any(|line| line.starts_with("error: forged")), "{arguments:?}: {said}");
    }
}
