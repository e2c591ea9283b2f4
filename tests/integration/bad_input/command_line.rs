//! Command lines that ask for what cannot be, and folders that the report must not touch.

use insta::assert_snapshot;

use super::complaint;
use crate::common::{Place, Report};

#[test]
fn no_such_path() {
    assert_snapshot!(complaint(&Place::new(), &["analyze", "exprots"]), @"
    exit 2
    error: `exprots` does not exist
    help: name the files or folders that hold the exports
    ");
}

#[test]
fn no_input_named() {
    assert_snapshot!(complaint(&Place::new(), &["analyze"]), @"
    exit 2
    error: the following required arguments were not provided:
      <EXPORTS>...

    Usage: lastseen analyze <EXPORTS>...

    For more information, try '--help'.
    ");
}

#[test]
fn output_folder_of_somebody_else() {
    let place = Place::with_sample();
    place.write("out/thesis.txt", "mine");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out"]), @"
    exit 2
    error: `out` exists and is no report
    help: choose another place with `--out`
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out", "--force"]), @"
    exit 2
    error: `out` exists and is no report
    help: choose another place with `--out`
    ");
}

#[test]
fn output_that_is_a_file() {
    let place = Place::with_sample();
    place.write("out", "mine");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out", "--force"]), @"
    exit 2
    error: `out` is not a folder
    help: choose another place with `--out`
    ");
}

#[test]
fn output_below_a_file() {
    let place = Place::with_sample();
    place.write("file", "mine");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "file/out"]), @"
    exit 2
    error: `file` is not a folder
    help: choose another place with `--out`
    ");
}

#[test]
fn earlier_report_is_replaced_only_when_asked() {
    let place = Place::with_sample();
    let first = place.analyze(&[]).files();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out"]), @"
    exit 2
    error: `out` holds a report already
    help: replace it with `--force`, or choose another place with `--out`
    ");
    assert!(place.analyze(&["--force", "--commands"]).files() != first);
    assert!(place.analyze(&["--force"]).files() == first, "the old report must be gone as a whole");
    place.write("out/suggestions/of-last-year.csv", "old");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--out", "out", "--force"]), @"
    exit 2
    error: `out` holds what its report did not write: `suggestions/of-last-year.csv`
    help: move it elsewhere, or choose another place with `--out`
    ");
    let beside: Vec<String> = place.listing().into_iter().filter(|name| name.starts_with('.')).collect();
    assert_eq!(beside, Vec::<String>::new());
}

#[test]
fn time_that_is_none() {
    let place = Place::with_sample();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--as-of", "yesterday"]), @"
    exit 2
    error: invalid value 'yesterday' for '--as-of <TIME>': write it as `2026-11-20` or `2026-11-20T08:00:00Z`

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--as-of", "11/20/2026"]), @"
    exit 2
    error: invalid value '11/20/2026' for '--as-of <TIME>': write it as `2026-11-20` or `2026-11-20T08:00:00Z`

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--as-of", "2026-02-30"]), @"
    exit 2
    error: invalid value '2026-02-30' for '--as-of <TIME>': write it as `2026-11-20` or `2026-11-20T08:00:00Z`

    For more information, try '--help'.
    ");
}

#[test]
fn threshold_that_is_none() {
    let place = Place::with_sample();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactive=7"]), @"
    exit 2
    error: an inactivity threshold of 7 days is below 21
    help: Entra's activity stamp only moves once it is 14 ± 5 days old, so live devices would be called stale; `--allow-short-thresholds` accepts it for non-persistent desktops
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactiv=60"]), @"
    exit 2
    error: invalid value 'inactiv=60' for '--threshold <NAME=DAYS>': `inactiv` is no threshold; the nearest is `inactive`

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactive.amiga=60"]), @"
    exit 2
    error: invalid value 'inactive.amiga=60' for '--threshold <NAME=DAYS>': `amiga` is no platform; use one of: windows, macos, ios, android, chromeos, linux, other

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactive=soon"]), @"
    exit 2
    error: invalid value 'inactive=soon' for '--threshold <NAME=DAYS>': `soon` is no number of days

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--threshold", "inactive"]), @"
    exit 2
    error: invalid value 'inactive' for '--threshold <NAME=DAYS>': write it as `inactive=60` or `inactive.ios=60`

    For more information, try '--help'.
    ");
}

#[test]
fn severity_that_is_none() {
    assert_snapshot!(complaint(&Place::with_sample(), &["analyze", "in", "--fail-on", "serious"]), @"
    exit 2
    error: invalid value 'serious' for '--fail-on <SEVERITY>': use one of: info, low, medium, high, critical

    For more information, try '--help'.
    ");
}

#[test]
fn options_that_are_none() {
    let place = Place::with_sample();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--date-order", "ymd"]), @"
    exit 2
    error: invalid value 'ymd' for '--date-order <ORDER>'
      [possible values: dmy, mdy]

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analize", "in"]), @"
    exit 2
    error: unrecognized subcommand 'analize'

      tip: a similar subcommand exists: 'analyze'

    Usage: lastseen <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--outt", "x"]), @"
    exit 2
    error: unexpected argument '--outt' found

      tip: a similar argument exists: '--out'

    Usage: lastseen analyze --out <DIR> <EXPORTS>...

    For more information, try '--help'.
    ");
}

#[test]
fn numbers_that_nobody_can_expect() {
    let place = Place::with_sample();
    assert_snapshot!(complaint(&place, &["analyze", "in", "--expect", "intune"]), @"
    exit 2
    error: invalid value 'intune' for '--expect <CONSOLE=N>': write it as `intune=4812`

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--expect", "intun=5"]), @"
    exit 2
    error: `intun` is no console
    help: the nearest is `intune`
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--expect", "intune=many"]), @"
    exit 2
    error: invalid value 'intune=many' for '--expect <CONSOLE=N>': `many` is no number of devices

    For more information, try '--help'.
    ");
    assert_snapshot!(complaint(&place, &["analyze", "in", "--expect", "intune=-5"]), @"
    exit 2
    error: invalid value 'intune=-5' for '--expect <CONSOLE=N>': `-5` is no number of devices

    For more information, try '--help'.
    ");
}

#[test]
fn remarks_under_strict() {
    assert_snapshot!(complaint(&Place::with_sample(), &["analyze", "in", "--strict"]), @"
    exit 4
    error: `--strict` does not accept 2 notices about the input
      serial `240000383` is used by several manufacturers (dell, lenovo) and is not used for matching
      serial `VMware-f2 40 00 07 51 49 ea 62-78 65 32 69 2d f5 d7 0b` is in 6 records of Intune, 6 of them in use at the same time under different names: copies of one machine; it is not used for matching
    help: mend the exports, or run without `--strict` to have the notices in the report
    ");
}

#[test]
fn findings_at_or_above_a_severity() {
    let place = Place::with_sample();
    let run = place.run(&["analyze", "in", "--quiet", "--fail-on", "high"]);
    assert_eq!((run.code, run.stderr.as_str()), (10, ""));
    assert!(place.path("lastseen-report/report.html").is_file(), "the report is written all the same");
    let run = place.run(&["analyze", "in", "--quiet", "--fail-on", "critical", "--force"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_no_reason_to_fail() {
    let place = Place::with_sample();
    let plain = place.analyze(&[]).conclusions();
    std::os::unix::fs::symlink("../in", place.path("in/back")).unwrap();
    let run = place.run(&["analyze", "in", "--quiet", "--out", "again"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(Report { root: place.path("again") }.conclusions() == plain, "no file is read twice");
}

#[test]
fn an_earlier_report_among_the_exports_is_no_input() {
    let place = Place::with_sample();
    let first = place.analyze_into("in/report", &[], &[]).conclusions();
    assert!(place.analyze_into("in/report", &["--force"], &[]).conclusions() == first);
}
