//! Settings that lie among the exports and do not count. Whoever made the exports may have put them there; who filled them in must
//! learn that nothing was judged by them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{EXCEPTIONS, FILE};
use crate::error::Result;
use crate::read;

/// Settings by which nothing is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// Where they lie.
    pub path: PathBuf,
    /// How a report names them: as it does an export.
    pub label: String,
}

impl Unused {
    /// The option that makes them count.
    #[must_use]
    pub fn option(&self) -> &'static str {
        if self.path.ends_with(FILE) { "--config" } else { "--exceptions" }
    }
}

/// Files among the exports that are named like the configuration or like its exceptions and are not `in_force`.
///
/// # Errors
/// As [`read::discover`].
pub fn unused(exports: &[PathBuf], in_force: &[&Path]) -> Result<Vec<Unused>> {
    let in_force: Vec<PathBuf> = in_force.iter().filter_map(|path| path.canonicalize().ok()).collect();
    // Each folder that holds an export, with the one that was given.
    let mut folders: BTreeSet<(PathBuf, &Path)> = BTreeSet::new();
    for given in exports {
        let root = if given.is_dir() { given.as_path() } else { given.parent().unwrap_or(given) };
        folders.insert((root.to_path_buf(), root));
        for input in read::discover(std::slice::from_ref(given))? {
            folders.extend(input.path.parent().map(|folder| (folder.to_path_buf(), root)));
        }
    }
    let mut unused = Vec::new();
    for (folder, root) in folders {
        for name in [FILE, EXCEPTIONS] {
            let path = folder.join(name);
            if path.is_file() && !path.canonicalize().is_ok_and(|path| in_force.contains(&path)) {
                let below = path.strip_prefix(root).unwrap_or(&path).iter();
                let label = below.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
                unused.push(Unused { path, label });
            }
        }
    }
    Ok(unused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_among_the_exports_is_named_unless_it_is_in_force() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("in/sub")).unwrap();
        for name in ["in/a.csv", "in/sub/b.csv"] {
            std::fs::write(at(name), "x,y\n1,2\n").unwrap();
        }
        for name in ["lastseen.toml", "in/lastseen.toml", "in/sub/exceptions.yaml"] {
            std::fs::write(at(name), "").unwrap();
        }
        let labels = |export: &str, in_force: &[&str]| -> Vec<String> {
            let in_force: Vec<PathBuf> = in_force.iter().map(|name| at(name)).collect();
            let in_force: Vec<&Path> = in_force.iter().map(PathBuf::as_path).collect();
            unused(&[at(export)], &in_force).unwrap().into_iter().map(|unused| unused.label).collect()
        };
        assert_eq!(labels("in", &["lastseen.toml"]), ["lastseen.toml", "sub/exceptions.yaml"]);
        // A file stands for the folder that it lies in.
        assert_eq!(labels("in/a.csv", &[]), ["lastseen.toml"]);
        assert_eq!(labels("in/sub", &[]), ["exceptions.yaml"]);
        assert_eq!(labels("in", &["in/lastseen.toml", "in/sub/exceptions.yaml"]), [""; 0]);
    }
}
