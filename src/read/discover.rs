//! Which files a list of paths stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::disk;
use crate::error::{Error, Result};

/// Endings that exports come with. A file named on the command line is tried whatever its ending.
const ENDINGS: &[&str] =
    &["csv", "tsv", "txt", "tab", "zip", "json", "jsonl", "ndjson", "xlsx", "xlsm", "xls", "xlsb", "ods", "gz", "7z"];

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it lies.
    pub path: PathBuf,
    /// How reports name it: relative to the folder that was given, with forward slashes.
    pub label: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// What lies behind the given files and folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// The input files, in the order of their labels.
    pub inputs: Vec<Input>,
    /// What has the name of an export and is no regular file: its label, and what it is.
    pub passed_over: Vec<(String, &'static str)>,
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
            add(path, Path::new(name), meta.len(), &mut found.files);
        }
    }
    let inputs = found.files.into_iter().map(|(label, (path, bytes))| Input { path, label, bytes }).collect();
    Ok(Discovered { inputs, passed_over: found.passed_over.into_iter().collect() })
}

#[derive(Default)]
struct Found {
    files: Files,
    passed_over: BTreeMap<String, &'static str>,
}

type Files = BTreeMap<String, (PathBuf, u64)>;

fn walk(root: &Path, folder: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Found) -> Result<()> {
    let unreadable = |source| Error::Unreadable { path: folder.to_path_buf(), source };
    // A link may lead back to a folder above; each is walked once.
    if !seen.insert(std::fs::canonicalize(folder).map_err(unreadable)?) {
        return Ok(());
    }
    if folder.join("evidence/manifest.json").is_file() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if hidden {
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
        } else if path.extension().is_some_and(|e| ENDINGS.iter().any(|known| e.eq_ignore_ascii_case(known))) {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
            match disk::strange(meta.file_type()) {
                Some(what) => drop(found.passed_over.insert(slashes(&relative), what)),
                None => add(&path, &relative, meta.len(), &mut found.files),
            }
        }
    }
    Ok(())
}

/// Files of two folders may share a relative name; the later one is then named by its whole path as given.
fn add(path: &Path, relative: &Path, bytes: u64, found: &mut Files) {
    let label = slashes(relative);
    match found.get(&label) {
        Some((known, _)) if known != path => {
            found.insert(slashes(path), (path.to_path_buf(), bytes));
        }
        _ => {
            found.insert(label, (path.to_path_buf(), bytes));
        }
    }
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
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
        for name in ["b.csv", "sub/a.CSV", ".hidden.csv", "readme.md", "old/devices.csv", "old/evidence/manifest.json"]
        {
            write(name);
        }
        let labels: Vec<_> = discover(&[dir.path().to_path_buf()]).unwrap().into_iter().map(|i| i.label).collect();
        assert_eq!(labels, ["b.csv", "sub/a.CSV"]);
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
}
