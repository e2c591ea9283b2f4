//! What a run costs: `--timings`, and how much memory a device may take.

use crate::common::Place;
use crate::generator::Options;

/// The figures of a line of the table: seconds and megabytes.
fn figures(table: &str, step: &str) -> Vec<f64> {
    let line = table.lines().find(|line| line.starts_with(step)).unwrap_or_else(|| panic!("no {step} in\n{table}"));
    let figures = line.strip_prefix(step).unwrap_or_default();
    figures.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn every_step_is_timed() {
    let place = Place::with_sample();
    let run = place.run(&["analyze", "in", "--out", "report", "--quiet", "--timings"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    for step in [
        "Starting",
        "Linking records into devices",
        "Judging devices",
        "Planning steps",
        "Writing the report",
        "whole run",
    ] {
        assert!(!figures(&run.stderr, step).is_empty(), "{}", run.stderr);
    }
    let quiet = place.run(&["analyze", "in", "--out", "again", "--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
}

/// Bytes that a further device may add to the peak: it adds about half of this.
#[cfg(target_os = "linux")]
const MOST_BYTES: f64 = 7_000.0;

/// Time depends on the machine; memory does not. A column that is copied once more for every rule, or a text that is kept
/// for every finding, shows here.
#[cfg(target_os = "linux")]
#[test]
fn a_device_takes_no_more_memory_than_this() {
    let peak = |devices: u32| {
        let devices = devices as usize;
        let (place, _) = Place::with_tenant(&Options { devices, seed: 3, zip_intune: false });
        let run = place.run_with(
            &["analyze", "in", "--format", "csv", "--quiet", "--timings"],
            &[("RAYON_NUM_THREADS", "2"), ("POLARS_MAX_THREADS", "2"), ("MIMALLOC_PURGE_DELAY", "0")],
        );
        assert_eq!(run.code, 0, "{}", run.stderr);
        figures(&run.stderr, "whole run").last().copied().unwrap() * 1e6
    };
    // Below some ten thousand devices the peak grows with the buffers of the writers, which reach their size and stay there.
    let (few, many) = (12_000, 40_000);
    let bytes = (peak(many) - peak(few)) / f64::from(many - few);
    assert!(bytes < MOST_BYTES, "{bytes:.0} bytes a device");
}
