//! What lies at a place and beside it, before and after.

use std::fs;

use sha2::{Digest, Sha256};

use super::*;
use crate::outcome::{Contents, Manifest, OutputFile};
use crate::schema::{MANIFEST, SUMS, WORKBOOK};

fn take(at: &Path, force: bool) -> Result<Place> {
    Place::take(at, force, &[], &mut |_| ())
}

/// A manifest that names files whose content is their name.
fn manifest(files: &[&str]) -> String {
    let sha256 = |file: &str| crate::read::hex(&Sha256::digest(file.as_bytes()));
    let output = |file: &&str| OutputFile { file: (*file).into(), bytes: file.len() as u64, sha256: sha256(file) };
    Manifest::new(Contents::Report(Box::default()), files.iter().map(output).collect()).text().unwrap()
}

/// Writes a report with these files, whose content is their name.
fn write(place: &Place, files: &[&str]) {
    fill(&place.folder(), files);
}

/// Makes a report of these files.
pub(super) fn fill(folder: &Path, files: &[&str]) {
    let manifest = manifest(files);
    for (name, text) in files.iter().map(|f| (*f, *f)).chain([(MANIFEST, manifest.as_str()), (SUMS, "")]) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn refusal(outcome: Result<impl std::fmt::Debug>) -> String {
    outcome.unwrap_err().to_string()
}

#[test]
fn appears_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("above/out");
    let place = take(&out, false).unwrap();
    write(&place, &["a.csv"]);
    assert!(!out.exists());
    drop(place);
    assert_eq!(names(dir.path()), [""; 0], "a report given up leaves nothing");

    let place = take(&out, false).unwrap();
    write(&place, &["a.csv"]);
    place.finish().unwrap();
    assert_eq!(names(&out), ["a.csv", "evidence"]);
    assert!(refusal(take(&out, false)).ends_with("holds a report already"));

    let place = take(&out, true).unwrap();
    write(&place, &["b.csv"]);
    assert_eq!(names(&out), ["a.csv", "evidence"]);
    place.finish().unwrap();
    assert_eq!(names(&out), ["b.csv", "evidence"]);
    assert_eq!(names(&dir.path().join("above")), ["out"]);
}

#[test]
fn what_no_report_wrote_stays() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    fill(&out, &["a.csv"]);
    fs::write(out.join("thesis.txt"), "mine").unwrap();
    assert!(refusal(take(&out, true)).ends_with("holds what its report did not write: `thesis.txt`"));
    fs::remove_file(out.join("thesis.txt")).unwrap();

    // It comes while the report is written.
    let place = take(&out, true).unwrap();
    write(&place, &["b.csv"]);
    fs::write(out.join("thesis.txt"), "mine").unwrap();
    assert!(refusal(place.finish()).contains("`thesis.txt`"));
    assert_eq!(names(&out), ["a.csv", "evidence", "thesis.txt"]);
    fs::remove_dir_all(&out).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "mine").unwrap();
    assert!(refusal(take(&out, true)).ends_with("exists and is no report"));
    assert_eq!(names(dir.path()), ["out"]);
}

#[test]
fn what_comes_to_the_place_meanwhile_stays() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    for force in [false, true] {
        let place = take(&out, force).unwrap();
        write(&place, &["a.csv"]);
        fs::create_dir(&out).unwrap();
        assert!(refusal(place.finish()).contains("was left as it is"));
        assert_eq!(names(&out), [""; 0], "an empty folder is somebody's, too");

        let place = take(&out, force).unwrap();
        write(&place, &["a.csv"]);
        fs::write(out.join("mine"), "").unwrap();
        assert!(refusal(place.finish()).contains("was left as it is"));
        assert_eq!(names(&out), ["mine"]);
        fs::remove_dir_all(&out).unwrap();
    }
    // Another report in the place of the one that was to be replaced.
    fill(&out, &["a.csv"]);
    let place = take(&out, true).unwrap();
    write(&place, &["b.csv"]);
    fs::remove_dir_all(&out).unwrap();
    fill(&out, &["c.csv"]);
    assert!(refusal(place.finish()).contains("was left as it is"));
    assert_eq!(names(&out), ["c.csv", "evidence"]);
    assert_eq!(names(dir.path()), ["out"]);
}

#[test]
fn one_run_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let first = take(&out, false).unwrap();
    assert!(refusal(take(&out, true)).starts_with("another run is writing to"));
    let other = take(&dir.path().join("other"), false).unwrap();
    drop(first);
    take(&out, false).unwrap();
    drop(other);
    assert_eq!(names(dir.path()), [""; 0]);
}

/// A work folder as a killed run leaves it.
fn leftover(dir: &Path, token: &str, name: &str) -> PathBuf {
    let root = dir.join(format!("{}{token}", lock::PREFIX));
    fs::create_dir_all(root.join("new").join(name)).unwrap();
    fs::write(root.join("owner"), format!("lastseen work folder\n{}\n", crate::read::hex(name.as_bytes()))).unwrap();
    fs::write(root.join("new").join(name).join("tenant.csv"), "another tenant").unwrap();
    root
}

#[test]
fn leftovers_go_and_join_no_report() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    leftover(dir.path(), "0123456789abcdef", "out");
    leftover(dir.path(), "fedcba9876543210", "other");
    fs::create_dir(dir.path().join(".lastseen-00000000000000ff")).unwrap();
    fs::write(dir.path().join(lock::name_for("other")), "").unwrap();
    let foreign = dir.path().join(".lastseen-00000000000000aa");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("mine"), "").unwrap();
    let place = take(&out, false).unwrap();
    write(&place, &["a.csv"]);
    place.finish().unwrap();
    assert_eq!(names(dir.path()), [".lastseen-00000000000000aa", "out"]);
    assert_eq!(names(&out), ["a.csv", "evidence"]);
}

#[test]
fn a_work_folder_whose_owner_lives_stays() {
    let dir = tempfile::tempdir().unwrap();
    let root = leftover(dir.path(), "0123456789abcdef", "out");
    let owner = fs::File::open(root.join("owner")).unwrap();
    owner.lock().unwrap();
    drop(take(&dir.path().join("out"), false).unwrap());
    assert!(root.join("new/out/tenant.csv").is_file());
    drop(owner);
    drop(take(&dir.path().join("out"), false).unwrap());
    assert!(!root.exists());
}

#[test]
fn the_only_report_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let root = leftover(dir.path(), "0123456789abcdef", "out");
    fill(&root.join("old/out"), &["a.csv"]);
    drop(take(&dir.path().join("other"), false).unwrap());
    assert!(root.exists(), "a run for another place leaves it");
    let mut told = String::new();
    let refused = Place::take(&out, false, &[], &mut |line| told.push_str(line));
    assert!(refusal(refused).ends_with("holds a report already"));
    assert!(told.ends_with("the report from before is back"), "{told}");
    assert_eq!(names(&out), ["a.csv", "evidence"]);
    assert_eq!(names(dir.path()), ["out"]);

    // With the new report in its place, the earlier one is done with; with something else there, it is kept.
    let root = leftover(dir.path(), "0123456789abcdef", "out");
    fill(&root.join("old/out"), &["b.csv"]);
    drop(take(&out, true).unwrap());
    assert_eq!((names(dir.path()), names(&out)), (vec!["out".to_string()], vec!["a.csv".into(), "evidence".into()]));
    let root = leftover(dir.path(), "0123456789abcdef", "out");
    fill(&root.join("old/out"), &["b.csv"]);
    fs::remove_dir_all(&out).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("mine"), "").unwrap();
    assert!(take(&out, true).is_err());
    assert!(root.join("old/out/b.csv").is_file());
}

/// Somebody may have saved the workbook of the earlier report after the last look, just before the run was stopped.
#[test]
fn a_leftover_with_a_workbook_that_was_filled_in_stays() {
    let dir = tempfile::tempdir().unwrap();
    for (text, stays) in [(WORKBOOK, false), ("filled in", true)] {
        let root = leftover(dir.path(), "0123456789abcdef", "out");
        fs::remove_file(root.join("new/out/tenant.csv")).unwrap();
        fill(&root.join("new/out"), &[WORKBOOK]);
        fs::write(root.join("new/out").join(WORKBOOK), text).unwrap();
        drop(take(&dir.path().join("out"), false).unwrap());
        assert_eq!(root.exists(), stays, "{text}");
    }
}

#[test]
fn without_an_exchange_the_earlier_report_is_moved_aside() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    fill(&out, &["a.csv"]);
    let mut place = take(&out, true).unwrap();
    write(&place, &["b.csv"]);
    let new = place.folder();
    place.in_two_steps(&new).unwrap();
    assert_eq!(names(&out), ["b.csv", "evidence"]);
    drop(place);

    let mut place = take(&out, true).unwrap();
    fs::write(out.join("mine"), "").unwrap();
    let new = place.folder();
    assert!(place.in_two_steps(&new).is_err());
    assert_eq!(names(&out), ["b.csv", "evidence", "mine"], "it goes back");
    drop(place);
    assert_eq!(names(dir.path()), ["out"]);
}

#[test]
fn inputs_are_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    fill(&out, &["a.csv"]);
    for input in [out.join("a.csv"), out.clone(), out.join("../out/./a.csv")] {
        let refused = Place::take(&out, true, std::slice::from_ref(&input), &mut |_| ());
        assert!(refusal(refused).contains("holds what this run reads"), "{}", input.display());
    }
    drop(Place::take(&out, true, &[dir.path().to_path_buf()], &mut |_| ()).unwrap());
    for (at, part) in
        [("..", "names no folder"), (".", "names no folder"), ("/", "names no folder"), ("", "names no folder")]
    {
        assert!(refusal(take(Path::new(at), true)).contains(part), "{at}");
    }
    let here = std::env::current_dir().unwrap();
    assert!(refusal(take(&here, true)).contains("is or holds the current folder"));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = dir.path().join("elsewhere");
        fill(&elsewhere, &["a.csv"]);
        symlink(&elsewhere, dir.path().join("out")).unwrap();
        assert!(refusal(take(&dir.path().join("out"), true)).ends_with("is a link"));
        assert!(refusal(take(&dir.path().join("out/"), true)).ends_with("is a link"));
        // A link above the place is fine, and an input behind one is found.
        symlink(dir.path(), dir.path().join("above")).unwrap();
        let place = take(&dir.path().join("above/new"), false).unwrap();
        write(&place, &["a.csv"]);
        place.finish().unwrap();
        assert!(dir.path().join("new/a.csv").is_file());
        let input = dir.path().join("above/elsewhere/a.csv");
        assert!(Place::take(&elsewhere, true, &[input], &mut |_| ()).is_err());
        // A link among the leftovers is nobody's work folder.
        symlink(&elsewhere, dir.path().join(".lastseen-0123456789abcdef")).unwrap();
        drop(take(&dir.path().join("x"), false).unwrap());
        assert!(elsewhere.join("a.csv").is_file());
    }

    #[test]
    fn reports_are_private_unless_the_folder_was_not() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let run = |force| {
            let place = take(&out, force).unwrap();
            assert_eq!(mode(place.scratch()), 0o700);
            let folder = super::super::super::folder::Folder::begin(place, &crate::run::Silent);
            folder.text("lists/a.csv", "a").unwrap();
            folder.text(MANIFEST, &manifest(&["lists/a.csv"])).unwrap();
            folder.finish().unwrap();
            [mode(&out), mode(&out.join("lists")), mode(&out.join("lists/a.csv"))]
        };
        assert_eq!(run(false), [0o700, 0o700, 0o600]);
        assert_eq!(run(true), [0o700, 0o700, 0o600]);
        chmod(&out, 0o755);
        assert_eq!(run(true), [0o755, 0o755, 0o644]);
        chmod(&out, 0o750);
        assert_eq!(run(true), [0o750, 0o750, 0o640]);
        fs::remove_dir_all(&out).unwrap();
        fs::create_dir(&out).unwrap();
        chmod(&out, 0o700);
        assert_eq!(run(false), [0o700, 0o700, 0o600], "an empty folder says it, too");
    }

    #[test]
    fn names_may_be_as_long_as_the_file_system_takes() {
        let dir = tempfile::tempdir().unwrap();
        let place = take(&dir.path().join("x".repeat(255)), false).unwrap();
        write(&place, &["a.csv"]);
        place.finish().unwrap();
        assert!(refusal(take(&dir.path().join("x".repeat(256)), false)).contains("cannot be used"));
        assert_eq!(names(dir.path()).len(), 1);
    }
}
