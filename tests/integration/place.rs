//! Where a report goes: what lies there is kept, nothing is left behind, and what cannot be written is said.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Place, Run, files_below};
use crate::generator::Options;

/// Large enough that a run takes a while.
const LARGE: Options = Options { devices: 4_000, seed: 7, zip_intune: false };

fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastseen"));
    command.args(arguments).current_dir(place.path(".")).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn top(place: &Place) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(place.path(".")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn refused(run: &Run, code: i32, part: &str) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert!(run.stderr.contains(part), "{} lacks `{part}`", run.stderr);
}

/// Waits until a run has its work folder.
fn until_it_writes(place: &Place) {
    let end = Instant::now() + Duration::from_secs(20);
    while !top(place).iter().any(|name| name.starts_with(".lastseen-")) {
        assert!(Instant::now() < end, "no work folder");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn what_a_report_did_not_write_stops_the_run_before_it_starts() {
    let place = Place::with_sample();
    place.analyze(&["--format", "csv"]);
    place.write("out/notes.txt", "mine");
    place.write("out/suggestions/own.csv", "mine");
    place.write("in/broken.csv", "x");
    let before = files_below(&place.path("out"));
    let run = place.run(&["analyze", "in", "--out", "out", "--force"]);
    refused(&run, 2, "holds what its report did not write: `notes.txt`, `suggestions/own.csv`");
    assert!(!run.stderr.contains("broken"), "{}", run.stderr);
    assert_eq!(files_below(&place.path("out")), before);
    // A folder with a manifest of its own making is no report.
    place.write("other/evidence/manifest.json", "{}");
    refused(&place.run(&["analyze", "in", "--out", "other", "--force"]), 2, "exists and is no report");
    assert_eq!(top(&place), ["in", "other", "out"]);
}

#[test]
fn what_a_run_reads_is_not_replaced() {
    let place = Place::with_sample();
    place.analyze(&["--format", "csv,xlsx"]);
    place.write("e.yaml", "[]\n");
    fs::create_dir(place.path("own")).unwrap();
    let before = files_below(&place.path("out"));
    for more in [
        &["in", "--decisions", "out/workbook.xlsx"][..],
        &["in", "out/devices.csv"],
        &["in", "out"],
        &["in", "--config", "out/rules.csv"],
        &["in", "--exceptions", "out/rules.csv"],
        &["in", "--rules", "out/suggestions"],
        &["in", "--templates", "out/suggestions"],
    ] {
        let run = place.run(&[&["analyze", "--out", "out", "--force"], more].concat());
        assert_ne!(run.code, 0, "{more:?}");
        assert_eq!(files_below(&place.path("out")), before, "{more:?}");
    }
    let run = place.run(&["analyze", "in", "--out", "out", "--force", "--decisions", "out/workbook.xlsx"]);
    refused(&run, 2, "`out` holds what this run reads: `out/workbook.xlsx`");
    refused(&place.run(&["analyze", "in", "--out", "in", "--force"]), 2, "`in` holds what this run reads: `in`");
    refused(&place.run(&["analyze", "in", "--out", ".", "--force"]), 2, "names no folder of its own");
    refused(&place.run(&["analyze", "in", "--out", "/", "--force"]), 2, "names no folder of its own");
    let here = fs::canonicalize(place.path(".")).unwrap();
    refused(&place.run(&["analyze", "in", "--out", here.to_str().unwrap(), "--force"]), 2, "current folder");
    assert_eq!(top(&place), ["e.yaml", "in", "out", "own"]);
}

/// Somebody wrote into the one file of a report that is made to be written into.
#[test]
fn a_workbook_that_was_filled_in_is_not_replaced() {
    let place = Place::with_sample();
    place.analyze(&["--format", "xlsx"]);
    place.write("out/workbook.xlsx", "filled in");
    let run = place.run(&["analyze", "in", "--out", "out", "--force"]);
    refused(&run, 2, "`workbook.xlsx` was changed since it was written");
    assert_eq!(fs::read(place.path("out/workbook.xlsx")).unwrap(), b"filled in");
    fs::remove_file(place.path("out/workbook.xlsx")).unwrap();
    place.analyze(&["--format", "xlsx", "--force"]);
}

/// A file that cannot be read may be filled in as well as any other: another program may hold it open.
#[cfg(unix)]
#[test]
fn a_workbook_that_cannot_be_read_is_not_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_sample();
    place.analyze(&["--format", "xlsx"]);
    place.write("out/workbook.xlsx", "filled in");
    let book = place.path("out/workbook.xlsx");
    fs::set_permissions(&book, fs::Permissions::from_mode(0o000)).unwrap();
    // The administrator of the machine reads everything; then it is a workbook that was changed.
    let said = if fs::read(&book).is_ok() { "was changed" } else { "cannot be read, so that nobody knows" };
    refused(&place.run(&["analyze", "in", "--out", "out", "--force"]), 2, &format!("`workbook.xlsx` {said}"));
    fs::set_permissions(&book, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(fs::read(&book).unwrap(), b"filled in");
}

#[test]
fn a_folder_that_appears_meanwhile_is_kept() {
    for force in [false, true] {
        let (place, _) = Place::with_tenant(&LARGE);
        let more: &[&str] = if force { &["--force"] } else { &[] };
        let mut child =
            command(&place, &[&["analyze", "in", "--out", "out", "--format", "csv"], more].concat()).spawn().unwrap();
        until_it_writes(&place);
        place.write("out/mine.txt", "mine");
        assert_eq!(child.wait().unwrap().code(), Some(2));
        assert_eq!(files_below(&place.path("out")).keys().collect::<Vec<_>>(), ["mine.txt"]);
        assert_eq!(top(&place), ["in", "out"]);
    }
}

#[test]
fn of_two_runs_at_once_one_is_refused() {
    let (place, _) = Place::with_tenant(&LARGE);
    place.analyze(&["--format", "csv", "--label", "before"]);
    let arguments = |label| ["analyze", "in", "--out", "out", "--format", "csv", "--force", "--label", label];
    let mut first = command(&place, &arguments("first")).spawn().unwrap();
    until_it_writes(&place);
    refused(&place.run(&arguments("second")), 2, "another run is writing to `out`");
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert_eq!(top(&place), ["in", "out"]);
}

/// The report at a place is whole: each file that its manifest names is there, and no other.
fn assert_whole(out: &Path, when: &str) {
    let files = files_below(out);
    let manifest: serde_json::Value = serde_json::from_slice(&files["evidence/manifest.json"]).unwrap();
    let mut named: Vec<String> =
        manifest["outputs"].as_array().unwrap().iter().map(|o| o["file"].as_str().unwrap().to_owned()).collect();
    named.extend(["evidence/manifest.json".into(), "evidence/SHA256SUMS".into()]);
    named.sort();
    assert_eq!(files.keys().cloned().collect::<Vec<_>>(), named, "{when}");
    for output in manifest["outputs"].as_array().unwrap() {
        let size = files[output["file"].as_str().unwrap()].len();
        assert_eq!(output["bytes"], size, "{when}: {}", output["file"]);
    }
}

#[cfg(unix)]
fn kill(child: &mut Child, signal: &str) -> Option<i32> {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args([&format!("-{signal}"), &pid]).stderr(Stdio::null()).status();
    assert!(sent.is_ok(), "no `kill` here");
    child.wait().unwrap().code()
}

/// `LASTSEEN_KILLS` says how often; the numbers are of a small linear generator.
#[cfg(unix)]
#[test]
fn a_killed_run_leaves_the_old_report_or_the_new_one() {
    let kills: u64 = std::env::var_os("LASTSEEN_KILLS").map_or(12, |text| text.to_str().unwrap().parse().unwrap());
    let place = Place::with_sample();
    let run = |label: &str, force: bool| {
        let more: &[&str] = if force { &["--force"] } else { &[] };
        command(&place, &[&["analyze", "in", "--out", "out", "--label", label], more].concat()).spawn().unwrap()
    };
    let began = Instant::now();
    assert!(run("0", false).wait().unwrap().success());
    let whole = u64::try_from(began.elapsed().as_micros()).unwrap();
    let mut state = u64::from(std::process::id());
    let (mut cut, mut done) = (0, 0);
    for number in 0..kills {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let force = number % 2 == 0;
        if !force {
            fs::remove_dir_all(place.path("out")).unwrap();
        }
        let signal = ["KILL", "TERM", "INT"][usize::try_from(number / 2 % 3).unwrap()];
        // Half of them in the last part, where the report is put in its place.
        let late = if number % 4 < 2 { 0 } else { whole * 7 / 10 };
        let mut child = run("1", force);
        std::thread::sleep(Duration::from_micros(late + (state >> 33) % (whole * 11 / 10 - late)));
        let code = kill(&mut child, signal);
        let when = format!("kill {number}, {signal}, {}", if force { "--force" } else { "new" });
        if place.path("out").exists() {
            assert_whole(&place.path("out"), &when);
        } else {
            assert!(!force, "{when}: the old report is gone");
        }
        let expected = match signal {
            "TERM" => Some(143),
            "INT" => Some(130),
            _ => None,
        };
        if code == Some(0) {
            done += 1;
        } else {
            // Before the program is there the system ends it; that has no code.
            assert!(code == expected || code.is_none(), "{when}: {code:?}");
            cut += 1;
        }
        if code == expected && code.is_some() {
            assert!(top(&place).iter().all(|name| !name.starts_with('.')), "{when}: {:?}", top(&place));
        }
        assert!(run("0", true).wait().unwrap().success(), "{when}: the next run");
        assert_eq!(top(&place), ["in", "out"], "{when}");
        assert_whole(&place.path("out"), &when);
    }
    eprintln!("{kills} kills: {cut} runs cut, {done} done before");
    assert!(cut > 0, "no run was cut");
}

/// Every verb that prints.
const PRINTING: &[&[&str]] = &[
    &["analyze", "in", "--out", "out", "--force"],
    &["inspect", "in"],
    &["inspect", "in", "--json"],
    &["explain", "CFS-LT-00035", "in"],
    &["explain", "CFS-LT-00035", "in", "--json"],
    &["rules", "list"],
    &["rules", "list", "--json"],
    &["rules", "show", "stale-everywhere"],
    &["rules", "check"],
    &["rules", "test"],
    &["rules", "schema"],
    &["fields"],
    &["fields", "--json"],
    &["checklist"],
    &["checklist", "--json"],
    &["--help"],
    &["--version"],
];

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_gets_lost_is_an_error() {
    let place = Place::with_sample();
    for arguments in PRINTING {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(&place, arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("the answer cannot be written to standard output"), "{arguments:?}: {said}");
        // A reader that has gone away has what it wanted.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(&place, arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The runtime opens `/dev/null` where standard output was closed, so that every answer would seem to arrive.
#[cfg(unix)]
#[test]
fn an_answer_to_a_closed_output_is_an_error() {
    let place = Place::with_sample();
    for arguments in PRINTING {
        let output = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" >&-", env!("CARGO_BIN_EXE_lastseen")])
            .args(*arguments)
            .current_dir(place.path("."))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("it was closed before the program started"), "{arguments:?}: {said}");
    }
}

/// The shell may limit the size of a file; a run then meets what it meets on a full disk.
#[cfg(unix)]
#[test]
fn a_report_that_does_not_fit_is_an_error_and_leaves_nothing() {
    let place = Place::with_sample();
    for (format, blocks) in [("xlsx", 1), ("xlsx", 20), ("html", 1), ("csv", 1), ("json", 1), ("arrow", 1)] {
        let line = format!("ulimit -f {blocks}; exec \"$0\" analyze in --out out --format {format}");
        let output = Command::new("sh")
            .args(["-c", &line, env!("CARGO_BIN_EXE_lastseen")])
            .current_dir(place.path("."))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{format}: {said}");
        assert!(said.contains("error: `out/") && said.contains("cannot be written"), "{format}: {said}");
        assert!(
            said.contains("caused by: ") && !said.contains("panicked") && !said.contains(".rs"),
            "{format}: {said}"
        );
        assert_eq!(top(&place), ["in"], "{format}");
    }
}

/// A file system of its own, if one may be mounted here.
#[cfg(target_os = "linux")]
struct Mounted(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Mounted {
    #[expect(clippy::print_stderr, reason = "a test that cannot be made says so")]
    fn new(at: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(at).output();
        if done.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        eprintln!("SKIPPED: nothing may be mounted here");
        None
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    let place = Place::with_sample();
    for size in ["64k", "256k", "512k", "900k"] {
        let Some(_disk) = Mounted::new(&place.path("disk"), size) else { return };
        let run = place.run(&["analyze", "in", "--out", "disk/out", "--format", "html,csv,xlsx,json,arrow"]);
        assert_eq!(run.code, 1, "{size}: {}", run.stderr);
        assert!(run.complaint().contains("No space left on device"), "{size}: {}", run.stderr);
        assert!(run.stderr.contains("make room") && !run.stderr.contains(".rs"), "{size}: {}", run.stderr);
        assert_eq!(fs::read_dir(place.path("disk")).unwrap().count(), 0, "{size}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_mount_point_is_refused_before_anything_is_read() {
    let place = Place::with_sample();
    let Some(_disk) = Mounted::new(&place.path("disk"), "64m") else { return };
    let began = place.run(&["analyze", "in", "--out", "disk"]);
    refused(&began, 2, "`disk` is a mount point, which cannot be replaced");
    assert_eq!(top(&place), ["disk", "in"]);
    let run = place.run(&["analyze", "in", "--out", "disk/out", "--quiet"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(fs::read_dir(place.path("disk")).unwrap().count(), 1);
}

#[test]
fn no_folder_of_the_machine_is_named_in_a_report() {
    let place = Place::with_sample();
    place.write("conf/lastseen.toml", "exceptions = \"exceptions.yaml\"\n[thresholds]\ninactive = 80\n");
    place.write("conf/exceptions.yaml", "# none yet\n");
    place.write("conf/decisions.csv", "serial,note\nNOBODY1,x\n");
    fs::create_dir(place.path("second")).unwrap();
    {
        let name = "exportDevice_2026-11-20.csv";
        let text = fs::read_to_string(place.path("in").join(name)).unwrap();
        let half: Vec<&str> = text.lines().take(20).collect();
        place.write(&format!("second/{name}"), half.join("\n") + "\n");
    }
    let at = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let run = |out: &str, exports: [&str; 2]| {
        let mut arguments = vec!["analyze".to_owned()];
        arguments.extend(exports.map(at));
        for (option, value) in
            [("--out", out), ("--config", "conf/lastseen.toml"), ("--decisions", "conf/decisions.csv")]
        {
            arguments.extend([option.to_owned(), at(value)]);
        }
        arguments.extend(["--quiet", "--commands", "--format", "html,csv,xlsx,json,arrow"].map(str::to_owned));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let run = place.run(&arguments);
        assert_eq!(run.code, 0, "{}", run.stderr);
        files_below(&place.path(out))
    };
    let first = run("a", ["in", "second"]);
    let temporary = place.path("x").parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    for (name, content) in &first {
        assert!(memchr::memmem::find(content, temporary.as_bytes()).is_none(), "{name} names `{temporary}`");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&first["evidence/manifest.json"]).unwrap();
    let files: Vec<&str> =
        manifest["configuration"]["files"].as_array().unwrap().iter().map(|f| f["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["lastseen.toml", "exceptions.yaml"]);
    let second = run("b", ["second", "in"]);
    for (name, content) in &first {
        assert!(*content == second[name], "{name} depends on the order of the arguments");
    }
}

#[test]
fn a_configuration_among_the_exports_does_not_count() {
    let place = Place::with_sample();
    let strict = "[thresholds]\ninactive = 400\n";
    place.write("lastseen.toml", strict);
    place.write("in/lastseen.toml", strict);
    let stale = |run: &Run| {
        run.stdout.lines().filter(|line| line.starts_with("windows ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let beside = place.run(&["analyze", "in", "--out", "a"]);
    assert!(beside.stderr.contains("`lastseen.toml` in the current folder counts"), "{}", beside.stderr);
    let among = Command::new(env!("CARGO_BIN_EXE_lastseen"))
        .args(["analyze", ".", "--out", "../b"])
        .current_dir(place.path("in"))
        .env_clear()
        .output()
        .unwrap();
    let among = Run {
        code: among.status.code().unwrap(),
        stdout: String::from_utf8(among.stdout).unwrap(),
        stderr: String::from_utf8(among.stderr).unwrap(),
    };
    assert!(among.stderr.contains("does not count, since it lies among the exports"), "{}", among.stderr);
    assert_eq!((beside.code, among.code), (0, 0));
    assert_ne!(stale(&beside), stale(&among));
    // From wherever one runs: a note for who looks at the screen, a notice for who reads the report.
    let note = "`in/lastseen.toml` lies among the exports and does not count; `--config` makes it count";
    assert!(beside.stderr.contains(note), "{}", beside.stderr);
    for (report, place_of) in [("a", "beside"), ("b", "among")] {
        let report = crate::common::Report { root: place.path(report) };
        let told = report.lines_where("notices.csv", "code", "settings-unused");
        let exports: Vec<&str> = told.iter().map(|line| line["export"].as_str()).collect();
        assert_eq!(exports, ["lastseen.toml"], "{place_of}");
    }
    let named = place.run(&["analyze", "in", "--out", "c", "--config", "in/lastseen.toml"]);
    assert_eq!((named.code, named.stderr.as_str()), (0, ""));
    assert_eq!(stale(&named), stale(&beside));
}

#[test]
fn exceptions_that_nothing_names_are_told() {
    let place = Place::with_sample();
    place.write("exceptions.yaml", "[]\n");
    place.write("in/exceptions.yaml", "[]\n");
    let run = place.run(&["analyze", "in", "--format", "csv"]);
    assert!(run.stderr.contains("`exceptions.yaml` in the current folder does not count, since no"), "{}", run.stderr);
    assert!(run.stderr.contains("`in/exceptions.yaml` lies among the exports"), "{}", run.stderr);
    let named = ["analyze", "in", "--format", "csv", "--force", "--exceptions"];
    let run = place.run(&[&named[..], &["in/exceptions.yaml"]].concat());
    assert!(!run.stderr.contains("lies among the exports"), "{}", run.stderr);
    place.write("lastseen.toml", "exceptions = \"exceptions.yaml\"\n");
    let run = place.run(&["analyze", "in", "--format", "csv", "--force"]);
    assert!(!run.stderr.contains("in the current folder does not count"), "{}", run.stderr);
    // A job that prints nothing has it in its report.
    let report = place.tables_into("quiet", &[]);
    assert_eq!(report.lines_where("notices.csv", "code", "settings-unused").len(), 1);
}

#[test]
fn every_input_of_a_name_is_read() {
    let place = Place::new();
    let sample = fs::read_to_string(crate::common::sample().join("exportDevice_2026-11-20.csv")).unwrap();
    let lines: Vec<&str> = sample.lines().collect();
    for (number, rows) in lines[1..41].chunks(10).enumerate() {
        place.write(&format!("in-{number}/list.csv"), format!("{}\n{}\n", lines[0], rows.join("\n")));
    }
    let run =
        place.run(&["analyze", "in-0", "in-1", "in-2", "in-3", "--out", "out", "--quiet", "--as-of", "2026-11-20"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = crate::common::Report { root: place.path("out") };
    assert_eq!(report.lines("records.csv").len(), 40);
    let exports: std::collections::BTreeSet<String> =
        report.lines("records.csv").into_iter().map(|line| line["export"].clone()).collect();
    assert_eq!(exports.into_iter().collect::<Vec<_>>(), ["list.csv", "list.csv (2)", "list.csv (3)", "list.csv (4)"]);
    let inputs = report.manifest()["inputs"].as_array().unwrap().clone();
    assert!(inputs.iter().all(|input| input["exports"].as_array().unwrap().len() == 1), "{inputs:?}");
}

#[test]
fn an_id_that_no_system_takes_for_a_name_is_refused() {
    let place = Place::new();
    let shipped = fs::read_to_string(crate::common::repository("rules/findings/stale/stale-everywhere.yaml"));
    let Ok(shipped) = shipped else { panic!("the shipped rule has moved") };
    for id in ["con", "nul", "com1", "aux.x"] {
        place.write(
            &format!("own-{id}/findings/{id}.yaml"),
            shipped.replace("id: stale-everywhere", &format!("id: {id}")),
        );
        let run = place.run(&["rules", "check", &format!("own-{id}")]);
        refused(&run, 5, &format!("`{id}` cannot name a file"));
    }
}
