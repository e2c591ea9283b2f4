//! Which files a list of paths stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::labels::{self, File, slashes};
use crate::disk;
use crate::error::{Error, Result};
use crate::schema::MANIFEST;

/// Endings of the files that are looked at in folders: those that exports come with, and those of files that are not read, so
/// that somebody is told. A file named on the command line is tried whatever its ending.
pub const ENDINGS: &[&str] = &[
    "csv", "tsv", "txt", "tab", "zip", "json", "jsonl", "ndjson", "xlsx", "xlsm", "xls", "xlsb", "ods", "gz", "7z",
    "xml", "html", "htm",
];

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it lies.
    pub path: PathBuf,
    /// How reports name it: relative to the folder that was given, with forward slashes. No two inputs share a label.
    pub label: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// What lies behind the given files and folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// The input files, in the order of their labels.
    pub inputs: Vec<Input>,
    /// What has the name of an export and was passed over: its label, and why.
    pub passed_over: Vec<(String, String)>,
}

/// Finds every input file behind the given files and folders, in the order of their labels.
///
/// # Errors
/// As [`find`].
pub fn discover(paths: &[PathBuf]) -> Result<Vec<Input>> {
    find(paths).map(|found| found.inputs)
}

/// Finds every input file behind the given files and folders, and what was passed over in folders.
///
/// Hidden files are passed over silently, and so are reports that an earlier run wrote.
///
/// # Errors
/// [`Error::Usage`] for a path that does not exist, [`Error::Unreadable`] for one that the system does not hand out.
pub fn find(paths: &[PathBuf]) -> Result<Discovered> {
    let mut found = Found::default();
    for path in paths {
        let meta = std::fs::metadata(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::Usage {
                message: format!("`{}` does not exist", path.display()),
                help: "name the files or folders that hold the exports".into(),
            },
            _ => Error::Unreadable { path: path.clone(), source },
        })?;
        if meta.is_dir() {
            walk(path, path, &mut BTreeSet::new(), &mut found)?;
        } else {
            let name = path.file_name().unwrap_or(path.as_os_str());
            if let Some(what) = by_product(&name.to_string_lossy()) {
                let message = format!("`{}` is {what}, not an export", path.display());
                return Err(Error::Usage { message, help: "name the file beside it that holds the list".into() });
            }
            found.files.push(File { path: path.clone(), relative: name.into(), bytes: meta.len() });
        }
    }
    Ok(Discovered { inputs: labels::give(found.files), passed_over: found.passed_over.into_iter().collect() })
}

/// What was found so far.
#[derive(Default)]
struct Found {
    files: Vec<File>,
    passed_over: BTreeMap<String, String>,
}

/// What a file is that a program keeps beside the files of people: it is passed over in folders and archives.
pub(super) fn by_product(name: &str) -> Option<&'static str> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is = |known: &[&str]| known.iter().any(|known| name.eq_ignore_ascii_case(known));
    if name.starts_with("~$") {
        Some("the owner file that Office keeps beside an open file")
    } else if name.starts_with(".~lock.") && name.ends_with('#') {
        Some("the lock file that LibreOffice keeps beside an open file")
    } else if name.starts_with("._") {
        Some("what macOS keeps beside a file on a foreign disk")
    } else if is(&["thumbs.db", "ehthumbs.db", "desktop.ini", ".ds_store"]) {
        Some("what the system keeps about a folder")
    } else {
        None
    }
}

fn is_ending(ending: &OsStr) -> bool {
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn walk(root: &Path, folder: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Found) -> Result<()> {
    let unreadable = |source| Error::Unreadable { path: folder.to_path_buf(), source };
    // A link may lead back to a folder above; each is walked once.
    if !seen.insert(std::fs::canonicalize(folder).map_err(unreadable)?) {
        return Ok(());
    }
    if folder.join(MANIFEST).is_file() {
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    // Of two links to one folder the first is followed, in whatever order the system lists them.
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
        if name.starts_with('.') || by_product(&name).is_some() {
            continue;
        }
        let meta = match std::fs::metadata(&path) {
            Ok(meta) => meta,
            // A link that leads nowhere holds no export.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => return Err(Error::Unreadable { path, source }),
        };
        if meta.is_dir() {
            walk(root, &path, seen, found)?;
            continue;
        }
        let relative = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
        match (path.extension().is_some_and(is_ending), disk::strange(meta.file_type())) {
            (true, None) => found.files.push(File { path, relative, bytes: meta.len() }),
            (true, Some(what)) => {
                found.passed_over.insert(slashes(&relative), format!("{what}, not a regular file; it was passed over"));
            }
            // `intune.json.1`, `entra.csv.part`: as often as not a list that somebody meant.
            (false, _) if path.file_stem().is_some_and(|stem| Path::new(stem).extension().is_some_and(is_ending)) => {
                let why = "its name goes on after the ending of an export, so it was passed over; name it by itself to have it read";
                found.passed_over.insert(slashes(&relative), why.into());
            }
            (false, _) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_folders_and_passes_over_reports_and_hidden_files() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "a,b\n").unwrap();
        };
        for name in [
            "b.csv",
            "sub/a.CSV",
            ".hidden.csv",
            "readme.md",
            "c.json.1",
            "old/devices.csv",
            "old/evidence/manifest.json",
            "~$b.xlsx",
            "sub/._a.csv",
            ".~lock.b.xlsx#",
        ] {
            write(name);
        }
        let labels: Vec<_> = discover(&[dir.path().to_path_buf()]).unwrap().into_iter().map(|i| i.label).collect();
        assert_eq!(labels, ["b.csv", "sub/a.CSV"]);
        let passed_over = find(&[dir.path().to_path_buf()]).unwrap().passed_over;
        assert_eq!(passed_over.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(), ["c.json.1"]);
    }

    #[test]
    fn the_page_about_the_reader_names_every_ending() {
        let page = include_str!("../../docs/reading.md");
        let (_, rest) = page.split_once("In a folder, files that end in ").unwrap();
        let (listed, _) = rest.split_once(" are looked at").unwrap();
        let listed: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
        assert_eq!(listed, ENDINGS);
    }

    #[test]
    fn what_programs_keep_beside_a_file_is_named_for_what_it_is() {
        for (name, what) in [
            ("~$devices.xlsx", Some("Office")),
            ("a/~$devices.csv", Some("Office")),
            (".~lock.devices.xlsx#", Some("LibreOffice")),
            ("__MACOSX/._devices.csv", Some("macOS")),
            ("Thumbs.db", Some("system")),
            ("devices~$.xlsx", None),
            ("desktop.csv", None),
        ] {
            let found = by_product(name);
            assert_eq!(found.map(|found| what.is_some_and(|what| found.contains(what))), what.map(|_| true), "{name}");
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("~$devices.xlsx");
        std::fs::write(&path, "x").unwrap();
        assert!(matches!(discover(&[path]), Err(Error::Usage { message, .. }) if message.contains("owner file")));
    }

    #[test]
    fn the_same_name_in_two_folders_is_two_inputs() {
        let dir = tempfile::tempdir().unwrap();
        let mut roots = Vec::new();
        for sub in ["x", "y"] {
            std::fs::create_dir(dir.path().join(sub)).unwrap();
            std::fs::write(dir.path().join(sub).join("d.csv"), "a,b\n").unwrap();
            roots.push(dir.path().join(sub));
        }
        assert_eq!(discover(&roots).unwrap().len(), 2);
        roots.push(dir.path().join("x"));
        assert_eq!(discover(&roots).unwrap().len(), 2, "a folder given twice is read once");
    }

    fn labels(paths: &[PathBuf]) -> Vec<(String, String)> {
        let read = |input: Input| (input.label, std::fs::read_to_string(input.path).unwrap());
        discover(paths).unwrap().into_iter().map(read).collect()
    }

    #[test]
    fn labels_go_by_content_where_names_do_not_tell() {
        let dir = tempfile::tempdir().unwrap();
        let mut roots = Vec::new();
        for (sub, text) in [("x", "one"), ("y", "two"), ("z", "three")] {
            std::fs::create_dir(dir.path().join(sub)).unwrap();
            std::fs::write(dir.path().join(sub).join("d.csv"), text).unwrap();
            roots.push(dir.path().join(sub).join("d.csv"));
        }
        std::fs::write(dir.path().join("d.csv (2)"), "four").unwrap();
        roots.push(dir.path().join("d.csv (2)"));
        let first = labels(&roots);
        let names: Vec<&str> = first.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(names, ["d.csv", "d.csv (2)", "d.csv (3)", "d.csv (4)"]);
        assert_eq!(first[1].1, "four", "a name that somebody gave stays");
        roots.reverse();
        assert_eq!(labels(&roots), first);
        roots.push(dir.path().join("x/../x/d.csv"));
        assert_eq!(labels(&roots), first, "a file given in two ways is read once");
    }

    #[test]
    fn a_file_is_not_taken_for_a_member_of_another() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.zip", "a.zip!b.csv", "c!d.csv"] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        let names: Vec<String> = labels(&[dir.path().to_path_buf()]).into_iter().map(|(label, _)| label).collect();
        assert_eq!(names, ["a.zip", "a.zip_b.csv", "c!d.csv"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_no_text_are_four_inputs() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().unwrap();
        for byte in [0xE4_u8, 0xF6, 0xFC, 0xDF] {
            let name = [b"ger", &[byte][..], b"te.csv"].concat();
            std::fs::write(dir.path().join(OsStr::from_bytes(&name)), [byte & 0x7F]).unwrap();
        }
        let found = labels(&[dir.path().to_path_buf()]);
        let contents: BTreeSet<&str> = found.iter().map(|(_, content)| content.as_str()).collect();
        assert_eq!((found.len(), contents.len()), (4, 4), "{found:?}");
    }
}
