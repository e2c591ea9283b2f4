//! What is no regular file: pipes, devices, folders in the place of files.

use std::process::Command;

use super::{entra, row, within};
use crate::common::Place;

/// The sample row, and a pipe beside it that nobody writes to.
fn place() -> Place {
    let place = Place::new();
    place.write("in/entra.csv", entra((0..3).map(|number| row(number, "PC"))));
    let made = Command::new("mkfifo").arg(place.path("pipe.csv")).arg(place.path("in/pipe.csv")).status().unwrap();
    assert!(made.success());
    place
}

#[test]
fn a_pipe_in_a_folder_is_passed_over_and_named() {
    let cost = within(&place(), &["inspect", "in"]);
    assert_eq!(cost.code, 0, "{}", cost.said);
    assert!(cost.said.contains("pipe.csv") && cost.said.contains("a pipe, not a regular file"), "{}", cost.said);
}

#[test]
fn a_pipe_in_the_place_of_any_file_is_refused() {
    let place = place();
    place.write("rules/findings/mine/a.yaml", "");
    std::fs::remove_file(place.path("rules/findings/mine/a.yaml")).unwrap();
    let made = Command::new("mkfifo").arg(place.path("rules/findings/mine/a.yaml")).status().unwrap();
    assert!(made.success());
    for arguments in [
        &["inspect", "pipe.csv"][..],
        &["analyze", "in", "--config", "pipe.csv"],
        &["analyze", "in", "--exceptions", "pipe.csv"],
        &["analyze", "in", "--decisions", "pipe.csv"],
        &["analyze", "in", "--rules", "rules"],
    ] {
        let cost = within(&place, arguments);
        assert_eq!(cost.code, 3, "{arguments:?}: {}", cost.said);
        assert!(cost.said.contains("it is a pipe, not a regular file"), "{arguments:?}: {}", cost.said);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_never_ends_is_refused() {
    for path in ["/dev/zero", "/dev/null", "/proc/self/maps"] {
        for arguments in [&["inspect", path][..], &["analyze", "in", "--config", path]] {
            let cost = within(&place(), arguments);
            assert!([2, 3].contains(&cost.code), "{arguments:?}: {} {}", cost.code, cost.said);
        }
    }
}

#[test]
fn settings_that_are_no_text_are_invalid() {
    let place = place();
    place.write("bad.toml", b"\xFF\xFE[thresholds]");
    place.write("large.toml", "#".repeat(17 << 20));
    place.write("rules/findings/mine/mine.yaml", b"id: \xFF");
    for (arguments, words) in [
        (&["analyze", "in", "--config", "bad.toml"][..], "is not UTF-8"),
        (&["analyze", "in", "--exceptions", "bad.toml"], "is not UTF-8"),
        (&["analyze", "in", "--rules", "rules"], "is not UTF-8"),
        (&["analyze", "in", "--config", "large.toml"], "is larger than 16 MB"),
    ] {
        let cost = within(&place, arguments);
        assert_eq!(cost.code, 5, "{arguments:?}: {}", cost.said);
        assert!(cost.said.contains(words), "{}", cost.said);
    }
}
